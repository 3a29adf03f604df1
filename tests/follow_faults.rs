//! What `nsup sync` and `nsup watch` have to get right where something is away, slow, short or shared: reverse servers,
//! programs, descriptors, directories, records that others have set. With real servers, in networks of the tests' own.

mod home;
mod hooks;
mod primary;
mod program;
mod servers;

use std::fmt::Display;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use home::{Home, wait};
use hooks::network::{alone, ip, make_interface};
use nsup::dns::Name;
use nsup::proto::{Algorithm, Key, Secret};
use primary::{Fault, Misbehaviour, Opcode, Policy, Primary};
use program::finish;
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "example.org";
const REVERSE: &str = "113.0.203.in-addr.arpa";

fn on(name: impl Display) -> String {
    format!("{name}.{ZONE}")
}

/// A server of which the key may change everything in these zones.
fn start(kind: Kind, zones: &[&str]) -> Option<(Server, TestKey)> {
    let key = TestKey::new("home", "hmac-sha256");
    let with = |setup: Setup, zone: &&str| setup.zone(Zone::new(zone).grant(Grant::zone(&key)));
    let setup = zones.iter().fold(Setup::new().key(key.clone()), with);
    Some((Server::start(kind, &setup)?, key))
}

/// A program that watches.
struct Watching<'h>(&'h Home, Child);

impl<'h> Watching<'h> {
    fn start(home: &'h Home) -> Self {
        let log = fs::File::create(home.at("said")).unwrap();
        let mut program = home.program();
        program.arg("watch").stdout(log.try_clone().unwrap()).stderr(log);
        Self(home, program.spawn().unwrap())
    }

    fn hang_up(&self) {
        let process = self.1.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &process]).stdin(Stdio::null()).status().unwrap().success());
    }

    #[track_caller]
    fn shows(&self, values: &[&str], found: impl Fn() -> Vec<String>) {
        wait(&format!("{values:?}"), 15, || {
            let found = found();
            let said = || fs::read_to_string(self.0.at("said")).unwrap_or_default();
            if found == values { Ok(()) } else { Err(format!("{found:?}: {}", said())) }
        });
    }
}

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        let _ = self.1.kill();
        let _ = self.1.wait();
    }
}

#[test]
fn what_is_set_by_hand_after_a_removal_stays_when_another_address_changes() {
    alone("what_is_set_by_hand_after_a_removal_stays_when_another_address_changes", || {
        let Some((server, key)) = start(Kind::Bind, &[ZONE]) else { return };
        let home = Home::new(server.address(), &key, "on-down = \"remove\"\nwait-for-address = \"1s\"");
        home.follow(&on("a"), "ipv4 = \"interface:lan0\"").follow(&on("b"), "ipv4 = \"interface:lan1\"");
        make_interface("lan0");
        ip("link add lan1 type veth peer name other1");
        ip("link set other1 up");
        ip("link set lan1 up");
        ip("address add 203.0.113.1/24 dev lan0");
        ip("address add 198.51.100.1/24 dev lan1");
        let of = |name: &'static str| server.has(ZONE, &on(name), "A");
        let watching = Watching::start(&home);
        watching.shows(&["203.0.113.1"], || of("a"));
        ip("address del 203.0.113.1/24 dev lan0");
        watching.shows(&[], || of("a"));
        home.nsup("set a.example.org 203.0.113.1").ends(0);
        for last in 2..4 {
            ip("address flush dev lan1");
            let address = format!("198.51.100.{last}");
            ip(&format!("address add {address}/24 dev lan1"));
            watching.shows(&[&address], || of("b"));
        }
        watching.hang_up();
        sleep(Duration::from_millis(1500));
        assert_eq!(of("a"), ["203.0.113.1"], "{}", fs::read_to_string(home.at("said")).unwrap());
        // Once more it is this machine's, and lost once more.
        ip("address add 203.0.113.1/24 dev lan0");
        sleep(Duration::from_millis(1500));
        ip("address del 203.0.113.1/24 dev lan0");
        watching.shows(&[], || of("a"));
    });
}

#[test]
fn an_address_that_goes_while_the_server_is_away_is_not_forgotten_by_a_reload() {
    alone("an_address_that_goes_while_the_server_is_away_is_not_forgotten_by_a_reload", || {
        let Some((mut server, key)) = start(Kind::Bind, &[ZONE]) else { return };
        let home = Home::new(server.address(), &key, "on-down = \"remove\"\nwait-for-address = \"1s\"");
        home.follow(&on("a"), "ipv4 = \"interface:lan0\"");
        make_interface("lan0");
        // The reload before the kernel's news are acted on, and after that.
        for pause in [0, 1000] {
            ip("address add 203.0.113.1/24 dev lan0");
            let watching = Watching::start(&home);
            watching.shows(&["203.0.113.1"], || server.has(ZONE, &on("a"), "A"));
            server.kill();
            ip("address del 203.0.113.1/24 dev lan0");
            sleep(Duration::from_millis(pause));
            watching.hang_up();
            sleep(Duration::from_millis(300));
            server.restart();
            watching.shows(&[], || server.has(ZONE, &on("a"), "A"));
        }
    });
}

#[test]
fn an_address_that_goes_while_a_reload_waits_for_an_answer_is_not_forgotten() {
    alone("an_address_that_goes_while_a_reload_waits_for_an_answer_is_not_forgotten", || {
        let key = TestKey::new("home", "hmac-sha256");
        let secret = Secret::from_base64(&key.secret).unwrap();
        let known = Key::new(&Name::parse("home").unwrap(), Algorithm::Sha256, 32, secret);
        let late = Misbehaviour::DelayAnswer(Duration::from_secs(2));
        let faults = [Fault::new(late).on(Opcode::Update)];
        let server = Primary::builder("example.org.").key(known, Policy::WholeZone).faults(faults).start().unwrap();
        let home = Home::new(server.address(), &key, "zone = \"example.org\"\non-down = \"remove\"");
        home.follow(&on("a"), "ipv4 = \"interface:lan0\"\nwait-for-address = \"1s\"");
        make_interface("lan0");
        // Its link-local address would change meanwhile, and be reason enough to look.
        ip("-6 address flush dev lan0");
        ip("address add 203.0.113.1/24 dev lan0");
        let watching = Watching::start(&home);
        watching.shows(&["203.0.113.1"], || server.records("a.example.org.", "A"));
        watching.hang_up();
        sleep(Duration::from_millis(500));
        ip("address del 203.0.113.1/24 dev lan0");
        watching.shows(&[], || server.records("a.example.org.", "A"));
    });
}

#[test]
fn an_address_that_goes_leaves_no_record_though_an_unfit_one_stays_and_none_of_a_host_behind_it() {
    alone("an_address_that_goes_leaves_no_record_though_an_unfit_one_stays_and_none_of_a_host_behind_it", || {
        let Some((server, key)) = start(Kind::Bind, &[ZONE]) else { return };
        let home = Home::new(server.address(), &key, "on-down = \"remove\"\nwait-for-address = \"1s\"");
        home.follow(&on("a"), "ipv6 = \"interface:lan0\"\nallow-private = false");
        let host = "ipv6 = { prefix-of = \"interface:lan0\", host = \"::10\" }\nallow-private = false";
        home.follow(&on("nas"), host);
        make_interface("lan0");
        ip("address add fd00::1/64 dev lan0 nodad");
        ip("address add 2a00:1::1/64 dev lan0 nodad");
        let watching = Watching::start(&home);
        let of = |name: &'static str| server.has(ZONE, &on(name), "AAAA");
        watching.shows(&["2a00:1::1"], || of("a"));
        watching.shows(&["2a00:1::10"], || of("nas"));
        ip("address del 2a00:1::1/64 dev lan0");
        watching.shows(&[], || [of("a"), of("nas")].concat());
    });
}

#[test]
fn programs_that_hang_delay_no_address_that_is_watched() {
    alone("programs_that_hang_delay_no_address_that_is_watched", || {
        let Some((server, key)) = start(Kind::Bind, &[ZONE]) else { return };
        let home = Home::new(server.address(), &key, "on-change = [\"/bin/sleep\", \"20\"]");
        home.follow(&on("a"), "ipv4 = \"interface:lan0\"");
        make_interface("lan0");
        let watching = Watching::start(&home);
        for last in 1..4 {
            ip("address flush dev lan0");
            let address = format!("203.0.113.{last}");
            ip(&format!("address add {address}/24 dev lan0"));
            watching.shows(&[&address], || server.has(ZONE, &on("a"), "A"));
        }
    });
}

/// A line for nsup.toml: PTR records go to this server.
fn ptr(server: &Server, zone: &str) -> String {
    format!("ptr = {{ server = \"{}\"{zone} }}", server.address())
}

#[test]
fn a_reverse_record_that_could_not_be_deleted_is_deleted_later() {
    let Some((forward, key)) = start(Kind::Bind, &[ZONE]) else { return };
    let Some((mut reverse, _)) = start(Kind::Bind, &[REVERSE]) else { return };
    let home = Home::new(forward.address(), &key, &ptr(&reverse, ""));
    home.follow(&on("a"), &home.ipv4());
    home.has("203.0.113.7").nsup("sync").ends(0);
    reverse.kill();
    home.has("203.0.113.8").nsup("sync").ends(3).says("changed: a.example.org. A 203.0.113.8 (was 203.0.113.7)");
    home.has("203.0.113.9").nsup("sync").says("changed: a.example.org. A 203.0.113.9 (was 203.0.113.8)");
    reverse.restart();
    home.nsup("sync").ends(0);
    let of = |last: &str| reverse.has(REVERSE, &format!("{last}.{REVERSE}"), "PTR");
    assert_eq!((of("7"), of("8"), of("9")), (vec![], vec![], vec!["a.example.org.".to_owned()]));
    let serial = reverse.serial(REVERSE);
    home.nsup("sync").ends(0).silent();
    assert_eq!(reverse.serial(REVERSE), serial);
}

#[test]
fn two_names_with_one_address_from_different_sources_do_not_take_its_reverse_record_from_each_other() {
    alone("two_names_with_one_address_from_different_sources_do_not_take_its_reverse_record_from_each_other", || {
        make_interface("lan0");
        ip("address add 203.0.113.1/24 dev lan0");
        let sources = ["ipv4 = \"interface:lan0\"", "ipv4 = \"command:/bin/echo 203.0.113.1\""];
        for [first, second] in [sources, [sources[1], sources[0]]] {
            let Some((server, key)) = start(Kind::Bind, &[ZONE, REVERSE]) else { return };
            let home = Home::new(server.address(), &key, "ptr = true");
            home.follow(&on("a"), first).follow(&on("b"), second);
            home.nsup("sync").ends(0);
            let serials = || (server.serial(ZONE), server.serial(REVERSE));
            let (before, pointer) = (serials(), server.has(REVERSE, &format!("1.{REVERSE}"), "PTR"));
            assert_eq!(pointer.len(), 1, "{pointer:?}");
            for names in ["", "", " a.example.org", " b.example.org", ""] {
                home.nsup(&format!("sync{names}")).ends(0).silent();
            }
            assert_eq!((serials(), server.has(REVERSE, &format!("1.{REVERSE}"), "PTR")), (before, pointer));
        }
    });
}

#[test]
fn a_reverse_server_that_is_dead_costs_its_time_once_and_no_name_its_address() {
    let Some((forward, key)) = start(Kind::Bind, &[ZONE]) else { return };
    let Some((reverse, _)) = start(Kind::Bind, &[REVERSE]) else { return };
    reverse.stop();
    for (round, zone) in ["", ", zone = \"113.0.203.in-addr.arpa\""].into_iter().enumerate() {
        let home = Home::new(forward.address(), &key, &format!("timeout = \"2s\"\n{}", ptr(&reverse, zone)));
        for name in 0..5 {
            home.follow(&on(name), &format!("ipv4 = \"203.0.113.{}\"", 10 * name + round));
        }
        let run = home.nsup("sync");
        assert!(run.status != 0 && run.took < Duration::from_secs(7), "{run:#?}");
        for name in 0..5 {
            assert_eq!(forward.has(ZONE, &on(name), "A"), [format!("203.0.113.{}", 10 * name + round)], "{run:#?}");
        }
    }
}

#[test]
fn one_name_that_the_key_may_not_change_spoils_it_for_no_other_on_any_server() {
    // Not PowerDNS, which knows no such grants.
    for kind in [Kind::Bind, Kind::Knot] {
        let key = TestKey::new("home", "hmac-sha256");
        let names = ["a", "b", "c", "d", "e", "f"];
        let granted = names.iter().filter(|name| **name != "c");
        let grant = |zone: Zone, name: &&str| zone.grant(Grant::name(&key, &on(name), &["A"]));
        let zone = granted.fold(Zone::new(ZONE), grant);
        let Some(server) = Server::start(kind, &Setup::new().key(key.clone()).zone(zone)) else { continue };
        let home = Home::new(server.address(), &key, "");
        for name in names {
            home.follow(&on(name), &home.ipv4());
        }
        for address in ["203.0.113.7", "203.0.113.8"] {
            let run = home.has(address).nsup("sync");
            assert!([2, 4].contains(&run.status), "{kind}: {run:#?}");
            for name in names {
                let expected = if name == "c" { vec![] } else { vec![address.to_owned()] };
                assert_eq!(server.has(ZONE, &on(name), "A"), expected, "{kind}: {name}: {run:#?}");
            }
        }
    }
}

/// Two hundred names in so many zones, with one program for all their addresses, and few descriptors.
fn two_hundred(zones: usize) {
    let zone = |number: usize| format!("zone{}.example", number % zones);
    let all: Vec<String> = (0..zones).map(zone).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let Some((server, key)) = start(Kind::Bind, &all) else { return };
    let home = Home::new(server.address(), &key, "");
    let counted = home.at("counted");
    let script = home.write("script", &format!("echo once >>{}; echo 203.0.113.7", counted.display()));
    for number in 0..200 {
        let lines = format!("ipv4 = \"command:/bin/sh {}\"", script.display());
        home.follow(&format!("host{number}.{}", zone(number)), &lines);
    }
    let call = format!("ulimit -n 64; exec {} sync", env!("CARGO_BIN_EXE_nsup"));
    let mut shell = Command::new("/bin/sh");
    shell.env("RUNTIME_DIRECTORY", home.at("run")).env("NSUP_CONFIG", home.at("nsup.toml"));
    let run = finish(shell.args(["-c", &call])).ends(0);
    assert_eq!(run.stdout.lines().count(), 200, "{run:#?}");
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    assert_eq!(fs::read_to_string(&counted).unwrap(), "once\n");
    let locks = fs::read_dir(home.at("run")).unwrap().flatten();
    let locks = locks.filter(|entry| entry.file_name().to_string_lossy().starts_with("lock-")).count();
    assert!((1..=64).contains(&locks), "{locks} locks");
}

#[test]
fn two_hundred_names_need_few_descriptors_and_ask_their_program_once() {
    two_hundred(1);
}

#[test]
fn two_hundred_names_in_eight_zones_need_few_descriptors_and_ask_their_program_once() {
    two_hundred(8);
}

#[test]
fn the_time_that_a_program_takes_is_not_the_servers() {
    let Some((server, key)) = start(Kind::Bind, &[ZONE]) else { return };
    let home = Home::new(server.address(), &key, "timeout = \"1s\"");
    let script = home.write("script", "sleep 2; echo 203.0.113.7");
    home.follow(&on("a"), &format!("ipv4 = \"command:/bin/sh {}\"", script.display()));
    home.nsup("sync").ends(0).says("changed: a.example.org. A 203.0.113.7 (was none)");
}

#[test]
fn what_a_program_prints_is_no_part_of_the_json() {
    let Some((server, key)) = start(Kind::Bind, &[ZONE]) else { return };
    let home = Home::new(server.address(), &key, "on-change = [\"/bin/echo\", \"{ noise\"]");
    home.follow(&on("a"), &home.ipv4()).follow(&on("b"), &home.ipv4());
    let run = home.has("203.0.113.7").nsup("sync --json").ends(0);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_else(|why| panic!("{why}: {run:#?}"));
    assert_eq!(value["names"].as_array().map(Vec::len), Some(2), "{run:#?}");
}

#[test]
fn a_state_directory_that_others_may_write_to_is_left_alone_and_each_failure_is_news() {
    let Some((server, key)) = start(Kind::Bind, &[ZONE, REVERSE]) else { return };
    for (round, mode) in [0o777, 0o1777, 0o775].into_iter().enumerate() {
        let home = Home::new(server.address(), &key, "ptr = true");
        home.follow(&on("a"), &home.ipv4()).follow("z.example.net", "ipv4 = \"203.0.113.9\"\nserver = \"127.0.0.1:1\"");
        fs::create_dir(home.at("state")).unwrap();
        fs::set_permissions(home.at("state"), Permissions::from_mode(mode)).unwrap();
        for last in 0..3 {
            let address = format!("203.0.113.{}", 10 * round + last);
            let run = home.has(&address).nsup("sync").ends(3).says(&format!("a.example.org. A {address} (was "));
            run.complains("z.example.net. A: no server could be reached");
        }
        assert_eq!(fs::read_dir(home.at("state")).unwrap().count(), 0, "{mode:o}");
    }
}

#[test]
fn of_addresses_that_are_equally_good_the_same_one_is_taken_each_time() {
    alone("of_addresses_that_are_equally_good_the_same_one_is_taken_each_time", || {
        let Some((server, key)) = start(Kind::Bind, &[ZONE]) else { return };
        let home = Home::new(server.address(), &key, "");
        home.follow(&on("a"), "ipv6 = \"interface:lan0\"\nallow-private = false");
        home.follow(&on("nas"), "ipv6 = { prefix-of = \"interface:lan0\", host = \"::10\" }\nallow-private = false");
        make_interface("lan0");
        let addresses = ["2a00:1::9/64", "2a00:1::5/128", "2a00:2::7/64", "2a00:2::3/128", "2a00:1::1/64"];
        let commands =
            addresses.map(|one| format!("address add {one} dev lan0 nodad valid_lft 900 preferred_lft 800\n"));
        let batch = home.write("batch", &commands.concat());
        finish(Command::new("ip").arg("-batch").arg(batch)).ends(0);
        home.nsup("sync").ends(0).says("(was none)");
        for round in 1..10 {
            // A router has spoken: some live longer now.
            for one in &addresses[round % 2..=round % 3 + 1] {
                let (valid, preferred) = (900 + 7 * round, 800 - 9 * round);
                ip(&format!("address change {one} dev lan0 nodad valid_lft {valid} preferred_lft {preferred}"));
            }
            home.nsup("sync").ends(0).silent();
        }
        assert_eq!(server.serial(ZONE), 2);
    });
}
