//! Twenty sessions at a time against a named that lets five updates in at once and passes over the others without a word:
//! what each says of its records is true, and none waits for ever.

mod program;
mod servers;

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use program::{Run, finish};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "example.org";
const SESSIONS: usize = 20;
const MESSAGES: usize = 5;
const QUOTA: usize = 5;

/// What runs a session: half of them nsup's own, the others nsupdate's, over UDP and over connections.
const PROGRAMS: [(&str, &str); 4] =
    [("nsup", "script --json"), ("nsupdate", ""), ("nsup", "script --json"), ("nsupdate", "-v -t 6")];

/// No session takes longer: its messages have 20 s each at most, and few are passed over more than once.
const LIMIT: Duration = Duration::from_secs(60);

/// The name that a message adds.
fn name(session: usize, message: usize) -> String {
    format!("s{session}m{message}.{ZONE}")
}

/// A script whose messages could not be carried out twice.
fn script(server: &Server, session: usize) -> String {
    let at = server.address();
    let message = |message: usize| {
        let name = name(session, message);
        format!(
            "prereq nxdomain {name}\nprereq yxdomain {ZONE}\nadd {name} 60 A 192.0.2.1\nadd {name} 60 TXT {name}\nsend\n"
        )
    };
    let messages: String = (0..MESSAGES).map(message).collect();
    format!("server {} {}\nzone {ZONE}\n{messages}", at.ip(), at.port())
}

fn session(folder: &Path, key: &Path, server: &Server, session: usize, start: &Barrier) -> Run {
    let (program, words) = PROGRAMS[session % PROGRAMS.len()];
    let file = folder.join(format!("script{session}"));
    std::fs::write(&file, script(server, session)).unwrap();
    let mut command = Command::new(folder.join(program));
    command.env_clear().env("HOME", folder).args(words.split_whitespace()).arg("-k").arg(key).arg(&file);
    start.wait();
    finish(command.stdin(Stdio::null()))
}

/// Which of a session's names are in the zone: whole, or not at all.
fn held(zone: &[String], session: usize) -> Vec<bool> {
    let is_held = |message| {
        let owner = format!("{}. ", name(session, message));
        match zone.iter().filter(|record| record.starts_with(&owner)).count() {
            0 => false,
            2 => true,
            other => panic!("{owner} has {other} records"),
        }
    };
    (0..MESSAGES).map(is_held).collect()
}

#[test]
fn twenty_sessions_against_a_quota_of_five_tell_the_truth() {
    let key = TestKey::new("home", "hmac-sha256");
    let setup = Setup::new().key(key.clone()).bind_options(&format!("update-quota {QUOTA};"));
    let Some(server) = Server::start(Kind::Bind, &setup.zone(Zone::new(ZONE).grant(Grant::zone(&key)))) else { return };
    let folder = tempfile::tempdir().unwrap();
    let key = key.write(folder.path());
    for name in ["nsup", "nsupdate"] {
        symlink(env!("CARGO_BIN_EXE_nsup"), folder.path().join(name)).unwrap();
    }
    let (start, server, folder, key) = (&Barrier::new(SESSIONS), &server, folder.path(), &key);
    let runs: Vec<Run> = thread::scope(|scope| {
        let start_one = |number| scope.spawn(move || session(folder, key, server, number, start));
        let sessions: Vec<_> = (0..SESSIONS).map(start_one).collect();
        sessions.into_iter().map(|session| session.join().unwrap()).collect()
    });
    assert!(server.log().contains("too many DNS UPDATEs queued"), "the quota was never used up");
    let zone = server.zone(ZONE);
    for (number, run) in runs.iter().enumerate() {
        let (program, words) = PROGRAMS[number % PROGRAMS.len()];
        let held = held(&zone, number);
        eprintln!("{program} {words}: status {}, {held:?}, {:.1} s", run.status, run.took.as_secs_f32());
        let what = format!("{program} {words}: {held:?}, {run:#?}");
        assert_eq!(run.status == 0, held.iter().all(|held| *held), "{what}");
        assert!(run.took < LIMIT, "{what}");
        if program == "nsup" { ours(run, &held, &what) } else { nsupdate(run, &held, &what) }
    }
}

/// What nsup says of each message is so.
fn ours(run: &Run, held: &[bool], what: &str) {
    let told: serde_json::Value = serde_json::from_str(&run.stdout).expect(what);
    let messages = told["messages"].as_array().expect(what);
    let said: Vec<bool> = messages.iter().map(|message| message["outcome"] == "changed").collect();
    assert_eq!(said, held[..said.len()], "{what}");
    assert!(held[said.len()..].iter().all(|held| !held), "{what}");
    assert!(matches!(run.status, 0 | 5), "{what}");
}

/// nsupdate goes on behind a message that got no answer, and says a line of each.
fn nsupdate(run: &Run, held: &[bool], what: &str) {
    assert!(run.stdout.is_empty() && matches!(run.status, 0 | 2), "{what}");
    let failures = run.stderr.lines().filter(|line| line.ends_with(" failed: timed out")).count();
    assert_eq!(failures, run.stderr.lines().count(), "{what}");
    assert_eq!(failures, held.iter().filter(|held| !**held).count(), "{what}");
}
