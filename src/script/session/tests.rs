//! What sticks, what goes with a message, and that no line does harm.

use crate::dns::Name;
use crate::proto::{Change, Lease};

use super::*;

fn session(dialect: Dialect, script: &str) -> Session {
    let mut session = Session::new(dialect, None);
    for line in script.split('\n') {
        session.line(line).unwrap_or_else(|fault| panic!("{line}: {fault}"));
    }
    session
}

fn sent(session: &mut Session) -> Draft {
    let Act::Send(draft) = session.line("send").unwrap() else { panic!("nothing was sent") };
    *draft
}

#[test]
fn server_local_key_and_zone_stick_and_the_message_goes() {
    let script = "server h 53\nlocal 127.0.0.1\nlocal ::1 99\nkey a AAAA\nzone example\nttl 5\nlease 7 8\n\
                  nxdomain a.example\nadd a.example A 192.0.2.1";
    let mut session = session(Dialect::Nsupdate, script);
    let draft = sent(&mut session);
    assert_eq!((draft.prerequisites.len(), draft.changes.len()), (1, 1));
    assert_eq!(draft.lease, Some(Lease { lease: 7, key_lease: Some(8) }));
    let next = session.draft();
    assert!(next.is_empty() && next.lease.is_none() && next.key.is_some());
    assert_eq!(next.server, Some(Server { host: "h".to_owned(), port: Some(53) }));
    assert_eq!(next.zone, Some(Name::parse("example").unwrap()));
    assert_eq!(next.local_v4.map(|address| address.port()), Some(0));
    assert_eq!(next.local_v6.map(|address| address.port()), Some(99));
    assert!(session.line("add b.example A 192.0.2.1").is_ok(), "the default TTL sticks");
}

#[test]
fn the_class_that_a_line_says_goes_with_the_message_and_the_one_of_class_sticks() {
    let mut session = session(Dialect::Nsupdate, "add a 1 CH TXT x");
    assert_eq!(sent(&mut session).class, Class(3));
    assert_eq!(session.draft().class, Class::IN);
    session.line("class CH").unwrap();
    session.line("add a 1 TXT x").unwrap();
    assert_eq!(sent(&mut session).class, Class(3));
    assert_eq!(session.draft().class, Class(3));
}

#[test]
fn the_class_of_a_message_is_fixed_by_its_first_record_and_by_show() {
    let mut first = session(Dialect::Nsupdate, "add a 1 TXT x\nclass CH");
    assert_eq!(sent(&mut first).class, Class::IN);
    let mut shown = session(Dialect::Nsupdate, "zone a\nshow\nclass CH");
    assert_eq!(sent(&mut shown).class, Class::IN);
    let mut free = session(Dialect::Nsupdate, "zone a\nnxdomain a\nclass CH");
    assert_eq!(sent(&mut free).class, Class(3));
    let mut none = session(Dialect::Nsupdate, "yxrrset a NONE A\nclass CH");
    assert_eq!(sent(&mut none).class, Class(3));
}

#[test]
fn a_bad_line_fixes_the_class_it_has_come_to_in_nsupdates_dialect_alone() {
    for line in
        ["nxrrset a IN", "nxrrset a FOO", "yxrrset a A x", "add a 1 IN", "add a 1 FOO", "add a 1 A x", "del a A x"]
    {
        let after = |dialect| {
            let mut session = Session::new(dialect, None);
            session.line(line).unwrap_err();
            // With nothing to send and no zone, a send leaves all as it is.
            session.line("send").unwrap();
            session.line("add a 1 CH TXT x")
        };
        assert_eq!(after(Dialect::Nsupdate).unwrap_err().to_string(), "class mismatch: CH", "{line}");
        after(Dialect::Nsup).unwrap_or_else(|fault| panic!("{line}: {fault}"));
    }
}

#[test]
fn a_line_that_is_wrong_changes_nothing_but_a_zone_to_nsupdate() {
    let script = "zone example\nttl 5\nadd a.example A 192.0.2.1";
    for dialect in [Dialect::Nsup, Dialect::Nsupdate, Dialect::Knsupdate] {
        let mut session = session(dialect, script);
        for line in ["add b.example A x", "foo", "ttl x", "class x", "key a", "local x", "del", "nxrrset a.example FOO"]
        {
            assert!(session.line(line).is_err(), "{dialect:?}: {line}");
        }
        assert_eq!(session.draft().changes.len(), 1);
        assert!(session.draft().prerequisites.is_empty());
        assert!(session.line("zone a..b").is_err());
        assert_eq!(session.draft().zone.is_none(), dialect == Dialect::Nsupdate);
    }
}

#[test]
fn a_message_that_did_not_get_through_stands_before_what_is_pending() {
    let mut session = session(Dialect::Knsupdate, "zone example.\nadd a A 192.0.2.1");
    let draft = sent(&mut session);
    session.line("add b A 192.0.2.1").unwrap();
    session.restore(draft);
    let names: Vec<_> = session.draft().changes.iter().map(|change| change.name().to_string()).collect();
    assert_eq!(names, ["a.", "b."]);
}

#[test]
fn the_first_change_finds_the_zone_and_else_the_first_prerequisite() {
    let mut session = session(Dialect::Nsupdate, "nxrrset p. MX");
    assert_eq!(session.draft().first().map(|(name, kind)| (name.to_string(), kind.0)), Some(("p.".to_owned(), 15)));
    session.line("del c. A").unwrap();
    session.line("del d.").unwrap();
    assert_eq!(session.draft().first().map(|(name, kind)| (name.to_string(), kind.0)), Some(("c.".to_owned(), 1)));
}

#[test]
fn the_server_stays_where_it_is_to_be_kept() {
    let mut session = Session::new(Dialect::Nsupdate, None);
    session.keep_server();
    assert_eq!(session.line("server h").unwrap_err().what, "cannot reset server in localhost-only mode");
    assert!(session.draft().server.is_none());
}

#[test]
fn leases_are_for_one_message() {
    let mut session = session(Dialect::Nsupdate, "lease 7");
    assert_eq!(session.draft().lease, Some(Lease { lease: 7, key_lease: None }));
    session.line("lease none").unwrap();
    assert_eq!(session.draft().lease, None);
}

#[test]
fn repetitions_are_kept_in_their_order() {
    let session = session(Dialect::Nsupdate, "add a 1 A 192.0.2.1\ndel a A\nadd a 1 A 192.0.2.1");
    assert!(matches!(session.draft().changes.as_slice(), [Change::Add(_), Change::DeleteRrset { .. }, Change::Add(_)]));
}

/// Lines of words that mean something, of pieces of them, and of anything.
#[test]
fn no_line_of_whatever_octets_does_harm() {
    let words = [
        "add",
        "del",
        "update",
        "prereq",
        "nxrrset",
        "yxrrset",
        "nxdomain",
        "key",
        "zone",
        "class",
        "ttl",
        "lease",
        "server",
        "local",
        "origin",
        "ptr",
        "a.",
        "@",
        "bü",
        "\\",
        "\\1",
        "\\ü",
        "\"",
        "\"a b",
        "(",
        ")",
        ";",
        "#",
        "\\#",
        "4",
        "300",
        "1h",
        "99999999999999999999",
        "IN",
        "ANY",
        "NONE",
        "A",
        "PTR",
        "TXT",
        "SVCB",
        "MX",
        "TYPE0",
        "SOA",
        "TYPE65280",
        "192.0.2.1",
        "2001:db8::1",
        "hmac-sha256:a",
        "AAAA",
        "-1",
        "\u{0}",
        "\r",
        "=",
        ":",
        "..",
        "é(",
    ];
    let mut state = 7u64;
    let mut below = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end
    };
    for round in 0..4_000 {
        let mut line = String::new();
        for _ in 0..below(9) {
            match below(12) {
                0 => line.push(char::from_u32(below(0x11_0000) as u32).unwrap_or('x')),
                1 => line.push(below(256) as u8 as char),
                _ => line.push_str(words[below(words.len())]),
            }
            line.push_str([" ", "", "\t", "  "][below(4)]);
        }
        for dialect in [Dialect::Nsup, Dialect::Nsupdate, Dialect::Knsupdate] {
            let mut session = Session::new(dialect, None);
            if round % 3 == 0 && dialect != Dialect::Nsupdate {
                session.line("origin example.").unwrap();
            }
            if let Err(fault) = session.line(&line) {
                assert!(fault.column.is_none_or(|column| column <= line.len()), "{line:?}: {fault:?}");
            }
        }
    }
    for length in [MAX_TEXT, MAX_TEXT - 1] {
        for start in ["add a 1 TXT ", "add ", "key a ", "", "ttl "] {
            let line = format!("{start}{}", "a".repeat(length));
            for dialect in [Dialect::Nsup, Dialect::Nsupdate, Dialect::Knsupdate] {
                let _ = Session::new(dialect, None).line(&line);
            }
        }
    }
}

#[test]
fn after_a_key_that_is_none_nothing_goes_out_unsigned() {
    for dialect in [Dialect::Nsupdate, Dialect::Knsupdate] {
        for wrong in ["key hmac-foo:k AAAA", "key k AAAA!!", "key", "gsstsig", "oldgsstsig"] {
            let mut session = Session::new(dialect, None);
            session.line("zone example.test").unwrap();
            session.line("update add a.example.test. 1 A 192.0.2.1").unwrap();
            assert!(session.line(wrong).is_err(), "{dialect:?} {wrong}");
            assert!(session.line("send").is_err(), "{dialect:?} {wrong}");
            assert!(!session.draft().is_empty(), "{dialect:?} {wrong}");
            session.line("key k AAAA").unwrap();
            assert!(matches!(session.line("send"), Ok(Act::Send(draft)) if draft.key.is_some()), "{dialect:?} {wrong}");
        }
    }
}

const MAX_TEXT: usize = crate::script::MAX_LINE;
