//! A small primary name server in memory, for tests and for the sandbox example: its public face and its builder.
//!
//! It is honest: RFC 2136 §3 for updates, RFC 8945 §5.2 for signatures, RFC 1034 §4.3.2 for questions, over UDP and TCP
//! on one port of the loopback. It misbehaves only as a script of [`Fault`]s tells it to. Threads of std only, and of
//! nsup only the codec, so that it says something about the client that is tested against it.

// Every user of this module takes the part that it needs.
#![allow(dead_code, unused_imports, unreachable_pub)]

mod apply;
mod connection;
mod delivery;
mod faults;
mod forgery;
mod memory;
mod policy;
mod prerequisites;
mod prescan;
mod questions;
mod response;
mod server;
mod signature;
mod sockets;
mod zone;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use nsup::dns::{Name, Rdata, Record, RecordType, UnknownType, parse_ttl, words};
use nsup::proto::{Key, Transport};

pub use faults::{Fault, Misbehaviour, Opcode};
pub use forgery::Forgery;
pub use memory::Memory;
pub use policy::Policy;

use server::Server;
use sockets::Sockets;
use zone::Zone;

/// A running primary. Dropping it ends its threads and closes its port.
pub struct Primary {
    server: Arc<Server>,
    sockets: Sockets,
}

/// What a primary is to be, before it starts.
pub struct Builder {
    zone: String,
    records: Vec<String>,
    keys: Vec<(Key, Policy)>,
    faults: Vec<Fault>,
    refused: Vec<Transport>,
    port: u16,
}

/// A message that came in, whatever was made of it.
#[derive(Debug, Clone)]
pub struct Request {
    /// Over what it came.
    pub transport: Transport,
    /// The message, without the length that TCP puts before it.
    pub octets: Vec<u8>,
    /// Its opcode; `None` where there is no header.
    pub opcode: Option<u8>,
    /// When it had come in whole.
    pub time: Instant,
    /// From where.
    pub peer: SocketAddr,
}

impl Primary {
    /// Starts to describe a primary of `zone`.
    pub fn builder(zone: &str) -> Builder {
        let (records, keys, faults, refused) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Builder { zone: zone.to_owned(), records, keys, faults, refused, port: 0 }
    }

    /// Where it listens, over UDP and TCP alike.
    pub fn address(&self) -> SocketAddr {
        self.sockets.address()
    }

    /// The zone's serial.
    pub fn serial(&self) -> u32 {
        self.server.zone().serial()
    }

    /// The data of an RRset in presentation form, sorted; empty where there is none.
    ///
    /// # Panics
    /// Where `owner` is no name or `record_type` no type: a fault of the test.
    pub fn records(&self, owner: &str, record_type: &str) -> Vec<String> {
        rdata_texts(&self.server, owner, record_type)
    }

    /// The TTL of an RRset. Panics as [`Primary::records`].
    pub fn ttl(&self, owner: &str, record_type: &str) -> Option<u32> {
        self.server.zone().rrset(&name_of(owner), type_of(record_type)).map(|rrset| rrset.ttl)
    }

    /// The whole zone, a line of a zone file for each record, sorted.
    pub fn all(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.server.zone().records().map(|record| record.to_string()).collect();
        lines.sort();
        lines
    }

    /// Replaces an RRset as if another client had: the serial goes up.
    ///
    /// # Panics
    /// Where `record`, a text as for [`Builder::record`], cannot be read.
    pub fn replace(&self, record: &str) {
        self.server.replace(&[parse_record(record).unwrap_or_else(|why| panic!("{record:?}: {why}"))]);
    }

    /// Every message received so far, in the order in which they came in.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// How many TCP connections were accepted so far.
    pub fn connections(&self) -> usize {
        self.server.connections()
    }

    /// Makes the server's clock differ from the system's.
    pub fn set_clock(&self, seconds_ahead: i64) {
        self.server.set_clock(seconds_ahead);
    }

    /// Adds a fault behind those that are left.
    pub fn misbehave(&self, fault: Fault) {
        self.server.faults().push(fault);
    }

    /// How often the faults with a bounded number of uses are still to happen.
    pub fn faults_left(&self) -> usize {
        faults::left(&self.server.faults())
    }
}

impl Drop for Primary {
    fn drop(&mut self) {
        self.server.stop();
        self.sockets.join();
    }
}

impl Builder {
    /// Adds a record: `h.example. 300 A 192.0.2.1`. Names are absolute. Where no SOA or no NS of the apex is given, the
    /// zone gets the usual ones, with the serial 1.
    #[must_use]
    pub fn record(mut self, text: &str) -> Self {
        self.records.push(text.to_owned());
        self
    }

    /// Lets the server know a key, and says what it may change.
    #[must_use]
    pub fn key(mut self, key: Key, policy: Policy) -> Self {
        self.keys.push((key, policy));
        self
    }

    /// Adds faults; the first in the list that fits a request is used.
    #[must_use]
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults.extend(faults);
        self
    }

    /// Does not serve a transport: TCP connections are refused, datagrams answered by ICMP "port unreachable".
    #[must_use]
    pub fn refuse(mut self, transport: Transport) -> Self {
        self.refused.push(transport);
        self
    }

    /// Listens on this port; otherwise the kernel chooses one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    /// Where a text cannot be read, a record is not in the zone, or no port can be had.
    pub fn start(self) -> io::Result<Primary> {
        let zone = zone(&self.zone, &self.records).map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why))?;
        let server = Arc::new(Server::new(zone, self.keys, self.faults));
        let sockets = Sockets::open(&server, self.port, &self.refused)?;
        Ok(Primary { server, sockets })
    }
}

/// Reads the zone of a builder.
fn zone(apex: &str, texts: &[String]) -> Result<Zone, String> {
    let apex = Name::parse(apex).map_err(|why| format!("{apex:?}: {why}"))?;
    let read = |text: &String| parse_record(text).map_err(|why| format!("{text:?}: {why}"));
    let mut records = texts.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let lacks = |wanted| !records.iter().any(|record| record.name == apex && record.record_type == wanted);
    // The root is the one zone whose name brings no dot of its own.
    let below = if apex.is_root() { String::new() } else { apex.to_string() };
    let mut usual = Vec::new();
    if lacks(RecordType::SOA) {
        usual.push(format!("{apex} 3600 SOA ns.{below} hostmaster.{below} 1 3600 600 86400 300"));
    }
    if lacks(RecordType::NS) {
        usual.extend([format!("{apex} 3600 NS ns.{below}"), format!("ns.{below} 3600 A 127.0.0.1")]);
    }
    for text in &usual {
        records.push(read(text)?);
    }
    if let Some(outside) = records.iter().find(|record| !record.name.is_in(&apex)) {
        return Err(format!("{} is not in the zone {apex}", outside.name));
    }
    Ok(Zone::new(apex, records))
}

/// Reads a line of a zone file with all its fields: owner, TTL, `IN` or not, type, data.
fn parse_record(text: &str) -> Result<Record, String> {
    let split = words(text).map_err(|why| why.to_string())?;
    let [owner, ttl, rest @ ..] = split.as_slice() else { return Err("owner, TTL, type and data expected".into()) };
    let [record_type, data @ ..] = (match rest {
        [class, after @ ..] if class.text == "IN" => after,
        _ => rest,
    }) else {
        return Err("no type".into());
    };
    let name = Name::parse(owner.text).map_err(|why| why.to_string())?;
    let ttl = parse_ttl(ttl.text).map_err(|why| why.to_string())?;
    let record_type: RecordType = record_type.text.parse().map_err(|why: UnknownType| why.to_string())?;
    let rdata = Rdata::parse(record_type, data).map_err(|why| why.to_string())?;
    Ok(Record { name, ttl, record_type, rdata })
}

/// The RDATA texts of an RRset, sorted.
fn rdata_texts(server: &Server, owner: &str, record_type: &str) -> Vec<String> {
    let record_type = type_of(record_type);
    let zone = server.zone();
    let rdata = zone.rrset(&name_of(owner), record_type).into_iter().flat_map(|rrset| rrset.rdata());
    let mut texts: Vec<String> = rdata.map(|rdata| rdata.display(record_type).to_string()).collect();
    texts.sort();
    texts
}

fn name_of(text: &str) -> Name {
    Name::parse(text).unwrap_or_else(|why| panic!("{text:?}: {why}"))
}

fn type_of(text: &str) -> RecordType {
    text.parse().unwrap_or_else(|why| panic!("{why}"))
}
