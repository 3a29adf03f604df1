//! `nsup hook` at its worst moments: a server that is slow or away, a network that is not there yet, two events at once, a
//! run that is killed, an environment without anything. With a real BIND, in a network of the test's own.

mod home;
mod hooks;
mod program;
mod servers;

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use home::{Home, wait};
use hooks::network::{alone, ip, make_interface};
use program::{Run, finish};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "example.org";
const NAME: &str = "cable.example.org";

/// A line with its interface ppp0, a server, and a configuration that follows the line.
struct Line {
    server: Server,
    home: Home,
}

impl Line {
    fn new(top: &str) -> Option<Self> {
        let key = TestKey::new("home", "hmac-sha256");
        let zone = Zone::new(ZONE).grant(Grant::name(&key, NAME, &["A", "AAAA"]));
        let server = Server::start(Kind::Bind, &Setup::new().key(key.clone()).zone(zone))?;
        let home = Home::new(server.address(), &key, top);
        home.follow(NAME, "ipv4 = \"interface:ppp0\"");
        make_interface("ppp0");
        Some(Self { server, home })
    }

    /// Gives the line an address in the place of its last.
    fn has(&self, address: &str) -> &Self {
        ip("address flush dev ppp0 scope global");
        ip(&format!("address add {address}/32 dev ppp0"));
        self
    }

    fn hook(&self, kind: &str, address: &str) -> Run {
        let words = format!("hook pppd {kind} ppp0 /dev/pts/0 38400 {address} 198.51.100.1 cable");
        self.home.nsup(&words).ends(0).silent()
    }

    #[track_caller]
    fn shows(&self, address: &str, seconds: u64) {
        wait(&format!("{address} at {NAME}"), seconds, || {
            let found = self.server.has(ZONE, NAME, "A");
            if found == [address] { Ok(()) } else { Err(format!("{found:?}; log: {:#?}", self.home.logged())) }
        });
    }

    /// The processes that deal with this test's events.
    fn detached(&self) -> Vec<u32> {
        let ours = self.home.at("nsup.toml").display().to_string();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let words = String::from_utf8_lossy(&words).into_owned();
            if words.contains("--detached") && words.contains(&ours) {
                found.extend(entry.file_name().to_string_lossy().parse::<u32>());
            }
        }
        found
    }
}

fn kill(process: u32) {
    // It may have ended by itself.
    let _ = Command::new("kill").args(["-9", &process.to_string()]).stderr(Stdio::null()).status();
}

#[test]
fn of_two_events_at_once_the_newest_wins_fifty_times() {
    alone("of_two_events_at_once_the_newest_wins_fifty_times", || {
        let Some(line) = Line::new("") else { return };
        for round in 0..50 {
            let (older, newer) = (format!("203.0.113.{}", 10 + round), format!("198.51.100.{}", 10 + round));
            // The older one is under way and gets no answer; the newer comes meanwhile.
            line.server.stop();
            line.has(&older).hook("up", &older);
            sleep(Duration::from_millis(round * 7 % 120));
            line.has(&newer).hook("up", &newer);
            line.server.cont();
            line.shows(&newer, 20);
            wait("end of the runs", 20, || match line.detached() {
                running if running.is_empty() => Ok(()),
                running => Err(format!("{running:?}")),
            });
            line.shows(&newer, 1);
        }
    });
}

#[test]
fn runs_that_know_nothing_of_each_other_end_at_the_newest_address() {
    alone("runs_that_know_nothing_of_each_other_end_at_the_newest_address", || {
        let Some(line) = Line::new("") else { return };
        // No locks and no spool: the prerequisites and the looks before and after each message have to do.
        fs::write(line.home.at("run"), "a file where a directory should be").unwrap();
        for round in 0..20 {
            let (older, newer) = (format!("203.0.113.{}", 10 + round), format!("198.51.100.{}", 10 + round));
            line.server.stop();
            line.has(&older).hook("up", &older);
            sleep(Duration::from_millis(round * 7 % 80));
            line.has(&newer).hook("up", &newer);
            line.server.cont();
            wait("end of the runs", 30, || match line.detached() {
                running if running.is_empty() => Ok(()),
                running => Err(format!("{running:?}")),
            });
            line.shows(&newer, 1);
        }
    });
}

#[test]
fn a_run_killed_at_any_moment_hinders_none_after_it() {
    alone("a_run_killed_at_any_moment_hinders_none_after_it", || {
        let Some(line) = Line::new("") else { return };
        for round in 0..40 {
            let (first, second) = (format!("203.0.113.{}", 10 + round), format!("198.51.100.{}", 10 + round));
            line.has(&first).hook("up", &first);
            sleep(Duration::from_millis(round));
            line.detached().into_iter().for_each(kill);
            line.has(&second).hook("up", &second);
            line.shows(&second, 5);
        }
        // And one that is killed while it waits for a server.
        line.server.stop();
        line.has("203.0.113.99").hook("up", "203.0.113.99");
        sleep(Duration::from_millis(300));
        line.detached().into_iter().for_each(kill);
        line.server.cont();
        line.hook("up", "203.0.113.99");
        line.shows("203.0.113.99", 10);
    });
}

#[test]
fn a_run_that_is_killed_leaves_its_event_to_the_one_that_waits() {
    alone("a_run_that_is_killed_leaves_its_event_to_the_one_that_waits", || {
        let Some(line) = Line::new("") else { return };
        line.server.stop();
        line.has("203.0.113.1").hook("up", "203.0.113.1");
        sleep(Duration::from_millis(300));
        let first = line.detached();
        assert_eq!(first.len(), 1);
        for address in ["203.0.113.2", "203.0.113.3", "203.0.113.4"] {
            line.has(address).hook("up", address);
        }
        wait("one that waits and no more", 5, || match line.detached().len() {
            2 => Ok(()),
            others => Err(others.to_string()),
        });
        first.into_iter().for_each(kill);
        line.server.cont();
        line.shows("203.0.113.4", 10);
    });
}

#[test]
fn with_an_empty_environment_closed_streams_and_any_umask_it_returns_at_once_and_works() {
    alone("with_an_empty_environment_closed_streams_and_any_umask_it_returns_at_once_and_works", || {
        let Some(line) = Line::new("") else { return };
        let program = env!("CARGO_BIN_EXE_nsup");
        let config = line.home.at("nsup.toml");
        // Without $RUNTIME_DIRECTORY the locks are where root has them; in here that is a place of our own.
        let mut told = Vec::new();
        for (number, streams) in ["<&- >&- 2>&-", "</dev/null >/dev/null 2>&1"].into_iter().enumerate() {
            let address = format!("203.0.113.{}", 10 + number);
            line.has(&address);
            let call = format!(
                "cd / && umask 000 && exec env -i RUNTIME_DIRECTORY={} {program} hook --config {} pppd up ppp0 tty 0 {address} 192.0.2.1 '' {streams}",
                line.home.at("run").display(),
                config.display(),
            );
            let began = Instant::now();
            finish(Command::new("/bin/sh").args(["-c", &call]).stdin(Stdio::null())).ends(0).silent();
            told.push(began.elapsed());
            // In this order: whoever waits for the zone throws away what the log says meanwhile.
            line.home.wait_for(&format!("changed: cable.example.org. A {address}"), 10);
            line.shows(&address, 1);
        }
        eprintln!("it returned after {told:?}");
        for entry in fs::read_dir(line.home.at("run")).unwrap().flatten() {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode & 0o077, 0, "{}: {mode:o}", entry.path().display());
        }
    });
}

#[test]
fn a_network_that_comes_later_is_waited_for() {
    alone("a_network_that_comes_later_is_waited_for", || {
        let Some(line) = Line::new("") else { return };
        let address = line.server.address();
        let text = fs::read_to_string(line.home.at("nsup.toml")).unwrap();
        let far = format!("server = \"10.99.0.53:{}\"", address.port());
        line.home.write("nsup.toml", &text.replace(&format!("server = \"{address}\""), &far));
        line.has("203.0.113.1").hook("up", "203.0.113.1");
        line.home.wait_for("network is unreachable", 10);
        ip("address add 10.99.0.53/32 dev lo");
        line.home.wait_for("connection refused", 20);
        forward(&format!("10.99.0.53:{}", address.port()), address);
        line.home.wait_for("changed: cable.example.org. A 203.0.113.1 (was none)", 30);
        line.shows("203.0.113.1", 1);
    });
}

/// Passes connections on, as long as the test runs.
fn forward(from: &str, to: SocketAddr) {
    let listener = TcpListener::bind(from).unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(to).unwrap();
            for (mut one, mut other) in [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)] {
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut one, &mut other);
                    let _ = other.shutdown(std::net::Shutdown::Write);
                });
            }
        }
    });
}

#[test]
fn a_resolver_and_a_server_that_come_later_are_waited_for() {
    alone("a_resolver_and_a_server_that_come_later_are_waited_for", || {
        let Some(mut line) = Line::new("") else { return };
        let address = line.server.address();
        let text = fs::read_to_string(line.home.at("nsup.toml")).unwrap();
        let named = format!("server = \"ns1.example.org:{}\"\nresolver = \"{address}\"", address.port());
        line.home.write("nsup.toml", &text.replace(&format!("server = \"{address}\""), &named));
        line.server.kill();
        line.has("203.0.113.1").hook("up", "203.0.113.1");
        let said = line.home.wait_for("no address was found for ns1.example.org", 20);
        assert_eq!(said.iter().filter(|line| line.contains("no address was found")).count(), 1, "{said:#?}");
        line.server.restart();
        line.home.wait_for("changed: cable.example.org. A 203.0.113.1 (was none)", 40);
        line.shows("203.0.113.1", 1);
    });
}

#[test]
fn when_the_time_is_up_that_is_said_and_the_next_event_starts_afresh() {
    alone("when_the_time_is_up_that_is_said_and_the_next_event_starts_afresh", || {
        let Some(mut line) = Line::new("retry-for = \"4s\"") else { return };
        line.server.kill();
        line.has("203.0.113.1").hook("up", "203.0.113.1");
        let said = line.home.wait_for("given up", 15);
        assert!(said.iter().any(|line| line.contains("connection refused") && line.contains("nothing was changed")));
        wait("end of the run", 5, || if line.detached().is_empty() { Ok(()) } else { Err("it runs".to_owned()) });
        line.server.restart();
        line.hook("up", "203.0.113.1");
        line.shows("203.0.113.1", 10);
        // The process of its own has an honest exit status, for whoever runs it in the foreground.
        line.server.kill();
        let event = r#"0 {"caller":"pppd","interface":"ppp0","ipparam":null,"kind":"up","handed":[],"lost":[]}"#;
        line.has("203.0.113.2");
        let mut spool = fs::read_dir(line.home.at("run")).unwrap().flatten().map(|entry| entry.path());
        let spool = spool.find(|path| path.display().to_string().contains("/events-ppp0")).unwrap();
        fs::write(spool, format!("{event}\n")).unwrap();
        finish(line.home.program().args(["hook", "--detached", event])).ends(3);
    });
}

#[test]
fn an_interface_that_is_gone_or_nobody_follows_ends_the_run() {
    alone("an_interface_that_is_gone_or_nobody_follows_ends_the_run", || {
        let Some(line) = Line::new("") else { return };
        ip("link del ppp0");
        line.hook("up", "203.0.113.1");
        line.home.wait_for("superseded: ppp0 is gone", 10);
        let words = "hook pppd up ppp7 tty 0 203.0.113.1 198.51.100.1 cable";
        line.home.nsup(words).ends(0).silent();
        line.home.nsup(&words.replace("hook", "hook -v")).ends(0).complains("no name follows ppp7");
        assert_eq!(line.server.serial(ZONE), 1);
    });
}

#[test]
fn only_our_own_value_is_removed_or_replaced_when_the_line_goes_down() {
    alone("only_our_own_value_is_removed_or_replaced_when_the_line_goes_down", || {
        let Some(line) = Line::new("on-down = \"remove\"") else { return };
        let down = |address: &str| {
            ip("address flush dev ppp0 scope global");
            line.hook("down", address);
        };
        let set = |address: &str| {
            let options = format!("-k {} --server {}", line.home.at("home.key").display(), line.server.address());
            line.home.nsup(&format!("set {NAME} {address} {options}")).ends(0);
        };
        line.has("203.0.113.1").hook("up", "203.0.113.1");
        line.home.wait_for("changed: cable.example.org. A 203.0.113.1 (was none)", 10);
        down("203.0.113.1");
        line.home.wait_for("changed: cable.example.org. A none (was 203.0.113.1)", 10);
        // A newer value of somebody else's stays.
        line.has("203.0.113.2").hook("up", "203.0.113.2");
        line.shows("203.0.113.2", 10);
        set("192.0.2.77");
        down("203.0.113.2");
        line.home.wait_for("unchanged: cable.example.org. A 192.0.2.77", 10);
        line.shows("192.0.2.77", 1);
        // A late word of an address that was lost long ago does not take the new one away.
        line.has("203.0.113.3").hook("up", "203.0.113.3");
        line.shows("203.0.113.3", 10);
        line.hook("down", "203.0.113.2");
        line.home.wait_for("unchanged: cable.example.org. A 203.0.113.3", 10);
        // With an address to fall back to.
        let text = fs::read_to_string(line.home.at("nsup.toml")).unwrap();
        line.home.write("nsup.toml", &text.replace("\"remove\"", "\"192.0.2.200\""));
        down("203.0.113.3");
        line.home.wait_for("changed: cable.example.org. A 192.0.2.200 (was 203.0.113.3)", 10);
        set("192.0.2.77");
        line.hook("down", "203.0.113.3");
        line.home.wait_for("unchanged: cable.example.org. A 192.0.2.77", 10);
    });
}

#[test]
fn an_ipv6_address_that_arrives_after_the_event_is_waited_for_while_the_ipv4_one_is_set() {
    alone("an_ipv6_address_that_arrives_after_the_event_is_waited_for_while_the_ipv4_one_is_set", || {
        let Some(line) = Line::new("ipv6 = \"interface:ppp0\"\nwait-for-address = \"20s\"") else { return };
        line.has("203.0.113.1").hook("up", "203.0.113.1");
        line.shows("203.0.113.1", 10);
        assert!(line.server.has(ZONE, NAME, "AAAA").is_empty());
        line.home.nsup("hook pppd up ppp0 tty 0 fe80::1 fe80::2 cable").ends(0).silent();
        sleep(Duration::from_secs(1));
        ip("address add 2001:db8::7/64 dev ppp0 nodad");
        line.home.wait_for("changed: cable.example.org. AAAA 2001:db8::7 (was none)", 10);
    });
}
