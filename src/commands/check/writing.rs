//! Whether the server can write: one record is really added, seen to be there, and deleted again.

use crate::dns::{Name, Rdata, Record, RecordType};
use crate::exit::Exit;
use crate::output::{Link, exit_of, explain, named_conf};
use crate::proto::exchange::{Answered, Purpose};
use crate::proto::outcome::Outcome;
use crate::proto::{Change, Prerequisite, Rcode, probe, query};

use super::super::conversation::{Conversation, random};
use super::names::about;
use super::primary::Place;
use super::report::Report;
use super::send::send;
use super::server::Knocked;
use super::zone::bare;

/// The label of the record.
const LABEL: &[u8] = b"_nsup-check";

/// The TTL of the record, which nobody asks for, in seconds.
const TTL: u32 = 0;

/// How often another writer may come in between.
const TRIES: u32 = 3;

/// Adds a TXT record below the name and deletes it again.
pub(super) async fn test(
    place: &Place<'_>,
    name: &Name,
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) {
    let below = Name::from_labels(std::iter::once(LABEL).chain(name.labels()));
    let (Ok(below), Some(rdata)) = (below, probe::sample(RecordType::TXT, random())) else {
        let what = format!("not tried: {name} is too long for a name below it");
        return report.warn(Link::Writing, what, Vec::new());
    };
    if !is_seen_anyway(place, name, knocked, talk).await {
        let what = format!("not tried: {name} is a wildcard's, and a record below it would hide it for a moment");
        return report.warn(Link::Writing, what, vec!["give the name a record of its own first".to_owned()]);
    }
    let server = knocked.door.server;
    let added = add(place, &below, &rdata, knocked, talk).await;
    if matches!(added, Outcome::Refused(_) | Outcome::Impossible(_) | Outcome::Unreachable(_)) {
        return not_added(place, &below, added, knocked, talk, report).await;
    }
    // It may be there although the answer was lost, and whether it is, the deletion tells.
    let mut deleted = delete(place, &below, &rdata, knocked, talk).await;
    if matches!(deleted, Outcome::Unknown { .. }) {
        deleted = delete(place, &below, &rdata, knocked, talk).await;
    }
    match (added, deleted) {
        (Outcome::Changed, Outcome::Changed) => {
            report.good(Link::Writing, format!("{server} has written {below} TXT, and deleted it again"));
        }
        (Outcome::Changed, Outcome::Refused(refusal)) if refusal.rcode == Rcode::NXRRSET => {
            let what = format!("{server} says NOERROR and writes nothing: {below} TXT is not there");
            let remedy = "its log says why: a policy of its own, or an alias at that name".to_owned();
            report.fault(Link::Writing, Exit::Refused, what, vec![remedy]);
        }
        (_, Outcome::Changed) => {
            let what = format!("{server} has written {below} TXT and deleted it again, and the first answer was lost");
            report.warn(Link::Writing, what, Vec::new());
        }
        (added, deleted) => {
            let left = if matches!(added, Outcome::Changed) { "was written" } else { "may have been written" };
            let why = explain(&deleted, &about(place, &below, RecordType::TXT, knocked));
            let why = why.map(|message| message.what).unwrap_or_default();
            let what = format!("{below} TXT {left} at {server}, and was not deleted again: {why}");
            report.fault(Link::Writing, Exit::Unknown, what, vec![format!("nsup delete {below} TXT")]);
        }
    }
}

/// The record could not be added.
async fn not_added(
    place: &Place<'_>,
    below: &Name,
    outcome: Outcome,
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) {
    let (server, zone, key) = (knocked.door.server, place.zone.origin(), place.primary.key.name());
    let rcode = if let Outcome::Refused(refusal) = &outcome { Some(refusal.rcode) } else { None };
    match rcode {
        Some(Rcode::REFUSED) => {
            let what =
                format!("not tried: key {key} may not change {below} TXT, so whether {server} can write is not known");
            let mut remedy =
                vec![format!("for this test only, in named.conf, in zone \"{}\", update-policy:", bare(zone))];
            remedy.extend(named_conf::grants(key, &[(below.clone(), vec![RecordType::TXT])]));
            report.warn(Link::Writing, what, remedy);
        }
        Some(Rcode::SERVFAIL) => {
            let directory = (
                "the zone's directory is not writable",
                format!(
                    "on the server: named must be able to make {}.jnl beside the zone's file (chown bind: DIRECTORY; AppArmor \
                     must name it too)",
                    bare(zone)
                ),
            );
            let disk = ("its disk is full", "on the server: df DIRECTORY".to_owned());
            let keys = (
                "its DNSSEC keys are not there",
                format!("on the server: rndc dnssec -status {} shows the keys that named has", bare(zone)),
            );
            // What has worked until now has not lost its directory by itself.
            let mut causes = if place.held_since().is_some() { vec![disk, directory] } else { vec![directory, disk] };
            if has_keys(zone, knocked, talk).await {
                causes.push(keys);
            }
            let names: Vec<&str> = causes.iter().map(|(cause, _)| *cause).collect();
            let what = format!("{server} takes updates and cannot write them (SERVFAIL): {}", names.join(", or "));
            let mut remedy: Vec<String> = causes.into_iter().map(|(_, remedy)| remedy).collect();
            remedy.push("its log says which: journalctl -u named -n 20".to_owned());
            report.fault(Link::Writing, Exit::Refused, what, remedy);
        }
        _ => {
            if let Some(message) = explain(&outcome, &about(place, below, RecordType::TXT, knocked)) {
                report.failed(Link::Writing, exit_of(&outcome), message);
            }
        }
    }
}

/// Whether the name stays visible while there is one below it: a wildcard stops at names that exist, and those above an
/// existing one do (RFC 4592 §2.2.2).
async fn is_seen_anyway(place: &Place<'_>, name: &Name, knocked: &mut Knocked, talk: &mut Conversation) -> bool {
    let zone = place.zone.origin();
    let own = vec![Prerequisite::NameInUse(name.clone())];
    if matches!(send(zone, own, Vec::new(), knocked, talk).await, Outcome::Changed) {
        return true;
    }
    let above = std::iter::successors(name.parent(), Name::parent).take_while(|above| above.is_in(zone));
    let wildcards = above.filter_map(|above| Name::from_labels(std::iter::once(&b"*"[..]).chain(above.labels())).ok());
    let none = wildcards.map(Prerequisite::NameFree).collect();
    matches!(send(zone, none, Vec::new(), knocked, talk).await, Outcome::Changed)
}

/// Adds the record if the zone is still as it was read a moment ago: what is recorded on the way can then not be sent again.
async fn add(
    place: &Place<'_>,
    below: &Name,
    rdata: &Rdata,
    knocked: &mut Knocked,
    talk: &mut Conversation,
) -> Outcome {
    let zone = place.zone.origin();
    let mut outcome = Outcome::Contended;
    for _ in 0..TRIES {
        talk.restart();
        let soa = match talk.ask(&mut knocked.contacts, query::question(zone, RecordType::SOA), Purpose::Ask).await {
            Ok(Answered::Reply(reply, ..)) => reply.rrset(zone, RecordType::SOA).map(|soa| soa.rdata.clone()).collect(),
            _ => Vec::new(),
        };
        let as_read = Prerequisite::RrsetEquals { name: zone.clone(), record_type: RecordType::SOA, rdata: soa };
        let record = Record { name: below.clone(), ttl: TTL, record_type: RecordType::TXT, rdata: rdata.clone() };
        outcome = send(zone, vec![as_read], vec![Change::Add(record)], knocked, talk).await;
        if !matches!(&outcome, Outcome::Refused(refusal) if refusal.rcode == Rcode::NXRRSET) {
            break;
        }
    }
    outcome
}

/// Deletes the record if it is there.
async fn delete(
    place: &Place<'_>,
    below: &Name,
    rdata: &Rdata,
    knocked: &mut Knocked,
    talk: &mut Conversation,
) -> Outcome {
    let (name, record_type) = (below.clone(), RecordType::TXT);
    let is_there = Prerequisite::RrsetEquals { name: name.clone(), record_type, rdata: vec![rdata.clone()] };
    let gone = Change::DeleteRecord { name, record_type, rdata: rdata.clone() };
    send(place.zone.origin(), vec![is_there], vec![gone], knocked, talk).await
}

/// Whether the zone is signed.
async fn has_keys(zone: &Name, knocked: &mut Knocked, talk: &mut Conversation) -> bool {
    const DNSKEY: RecordType = RecordType(48);
    talk.restart();
    let asked = talk.ask(&mut knocked.contacts, query::question(zone, DNSKEY), Purpose::Ask).await;
    matches!(asked, Ok(Answered::Reply(reply, ..)) if reply.rrset(zone, DNSKEY).next().is_some())
}
