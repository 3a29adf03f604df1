//! One of the twin servers: the keys, the zones of each script, and what stands for the placeholders.

use std::fs::OpenOptions;
use std::io::Write;
use std::net::UdpSocket;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::normal::normal;
use super::relay::Relay;
use super::run::{Outcome, Programs, Run};
use super::script::{Script, repeated};
use crate::servers::{Grant, Kind, Server, Setup, TestKey, Zone};

/// The keys, each with its algorithm. All but `stranger` may change everything in `@ZONE@` and `@OTHER@`.
const KEYS: [(&str, &str); 9] = [
    ("twin", "hmac-sha256"),
    ("md5", "hmac-md5"),
    ("sha1", "hmac-sha1"),
    ("sha224", "hmac-sha224"),
    ("sha256", "hmac-sha256"),
    ("sha384", "hmac-sha384"),
    ("sha512", "hmac-sha512"),
    ("short", "hmac-sha256-128"),
    ("stranger", "hmac-sha256"),
];

/// What every zone holds besides its SOA.
const RECORDS: [&str; 10] = [
    "ZONE. 3600 IN NS ns1.ZONE.",
    "ns1.ZONE. 300 IN A 127.0.0.1",
    "www.ZONE. 300 IN A 192.0.2.1",
    "www.ZONE. 300 IN A 192.0.2.2",
    "www.ZONE. 300 IN TXT \"one\"",
    "mail.ZONE. 300 IN MX 10 www.ZONE.",
    "alias.ZONE. 300 IN CNAME www.ZONE.",
    "*.wild.ZONE. 300 IN TXT \"any\"",
    "sub.ZONE. 300 IN NS ns.sub.ZONE.",
    "ns.sub.ZONE. 300 IN A 192.0.2.53",
];

/// How many zones one process of dig reads.
const ZONES_AT_A_TIME: usize = 60;

/// A server with zones for all scripts.
pub(crate) struct World {
    server: Server,
    relay: Relay,
    keys: Vec<TestKey>,
}

impl World {
    /// Starts it; `None` if there is no named, as `Server::start` says.
    pub(crate) fn start(scripts: &[Script]) -> Option<World> {
        let keys: Vec<TestKey> = KEYS.iter().map(|(name, algorithm)| key(name, algorithm)).collect();
        // What nsupdate sends is the question here, not what named thinks of it.
        let lenient = Setup::new().bind_options("check-names primary ignore; check-mx ignore; check-integrity no;");
        let mut setup = keys.iter().fold(lenient, |setup, key| setup.key(key.clone()));
        for script in scripts {
            for (placeholder, name) in zones(script) {
                let mut zone = zone(&name);
                if placeholder == "@OPEN@" {
                    setup = setup.bind_zone_extra(&name, "allow-update { 127.0.0.0/8; };");
                } else {
                    let allowed = keys.iter().filter(|key| key.name != "stranger");
                    zone = allowed.fold(zone, |zone, key| zone.grant(Grant::zone(key)));
                }
                setup = setup.zone(zone);
            }
        }
        let server = Server::start(Kind::Bind, &setup)?;
        Some(World { relay: Relay::start(server.address()), server, keys })
    }

    /// Runs a script here with one of the programs.
    pub(crate) fn play(&self, script: &Script, program: &Path, programs: &Programs) -> Run {
        let directory = tempfile::tempdir().unwrap();
        let twin = &self.keys[0];
        twin.write(directory.path());
        write(directory.path(), "twin.line", &format!("{}:{}:{}\n", twin.algorithm, twin.name, twin.secret));
        let free = free_port();
        for (name, text) in script.files().chain([("stdin", script.stdin())]) {
            write(directory.path(), name, &self.filled_in(script, text, free));
        }
        let words: Vec<String> = script.words().iter().map(|word| self.filled_in(script, word, free)).collect();
        programs.run(program, script, &words, directory.path())
    }

    /// What came of all the scripts, once all have been run: their zones are read together.
    pub(crate) fn outcomes(&self, scripts: &[Script], runs: Vec<Run>) -> Vec<Outcome> {
        let names: Vec<String> = scripts.iter().flat_map(|script| zones(script).map(|(_, zone)| zone)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut read = names.chunks(ZONES_AT_A_TIME).flat_map(|names| self.server.zones(names));
        let outcomes = scripts.iter().zip(runs).map(|(script, run)| {
            let after = zones(script).flat_map(|_| read.next().expect("each zone was read")).collect();
            self.outcome(script, run, after)
        });
        outcomes.collect()
    }

    fn outcome(&self, script: &Script, run: Run, zone: Vec<String>) -> Outcome {
        let before: Vec<String> = zones(script).flat_map(|(_, zone)| records(&zone)).collect();
        let gone = before.iter().filter(|record| !zone.contains(record)).map(|record| format!("- {record}"));
        let new = zone.iter().filter(|record| !before.contains(record) && !is_soa(record));
        let new = new.map(|record| format!("+ {record}"));
        let mut changes: Vec<String> = gone.chain(new).map(|change| unnamed(script, &change)).collect();
        changes.sort();
        let soas = zone.iter().filter(|record| is_soa(record)).cloned().collect();
        let ports = [(self.server.address().port(), "PORT"), (self.relay.port, "UDP")];
        let text = |text: &str| unnamed(script, &normal(text, &ports));
        Outcome { exit: run.status, stdout: text(&run.stdout), stderr: text(&run.stderr), changes, soas }
    }

    /// The text with all that stands for its placeholders.
    fn filled_in(&self, script: &Script, text: &str, free: u16) -> String {
        let address = self.server.address();
        let mut text = repeated(text);
        for (placeholder, zone) in zones(script) {
            text = text.replace(placeholder, &zone);
        }
        for key in &self.keys {
            text = text.replace(&format!("@SECRET:{}@", key.name), &key.secret);
        }
        text = text.replace("@SECRET@", &self.keys[0].secret);
        text = text.replace("@HOST@", &address.ip().to_string()).replace("@PORT@", &address.port().to_string());
        text = text
            .replace("@UDP@", &self.relay.port.to_string())
            .replace("@FREE@", &free.to_string())
            .replace("@CR@", "\r")
            .replace("@TAB@", "\t");
        if let Some((before, _)) = text.split_once("@END@") {
            text.truncate(before.len());
        }
        let unknown =
            text.split('@').skip(1).find(|word| word.len() > 1 && word.bytes().all(|o| o.is_ascii_uppercase()));
        assert!(unknown.is_none(), "{}: nothing stands for @{}@", script.path(), unknown.unwrap_or_default());
        text
    }
}

/// The zones that a script has, each with its placeholder.
fn zones(script: &Script) -> impl Iterator<Item = (&'static str, String)> {
    let all = [("@ZONE@", "test"), ("@OTHER@", "other"), ("@OPEN@", "open")];
    let used = all.into_iter().filter(|(placeholder, _)| script.uses(placeholder));
    used.map(|(placeholder, top)| (placeholder, format!("{}.{top}", script.name)))
}

fn is_soa(record: &str) -> bool {
    record.split(' ').nth(3) == Some("SOA")
}

/// The text with the placeholders of the zones put back, so that a script can say what is expected.
fn unnamed(script: &Script, text: &str) -> String {
    zones(script).fold(text.to_owned(), |text, (placeholder, zone)| text.replace(&zone, placeholder))
}

fn zone(name: &str) -> Zone {
    let zone = Zone::new(name).bare();
    // A primary whose address every machine knows.
    let zone = zone.record(&format!("{name}. 3600 IN SOA localhost. hostmaster.{name}. 1 3600 600 86400 60"));
    records(name).iter().fold(zone, |zone, record| zone.record(record))
}

fn records(zone: &str) -> Vec<String> {
    RECORDS.iter().map(|record| record.replace("ZONE", zone)).collect()
}

fn key(name: &str, algorithm: &str) -> TestKey {
    // The octets of a secret are those of the digest, whatever part of it is sent.
    let key = TestKey::new(name, algorithm.trim_end_matches("-128"));
    TestKey { algorithm: algorithm.to_owned(), ..key }
}

fn write(directory: &Path, name: &str, text: &str) {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(directory.join(name)).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
