//! The files of contrib/, installed where a test can have them, and run as their callers run them.

// Each test file uses a part.
#![allow(dead_code, unreachable_pub, unused_imports)]

mod calls;
pub mod network;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

pub use calls::{CALLS, Call, How};
use tempfile::TempDir;

use crate::program::{Run, finish};

/// Where the files look for nsup: each says so by itself, since their callers give them other paths, or none.
const PLACES: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Held while programs are written and run: a file that another thread's child still has open for writing cannot be run.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The files of contrib/ below `etc/`, which look for nsup in `bin/` first.
pub struct Installed {
    directory: TempDir,
}

impl Installed {
    /// With a shell script in nsup's place; or with nothing there, nor anywhere else that the files would look.
    pub fn new(nsup: Option<&str>) -> Self {
        let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = tempfile::tempdir().expect("a directory");
        let (bin, etc) = (directory.path().join("bin"), directory.path().join("etc"));
        fs::create_dir(&bin).expect("bin");
        let mut places = bin.display().to_string();
        if let Some(nsup) = nsup {
            write(&bin.join("nsup"), nsup, 0o755);
            places += ":/usr/bin:/bin";
        }
        for file in files() {
            let text = fs::read_to_string(Path::new("contrib").join(&file)).expect("a text");
            assert_eq!(text.matches(PLACES).count(), 1, "{}: which PATH?", file.display());
            let to = etc.join(&file);
            fs::create_dir_all(to.parent().expect("it is below etc")).expect("a directory");
            write(&to, &text.replace(PLACES, &places), mode(&Path::new("contrib").join(&file)));
        }
        Self { directory }
    }

    /// With a script in nsup's place that keeps what it was called with, for [`Installed::recorded`].
    pub fn recorder() -> Self {
        let recorder = "#!/bin/sh\ncd \"${0%/*}/..\" || exit\nprintf '%s\\0' \"$@\" >words\nenv -0 >environment\n";
        Self::new(Some(recorder))
    }

    /// Its folder, with room for the test's own files.
    pub fn folder(&self) -> &Path {
        self.directory.path()
    }

    /// What the recorder was called with: its words, and its environment.
    pub fn recorded(&self) -> Option<(Vec<String>, BTreeMap<String, String>)> {
        let words = strings(&self.folder().join("words")).ok()?;
        let environment = strings(&self.folder().join("environment")).ok()?;
        let pair = |line: String| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        Some((words, environment.into_iter().filter_map(pair).collect()))
    }

    /// Makes a call as its caller does, with `address` for the one that the call was recorded with. `None` where
    /// run-parts is needed and not there.
    pub fn call(&self, call: &Call, address: &str) -> Option<Run> {
        let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let current = |text: &&str| text.replace("203.0.113.10", address);
        let words: Vec<String> = call.words.iter().map(current).collect();
        let file = self.folder().join("etc").join(call.file);
        let mut command = match call.how {
            How::RunParts => run_parts(file.parent()?, &words)?,
            How::Executed => {
                let mut command = Command::new(&file);
                command.args(&words);
                command
            }
            How::Sourced => sourced(&file, self.folder()),
        };
        let variables: Vec<String> = call.variables.iter().map(current).collect();
        command.env_clear().envs(variables.iter().filter_map(|line| line.split_once('=')));
        let run = finish(command.stdin(Stdio::null()).current_dir("/"));
        if call.how == How::Sourced {
            unharmed(self.folder(), &run);
        }
        Some(run)
    }
}

/// The files of contrib/ that are to be installed.
pub fn files() -> Vec<PathBuf> {
    let contrib = Path::new("contrib");
    let mut found = Vec::new();
    let mut folders = vec![contrib.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("contrib") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.parent() != Some(contrib) {
                found.push(path.strip_prefix(contrib).expect("it is below contrib").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// The permissions of a file.
pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("metadata").permissions().mode() & 0o7777
}

/// run-parts of Debian, where it is.
pub fn run_parts_program() -> Option<&'static str> {
    let found = ["/usr/bin/run-parts", "/bin/run-parts"].into_iter().find(|path| Path::new(path).exists());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "run-parts is not installed");
        eprintln!("skipped: run-parts is not installed");
    }
    found
}

/// As Debian's ip-up and as ifup do it.
fn run_parts(folder: &Path, words: &[String]) -> Option<Command> {
    let mut command = Command::new(run_parts_program()?);
    command.arg(folder).args(words.iter().map(|word| format!("--arg={word}")));
    Some(command)
}

/// As dhclient-script and dhcpcd-run-hooks do it, and stricter: an error that gets out would end the shell.
fn sourced(file: &Path, folder: &Path) -> Command {
    let script = r#"
        set -eu
        kept="as it was"
        cd /
        run() {
            set >"$2/before"
            . "$1"
            echo "status $?" >"$2/status"
            set >"$2/after"
        }
        run "$1" "$2"
        exit 7
    "#;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, "sh"]).arg(file).arg(folder);
    command
}

/// That a shell went on after it had sourced a file, to its own end and with its own variables.
fn unharmed(folder: &Path, run: &Run) {
    let read = |name: &str| {
        let text = fs::read_to_string(folder.join(name)).unwrap_or_else(|why| panic!("{name}: {why}: {run:#?}"));
        // What some shells change with every command.
        text.lines().filter(|line| !line.starts_with("_=") && !line.starts_with("BASH_")).collect::<Vec<_>>().join("\n")
    };
    assert!(read("before").contains("kept='as it was'"));
    assert_eq!(read("before"), read("after"));
    assert_eq!(read("status"), "status 0");
    assert_eq!(run.status, 7, "{run:#?}");
}

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its permissions");
}

/// A file of texts that each end with NUL.
fn strings(path: &Path) -> io::Result<Vec<String>> {
    let mut text = fs::read_to_string(path)?;
    if text.ends_with('\0') {
        text.pop();
    }
    Ok(text.split('\0').map(str::to_owned).collect())
}
