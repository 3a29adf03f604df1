//! `--wait`: after a change, until every public server serves it, on a BIND primary with two BIND secondaries.

mod home;
mod hooks;
mod program;
mod servers;

use std::thread;
use std::time::Duration;

use program::{nsup, options};
use servers::{Grant, TestKey, World, Zone};

const ZONE: &str = "example.org";
const NAME: &str = "h.example.org";

/// The three servers, and the options for the primary.
fn start() -> Option<(World, tempfile::TempDir, String)> {
    let key = TestKey::new("k", "hmac-sha256");
    let zone = Zone::new(ZONE).record("*.wild.example.org. 300 IN A 203.0.113.99").grant(Grant::zone(&key));
    let world = World::start(ZONE, &key, zone)?;
    let directory = tempfile::tempdir().unwrap();
    let options = options(&key.write(directory.path()), world.primary.address());
    Some((world, directory, options))
}

#[test]
fn a_change_is_waited_for_until_every_server_serves_it() {
    let Some((world, _directory, options)) = start() else { return };
    let public = world.public();
    let run = nsup(&format!("set {NAME} 203.0.113.7 {options} --wait{public}")).ends(0);
    assert!(run.stdout.starts_with("changed: h.example.org. A 203.0.113.7 (was none)\n"), "{run:#?}");
    assert_eq!(run.stdout.matches("published: 127.0.0.").count(), 3, "{run:#?}");
    assert_eq!(run.stdout.matches(" serial 2, after ").count(), 3, "{run:#?}");
    assert!(run.stderr.is_empty(), "{run:#?}");
    for server in &world.secondaries {
        assert_eq!(server.has(ZONE, NAME, "A"), ["203.0.113.7"]);
    }
    let run = nsup(&format!("set {NAME} 203.0.113.7 {options} --wait=30{public}")).ends(0).says("unchanged: ");
    assert_eq!(run.stdout.matches("published: ").count(), 3, "what is so already may still be on its way: {run:#?}");
    let run = nsup(&format!("set {NAME} 203.0.113.7 {options} --wait=30{public} -q")).ends(0);
    run.silent();
    nsup(&format!("add --wait {NAME} 203.0.113.8 {options}{public}")).ends(0).says("serial 3,");
    nsup(&format!("delete {NAME} A 203.0.113.7 {options} --wait=30{public}")).ends(0).says("serial 4,");
    nsup(&format!("delete {NAME} {options} --wait=30{public}")).ends(0).says("serial 5,");
    // Too long for a datagram.
    let long = "x".repeat(600);
    nsup(&format!("set long.example.org TXT {long} {options} --wait=30{public}")).ends(0).says("serial 6,");
    // A wildcard goes on showing something.
    nsup(&format!("set x.wild.example.org 203.0.113.7 {options} --wait=30{public}")).ends(0).says("serial 7,");
    nsup(&format!("delete x.wild.example.org A {options} --wait=30{public}")).ends(0).says("serial 8,");
}

#[test]
fn a_slow_server_is_waited_for_and_one_that_is_silent_is_named_when_the_time_is_up() {
    let Some((world, _directory, options)) = start() else { return };
    let (public, [_, slow]) = (world.public(), &world.secondaries);
    slow.stop();
    let run = thread::scope(|scope| {
        let run = scope.spawn(|| nsup(&format!("set {NAME} 203.0.113.7 {options} --wait=60{public}")));
        thread::sleep(Duration::from_millis(1500));
        assert!(!run.is_finished(), "it came back before the last server had it");
        slow.cont();
        run.join().unwrap()
    });
    let run = run.ends(0);
    assert_eq!(run.stdout.matches("published: ").count(), 3, "{run:#?}");
    assert!(run.stdout.lines().last().unwrap().contains(&slow.address().to_string()), "the last one last: {run:#?}");

    slow.stop();
    let run = nsup(&format!("set {NAME} 203.0.113.8 {options} --wait=2{public}"));
    slow.cont();
    let run = run.ends(5).says("changed: h.example.org. A 203.0.113.8 (was 203.0.113.7)\n");
    assert_eq!(run.stdout.matches("published: ").count(), 2, "{run:#?}");
    let run = run.complains(&format!("nsup: {}: no answer in time\n", slow.address()));
    let what = "1 of 3 public servers of example.org. did not serve it within 2 s; the change is in the primary\n";
    run.complains(what).hints("the same command again waits on");
    nsup(&format!("set {NAME} 203.0.113.8 {options} --wait=60{public}")).ends(0).says("unchanged");
}

#[test]
fn a_server_that_serves_something_else_is_named_with_what_it_serves() {
    let Some((mut world, directory, options)) = start() else { return };
    nsup(&format!("set {NAME} 203.0.113.7 {options} --wait=60{}", world.public())).ends(0);
    // A secondary that has lost its primary.
    let key = TestKey::new("k", "hmac-sha256");
    let Some(other) = World::start(ZONE, &key, Zone::new(ZONE).record("h.example.org. 300 IN A 198.51.100.1")) else {
        return;
    };
    let json = format!("set {NAME} 203.0.113.7 {options} --wait=1 --json --public {}", other.primary.address());
    let run = nsup(&json).ends(5).complains("it serves h.example.org. A 198.51.100.1\n");
    let object: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&object["outcome"], &object["exit"]), (&"unchanged".into(), &5.into()), "{object}");
    let server = &object["public"][0];
    assert_eq!(server["address"], other.primary.address().to_string());
    assert_eq!((&server["serves"], &server["serial"]), (&false.into(), &1.into()));
    assert!(object["message"].as_str().unwrap().contains("the change is in the primary"), "{object}");

    world.secondaries[0].kill();
    let public = world.public();
    nsup(&format!("set {NAME} 203.0.113.7 {options} --wait=1{public}")).ends(5).complains("connection refused\n");
    let lost = "--public nowhere.example.org --resolver ";
    nsup(&format!("set {NAME} 203.0.113.7 {options} --wait=1 {lost}{}", world.primary.address()))
        .ends(5)
        .complains("nowhere.example.org: nowhere.example.org. has no address (NXDOMAIN)\n");
    nsup(&format!("set {NAME} 203.0.113.7 {options} --public 127.0.0.1"))
        .ends(1)
        .complains("--public says whom --wait");
    nsup(&format!("set {NAME} 203.0.113.7 {options} --wait --public a:b:c")).ends(1).complains("--public ");
    nsup(&format!("set {NAME} 203.0.113.7 {options} --wait --dry-run")).ends(1).complains("cannot be used with");
    drop(directory);
}

#[test]
fn a_change_that_failed_is_not_waited_for() {
    let Some((world, _directory, options)) = start() else { return };
    let run = nsup(&format!("set alias.example.net 203.0.113.7 {options} --wait{}", world.public()));
    assert!(run.status == 2 && !run.stdout.contains("published"), "{run:#?}");
}

#[test]
fn the_servers_are_those_of_the_zones_ns_records() {
    hooks::network::alone("the_servers_are_those_of_the_zones_ns_records", || {
        let key = TestKey::new("k", "hmac-sha256");
        let mut zone = Zone::new(ZONE).grant(Grant::zone(&key));
        for last in [2, 3] {
            zone = zone
                .record(&format!("example.org. 3600 IN NS ns{last}.example.org."))
                .record(&format!("ns{last}.example.org. 3600 IN A 127.0.0.{last}"));
        }
        let at = [1, 2, 3].map(|last| std::net::SocketAddr::from(([127, 0, 0, last], 53)));
        hooks::network::ip("address add 127.0.0.2/8 dev lo");
        hooks::network::ip("address add 127.0.0.3/8 dev lo");
        let Some(world) = World::start_at(ZONE, &key, zone, at) else { return };
        let directory = tempfile::tempdir().unwrap();
        let options = format!("-k {} --resolver 127.0.0.1", key.write(directory.path()).display());
        let run = nsup(&format!("set {NAME} 203.0.113.7 {options} --wait")).ends(0);
        for (last, host) in [(1, "ns1"), (2, "ns2"), (3, "ns3")] {
            let line = format!("published: 127.0.0.{last}:53 ({host}.example.org.), serial 2, after ");
            assert!(run.stdout.contains(&line), "{line:?} is not in {run:#?}");
        }
        // A server that has IPv6 as well, and one that has nothing.
        nsup(&format!("set ns2.example.org AAAA 2001:db8::2 {options}")).ends(0);
        nsup(&format!("set {NAME} 203.0.113.8 {options} --wait")).ends(0);
        nsup(&format!("add example.org NS ns.example.net. {options} --wait=1")).ends(5).complains("ns.example.net.: ");
        world.primary.stop();
        let run = nsup(&format!("set {NAME} 203.0.113.8 {options} --timeout 2 --wait")).ends(3);
        world.primary.cont();
        assert!(run.stdout.is_empty(), "{run:#?}");
    });
}
