//! `nsup hook` and the events that are easily lost: without room, with a spool that is spoilt or held, of addresses gone long
//! ago, of other links, of a configuration that was wrong. With a real BIND, in a network of the test's own.

mod home;
mod hooks;
mod primary;
mod program;
mod servers;

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use home::{Home, wait};
use hooks::network::{alone, ip, make_interface};
use nsup::dns::Name;
use nsup::proto::{Algorithm, Key, Secret};
use primary::{Fault, Misbehaviour, Opcode, Policy, Primary};
use program::{Run, finish};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "example.org";
const NAME: &str = "cable.example.org";
/// The same in addresses that need no permission to be published.
const GLOBAL: &str = "allow-private = false";

/// A line with its interface, a server that lets everything in the zone be changed, and a configuration.
struct Line {
    server: Server,
    home: Home,
}

impl Line {
    /// `top` stands at the top of nsup.toml, `lines` below the name.
    fn new(top: &str, lines: &str) -> Option<Self> {
        let key = TestKey::new("home", "hmac-sha256");
        let zone = Zone::new(ZONE).grant(Grant::zone(&key));
        let server = Server::start(Kind::Bind, &Setup::new().key(key.clone()).zone(zone))?;
        let home = Home::new(server.address(), &key, top);
        home.follow(NAME, lines);
        make_interface("ppp0");
        Some(Self { server, home })
    }

    /// Gives the line an IPv4 address in the place of its last.
    fn has(&self, address: &str) -> &Self {
        ip("-4 address flush dev ppp0 scope global");
        ip(&format!("address add {address}/32 dev ppp0"));
        self
    }

    fn pppd(&self, kind: &str, address: &str, ipparam: &str) -> Run {
        let words = format!("hook pppd {kind} ppp0 /dev/pts/0 38400 {address} 198.51.100.1 {ipparam}");
        self.home.nsup(&words).ends(0)
    }

    /// A call of dhclient, which hands over everything in variables.
    fn dhclient(&self, reason: &str, variables: &[(&str, &str)]) {
        let mut program = self.home.program();
        program.env("reason", reason).env("interface", "ppp0").envs(variables.iter().copied());
        finish(program.args(["hook", "dhclient"])).ends(0).silent();
    }

    #[track_caller]
    fn shows(&self, name: &str, record_type: &str, values: &[&str]) {
        wait(&format!("{values:?} at {name}"), 15, || {
            let found = self.server.has(ZONE, name, record_type);
            if found == values { Ok(()) } else { Err(format!("{found:?}; log: {:#?}", self.home.logged())) }
        });
    }

    fn running(&self) -> usize {
        let ours = self.home.at("nsup.toml").display().to_string();
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let words = processes.map(|entry| fs::read(entry.path().join("cmdline")).unwrap_or_default());
        let words = words.map(|words| String::from_utf8_lossy(&words).into_owned());
        words.filter(|words| words.contains("--detached") && words.contains(&ours)).count()
    }

    #[track_caller]
    fn runs(&self, number: usize) {
        let log = || Err(format!("{:#?}", self.home.logged()));
        wait(&format!("{number} runs"), 20, || if self.running() == number { Ok(()) } else { log() });
    }

    /// The file of the events of ppp0.
    fn spool(&self) -> PathBuf {
        let mut files = fs::read_dir(self.home.at("run")).unwrap().flatten().map(|entry| entry.path());
        files.find(|path| path.display().to_string().contains("/events-ppp0")).unwrap()
    }
}

/// An address is lost and the server is away; then the line is up, but that family's next address is still to come, while
/// the interface has `besides` all the time.
fn awaited(on_down: &str, goes: &str, besides: Option<&str>) {
    let top = format!("wait-for-address = \"30s\"\non-down = \"{on_down}\"");
    let lines = format!("ipv4 = \"interface:ppp0\"\nipv6 = \"interface:ppp0\"\n{GLOBAL}");
    let Some(mut line) = Line::new(&top, &lines) else { return };
    let (four, six) = (("A", ["9.9.9.1", "9.9.9.2"]), ("AAAA", ["2a00:1::1", "2a00:2::2"]));
    let ((record_type, [lost, next]), (other, [first, second])) = if goes == "6" { (six, four) } else { (four, six) };
    let of = |address: &str| format!("{address}/{} dev ppp0", if address.contains(':') { "64" } else { "32" });
    let add = |address: &str| {
        ip(&format!("address add {} {}", of(address), if address.contains(':') { "nodad" } else { "scope global" }));
    };
    [lost, first].into_iter().chain(besides).for_each(add);
    line.pppd("up", first, "");
    line.shows(NAME, record_type, &[lost]);
    line.shows(NAME, other, &[first]);
    line.runs(0);
    line.server.kill();
    ip(&format!("address del {}", of(lost)));
    // The other family keeps the run busy, and with it the event of what was lost.
    add(second);
    ip(&format!("address del {}", of(first)));
    let [which, reason] = if goes == "6" { ["ip6", "6"] } else { ["ip", ""] };
    line.dhclient(&format!("EXPIRE{reason}"), &[(&format!("old_{which}_address"), lost)]);
    line.home.wait_for("connection refused", 10);
    line.dhclient(&format!("BOUND{reason}"), &[]);
    line.server.restart();
    line.shows(NAME, other, &[second]);
    sleep(Duration::from_millis(700));
    add(next);
    line.shows(NAME, record_type, &[next]);
    line.shows(NAME, other, &[second]);
    ip("link del ppp0");
}

fn awaited_in_every_way(besides: [Option<&str>; 2]) {
    for on_down in ["keep", "remove"] {
        awaited(on_down, "6", besides[0]);
        awaited(on_down, "4", besides[1]);
    }
}

#[test]
fn an_address_that_is_still_to_come_is_waited_for_whatever_was_lost_before() {
    let test = "an_address_that_is_still_to_come_is_waited_for_whatever_was_lost_before";
    alone(test, || awaited_in_every_way([None, None]));
}

#[test]
fn an_address_that_is_still_to_come_is_waited_for_beside_one_that_is_unfit() {
    let test = "an_address_that_is_still_to_come_is_waited_for_beside_one_that_is_unfit";
    alone(test, || awaited_in_every_way([Some("fd00::1"), Some("10.0.0.1")]));
}

/// Puts a file system without room in the place of the directory of locks and events.
fn without_room(line: &Line, options: &str) {
    let place = line.home.at("run");
    fs::create_dir_all(&place).unwrap();
    let words = ["-t", "tmpfs", "-o", options, "tmpfs"];
    finish(Command::new("mount").args(words).arg(&place)).ends(0);
    let _ = fs::write(place.join("all"), vec![0; 65_536]);
}

#[test]
fn an_event_that_there_is_no_room_for_is_not_lost() {
    alone("an_event_that_there_is_no_room_for_is_not_lost", || {
        for options in ["size=8k,mode=700", "size=8k,mode=700,nr_inodes=2"] {
            let Some(line) = Line::new("on-down = \"remove\"", "ipv4 = \"interface:ppp0\"") else { return };
            without_room(&line, options);
            line.has("203.0.113.1").pppd("up", "203.0.113.1", "").complains("the event is handed on without it");
            line.shows(NAME, "A", &["203.0.113.1"]);
            ip("-4 address flush dev ppp0 scope global");
            line.pppd("down", "203.0.113.1", "");
            line.shows(NAME, "A", &[]);
            line.runs(0);
            finish(Command::new("umount").arg("-l").arg(line.home.at("run"))).ends(0);
            ip("link del ppp0");
        }
    });
}

#[test]
fn without_room_not_even_the_third_event_while_the_server_is_away_is_lost() {
    alone("without_room_not_even_the_third_event_while_the_server_is_away_is_lost", || {
        let Some(line) = Line::new("on-down = \"remove\"", "ipv4 = \"interface:ppp0\"") else { return };
        without_room(&line, "size=8k,mode=700");
        line.has("203.0.113.1").pppd("up", "203.0.113.1", "");
        line.shows(NAME, "A", &["203.0.113.1"]);
        line.runs(0);
        line.server.stop();
        for _ in 0..2 {
            line.pppd("up", "203.0.113.1", "");
            sleep(Duration::from_millis(200));
        }
        ip("-4 address flush dev ppp0 scope global");
        line.pppd("down", "203.0.113.1", "");
        sleep(Duration::from_millis(300));
        line.server.cont();
        line.shows(NAME, "A", &[]);
        finish(Command::new("umount").arg("-l").arg(line.home.at("run"))).ends(0);
    });
}

#[test]
fn a_spool_full_of_garbage_swallows_no_event() {
    alone("a_spool_full_of_garbage_swallows_no_event", || {
        let Some(line) = Line::new("", "ipv4 = \"interface:ppp0\"") else { return };
        line.has("203.0.113.9").pppd("up", "203.0.113.9", "").silent();
        line.shows(NAME, "A", &["203.0.113.9"]);
        for (number, garbage) in ["x", "x\n", "\u{0}", "1 {}\n", "\u{fffd}\n{"].into_iter().enumerate() {
            line.runs(0);
            fs::write(line.spool(), garbage.repeat(300_000 / garbage.len())).unwrap();
            let address = format!("203.0.113.{number}");
            line.has(&address).pppd("up", &address, "").silent();
            line.shows(NAME, "A", &[&address]);
        }
        line.runs(0);
        assert_eq!(fs::metadata(line.spool()).unwrap().len(), 0);
    });
}

#[test]
fn a_spool_that_somebody_holds_keeps_no_caller_waiting_and_no_event_back() {
    alone("a_spool_that_somebody_holds_keeps_no_caller_waiting_and_no_event_back", || {
        let Some(line) = Line::new("on-down = \"remove\"", "ipv4 = \"interface:ppp0\"") else { return };
        line.has("203.0.113.1").pppd("up", "203.0.113.1", "").silent();
        line.shows(NAME, "A", &["203.0.113.1"]);
        line.runs(0);
        let held = File::open(line.spool()).unwrap();
        held.lock().unwrap();
        let run = line.has("203.0.113.2").pppd("up", "203.0.113.2", "");
        assert!(run.took < Duration::from_millis(800), "{run:#?}");
        line.shows(NAME, "A", &["203.0.113.2"]);
        ip("-4 address flush dev ppp0 scope global");
        line.pppd("down", "203.0.113.2", "");
        line.shows(NAME, "A", &[]);
    });
}

#[test]
fn what_has_been_corrected_meanwhile_holds_from_the_next_event_on() {
    alone("what_has_been_corrected_meanwhile_holds_from_the_next_event_on", || {
        let Some(line) = Line::new("", "ipv4 = \"interface:ppp0\"") else { return };
        let right = fs::read_to_string(line.home.at("nsup.toml")).unwrap();
        line.home.write("nsup.toml", &right.replace(&line.server.address().to_string(), "127.0.0.1:1"));
        line.has("203.0.113.1").pppd("up", "203.0.113.1", "").silent();
        line.home.wait_for("connection refused", 10);
        line.home.write("nsup.toml", &format!("{right}ttl = 77\n"));
        line.pppd("up", "203.0.113.1", "").silent();
        line.shows(NAME, "A", &["203.0.113.1"]);
        assert_eq!(line.server.ttl(ZONE, NAME, "A"), Some(77));
    });
}

#[test]
fn an_address_that_goes_leaves_no_record_behind_though_an_unfit_one_stays() {
    alone("an_address_that_goes_leaves_no_record_behind_though_an_unfit_one_stays", || {
        let own = format!("ipv6 = \"interface:ppp0\"\n{GLOBAL}");
        let Some(line) = Line::new("on-down = \"remove\"", &own) else { return };
        let behind = format!("ipv6 = {{ prefix-of = \"interface:ppp0\", host = \"::10\" }}\n{GLOBAL}");
        line.home.follow("nas.example.org", &behind);
        ip("address add fd00::1/64 dev ppp0 nodad");
        ip("address add 2a00:1::1/64 dev ppp0 nodad");
        line.dhclient("BOUND6", &[("new_ip6_address", "2a00:1::1")]);
        line.shows(NAME, "AAAA", &["2a00:1::1"]);
        line.shows("nas.example.org", "AAAA", &["2a00:1::10"]);
        ip("address del 2a00:1::1/64 dev ppp0");
        line.dhclient("EXPIRE6", &[("old_ip6_address", "2a00:1::1")]);
        line.shows(NAME, "AAAA", &[]);
        line.shows("nas.example.org", "AAAA", &[]);
    });
}

#[test]
fn what_pppd_said_of_its_link_holds_for_the_event_of_another_caller() {
    alone("what_pppd_said_of_its_link_holds_for_the_event_of_another_caller", || {
        let Some(mut line) = Line::new("", "ipv4 = \"interface:ppp0\"\nipparam = \"dsl\"") else { return };
        line.server.kill();
        line.has("203.0.113.1").pppd("up", "203.0.113.1", "dsl").silent();
        line.home.wait_for("connection refused", 10);
        let mut ifupdown = line.home.program();
        ifupdown.env("MODE", "start").env("IFACE", "ppp0").env("PHASE", "post-up");
        finish(ifupdown.args(["hook", "ifupdown"])).ends(0).silent();
        line.server.restart();
        line.shows(NAME, "A", &["203.0.113.1"]);
    });
}

/// ppp0 is another link's while a run for the name's own is still under way.
fn taken_over(others: bool) {
    let lines = "ipv4 = \"interface:ppp0\"\nipparam = \"dsl\"\non-down = \"remove\"";
    let Some(mut line) = Line::new("", lines) else { return };
    if others {
        line.home.follow("lte.example.org", "ipv4 = \"interface:ppp0\"\nipparam = \"lte\"");
    }
    line.has("203.0.113.1").pppd("up", "203.0.113.1", "dsl").silent();
    line.shows(NAME, "A", &["203.0.113.1"]);
    line.runs(0);
    line.server.kill();
    line.has("203.0.113.2").pppd("up", "203.0.113.2", "dsl").silent();
    line.home.wait_for("connection refused", 10);
    ip("-4 address flush dev ppp0 scope global");
    line.pppd("down", "203.0.113.2", "dsl").silent();
    line.has("198.51.100.9").pppd("up", "198.51.100.9", "lte").silent();
    sleep(Duration::from_millis(500));
    line.server.restart();
    line.runs(0);
    let found = line.server.has(ZONE, NAME, "A");
    assert!(!found.contains(&"198.51.100.9".to_owned()), "the other link's address: {:#?}", line.home.logged());
    if others {
        line.shows("lte.example.org", "A", &["198.51.100.9"]);
    }
    ip("link del ppp0");
}

#[test]
fn another_link_on_the_same_interface_gives_a_name_no_address() {
    alone("another_link_on_the_same_interface_gives_a_name_no_address", || {
        [true, false].into_iter().for_each(taken_over)
    });
}

#[test]
fn the_record_of_a_link_that_went_is_removed_though_another_link_has_come_meanwhile() {
    alone("the_record_of_a_link_that_went_is_removed_though_another_link_has_come_meanwhile", || {
        let lines = "ipv4 = \"interface:ppp0\"\nipparam = \"dsl\"\non-down = \"remove\"";
        let Some(mut line) = Line::new("", lines) else { return };
        line.home.follow("lte.example.org", "ipv4 = \"interface:ppp0\"\nipparam = \"lte\"");
        line.has("203.0.113.1").pppd("up", "203.0.113.1", "dsl").silent();
        line.shows(NAME, "A", &["203.0.113.1"]);
        line.runs(0);
        // Without the link no server is reached either.
        line.server.kill();
        ip("-4 address flush dev ppp0 scope global");
        line.pppd("down", "203.0.113.1", "dsl").silent();
        line.home.wait_for("connection refused", 10);
        line.has("198.51.100.9").pppd("up", "198.51.100.9", "lte").silent();
        line.server.restart();
        line.shows("lte.example.org", "A", &["198.51.100.9"]);
        line.shows(NAME, "A", &[]);
    });
}

#[test]
fn a_program_that_hangs_delays_no_address() {
    alone("a_program_that_hangs_delays_no_address", || {
        let Some(line) = Line::new("", "ipv4 = \"interface:ppp0\"\non-change = [\"/bin/sleep\", \"20\"]") else {
            return;
        };
        for last in 1..5 {
            let address = format!("203.0.113.{last}");
            line.has(&address).pppd("up", &address, "").silent();
            line.shows(NAME, "A", &[&address]);
        }
        assert!(line.running() > 0, "the programs are waited for");
    });
}

#[test]
fn a_run_that_goes_on_keeps_nothing_that_its_caller_had_open() {
    alone("a_run_that_goes_on_keeps_nothing_that_its_caller_had_open", || {
        let Some(line) = Line::new("", "ipv4 = \"interface:ppp0\"") else { return };
        line.server.stop();
        line.has("203.0.113.1");
        let lock = line.home.at("lock").display().to_string();
        let call = format!("{} hook pppd up ppp0 tty 0 203.0.113.1 198.51.100.1", env!("CARGO_BIN_EXE_nsup"));
        let script = format!(
            "exec 9>{lock}; flock 9 || exit 2; {{ {call}; }} 7>&1 | cat; text=$({call} 8>&1)\n\
             exec 9>&-; exec 9>{lock}; flock -n 9 || exit 3"
        );
        let mut shell = Command::new("/bin/bash");
        shell.env("RUNTIME_DIRECTORY", line.home.at("run")).env("NSUP_CONFIG", line.home.at("nsup.toml"));
        let run = finish(shell.args(["-c", &script])).ends(0).silent();
        assert!(run.took < Duration::from_secs(3), "{run:#?}");
        assert!(line.running() > 0);
        line.server.cont();
        line.shows(NAME, "A", &["203.0.113.1"]);
    });
}

#[test]
fn an_address_that_changes_while_the_last_one_is_on_its_way_needs_no_event() {
    alone("an_address_that_changes_while_the_last_one_is_on_its_way_needs_no_event", || {
        let key = TestKey::new("home", "hmac-sha256");
        let secret = Secret::from_base64(&key.secret).unwrap();
        let known = Key::new(&Name::parse("home").unwrap(), Algorithm::Sha256, 32, secret);
        let late = Misbehaviour::DelayAnswer(Duration::from_millis(1500));
        let faults = [Fault::new(late).on(Opcode::Update)];
        let server = Primary::builder("example.org.").key(known, Policy::WholeZone).faults(faults).start().unwrap();
        let home = Home::new(server.address(), &key, "zone = \"example.org\"");
        home.follow(NAME, "ipv4 = \"interface:ppp0\"");
        make_interface("ppp0");
        let shows = |address: &str| {
            wait(address, 10, || match server.records("cable.example.org.", "A") {
                found if found == [address] => Ok(()),
                found => Err(format!("{found:?}; log: {:#?}", home.logged())),
            });
        };
        ip("address add 203.0.113.1/32 dev ppp0");
        home.nsup("hook pppd up ppp0 tty 0 203.0.113.1 198.51.100.1").ends(0).silent();
        shows("203.0.113.1");
        ip("address add 203.0.113.2/32 dev ppp0");
        ip("address del 203.0.113.1/32 dev ppp0");
        shows("203.0.113.2");
    });
}
