//! Scripts that are run against real servers, and what they leave there.

mod faults;
mod lost;
mod reading;
#[cfg(feature = "tls")]
mod secure;
mod told;
mod zones;

use std::fs::{self, File};
use std::path::PathBuf;

use tempfile::TempDir;

use crate::program::{Run, command, finish};
use crate::servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "example.org";
const REVERSE: &str = "2.0.192.in-addr.arpa";

/// A server with both zones, a key that may change all of them, and a place for files.
struct World {
    server: Server,
    key: TestKey,
    directory: TempDir,
}

impl World {
    fn start(kind: Kind) -> Option<Self> {
        Self::with(kind, |setup, key| {
            [ZONE, REVERSE].iter().fold(setup, |setup, zone| setup.zone(Zone::new(zone).grant(Grant::zone(key))))
        })
    }

    /// One with what `add` adds to the setup.
    fn with(kind: Kind, add: impl FnOnce(Setup, &TestKey) -> Setup) -> Option<Self> {
        let key = TestKey::new("home", "hmac-sha256");
        let setup = add(Setup::new().key(key.clone()), &key);
        Some(Self { server: Server::start(kind, &setup)?, key, directory: tempfile::tempdir().unwrap() })
    }

    /// A file with this text.
    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.directory.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Runs `nsup script` with the key and the server, more words, and this standard input.
    fn script(&self, words: &str, input: &str) -> Run {
        let key = self.key.write(self.directory.path());
        self.script_only(&format!("-k {} --server {} {words}", key.display(), self.server.address()), input)
    }

    /// Runs `nsup script` with these words and this standard input, in the directory of the files.
    fn script_only(&self, words: &str, input: &str) -> Run {
        let input = File::open(self.file("input", input)).unwrap();
        let mut command = command();
        finish(command.current_dir(self.directory.path()).arg("script").args(words.split_whitespace()).stdin(input))
    }

    /// The serials of both zones.
    fn serials(&self) -> [u32; 2] {
        [ZONE, REVERSE].map(|zone| self.server.serial(zone))
    }

    /// What the zone holds at a name below it.
    fn has(&self, name: &str, record_type: &str) -> Vec<String> {
        self.server.has(ZONE, &format!("{name}.{ZONE}"), record_type)
    }

    fn secret(&self) -> &str {
        &self.key.secret
    }
}

/// The one object that a run has printed.
#[track_caller]
fn object(run: &Run) -> serde_json::Value {
    let mut lines = run.stdout.lines();
    let line = lines.next().unwrap_or_else(|| panic!("no object in {run:#?}"));
    assert_eq!(lines.next(), None, "{run:#?}");
    serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {run:#?}"))
}
