//! check: the whole chain from nsup.toml to the zone, examined link by link, in the order in which they hold each other. Nothing
//! is changed, except with --write-test.

mod hooks;
mod knock;
mod local;
mod names;
mod primary;
mod report;
mod schedule;
mod secondary;
mod server;
mod signature;
mod world;
mod writing;
mod zone;

use std::net::IpAddr;

use crate::config::{Check, CheckGroup, Primary};
use crate::dns::{Name, RecordType};
use crate::exit::Exit;
use crate::output::{Link, Message, Printer, findings};
use crate::source::Family;
use crate::state::{History, Places};

use super::Halt;
use super::conversation::Conversation;
use super::environment;
use super::locate::{self, Owner};
use primary::Place;
use report::{Broken, Report};
use server::{First, Knocked};
use world::Held;

/// Examines everything, and says whether an update would work.
pub(super) async fn run(check: &Check, printer: Printer) -> Exit {
    if check.groups.is_empty() {
        let what = "there is no name to examine: nsup.toml has no [[name]]".to_owned();
        printer.failure(Exit::Setup, &Message { what, hint: Some("nsup check NAME".to_owned()) });
        return Exit::Setup;
    }
    let mut report = Report::new(printer);
    local::configuration(check, &mut report);
    let configured = check.config.as_ref().and_then(|config| config.state_directory.value.as_deref());
    let history = History::within(Places::find(configured, &environment));
    for group in &check.groups {
        // What is told of each step would stand between the findings.
        let quiet = Printer { quiet: true, json: false, ..printer };
        chain(check, group, &history, quiet, &mut report).await;
    }
    // These are of no use to whoever follows no name here.
    if check.config.as_ref().is_some_and(|config| !config.names.is_empty()) {
        let hooked = hooks::examine(&check.root, &mut report);
        schedule::examine(&check.root, hooked, &mut report);
    }
    let exit = report.exit();
    if printer.json && !findings(printer, &report.all, exit) {
        return Exit::Setup;
    }
    exit
}

/// The chain for names with the same server and key.
async fn chain(check: &Check, group: &CheckGroup, history: &History, printer: Printer, report: &mut Report) {
    let Ok(key) = local::key(group, report) else { return report.unexamined(&REMOTE) };
    let primary = Primary { key, reach: group.reach.clone() };
    let left = match remote(check, group, &primary, history, printer, report).await {
        Ok(()) => &[],
        Err(left) => left,
    };
    report.unexamined(left);
    local::weaknesses(group, &primary.key, report);
}

/// What lies beyond this machine.
const REMOTE: [Link; 7] =
    [Link::Server, Link::Clock, Link::Signature, Link::Zone, Link::Primary, Link::Name, Link::Permission];

/// Goes on from the server; gives what could not be examined where something was broken.
async fn remote(
    check: &Check,
    group: &CheckGroup,
    primary: &Primary,
    history: &History,
    printer: Printer,
    report: &mut Report,
) -> Result<(), &'static [Link]> {
    let mut talk = Conversation::new(primary, printer);
    let Some(first) = group.names.first() else { return Ok(()) };
    let owner = Owner { name: &first.name, record_type: RecordType::A };
    let located = locate::servers(primary, &owner, &mut talk).await;
    let server = located.as_ref().ok().and_then(|(contacts, _)| contacts.current());
    let mut addresses = Vec::new();
    for examined in &group.names {
        if let Some(named) = &examined.named {
            let published = local::addresses(named, server.map(|server| server.ip()), report).await;
            addresses.push((examined.name.clone(), published));
        }
    }
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
        let place = Place { group, primary, zone, history };
        in_zone(check, &place, &addresses, &mut knocked, &mut talk, report).await;
    }
    if zones.is_empty() { Err(&REMOTE[4..]) } else { Ok(()) }
}

/// The names of one zone.
async fn in_zone(
    check: &Check,
    place: &Place<'_>,
    addresses: &[(Name, Vec<(Family, IpAddr)>)],
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) {
    let before = report.exit();
    if primary::takes_updates(place, knocked, talk, report).await.is_err() {
        return report.unexamined(&REMOTE[5..]);
    }
    let mut held = Vec::new();
    for examined in &place.zone.names {
        let own = addresses.iter().find(|(name, _)| *name == examined.name);
        let own = own.map_or(&[][..], |(_, addresses)| addresses.as_slice());
        let name = examined.name.clone();
        let shown = names::examine(place, examined, own, knocked, talk, report).await;
        held.extend(shown.into_iter().map(|(record_type, rrset)| Held { name: name.clone(), record_type, rrset }));
        if check.write_test {
            writing::test(place, &examined.name, knocked, talk, report).await;
        }
    }
    let followed = place.zone.names.iter().filter(|examined| examined.named.is_some());
    let followed: Vec<Name> = followed.map(|examined| examined.name.clone()).collect();
    if !followed.is_empty() {
        world::pointers(place.zone.origin(), &followed, knocked, talk, report).await;
    }
    // Where the names cannot be changed, what others see of them is the least of it.
    if report.exit() == before {
        world::examine(place.zone.origin(), &place.primary.reach, &check.public, &held, report).await;
    }
}
