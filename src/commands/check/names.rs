//! A name: what is at it, by the way that an update goes, as far as before it sends something.

use std::net::IpAddr;

use crate::config::Examined;
use crate::dns::{Name, Rdata, RecordType};
use crate::exit::Exit;
use crate::output::{Link, Message, Subject, exit_of, explain, utc};
use crate::proto::converge::Converge;
use crate::proto::goal::{Goal, Target, TargetError};
use crate::proto::outcome::{Outcome, Rrset};
use crate::proto::{Prerequisite, Rcode, probe};
use crate::source::Family;
use crate::state::Outcome as Ended;

use super::super::bring::bring;
use super::super::conversation::{Conversation, subject};
use super::permission;
use super::primary::Place;
use super::report::{Broken, Report};
use super::send::send;
use super::server::Knocked;
use super::zone::bare;

/// From which TTL on an address that changes is long wrong for those who have it: seconds.
const LONG_TTL: u32 = 3600;

/// Examines a name, type by type. Gives what the primary holds of each.
pub(super) async fn examine(
    place: &Place<'_>,
    examined: &Examined,
    addresses: &[IpAddr],
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) -> Vec<(RecordType, Rrset)> {
    let mut held = Vec::new();
    for record_type in &examined.types {
        let own = addresses.iter().find(|address| Family::of(**address).record_type() == *record_type);
        let wanted = own.map(|address| Rdata::from_address(*address));
        let Ok(seen) = read(place, examined, *record_type, wanted, knocked, talk, report).await else { continue };
        permission::examine(place, examined, *record_type, &seen, knocked, talk, report).await;
        last_run(place, &examined.name, *record_type, report);
        held.push((*record_type, seen));
    }
    held
}

/// Goes as far as a change goes before it sends something: what is at the name, and whether anything else could be.
async fn read(
    place: &Place<'_>,
    examined: &Examined,
    record_type: RecordType,
    wanted: Option<Rdata>,
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) -> Result<Rrset, Broken> {
    let name = &examined.name;
    let wanted = wanted.or_else(|| probe::sample(record_type, 0));
    let goal = Goal::Exactly(wanted.into_iter().collect());
    let target = Target { name: name.clone(), record_type, goal, ttl: None };
    talk.restart();
    let mut course = match Converge::new(place.zone.origin().clone(), vec![target], Vec::new(), false) {
        Ok(course) => course,
        Err(why) => {
            let is_host = !matches!(why, TargetError::NotAHost(_));
            let remedy = "BIND refuses it (check-names); nsup set --force tries it all the same".to_owned();
            let remedy = if is_host { Vec::new() } else { vec![remedy] };
            return Err(report.fault(Link::Name, Exit::Setup, why.to_string(), remedy));
        }
    };
    let ended = bring(&mut course, &mut knocked.contacts, talk, async |_, _, _| false).await;
    let outcome = match ended {
        Ok(None | Some(Outcome::Unchanged | Outcome::Changed)) => {
            let seen = course.differences().into_iter().next().and_then(|difference| difference.old);
            let seen = seen.unwrap_or_default();
            let is_new_alias = record_type == RecordType::CNAME && seen.rdata.is_empty();
            if !is_new_alias || is_free(place, name, knocked, talk).await {
                shown(examined, record_type, &seen, report);
                return Ok(seen);
            }
            Outcome::NotAlone(name.clone())
        }
        Ok(Some(outcome)) => outcome,
        Err(why) => Outcome::Impossible(why.to_string()),
    };
    let subject = about(place, name, record_type, knocked);
    let Some(Message { what, hint }) = explain(&outcome, &subject) else { return Err(Broken) };
    let mut remedy: Vec<String> = hint.into_iter().collect();
    if matches!(outcome, Outcome::Alias { .. }) {
        let zone = bare(place.zone.origin());
        remedy.push(format!(
            "where the key may not: on the server, rndc freeze {zone}, take it out of the zone's file, rndc thaw {zone}"
        ));
    }
    Err(report.fault(Link::Name, exit_of(&outcome), what, remedy))
}

/// A run that has failed may know more than an examination, which writes nothing.
fn last_run(place: &Place<'_>, name: &Name, record_type: RecordType, report: &mut Report) {
    let entry = place.history.of(&name.to_string(), &record_type.to_string());
    let Some(event) = entry.map(|entry| entry.event).filter(|event| event.outcome == Ended::Failed) else { return };
    let why = event.message.unwrap_or_default();
    let what = format!("nsup {} failed at {}: {why}", event.cause, utc(event.at));
    report.warn(Link::LastRun, what, Vec::new());
}

/// Whether there is nothing at a name, so that it can become an alias.
async fn is_free(place: &Place<'_>, name: &Name, knocked: &mut Knocked, talk: &mut Conversation) -> bool {
    let free = vec![Prerequisite::NameFree(name.clone())];
    let outcome = send(place.zone.origin(), free, Vec::new(), knocked, talk).await;
    !matches!(&outcome, Outcome::Refused(refusal) if refusal.rcode == Rcode::YXDOMAIN)
}

/// What the primary holds.
fn shown(examined: &Examined, record_type: RecordType, seen: &Rrset, report: &mut Report) {
    let name = &examined.name;
    let values: Vec<String> = seen.rdata.iter().map(|rdata| rdata.display(record_type).to_string()).collect();
    if values.is_empty() {
        return report.good(Link::Name, format!("{name} {record_type} does not exist yet"));
    }
    let what = format!("{name} {record_type} {}, TTL {}", values.join(", "), seen.ttl);
    let is_address = matches!(record_type, RecordType::A | RecordType::AAAA);
    if is_address && examined.named.is_some() && seen.ttl > LONG_TTL {
        let what = format!("{what}: that long others may hold an address that has changed");
        return report.warn(Link::Name, what, vec!["ttl = 300 in nsup.toml".to_owned()]);
    }
    report.good(Link::Name, what);
}

/// What outcomes at a name are told of.
pub(super) fn about(place: &Place<'_>, name: &Name, record_type: RecordType, knocked: &Knocked) -> Subject {
    Subject {
        server: Some(knocked.door.server),
        zone: Some(place.zone.origin().clone()),
        ..subject(place.primary, name, record_type.to_string())
    }
}
