//! `nsup key`: which key is to be made, shown or replaced, and what it is to be allowed.

mod allowed;
mod create;
mod look;

use std::path::{Path, PathBuf};

use crate::dns::{Name, NameError, RecordType, UnknownType};
use crate::proto::{Algorithm, AlgorithmError, Key};

use super::args::{GenerateWords, KeyCommand, NewKeyWords, RotateWords, ShowWords};
use super::file::Surroundings;
use super::key_file::{of_pair, read_key};
use super::settings::{ConfigError, Speech};

pub use allowed::{Allowance, Allowed};
pub use create::{CreateError, create};
pub use look::{KeysOfFile, look};

/// What is to be done with keys.
#[derive(Debug)]
pub enum KeyTask {
    /// Make one.
    Generate(NewKey),
    /// Tell of those in a file; `-` is standard input.
    Show(PathBuf),
    /// Tell how one gives way to another.
    Rotate {
        /// The old one.
        old: Box<Key>,
        /// Its file.
        file: PathBuf,
        /// The new one.
        new: NewKey,
    },
}

/// A key that is to be made.
#[derive(Debug)]
pub struct NewKey {
    /// Its name: neither the root nor a wildcard.
    pub name: Name,
    /// Its algorithm: none that is outdated.
    pub algorithm: Algorithm,
    /// Where it is to be; `None` is standard output.
    pub file: Option<PathBuf>,
    /// Where it is to be on the server, where that was said.
    pub include: Option<String>,
    /// What it may do there.
    pub allowed: Allowed,
}

/// What is wrong with what was said of keys.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // Each is what its message says.
pub enum KeyWordsError {
    #[error("key name {0:?}: {1}")]
    Name(String, NameError),
    #[error("key name {0}: a key needs a name of its own, and neither the root's nor a wildcard's")]
    NoKeyName(Name),
    #[error("--algorithm: {0}")]
    Algorithm(#[from] AlgorithmError),
    #[error("--algorithm {0}: it is outdated, and no new key is made for it")]
    Outdated(Algorithm),
    #[error("--algorithm {0:?}: a key is made for a whole MAC, not for one that is cut")]
    Cut(String),
    #[error("--grant {0:?}: {1}")]
    GrantName(String, NameError),
    #[error("--grant {0:?}: {1}")]
    GrantType(String, UnknownType),
    #[error("--grant {0:?}: {1} is not a type that a record can have")]
    GrantNoData(String, RecordType),
    #[error("--include {0:?}: an absolute path on the server is needed")]
    Include(String),
    #[error("--json: standard output is for the key already")]
    JsonBesideKey,
    #[error("{0}: the new key has the name of the old one, and a server takes only one of each name")]
    SameName(Name),
}

impl KeyWordsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Outdated(_) => Some(
                "hmac-sha256 is known to every server; tsig-keygen makes keys for those that know nothing else"
                    .to_owned(),
            ),
            Self::GrantName(..) => Some("like --grant 'cable.example.org A AAAA'".to_owned()),
            Self::SameName(_) => Some("--new-name says another".to_owned()),
            _ => None,
        }
    }
}

impl KeyTask {
    /// Settles what was said.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub(super) fn resolve(command: KeyCommand, here: &Surroundings) -> Result<(Self, Speech), ConfigError> {
        match command {
            KeyCommand::Generate(words) => generate(words, here),
            KeyCommand::Show(ShowWords { file, json }) => Ok((Self::Show(file), speech(json))),
            KeyCommand::Rotate(words) => rotate(words, here),
        }
    }
}

fn generate(words: GenerateWords, here: &Surroundings) -> Result<(KeyTask, Speech), ConfigError> {
    let GenerateWords { name, file, new } = words;
    let name = key_name(&name)?;
    let file = file.unwrap_or_else(|| beside(Path::new(""), &name));
    if new.json && file.as_os_str() == "-" {
        return Err(KeyWordsError::JsonBesideKey.into());
    }
    let algorithm = algorithm(&new)?.unwrap_or(Algorithm::Sha256);
    let json = new.json;
    Ok((KeyTask::Generate(NewKey::settle(name, algorithm, &file, &file, new, here)?), speech(json)))
}

fn rotate(words: RotateWords, here: &Surroundings) -> Result<(KeyTask, Speech), ConfigError> {
    let RotateWords { key, key_name: wanted, new_name, new } = words;
    let parse = |text: &str| Name::parse(text).map_err(|why| ConfigError::KeyName(text.to_owned(), why));
    let wanted = wanted.as_deref().map(parse).transpose()?;
    let file = allowed::key_file_of(&key, new.config.as_deref(), here)?;
    // By its name it was found among the keys of a file.
    let wanted =
        wanted.or_else(|| (file != key).then(|| key.to_str().and_then(|text| Name::parse(text).ok())).flatten());
    let file = of_pair(&file);
    let old = read_key(&file, wanted.as_ref())?;
    let name = new_name.as_deref().map_or_else(|| Ok(next_name(old.name())), key_name)?;
    if name == *old.name() {
        return Err(KeyWordsError::SameName(name).into());
    }
    let kept = Some(old.algorithm()).filter(|algorithm| !algorithm.is_outdated());
    let algorithm = algorithm(&new)?.or(kept).unwrap_or(Algorithm::Sha256);
    let place = beside(&file, &name);
    let json = new.json;
    let new = NewKey::settle(name, algorithm, &place, &file, new, here)?;
    Ok((KeyTask::Rotate { old: Box::new(old), file, new }, speech(json)))
}

impl NewKey {
    /// `known_as` is the file by which nsup.toml knows the key, or the one that it is to replace.
    fn settle(
        name: Name,
        algorithm: Algorithm,
        file: &Path,
        known_as: &Path,
        words: NewKeyWords,
        here: &Surroundings,
    ) -> Result<Self, ConfigError> {
        let allowed = Allowed::resolve(&words, known_as, here)?;
        if let Some(include) = words.include.as_ref().filter(|include| !include.starts_with('/')) {
            return Err(KeyWordsError::Include(include.clone()).into());
        }
        let file = (file.as_os_str() != "-").then(|| file.to_owned());
        Ok(Self { name, algorithm, file, include: words.include, allowed })
    }
}

/// The name of a key that is to be made. One that begins with an asterisk would stand for all below it in a grant.
fn key_name(text: &str) -> Result<Name, KeyWordsError> {
    let name = Name::parse(text).map_err(|why| KeyWordsError::Name(text.to_owned(), why))?.to_lowercase();
    let is_wildcard = name.labels().next() == Some(b"*");
    if name.is_root() || is_wildcard { Err(KeyWordsError::NoKeyName(name)) } else { Ok(name) }
}

fn algorithm(words: &NewKeyWords) -> Result<Option<Algorithm>, KeyWordsError> {
    let Some(word) = &words.algorithm else { return Ok(None) };
    let (algorithm, least) = Algorithm::parse(word)?;
    match algorithm {
        outdated if outdated.is_outdated() => Err(KeyWordsError::Outdated(outdated)),
        whole if least == whole.mac_octets() => Ok(Some(whole)),
        _ => Err(KeyWordsError::Cut(word.clone())),
    }
}

/// `home-2` after `home`, `home-3` after that.
fn next_name(old: &Name) -> Name {
    let labels: Vec<&[u8]> = old.labels().collect();
    let first = labels.first().copied().unwrap_or_default();
    let counted = std::str::from_utf8(first).ok().and_then(|label| label.rsplit_once('-'));
    let counted = counted.and_then(|(stem, number)| Some((stem, number.parse::<u32>().ok()?.checked_add(1)?)));
    let next = match counted {
        Some((stem, number)) => format!("{stem}-{number}").into_bytes(),
        None => [first, b"-2"].concat(),
    };
    let rest = labels.iter().skip(1).copied();
    // Too long a label leaves the old name, which is then told as what it is.
    Name::from_labels(std::iter::once(next.as_slice()).chain(rest)).unwrap_or_else(|_| old.clone())
}

/// NAME.key in the directory of a file.
fn beside(file: &Path, name: &Name) -> PathBuf {
    file.with_file_name(format!("{}.key", name.file_stem()))
}

fn speech(json: bool) -> Speech {
    if json { Speech::Json } else { Speech::Normal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_name_counts_on_and_one_that_would_be_too_long_stays_as_it_is() {
        let long = "a".repeat(62);
        for (old, next) in [
            ("home", "home-2."),
            ("home-2", "home-3."),
            ("a-b.example", "a-b-2.example."),
            ("k-4294967295", "k-4294967295-2."),
            (r"k\233", r"k\233-2."),
            (&long, &format!("{long}.")),
        ] {
            assert_eq!(next_name(&Name::parse(old).unwrap()).to_string(), next);
        }
    }
}
