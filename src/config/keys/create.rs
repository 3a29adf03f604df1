//! A key file is made: anew, for its owner only, whole or not at all.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags};

use super::super::secure_file::in_words;

/// Why there is no new file. Nothing of it is left behind.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Something has that name, and it was left as it is.
    #[error("{}: there is something of that name, and nothing is overwritten", .0.display())]
    Exists(PathBuf),
    /// The path ends in no name.
    #[error("{}: that is no name of a file", .0.display())]
    NoName(PathBuf),
    /// The system says no.
    #[error("{}: {}", path.display(), in_words(why))]
    Io {
        /// The file or its directory.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
}

impl CreateError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exists(path) => Some(format!(
                "nsup key show {0} tells which key it holds, nsup key rotate {0} how to replace it",
                path.display()
            )),
            Self::Io { path, why } if why.kind() == io::ErrorKind::NotFound => {
                Some(format!("mkdir -p -m 700 {}", path.display()))
            }
            _ => None,
        }
    }
}

/// Writes a file that only we may read, whatever the umask, and that outlasts a loss of power. What has that name
/// already, a symbolic link that leads nowhere too, is an error.
///
/// # Errors
/// [`CreateError`].
pub fn create(path: &Path, text: &str) -> Result<(), CreateError> {
    let name = path.file_name().ok_or_else(|| CreateError::NoName(path.to_owned()))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // By descriptor, so that what is removed on failure is what was made.
    let opened = rustix::fs::open(folder, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    let folder = opened.map_err(|why| CreateError::Io { path: folder.to_owned(), why: why.into() })?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mode = Mode::RUSR | Mode::WUSR;
    let file = match rustix::fs::openat(&folder, name, flags, mode) {
        Err(rustix::io::Errno::EXIST) => return Err(CreateError::Exists(path.to_owned())),
        opened => opened.map_err(|why| CreateError::Io { path: path.to_owned(), why: why.into() })?,
    };
    fill(file, &folder, text, mode).map_err(|why| {
        // There is nothing to be done if that fails too, and the first fault is the one to tell.
        let _ = rustix::fs::unlinkat(&folder, name, AtFlags::empty());
        CreateError::Io { path: path.to_owned(), why }
    })
}

fn fill(file: OwnedFd, folder: &OwnedFd, text: &str, mode: Mode) -> io::Result<()> {
    // The umask may have taken more than it should.
    rustix::fs::fchmod(&file, mode)?;
    let mut file = File::from(file);
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    rustix::fs::fsync(folder)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_is_there_is_left_alone_even_a_link_that_leads_nowhere() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("k");
        create(&path, "one").unwrap();
        assert!(matches!(create(&path, "two"), Err(CreateError::Exists(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        let link = directory.path().join("link");
        symlink(directory.path().join("elsewhere"), &link).unwrap();
        assert!(matches!(create(&link, "two"), Err(CreateError::Exists(_))));
        assert!(!directory.path().join("elsewhere").exists());
    }

    #[test]
    fn a_place_that_does_not_exist_is_said_with_the_mkdir() {
        let directory = tempfile::tempdir().unwrap();
        let why = create(&directory.path().join("none/k"), "text").unwrap_err();
        assert!(why.hint().unwrap().starts_with("mkdir -p -m 700 "), "{why}");
        assert!(matches!(create(Path::new("/"), "text"), Err(CreateError::NoName(_))));
    }
}
