//! `nsup import`: what another program's file comes to in nsup.toml. The importers go from text to values and touch no
//! file; only [`Import::resolve`] reads, and tells them which files there are.

mod ddclient;
mod nsupdate;
mod remark;
mod write;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use remark::{Imported, Remark};

use super::args::{From, ImportWords, ScriptFile};
use super::secure_file;
use super::settings::{ConfigError, Speech};

/// Whether there is something at a path.
type IsThere<'f> = &'f dyn Fn(&str) -> bool;

/// An import, read and understood as far as it goes.
#[derive(Debug)]
pub struct Import {
    /// The file that was read.
    pub path: PathBuf,
    /// Where the result goes; `None` is standard output.
    pub output: Option<PathBuf>,
    /// What it comes to.
    pub imported: Imported,
}

impl Import {
    /// Reads the file and settles what it comes to.
    ///
    /// # Errors
    /// [`ConfigError::Import`] where it cannot be read, [`ConfigError::ImportKey`] for a path that nsup.toml cannot hold.
    pub(super) fn resolve(words: ImportWords) -> Result<(Self, Speech), ConfigError> {
        let read = |path: &Path| {
            let octets = secure_file::read_octets(path).map_err(|why| ConfigError::Import(path.to_owned(), why))?;
            Ok::<_, ConfigError>((octets, path.to_string_lossy().into_owned()))
        };
        let is_there: IsThere<'_> = &|path| Path::new(path).exists();
        let (words, imported) = match words.from {
            From::Ddclient(words) => {
                let (octets, from) = read(&words.file)?;
                (words, ddclient::import(&octets, &from, is_there))
            }
            From::Nsupdate(ScriptFile { key, words }) => {
                let (octets, from) = read(&words.file)?;
                let key = key.map(path_text).transpose()?;
                (words, nsupdate::import(&octets, &from, key.as_deref(), is_there))
            }
        };
        let speech = if words.quiet { Speech::Quiet } else { Speech::Normal };
        Ok((Self { path: words.file, output: words.output, imported }, speech))
    }
}

/// A path that nsup.toml can hold, wherever that will be.
fn path_text(path: PathBuf) -> Result<String, ConfigError> {
    let whole = std::path::absolute(&path).unwrap_or(path);
    whole.into_os_string().into_string().map_err(|path| ConfigError::ImportKey(path.into()))
}
