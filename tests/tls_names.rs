//! DNS over TLS under the names nsupdate and knsupdate, by their own options, against real BIND.
#![cfg(feature = "tls")]

mod certificates;
mod program;
mod servers;

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use certificates::Ca;
use program::finish;
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

#[test]
fn their_own_options_decide_whether_the_server_is_believed() {
    let directory = tempfile::tempdir().unwrap();
    let ca = Ca::new(directory.path(), "ca");
    let certificate = ca.signs(directory.path(), "good", &["ns.example.net", "127.0.0.1"]);
    let key = TestKey::new("k", "hmac-sha256");
    let zone = Zone::new("example.org").grant(Grant::zone(&key));
    let setup = Setup::new().key(key.clone()).zone(zone).tls("good", &certificate.clause());
    let Some(server) = Server::start(Kind::Bind, &setup) else { return };
    let address = server.tls("good");
    let file = key.write(directory.path());
    let line = directory.path().join("k.line");
    fs::write(&line, format!("hmac-sha256:k:{}\n", key.secret)).unwrap();
    let authority = ca.file.display().to_string();
    let cases = [
        ("nsupdate", format!("-S -A {authority} -k {}", file.display()), 0),
        ("nsupdate", format!("-A {authority} -H ns.example.net -k {}", file.display()), 0),
        ("nsupdate", format!("-S -O -k {}", file.display()), 0),
        ("nsupdate", format!("-A {authority} -H other.example -k {}", file.display()), 2),
        ("nsupdate", format!("-S -k {}", file.display()), 2),
        ("knsupdate", format!("-S -A{authority} -H ns.example.net -k {}", line.display()), 0),
        ("knsupdate", format!("-S -k {}", line.display()), 0),
        ("knsupdate", format!("-S -A{authority} -H other.example -k {}", line.display()), 1),
        ("knsupdate", format!("-S -P {}= -k {}", "A".repeat(43), line.display()), 1),
    ];
    for (number, (name, words, status)) in cases.into_iter().enumerate() {
        let program = directory.path().join(name);
        let _ = symlink(env!("CARGO_BIN_EXE_nsup"), &program);
        let owner = format!("h{number}.example.org");
        let input = directory.path().join("input");
        let script = format!(
            "server {} {}\nzone example.org.\nadd {owner}. 300 A 192.0.2.1\nsend\n",
            address.ip(),
            address.port()
        );
        fs::write(&input, script).unwrap();
        let mut command = Command::new(&program);
        let run = finish(command.env_clear().args(words.split_whitespace()).stdin(fs::File::open(&input).unwrap()));
        let run = run.ends(status);
        assert_eq!(run.stderr.is_empty(), status == 0, "{name} {words}: {run:#?}");
        assert_eq!(server.has("example.org", &owner, "A").is_empty(), status != 0, "{name} {words}");
    }
}
