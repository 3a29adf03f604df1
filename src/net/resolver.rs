//! Names of servers to addresses, and the SOA questions of discovery: /etc/hosts, then the resolvers of resolv.conf.
//!
//! Not getaddrinfo: it blocks without a deadline, and it does not exist in a static binary. What is learnt here is not
//! authenticated; it decides whom to ask, and the signature decides whom to believe.

use std::fs::File;
use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use crate::dns::{Name, RecordType};
use crate::proto::{Answer, Rcode};

use super::Network;
use super::plain::{self, Asked};

/// As much of either file as is read, in octets: lists of blocked hosts are long.
const LONGEST: u64 = 64 << 20;

/// What resolv.conf and hosts say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResolverConfig {
    /// Whom to ask.
    pub servers: Vec<SocketAddr>,
    /// What to append to a name that has no dots or does not exist.
    pub search: Vec<String>,
    /// Names that need no question.
    pub hosts: Vec<(IpAddr, String)>,
}

/// Asks resolvers.
#[derive(Debug)]
pub struct Resolver {
    config: ResolverConfig,
    network: Network,
}

/// Why a question to the resolvers brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// The text is no host name.
    #[error("{0:?} is no name of a host")]
    NotAName(String),
    /// Nobody to ask.
    #[error("there is no resolver to ask: /etc/resolv.conf names none")]
    NoResolver,
    /// No answer.
    #[error("no resolver answered ({0})")]
    Silent(String),
    /// An answer without an address.
    #[error("{0} has no address ({1})")]
    NoAddress(String, Rcode),
}

impl ResolverConfig {
    /// Reads the system's own files; what is missing or odd in them is passed over, as the C library does.
    pub fn system() -> Self {
        Self::read(Path::new("/etc/resolv.conf"), Path::new("/etc/hosts"))
    }

    /// Reads another file in the place of /etc/resolv.conf.
    pub fn from_file(resolv_conf: &Path) -> Self {
        Self::read(resolv_conf, Path::new("/etc/hosts"))
    }

    fn read(resolv_conf: &Path, hosts: &Path) -> Self {
        let text = |path: &Path| -> io::Result<String> {
            let mut octets = Vec::new();
            // It may be something that has no end.
            File::open(path)?.take(LONGEST).read_to_end(&mut octets)?;
            Ok(String::from_utf8_lossy(&octets).into_owned())
        };
        Self::parse(&text(resolv_conf).unwrap_or_default(), &text(hosts).unwrap_or_default())
    }

    /// Reads the texts of both; what is odd in them is passed over.
    pub fn parse(resolv_conf: &str, hosts: &str) -> Self {
        let mut config = Self::default();
        for line in resolv_conf.lines() {
            let line = line.split(['#', ';']).next().unwrap_or_default();
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let address = words.next().and_then(|word| word.parse::<IpAddr>().ok());
                    config.servers.extend(address.map(|address| SocketAddr::new(address, 53)));
                }
                Some("search" | "domain") => config.search = words.map(str::to_owned).collect(),
                _ => {}
            }
        }
        for line in hosts.lines() {
            let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
            let Some(address) = words.next().and_then(|word| word.parse::<IpAddr>().ok()) else { continue };
            config.hosts.extend(words.map(|name| (address, name.to_owned())));
        }
        // As the C library: without a nameserver line, the one on this machine (resolv.conf(5)).
        if config.servers.is_empty() {
            config.servers.push(SocketAddr::from(([127, 0, 0, 1], 53)));
        }
        config
    }
}

impl Resolver {
    /// A resolver that sends as `network` does.
    pub fn new(config: ResolverConfig, source: Option<IpAddr>) -> Self {
        Self { config, network: Network::new(source) }
    }

    /// The addresses of a host: those of /etc/hosts in its order, else those of the DNS, IPv4 first.
    ///
    /// # Errors
    /// [`LookupError`].
    pub async fn addresses(&mut self, host: &str, random: &mut dyn FnMut() -> u16) -> Result<Vec<IpAddr>, LookupError> {
        let plain = host.strip_suffix('.').unwrap_or(host);
        let local = self.config.hosts.iter().filter(|(_, name)| name.eq_ignore_ascii_case(plain));
        let local: Vec<IpAddr> = local.map(|(address, _)| *address).collect();
        if !local.is_empty() {
            return Ok(local);
        }
        let mut failure = None;
        for candidate in self.candidates(host) {
            let name = Name::parse(&candidate).map_err(|_| LookupError::NotAName(host.to_owned()))?;
            match self.lookup(&name, random).await {
                Ok(addresses) => return Ok(addresses),
                Err(why @ LookupError::NoAddress(..)) => failure = failure.or(Some(why)),
                Err(why) => return Err(why),
            }
        }
        Err(failure.unwrap_or(LookupError::NoResolver))
    }

    /// Asks the resolvers one question, each of them in each of two rounds.
    ///
    /// # Errors
    /// [`LookupError::Silent`] or [`LookupError::NoResolver`].
    pub async fn ask(
        &mut self,
        name: &Name,
        record_type: RecordType,
        random: &mut dyn FnMut() -> u16,
    ) -> Result<Answer, LookupError> {
        let mut last = None;
        for round in 0..2 {
            for server in self.config.servers.clone() {
                let question = (name, record_type);
                match plain::ask(&mut self.network, server, Asked::Resolver, question, random).await {
                    // A resolver that cannot is passed over in the first round.
                    Ok(answer) if round > 0 || !is_unable(&answer) => return Ok(answer),
                    Ok(answer) => last = Some(format!("{server}: {}", answer.rcode())),
                    Err(why) => last = Some(format!("{server}: {why}")),
                }
            }
        }
        Err(last.map_or(LookupError::NoResolver, LookupError::Silent))
    }

    async fn lookup(&mut self, name: &Name, random: &mut dyn FnMut() -> u16) -> Result<Vec<IpAddr>, LookupError> {
        let mut addresses = Vec::new();
        let mut rcode = Rcode::NOERROR;
        for record_type in [RecordType::A, RecordType::AAAA] {
            let answer = match self.ask(name, record_type, random).await {
                Ok(answer) => answer,
                // One family is enough: some resolvers never answer for the other.
                Err(_) if !addresses.is_empty() => break,
                Err(why) => return Err(why),
            };
            rcode = answer.rcode();
            // The resolver has followed aliases: whatever addresses there are belong to the end of the chain.
            let records = answer.answers().iter().filter(|record| record.record_type == record_type);
            addresses.extend(records.filter_map(|record| record.rdata.address()));
        }
        if addresses.is_empty() { Err(LookupError::NoAddress(name.to_string(), rcode)) } else { Ok(addresses) }
    }

    /// The name as it stands where it has a dot, with each suffix of the search list, and as it stands (resolv.conf(5)).
    fn candidates(&self, host: &str) -> Vec<String> {
        if host.ends_with('.') {
            return vec![host.to_owned()];
        }
        let searched = self.config.search.iter().map(|suffix| format!("{host}.{suffix}"));
        if host.contains('.') {
            std::iter::once(host.to_owned()).chain(searched).collect()
        } else {
            searched.chain([host.to_owned()]).collect()
        }
    }
}

/// Whether a resolver says no more than that it cannot or does not want to: then the next is asked.
fn is_unable(answer: &Answer) -> bool {
    matches!(answer.rcode(), Rcode::SERVFAIL | Rcode::REFUSED | Rcode::NOTIMP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolv_conf_and_hosts_are_read_as_the_c_library_does() {
        let config = ResolverConfig::parse(
            "# x\nnameserver 192.0.2.53 ; y\nnameserver fe80::1%eth0\nsearch a.example b.example\noptions edns0\n",
            "127.0.0.1 localhost lo # z\n\n::1 localhost\nnonsense here\n",
        );
        assert_eq!(config.servers, ["192.0.2.53:53".parse().unwrap()]);
        assert_eq!(config.search, ["a.example", "b.example"]);
        assert_eq!(config.hosts.len(), 3);
        assert_eq!(ResolverConfig::parse("", "").servers, ["127.0.0.1:53".parse().unwrap()]);
    }

    #[test]
    fn the_search_list_comes_first_for_names_without_a_dot() {
        let search = vec!["example".to_owned()];
        let resolver = Resolver::new(ResolverConfig { search, ..Default::default() }, None);
        assert_eq!(resolver.candidates("ns"), ["ns.example", "ns"]);
        assert_eq!(resolver.candidates("ns.org"), ["ns.org", "ns.org.example"]);
        assert_eq!(resolver.candidates("ns."), ["ns."]);
    }
}
