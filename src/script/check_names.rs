//! Names that BIND refuses in records unless `check-names` is off: owners and targets that must be host names
//! (RFC 952, RFC 1123 §2.1), and mailboxes.

use crate::dns::{Class, Name, Rdata, Reader, RecordType};

use super::rdata::CHAOS;
use super::wrong::Wrong;

/// What a name in RDATA must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Must {
    Host,
    Mailbox,
    /// Any name will do.
    Be,
}

/// Types whose data holds such names, in their order: NS, SOA, MINFO, MX, RP, AFSDB, RT, SRV, A6.
const NAMES: &[(u16, &[Must])] = &[
    (2, &[Must::Host]),
    (6, &[Must::Host, Must::Mailbox]),
    (14, &[Must::Mailbox, Must::Mailbox]),
    (15, &[Must::Host]),
    (17, &[Must::Mailbox, Must::Be]),
    (18, &[Must::Host]),
    (21, &[Must::Host]),
    (33, &[Must::Host]),
    (38, &[Must::Host]),
];
const WKS: RecordType = RecordType(11);
const A6: RecordType = RecordType(38);
const SVCB: RecordType = RecordType(64);
const HTTPS: RecordType = RecordType(65);

/// Looks at the names of a record that is to be added.
pub(super) fn check(owner: &Name, class: Class, record_type: RecordType, rdata: &Rdata) -> Result<(), Wrong> {
    if !may_own(owner, class, record_type) {
        return Err(Wrong::BadOwner(owner.clone()));
    }
    let musts = match record_type {
        RecordType::PTR if class == Class::IN && is_reverse(owner) && !is_browsing(owner) => &[Must::Host],
        // In the alias form (RFC 9460 §2.4.2) the target may be any name.
        SVCB | HTTPS if !rdata.octets().starts_with(&[0, 0]) => &[Must::Host],
        RecordType::A if class == CHAOS => &[Must::Host],
        _ => NAMES.iter().find(|(number, _)| *number == record_type.0).map_or(&[][..], |(_, musts)| musts),
    };
    let names = match (class, record_type) {
        (CHAOS, RecordType::A) => Reader::alone(rdata.octets()).name().into_iter().collect(),
        _ => rdata.names(record_type),
    };
    let bad = |(name, must): &(Name, &Must)| match must {
        Must::Host => !is_host(name.labels()),
        Must::Mailbox => !is_mailbox(name),
        Must::Be => false,
    };
    names.into_iter().zip(musts).find(bad).map_or(Ok(()), |(name, _)| Err(Wrong::BadName(name)))
}

/// Whether a name may have records of a type.
fn may_own(owner: &Name, class: Class, record_type: RecordType) -> bool {
    match record_type {
        RecordType::MX => is_host_or_wildcard(owner),
        RecordType::A if class == Class::IN => {
            is_host_or_wildcard(owner) || is_global_catalog(owner) || is_sender_policy(owner)
        }
        RecordType::A if class == CHAOS => is_host_or_wildcard(owner),
        RecordType::AAAA | A6 if class == Class::IN => is_host_or_wildcard(owner) || is_global_catalog(owner),
        WKS if class == Class::IN => is_host_or_wildcard(owner),
        _ => true,
    }
}

fn is_host_or_wildcard(name: &Name) -> bool {
    let skip = usize::from(name.labels().next() == Some(b"*"));
    is_host(name.labels().skip(skip))
}

/// Letters, digits and hyphens, no hyphen at either end of a label.
fn is_host<'l>(mut labels: impl Iterator<Item = &'l [u8]>) -> bool {
    labels.all(|label| {
        let inner = label.iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-');
        inner && !label.starts_with(b"-") && !label.ends_with(b"-")
    })
}

/// A first label of printable characters, then a host (RFC 1035 §8).
fn is_mailbox(name: &Name) -> bool {
    let printable = name.labels().next().is_none_or(|label| label.iter().all(u8::is_ascii_graphic));
    printable && is_host(name.labels().skip(1))
}

/// `gc._msdcs.` and a host: the global catalog of an Active Directory forest.
fn is_global_catalog(name: &Name) -> bool {
    let first = name.labels().take(2).map(<[u8]>::to_ascii_lowercase);
    first.eq([b"gc".to_vec(), b"_msdcs".to_vec()]) && is_host(name.labels().skip(2))
}

/// Below a label that SPF's `exists` uses (RFC 7208 §5.7), wherever it stands but at the end.
fn is_sender_policy(name: &Name) -> bool {
    let labels: Vec<_> = name.labels().collect();
    let policies: [&[u8]; 3] = [b"_spf", b"_spf_rate", b"_spf_verify"];
    let inner = labels.split_last().map_or(&[][..], |(_, inner)| inner);
    inner.iter().any(|label| policies.iter().any(|policy| label.eq_ignore_ascii_case(policy)))
}

fn is_reverse(name: &Name) -> bool {
    let ends: [[&[u8]; 2]; 3] = [[b"in-addr", b"arpa"], [b"ip6", b"arpa"], [b"ip6", b"int"]];
    let labels: Vec<_> = name.labels().collect();
    let same =
        |end: &[&[u8]]| labels.iter().rev().zip(end.iter().rev()).all(|(one, two)| one.eq_ignore_ascii_case(two));
    labels.len() >= 2 && ends.iter().any(|end| same(end))
}

/// Names that say where services may be browsed for (RFC 6763 §11).
fn is_browsing(name: &Name) -> bool {
    let labels: Vec<_> = name.labels().take(3).map(<[u8]>::to_ascii_lowercase).collect();
    let [first, sd, udp] = labels.as_slice() else { return false };
    [&b"b"[..], b"db", b"r", b"dr", b"lb"].contains(&first.as_slice()) && sd == b"_dns-sd" && udp == b"_udp"
}

#[cfg(test)]
mod tests;
