//! Questions answered from the zone (RFC 1034 §4.3.2, RFC 2308, RFC 4592): data, aliases, delegations, wildcards, absence.

use nsup::dns::{Class, Message, Name, Reader, Record, RecordType};
use nsup::proto::Rcode;

use super::response::Response;
use super::zone::{Soa, Zone};

/// The types of zone transfers, which this server does not do, and DS, which the parent's side of a cut holds.
const IXFR: RecordType = RecordType(251);
const AXFR: RecordType = RecordType(252);
const DS: RecordType = RecordType(43);

/// How many aliases are followed.
const MAX_ALIASES: usize = 8;

/// Where the records of a name come from.
enum Source {
    /// From this owner: the name itself, or a wildcard.
    Owner(Name),
    /// The name exists and has no records.
    Empty,
    /// The name does not exist.
    Missing,
}

/// Answers a message with opcode 0.
pub(super) fn answer(zone: &Zone, message: &Message<'_>) -> Response {
    let [question] = message.questions.as_slice() else { return Response::new(Rcode::FORMERR) };
    let is_served = matches!(question.class, Class::IN | Class::ANY) && question.name.is_in(zone.apex());
    if !is_served || matches!(question.record_type, IXFR | AXFR) {
        return Response::new(Rcode::REFUSED);
    }
    let mut response = Response { authoritative: true, ..Response::new(Rcode::NOERROR) };
    let mut name = question.name.clone();
    for _ in 0..=MAX_ALIASES {
        match look_up(zone, &name, question.record_type, &mut response) {
            Some(target) if target.is_in(zone.apex()) => name = target,
            _ => break,
        }
    }
    response
}

/// Adds what the zone holds about one name; gives the target where that is an alias.
fn look_up(zone: &Zone, name: &Name, record_type: RecordType, response: &mut Response) -> Option<Name> {
    if let Some(cut) = delegation(zone, name, record_type) {
        // Behind an alias AA speaks of the alias (RFC 1035 §4.1.1).
        response.authoritative = !response.answers.is_empty();
        response.authority = records(zone, &cut, &cut, RecordType::NS);
        response.additional = glue(zone, &response.authority);
        return None;
    }
    let owner = match source(zone, name) {
        Source::Owner(owner) => owner,
        Source::Empty => return absent(zone, Rcode::NOERROR, response),
        Source::Missing => return absent(zone, Rcode::NXDOMAIN, response),
    };
    let wanted: Vec<RecordType> = match record_type {
        RecordType::ANY => zone.types_at(&owner),
        one => vec![one],
    };
    let found: Vec<Record> = wanted.into_iter().flat_map(|one| records(zone, &owner, name, one)).collect();
    if !found.is_empty() {
        response.answers.extend(found);
        return None;
    }
    let Some(alias) = records(zone, &owner, name, RecordType::CNAME).pop() else {
        return absent(zone, Rcode::NOERROR, response);
    };
    let target = Reader::alone(alias.rdata.octets()).name().ok();
    // An alias that has been seen before leads around in a circle.
    let is_new = !response.answers.contains(&alias);
    response.answers.extend(is_new.then_some(alias));
    target.filter(|_| is_new)
}

/// The highest zone cut at or above a name (RFC 1034 §4.2.1). The DS of a cut is the parent's (RFC 4035 §3.1.4.1).
fn delegation(zone: &Zone, name: &Name, record_type: RecordType) -> Option<Name> {
    let above = std::iter::successors(Some(name.clone()), Name::parent);
    let below_apex = above.take_while(|one| one != zone.apex());
    let cuts = below_apex.filter(|one| zone.rrset(one, RecordType::NS).is_some());
    cuts.last().filter(|cut| !(record_type == DS && cut == name))
}

/// RFC 4592 §3.3.1: the name, else the wildcard right below its closest encloser.
fn source(zone: &Zone, name: &Name) -> Source {
    if zone.is_in_use(name) {
        return Source::Owner(name.clone());
    }
    if zone.exists(name) {
        return Source::Empty;
    }
    let encloser = std::iter::successors(name.parent(), Name::parent).find(|one| zone.exists(one));
    let labels = encloser.iter().flat_map(Name::labels);
    match Name::from_labels(std::iter::once(&b"*"[..]).chain(labels)) {
        Ok(wildcard) if zone.is_in_use(&wildcard) => Source::Owner(wildcard),
        Ok(wildcard) if zone.exists(&wildcard) => Source::Empty,
        _ => Source::Missing,
    }
}

/// The records of `owner`, as records of `name`.
fn records(zone: &Zone, owner: &Name, name: &Name, record_type: RecordType) -> Vec<Record> {
    let rrset = zone.rrset(owner, record_type);
    let record = |ttl, rdata| Record { name: name.clone(), ttl, record_type, rdata };
    rrset.iter().flat_map(|rrset| rrset.rdata().map(|rdata| record(rrset.ttl, rdata.clone()))).collect()
}

/// The addresses that the zone holds for name servers.
fn glue(zone: &Zone, servers: &[Record]) -> Vec<Record> {
    let names = servers.iter().filter_map(|server| Reader::alone(server.rdata.octets()).name().ok());
    let of = |name: Name| [RecordType::A, RecordType::AAAA].map(|one| records(zone, &name, &name, one)).concat();
    names.flat_map(of).collect()
}

/// RFC 2308 §3: the SOA goes along, with the time for which absence may be remembered.
fn absent(zone: &Zone, rcode: Rcode, response: &mut Response) -> Option<Name> {
    response.rcode = rcode;
    let mut soa = records(zone, zone.apex(), zone.apex(), RecordType::SOA);
    for record in &mut soa {
        let minimum = Soa::read(&record.rdata).map_or(record.ttl, |soa| soa.minimum);
        record.ttl = record.ttl.min(minimum);
    }
    response.authority = soa;
    None
}
