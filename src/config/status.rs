//! A look at the configured names, settled.

use std::path::PathBuf;

use crate::dns::Name;

use super::args::StatusWords;
use super::file::{Config, Surroundings};
use super::public;
use super::server::Server;
use super::settings::{ConfigError, Speech};
use super::task::{check, names, read, speech};

/// A look at the configured names.
#[derive(Debug)]
pub struct Status {
    /// The file.
    pub config: Config,
    /// Which of its names; all of them if there are none.
    pub names: Vec<Name>,
    /// Whom to ask what the world sees; none leaves it to the zones' NS records.
    pub public: Vec<Server>,
    /// Where node_exporter reads it.
    pub prometheus: Option<PathBuf>,
}

impl Status {
    /// Settles what was said.
    pub(super) fn resolve(words: StatusWords, here: &Surroundings) -> Result<(Self, Speech), ConfigError> {
        let StatusWords { names: texts, public, prometheus, config, json, verbose, quiet } = words;
        let public = public::servers(&public)?;
        let config = read(config.as_deref(), here)?;
        let names = names(&texts)?;
        check(&config, &names)?;
        Ok((Self { config, names, public, prometheus }, speech(verbose, quiet, json)))
    }
}
