//! What is wrong with a configuration file: where it stands, what it is, and what to do about it.

use std::io;
use std::path::PathBuf;

use super::super::secure_file::SecureFileError;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no such file. Whether that is a fault is for the caller to say.
    #[error("{}: there is no such file", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// It is not read: by the system's will, or because somebody else may write it.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: SecureFileError,
    },
    /// It is read, and something in it makes no sense.
    #[error("{}:{line}:{column}: {what}", path.display())]
    Fault {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u32,
        /// The column in characters, from 1.
        column: u32,
        /// What is wrong.
        what: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// `credential:NAME` where there are none, or with a name that none can have.
    #[error("{0}")]
    Credential(String),
}

impl FileError {
    /// Sorts what the reader of files says.
    pub(super) fn of_file(path: PathBuf, why: SecureFileError) -> Self {
        match why {
            SecureFileError::Io(error) if error.kind() == io::ErrorKind::NotFound => Self::NotFound { path },
            why => Self::Unreadable { path, why },
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { path, why: SecureFileError::Writable(_) } => {
                Some(format!("chmod go-w {}", path.display()))
            }
            Self::Unreadable { path, why: SecureFileError::Owner { .. } } => {
                Some(format!("chown it to the user who runs nsup, or to root: chown root {}", path.display()))
            }
            Self::Fault { hint, .. } => hint.clone(),
            Self::Credential(_) => Some(super::credential::HINT.to_owned()),
            Self::NotFound { .. } => Some(
                "it says which names follow which addresses (README.md has one); --config names another".to_owned(),
            ),
            Self::Unreadable { .. } => None,
        }
    }
}

/// Something that makes no sense, at an offset into the text. It becomes a [`FileError`] where the file is known.
#[derive(Debug)]
pub(super) struct Fault {
    /// The offset in octets.
    pub(super) at: usize,
    pub(super) what: String,
    pub(super) hint: Option<String>,
}

impl Fault {
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), hint: None }
    }

    /// The same with what to do about it.
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same with the known word that is nearest to `word`, or with all of them.
    pub(super) fn suggest(self, word: &str, known: &[&str]) -> Self {
        match nearest(word, known) {
            Some(near) => self.hint(format!("did you mean {near:?}?")),
            None => self.hint(format!("known here: {}", known.join(", "))),
        }
    }
}

/// The known word that differs from `word` in at most a third of its letters.
pub(super) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let word = word.to_lowercase().replace('_', "-");
    let alike = known.iter().filter(|known| known.len().abs_diff(word.len()) <= known.len() / 3);
    let with_distance = alike.map(|known| (strsim::osa_distance(&word, known), *known));
    let near = with_distance.filter(|(distance, known)| *distance <= known.len() / 3);
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

#[cfg(test)]
mod tests;
