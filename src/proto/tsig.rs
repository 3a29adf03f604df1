//! The TSIG record (RFC 8945 §4.2): what a MAC covers of it, how it is appended, where it is in a message.

use crate::dns::{Class, Malformed, Message, Name, Reader, RecordAt, RecordType, Section};

/// The fields of a TSIG record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tsig {
    /// The key's name: the record's owner.
    pub key: Name,
    /// The algorithm's name.
    pub algorithm: Name,
    /// When the message was signed: seconds since 1970 in 48 bits.
    pub time: u64,
    /// By how many seconds clocks may differ.
    pub fudge: u16,
    /// The message authentication code.
    pub mac: Vec<u8>,
    /// The ID that the MAC covers; a forwarder may have changed the header's.
    pub original_id: u16,
    /// The error (RFC 8945 §3).
    pub error: u16,
    /// The server's time, where the error is BADTIME.
    pub other: Vec<u8>,
}

/// A TSIG and where in its message it begins.
#[derive(Debug, Clone)]
pub struct Found {
    /// The record.
    pub tsig: Tsig,
    /// The octet at which it begins; the MAC covers what is before.
    pub start: usize,
}

impl Tsig {
    /// Finds the TSIG of a message: the last record of the additional section, and the only one (RFC 8945 §5.1).
    ///
    /// # Errors
    /// [`Malformed`] for a TSIG elsewhere, a second one, one with another class or TTL, or one that cannot be read.
    pub fn find(message: &Message<'_>) -> Result<Option<Found>, Malformed> {
        let Some(first) = message.records.iter().position(|record| record.record_type == RecordType::TSIG) else {
            return Ok(None);
        };
        let record = &message.records[first];
        let fault = |what| Malformed { at: record.start, what };
        if first + 1 != message.records.len() || record.section != Section::Additional {
            return Err(fault("a TSIG that is not the last record"));
        }
        if record.class != Class::ANY || record.ttl != 0 {
            return Err(fault("a TSIG whose class is not ANY or whose TTL is not 0"));
        }
        let tsig = Self::read(message, record)?;
        Ok(Some(Found { tsig, start: record.start }))
    }

    /// The octets of the record that a MAC covers (RFC 8945 §4.3.3), names in canonical form.
    pub fn variables(&self) -> Vec<u8> {
        let mut octets = self.key.to_canonical();
        octets.extend(Class::ANY.0.to_be_bytes());
        octets.extend(0u32.to_be_bytes()); // TTL
        octets.extend(self.algorithm.to_canonical());
        octets.extend(&self.time.to_be_bytes()[2..]);
        octets.extend(self.fudge.to_be_bytes());
        octets.extend(self.error.to_be_bytes());
        octets.extend(length_of(&self.other).to_be_bytes());
        octets.extend(&self.other);
        octets
    }

    /// Appends the record to a message and counts it. Names are written in lower case and never compressed: RFC 8945
    /// §4.2 forbids it for the algorithm's, and some servers stumble over it in the owner's.
    pub fn append_to(&self, message: &mut Vec<u8>) {
        let mut rdata = self.algorithm.to_canonical();
        rdata.extend(&self.time.to_be_bytes()[2..]);
        rdata.extend(self.fudge.to_be_bytes());
        rdata.extend(length_of(&self.mac).to_be_bytes());
        rdata.extend(&self.mac);
        rdata.extend(self.original_id.to_be_bytes());
        rdata.extend(self.error.to_be_bytes());
        rdata.extend(length_of(&self.other).to_be_bytes());
        rdata.extend(&self.other);
        message.extend(self.key.to_canonical());
        message.extend(RecordType::TSIG.0.to_be_bytes());
        message.extend(Class::ANY.0.to_be_bytes());
        message.extend(0u32.to_be_bytes()); // TTL
        message.extend(length_of(&rdata).to_be_bytes());
        message.extend(rdata);
        set_additional_count(message, |count| count.saturating_add(1));
    }

    fn read(message: &Message<'_>, record: &RecordAt) -> Result<Self, Malformed> {
        let octets = message.rdata_reader(record).take(record.rdata_length)?;
        // Read apart from its message, so that a compressed algorithm name is refused.
        let mut reader = Reader::alone(octets);
        let algorithm = reader.name()?;
        let time = u64::from(reader.u16()?) << 32 | u64::from(reader.u32()?);
        let fudge = reader.u16()?;
        let mac_octets = reader.u16()?;
        let mac = reader.take(mac_octets.into())?.to_vec();
        let original_id = reader.u16()?;
        let error = reader.u16()?;
        let other_octets = reader.u16()?;
        let other = reader.take(other_octets.into())?.to_vec();
        match reader.left() {
            0 => Ok(Self { key: record.name.clone(), algorithm, time, fudge, mac, original_id, error, other }),
            _ => Err(Malformed { at: record.start, what: "octets after the last field of a TSIG" }),
        }
    }
}

/// A message as the MAC covers it: without its TSIG, which begins at `start`, and with the original ID.
pub fn covered(message: &[u8], start: usize, original_id: u16) -> Vec<u8> {
    let mut octets = message.get(..start).unwrap_or(message).to_vec();
    if let Some(id) = octets.get_mut(..2) {
        id.copy_from_slice(&original_id.to_be_bytes());
    }
    set_additional_count(&mut octets, |count| count.saturating_sub(1));
    octets
}

fn set_additional_count(message: &mut [u8], change: impl Fn(u16) -> u16) {
    if let Some([high, low]) = message.get_mut(10..12) {
        [*high, *low] = change(u16::from_be_bytes([*high, *low])).to_be_bytes();
    }
}

/// A length for the wire. What is appended here is never as long as 64 KiB; if it were, the message would not be sent.
fn length_of(octets: &[u8]) -> u16 {
    u16::try_from(octets.len()).unwrap_or(u16::MAX)
}
