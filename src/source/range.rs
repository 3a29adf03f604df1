//! The ranges of addresses that are not reachable from everywhere, by IANA's special-purpose registries.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range whose addresses are not to be published, unless the user says that they are meant for a private network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// What it is for and who says so: `private, RFC 1918`.
    pub name: &'static str,
    network: IpAddr,
    length: u8,
    allowable: bool,
}

impl Range {
    /// Whether some network exists in which its addresses reach a host: not so for what never leaves the link
    /// (link-local), the host (loopback), or is no host's address at all (unspecified, multicast, broadcast, mapped).
    pub fn may_be_allowed(&self) -> bool {
        self.allowable
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.length)).unwrap_or(0);
                u32::from(address) & mask == u32::from(network)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.length)).unwrap_or(0);
                u128::from(address) & mask == u128::from(network)
            }
            _ => false,
        }
    }
}

/// The range that keeps an address from being globally reachable, the narrowest that there is. `None` where it is.
///
/// By the registries of RFC 6890 as of 2025 (iana-ipv4-special-registry, iana-ipv6-special-registry), and by RFC 4291
/// §2.4 for everything outside of 2000::/3. An IPv4-mapped address is one whatever is in it: no host has it on the wire.
pub fn special_range(address: IpAddr) -> Option<&'static Range> {
    if REACHABLE.iter().any(|range| range.contains(address)) {
        return None;
    }
    RANGES.iter().filter(|range| range.contains(address)).max_by_key(|range| range.length)
}

/// Whether an address may be published; with `allow_private` also what is reachable in a private network only.
///
/// # Errors
/// The range that it is in.
pub fn fit(address: IpAddr, allow_private: bool) -> Result<(), &'static Range> {
    match special_range(address) {
        Some(range) if !(allow_private && range.allowable) => Err(range),
        _ => Ok(()),
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} ({})", self.network, self.length, self.name)
    }
}

/// Never to be published.
const NEVER: bool = false;
/// To be published where private addresses are allowed.
const ALLOWABLE: bool = true;

const RANGES: &[Range] = &[
    v4([0, 0, 0, 0], 8, NEVER, "this network, RFC 791"),
    v4([10, 0, 0, 0], 8, ALLOWABLE, "private, RFC 1918"),
    v4([100, 64, 0, 0], 10, ALLOWABLE, "shared by a provider's customers, RFC 6598"),
    v4([127, 0, 0, 0], 8, NEVER, "loopback, RFC 1122"),
    v4([169, 254, 0, 0], 16, NEVER, "link-local, RFC 3927"),
    v4([172, 16, 0, 0], 12, ALLOWABLE, "private, RFC 1918"),
    v4([192, 0, 0, 0], 24, ALLOWABLE, "protocol assignments, RFC 6890"),
    v4([192, 0, 2, 0], 24, ALLOWABLE, "documentation, RFC 5737"),
    v4([192, 88, 99, 0], 24, ALLOWABLE, "6to4 relays, deprecated by RFC 7526"),
    v4([192, 168, 0, 0], 16, ALLOWABLE, "private, RFC 1918"),
    v4([198, 18, 0, 0], 15, ALLOWABLE, "benchmarking, RFC 2544"),
    v4([198, 51, 100, 0], 24, ALLOWABLE, "documentation, RFC 5737"),
    v4([203, 0, 113, 0], 24, ALLOWABLE, "documentation, RFC 5737"),
    v4([224, 0, 0, 0], 4, NEVER, "multicast, RFC 5771"),
    v4([240, 0, 0, 0], 4, ALLOWABLE, "reserved, RFC 1112"),
    v4([255, 255, 255, 255], 32, NEVER, "broadcast, RFC 8190"),
    v6([0, 0, 0, 0, 0, 0, 0, 0], 128, NEVER, "unspecified, RFC 4291"),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128, NEVER, "loopback, RFC 4291"),
    v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96, NEVER, "IPv4-mapped, RFC 4291"),
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96, ALLOWABLE, "translation to IPv4, RFC 6052"),
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, ALLOWABLE, "local translation to IPv4, RFC 8215"),
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64, ALLOWABLE, "discard, RFC 6666"),
    v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64, ALLOWABLE, "dummy prefix, RFC 9780"),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, ALLOWABLE, "protocol assignments, RFC 2928"),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, ALLOWABLE, "Teredo, RFC 4380"),
    v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48, ALLOWABLE, "benchmarking, RFC 5180"),
    v6([0x2001, 0x10, 0, 0, 0, 0, 0, 0], 28, ALLOWABLE, "ORCHID, deprecated by RFC 7343"),
    // The registry has these two as reachable, but they identify and do not locate.
    v6([0x2001, 0x20, 0, 0, 0, 0, 0, 0], 28, ALLOWABLE, "ORCHIDv2, RFC 7343"),
    v6([0x2001, 0x30, 0, 0, 0, 0, 0, 0], 28, ALLOWABLE, "drone identifiers, RFC 9374"),
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, ALLOWABLE, "documentation, RFC 3849"),
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, ALLOWABLE, "6to4, RFC 3056"),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, ALLOWABLE, "documentation, RFC 9637"),
    v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16, ALLOWABLE, "segment routing, RFC 9602"),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, ALLOWABLE, "unique local, RFC 4193"),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, NEVER, "link-local, RFC 4291"),
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, ALLOWABLE, "site-local, deprecated by RFC 3879"),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, NEVER, "multicast, RFC 4291"),
    // All but 2000::/3.
    v6([0, 0, 0, 0, 0, 0, 0, 0], 3, ALLOWABLE, "not global unicast, RFC 4291"),
    v6([0x4000, 0, 0, 0, 0, 0, 0, 0], 2, ALLOWABLE, "not global unicast, RFC 4291"),
    v6([0x8000, 0, 0, 0, 0, 0, 0, 0], 1, ALLOWABLE, "not global unicast, RFC 4291"),
];

/// What the registries except from the ranges above.
const REACHABLE: &[Range] = &[
    v4([192, 0, 0, 9], 32, ALLOWABLE, "port control anycast, RFC 7723"),
    v4([192, 0, 0, 10], 32, ALLOWABLE, "TURN anycast, RFC 8155"),
    v6([0x2001, 1, 0, 0, 0, 0, 0, 1], 128, ALLOWABLE, "port control anycast, RFC 7723"),
    v6([0x2001, 1, 0, 0, 0, 0, 0, 2], 128, ALLOWABLE, "TURN anycast, RFC 8155"),
    v6([0x2001, 1, 0, 0, 0, 0, 0, 3], 128, ALLOWABLE, "service registration anycast, RFC 9665"),
    v6([0x2001, 3, 0, 0, 0, 0, 0, 0], 32, ALLOWABLE, "AMT, RFC 7450"),
    v6([0x2001, 4, 0x112, 0, 0, 0, 0, 0], 48, ALLOWABLE, "AS112, RFC 7535"),
];

const fn v4([a, b, c, d]: [u8; 4], length: u8, allowable: bool, name: &'static str) -> Range {
    Range { name, network: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), length, allowable }
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], length: u8, allowable: bool, name: &'static str) -> Range {
    Range { name, network: IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), length, allowable }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(address: &str) -> Option<String> {
        special_range(address.parse().unwrap()).map(Range::to_string)
    }

    #[test]
    fn a_range_is_told_with_its_network_and_its_source() {
        assert_eq!(range("192.168.7.1").as_deref(), Some("192.168.0.0/16 (private, RFC 1918)"));
        assert_eq!(range("fd12::1").as_deref(), Some("fc00::/7 (unique local, RFC 4193)"));
        assert_eq!(range("4000::1").as_deref(), Some("4000::/2 (not global unicast, RFC 4291)"));
    }

    #[test]
    fn the_first_and_last_address_of_each_range_are_in_it_and_their_neighbours_are_not() {
        for range in RANGES.iter().chain(REACHABLE) {
            let (first, last, bits) = match range.network {
                IpAddr::V4(network) => {
                    let first = u128::from(u32::from(network));
                    (first, first | (u128::from(u32::MAX) >> range.length), 32)
                }
                IpAddr::V6(network) => {
                    let first = u128::from(network);
                    (first, first | u128::MAX.checked_shr(u32::from(range.length)).unwrap_or(0), 128)
                }
            };
            let address = |number: u128| -> Option<IpAddr> {
                if bits == 128 {
                    return Some(Ipv6Addr::from(number).into());
                }
                u32::try_from(number).ok().map(|number| Ipv4Addr::from(number).into())
            };
            let inside = |number: Option<u128>| number.and_then(address).is_some_and(|address| range.contains(address));
            assert!(inside(Some(first)) && inside(Some(last)), "{range}");
            assert!(!inside(first.checked_sub(1)) && !inside(last.checked_add(1)), "{range}");
        }
    }

    #[test]
    fn the_narrowest_range_has_the_word() {
        for (address, name) in [
            ("255.255.255.255", "broadcast"),
            ("255.255.255.254", "reserved"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::2", "not global unicast"),
            ("::ffff:8.8.8.8", "IPv4-mapped"),
            ("64:ff9b::808:808", "translation"),
            ("64:ff9b:1::1", "local translation"),
            ("100::1", "discard"),
            ("2001::1", "Teredo"),
            ("2001:2::1", "benchmarking"),
            ("2001:10::1", "ORCHID,"),
            ("2001:20::1", "ORCHIDv2"),
            ("2001:40::1", "protocol assignments"),
            ("fe80::1", "link-local"),
            ("fec0::1", "site-local"),
            ("ff02::1", "multicast"),
            ("192.0.0.8", "protocol assignments"),
        ] {
            assert!(range(address).is_some_and(|range| range.contains(name)), "{address}: {:?}", range(address));
        }
    }

    #[test]
    fn what_everybody_can_reach_is_in_no_range() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.0.9",
            "192.0.0.10",
            "192.0.1.1",
            "223.255.255.255",
            "2000::1",
            "2001:1::1",
            "2001:4:112::1",
            "2001:200::1",
            "2001:4860::8888",
            "2003::1",
            "2a00::1",
            "3ffe::1",
        ] {
            assert_eq!(range(address), None, "{address}");
        }
    }

    #[test]
    fn private_addresses_pass_where_they_are_allowed_and_what_reaches_no_host_never_does() {
        let fit = |address: &str, allow| fit(address.parse().unwrap(), allow).is_ok();
        for address in ["10.0.0.1", "100.64.0.1", "192.0.2.1", "fd00::1", "2001:db8::1"] {
            assert!(!fit(address, false) && fit(address, true), "{address}");
        }
        let never = ["0.0.0.0", "127.0.0.1", "169.254.1.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1"];
        for address in never.into_iter().chain(["ff02::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8"]) {
            assert!(!fit(address, false) && !fit(address, true), "{address}");
        }
        assert!(fit("8.8.8.8", false) && fit("2a00::1", false));
    }
}
