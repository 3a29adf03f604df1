//! The UPDATE message (RFC 2136 §2) as values: prerequisites and changes. `wire.rs` has their octets.

mod wire;

use std::collections::HashSet;

use crate::dns::{Class, MAX_TTL, Name, Rdata, Record, RecordType};

/// What must be true of the zone for any change to be made (RFC 2136 §2.4). All of them, or nothing happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prerequisite {
    /// RFC 2136 §2.4.1: the RRset exists, whatever it holds.
    RrsetExists {
        /// The owner.
        name: Name,
        /// The type.
        record_type: RecordType,
    },
    /// RFC 2136 §2.4.2: the RRset exists and holds exactly these records; TTLs do not count.
    RrsetEquals {
        /// The owner.
        name: Name,
        /// The type.
        record_type: RecordType,
        /// All the records' data.
        rdata: Vec<Rdata>,
    },
    /// RFC 2136 §2.4.3: the RRset does not exist.
    RrsetAbsent {
        /// The owner.
        name: Name,
        /// The type.
        record_type: RecordType,
    },
    /// RFC 2136 §2.4.4: the name has at least one record.
    NameInUse(Name),
    /// RFC 2136 §2.4.5: the name has no record.
    NameFree(Name),
}

/// A change of the zone (RFC 2136 §2.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// RFC 2136 §2.5.1: add a record to its RRset.
    Add(Record),
    /// RFC 2136 §2.5.2: delete an RRset.
    DeleteRrset {
        /// The owner.
        name: Name,
        /// The type.
        record_type: RecordType,
    },
    /// RFC 2136 §2.5.3: delete all RRsets of a name.
    DeleteName(Name),
    /// RFC 2136 §2.5.4: delete one record from its RRset.
    DeleteRecord {
        /// The owner.
        name: Name,
        /// The type.
        record_type: RecordType,
        /// The record's data.
        rdata: Rdata,
    },
}

/// An UPDATE for one zone: all of it is done, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    zone: Name,
    class: Class,
    lease: Option<Lease>,
    prerequisites: Vec<Prerequisite>,
    changes: Vec<Change>,
}

/// How long the records are to stay, in an EDNS option for servers that know it (draft-ietf-dnssd-update-lease §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Seconds for all records.
    pub lease: u32,
    /// Seconds for KEY records, where theirs is another.
    pub key_lease: Option<u32>,
}

/// Why an UPDATE cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// A name outside of the zone (RFC 2136 §3.4.1.3 has the server refuse it).
    #[error("{name} is not in the zone {zone}")]
    OutsideZone {
        /// The name.
        name: Name,
        /// The zone.
        zone: Name,
    },
    /// A TTL over [`MAX_TTL`].
    #[error("the TTL {0} is over {MAX_TTL}")]
    Ttl(u32),
    /// More than a message holds. Nothing is ever left out to make it fit.
    #[error("the changes do not fit into one message of 65535 octets: make fewer at a time")]
    TooLong,
}

impl Update {
    /// Puts an UPDATE together. Deletes come before adds, whatever order they are given in: PowerDNS carries them out
    /// in that order anyway, so any other would mean different things to different servers.
    ///
    /// # Errors
    /// [`UpdateError::OutsideZone`] or [`UpdateError::Ttl`].
    pub fn new(zone: Name, prerequisites: Vec<Prerequisite>, changes: Vec<Change>) -> Result<Self, UpdateError> {
        let names = prerequisites.iter().map(Prerequisite::name).chain(changes.iter().map(Change::name));
        if let Some(name) = names.into_iter().find(|name| !name.is_in(&zone)) {
            return Err(UpdateError::OutsideZone { name: name.clone(), zone });
        }
        let (mut adds, mut ordered): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| matches!(change, Change::Add(_)));
        let mut known = HashSet::new();
        for add in &adds {
            if let Change::Add(record) = add
                && record.ttl > MAX_TTL
            {
                return Err(UpdateError::Ttl(record.ttl));
            }
        }
        adds.retain(|add| match add {
            Change::Add(Record { name, record_type, rdata, .. }) => {
                known.insert((name.clone(), *record_type, rdata.clone()))
            }
            _ => true,
        });
        ordered.extend(adds);
        Ok(Self { zone, class: Class::IN, lease: None, prerequisites, changes: ordered })
    }

    /// Puts an UPDATE together as it is said, in this order and with every repetition: nsupdate's language leaves it to
    /// the user what is sent, and to the server what becomes of it. Prerequisites that compare records of one RRset are
    /// one set together (RFC 2136 §3.2.3), wherever they stand.
    pub fn in_order(
        zone: Name,
        class: Class,
        prerequisites: Vec<Prerequisite>,
        changes: Vec<Change>,
        lease: Option<Lease>,
    ) -> Self {
        Self { zone, class, lease, prerequisites, changes }
    }

    /// The zone.
    pub fn zone(&self) -> &Name {
        &self.zone
    }

    /// The class of the zone.
    pub fn class(&self) -> Class {
        self.class
    }

    /// How long the records are to stay, if it says.
    pub fn lease(&self) -> Option<Lease> {
        self.lease
    }

    /// The prerequisites.
    pub fn prerequisites(&self) -> &[Prerequisite] {
        &self.prerequisites
    }

    /// The changes, in the order in which they travel.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }
}

impl Prerequisite {
    /// The name it speaks of.
    pub fn name(&self) -> &Name {
        match self {
            Self::RrsetExists { name, .. } | Self::RrsetEquals { name, .. } | Self::RrsetAbsent { name, .. } => name,
            Self::NameInUse(name) | Self::NameFree(name) => name,
        }
    }

    /// The type it speaks of; ANY for a whole name.
    pub fn record_type(&self) -> RecordType {
        match self {
            Self::RrsetExists { record_type, .. }
            | Self::RrsetEquals { record_type, .. }
            | Self::RrsetAbsent { record_type, .. } => *record_type,
            Self::NameInUse(_) | Self::NameFree(_) => RecordType::ANY,
        }
    }

    /// The RRset whose data it compares, if it does.
    pub fn compares(&self) -> Option<(&Name, RecordType)> {
        match self {
            Self::RrsetEquals { name, record_type, .. } => Some((name, *record_type)),
            _ => None,
        }
    }
}

impl Change {
    /// The name that is changed.
    pub fn name(&self) -> &Name {
        match self {
            Self::Add(record) => &record.name,
            Self::DeleteRrset { name, .. } | Self::DeleteName(name) | Self::DeleteRecord { name, .. } => name,
        }
    }

    /// The type that is changed; ANY for a whole name.
    pub fn record_type(&self) -> RecordType {
        match self {
            Self::Add(record) => record.record_type,
            Self::DeleteRrset { record_type, .. } | Self::DeleteRecord { record_type, .. } => *record_type,
            Self::DeleteName(_) => RecordType::ANY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::{Message, words};

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn rdata(record_type: RecordType, text: &str) -> Rdata {
        Rdata::parse(record_type, &words(text).unwrap()).unwrap()
    }

    /// The octets behind the zone section of an update of `example.`, whose owner names are pointers to octet 12.
    fn records(prerequisites: Vec<Prerequisite>, changes: Vec<Change>) -> Vec<u8> {
        let octets = Update::new(name("example"), prerequisites, changes).unwrap().encode().unwrap();
        assert_eq!(octets[..6], [0, 0, 0x28, 0, 0, 1], "ID 0, opcode 5 and nothing else, one zone");
        assert_eq!(&octets[12..25], b"\x07example\0\0\x06\0\x01");
        octets[25..].to_vec()
    }

    #[test]
    fn the_five_prerequisites_are_encoded_as_rfc_2136_2_4_has_them() {
        let (owner, a) = (|| name("example"), RecordType::A);
        let two = vec![rdata(a, "192.0.2.1"), rdata(a, "192.0.2.2")];
        let cases = [
            (Prerequisite::RrsetExists { name: owner(), record_type: a }, &b"\xc0\x0c\0\x01\0\xff\0\0\0\0\0\0"[..]),
            (
                Prerequisite::RrsetEquals { name: owner(), record_type: a, rdata: two },
                b"\xc0\x0c\0\x01\0\x01\0\0\0\0\0\x04\xc0\0\x02\x01\xc0\x0c\0\x01\0\x01\0\0\0\0\0\x04\xc0\0\x02\x02",
            ),
            (Prerequisite::RrsetAbsent { name: owner(), record_type: a }, b"\xc0\x0c\0\x01\0\xfe\0\0\0\0\0\0"),
            (Prerequisite::NameInUse(owner()), b"\xc0\x0c\0\xff\0\xff\0\0\0\0\0\0"),
            (Prerequisite::NameFree(owner()), b"\xc0\x0c\0\xff\0\xfe\0\0\0\0\0\0"),
        ];
        for (prerequisite, wanted) in cases {
            assert_eq!(records(vec![prerequisite.clone()], vec![]), wanted, "{prerequisite:?}");
        }
    }

    #[test]
    fn the_four_changes_are_encoded_as_rfc_2136_2_5_has_them_and_deletes_come_first() {
        let (owner, a) = (|| name("example"), RecordType::A);
        let data = || rdata(a, "192.0.2.1");
        let add = Change::Add(Record { name: owner(), ttl: 300, record_type: a, rdata: data() });
        let changes = vec![
            add.clone(),
            Change::DeleteRrset { name: owner(), record_type: a },
            Change::DeleteName(owner()),
            Change::DeleteRecord { name: owner(), record_type: a, rdata: data() },
            add,
        ];
        let wanted = [
            &b"\xc0\x0c\0\x01\0\xff\0\0\0\0\0\0"[..],
            b"\xc0\x0c\0\xff\0\xff\0\0\0\0\0\0",
            b"\xc0\x0c\0\x01\0\xfe\0\0\0\0\0\x04\xc0\0\x02\x01",
            b"\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\0\x04\xc0\0\x02\x01",
        ];
        assert_eq!(records(vec![], changes), wanted.concat());
    }

    #[test]
    fn names_outside_the_zone_and_ttls_over_the_largest_are_refused() {
        let outside = Update::new(name("example"), vec![Prerequisite::NameInUse(name("notexample"))], vec![]);
        assert!(matches!(outside, Err(UpdateError::OutsideZone { .. })));
        let record = Record {
            name: name("example"),
            ttl: MAX_TTL + 1,
            record_type: RecordType::A,
            rdata: rdata(RecordType::A, "192.0.2.1"),
        };
        assert_eq!(Update::new(name("example"), vec![], vec![Change::Add(record)]), Err(UpdateError::Ttl(MAX_TTL + 1)));
    }

    fn texts(count: usize) -> Update {
        let owner = name("_acme-challenge.host.example.org");
        let text = |number: usize| {
            Change::Add(Record {
                name: owner.clone(),
                ttl: 60,
                record_type: RecordType::TXT,
                rdata: rdata(RecordType::TXT, &format!("value-{number:08}")),
            })
        };
        Update::new(name("example.org"), vec![], (0..count).map(text).collect()).unwrap()
    }

    #[test]
    fn two_thousand_texts_of_one_name_fit_into_a_message_and_all_are_there() {
        let octets = texts(2000).encode().unwrap();
        let message = Message::walk(&octets).unwrap();
        assert_eq!(message.records.len(), 2000);
        assert!(message.records.iter().all(|record| record.name == name("_acme-challenge.host.example.org")));
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_never_cut() {
        assert_eq!(texts(3000).encode(), Err(UpdateError::TooLong));
        assert_eq!(texts(70_000).encode(), Err(UpdateError::TooLong));
    }
}
