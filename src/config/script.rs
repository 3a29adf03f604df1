//! `nsup script`: what is read, and how its messages are sent where it does not say so itself.

use std::path::PathBuf;
use std::sync::Arc;

use crate::dns::Name;
use crate::proto::Key;

use super::args::ScriptWords;
use super::file::Surroundings;
use super::personality::Input;
use super::primary::Reach;
use super::settings::{self, ConfigError, Speech};

/// A script to be carried out.
#[derive(Debug)]
pub struct Script {
    /// What is read, one after the other.
    pub inputs: Vec<Input>,
    /// Only read it.
    pub check: bool,
    /// The key, until the script has another.
    pub key: Option<Arc<Key>>,
    /// The rest of what it takes to send a message.
    pub reach: Reach,
    /// The zone that the configuration file names, for the names that are in it.
    pub usual_zone: Option<Name>,
    /// What the user should know of the settings themselves.
    pub warnings: Vec<String>,
}

impl Script {
    /// Settles what was said.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub(super) fn resolve(words: ScriptWords, here: &Surroundings) -> Result<(Self, Speech), ConfigError> {
        let ScriptWords { files, check, common } = words;
        let file = settings::from_file(None, &common, here)?;
        let mut warnings = Vec::new();
        let key = match settings::key(&common, file.as_ref(), &mut warnings) {
            Ok(key) => Some(Arc::new(key)),
            // The script may have one.
            Err(ConfigError::NoKey) => None,
            Err(why) => return Err(why),
        };
        let usual_zone = file.as_ref().and_then(|file| file.zone.value.clone());
        let reach = settings::reach(&common, file.as_ref(), settings::zone(&common)?)?;
        let input = |path: PathBuf| if path.as_os_str() == "-" { Input::Standard } else { Input::File(path) };
        let mut inputs: Vec<Input> = files.into_iter().map(input).collect();
        if inputs.is_empty() {
            inputs.push(Input::Standard);
        }
        let speech = settings::speech(&common);
        Ok((Self { inputs, check, key, reach, usual_zone, warnings }, speech))
    }
}
