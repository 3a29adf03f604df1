//! Messages as text, in the very form in which nsupdate and knsupdate print them: users' scripts search this.
//!
//! Each function gives the whole text with all its line ends, ready to be written as it is. Everything in it that came
//! from the network is escaped: names and data by the rules of the presentation form, texts in EDNS by dots.

mod edns;
mod knot_data;
mod knsupdate;
mod nsupdate;

#[cfg(test)]
mod tests;

pub use knsupdate::{as_knsupdate, knsupdate_empty, knsupdate_status};
pub use nsupdate::{as_nsupdate, as_nsupdate_outgoing, as_nsupdate_show, nsupdate_status, nsupdate_tsig_error};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::dns::{Class, Message, Rdata, RecordAt, RecordType, Section};
use crate::proto::Tsig;

/// Every bit of the flags that has a name, in the order in which both programs print them.
const FLAGS: &[(u16, &str)] =
    &[(0x8000, "qr"), (0x0400, "aa"), (0x0200, "tc"), (0x0100, "rd"), (0x0080, "ra"), (0x0020, "ad"), (0x0010, "cd")];

/// The bit of the flags that must be zero (RFC 1035 §4.1.1).
const Z: u16 = 0x0040;

/// The opcode of an UPDATE (RFC 2136 §2.2).
const UPDATE: u8 = 5;

/// The name of an opcode (RFC 6895 §2.2), as far as both programs know one.
fn opcode_name(opcode: u8) -> Option<&'static str> {
    match opcode {
        0 => Some("QUERY"),
        1 => Some("IQUERY"),
        2 => Some("STATUS"),
        4 => Some("NOTIFY"),
        UPDATE => Some("UPDATE"),
        _ => None,
    }
}

/// How many of the four sections' entries a message says to have. TSIG and OPT are counted.
fn counts(message: &Message<'_>) -> [usize; 4] {
    let count = |section| message.records.iter().filter(|record| record.section == section).count();
    [message.questions.len(), count(Section::Answer), count(Section::Authority), count(Section::Additional)]
}

/// The records of a section that stand there and not in a pseudosection.
fn ordinary<'m>(message: &'m Message<'_>, section: Section) -> impl Iterator<Item = &'m RecordAt> {
    message.records.iter().filter(move |record| record.section == section && !is_pseudo(record))
}

fn is_pseudo(record: &RecordAt) -> bool {
    record.section == Section::Additional && matches!(record.record_type, RecordType::OPT | RecordType::TSIG)
}

/// The OPT record, if the message has one.
fn opt<'m>(message: &'m Message<'_>) -> Option<&'m RecordAt> {
    message.records.iter().find(|record| record.section == Section::Additional && record.record_type == RecordType::OPT)
}

/// The TSIG, if the message ends with a sound one.
fn tsig(message: &Message<'_>) -> Option<Tsig> {
    Tsig::find(message).ok().flatten().map(|found| found.tsig)
}

/// The whole RCODE: the header's four bits, and EDNS's eight (RFC 6891 §6.1.3).
fn rcode(message: &Message<'_>) -> u16 {
    let upper = opt(message).map_or(0, |record| record.ttl >> 24);
    // Twelve bits at most.
    (upper << 4) as u16 | u16::from(message.header.rcode_bits())
}

/// A record's data, its names expanded; where they are not what the type demands, the octets as they are.
fn rdata(message: &Message<'_>, record: &RecordAt) -> Rdata {
    message.record(record).unwrap_or_else(|_| message.raw_record(record)).rdata
}

/// Whether the record has no data because it is a prerequisite or a delete without any (RFC 2136 §2.4, §2.5).
fn is_empty(record: &RecordAt) -> bool {
    record.rdata_length == 0 && matches!(record.class, Class::ANY | Class::NONE)
}

fn base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}
