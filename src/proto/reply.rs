//! What an answer says once it has been read: RCODE, flags, records.
//!
//! An [`Answer`] may come from anybody. A [`Reply`] is an answer whose TSIG verified, or one to a request that was left
//! unsigned because the user has no key; only [`Pending::verify`](super::Pending::verify) makes one.

use std::ops::Deref;

use crate::dns::{Class, Message, Name, Record, RecordType, Section};

use super::{ExtendedError, Rcode, TsigError};

/// An answer that has been read, and not authenticated.
#[derive(Debug, Clone)]
pub struct Answer {
    rcode: Rcode,
    authoritative: bool,
    truncated: bool,
    extended: Option<ExtendedError>,
    answers: Vec<Record>,
    authority: Vec<Record>,
}

/// An answer whose TSIG verified: the server that holds the key said it, to this request. Where the request was left
/// unsigned: an answer that fits it.
#[derive(Debug, Clone)]
pub struct Reply {
    answer: Answer,
    tsig_error: TsigError,
    signed_at: Option<u64>,
    server_time: Option<u64>,
}

impl Answer {
    /// Reads the values out of a message: the records of class IN. Data that their type forbids, which some servers
    /// store all the same, is taken as the octets that it is.
    pub fn read(message: &Message<'_>) -> Self {
        let section = |wanted: Section| {
            let records = message.records.iter().filter(|at| at.section == wanted && at.class == Class::IN);
            records.map(|at| message.record(at).unwrap_or_else(|_| message.raw_record(at))).collect()
        };
        Self {
            rcode: rcode(message),
            authoritative: message.header.is_authoritative(),
            truncated: message.header.is_truncated(),
            extended: ExtendedError::of(message),
            answers: section(Section::Answer),
            authority: section(Section::Authority),
        }
    }

    /// What the server says it did.
    pub fn rcode(&self) -> Rcode {
        self.rcode
    }

    /// AA: the server is an authority for the name that was asked for.
    pub fn is_authoritative(&self) -> bool {
        self.authoritative
    }

    /// TC: the answer was cut to fit. What it says is not all, and not even its RCODE is the last word.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// What the server adds to its RCODE.
    pub fn extended(&self) -> Option<&ExtendedError> {
        self.extended.as_ref()
    }

    /// The records of a type at a name in the answer section.
    pub fn rrset<'a>(&'a self, name: &'a Name, record_type: RecordType) -> impl Iterator<Item = &'a Record> + Clone {
        self.answers.iter().filter(move |record| record.record_type == record_type && record.name == *name)
    }

    /// The records of the answer section.
    pub fn answers(&self) -> &[Record] {
        &self.answers
    }

    /// The records of the authority section.
    pub fn authority(&self) -> &[Record] {
        &self.authority
    }
}

impl Reply {
    /// An answer whose TSIG, if there is to be one, has been checked: its error, its time, and the server's clock.
    pub(super) fn new(answer: Answer, tsig_error: TsigError, signed_at: Option<u64>, server_time: Option<u64>) -> Self {
        Self { answer, tsig_error, signed_at, server_time }
    }

    /// The error field of the TSIG.
    pub fn tsig_error(&self) -> TsigError {
        self.tsig_error
    }

    /// The time in the TSIG: seconds since 1970. BIND's and Knot's is their clock, PowerDNS repeats the request's. `None`
    /// where nothing was signed.
    pub fn signed_at(&self) -> Option<u64> {
        self.signed_at
    }

    /// The server's clock, which a BADTIME answer holds: seconds since 1970.
    pub fn server_time(&self) -> Option<u64> {
        self.server_time
    }
}

impl Deref for Reply {
    type Target = Answer;

    fn deref(&self) -> &Answer {
        &self.answer
    }
}

/// The RCODE with the upper bits that an OPT record holds (RFC 6891 §6.1.3).
pub(super) fn rcode(message: &Message<'_>) -> Rcode {
    let opt = message.records.iter().find(|at| at.record_type == RecordType::OPT && at.section == Section::Additional);
    // The upper eight of the twelve bits are the upper eight of the OPT's TTL.
    let upper = opt.map_or(0, |at| (at.ttl >> 24) as u16);
    Rcode(upper << 4 | u16::from(message.header.rcode_bits()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_that_its_type_forbids_is_taken_as_octets() {
        // An answer for `a.` with an A record of three octets, which Knot would store and sign.
        let octets = b"\0\0\x84\0\0\0\0\x01\0\0\0\0\x01a\0\0\x01\0\x01\0\0\x01\x2c\0\x03\xc0\0\x02";
        let answer = Answer::read(&Message::walk(octets).unwrap());
        assert_eq!(answer.answers()[0].to_string(), "a. 300 IN A \\# 3 C00002");
    }
}
