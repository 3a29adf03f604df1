//! Exit status 0 is a proof: cases in which a server says NOERROR, or a prerequisite is true, and the zone does not hold
//! what was asked for; and a definite "no" that would be none.

mod primary;
mod program;
mod servers;

use nsup::config::parse_keys;
use nsup::proto::{Rcode, Transport};
use primary::{Fault, Misbehaviour, Opcode, Policy, Primary};
use program::{Run, options, run};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

/// A real server with these records in `example.org`, and the options to reach it.
fn real(kind: Kind, records: &[&str]) -> Option<(Server, String, tempfile::TempDir)> {
    let key = TestKey::new("k", "hmac-sha256");
    let zone = records.iter().fold(Zone::new("example.org"), |zone, record| zone.record(record));
    let server = Server::start(kind, &Setup::new().key(key.clone()).zone(zone.grant(Grant::zone(&key))))?;
    let directory = tempfile::tempdir().unwrap();
    let options = options(&key.write(directory.path()), server.address()) + " --zone example.org";
    Some((server, options, directory))
}

fn nsup(words: &[&str], options: &str) -> Run {
    run(words.iter().copied().chain(options.split(' ')))
}

#[test]
fn a_ttl_that_was_not_changed_is_not_said_to_be() {
    for kind in Kind::ALL {
        let Some((server, options, _directory)) = real(kind, &["h.example.org. 300 IN A 192.0.2.1"]) else { continue };
        let requirement = ["--require", "yxdomain nothing.example.org"];
        let words = [&["set", "h.example.org", "192.0.2.1", "--ttl", "77"][..], &requirement].concat();
        nsup(&words, &options).ends(2).complains("a prerequisite is false (NXDOMAIN)");
        assert_eq!(server.ttl("example.org", "h.example.org", "A"), Some(300), "{kind}");
        // Knot passes over another TTL in an addition.
        nsup(&["add", "h.example.org", "77", "A", "192.0.2.1"], &options).ends(0).says("TTL 77 (was 300)");
        assert_eq!(server.ttl("example.org", "h.example.org", "A"), Some(77), "{kind}");
    }
}

#[test]
fn letter_case_is_kept_apart_in_texts_and_not_in_names() {
    for kind in Kind::ALL {
        let Some((server, options, _directory)) = real(kind, &["t.example.org. 300 IN TXT \"abc\""]) else { continue };
        let words = ["set", "t.example.org", "TXT", "ABC", "--require", "yxdomain nothing.example.org"];
        nsup(&words, &options).ends(2).complains("a prerequisite is false");
        nsup(&["set", "t.example.org", "TXT", "ABC"], &options).ends(0).says("changed");
        assert_eq!(server.has("example.org", "t.example.org", "TXT"), ["\"ABC\""], "{kind}");
        nsup(&["set", "m.example.org", "MX", "10 mail.example.net."], &options).ends(0);
        nsup(&["delete", "m.example.org", "MX", "10 MAIL.Example.NET."], &options).ends(0).says("changed");
        assert_eq!(server.has("example.org", "m.example.org", "MX"), [""; 0], "{kind}");
    }
}

#[test]
fn what_a_wildcard_or_an_alias_makes_up_is_not_there() {
    for kind in Kind::ALL {
        let records = ["*.v.example.org. 300 IN A 192.0.2.5", "*.w.example.org. 300 IN CNAME x.example.org."];
        let Some((server, options, _directory)) = real(kind, &records) else { continue };
        nsup(&["set", "a.v.example.org", "192.0.2.5"], &options).ends(0).says("changed");
        assert_eq!(server.has("example.org", "a.v.example.org", "A"), ["192.0.2.5"], "{kind}");
        nsup(&["add", "b.v.example.org", "192.0.2.5"], &options).ends(0).says("changed");
        assert_eq!(server.has("example.org", "b.v.example.org", "A"), ["192.0.2.5"], "{kind}");
        nsup(&["set", "d.v.example.org", "192.0.2.6", "--ttl", "60"], &options).ends(0).says("changed");
        nsup(&["set", "e.v.example.org", "A", "192.0.2.6", "TXT", "x"], &options)
            .ends(0)
            .says("A 192.0.2.6 (was none)");
        nsup(&["add", "f.v.example.org", "192.0.2.6"], &options).ends(0).says("A 192.0.2.6 (was none)");
        nsup(&["delete", "c.v.example.org", "A"], &options).ends(0).says("unchanged");
        nsup(&["delete", "c.v.example.org", "A", "192.0.2.5"], &options).ends(0).says("unchanged");
        nsup(&["set", "a.w.example.org", "CNAME", "x.example.org"], &options).ends(0).says("changed");
        assert_eq!(server.has("example.org", "a.w.example.org", "CNAME"), ["x.example.org."], "{kind}");
        nsup(&["set", "b.w.example.org", "192.0.2.9"], &options).ends(0).says("changed");
        assert_eq!(server.has("example.org", "b.w.example.org", "A"), ["192.0.2.9"], "{kind}");
        // Where an alias really is, there is no address to delete.
        nsup(&["delete", "a.w.example.org", "A"], &options).ends(0).says("unchanged");
    }
}

#[test]
fn what_a_dname_hides_is_refused() {
    for kind in [Kind::Bind, Kind::Knot] {
        let Some((_server, options, _directory)) = real(kind, &["d.example.org. 300 IN DNAME t.example."]) else {
            continue;
        };
        let run = nsup(&["set", "www.d.example.org", "CNAME", "www.t.example"], &options).ends(2);
        run.complains("is below the DNAME at d.example.org.").hints("nsup get d.example.org. DNAME");
        nsup(&["set", "www.d.example.org", "192.0.2.1"], &options).ends(2).complains("below the DNAME");
    }
}

#[test]
fn a_false_requirement_is_told_for_every_verb() {
    for kind in Kind::ALL {
        let Some((server, options, _directory)) = real(kind, &["h.example.org. 300 IN A 192.0.2.1"]) else { continue };
        let requirement = ["--require", "yxdomain nothing.example.org"];
        for words in [
            &["add", "h.example.org", "192.0.2.2"][..],
            &["delete", "h.example.org", "A", "192.0.2.1"],
            &["delete", "h.example.org", "A"],
            &["delete", "h.example.org"],
            &["set", "h.example.org", "192.0.2.2", "2001:db8::1"],
            &["set", "h.example.org", "192.0.2.2", "--force"],
        ] {
            nsup(&[words, &requirement].concat(), &options).ends(2).complains("a prerequisite is false (NXDOMAIN)");
        }
        assert_eq!(server.serial("example.org"), 1, "{kind}");
        let alias = nsup(&["add", "h.example.org", "CNAME", "x.example.org"], &options).ends(2);
        alias.complains("h.example.org. has other records");
        nsup(&["add", "a.example.org", "CNAME", "x.example.org"], &options).ends(0);
        nsup(&["add", "a.example.org", "CNAME", "y.example.org"], &options).ends(2).complains("has other records");
        assert_eq!(server.has("example.org", "a.example.org", "CNAME"), ["x.example.org."], "{kind}");
    }
}

/// A scripted server with `h A 192.0.2.1`, and the run of a command on it.
fn scripted(faults: impl IntoIterator<Item = Fault>, words: &[&str]) -> (Primary, Run) {
    let key = parse_keys(include_str!("../keys/unsafe.key"), "").unwrap().remove(0).key;
    let primary = Primary::builder("example.org")
        .record("h.example.org. 300 A 192.0.2.1")
        .key(key, Policy::WholeZone)
        .faults(faults)
        .start()
        .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("k");
    std::fs::copy("keys/unsafe.key", &path).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let run = nsup(words, &(options(&path, primary.address()) + " --zone example.org --timeout 6"));
    (primary, run)
}

fn update(misbehaviour: Misbehaviour) -> Fault {
    Fault::new(misbehaviour).on(Opcode::Update)
}

const SET: &[&str] = &["set", "h.example.org", "192.0.2.2"];

#[test]
fn an_older_no_does_not_answer_for_a_newer_message() {
    for lost in [Misbehaviour::CloseApplied, Misbehaviour::Truncated] {
        let servfail = update(Misbehaviour::SignedRcode(Rcode::SERVFAIL));
        let (primary, run) = scripted([servfail, update(lost)], SET);
        run.ends(0).says("changed");
        assert_eq!(primary.records("h.example.org", "A"), ["192.0.2.2"]);
    }
}

#[test]
fn a_no_to_the_question_whether_it_was_done_leaves_it_unknown() {
    for rcode in [Rcode::REFUSED, Rcode::SERVFAIL, Rcode::NOTAUTH] {
        let faults = [update(Misbehaviour::CloseApplied), update(Misbehaviour::SignedRcode(rcode)).always()];
        let (primary, run) = scripted(faults, SET);
        run.ends(5).complains("could not be settled").complains(&format!("said {rcode}"));
        assert_eq!(primary.records("h.example.org", "A"), ["192.0.2.2"]);
    }
}

#[test]
fn a_proof_that_fails_leaves_it_unknown() {
    let faults = [Fault::new(Misbehaviour::SignedRcode(Rcode::REFUSED)).on(Opcode::Query).after(1).always()];
    let (primary, run) = scripted(faults, &["set", "c.example.org", "CNAME", "h.example.org"]);
    run.ends(5);
    assert_eq!(primary.records("c.example.org", "CNAME"), ["h.example.org."]);
}

#[test]
fn a_value_that_was_right_already_is_guarded_while_another_is_changed() {
    let other = update(Misbehaviour::AnotherWriter(vec!["h.example.org. 300 A 192.0.2.9".to_owned()]));
    let (primary, run) = scripted([other], &["set", "h.example.org", "192.0.2.1", "2001:db8::1"]);
    run.ends(0).says("AAAA 2001:db8::1 (was none)");
    assert_eq!(primary.records("h.example.org", "A"), ["192.0.2.1"]);
    let (_, run) = scripted([], &["set", "h.example.org", "192.0.2.1", "2001:db8::1"]);
    run.ends(0).says("unchanged: h.example.org. A 192.0.2.1\nchanged: h.example.org. AAAA 2001:db8::1");
}

#[test]
fn a_rejected_answer_over_tcp_does_not_put_the_next_one_out_of_step() {
    let forged = Misbehaviour::ForgeFirst(primary::Forgery::unsigned(Rcode::NOERROR));
    let (primary, run) = scripted([update(forged).over(Transport::Tcp)], &["add", "h.example.org", "192.0.2.2"]);
    run.ends(0);
    assert_eq!(primary.records("h.example.org", "A"), ["192.0.2.1", "192.0.2.2"]);
}
