//! How the servers of a zone are reached, and with which key.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::dns::Name;
use crate::proto::{Key, TlsWanted, Transports};

use super::file::PrimaryConfig;
use super::key_file::read_key;
use super::server::Server;
use super::settings::ConfigError;

/// All that it takes to talk to a zone's primary: how it is reached, and the key.
#[derive(Debug, Clone)]
pub struct Primary {
    /// The key.
    pub key: Arc<Key>,
    /// The rest.
    pub reach: Reach,
}

/// How a zone's primary is reached.
#[derive(Debug, Clone)]
pub struct Reach {
    /// The primary, or several to be tried in turn; none means to find it.
    pub servers: Vec<Server>,
    /// The zone; `None` means to find it.
    pub zone: Option<Name>,
    /// Which transports may be used.
    pub transports: Transports,
    /// How the server proves itself, and we to it, where the transport is TLS.
    pub tls: Option<TlsWanted>,
    /// The address to send from.
    pub source: Option<IpAddr>,
    /// Whom to ask instead of resolv.conf's.
    pub resolvers: Vec<SocketAddr>,
    /// How long it may take in all.
    pub budget: Duration,
}

impl Deref for Primary {
    type Target = Reach;

    fn deref(&self) -> &Reach {
        &self.reach
    }
}

/// Keys that were read, so that each file is read once.
#[derive(Debug, Default)]
pub struct Keys(Vec<(PathBuf, Option<Name>, Arc<Key>)>);

impl Primary {
    /// As the configuration file says, with the key read.
    ///
    /// # Errors
    /// [`ConfigError::NoKey`] or [`ConfigError::Key`].
    pub fn of(given: &PrimaryConfig, keys: &mut Keys) -> Result<Self, ConfigError> {
        Ok(Self { key: keys.read(given)?, reach: Reach::of(given) })
    }
}

impl Reach {
    /// As the configuration file says.
    pub(super) fn of(given: &PrimaryConfig) -> Self {
        Self {
            servers: given.servers.value.clone(),
            zone: given.zone.value.clone(),
            transports: given.transports.value,
            tls: (given.transports.value == Transports::Tls).then(|| given.tls.wanted()),
            source: given.source.value,
            resolvers: given.resolvers.value.clone(),
            budget: given.timeout.value,
        }
    }
}

impl Keys {
    pub(super) fn read(&mut self, given: &PrimaryConfig) -> Result<Arc<Key>, ConfigError> {
        let path = given.key.value.as_ref().ok_or(ConfigError::NoKey)?;
        let name = given.key_name.value.as_ref();
        let known = self.0.iter().find(|(file, of, _)| file == path && of.as_ref() == name);
        if let Some((_, _, key)) = known {
            return Ok(key.clone());
        }
        let key = Arc::new(read_key(path, name)?);
        self.0.push((path.clone(), name.cloned(), key.clone()));
        Ok(key)
    }
}
