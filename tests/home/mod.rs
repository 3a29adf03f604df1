//! A machine that follows its addresses, in a directory of its own: nsup.toml, key, state, locks, and a log that is read.

// Each test file uses a part.
#![allow(dead_code, unreachable_pub)]

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::program::{Run, command, finish};
use super::servers::TestKey;

/// The machine.
pub struct Home {
    directory: tempfile::TempDir,
    log: UnixDatagram,
}

impl Home {
    /// A machine with `top` at the top of nsup.toml, behind the server, the key and its places. Its addresses are those
    /// of the documentation, which it has to be allowed to publish.
    pub fn new(server: impl std::fmt::Display, key: &TestKey, top: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let log = UnixDatagram::bind(path("log")).unwrap();
        log.set_nonblocking(true).unwrap();
        let home = Self { directory, log };
        let key = key.write(home.path());
        home.write(
            "nsup.toml",
            &format!(
                "server = \"{server}\"\nkey = \"{}\"\nallow-private = true\nsyslog = \"{}\"\nstate-directory = \"{}\"\n\
                 {top}\n",
                key.display(),
                home.at("log").display(),
                home.at("state").display()
            ),
        );
        home
    }

    /// Adds to nsup.toml a table for a name, with these lines in it.
    pub fn follow(&self, name: &str, lines: &str) -> &Self {
        let text = fs::read_to_string(self.at("nsup.toml")).unwrap();
        self.write("nsup.toml", &format!("{text}[[name]]\nname = \"{name}\"\n{lines}\n"));
        self
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A file of it.
    pub fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file that nobody else may write, whole or not at all.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let beside = self.at(&format!("{name}.new"));
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o644).open(&beside).unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
        drop(file);
        fs::rename(&beside, self.at(name)).unwrap();
        self.at(name)
    }

    /// Makes `text` what the source of [`Home::source`] prints.
    pub fn has(&self, text: &str) -> &Self {
        self.write("address", text);
        self
    }

    /// A line for nsup.toml: the IPv4 address is what [`Home::has`] has written.
    pub fn ipv4(&self) -> String {
        format!("ipv4 = \"command:cat {}\"", self.at("address").display())
    }

    /// The program with its places in the environment, and nothing else there.
    pub fn program(&self) -> Command {
        let mut program = command();
        program.env("RUNTIME_DIRECTORY", self.at("run")).env("NSUP_CONFIG", self.at("nsup.toml"));
        program.env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
        program
    }

    /// Runs it with words that blanks separate.
    pub fn nsup(&self, words: &str) -> Run {
        finish(self.program().args(words.split_whitespace()))
    }

    /// The lines of the log since the last time, without the priority and the process.
    pub fn logged(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = vec![0; 65_536];
        while let Ok(length) = self.log.recv(&mut line) {
            let text = String::from_utf8_lossy(&line[..length]).into_owned();
            lines.push(text.split_once("]: ").map_or(text.clone(), |(_, said)| said.to_owned()));
        }
        lines
    }

    /// Waits for a line of the log with this in it; gives all lines up to then.
    #[track_caller]
    pub fn wait_for(&self, text: &str, seconds: u64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        wait(&format!("{text:?} in the log"), seconds, || {
            lines.extend(self.logged());
            if lines.iter().any(|line| line.contains(text)) { Ok(()) } else { Err(format!("{lines:#?}")) }
        });
        lines
    }
}

/// Waits until `is_so` says so; panics with what it says instead when the time is up.
#[track_caller]
pub fn wait(what: &str, seconds: u64, mut is_so: impl FnMut() -> Result<(), String>) {
    let end = Instant::now() + Duration::from_secs(seconds);
    loop {
        match is_so() {
            Ok(()) => return,
            Err(instead) => assert!(Instant::now() < end, "no {what} within {seconds} s: {instead}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
