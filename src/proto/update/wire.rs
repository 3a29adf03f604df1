//! The octets of an UPDATE (RFC 2136 §2.2 to §2.6).

use std::collections::HashMap;

use crate::dns::{Class, Name, Record, RecordType};
use crate::proto::MAX_MESSAGE;

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
        let counts = [1, prerequisite_count, change_count, u16::from(self.lease.is_some())];
        self.write(counts, prerequisites.iter().chain(&changes)).ok_or(UpdateError::TooLong)
    }

    fn write<'e>(&'e self, counts: [u16; 4], entries: impl Iterator<Item = &'e Entry<'e>>) -> Option<Vec<u8>> {
        // ID 0; QR 0, opcode 5.
        let header = [0, 5 << 11].into_iter().chain(counts);
        let mut octets: Vec<u8> = header.flat_map(u16::to_be_bytes).collect();
        let zone = Entry { name: &self.zone, record_type: RecordType::SOA, class: self.class, ttl: 0, rdata: &[] };
        let mut names = Names::default();
        zone.write_head(&mut names, &mut octets);
        for entry in entries {
            entry.write_head(&mut names, &mut octets);
            octets.extend(entry.ttl.to_be_bytes());
            octets.extend(u16::try_from(entry.rdata.len()).ok()?.to_be_bytes());
            octets.extend(entry.rdata);
            if octets.len() > MAX_MESSAGE {
                return None;
            }
        }
        self.lease.inspect(|lease| lease.write(&mut octets));
        (octets.len() <= MAX_MESSAGE).then_some(octets)
    }
}

impl Lease {
    /// The OPT record that holds it.
    fn write(self, octets: &mut Vec<u8>) {
        // One number or two, of four octets each.
        let length = if self.key_lease.is_some() { 8 } else { 4 };
        octets.push(0); // The root.
        for number in [RecordType::OPT.0, EDNS_SIZE, 0, 0, length + 4, UPDATE_LEASE, length] {
            octets.extend(number.to_be_bytes());
        }
        for seconds in [Some(self.lease), self.key_lease].into_iter().flatten() {
            octets.extend(seconds.to_be_bytes());
        }
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

impl Entry<'_> {
    /// Writes what zone section and records have in common: owner, type, class.
    fn write_head(&self, names: &mut Names, octets: &mut Vec<u8>) {
        names.write(self.name, octets);
        octets.extend(self.record_type.0.to_be_bytes());
        octets.extend(self.class.0.to_be_bytes());
    }
}

/// The names of a message and all that they end with, each with its place, to be pointed to (RFC 1035 §4.1.4).
/// hickory's encoder knows the first 120 names only; letters keep their case, so names in another case are other names.
#[derive(Default)]
struct Names(HashMap<Vec<u8>, u16>);

impl Names {
    fn write(&mut self, name: &Name, octets: &mut Vec<u8>) {
        let whole = name.to_wire();
        let mut at = 0;
        // The root is shorter than a pointer to it.
        while let Some(length) = whole.get(at).copied().filter(|length| *length > 0) {
            let rest = &whole[at..];
            if let Some(place) = self.0.get(rest) {
                octets.extend((0xc000 | place).to_be_bytes());
                return;
            }
            // A pointer has 14 bits.
            if let Some(place) = u16::try_from(octets.len()).ok().filter(|place| *place < 0x4000) {
                self.0.insert(rest.to_vec(), place);
            }
            let end = at + 1 + usize::from(length);
            octets.extend(&whole[at..end]);
            at = end;
        }
        octets.push(0);
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
    fn the_names_of_a_zone_are_written_once_and_pointed_to() {
        let adds = (0..1500).map(|number| {
            let name = Name::parse(&format!("host-{number:04}.example")).unwrap();
            let rdata = crate::dns::Rdata::from_octets(vec![192, 0, 2, 1]);
            Change::Add(Record { name, ttl: 1, record_type: RecordType::A, rdata })
        });
        let zone = Name::parse("example").unwrap();
        let update = Update::in_order(zone, Class::IN, vec![], adds.collect(), None);
        let octets = update.encode().unwrap();
        assert_eq!(octets.len(), 25 + 1500 * (10 + 2 + 10 + 4), "a label and a pointer each");
        let message = crate::dns::Message::walk(&octets).unwrap();
        assert_eq!(message.records[1499].name, Name::parse("host-1499.example").unwrap());
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
