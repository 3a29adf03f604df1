//! The walk over a received message's octets (RFC 1035 §4): sections and records with their places, RDATA unread.
//!
//! A MAC covers octets, not values, so whoever checks one needs to know where each record begins; and RDATA from a
//! stranger is not looked at before the MAC has been. hickory-proto's reader gives neither, and lets octets after
//! the last record pass.

use super::{Class, Malformed, Name, Rdata, Reader, Record, RecordType};

/// A message that walks cleanly from its header to its last octet.
#[derive(Debug, Clone)]
pub struct Message<'m> {
    octets: &'m [u8],
    /// The header.
    pub header: Header,
    /// The question section; in an UPDATE the zone section.
    pub questions: Vec<Question>,
    /// The records of the other three sections, in their order.
    pub records: Vec<RecordAt>,
}

/// The twelve octets at the front, without the counts (RFC 1035 §4.1.1, RFC 2136 §2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The message's ID.
    pub id: u16,
    /// The flags, opcode and RCODE as they stand.
    pub flags: u16,
}

/// An entry of the question section, or the zone section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The name asked for, or the zone.
    pub name: Name,
    /// The type asked for, or SOA.
    pub record_type: RecordType,
    /// The class.
    pub class: Class,
}

/// The section that a record stands in; RFC 2136 §2 has its own names for the same three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Answer, or prerequisite.
    Answer,
    /// Authority, or update.
    Authority,
    /// Additional.
    Additional,
}

/// A record and its place in the message.
#[derive(Debug, Clone)]
pub struct RecordAt {
    /// The section.
    pub section: Section,
    /// The octet at which the record begins.
    pub start: usize,
    /// The owner.
    pub name: Name,
    /// The type.
    pub record_type: RecordType,
    /// The class.
    pub class: Class,
    /// The time to live, in seconds.
    pub ttl: u32,
    /// The octet at which RDATA begins.
    pub rdata_start: usize,
    /// How many octets RDATA has.
    pub rdata_length: usize,
}

impl Header {
    /// QR: an answer.
    pub fn is_response(self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// OPCODE: 0 for a query, 5 for an UPDATE.
    pub fn opcode(self) -> u8 {
        (self.flags >> 11 & 0xf) as u8
    }

    /// AA: the server is an authority for the name.
    pub fn is_authoritative(self) -> bool {
        self.flags & 0x0400 != 0
    }

    /// TC: the message was cut to fit.
    pub fn is_truncated(self) -> bool {
        self.flags & 0x0200 != 0
    }

    /// The four bits of RCODE that the header has.
    pub fn rcode_bits(self) -> u8 {
        (self.flags & 0xf) as u8
    }
}

impl<'m> Message<'m> {
    /// Walks over a whole message.
    ///
    /// # Errors
    /// [`Malformed`] where a length leads outside, a name cannot be read, the counts promise more than there is, or
    /// octets are left over after the last record.
    pub fn walk(octets: &'m [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::message(octets);
        let header = Header { id: reader.u16()?, flags: reader.u16()? };
        let counts = [reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?];
        let mut questions = Vec::new();
        for _ in 0..counts[0] {
            let name = reader.name()?;
            questions.push(Question { name, record_type: RecordType(reader.u16()?), class: Class(reader.u16()?) });
        }
        let mut records = Vec::new();
        for (section, count) in [Section::Answer, Section::Authority, Section::Additional].into_iter().zip(&counts[1..])
        {
            for _ in 0..*count {
                records.push(record(&mut reader, section)?);
            }
        }
        if reader.left() > 0 {
            return Err(reader.malformed("octets after the last record"));
        }
        Ok(Self { octets, header, questions, records })
    }

    /// The octets that were walked over.
    pub fn octets(&self) -> &'m [u8] {
        self.octets
    }

    /// A reader of this record's RDATA, able to follow compressed names.
    pub fn rdata_reader(&self, record: &RecordAt) -> Reader<'m> {
        let mut reader = Reader::message(self.octets);
        let skipped = reader.take(record.rdata_start).and_then(|_| reader.part(record.rdata_length));
        // Both lengths were inside when the message was walked; a record of another message gets an empty reader.
        skipped.unwrap_or_else(|_| Reader::alone(&[]))
    }

    /// The record as a value, its names expanded.
    ///
    /// # Errors
    /// [`Malformed`] where RDATA is not what its type demands.
    pub fn record(&self, record: &RecordAt) -> Result<Record, Malformed> {
        let rdata = Rdata::read(record.record_type, self.rdata_reader(record))?;
        Ok(Record { name: record.name.clone(), ttl: record.ttl, record_type: record.record_type, rdata })
    }

    /// The record as a value, whose data is taken as the octets that it is.
    pub fn raw_record(&self, record: &RecordAt) -> Record {
        let octets = self.rdata_reader(record).take(record.rdata_length).unwrap_or_default();
        let rdata = Rdata::from_octets(octets.to_vec());
        Record { name: record.name.clone(), ttl: record.ttl, record_type: record.record_type, rdata }
    }
}

fn record(reader: &mut Reader<'_>, section: Section) -> Result<RecordAt, Malformed> {
    let start = reader.at();
    let name = reader.name()?;
    let record_type = RecordType(reader.u16()?);
    let class = Class(reader.u16()?);
    let ttl = reader.u32()?;
    let rdata_length = usize::from(reader.u16()?);
    let rdata_start = reader.at();
    reader.take(rdata_length)?;
    Ok(RecordAt { section, start, name, record_type, class, ttl, rdata_start, rdata_length })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer for `a.` A with one record.
    const ANSWER: &[u8] =
        b"\x12\x34\x84\x00\0\x01\0\x01\0\0\0\0\x01a\0\0\x01\0\x01\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\0\x04\xc0\0\x02\x01";

    #[test]
    fn a_message_is_walked_from_header_to_last_octet() {
        let message = Message::walk(ANSWER).unwrap();
        assert_eq!(message.header.id, 0x1234);
        assert!(message.header.is_response() && message.header.is_authoritative() && !message.header.is_truncated());
        assert_eq!((message.header.opcode(), message.header.rcode_bits()), (0, 0));
        let record = &message.records[0];
        assert_eq!((record.start, record.section), (19, Section::Answer));
        assert_eq!(message.record(record).unwrap().to_string(), "a. 300 IN A 192.0.2.1");
    }

    #[test]
    fn octets_after_the_last_record_are_refused() {
        let longer = [ANSWER, b"\0"].concat();
        assert_eq!(Message::walk(&longer).unwrap_err().what, "octets after the last record");
    }

    #[test]
    fn every_shorter_message_is_refused_and_none_panics() {
        for length in 0..ANSWER.len() {
            assert!(Message::walk(&ANSWER[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn counts_that_promise_more_than_there_is_are_refused() {
        let mut octets = ANSWER[..12].to_vec();
        octets[4..12].copy_from_slice(&[0xff; 8]);
        assert!(Message::walk(&octets).is_err());
    }

    #[test]
    fn no_change_of_one_octet_makes_it_panic() {
        for place in 0..ANSWER.len() {
            for value in 0..=255 {
                let mut octets = ANSWER.to_vec();
                octets[place] = value;
                if let Ok(message) = Message::walk(&octets) {
                    for record in &message.records {
                        let _ = message.record(record);
                    }
                }
            }
        }
    }
}
