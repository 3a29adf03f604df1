//! What the programs that bring links up and down hand to a hook, told alike: which interface, up or down, which
//! addresses. Arguments and environment come in as values; nothing is looked up here.

mod dhclient;
mod dhcpcd;
mod event;
mod handover;
mod ifupdown;
mod network_manager;
mod networkd_dispatcher;
mod pppd;

use std::fmt;
use std::str::FromStr;

pub use event::{Event, Kind};
use handover::Handover;

/// The programs that call hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// pppd, from /etc/ppp/ip-up and its kin, or from Debian's directories behind them (pppd(8), SCRIPTS).
    Pppd,
    /// ISC's dhclient, from its exit hooks (dhclient-script(8)).
    Dhclient,
    /// dhcpcd, from its hooks (dhcpcd-run-hooks(8)).
    Dhcpcd,
    /// NetworkManager, from its dispatcher (NetworkManager-dispatcher(8)).
    NetworkManager,
    /// ifup and ifdown (interfaces(5)).
    Ifupdown,
    /// networkd-dispatcher, which speaks for systemd-networkd (networkd-dispatcher(8)).
    NetworkdDispatcher,
}

/// Why a call could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallerError {
    /// Not the word for any of them.
    #[error("{0:?} is no caller that is known here: {words}", words = words())]
    Unknown(String),
    /// No interface was named.
    #[error("{0} named no interface: {place} is missing", place = .0.interface_place())]
    NoInterface(Caller),
    /// What was named can be no interface.
    #[error("{1:?}, as {0} names it, is no name of an interface (1 to 15 octets, no blank, slash or colon)")]
    Interface(Caller, String),
    /// Neither up nor down.
    #[error("{0} did not say whether the interface went up or down: {place} is missing", place = .0.kind_place())]
    NoKind(Caller),
}

/// Reads one call: the words behind the caller's name on the command line, the first of which may be `up` or `down`,
/// and the environment, where a variable that is empty is as good as none.
///
/// `None` is a call that concerns nobody: a preparation, a renewed host name, the loopback interface. A word `up` or
/// `down` wins over what the caller says of that itself; pppd says nothing of it and needs the word.
///
/// # Errors
/// [`CallerError`], when the call lacks what the caller always hands over.
pub fn read(
    caller: Caller,
    words: &[String],
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Event>, CallerError> {
    let handover = Handover::new(caller, words, environment);
    match caller {
        Caller::Pppd => pppd::read(&handover),
        Caller::Dhclient => dhclient::read(&handover),
        Caller::Dhcpcd => dhcpcd::read(&handover),
        Caller::NetworkManager => network_manager::read(&handover),
        Caller::Ifupdown => ifupdown::read(&handover),
        Caller::NetworkdDispatcher => networkd_dispatcher::read(&handover),
    }
}

impl Caller {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Pppd, Self::Dhclient, Self::Dhcpcd, Self::NetworkManager, Self::Ifupdown, Self::NetworkdDispatcher];

    /// Where it names the interface.
    fn interface_place(self) -> &'static str {
        match self {
            Self::Pppd => "its first argument, or PPP_IFACE or IFNAME in the environment,",
            Self::Dhclient | Self::Dhcpcd => "the variable interface",
            Self::NetworkManager => "its first argument, or DEVICE_IP_IFACE in the environment,",
            Self::Ifupdown | Self::NetworkdDispatcher => "the variable IFACE",
        }
    }

    /// Where it says whether it is up or down.
    fn kind_place(self) -> &'static str {
        match self {
            Self::Pppd => "the word up or down",
            Self::Dhclient | Self::Dhcpcd => "the variable reason",
            Self::NetworkManager => "its second argument, or NM_DISPATCHER_ACTION in the environment,",
            Self::Ifupdown => "the variable MODE",
            Self::NetworkdDispatcher => "the variable STATE",
        }
    }

    /// A call as it is meant.
    fn example(self) -> &'static str {
        match self {
            Self::Pppd => "the line in ip-up.d is: nsup hook pppd up \"$@\"",
            Self::Dhclient => "dhclient sets it; by hand: reason=BOUND interface=eth0 nsup hook dhclient",
            Self::Dhcpcd => "dhcpcd sets it; by hand: reason=BOUND interface=eth0 nsup hook dhcpcd",
            Self::NetworkManager => "the line in dispatcher.d is: nsup hook networkmanager \"$@\"",
            Self::Ifupdown => "ifup sets it; by hand: IFACE=eth0 MODE=start nsup hook ifupdown",
            Self::NetworkdDispatcher => "by hand: IFACE=eth0 STATE=routable nsup hook networkd-dispatcher",
        }
    }
}

impl CallerError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown(_) => None,
            Self::NoInterface(caller) | Self::Interface(caller, _) | Self::NoKind(caller) => {
                Some(caller.example().to_owned())
            }
        }
    }
}

impl FromStr for Caller {
    type Err = CallerError;

    fn from_str(word: &str) -> Result<Self, CallerError> {
        let found = Self::ALL.into_iter().find(|caller| caller.to_string() == word);
        found.ok_or_else(|| CallerError::Unknown(word.to_owned()))
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pppd => "pppd",
            Self::Dhclient => "dhclient",
            Self::Dhcpcd => "dhcpcd",
            Self::NetworkManager => "networkmanager",
            Self::Ifupdown => "ifupdown",
            Self::NetworkdDispatcher => "networkd-dispatcher",
        })
    }
}

fn words() -> String {
    Caller::ALL.map(|caller| caller.to_string()).join(", ")
}

#[cfg(test)]
mod tests;
