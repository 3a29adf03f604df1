//! Files that are replaced whole: written beside and renamed, so that whoever reads finds the old or the new.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Puts a text where another program reads it, readable by everybody, and on the disk before it has the name. A link in
/// the file's place is replaced, never followed: somebody else may have made it.
///
/// # Errors
/// Those of the file and of its directory.
pub fn publish(path: &Path, text: &str) -> io::Result<()> {
    replace(path, text, |file| {
        // Whatever the umask says.
        file.set_permissions(Permissions::from_mode(0o644))?;
        file.sync_all()
    })
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
}
