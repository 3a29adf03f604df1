//! What happens besides the update: when an address goes away, and after a run.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use crate::source::Family;

use super::fault::Fault;
use super::tree::Item;

/// What becomes of a name when its address has gone away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDown {
    /// It stays as it is.
    Keep,
    /// Its records of that family are removed.
    Remove,
    /// It gets another address; a family without one stays as it is.
    FallBack {
        /// The IPv4 one.
        v4: Option<Ipv4Addr>,
        /// The IPv6 one.
        v6: Option<Ipv6Addr>,
    },
}

/// How a run ended for a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The name was brought to another value.
    Changed,
    /// It had the value already.
    Unchanged,
    /// It could not be brought to it.
    Failed,
}

/// The events by their words.
const EVENTS: &[(&str, Occasion)] =
    &[("changed", Occasion::Changed), ("unchanged", Occasion::Unchanged), ("failed", Occasion::Failed)];

impl OnDown {
    /// The address to fall back to.
    pub fn fall_back(self, family: Family) -> Option<IpAddr> {
        match (self, family) {
            (Self::FallBack { v4, .. }, Family::V4) => v4.map(IpAddr::V4),
            (Self::FallBack { v6, .. }, Family::V6) => v6.map(IpAddr::V6),
            _ => None,
        }
    }

    pub(super) fn read(item: &Item<'_>) -> Result<Self, Fault> {
        match item.value.as_str() {
            Some("keep") => return Ok(Self::Keep),
            Some("remove") => return Ok(Self::Remove),
            _ => {}
        }
        let (mut fall_v4, mut fall_v6) = (None, None);
        for one in item.one_or_list()? {
            let text = one.text_of_list()?;
            let taken = match text.parse() {
                Ok(IpAddr::V4(address)) => fall_v4.replace(address).is_some(),
                Ok(IpAddr::V6(address)) => fall_v6.replace(address).is_some(),
                Err(_) if one.is_element => {
                    let fault = one.fault(format!("{text:?} is no address to fall back to"));
                    return Err(fault.hint("keep and remove stand alone"));
                }
                Err(_) => {
                    let fault =
                        one.fault(format!("{text:?} is neither keep nor remove nor an address to fall back to"));
                    return Err(fault.suggest(text, &["keep", "remove"]));
                }
            };
            if taken {
                return Err(one.fault(format!("{text} is the second address of its family")));
            }
        }
        Ok(Self::FallBack { v4: fall_v4, v6: fall_v6 })
    }
}

/// Reads a program and its arguments.
pub(super) fn program(item: &Item<'_>) -> Result<Vec<String>, Fault> {
    let like = "like [\"/usr/local/bin/program\", \"argument\"]";
    let words = item.list("a list of texts").map_err(|fault| fault.hint(like))?;
    let Some(first) = words.first() else {
        return Err(item.fault("is an empty list").hint("on-change-events = [] where nothing is to run"));
    };
    let path = first.text("a text")?;
    if !Path::new(path).is_absolute() {
        return Err(first.fault(format!("{path:?} is no absolute path")).hint(like));
    }
    words.iter().map(|word| word.any_text("a text").map(str::to_owned)).collect()
}

/// Reads after which events the program runs; after none, if the list is empty.
pub(super) fn events(item: &Item<'_>) -> Result<Vec<Occasion>, Fault> {
    let mut events = Vec::new();
    for one in item.list("a list of texts")? {
        let text = one.text("a text")?;
        let Some((_, event)) = EVENTS.iter().find(|(word, _)| *word == text) else {
            let words: Vec<&str> = EVENTS.iter().map(|(word, _)| *word).collect();
            return Err(one.fault(format!("{text:?} is no event")).suggest(text, &words));
        };
        if !events.contains(event) {
            events.push(*event);
        }
    }
    Ok(events)
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = EVENTS.iter().find(|(_, event)| event == self).map_or("", |(word, _)| word);
        f.write_str(word)
    }
}
