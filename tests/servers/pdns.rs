//! PowerDNS: pdns.conf and the SQLite database with zones, keys and grants.
//!
//! PowerDNS 4.7 has no grants below the zone: a key with any grant may change the whole zone.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use super::setup::{Record, Setup, Zone, bare};
use super::start::{Launch, command};

/// Writes configuration and database, and says how to start pdns_server.
pub(super) fn prepare(setup: &Setup, directory: &Path, address: SocketAddr) -> Launch {
    let configuration = directory.join("pdns.conf");
    fs::write(configuration, pdns_conf(directory, address)).expect("pdns.conf");
    fill_database(&directory.join(DATABASE), &database(setup));
    let mut command = command("pdns_server");
    command.arg(format!("--config-dir={}", directory.display()));
    Launch { command, running: "TCP server bound to", tls: Vec::new() }
}

const DATABASE: &str = "pdns.sqlite3";

/// Where Debian's package puts the schema, unless documentation is left out on installation.
const SCHEMA_FILE: &str = "/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql";

fn pdns_conf(directory: &Path, address: SocketAddr) -> String {
    let directory = directory.display();
    let (ip, port) = (address.ip(), address.port());
    // Who may send updates is told per zone, so that a zone without grants takes none. The empty
    // suffix keeps it from asking powerdns.com about security problems.
    format!(
        "launch=gsqlite3
gsqlite3-database={directory}/{DATABASE}
gsqlite3-pragma-synchronous=0
local-address={ip}
local-port={port}
socket-dir={directory}
daemon=no
guardian=no
receiver-threads=1
distributor-threads=1
signing-threads=1
dnsupdate=yes
allow-dnsupdate-from=
allow-axfr-ips=127.0.0.0/8
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
zone-metadata-cache-ttl=0
security-poll-suffix=
log-dns-details=yes
loglevel=6
"
    )
}

fn database(setup: &Setup) -> String {
    let mut sql = String::from("PRAGMA synchronous = OFF;\nBEGIN;\n");
    match fs::read_to_string(SCHEMA_FILE) {
        Ok(schema) => sql.push_str(&schema),
        Err(_) => sql.push_str(SCHEMA),
    }
    for key in &setup.keys {
        let name = quoted(&bare(&key.name).to_ascii_lowercase());
        let (algorithm, secret) = (quoted(&key.algorithm), quoted(&key.secret));
        let _ = writeln!(sql, "INSERT INTO tsigkeys (name, algorithm, secret) VALUES ({name}, {algorithm}, {secret});");
    }
    for (id, zone) in setup.zones.iter().enumerate() {
        insert_zone(&mut sql, id + 1, zone);
    }
    sql + "COMMIT;\n"
}

fn insert_zone(sql: &mut String, id: usize, zone: &Zone) {
    let name = quoted(&zone.name);
    let _ = writeln!(sql, "INSERT INTO domains (id, name, type) VALUES ({id}, {name}, 'NATIVE');");
    let mut metadata = |kind: &str, content: &str| {
        let content = quoted(content);
        let _ =
            writeln!(sql, "INSERT INTO domainmetadata (domain_id, kind, content) VALUES ({id}, '{kind}', {content});");
    };
    metadata("SOA-EDIT-DNSUPDATE", "INCREASE");
    if !zone.grants.is_empty() {
        metadata("ALLOW-DNSUPDATE-FROM", "127.0.0.0/8");
    }
    for grant in &zone.grants {
        metadata("TSIG-ALLOW-DNSUPDATE", &bare(&grant.key).to_ascii_lowercase());
    }
    for line in zone.records() {
        let record = Record::parse(&line).expect("a zone is made of records");
        // It looks names up in lower case, and finds them only if they are stored so.
        let owner = quoted(&bare(record.owner).to_ascii_lowercase());
        let rtype = quoted(record.rtype);
        let (ttl, content) = (record.ttl, quoted(record.rdata));
        let _ = writeln!(
            sql,
            "INSERT INTO records (domain_id, name, type, ttl, content) \
             VALUES ({id}, {owner}, {rtype}, {ttl}, {content});"
        );
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn fill_database(database: &Path, sql: &str) {
    let mut sqlite = command("sqlite3")
        .arg("-bail")
        .arg(database)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("sqlite3 starts");
    let mut input = sqlite.stdin.take().expect("a pipe was asked for");
    input.write_all(sql.as_bytes()).expect("sqlite3 reads");
    // The end of its input is what makes it finish.
    drop(input);
    let status = sqlite.wait().expect("sqlite3 is our child");
    assert!(status.success(), "sqlite3 refused the database");
}

/// What PowerDNS 4.7 asks of its tables, no more.
const SCHEMA: &str = "
CREATE TABLE domains (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, master TEXT,
  last_check INTEGER, type TEXT, notified_serial INTEGER, account TEXT, options TEXT, catalog TEXT);
CREATE TABLE records (id INTEGER PRIMARY KEY, domain_id INTEGER, name TEXT, type TEXT,
  content TEXT, ttl INTEGER, prio INTEGER, disabled BOOLEAN DEFAULT 0, ordername TEXT,
  auth BOOLEAN DEFAULT 1);
CREATE INDEX records_lookup ON records (name, type);
CREATE TABLE supermasters (ip TEXT, nameserver TEXT, account TEXT);
CREATE TABLE comments (id INTEGER PRIMARY KEY, domain_id INTEGER, name TEXT, type TEXT,
  modified_at INTEGER, account TEXT, comment TEXT);
CREATE TABLE domainmetadata (id INTEGER PRIMARY KEY, domain_id INTEGER, kind TEXT COLLATE NOCASE,
  content TEXT);
CREATE TABLE cryptokeys (id INTEGER PRIMARY KEY, domain_id INTEGER, flags INTEGER,
  active BOOLEAN, published BOOLEAN DEFAULT 1, content TEXT);
CREATE TABLE tsigkeys (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE,
  algorithm TEXT COLLATE NOCASE, secret TEXT);
";
