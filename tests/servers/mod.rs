//! Real name servers for the integration tests: starts them, reads them, breaks them, cleans up.
//!
//! A test describes keys and zones in a [`Setup`], starts BIND, Knot or PowerDNS with it, and
//! judges its own work by what [`Server::zone`] shows afterwards, never by what a server said.
//! What to serve is told in `setup`, how each server is told so in `bind`, `knot` and `pdns`,
//! and what it takes to call one started in `start`; this file owns the running process.

// Every test binary compiles this module whole and uses only its own part of it; and within a
// test binary nothing public can be reached from outside.
#![allow(dead_code, unreachable_pub)]

mod bind;
mod knot;
mod pdns;
mod setup;
mod start;
mod world;

use std::fmt;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use setup::Record;
// Here too a test binary may use a part only.
#[allow(unused_imports)]
pub use setup::{Grant, Setup, TestKey, Zone};
use start::{Launch, Start, command, find};
use tempfile::TempDir;
#[allow(unused_imports)]
pub use world::World;

/// How often a server is started before the test gives up on finding a free port.
const STARTS: usize = 10;

/// Where a program is, whether or not it is in the user's PATH; `None` if it is not installed.
pub fn program(name: &str) -> Option<PathBuf> {
    find(name)
}

/// The three servers the client has to get along with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// ISC's named.
    Bind,
    /// CZ.NIC's knotd.
    Knot,
    /// PowerDNS' authoritative server over an SQLite database.
    PowerDns,
}

impl Kind {
    /// All of them, for tests that must hold everywhere.
    pub const ALL: [Kind; 3] = [Kind::Bind, Kind::Knot, Kind::PowerDns];

    fn programs(self) -> &'static [&'static str] {
        match self {
            Kind::Bind => &["named", "dig"],
            Kind::Knot => &["knotd", "dig"],
            Kind::PowerDns => &["pdns_server", "sqlite3", "dig"],
        }
    }

    fn prepare(self, setup: &Setup, directory: &Path, address: SocketAddr) -> Launch {
        let is_primary = setup.zones.iter().all(|zone| zone.primary.is_none());
        assert!(is_primary || self == Kind::Bind, "secondaries are BIND's");
        match self {
            Kind::Bind => bind::prepare(setup, directory, address),
            Kind::Knot => knot::prepare(setup, directory, address),
            Kind::PowerDns => pdns::prepare(setup, directory, address),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Bind => "BIND",
            Kind::Knot => "Knot",
            Kind::PowerDns => "PowerDNS",
        })
    }
}

/// A running server with its port and directory; dropping it ends the process and removes both.
pub struct Server {
    kind: Kind,
    address: SocketAddr,
    zones: Vec<String>,
    launch: Launch,
    child: Option<Child>,
    // Last, so that it goes after everything that lives in it.
    directory: TempDir,
}

impl Server {
    /// Starts a server and returns once it answers for every zone over UDP and TCP.
    ///
    /// `None` when one of its programs is not installed, which stderr is told; where `CI` is set
    /// and not empty that is a panic instead, so that no test is left out there unnoticed.
    pub fn start(kind: Kind, setup: &Setup) -> Option<Server> {
        if kind.programs().iter().any(|name| is_missing(name)) {
            return None;
        }
        let mut log = String::new();
        for _ in 0..STARTS {
            let mut server = Server::prepare(kind, setup, setup.at.unwrap_or_else(start::free_address));
            if server.launch() == Start::Ready {
                return Some(server);
            }
            log = server.log();
        }
        panic!("{kind} found no free port in {STARTS} attempts, the last of them:\n{log}");
    }

    /// Where it listens, UDP and TCP alike.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens for TLS by the clause of this name.
    pub fn tls(&self, name: &str) -> SocketAddr {
        let found = self.launch.tls.iter().find(|(known, _)| known == name);
        found.expect("a tls clause of the setup").1
    }

    /// Which server this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The whole zone by unsigned AXFR: "owner ttl class type rdata" lines, sorted, SOA once.
    pub fn zone(&self, zone: &str) -> Vec<String> {
        self.zones(&[zone]).remove(0)
    }

    /// Several zones, with one process of dig for all of them, each as [`Server::zone`] gives it.
    pub fn zones(&self, zones: &[&str]) -> Vec<Vec<String>> {
        let port = self.address.port().to_string();
        let mut dig = command("dig");
        dig.args(["-r", "+noall", "+answer", "+nosplit", "+noidnout", "+time=5", "+tries=1", "-p", &port]);
        dig.arg(format!("@{}", self.address.ip())).stdin(Stdio::null());
        for zone in zones {
            // Knot and PowerDNS would spell all names below the zone as the question does.
            dig.args([&zone.to_ascii_lowercase(), "AXFR"]);
        }
        let text = dig.output().expect("dig starts").stdout;
        let text = String::from_utf8_lossy(&text);
        let mut records = text.lines().filter(|line| !line.starts_with(';')).filter_map(Record::parse);
        zones
            .iter()
            .map(|zone| {
                transfer(zone, &mut records).unwrap_or_else(|| panic!("{}: no AXFR of {zone}: {text}", self.kind))
            })
            .collect()
    }

    /// The RDATA texts of one RRset, sorted; empty when there is none.
    pub fn has(&self, zone: &str, owner: &str, rtype: &str) -> Vec<String> {
        let lines = self.zone(zone);
        let records = lines.iter().filter_map(|line| Record::parse(line));
        let records = records.filter(|record| record.is(owner, rtype));
        records.map(|record| record.rdata.to_owned()).collect()
    }

    /// The TTL of one RRset.
    pub fn ttl(&self, zone: &str, owner: &str, rtype: &str) -> Option<u32> {
        let lines = self.zone(zone);
        let mut records = lines.iter().filter_map(|line| Record::parse(line));
        let record = records.find(|record| record.is(owner, rtype))?;
        Some(record.ttl.parse().expect("a TTL is a number"))
    }

    /// The zone's serial.
    pub fn serial(&self, zone: &str) -> u32 {
        let soa = self.has(zone, zone, "SOA").concat();
        let serial = soa.split(' ').nth(2).expect("an SOA has a serial");
        serial.parse().expect("a serial is a number")
    }

    /// The size of BIND's journal of the zone, 0 while there is none; always 0 for the others.
    pub fn journal_octets(&self, zone: &str) -> u64 {
        match self.kind {
            Kind::Bind => fs::metadata(bind::journal(self.directory.path(), zone)).map_or(0, |metadata| metadata.len()),
            Kind::Knot | Kind::PowerDns => 0,
        }
    }

    /// Has BIND do something, as `rndc` with these words; for a setup that is controlled.
    pub fn rndc(&self, words: &str) {
        let mut rndc = command("rndc");
        rndc.arg("-c").arg(self.directory.path().join(bind::RNDC)).args(words.split(' '));
        let output = rndc.output().expect("rndc starts");
        assert!(output.status.success(), "rndc {words}: {output:?}");
    }

    /// Where it has its files.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What the server logged so far, all its starts together.
    pub fn log(&self) -> String {
        let log = fs::read(self.directory.path().join(LOG)).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Freezes the process: its sockets stay open, and nothing is answered until [`Server::cont`].
    pub fn stop(&self) {
        self.signal("-STOP");
        // On a busy machine one of its threads may answer another request before the signal
        // takes hold.
        let deadline = Instant::now() + Duration::from_secs(5);
        while !self.is_stopped() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Lets a frozen process go on, and answer what has come in meanwhile.
    pub fn cont(&self) {
        self.signal("-CONT");
    }

    /// Ends the process by SIGKILL, which leaves it no time to tidy up; the directory stays as it
    /// is for [`Server::restart`].
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It can only fail for a process that has ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts the server again on the same port and directory, after killing it if it still runs.
    pub fn restart(&mut self) {
        self.kill();
        for _ in 0..STARTS {
            if self.launch() == Start::Ready {
                return;
            }
            // Somebody's client socket was given the port for a moment.
            thread::sleep(Duration::from_millis(200));
        }
        panic!("{}: {} stays in use", self.kind, self.address);
    }

    fn prepare(kind: Kind, setup: &Setup, address: SocketAddr) -> Server {
        let directory = TempDir::with_prefix("nsup-test-").expect("a temporary directory");
        let mut launch = kind.prepare(setup, directory.path(), address);
        let log = File::create(directory.path().join(LOG)).expect("a log file");
        let twin = log.try_clone().expect("a second handle on the log");
        launch.command.stdin(Stdio::null()).stdout(log).stderr(twin);
        Server {
            kind,
            address,
            zones: setup.zones.iter().map(|zone| zone.name.clone()).collect(),
            launch,
            child: None,
            directory,
        }
    }

    fn launch(&mut self) -> Start {
        let old_log = self.log().len();
        let child = self.launch.command.spawn();
        self.child = Some(child.expect("the server's program starts"));
        let deadline = Instant::now() + start::LIMIT;
        while Instant::now() < deadline {
            // Asked before the log is read, so that the log of an ended process is complete.
            let ended = self.has_ended();
            let log = self.log();
            let log = log.get(old_log..).unwrap_or_default();
            if start::address_is_taken(log) {
                self.kill();
                return Start::AddressTaken;
            }
            assert!(!ended, "{} ended while starting", self.kind);
            // Without its own word another server on this port could be taken for ours.
            if log.contains(self.launch.running) && start::answers(self.address, &self.zones) {
                return Start::Ready;
            }
            thread::sleep(Duration::from_millis(2));
        }
        panic!("{} is not ready after {:?}", self.kind, start::LIMIT);
    }

    fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| {
            let status = child.try_wait().expect("the server is our child");
            status.is_some()
        })
    }

    fn pid(&self) -> u32 {
        self.child.as_ref().expect("the server runs").id()
    }

    fn signal(&self, signal: &str) {
        let pid = self.pid().to_string();
        let status = Command::new("kill").args([signal, &pid]).status();
        assert!(status.expect("kill starts").success(), "kill {signal} {pid}");
    }

    /// Whether the process is frozen; where there is no /proc to ask, its word is taken for it.
    fn is_stopped(&self) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid()));
        stat.map_or(true, |stat| {
            // The program's name in brackets may hold anything, the state is what follows it.
            let state = stat.rsplit(')').next().unwrap_or_default();
            state.trim_start().starts_with('T')
        })
    }
}

/// Has BIND read a named.conf of this text: what `named-checkconf` prints, or what it says is wrong. `None` when it is
/// not installed, as [`Server::start`] has it.
pub fn check_conf(text: &str, options: &[&str]) -> Option<Result<String, String>> {
    if is_missing("named-checkconf") {
        return None;
    }
    let directory = TempDir::with_prefix("nsup-test-").expect("a temporary directory");
    let file = directory.path().join("named.conf");
    fs::write(&file, text).expect("named.conf");
    let output = command("named-checkconf").args(options).arg(&file).output().expect("named-checkconf starts");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    Some(if output.status.success() { Ok(said) } else { Err(said) })
}

/// Whether a program is not installed, which stderr is told, and which is a panic where `CI` is set and not empty.
fn is_missing(name: &str) -> bool {
    let missing = find(name).is_none();
    if missing {
        let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        assert!(!in_ci, "{name} is not installed");
        eprintln!("skipped: {name} is not installed");
    }
    missing
}

/// Takes the records of one transfer, which ends with the SOA that it began with.
fn transfer<'a>(zone: &str, records: &mut impl Iterator<Item = Record<'a>>) -> Option<Vec<String>> {
    let soa = records.next().filter(|record| record.is(zone, "SOA"))?.to_string();
    let mut lines = vec![soa.clone()];
    loop {
        let record = records.next()?.to_string();
        if record == soa {
            break;
        }
        lines.push(record);
    }
    lines.sort();
    lines.dedup();
    Some(lines)
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let tail = &lines[lines.len().saturating_sub(40)..];
            eprintln!("--- end of {}'s log\n{}", self.kind, tail.join("\n"));
        }
    }
}

/// The name of the log in the server's directory.
const LOG: &str = "server.log";
