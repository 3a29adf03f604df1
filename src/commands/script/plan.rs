//! What is sent for a draft: a message for each zone, in the order in which the zones are first spoken of.

use std::net::{SocketAddrV4, SocketAddrV6};
use std::sync::Arc;

use crate::config::{Primary, Reach, Script, Server};
use crate::dns::Name;
use crate::exit::Exit;
use crate::output::Subject;
use crate::proto::{Change, Key, Prerequisite, Update, sign};
use crate::script::Draft;

use super::super::Halt;
use super::super::conversation::{Conversation, subject};
use super::super::locate::Owner;
use super::locations::{Location, Locations};

/// A message that is ready to be sent.
pub(super) struct Message {
    pub(super) update: Update,
    pub(super) location: Location,
    /// What to tell of it.
    pub(super) subject: Subject,
    /// Where it stands in the script.
    pub(super) place: String,
    pub(super) local_v4: Option<SocketAddrV4>,
    pub(super) local_v6: Option<SocketAddrV6>,
}

/// What of a draft belongs to one zone.
struct Part {
    location: Location,
    prerequisites: Vec<Prerequisite>,
    changes: Vec<Change>,
}

/// Finds the zones of a draft and makes its messages. No update is sent.
pub(super) async fn plan(
    draft: Draft,
    key: Arc<Key>,
    place: &str,
    script: &Script,
    locations: &mut Locations,
    talk: &mut Conversation,
) -> Result<Vec<Message>, Halt> {
    let Draft { class, lease, local_v4, local_v6, prerequisites, changes, zone, server, .. } = draft;
    talk.send_from(local_v4, local_v6);
    let mut reach = script.reach.clone();
    if let Some(server) = &server {
        reach.servers = vec![Server::new(&server.host, server.port)];
    }
    reach.zone = zone.or(reach.zone);
    let primary = Primary { key, reach };
    // What the configuration file says of the zone need not hold for every name.
    let usual = script.usual_zone.clone().filter(|_| primary.zone.is_none());
    let usual = usual.map(|zone| {
        let reach = Reach { zone: Some(zone), ..primary.reach.clone() };
        Primary { reach, ..primary.clone() }
    });
    let of = |name: &Name| match &usual {
        Some(usual) if usual.zone.as_ref().is_some_and(|zone| name.is_in(zone)) => usual,
        _ => &primary,
    };
    let mut parts = Vec::new();
    for prerequisite in prerequisites {
        let owner = Owner { name: prerequisite.name(), record_type: prerequisite.record_type() };
        let number = part_of(owner, of(owner.name), &mut parts, locations, talk).await?;
        parts[number].prerequisites.push(prerequisite);
    }
    for change in changes {
        let owner = Owner { name: change.name(), record_type: change.record_type() };
        let number = part_of(owner, of(owner.name), &mut parts, locations, talk).await?;
        parts[number].changes.push(change);
    }
    guarded(&parts)?;
    let message = |Part { location, prerequisites, changes }: Part| {
        let first = changes.first().map(Change::name).or(prerequisites.first().map(Prerequisite::name));
        let mut subject = subject(&primary, first.unwrap_or(&location.zone), types(&changes));
        subject.zone = Some(location.zone.clone());
        let update = Update::in_order(location.zone.clone(), class, prerequisites, changes, lease);
        fits(&update, &primary.key)?;
        Ok(Message { update, location, subject, place: place.to_owned(), local_v4, local_v6 })
    };
    parts.into_iter().map(message).collect()
}

async fn part_of(
    owner: Owner<'_>,
    primary: &Primary,
    parts: &mut Vec<Part>,
    locations: &mut Locations,
    talk: &mut Conversation,
) -> Result<usize, Halt> {
    let location = locations.find(&owner, primary, talk).await?;
    let known = parts.iter().position(|part| part.location.zone == location.zone);
    Ok(known.unwrap_or_else(|| {
        parts.push(Part { location, prerequisites: Vec::new(), changes: Vec::new() });
        parts.len() - 1
    }))
}

/// Refuses prerequisites that stand in another zone than every change: they would guard nothing.
fn guarded(parts: &[Part]) -> Result<(), Halt> {
    let changes_something = parts.iter().any(|part| !part.changes.is_empty());
    let Some(part) = parts.iter().find(|part| changes_something && part.changes.is_empty()) else { return Ok(()) };
    let zone = &part.location.zone;
    let what = format!("a prerequisite in the zone {zone} cannot guard changes in another: each zone is a message");
    let hint = "`send` between them sends them one after the other".to_owned();
    Err(Halt::new(Exit::Setup, what, Some(hint)))
}

/// Refuses what is too long for a message. Nothing is ever left out to make it fit.
fn fits(update: &Update, key: &Arc<Key>) -> Result<(), Halt> {
    let octets = update.encode().map_err(|why| Halt::new(Exit::Setup, why.to_string(), None))?;
    sign(octets, key, 0)?;
    Ok(())
}

/// The types of the changes of the first name, for messages.
fn types(changes: &[Change]) -> String {
    let Some(first) = changes.first() else { return String::new() };
    let mut types: Vec<String> = Vec::new();
    for change in changes.iter().filter(|change| change.name() == first.name()) {
        let word = change.record_type().to_string();
        if !types.contains(&word) && types.len() < 5 {
            types.push(word);
        }
    }
    let others = changes.iter().any(|change| change.name() != first.name());
    if others { format!("{} and others", types.join(" ")) } else { types.join(" ") }
}
