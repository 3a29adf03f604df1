//! What a run finds at its start or in its way and is no fault of anybody: a clock that steps, few descriptors, signals that
//! the caller ignores, a signed zone, a secondary that passes updates on.

mod clock;
mod faulty;
mod home;
mod primary;
mod program;
mod servers;

use std::process::{Command, Stdio};
use std::time::Duration;

use faulty::{NAME, World, update};
use home::Home;
use primary::{Fault, Misbehaviour};
use program::{finish, nsup, options};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "example.org";
const DAY: [&str; 2] = ["+86400", "-86400"];

fn words(world: &World, more: &str) -> String {
    let (key, server) = (world.directory.path().join("k"), world.primary.address());
    format!("set {NAME} 192.0.2.2 -k {} --server {server} --zone {ZONE} {more}", key.display())
}

/// A BIND with one name that has 192.0.2.1, and more in its zone clause.
fn bind(more: &str) -> Option<(Server, TestKey)> {
    let key = TestKey::new("k", "hmac-sha256");
    let zone = Zone::new(ZONE).record("h.example.org. 300 IN A 192.0.2.1").grant(Grant::zone(&key));
    let setup = Setup::new().key(key.clone()).zone(zone).bind_zone_extra(ZONE, more);
    Some((Server::start(Kind::Bind, &setup)?, key))
}

#[test]
fn a_clock_that_steps_while_an_answer_is_on_its_way_makes_no_lie() {
    let Some(clock) = clock::Clock::build() else { return };
    for step in DAY {
        let world = World::with([update(Misbehaviour::DelayAnswer(Duration::from_millis(1500)))]);
        let run = world.done(finish(clock.stepped(step, 700).args(words(&world, "-v").split_whitespace())));
        assert!(run.stderr.contains("is it so already?"), "the answer was signed at another time: {run:#?}");
        assert!(run.stderr.contains("this machine's clock is 86"), "{run:#?}");
        assert_eq!(world.primary.serial(), 2, "{step}: changed once");
    }
}

#[test]
fn a_clock_that_steps_makes_no_wait_longer_or_shorter() {
    let Some(clock) = clock::Clock::build() else { return };
    for step in DAY {
        let world = World::with([Fault::new(Misbehaviour::DropRequest).always()]);
        let run = finish(clock.stepped(step, 700).args(words(&world, "--timeout 3").split_whitespace())).ends(3);
        assert!(run.took > Duration::from_millis(2900) && run.took < Duration::from_millis(3700), "{run:#?}");
    }
}

#[test]
fn with_few_descriptors_and_no_second_process_a_name_is_set_or_it_is_said_what_is_missing() {
    let world = World::with([]);
    let limited = |descriptors: u32| {
        let shell = format!("ulimit -n {descriptors}; ulimit -u 1; exec \"$0\" {}", words(&world, ""));
        finish(Command::new("bash").args(["-c", &shell, env!("CARGO_BIN_EXE_nsup")]).env_clear().stdin(Stdio::null()))
    };
    let mut lacking = 0;
    for descriptors in 4..20 {
        let run = limited(descriptors);
        match run.status {
            0 => drop(world.done(run)),
            // The dynamic linker has none to open libraries with.
            127 => {}
            1 | 3 => {
                run.complains("nsup: ").complains("oo many open files");
                lacking += 1;
            }
            _ => panic!("{descriptors}: {run:#?}"),
        }
    }
    assert!(lacking > 3, "there were never too few: {lacking}");
    world.done(limited(20));
}

#[test]
fn signals_that_the_caller_ignores_or_blocks_make_no_difference() {
    let world = World::with([]);
    let key = TestKey::new("unused", "hmac-sha256");
    for (number, option) in ["--ignore-signal", "--block-signal"].into_iter().enumerate() {
        let home = Home::new(world.primary.address(), &key, "");
        let text = std::fs::read_to_string(home.at("nsup.toml")).unwrap();
        let key = world.directory.path().join("k");
        home.write(
            "nsup.toml",
            &text.replace(&home.at("unused.key").display().to_string(), &key.display().to_string()),
        );
        home.follow(NAME, &format!("zone = \"{ZONE}\"\n{}", home.ipv4()));
        let address = format!("192.0.2.{}", 10 + number);
        home.has(&address);
        // How the program ends that prints the address has to be heard.
        let mut env = Command::new("env");
        env.arg(option).arg(env!("CARGO_BIN_EXE_nsup")).arg("sync").stdin(Stdio::null());
        env.env("RUNTIME_DIRECTORY", home.at("run")).env("NSUP_CONFIG", home.at("nsup.toml"));
        finish(&mut env).ends(0).says("changed: ");
        assert!(world.holds(&address));
    }
}

#[test]
fn a_signed_zone_is_changed_as_any_other_and_its_server_signs_anew() {
    let Some((server, key)) = bind("dnssec-policy default;") else { return };
    let directory = tempfile::tempdir().unwrap();
    let options = options(&key.write(directory.path()), server.address());
    nsup(&format!("set {NAME} 192.0.2.2 {options}"))
        .ends(0)
        .says("changed: h.example.org. A 192.0.2.2 (was 192.0.2.1)");
    assert_eq!(server.has(ZONE, NAME, "A"), ["192.0.2.2"]);
    nsup(&format!("set {NAME} 192.0.2.2 {options}")).ends(0).says("unchanged: ");
    nsup(&format!("set new.{ZONE} 2001:db8::1 {options}")).ends(0).says("(was none)");
    home::wait("signatures", 10, || {
        let signed =
            |name: &str, what: &str| server.has(ZONE, name, "RRSIG").iter().any(|rrsig| rrsig.starts_with(what));
        let all = signed(NAME, "A ") && signed(&format!("new.{ZONE}"), "AAAA ");
        if all { Ok(()) } else { Err(server.zone(ZONE).join("\n")) }
    });
    nsup(&format!("delete {NAME} {options}")).ends(0).says("changed: ");
    assert_eq!(server.has(ZONE, NAME, "A"), Vec::<String>::new());
}

#[test]
fn a_secondary_that_passes_updates_on_is_as_good_as_the_primary_though_what_it_holds_is_old() {
    let Some((primary, key)) = bind("") else { return };
    let setup = Setup::new().key(key.clone()).zone(Zone::secondary(ZONE, primary.address()));
    let setup = setup.bind_zone_extra(ZONE, "allow-update-forwarding { any; };");
    let Some(secondary) = Server::start(Kind::Bind, &setup) else { return };
    let directory = tempfile::tempdir().unwrap();
    let options = options(&key.write(directory.path()), secondary.address());
    for transport in ["--tcp", "--udp"] {
        // The second time, the secondary still says what was there before the first.
        nsup(&format!("set {NAME} 192.0.2.2 --zone {ZONE} {options} {transport}")).ends(0);
        assert_eq!(secondary.has(ZONE, NAME, "A"), ["192.0.2.1"], "nobody has told it");
        assert_eq!(primary.has(ZONE, NAME, "A"), ["192.0.2.2"], "{transport}");
    }
    assert_eq!(primary.serial(ZONE), 2, "changed once");
}
