//! `HOST[:PORT]` as users write it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// A server by name or by address, with its port where one was given: what it is else hangs on the transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// An address, which needs no question.
    Address(IpAddr, Option<u16>),
    /// A name.
    Name(String, Option<u16>),
}

/// Why a text is no server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// Nothing before the port.
    #[error("{0:?} names no server: HOST, HOST:PORT, ADDRESS, or [IPV6]:PORT")]
    NoHost(String),
    /// A port that is none.
    #[error("{0:?} is no port (1 to 65535)")]
    Port(String),
}

impl Server {
    /// A server whose host and port were given apart.
    pub fn new(host: &str, port: Option<u16>) -> Self {
        match host.parse::<IpAddr>() {
            Ok(address) => Self::Address(address, port),
            Err(_) => Self::Name(host.to_owned(), port),
        }
    }
}

impl FromStr for Server {
    type Err = ServerError;

    fn from_str(text: &str) -> Result<Self, ServerError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Address(address, None));
        }
        let no_host = || ServerError::NoHost(text.to_owned());
        // As dig and named write it.
        if let Some((address, port)) = text.split_once('#') {
            let address: IpAddr = address.parse().map_err(|_| no_host())?;
            return Ok(Self::Address(address, Some(number(port)?)));
        }
        if let Some(rest) = text.strip_prefix('[') {
            let (address, port) = rest.split_once(']').ok_or_else(no_host)?;
            let address: Ipv6Addr = address.parse().map_err(|_| no_host())?;
            let port = match port {
                "" => None,
                port => Some(number(port.strip_prefix(':').ok_or_else(no_host)?)?),
            };
            return Ok(Self::Address(address.into(), port));
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) if !port.contains(':') => (host, Some(number(port)?)),
            Some(_) => return Err(no_host()),
            None => (text, None),
        };
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == '/') {
            return Err(no_host());
        }
        Ok(match host.parse::<IpAddr>() {
            Ok(address) => Self::Address(address, port),
            Err(_) => Self::Name(host.to_owned(), port),
        })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address, None) => write!(f, "{address}"),
            Self::Address(address, Some(port)) => SocketAddr::new(*address, *port).fmt(f),
            Self::Name(host, None) => f.write_str(host),
            Self::Name(host, Some(port)) => write!(f, "{host}:{port}"),
        }
    }
}

fn number(text: &str) -> Result<u16, ServerError> {
    let digits = text.bytes().all(|octet| octet.is_ascii_digit());
    let port = digits.then(|| text.parse().ok()).flatten();
    port.filter(|port| *port != 0).ok_or_else(|| ServerError::Port(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_of_both_families_are_read_with_and_without_a_port() {
        let address = |text: &str| {
            let address: SocketAddr = text.parse().unwrap();
            Server::Address(address.ip(), Some(address.port()))
        };
        let portless = |text: &str| Server::Address(text.parse().unwrap(), None);
        let cases = [
            ("192.0.2.53", portless("192.0.2.53")),
            ("192.0.2.53:5353", address("192.0.2.53:5353")),
            ("2001:db8::53", portless("2001:db8::53")),
            ("[2001:db8::53]", portless("2001:db8::53")),
            ("[2001:db8::53]:5353", address("[2001:db8::53]:5353")),
            ("::1", portless("::1")),
            ("192.0.2.53#5353", address("192.0.2.53:5353")),
            ("2001:db8::53#5353", address("[2001:db8::53]:5353")),
            ("ns1.example.org", Server::Name("ns1.example.org".into(), None)),
            ("ns1.example.org.:5353", Server::Name("ns1.example.org.".into(), Some(5353))),
        ];
        for (text, server) in cases {
            assert_eq!(text.parse(), Ok(server.clone()), "{text}");
            assert_eq!(server.to_string().parse(), Ok(server), "{text}");
        }
    }

    #[test]
    fn what_names_no_server_is_refused() {
        for text in ["", ":53", "[::1", "[::1]53", "[192.0.2.1]:53", "a b", "2001:db8::zz", "http://x"] {
            assert!(text.parse::<Server>().is_err(), "{text}");
        }
        for text in ["ns:0", "ns:65536", "ns:", "ns:+1", "[::1]:x"] {
            assert!(matches!(text.parse::<Server>(), Err(ServerError::Port(_))), "{text}");
        }
    }
}
