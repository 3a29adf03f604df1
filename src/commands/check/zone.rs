//! The zone: given or not, it is asked of the server, as for an update, and what comes instead is explained.

use crate::config::{CheckGroup, Examined, Primary};
use crate::dns::{Name, RecordType};
use crate::exit::Exit;
use crate::output::{Link, Subject, exit_of, explain, named_conf};
use crate::proto::discovery::Authority;
use crate::proto::outcome::{Outcome, Refusal};
use crate::proto::{Rcode, probe, query};

use super::super::conversation::{Conversation, subject};
use super::super::locate::{Owner, walk};
use super::knock::Heard;
use super::report::{Broken, Report};
use super::server::Knocked;
use super::signature::walk_unsigned;
use super::view;

/// A zone, and the names of it that are examined.
#[derive(Debug)]
pub(super) struct InZone {
    pub(super) authority: Authority,
    pub(super) names: Vec<Examined>,
}

impl InZone {
    /// The zone's own name.
    pub(super) fn origin(&self) -> &Name {
        &self.authority.zone
    }
}

/// Puts the names into the zones that the server has for them. What is wrong with one hides no other.
pub(super) async fn zones(
    group: &CheckGroup,
    primary: &Primary,
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) -> Vec<InZone> {
    let mut zones: Vec<InZone> = Vec::new();
    for examined in &group.names {
        if report.fell_silent() {
            break;
        }
        let Ok(authority) = zone_of(examined, group, primary, knocked, talk, report).await else { continue };
        match zones.iter_mut().find(|known| known.authority.zone == authority.zone) {
            Some(known) => known.names.push(examined.clone()),
            None => {
                let server = knocked.door.server;
                report.good(Link::Zone, format!("{} at {server}", authority.zone));
                view::compare(&authority.zone, primary, &knocked.door, talk, report).await;
                zones.push(InZone { authority, names: vec![examined.clone()] });
            }
        }
    }
    zones
}

async fn zone_of(
    examined: &Examined,
    group: &CheckGroup,
    primary: &Primary,
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) -> Result<Authority, Broken> {
    let Examined { name, types, .. } = examined;
    talk.restart();
    let record_type = types.first().copied().unwrap_or(RecordType::A);
    let found = walk(&Owner { name, record_type }, talk, &mut knocked.contacts).await;
    let subject = Subject { server: Some(knocked.door.server), ..subject(primary, name, "SOA".to_owned()) };
    let outcome = match found {
        Ok(Ok(found)) => return given_or_found(name, group, primary, found, report),
        Ok(Err((outcome, _))) => outcome,
        Err(why) => Outcome::Impossible(why.to_string()),
    };
    match &outcome {
        Outcome::Refused(refusal) => Err(refused(refusal, name, group, primary, knocked, talk, report).await),
        Outcome::NotAuthoritative { delegated_at: Some(cut), .. } => {
            let what = format!("{name} is below the delegation of {cut}, whose zone is on other servers");
            let remedy = vec![
                group.zone_by.change_to(cut.to_string().trim_end_matches('.')),
                format!("and a primary of {cut} as server: dig +short NS {cut} names its servers"),
            ];
            Err(report.fault(Link::Zone, Exit::Refused, what, remedy))
        }
        Outcome::NotAuthoritative { .. } => {
            let what = format!("{} is no authority for {name}: it answers from a cache", knocked.door.server);
            Err(report.fault(Link::Zone, Exit::Refused, what, vec![of_another(group)]))
        }
        outcome => match explain(outcome, &subject) {
            Some(message) => Err(report.failed(Link::Zone, exit_of(outcome), message)),
            None => Err(Broken),
        },
    }
}

/// The zone that was found, if it is the one that was given.
fn given_or_found(
    name: &Name,
    group: &CheckGroup,
    primary: &Primary,
    found: Authority,
    report: &mut Report,
) -> Result<Authority, Broken> {
    let Some(given) = primary.zone.as_ref().filter(|given| **given != found.zone) else { return Ok(found) };
    let what = if given.is_in(&found.zone) {
        format!("{given} is no zone but a name: {name} is in the zone {}", found.zone)
    } else {
        format!("{name} is in the zone {}, and not in {given} above it", found.zone)
    };
    let zone = found.zone.to_string();
    let remedy =
        vec![group.zone_by.change_to(zone.trim_end_matches('.')), "or leave it out to have it found".to_owned()];
    Err(report.fault(Link::Zone, Exit::Refused, format!("{what} ({})", group.zone_by), remedy))
}

/// A signed no to the question for the zone: it is not loaded, in another view, shut to us, or not there.
async fn refused(
    refusal: &Refusal,
    name: &Name,
    group: &CheckGroup,
    primary: &Primary,
    knocked: &Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) -> Broken {
    let (server, key) = (knocked.door.server, primary.key.name());
    let rcode = refusal.rcode;
    // The walk has gone on to names above, of which the server has nothing to say.
    let first = knocked.door.knock(query::question(name, RecordType::SOA), Some(&primary.key), talk).await;
    let added = match &first {
        Ok(Heard::Reply(reply, _)) => reply.extended().map(|error| format!(", {error}")),
        _ => None,
    };
    let added = added.unwrap_or_default();
    let hidden = hidden(name, primary, knocked, talk).await;
    if rcode == Rcode::SERVFAIL {
        let found = hidden.as_ref().map(|(zone, _)| zone);
        let zone = found.map_or_else(|| format!("the zone of {name}"), |zone| format!("the zone {zone}"));
        let bare = found.map_or_else(|| "ZONE".to_owned(), bare);
        let what = format!("{server} has {zone} and cannot answer from it: it is not loaded (SERVFAIL{added})");
        let remedy = vec![
            format!("on the server: named-checkzone {bare} FILE shows the line that is wrong; then rndc reload {bare}"),
            "if it is a secondary: its copy has expired, since it does not reach its primary".to_owned(),
        ];
        return report.fault(Link::Zone, Exit::Refused, what, remedy);
    }
    if let Some(Authority { zone, .. }) = walk_unsigned(name, &knocked.door, talk).await {
        let what = format!(
            "with key {key} {server} shows a view without {zone}; without the key it shows one that has it ({rcode}{added})"
        );
        let remedy = vec![
            format!("in named.conf, the view with {zone} must let the key in, before any other does:"),
            format!("match-clients {{ key \"{}\"; ... }};", bare(key)),
        ];
        return report.fault(Link::Zone, Exit::Refused, what, remedy);
    }
    if let Some((zone, Rcode::REFUSED)) = hidden {
        let what = format!(
            "{server} has {zone} and shuts this machine out by allow-query: BIND then refuses its updates too ({rcode}{added})"
        );
        let remedy = vec![
            format!("in named.conf, in zone \"{}\" (else it is taken from view or options):", bare(&zone)),
            format!("allow-query {{ key \"{}\"; ... }};", bare(key)),
        ];
        return report.fault(Link::Zone, Exit::Refused, what, remedy);
    }
    let zone = match &primary.zone {
        Some(zone) => format!("no zone {zone}"),
        None => format!("no zone that {name} is in"),
    };
    let line = group.names.iter().find(|examined| examined.name == *name).and_then(|examined| examined.named.as_ref());
    let mut remedy = vec![match line {
        Some(named) => format!("is the name right? line {} of nsup.toml", named.line),
        None => "is the name right?".to_owned(),
    }];
    remedy.push(format!("if it is: {}", of_another(group)));
    if let Some(zone) = &primary.zone {
        let wanted: Vec<(Name, Vec<_>)> = group.names.iter().map(|of| (of.name.clone(), of.types.clone())).collect();
        remedy.push("or, if this is to be the zone's primary, in its named.conf:".to_owned());
        remedy.extend(named_conf::zone_clause(zone, &named_conf::grants(key, &wanted)));
        remedy.push(format!("then: {}", named_conf::RELOAD));
    }
    report.fault(Link::Zone, Exit::Refused, format!("{server} has {zone} ({rcode}{added})"), remedy)
}

/// The zone that the server has for the name though it answers nothing from it, and what it says to an update of it: to BIND
/// one of a zone that it does not have is NOTAUTH.
async fn hidden(name: &Name, primary: &Primary, knocked: &Knocked, talk: &mut Conversation) -> Option<(Name, Rcode)> {
    let mut candidate = primary.zone.clone().unwrap_or_else(|| name.clone());
    while !candidate.is_root() {
        let message = probe::harmless(&candidate).ok()?;
        match knocked.door.knock(message, Some(&primary.key), talk).await.ok()? {
            Heard::Reply(reply, _) if reply.rcode() != Rcode::NOTAUTH => return Some((candidate, reply.rcode())),
            Heard::Reply(..) if primary.zone.is_none() => candidate = candidate.parent()?,
            _ => return None,
        }
    }
    None
}

fn of_another(group: &CheckGroup) -> String {
    format!("name the zone's primary: {}", group.server_by.change_to("HOST"))
}

/// A name as named.conf has it.
pub(super) fn bare(name: &Name) -> String {
    name.to_string().trim_end_matches('.').to_owned()
}
