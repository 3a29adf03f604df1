//! Files that are replaced whole: written beside and renamed, so that whoever reads finds the old or the new.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Puts a text where another program reads it, readable by everybody, and on the disk before it has the name. A link in
/// the file's place is replaced, never followed: somebody else may have made it. What is no file, and a link to that,
/// stays: it is the machine's, as /dev/null is.
///
/// # Errors
/// Those of the file and of its directory, and that something is there which is no file.
pub fn publish(path: &Path, text: &str) -> io::Result<()> {
    if let Some(what) = other_than_a_file(path) {
        return Err(io::Error::other(format!("it is {what}, and only a file is replaced by a file")));
    }
    replace(path, text, |file| {
        // Whatever the umask says.
        file.set_permissions(Permissions::from_mode(0o644))?;
        file.sync_all()
    })
}

/// What is there, if it is something other than a file, or than a link to one or to nothing.
fn other_than_a_file(path: &Path) -> Option<&'static str> {
    // /dev/stdout, which leads to a file where the shell has opened one, and to nothing where it is closed.
    if fs::read_link(path).is_ok_and(|target| target.starts_with("/proc")) {
        return Some("a link to what a process has open");
    }
    let kind = path.metadata().ok()?.file_type();
    match () {
        () if kind.is_file() => None,
        () if kind.is_dir() => Some("a directory"),
        () if kind.is_fifo() => Some("a pipe"),
        () if kind.is_socket() => Some("a socket"),
        () => Some("a device"),
    }
}

/// Replaces a file by one with this text; `finish` sees it before it gets the name.
pub(super) fn replace(path: &Path, text: &str, finish: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    let beside = path.with_extension(format!("new{}", std::process::id()));
    // Left over from a process of that number.
    let _ = fs::remove_file(&beside);
    let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(0o644).open(&beside)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| finish(&file)).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_link_is_replaced_and_what_it_leads_to_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let (path, target) = (directory.path().join("nsup.prom"), directory.path().join("target"));
        fs::write(&target, "before").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        publish(&path, "text\n").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "before");
        let meta = fs::symlink_metadata(&path).unwrap();
        assert!(meta.is_file() && meta.permissions().mode() & 0o777 == 0o644, "{meta:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "text\n");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "nothing is left beside it");
    }

    #[test]
    fn what_cannot_be_replaced_stays_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("nsup.prom")).unwrap();
        assert!(publish(&directory.path().join("nsup.prom"), "text\n").is_err());
        assert!(publish(&directory.path().join("nowhere/nsup.prom"), "text\n").is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_file_is_not_replaced_by_one_and_no_link_to_it() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let file = fs::File::create(at("open")).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, at("pipe"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        for (link, target) in [
            ("null", "/dev/null".to_owned()),
            ("stdout", format!("/proc/self/fd/{}", file.as_raw_fd())),
            ("to-pipe", "pipe".to_owned()),
        ] {
            std::os::unix::fs::symlink(target, at(link)).unwrap();
        }
        for (name, what) in [
            ("pipe", "a pipe"),
            ("to-pipe", "a pipe"),
            ("socket", "a socket"),
            ("null", "a device"),
            ("stdout", "a link to what a process has open"),
            (".", "a directory"),
        ] {
            let before = fs::symlink_metadata(at(name)).unwrap().ino();
            let said = publish(&at(name), "text\n").unwrap_err().to_string();
            assert_eq!(said, format!("it is {what}, and only a file is replaced by a file"), "{name}");
            assert_eq!(fs::symlink_metadata(at(name)).unwrap().ino(), before, "{name}");
        }
        std::os::unix::fs::symlink("nowhere", at("to-nothing")).unwrap();
        publish(&at("to-nothing"), "text\n").unwrap();
        assert!(!at("nowhere").exists());
    }
}
