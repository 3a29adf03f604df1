//! Floor 3: performs what `proto` has decided, and decides nothing.
//!
//! Sockets are opened, written, read and closed here; what comes in is shown to the caller octet by octet, who alone
//! says when it is enough. Every wait has a deadline on a clock that steps of the wall clock do not move.

mod resolver;
mod tcp;
mod udp;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::proto::Transport;
use crate::proto::exchange::{Attempt, Ending, Verdict};

pub use resolver::{LookupError, Resolver, ResolverConfig};

/// The connections and the source address of one run.
#[derive(Debug, Default)]
pub struct Network {
    /// The address to send from, where one was asked for.
    source: Option<IpAddr>,
    connections: tcp::Connections,
}

impl Network {
    /// A network that sends from `source`, or from whatever address the kernel takes.
    pub fn new(source: Option<IpAddr>) -> Self {
        Self { source, connections: tcp::Connections::default() }
    }

    /// Carries one attempt and shows `judge` everything that comes back.
    pub async fn carry(&mut self, attempt: &Attempt, judge: &mut dyn FnMut(&[u8]) -> Verdict) -> Ending {
        let source = match self.source {
            Some(source) if source.is_ipv4() != attempt.server.is_ipv4() => {
                return Ending::NotSent(format!("{source} cannot reach an address of the other family"));
            }
            source => source.map(|source| SocketAddr::new(source, 0)),
        };
        match attempt.transport {
            Transport::Tcp => self.connections.carry(attempt, source, judge).await,
            Transport::Udp => udp::carry(attempt, source, judge).await,
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
