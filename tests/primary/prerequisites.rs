//! The prerequisite section (RFC 2136 §3.2): each record of it a condition, the values of RRsets compared as a whole.

use std::collections::{BTreeMap, BTreeSet};

use nsup::dns::{Class, Message, Name, RecordAt, RecordType, Section};
use nsup::proto::Rcode;

use super::zone::Zone;

/// The RRsets that records of class IN describe, by owner and type; the data in canonical form.
type Expected = BTreeMap<(Vec<u8>, RecordType), (Name, BTreeSet<Vec<u8>>)>;

/// Checks the conditions one after the other, as the pseudocode of RFC 2136 §3.2.5 does.
///
/// # Errors
/// The RCODE of the first that is malformed or false.
pub(super) fn check(zone: &Zone, message: &Message<'_>) -> Result<(), Rcode> {
    let mut expected = Expected::new();
    for record in message.records.iter().filter(|record| record.section == Section::Answer) {
        check_one(zone, message, record, &mut expected)?;
    }
    for ((_, record_type), (name, canonical)) in &expected {
        let equal = zone.rrset(name, *record_type).is_some_and(|rrset| rrset.holds_exactly(canonical));
        ensure(equal, Rcode::NXRRSET)?;
    }
    Ok(())
}

fn check_one(zone: &Zone, message: &Message<'_>, record: &RecordAt, expected: &mut Expected) -> Result<(), Rcode> {
    let RecordAt { name, record_type, .. } = record;
    ensure(record.ttl == 0, Rcode::FORMERR)?;
    ensure(name.is_in(zone.apex()), Rcode::NOTZONE)?;
    match record.class {
        Class::ANY | Class::NONE => {
            ensure(record.rdata_length == 0, Rcode::FORMERR)?;
            let wanted = record.class == Class::ANY;
            match (*record_type, wanted) {
                (RecordType::ANY, true) => ensure(zone.is_in_use(name), Rcode::NXDOMAIN),
                (RecordType::ANY, false) => ensure(!zone.is_in_use(name), Rcode::YXDOMAIN),
                (one, true) => ensure(zone.rrset(name, one).is_some(), Rcode::NXRRSET),
                (one, false) => ensure(zone.rrset(name, one).is_none(), Rcode::YXRRSET),
            }
        }
        Class::IN => {
            ensure(record_type.is_data(), Rcode::FORMERR)?;
            let rdata = message.record(record).map_err(|_| Rcode::FORMERR)?.rdata;
            let entry = expected.entry((name.to_canonical(), *record_type));
            entry.or_insert_with(|| (name.clone(), BTreeSet::new())).1.insert(rdata.canonical(*record_type));
            Ok(())
        }
        _ => Err(Rcode::FORMERR),
    }
}

/// An RCODE unless a condition is true.
pub(super) fn ensure(condition: bool, otherwise: Rcode) -> Result<(), Rcode> {
    if condition { Ok(()) } else { Err(otherwise) }
}
