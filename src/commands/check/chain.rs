//! The chain of names with the same server and key, link by link, until one is broken.

use std::net::IpAddr;

use crate::config::{Check, CheckGroup, Primary};
use crate::dns::{Name, RecordType};
use crate::output::{Link, Printer};
use crate::state::History;

use super::super::Halt;
use super::super::conversation::Conversation;
use super::super::locate::{self, Owner};
use super::local::{self, Published};
use super::primary::{self, Place};
use super::report::{Broken, Report};
use super::server::{self, First, Knocked};
use super::world::{self, Held};
use super::{names, signature, writing, zone};

/// What all chains have in common.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) check: &'a Check,
    pub(super) history: &'a History,
    pub(super) printer: Printer,
}

/// What lies beyond this machine.
const REMOTE: [Link; 7] =
    [Link::Server, Link::Clock, Link::Signature, Link::Zone, Link::Primary, Link::Name, Link::Permission];

/// Examines the names of a group. Gives the addresses that they are to have.
pub(super) async fn chain(around: Around<'_>, group: &CheckGroup, report: &mut Report) -> Vec<Published> {
    let mut addresses = Vec::new();
    let Ok(key) = local::key(group, report) else {
        report.unexamined(&REMOTE);
        return addresses;
    };
    let primary = Primary { key, reach: group.reach.clone() };
    if let Err(left) = remote(around, group, &primary, &mut addresses, report).await {
        report.unexamined(left);
    }
    local::weaknesses(group, &primary.key, report);
    addresses
}

/// Goes on from the server; gives what could not be examined where something was broken.
async fn remote(
    around: Around<'_>,
    group: &CheckGroup,
    primary: &Primary,
    addresses: &mut Vec<Published>,
    report: &mut Report,
) -> Result<(), &'static [Link]> {
    let mut talk = Conversation::new(primary, around.printer);
    let Some(first) = group.names.first() else { return Ok(()) };
    let owner = Owner { name: &first.name, record_type: first.types.first().copied().unwrap_or(RecordType::A) };
    let located = locate::servers(primary, &owner, &mut talk).await;
    let server = located.as_ref().ok().and_then(|(contacts, _)| contacts.current());
    addresses.extend(local::addresses(&group.names, server.map(|server| server.ip()), report).await);
    let (contacts, _) = located.map_err(|Halt { exit, message }| {
        report.failed(Link::Server, exit, message);
        &REMOTE[1..]
    })?;
    let reached = server::reach(group, primary, &contacts, &talk, report).await;
    let (mut knocked, heard) = reached.map_err(|Broken| &REMOTE[1..])?;
    match heard {
        First::Reply(reply, at) => {
            server::clocks(&reply, at, &knocked, &primary.key, report).map_err(|Broken| &REMOTE[2..])?;
        }
        First::Unproven(hint) => {
            signature::unproven(&hint, group, primary, &knocked.door, &mut talk, report).await;
            return Err(&REMOTE[3..]);
        }
    }
    let zones = zone::zones(group, primary, &mut knocked, &mut talk, report).await;
    for zone in &zones {
        let place = Place { group, primary, zone, history: around.history };
        in_zone(around, &place, addresses, &mut knocked, &mut talk, report).await?;
    }
    if zones.is_empty() { Err(&REMOTE[4..]) } else { Ok(()) }
}

/// The names of one zone.
async fn in_zone(
    around: Around<'_>,
    place: &Place<'_>,
    addresses: &[Published],
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) -> Result<(), &'static [Link]> {
    let before = report.exit();
    if report.fell_silent() {
        return Err(&REMOTE[4..]);
    }
    if primary::takes_updates(place, knocked, talk, report).await.is_err() {
        report.unexamined(&REMOTE[5..]);
        return Ok(());
    }
    let mut held = Vec::new();
    for examined in &place.zone.names {
        let own = addresses.iter().filter(|published| published.examined.name == examined.name);
        let own: Vec<IpAddr> = own.map(|published| published.address).collect();
        let name = examined.name.clone();
        let shown = names::examine(place, examined, &own, knocked, talk, report).await;
        held.extend(shown.into_iter().map(|(record_type, rrset)| Held { name: name.clone(), record_type, rrset }));
        if around.check.write_test {
            writing::test(place, &examined.name, knocked, talk, report).await;
        }
        if report.fell_silent() {
            return Err(&REMOTE[5..]);
        }
    }
    let followed = place.zone.names.iter().filter(|examined| examined.named.is_some());
    let followed: Vec<Name> = followed.map(|examined| examined.name.clone()).collect();
    if !followed.is_empty() {
        world::pointers(place.zone.origin(), &followed, knocked, talk, report).await;
    }
    // Where the names cannot be changed, what others see of them is the least of it.
    if report.exit() == before {
        world::examine(place.zone.origin(), &place.primary.reach, &around.check.public, &held, report).await;
    }
    Ok(())
}
