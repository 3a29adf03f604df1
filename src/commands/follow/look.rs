//! What each name is to hold now: its source is asked, and `on-down` where there is no address.

use std::net::IpAddr;
use std::time::Duration;

use crate::address::{self, Circumstances, Found, Handed};
use crate::config::{Kind, OnDown};
use crate::dns::{Rdata, RecordType};
use crate::exit::Exit;
use crate::output::Message;
use crate::proto::goal::{Goal, Target};
use crate::source::{Family, Source};

use super::super::whoami::whoami;
use super::plan::Item;
use super::verdict::End;

/// What is known of the events that led to a look; nothing for one without.
#[derive(Debug, Clone, Default)]
pub(in crate::commands) struct Signals {
    /// The interface that they are about; all of them if there is none.
    pub(in crate::commands) interface: Option<String>,
    /// What the last of them said.
    pub(in crate::commands) kind: Option<Kind>,
    /// The addresses that the caller handed over.
    pub(in crate::commands) handed: Option<Handed>,
    /// Addresses that interfaces had, by what the caller or the kernel said.
    pub(in crate::commands) lost: Vec<(String, IpAddr)>,
    /// Addresses that the command line gives.
    pub(in crate::commands) given: Vec<IpAddr>,
    /// How long ago the last of them was; `None` without an event.
    pub(in crate::commands) age: Option<Duration>,
}

/// How long an interface that is said to be down may go on showing the address: NetworkManager and ifupdown call some
/// hooks before they take it away.
const FAREWELL: Duration = Duration::from_secs(5);

/// What is to be done for an item.
#[derive(Debug, Clone)]
pub(super) enum Wish {
    /// This.
    Targets(Vec<Target>),
    /// Nothing, and what that means.
    Nothing(End),
}

impl Wish {
    /// Whether both come to the same.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Targets(these), Self::Targets(those)) => these == those,
            (Self::Nothing(_), Self::Nothing(_)) => true,
            _ => false,
        }
    }
}

/// Looks where the item's address comes from. `server` is whom its zone's questions go to.
pub(super) async fn look(item: &Item, signals: &Signals, server: Option<IpAddr>) -> Wish {
    let named = &item.member.named;
    let Some(source) = named.source(item.family) else { return Wish::Nothing(End::Left("off".to_owned())) };
    let allow_private = named.allow_private.value;
    let concerned = signals.interface.is_none() || source.interface().is_none_or(|own| is_about(signals, own));
    let handed = signals.handed.as_ref().filter(|_| concerned);
    let around = Circumstances { server, given: &signals.given, handed, allow_private };
    let found = match (source, address::find(source, item.family, &around).await) {
        (_, Some(found)) => found,
        (Source::Dns(question), None) => match whoami(question, named.primary.source.value).await {
            Ok(address) => address::judge(address, item.family, allow_private),
            Err(why) => Found::Unknown(why),
        },
        (_, None) => Found::Unknown(format!("{source} cannot be asked")),
    };
    let is_ours = |interface: &str| source.interface().is_none_or(|own| own == interface);
    let lost = signals.lost.iter().filter(|(interface, lost)| is_ours(interface) && Family::of(*lost) == item.family);
    let lost: Vec<IpAddr> = lost.map(|(_, lost)| *lost).collect();
    let is_down = signals.kind == Some(Kind::Down) && concerned;
    let younger = |than: Duration| signals.age.is_some_and(|age| age < than);
    match found {
        // The caller was told that it goes, and the kernel still has it: one of the two is a moment behind.
        Found::This(address) if is_down && (lost.is_empty() || lost.contains(&address)) && younger(FAREWELL) => {
            Wish::Nothing(End::Waiting(format!("{address} is said to go and is there still")))
        }
        Found::This(address) => Wish::Targets(vec![target(item, Goal::Exactly(vec![rdata(address)]))]),
        Found::Gone(_) | Found::Nothing(_) if !lost.is_empty() => down(item, &lost),
        Found::Gone(interface) if signals.kind.is_some() => {
            Wish::Nothing(End::Left(format!("superseded: {interface} is gone")))
        }
        Found::Nothing(why) if is_down => Wish::Nothing(End::Left(why)),
        Found::Nothing(why) if younger(named.wait_for_address.value) => Wish::Nothing(End::Waiting(why)),
        Found::Nothing(why) => Wish::Nothing(End::Absent(why)),
        Found::Gone(interface) => none(
            format!("there is no interface {interface}"),
            Some("ip address shows the interfaces and their addresses".to_owned()),
        ),
        Found::Unfit { why, may_be_allowed } => {
            none(why, may_be_allowed.then(|| "allow-private = true publishes it all the same".to_owned()))
        }
        Found::Unknown(why) => none(why, None),
    }
}

/// Whether the events are about this interface.
fn is_about(signals: &Signals, interface: &str) -> bool {
    signals.interface.as_deref().is_none_or(|about| about == interface)
}

/// The interface has lost these addresses and has no other: what `on-down` says. Only our own value is ever touched.
fn down(item: &Item, lost: &[IpAddr]) -> Wish {
    let on_down = &item.member.named.on_down.value;
    let goal = |lost: &IpAddr| match on_down.fall_back(item.family) {
        Some(other) => Goal::Replacing(rdata(*lost), rdata(other)),
        None => Goal::Excluding(rdata(*lost)),
    };
    match (on_down, on_down.fall_back(item.family)) {
        (OnDown::Keep, _) | (OnDown::FallBack { .. }, None) => {
            Wish::Nothing(End::Left("the address is gone, and the record is kept (on-down)".to_owned()))
        }
        _ => Wish::Targets(lost.iter().map(|lost| target(item, goal(lost))).collect()),
    }
}

fn none(why: String, hint: Option<String>) -> Wish {
    let what = format!("no address to publish: {why}");
    Wish::Nothing(End::Failed(Exit::NoAddress, Message { what, hint }))
}

fn target(item: &Item, goal: Goal) -> Target {
    let ttl = match goal {
        Goal::Exactly(_) => item.member.named.primary.ttl.value,
        _ => None,
    };
    Target { name: item.name().clone(), record_type: record_type(item), goal, ttl }
}

/// The type of an item's records.
pub(super) fn record_type(item: &Item) -> RecordType {
    item.family.record_type()
}

/// An address as data.
pub(super) fn rdata(address: IpAddr) -> Rdata {
    match address {
        IpAddr::V4(address) => Rdata::from_octets(address.octets().to_vec()),
        IpAddr::V6(address) => Rdata::from_octets(address.octets().to_vec()),
    }
}
