//! What a test server is to serve: keys, zones, and which key may change what.
//!
//! Told in no server's language; `bind`, `knot` and `pdns` translate.

use std::fmt::{self, Write as _};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A TSIG key as both sides know it.
#[derive(Clone)]
pub struct TestKey {
    /// The key's name, a domain name with or without the final dot.
    pub name: String,
    /// The algorithm in BIND's words, "hmac-md5" to "hmac-sha512".
    pub algorithm: String,
    /// The secret in base64.
    pub secret: String,
}

impl TestKey {
    /// A key with a throw-away secret that is the same for the same name every time.
    pub fn new(name: &str, algorithm: &str) -> Self {
        TestKey {
            name: name.to_owned(),
            algorithm: algorithm.to_owned(),
            secret: secret(name, digest_octets(algorithm)),
        }
    }

    /// Writes the key as BIND and nsupdate read it, for the owner's eyes only.
    pub fn write(&self, directory: &Path) -> PathBuf {
        let path = directory.join(format!("{}.key", bare(&self.name)));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&path).expect("the key file can be made");
        let text = self.clause();
        file.write_all(text.as_bytes()).expect("the key file can be written");
        path
    }

    /// The key as a clause of named.conf.
    pub(super) fn clause(&self) -> String {
        let TestKey { name, algorithm, secret } = self;
        format!("key \"{name}\" {{\n\talgorithm {algorithm};\n\tsecret \"{secret}\";\n}};\n")
    }
}

/// What a key may change in a zone.
///
/// PowerDNS knows no grants below the zone: there every grant is one for the whole zone. Knot
/// wants one message to keep to grants of the same types, while BIND judges record by record.
#[derive(Clone)]
pub struct Grant {
    /// The name of the key.
    pub(super) key: String,
    /// The only owner name the key may change, absolute; `None` stands for the whole zone.
    pub(super) owner: Option<String>,
    /// The only types it may change; none stands for all of them.
    pub(super) types: Vec<String>,
}

impl Grant {
    /// Lets the key change one name, in the given types only, or in any type if none is given.
    pub fn name(key: &TestKey, owner: &str, types: &[&str]) -> Self {
        Grant {
            key: key.name.clone(),
            owner: Some(format!("{}.", bare(owner))),
            types: types.iter().map(|&rtype| rtype.to_owned()).collect(),
        }
    }

    /// Lets the key change the whole zone.
    pub fn zone(key: &TestKey) -> Self {
        Grant { key: key.name.clone(), owner: None, types: Vec::new() }
    }
}

/// A zone with its records and grants; without a grant it cannot be changed.
#[derive(Clone)]
pub struct Zone {
    pub(super) name: String,
    pub(super) grants: Vec<Grant>,
    records: Vec<String>,
    is_bare: bool,
    /// The server that it is transferred from; none for one that is served from its own records.
    pub(super) primary: Option<SocketAddr>,
}

impl Zone {
    /// A zone with serial 1, the name server ns1 and its address, and nothing else.
    pub fn new(name: &str) -> Self {
        let name = bare(name).to_ascii_lowercase();
        Zone { name, grants: Vec::new(), records: Vec::new(), is_bare: false, primary: None }
    }

    /// A copy of a zone, transferred from its primary; BIND only.
    pub fn secondary(name: &str, primary: SocketAddr) -> Self {
        Zone { primary: Some(primary), ..Zone::new(name) }
    }

    /// Adds a record "owner ttl class type rdata", all names absolute.
    pub fn record(mut self, record: &str) -> Self {
        assert!(Record::parse(record).is_some(), "not a record: {record}");
        self.records.push(record.to_owned());
        self
    }

    /// Adds a grant.
    pub fn grant(mut self, grant: Grant) -> Self {
        self.grants.push(grant);
        self
    }

    /// Leaves out the SOA, NS and A records that are made otherwise: the test brings its own.
    pub fn bare(mut self) -> Self {
        self.is_bare = true;
        self
    }

    /// All records in master file format, which all three servers understand.
    pub(super) fn records(&self) -> Vec<String> {
        let name = &self.name;
        let mut records = Vec::new();
        if !self.is_bare {
            let soa = format!("ns1.{name}. hostmaster.{name}. 1 3600 600 86400 60");
            records.push(format!("{name}. 3600 IN SOA {soa}"));
            records.push(format!("{name}. 3600 IN NS ns1.{name}."));
            records.push(format!("ns1.{name}. 3600 IN A 127.0.0.1"));
        }
        records.extend(self.records.iter().cloned());
        records
    }

    /// The records as a master file.
    pub(super) fn master_file(&self) -> String {
        self.records().join("\n") + "\n"
    }
}

/// All that a server is told: keys, zones and, for BIND, options of its own.
#[derive(Clone, Default)]
pub struct Setup {
    pub(super) keys: Vec<TestKey>,
    pub(super) zones: Vec<Zone>,
    pub(super) bind_options: String,
    /// Statements of BIND's beside those made of the rest.
    pub(super) bind_statements: String,
    bind_zone_extras: Vec<(String, String)>,
    /// Where it listens, instead of a free port of 127.0.0.1.
    pub(super) at: Option<SocketAddr>,
    /// Whether rndc can talk to BIND.
    pub(super) is_controlled: bool,
    /// BIND's `tls` clauses by their names.
    pub(super) tls: Vec<(String, String)>,
}

impl Setup {
    /// Nothing yet.
    pub fn new() -> Self {
        Setup::default()
    }

    /// Makes a key known to the server; what it may do is up to the zones' grants.
    pub fn key(mut self, key: TestKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Adds a zone.
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zones.push(zone);
        self
    }

    /// Adds statements to BIND's `options` block; the others ignore them. One that `bind.rs`
    /// sets already makes named refuse its configuration.
    pub fn bind_options(mut self, text: &str) -> Self {
        writeln!(self.bind_options, "\t{text}").expect("a string takes all");
        self
    }

    /// Has the server listen here, be the port free or not.
    pub fn at(mut self, address: SocketAddr) -> Self {
        self.at = Some(address);
        self
    }

    /// Has BIND tell these secondaries of each change of a zone, at once.
    pub fn notify(self, zone: &str, secondaries: &[SocketAddr]) -> Self {
        let also = secondaries.iter().map(|at| format!("{} port {}; ", at.ip(), at.port())).collect::<String>();
        self.bind_zone_extra(zone, &format!("notify explicit; notify-delay 0; also-notify {{ {also}}};"))
    }

    /// Lets [`Server::rndc`](super::Server::rndc) talk to BIND, with the first key.
    pub fn controlled(mut self) -> Self {
        self.is_controlled = true;
        self
    }

    /// Adds statements to BIND's configuration, beside keys and zones; the others ignore them.
    pub fn bind_statements(mut self, text: &str) -> Self {
        writeln!(self.bind_statements, "{text}").expect("a string takes all");
        self
    }

    /// Lets BIND listen on one more port, for TLS with the statements of a `tls` clause of this
    /// name; the others ignore it.
    pub fn tls(mut self, name: &str, clause: &str) -> Self {
        self.tls.push((name.to_owned(), clause.to_owned()));
        self
    }

    /// Adds statements to one zone's block in BIND's configuration; the others ignore them.
    pub fn bind_zone_extra(mut self, zone: &str, text: &str) -> Self {
        self.bind_zone_extras.push((zone.to_owned(), text.to_owned()));
        self
    }

    pub(super) fn bind_zone_extras(&self, zone: &Zone) -> impl Iterator<Item = &str> {
        let extras = self.bind_zone_extras.iter();
        extras.filter(|(name, _)| same_name(name, &zone.name)).map(|(_, text)| text.as_str())
    }
}

/// The fields of one record in text.
pub(super) struct Record<'a> {
    pub(super) owner: &'a str,
    pub(super) ttl: &'a str,
    pub(super) class: &'a str,
    pub(super) rtype: &'a str,
    pub(super) rdata: &'a str,
}

impl<'a> Record<'a> {
    /// Splits "owner ttl class type rdata"; blanks inside the RDATA stay as they are.
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let (owner, rest) = word(line)?;
        let (ttl, rest) = word(rest)?;
        let (class, rest) = word(rest)?;
        let (rtype, rdata) = word(rest)?;
        Some(Record { owner, ttl, class, rtype, rdata: rdata.trim() })
    }

    /// Whether it belongs to this RRset.
    pub(super) fn is(&self, owner: &str, rtype: &str) -> bool {
        same_name(self.owner, owner) && self.rtype.eq_ignore_ascii_case(rtype)
    }
}

impl fmt::Display for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Record { owner, ttl, class, rtype, rdata } = self;
        write!(f, "{owner} {ttl} {class} {rtype} {rdata}")
    }
}

/// Whether two names are the same, written with the final dot or without.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    bare(one).eq_ignore_ascii_case(bare(other))
}

/// A name without its final dot.
pub(super) fn bare(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

fn word(text: &str) -> Option<(&str, &str)> {
    text.trim_start().split_once([' ', '\t'])
}

fn digest_octets(algorithm: &str) -> usize {
    match algorithm {
        "hmac-md5" => 16,
        "hmac-sha1" => 20,
        "hmac-sha224" => 28,
        "hmac-sha256" => 32,
        "hmac-sha384" => 48,
        "hmac-sha512" => 64,
        other => panic!("no such algorithm: {other}"),
    }
}

/// Base64 for so many octets, made letter by letter out of the name: it is for loopback only.
fn secret(name: &str, octets: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // FNV-1a, which makes something else of every name; zeros are then fed in for more letters.
    let step = |state: u64, octet: u8| (state ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3);
    let mut state = name.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    let letters = (octets * 8).div_ceil(6);
    let mut secret = String::new();
    for _ in 1..letters {
        state = step(state, 0);
        secret.push(char::from(LETTERS[(state >> 58) as usize]));
    }
    // The last letter may carry bits beyond the last octet, and they must be zero.
    secret.push('A');
    secret + &"=".repeat(letters.next_multiple_of(4) - letters)
}
