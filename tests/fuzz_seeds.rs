//! The fuzzer's oracles without the fuzzer: every seed, and thousands of seeds that chance has changed.
//!
//! It is always the same chance. What fails is printed, and becomes a seed or a test where the code is.

#[path = "../fuzz/oracles/mod.rs"]
mod oracles;

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use oracles::simulation::Dice;
use oracles::{TARGETS, Target};

/// How many changed seeds each target takes.
const CHANGED: u64 = 2000;

/// The longest that a seed grows, in octets.
const LONGEST: usize = 4096;

#[test]
fn every_target_has_a_file_and_seeds_and_nothing_else_has() {
    let names = |folder: &str| {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("fuzz/targets"), targets);
    assert_eq!(names("fuzz/seeds"), targets);
    let manifest = fs::read_to_string("fuzz/Cargo.toml").unwrap();
    for name in &targets {
        assert!(manifest.contains(&format!("path = \"targets/{name}.rs\"")), "{name}");
        let text = fs::read_to_string(format!("fuzz/targets/{name}.rs")).unwrap();
        assert!(text.contains(&format!("oracles::{name}(")), "{name}");
    }
}

#[test]
fn what_the_oracles_demand_holds_for_every_seed() {
    let fault = |target| seeds(target).into_iter().find_map(|(name, seed)| fault(target, &name, &seed));
    let faults: Vec<String> = TARGETS.iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_the_oracles_demand_holds_for_thousands_of_changed_seeds() {
    let next = AtomicUsize::new(0);
    let work = || {
        let targets = std::iter::from_fn(|| TARGETS.get(next.fetch_add(1, Ordering::Relaxed)));
        targets.filter_map(changed).collect::<Vec<String>>()
    };
    let faults = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<String>>()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The first fault among changed seeds of a target.
fn changed(target: &Target) -> Option<String> {
    let seeds = seeds(target);
    (0..CHANGED).find_map(|number| {
        let mut dice = Dice::new(number + 1);
        let mut octets = seeds[number as usize % seeds.len()].1.clone();
        for _ in 0..=dice.below(4) {
            let other = &seeds[dice.below(seeds.len() as u64) as usize].1;
            edit(&mut octets, other, &mut dice);
        }
        octets.truncate(LONGEST);
        fault(target, &format!("number {number}"), &octets)
    })
}

/// One change of the kind that fuzzers make.
fn edit(octets: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let mut place = |length: usize| dice.below(length as u64 + 1) as usize;
    let (at, end, from) = (place(octets.len()), place(octets.len()), place(other.len()));
    let (first, last) = (at.min(end), at.max(end));
    match dice.below(8) {
        0 => drop(octets.drain(first..(first + 4).min(last))),
        1 => drop(octets.drain(first..last)),
        2 => octets.insert(at, dice.one_of(&[0, 1, 63, 64, 127, 128, 192, 255])),
        3 => octets.extend_from_within(first..last),
        4 => drop(octets.splice(first..last, other[from..].iter().copied())),
        5 => octets.insert(at, dice.one_of(b" \t\r\n\"\\.;:#@{}[]=,/*-0199aA")),
        _ => octets.iter_mut().skip(at).take(1).for_each(|octet| *octet ^= 1 << dice.below(8)),
    }
}

/// Calls a target, and says with what if that fails.
fn fault((target, call): &Target, name: &str, octets: &[u8]) -> Option<String> {
    let held = catch_unwind(AssertUnwindSafe(|| call(octets)));
    held.err().map(|_| format!("{target}, {name}: b\"{}\"", octets.escape_ascii()))
}

/// The seeds of a target with their names, in their order.
fn seeds((target, _): &Target) -> Vec<(String, Vec<u8>)> {
    let folder = format!("fuzz/seeds/{target}");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect()
}
