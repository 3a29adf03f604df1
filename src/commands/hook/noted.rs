//! Events with their times, and what several of them come to.

use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::address::Handed;
use crate::config::{Caller, Event, Kind, NamedConfig};
use crate::dns::Name;

use super::super::follow::Signals;

/// An event, and when it came: the time since the machine was started, which nobody sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Noted {
    pub(super) event: Event,
    pub(super) at: Duration,
}

impl Noted {
    /// An event of now.
    pub(super) fn now(event: Event) -> Self {
        // What a line of the spool can say.
        let at = Duration::from_millis(u64::try_from(since_boot().as_millis()).unwrap_or(u64::MAX));
        Self { event, at }
    }

    /// How long ago it was.
    pub(super) fn age(&self) -> Duration {
        since_boot().saturating_sub(self.at)
    }

    /// As a line of the spool.
    pub(super) fn to_line(&self) -> String {
        format!("{} {}", self.at.as_millis(), self.event.to_json())
    }

    /// Of a line of the spool, if it is whole.
    pub(super) fn from_line(line: &str) -> Option<Self> {
        let (at, event) = line.split_once(' ')?;
        Some(Self { event: Event::from_json(event)?, at: Duration::from_millis(at.parse().ok()?) })
    }
}

/// What the events come to: the last says what is, and all of them what was.
pub(super) fn signals(events: &[Noted], last: &Noted, dealt: &Rc<RefCell<Vec<(Name, IpAddr)>>>) -> Signals {
    let interface = last.event.interface.clone();
    let handed = Handed { interface: Some(interface.clone()), addresses: last.event.handed.clone() };
    let lost = events.iter().flat_map(|noted| noted.event.lost.iter().map(|lost| (interface.clone(), *lost)));
    Signals {
        kind: Some(last.event.kind),
        is_emptied: last.event.empties_interface(),
        handed: (last.event.kind == Kind::Up).then_some(handed),
        lost: lost.collect(),
        dealt: dealt.clone(),
        age: Some(last.age()),
        link: Some(link(events)),
        interface: Some(interface),
        given: Vec::new(),
    }
}

/// Which link the interface is now: what pppd said last of it counts.
fn link(events: &[Noted]) -> Option<String> {
    let of_pppd = events.iter().rev().find(|noted| noted.event.caller == Caller::Pppd);
    of_pppd.and_then(|noted| noted.event.ipparam.clone())
}

/// Whether one of these events was of the name's link. If a later one was not, that link is gone.
pub(super) fn was_its_link(named: &NamedConfig, events: &[Noted]) -> bool {
    let mut of_pppd = events.iter().filter(|noted| noted.event.caller == Caller::Pppd);
    named.ipparam.value.is_none() || of_pppd.any(|noted| noted.event.ipparam == named.ipparam.value)
}

fn since_boot() -> Duration {
    Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_comes_out_of_its_line_as_it_went_in() {
        let event = Event {
            caller: Caller::Pppd,
            interface: "ppp0".to_owned(),
            ipparam: Some("cable".to_owned()),
            kind: Kind::Down,
            handed: Vec::new(),
            lost: vec!["203.0.113.7".parse().unwrap()],
        };
        let noted = Noted::now(event);
        assert_eq!(Noted::from_line(&noted.to_line()), Some(noted));
        for line in ["", "x", "12", "12 {}", "-1 {}", "99999999999999999999999 {}"] {
            assert_eq!(Noted::from_line(line), None, "{line}");
        }
    }
}
