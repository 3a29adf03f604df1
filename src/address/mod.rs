//! Floor 3: goes and looks which address there is, where a [`Source`] says; publishes nothing and prints nothing.
//!
//! What is known and what is not are kept apart: that an interface has no address is something that can be acted upon,
//! that nobody could say is not.

mod changes;
pub mod command;
pub mod interface;
mod netlink;
pub mod route;

use std::io;
use std::net::{IpAddr, Ipv6Addr};

use crate::source::{Family, Held, HostPart, Source, Unfit, choose, fit, special_range};

use command::Printed;
use interface::InterfaceError;

pub use changes::{AddressChange, Changes, News};

/// What was found where a source says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This address, and it is fit to be published.
    This(IpAddr),
    /// There is none, and that is known: why, as in `ppp0 has no IPv4 address`. One may come at any time.
    Nothing(String),
    /// There is no interface of this name.
    Gone(String),
    /// There is one and it is not fit to be published.
    Unfit {
        /// Which one, and why, with its range.
        why: String,
        /// Whether it were, if private addresses were allowed.
        may_be_allowed: bool,
    },
    /// It could not be found out, and why.
    Unknown(String),
}

/// What a search may need to know besides its source.
#[derive(Debug, Clone, Copy, Default)]
pub struct Circumstances<'c> {
    /// The server to which `route` leads where it names no address.
    pub server: Option<IpAddr>,
    /// The addresses that the command line says, for `given`.
    pub given: &'c [IpAddr],
    /// What the caller of a hook handed over, for `hook`.
    pub handed: Option<&'c Handed>,
    /// Whether what can be reached in a private network only may be published.
    pub allow_private: bool,
}

/// What the caller of a hook handed over: an interface, its addresses, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handed {
    /// The interface that the hook is about.
    pub interface: Option<String>,
    /// Its addresses, of either family.
    pub addresses: Vec<IpAddr>,
}

/// Looks for the address of a family where a source says. `None` for [`Source::Dns`] only: there a server has to be
/// asked, and [`judge`] takes the address that it says.
pub async fn find(source: &Source, family: Family, around: &Circumstances<'_>) -> Option<Found> {
    let allow_private = around.allow_private;
    Some(match source {
        Source::Literal(address) => judge(*address, family, allow_private),
        Source::Given => given(around.given, family, allow_private),
        Source::Interface(name) => on_interface(name, family, allow_private),
        Source::Hook(interface) => handed(interface.as_deref(), family, around),
        Source::Route(destination) => towards(destination.or(around.server), family, allow_private),
        Source::Command(words) => printed(words, family, allow_private).await,
        Source::Prefix(interface, host) => behind_prefix(interface, *host, allow_private),
        Source::Dns(_) => return None,
    })
}

/// Whether an address that somebody said is fit to be published.
pub fn judge(address: IpAddr, family: Family, allow_private: bool) -> Found {
    if Family::of(address) != family {
        return Found::Unknown(format!("{address} is not an {family} address"));
    }
    match fit(address, allow_private) {
        Ok(()) => Found::This(address),
        Err(range) => Found::Unfit { why: format!("{address} is in {range}"), may_be_allowed: range.may_be_allowed() },
    }
}

/// The first of the family that is fit.
fn given(given: &[IpAddr], family: Family, allow_private: bool) -> Found {
    let mut of_family = given.iter().copied().filter(|address| Family::of(*address) == family).peekable();
    let first = of_family.peek().copied();
    let Some(address) = of_family.find(|address| fit(*address, allow_private).is_ok()).or(first) else {
        return Found::Unknown(format!("no {family} address was given"));
    };
    judge(address, family, allow_private)
}

fn on_interface(name: &str, family: Family, allow_private: bool) -> Found {
    match interface::addresses(name) {
        Ok(held) => chosen(name, &held, family, allow_private),
        Err(error) => unreadable(error),
    }
}

/// What a hook's caller handed over, as far as the interface has it: a hook may be late, or run before the address is
/// there, or be somebody's own script.
fn handed(interface: Option<&str>, family: Family, around: &Circumstances<'_>) -> Found {
    let allow_private = around.allow_private;
    // What was said of another interface says nothing of this one.
    let about = |handed: &&Handed| match (interface, handed.interface.as_deref()) {
        (Some(wanted), Some(about)) => wanted == about,
        _ => true,
    };
    let handed = around.handed.filter(about);
    let addresses = handed.map_or(&[][..], |handed| handed.addresses.as_slice());
    let said = |otherwise: Found| {
        let of_family = addresses.iter().any(|address| Family::of(*address) == family);
        if of_family { given(addresses, family, allow_private) } else { otherwise }
    };
    let Some(interface) = interface.or_else(|| handed?.interface.as_deref()) else {
        return said(Found::Unknown(format!("nobody handed over an {family} address, nor an interface")));
    };
    match interface::addresses(interface) {
        Ok(held) => confirmed(interface, addresses, &held, family, allow_private),
        Err(gone @ InterfaceError::Gone(_)) => unreadable(gone),
        Err(error) => said(unreadable(error)),
    }
}

/// Of the addresses that were handed over the best that the interface has and that is fit, or else the interface's best.
fn confirmed(name: &str, handed: &[IpAddr], held: &[Held], family: Family, allow_private: bool) -> Found {
    let both: Vec<Held> = held.iter().filter(|held| handed.contains(&held.address)).copied().collect();
    match choose(&both, family, allow_private) {
        Ok(held) => Found::This(held.address),
        Err(_) => chosen(name, held, family, allow_private),
    }
}

/// What the kernel would send from. Towards IPv6 that may be a temporary address (RFC 6724 §5, rule 7): then the lasting
/// one of the same interface is taken.
fn towards(destination: Option<IpAddr>, family: Family, allow_private: bool) -> Found {
    let Some(destination) = destination else {
        return Found::Unknown("route: no server is known".to_owned());
    };
    if Family::of(destination) != family {
        return Found::Unknown(format!("route: no {family} address leads to {destination}"));
    }
    let address = match route::source_towards(destination) {
        Ok(address) => address,
        Err(error) => return Found::Unknown(format!("route: {destination}: {}", in_words(&error))),
    };
    // Where the kernel does not tell, what it sends from is the best that is known.
    let all = interface::all().unwrap_or_default();
    match all.iter().find(|(_, held)| held.address == address) {
        Some((index, Held { temporary: true, .. })) => {
            let held: Vec<Held> = all.iter().filter(|(of, _)| of == index).map(|(_, held)| *held).collect();
            chosen(&format!("the way to {destination}"), &held, family, allow_private)
        }
        _ => judge(address, family, allow_private),
    }
}

async fn printed(words: &[String], family: Family, allow_private: bool) -> Found {
    let program = words.first().map(String::as_str).unwrap_or_default();
    match command::run(words, command::ENVIRONMENT, command::WITHIN).await {
        Ok(Printed::Address(address)) if Family::of(address) != family => {
            Found::Unknown(format!("{program} printed {address}: not an {family} address"))
        }
        Ok(Printed::Address(address)) => judge(address, family, allow_private),
        Ok(Printed::None) => Found::Nothing(format!("{program} printed none: there is no {family} address")),
        Err(error) => Found::Unknown(error.to_string()),
    }
}

fn behind_prefix(name: &str, host: HostPart, allow_private: bool) -> Found {
    match interface::addresses(name) {
        Ok(held) => behind(name, &held, host, allow_private),
        Err(error) => unreadable(error),
    }
}

/// Another host in the network of the interface's address.
fn behind(name: &str, held: &[Held], host: HostPart, allow_private: bool) -> Found {
    let best = match choose(held, Family::V6, allow_private) {
        Ok(best) => best,
        Err(unfit) => return without(name, &unfit),
    };
    // From DHCPv6 comes an address alone, as a network of itself (RFC 8415 §18.2.10.1): another one may know the prefix,
    // but not a private one that of a global one.
    let is_global = |held: &Held| special_range(held.address).is_none();
    let networks = held.iter().filter(|held| held.prefix_length < 128 && is_global(held) == is_global(best));
    let networks: Vec<Held> = networks.copied().collect();
    let (neighbour, length) = match choose(&networks, Family::V6, allow_private) {
        Ok(Held { address: IpAddr::V6(address), prefix_length, .. }) => (*address, *prefix_length),
        _ => return Found::Unknown(format!("{name} has {} without the prefix of its network", best.address)),
    };
    match host.behind(neighbour, length) {
        Some(address) => judge(IpAddr::from(address), Family::V6, allow_private),
        None => {
            let network = Ipv6Addr::from(u128::from(neighbour) & !u128::MAX.checked_shr(length.into()).unwrap_or(0));
            Found::Unknown(format!("{host} does not fit into {network}/{length}, the network of {name}"))
        }
    }
}

fn chosen(name: &str, held: &[Held], family: Family, allow_private: bool) -> Found {
    match choose(held, family, allow_private) {
        Ok(held) => Found::This(held.address),
        Err(unfit) => without(name, &unfit),
    }
}

fn without(name: &str, unfit: &Unfit) -> Found {
    let why = format!("{name} has {unfit}");
    match unfit {
        Unfit::None(_) | Unfit::NotYet(..) => Found::Nothing(why),
        Unfit::Only(..) => Found::Unfit { why, may_be_allowed: unfit.may_be_allowed() },
    }
}

fn unreadable(error: InterfaceError) -> Found {
    match error {
        InterfaceError::Gone(name) => Found::Gone(name),
        error @ InterfaceError::Unreadable(..) => Found::Unknown(error.to_string()),
    }
}

/// An error of the operating system in its own words, without the number that Rust adds.
fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(address: &str, prefix_length: u8) -> Held {
        Held {
            address: address.parse().unwrap(),
            prefix_length,
            temporary: false,
            deprecated: false,
            tentative: false,
            secondary: false,
            permanent: true,
            created: 1,
        }
    }

    fn this(address: &str) -> Found {
        Found::This(address.parse().unwrap())
    }

    fn unknown(found: Found) -> String {
        match found {
            Found::Unknown(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_address_is_judged_by_family_and_range() {
        let judge = |address: &str, family, allow| judge(address.parse().unwrap(), family, allow);
        assert_eq!(judge("8.8.8.8", Family::V4, false), this("8.8.8.8"));
        assert_eq!(unknown(judge("8.8.8.8", Family::V6, false)), "8.8.8.8 is not an IPv6 address");
        let why = "10.0.0.1 is in 10.0.0.0/8 (private, RFC 1918)".to_owned();
        assert_eq!(judge("10.0.0.1", Family::V4, false), Found::Unfit { why, may_be_allowed: true });
        assert_eq!(judge("10.0.0.1", Family::V4, true), this("10.0.0.1"));
        assert!(matches!(judge("::1", Family::V6, true), Found::Unfit { may_be_allowed: false, .. }));
    }

    #[test]
    fn of_what_is_given_the_first_that_is_fit_is_taken() {
        let all: Vec<IpAddr> = ["10.0.0.1", "2a00::1", "8.8.8.8", "8.8.4.4"].map(|text| text.parse().unwrap()).into();
        assert_eq!(given(&all, Family::V4, false), this("8.8.8.8"));
        assert_eq!(given(&all, Family::V4, true), this("10.0.0.1"));
        assert!(matches!(given(&all[..1], Family::V4, false), Found::Unfit { .. }));
        assert_eq!(unknown(given(&all[..1], Family::V6, false)), "no IPv6 address was given");
    }

    #[test]
    fn what_a_hook_hands_over_counts_as_far_as_the_interface_has_it() {
        let said: Vec<IpAddr> = ["8.8.8.8", "10.0.0.1"].map(|text| text.parse().unwrap()).into();
        let found = |held: &[Held]| confirmed("ppp0", &said, held, Family::V4, false);
        let (eight, four, private) = (held("8.8.8.8", 32), held("8.8.4.4", 32), held("10.0.0.1", 8));
        assert_eq!(found(&[four, eight]), this("8.8.8.8"));
        assert_eq!(found(&[four]), this("8.8.4.4"));
        assert_eq!(found(&[four, private]), this("8.8.4.4"));
        assert!(matches!(found(&[private]), Found::Unfit { .. }));
        assert_eq!(found(&[held("2a00::1", 64)]), Found::Nothing("ppp0 has no IPv4 address".to_owned()));
    }

    #[test]
    fn another_host_is_put_behind_the_prefix_that_an_address_knows() {
        let host = HostPart::parse_bits("::10").unwrap();
        let found = |held: &[Held], allow| behind("lan0", held, host, allow);
        assert_eq!(found(&[held("2a00:1:2:3::1", 64)], false), this("2a00:1:2:3::10"));
        let (lone, private) = (held("2a00:1:2:3::1", 128), held("fd00::1", 64));
        assert_eq!(found(&[lone, held("2a00:1:2:3:a::", 64)], false), this("2a00:1:2:3::10"));
        let why = "lan0 has 2a00:1:2:3::1 without the prefix of its network";
        assert_eq!(unknown(found(&[lone], false)), why);
        assert_eq!(unknown(found(&[lone, private], true)), why);
        assert_eq!(found(&[private], true), this("fd00::10"));
        assert!(matches!(found(&[private], false), Found::Unfit { may_be_allowed: true, .. }));
        assert!(matches!(found(&[held("fe80::1", 64)], true), Found::Nothing(_)));
        let far = HostPart::parse_bits("::1:0:0:0:10").unwrap();
        assert_eq!(
            unknown(behind("lan0", &[held("2a00:1:2:3::1", 64)], far, false)),
            "host = \"::1:0:0:0:10\" does not fit into 2a00:1:2:3::/64, the network of lan0"
        );
    }
}
