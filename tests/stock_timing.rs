//! How long nsup waits under the names of nsupdate and knsupdate: as long as they do where nobody answers, and not that
//! long where somebody does.

mod primary;
mod program;
mod servers;

use std::net::{Ipv6Addr, TcpListener, UdpSocket};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use nsup::dns::Name;
use nsup::proto::{Algorithm, Key, Rcode, Secret, Transport};
use primary::{Fault, Forgery, Misbehaviour, Opcode, Policy, Primary};
use program::{Run, finish};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};
use tempfile::TempDir;

const SECRET: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// How much longer than it should a run may take on a busy machine.
const MARGIN: Duration = Duration::from_millis(1500);

fn key() -> Key {
    let octets = Algorithm::Sha256.mac_octets();
    Key::new(&Name::parse("k").unwrap(), Algorithm::Sha256, octets, Secret::from_base64(SECRET).unwrap())
}

fn primary(faults: impl IntoIterator<Item = Fault>) -> Primary {
    Primary::builder("example.org").key(key(), Policy::WholeZone).faults(faults).start().unwrap()
}

fn silent() -> Primary {
    primary([Fault::new(Misbehaviour::DropRequest).always()])
}

/// nsup under both names, and scripts for it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(folder.at("scripts")).unwrap();
        for name in ["nsupdate", "knsupdate"] {
            symlink(env!("CARGO_BIN_EXE_nsup"), folder.0.path().join(name)).unwrap();
        }
        folder
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The options for a script that sends one record to a primary, with the key in its own line.
    fn script(&self, name: &str, primary: &Primary, lines: &str) -> String {
        let address = primary.address();
        let head =
            format!("server {} {}\nkey hmac-sha256:k {SECRET}\nzone example.org.\n", address.ip(), address.port());
        self.write(name, &format!("{head}{lines}send\n"))
    }

    fn write(&self, name: &str, text: &str) -> String {
        // Beside the links: what is written to one of those is written to the program.
        let path = self.at("scripts").join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Runs nsup under this name.
    fn run(&self, name: &str, words: &str) -> Run {
        run(&self.at(name), words, self.0.path())
    }
}

fn run(program: &Path, words: &str, home: &Path) -> Run {
    let mut command = Command::new(program);
    let command = command.env_clear().env("HOME", home).env("PATH", "/usr/bin:/bin").args(words.split_whitespace());
    finish(command.stdin(std::process::Stdio::null()))
}

const ADD: &str = "prereq nxdomain a.example.org.\nadd a.example.org. 60 A 192.0.2.1\n";

/// The name and the options, over what the message goes, how often it is sent, for how many seconds, and the status.
const WAITS: [(&str, &str, Transport, usize, u64, i32); 9] = [
    ("nsupdate", "", Transport::Udp, 4, 12, 2),
    ("nsupdate", "-u 4 -r 1", Transport::Udp, 2, 8, 2),
    ("nsupdate", "-t 8 -v", Transport::Tcp, 1, 8, 2),
    ("nsupdate", "-t 8 -u 0 -r 3", Transport::Udp, 4, 8, 2),
    ("nsupdate", "-t 2 -u 3 -r 0", Transport::Udp, 1, 3, 2),
    ("knsupdate", "", Transport::Udp, 4, 12, 1),
    ("knsupdate", "-t 8 -r 1", Transport::Udp, 2, 8, 1),
    ("knsupdate", "-t 6 -r 0", Transport::Udp, 1, 6, 1),
    ("knsupdate", "-v -t 4", Transport::Tcp, 1, 4, 1),
];

#[test]
fn where_nobody_answers_both_wait_as_long_as_the_programs_that_they_take_the_place_of() {
    let folder = &Folder::new();
    let wait = |number: usize,
                (name, options, transport, times, seconds, status): (&str, &str, Transport, usize, u64, i32),
                stock: Option<PathBuf>| {
        let primary = silent();
        let program = stock.clone().unwrap_or_else(|| folder.at(name));
        let script = folder.script(&format!("{number}-{}", stock.is_some()), &primary, ADD);
        let ended = run(&program, &format!("{options} {script}"), folder.0.path());
        let what = format!("{} {options}: {ended:#?}", program.display());
        let seconds = Duration::from_secs(seconds);
        assert!(ended.took > seconds - MARGIN / 3 && ended.took < seconds + MARGIN, "{what}");
        assert_eq!(ended.status, status, "{what}");
        let requests = primary.requests();
        assert_eq!(requests.len(), times, "{what}");
        assert!(requests.iter().all(|request| request.transport == transport), "{what}");
        assert!(requests.iter().all(|request| request.octets == requests[0].octets), "{what}");
        assert!(ended.stdout.is_empty(), "{what}");
        let server = primary.address();
        match name {
            "nsupdate" => {
                assert_eq!(
                    ended.stderr,
                    format!("; Communication with {}#{} failed: timed out\n", server.ip(), server.port()),
                    "{what}"
                )
            }
            _ => {
                let over = if transport == Transport::Udp { "UDP" } else { "TCP" };
                let warning = format!(";; WARNING: response timeout for {}@{}({over})", server.ip(), server.port());
                assert!(ended.stderr.contains(&warning), "{what}");
            }
        }
    };
    thread::scope(|scope| {
        for (number, case) in WAITS.into_iter().enumerate() {
            scope.spawn(move || wait(number, case, None));
            if let Some(stock) = servers::program(case.0) {
                scope.spawn(move || wait(number, case, Some(stock)));
            }
        }
    });
}

#[test]
fn a_forged_datagram_does_not_end_the_wait() {
    let folder = Folder::new();
    for (number, forgery) in [
        Forgery::unsigned(Rcode::NOERROR),
        Forgery::unsigned(Rcode::REFUSED),
        Forgery::wrong_mac(Rcode::NOERROR),
        Forgery::wrong_mac(Rcode::SERVFAIL),
        Forgery::bad_key(),
        Forgery::bad_signature(),
        Forgery::wrong_id(),
        Forgery::echo(),
        Forgery::garbage(b"no message"),
    ]
    .into_iter()
    .enumerate()
    {
        for name in ["nsupdate", "knsupdate"] {
            let primary = primary([Fault::new(Misbehaviour::ForgeFirst(forgery.clone())).always()]);
            let script = folder.script("s", &primary, ADD);
            folder.run(name, &script).ends(0).silent();
            assert_eq!((primary.requests().len(), primary.serial()), (1, 2), "{name}: {number}");
            assert_eq!(primary.records("a.example.org.", "A"), ["192.0.2.1"]);
        }
    }
}

#[test]
fn where_only_a_forgery_comes_the_message_goes_over_a_connection_and_is_done_once() {
    let folder = Folder::new();
    for forgery in [Forgery::unsigned(Rcode::NOERROR), Forgery::wrong_mac(Rcode::NOERROR), Forgery::bad_key()] {
        for name in ["nsupdate", "knsupdate"] {
            let primary = primary([Fault::new(Misbehaviour::ForgeOnly(forgery.clone())).over(Transport::Udp).always()]);
            let run = folder.run(name, &folder.script("s", &primary, ADD)).ends(0).silent();
            assert!(run.took < Duration::from_secs(3), "{run:#?}");
            assert_eq!((primary.serial(), primary.connections()), (2, 1));
        }
    }
}

#[test]
fn a_forged_success_is_none_over_a_connection_either() {
    let folder = Folder::new();
    for (forgery, words) in [
        (Forgery::unsigned(Rcode::NOERROR), "; TSIG error with server: expected a TSIG or SIG(0)\n"),
        (Forgery::wrong_mac(Rcode::NOERROR), "; TSIG error with server: tsig verify failure\n"),
    ] {
        let primary = primary([Fault::new(Misbehaviour::ForgeOnly(forgery)).always()]);
        for options in ["", "-v"] {
            let run = folder.run("nsupdate", &format!("{options} {}", folder.script("s", &primary, ADD))).ends(2);
            assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", words));
            assert!(run.took < Duration::from_secs(3), "{run:#?}");
        }
        let run = folder.run("knsupdate", &folder.script("s", &primary, ADD)).ends(1);
        assert!(
            run.stderr.starts_with(";; ERROR: reply verification (") && run.took < Duration::from_secs(3),
            "{run:#?}"
        );
        assert_eq!(primary.serial(), 1);
    }
}

#[test]
fn a_cut_answer_is_no_success_and_the_message_is_not_told_to_have_failed() {
    let folder = Folder::new();
    for name in ["nsupdate", "knsupdate"] {
        let primary = primary([Fault::new(Misbehaviour::Truncated).over(Transport::Udp).on(Opcode::Update)]);
        folder.run(name, &folder.script("s", &primary, ADD)).ends(0).silent();
        let over: Vec<Transport> = primary.requests().iter().map(|request| request.transport).collect();
        assert!(over.starts_with(&[Transport::Udp, Transport::Tcp]), "{over:?}");
        assert_eq!((primary.records("a.example.org.", "A"), primary.serial()), (vec!["192.0.2.1".to_owned()], 2));

        let always = self::primary([Fault::new(Misbehaviour::Truncated).always()]);
        let run = folder.run(name, &folder.script("s", &always, ADD));
        assert_ne!(run.status, 0, "{run:#?}");
    }
}

#[test]
fn an_answer_that_got_lost_is_asked_for_again_and_what_has_been_done_is_success() {
    let folder = &Folder::new();
    thread::scope(|scope| {
        for name in ["nsupdate", "knsupdate"] {
            scope.spawn(move || {
                // The second copy finds the prerequisite false, because of the first.
                let primary = primary([Fault::new(Misbehaviour::DropAnswer).on(Opcode::Update)]);
                let run = folder.run(name, &folder.script(name, &primary, ADD)).ends(0).silent();
                assert!(run.took > Duration::from_secs(2) && run.took < Duration::from_secs(3) + MARGIN, "{run:#?}");
                assert_eq!(primary.serial(), 2);
            });
        }
    });
}

#[test]
fn an_answer_that_takes_its_time_is_waited_for() {
    let folder = &Folder::new();
    thread::scope(|scope| {
        for (name, options) in [("nsupdate", ""), ("nsupdate", "-v -t 6"), ("knsupdate", ""), ("knsupdate", "-v")] {
            scope.spawn(move || {
                let late = Fault::new(Misbehaviour::DelayAnswer(Duration::from_secs(4))).on(Opcode::Update);
                let primary = primary([late]);
                let script = folder.script(&format!("{name}{options}").replace(' ', ""), &primary, ADD);
                let run = folder.run(name, &format!("{options} {script}")).ends(0).silent();
                assert!(run.took < Duration::from_secs(4) + MARGIN, "{name} {options}: {run:#?}");
                assert_eq!(primary.serial(), 2);
            });
        }
    });
}

#[test]
fn a_key_that_the_server_does_not_know_or_has_otherwise_ends_soon_in_the_usual_words() {
    let key = TestKey::new("home", "hmac-sha256");
    let zone = Zone::new("example.org").grant(Grant::zone(&key));
    let Some(server) = Server::start(Kind::Bind, &Setup::new().key(key.clone()).zone(zone)) else { return };
    let folder = &Folder::new();
    let other = TestKey::new("other", "hmac-sha256");
    let (server, stock) = (&server, servers::program("nsupdate"));
    thread::scope(|scope| {
        for (number, (name, secret, rcode)) in
            [("other", &other.secret, "BADKEY"), ("home", &other.secret, "BADSIG")].into_iter().enumerate()
        {
            let at = server.address();
            let text = format!(
                "server {} {}\nkey hmac-sha256:{name} {secret}\nzone example.org\nadd a.example.org 60 A 192.0.2.1\nsend\n",
                at.ip(),
                at.port()
            );
            let script = folder.write(&format!("key{number}"), &text);
            let stock = stock.clone();
            scope.spawn(move || {
                let run = folder.run("nsupdate", &script).ends(2);
                let words =
                    format!("; TSIG error with server: tsig indicates error\nupdate failed: NOTAUTH({rcode})\n");
                assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", words.as_str()));
                assert!(run.took < MARGIN, "{run:#?}");
                if let Some(stock) = stock {
                    let theirs = self::run(&stock, &script, folder.0.path());
                    assert_eq!((run.status, run.stderr), (theirs.status, theirs.stderr));
                }
                let run = folder.run("knsupdate", &script).ends(1);
                assert!(run.stderr.contains(";; ERROR: reply verification (failed to verify TSIG)"), "{run:#?}");
                assert!(run.took < MARGIN, "{run:#?}");
            });
        }
    });
    assert_eq!(server.serial("example.org"), 1);
}

/// `-l` has two addresses, ::1 and then 127.0.0.1.
#[test]
fn the_second_address_is_tried_where_the_first_is_silent_or_refuses() {
    let folder = Folder::new();
    let key = format!("key \"k\" {{ algorithm hmac-sha256; secret \"{SECRET}\"; }};\n");
    let key = folder.write("key", &key);
    let script = folder.write("s", &format!("zone example.org\n{ADD}send\n"));
    for options in ["", "-v"] {
        let primary = primary([]);
        let port = primary.address().port();
        let run = folder.run("nsupdate", &format!("-l -k {key} -p {port} {options} {script}")).ends(0);
        assert!(run.took < MARGIN, "{run:#?}");
        assert_eq!(primary.serial(), 2, "{run:#?}");
    }
    for (options, seconds) in [("-u 1 -r 1", 2), ("-v -t 2", 2)] {
        let primary = primary([]);
        let port = primary.address().port();
        let at = (Ipv6Addr::LOCALHOST, port);
        // Where there is no ::1 it is refused at once.
        let silent = (UdpSocket::bind(at), TcpListener::bind(at));
        if silent.0.is_err() || silent.1.is_err() {
            eprintln!("skipped: {silent:?}");
            continue;
        }
        let run = folder.run("nsupdate", &format!("-l -k {key} -p {port} {options} {script}")).ends(0);
        let least = Duration::from_secs(seconds);
        assert!(run.took > least - MARGIN / 3 && run.took < least + MARGIN, "{options}: {run:#?}");
        assert_eq!(primary.serial(), 2, "{run:#?}");
    }
}
