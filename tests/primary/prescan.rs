//! The update section before anything is changed (RFC 2136 §3.4.1): every record read, and allowed or not (§3.3).

use nsup::dns::{Class, Message, RecordAt, RecordType, Section};
use nsup::proto::{Change, Rcode};

use super::policy::Policy;
use super::prerequisites::ensure;
use super::zone::Zone;

/// Reads the changes.
///
/// # Errors
/// FORMERR, NOTZONE or, where the policy does not allow a change, REFUSED: whichever is met first.
pub(super) fn changes(zone: &Zone, message: &Message<'_>, policy: &Policy) -> Result<Vec<Change>, Rcode> {
    let section = message.records.iter().filter(|record| record.section == Section::Authority);
    section.map(|record| change(zone, message, record, policy)).collect()
}

fn change(zone: &Zone, message: &Message<'_>, record: &RecordAt, policy: &Policy) -> Result<Change, Rcode> {
    let (name, record_type) = (record.name.clone(), record.record_type);
    ensure(name.is_in(zone.apex()), Rcode::NOTZONE)?;
    let read = || message.record(record).map_err(|_| Rcode::FORMERR);
    let change = match record.class {
        Class::IN => {
            ensure(record_type.is_data(), Rcode::FORMERR)?;
            Change::Add(read()?)
        }
        Class::ANY => {
            let is_type = record_type.is_data() || record_type == RecordType::ANY;
            ensure(record.ttl == 0 && record.rdata_length == 0 && is_type, Rcode::FORMERR)?;
            match record_type {
                RecordType::ANY => Change::DeleteName(name),
                _ => Change::DeleteRrset { name, record_type },
            }
        }
        Class::NONE => {
            ensure(record.ttl == 0 && record_type.is_data(), Rcode::FORMERR)?;
            Change::DeleteRecord { name, record_type, rdata: read()?.rdata }
        }
        _ => return Err(Rcode::FORMERR),
    };
    ensure(policy.allows(zone, &record.name, record_type), Rcode::REFUSED)?;
    Ok(change)
}
