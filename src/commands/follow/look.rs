//! What each name is to hold now: its source is asked, and `on-down` where there is no address.

use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use crate::address::{self, Circumstances, Found, Handed};
use crate::config::{Kind, NamedConfig, OnDown};
use crate::dns::{Name, Rdata, RecordType};
use crate::exit::Exit;
use crate::output::Message;
use crate::proto::goal::{Goal, Target};
use crate::source::{Family, Source};

use super::answers::Answers;
use super::plan::Item;
use super::verdict::End;

/// What is known of the events that led to a look; nothing for one without.
#[derive(Debug, Clone, Default)]
pub(in crate::commands) struct Signals {
    /// The interface that they are about; all of them if there is none.
    pub(in crate::commands) interface: Option<String>,
    /// What the last of them said.
    pub(in crate::commands) kind: Option<Kind>,
    /// Whether the caller takes the whole interface down, and may say so before the kernel does it.
    pub(in crate::commands) is_emptied: bool,
    /// The addresses that the caller handed over.
    pub(in crate::commands) handed: Option<Handed>,
    /// Addresses that interfaces had, by what the caller or the kernel said.
    pub(in crate::commands) lost: Vec<(String, IpAddr)>,
    /// What has been made of these already, name by name: it is done once, or it would undo what others do later.
    pub(in crate::commands) dealt: Rc<RefCell<Vec<(Name, IpAddr)>>>,
    /// Addresses that the command line gives.
    pub(in crate::commands) given: Vec<IpAddr>,
    /// What the last pppd on the interface had for `ipparam`; `None` where all links are a name's own.
    pub(in crate::commands) link: Option<Option<String>>,
    /// How long ago the last of them was; `None` without an event.
    pub(in crate::commands) age: Option<Duration>,
}

/// How long an interface that is said to be down may go on showing the address: NetworkManager and ifupdown call some
/// hooks before they take it away, and wait for other people's.
const FAREWELL: Duration = Duration::from_secs(30);

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
pub(super) async fn look(item: &Item, signals: &Signals, server: Option<IpAddr>, answers: &Answers) -> Wish {
    let named = &item.member.named;
    let Some(source) = named.source(item.family) else { return Wish::Nothing(End::Left("off".to_owned())) };
    let allow_private = named.allow_private.value;
    let concerned = signals.interface.is_none() || source.interface().is_none_or(|own| is_about(signals, own));
    let handed = signals.handed.as_ref().filter(|_| concerned);
    let around = Circumstances { server, given: &signals.given, handed, allow_private };
    let found = match (&signals.interface, answers.about(item)) {
        // What it has is another link's.
        (Some(interface), _) if !is_its_link(named, signals) => Found::Gone(interface.clone()),
        (_, Some(found)) => found,
        (_, None) => {
            address::find(source, item.family, &around).await.unwrap_or(Found::Unknown(format!("{source}: not asked")))
        }
    };
    let lost = lost_of(item, signals);
    let is_down = signals.kind == Some(Kind::Down) && concerned;
    let younger = |than: Duration| signals.age.is_some_and(|age| age < than);
    match found {
        // The caller was told that it goes, and the kernel still has it: one of the two is a moment behind.
        Found::This(address) if is_down && (signals.is_emptied || lost.contains(&address)) && younger(FAREWELL) => {
            Wish::Nothing(End::Waiting(format!("{address} is said to go and is there still")))
        }
        Found::This(address) => Wish::Targets(vec![target(item, Goal::Exactly(vec![Rdata::from_address(address)]))]),
        // The link is up again, and its address still to come.
        Found::Nothing(why) if signals.kind == Some(Kind::Up) && younger(named.wait_for_address.value) => {
            Wish::Nothing(End::Waiting(why))
        }
        // So it may be beside what is there in any case, a unique local address for one.
        Found::Unfit { why, .. }
            if !lost.is_empty() && signals.kind == Some(Kind::Up) && younger(named.wait_for_address.value) =>
        {
            Wish::Nothing(End::Waiting(why))
        }
        Found::Gone(_) | Found::Nothing(_) | Found::Unfit { .. } if !lost.is_empty() => down(item, &lost),
        Found::Gone(interface) if signals.kind.is_some() => {
            Wish::Nothing(End::Gone(format!("superseded: {interface} is gone")))
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

/// Whether the link that the events are about is the name's.
pub(super) fn is_its_link(named: &NamedConfig, signals: &Signals) -> bool {
    let Some(link) = &signals.link else { return true };
    named.ipparam.value.is_none() || named.ipparam.value == *link
}

/// The addresses that the item's interface had and that nothing has been made of yet; of a host behind a prefix, those
/// that it had with it.
pub(super) fn lost_of(item: &Item, signals: &Signals) -> Vec<IpAddr> {
    let Some(source) = item.source() else { return Vec::new() };
    let is_ours = |interface: &str| source.interface().is_none_or(|own| own == interface);
    let lost = signals.lost.iter().filter(|(interface, lost)| is_ours(interface) && Family::of(*lost) == item.family);
    let address = |lost: IpAddr| match (source, lost) {
        // How long the prefix was is gone with the address: a host's network has 64 bits (RFC 4291 §2.5.1).
        (Source::Prefix(_, host), IpAddr::V6(lost)) => host.behind(lost, 64).map(IpAddr::V6),
        _ => Some(lost),
    };
    let lost = lost.filter_map(|(_, lost)| address(*lost));
    let dealt = signals.dealt.borrow();
    lost.filter(|lost| !dealt.iter().any(|(name, address)| name == item.name() && address == lost)).collect()
}

/// Whether the events are about this interface.
fn is_about(signals: &Signals, interface: &str) -> bool {
    signals.interface.as_deref().is_none_or(|about| about == interface)
}

/// The interface has lost these addresses and has no other: what `on-down` says. Only our own value is ever touched.
fn down(item: &Item, lost: &[IpAddr]) -> Wish {
    let on_down = &item.member.named.on_down.value;
    let goal = |lost: &IpAddr| match on_down.fall_back(item.family) {
        Some(other) => Goal::Replacing(Rdata::from_address(*lost), Rdata::from_address(other)),
        None => Goal::Excluding(Rdata::from_address(*lost)),
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
