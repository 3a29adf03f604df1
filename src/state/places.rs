//! Where the directories are: systemd's, where it says so; else the system's for root, and the user's own.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// The directories of this process; `None` for one that cannot be had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Gone with the next start of the machine: locks, waiting events.
    pub runtime: Option<PathBuf>,
    /// Kept: what was reported, and what was last done.
    pub state: Option<PathBuf>,
    /// Why there is no state.
    pub refused: Option<String>,
}

impl Places {
    /// Finds and makes the directories. `configured` goes before everything for the state.
    pub fn make(configured: Option<&Path>, environment: &dyn Fn(&str) -> Option<String>) -> Self {
        let is_root = rustix::process::geteuid().is_root();
        let runtime = systemds("RUNTIME_DIRECTORY", environment).or_else(|| match is_root {
            true => Some(PathBuf::from("/run/nsup")),
            false => Some(absolute("XDG_RUNTIME_DIR", environment)?.join("nsup")),
        });
        let state = Self::find(configured, environment);
        // Events say which addresses a machine had, and locks can be held by whoever can open them.
        let made = state.as_ref().is_some_and(|path| is_made(path, 0o755));
        let named = state.as_ref().map_or_else(|| "no directory".to_owned(), |path| path.display().to_string());
        let refused = (!made).then(|| format!("{named} cannot be made, or others may write to it"));
        Self { runtime: runtime.filter(|path| is_made(path, 0o700)), state: state.filter(|_| made), refused }
    }

    /// Where the state is, whether there is such a directory or not.
    fn find(configured: Option<&Path>, environment: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
        let state = configured.map(Path::to_owned).or_else(|| systemds("STATE_DIRECTORY", environment));
        state.or_else(|| match rustix::process::geteuid().is_root() {
            true => Some(PathBuf::from("/var/lib/nsup")),
            false => absolute("XDG_STATE_HOME", environment)
                .or_else(|| Some(absolute("HOME", environment)?.join(".local/state")))
                .map(|directory| directory.join("nsup")),
        })
    }

    /// Where the state is, if there is such a directory that nobody else can put files of his into; nothing is made.
    pub fn existing(configured: Option<&Path>, environment: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
        Self::find(configured, environment).filter(|path| is_ours(path))
    }
}

/// systemd names several directories with colons between them (systemd.exec(5)).
fn systemds(variable: &str, environment: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let value = environment(variable)?;
    value.split(':').next().map(PathBuf::from).filter(|path| path.is_absolute())
}

fn absolute(variable: &str, environment: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    environment(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Whether the directory is there, or can be made, and nobody else can put files of his into it.
fn is_made(path: &Path, mode: u32) -> bool {
    if !path.is_dir() && DirBuilder::new().recursive(true).mode(mode).create(path).is_err() {
        return false;
    }
    is_ours(path)
}

/// Whether it is a directory that nobody else can put files of his into.
fn is_ours(path: &Path) -> bool {
    let ours = rustix::process::geteuid().as_raw();
    path.metadata().is_ok_and(|meta| (meta.uid() == 0 || meta.uid() == ours) && meta.mode() & 0o022 == 0)
}

/// A text as the name of a file: what is neither letter, digit, dot nor hyphen is written in hex.
pub(super) fn file_name(prefix: &str, text: &str) -> String {
    // Below the limit of a file name, 255 octets. Names that differ only behind that share a file, which is harmless.
    const LONGEST: usize = 200;
    let mut name = format!("{prefix}-");
    for octet in text.bytes() {
        match octet {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' => name.push(char::from(octet)),
            _ => name.push_str(&format!("_{octet:02x}")),
        }
    }
    name.truncate(LONGEST);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systemds_directories_go_before_the_usual_ones_and_the_configured_one_before_all() {
        let directory = tempfile::tempdir().unwrap();
        let inside = |name: &str| directory.path().join(name).display().to_string();
        let environment = |variable: &str| match variable {
            "RUNTIME_DIRECTORY" => Some(format!("{}:/elsewhere", inside("run"))),
            "STATE_DIRECTORY" => Some(inside("state")),
            _ => None,
        };
        let places = Places::make(None, &environment);
        assert_eq!(places.runtime, Some(inside("run").into()));
        assert_eq!(places.state, Some(inside("state").into()));
        let configured = directory.path().join("a/b/c");
        assert_eq!(Places::existing(Some(&configured), &environment), None);
        assert!(!configured.exists(), "who only looks makes nothing");
        assert_eq!(Places::make(Some(&configured), &environment).state, Some(configured.clone()));
        assert_eq!(Places::existing(Some(&configured), &environment), Some(configured));
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_done_without() {
        let places = Places::make(Some(Path::new("/dev/null/x")), &|_| Some("/dev/null/y".to_owned()));
        assert_eq!((places.runtime, places.state), (None, None));
    }

    #[test]
    fn a_directory_that_others_may_write_to_is_done_without() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(Places::make(Some(directory.path()), &|_| None).state, None);
    }

    #[test]
    fn every_name_has_a_file_name_without_slashes() {
        assert_eq!(file_name("lock", "a/b.example."), "lock-a_2fb.example.");
        assert_eq!(file_name("lock", &"\u{fc}".repeat(300)).len(), 200);
    }
}
