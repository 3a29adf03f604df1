//! Whom to talk to: the zone of the name and the addresses of its primary, given or found.

use std::net::{IpAddr, SocketAddr};

use crate::config::{Primary, Server};
use crate::dns::{Name, RecordType};
use crate::exit::Exit;
use crate::net::{LookupError, Resolver, ResolverConfig};
use crate::proto::discovery::{Authority, Discovery, Found};
use crate::proto::exchange::{Answered, Purpose};
use crate::proto::outcome::{Outcome, Refusal};
use crate::proto::{Contacts, Rcode, SignError, TsigError, query};

use crate::output::{Subject, exit_of, explain};

use super::Halt;
use super::conversation::{Conversation, contacts, random};

/// The record by which zone and primary are found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'o> {
    /// Its name.
    pub(super) name: &'o Name,
    /// Its type: a DS record is in the zone above its name.
    pub(super) record_type: RecordType,
}

/// The servers to ask, and the zone as far as it was given or had to be found to find them.
pub(super) async fn servers(
    given: &Primary,
    owner: &Owner<'_>,
    talk: &mut Conversation,
) -> Result<(Contacts, Option<Name>), Halt> {
    talk.secure(given)?;
    let mut config = ResolverConfig::default();
    if given.servers.is_empty() || given.servers.iter().any(|server| matches!(server, Server::Name(..))) {
        config = ResolverConfig::system();
    }
    if !given.resolvers.is_empty() {
        config.servers.clone_from(&given.resolvers);
    }
    let mut resolver = Resolver::new(config, given.source);
    let budget = talk.left();
    let found = tokio::time::timeout(budget, find(given, owner, talk, &mut resolver)).await;
    let (addresses, zone) =
        found.map_err(|_| Halt::new(Exit::Unreachable, "the time is up: no server was found", None))??;
    let mut contacts = contacts(given, addresses.iter().map(|(address, _)| *address).collect());
    for (address, host) in &addresses {
        host.iter().for_each(|host| contacts.known_as(*address, host));
    }
    Ok((contacts, zone))
}

/// The zone, asked of its own servers in signed questions.
pub(super) async fn zone(
    owner: &Owner<'_>,
    talk: &mut Conversation,
    contacts: &mut Contacts,
    subject: &Subject,
) -> Result<Name, Halt> {
    match walk(owner, talk, contacts).await? {
        Ok(Authority { zone, .. }) => {
            talk.printer.step(|| format!("zone: {zone}"));
            Ok(zone)
        }
        Err((outcome, server)) => {
            let subject = Subject { server: server.or(subject.server), types: "SOA".to_owned(), ..subject.clone() };
            Err(halt(&outcome, &subject))
        }
    }
}

/// The zone and what its SOA has for the primary, asked of its own servers in signed questions; or why it was not found,
/// and by which server's word.
///
/// # Errors
/// [`SignError`].
pub(super) async fn walk(
    owner: &Owner<'_>,
    talk: &mut Conversation,
    contacts: &mut Contacts,
) -> Result<Result<Authority, (Outcome, Option<SocketAddr>)>, SignError> {
    let mut discovery = Discovery::new(owner.name.clone(), owner.record_type);
    loop {
        let message = query::question(discovery.asked(), RecordType::SOA);
        talk.printer.step(|| format!("question: {} SOA", discovery.asked()));
        return Ok(Err(match talk.ask(contacts, message, Purpose::Ask).await? {
            Answered::Reply(reply, server, _) => {
                talk.printer.step(|| format!("answer: {}, signed", reply.rcode()));
                match discovery.heard(&reply) {
                    Found::Zone(authority) => return Ok(Ok(authority)),
                    Found::Further if !matches!(reply.rcode(), Rcode::NOTAUTH | Rcode::SERVFAIL) => continue,
                    Found::Delegated(cut) => {
                        let (name, delegated_at) = (owner.name.clone(), Some(cut));
                        (Outcome::NotAuthoritative { name, delegated_at }, Some(server))
                    }
                    Found::Nothing(Rcode::NOERROR) => {
                        (Outcome::NotAuthoritative { name: owner.name.clone(), delegated_at: None }, Some(server))
                    }
                    Found::Further | Found::Nothing(_) => (Outcome::Refused(Refusal::of(&reply, true)), Some(server)),
                }
            }
            Answered::NotSent(failures) => (Outcome::Unreachable(failures), None),
            Answered::Unsettled(failures, None) => (Outcome::Unreachable(failures), None),
            Answered::Unsettled(_, Some(hint)) => (Outcome::Unauthentic { hint, sent: false }, None),
        }));
    }
}

/// The zone that the server does have for the name, where it said that it is no authority for the one that was given.
pub(super) async fn served(
    outcome: &Outcome,
    owner: &Owner<'_>,
    talk: &mut Conversation,
    contacts: &mut Contacts,
    subject: &Subject,
) -> Option<Name> {
    let no = |refusal: &Refusal| (refusal.rcode, refusal.tsig_error) == (Rcode::NOTAUTH, TsigError::NONE);
    match outcome {
        Outcome::Refused(refusal) if no(refusal) => zone(owner, talk, contacts, subject).await.ok(),
        _ => None,
    }
}

/// An outcome that ends the run before the change has begun.
pub(super) fn halt(outcome: &Outcome, subject: &Subject) -> Halt {
    let message = explain(outcome, subject);
    let what = message.as_ref().map(|message| message.what.clone()).unwrap_or_default();
    Halt::new(exit_of(outcome), what, message.and_then(|message| message.hint))
}

/// The addresses of the servers with the names that led to them, and the zone where it had to be found.
async fn find(
    given: &Primary,
    owner: &Owner<'_>,
    talk: &Conversation,
    resolver: &mut Resolver,
) -> Result<(Vec<(SocketAddr, Option<String>)>, Option<Name>), Halt> {
    let usual = given.transports.port();
    let of_host = |host: &str, addresses: Vec<IpAddr>, port: Option<u16>| {
        let address = move |ip| SocketAddr::new(ip, port.unwrap_or(usual));
        let host = host.to_owned();
        addresses.into_iter().map(move |ip| (address(ip), Some(host.clone())))
    };
    let mut found = Vec::new();
    let mut failure = None;
    for server in &given.servers {
        match server {
            Server::Address(ip, port) => found.push((SocketAddr::new(*ip, port.unwrap_or(usual)), None)),
            Server::Name(host, port) => match resolver.addresses(host, &mut random).await {
                Ok(addresses) => found.extend(of_host(host, addresses, *port)),
                Err(why) => failure = Some(unresolved(host, &why)),
            },
        }
    }
    if !found.is_empty() {
        if let Some(failure) = &failure {
            talk.printer.warning(&failure.message.what);
        }
        return Ok((found, given.zone.clone()));
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    let Authority { zone, primary } = authority(given, owner, talk, resolver).await?;
    talk.printer.step(|| format!("zone: {zone}, primary: {primary}"));
    if primary.is_root() {
        let what = format!("the SOA of {zone} names no primary (its MNAME is the root)");
        return Err(Halt::new(Exit::Setup, what, Some("--server names it".to_owned())));
    }
    let host = primary.to_string();
    let addresses = resolver.addresses(&host, &mut random).await.map_err(|why| unresolved(&host, &why))?;
    Ok((of_host(&host, addresses, None).collect(), Some(zone)))
}

/// Zone and primary by plain questions to the resolver. What it says decides whom to ask, not whom to believe.
async fn authority(
    given: &Primary,
    owner: &Owner<'_>,
    talk: &Conversation,
    resolver: &mut Resolver,
) -> Result<Authority, Halt> {
    let start = given.zone.as_ref().unwrap_or(owner.name);
    let mut discovery = Discovery::new(start.clone(), owner.record_type);
    loop {
        let asked = discovery.asked().clone();
        talk.printer.step(|| format!("question to the resolver: {asked} SOA"));
        let answer = resolver.ask(&asked, RecordType::SOA, &mut random).await;
        let answer = answer.map_err(|why| {
            let what = format!("the primary of {start} was not found: {why}");
            Halt::new(Exit::Unreachable, what, Some(NAME_IT.to_owned()))
        })?;
        match discovery.heard(&answer) {
            Found::Zone(authority) if given.zone.as_ref().is_none_or(|zone| *zone == authority.zone) => {
                return Ok(authority);
            }
            Found::Zone(authority) => {
                let what = format!("{start} is not a zone: it is in the zone {}", authority.zone);
                return Err(Halt::new(Exit::Setup, what, Some("leave --zone out to have it found".to_owned())));
            }
            Found::Further => {}
            Found::Delegated(_) | Found::Nothing(_) => {
                let what = format!("the resolver knows no zone for {start} ({})", answer.rcode());
                return Err(Halt::new(
                    Exit::Unreachable,
                    what,
                    Some("--server names the primary, --zone the zone".to_owned()),
                ));
            }
        }
    }
}

/// What to do where the primary cannot be found.
const NAME_IT: &str = "name it: --server 192.0.2.53, or server = \"192.0.2.53\" in nsup.toml";

fn unresolved(host: &str, why: &LookupError) -> Halt {
    let hint = "an address needs no resolver: --server 192.0.2.53".to_owned();
    let exit = if matches!(why, LookupError::NotAName(_)) { Exit::Setup } else { Exit::Unreachable };
    Halt::new(exit, format!("no address was found for {host}: {why}"), Some(hint))
}
