//! Floor 1: where an address is to come from, as the user writes it, and which of a machine's addresses is fit to be
//! published. Values only: `address` goes and looks.

mod choose;
mod range;

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use crate::dns::{Name, RecordType};

pub use crate::dns::reverse_name;
pub use choose::{Held, Skip, Skipped, Unfit, choose};
pub use range::{Range, fit, special_range};

/// The two families of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// A records.
    V4,
    /// AAAA records.
    V6,
}

/// Where an address comes from. No source at all is an `Option` around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// This address, always.
    Literal(IpAddr),
    /// `given`: what the command line says.
    Given,
    /// `interface:NAME`: what the kernel says that the interface has.
    Interface(String),
    /// `hook` or `hook:INTERFACE`: what the caller of the hook handed over, if the interface has it too.
    Hook(Option<String>),
    /// `route` or `route:ADDRESS`: what the kernel would send from, to the server or to this address.
    Route(Option<IpAddr>),
    /// `command:PROGRAM ARGUMENT...`: what a program prints.
    Command(Vec<String>),
    /// `dns:PRESET` or `dns:NAME/TYPE@SERVER`: what a server says that the question came from.
    Dns(Whoami),
    /// `{ prefix-of = "interface:NAME", host = "::10" }`: another host of the network that an interface is in.
    Prefix(String, HostPart),
}

/// A question that a server answers with the address that it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whoami {
    /// The name to ask for.
    pub name: Name,
    /// The type: A, AAAA or TXT.
    pub record_type: RecordType,
    /// Whom to ask.
    pub server: SocketAddr,
}

/// The part of an IPv6 address behind the prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostPart {
    /// These bits.
    Bits(Ipv6Addr),
    /// The modified EUI-64 of a hardware address (RFC 4291, appendix A).
    Mac([u8; 6]),
}

/// Why a text names no source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Not a word that is known.
    #[error(
        "{0:?} is no source of an address: off, an address, given, interface:NAME, hook, route, command:PROGRAM, dns:PRESET"
    )]
    Unknown(String),
    /// Nothing behind the colon.
    #[error("{0} needs something behind the colon")]
    Empty(&'static str),
    /// An address of the other family.
    #[error("{0} is not an {1} address")]
    Family(IpAddr, Family),
    /// Not an interface's name (1 to 15 octets, neither blank nor slash).
    #[error("{0:?} is no name of an interface")]
    Interface(String),
    /// Not a question.
    #[error("{0:?}: a preset ({1}), or NAME/TYPE@SERVER with the address of a server")]
    Dns(String, String),
    /// Not a hardware address.
    #[error("{0:?} is no hardware address: six octets in hex, as in 52:54:00:12:34:56")]
    Mac(String),
    /// Not the last part of an IPv6 address.
    #[error("{0:?} is no host part: the end of an IPv6 address, as in ::10")]
    Host(String),
    /// IPv4 has no such thing.
    #[error("prefix-of is for ipv6")]
    PrefixOfIpv4,
}

/// The servers whose answers say where a question came from: the word, and for IPv4 and IPv6 the question.
const PRESETS: &[(&str, &str, &str)] = &[
    ("opendns", "myip.opendns.com/A@208.67.222.222", "myip.opendns.com/AAAA@2620:119:35::35"),
    ("google", "o-o.myaddr.l.google.com/TXT@216.239.32.10", "o-o.myaddr.l.google.com/TXT@2001:4860:4802:32::a"),
];

impl Family {
    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// The type of its records.
    pub fn record_type(self) -> RecordType {
        if self == Self::V4 { RecordType::A } else { RecordType::AAAA }
    }
}

impl Source {
    /// Reads what stands behind `ipv4 =` or `ipv6 =`; `None` is `off`.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn parse(text: &str, family: Family) -> Result<Option<Self>, SourceError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return of_family(address, family).map(|address| Some(Self::Literal(address)));
        }
        let (word, rest) = match text.split_once(':') {
            Some((word, rest)) => (word, Some(rest.trim())),
            None => (text, None),
        };
        Ok(Some(match (word, rest) {
            ("off", None) => return Ok(None),
            ("given", None) => Self::Given,
            ("hook", None) => Self::Hook(None),
            ("route", None) => Self::Route(None),
            ("interface", Some(name)) => Self::Interface(interface(name)?),
            ("hook", Some(name)) => Self::Hook(Some(interface(name)?)),
            ("route", Some(address)) => {
                let address = address.parse().map_err(|_| SourceError::Unknown(text.to_owned()))?;
                Self::Route(Some(of_family(address, family)?))
            }
            ("command", Some(line)) => {
                let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
                if words.is_empty() {
                    return Err(SourceError::Empty("command:"));
                }
                Self::Command(words)
            }
            ("dns", Some(question)) => Self::Dns(whoami(question, family)?),
            _ => return Err(SourceError::Unknown(text.to_owned())),
        }))
    }

    /// The interface whose events concern it, if it is one's.
    pub fn interface(&self) -> Option<&str> {
        match self {
            Self::Interface(name) | Self::Hook(Some(name)) | Self::Prefix(name, _) => Some(name),
            _ => None,
        }
    }
}

impl HostPart {
    /// Reads the end of an IPv6 address, `::10`.
    ///
    /// # Errors
    /// [`SourceError::Host`].
    pub fn parse_bits(text: &str) -> Result<Self, SourceError> {
        let bits = text.parse().map_err(|_| SourceError::Host(text.to_owned()))?;
        Ok(Self::Bits(bits))
    }

    /// Reads a hardware address, with colons or hyphens.
    ///
    /// # Errors
    /// [`SourceError::Mac`].
    pub fn parse_mac(text: &str) -> Result<Self, SourceError> {
        let octet = |part: &str| u8::from_str_radix(part, 16).ok().filter(|_| part.len() == 2);
        let octets: Option<Vec<u8>> = text.split([':', '-']).map(octet).collect();
        let octets = octets.and_then(|octets| octets.try_into().ok());
        octets.map(Self::Mac).ok_or_else(|| SourceError::Mac(text.to_owned()))
    }

    /// The address of the host in the network of `neighbour`, whose prefix has so many bits. `None` where the host part
    /// does not fit behind the prefix.
    pub fn behind(self, neighbour: Ipv6Addr, prefix_length: u8) -> Option<Ipv6Addr> {
        let mask = u128::MAX.checked_shl(128 - u32::from(prefix_length.min(128))).unwrap_or(0);
        let host = match self {
            Self::Bits(bits) => u128::from(bits),
            Self::Mac([a, b, c, d, e, f]) => u128::from(u64::from_be_bytes([a ^ 0x02, b, c, 0xff, 0xfe, d, e, f])),
        };
        (host & mask == 0).then(|| Ipv6Addr::from((u128::from(neighbour) & mask) | host))
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::V4 { "IPv4" } else { "IPv6" })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(address) => write!(f, "{address}"),
            Self::Given => f.write_str("given"),
            Self::Interface(name) => write!(f, "interface:{name}"),
            Self::Hook(None) => f.write_str("hook"),
            Self::Hook(Some(name)) => write!(f, "hook:{name}"),
            Self::Route(None) => f.write_str("route"),
            Self::Route(Some(address)) => write!(f, "route:{address}"),
            Self::Command(words) => write!(f, "command:{}", words.join(" ")),
            Self::Dns(Whoami { name, record_type, server }) => write!(f, "dns:{name}/{record_type}@{server}"),
            Self::Prefix(interface, host) => write!(f, "{{ prefix-of = \"interface:{interface}\", {host} }}"),
        }
    }
}

impl fmt::Display for HostPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bits(bits) => write!(f, "host = \"{bits}\""),
            Self::Mac(octets) => {
                let octets: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
                write!(f, "mac = \"{}\"", octets.join(":"))
            }
        }
    }
}

fn of_family(address: IpAddr, family: Family) -> Result<IpAddr, SourceError> {
    if Family::of(address) == family { Ok(address) } else { Err(SourceError::Family(address, family)) }
}

fn interface(name: &str) -> Result<String, SourceError> {
    let fits = (1..16).contains(&name.len()) && !name.contains(|c: char| c.is_whitespace() || c == '/');
    if fits { Ok(name.to_owned()) } else { Err(SourceError::Interface(name.to_owned())) }
}

fn whoami(text: &str, family: Family) -> Result<Whoami, SourceError> {
    let preset = PRESETS.iter().find(|(word, ..)| *word == text);
    let question = preset.map_or(text, |(_, v4, v6)| if family == Family::V4 { v4 } else { v6 });
    let parts = question.split_once('@').and_then(|(question, server)| {
        let (name, record_type) = question.rsplit_once('/')?;
        Some((name, record_type, server))
    });
    let wrong = || {
        let words: Vec<&str> = PRESETS.iter().map(|(word, ..)| *word).collect();
        SourceError::Dns(text.to_owned(), words.join(", "))
    };
    let (name, record_type, server) = parts.ok_or_else(wrong)?;
    let name = Name::parse(name).map_err(|_| wrong())?;
    let record_type: RecordType = record_type.parse().map_err(|_| wrong())?;
    if ![RecordType::TXT, family.record_type()].contains(&record_type) {
        return Err(wrong());
    }
    let with_port = server.parse::<SocketAddr>().ok();
    let server = with_port.or_else(|| Some(SocketAddr::new(server.parse().ok()?, 53))).ok_or_else(wrong)?;
    // What the question comes from has the family of whom it goes to.
    of_family(server.ip(), family)?;
    Ok(Whoami { name, record_type, server })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_and_written_the_same() {
        for (text, family) in [
            ("203.0.113.7", Family::V4),
            ("2001:db8::7", Family::V6),
            ("given", Family::V4),
            ("interface:ppp0", Family::V6),
            ("hook", Family::V4),
            ("hook:ppp0", Family::V4),
            ("route", Family::V6),
            ("route:192.0.2.1", Family::V4),
            ("command:/usr/local/bin/address -4", Family::V4),
            ("dns:myip.opendns.com./A@208.67.222.222:53", Family::V4),
        ] {
            assert_eq!(Source::parse(text, family).unwrap().unwrap().to_string(), text);
        }
        assert_eq!(Source::parse("off", Family::V4), Ok(None));
    }

    #[test]
    fn every_preset_is_a_question_in_both_families() {
        for (word, ..) in PRESETS {
            for family in [Family::V4, Family::V6] {
                let text = format!("dns:{word}");
                assert!(matches!(Source::parse(&text, family), Ok(Some(Source::Dns(_)))), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_source_is_refused() {
        for text in ["", "ppp0", "interface:", "interface:a/b", "interface:longer-than-15ch", "route:x", "command: "] {
            assert!(Source::parse(text, Family::V4).is_err(), "{text}");
        }
        for text in ["dns:", "dns:a.example/A", "dns:a.example/MX@192.0.2.1", "dns:a.example/A@[2001:db8::1]:53"] {
            assert!(Source::parse(text, Family::V4).is_err(), "{text}");
        }
        assert!(Source::parse("203.0.113.7", Family::V6).is_err());
    }

    #[test]
    fn a_host_part_goes_behind_a_prefix_or_does_not_fit() {
        let neighbour: Ipv6Addr = "2001:db8:1:2:aaaa::1".parse().unwrap();
        let behind = |part: HostPart, length| part.behind(neighbour, length).map(|address| address.to_string());
        let ten = HostPart::parse_bits("::10").unwrap();
        assert_eq!(behind(ten, 64).as_deref(), Some("2001:db8:1:2::10"));
        assert_eq!(behind(HostPart::parse_bits("::5:0:0:0:10").unwrap(), 64), None);
        assert_eq!(behind(HostPart::parse_bits("::5:0:0:0:10").unwrap(), 48).as_deref(), Some("2001:db8:1:5::10"));
        let mac = HostPart::parse_mac("52:54:00:12:34:56").unwrap();
        assert_eq!(behind(mac, 64).as_deref(), Some("2001:db8:1:2:5054:ff:fe12:3456"));
        assert_eq!(behind(ten, 128), None);
        assert_eq!(behind(ten, 0).as_deref(), Some("::10"));
        assert!(HostPart::parse_mac("52:54:00:12:34").is_err() && HostPart::parse_bits("10").is_err());
    }
}
