//! Every caller's contract to its end: the caller runs its file of contrib/ as it always does, an interface has the
//! address, and BIND has the name; then the interface goes down, and so does the name.

mod hooks;
mod program;
mod servers;

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use hooks::network::{alone, ip, make_interface};
use hooks::{CALLS, Call, How, Installed};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "example.org";
const NAME: &str = "home.example.org";

#[test]
fn pppd_as_debian_runs_it_is_heard() {
    alone("pppd_as_debian_runs_it_is_heard", || heard("pppd in Debian", "ppp0"));
}

#[test]
fn pppd_with_nothing_between_is_heard() {
    alone("pppd_with_nothing_between_is_heard", || heard("pppd itself", "ppp0"));
}

#[test]
fn dhclient_is_heard() {
    alone("dhclient_is_heard", || heard("dhclient", "eth9"));
}

#[test]
fn dhcpcd_is_heard() {
    alone("dhcpcd_is_heard", || heard("dhcpcd", "eth9"));
}

#[test]
fn networkmanager_is_heard() {
    alone("networkmanager_is_heard", || heard("NetworkManager", "eth9"));
}

#[test]
fn networkmanager_is_heard_before_it_takes_the_address_away() {
    alone("networkmanager_is_heard_before_it_takes_the_address_away", || heard("NetworkManager beforehand", "eth9"));
}

#[test]
fn ifupdown_is_heard() {
    alone("ifupdown_is_heard", || heard("ifupdown", "eth9"));
}

#[test]
fn networkd_dispatcher_is_heard() {
    alone("networkd_dispatcher_is_heard", || heard("networkd-dispatcher", "eth9"));
}

/// One caller from its first address to its last: up, another address, down.
fn heard(caller: &str, interface: &str) {
    let Some(stage) = Stage::new(interface) else { return };
    let of = |kind: &str| {
        let mut calls = CALLS.iter().filter(|call| call.caller == caller);
        calls.find(|call| call.event.starts_with(kind)).unwrap_or_else(|| panic!("{caller} tells no {kind}"))
    };
    let (up, down) = (of("up"), of("down"));
    make_interface(interface);
    for address in ["203.0.113.10", "203.0.113.77"] {
        ip(&format!("address flush dev {interface} scope global"));
        ip(&format!("address add {address}/24 dev {interface}"));
        if !stage.call(up, address) {
            return;
        }
        stage.shows(&[address], up);
    }
    let take_away = || ip(&format!("address flush dev {interface} scope global"));
    if caller == "NetworkManager" {
        // It calls both, and hands no address to either: what goes is what the interface has at the first call.
        let beforehand = CALLS.iter().find(|call| call.caller == "NetworkManager beforehand" && call.before);
        stage.call(beforehand.unwrap(), "203.0.113.77");
    }
    if !down.before {
        take_away();
    }
    stage.call(down, "203.0.113.77");
    if down.before {
        // It goes on with its work as soon as the hook has returned, and that takes it a moment.
        sleep(Duration::from_millis(300));
        take_away();
    }
    stage.shows(&[], down);
}

/// A server, a configuration for nsup, and the files of contrib/ that run it.
struct Stage {
    server: Server,
    installed: Installed,
    log: UnixDatagram,
}

impl Stage {
    fn new(interface: &str) -> Option<Self> {
        let key = TestKey::new("home", "hmac-sha256");
        let zone = Zone::new(ZONE).grant(Grant::name(&key, NAME, &["A", "AAAA"]));
        let server = Server::start(Kind::Bind, &Setup::new().key(key.clone()).zone(zone))?;
        // No caller hands these over: they stand for /etc/nsup and /run/nsup.
        let nsup = format!(
            "#!/bin/sh\nhere=\"${{0%/*}}/..\"\nexport NSUP_CONFIG=\"$here/nsup.toml\" RUNTIME_DIRECTORY=\"$here/run\"\n\
             exec {} \"$@\"\n",
            env!("CARGO_BIN_EXE_nsup")
        );
        let installed = Installed::new(Some(&nsup));
        let folder = installed.folder();
        let key = key.write(folder);
        fs::create_dir(folder.join("run")).unwrap();
        fs::create_dir(folder.join("state")).unwrap();
        let log = UnixDatagram::bind(folder.join("log")).unwrap();
        log.set_nonblocking(true).unwrap();
        fs::write(folder.join("nsup.toml"), configuration(folder, &key, &server, interface)).unwrap();
        Some(Self { server, installed, log })
    }

    /// Makes a call; no caller waits long, and none shows what is printed. `false` where the caller cannot be played.
    fn call(&self, call: &Call, address: &str) -> bool {
        let Some(run) = self.installed.call(call, address) else { return false };
        assert!(run.took < Duration::from_secs(4), "pppd would have killed it: {run:#?}");
        // The status of a shell that sources its hook is its own.
        run.ends(if call.how == How::Sourced { 7 } else { 0 }).silent();
        true
    }

    /// Waits until the name has these addresses.
    #[track_caller]
    fn shows(&self, addresses: &[&str], call: &Call) {
        let deadline = Instant::now() + Duration::from_secs(20);
        let mut found = self.server.has(ZONE, NAME, "A");
        while found != addresses && Instant::now() < deadline {
            sleep(Duration::from_millis(200));
            found = self.server.has(ZONE, NAME, "A");
        }
        assert_eq!(found, addresses, "{call:#?}\nsyslog: {:#?}", self.said());
    }

    /// What nsup told syslog.
    fn said(&self) -> Vec<String> {
        let mut buffer = [0; 4096];
        let mut said = Vec::new();
        while let Ok(length) = self.log.recv(&mut buffer) {
            said.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
        }
        said
    }
}

fn configuration(folder: &Path, key: &Path, server: &Server, interface: &str) -> String {
    let (folder, key, server) = (folder.display(), key.display(), server.address());
    format!(
        "server = \"{server}\"
key = \"{key}\"
allow-private = true
syslog = \"{folder}/log\"
state-directory = \"{folder}/state\"

[[name]]
name = \"{NAME}\"
ipv4 = \"interface:{interface}\"
on-down = \"remove\"
"
    )
}
