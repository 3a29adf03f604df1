//! A key file: found, checked, read, and the right key of it taken.

use std::path::{Path, PathBuf};

use crate::dns::Name;
use crate::proto::Key;

use super::key_syntax::{KeySyntaxError, NamedKey, parse_keys};
use super::secure_file::{self, SecureFileError, Trust};

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file is not read.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        why: SecureFileError,
    },
    /// The file is read, and no key is in it.
    #[error("{}{}: {}", path.display(), why.line.map(|line| format!(":{line}")).unwrap_or_default(), why.what)]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        why: KeySyntaxError,
    },
    /// No key of that name.
    #[error("{}: it has no key {wanted}, only {}", path.display(), has.join(" "))]
    NoSuchKey {
        /// The file.
        path: PathBuf,
        /// The name that was asked for.
        wanted: String,
        /// The names that there are.
        has: Vec<String>,
    },
}

impl KeyError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File { path, why: SecureFileError::Open(_) } => Some(format!("chmod o-rwx {}", path.display())),
            Self::File { path, why: SecureFileError::Owner { .. } } => {
                Some(format!("chown it to the user who runs nsup, or to root: chown root {}", path.display()))
            }
            Self::File { path, why: SecureFileError::Io(error) } if error.kind() == std::io::ErrorKind::NotFound => {
                Some(format!(
                    "nsup key generate NAME {} makes one, and says what the server needs; where the server has it already, \
                     copy its file here",
                    path.display()
                ))
            }
            _ => None,
        }
    }
}

/// Reads a key: the first of the file, or the one with this name. `Kname.+163+12345` finds its `.private` half.
///
/// # Errors
/// [`KeyError`].
pub fn read_key(path: &Path, name: Option<&Name>) -> Result<Key, KeyError> {
    let path = of_pair(path);
    let text = secure_file::read(&path, Trust::Secret).map_err(|why| KeyError::File { path: path.clone(), why })?;
    let keys = parse(&path, &text)?;
    let has = keys.iter().map(|found| found.key.name().to_string()).collect();
    let mut keys = keys.into_iter().map(|found| found.key);
    let found = keys.find(|key| name.is_none_or(|name| key.name() == name));
    found.ok_or_else(|| KeyError::NoSuchKey { path, wanted: name.map(Name::to_string).unwrap_or_default(), has })
}

/// What there is to say against a key, though it can be used.
pub fn key_warnings(key: &Key) -> Vec<String> {
    let mut warnings = Vec::new();
    if key.algorithm().is_outdated() {
        warnings.push(format!("{} is outdated: make the key anew with hmac-sha256", key.algorithm()));
    }
    if key.is_short() {
        warnings.push(format!("the secret of {} is shorter than a MAC of {}", key.name(), key.algorithm()));
    }
    warnings
}

/// The file itself, or where there is none the `.private` half of the pair that is called so.
pub(super) fn of_pair(path: &Path) -> PathBuf {
    let half = PathBuf::from(format!("{}.private", path.display()));
    if !path.exists() && half.exists() { half } else { path.to_owned() }
}

/// All the keys of a file with this text.
///
/// # Errors
/// [`KeyError::Syntax`].
pub(super) fn parse(path: &Path, text: &str) -> Result<Vec<NamedKey>, KeyError> {
    let file_name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    parse_keys(text, &file_name).map_err(|why| KeyError::Syntax { path: path.to_owned(), why })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    const KEYS: &str = "key a { algorithm hmac-sha256; secret c2Vj; };\nkey b { algorithm hmac-sha256; secret c2Vj; };";

    fn write(directory: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = directory.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn modes_that_keep_others_out_are_fine_and_all_else_is_refused_with_the_chmod() {
        let directory = tempfile::tempdir().unwrap();
        for mode in [0o400, 0o600, 0o640, 0o440] {
            assert!(read_key(&write(directory.path(), "k", KEYS, mode), None).is_ok(), "{mode:o}");
        }
        for mode in [0o604, 0o644, 0o602, 0o666] {
            let why = read_key(&write(directory.path(), "k", KEYS, mode), None).unwrap_err();
            assert!(why.hint().unwrap().starts_with("chmod o-rwx "), "{mode:o}");
        }
    }

    #[test]
    fn the_first_key_is_taken_or_the_one_that_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = write(directory.path(), "k", KEYS, 0o600);
        let named = |name| read_key(&path, Some(&Name::parse(name).unwrap()));
        assert_eq!(read_key(&path, None).unwrap().name().to_string(), "a.");
        assert_eq!(named("B.").unwrap().name().to_string(), "b.");
        assert!(named("c").unwrap_err().to_string().ends_with("it has no key c., only a. b."));
    }

    #[test]
    fn what_is_no_regular_file_or_too_large_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let large = write(directory.path(), "large", &"#\n".repeat(40_000), 0o600);
        for (path, what) in [(directory.path(), "not a regular file"), (&large, "larger than 64 KiB")] {
            assert!(read_key(path, None).unwrap_err().to_string().contains(what));
        }
        let zero = read_key(Path::new("/dev/zero"), None).unwrap_err();
        assert!(zero.to_string().contains("not a regular file"));
        let missing = read_key(&directory.path().join("none"), None).unwrap_err();
        assert!(missing.to_string().ends_with("none: no such file or directory"), "{missing}");
    }

    #[test]
    fn a_pipe_that_nobody_writes_to_is_refused_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        assert!(read_key(&path, None).unwrap_err().to_string().contains("not a regular file"));
    }

    #[test]
    fn our_own_symbolic_link_is_followed() {
        let directory = tempfile::tempdir().unwrap();
        let path = write(directory.path(), "k", KEYS, 0o600);
        let link = directory.path().join("link");
        symlink(path, &link).unwrap();
        assert!(read_key(&link, None).is_ok());
        let broken = directory.path().join("broken");
        symlink("nowhere", &broken).unwrap();
        assert!(read_key(&broken, None).is_err());
    }
}
