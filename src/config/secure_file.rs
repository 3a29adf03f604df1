//! Reading a file whose owner and mode matter: by descriptor, so that what was checked is what is read.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use zeroize::Zeroizing;

/// The largest file that is read, in octets.
const MAX_OCTETS: u64 = 64 * 1024;

/// What a file is trusted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// It holds a secret: others must not read it.
    Secret,
    /// It says which programs run: nobody but its owner may write it.
    Programs,
}

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum SecureFileError {
    /// The system says no.
    #[error("{}", in_words(.0))]
    Io(#[from] io::Error),
    /// A directory, a pipe, a device.
    #[error("it is not a regular file")]
    NotAFile,
    /// Over 64 KiB.
    #[error("it is larger than {} KiB", MAX_OCTETS / 1024)]
    TooLarge,
    /// Owned by somebody else.
    #[error("it belongs to user {owner}, neither root nor user {ours} who runs this")]
    Owner {
        /// Whose it is.
        owner: u32,
        /// Who we are.
        ours: u32,
    },
    /// A symbolic link that somebody else made.
    #[error("it is a symbolic link that belongs to user {0}")]
    LinkOwner(u32),
    /// Others may read or write it.
    #[error("everybody on this machine may read or change it (mode {0:04o})")]
    Open(u32),
    /// Others may write it.
    #[error("others than its owner may change it (mode {0:04o}), and it says which programs run")]
    Writable(u32),
    /// Not text.
    #[error("it is not text")]
    NotText,
}

/// Reads a whole file that belongs to root or to us, if its mode keeps others from what they must not do with it. What
/// was read is wiped when dropped.
///
/// # Errors
/// [`SecureFileError`]; nothing of the content is in it.
pub(super) fn read(path: &Path, trust: Trust) -> Result<Zeroizing<String>, SecureFileError> {
    let ours = rustix::process::geteuid().as_raw();
    // NONBLOCK: opening a pipe that nobody writes to must not wait.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let opened = match rustix::fs::open(path, flags | OFlags::NOFOLLOW, Mode::empty()) {
        Err(rustix::io::Errno::LOOP) => {
            // Whoever made the link decides what is read; what it leads to is checked like any other file.
            let link = path.symlink_metadata()?;
            if link.is_symlink() && link.uid() != 0 && link.uid() != ours {
                return Err(SecureFileError::LinkOwner(link.uid()));
            }
            rustix::fs::open(path, flags, Mode::empty())
        }
        opened => opened,
    };
    let file = File::from(opened.map_err(io::Error::from)?);
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(SecureFileError::NotAFile);
    }
    if meta.uid() != 0 && meta.uid() != ours {
        return Err(SecureFileError::Owner { owner: meta.uid(), ours });
    }
    let mode = meta.mode() & 0o7777;
    match trust {
        Trust::Secret if mode & 0o006 != 0 => return Err(SecureFileError::Open(mode)),
        Trust::Programs if mode & 0o022 != 0 => return Err(SecureFileError::Writable(mode)),
        _ => {}
    }
    if meta.len() > MAX_OCTETS {
        return Err(SecureFileError::TooLarge);
    }
    content(file)
}

/// Reads whatever the path leads to, a pipe too, whoever owns it and may read it: for those whose files stock nsupdate
/// reads today. The second is whether everybody may read it.
///
/// # Errors
/// [`SecureFileError::Io`], [`SecureFileError::TooLarge`] and [`SecureFileError::NotText`].
pub(super) fn read_as_given(path: &Path) -> Result<(Zeroizing<String>, bool), SecureFileError> {
    let file = File::open(path)?;
    let meta = file.metadata()?;
    let is_open = meta.is_file() && meta.mode() & 0o004 != 0;
    content(file).map(|text| (text, is_open))
}

/// Reads the octets of whatever the path leads to, a pipe too.
///
/// # Errors
/// [`SecureFileError::Io`] and [`SecureFileError::TooLarge`].
pub(super) fn read_octets(path: &Path) -> Result<Zeroizing<Vec<u8>>, SecureFileError> {
    octets(File::open(path)?)
}

/// All of an open file, or of whatever else can be read, as text.
///
/// # Errors
/// [`SecureFileError::Io`], [`SecureFileError::TooLarge`] and [`SecureFileError::NotText`].
pub(super) fn content(file: impl Read) -> Result<Zeroizing<String>, SecureFileError> {
    let octets = octets(file)?;
    match std::str::from_utf8(&octets) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(SecureFileError::NotText),
    }
}

/// All of it.
fn octets(file: impl Read) -> Result<Zeroizing<Vec<u8>>, SecureFileError> {
    // Room for all of it at once: a buffer that grows would leave pieces of the secret behind.
    let room = usize::try_from(MAX_OCTETS).unwrap_or(usize::MAX) + 1;
    let mut octets = Zeroizing::new(Vec::with_capacity(room));
    file.take(MAX_OCTETS + 1).read_to_end(&mut octets)?;
    if octets.len() >= room {
        return Err(SecureFileError::TooLarge);
    }
    Ok(octets)
}

/// An error of the system in its own words, without the number that Rust adds.
pub(super) fn in_words(error: &io::Error) -> String {
    error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// The nearest folder on the way to a file into which others may put theirs, and its mode: what is read could then be
/// somebody else's. `None` where there is none, or where it cannot be told.
pub fn unsafe_folder(path: &Path) -> Option<(PathBuf, u32)> {
    let ours = rustix::process::geteuid().as_raw();
    let path = path.canonicalize().ok()?;
    path.ancestors().skip(1).find_map(|folder| {
        let meta = folder.metadata().ok()?;
        let mode = meta.mode() & 0o7777;
        // In a sticky folder nobody renames what is not theirs.
        let is_open = mode & 0o022 != 0 && mode & 0o1000 == 0;
        let is_anothers = meta.uid() != 0 && meta.uid() != ours;
        (is_open || is_anothers).then(|| (folder.to_owned(), mode))
    })
}
