//! `nsup set` and its siblings on real servers: one name, one message, and the truth about it.

mod program;
mod servers;

use program::{nsup, options, run};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "cable.example.org";

/// A server with the zone of the README, and the options to reach it.
fn start(kind: Kind) -> Option<(Server, String, tempfile::TempDir)> {
    let key = TestKey::new("k", "hmac-sha256");
    let zone = Zone::new(ZONE)
        .record("cable.example.org. 300 IN MX 10 mail.example.org.")
        .record("cable.example.org. 300 IN TXT \"stays\"")
        .grant(Grant::name(&key, ZONE, &["A", "AAAA"]))
        .grant(Grant::name(&key, "new.cable.example.org", &["A", "AAAA"]));
    let server = Server::start(kind, &Setup::new().key(key.clone()).zone(zone))?;
    let directory = tempfile::tempdir().unwrap();
    let options = options(&key.write(directory.path()), server.address());
    Some((server, options, directory))
}

fn each(test: impl Fn(&Server, &str)) {
    for kind in Kind::ALL {
        if let Some((server, options, _directory)) = start(kind) {
            test(&server, &options);
        }
    }
}

#[test]
fn the_apex_is_set_beside_records_that_stay_and_a_second_run_writes_nothing() {
    each(|server, options| {
        let others = |server: &Server| {
            let zone = server.zone(ZONE);
            zone.into_iter().filter(|line| !line.contains(" SOA ") && !line.contains(" A 203.")).collect::<Vec<_>>()
        };
        let (stay, serial) = (others(server), server.serial(ZONE));
        assert!(stay.iter().any(|line| line.contains(" MX ")) && stay.iter().any(|line| line.contains(" NS ")));
        nsup(&format!("set {ZONE} 203.0.113.7 {options}"))
            .ends(0)
            .says("changed: cable.example.org. A 203.0.113.7 (was none)\n");
        assert_eq!(server.has(ZONE, ZONE, "A"), ["203.0.113.7"]);
        assert_eq!(server.ttl(ZONE, ZONE, "A"), Some(300), "a new RRset gets 300");
        assert_eq!(server.serial(ZONE), serial + 1);
        let journal = server.journal_octets(ZONE);
        nsup(&format!("set {ZONE} 203.0.113.7 {options}"))
            .ends(0)
            .says("unchanged: cable.example.org. A 203.0.113.7\n");
        assert_eq!((server.serial(ZONE), server.journal_octets(ZONE)), (serial + 1, journal), "nothing was written");
        nsup(&format!("set {ZONE} 203.0.113.8 {options}"))
            .ends(0)
            .says("changed: cable.example.org. A 203.0.113.8 (was 203.0.113.7)\n");
        assert_eq!(server.has(ZONE, ZONE, "A"), ["203.0.113.8"]);
        assert_eq!(server.serial(ZONE), serial + 2, "one change is one message");
        assert_eq!(others(server), stay);
    });
}

#[test]
fn one_update_message_is_seen_for_one_change() {
    let Some((server, options, _directory)) = start(Kind::Bind) else { return };
    nsup(&format!("set {ZONE} 203.0.113.7 {options}")).ends(0);
    let run = nsup(&format!("set {ZONE} 203.0.113.8 {options} --zone {ZONE} -v")).ends(0);
    assert_eq!(run.stderr.matches("octets sent").count(), 2, "a question and the update: {}", run.stderr);
    run.complains("old value: cable.example.org. 300 IN A 203.0.113.7")
        .complains("prereq yxrrset cable.example.org. A 203.0.113.7")
        .complains("update delete cable.example.org. A\nnsup: update add cable.example.org. 300 A 203.0.113.8")
        .complains("NOERROR, TSIG NOERROR, verified");
    let updates = server.log().matches("adding an RR at 'cable.example.org' A 203.0.113.8").count();
    assert_eq!(updates, 1, "{}", server.log());
}

#[test]
fn a_name_that_does_not_exist_yet_is_made() {
    each(|server, options| {
        nsup(&format!("set new.{ZONE} 203.0.113.9 {options}")).ends(0).says("(was none)");
        assert_eq!(server.has(ZONE, &format!("new.{ZONE}"), "A"), ["203.0.113.9"]);
    });
}

#[test]
fn both_families_travel_in_one_message() {
    each(|server, options| {
        let serial = server.serial(ZONE);
        nsup(&format!("set {ZONE} A 203.0.113.7 AAAA 2001:db8::7 {options}")).ends(0);
        assert_eq!(server.has(ZONE, ZONE, "A"), ["203.0.113.7"]);
        assert_eq!(server.has(ZONE, ZONE, "AAAA"), ["2001:db8::7"]);
        assert_eq!(server.serial(ZONE), serial + 1);
        nsup(&format!("set {ZONE} 203.0.113.7 2001:db8::7 {options}")).ends(0).says("unchanged");
        assert_eq!(server.serial(ZONE), serial + 1);
    });
}

#[test]
fn a_ttl_is_changed_only_when_asked_for() {
    each(|server, options| {
        nsup(&format!("set {ZONE} 203.0.113.7 {options} --ttl 1h")).ends(0);
        assert_eq!(server.ttl(ZONE, ZONE, "A"), Some(3600));
        nsup(&format!("set {ZONE} 203.0.113.8 {options}")).ends(0);
        assert_eq!(server.ttl(ZONE, ZONE, "A"), Some(3600), "kept");
        nsup(&format!("set {ZONE} 203.0.113.8 {options} --ttl 60")).ends(0).says("TTL 60 (was 3600)");
        assert_eq!(server.ttl(ZONE, ZONE, "A"), Some(60));
    });
}

#[test]
fn several_values_are_set_and_one_is_added_and_deleted() {
    each(|server, options| {
        nsup(&format!("set {ZONE} 203.0.113.7 203.0.113.8 {options}")).ends(0);
        nsup(&format!("set {ZONE} 203.0.113.8 203.0.113.7 {options}")).ends(0).says("unchanged");
        nsup(&format!("add {ZONE} A 203.0.113.9 {options}")).ends(0).says("changed");
        nsup(&format!("add {ZONE} A 203.0.113.9 {options}")).ends(0).says("unchanged");
        nsup(&format!("delete {ZONE} A 203.0.113.7 {options}")).ends(0).says("changed");
        nsup(&format!("delete {ZONE} A 203.0.113.7 {options}")).ends(0).says("unchanged");
        assert_eq!(server.has(ZONE, ZONE, "A"), ["203.0.113.8", "203.0.113.9"]);
        nsup(&format!("delete {ZONE} A {options}")).ends(0).says("A none (was 203.0.113.8, 203.0.113.9)");
        nsup(&format!("delete {ZONE} A {options}")).ends(0).says("unchanged");
        assert_eq!(server.has(ZONE, ZONE, "A"), [""; 0]);
    });
}

#[test]
fn what_was_set_is_read_back_signed() {
    each(|_, options| {
        nsup(&format!("set {ZONE} 203.0.113.7 {options}")).ends(0);
        let run = nsup(&format!("get {ZONE} A {options}")).ends(0);
        assert_eq!(run.stdout, "cable.example.org. 300 IN A 203.0.113.7\n");
        nsup(&format!("get {ZONE} {options}")).ends(0).says(" IN MX 10 mail.example.org.").says(" IN TXT \"stays\"");
        nsup(&format!("get nothing.{ZONE} {options}")).ends(0).complains("does not exist");
    });
}

#[test]
fn every_type_of_the_table_reaches_a_server_and_comes_back_as_it_was() {
    let values: [(&str, &str); 12] = [
        ("AAAA", "2001:db8::7"),
        ("MX", "10 Mail.example.org."),
        ("TXT", "v=spf1 mx; -all \\\"quoted\\\""),
        ("SPF", "v=spf1 mx -all"),
        ("SRV", "0 5 5060 sip.example.org."),
        ("CAA", "0 issue \"letsencrypt.org; x=1\""),
        ("SSHFP", "1 1 123456789ABCDEF67890123456789ABCDEF67890"),
        ("TLSA", "3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        ("NAPTR", "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:info@example.org!\" ."),
        ("PTR", "cable.example.org."),
        ("DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"),
        ("TYPE65280", "\\# 3 abcdef"),
    ];
    for kind in Kind::ALL {
        let key = TestKey::new("k", "hmac-sha256");
        // A DS goes with a delegation.
        let zone = Zone::new(ZONE).record("t-ds.cable.example.org. 300 IN NS ns.example.org.").grant(Grant::zone(&key));
        let Some(server) = Server::start(kind, &Setup::new().key(key.clone()).zone(zone)) else { continue };
        let directory = tempfile::tempdir().unwrap();
        let options = options(&key.write(directory.path()), server.address());
        for (record_type, value) in values {
            // PowerDNS answers FORMERR to what it does not know (measured).
            if kind == Kind::PowerDns && record_type == "TYPE65280" {
                continue;
            }
            let name = format!("t-{}.{ZONE}", record_type.to_lowercase());
            let set = |verb: &'static str| {
                let words = [verb, &name, record_type, value];
                run(words.into_iter().map(str::to_owned).chain(options.split(' ').map(str::to_owned)))
            };
            set("set").ends(0).says("changed: ");
            set("set").ends(0).says("unchanged: ");
            set("delete").ends(0).says("changed: ");
            set("delete").ends(0).says("unchanged: ");
        }
    }
}

#[test]
fn a_whole_name_is_deleted_and_only_that() {
    for kind in Kind::ALL {
        let key = TestKey::new("k", "hmac-sha256");
        let zone = Zone::new(ZONE)
            .record("host.cable.example.org. 300 IN A 203.0.113.1")
            .record("host.cable.example.org. 300 IN TXT \"x\"")
            .record("a.host.cable.example.org. 300 IN A 203.0.113.2")
            .grant(Grant::zone(&key));
        let Some(server) = Server::start(kind, &Setup::new().key(key.clone()).zone(zone)) else { continue };
        let directory = tempfile::tempdir().unwrap();
        let options = options(&key.write(directory.path()), server.address());
        nsup(&format!("delete host.{ZONE} {options}")).ends(0).says("changed: host.cable.example.org.");
        nsup(&format!("delete host.{ZONE} {options}")).ends(0).says("unchanged: host.cable.example.org.");
        assert!(!server.zone(ZONE).iter().any(|line| line.starts_with("host.")));
        assert_eq!(server.has(ZONE, &format!("a.host.{ZONE}"), "A"), ["203.0.113.2"]);
        nsup(&format!("delete {ZONE} {options}")).ends(1).complains("is the zone itself");
        nsup(&format!("set {ZONE} NS ns9.example.org {options}")).ends(1).complains("is the zone itself");
    }
}

#[test]
fn the_last_name_server_of_a_zone_is_not_said_to_be_deleted() {
    for kind in [Kind::Bind, Kind::Knot] {
        let key = TestKey::new("k", "hmac-sha256");
        let zone = Zone::new(ZONE).grant(Grant::zone(&key));
        let Some(server) = Server::start(kind, &Setup::new().key(key.clone()).zone(zone)) else { continue };
        let directory = tempfile::tempdir().unwrap();
        let options = options(&key.write(directory.path()), server.address());
        // The server says NOERROR and keeps it (RFC 2136 §3.4.2.4).
        let run = nsup(&format!("delete {ZONE} NS ns1.{ZONE} {options}")).ends(2);
        run.complains("said NOERROR").hints("last name server");
        assert_eq!(server.has(ZONE, ZONE, "NS").len(), 1);
    }
}

#[test]
fn a_ds_without_a_delegation_is_not_said_to_be_there() {
    let key = TestKey::new("k", "hmac-sha256");
    let zone = Zone::new(ZONE).grant(Grant::zone(&key));
    let Some(server) = Server::start(Kind::Bind, &Setup::new().key(key.clone()).zone(zone)) else { return };
    let directory = tempfile::tempdir().unwrap();
    let options = options(&key.write(directory.path()), server.address());
    // BIND says NOERROR and drops it.
    let digest = "2BB183AF5F22588179A53B0A98631FAD1A292118";
    nsup(&format!("set sub.{ZONE} DS 60485 5 1 {digest} {options}")).ends(2).complains("said NOERROR").hints("a DS");
}

#[test]
fn a_wildcard_is_not_taken_for_the_names_own_record() {
    for kind in Kind::ALL {
        let key = TestKey::new("k", "hmac-sha256");
        let zone = Zone::new(ZONE).record("*.cable.example.org. 300 IN A 203.0.113.1").grant(Grant::zone(&key));
        let Some(server) = Server::start(kind, &Setup::new().key(key.clone()).zone(zone)) else { continue };
        let directory = tempfile::tempdir().unwrap();
        let options = options(&key.write(directory.path()), server.address());
        nsup(&format!("set host.{ZONE} 203.0.113.2 {options}")).ends(0);
        assert_eq!(server.has(ZONE, &format!("host.{ZONE}"), "A"), ["203.0.113.2"]);
        assert_eq!(server.has(ZONE, &format!("*.{ZONE}"), "A"), ["203.0.113.1"]);
        nsup(&format!("set *.{ZONE} 203.0.113.3 {options}")).ends(0);
        assert_eq!(server.has(ZONE, &format!("*.{ZONE}"), "A"), ["203.0.113.3"]);
    }
}

#[test]
fn an_alias_is_made_alone_and_followed_by_nothing() {
    for kind in Kind::ALL {
        let key = TestKey::new("k", "hmac-sha256");
        let zone = Zone::new(ZONE).record("host.cable.example.org. 300 IN A 203.0.113.1").grant(Grant::zone(&key));
        let Some(server) = Server::start(kind, &Setup::new().key(key.clone()).zone(zone)) else { continue };
        let directory = tempfile::tempdir().unwrap();
        let options = options(&key.write(directory.path()), server.address());
        nsup(&format!("set www.{ZONE} CNAME host.{ZONE} {options}")).ends(0).says("changed");
        nsup(&format!("set www.{ZONE} CNAME HOST.{ZONE} {options}")).ends(0).says("unchanged");
        nsup(&format!("set www.{ZONE} CNAME other.{ZONE} {options}")).ends(0).says("changed");
        let away = nsup(&format!("set www.{ZONE} 203.0.113.5 {options}")).ends(2);
        away.complains("is an alias (CNAME) of other.cable.example.org.")
            .hints("nsup delete www.cable.example.org. CNAME");
        nsup(&format!("set host.{ZONE} CNAME other.{ZONE} {options}")).ends(2).complains("has other records");
        assert_eq!(server.has(ZONE, &format!("host.{ZONE}"), "A"), ["203.0.113.1"]);
        nsup(&format!("delete www.{ZONE} CNAME {options}")).ends(0).says("changed");
    }
}
