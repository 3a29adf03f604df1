//! How the servers of a zone are reached, and with which key.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::dns::Name;
use crate::proto::{Key, Transports};

use super::server::Server;

/// All that it takes to talk to a zone's primary.
#[derive(Debug, Clone)]
pub struct Primary {
    /// The key.
    pub key: Arc<Key>,
    /// The primary, or several to be tried in turn; none means to find it.
    pub servers: Vec<Server>,
    /// The zone; `None` means to find it.
    pub zone: Option<Name>,
    /// Which transports may be used.
    pub transports: Transports,
    /// The address to send from.
    pub source: Option<IpAddr>,
    /// Whom to ask instead of resolv.conf's.
    pub resolvers: Vec<SocketAddr>,
    /// How long it may take in all.
    pub budget: Duration,
}
