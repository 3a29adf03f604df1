//! Files for what is only read from files: in memory where this machine has such a place.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

thread_local! {
    static FOLDER: TempDir = made();
}

/// A path in a folder of this thread.
pub(super) fn path(name: &str) -> PathBuf {
    FOLDER.with(|folder| folder.path().join(name))
}

/// Writes a file that nobody else can read, and returns its path.
pub(super) fn write(name: &str, octets: &[u8]) -> PathBuf {
    let path = path(name);
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&path).unwrap();
    file.write_all(octets).unwrap();
    path
}

/// Takes a file away, whether it is there or not.
pub(super) fn remove(name: &str) {
    let _ = fs::remove_file(path(name));
}

fn made() -> TempDir {
    let memory = Path::new("/dev/shm");
    let builder = |folder: &Path| tempfile::Builder::new().prefix("nsup-fuzz-").tempdir_in(folder);
    builder(memory).or_else(|_| builder(&std::env::temp_dir())).unwrap()
}
