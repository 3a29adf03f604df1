//! What a read shows: an RRset, or why there is none to be changed here.

use crate::dns::{Name, Rdata, Reader, Record, RecordType};

use super::goal::Target;
use super::outcome::{Outcome, Refusal, Rrset};
use super::{Rcode, Reply};

/// What a server shows of a target.
#[derive(Debug)]
pub(super) enum Shown {
    /// Its RRset.
    Rrset(Rrset),
    /// An alias, of this name, in its place; at the name itself or made up from a wildcard.
    Alias(Option<Name>),
}

/// What an answer shows of a target.
pub(super) fn shown(reply: &Reply, target: &Target, zone: &Name) -> Result<Shown, Outcome> {
    let name = &target.name;
    if !matches!(reply.rcode(), Rcode::NOERROR | Rcode::NXDOMAIN) {
        return Err(Outcome::Refused(Refusal::of(reply, true)));
    }
    let mut above = reply.answers().iter().filter(|record| record.record_type == RecordType::DNAME);
    if let Some(dname) = above.find(|dname| name.is_in(&dname.name) && dname.name != *name) {
        return Err(Outcome::Obscured { name: name.clone(), by: dname.name.clone() });
    }
    if target.record_type != RecordType::CNAME
        && let Some(alias) = reply.rrset(name, RecordType::CNAME).next()
    {
        return Ok(Shown::Alias(Reader::alone(alias.rdata.octets()).name().ok()));
    }
    let own_cut = |record: &&Record| record.record_type == RecordType::NS && record.name == *name;
    if target.record_type == RecordType::NS && reply.authority().iter().any(|record| own_cut(&record)) {
        // Asked for the NS records of a cut, a server above it refers to those very records.
        return Ok(Shown::Rrset(Rrset::of(reply.authority().iter().filter(own_cut))));
    }
    // A referral has the NS records of the zone below, a denial from the zone below its SOA.
    let above = |cut: &Name| name.is_in(cut) && cut.is_in(zone) && cut != zone;
    let marks = |record: &&Record| matches!(record.record_type, RecordType::NS | RecordType::SOA);
    let mut cuts = reply.authority().iter().filter(marks).map(|record| &record.name);
    let delegated_at = cuts.find(|cut| above(cut)).cloned();
    if !reply.is_authoritative() || delegated_at.is_some() {
        return Err(Outcome::NotAuthoritative { name: name.clone(), delegated_at });
    }
    Ok(Shown::Rrset(Rrset::of(reply.rrset(name, target.record_type))))
}

/// What the prerequisite "the name is free" shows of it: something, or nothing.
pub(super) fn in_use(reply: &Reply) -> Result<Shown, Outcome> {
    match reply.rcode() {
        Rcode::NOERROR => Ok(Shown::Rrset(Rrset::default())),
        Rcode::YXDOMAIN => Ok(Shown::Rrset(Rrset { rdata: vec![Rdata::from_octets(Vec::new())], ttl: 0 })),
        _ => Err(Outcome::Refused(Refusal::of(reply, true))),
    }
}
