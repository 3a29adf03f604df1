//! The commands of nsupdate, good and bad. What is wrong is told in the words of nsupdate 9.18.49, as it printed them.

use crate::script::{Act, Dialect, Session, in_words};

use super::*;

fn run(script: &str) -> (Session, Option<String>) {
    let mut session = Session::new(Dialect::Nsupdate, None);
    for line in script.split('\n') {
        if let Err(fault) = session.line(line) {
            return (session, Some(fault.what));
        }
    }
    (session, None)
}

/// What is pending after a script that must be good, in nsupdate's words.
fn pending(script: &str) -> Vec<String> {
    let (session, fault) = run(script);
    assert_eq!(fault, None, "{script}");
    let draft = session.draft().clone();
    let zone = draft.zone.unwrap_or_else(Name::root);
    let update = crate::proto::Update::in_order(zone, draft.class, draft.prerequisites, draft.changes, draft.lease);
    in_words(&update).into_iter().skip(1).collect()
}

#[test]
fn what_is_wrong_is_told_in_the_words_of_nsupdate() {
    for (script, what) in [
        ("foo", "incorrect section name: foo"),
        ("#foo", "incorrect section name: #foo"),
        ("exit", "incorrect section name: exit"),
        ("origin a", "incorrect section name: origin"),
        ("update", "could not read operation code"),
        ("update foo", "incorrect operation code: foo"),
        ("prereq", "could not read operation code"),
        ("prereq add", "incorrect operation code: add"),
        ("add", "could not read owner name"),
        ("del", "could not read owner name"),
        ("nxdomain", "could not read owner name"),
        ("add a..b 1 A 192.0.2.1", "invalid owner name: empty label"),
        ("nxdomain .a", "invalid owner name: empty label"),
        ("nxdomain ..", "invalid owner name: empty label"),
        ("nxdomain a\\256", "invalid owner name: bad escape"),
        ("nxdomain a\\1", "invalid owner name: unexpected end of input"),
        ("nxdomain a\\", "invalid owner name: unexpected end of input"),
        ("add a\\ b 1 A 1", "invalid owner name: unexpected end of input"),
        ("add a.", "could not read owner ttl"),
        ("add a. x", "ttl 'x': not a valid number"),
        ("add a. 1h A 192.0.2.1", "ttl '1h': not a valid number"),
        ("add a. -1 A 192.0.2.1", "ttl '-1': not a valid number"),
        ("add a. +1 A 192.0.2.1", "ttl '+1': not a valid number"),
        ("add a. 2147483648 A 192.0.2.1", "ttl '2147483648' is out of range (0 to 2147483647)"),
        ("add a. 4294967296 A 192.0.2.1", "ttl '4294967296': out of range"),
        ("add a. 300", "could not read class or type"),
        ("add a. 300 FOO", "'FOO' is not a valid class or type: unknown class/type"),
        ("add a. 300 IN", "could not read type"),
        ("add a. 300 IN FOO", "'FOO' is not a valid type: unknown class/type"),
        ("add a. 300 A", "could not read rdata"),
        ("add a. 300 A 1.2.3.999", "invalid rdata format: bad dotted quad"),
        ("add a. 300 A 192.0.2.1 x", "invalid rdata format: extra input text"),
        ("add a. 300 A 192.0.2.1 ; x", "invalid rdata format: extra input text"),
        ("add a. 300 AAAA 192.0.2.1", "invalid rdata format: bad IPv6 address"),
        ("add a. 300 MX 70000 x", "invalid rdata format: out of range"),
        ("add a. 300 MX x y", "invalid rdata format: not a valid number"),
        ("add a. 300 MX 1", "invalid rdata format: unexpected end of input"),
        ("add a. 300 MX 1 a..b", "invalid rdata format: empty label"),
        ("add a. 300 TXT \"a", "invalid rdata format: unexpected end of input"),
        ("add a. 300 TXT a\\999", "invalid rdata format: syntax error"),
        ("add a. 300 TYPE65280 aa", "invalid rdata format: unknown class/type"),
        ("add a. 300 TYPE65280 \\# 2 aa", "invalid rdata format: unexpected end of input"),
        ("add a. 300 TYPE65280 \\# x", "invalid rdata format: not a valid number"),
        ("add a. 300 TLSA 1 1 1 zz", "invalid rdata format: bad hex encoding"),
        ("add a. 300 DNSKEY 256 3 8 !!", "invalid rdata format: bad base64 encoding"),
        ("add a. 300 DNSKEY 256 3 foo AA==", "invalid rdata format: unknown class/type"),
        ("add a. 300 NSEC3 1 0 1 - !! A", "invalid rdata format: bad base32 encoding"),
        ("add a. 300 LOC 1 x", "invalid rdata format: not a valid number"),
        ("add a. 300 EUI48 zz", "invalid rdata format: bad EUI"),
        ("add a. 300 SVCB 1 . foo=bar", "invalid rdata format: syntax error"),
        ("add a. 300 NSEC a FOO", "invalid rdata format: unknown class/type"),
        ("add a. 300 NULL x", "invalid rdata format: syntax error"),
        ("add a. 300 OPT x", "invalid rdata format: not implemented"),
        ("add a. 300 OPT \\# 0", "invalid rdata format: invalid use of a meta type"),
        ("add a. 300 AXFR x", "invalid rdata format: unknown class/type"),
        ("add a. 0 NONE TXT x", "invalid rdata format: unknown class/type"),
        ("yxrrset a. NONE TXT x", "invalid rdata format: unknown class/type"),
        ("del a. NONE MX mail", "invalid rdata format: not a valid number"),
        ("add a. 300 CH A 192.0.2.1", "invalid rdata format: unexpected end of input"),
        ("add a. 300 CH A x. 18", "invalid rdata format: not a valid number"),
        ("add a. 300 CH SRV 1 1 1 a", "invalid rdata format: unknown class/type"),
        ("add a. 300 NONE A 192.0.2.1", "invalid rdata format: unknown class/type"),
        ("add a. 300 ANY A 192.0.2.1", "invalid rdata format: unknown class/type"),
        ("add a. 300 TYPE0 \\# 0", "invalid rdata format: invalid use of a meta type"),
        ("add a. 300 TYPE128 \\# 0", "invalid rdata format: invalid use of a meta type"),
        ("del a. ANY x", "invalid rdata format: unknown class/type"),
        ("del a. FOO", "'FOO' is not a valid class or type: unknown class/type"),
        ("del a. IN FOO", "'FOO' is not a valid type: unknown class/type"),
        ("del a. 300 300", "'300' is not a valid class or type: unknown class/type"),
        ("del a. 99999999999 A", "'99999999999' is not a valid class or type: unknown class/type"),
        ("del a. ANY A", "invalid rdata format: unknown class/type"),
        ("class CH\nadd a. 300 IN TXT x\nadd a. 300 CH TXT x", "class mismatch: CH"),
        ("del a CH\nadd b 1 IN TXT x", "class mismatch: IN"),
        ("yxrrset a. ANY ANY\nadd a. 3 IN A 192.0.2.1", "class mismatch: IN"),
        ("nxrrset a.", "could not read class or type"),
        ("nxrrset a. FOO", "invalid type: FOO"),
        ("nxrrset a. IN", "could not read type"),
        ("nxrrset a. IN FOO", "invalid type: FOO"),
        ("yxrrset a. ANY", "could not read type"),
        ("yxrrset a. NONE A 192.0.2.1", "invalid rdata format: unknown class/type"),
        ("yxrrset a. TYPE0 \\# 0", "invalid rdata format: invalid use of a meta type"),
        ("ttl 300\nadd b 99999999999", "'99999999999' is not a valid class or type: unknown class/type"),
        ("ttl 300\nadd b 4294967295", "ttl '4294967295' is out of range (0 to 2147483647)"),
        ("ttl 300\nadd b 5 5 A 192.0.2.1", "'5' is not a valid class or type: unknown class/type"),
        ("ttl 300\nttl NONE\nadd b A 192.0.2.1", "ttl 'A': not a valid number"),
        ("ttl", "could not read ttl"),
        ("ttl x", ""),
        ("ttl -1", ""),
        ("ttl 1h", ""),
        ("ttl 4294967296", ""),
        ("ttl 2147483648", "ttl '2147483648' is out of range (0 to 2147483647)"),
        ("server", "could not read server name"),
        ("server h x", "port 'x' is not numeric"),
        ("server h 0x35", "port '0x35' is not numeric"),
        ("server h 0", "port '0' is out of range (1 to 65535)"),
        ("server h -1", "port '-1' is out of range (1 to 65535)"),
        ("server h 65536", "port '65536' is out of range (1 to 65535)"),
        ("local", "could not read server name"),
        ("local x", "invalid address x"),
        ("local 127.1", "invalid address 127.1"),
        ("local fe80::1%lo", "invalid address fe80::1%lo"),
        ("local 127.0.0.1 x", "port 'x' is not numeric"),
        ("local 127.0.0.1 0", "port '0' is out of range (1 to 65535)"),
        ("zone", "could not read zone name"),
        ("zone a..b", "could not parse zone name"),
        ("class", "could not read class name"),
        ("class FOO", "could not parse class name: FOO"),
        ("class CLASS65536", "could not parse class name: CLASS65536"),
        ("class any", "bad default class: any"),
        ("class NONE", "bad default class: NONE"),
        ("class CLASS0", "bad default class: CLASS0"),
        ("key", "could not read key name"),
        ("key a", "could not read key secret"),
        ("key a ", "could not read key secret"),
        ("key foo:a AAAA", "unknown key type 'foo'"),
        ("key hmac-sha256.:a AAAA", "unknown key type 'hmac-sha256.'"),
        ("key :a AAAA", "unknown key type ''"),
        ("key hmac-md5:a..b AAAA", "could not parse key name"),
        ("key hmac-md5: AAAA", "could not parse key name"),
        ("key hmac-sha256-257:a AAAA", "digest-bits out of range [0..256]"),
        ("key hmac-sha1-161:a AAAA", "digest-bits out of range [0..160]"),
        ("key hmac-sha256-:a AAAA", "digest-bits out of range [0..256]"),
        ("key hmac-sha256-+8:a AAAA", "digest-bits out of range [0..256]"),
        ("check-names", "could not read check-names directive"),
        ("checknames maybe", "incorrect check-names directive: maybe"),
        ("check-svcb", "could not read check-svcb directive"),
        ("checksvcb maybe", "incorrect check-svcb directive: maybe"),
        ("lease", "could not read ttl"),
        ("lease 1h", ""),
        ("add a 1 NSEC3PARAM 1 0 151 -", "NSEC3PARAM has excessive iterations (> 150)"),
    ] {
        assert_eq!(run(script).1.as_deref(), Some(what), "{script}");
    }
}

#[test]
fn a_realm_of_any_length_but_one_means_nothing_without_gss_tsig() {
    for line in ["realm", "realm X Y", &format!("realm {}", "x".repeat(1022))] {
        assert!(run(line).1.is_none(), "{line}");
    }
    assert_eq!(run(&format!("realm {}", "x".repeat(1023))).1.unwrap(), "realm is too long");
}

#[test]
fn gss_tsig_is_refused_by_its_name() {
    for line in ["gsstsig", "oldgsstsig x"] {
        assert!(run(line).1.unwrap().contains("GSS-TSIG is not there"), "{line}");
    }
}

#[test]
fn no_fault_repeats_a_secret() {
    for dialect in [Dialect::Nsup, Dialect::Nsupdate, Dialect::Knsupdate] {
        for line in [
            "key a c2VjcmV0IQ=",
            "key a c2Vj cmV0IQ=",
            "key hmac-foo:a c2VjcmV0IQ=",
            "key hmac-sha256:a:c2VjcmV0IQ=",
            "key a..b c2VjcmV0IQ==",
            "kye a c2VjcmV0IQ==",
            "keys hmac-sha256:a c2VjcmV0IQ==",
        ] {
            let fault = Session::new(dialect, None).line(line).unwrap_err();
            assert!(!format!("{fault:?}").contains("c2V") && !format!("{fault:?}").contains("cmV0"), "{fault:?}");
            assert!(fault.column.is_none() || !line.starts_with("key "), "{line}");
        }
    }
}

#[test]
fn changes_are_what_they_say() {
    for (line, change) in [
        ("add \ta. 300\tA 192.0.2.1\r", "update add a. 300 A 192.0.2.1"),
        ("UPDATE ADD A.b 010 in a 192.0.2.1", "update add A.b. 10 A 192.0.2.1"),
        ("add a 2147483647 A 192.0.2.1", "update add a. 2147483647 A 192.0.2.1"),
        ("add . 1 A 192.0.2.1", "update add . 1 A 192.0.2.1"),
        ("add @ 1 A 192.0.2.1", "update add . 1 A 192.0.2.1"),
        ("add a 1 MX 1 @", "update add a. 1 MX 1 ."),
        ("add bü 1 TXT ü", r#"update add b\195\188. 1 TXT "\195\188""#),
        ("add a 1 TXT a;b \"c d\" (e", r#"update add a. 1 TXT "a;b" "c d" "(e""#),
        ("add a 1 TYPE65280 \\# 2 aa bb", r"update add a. 1 TYPE65280 \# 2 AABB"),
        ("del a", "update delete a."),
        ("del a 300", "update delete a."),
        ("del a IN", "update delete a."),
        ("del a ANY", "update delete a."),
        ("del a 300 IN ANY", "update delete a."),
        ("del a TYPE255", "update delete a."),
        ("del a NONE", "update delete a."),
        ("update delete a 300 A", "update delete a. A"),
        ("del a A 192.0.2.1", "update delete a. A 192.0.2.1"),
        ("delete a IN A 192.0.2.1", "update delete a. A 192.0.2.1"),
        ("del a NONE TXT x", "update delete a. TXT \"x\""),
        ("del a_b._c NONE A", "update delete a_b._c. A"),
        ("del a TYPE0", "update delete a. TYPE0"),
        ("del a AXFR", "update delete a. AXFR"),
        ("del a TKEY", "update delete a. TKEY"),
        ("add a 1 TKEY foo. 1 1 1 1 AA== 0", ""),
        ("del a x 300", ""),
    ] {
        if change.is_empty() {
            assert!(run(line).1.is_some(), "{line}");
        } else {
            assert_eq!(pending(line), [change], "{line}");
        }
    }
}

#[test]
fn prerequisites_are_what_they_say() {
    for (line, asked) in [
        ("nxdomain a. b", "prereq nxdomain a."),
        ("PREREQ NXDOMAIN A.B", "prereq nxdomain A.B."),
        ("yxdomain a", "prereq yxdomain a."),
        ("nxrrset a IN A 192.0.2.1", "prereq nxrrset a. A"),
        ("nxrrset a TYPE0", "prereq nxrrset a. TYPE0"),
        ("prereq yxrrset a A", "prereq yxrrset a. A"),
        ("yxrrset a IN ANY", "prereq yxdomain a."),
        ("nxrrset a IN ANY", "prereq nxdomain a."),
        ("yxrrset a NONE A", "prereq yxrrset a. A"),
        ("yxrrset a A 192.0.2.1", "prereq yxrrset a. A 192.0.2.1"),
        ("yxrrset a IN TXT a b", r#"prereq yxrrset a. TXT "a" "b""#),
    ] {
        assert_eq!(pending(line), [asked], "{line}");
    }
}

#[test]
fn a_ttl_may_be_left_out_once_one_is_set() {
    let script = "ttl 300 x\nadd a IN A 192.0.2.1\nadd b 5 A 192.0.2.1\nttl none x";
    assert_eq!(pending(script), ["update add a. 300 A 192.0.2.1", "update add b. 5 A 192.0.2.1"]);
}

#[test]
fn data_of_other_classes_are_read_as_these_have_them() {
    for (line, class, octets) in [
        ("add a 1 CH A x. 17", 3, &b"\x01x\0\0\x0f"[..]),
        ("add a 1 HS A 1.2.3.4", 4, &[1, 2, 3, 4]),
        ("add a 1 CH AAAA \\# 1 00", 3, &[0]),
        ("add a 1 CLASS7 TXT x", 7, b"\x01x"),
        ("add a 1 CHAOS TXT x", 3, b"\x01x"),
    ] {
        let (session, fault) = run(line);
        assert_eq!(fault, None, "{line}");
        assert_eq!(session.draft().class, Class(class));
        let [Change::Add(record)] = session.draft().changes.as_slice() else { panic!("{line}") };
        assert_eq!(record.rdata.octets(), octets, "{line}");
    }
}

#[test]
fn keys_have_the_algorithm_said_or_md5_and_blanks_in_their_secret() {
    for (line, name, algorithm, least) in [
        ("key a AAAA", "a.", "hmac-md5", 16),
        ("key A AA AA", "a.", "hmac-md5", 16),
        ("key a  AAAA ", "a.", "hmac-md5", 16),
        ("key HMAC-SHA256:a AA AA", "a.", "hmac-sha256", 32),
        ("key hmac-sha256-128:a AAAA", "a.", "hmac-sha256", 16),
        ("key hmac-sha256-0:a AAAA", "a.", "hmac-sha256", 32),
        ("key hmac-sha256-1:a AAAA", "a.", "hmac-sha256", 16),
        ("key hmac-sha256:a:b AAAA", "a:b.", "hmac-sha256", 32),
    ] {
        let (session, fault) = run(line);
        assert_eq!(fault, None, "{line}");
        let key = session.draft().key.clone().unwrap();
        assert_eq!((key.name().to_string().as_str(), key.algorithm().word()), (name, algorithm), "{line}");
        assert_eq!(key.least_mac_octets(), least, "{line}");
    }
}

#[test]
fn the_words_that_ask_for_something_are_acts() {
    let mut session = Session::new(Dialect::Nsupdate, None);
    let mut act = |line: &str| session.line(line).unwrap();
    assert!(matches!(act("ANSWER x"), Act::Answer));
    assert!(matches!(act("debug x"), Act::Debug));
    assert!(matches!(act("help x"), Act::Help));
    assert!(matches!(act("version x"), Act::Version));
    assert!(matches!(act("quit x"), Act::Quit));
    assert!(matches!(act("show x"), Act::Show(_)));
    assert!(matches!(act("send x"), Act::Send(_)));
    assert!(matches!(act(" \t "), Act::Send(_)));
    assert!(matches!(act(""), Act::Send(_)));
    assert!(matches!(act("  ;x"), Act::Nothing));
    assert!(matches!(act("; x"), Act::Nothing));
    let server = Server { host: "127.0.0.1".to_owned(), port: Some(53) };
    assert!(matches!(act("server 127.0.0.1 +53 junk"), Act::Server(found) if found == server));
}
