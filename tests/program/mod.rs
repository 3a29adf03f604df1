//! Running the built program as users do, and reading what it says.

// Each test file uses a part.
#![allow(dead_code, unreachable_pub)]

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
}

/// Runs `nsup` with words that blanks separate, an empty environment and no standard input.
pub fn nsup(words: &str) -> Run {
    run(words.split_whitespace())
}

/// Runs `nsup` with these words.
pub fn run<W: AsRef<OsStr>>(words: impl IntoIterator<Item = W>) -> Run {
    finish(command().args(words))
}

/// The program, with an empty environment and no standard input.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nsup"));
    command.env_clear().stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn finish(command: &mut Command) -> Run {
    let started = Instant::now();
    let output = command.output().expect("the program starts");
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        took: started.elapsed(),
    }
}

impl Run {
    /// Asserts how it ended, and gives itself back.
    #[track_caller]
    pub fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }

    /// Asserts a part of standard output.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "{text:?} is not in {self:#?}");
        self
    }

    /// Asserts a part of standard error.
    #[track_caller]
    pub fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} is not in {self:#?}");
        self
    }

    /// Asserts that a hint was given with this in it.
    #[track_caller]
    pub fn hints(self, text: &str) -> Self {
        let hinted = self.stderr.lines().any(|line| line.starts_with("nsup: hint: ") && line.contains(text));
        assert!(hinted, "{text:?} is not hinted in {self:#?}");
        self
    }

    /// Asserts that nothing was printed.
    #[track_caller]
    pub fn silent(self) -> Self {
        assert!(self.stdout.is_empty() && self.stderr.is_empty(), "{self:#?}");
        self
    }
}

/// The options for a key file and a server.
pub fn options(key: &Path, server: impl std::fmt::Display) -> String {
    format!("-k {} --server {server}", key.display())
}
