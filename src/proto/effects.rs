//! What a zone holds once an UPDATE has been carried out, as far as the message alone says it.

use crate::dns::{Class, Name, Rdata, RecordType};

use super::goal::{Goal, Target};
use super::{Change, Update};

/// What is known of one RRset after some changes.
#[derive(Debug, Default)]
struct Known {
    /// It was deleted as a whole, so that the lists say all that there is.
    exact: bool,
    holds: Vec<Rdata>,
    lacks: Vec<Rdata>,
    /// The TTLs of what was added, in seconds.
    ttls: Vec<u32>,
}

/// The goals that are all met once `update` has been carried out (RFC 2136 §3.4.2); `None` where reading the zone would
/// not tell: the server's own records, what it passes over at the apex, other classes, and names that are emptied and
/// filled again.
pub(super) fn effects(update: &Update) -> Option<Vec<Target>> {
    let mut known: Vec<(Name, RecordType, Known)> = Vec::new();
    let mut emptied: Vec<Name> = Vec::new();
    for change in update.changes() {
        let (name, record_type) = (change.name(), change.record_type());
        let own = [RecordType::SOA, RecordType::RRSIG, RecordType::NSEC, RecordType::NSEC3];
        let at_apex = name == update.zone() && matches!(record_type, RecordType::NS | RecordType::ANY);
        if update.class() != Class::IN || at_apex || own.contains(&record_type) || emptied.contains(name) {
            return None;
        }
        if record_type == RecordType::ANY {
            known.retain(|(other, ..)| other != name);
            emptied.push(name.clone());
            continue;
        }
        if !record_type.is_data() {
            return None;
        }
        let place = known.iter().position(|(other, its_type, _)| other == name && *its_type == record_type);
        let place = place.unwrap_or_else(|| {
            known.push((name.clone(), record_type, Known::default()));
            known.len() - 1
        });
        known[place].2.apply(change, record_type);
    }
    let emptied = emptied.into_iter().map(|name| {
        let goal = Goal::Exactly(Vec::new());
        Target { name, record_type: RecordType::ANY, goal, ttl: None }
    });
    Some(
        emptied
            .chain(known.into_iter().flat_map(|(name, record_type, known)| known.targets(&name, record_type)))
            .collect(),
    )
}

impl Known {
    fn apply(&mut self, change: &Change, record_type: RecordType) {
        let same = |one: &Rdata, other: &Rdata| one.canonical(record_type) == other.canonical(record_type);
        match change {
            Change::Add(record) => {
                // One alias stands for another (RFC 2136 §3.4.2.2).
                self.exact |= record_type == RecordType::CNAME;
                self.lacks.retain(|other| !same(other, &record.rdata));
                self.holds.retain(|other| record_type != RecordType::CNAME && !same(other, &record.rdata));
                self.holds.push(record.rdata.clone());
                self.ttls.push(record.ttl);
            }
            Change::DeleteRecord { rdata, .. } => {
                self.holds.retain(|other| !same(other, rdata));
                self.lacks.push(rdata.clone());
            }
            Change::DeleteRrset { .. } | Change::DeleteName(_) => *self = Self { exact: true, ..Self::default() },
        }
    }

    fn targets(self, name: &Name, record_type: RecordType) -> Vec<Target> {
        let target = |goal, ttl| Target { name: name.clone(), record_type, goal, ttl };
        if self.exact {
            let ttl = self.ttls.first().copied().filter(|first| self.ttls.iter().all(|ttl| ttl == first));
            return vec![target(Goal::Exactly(self.holds), ttl)];
        }
        let holds = self.holds.into_iter().map(|rdata| target(Goal::Including(rdata), None));
        let lacks = self.lacks.into_iter().map(|rdata| target(Goal::Excluding(rdata), None));
        holds.chain(lacks).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::{Record, words};

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn rdata(text: &str) -> Rdata {
        Rdata::parse(RecordType::A, &words(text).unwrap()).unwrap()
    }

    fn add(owner: &str, text: &str) -> Change {
        Change::Add(Record { name: name(owner), ttl: 60, record_type: RecordType::A, rdata: rdata(text) })
    }

    fn delete(owner: &str) -> Change {
        Change::DeleteRrset { name: name(owner), record_type: RecordType::A }
    }

    fn effects_of(changes: Vec<Change>) -> Option<Vec<(Goal, Option<u32>)>> {
        let update = Update::in_order(name("example"), Class::IN, vec![], changes, None);
        effects(&update).map(|targets| targets.into_iter().map(|target| (target.goal, target.ttl)).collect())
    }

    #[test]
    fn delete_and_add_say_all_that_there_is_and_add_alone_only_itself() {
        let (one, two) = ("192.0.2.1", "192.0.2.2");
        let both = Goal::Exactly(vec![rdata(one), rdata(two)]);
        let replaced = effects_of(vec![delete("a.example"), add("a.example", one), add("A.example", two)]);
        assert_eq!(replaced, Some(vec![(both, Some(60))]));
        let beside = effects_of(vec![add("a.example", one)]);
        assert_eq!(beside, Some(vec![(Goal::Including(rdata(one)), None)]));
        let order = effects_of(vec![add("a.example", one), delete("a.example")]);
        assert_eq!(order, Some(vec![(Goal::Exactly(vec![]), None)]));
        let gone = Change::DeleteRecord { name: name("a.example"), record_type: RecordType::A, rdata: rdata(one) };
        let taken = effects_of(vec![add("a.example", one), gone]);
        assert_eq!(taken, Some(vec![(Goal::Excluding(rdata(one)), None)]));
    }

    #[test]
    fn what_reading_would_not_tell_has_no_effects() {
        assert_eq!(effects_of(vec![Change::DeleteName(name("example"))]), None);
        let filled = vec![Change::DeleteName(name("a.example")), add("a.example", "192.0.2.1")];
        assert_eq!(effects_of(filled), None);
        let emptied = effects_of(vec![add("a.example", "192.0.2.1"), Change::DeleteName(name("a.example"))]);
        assert_eq!(emptied, Some(vec![(Goal::Exactly(vec![]), None)]));
        let soa = Change::DeleteRrset { name: name("example"), record_type: RecordType::SOA };
        assert_eq!(effects_of(vec![soa]), None);
    }
}
