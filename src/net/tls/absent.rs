//! What stands in TLS's place where nsup was built without it: nothing can be loaded, and nothing is carried.

use std::convert::Infallible;
use std::net::SocketAddr;

use crate::proto::TlsWanted;
use crate::proto::exchange::{Attempt, Ending, Verdict};

use super::TlsError;

/// There is none.
#[derive(Debug, Clone)]
pub struct Tls(Infallible);

/// There are none.
#[derive(Debug)]
pub(in crate::net) struct Connections(Tls);

impl Tls {
    /// Loads nothing.
    ///
    /// # Errors
    /// [`TlsError::NotBuilt`] always.
    pub fn load(_wanted: &TlsWanted) -> Result<Self, TlsError> {
        Err(TlsError::NotBuilt)
    }
}

impl Connections {
    pub(in crate::net) fn new(tls: Tls) -> Self {
        Self(tls)
    }

    pub(in crate::net) fn anew(self) -> Self {
        self
    }

    pub(in crate::net) async fn carry(
        &mut self,
        _attempt: &Attempt,
        _source: Option<SocketAddr>,
        _judge: &mut dyn FnMut(&[u8]) -> Verdict,
    ) -> Ending {
        match self.0.0 {}
    }
}
