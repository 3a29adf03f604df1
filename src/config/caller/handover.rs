//! One call as it came: the words, the environment, and the rules that all callers share.

use std::net::IpAddr;

use super::{Caller, CallerError, Event, Kind};

/// How many addresses of one kind are looked for where a caller numbers them.
const NUMBERED: usize = 64;

/// What a caller handed over.
pub(super) struct Handover<'a> {
    caller: Caller,
    said: Option<Kind>,
    words: &'a [String],
    environment: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Handover<'a> {
    /// Takes a leading `up` or `down` from the words: that was written by who installed the hook, not by the caller.
    pub(super) fn new(caller: Caller, words: &'a [String], environment: &'a dyn Fn(&str) -> Option<String>) -> Self {
        let said = match words.first().map(String::as_str) {
            Some("up") => Some(Kind::Up),
            Some("down") => Some(Kind::Down),
            _ => None,
        };
        Self { caller, said, words: &words[usize::from(said.is_some())..], environment }
    }

    /// The caller's arguments counted from 1, as in a shell; `None` where it is absent or empty.
    pub(super) fn argument(&self, number: usize) -> Option<String> {
        self.words.get(number.checked_sub(1)?).filter(|word| !word.is_empty()).cloned()
    }

    /// A variable; `None` where it is unset or empty.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name).filter(|value| !value.is_empty())
    }

    /// The addresses in the words of a variable.
    pub(super) fn addresses(&self, name: &str) -> Vec<IpAddr> {
        let value = self.variable(name).unwrap_or_default();
        value.split_whitespace().filter_map(address).collect()
    }

    /// The address in the first word of each of a row of variables that are numbered without a gap.
    pub(super) fn numbered(&self, first: usize, name: &dyn Fn(usize) -> String) -> Vec<IpAddr> {
        let values = (first..first + NUMBERED).map_while(|number| self.variable(&name(number)));
        values.filter_map(|value| address(value.split_whitespace().next()?)).collect()
    }

    /// Up or down: what the hook's file says, else what the caller says.
    ///
    /// # Errors
    /// When neither says anything.
    pub(super) fn kind(&self, caller: Option<Kind>) -> Result<Kind, CallerError> {
        self.said.or(caller).ok_or(CallerError::NoKind(self.caller))
    }

    /// The event of an interface that has the addresses `present`, and no longer those that are `gone`.
    ///
    /// # Errors
    /// When no interface is named, or what can be none.
    pub(super) fn event(
        &self,
        name: Option<String>,
        kind: Kind,
        present: Vec<IpAddr>,
        gone: Vec<IpAddr>,
    ) -> Result<Option<Event>, CallerError> {
        let name = name.ok_or(CallerError::NoInterface(self.caller))?;
        let interface = interface(&name).ok_or(CallerError::Interface(self.caller, name))?;
        // An interface that has gone has lost what it had.
        let (handed, lost) = match kind {
            Kind::Up => (once(present), once(gone)),
            Kind::Down => (Vec::new(), once(present.into_iter().chain(gone).collect())),
        };
        let lost = lost.into_iter().filter(|address| !handed.contains(address)).collect();
        Ok(Some(Event { caller: self.caller, interface, ipparam: None, kind, handed, lost }))
    }
}

/// An address as callers write it, with its prefix length or its scope or neither. `None` for what is no address of a
/// machine towards others: one that is link-local, the one that stands for none, and what is no address at all.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.split(['/', '%']).next()?.parse().ok()?;
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    (!link_local && !address.is_unspecified()).then_some(address)
}

/// A name that the kernel gives to interfaces, and that can be a part of a file's name.
pub(super) fn interface(name: &str) -> Option<String> {
    let strange = |c: char| c.is_whitespace() || c.is_control() || c == '/' || c == ':';
    let fits = (1..16).contains(&name.len()) && ![".", ".."].contains(&name) && !name.contains(strange);
    fits.then(|| name.to_owned())
}

fn once(addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let mut once = Vec::new();
    for address in addresses {
        if !once.contains(&address) {
            once.push(address);
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_loses_its_length_and_its_scope_and_a_link_local_one_is_none() {
        let text = |text: &str| address(text).map(|address| address.to_string());
        for (given, wanted) in [
            ("203.0.113.10", Some("203.0.113.10")),
            ("203.0.113.10/24", Some("203.0.113.10")),
            ("2001:DB8::0010/64", Some("2001:db8::10")),
            ("2001:db8::10%ppp0", Some("2001:db8::10")),
            ("10.0.0.1", Some("10.0.0.1")),
            ("fe80::1", None),
            ("fe80::1%ppp0", None),
            ("febf::1/64", None),
            ("169.254.7.7/16", None),
            ("0.0.0.0", None),
            ("::", None),
            ("", None),
            ("/24", None),
            ("203.0.113", None),
            ("(DHCPv4", None),
        ] {
            assert_eq!(text(given).as_deref(), wanted, "{given}");
        }
    }

    #[test]
    fn an_interface_is_what_the_kernel_would_take() {
        for name in ["ppp0", "eth0.10", "br-lan", "enp0s31f6", "wg_home", "..."] {
            assert_eq!(interface(name).as_deref(), Some(name));
        }
        for name in ["", ".", "..", "a/b", "eth0:1", "a b", "a\nb", "sixteen-octets-x"] {
            assert_eq!(interface(name), None, "{name}");
        }
    }
}
