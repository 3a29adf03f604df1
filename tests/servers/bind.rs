//! BIND: named.conf and the zone files.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::setup::{Grant, Setup, TestKey, Zone, bare};
use super::start::{Launch, command, free_address};

/// Writes configuration and zones, and says how to start named.
pub(super) fn prepare(setup: &Setup, directory: &Path, address: SocketAddr) -> Launch {
    let configuration = directory.join("named.conf");
    let tls: Vec<_> = setup.tls.iter().map(|(name, _)| (name.clone(), free_address())).collect();
    let mut text = named_conf(setup, directory, address, &tls);
    if let Some(key) = setup.keys.first().filter(|_| setup.is_controlled) {
        let (name, port) = (&key.name, free_address().port());
        let control = format!("controls {{ inet 127.0.0.1 port {port} allow {{ any; }} keys {{ \"{name}\"; }}; }};");
        text = text.replace("controls { };", &control);
        let options = format!("options {{ default-server 127.0.0.1; default-port {port}; default-key \"{name}\"; }};");
        fs::write(directory.join(RNDC), key.clause() + &options).expect("rndc.conf");
    }
    fs::write(&configuration, text).expect("named.conf");
    for zone in setup.zones.iter().filter(|zone| zone.primary.is_none()) {
        let file = directory.join(zone_file(&zone.name));
        fs::write(file, zone.master_file()).expect("a zone file");
    }
    let mut command = command("named");
    // One thread, and everything logged to stderr.
    command.args(["-g", "-4", "-n", "1", "-c"]).arg(configuration);
    Launch { command, running: " running\n", tls }
}

/// The configuration of rndc.
pub(super) const RNDC: &str = "rndc.conf";

/// Where named keeps the journal of a zone.
pub(super) fn journal(directory: &Path, zone: &str) -> PathBuf {
    directory.join(zone_file(&bare(zone).to_ascii_lowercase()) + ".jnl")
}

fn zone_file(zone: &str) -> String {
    format!("{zone}.zone")
}

fn named_conf(setup: &Setup, directory: &Path, address: SocketAddr, tls: &[(String, SocketAddr)]) -> String {
    let directory = directory.display();
    let (ip, port) = (address.ip(), address.port());
    let listen =
        |(name, at): &(String, SocketAddr)| format!("\tlisten-on port {} tls {name} {{ {}; }};\n", at.port(), at.ip());
    let more = setup.bind_options.clone() + &tls.iter().map(listen).collect::<String>();
    // Without `reuseport no` two servers could share a port without either noticing; without
    // `lock-file none` no two could run at once.
    let mut text = format!(
        "options {{
	directory \"{directory}\";
	listen-on port {port} {{ {ip}; }};
	listen-on-v6 {{ none; }};
	reuseport no;
	interface-interval 0;
	automatic-interface-scan no;
	pid-file \"{directory}/named.pid\";
	session-keyfile \"{directory}/session.key\";
	lock-file none;
	recursion no;
	dnssec-validation no;
	empty-zones-enable no;
	notify no;
	allow-transfer {{ 127.0.0.0/8; }};
	max-cache-size 2M;
{more}}};
controls {{ }};
"
    );
    text.extend(setup.tls.iter().map(|(name, clause)| format!("tls {name} {{ {clause} }};\n")));
    text.extend(setup.keys.iter().map(TestKey::clause));
    text.extend(setup.zones.iter().map(|zone| zone_clause(setup, zone)));
    text + &setup.bind_statements
}

fn zone_clause(setup: &Setup, zone: &Zone) -> String {
    let (name, file) = (&zone.name, zone_file(&zone.name));
    let role = match zone.primary {
        None => "type primary;".to_owned(),
        Some(at) => format!("type secondary;\n\tprimaries {{ {} port {}; }};", at.ip(), at.port()),
    };
    let mut text = format!("zone \"{name}\" {{\n\t{role}\n\tfile \"{file}\";\n");
    // An empty policy would still make it a dynamic zone.
    if !zone.grants.is_empty() {
        text.push_str("\tupdate-policy {\n");
        text.extend(zone.grants.iter().map(rule));
        text.push_str("\t};\n");
    }
    text.extend(setup.bind_zone_extras(zone).map(|extra| format!("\t{extra}\n")));
    text + "};\n"
}

fn rule(grant: &Grant) -> String {
    let key = &grant.key;
    // Left out, the types would be all but NS, SOA and DNSSEC's.
    let types = if grant.types.is_empty() { "ANY".to_owned() } else { grant.types.join(" ") };
    match &grant.owner {
        Some(owner) => format!("\t\tgrant \"{key}\" name \"{owner}\" {types};\n"),
        None => format!("\t\tgrant \"{key}\" zonesub {types};\n"),
    }
}
