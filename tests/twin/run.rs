//! Running a program in a directory of its own, and what it leaves behind.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::script::Script;
use crate::clock::Clock;

/// How long a run may take. None of the scripts waits for a server that is silent, but a busy machine may be slow.
const LIMIT: Duration = Duration::from_secs(120);

/// What came of one run.
pub(crate) struct Outcome {
    /// The exit status, -1 for a signal.
    pub(crate) exit: i32,
    /// Standard output, normalised.
    pub(crate) stdout: String,
    /// Standard error, normalised.
    pub(crate) stderr: String,
    /// What has changed in its zones but for the SOA, `+` or `-` before each record.
    pub(crate) changes: Vec<String>,
    /// The SOA of each of its zones.
    pub(crate) soas: Vec<String>,
}

impl Outcome {
    /// One aspect as text. Of a zone it is what has changed, and the SOA.
    pub(crate) fn aspect(&self, aspect: &str) -> String {
        match aspect {
            "exit" => self.exit.to_string(),
            "stdout" => self.stdout.clone(),
            "stderr" => self.stderr.clone(),
            _ => self.changes.iter().chain(&self.soas).map(|line| format!("{line}\n")).collect(),
        }
    }
}

/// The two programs to be compared, and the library for wrong clocks.
pub(crate) struct Programs {
    /// The program that nsup takes the place of.
    pub(crate) stock: PathBuf,
    /// nsup, under the same name.
    pub(crate) nsup: PathBuf,
    name: String,
    clock: Option<Clock>,
    _directory: tempfile::TempDir,
}

impl Programs {
    /// `None` if the stock program is not installed, which stderr is told; where `CI` is set and not empty that fails.
    pub(crate) fn find(name: &str) -> Option<Programs> {
        let Some(stock) = crate::servers::program(name) else {
            let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
            assert!(!in_ci, "{name} is not installed");
            eprintln!("skipped: {name} is not installed");
            return None;
        };
        let directory = tempfile::tempdir().unwrap();
        let nsup = directory.path().join(name);
        symlink(env!("CARGO_BIN_EXE_nsup"), &nsup).unwrap();
        Some(Programs { stock, nsup, name: name.to_owned(), clock: Clock::build(), _directory: directory })
    }

    /// Whether there are wrong clocks, for which a compiler is needed.
    pub(crate) fn have_clocks(&self) -> bool {
        self.clock.is_some()
    }

    /// Runs one of the two with these words in a directory where what the script brings lies already.
    pub(crate) fn run(&self, program: &Path, script: &Script, words: &[String], directory: &Path) -> Run {
        let open = |name: &str| File::create(directory.join(name)).unwrap();
        let mut command = Command::new(program);
        command.env_clear().env("HOME", directory).env("PATH", "/usr/bin:/bin").current_dir(directory);
        command.arg0(&self.name).args(words);
        command.stdin(File::open(directory.join("stdin")).unwrap()).stdout(open("stdout")).stderr(open("stderr"));
        if let (Some(shift), Some(clock)) = (script.clock(), &self.clock) {
            clock.shift(&mut command, shift);
        }
        let mut child = command.spawn().unwrap();
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status.code().unwrap_or(-1);
            }
            if started.elapsed() > LIMIT {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("{}: {} took longer than {LIMIT:?}", script.path(), program.display());
            }
            thread::sleep(Duration::from_millis(3));
        };
        let read = |name: &str| String::from_utf8_lossy(&fs::read(directory.join(name)).unwrap()).into_owned();
        Run { status, stdout: read("stdout"), stderr: read("stderr") }
    }
}

/// A run, its texts as they came.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}
