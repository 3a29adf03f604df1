//! Whom to ask for what the world sees, and for how long.

use std::time::Duration;

use super::args::{PublicWords, WaitWords};
use super::server::Server;
use super::settings::ConfigError;

/// How a change is waited for.
#[derive(Debug)]
pub struct Wait {
    /// For how long at most.
    pub within: Duration,
    /// Whom to ask; none leaves it to the zone's NS records.
    pub public: Vec<Server>,
}

impl Wait {
    /// As the options say; `None` where nothing is to be waited for.
    pub(super) fn of(words: &WaitWords) -> Result<Option<Self>, ConfigError> {
        let public = servers(&words.public)?;
        match words.wait {
            Some(seconds) => Ok(Some(Self { within: Duration::from_secs(seconds), public })),
            None if public.is_empty() => Ok(None),
            None => Err(ConfigError::NotWaited),
        }
    }
}

/// The servers that were named; none leaves it to the zone's NS records.
pub(super) fn servers(words: &PublicWords) -> Result<Vec<Server>, ConfigError> {
    words.public.iter().map(|text| text.parse().map_err(ConfigError::Public)).collect()
}
