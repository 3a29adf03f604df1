//! A message on its way to one server: what the network is told, what it is told meanwhile, and what it tells.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::proto::Transport;

/// How long a better answer may take to come once there was one that does not verify.
pub const GRACE: Duration = Duration::from_millis(500);

/// A message on its way to one server.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// To whom.
    pub server: SocketAddr,
    /// By which name that server is known, if by any.
    pub host: Option<Arc<str>>,
    /// Over what.
    pub transport: Transport,
    /// The octets, the same each time.
    pub octets: Vec<u8>,
    /// When they are sent, counted from the start: several times over UDP.
    pub sends: Vec<Duration>,
    /// How long connecting may take.
    pub connect_within: Duration,
    /// How long to wait for an answer after the first time they were sent, whatever else comes in.
    pub answer_within: Duration,
    /// How long all of it may take.
    pub within: Duration,
}

/// Whether the network should go on listening after some octets came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Something better may still come.
    Listen,
    /// Something better may still come, but if it does not within [`GRACE`], a connection will tell more.
    ListenBriefly,
    /// This is it.
    Accepted,
    /// This is not it, and nothing better will come.
    Rejected,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// [`Exchange::judge`](super::Exchange::judge) said that it was over.
    Judged {
        /// Whether the message had been sent more than once by then.
        again: bool,
    },
    /// No octet left this machine.
    NotSent(String),
    /// Something was sent, and the connection or the wait ended.
    Lost(String),
    /// Something was sent, and nothing came back in time.
    Silent,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Judged { .. } => f.write_str("answered"),
            Self::NotSent(why) => write!(f, "not sent: {why}"),
            Self::Lost(why) => f.write_str(why),
            Self::Silent => f.write_str("no answer in time"),
        }
    }
}
