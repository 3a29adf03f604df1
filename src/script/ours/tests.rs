//! nsup's own dialect: what it has beyond nsupdate's, and how it tells what is wrong.

use crate::dns::Name;
use crate::script::{Act, Session, in_words};

use super::*;

fn session(script: &str) -> Session {
    let mut session = Session::new(Dialect::Nsup, None);
    for line in script.split('\n') {
        session.line(line).unwrap_or_else(|fault| panic!("{line}: {fault}"));
    }
    session
}

fn pending(script: &str) -> Vec<String> {
    let draft = session(script).draft().clone();
    let zone = Name::root();
    let update = crate::proto::Update::in_order(zone, draft.class, draft.prerequisites, draft.changes, draft.lease);
    in_words(&update).into_iter().skip(1).collect()
}

fn fault_of(line: &str) -> (String, Option<usize>, Option<String>) {
    let fault = Session::new(Dialect::Nsup, None).line(line).unwrap_err();
    (fault.what, fault.column, fault.hint)
}

#[test]
fn an_origin_completes_names_everywhere_in_a_record() {
    let all = pending("origin example\nadd www 300 MX 10 @\nadd @ 300 MX 10 mail\nadd a.b. 300 CNAME c.d.\nnxdomain x");
    assert_eq!(
        all,
        [
            "prereq nxdomain x.example.",
            "update add www.example. 300 MX 10 example.",
            "update add example. 300 MX 10 mail.example.",
            "update add a.b. 300 CNAME c.d.",
        ]
    );
    assert_eq!(pending("$ORIGIN example.\n$TTL 1h\nadd www A 192.0.2.1"), ["update add www.example. 3600 A 192.0.2.1"]);
    assert_eq!(pending("add www 1 A 192.0.2.1"), ["update add www. 1 A 192.0.2.1"], "absolute without an origin");
}

#[test]
fn times_have_units_and_stand_on_either_side_of_the_class() {
    assert_eq!(pending("add a 1h30m A 192.0.2.1"), ["update add a. 5400 A 192.0.2.1"]);
    assert_eq!(pending("add a IN 1d A 192.0.2.1"), ["update add a. 86400 A 192.0.2.1"]);
    assert_eq!(pending("ttl 2m\nadd a A 192.0.2.1"), ["update add a. 120 A 192.0.2.1"]);
    assert_eq!(pending("lease 2h 1d"), ["lease 7200 86400"]);
}

#[test]
fn comments_stand_behind_a_blank() {
    assert_eq!(pending("add a 1 A 192.0.2.1 ; x"), ["update add a. 1 A 192.0.2.1"]);
    assert_eq!(pending("add a 1 TXT v=1;k=2 # x"), [r#"update add a. 1 TXT "v=1;k=2""#]);
    assert_eq!(pending(r#"add a 1 TXT "a # b ; c""#), [r#"update add a. 1 TXT "a # b ; c""#]);
    let mut session = session("add a 1 A 192.0.2.1");
    for line in ["# x", "  ; x", ";", "#"] {
        assert!(matches!(session.line(line), Ok(Act::Nothing)), "{line}");
    }
    assert!(matches!(session.line(" "), Ok(Act::Send(draft)) if draft.changes.len() == 1));
}

#[test]
fn long_texts_are_split_and_parentheses_of_zone_files_passed_over() {
    let long = "a".repeat(300);
    let split = format!(r#"update add a. 1 TXT "{}" "{}""#, "a".repeat(255), "a".repeat(45));
    assert_eq!(pending(&format!("add a 1 TXT {long}")), std::slice::from_ref(&split));
    assert_eq!(pending(&format!("add a 1 TXT ( \"{long}\" )")), [split]);
    assert_eq!(pending(r#"add a 1 TXT "(" \( )x"#), [r#"update add a. 1 TXT "(" "(" ")x""#]);
}

#[test]
fn an_address_stands_for_its_reverse_name() {
    let ptr = "update add 7.2.0.192.in-addr.arpa. 300 PTR host.example.";
    for line in [
        "add ptr 192.0.2.7 300 host.example.",
        "add PTR 192.0.2.7 5m IN PTR host.example.",
        "ttl 300\nadd ptr 192.0.2.7 host.example.",
        "add 192.0.2.7 300 PTR host.example.",
        "origin example\nadd 192.0.2.7 300 PTR host",
        "origin example\nadd ptr 192.0.2.7 300 host",
    ] {
        assert_eq!(pending(line), [ptr], "{line}");
    }
    assert_eq!(pending("del ptr 192.0.2.7"), ["update delete 7.2.0.192.in-addr.arpa. PTR"]);
    assert_eq!(pending("del ptr 192.0.2.7 7h."), ["update delete 7.2.0.192.in-addr.arpa. PTR 7h."]);
    assert_eq!(pending("del 192.0.2.7 PTR"), ["update delete 7.2.0.192.in-addr.arpa. PTR"]);
    assert_eq!(pending("nxrrset 192.0.2.7 PTR"), ["prereq nxrrset 7.2.0.192.in-addr.arpa. PTR"]);
    let six = pending("add ptr 2001:db8::1 1 host.");
    assert!(six[0].starts_with("update add 1.0.0.0.") && six[0].ends_with(".8.b.d.0.1.0.0.2.ip6.arpa. 1 PTR host."));
    // What an address is not.
    assert_eq!(pending("add 192.0.2.7 1 TXT x"), [r#"update add 192.0.2.7. 1 TXT "x""#]);
    assert_eq!(pending("add ptr 1 A 192.0.2.1"), ["update add ptr. 1 A 192.0.2.1"]);
    let relative = pending("origin in-addr.arpa\nadd 7.2.0.192 1 PTR host.");
    assert_eq!(relative, ["update add 7.2.0.192.in-addr.arpa. 1 PTR host."]);
}

#[test]
fn names_may_have_letters_beyond_ascii() {
    assert_eq!(pending("add bücher 1 CNAME straße."), ["update add xn--bcher-kva. 1 CNAME xn--strae-oqa."]);
}

#[test]
fn keys_are_sha256_where_nothing_else_is_said_and_come_in_knots_form_too() {
    for (line, algorithm) in [
        ("key a AA AA", "hmac-sha256"),
        ("key a:AAAA", "hmac-sha256"),
        ("key hmac-sha512:a:AAAA", "hmac-sha512"),
        ("key hmac-md5:a AAAA # old", "hmac-md5"),
    ] {
        let key = session(line).draft().key.clone().unwrap();
        assert_eq!((key.name().to_string().as_str(), key.algorithm().word()), ("a.", algorithm), "{line}");
    }
}

#[test]
fn the_records_of_resolvers_are_looked_at() {
    let line = "add _dns 1 SVCB 1 .";
    assert_eq!(fault_of(line).0, "the SVCB record of a resolver needs alpn");
    assert_eq!(pending(&format!("check-svcb off\n{line}")).len(), 1);
}

#[test]
fn what_is_wrong_is_pointed_at_with_advice() {
    for (line, what, column, hint) in [
        ("fo", "\"fo\" is no command", 0, "help lists the commands"),
        ("  zoen example", "\"zoen\" is no command", 2, "did you mean zone?"),
        ("update dele a", "\"dele\" is nothing that update knows", 7, "did you mean del?"),
        ("prereq nxdomian a", "\"nxdomian\" is nothing that prereq knows", 7, "did you mean nxdomain?"),
        ("add a 300 AAA ::1", "\"AAA\" is no record type", 10, "did you mean AAAA?"),
        ("add a 300 FOOBAR x", "\"FOOBAR\" is no record type", 10, "TYPEnnn works for every type"),
        ("add a 1x A 192.0.2.1", "\"1x\" is no TTL", 6, TTL_HINT),
        (
            "add a 99999999999 A 192.0.2.1",
            "the TTL 99999999999 is too long",
            6,
            "a TTL can be at most 2147483647 seconds",
        ),
        ("add a A 192.0.2.1", "the TTL is missing", 6, "write it behind the name, or set one for all: ttl 300"),
        ("add a 1 A", "the data is missing", 9, ADD_HINT),
        ("add a_b 1 A 192.0.2.1", "a_b. is no host name", 4, CHECK_NAMES),
        ("add @ 1 A 192.0.2.1", "@ stands for the origin, and none is set", 4, "origin NAME sets it"),
        ("add a 1 MX 1 @", "@ stands for the origin, and none is set", 13, "write . for the root"),
        ("add ptr 192.0.2.1 300", "the TTL is missing", 18, "write it behind the name, or set one for all: ttl 300"),
        ("gsstsig", "gsstsig: GSS-TSIG is not there", 0, "sign with a TSIG key: key [ALGORITHM:]NAME SECRET"),
        ("realm X", "realm: GSS-TSIG is not there", 0, "sign with a TSIG key: key [ALGORITHM:]NAME SECRET"),
        ("server h 99999", "\"99999\" is no port", 9, "a port is a number from 1 to 65535"),
        ("check-names maybe", "check-names cannot be \"maybe\"", 12, "on or off"),
    ] {
        assert_eq!(fault_of(line), (what.to_owned(), Some(column), Some(hint.to_owned())), "{line}");
    }
    let (what, column, _) = fault_of("add a 300 A 192.0.2.999");
    assert_eq!((what.as_str(), column), ("\"192.0.2.999\" is not an IPv4 address", Some(12)));
    assert_eq!(fault_of("add a 300 TXT a \"b").0, "this quote is never closed");
    assert_eq!(fault_of("add a 300 TXT a \"b").1, Some(16));
}

#[test]
fn a_long_word_is_not_repeated_whole() {
    let (what, _, hint) = fault_of(&"ü".repeat(10_000));
    assert!(what.chars().count() == LONGEST + 1 && what.ends_with('…'), "{what}");
    assert_eq!(hint.as_deref(), Some("help lists the commands"));
}
