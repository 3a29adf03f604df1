//! A machine and its name server, one of which is broken in one way; and what `nsup check` says of it first.

// Each test file uses a part.
#![allow(dead_code, unreachable_pub)]

pub mod keys;
pub mod machine;
pub mod network;
pub mod writing;
pub mod zones;

use std::cell::OnceCell;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::clock::Clock;
use crate::program::{Run, command, finish};
use crate::servers::{Grant, Kind, Server, Setup, TestKey, Zone};

/// What the set-ups are called, and what is printed first of each.
const FIXTURE: &str = "tests/data/check.txt";

/// The zone, and the name that follows an address.
pub const ZONE: &str = "example.org";
pub const NAME: &str = "cable.example.org";

/// What a set-up is made of, all of it sound until something is changed.
pub struct Ground {
    /// The key that the machine has.
    pub key: TestKey,
    /// What the server is told, but for its zone.
    pub setup: Setup,
    /// Its zone; none leaves it without.
    pub zone: Option<Zone>,
    /// What kind of server it is.
    pub kind: Kind,
    /// Where nsup.toml says that the server is, in the place of where it is.
    pub server: Option<String>,
    /// The file that nsup.toml has for the key's.
    pub key_file: String,
    /// More lines for the top of nsup.toml.
    pub top: String,
    /// The name, and the lines of its table.
    pub name: String,
    pub lines: String,
    /// More words for nsup check.
    pub words: String,
    /// Whether the configuration file is read at all.
    pub configured: bool,
    /// By how much the machine's clock is shifted, as [`Clock::shifted`] has it.
    pub clock: Option<&'static str>,
    clocks: OnceCell<Clock>,
    home: tempfile::TempDir,
}

/// What became of an examination.
pub struct Examined {
    run: Run,
    /// All lines, as they would be on a machine of the documentation.
    lines: Vec<String>,
    /// The first line that is not good, as it would be on a machine of the documentation.
    pub first: String,
}

impl Ground {
    /// A machine with a key, a name, cron and a hook, and a BIND that lets the key change the name's addresses.
    pub fn new() -> Self {
        let key = TestKey::new("home", "hmac-sha256");
        let home = tempfile::tempdir().unwrap();
        let ground = Self {
            setup: Setup::new().key(key.clone()),
            zone: Some(zone(&key)),
            kind: Kind::Bind,
            key,
            server: None,
            key_file: "home.key".to_owned(),
            top: String::new(),
            name: NAME.to_owned(),
            lines: "ipv4 = \"203.0.113.7\"\nallow-private = true".to_owned(),
            words: String::new(),
            configured: true,
            clock: None,
            clocks: OnceCell::new(),
            home,
        };
        ground.place("root/usr/local/bin/nsup", "", 0o755);
        ground.place("root/etc/ppp/ip-up.d/50nsup", "#!/bin/sh\nexec nsup hook pppd up \"$@\"\n", 0o755);
        ground.place("root/etc/crontab", "*/5 * * * * root /usr/local/bin/nsup sync\n", 0o644);
        ground
    }

    /// A file of the machine.
    pub fn at(&self, file: &str) -> PathBuf {
        self.home.path().join(file)
    }

    /// Writes one.
    pub fn place(&self, file: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.at(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    /// Gives the server its zone in words of named.conf, with its file in a folder of its own: for what the server does not
    /// answer from, or cannot write to. Gives the folder.
    pub fn zone_by_hand(&mut self, inside: &str, around: impl Fn(String) -> String) -> PathBuf {
        let text = fs::read_to_string("tests/data/check.zone").unwrap();
        let file = self.place("zones/example.org.zone", &text, 0o644);
        self.zone = None;
        let grants = format!("grant home name {NAME}. A; grant home name _nsup-check.{NAME}. TXT;");
        let clause = format!(
            "zone \"{ZONE}\" {{ type primary; file \"{}\"; update-policy {{ {grants} }}; {inside} }};",
            file.display()
        );
        self.setup = self.setup.clone().bind_statements(&around(clause));
        self.at("zones")
    }

    /// Starts the server; `None` if it is not installed.
    pub fn start(&self) -> Option<Server> {
        let setup = self.zone.iter().fold(self.setup.clone(), |setup, zone| setup.zone(zone.clone()));
        Server::start(self.kind, &setup)
    }

    /// Writes nsup.toml and the key's file.
    pub fn furnish(&self, server: &Server) {
        let here = server.address().to_string();
        let at = self.server.as_deref().unwrap_or("server = \"HERE\"").replace("HERE", &here);
        let key = self.at("home.key");
        if !key.exists() {
            let written = self.key.write(self.home.path());
            fs::rename(written, &key).unwrap();
        }
        let state = self.at("state");
        let text = format!(
            "{at}\nkey = \"{}\"\nstate-directory = \"{}\"\n{}\n[[name]]\nname = \"{}\"\n{}\n",
            self.at(&self.key_file).display(),
            state.display(),
            self.top,
            self.name,
            self.lines
        );
        self.place("nsup.toml", &text, 0o644);
    }

    /// The program with the machine's file.
    pub fn nsup(&self, words: &str, server: &Server) -> Run {
        let mut program = self.program();
        program.args(words.split_whitespace());
        if self.configured {
            program.arg("--config").arg(self.at("nsup.toml"));
        } else {
            program.arg("-k").arg(self.at("home.key")).arg("--server").arg(server.address().to_string());
        }
        program.env("PATH", "/usr/bin:/bin").env("RUNTIME_DIRECTORY", self.at("run"));
        finish(&mut program)
    }

    fn program(&self) -> Command {
        match self.clock {
            Some(shift) => self.clocks.get_or_init(|| Clock::build().expect("cc")).shifted(shift),
            None => command(),
        }
    }

    /// Examines the machine.
    pub fn check(&self, server: &Server) -> Examined {
        let root = self.at("root");
        let public = format!("--public {}", server.address());
        let public = if self.words.contains("--public") { String::new() } else { public };
        let name = if self.configured { "" } else { &self.name };
        let run = self.nsup(&format!("check {name} --root {} {public} {}", root.display(), self.words), server);
        let said = run.stdout.lines().chain(run.stderr.lines());
        let lines: Vec<String> = said.map(|line| self.documented(line, server)).collect();
        let first = lines.iter().find(|line| !line.starts_with('✓')).cloned().unwrap_or("all is good".to_owned());
        Examined { run, lines, first }
    }

    /// With the addresses and the places of the documentation.
    fn documented(&self, line: &str, server: &Server) -> String {
        let port = server.address().port().to_string();
        let line = line.replace(&format!(":{port}"), ":53");
        let line = line.replace("127.0.0.1", "192.0.2.53").replace("127.0.0.2", "192.0.2.54");
        let line = line.replace(&self.at("root").display().to_string(), "");
        let line = line.replace(&self.home.path().display().to_string(), "/etc/nsup");
        hide_times(&line)
    }
}

impl Examined {
    /// Asserts that a line begins so.
    #[track_caller]
    pub fn says(&self, line: &str) {
        assert!(self.lines.iter().any(|said| said.starts_with(line)), "{line:?} is not in {:#?}", self.lines);
    }
}

/// Times are of the day that it is, and so are the days since 1970.
fn hide_times(line: &str) -> String {
    let is_time = |word: &str| word.len() >= 20 && word.as_bytes()[4] == b'-' && word.as_bytes()[10] == b'T';
    let mut words: Vec<String> = Vec::new();
    for word in line.split(' ') {
        if word == "days" {
            words.pop();
            words.push("20000".to_owned());
        }
        words.push(if is_time(word) { format!("2026-11-25T12:00:00Z{}", &word[20..]) } else { word.to_owned() });
    }
    words.join(" ")
}

/// The zone with the grant that is needed, and no other.
pub fn zone(key: &TestKey) -> Zone {
    bare().grant(Grant::name(key, NAME, &["A", "AAAA"]))
}

/// Examines one set-up, which `change` makes of sound ground: its first line that is not good is the one of the fixture, the
/// exit status is this, and the zone is as it was.
#[track_caller]
pub fn broken(called: &str, exit: i32, change: impl FnOnce(&mut Ground)) {
    let mut ground = Ground::new();
    change(&mut ground);
    let Some(server) = ground.start() else { return };
    ground.furnish(&server);
    examined(called, exit, &ground, &server);
}

/// As [`broken`], of what has been started.
#[track_caller]
pub fn examined(called: &str, exit: i32, ground: &Ground, server: &Server) -> Run {
    let zones = || [files(server.directory()), files(&ground.at("zones"))];
    let before = zones();
    let Examined { run, first, .. } = ground.check(server);
    assert_eq!(run.status, exit, "{called}: {run:#?}");
    assert!(!run.stdout.contains(&ground.key.secret) && !run.stderr.contains(&ground.key.secret), "{called}: {run:#?}");
    if !ground.words.contains("--write-test") {
        assert_eq!(zones(), before, "{called}: the zone was written");
    }
    let known = fixture().into_iter().find(|(name, _)| name == called);
    let known = known.map(|(_, line)| line).unwrap_or_else(|| panic!("{FIXTURE} has no {called:?}: {first}\n{run:#?}"));
    assert_eq!(first, known, "{called}: {}\n{}", run.stdout, run.stderr);
    run
}

/// The zone files and journals of a server, with their octets and times.
fn files(directory: &Path) -> Vec<(PathBuf, u64, std::time::SystemTime)> {
    let of_zones = |path: &PathBuf| path.to_string_lossy().contains(".zone");
    let entries = fs::read_dir(directory).into_iter().flatten().map(|entry| entry.unwrap().path()).filter(of_zones);
    let mut files: Vec<_> = entries
        .map(|path| {
            let meta = fs::metadata(&path).unwrap();
            (path, meta.len(), meta.modified().unwrap())
        })
        .collect();
    files.sort();
    files
}

/// The set-ups with their lines: a title, and indented below it what is printed.
pub fn fixture() -> Vec<(String, String)> {
    let text = fs::read_to_string(FIXTURE).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let pair = |pair: &[&str]| (pair[0].to_owned(), pair[1].trim_start().to_owned());
    lines.chunks(2).map(pair).collect()
}

/// The zone without a grant.
pub fn bare() -> Zone {
    Zone::new(ZONE).record("cable.example.org. 300 IN A 203.0.113.7")
}
