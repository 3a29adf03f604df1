//! `nsup import`: what files of ddclient and scripts of nsupdate come to, word for word, and that a zone which ddclient
//! has kept is kept on by the result.

mod program;
mod servers;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use nsup::config::Config;
use program::{Run, command, finish};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

/// Runs an import within a directory.
fn import(directory: &Path, words: &[&str]) -> Run {
    finish(command().current_dir(directory).arg("import").args(words))
}

/// Goes through the cases of one importer. Each is a file, then what it comes to, what is said, and the exit status.
fn every_case(of: &str, file: &str) -> usize {
    let mut cases = 0;
    for entry in fs::read_dir(Path::new("tests/data/import").join(of)).unwrap() {
        let path = entry.unwrap().path();
        let case = fs::read(&path).unwrap();
        let end = case.windows(13).position(|part| part == b"-- nsup.toml\n").unwrap();
        let (text, expected) = case.split_at(end);
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(file), text).unwrap();
        let mut words = vec![of, file];
        // Those whose key stood on nsupdate's command line.
        if path.file_name().unwrap().to_str().unwrap().starts_with("keyed-") {
            words.extend(["-k", "/etc/nsup/home.key"]);
        }
        let run = import(directory.path(), &words);
        let said = format!("-- nsup.toml\n{}-- said\n{}-- exit {}\n", run.stdout, run.stderr, run.status);
        assert_eq!(said, String::from_utf8_lossy(expected), "{}", path.display());
        Config::parse(&run.stdout, Path::new("nsup.toml"), None).unwrap();
        cases += 1;
    }
    cases
}

#[test]
fn files_of_ddclient_come_to_what_they_say() {
    assert!(every_case("ddclient", "ddclient.conf") >= 25);
}

#[test]
fn scripts_of_nsupdate_come_to_what_they_do() {
    assert!(every_case("nsupdate", "script") >= 15);
}

#[test]
fn the_result_is_a_file_of_its_own_and_overwrites_none() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let text = "protocol=nsupdate, server=ns1.example.org, zone=example.org, password=/etc/home.key, use=if, if=ppp0\n";
    fs::write(at("ddclient.conf"), format!("{text}home.example.org\n")).unwrap();
    let words = ["ddclient", "ddclient.conf", "--output", "nsup.toml", "-q"];
    import(directory.path(), &words).ends(0).silent();
    let written = fs::read_to_string(at("nsup.toml")).unwrap();
    assert_eq!(written, import(directory.path(), &words[..2]).ends(0).stdout);
    assert_eq!(fs::metadata(at("nsup.toml")).unwrap().permissions().mode() & 0o133, 0, "nobody else may change it");
    fs::write(at("nsup.toml"), "# mine\n").unwrap();
    import(directory.path(), &words).ends(1).complains("nsup.toml: it is there already").hints("--output");
    assert_eq!(fs::read_to_string(at("nsup.toml")).unwrap(), "# mine\n");
    let run = import(directory.path(), &["ddclient", "ddclient.conf", "--output", "nowhere/nsup.toml"]).ends(1);
    run.complains("nowhere/nsup.toml: no such file or directory\n");
    fs::write(at("empty.conf"), "").unwrap();
    import(directory.path(), &["ddclient", "empty.conf", "--output", "none.toml"]).ends(1).complains("no name in it");
    assert!(!at("none.toml").exists());
}

#[test]
fn what_cannot_be_read_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| import(directory.path(), words).ends(1);
    run(&["ddclient", "nowhere.conf"]).complains("nsup: nowhere.conf: no such file or directory\n");
    run(&["nsupdate", "."]).complains("nsup: .: is a directory\n");
    fs::write(directory.path().join("large"), "#\n".repeat(40_000)).unwrap();
    run(&["ddclient", "large"]).complains("nsup: large: it is larger than 64 KiB\n");
    run(&["inadyn", "large"]).complains("unrecognized subcommand 'inadyn'");
}

const ZONE: &str = "example.org";

/// A BIND whose zone the key may change, with a directory for ddclient beside it.
struct Twin {
    server: Server,
    directory: tempfile::TempDir,
}

impl Twin {
    fn start() -> Option<Self> {
        let key = TestKey::new("home", "hmac-sha256");
        let zone = Zone::new(ZONE).grant(Grant::zone(&key));
        let server = Server::start(Kind::Bind, &Setup::new().key(key.clone()).zone(zone))?;
        let twin = Self { server, directory: tempfile::tempdir().unwrap() };
        let program = twin.write("address", "#!/bin/sh\ncat \"$(dirname \"$0\")/now\"\n", 0o755);
        let key = key.write(twin.directory.path());
        // Less than 300 would be 300 in some of ddclient's runs.
        twin.write(
            "ddclient.conf",
            &format!(
                "daemon=300\nusev4=cmdv4, cmdv4={}\nprotocol=nsupdate, \\\n  server={}, zone={ZONE}, ttl=377 \\\n  \
                 password='{}' \\\n  home.{ZONE},www.{ZONE}\n",
                program.display(),
                twin.server.address(),
                key.display()
            ),
            0o600,
        );
        Some(twin)
    }

    /// Runs nsup sync by the nsup.toml that is there, with state and locks of its own.
    fn sync(&self, words: &[&str]) -> Run {
        let mut sync = command();
        for directory in ["STATE_DIRECTORY", "RUNTIME_DIRECTORY"] {
            sync.env(directory, self.directory.path().join(directory));
        }
        finish(sync.current_dir(self.directory.path()).args(["sync", "--config", "nsup.toml"]).args(words))
    }

    fn write(&self, name: &str, text: &str, mode: u32) -> std::path::PathBuf {
        let path = self.directory.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    /// Runs ddclient once with this address, as if it had never run before.
    fn ddclient(&self, program: &Path, address: &str) {
        self.write("now", address, 0o644);
        let mut ddclient = Command::new(program);
        ddclient.args(["-daemon=0", "-noquiet", "-file", "ddclient.conf", "-cache", "cache"]);
        let run = finish(ddclient.current_dir(self.directory.path()));
        assert!(run.stdout.contains(&format!("IP address set to {address}")), "{run:#?}");
        fs::remove_file(self.directory.path().join("cache")).unwrap();
    }
}

/// ddclient, or that it is skipped.
fn ddclient() -> Option<std::path::PathBuf> {
    let found = servers::program("ddclient");
    if found.is_none() {
        let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        assert!(!in_ci, "ddclient is not installed");
        eprintln!("skipped: ddclient is not installed");
    }
    found
}

#[test]
fn what_ddclient_has_kept_the_result_keeps_on() {
    let Some(program) = ddclient() else { return };
    let (Some(ours), Some(theirs)) = (Twin::start(), Twin::start()) else { return };
    for twin in [&ours, &theirs] {
        twin.ddclient(&program, "198.41.0.4");
    }
    assert_eq!(ours.server.zone(ZONE), theirs.server.zone(ZONE));
    let directory = ours.directory.path();
    import(directory, &["ddclient", "ddclient.conf", "--output", "nsup.toml"]).ends(0);
    ours.sync(&[]).ends(0).silent();
    ours.write("now", "199.9.14.201", 0o644);
    let lines = |name: &str| format!("changed: {name}.example.org. A 199.9.14.201 (was 198.41.0.4)\n");
    assert_eq!(ours.sync(&[]).ends(0).stdout, lines("home") + &lines("www"));
    theirs.ddclient(&program, "199.9.14.201");
    assert_eq!(ours.server.zone(ZONE), theirs.server.zone(ZONE), "serial and TTL too");
}

#[test]
fn what_a_script_has_done_the_result_does_with_an_address() {
    let (Some(ours), Some(theirs)) = (Twin::start(), Twin::start()) else { return };
    let Some(program) = servers::program("nsupdate") else { return };
    let send = |twin: &Twin, address: &str| {
        let server = twin.server.address();
        let script = format!(
            "server {} {}\nzone {ZONE}\nupdate delete home.{ZONE} A\nupdate add home.{ZONE} 77 A {address}\nsend\n",
            server.ip(),
            server.port()
        );
        twin.write("script", &script, 0o600);
        let mut nsupdate = Command::new(&program);
        finish(nsupdate.current_dir(twin.directory.path()).args(["-k", "home.key", "script"])).ends(0).silent();
    };
    for twin in [&ours, &theirs] {
        send(twin, "198.41.0.4");
    }
    let directory = ours.directory.path();
    import(directory, &["nsupdate", "script", "-k", "home.key", "--output", "nsup.toml"]).ends(0);
    // Whatever the script said is nothing to publish by itself.
    assert!(ours.sync(&[]).ends(7).stdout.is_empty());
    ours.sync(&["--address", "198.41.0.4"]).ends(0).says("recovered: home.example.org. A 198.41.0.4");
    let run = ours.sync(&["--address", "199.9.14.201"]).ends(0);
    run.says("changed: home.example.org. A 199.9.14.201 (was 198.41.0.4)\n");
    send(&theirs, "199.9.14.201");
    assert_eq!(ours.server.zone(ZONE), theirs.server.zone(ZONE), "serial and TTL too");
}

#[test]
fn the_sample_of_debian_has_nothing_to_carry_over_and_its_lines_can_be_read_with_a_host() {
    if ddclient().is_none() {
        return;
    }
    let path = "/usr/share/doc/ddclient/examples/sample-etc_ddclient.conf";
    let Ok(sample) = fs::read_to_string(path) else {
        eprintln!("skipped: {path} is not there, since documentation is not installed on this machine");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("ddclient.conf"), &sample).unwrap();
    import(directory.path(), &["ddclient", "ddclient.conf"]).ends(1).complains("no name in it");
    let host = "use=if, if=eth0, protocol=nsupdate, server=ns1.example.org, zone=example.org, \\\n\
                password=/etc/home.key home.example.org\n";
    fs::write(directory.path().join("ddclient.conf"), sample + host).unwrap();
    let run = import(directory.path(), &["ddclient", "ddclient.conf"]).ends(0).says("ipv4 = \"interface:eth0\"");
    Config::parse(&run.stdout, Path::new("nsup.toml"), None).unwrap();
    for said in ["daemon=300", "syslog=", "mail=", "mail-failure=", "pid=", "ssl="] {
        assert_eq!(run.stderr.matches(&format!(": {said} ")).count(), 1, "{said}: {run:#?}");
    }
}
