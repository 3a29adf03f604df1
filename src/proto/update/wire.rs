//! The octets of an UPDATE (RFC 2136 §2.2 to §2.6).

use std::collections::HashMap;

use hickory_proto::ProtoError;
use hickory_proto::serialize::binary::{BinEncodable, BinEncoder};

use crate::dns::{Class, Name, Record, RecordType};

use super::{Change, Lease, Prerequisite, Update, UpdateError};

/// The option code of an update lease.
const UPDATE_LEASE: u16 = 2;

/// The longest datagram that may answer a message with an OPT record, in octets.
const EDNS_SIZE: u16 = 1232;

impl Update {
    /// The octets, unsigned and with the ID 0.
    ///
    /// # Errors
    /// [`UpdateError::TooLong`].
    pub fn encode(&self) -> Result<Vec<u8>, UpdateError> {
        let prerequisites: Vec<_> = self.prerequisites.iter().flat_map(|one| one.entries(self.class)).collect();
        let changes: Vec<_> = self.changes.iter().map(|change| change.entry(self.class)).collect();
        let counts = (u16::try_from(prerequisites.len()), u16::try_from(changes.len()));
        let (Ok(prerequisite_count), Ok(change_count)) = counts else { return Err(UpdateError::TooLong) };
        let entries = prerequisites.iter().chain(&changes);
        let counts = [1, prerequisite_count, change_count, u16::from(self.lease.is_some())];
        self.emit(counts, entries).map_err(|_| UpdateError::TooLong)
    }

    fn emit<'e>(
        &'e self,
        counts: [u16; 4],
        entries: impl Iterator<Item = &'e Entry<'e>>,
    ) -> Result<Vec<u8>, ProtoError> {
        let mut octets = Vec::new();
        let mut encoder = BinEncoder::new(&mut octets);
        // ID 0; QR 0, opcode 5.
        for number in [0, 5 << 11].into_iter().chain(counts) {
            encoder.emit_u16(number)?;
        }
        let zone = Entry { name: &self.zone, record_type: RecordType::SOA, class: self.class, ttl: 0, rdata: &[] };
        let mut owners = Owners::default();
        owners.emit_head(&zone, &mut encoder)?;
        for entry in entries {
            owners.emit_head(entry, &mut encoder)?;
            encoder.emit_u32(entry.ttl)?;
            encoder.emit_u16(u16::try_from(entry.rdata.len()).map_err(|_| "RDATA of more than 65535 octets")?)?;
            encoder.emit_vec(entry.rdata)?;
        }
        self.lease.map_or(Ok(()), |lease| lease.emit(&mut encoder))?;
        Ok(octets)
    }
}

impl Lease {
    /// The OPT record that holds it.
    fn emit(self, encoder: &mut BinEncoder<'_>) -> Result<(), ProtoError> {
        let seconds = [Some(self.lease), self.key_lease];
        // One number or two, of four octets each.
        let length = if self.key_lease.is_some() { 8 } else { 4 };
        encoder.emit(0)?; // The root.
        for number in [RecordType::OPT.0, EDNS_SIZE, 0, 0, length + 4, UPDATE_LEASE, length] {
            encoder.emit_u16(number)?;
        }
        seconds.into_iter().flatten().try_for_each(|seconds| encoder.emit_u32(seconds))
    }
}

impl Prerequisite {
    /// Its records on the wire: one, or one for each record of an RRset.
    fn entries(&self, class: Class) -> Vec<Entry<'_>> {
        let empty = |name, record_type, class| Entry { name, record_type, class, ttl: 0, rdata: &[] };
        match self {
            Self::RrsetExists { name, record_type } => vec![empty(name, *record_type, Class::ANY)],
            Self::RrsetAbsent { name, record_type } => vec![empty(name, *record_type, Class::NONE)],
            Self::NameInUse(name) => vec![empty(name, RecordType::ANY, Class::ANY)],
            Self::NameFree(name) => vec![empty(name, RecordType::ANY, Class::NONE)],
            Self::RrsetEquals { name, record_type, rdata } => {
                let entry = |data| Entry { rdata: data, ..empty(name, *record_type, class) };
                rdata.iter().map(|rdata| entry(rdata.octets())).collect()
            }
        }
    }
}

impl Change {
    /// Its record on the wire.
    fn entry(&self, class: Class) -> Entry<'_> {
        match self {
            Self::Add(Record { name, ttl, record_type, rdata }) => {
                Entry { name, record_type: *record_type, class, ttl: *ttl, rdata: rdata.octets() }
            }
            Self::DeleteRrset { name, record_type } => {
                Entry { name, record_type: *record_type, class: Class::ANY, ttl: 0, rdata: &[] }
            }
            Self::DeleteName(name) => {
                Entry { name, record_type: RecordType::ANY, class: Class::ANY, ttl: 0, rdata: &[] }
            }
            Self::DeleteRecord { name, record_type, rdata } => {
                Entry { name, record_type: *record_type, class: Class::NONE, ttl: 0, rdata: rdata.octets() }
            }
        }
    }
}

/// A record on the wire, whatever its section.
struct Entry<'e> {
    name: &'e Name,
    record_type: RecordType,
    class: Class,
    ttl: u32,
    rdata: &'e [u8],
}

/// Owner names that were written before. hickory's encoder compresses the first 120 names of a message only, and two
/// thousand records of one owner fit into a message only where every one is compressed.
#[derive(Default)]
struct Owners(HashMap<Vec<u8>, u16>);

impl Owners {
    /// Writes what zone section and records have in common: owner, type, class.
    fn emit_head(&mut self, entry: &Entry<'_>, encoder: &mut BinEncoder<'_>) -> Result<(), ProtoError> {
        let octets = entry.name.to_wire();
        match self.0.get(&octets) {
            Some(offset) => encoder.emit_u16(0xc000 | offset)?,
            None => {
                // A pointer has 14 bits, and one to the root would be longer than the root.
                let offset = u16::try_from(encoder.offset()).ok().filter(|offset| *offset < 0x4000);
                if let (Some(offset), false) = (offset, entry.name.is_root()) {
                    self.0.insert(octets, offset);
                }
                entry.name.as_hickory().emit(encoder)?;
            }
        }
        encoder.emit_u16(entry.record_type.0)?;
        encoder.emit_u16(entry.class.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_that_was_said_is_kept_and_the_class_is_the_zones() {
        let name = Name::parse("example").unwrap();
        let chaos = Class(3);
        let record = Record {
            name: name.clone(),
            ttl: 1,
            record_type: RecordType::A,
            rdata: crate::dns::Rdata::from_octets(vec![192, 0, 2, 1]),
        };
        let add = Change::Add(record);
        let changes = vec![add.clone(), Change::DeleteName(name.clone()), add];
        let update = Update::in_order(name, chaos, vec![], changes, None);
        let added = b"\xc0\x0c\0\x01\0\x03\0\0\0\x01\0\x04\xc0\0\x02\x01";
        let wanted = [&b"\x07example\0\0\x06\0\x03"[..], added, b"\xc0\x0c\0\xff\0\xff\0\0\0\0\0\0", added].concat();
        assert_eq!(update.encode().unwrap()[12..], wanted);
    }

    #[test]
    fn a_lease_travels_in_an_opt_record() {
        let lease = |key_lease| {
            let lease = Some(Lease { lease: 3600, key_lease });
            Update::in_order(Name::root(), Class::IN, vec![], vec![], lease).encode().unwrap()
        };
        let head = b"\0\0\x28\0\0\x01\0\0\0\0\0\x01\0\0\x06\0\x01";
        let one = b"\0\0\x29\x04\xd0\0\0\0\0\0\x08\0\x02\0\x04\0\0\x0e\x10";
        let two = b"\0\0\x29\x04\xd0\0\0\0\0\0\x0c\0\x02\0\x08\0\0\x0e\x10\0\0\x1c\x20";
        assert_eq!(lease(None), [&head[..], one].concat());
        assert_eq!(lease(Some(7200)), [&head[..], two].concat());
    }
}
