//! What the interfaces have that names follow, as far as it bears on the choice of an address.

use std::net::IpAddr;

use crate::address::interface;
use crate::source::{Held, fit};

/// Each interface with its addresses; `None` for one that is gone or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) struct Snapshot(Vec<(String, Option<Vec<Held>>)>);

impl Snapshot {
    /// These interfaces, now.
    pub(in crate::commands) fn of<'s>(names: impl Iterator<Item = &'s str>) -> Self {
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        names.dedup();
        Self(names.into_iter().map(|name| (name.to_owned(), interface::addresses(name).ok())).collect())
    }

    /// Whether it is of an interface of this name too.
    pub(in crate::commands) fn follows(&self, name: &str) -> bool {
        self.0.iter().any(|(interface, _)| interface == name)
    }

    /// Whether an interface has any address that could be published.
    pub(in crate::commands) fn has_any(&self, interface: Option<&str>) -> bool {
        self.addresses().any(|(name, address)| Some(name) == interface && fit(address, true).is_ok())
    }

    /// Whether an interface has an address.
    pub(in crate::commands) fn holds(&self, name: &str, address: IpAddr) -> bool {
        self.addresses().any(|(interface, held)| interface == name && held == address)
    }

    /// All addresses with their interfaces.
    pub(in crate::commands) fn addresses(&self) -> impl Iterator<Item = (&str, IpAddr)> {
        self.0.iter().flat_map(|(name, held)| held.iter().flatten().map(move |held| (name.as_str(), held.address)))
    }
}
