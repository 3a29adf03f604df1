//! nsupdate's key files: K pairs, and files with one `key` statement of named.conf.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::proto::Key;

use super::super::key_syntax::{KeySyntaxError, parse_only_statement, parse_pair};
use super::super::secure_file::{self, SecureFileError};
use super::{literal, texts};

/// Where named puts the key of `-l`, as Debian's nsupdate spells it.
const SESSION_KEY: &str = "//run/named/session.key";

/// A secret below this many octets has stock say that it is too short.
const SHORT: usize = 8;

/// Which key was asked for.
pub(super) enum Wanted {
    /// `-y`.
    Literal(Zeroizing<String>),
    /// `-k`.
    File(PathBuf),
    /// `-l`, perhaps with `-k`.
    Session(Option<PathBuf>),
}

/// Gets the key. What stock says meanwhile goes to `notices`, with what it says to those who debug.
///
/// # Errors
/// What is to be said before the run ends.
pub(super) fn find(wanted: &Wanted, is_debugged: bool, notices: &mut Vec<String>) -> Result<Key, String> {
    let mut search = Search { is_debugged, notices };
    search.step("Creating key...");
    let key = match wanted {
        Wanted::Literal(text) => literal::parse(text).inspect(|_| search.created()),
        Wanted::Session(path) => {
            let path = path.as_deref().unwrap_or(Path::new(SESSION_KEY));
            let found = search.statement(path).inspect(|_| search.created());
            // The empty line behind it is stock's.
            found.map_err(|why| format!("can't read key from {}: {why}\n", path.display()))
        }
        Wanted::File(path) => search
            .file(path)
            .map_err(|why| format!("could not read key from {}.{{private,key}}: {why}", base(path).display())),
    }?;
    if key.secret_octets() < SHORT {
        let name = key.name().to_string();
        let name = name.strip_suffix('.').filter(|rest| !rest.is_empty()).unwrap_or(&name);
        notices.push(format!("the key '{name}' is too short to be secure"));
    }
    Ok(key)
}

/// A key on its way.
struct Search<'n> {
    is_debugged: bool,
    notices: &'n mut Vec<String>,
}

impl Search<'_> {
    /// A K pair if there is one, else one statement.
    fn file(&mut self, path: &Path) -> Result<Key, String> {
        if let Some(key) = self.pair(path)? {
            return Ok(key);
        }
        let key = self.statement(path)?;
        self.step("Creating key...");
        self.created();
        Ok(key)
    }

    fn pair(&mut self, path: &Path) -> Result<Option<Key>, String> {
        let (record, private) = (beside(path, ".key"), beside(path, ".private"));
        let Ok((public, _)) = secure_file::read_as_given(&record) else { return Ok(None) };
        let other = secure_file::read_as_given(&private);
        let text = other.as_ref().map_or("", |(text, _)| text.as_str());
        match (parse_pair(&public, text), &other) {
            (Ok(None), _) => Ok(None),
            (_, Err(why)) => Err(format!("{}: {}", private.display(), unread(why))),
            (Err(why), _) => Err(in_words(&why)),
            (Ok(Some(key)), Ok((_, is_open))) => {
                // Stock ends this line twice.
                self.notices.push(format!("{}: Use of K* file pairs for HMAC is deprecated\n", private.display()));
                self.warn(*is_open, &private);
                Ok(Some(key))
            }
        }
    }

    fn statement(&mut self, path: &Path) -> Result<Key, String> {
        let (text, is_open) = secure_file::read_as_given(path).map_err(|why| unread(&why))?;
        self.warn(is_open, path);
        parse_only_statement(&text).map_err(|why| in_words(&why))
    }

    /// Scripts that take any word on standard error for a failure are why only those who debug are told.
    fn warn(&mut self, is_open: bool, path: &Path) {
        if is_open && self.is_debugged {
            self.notices.push(format!("everybody on this machine may read {0}: chmod o-r {0}", path.display()));
        }
    }

    fn created(&mut self) {
        self.step("namefromtext");
        self.step("keycreate");
    }

    /// What stock tells of its steps.
    fn step(&mut self, step: &str) {
        if self.is_debugged {
            self.notices.push(step.to_owned());
        }
    }
}

/// The half of a pair with this ending, where the path names a pair by either half, or by neither.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = base(path).to_owned();
    name.push(ending);
    name.into()
}

/// What both halves of a pair begin with.
fn base(path: &Path) -> &OsStr {
    let octets = path.as_os_str().as_bytes();
    let cut = [".", ".private", ".key"].iter().find_map(|ending| octets.strip_suffix(ending.as_bytes()));
    OsStr::from_bytes(cut.filter(|rest| !rest.is_empty()).unwrap_or(octets))
}

fn unread(why: &SecureFileError) -> String {
    match why {
        SecureFileError::Io(error) => texts::in_words_of_bind(error),
        why => why.to_string(),
    }
}

fn in_words(why: &KeySyntaxError) -> String {
    why.line.map_or_else(|| why.what.clone(), |line| format!("line {line}: {}", why.what))
}
