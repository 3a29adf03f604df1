//! What a key may change: asked by updates that change nothing.

use crate::config::Examined;
use crate::dns::{Name, RecordType};
use crate::exit::Exit;
use crate::output::{Link, exit_of, explain, named_conf};
use crate::proto::exchange::{Answered, Purpose};
use crate::proto::outcome::{Outcome, Refusal, Rrset};
use crate::proto::probe::{self, Probe};
use crate::proto::{Rcode, TsigError};

use super::super::conversation::{Conversation, random};
use super::names::about;
use super::primary::Place;
use super::report::Report;
use super::server::Knocked;
use super::zone::bare;

/// How often what was read may be another when the probe comes.
const TRIES: u32 = 3;

/// By these types it shows whether a policy lacks the name or the type.
const OTHERS: [RecordType; 3] = [RecordType::A, RecordType::AAAA, RecordType::TXT];

/// How a probe ended.
enum Probed {
    /// The key may change it.
    Granted,
    /// What was read is a wildcard's; the key may put records of the name's own in its place.
    GrantedBelowWildcard,
    /// The key may change it, by all that could be seen: it was another each time.
    Changing,
    /// The key may not.
    Refused,
    /// No acl of Knot's lets the key do this, by an answer that is not signed.
    Unlisted,
    /// Nothing that changes nothing can be made up for it.
    Unknown,
    /// It ended in another way.
    Otherwise(Box<Outcome>),
}

/// Examines whether the key may change an RRset, which was seen to hold this.
pub(super) async fn examine(
    place: &Place<'_>,
    examined: &Examined,
    record_type: RecordType,
    seen: &Rrset,
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) {
    let (name, key) = (&examined.name, place.primary.key.name());
    let may = format!("key {key} may change {name} {record_type}");
    let outcome = match probe(place, name, record_type, seen, knocked, talk).await {
        Probed::Granted => return report.good(Link::Permission, may),
        Probed::GrantedBelowWildcard => {
            return report.good(Link::Permission, format!("{may}; what is shown there is a wildcard's so far"));
        }
        Probed::Unknown => {
            let what = format!("whether key {key} may change {name} {record_type} shows only when it does");
            let remedy = format!("nsup set {name} {record_type} VALUE --dry-run shows the message");
            return report.warn(Link::Permission, what, vec![remedy]);
        }
        Probed::Refused => return refused(place, examined, record_type, knocked, talk, report).await,
        Probed::Unlisted => {
            let what = format!(
                "no acl of {} lets key {key} change {name} {record_type} (BADKEY, as Knot says it)",
                place.zone.origin()
            );
            let remedy = format!(
                "in knot.conf, an acl in the zone's list: key: {}, action: update, update-owner: name",
                bare(key)
            );
            report.fault(Link::Permission, Exit::Unauthentic, what, vec![remedy]);
            return;
        }
        Probed::Changing => Outcome::Contended,
        Probed::Otherwise(outcome) => *outcome,
    };
    if let Some(message) = explain(&outcome, &about(place, name, record_type, knocked)) {
        report.failed(Link::Permission, exit_of(&outcome), message);
    }
}

/// The policy lacks the name, or the type.
async fn refused(
    place: &Place<'_>,
    examined: &Examined,
    record_type: RecordType,
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) {
    let (name, key, zone) = (&examined.name, place.primary.key.name(), place.zone.origin());
    let mut granted = Vec::new();
    for other in OTHERS.into_iter().filter(|other| *other != record_type) {
        let probed = probe(place, name, other, &Rrset::default(), knocked, talk).await;
        if matches!(probed, Probed::Granted | Probed::GrantedBelowWildcard | Probed::Changing) {
            granted.push(other);
        }
    }
    let words: Vec<String> = granted.iter().map(ToString::to_string).collect();
    let what = match words.as_slice() {
        [] => format!("key {key} may change nothing at {name}: the update-policy of {zone} does not grant it"),
        words => format!(
            "key {key} may change {} at {name} and not {record_type}: the update-policy of {zone} lacks the type",
            words.join(" and ")
        ),
    };
    let mut types: Vec<RecordType> = granted.into_iter().chain(examined.types.iter().copied()).collect();
    types.sort_unstable();
    types.dedup();
    let mut remedy = vec![format!(
        "on the server, in named.conf, in zone \"{}\", beside the grants of its update-policy:",
        bare(zone)
    )];
    remedy.extend(named_conf::grants(key, &[(name.clone(), types)]));
    remedy.push(format!("then: {}", named_conf::RELOAD));
    report.fault(Link::Permission, Exit::Refused, what, remedy);
}

/// Asks for a change that is none.
async fn probe(
    place: &Place<'_>,
    name: &Name,
    record_type: RecordType,
    seen: &Rrset,
    knocked: &mut Knocked,
    talk: &mut Conversation,
) -> Probed {
    let otherwise = |outcome| Probed::Otherwise(Box::new(outcome));
    let mut supposed = seen.clone();
    for _ in 0..TRIES {
        let probe = probe::permission(place.zone.origin(), name, record_type, &supposed, random());
        let Probe { message, granted, calibration } = match probe {
            None => return Probed::Unknown,
            Some(Ok(probe)) => probe,
            Some(Err(why)) => return otherwise(Outcome::Impossible(why.to_string())),
        };
        talk.restart();
        let reply = match talk.ask(&mut knocked.contacts, message, Purpose::Ask).await {
            Ok(Answered::Reply(reply, ..)) => reply,
            // Knot says so of a key that may not do this.
            Ok(Answered::Unsettled(_, Some(hint))) if hint.claim.tsig_error == Some(TsigError::BADKEY) => {
                return Probed::Unlisted;
            }
            Ok(Answered::Unsettled(_, Some(hint))) => return otherwise(Outcome::Unauthentic { hint, sent: false }),
            Ok(Answered::Unsettled(failures, None) | Answered::NotSent(failures)) => {
                return otherwise(Outcome::Unreachable(failures));
            }
            Err(why) => return otherwise(Outcome::Impossible(why.to_string())),
        };
        let is_granted = reply.rcode() == granted;
        if let Some(calibration) = calibration.filter(|_| is_granted)
            && !looks_at_rights_first(calibration, knocked, talk).await
        {
            return Probed::Unknown;
        }
        match reply.rcode() {
            rcode if rcode == granted && supposed == *seen => return Probed::Granted,
            rcode if rcode == granted => return Probed::GrantedBelowWildcard,
            Rcode::REFUSED => return Probed::Refused,
            // Nobody has what was read: a wildcard has, or it has gone meanwhile.
            Rcode::NXRRSET | Rcode::NXDOMAIN if !supposed.rdata.is_empty() => supposed = Rrset::default(),
            rcode if rcode.is_prerequisite() => supposed = seen.clone(),
            _ => return otherwise(Outcome::Refused(Refusal::of(&reply, false))),
        }
    }
    Probed::Changing
}

/// Whether a server that found a prerequisite false has looked at the key's rights before.
async fn looks_at_rights_first(calibration: Vec<u8>, knocked: &mut Knocked, talk: &mut Conversation) -> bool {
    talk.restart();
    let answered = talk.ask(&mut knocked.contacts, calibration, Purpose::Ask).await;
    matches!(answered, Ok(Answered::Reply(reply, ..)) if reply.rcode() == Rcode::NOTZONE)
}
