//! Where packets get lost, an exit status says what the zone holds: sixty runs of `nsup set` side by side in a network of
//! their own (`benches/loss` is the same by the thousand, beside nsupdate), and paths that lose certain packets only.

mod hooks;
mod program;
mod servers;

use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use hooks::network::alone_with;
use program::{finish, nsup};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "example.org";
const RUNS: usize = 60;
/// Where BIND listens too, and packets get lost on their way there and back.
const LOSSY: u16 = 5300;
const OLD: &str = "192.0.2.1";
const NEW: &str = "192.0.2.2";

fn owner(number: usize) -> String {
    format!("h{number}.{ZONE}")
}

/// Does this with packets that arrive at the port or come from it, instead of what was done before. In the input hook: what
/// the output hook drops, the sender is told of.
fn lose(packets: &[&str]) {
    let rules = packets.iter().map(|packet| format!("add rule inet loss arriving {packet}"));
    let begin =
        ["flush ruleset", "add table inet loss", "add chain inet loss arriving { type filter hook input priority 0; }"];
    for rule in begin.into_iter().map(str::to_owned).chain(rules) {
        finish(Command::new("nft").arg(rule)).ends(0);
    }
}

/// A BIND with names that have the old address, which listens at the port too, and the options for `nsup` to go there.
fn start(names: usize) -> Option<(Server, tempfile::TempDir, String)> {
    let key = TestKey::new("k", "hmac-sha256");
    let zone = Zone::new(ZONE).grant(Grant::zone(&key));
    let zone = (0..names).fold(zone, |zone, number| zone.record(&format!("{}. 300 IN A {OLD}", owner(number))));
    let setup = Setup::new().key(key.clone()).zone(zone);
    let setup = setup.bind_options(&format!("listen-on port {LOSSY} {{ 127.0.0.1; }};"));
    let server = Server::start(Kind::Bind, &setup)?;
    let directory = tempfile::tempdir().unwrap();
    let options = format!("-k {} --server 127.0.0.1:{LOSSY} --zone {ZONE}", key.write(directory.path()).display());
    Some((server, directory, options))
}

#[test]
fn where_30_of_100_packets_get_lost_each_way_an_exit_status_says_what_the_zone_holds() {
    alone_with(&["nft"], "where_30_of_100_packets_get_lost_each_way_an_exit_status_says_what_the_zone_holds", || {
        let Some((server, _directory, options)) = start(RUNS) else { return };
        // BIND gives a zone to few at a time.
        let reading = Mutex::new(());
        let lost = ["dport", "sport"]
            .map(|way| format!("meta l4proto {{ tcp, udp }} th {way} {LOSSY} numgen random mod 100 < 30 drop"));
        lose(&lost.each_ref().map(String::as_str));
        let run = |number: usize| {
            let transport = ["", "--udp"][number % 2];
            let words = format!("set {} {NEW} {options} {transport} --timeout 12", owner(number));
            let run = nsup(&words);
            let _one = reading.lock().unwrap();
            (run, server.has(ZONE, &owner(number), "A"))
        };
        let runs: Vec<_> = thread::scope(|scope| {
            let run = &run;
            let runs: Vec<_> = (0..RUNS).map(|number| scope.spawn(move || run(number))).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        // What a connection repeats after its process has ended gets through now, if anything is on its way.
        lose(&[]);
        thread::sleep(Duration::from_secs(2));
        let zone = server.zone(ZONE);
        let holds = |number, value| zone.contains(&format!("{}. 300 IN A {value}", owner(number)));
        let mut done = 0;
        for (number, (run, held)) in runs.iter().enumerate() {
            assert!(holds(number, OLD) || holds(number, NEW), "{}: {zone:#?}", owner(number));
            match run.status {
                0 => {
                    assert_eq!(run.stdout, format!("changed: {}. A {NEW} (was {OLD})\n", owner(number)), "{run:#?}");
                    assert!(held == &[NEW] && holds(number, NEW), "{run:#?}: {held:?}");
                    done += 1;
                }
                3 => assert!(holds(number, OLD), "{run:#?}"),
                5 => {}
                _ => panic!("{run:#?}"),
            }
        }
        assert!(done > RUNS / 2, "hardly any run came to an end: {done} of {RUNS}");
        assert!(runs.iter().any(|(run, _)| run.took > Duration::from_millis(500)), "nothing got lost");
    });
}

#[test]
fn a_path_that_loses_certain_packets_only_hinders_none_or_is_told() {
    alone_with(&["nft"], "a_path_that_loses_certain_packets_only_hinders_none_or_is_told", || {
        let Some((server, _directory, options)) = start(1) else { return };
        let to = |new: &str, more: &str| nsup(&format!("set {} {new} {options} {more}", owner(0)));
        let holds = || server.has(ZONE, &owner(0), "A").concat();
        let (syn, tcp, udp) =
            (format!("tcp dport {LOSSY}"), format!("meta l4proto tcp th sport {LOSSY}"), format!("udp dport {LOSSY}"));
        // What does not fit, and nobody says so: no message is that long.
        lose(&["meta length > 540 drop"]);
        to("192.0.2.2", "--tcp").ends(0);
        to("192.0.2.3", "--udp").ends(0);
        assert_eq!(holds(), "192.0.2.3");
        // No connection comes about, with a word or without.
        lose(&[&format!("{syn} reject with tcp reset")]);
        let run = to("192.0.2.4", "").ends(0);
        assert!(run.took < Duration::from_secs(2), "{run:#?}");
        to("192.0.2.9", "--tcp").ends(3).complains("connection refused");
        lose(&[&format!("{syn} drop")]);
        to("192.0.2.5", "").ends(0);
        to("192.0.2.9", "--tcp --timeout 3").ends(3).complains("nothing was changed");
        // A connection that opens, and carries nothing.
        lose(&[&format!("{tcp} tcp flags & psh == psh drop")]);
        to("192.0.2.9", "--tcp --timeout 3").ends(3).complains("nothing was changed");
        assert_eq!(holds(), "192.0.2.5");
        // Datagrams that a filter turns down, which anybody could say.
        lose(&[&format!("{udp} reject with icmp port-unreachable")]);
        to("192.0.2.9", "--udp --timeout 3").ends(3).complains("nothing was changed");
        to("192.0.2.6", "").ends(0);
        assert_eq!(holds(), "192.0.2.6");
    });
}
