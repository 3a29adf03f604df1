//! The server without its sockets: a message in, an answer out. For histories by the thousand.

use std::cell::Cell;
use std::io;

use nsup::dns::{Message, Record};
use nsup::proto::{Rcode, Transport};

use super::policy::Policy;
use super::server::{Server, Twist};
use super::{Builder, apply, parse_record, rdata_texts, zone};

/// A primary that nobody can reach but who holds it.
pub struct Memory {
    server: Server,
    first_serial: u32,
    replaced: Cell<u32>,
}

impl Builder {
    /// The server itself, without a port. Faults are for who carries its messages.
    ///
    /// # Panics
    /// Where a text of the builder cannot be read: a fault of the test.
    pub fn in_memory(self) -> Memory {
        let zone = zone(&self.zone, &self.records).map_err(io::Error::other).expect("a zone");
        let first_serial = zone.serial();
        Memory { server: Server::new(zone, self.keys, Vec::new()), first_serial, replaced: Cell::new(0) }
    }
}

impl Memory {
    /// The answer to a message; `None` where it deserves none.
    pub fn respond(&self, octets: &[u8], transport: Transport) -> Option<Vec<u8>> {
        self.server.respond(octets, transport, Twist::None)
    }

    /// This RCODE, signed, and nothing is done.
    pub fn refuse(&self, octets: &[u8], rcode: Rcode) -> Option<Vec<u8>> {
        self.server.respond(octets, Transport::Udp, Twist::Rcode(rcode))
    }

    /// A signed answer that was cut, and nothing is done.
    pub fn cut(&self, octets: &[u8]) -> Option<Vec<u8>> {
        self.server.respond(octets, Transport::Udp, Twist::Cut)
    }

    /// Lets everybody change everything, without a signature.
    pub fn open(mut self) -> Self {
        self.server.unsigned = Some(Policy::WholeZone);
        self
    }

    /// Takes over the zone of another, as a secondary does.
    pub fn transfer(&self, from: &Self) {
        let zone = from.server.zone().clone();
        *self.server.zone() = zone;
    }

    /// Another writer: carries an update out, whoever may have signed it.
    pub fn change(&self, update: &[u8]) -> Rcode {
        let message = Message::walk(update).expect("an update");
        apply::update(&mut self.server.zone(), &message, Some(&Policy::WholeZone))
    }

    /// Whether an update without prerequisites would change nothing; with `whatever_ttl`, but for TTLs.
    pub fn is_so(&self, update: &[u8], whatever_ttl: bool) -> bool {
        let message = Message::walk(update).expect("an update");
        let zone = self.server.zone().clone();
        let mut changed = zone.clone();
        let rcode = apply::update(&mut changed, &message, Some(&Policy::WholeZone));
        assert_eq!(rcode, Rcode::NOERROR, "an update without prerequisites");
        let serial = |record: &Record| record.record_type == nsup::dns::RecordType::SOA;
        let seen = |record: Record| Record { ttl: if whatever_ttl { 0 } else { record.ttl }, ..record };
        let all = |zone: &super::zone::Zone| -> Vec<Record> {
            zone.records().filter(|record| !serial(record)).map(seen).collect()
        };
        all(&changed) == all(&zone)
    }

    /// The RDATA texts of an RRset, sorted.
    pub fn records(&self, owner: &str, record_type: &str) -> Vec<String> {
        rdata_texts(&self.server, owner, record_type)
    }

    /// Another writer: replaces the RRset of this record.
    ///
    /// # Panics
    /// Where the text is no record: a fault of the test.
    pub fn replace(&self, record: &str) {
        let before = self.server.zone().serial();
        self.server.replace(&[parse_record(record).expect("a record")]);
        self.replaced.set(self.replaced.get() + (self.server.zone().serial() - before));
    }

    /// How many updates have changed the zone.
    pub fn changes(&self) -> u32 {
        self.server.zone().serial() - self.first_serial - self.replaced.get()
    }
}
