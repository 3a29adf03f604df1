//! The commands of knsupdate, good and bad. What is wrong is told in the words of knsupdate 3.2.6, as it printed them.

use crate::script::{Act, Dialect, Session, in_words};

use super::*;

fn run(script: &str) -> (Session, Option<String>) {
    let mut session = Session::new(Dialect::Knsupdate, None);
    for line in script.split('\n') {
        if let Err(fault) = session.line(line) {
            return (session, Some(fault.what));
        }
    }
    (session, None)
}

fn pending(script: &str) -> Vec<String> {
    let (session, fault) = run(script);
    assert_eq!(fault, None, "{script}");
    let draft = session.draft().clone();
    let update = crate::proto::Update::in_order(Name::root(), Class::IN, draft.prerequisites, draft.changes, None);
    in_words(&update).into_iter().skip(1).collect()
}

#[test]
fn what_is_wrong_is_told_in_the_words_of_knsupdate() {
    for (script, what) in [
        ("foo", "unexpected literal: 'foo'"),
        ("ADD a", "unexpected literal: 'ADD a'"),
        ("up", "unexpected literal: 'up', did you mean 'update' ?"),
        ("#x", "unexpected literal: '#x'"),
        ("help", "unexpected literal: 'help'"),
        ("version", "unexpected literal: 'version'"),
        ("lease 3", "unexpected literal: 'lease 3', did you mean 'local' ?"),
        ("check-names on", "unexpected literal: 'check-names on', did you mean 'class' ?"),
        ("show;", "unexpected literal: 'show;', did you mean 'show' ?"),
        ("update", "unexpected literal: ''"),
        ("update foo", "unexpected literal: 'foo'"),
        ("update addd a", "unexpected literal: 'addd a', did you mean 'add' ?"),
        ("prereq", "unexpected literal: ''"),
        ("prereq nx", "unexpected literal: 'nx', did you mean 'nxdomain' ?"),
        ("prereq yxrrset", "missing prerequisite owner name"),
        ("add", "class mismatch 'IN'"),
        ("add a", "invalid record (owner is invalid)"),
        ("add \"a\" TXT x", "invalid record (owner is invalid)"),
        ("add a..b A 192.0.2.1", "invalid record (invalid domain name character)"),
        ("add bü A 192.0.2.1", "invalid record (invalid domain name character)"),
        ("add a 1h", "invalid record (invalid time unit)"),
        ("add a FOO x", "invalid record (invalid number)"),
        ("add a FOO", "invalid record (invalid number)"),
        ("add a 300 300 A 192.0.2.1", "invalid record (unsupported record type)"),
        ("add a IN IN A 192.0.2.1", "invalid record (unsupported record type)"),
        ("add a 1 CH A 192.0.2.1", "invalid record (unsupported record type)"),
        ("add a ANY x", "invalid record (unsupported record type)"),
        ("class CH\nadd a IN TXT x", "class mismatch 'CH'"),
        ("add a CLASS1 A 192.0.2.1", "invalid record (unsupported record type)"),
        ("add a 99999999999 A 192.0.2.1", "invalid record (number is bigger than 32 bits)"),
        ("add a TYPE65280 x", "invalid record (unable to process text form for this type)"),
        ("del a CNAME \\# 2 aa", "invalid rdata (the rdata length statement is incorrect)"),
        ("del a IN ANY x", "invalid rdata (unsupported record type)"),
        ("del a IN TYPE255 x", "invalid rdata (unable to process text form for this type)"),
        ("add a A", "invalid record (invalid address character)"),
        ("add a A 192.0.2.999", "invalid record (invalid IPv4 address)"),
        ("add a A 192.0.2.1 x", "invalid record (unexpected data)"),
        ("add a A (192.0.2.1", "invalid record (unclosed last multiline block)"),
        ("add a AAAA ::g", "invalid record (invalid address character)"),
        ("add a MX x y", "invalid record (invalid number)"),
        ("add a MX 99999 y", "invalid record (number is bigger than 16 bits)"),
        ("add a TXT \"x", "invalid record (invalid text character)"),
        ("del a FOO", "invalid rdata (unclosed last multiline block)"),
        ("del a 1h A", "invalid rdata (unclosed last multiline block)"),
        ("del a IN 300 A", "invalid rdata (unclosed last multiline block)"),
        ("del a A 192.0.2.999", "invalid rdata (invalid IPv4 address)"),
        ("del a A 192.0.2.1 x", "invalid rdata (unexpected data)"),
        ("del a CH A", "class mismatch 'CH'"),
        ("del a ANY A", "class mismatch 'ANY'"),
        ("nxrrset a CH A", "class mismatch 'CH'"),
        ("yxrrset a A x", "invalid rdata (invalid address character)"),
        ("origin a..b", "failed to parse zone 'a..b'"),
        ("origin", "failed to parse zone ''"),
        ("origin a b", "failed to set default origin, invalid FQDN zone origin"),
        ("zone", "failed to parse zone ''"),
        ("zone a..b", "failed to parse zone 'a..b'"),
        ("ttl", "failed to parse ttl ''"),
        ("ttl 1h", "failed to parse ttl '1h'"),
        ("ttl -1", "failed to parse ttl '-1'"),
        ("ttl 4294967296", "failed to parse ttl '4294967296'"),
        ("ttl 5 x", "failed to parse ttl '5 x'"),
        ("class", "failed to parse class ''"),
        ("class HS", "failed to parse class 'HS'"),
        ("class FOO x", "failed to parse class 'FOO x'"),
        ("key", "invalid key specification"),
        ("key a", "invalid key specification"),
        ("key a AA AA", "invalid key specification"),
        ("key hmac-foo:a AAAA", "invalid key specification"),
        ("key hmac-sha256-128:a AAAA", "invalid key specification"),
        ("key a..b AAAA", "invalid key specification"),
        ("gsstsig", "gsstsig not supported"),
        ("oldgsstsig", "oldgsstsig not supported"),
        ("realm x", "realm not supported"),
        ("send", "no zone specified"),
    ] {
        assert_eq!(run(script).1, Some(format!(";; ERROR: {what}")), "{script}");
    }
}

#[test]
fn adds_are_lines_of_a_zone_file() {
    for (line, change) in [
        ("add a A 192.0.2.1", "add a. 3600 A 192.0.2.1"),
        ("  add\ta\tTXT\ta;b", r#"add a. 3600 TXT "a""#),
        ("add a 1h A 192.0.2.1", "add a. 3600 A 192.0.2.1"),
        ("add b IN 5 A 192.0.2.1", "add b. 5 A 192.0.2.1"),
        ("add c 5 IN A 192.0.2.1 ; x", "add c. 5 A 192.0.2.1"),
        ("add @ A ( 192.0.2.1 )", "add . 3600 A 192.0.2.1"),
        ("add 300 300 A 192.0.2.1", "add 300. 300 A 192.0.2.1"),
        ("add A A 192.0.2.1", "add A. 3600 A 192.0.2.1"),
        ("ttl 05\nadd a A 192.0.2.1", "add a. 5 A 192.0.2.1"),
        ("origin example\nadd a MX 1 b", "add a.example. 3600 MX 1 b.example."),
        ("origin example\nadd @ MX 1 b.", "add example. 3600 MX 1 b."),
        ("add a TYPE65280 \\# 1 aa", "add a. 3600 TYPE65280 \\# 1 AA"),
        ("add a_b. A 192.0.2.1", "add a_b. 3600 A 192.0.2.1"),
        ("update add a SOA a b 1 1h 1 1 1", "add a. 3600 SOA a. b. 1 3600 1 1 1"),
    ] {
        assert_eq!(pending(line), [format!("update {change}")], "{line}");
    }
    let long = pending(&format!("add a TXT {}", "a".repeat(300)));
    assert_eq!(long, [format!("update add a. 3600 TXT \"{}\" \"{}\"", "a".repeat(255), "a".repeat(45))]);
}

#[test]
fn deletes_and_prerequisites_are_read_in_their_own_way() {
    for (line, said) in [
        ("del a", "update delete a."),
        ("delete a IN", "update delete a."),
        ("del b 5 IN", "update delete b."),
        ("del a +5 A", "update delete a. A"),
        ("del a 300 IN A 192.0.2.1 ; x", "update delete a. A 192.0.2.1"),
        ("del a TYPE0", "update delete a. TYPE0"),
        ("del bü", "update delete b\\195\\188."),
        ("origin x.\nupdate del a MX 1 b", "update delete a.x. MX 1 b.x."),
        ("nxdomain a b", "prereq nxdomain a."),
        ("yxdomain @", "prereq yxdomain \\@."),
        ("nxrrset a", "prereq nxdomain a."),
        ("nxrrset a A 192.0.2.1", "prereq nxrrset a. A"),
        ("prereq yxrrset a IN A", "prereq yxrrset a. A"),
        ("yxrrset a 300 A ( 192.0.2.1 )", "prereq yxrrset a. A 192.0.2.1"),
    ] {
        assert_eq!(pending(line), [said], "{line}");
    }
}

#[test]
fn what_is_passed_over_is_told() {
    let mut session = Session::new(Dialect::Knsupdate, None);
    for (line, note) in [
        ("nxdomain a b", ";; WARNING: ignoring input data 'b'"),
        ("yxrrset a 300 A", ";; WARNING: ignoring TTL value '300'"),
        ("nxrrset a", ";; WARNING: ignoring TTL value '0'"),
        ("nxrrset a A 192.0.2.1", ";; WARNING: ignoring input data '192.0.2.1'"),
    ] {
        session.line(line).unwrap();
        assert_eq!(session.notes(), [note], "{line}");
    }
    session.line("del a 300 A").unwrap();
    assert!(session.notes().is_empty());
}

#[test]
fn keys_come_in_two_forms_and_are_sha256_where_nothing_else_is_said() {
    for (line, algorithm) in [
        ("key a AAAA", "hmac-sha256"),
        ("key a:AAAA", "hmac-sha256"),
        ("key hmac-md5:a AAAA", "hmac-md5"),
        ("key HMAC-SHA512:a:AAAA", "hmac-sha512"),
    ] {
        let (session, fault) = run(line);
        assert_eq!(fault, None, "{line}");
        let key = session.draft().key.clone().unwrap();
        assert_eq!((key.name().to_string().as_str(), key.algorithm().word()), ("a.", algorithm), "{line}");
    }
}

#[test]
fn empty_lines_and_comments_are_nothing_and_exit_quits() {
    let mut session = Session::new(Dialect::Knsupdate, None);
    for line in ["", "  \t", ";x", "  ; x"] {
        assert!(matches!(session.line(line), Ok(Act::Nothing)), "{line}");
    }
    assert!(matches!(session.line("exit x"), Ok(Act::Quit)));
    assert!(matches!(session.line("quit"), Ok(Act::Quit)));
    assert!(matches!(session.line("server h 53"), Ok(Act::Server(server)) if server.port == Some(53)));
}
