//! The server without its sockets: a message in, an answer out. For histories by the thousand.

use std::cell::Cell;
use std::io;

use nsup::proto::Transport;

use super::server::{Server, Twist};
use super::{Builder, parse_record, rdata_texts, zone};

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
