//! Whom to ask for what the world sees.

use super::args::PublicWords;
use super::server::Server;
use super::settings::ConfigError;

/// The servers that were named; none leaves it to the zone's NS records.
pub(super) fn servers(words: &PublicWords) -> Result<Vec<Server>, ConfigError> {
    words.public.iter().map(|text| text.parse().map_err(ConfigError::Public)).collect()
}
