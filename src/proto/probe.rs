//! Updates that change nothing, by whose answers one learns what a key may do.

use crate::dns::{Name, Rdata, RecordType};

use super::outcome::Rrset;
use super::{Change, Prerequisite, Update, UpdateError};

/// An update that only says what is true of every zone: that its own name is in use. A primary that takes any update of the
/// zone from the key says NOERROR, whatever the key may change: BIND looks at its `update-policy` only where something is to
/// be changed.
///
/// # Errors
/// [`UpdateError`].
pub fn harmless(zone: &Name) -> Result<Vec<u8>, UpdateError> {
    Update::new(zone.clone(), vec![Prerequisite::NameInUse(zone.clone())], Vec::new())?.encode()
}

/// An update that needs the right to change this RRset, and does nothing: where the RRset is absent it is deleted, and where
/// it holds something, a record is deleted that is not in it. That it is still as it was seen is a prerequisite. `None` for
/// types of which no record can be made up.
///
/// It does not show whether the server could write: BIND opens its journal only when something changes.
///
/// # Errors
/// [`UpdateError`].
pub fn permission(
    zone: &Name,
    name: &Name,
    record_type: RecordType,
    seen: &Rrset,
    random: u16,
) -> Option<Result<Vec<u8>, UpdateError>> {
    let name = name.clone();
    let (prerequisite, change) = if seen.rdata.is_empty() {
        (Prerequisite::RrsetAbsent { name: name.clone(), record_type }, Change::DeleteRrset { name, record_type })
    } else {
        let absent = (0..=u16::MAX).map(|step| sample(record_type, random.wrapping_add(step)));
        let absent = absent.take(seen.rdata.len() + 1).collect::<Option<Vec<Rdata>>>()?;
        let rdata = absent.into_iter().find(|rdata| !seen.rdata.contains(rdata))?;
        (
            Prerequisite::RrsetEquals { name: name.clone(), record_type, rdata: seen.rdata.clone() },
            Change::DeleteRecord { name, record_type, rdata },
        )
    };
    let update = Update::new(zone.clone(), vec![prerequisite], vec![change]);
    Some(update.and_then(|update| update.encode()))
}

/// Data for a record of this type that nobody has use for: another for each number. `None` for types that are not known well
/// enough.
pub fn sample(record_type: RecordType, number: u16) -> Option<Rdata> {
    let [high, low] = number.to_be_bytes();
    let octets = match record_type {
        // Networks for documentation, which no record leads to (RFC 5737, RFC 3849).
        RecordType::A => vec![198, 51, 100 + (high & 1), low],
        RecordType::AAAA => [&[0x20, 0x01, 0x0d, 0xb8][..], &[0; 10], &[high, low]].concat(),
        RecordType::TXT => {
            let text = format!("nsup-check-{number:04x}");
            [&[text.len() as u8][..], text.as_bytes()].concat()
        }
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
        for record_type in [RecordType::A, RecordType::AAAA, RecordType::TXT] {
            let rdata: Vec<Rdata> = (0..40).map(|number| sample(record_type, number).unwrap()).collect();
            let seen = Rrset { rdata: rdata.clone(), ttl: 300 };
            let octets = permission(&name("z"), &name("h.z"), record_type, &seen, 0).unwrap().unwrap();
            let message = Message::walk(&octets).unwrap();
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
    fn a_harmless_update_changes_nothing() {
        let octets = harmless(&name("example")).unwrap();
        assert_eq!(octets[4..12], [0, 1, 0, 1, 0, 0, 0, 0], "a zone, a prerequisite and no change");
    }
}
