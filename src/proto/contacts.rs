//! Whom to ask, how, and what has been learnt of them in this run.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::Key;

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A connection (RFC 1035 §4.2.2, RFC 7766).
    Tcp,
    /// A datagram (RFC 1035 §4.2.1).
    Udp,
    /// A connection that nobody else can read or write in (RFC 7858).
    Tls,
}

/// Which transports may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transports {
    /// TCP, and UDP where TCP cannot connect: RFC 2136 §7.8 sends whoever needs a true answer to TCP.
    #[default]
    TcpFirst,
    /// TCP only.
    Tcp,
    /// UDP, and TCP for what is too long for it.
    Udp,
    /// TLS and nothing else: what was to be hidden is never sent in the clear.
    Tls,
}

impl Transports {
    /// The port where the server is, unless somebody says another (RFC 1035 §4.2, RFC 7858 §3.1).
    pub fn port(self) -> u16 {
        if self == Self::Tls { 853 } else { 53 }
    }

    /// What is tried first.
    pub(super) fn first(self) -> Transport {
        match self {
            Self::TcpFirst | Self::Tcp => Transport::Tcp,
            Self::Udp => Transport::Udp,
            Self::Tls => Transport::Tls,
        }
    }
}

/// How long is waited for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// How long a connection may take to come about.
    pub connect: Duration,
    /// How long an answer over a connection may take.
    pub answer: Duration,
    /// How long an answer to a datagram may take, from the first time that it is sent.
    pub datagram: Duration,
    /// When the same datagram is sent, counted from the first time; identical octets, so that a server which gets it
    /// twice can see it.
    pub sends: Vec<Duration>,
}

/// The servers of a zone, the key they know, and what one run has learnt of them.
#[derive(Debug, Clone)]
pub struct Contacts {
    /// `None` where nothing is to be signed.
    pub(super) key: Option<Arc<Key>>,
    pub(super) transports: Transports,
    pub(super) patience: Patience,
    servers: Vec<SocketAddr>,
    /// By which names they are known, as far as they are.
    hosts: HashMap<SocketAddr, Arc<str>>,
    /// Which server answered last. What was read at one is changed at the same one.
    current: usize,
    clock: Clock,
}

impl Default for Patience {
    fn default() -> Self {
        let (connect, answer) = (Duration::from_secs(5), Duration::from_secs(10));
        let sends = vec![Duration::ZERO, Duration::from_secs(2), Duration::from_secs(5)];
        Self { connect, answer, datagram: answer, sends }
    }
}

/// The difference between the clocks, once a server has told its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Clock {
    /// Nothing is known: our clock is taken for right.
    #[default]
    Ours,
    /// A server has said, in an answer that verified, that its clock is so many seconds ahead of ours.
    Ahead(i64),
}

/// No server's clock can be before the day that this was written: seconds since 1970.
const EARLIEST: u64 = 1_795_305_600;

/// Nor fifty years later.
const LATEST: u64 = EARLIEST + 50 * 365 * 86_400;

impl Contacts {
    /// Starts with what is configured. The servers are tried in their order. Without a key nothing is signed, and
    /// whatever fits is believed.
    pub fn new(key: impl Into<Option<Arc<Key>>>, servers: Vec<SocketAddr>, transports: Transports) -> Self {
        let (key, patience) = (key.into(), Patience::default());
        Self { key, transports, patience, servers, hosts: HashMap::new(), current: 0, clock: Clock::Ours }
    }

    /// The same, with other times.
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Says by which name a server is known: over TLS its certificate must be for that, and not for its address (RFC
    /// 8310 §8.1). The name comes from the user or from the zone's SOA, not from whoever told the address.
    pub fn known_as(&mut self, server: SocketAddr, host: &str) {
        self.hosts.insert(server, host.into());
    }

    /// The name that a server is known by.
    pub(super) fn host_of(&self, server: SocketAddr) -> Option<Arc<str>> {
        self.hosts.get(&server).cloned()
    }

    /// By how many seconds a server's clock was found to be ahead of ours, if that had to be asked for.
    pub fn clock_difference(&self) -> Option<i64> {
        match self.clock {
            Clock::Ours => None,
            Clock::Ahead(seconds) => Some(seconds),
        }
    }

    /// The servers, in the order in which they are to be asked, with the names that they are known by.
    pub fn servers(&self) -> impl Iterator<Item = (SocketAddr, Option<Arc<str>>)> + '_ {
        self.in_turn().map(|server| (server, self.host_of(server)))
    }

    /// The server that answered last, or will be asked first.
    pub fn current(&self) -> Option<SocketAddr> {
        self.in_turn().next()
    }

    /// The servers, the one that answered last first.
    pub(super) fn in_turn(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        let (before, from) = self.servers.split_at(self.current.min(self.servers.len()));
        from.iter().chain(before).copied()
    }

    /// Remembers which server answered.
    pub(super) fn answered(&mut self, server: SocketAddr) {
        self.current = self.servers.iter().position(|known| *known == server).unwrap_or(self.current);
    }

    /// The time to sign with and to compare a server's with, when our clock says `ours`.
    pub(super) fn time(&self, ours: u64) -> u64 {
        match self.clock {
            Clock::Ours => ours,
            Clock::Ahead(seconds) => ours.saturating_add_signed(seconds),
        }
    }

    /// Takes over a server's clock for the rest of the run: once, from an answer that verified, and only a time that
    /// can be (RFC 8945 §5.2.3 leaves it to the client; the machine's own clock is never touched). Says whether it did.
    pub fn set_clock(&mut self, theirs: u64, ours: u64) -> bool {
        let plausible = self.clock == Clock::Ours && (EARLIEST..LATEST).contains(&theirs);
        let difference = i64::try_from(theirs).ok().zip(i64::try_from(ours).ok()).map(|(theirs, ours)| theirs - ours);
        match difference {
            Some(seconds) if plausible => {
                self.clock = Clock::Ahead(seconds);
                true
            }
            _ => false,
        }
    }
}
