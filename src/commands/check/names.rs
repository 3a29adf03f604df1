//! A name: what is at it, and what the key may change of it. Nothing is changed to find out.

use std::net::IpAddr;

use crate::config::Examined;
use crate::dns::{Name, Rdata, RecordType};
use crate::exit::Exit;
use crate::output::{Link, Subject, exit_of, explain, named_conf};
use crate::proto::converge::Converge;
use crate::proto::exchange::{Answered, Purpose};
use crate::proto::goal::{Goal, Target, TargetError};
use crate::proto::outcome::{Outcome, Refusal, Rrset};
use crate::proto::probe::{self, Probe};
use crate::proto::{Rcode, TsigError};
use crate::source::Family;

use super::super::bring::bring;
use super::super::conversation::{Conversation, random, subject};
use super::primary::Place;
use super::report::{Broken, Report};
use super::server::Knocked;
use super::zone::bare;

/// From which TTL on an address that changes is long wrong for those who have it: seconds.
const LONG_TTL: u32 = 3600;

/// How often what was read may be another when the probe comes.
const TRIES: u32 = 3;

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
        let probed = permission(place, &examined.name, *record_type, &seen, knocked, talk).await;
        told(place, examined, *record_type, probed, knocked, talk, report).await;
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
            shown(examined, record_type, &seen, report);
            return Ok(seen);
        }
        Ok(Some(outcome)) => outcome,
        Err(why) => Outcome::Impossible(why.to_string()),
    };
    let subject = about(place, name, record_type, knocked);
    match explain(&outcome, &subject) {
        Some(message) => Err(report.failed(Link::Name, exit_of(&outcome), message)),
        None => Err(Broken),
    }
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

/// How a probe ended.
enum Probed {
    /// The key may change it.
    Granted,
    /// What was read is a wildcard's; the key may put records of the name's own in its place.
    GrantedBelowWildcard,
    /// The key may not.
    Refused,
    /// Nothing that changes nothing can be made up for it.
    Unknown,
    /// It ended in another way.
    Otherwise(Box<Outcome>),
}

/// Asks for a change that is none.
async fn permission(
    place: &Place<'_>,
    name: &Name,
    record_type: RecordType,
    seen: &Rrset,
    knocked: &mut Knocked,
    talk: &mut Conversation,
) -> Probed {
    let mut supposed = seen.clone();
    for _ in 0..TRIES {
        let Probe { message, granted } =
            match probe::permission(place.zone.origin(), name, record_type, &supposed, random()) {
                None => return Probed::Unknown,
                Some(Ok(probe)) => probe,
                Some(Err(why)) => return Probed::Otherwise(Box::new(Outcome::Impossible(why.to_string()))),
            };
        talk.restart();
        let reply = match talk.ask(&mut knocked.contacts, message, Purpose::Ask).await {
            Ok(Answered::Reply(reply, ..)) => reply,
            Ok(Answered::Unsettled(_, Some(hint))) if hint.claim.tsig_error == Some(TsigError::BADKEY) => {
                return Probed::Refused;
            }
            Ok(Answered::Unsettled(_, Some(hint))) => {
                return Probed::Otherwise(Box::new(Outcome::Unauthentic { hint, sent: false }));
            }
            Ok(Answered::Unsettled(failures, None) | Answered::NotSent(failures)) => {
                return Probed::Otherwise(Box::new(Outcome::Unreachable(failures)));
            }
            Err(why) => return Probed::Otherwise(Box::new(Outcome::Impossible(why.to_string()))),
        };
        match reply.rcode() {
            rcode if rcode == granted && supposed == *seen => return Probed::Granted,
            rcode if rcode == granted => return Probed::GrantedBelowWildcard,
            Rcode::REFUSED => return Probed::Refused,
            // Nobody has what was read: a wildcard has, or it has gone meanwhile.
            Rcode::NXRRSET | Rcode::NXDOMAIN if !supposed.rdata.is_empty() => supposed = Rrset::default(),
            rcode if rcode.is_prerequisite() => supposed = seen.clone(),
            _ => return Probed::Otherwise(Box::new(Outcome::Refused(Refusal::of(&reply, false)))),
        }
    }
    Probed::Otherwise(Box::new(Outcome::Contended))
}

async fn told(
    place: &Place<'_>,
    examined: &Examined,
    record_type: RecordType,
    probed: Probed,
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) {
    let (name, key) = (&examined.name, place.primary.key.name());
    match probed {
        Probed::Granted => report.good(Link::Permission, format!("key {key} may change {name} {record_type}")),
        Probed::GrantedBelowWildcard => {
            let what = format!("key {key} may change {name} {record_type}; what is shown there is a wildcard's so far");
            report.good(Link::Permission, what);
        }
        Probed::Unknown => {
            let what = format!("whether key {key} may change {name} {record_type} shows only when it does");
            report.warn(
                Link::Permission,
                what,
                vec![format!("nsup set {name} {record_type} VALUE --dry-run shows the message")],
            );
        }
        Probed::Refused => {
            // Which of the two the policy lacks shows by another type.
            let mut granted = Vec::new();
            for other in [RecordType::A, RecordType::AAAA, RecordType::TXT].into_iter().filter(|of| *of != record_type)
            {
                let probed = permission(place, name, other, &Rrset::default(), knocked, talk).await;
                let is_refused = matches!(probed, Probed::Refused | Probed::Unknown | Probed::Otherwise(_));
                if !is_refused
                    || matches!(&probed, Probed::Otherwise(outcome) if matches!(**outcome, Outcome::Contended))
                {
                    granted.push(other);
                }
            }
            let zone = place.zone.origin();
            let (what, mut types) = if granted.is_empty() {
                let what =
                    format!("key {key} may change nothing at {name}: the update-policy of {zone} does not grant it");
                (what, Vec::new())
            } else {
                let others: Vec<String> = granted.iter().map(ToString::to_string).collect();
                let what = format!(
                    "key {key} may change {} at {name} and not {record_type}: the update-policy of {zone} lacks the type",
                    others.join(" and ")
                );
                (what, granted)
            };
            types.extend(examined.types.iter().filter(|of| !types.contains(of)).copied().collect::<Vec<_>>());
            let mut remedy = vec![format!("in named.conf, in zone \"{}\", update-policy:", bare(zone))];
            remedy.extend(named_conf::grants(key, &[(name.clone(), types)]));
            report.fault(Link::Permission, Exit::Refused, what, remedy);
        }
        Probed::Otherwise(outcome) => {
            let subject = about(place, name, record_type, knocked);
            if let Some(message) = explain(&outcome, &subject) {
                report.failed(Link::Permission, exit_of(&outcome), message);
            }
        }
    }
}

fn about(place: &Place<'_>, name: &Name, record_type: RecordType, knocked: &Knocked) -> Subject {
    Subject {
        server: Some(knocked.door.server),
        zone: Some(place.zone.origin().clone()),
        ..subject(place.primary, name, record_type.to_string())
    }
}
