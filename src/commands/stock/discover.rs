//! The zone of a message and its primary, found as nsupdate finds them: SOA questions to the given server or to
//! resolv.conf's, up label by label, then the addresses of MNAME (nsupdate(1), RFC 2136 §4.3).

use std::net::SocketAddr;

use crate::config::Stock;
use crate::dns::{Message, Name, RecordType};
use crate::exit::Exit;
use crate::net::ResolverConfig;
use crate::output::stock::{self, complain, debug};
use crate::proto::discovery::{Authority, Discovery, Found};
use crate::proto::exchange::{Answered, Purpose};
use crate::proto::outcome::Outcome;
use crate::proto::{Contacts, Rcode, Reply, Transports, query};
use crate::script::{Draft, Server};

use super::super::conversation::Conversation;
use super::{addresses, fits, patience, transports};

/// Where a message goes.
pub(super) struct Destination {
    pub(super) zone: Name,
    pub(super) servers: Vec<SocketAddr>,
}

/// Why it goes nowhere: the status of the session, and whether that ends at once. What is to be said has been said.
pub(super) struct Nowhere {
    pub(super) exit: Exit,
    pub(super) fatal: bool,
}

const ERROR: Nowhere = Nowhere { exit: Exit::Refused, fatal: false };
const FATAL: Nowhere = Nowhere { exit: Exit::Setup, fatal: true };

/// Finds the destination of a draft, with the servers that were given, if any.
pub(super) async fn discover(
    options: &Stock,
    draft: &Draft,
    given: &[SocketAddr],
    talk: &mut Conversation,
) -> Result<Option<Destination>, Nowhere> {
    let start = match (&draft.zone, draft.first()) {
        (Some(zone), _) => Discovery::new(zone.clone(), RecordType::SOA),
        (None, Some((name, record_type))) => Discovery::new(name.clone(), record_type),
        (None, None) => return Ok(None),
    };
    let Authority { zone, primary } = authority(options, draft, given, talk, start).await?;
    debug(options.debug, &format!("Found zone name: {}\n", stock::plain(&zone)));
    debug(options.debug, &format!("The primary is: {}\n", stock::plain(&primary)));
    let zone = draft.zone.clone().unwrap_or(zone);
    if !given.is_empty() {
        return Ok(Some(Destination { zone, servers: given.to_vec() }));
    }
    let host = Server { host: primary.to_string(), port: None };
    match addresses(options, &host).await {
        Some(servers) => Ok(Some(Destination { zone, servers })),
        None => {
            complain(&format!("couldn't get address for '{}': not found", stock::plain(&primary)));
            Err(ERROR)
        }
    }
}

async fn authority(
    options: &Stock,
    draft: &Draft,
    given: &[SocketAddr],
    talk: &mut Conversation,
    mut discovery: Discovery,
) -> Result<Authority, Nowhere> {
    let mut servers = if given.is_empty() { resolvers(options) } else { given.to_vec() };
    loop {
        let reply = ask(options, draft, &discovery, &mut servers, given.is_empty(), talk).await?;
        if let Some(octets) = &talk.last_answer
            && let Ok(message) = Message::walk(octets)
        {
            debug(options.debug, &format!("Reply from SOA query:\n{}", stock::received(&message)));
        }
        match reply.rcode() {
            Rcode::NXDOMAIN if draft.zone.is_some() => {
                let zone = draft.zone.as_ref().map(stock::plain).unwrap_or_default();
                complain(&format!("specified zone '{zone}' does not exist (NXDOMAIN)"));
                return Err(ERROR);
            }
            Rcode::NOERROR | Rcode::NXDOMAIN => {}
            _ => {
                complain("response to SOA query was unsuccessful");
                return Err(FATAL);
            }
        }
        let nothing = || {
            complain("could not find enclosing zone");
            FATAL
        };
        match discovery.heard(&reply) {
            Found::Zone(authority) => return Ok(authority),
            Found::Further => {}
            Found::Nothing(_) => return Err(nothing()),
            // Whoever knows the cut knows what is above it.
            Found::Delegated(cut) => {
                discovery = Discovery::new(cut.parent().ok_or_else(nothing)?, RecordType::SOA);
            }
        }
    }
}

/// Has one SOA question answered, by the first server that does not refuse. Those that failed are not asked again.
async fn ask(
    options: &Stock,
    draft: &Draft,
    discovery: &Discovery,
    servers: &mut Vec<SocketAddr>,
    resolvers: bool,
    talk: &mut Conversation,
) -> Result<Reply, Nowhere> {
    let message = query::soa(discovery.asked(), draft.class, resolvers);
    let over = if resolvers { Transports::Udp } else { transports(options) };
    // Whoever stands in resolv.conf does not know the key.
    let mut key = draft.key.clone().filter(|_| !resolvers);
    while let Some(server) = servers.first().copied() {
        let mut contacts = Contacts::new(key.clone(), vec![server], over).with_patience(patience(options));
        talk.last_answer = None;
        let answered = talk.ask(&mut contacts, message.clone(), Purpose::Once).await;
        match answered {
            Ok(Answered::Reply(reply, ..)) if reply.rcode() == Rcode::REFUSED => {
                complain(&stock::communication(&server, "REFUSED"));
            }
            // A server that does not know the key may answer a question all the same.
            Ok(Answered::Reply(reply, ..)) if key.is_some() && reply.rcode() == Rcode::NOTAUTH => {
                key = None;
                continue;
            }
            Ok(Answered::Reply(reply, ..)) => return Ok(*reply),
            Ok(Answered::Unsettled(_, Some(_))) if key.take().is_some() => continue,
            Ok(Answered::Unsettled(failures, hint)) => {
                let outcome = Outcome::Unknown { failures, hint, refusal: None };
                stock::outcome(&outcome, false).iter().for_each(|line| complain(line));
            }
            Ok(Answered::NotSent(failures)) => {
                stock::outcome(&Outcome::Unreachable(failures), false).iter().for_each(|line| complain(line));
            }
            Err(why) => complain(&why.to_string()),
        }
        servers.remove(0);
    }
    complain("could not reach any name server");
    Err(FATAL)
}

/// The servers of resolv.conf, or of the file that is named in its place.
fn resolvers(options: &Stock) -> Vec<SocketAddr> {
    let config = match &options.resolv_conf {
        Some(path) => ResolverConfig::from_file(path),
        None => ResolverConfig::system(),
    };
    let port = options.port.unwrap_or(53);
    let servers = config.servers.iter().map(|server| SocketAddr::new(server.ip(), port));
    servers.filter(|server| fits(options, &server.ip())).collect()
}
