//! `nsup watch` in a network of its own: it follows the kernel, reads its configuration again, ends when told to, and says
//! to systemd how it is.

mod home;
mod hooks;
mod program;
mod servers;

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use home::{Home, wait};
use hooks::network::{alone, ip, make_interface};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "example.org";

/// A server, a configuration, and the program that watches.
struct Watched {
    server: Server,
    home: Home,
    child: Option<Child>,
}

impl Watched {
    /// With `lines` of nsup.toml for each of these names, and the interface lan0.
    fn new(names: &[(&str, &str)]) -> Option<Self> {
        let key = TestKey::new("home", "hmac-sha256");
        let zone = Zone::new(ZONE).grant(Grant::zone(&key));
        let server = Server::start(Kind::Bind, &Setup::new().key(key.clone()).zone(zone))?;
        let home = Home::new(server.address(), &key, "wait-for-address = \"1s\"");
        for (name, lines) in names {
            home.follow(&format!("{name}.{ZONE}"), lines);
        }
        make_interface("lan0");
        Some(Self { server, home, child: None })
    }

    fn start(&mut self, variable: Option<(&str, String)>) {
        let (out, errors) = (self.home.at("out"), self.home.at("errors"));
        let mut program = self.home.program();
        program.arg("watch").stdout(fs::File::create(out).unwrap()).stderr(fs::File::create(errors).unwrap());
        program.envs(variable);
        self.child = Some(program.spawn().unwrap());
    }

    fn said(&self) -> String {
        ["out", "errors"].map(|file| fs::read_to_string(self.home.at(file)).unwrap_or_default()).concat()
    }

    #[track_caller]
    fn shows(&self, name: &str, record_type: &str, values: &[&str]) {
        wait(&format!("{values:?} at {name}"), 15, || {
            let found = self.server.has(ZONE, &format!("{name}.{ZONE}"), record_type);
            if found == values { Ok(()) } else { Err(format!("{found:?}: {}", self.said())) }
        });
    }

    #[track_caller]
    fn says(&self, text: &str) {
        wait(&format!("{text:?}"), 15, || if self.said().contains(text) { Ok(()) } else { Err(self.said()) });
    }

    fn signal(&self, signal: &str) {
        let process = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &process]).stdin(Stdio::null()).status().unwrap().success());
    }

    #[track_caller]
    fn ends(&mut self) {
        let mut child = self.child.take().unwrap();
        wait("end", 10, || match child.try_wait().unwrap() {
            Some(status) if status.success() => Ok(()),
            status => Err(format!("{status:?}: {}", self.said())),
        });
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn addresses_that_come_change_and_go_are_followed_and_nothing_else_is_written() {
    alone("addresses_that_come_change_and_go_are_followed_and_nothing_else_is_written", || {
        let names = [("a", "ipv4 = \"interface:lan0\"\non-down = \"remove\""), ("b", "ipv4 = \"interface:lan0\"")];
        let Some(mut watched) = Watched::new(&names) else { return };
        watched.start(None);
        watched.says("lan0 has no IPv4 address");
        ip("address add 203.0.113.1/24 dev lan0");
        watched.shows("a", "A", &["203.0.113.1"]);
        watched.shows("b", "A", &["203.0.113.1"]);
        assert_eq!(watched.server.serial(ZONE), 2, "both are one message");
        ip("address add 203.0.113.2/24 dev lan0");
        ip("address del 203.0.113.1/24 dev lan0");
        ip("address replace 203.0.113.2/24 dev lan0");
        watched.shows("a", "A", &["203.0.113.2"]);
        ip("address flush dev lan0 scope global");
        watched.shows("a", "A", &[]);
        watched.shows("b", "A", &["203.0.113.2"]);
        assert_eq!(watched.server.serial(ZONE), 4, "a change is one message: {}", watched.said());
    });
}

#[test]
fn a_new_prefix_rewrites_all_hosts_of_the_network_in_one_message() {
    alone("a_new_prefix_rewrites_all_hosts_of_the_network_in_one_message", || {
        let of = |host: &str| format!("ipv6 = {{ prefix-of = \"interface:lan0\", {host} }}");
        let (ten, mac) = (of("host = \"::10\""), of("mac = \"52:54:00:12:34:56\""));
        let names = [("router", "ipv6 = \"interface:lan0\""), ("nas", ten.as_str()), ("printer", mac.as_str())];
        let Some(mut watched) = Watched::new(&names) else { return };
        ip("address add 2001:db8:1:2::1/64 dev lan0 nodad");
        watched.start(None);
        watched.shows("nas", "AAAA", &["2001:db8:1:2::10"]);
        watched.shows("printer", "AAAA", &["2001:db8:1:2:5054:ff:fe12:3456"]);
        watched.shows("router", "AAAA", &["2001:db8:1:2::1"]);
        assert_eq!(watched.server.serial(ZONE), 2);
        // The provider hands out another one: the old is deprecated, as a router says it.
        ip("address replace 2001:db8:1:2::1/64 dev lan0 nodad preferred_lft 0");
        ip("address add 2001:db8:77:2::1/64 dev lan0 nodad");
        watched.shows("nas", "AAAA", &["2001:db8:77:2::10"]);
        watched.shows("printer", "AAAA", &["2001:db8:77:2:5054:ff:fe12:3456"]);
        watched.shows("router", "AAAA", &["2001:db8:77:2::1"]);
        assert_eq!(watched.server.serial(ZONE), 3, "all three are one message: {}", watched.said());
    });
}

#[test]
fn it_reads_its_configuration_again_ends_when_told_and_tells_systemd() {
    alone("it_reads_its_configuration_again_ends_when_told_and_tells_systemd", || {
        let Some(mut watched) = Watched::new(&[("a", "ipv4 = \"interface:lan0\"")]) else { return };
        let systemd = UnixDatagram::bind(watched.home.at("notify")).unwrap();
        systemd.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let told = || {
            let mut text = [0; 1000];
            let length = systemd.recv(&mut text).unwrap();
            String::from_utf8_lossy(&text[..length]).into_owned()
        };
        ip("address add 203.0.113.1/24 dev lan0");
        watched.start(Some(("NOTIFY_SOCKET", watched.home.at("notify").display().to_string())));
        assert!(told().contains("READY=1"));
        watched.shows("a", "A", &["203.0.113.1"]);
        // A fault in the file leaves the old settings in force.
        let whole = fs::read_to_string(watched.home.at("nsup.toml")).unwrap();
        watched.home.write("nsup.toml", "sever = 1\n");
        watched.signal("-HUP");
        assert!(told().contains("RELOADING=1"));
        watched.says("nsup.toml:1:1: \"sever\" is not known here; the old settings stay");
        assert!(told().contains("READY=1"));
        watched.home.write("nsup.toml", &whole);
        watched.home.follow("b.example.org", "ipv4 = \"interface:lan0\"");
        watched.signal("-HUP");
        watched.shows("b", "A", &["203.0.113.1"]);
        watched.signal("-TERM");
        watched.ends();
        let mut rest = told();
        while !rest.contains("STOPPING=1") {
            rest = told();
        }
    });
}

#[test]
fn a_server_that_is_away_is_tried_again_and_a_reload_does_not_wait_for_it() {
    alone("a_server_that_is_away_is_tried_again_and_a_reload_does_not_wait_for_it", || {
        let Some(mut watched) = Watched::new(&[("a", "ipv4 = \"interface:lan0\"")]) else { return };
        ip("address add 203.0.113.1/24 dev lan0");
        watched.server.kill();
        watched.start(None);
        watched.says("connection refused");
        watched.server.restart();
        watched.shows("a", "A", &["203.0.113.1"]);
        watched.server.stop();
        ip("address add 203.0.113.2/24 dev lan0");
        ip("address del 203.0.113.1/24 dev lan0");
        std::thread::sleep(Duration::from_secs(1));
        watched.signal("-TERM");
        watched.ends();
    });
}
