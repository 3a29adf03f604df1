//! The name under which an address is looked up backwards.

use std::net::IpAddr;

use super::Name;

/// `7.113.0.203.in-addr.arpa.` of 203.0.113.7 (RFC 1035 §3.5), and the nibbles under `ip6.arpa.` of an IPv6 address
/// (RFC 3596 §2.5).
pub fn reverse_name(address: IpAddr) -> Name {
    let text = match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa.")
        }
        IpAddr::V6(address) => {
            let nibbles = address.octets().into_iter().rev().map(|octet| format!("{:x}.{:x}.", octet & 15, octet >> 4));
            format!("{}ip6.arpa.", nibbles.collect::<String>())
        }
    };
    // Digits, dots and two fixed endings, below 255 octets: always a name.
    Name::parse(&text).unwrap_or_else(|_| Name::root())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_have_their_tree() {
        let of = |text: &str| reverse_name(text.parse().unwrap()).to_string();
        assert_eq!(of("203.0.113.7"), "7.113.0.203.in-addr.arpa.");
        assert_eq!(
            of("2001:db8::567:89ab"),
            "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."
        );
    }
}
