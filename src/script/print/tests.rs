//! What is printed reads back as what it was.

use crate::dns::Record;
use crate::dns::{Class, Name, Rdata, RecordType};
use crate::script::{Act, Dialect, Session};

use super::*;

/// Numbers that look like chance and are the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn name(&mut self) -> Name {
        let mut label = || {
            let length = 1 + self.below(6);
            (0..length).map(|_| self.below(256) as u8).collect::<Vec<_>>()
        };
        let labels = [label(), label()];
        Name::from_labels(labels.iter().map(Vec::as_slice).chain([&b"example"[..]])).unwrap()
    }

    fn rdata(&mut self) -> (RecordType, Rdata) {
        let octets = |chance: &mut Self, count: usize| (0..count).map(|_| chance.below(256) as u8).collect::<Vec<_>>();
        match self.below(6) {
            0 => (RecordType::A, Rdata::from_octets(octets(self, 4))),
            1 => (RecordType::AAAA, Rdata::from_octets(octets(self, 16))),
            2 => (RecordType(15), Rdata::from_octets([octets(self, 2), self.name().to_wire()].concat())),
            3 => {
                let length = self.below(256);
                (RecordType::TXT, Rdata::from_octets([vec![length as u8], octets(self, length)].concat()))
            }
            4 => (RecordType::CNAME, Rdata::from_octets(self.name().to_wire())),
            _ => {
                let length = self.below(40);
                (RecordType(65280), Rdata::from_octets(octets(self, length)))
            }
        }
    }

    fn update(&mut self) -> Update {
        let mut prerequisites = Vec::new();
        for _ in 0..self.below(4) {
            let (name, (record_type, rdata)) = (self.name(), self.rdata());
            prerequisites.push(match self.below(5) {
                0 => Prerequisite::NameFree(name),
                1 => Prerequisite::NameInUse(name),
                2 => Prerequisite::RrsetAbsent { name, record_type },
                3 => Prerequisite::RrsetExists { name, record_type },
                _ => Prerequisite::RrsetEquals { name, record_type, rdata: vec![rdata] },
            });
        }
        let mut changes = Vec::new();
        for _ in 0..self.below(5) {
            let (name, (record_type, rdata), ttl) = (self.name(), self.rdata(), self.below(1 << 31) as u32);
            changes.push(match self.below(4) {
                0 => Change::Add(Record { name, ttl, record_type, rdata }),
                1 => Change::DeleteName(name),
                2 => Change::DeleteRrset { name, record_type },
                _ => Change::DeleteRecord { name, record_type, rdata },
            });
        }
        let lease = [None, Some(Lease { lease: 7200, key_lease: None }), Some(Lease { lease: 1, key_lease: Some(2) })];
        Update::in_order(Name::parse("example").unwrap(), Class::IN, prerequisites, changes, lease[self.below(3)])
    }
}

fn sent(dialect: Dialect, lines: &[String]) -> Update {
    let mut session = Session::new(dialect, None);
    session.line("check-names off").unwrap();
    for line in lines {
        session.line(line).unwrap_or_else(|fault| panic!("{line}: {fault}"));
    }
    let Act::Send(draft) = session.line("").unwrap() else { panic!("nothing was sent") };
    Update::in_order(draft.zone.unwrap(), draft.class, draft.prerequisites, draft.changes, draft.lease)
}

#[test]
fn every_message_printed_reads_back_as_the_same_message() {
    let mut chance = Chance(4);
    for _ in 0..500 {
        let update = chance.update();
        let lines = in_words(&update);
        for dialect in [Dialect::Nsupdate, Dialect::Nsup] {
            assert_eq!(sent(dialect, &lines), update, "{lines:#?}");
        }
    }
}

#[test]
fn the_class_is_printed_where_it_is_another() {
    let record = Record {
        name: Name::parse("a.example").unwrap(),
        ttl: 1,
        record_type: RecordType::TXT,
        rdata: Rdata::from_octets(b"\x01x".to_vec()),
    };
    let zone = Name::parse("example").unwrap();
    let update = Update::in_order(zone, Class(3), Vec::new(), vec![Change::Add(record)], None);
    let lines = in_words(&update);
    assert_eq!(lines[1], "class CH");
    assert_eq!(sent(Dialect::Nsupdate, &lines), update);
}
