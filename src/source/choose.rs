//! Which of the addresses that an interface has is the one to publish.

use std::cmp::Reverse;
use std::fmt;
use std::net::IpAddr;

use super::{Family, Range, fit, special_range};

/// An address that an interface has, as the kernel tells it (`linux/if_addr.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The host's own address, not its peer's.
    pub address: IpAddr,
    /// The length of the network's prefix, in bits.
    pub prefix_length: u8,
    /// IPv6: made up for privacy, and replaced from time to time (`IFA_F_TEMPORARY`, RFC 8981).
    pub temporary: bool,
    /// IPv6: not to be used for what is new (`IFA_F_DEPRECATED`, RFC 4862 §5.5.4).
    pub deprecated: bool,
    /// IPv6: not known to be nobody else's, or known not to be (`IFA_F_TENTATIVE` without `IFA_F_OPTIMISTIC`,
    /// `IFA_F_DADFAILED`; RFC 4862 §5.4).
    pub tentative: bool,
    /// IPv4: not the first of its network (`IFA_F_SECONDARY`).
    pub secondary: bool,
    /// Without a time at which it ends (`IFA_F_PERMANENT`).
    pub permanent: bool,
    /// When it was added, in hundredths of a second since the kernel booted (`ifa_cacheinfo.cstamp`), which starts again
    /// after 497 days. Unlike the lifetimes, it stays what it is.
    pub created: u32,
}

/// Why none of the addresses is to be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// There is none of the family.
    #[error("no {0} address")]
    None(Family),
    /// There is none yet but what every interface has or what is not usable yet (link-local, tentative): one may come
    /// soon.
    #[error("no usable {0} address, only: {1}")]
    NotYet(Family, Skipped),
    /// There are some, and none is fit.
    #[error("no {0} address fit to publish: {1}")]
    Only(Family, Skipped),
}

impl Unfit {
    /// Whether an address would be fit if private ones were allowed.
    pub fn may_be_allowed(&self) -> bool {
        let Self::Only(_, Skipped(skipped)) = self else { return false };
        skipped.iter().any(|(_, skip)| matches!(skip, Skip::Range(range) if range.may_be_allowed()))
    }
}

/// The addresses that were passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped(pub Vec<(IpAddr, Skip)>);

/// Why an address is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// It will be replaced by chance.
    Temporary,
    /// Its network is on the way out.
    Deprecated,
    /// It may be somebody else's.
    Tentative,
    /// Not everybody who asks could reach it.
    Range(&'static Range),
}

/// The address of the family to publish. What does not change is preferred, so that two looks at the same addresses find
/// the same one however long they still live: global before private, primary before secondary, without an end before
/// with one, then the one added last (a new prefix beats an old one that nobody has deprecated), then the lowest.
///
/// # Errors
/// [`Unfit`].
pub fn choose(held: &[Held], family: Family, allow_private: bool) -> Result<&Held, Unfit> {
    let of_family = || held.iter().filter(|held| Family::of(held.address) == family);
    let fit = of_family().filter(|held| skip(held, allow_private).is_none());
    let best = fit.min_by_key(|held| {
        let private = special_range(held.address).is_some();
        (private, held.secondary, !held.permanent, Reverse(held.created), held.address)
    });
    best.ok_or_else(|| {
        let skipped: Vec<_> = of_family().filter_map(|held| Some((held.address, skip(held, allow_private)?))).collect();
        if skipped.is_empty() {
            Unfit::None(family)
        } else if skipped.iter().all(|(address, skip)| *skip == Skip::Tentative || is_link_local(*address)) {
            Unfit::NotYet(family, Skipped(skipped))
        } else {
            Unfit::Only(family, Skipped(skipped))
        }
    })
}

fn skip(held: &Held, allow_private: bool) -> Option<Skip> {
    // The range first: a private address is not made fit by its ceasing to be tentative.
    match fit(held.address, allow_private) {
        Err(range) => Some(Skip::Range(range)),
        Ok(()) if held.tentative => Some(Skip::Tentative),
        Ok(()) if held.deprecated => Some(Skip::Deprecated),
        Ok(()) if held.temporary => Some(Skip::Temporary),
        Ok(()) => None,
    }
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// So many are told one by one.
        const TOLD: usize = 8;
        for (number, (address, skip)) in self.0.iter().take(TOLD).enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{address} {skip}")?;
        }
        match self.0.len().saturating_sub(TOLD) {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Temporary => f.write_str("is temporary"),
            Self::Deprecated => f.write_str("is deprecated"),
            Self::Tentative => f.write_str("is tentative"),
            Self::Range(range) => write!(f, "is in {range}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(address: &str) -> Held {
        Held {
            address: address.parse().unwrap(),
            prefix_length: 64,
            temporary: false,
            deprecated: false,
            tentative: false,
            secondary: false,
            permanent: false,
            created: 100,
        }
    }

    fn chosen(held: &[Held], family: Family, allow_private: bool) -> Result<String, String> {
        // In whatever order the kernel tells them.
        let backwards: Vec<Held> = held.iter().rev().copied().collect();
        let text = |result: Result<&Held, Unfit>| result.map(|held| held.address);
        let (one, other) = (text(choose(held, family, allow_private)), text(choose(&backwards, family, allow_private)));
        assert_eq!(one.as_ref().ok(), other.as_ref().ok());
        one.map(|address| address.to_string()).map_err(|unfit| unfit.to_string())
    }

    #[test]
    fn the_stable_global_address_is_taken_among_all_kinds() {
        let all = [
            held("fe80::1"),
            held("fd00::1"),
            Held { temporary: true, created: 900, ..held("2a00::7") },
            Held { deprecated: true, created: 900, ..held("2a00::8") },
            Held { tentative: true, created: 900, ..held("2a00::9") },
            held("2a00::a"),
            held("8.8.8.8"),
        ];
        assert_eq!(chosen(&all, Family::V6, false).unwrap(), "2a00::a");
        assert_eq!(chosen(&all, Family::V6, true).unwrap(), "2a00::a");
        assert_eq!(chosen(&all, Family::V4, false).unwrap(), "8.8.8.8");
    }

    #[test]
    fn what_is_static_wins_then_what_came_last_then_the_lowest() {
        let fixed = Held { permanent: true, created: 1, ..held("2a00::f") };
        let old = Held { created: 100, ..held("2a00:1::1") };
        let new = Held { created: 200, ..held("2a00:2::2") };
        let twin = Held { created: 200, ..held("2a00:2::1") };
        assert_eq!(chosen(&[old, new, fixed], Family::V6, false).unwrap(), "2a00::f");
        assert_eq!(chosen(&[old, new], Family::V6, false).unwrap(), "2a00:2::2");
        assert_eq!(chosen(&[old, new, twin], Family::V6, false).unwrap(), "2a00:2::1");
    }

    #[test]
    fn of_ipv4_the_global_one_is_taken_then_the_primary() {
        let private = Held { permanent: true, created: 900, ..held("192.168.0.2") };
        let secondary = Held { secondary: true, permanent: true, created: 900, ..held("8.8.8.7") };
        let primary = held("8.8.8.8");
        assert_eq!(chosen(&[private, secondary, primary], Family::V4, true).unwrap(), "8.8.8.8");
        assert_eq!(chosen(&[private, secondary], Family::V4, true).unwrap(), "8.8.8.7");
        assert_eq!(chosen(&[private], Family::V4, true).unwrap(), "192.168.0.2");
    }

    #[test]
    fn none_not_yet_and_none_that_is_fit_are_told_apart() {
        let tentative = Held { tentative: true, ..held("2a00::9") };
        let unfit = |held: &[Held], family| choose(held, family, false).unwrap_err();
        assert_eq!(unfit(&[held("2a00::1")], Family::V4), Unfit::None(Family::V4));
        assert_eq!(unfit(&[], Family::V6).to_string(), "no IPv6 address");
        assert!(matches!(unfit(&[held("fe80::1"), tentative], Family::V6), Unfit::NotYet(..)));
        assert!(matches!(unfit(&[held("169.254.0.1")], Family::V4), Unfit::NotYet(..)));
        let private = unfit(&[held("192.168.0.2")], Family::V4);
        assert!(private.may_be_allowed() && matches!(private, Unfit::Only(..)));
        assert_eq!(
            private.to_string(),
            "no IPv4 address fit to publish: 192.168.0.2 is in 192.168.0.0/16 (private, RFC 1918)"
        );
        let deprecated = unfit(&[Held { deprecated: true, ..held("2a00::8") }, held("fe80::1")], Family::V6);
        assert!(!deprecated.may_be_allowed() && matches!(deprecated, Unfit::Only(..)));
        assert_eq!(
            deprecated.to_string(),
            "no IPv6 address fit to publish: 2a00::8 is deprecated, fe80::1 is in fe80::/10 (link-local, RFC 4291)"
        );
    }

    #[test]
    fn link_local_and_loopback_are_not_taken_where_private_ones_are_allowed() {
        assert!(matches!(choose(&[held("fe80::1")], Family::V6, true), Err(Unfit::NotYet(..))));
        assert!(matches!(choose(&[held("::1")], Family::V6, true), Err(Unfit::Only(..))));
        assert_eq!(chosen(&[held("fe80::1"), held("fd00::1")], Family::V6, true).unwrap(), "fd00::1");
    }

    #[test]
    fn a_long_list_of_what_is_skipped_is_cut() {
        let many: Vec<Held> = (1..=20).map(|number| held(&format!("10.0.0.{number}"))).collect();
        assert!(chosen(&many, Family::V4, false).unwrap_err().ends_with(", and 12 more"));
    }
}
