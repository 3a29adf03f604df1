//! How a change can end. One value, from which the exit status, the messages and the hints all follow.

use crate::dns::{Name, Rdata, Record, RecordType};

use super::exchange::{Failure, Hint};
use super::{ExtendedError, Prerequisite, Rcode, Reply, TsigError};

/// The records of one RRset as an answer showed them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rrset {
    /// Their data.
    pub rdata: Vec<Rdata>,
    /// Their TTL in seconds; 0 for an RRset that does not exist.
    pub ttl: u32,
}

impl Rrset {
    /// Records as a set, in an order that does not change from one answer to the next.
    pub fn of<'r>(records: impl Iterator<Item = &'r Record> + Clone) -> Self {
        let ttl = records.clone().map(|record| record.ttl).min().unwrap_or(0);
        let mut rdata: Vec<Rdata> = records.map(|record| record.rdata.clone()).collect();
        rdata.sort();
        rdata.dedup();
        Self { rdata, ttl }
    }
}

/// What an RRset was and what it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The owner.
    pub name: Name,
    /// The type.
    pub record_type: RecordType,
    /// What the first read showed; `None` where nothing was read.
    pub old: Option<Rrset>,
    /// What is asked for, as far as the old is known.
    pub new: Rrset,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The zone held it already; nothing was written.
    Unchanged,
    /// The zone holds it now.
    Changed,
    /// The server said no, and signed it.
    Refused(Refusal),
    /// A prerequisite that the user gave is false.
    PrerequisiteFalse {
        /// Which of the four RCODEs of RFC 2136 §3.2 the server gave.
        rcode: Rcode,
        /// The prerequisites of the user.
        required: Vec<Prerequisite>,
    },
    /// The name is an alias, beside which nothing else can stand (RFC 2136 §3.4.2.2).
    Alias {
        /// The name.
        name: Name,
        /// What it is an alias of, where the server showed it.
        target: Option<Name>,
    },
    /// The name is below a DNAME, which hides whatever is there (RFC 6672 §2.4).
    Obscured {
        /// The name.
        name: Name,
        /// Where the DNAME is.
        by: Name,
    },
    /// An alias is asked for where other records are.
    NotAlone(Name),
    /// The server said that it had done it, and a read shows that it has not.
    Ignored(Name, RecordType),
    /// The server that was asked is no authority for the name.
    NotAuthoritative {
        /// The name.
        name: Name,
        /// The delegation that the server answered with.
        delegated_at: Option<Name>,
    },
    /// No server could be asked; nothing was changed.
    Unreachable(Vec<Failure>),
    /// There were only answers that did not verify.
    Unauthentic {
        /// The last of them.
        hint: Hint,
        /// Whether a change was sent at all.
        sent: bool,
    },
    /// It was sent, and could not be settled whether it took effect.
    Unknown {
        /// The attempts that brought nothing.
        failures: Vec<Failure>,
        /// The last answer that did not verify.
        hint: Option<Hint>,
        /// What the server said when it was asked whether it had done it.
        refusal: Option<Refusal>,
    },
    /// The server denies, by a prerequisite, what it shows to a question.
    Denied(Rcode),
    /// Somebody else keeps changing the same records.
    Contended,
    /// The message cannot be made or signed; nothing was sent.
    Impossible(String),
}

/// A signed no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The RCODE.
    pub rcode: Rcode,
    /// The TSIG error.
    pub tsig_error: TsigError,
    /// The server's clock, from a BADTIME answer: seconds since 1970.
    pub server_time: Option<u64>,
    /// What the server adds to its RCODE.
    pub extended: Option<ExtendedError>,
    /// Whether it was said to a question; else to a change.
    pub reading: bool,
}

impl Refusal {
    /// The no of an answer that verified.
    pub fn of(reply: &Reply, reading: bool) -> Self {
        let (rcode, tsig_error, server_time) = (reply.rcode(), reply.tsig_error(), reply.server_time());
        Self { rcode, tsig_error, server_time, extended: reply.extended().cloned(), reading }
    }
}
