//! What the world sees of a zone: the servers of its NS records, and what each of them says. Nobody signs it.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::address::route::source_towards;
use crate::config::{Reach, Server};
use crate::dns::{Name, Reader, RecordType};
use crate::net::plain::{self, Asked};
use crate::net::{Network, Resolver, ResolverConfig};
use crate::output::values;
use crate::proto::exchange::Ending;
use crate::proto::outcome::Rrset;
use crate::proto::{Answer, Rcode};

use super::conversation::random;

/// How long finding the servers may take, and how long one of them may take to answer.
const FINDING: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(3);

/// How many questions are put to one server at once.
const AT_ONCE: usize = 8;

/// A server that the world asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PublicServer {
    /// Where.
    pub(super) address: SocketAddr,
    /// The names that lead there; none where the address itself was given.
    pub(super) hosts: Vec<String>,
}

/// Whom the world asks about a zone.
#[derive(Debug, Clone, Default)]
pub(super) struct PublicServers {
    /// Each address once.
    pub(super) found: Vec<PublicServer>,
    /// Hosts that no address was found for, and why.
    pub(super) lost: Vec<(String, String)>,
}

/// What one server says.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Who.
    pub(super) server: PublicServer,
    /// The serial of the zone that it serves.
    pub(super) serial: Option<u32>,
    /// For each question, in their order, its answer; or how it ended without one.
    pub(super) answers: Vec<Result<Answer, Ending>>,
}

/// A question: a name and a type.
pub(super) type Question = (Name, RecordType);

/// The servers that `public` names; if there are none, those of the zone's NS records, as the resolver tells them.
///
/// # Errors
/// Why nobody is known, in words.
pub(super) async fn servers(zone: &Name, reach: &Reach, public: &[Server]) -> Result<PublicServers, String> {
    let mut config = ResolverConfig::system();
    if public.is_empty() {
        // The world does not know what this machine's own file says.
        config.hosts.clear();
    }
    if !reach.resolvers.is_empty() {
        config.servers.clone_from(&reach.resolvers);
    }
    let mut resolver = Resolver::new(config.clone(), reach.source);
    let find = async {
        let named = match public {
            [] => name_servers(zone, &mut resolver).await?,
            given => given.to_vec(),
        };
        let look = named.iter().map(async |server| match server {
            Server::Address(address, port) => (server, *port, Ok(vec![*address])),
            Server::Name(host, port) => {
                let mut resolver = Resolver::new(config.clone(), reach.source);
                let addresses = resolver.addresses(host, &mut random).await;
                (server, *port, addresses.map(|all| within_reach(all, reach)).map_err(|why| why.to_string()))
            }
        });
        let mut servers = PublicServers::default();
        for (server, port, addresses) in join_all(look).await {
            servers.take_in(server, port.unwrap_or(53), addresses);
        }
        Ok(servers)
    };
    timeout(FINDING, find).await.map_err(|_| format!("the servers of {zone} were not found: the time is up"))?
}

/// Asks all servers, side by side, which serial they have and these questions. One that does not answer is asked no more.
pub(super) async fn see(
    zone: &Name,
    servers: &[PublicServer],
    source: Option<IpAddr>,
    questions: &[Question],
) -> Vec<Seen> {
    let see = servers.iter().map(async |server| {
        let soa = ask(server, source, &(zone.clone(), RecordType::SOA)).await;
        let mut answers = Vec::new();
        for some in questions.chunks(AT_ONCE) {
            let failed =
                soa.as_ref().err().or_else(|| answers.iter().find_map(|one: &Result<_, _>| one.as_ref().err()));
            match failed.cloned() {
                Some(ending) => answers.extend(some.iter().map(|_| Err(ending.clone()))),
                None => answers.extend(join_all(some.iter().map(|one| ask(server, source, one))).await),
            }
        }
        Seen { server: server.clone(), serial: soa.ok().and_then(|soa| serial(&soa, zone)), answers }
    });
    join_all(see).await
}

/// Asks one server one question.
///
/// # Errors
/// How it ended without an answer.
pub(super) async fn ask(
    server: &PublicServer,
    source: Option<IpAddr>,
    (name, record_type): &Question,
) -> Result<Answer, Ending> {
    let mut network = Network::new(source);
    let question = (name, *record_type);
    let mut dice = random;
    let asked = plain::ask(&mut network, server.address, Asked::Authority, question, &mut dice);
    timeout(PATIENCE, asked).await.unwrap_or(Err(Ending::Silent))
}

/// What a server serves by its answer to a question.
///
/// # Errors
/// What it says instead, in words: it does not serve the zone, or the name is an alias.
pub(super) fn serves(answer: &Answer, (name, record_type): &Question) -> Result<Rrset, String> {
    if !matches!(answer.rcode(), Rcode::NOERROR | Rcode::NXDOMAIN) {
        return Err(answer.rcode().to_string());
    }
    // Asked for the NS records of a cut, a server above it refers to those very records.
    let cut = answer.authority().iter().filter(|record| record.record_type == RecordType::NS && record.name == *name);
    if *record_type == RecordType::NS && !answer.is_authoritative() && cut.clone().next().is_some() {
        return Ok(Rrset::of(cut));
    }
    if !answer.is_authoritative() {
        return Err("no authoritative answer".to_owned());
    }
    if let Some(alias) = answer.rrset(name, RecordType::CNAME).next().filter(|_| *record_type != RecordType::CNAME) {
        return Err(format!("an alias (CNAME) of {}", alias.rdata.display(RecordType::CNAME)));
    }
    let wanted = |of: RecordType| *record_type == RecordType::ANY || of == *record_type;
    Ok(Rrset::of(answer.answers().iter().filter(|record| record.name == *name && wanted(record.record_type))))
}

/// What a server says instead of an RRset that `is_right` takes, in words; `None` where it serves one.
pub(super) fn instead(
    said: &Result<Answer, Ending>,
    question: &Question,
    is_right: impl Fn(&Rrset) -> bool,
) -> Option<String> {
    let (name, record_type) = question;
    match said.as_ref().map(|answer| serves(answer, question)) {
        Err(ending) => Some(ending.to_string()),
        Ok(Ok(rrset)) if is_right(&rrset) => None,
        Ok(Ok(rrset)) => Some(format!("it serves {name} {record_type}{}", values(*record_type, &rrset))),
        Ok(Err(why)) => Some(format!("asked for {name} {record_type}, it says: {why}")),
    }
}

/// The serial in a server's answer to the question for the zone's SOA (RFC 1035 §3.3.13).
pub(super) fn serial(answer: &Answer, zone: &Name) -> Option<u32> {
    let soa = answer.rrset(zone, RecordType::SOA).next().filter(|_| answer.is_authoritative())?;
    let mut reader = Reader::alone(soa.rdata.octets());
    reader.name().and_then(|_| reader.name()).and_then(|_| reader.u32()).ok()
}

impl PublicServers {
    fn take_in(&mut self, server: &Server, port: u16, addresses: Result<Vec<IpAddr>, String>) {
        let host = if let Server::Name(host, _) = server { Some(host.clone()) } else { None };
        let addresses = match addresses {
            Ok(addresses) => addresses,
            Err(why) => return self.lost.push((server.to_string(), why)),
        };
        for address in addresses.into_iter().map(|address| SocketAddr::new(address, port)) {
            let known = self.found.iter().position(|known| known.address == address);
            match known.and_then(|known| self.found.get_mut(known)) {
                Some(known) => known.hosts.extend(host.clone()),
                None => self.found.push(PublicServer { address, hosts: host.iter().cloned().collect() }),
            }
        }
    }
}

/// Of a host's addresses those to which there is a way from here, if there is any: a machine without IPv6 is no fault of
/// the server.
fn within_reach(addresses: Vec<IpAddr>, reach: &Reach) -> Vec<IpAddr> {
    let is_of_source = |address: &IpAddr| reach.source.is_none_or(|source| source.is_ipv4() == address.is_ipv4());
    let has_way = |address: &&IpAddr| is_of_source(address) && source_towards(**address).is_ok();
    let some: Vec<IpAddr> = addresses.iter().filter(has_way).copied().collect();
    if some.is_empty() { addresses } else { some }
}

async fn name_servers(zone: &Name, resolver: &mut Resolver) -> Result<Vec<Server>, String> {
    let failed = |why: String| format!("the servers of {zone} were not found: {why}");
    let answer = resolver.ask(zone, RecordType::NS, &mut random).await.map_err(|why| failed(why.to_string()))?;
    let names = answer.rrset(zone, RecordType::NS).filter_map(|ns| Reader::alone(ns.rdata.octets()).name().ok());
    let mut names: Vec<String> = names.map(|name| name.to_string()).collect();
    // A resolver turns them round from one answer to the next.
    names.sort();
    let servers: Vec<Server> = names.iter().map(|name| Server::new(name, None)).collect();
    let none = || failed(format!("the resolver shows no NS records of it ({})", answer.rcode()));
    if servers.is_empty() { Err(none()) } else { Ok(servers) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::Message;

    const AUTHORITATIVE: [u8; 2] = [0x84, 0];

    /// An answer with these flags to the question for `a. A`, and these records in its answer and authority sections,
    /// whose names are `a.` each.
    fn answer(flags: [u8; 2], answers: &[(u8, &[u8])], authority: &[(u8, &[u8])]) -> Answer {
        let mut octets = vec![0, 0, flags[0], flags[1], 0, 1, 0, answers.len() as u8, 0, authority.len() as u8, 0, 0];
        octets.extend(*b"\x01a\0\0\x01\0\x01");
        for (record_type, data) in answers.iter().chain(authority) {
            octets.extend([0xc0, 12, 0, *record_type, 0, 1, 0, 0, 0, 60, 0, data.len() as u8]);
            octets.extend(*data);
        }
        Answer::read(&Message::walk(&octets).unwrap())
    }

    fn question(record_type: RecordType) -> Question {
        (Name::parse("a.").unwrap(), record_type)
    }

    #[test]
    fn only_what_an_authority_serves_counts() {
        let (a, serves) =
            (question(RecordType::A), |answer: &Answer, record_type| serves(answer, &question(record_type)));
        let address: &[(u8, &[u8])] = &[(1, &[203, 0, 113, 7])];
        let right = answer(AUTHORITATIVE, address, &[]);
        assert_eq!(serves(&right, RecordType::A).unwrap().rdata[0].octets(), [203, 0, 113, 7]);
        let cached = answer([0x80, 0x80], address, &[]);
        assert_eq!(serves(&cached, RecordType::A), Err("no authoritative answer".to_owned()));
        assert_eq!(serves(&answer([0x84, 3], &[], &[]), RecordType::A), Ok(Rrset::default()), "NXDOMAIN is an answer");
        assert_eq!(serves(&answer([0x80, 5], &[], &[]), RecordType::A), Err("REFUSED".to_owned()));
        let alias = answer(AUTHORITATIVE, &[(5, b"\x01b\0")], &[]);
        assert_eq!(serves(&alias, RecordType::A), Err("an alias (CNAME) of b.".to_owned()));
        assert_eq!(serves(&alias, RecordType::CNAME).map(|rrset| rrset.rdata.len()), Ok(1));
        let referral = answer([0x80, 0], &[], &[(2, b"\x01b\0")]);
        assert_eq!(serves(&referral, RecordType::NS).map(|rrset| rrset.rdata.len()), Ok(1));
        assert!(serves(&referral, RecordType::A).is_err());
        assert_eq!(instead(&Ok(right), &a, |_| true), None);
        assert_eq!(instead(&Err(Ending::Silent), &a, |_| true), Some("no answer in time".to_owned()));
    }

    #[test]
    fn a_serial_is_read_out_of_an_authoritative_soa_only() {
        let zone = Name::parse("a.").unwrap();
        let soa: &[u8] = b"\x01b\0\x01c\0\0\0\x07\xea\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        assert_eq!(serial(&answer(AUTHORITATIVE, &[(6, soa)], &[]), &zone), Some(2026));
        assert_eq!(serial(&answer([0x80, 0], &[(6, soa)], &[]), &zone), None);
        assert_eq!(serial(&answer(AUTHORITATIVE, &[(6, b"\x01b\0\x01c\0\0\0")], &[]), &zone), None);
        assert_eq!(serial(&answer(AUTHORITATIVE, &[], &[(6, soa)]), &zone), None);
    }

    #[test]
    fn an_address_that_two_hosts_share_is_asked_once() {
        let mut servers = PublicServers::default();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        for host in ["ns1.", "ns2."] {
            servers.take_in(&Server::new(host, None), 53, Ok(vec![address]));
        }
        servers.take_in(&Server::new("192.0.2.1", None), 5353, Ok(vec![address]));
        servers.take_in(&Server::new("ns3.", None), 53, Err("nothing".to_owned()));
        let found: Vec<(String, usize)> =
            servers.found.iter().map(|one| (one.address.to_string(), one.hosts.len())).collect();
        assert_eq!(found, [("192.0.2.1:53".to_owned(), 2), ("192.0.2.1:5353".to_owned(), 0)]);
        assert_eq!(servers.lost, [("ns3.".to_owned(), "nothing".to_owned())]);
    }
}
