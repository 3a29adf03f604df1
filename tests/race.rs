//! Many writers at once: one wins, and all the others say so.

mod program;
mod servers;

use std::thread;

use program::{Run, options, run};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const WRITERS: usize = 16;

fn start(kind: Kind) -> Option<(Server, String, tempfile::TempDir)> {
    let key = TestKey::new("k", "hmac-sha256");
    let zone = Zone::new("example.org").record("h.example.org. 300 IN A 192.0.2.1").grant(Grant::zone(&key));
    let server = Server::start(kind, &Setup::new().key(key.clone()).zone(zone))?;
    let directory = tempfile::tempdir().unwrap();
    let options = options(&key.write(directory.path()), server.address());
    Some((server, options, directory))
}

/// Runs the same command for every number, all at once.
fn at_once(words: impl Fn(usize) -> Vec<String> + Sync) -> Vec<Run> {
    thread::scope(|scope| {
        let started: Vec<_> = (0..WRITERS)
            .map(|number| {
                scope.spawn({
                    let words = &words;
                    move || run(words(number))
                })
            })
            .collect();
        started.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn words(text: &str, options: &str) -> Vec<String> {
    text.split_whitespace().chain(options.split_whitespace()).map(str::to_owned).collect()
}

#[test]
fn of_sixteen_writers_that_compare_one_wins_and_the_others_report_truly() {
    for kind in Kind::ALL {
        let Some((server, options, _directory)) = start(kind) else { continue };
        for transport in ["--tcp", "--udp"] {
            let old = server.has("example.org", "h.example.org", "A");
            let serial = server.serial("example.org");
            let base = if transport == "--tcp" { 10 } else { 100 };
            let runs = at_once(|number| {
                let mut words = words(&format!("set h.example.org 203.0.113.{}", base + number), &options);
                let require = format!("yxrrset h.example.org A {}", old[0]);
                words.extend([transport.to_owned(), "--require".to_owned(), require]);
                words
            });
            let now = server.has("example.org", "h.example.org", "A");
            let winners: Vec<usize> = (0..WRITERS).filter(|number| runs[*number].status == 0).collect();
            assert_eq!(winners.len(), 1, "{kind} {transport}: {runs:#?}");
            assert_eq!(now, [format!("203.0.113.{}", base + winners[0])], "{kind} {transport}");
            assert_eq!(server.serial("example.org"), serial + 1, "{kind} {transport}: one change was made");
            for loser in runs.iter().filter(|run| run.status != 0) {
                assert_eq!(loser.status, 2, "{kind} {transport}: {loser:#?}");
                assert!(loser.stderr.contains("a prerequisite is false (NXRRSET)"), "{loser:#?}");
            }
        }
    }
}

#[test]
fn sixteen_writers_without_a_condition_each_report_what_was_true() {
    for kind in Kind::ALL {
        let Some((server, options, _directory)) = start(kind) else { continue };
        let serial = server.serial("example.org");
        let runs = at_once(|number| words(&format!("set h.example.org 203.0.113.{}", 10 + number), &options));
        let done = runs.iter().filter(|run| run.status == 0).count();
        assert!(done >= 1, "{kind}: {runs:#?}");
        assert!(runs.iter().all(|run| run.status == 0 || run.status == 6), "{kind}: {runs:#?}");
        let changes = server.serial("example.org") - serial;
        assert_eq!(changes as usize, done, "{kind}: as many changes as writers that report one");
        let now = server.has("example.org", "h.example.org", "A");
        let number: usize = now[0].rsplit('.').next().unwrap().parse().unwrap();
        assert_eq!((now.len(), runs[number - 10].status), (1, 0), "{kind}: who is there has said so");
    }
}

#[test]
fn sixteen_that_add_one_record_each_all_succeed() {
    for kind in Kind::ALL {
        let Some((server, options, _directory)) = start(kind) else { continue };
        let runs = at_once(|number| words(&format!("add _acme-challenge.example.org TXT value-{number:02}"), &options));
        assert!(runs.iter().all(|run| run.status == 0), "{kind}: {runs:#?}");
        assert_eq!(server.has("example.org", "_acme-challenge.example.org", "TXT").len(), WRITERS, "{kind}");
    }
}
