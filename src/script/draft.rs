//! What has been said of one message so far.

use std::net::{SocketAddrV4, SocketAddrV6};
use std::sync::Arc;

use crate::dns::{Class, Name, RecordType};
use crate::proto::{Change, Key, Lease, Prerequisite};

/// A `server` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The host as it was written: a name or an address.
    pub host: String,
    /// The port, if one was said.
    pub port: Option<u16>,
}

/// What has been gathered for one message, with everything that is needed to send it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Where to send it; `None`: to the zone's primary.
    pub server: Option<Server>,
    /// The IPv4 address to send from; port 0 where none was said.
    pub local_v4: Option<SocketAddrV4>,
    /// The IPv6 address to send from; port 0 where none was said.
    pub local_v6: Option<SocketAddrV6>,
    /// The key to sign with: what the options gave, or the last `key` command.
    pub key: Option<Arc<Key>>,
    /// The zone; `None`: it is to be found.
    pub zone: Option<Name>,
    /// The class of the zone section, of adds, and of records that are compared.
    pub class: Class,
    /// The prerequisites in the order given. Each line that compares data is one of its own.
    pub prerequisites: Vec<Prerequisite>,
    /// The changes in the order given, with every repetition.
    pub changes: Vec<Change>,
    /// How long the records are to stay.
    pub lease: Option<Lease>,
}

impl Draft {
    /// Whether there is neither a prerequisite nor a change.
    pub fn is_empty(&self) -> bool {
        self.prerequisites.is_empty() && self.changes.is_empty()
    }

    /// The record by which the zone is found: the first change, else the first prerequisite. What speaks of a whole
    /// name has the type ANY.
    pub fn first(&self) -> Option<(&Name, RecordType)> {
        let change = self.changes.first().map(|change| (change.name(), change.record_type()));
        change.or_else(|| self.prerequisites.first().map(|asked| (asked.name(), asked.record_type())))
    }
}
