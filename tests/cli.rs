//! The command line itself: what it refuses, what it shows, and that nothing is sent where nothing should be.

mod program;

use std::net::UdpSocket;
use std::time::Duration;

use program::{nsup, run};

/// A key file, and options for a server that would notice any packet.
struct Listener {
    directory: tempfile::TempDir,
    udp: UdpSocket,
    tcp: std::net::TcpListener,
}

impl Listener {
    fn start() -> Self {
        let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        tcp.set_nonblocking(true).unwrap();
        let udp = UdpSocket::bind(tcp.local_addr().unwrap()).unwrap();
        udp.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        Self { directory: tempfile::tempdir().unwrap(), udp, tcp }
    }

    fn options(&self) -> String {
        let key = self.directory.path().join("k");
        std::fs::write(&key, "hmac-sha256:k:c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTI=").unwrap();
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        format!("-k {} --server {} --zone example.org", key.display(), self.tcp.local_addr().unwrap())
    }

    /// Asserts that nobody has come.
    fn unheard(&self) {
        assert!(self.udp.recv(&mut [0; 512]).is_err(), "a datagram came");
        assert!(self.tcp.accept().is_err(), "a connection came");
    }
}

#[test]
fn bad_input_is_refused_with_what_is_wrong_and_nothing_is_sent() {
    let listener = Listener::start();
    let options = listener.options();
    let cases = [
        ("set h.example.org", "no value is given"),
        ("set h.example.org www", "neither a record type known here nor an address"),
        ("set h.example.org A 192.0.2.256", "A \"192.0.2.256\": \"192.0.2.256\" is not an IPv4 address"),
        ("set h.example.org A 192.0.2.1 AAAA", "AAAA is given no value"),
        ("set h..example.org 192.0.2.1", "two dots without a label between them"),
        ("set h.example.net 192.0.2.1", "h.example.net. is not in the zone example.org."),
        ("set h_x.example.org 192.0.2.1", "is no host name"),
        ("set h.example.org 192.0.2.1 --ttl 1x", "--ttl \"1x\""),
        ("set h.example.org 192.0.2.1 --ttl 2147483648", "at most 2147483647"),
        ("set h.example.org SOA x", "SOA"),
        ("set h.example.org RRSIG x", "RRSIG"),
        ("set example.org NS ns.example.org", "the zone itself"),
        ("delete example.org", "the zone itself"),
        ("set a.example.org CNAME b. c.", "one CNAME record only"),
        ("add h.example.org A", "A is given no value"),
        ("add h.example.org MX mail.example.", "is not a number from 0 to 65535"),
        ("set h.example.org MX 10", "MX \"10\": a domain name is missing"),
        ("set h.example.org 192.0.2.1 --tcp --udp", "cannot be used with"),
        ("set h.example.org 192.0.2.1 --timeout 0", "0 is not in 1..=3600"),
        ("set h.example.org 192.0.2.1 --source here", "invalid value 'here'"),
        ("set h.example.org 192.0.2.1 --require nonsense", "is no prerequisite"),
        ("set h.example.org 192.0.2.1 --bogus", "unexpected argument '--bogus'"),
        ("update h.example.org", "unrecognized subcommand 'update'"),
        ("", "what is to be done?"),
    ];
    for (words, fault) in cases {
        let words = if words.is_empty() { String::new() } else { format!("{words} {options}") };
        let run = nsup(&words).ends(1).complains(fault);
        assert!(run.stdout.is_empty(), "{run:#?}");
        assert!(run.stderr.lines().all(|line| line.starts_with("nsup: ")), "{run:#?}");
    }
    nsup("set h.example.org 192.0.2.1 --server 127.0.0.1").ends(1).complains("no key is given").hints("-k FILE");
    nsup("set h.example.org 192.0.2.1 -k /nonexistent")
        .ends(1)
        .complains("/nonexistent: no such file")
        .hints("nsup key generate NAME /nonexistent makes one");
    listener.unheard();
}

#[test]
fn words_that_are_not_utf_8_are_refused() {
    use std::os::unix::ffi::OsStrExt;
    let odd = std::ffi::OsStr::from_bytes(b"h\xff.example");
    let words = [std::ffi::OsStr::new("set"), odd, std::ffi::OsStr::new("192.0.2.1")];
    run(words).ends(1).complains("UTF-8");
}

#[test]
fn help_and_version_go_to_standard_output() {
    nsup("--help").ends(0).says("Exit status: 0 done or already so");
    nsup("set --help").ends(0).says("--require");
    nsup("--version").ends(0).says(concat!("nsup ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn failures_are_told_in_json_as_well() {
    let run = nsup("set h.example.org --json").ends(1);
    let object: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((object["outcome"].as_str(), object["exit"].as_i64()), (Some("failed"), Some(1)));
    assert_eq!(object["message"], "no value is given");
}

#[test]
fn closed_standard_streams_hinder_nothing() {
    let output = std::process::Command::new("sh")
        .args(["-c", "\"$0\" set x.example 192.0.2.1 <&- >&- 2>&-; echo $?", env!("CARGO_BIN_EXE_nsup")])
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"1\n");
}

#[test]
fn a_key_of_each_syntax_in_keys_is_read() {
    let directory = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir("keys").unwrap() {
        let from = entry.unwrap().path();
        if from.extension().is_some_and(|ending| ending == "md") {
            continue;
        }
        let to = directory.path().join(from.file_name().unwrap());
        std::fs::copy(&from, &to).unwrap();
        std::fs::set_permissions(&to, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        let words = format!("set h.example 192.0.2.1 --server 127.0.0.1:1 --zone example -k {}", to.display());
        nsup(&words).ends(1).complains("everybody on this machine").hints(&format!("chmod o-rwx {}", to.display()));
        std::fs::set_permissions(&to, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        nsup(&words).ends(3).complains("connection refused");
        if to.to_string_lossy().contains("several") {
            nsup(&format!("{words} --key-name unsafe-too")).ends(3);
            nsup(&format!("{words} --key-name nobody")).ends(1).complains("no key nobody., only unsafe. unsafe-too.");
        }
    }
    let half = directory.path().join("Kunsafe.+163+00001");
    nsup(&format!("set h.example 192.0.2.1 --server 127.0.0.1:1 --zone example -k {}", half.display())).ends(3);
}

#[test]
fn with_json_a_script_leaves_one_object_on_standard_output_whatever_it_asks_to_be_shown() {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("script");
    std::fs::write(&script, "zone example.org\nshow\nhelp\nversion\nanswer\ndebug\nshow\n").unwrap();
    let run = nsup(&format!("script --json {}", script.display())).ends(0);
    let object: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(object["exit"], 0);
    assert!(run.stderr.contains("Outgoing update query:"), "{}", run.stderr);
}
