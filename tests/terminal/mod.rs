//! A terminal with a program in it: keys go in, what stands on the screen is read. tmux is the terminal.

// Each test file uses a part.
#![allow(dead_code, unreachable_pub)]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long something may take to appear on the screen.
const LIMIT: Duration = Duration::from_secs(20);

/// The terminal, with a home of its own for the program.
pub struct Terminal {
    home: PathBuf,
    socket: PathBuf,
    _directory: tempfile::TempDir,
}

impl Terminal {
    /// A terminal in which the program, called by this name, runs with these words; `None`, aloud, without tmux.
    pub fn start(called: &str, words: &str) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path().join("home");
        std::fs::create_dir(&home).unwrap();
        Self::start_in(home, directory, "screen", called, words)
    }

    /// The same with a terminal of another kind.
    pub fn start_with(term: &str, called: &str, words: &str) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path().join("home");
        std::fs::create_dir(&home).unwrap();
        Self::start_in(home, directory, term, called, words)
    }

    /// One more terminal in the home of this one.
    pub fn again(&self, called: &str, words: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self::start_in(self.home.clone(), directory, "screen", called, words).expect("tmux was there before")
    }

    fn start_in(home: PathBuf, directory: tempfile::TempDir, term: &str, called: &str, words: &str) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
            assert!(!in_ci, "tmux is not installed");
            eprintln!("skipped: tmux is not installed");
            return None;
        }
        let program = directory.path().join(called);
        symlink(env!("CARGO_BIN_EXE_nsup"), &program).unwrap();
        let terminal = Self { home, socket: directory.path().join("tmux"), _directory: directory };
        let (home, program) = (terminal.home.display(), program.display());
        let run = format!("env -i TERM={term} HOME={home} {program} {words}; echo \"ended with $?\"; exec sleep 60");
        // Wide, so that no line is broken.
        terminal.tmux(&["new-session", "-d", "-x", "160", "-y", "50", &run]);
        Some(terminal)
    }

    /// A file in the program's home.
    pub fn at(&self, path: &str) -> PathBuf {
        self.home.join(path)
    }

    /// Types this text.
    pub fn types(&self, text: &str) -> &Self {
        self.tmux(&["send-keys", "-l", text]);
        self
    }

    /// Presses these keys, by tmux's names.
    pub fn press(&self, keys: &str) -> &Self {
        let words: Vec<&str> = ["send-keys"].into_iter().chain(keys.split(' ')).collect();
        self.tmux(&words);
        self
    }

    /// Types a line and ends it.
    pub fn line(&self, text: &str) -> &Self {
        self.types(text).press("Enter")
    }

    /// Pastes this text as terminals do.
    pub fn paste(&self, text: &str) -> &Self {
        self.tmux(&["set-buffer", text]);
        self.tmux(&["paste-buffer", "-p"]);
        self
    }

    /// Waits until the screen's text ends with this, but for empty lines.
    #[track_caller]
    pub fn ends_with(&self, text: &str) -> &Self {
        self.waits(text, |screen| screen.trim_end().ends_with(text.trim_end()))
    }

    /// Waits until this stands on the screen.
    #[track_caller]
    pub fn shows(&self, text: &str) -> &Self {
        self.waits(text, |screen| screen.contains(text))
    }

    /// What stands on the screen now.
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    #[track_caller]
    fn waits(&self, text: &str, found: impl Fn(&str) -> bool) -> &Self {
        let started = Instant::now();
        loop {
            let screen = self.screen();
            if found(&screen) {
                return self;
            }
            assert!(started.elapsed() < LIMIT, "{text:?} did not appear:\n{}", screen.trim_end());
            sleep(Duration::from_millis(20));
        }
    }

    fn tmux(&self, words: &[&str]) -> String {
        let output = tmux(&self.socket).args(words).output().expect("tmux starts");
        assert!(output.status.success(), "tmux {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = tmux(&self.socket).arg("kill-server").output();
    }
}

/// A tmux of its own, without anybody's settings.
fn tmux(socket: &Path) -> Command {
    let mut command = Command::new("tmux");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("SHELL", "/bin/sh");
    command.arg("-S").arg(socket).args(["-f", "/dev/null", "-u"]);
    command
}
