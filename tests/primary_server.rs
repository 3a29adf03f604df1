//! The primary of the tests against BIND's own clients, `nsupdate` and `dig`: what they make of its answers.

mod primary;

use std::io::Write;
use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nsup::dns::Name;
use nsup::proto::{Algorithm, Key, Rcode, Secret, Transport, sign};
use primary::{Policy, Primary};

/// The secret of the key that the server knows, and another.
const SECRET: &str = "bnN1cC10ZXN0LXNlY3JldC1vZi0zMi1vY3RldHMhISE=";
const OTHER_SECRET: &str = "YW5vdGhlci1zZWNyZXQtb2YtMzItb2N0ZXRzLi4uLi4=";

fn key(name: &str, algorithm: Algorithm) -> Key {
    let secret = Secret::from_base64(SECRET).unwrap();
    Key::new(&Name::parse(name).unwrap(), algorithm, algorithm.mac_octets(), secret)
}

fn start() -> Primary {
    let builder = Primary::builder("example.").key(key("all", Algorithm::Sha256), Policy::WholeZone);
    let builder = builder.key(key("host", Algorithm::Sha512), Policy::names(&[("h.example.", "A AAAA")]));
    let builder = builder.record("h.example. 300 A 192.0.2.1").record("alias.example. 300 CNAME h.example.");
    let builder = builder.record("two.example. 300 A 192.0.2.1").record("two.example. 300 A 192.0.2.2");
    let builder =
        builder.record("mail.example. 300 IN MX 10 Mail.Example.").record("*.wild.example. 60 TXT \"any one\"");
    builder.record("sub.example. 300 NS ns.sub.example.").record("ns.sub.example. 300 A 192.0.2.53").start().unwrap()
}

/// Whether the two clients are there. Where they must be, they are.
fn are_installed() -> bool {
    let all = ["nsupdate", "dig"].iter().all(|one| Command::new(one).arg("-V").output().is_ok());
    assert!(all || std::env::var_os("CI").is_none(), "nsupdate and dig (Debian: bind9-dnsutils) are not installed");
    if !all {
        println!("skipped: nsupdate or dig is not installed");
    }
    all
}

/// What `nsupdate` makes of a script in the zone `example.`: its exit status, and what it says.
fn nsupdate(primary: &Primary, options: &[&str], script: &str) -> (i32, String) {
    let piped = || Stdio::piped();
    let mut command = Command::new("nsupdate");
    let command = command.args(options).args(["-t", "5"]).stdin(piped()).stdout(piped()).stderr(piped());
    let mut child = command.spawn().unwrap();
    let port = primary.address().port();
    let script = format!("server 127.0.0.1 {port}\nzone example.\n{script}\nsend\n");
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
}

fn sign_as(name: &str, algorithm: &str, secret: &str) -> String {
    format!("{algorithm}:{name}:{secret}")
}

/// Carries out a script with the key that may do all; the RCODE that `nsupdate` reports, or NOERROR.
fn update(primary: &Primary, script: &str) -> String {
    update_as(primary, &sign_as("all", "hmac-sha256", SECRET), script)
}

fn update_as(primary: &Primary, key: &str, script: &str) -> String {
    let (status, said) = nsupdate(primary, &["-y", key], script);
    match said.split_once("update failed: ") {
        Some((_, rcode)) => rcode.trim().to_owned(),
        None => {
            assert_eq!((status, said.as_str()), (0, ""), "{script}");
            "NOERROR".to_owned()
        }
    }
}

/// What `dig` prints with these arguments, blanks folded.
fn dig(primary: &Primary, arguments: &[&str]) -> String {
    let port = primary.address().port().to_string();
    let mut command = Command::new("dig");
    let common = ["@127.0.0.1", "-p", &port, "+norecurse", "+tries=1", "+time=5", "+noall", "+comments", "+answer"];
    let output = command.args(common).arg("+authority").args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}

#[test]
fn records_are_added_replaced_and_deleted_over_both_transports() {
    if !are_installed() {
        return;
    }
    for (options, transport) in [(&[][..], Transport::Udp), (&["-v"], Transport::Tcp)] {
        let primary = start();
        let key = sign_as("all", "hmac-sha256", SECRET);
        let run = |script: &str| {
            let options = [options, &["-y", &key]].concat();
            assert_eq!(nsupdate(&primary, &options, script), (0, String::new()), "{script}");
        };
        run("add new.example. 60 AAAA 2001:db8::1\nadd new.example. 60 TXT \"a b\" c");
        assert_eq!(primary.records("NEW.example.", "AAAA"), ["2001:db8::1"]);
        assert_eq!(primary.records("new.example.", "TXT"), ["\"a b\" \"c\""]);
        run("delete h.example. A\nadd h.example. 60 A 198.51.100.1");
        assert_eq!(primary.records("h.example.", "A"), ["198.51.100.1"]);
        run("delete two.example. A 192.0.2.1");
        assert_eq!(primary.records("two.example.", "A"), ["192.0.2.2"]);
        run("delete new.example.");
        assert!(!primary.all().iter().any(|line| line.starts_with("new.example.")));
        let transports: Vec<_> = primary.requests().iter().map(|request| request.transport).collect();
        assert_eq!(transports, [transport; 4]);
        assert!(primary.requests().iter().all(|request| request.opcode == Some(5)));
        assert_eq!(primary.serial(), 5);
    }
}

#[test]
fn the_serial_goes_up_with_a_real_change_and_only_then() {
    if !are_installed() {
        return;
    }
    let primary = start();
    for nothing in [
        "add h.example. 300 A 192.0.2.1",
        "add mail.example. 300 MX 10 mail.example.",
        "delete none.example.",
        "delete h.example. A 192.0.2.9",
        "",
    ] {
        assert_eq!(update(&primary, nothing), "NOERROR");
        assert_eq!(primary.serial(), 1, "{nothing}");
    }
    assert_eq!(update(&primary, "add two.example. 60 A 192.0.2.3"), "NOERROR");
    assert_eq!((primary.serial(), primary.ttl("two.example.", "A")), (2, Some(60)), "one RRset has one TTL");
    let soa = |serial: u32| format!("add example. 3600 SOA ns.example. other.example. {serial} 1 2 3 4");
    assert_eq!(update(&primary, &soa(2)), "NOERROR");
    assert_eq!(primary.records("example.", "SOA"), ["ns.example. hostmaster.example. 2 3600 600 86400 300"]);
    for (serial, kept) in [(0x7fff_ffff, 0x7fff_ffff), (0xffff_fff0, 0xffff_fff0), (0x8000_0000, 0xffff_fff0)] {
        assert_eq!(update(&primary, &soa(serial)), "NOERROR");
        assert_eq!(primary.serial(), kept);
    }
    assert_eq!(update(&primary, &soa(u32::MAX)), "NOERROR");
    primary.replace("h.example. 300 A 192.0.2.7");
    assert_eq!(primary.serial(), 1, "0 is left out");
}

#[test]
fn each_of_the_five_prerequisites_holds_where_it_is_true_and_stops_all_where_it_is_false() {
    if !are_installed() {
        return;
    }
    let primary = start();
    let (all, one) = ("yxrrset two.example. A 192.0.2.", "yxrrset two.example. A 192.0.2.1");
    let three = format!("{all}1\nprereq {all}2\nprereq {all}3");
    let cases = [
        ("yxrrset h.example. A", "NOERROR"),
        ("yxrrset h.example. AAAA", "NXRRSET"),
        ("yxrrset none.example. A", "NXRRSET"),
        (&format!("{all}2\nprereq {all}1"), "NOERROR"),
        (one, "NXRRSET"),
        (&three, "NXRRSET"),
        ("yxrrset mail.example. MX 10 mAIL.example.", "NOERROR"),
        ("yxrrset mail.example. MX 20 mail.example.", "NXRRSET"),
        ("nxrrset h.example. AAAA", "NOERROR"),
        ("nxrrset h.example. A", "YXRRSET"),
        ("yxdomain H.example.", "NOERROR"),
        ("yxdomain none.example.", "NXDOMAIN"),
        ("yxdomain wild.example.", "NXDOMAIN"),
        ("nxdomain none.example.", "NOERROR"),
        ("nxdomain h.example.", "YXDOMAIN"),
        ("nxdomain other.test.", "NOTZONE"),
    ];
    for (number, (prerequisite, wanted)) in cases.into_iter().enumerate() {
        let script = format!("prereq {prerequisite}\nadd t{number}.example. 60 TXT x");
        assert_eq!(update(&primary, &script), wanted, "{prerequisite}");
        let changed = !primary.records(&format!("t{number}.example."), "TXT").is_empty();
        assert_eq!(changed, wanted == "NOERROR", "{prerequisite}");
        assert_eq!(update(&primary, &format!("prereq {prerequisite}")), wanted, "{prerequisite}, alone");
    }
}

#[test]
fn a_key_changes_what_its_policy_names_and_nothing_is_done_where_one_change_is_refused() {
    if !are_installed() {
        return;
    }
    let primary = start();
    let host = sign_as("HOST", "hmac-sha512", SECRET);
    let before = primary.all();
    for (script, wanted) in [
        ("add h.example. 60 TXT x", "REFUSED"),
        ("add h.example. 60 A 192.0.2.9\nadd other.example. 60 A 192.0.2.9", "REFUSED"),
        ("delete two.example.", "REFUSED"),
        ("prereq nxdomain h.example.\nadd other.example. 60 A 192.0.2.9", "REFUSED"),
        ("prereq nxdomain two.example.", "YXDOMAIN"),
        ("add h.test. 60 A 192.0.2.9", "NOTZONE"),
    ] {
        assert_eq!(update_as(&primary, &host, script), wanted, "{script}");
        assert_eq!(primary.all(), before, "{script}");
    }
    assert_eq!(update_as(&primary, &host, "delete h.example.\nadd h.example. 60 A 192.0.2.9"), "NOERROR");
    let (status, said) = nsupdate(&primary, &[], "add h.example. 60 A 192.0.2.10");
    assert_eq!((status, said.trim()), (2, "update failed: REFUSED"), "unsigned");
    assert_eq!(update(&primary, "zone other.\nadd h.other. 60 A 192.0.2.9"), "NOTAUTH");
    assert_eq!(update(&primary, "zone h.example.\nadd h.example. 60 A 192.0.2.8"), "NOTAUTH");
    assert_eq!(primary.records("h.example.", "A"), ["192.0.2.9"]);
}

#[test]
fn a_wrong_key_secret_or_clock_is_told_as_badkey_badsig_or_badtime() {
    if !are_installed() {
        return;
    }
    let primary = start();
    for (name, algorithm, secret, clock, wanted) in [
        ("nobody", "hmac-sha256", SECRET, 0, "NOTAUTH(BADKEY)"),
        ("all", "hmac-sha512", SECRET, 0, "NOTAUTH(BADKEY)"),
        ("all", "hmac-sha256", OTHER_SECRET, 0, "NOTAUTH(BADSIG)"),
        ("all", "hmac-sha256", SECRET, 3600, "NOTAUTH(BADTIME)"),
        ("all", "hmac-sha256", SECRET, -3600, "NOTAUTH(BADTIME)"),
        ("all", "hmac-sha256", SECRET, 250, ""),
    ] {
        primary.set_clock(clock);
        for transport in [&[][..], &["-v"]] {
            let key = sign_as(name, algorithm, secret);
            let options = [transport, &["-y", &key]].concat();
            let (status, said) = nsupdate(&primary, &options, "delete none.example.");
            assert!(said.contains(wanted), "{wanted}: {said}");
            assert_eq!(status == 0, wanted.is_empty(), "{said}");
        }
    }
}

#[test]
fn an_alias_stands_alone_and_what_would_break_that_is_ignored() {
    if !are_installed() {
        return;
    }
    let primary = start();
    let before = primary.all();
    for script in ["add h.example. 60 CNAME x.example.", "add alias.example. 60 A 192.0.2.9"] {
        assert_eq!(update(&primary, script), "NOERROR");
        assert_eq!(primary.all(), before, "{script}");
    }
    assert_eq!(update(&primary, "add alias.example. 60 CNAME x.example."), "NOERROR");
    assert_eq!(primary.records("alias.example.", "CNAME"), ["x.example."], "another target replaces the first");
    assert_eq!(update(&primary, "delete alias.example. CNAME\nadd alias.example. 60 A 192.0.2.9"), "NOERROR");
    assert_eq!(primary.records("alias.example.", "A"), ["192.0.2.9"]);
}

#[test]
fn the_apex_keeps_its_soa_and_a_name_server() {
    if !are_installed() {
        return;
    }
    let primary = start();
    assert_eq!(update(&primary, "add example. 60 TXT x\nadd example. 60 CNAME h.example."), "NOERROR");
    let before = primary.all();
    let soa = "delete example. SOA ns.example. hostmaster.example. 2 3600 600 86400 300";
    for script in [soa, "delete example. SOA", "delete example. NS", "delete example. NS ns.example."] {
        assert_eq!(update(&primary, script), "NOERROR");
        assert_eq!(primary.all(), before, "{script}");
    }
    assert_eq!(update(&primary, "delete example."), "NOERROR");
    assert_eq!(primary.records("example.", "TXT"), [""; 0]);
    assert_eq!(primary.records("example.", "NS"), ["ns.example."]);
    let exchange = "add example. 60 NS b.example.\ndelete example. NS ns.example.\ndelete example. NS b.example.";
    assert_eq!(update(&primary, exchange), "NOERROR");
    assert_eq!(primary.records("example.", "NS"), ["b.example."]);
    assert_eq!(primary.records("example.", "SOA").len(), 1);
    assert_eq!(update(&primary, "delete sub.example. NS ns.sub.example."), "NOERROR");
    assert_eq!(primary.records("sub.example.", "NS"), [""; 0], "elsewhere the last one goes");
}

#[test]
fn questions_are_answered_as_an_authority_does() {
    if !are_installed() {
        return;
    }
    let primary = start();
    let soa = "example. 300 IN SOA ns.example. hostmaster.example. 1 3600 600 86400 300";
    let cases = [
        ("H.example. A", "NOERROR", "qr aa", "H.example. 300 IN A 192.0.2.1"),
        ("two.example. ANY", "NOERROR", "qr aa", "two.example. 300 IN A 192.0.2.2"),
        ("alias.example. A", "NOERROR", "qr aa", "alias.example. 300 IN CNAME h.example.\nh.example. 300 IN A"),
        ("alias.example. CNAME", "NOERROR", "qr aa", "alias.example. 300 IN CNAME h.example."),
        ("h.example. AAAA", "NOERROR", "qr aa", soa),
        ("wild.example. TXT", "NOERROR", "qr aa", soa),
        ("a.b.wild.example. TXT", "NOERROR", "qr aa", "a.b.wild.example. 60 IN TXT \"any one\""),
        ("a.wild.example. A", "NOERROR", "qr aa", soa),
        ("none.example. A", "NXDOMAIN", "qr aa", soa),
        ("a.h.example. A", "NXDOMAIN", "qr aa", soa),
        ("x.sub.example. A", "NOERROR", "qr", "sub.example. 300 IN NS ns.sub.example."),
        ("sub.example. NS", "NOERROR", "qr", "sub.example. 300 IN NS ns.sub.example."),
        ("sub.example. DS", "NOERROR", "qr aa", soa),
        ("h.test. A", "REFUSED", "qr", ""),
    ];
    for (question, rcode, flags, record) in cases {
        for transport in ["+notcp", "+tcp", "+noedns"] {
            let words: Vec<&str> = question.split(' ').chain([transport]).collect();
            let said = dig(&primary, &words);
            for part in [&format!("status: {rcode},"), &format!("flags: {flags};"), record] {
                assert!(said.contains(part), "{question} {transport}: no {part:?} in\n{said}");
            }
            assert!(!said.contains("WARNING"), "{said}");
        }
    }
    assert!(dig(&primary, &["+opcode=4", "example.", "SOA"]).contains("status: NOTIMP"));
    assert!(dig(&primary, &["+edns=1", "+noednsneg", "example.", "SOA"]).contains("status: BADVERS"));
}

#[test]
fn a_signed_question_gets_a_signed_answer_and_a_long_one_comes_over_tcp() {
    if !are_installed() {
        return;
    }
    let primary = start();
    for number in 0..40 {
        let text = format!("{number:02} {}", "x".repeat(200));
        assert_eq!(update(&primary, &format!("add long.example. 60 TXT \"{text}\"")), "NOERROR");
    }
    let key = sign_as("all", "hmac-sha256", SECRET);
    let said = dig(&primary, &["-y", &key, "+additional", "long.example.", "TXT"]);
    // `dig` has gone over to TCP by itself, and says so where a TSIG does not verify.
    assert!(said.contains("Truncated, retrying in TCP mode"), "{said}");
    assert!(said.contains("ANSWER: 40,") && said.contains("\"39 x"), "{said}");
    assert!(!said.contains("Couldn't verify signature"), "{said}");
    let wrong = sign_as("all", "hmac-sha256", OTHER_SECRET);
    let said = dig(&primary, &["-y", &wrong, "h.example.", "A"]);
    assert!(said.contains("status: NOTAUTH"), "{said}");
}

/// Sends one record of an UPDATE of `example.`, as it stands, in this section (0 for prerequisites, 1 for changes).
fn send_record(primary: &Primary, section: usize, record: &[u8]) -> Rcode {
    let mut octets = b"id\x28\0\0\x01\0\0\0\0\0\0\x07example\0\0\x06\0\x01".to_vec();
    octets[7 + 2 * section] = 1;
    octets.extend(record);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (octets, pending) = sign(octets, &Arc::new(key("all", Algorithm::Sha256)), now).unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    socket.send_to(&octets, primary.address()).unwrap();
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer).unwrap();
    pending.verify(&answer[..length], now).unwrap().rcode()
}

#[test]
fn records_that_mean_nothing_in_their_section_are_format_errors() {
    let primary = start();
    let before = primary.all();
    // Owner `example.`; then type, class, TTL, length of the data, data.
    for (section, record) in [
        (0, &b"\xc0\x0c\0\x01\0\xff\0\0\0\x01\0\0"[..]), // "exists" with a TTL
        (0, b"\xc0\x0c\0\x01\0\xfe\0\0\0\x01\0\0"),      // "exists not" with a TTL
        (0, b"\xc0\x0c\0\x01\0\x01\0\0\0\x01\0\x04\xc0\0\x02\x01"), // "is" with a TTL
        (0, b"\xc0\x0c\0\x01\0\xff\0\0\0\0\0\x04\xc0\0\x02\x01"), // "exists" with data
        (0, b"\xc0\x0c\0\x01\0\xfe\0\0\0\0\0\x04\xc0\0\x02\x01"), // "exists not" with data
        (0, b"\xc0\x0c\0\x01\0\x01\0\0\0\0\0\x03\xc0\0\x02"), // "is" with three octets of an address
        (0, b"\xc0\x0c\0\x01\0\x03\0\0\0\0\0\0"),        // another class
        (0, b"\xc0\x0c\0\xff\0\x01\0\0\0\0\0\0"),        // "is" of every type
        (1, b"\xc0\x0c\0\xff\0\x01\0\0\0\0\0\0"),        // add of every type
        (1, b"\xc0\x0c\0\xfc\0\x01\0\0\0\0\0\0"),        // add of a zone transfer
        (1, b"\xc0\x0c\0\x01\0\x01\0\0\0\0\0\x03\xc0\0\x02"), // add of three octets of an address
        (1, b"\xc0\x0c\0\x01\0\xff\0\0\0\x01\0\0"),      // delete of an RRset with a TTL
        (1, b"\xc0\x0c\0\x01\0\xff\0\0\0\0\0\x04\xc0\0\x02\x01"), // delete of an RRset with data
        (1, b"\xc0\x0c\0\x01\0\xfe\0\0\0\x01\0\x04\xc0\0\x02\x01"), // delete of a record with a TTL
        (1, b"\xc0\x0c\0\xff\0\xfe\0\0\0\0\0\0"),        // delete of a record of every type
        (1, b"\xc0\x0c\0\x01\0\x03\0\0\0\0\0\0"),        // another class
    ] {
        assert_eq!(send_record(&primary, section, record), Rcode::FORMERR, "{section} {record:?}");
    }
    assert_eq!(primary.all(), before);
    assert_eq!(send_record(&primary, 1, b"\xc0\x0c\0\x01\0\x01\0\0\0\0\0\x04\xc0\0\x02\x01"), Rcode::NOERROR);
    assert_eq!(primary.records("example.", "A"), ["192.0.2.1"]);
}
