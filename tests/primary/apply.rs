//! An UPDATE from its zone section to the changed zone (RFC 2136 §3.1, §3.4.2, §3.6): all of it, or nothing.

use nsup::dns::{Class, Message, Name, Rdata, Record, RecordType};
use nsup::proto::{Change, Rcode};

use super::policy::Policy;
use super::prerequisites::{self, ensure};
use super::prescan;
use super::zone::{Soa, Zone, is_newer};

/// Carries an UPDATE out. `policy` is that of the key that signed it, if it is signed.
///
/// What is not allowed is refused before prerequisites are looked at, as BIND does it: RFC 2136 §3.3 has it the other
/// way round, which lets everybody with a key ask about every name by way of a change.
pub(super) fn update(zone: &mut Zone, message: &Message<'_>, policy: Option<&Policy>) -> Rcode {
    match changed(zone, message, policy) {
        Ok(changed) => {
            *zone = changed;
            Rcode::NOERROR
        }
        Err(rcode) => rcode,
    }
}

fn changed(zone: &Zone, message: &Message<'_>, policy: Option<&Policy>) -> Result<Zone, Rcode> {
    let [entry] = message.questions.as_slice() else { return Err(Rcode::FORMERR) };
    ensure(entry.record_type == RecordType::SOA, Rcode::FORMERR)?;
    ensure(entry.class == Class::IN && entry.name == *zone.apex(), Rcode::NOTAUTH)?;
    let changes = prescan::changes(zone, message, policy.ok_or(Rcode::REFUSED)?)?;
    prerequisites::check(zone, message)?;
    let mut changed = zone.clone();
    changes.into_iter().for_each(|change| apply(&mut changed, change));
    // A client may have set the serial itself, by adding an SOA (RFC 2136 §3.6).
    if changed != *zone && changed.serial() == zone.serial() {
        changed.increment_serial();
    }
    Ok(changed)
}

/// Makes one change (RFC 2136 §3.4.2), or silently none where the zone would be no zone after it.
fn apply(zone: &mut Zone, change: Change) {
    match change {
        Change::Add(record) => add(zone, record),
        Change::DeleteRrset { name, record_type } => delete_rrset(zone, &name, record_type),
        Change::DeleteName(name) => {
            for record_type in zone.types_at(&name) {
                delete_rrset(zone, &name, record_type);
            }
        }
        Change::DeleteRecord { name, record_type, rdata } => delete_record(zone, &name, record_type, &rdata),
    }
}

/// RFC 2136 §3.4.2.2.
fn add(zone: &mut Zone, record: Record) {
    let types = zone.types_at(&record.name);
    // DNSSEC's records stand beside a CNAME (RFC 4034 §3 and §4), others do not.
    let is_beside = |one: RecordType| matches!(one, RecordType::RRSIG | RecordType::NSEC);
    let fits = match record.record_type {
        RecordType::SOA => is_acceptable_soa(zone, &record),
        RecordType::CNAME => types.into_iter().all(|one| one == RecordType::CNAME || is_beside(one)),
        one => is_beside(one) || !types.contains(&RecordType::CNAME),
    };
    if fits {
        zone.add(record);
    }
}

fn is_acceptable_soa(zone: &Zone, record: &Record) -> bool {
    record.name == *zone.apex() && Soa::read(&record.rdata).is_ok_and(|soa| is_newer(soa.serial, zone.serial()))
}

/// RFC 2136 §3.4.2.3: SOA and NS of the apex stay.
fn delete_rrset(zone: &mut Zone, name: &Name, record_type: RecordType) {
    let stays = matches!(record_type, RecordType::SOA | RecordType::NS) && name == zone.apex();
    if !stays {
        zone.delete_rrset(name, record_type);
    }
}

/// RFC 2136 §3.4.2.4: the SOA stays, and so does the last NS of the apex.
fn delete_record(zone: &mut Zone, name: &Name, record_type: RecordType, rdata: &Rdata) {
    let last = || zone.rrset(name, record_type).is_some_and(|rrset| rrset.rdata().count() == 1);
    let stays = match record_type {
        RecordType::SOA => true,
        RecordType::NS => name == zone.apex() && last(),
        _ => false,
    };
    if !stays {
        zone.delete_record(name, record_type, rdata);
    }
}
