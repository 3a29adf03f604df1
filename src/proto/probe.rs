//! Updates that change nothing, by whose answers one learns what a key may do.

use crate::dns::{Class, Name, Rdata, Record, RecordType};

use super::outcome::Rrset;
use super::{Change, Prerequisite, Rcode, Update, UpdateError};

/// An update that only says what is true of every zone: that its own name is in use. A primary that takes any update of the
/// zone from the key says NOERROR, whatever the key may change: BIND looks at its `update-policy` only where something is to
/// be changed.
///
/// # Errors
/// [`UpdateError`].
pub fn harmless(zone: &Name) -> Result<Vec<u8>, UpdateError> {
    Update::new(zone.clone(), vec![Prerequisite::NameInUse(zone.clone())], Vec::new())?.encode()
}

/// An update that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Its octets.
    pub message: Vec<u8>,
    /// What a server says to it that would have let the key do it.
    pub granted: Rcode,
    /// Where that is what a server also says that looks at prerequisites before rights: a message to which one that looks at
    /// rights first says NOTZONE.
    pub calibration: Option<Vec<u8>>,
}

/// An update that needs the right to change this RRset, and does nothing: a record is deleted that is not in it, and that it is
/// still as it was seen is a prerequisite. Where no record of its type can be made up, an RRset that is absent is deleted, and
/// for one that is there it is `None`.
///
/// BIND grants the deletion of PTR and SRV records by those that there are, so that of an absent one to anybody: one is added
/// instead, if the zone's own name is not in use. It always is, and BIND looks at its policy before it looks at that.
///
/// Whether the server could write is not shown: BIND opens its journal only when something changes.
///
/// # Errors
/// [`UpdateError`].
pub fn permission(
    zone: &Name,
    name: &Name,
    record_type: RecordType,
    seen: &Rrset,
    random: u16,
) -> Option<Result<Probe, UpdateError>> {
    let name = name.clone();
    let samples = (0..=u16::MAX).map(|step| sample(record_type, random.wrapping_add(step)));
    let samples = samples.take(seen.rdata.len() + 1).collect::<Option<Vec<Rdata>>>().unwrap_or_default();
    let absent = samples.into_iter().find(|rdata| !seen.rdata.contains(rdata));
    let is_of_targets = matches!(record_type, RecordType::PTR | RecordType::SRV);
    let (prerequisite, change, granted) = match absent {
        Some(rdata) if is_of_targets => {
            let never = Prerequisite::NameFree(zone.clone());
            (never, Change::Add(Record { name, ttl: 0, record_type, rdata }), Rcode::YXDOMAIN)
        }
        Some(rdata) => {
            (as_seen(&name, record_type, seen), Change::DeleteRecord { name, record_type, rdata }, Rcode::NOERROR)
        }
        None if seen.rdata.is_empty() => {
            (as_seen(&name, record_type, seen), Change::DeleteRrset { name, record_type }, Rcode::NOERROR)
        }
        None => return None,
    };
    let never = prerequisite.clone();
    let calibration = (granted == Rcode::YXDOMAIN).then(|| outside(zone, never)).flatten();
    let update = Update::new(zone.clone(), vec![prerequisite], vec![change]);
    Some(update.and_then(|update| update.encode()).map(|message| Probe { message, granted, calibration }))
}

/// A deletion of what is in no zone, by a prerequisite that is never true.
fn outside(zone: &Name, never: Prerequisite) -> Option<Vec<u8>> {
    let elsewhere = Name::from_labels([&b"nsup-check"[..], b"invalid"]).ok()?;
    let change = Change::DeleteRrset { name: elsewhere, record_type: RecordType::TXT };
    Update::in_order(zone.clone(), Class::IN, vec![never], vec![change], None).encode().ok()
}

fn as_seen(name: &Name, record_type: RecordType, seen: &Rrset) -> Prerequisite {
    let name = name.clone();
    match seen.rdata.as_slice() {
        [] => Prerequisite::RrsetAbsent { name, record_type },
        rdata => Prerequisite::RrsetEquals { name, record_type, rdata: rdata.to_vec() },
    }
}

/// Data for a record of this type that nobody has use for: another for each number. `None` for types that are not known well
/// enough.
pub fn sample(record_type: RecordType, number: u16) -> Option<Rdata> {
    let [high, low] = number.to_be_bytes();
    let label = format!("nsup-check-{number:04x}");
    // A name that will never be (RFC 2606 §2).
    let host = || Name::from_labels([label.as_bytes(), b"invalid"]).map(|name| name.to_wire()).ok();
    let octets = match record_type {
        // Networks for documentation, which no record leads to (RFC 5737, RFC 3849).
        RecordType::A => vec![198, 51, 100 + (high & 1), low],
        RecordType::AAAA => [&[0x20, 0x01, 0x0d, 0xb8][..], &[0; 10], &[high, low]].concat(),
        RecordType::TXT => [&[label.len() as u8][..], label.as_bytes()].concat(),
        RecordType::NS | RecordType::CNAME | RecordType::PTR => host()?,
        RecordType::MX => [&[0; 2][..], &host()?].concat(),
        RecordType::SRV => [&[0; 6][..], &host()?].concat(),
        _ => return None,
    };
    Some(Rdata::from_octets(octets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::Message;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    #[test]
    fn what_is_deleted_is_never_what_is_there() {
        for record_type in [RecordType::A, RecordType::AAAA, RecordType::TXT, RecordType::MX] {
            let rdata: Vec<Rdata> = (0..40).map(|number| sample(record_type, number).unwrap()).collect();
            let seen = Rrset { rdata: rdata.clone(), ttl: 300 };
            let probe = permission(&name("z"), &name("h.z"), record_type, &seen, 0).unwrap().unwrap();
            let message = Message::walk(&probe.message).unwrap();
            let deleted = message.record(message.records.last().unwrap()).unwrap();
            assert_eq!(message.records.len(), 41, "all that was seen is compared");
            assert!(!rdata.contains(&deleted.rdata), "{record_type}");
        }
    }

    #[test]
    fn an_rrset_of_any_type_that_is_absent_can_be_deleted_and_only_well_known_ones_that_are_there() {
        let (loc, seen) = (RecordType(29), Rrset { rdata: vec![Rdata::from_octets(vec![1])], ttl: 1 });
        assert!(permission(&name("z"), &name("h.z"), loc, &Rrset::default(), 7).unwrap().is_ok());
        assert!(permission(&name("z"), &name("h.z"), loc, &seen, 7).is_none());
    }

    #[test]
    fn what_would_add_something_has_a_prerequisite_that_is_never_true() {
        for record_type in [RecordType::PTR, RecordType::SRV] {
            let probe = permission(&name("z"), &name("h.z"), record_type, &Rrset::default(), 7).unwrap().unwrap();
            let message = Message::walk(&probe.message).unwrap();
            let first = &message.records[0];
            assert_eq!((&first.name, first.record_type, first.class), (&name("z"), RecordType::ANY, Class::NONE));
            assert_eq!(probe.granted, Rcode::YXDOMAIN);
        }
    }

    #[test]
    fn a_harmless_update_changes_nothing() {
        let octets = harmless(&name("example")).unwrap();
        assert_eq!(octets[4..12], [0, 1, 0, 1, 0, 0, 0, 0], "a zone, a prerequisite and no change");
    }
}
