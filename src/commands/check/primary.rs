//! Whether the server takes updates of a zone at all: the primary does, or one that hands them on to it.

use crate::config::{CheckGroup, Primary};
use crate::dns::RecordType;
use crate::exit::Exit;
use crate::output::{Link, Subject, exit_of, explain, utc};
use crate::proto::exchange::{Answered, Purpose};
use crate::proto::outcome::{Outcome, Refusal};
use crate::proto::{Rcode, TsigError, probe};
use crate::state::History;

use super::super::conversation::{Conversation, subject};
use super::report::{Broken, Report};
use super::secondary;
use super::server::Knocked;
use super::signature::granting;
use super::zone::{InZone, bare};

/// What is known of a zone and its server.
pub(super) struct Place<'p> {
    pub(super) group: &'p CheckGroup,
    pub(super) primary: &'p Primary,
    pub(super) zone: &'p InZone,
    pub(super) history: &'p History,
}

impl Place<'_> {
    /// Since when the zone has held what this machine put there, as far as that was taken down: the last time of any of its
    /// names.
    pub(super) fn held_since(&self) -> Option<u64> {
        let held = self.zone.names.iter().flat_map(|examined| {
            let of = |record_type: &RecordType| self.history.of(&examined.name.to_string(), &record_type.to_string());
            examined.types.iter().filter_map(of).filter_map(|entry| entry.published)
        });
        held.map(|published| published.since).max()
    }
}

/// Sends an update that changes nothing.
pub(super) async fn takes_updates(
    place: &Place<'_>,
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) -> Result<(), Broken> {
    let Place { primary, zone, .. } = place;
    let (server, key) = (knocked.door.server, primary.key.name());
    let origin = &zone.authority.zone;
    let subject =
        Subject { server: Some(server), zone: Some(origin.clone()), ..subject(primary, origin, "SOA".to_owned()) };
    talk.restart();
    let answered = match probe::harmless(origin) {
        Ok(message) => talk.ask(&mut knocked.contacts, message, Purpose::Ask).await,
        Err(why) => return Err(report.fault(Link::Primary, Exit::Setup, why.to_string(), Vec::new())),
    };
    let outcome = match answered {
        Ok(Answered::Reply(reply, ..)) => match reply.rcode() {
            Rcode::NOERROR => {
                // A hidden primary is none of the addresses that the zone's SOA leads to, and neither is a secondary.
                let primaries = secondary::primaries(place, knocked, talk).await;
                let is_named = primaries.is_empty() || primaries.contains(&server.ip());
                let named = &zone.authority.primary;
                let other = format!("; the zone's SOA names {named} for it: this one is hidden, or hands updates on");
                let other = if is_named { String::new() } else { other };
                report.good(Link::Primary, format!("{server} takes updates of {origin}{other}"));
                return Ok(());
            }
            Rcode::REFUSED => return Err(refused(place, knocked, talk, report).await),
            Rcode::SERVFAIL => return Err(secondary::not_handed_on(place, knocked, talk, report).await),
            _ => Outcome::Refused(Refusal::of(&reply, false)),
        },
        Ok(Answered::Unsettled(_, Some(hint))) if hint.claim.tsig_error == Some(TsigError::BADKEY) => {
            let what = if hint.claim.rcode == Rcode::SERVFAIL {
                format!("{server} hands updates of {origin} on to its primary, which has no key {key} (BADKEY)")
            } else {
                format!("{server} knows key {key}, and lets it update nothing of {origin} (BADKEY, as Knot says it)")
            };
            let mut remedy = granting(&primary.key, place.group, origin);
            if hint.claim.rcode != Rcode::SERVFAIL {
                remedy =
                    vec![format!("knot.conf: an acl with action: update and key: {}, in the zone's list", bare(key))];
            }
            return Err(report.fault(Link::Primary, Exit::Unauthentic, what, remedy));
        }
        Ok(Answered::Unsettled(_, Some(hint))) => Outcome::Unauthentic { hint, sent: false },
        Ok(Answered::Unsettled(failures, None) | Answered::NotSent(failures)) => Outcome::Unreachable(failures),
        Err(why) => Outcome::Impossible(why.to_string()),
    };
    match explain(&outcome, &subject) {
        Some(message) => Err(report.failed(Link::Primary, exit_of(&outcome), message)),
        None => Err(Broken),
    }
}

/// No update of the zone at all: a secondary, or a primary that grants this key nothing, or a zone that is frozen.
async fn refused(place: &Place<'_>, knocked: &mut Knocked, talk: &mut Conversation, report: &mut Report) -> Broken {
    let Place { group, primary, zone, .. } = place;
    let (server, key) = (knocked.door.server, primary.key.name());
    let origin = &zone.authority.zone;
    if let Some(broken) = secondary::hands_nothing_on(place, knocked, talk, report).await {
        return broken;
    }
    let zone = bare(origin);
    let frozen = format!("on the server: rndc zonestatus {zone} says \"frozen: yes\"? then rndc thaw {zone}");
    let log = "its log says which: journalctl -u named -n 20".to_owned();
    let grants = granting(&primary.key, group, origin);
    // What has worked until now has not lost its grant by itself.
    let (what, remedy) = match place.held_since() {
        Some(since) => (
            format!(
                "{server} takes no update of {origin} any more (REFUSED), and our value has been there since {}: the zone is frozen, \
                 or its policy has lost key {key}",
                utc(since)
            ),
            [vec![frozen], vec!["if it does not:".to_owned()], grants, vec![log]].concat(),
        ),
        None => (
            format!(
                "{server} takes no update of {origin} from key {key}, whatever it is (REFUSED): neither its update-policy nor its \
                 allow-update has the key, or the zone is frozen"
            ),
            [grants, vec![format!("if it has the key: {frozen}"), log]].concat(),
        ),
    };
    report.fault(Link::Primary, Exit::Refused, what, remedy)
}
