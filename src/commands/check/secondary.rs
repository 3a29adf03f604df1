//! A server that is a secondary: whether it hands updates on, and what its primary says to us.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::config::Primary;
use crate::dns::{Name, RecordType};
use crate::exit::Exit;
use crate::net::{Resolver, ResolverConfig};
use crate::output::Link;
use crate::proto::discovery::Authority;
use crate::proto::exchange::{Answered, Purpose};
use crate::proto::{Rcode, TsigError, probe, query};

use super::super::conversation::{Conversation, random};
use super::knock::{Door, Heard};
use super::primary::Place;
use super::report::{Broken, Report};
use super::server::Knocked;
use super::signature::granting;
use super::zone::bare;

/// How long the resolver may take to say where the primary is.
const FINDING: Duration = Duration::from_secs(4);

/// A server that takes no update of the zone: `None` unless the zone's SOA names another for its primary.
pub(super) async fn hands_nothing_on(
    place: &Place<'_>,
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) -> Option<Broken> {
    let Place { group, zone, .. } = place;
    let (server, origin, named) = (knocked.door.server, zone.origin(), &zone.authority.primary);
    let elsewhere = ask_primary(place, knocked, talk).await;
    for (other, heard) in &elsewhere {
        let to_the_primary = group.server_by.change_to(server_words(*other));
        let (what, remedy) = match heard {
            Heard::Reply(reply, _) if reply.rcode() == Rcode::NOERROR => (
                format!(
                    "{server} is a secondary of {origin}, and hands no updates on; its primary {other} ({named}) takes them with \
                     this key"
                ),
                vec![to_the_primary],
            ),
            Heard::Nothing(why) => (
                format!(
                    "{server} takes no update of {origin}: by the zone's SOA its primary is {named}, at {other}, which does not \
                     answer ({why})"
                ),
                vec![
                    format!("does named run there? Then: {to_the_primary}"),
                    "or, on the secondary, in its zone: allow-update-forwarding { any; };".to_owned(),
                ],
            ),
            _ => continue,
        };
        return Some(report.fault(Link::Primary, Exit::Refused, what, remedy));
    }
    if elsewhere.is_empty() {
        return None;
    }
    let what = format!("{server} takes no update of {origin}: by the zone's SOA its primary is {named}");
    Some(report.fault(Link::Primary, Exit::Refused, what, vec![group.server_by.change_to(bare(named))]))
}

/// A secondary hands updates on, and nothing comes back.
pub(super) async fn not_handed_on(
    place: &Place<'_>,
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) -> Broken {
    let Place { group, primary, zone, .. } = place;
    let (server, key, origin) = (knocked.door.server, primary.key.name(), zone.origin());
    let named = &zone.authority.primary;
    let hands = format!("{server} is a secondary of {origin} and hands updates on");
    for (other, heard) in ask_primary(place, knocked, talk).await {
        let (what, remedy) = match heard {
            Heard::Nothing(why) => (
                format!("{hands}, and its primary {named}, at {other}, does not answer ({why})"),
                vec!["does named run there?".to_owned()],
            ),
            Heard::Unproven(hint) if hint.claim.tsig_error == Some(TsigError::BADKEY) => (
                format!("{hands}, and its primary {named}, at {other}, has no key {key} (BADKEY)"),
                granting(&primary.key, group, origin),
            ),
            Heard::Reply(reply, _) if reply.rcode() == Rcode::NOERROR => (
                format!("{hands}, and does not reach its primary {named}, at {other}, which answers to us (SERVFAIL)"),
                vec![group.server_by.change_to(server_words(other))],
            ),
            _ => continue,
        };
        return report.fault(Link::Primary, Exit::Refused, what, remedy);
    }
    let what = format!("{hands}, and does not reach its primary, by the zone's SOA {named} (SERVFAIL)");
    report.fault(Link::Primary, Exit::Refused, what, vec!["does named run there?".to_owned()])
}

/// Another address than the server's where the primary is, by what those who have no key are shown; with its name.
pub(super) async fn other_primary(
    found: &Authority,
    primary: &Primary,
    door: &Door,
    talk: &mut Conversation,
) -> Option<(SocketAddr, Name)> {
    let host = &found.primary;
    let mut addresses = Vec::new();
    for record_type in [RecordType::A, RecordType::AAAA] {
        if let Ok(Heard::Reply(reply, _)) = door.knock(query::question(host, record_type), None, talk).await {
            addresses.extend(reply.rrset(host, record_type).filter_map(|record| record.rdata.address()));
        }
    }
    if addresses.is_empty() {
        addresses = resolved(host, primary).await;
    }
    let other = addresses.first().filter(|_| !addresses.contains(&door.server.ip()))?;
    Some((SocketAddr::new(*other, door.server.port()), host.clone()))
}

/// Sends the update that changes nothing to the primary that the zone's SOA names, where that is another server.
async fn ask_primary(place: &Place<'_>, knocked: &mut Knocked, talk: &mut Conversation) -> Vec<(SocketAddr, Heard)> {
    let server = knocked.door.server;
    let addresses = primaries(place, knocked, talk).await;
    let mut heard = Vec::new();
    for ip in addresses.iter().filter(|_| !addresses.contains(&server.ip())) {
        let other = SocketAddr::new(*ip, server.port());
        let host = Some(place.zone.authority.primary.to_string().into());
        let door = Door { server: other, host, ..knocked.door.clone() };
        let Ok(message) = probe::harmless(place.zone.origin()) else { continue };
        let answer = door.knock(message, Some(&place.primary.key), talk).await;
        heard.extend(answer.ok().map(|answer| (other, answer)));
    }
    heard
}

/// The addresses of the primary that the zone's SOA names: as the server itself has them, else the resolver.
pub(super) async fn primaries(place: &Place<'_>, knocked: &mut Knocked, talk: &mut Conversation) -> Vec<IpAddr> {
    let host = &place.zone.authority.primary;
    let mut found = Vec::new();
    for record_type in [RecordType::A, RecordType::AAAA] {
        talk.restart();
        let asked = talk.ask(&mut knocked.contacts, query::question(host, record_type), Purpose::Ask).await;
        if let Ok(Answered::Reply(reply, ..)) = asked {
            found.extend(reply.rrset(host, record_type).filter_map(|record| record.rdata.address()));
        }
    }
    if found.is_empty() { resolved(host, place.primary).await } else { found }
}

/// The addresses of a host by the resolver, if it is quick.
async fn resolved(host: &Name, primary: &Primary) -> Vec<IpAddr> {
    if host.is_root() {
        return Vec::new();
    }
    let mut config = ResolverConfig::system();
    if !primary.resolvers.is_empty() {
        config.servers.clone_from(&primary.resolvers);
    }
    let mut resolver = Resolver::new(config, primary.source);
    let text = host.to_string();
    let asked = tokio::time::timeout(FINDING, resolver.addresses(&text, &mut random)).await;
    asked.ok().and_then(Result::ok).unwrap_or_default()
}

/// An address as `server =` and `--server` have it.
pub(super) fn server_words(server: SocketAddr) -> String {
    if server.port() == 53 { server.ip().to_string() } else { server.to_string() }
}
