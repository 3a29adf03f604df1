//! Knot: knot.conf and the zone files.

use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use super::setup::{Grant, Setup};
use super::start::{Launch, command};

/// Writes configuration and zones, and says how to start knotd.
pub(super) fn prepare(setup: &Setup, directory: &Path, address: SocketAddr) -> Launch {
    let configuration = directory.join("knot.conf");
    fs::write(&configuration, knot_conf(setup, directory, address)).expect("knot.conf");
    for zone in &setup.zones {
        let file = directory.join(format!("{}.zone", zone.name));
        fs::write(file, zone.master_file()).expect("a zone file");
    }
    let mut command = command("knotd");
    command.arg("-c").arg(configuration);
    Launch { command, running: "server started", tls: Vec::new() }
}

fn knot_conf(setup: &Setup, directory: &Path, address: SocketAddr) -> String {
    let directory = directory.display();
    let (ip, port) = (address.ip(), address.port());
    // The databases are kept small and are not forced to disk: what a killed process has
    // written is still there, and no test pulls the plug. Changes stay in the journal, the zone
    // files are only read.
    let mut text = format!(
        "server:
  rundir: \"{directory}\"
  listen: \"{ip}@{port}\"
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
log:
  - target: stderr
    any: info
database:
  storage: \"{directory}\"
  journal-db-mode: asynchronous
  journal-db-max-size: 16M
  kasp-db-max-size: 5M
  timer-db-max-size: 1M
template:
  - id: default
    storage: \"{directory}\"
    file: \"%s.zone\"
    zonefile-sync: -1
    journal-content: changes
    serial-policy: increment
"
    );
    keys(&mut text, setup);
    let rules: Vec<Vec<Rule>> = setup.zones.iter().map(|zone| rules(&zone.grants)).collect();
    let _ = write!(text, "acl:\n  - id: transfer\n    address: {ip}\n    action: transfer\n");
    for (zone, rules) in rules.iter().enumerate() {
        for (number, rule) in rules.iter().enumerate() {
            rule.write(&mut text, &rule_id(zone, number));
        }
    }
    text.push_str("zone:\n");
    for (number, zone) in setup.zones.iter().enumerate() {
        let update = (0..rules[number].len()).map(|rule| rule_id(number, rule));
        let all: Vec<String> = update.chain(["transfer".to_owned()]).collect();
        let _ = writeln!(text, "  - domain: \"{}\"\n    acl: [{}]", zone.name, all.join(", "));
    }
    text
}

fn keys(text: &mut String, setup: &Setup) {
    if !setup.keys.is_empty() {
        text.push_str("key:\n");
    }
    for key in &setup.keys {
        let _ = writeln!(text, "  - id: \"{}\"", key.name);
        let _ = writeln!(text, "    algorithm: {}\n    secret: \"{}\"", key.algorithm, key.secret);
    }
}

fn rule_id(zone: usize, number: usize) -> String {
    format!("update-{zone}-{number}")
}

/// One access rule: Knot wants a message to satisfy a single one of them as a whole.
struct Rule {
    key: String,
    owners: Vec<String>,
    types: Vec<String>,
}

/// Gathers grants that differ only in the name, so that one message may use several of them.
fn rules(grants: &[Grant]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for Grant { key, owner, types } in grants {
        let fits =
            |rule: &&mut Rule| rule.key == *key && rule.types == *types && rule.owners.is_empty() == owner.is_none();
        match rules.iter_mut().find(fits) {
            Some(rule) => rule.owners.extend(owner.clone()),
            None => {
                rules.push(Rule { key: key.clone(), owners: owner.iter().cloned().collect(), types: types.clone() })
            }
        }
    }
    rules
}

impl Rule {
    fn write(&self, text: &mut String, id: &str) {
        let Rule { key, owners, types } = self;
        let _ = writeln!(text, "  - id: {id}\n    key: \"{key}\"\n    action: update");
        if !owners.is_empty() {
            let owners = owners.join("\", \"");
            let _ = writeln!(text, "    update-owner: name\n    update-owner-name: [\"{owners}\"]");
        }
        if !types.is_empty() {
            let _ = writeln!(text, "    update-type: [{}]", types.join(", "));
        }
    }
}
