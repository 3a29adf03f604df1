//! Floor 3: performs what `proto` has decided, and decides nothing.
//!
//! Sockets are opened, written, read and closed here; what comes in is shown to the caller octet by octet, who alone
//! says when it is enough. Every wait has a deadline on a clock that steps of the wall clock do not move.

pub mod plain;
mod resolver;
mod stream;
mod tcp;
mod tls;
mod udp;

use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::proto::Transport;
use crate::proto::exchange::{Attempt, Ending, Verdict};

pub use resolver::{LookupError, Resolver, ResolverConfig};
pub use tls::{Tls, TlsError};

/// The connections and the source address of one run.
#[derive(Debug, Default)]
pub struct Network {
    /// The address to send from, where one was asked for; the other family then cannot be reached.
    source: Option<IpAddr>,
    /// The addresses and ports to send from in each family, where these were asked for.
    locals: Locals,
    connections: tcp::Connections,
    tls: Option<tls::Connections>,
}

impl Network {
    /// A network that sends from `source`, or from whatever address the kernel takes.
    pub fn new(source: Option<IpAddr>) -> Self {
        Self { source, ..Self::default() }
    }

    /// The same, able to carry what is to go over TLS.
    pub fn with_tls(self, tls: Tls) -> Self {
        Self { tls: Some(tls::Connections::new(tls)), ..self }
    }

    /// Sends from these addresses and ports from now on, one a family, and from whatever the kernel takes in a family that
    /// has none. Connections from elsewhere are not used again.
    pub fn send_from(&mut self, v4: Option<SocketAddrV4>, v6: Option<SocketAddrV6>) {
        let locals = Locals { v4, v6 };
        if locals != self.locals {
            self.locals = locals;
            self.connections = tcp::Connections::default();
            self.tls = self.tls.take().map(tls::Connections::anew);
        }
    }

    /// Carries one attempt and shows `judge` everything that comes back.
    pub async fn carry(&mut self, attempt: &Attempt, judge: &mut dyn FnMut(&[u8]) -> Verdict) -> Ending {
        let source = match self.source {
            Some(source) if source.is_ipv4() != attempt.server.is_ipv4() => {
                return Ending::NotSent(format!("{source} cannot reach an address of the other family"));
            }
            Some(source) => Some(SocketAddr::new(source, 0)),
            None => self.locals.towards(attempt.server),
        };
        match attempt.transport {
            Transport::Tcp => {
                let server = attempt.server;
                let connect = async move |end| tcp::connect(server, source, end).await;
                self.connections.carry(attempt, server, connect, judge).await
            }
            Transport::Tls => match &mut self.tls {
                Some(tls) => tls.carry(attempt, source, judge).await,
                None => Ending::NotSent("nobody said how the server proves itself over TLS".to_owned()),
            },
            Transport::Udp => udp::carry(attempt, source, judge).await,
        }
    }
}

/// Addresses and ports to send from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Locals {
    v4: Option<SocketAddrV4>,
    v6: Option<SocketAddrV6>,
}

impl Locals {
    fn towards(self, server: SocketAddr) -> Option<SocketAddr> {
        match server {
            SocketAddr::V4(_) => self.v4.map(SocketAddr::V4),
            SocketAddr::V6(_) => self.v6.map(SocketAddr::V6),
        }
    }
}

/// An error of the operating system in its own words, without the number that Rust adds.
fn in_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// Waits for `future` until `deadline`; `None` when time ran out.
async fn until<F: Future>(deadline: Instant, future: F) -> Option<F::Output> {
    timeout_at(deadline, future).await.ok()
}

/// The moment `after` from now.
fn deadline(after: Duration) -> Instant {
    Instant::now() + after
}
