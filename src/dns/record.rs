//! A record as a value, and the classes.

use std::fmt;

use super::{Name, Rdata, RecordType};

/// The class of a record. In an UPDATE, ANY and NONE give prerequisites and deletes their meaning (RFC 2136 §2.4, §2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Class(pub u16);

impl Class {
    /// The Internet, the class of every zone that nsup updates.
    pub const IN: Self = Self(1);
    /// "Not", in an UPDATE.
    pub const NONE: Self = Self(254);
    /// "Whatever", in an UPDATE, and the class of a TSIG.
    pub const ANY: Self = Self(255);
}

/// A record of class IN, as it stands in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The owner.
    pub name: Name,
    /// The time to live, in seconds.
    pub ttl: u32,
    /// The type.
    pub record_type: RecordType,
    /// The data.
    pub rdata: Rdata,
}

impl fmt::Display for Record {
    /// One line of a zone file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, ttl, record_type, rdata } = self;
        write!(f, "{name} {ttl} IN {record_type} {}", rdata.display(*record_type))
    }
}
