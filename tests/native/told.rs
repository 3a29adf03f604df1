//! How a script ends: exit statuses, what is told, and the object for programs.

use std::net::TcpListener;

use serde_json::{Value, json};

use super::{World, object};
use crate::servers::{Kind, TestKey};

const THREE: &str = "add a.example.org 60 A 192.0.2.1\nsend\n\
    prereq yxdomain none.example.org\nadd b.example.org 60 A 192.0.2.1\nsend\n\
    add c.example.org 60 A 192.0.2.1\nsend\nadd d.example.org 60 A 192.0.2.1\nsend\n";

#[test]
fn the_first_message_that_fails_is_the_last() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let run = world.script("", THREE).ends(2);
    assert_eq!(run.stdout, "done: example.org. 1 change (standard input:1-2)\n");
    let says = "nsup: standard input:3-5: example.org. was not changed: a prerequisite is false (NXDOMAIN): prereq yxdomain none.example.org.\n";
    assert!(run.stderr.starts_with(says), "{run:#?}");
    run.complains("nsup: not sent: example.org. 1 change (standard input:6-7)\nnsup: not sent: example.org. 1 change (standard input:8-9)\n");
    assert_eq!(world.serials(), [2, 1]);
    let many = format!("{THREE}{}", "add e.example.org 60 A 192.0.2.1\nsend\n".repeat(100));
    let run = world.script("", &many).ends(2).complains("nsup: not sent: 97 further messages\n");
    assert_eq!(run.stderr.matches("not sent: ").count(), 6);
}

#[test]
fn the_object_has_an_entry_for_each_message_that_was_sent() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let run = world.script("--json", THREE).ends(2);
    let told = object(&run);
    let server = world.server.address().to_string();
    assert_eq!(
        told["messages"][0],
        json!({
            "place": "standard input:1-2", "zone": "example.org.", "server": server, "key": "home.",
            "prerequisites": 0, "changes": 1, "outcome": "changed", "exit": 0, "rcode": "NOERROR",
            "nsupdate": ["zone example.org.", "update add a.example.org. 60 A 192.0.2.1"],
            "clock_difference": null, "message": null, "hint": null,
        })
    );
    let second = &told["messages"][1];
    let fields = ["place", "outcome", "exit", "rcode", "prerequisites", "changes"].map(|field| &second[field]);
    assert_eq!(
        fields,
        [
            &json!("standard input:3-5"),
            &json!("prerequisite-false"),
            &json!(2),
            &json!("NXDOMAIN"),
            &json!(1),
            &json!(1)
        ]
    );
    assert_eq!(told["messages"].as_array().unwrap().len(), 2);
    assert_eq!((&told["outcome"], &told["exit"]), (&json!("failed"), &json!(2)));
    assert_eq!(told["unsent"], json!(["standard input:6-7", "standard input:8-9"]));
    assert!(told["message"].as_str().unwrap().contains("a prerequisite is false"));
    assert_eq!(told["hint"], second["hint"]);
    assert!(second["hint"].is_string());
    let done = object(&world.script("--json", "add x.example.org 60 A 192.0.2.1\nsend\n").ends(0));
    assert_eq!(
        [&done["outcome"], &done["exit"], &done["message"], &done["unsent"]],
        [&json!("done"), &json!(0), &Value::Null, &json!([])]
    );
}

#[test]
fn nothing_to_send_is_an_object_too() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let told = object(&world.script("--json", "").ends(0));
    assert_eq!((&told["outcome"], &told["messages"]), (&json!("done"), &json!([])));
}

#[test]
fn quiet_tells_failures_only_and_verbose_each_step() {
    let Some(world) = World::start(Kind::Bind) else { return };
    world.script("-q", "add a.example.org 60 A 192.0.2.1\nsend\n").ends(0).silent();
    let run = world.script("-q", THREE).ends(2).complains("a prerequisite is false");
    assert!(run.stdout.is_empty());
    let run = world.script("-v", "add b.example.org 60 A 192.0.2.1\nsend\n").ends(0);
    let run = run
        .complains("question: b.example.org. SOA")
        .complains("zone example.org.")
        .complains("update add b.example.org. 60 A 192.0.2.1");
    run.complains("octets sent: answered").complains("NOERROR, TSIG NOERROR, verified").says("done: ");
}

#[test]
fn prerequisites_of_all_kinds_are_true_or_false() {
    for kind in Kind::ALL {
        let Some(world) = World::start(kind) else { continue };
        world.script("", "ttl 60\nadd is.example.org A 192.0.2.1\nadd is.example.org A 192.0.2.2\nadd is.example.org TXT a\nsend\n").ends(0);
        for prerequisite in [
            "nxdomain none.example.org",
            "yxdomain is.example.org",
            "nxrrset is.example.org AAAA",
            "yxrrset is.example.org A",
            "yxrrset is.example.org A 192.0.2.2\nprereq yxrrset is.example.org A 192.0.2.1",
            "yxrrset is.example.org TXT a\nnxrrset none.example.org A",
        ] {
            let script =
                format!("prereq {prerequisite}\nadd true.example.org 60 TXT a\ndelete true.example.org\nsend\n");
            world.script("", &script).ends(0).says("done: example.org. ");
            world.script("", &format!("{prerequisite}\nsend\n")).ends(0);
        }
        for (prerequisite, rcode) in [
            ("nxdomain is.example.org", "YXDOMAIN"),
            ("yxdomain none.example.org", "NXDOMAIN"),
            ("nxrrset is.example.org A", "YXRRSET"),
            ("yxrrset is.example.org AAAA", "NXRRSET"),
            ("yxrrset is.example.org A 192.0.2.1", "NXRRSET"),
            ("yxrrset is.example.org A 192.0.2.1\nprereq yxrrset is.example.org A 192.0.2.3", "NXRRSET"),
        ] {
            let script = format!(
                "prereq {prerequisite}\nprereq nxdomain other.example.org\nadd false.example.org 60 TXT a\nsend\n"
            );
            let run =
                world.script("", &script).ends(2).complains(&format!("a prerequisite is false ({rcode}): prereq "));
            assert!(rcode == "YXDOMAIN" || !run.stderr.contains("other"), "{kind}: {run:#?}");
            world.script("", &format!("{prerequisite}\nsend\n")).ends(2).complains(rcode);
        }
        assert!(world.has("false", "TXT").is_empty(), "{kind}");
    }
}

#[test]
fn a_no_of_the_server_is_status_two() {
    let Some(world) = World::with(Kind::Bind, |setup, key| {
        let other = crate::servers::Grant::name(key, "a.example.org", &["A"]);
        setup.zone(crate::servers::Zone::new(super::ZONE).grant(other))
    }) else {
        return;
    };
    let run =
        world.script("", "add a.example.org 60 A 192.0.2.1\nsend\nadd b.example.org 60 A 192.0.2.1\nsend\n").ends(2);
    assert_eq!(run.stdout.lines().count(), 1);
    run.complains("standard input:3-4: ").complains("key home. may not do it (REFUSED)");
    world.script("--zone b.example.org", "add b.example.org 60 A 192.0.2.1\nsend\n").ends(2).complains("NOTAUTH");
}

#[test]
fn a_server_that_cannot_be_reached_is_status_three_and_nothing_is_sent_to_the_others() {
    let Some(world) = World::start(Kind::Bind) else { return };
    // A port that nobody else gets meanwhile.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let script = format!(
        "add a.example.org 60 A 192.0.2.1\nsend\nserver 127.0.0.1 {}\nadd b.example.org 60 A 192.0.2.1\nsend\n",
        closed.port()
    );
    let run = world
        .script("--tcp", &script)
        .ends(3)
        .complains("standard input:4-5: no server could be reached; nothing was changed");
    run.complains("nothing was sent");
    assert_eq!(world.serials(), [1, 1]);
    // With the zone said there is nothing to be asked before, and the first message is gone when the second fails.
    let run = world.script("--tcp --zone example.org", &script).ends(3);
    assert_eq!((run.stdout.lines().count(), world.serials()), (1, [2, 1]), "{run:#?}");
    let run = world.script("", "server no..host\nadd b.example.org 60 A 192.0.2.1\nsend\n");
    run.ends(1).complains("no..host");
}

#[test]
fn a_key_that_the_server_does_not_know_is_status_four() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let stranger = TestKey::new("stranger", "hmac-sha256").write(world.directory.path());
    for zone in ["", "--zone example.org"] {
        let words = format!("-k {} --server {} {zone}", stranger.display(), world.server.address());
        let run = world.script_only(&words, "add a.example.org 60 A 192.0.2.1\nsend\n").ends(4);
        assert!(run.took.as_secs() < 3, "{run:#?}");
        run.complains("BADKEY").hints("named.conf needs key \"stranger\"");
    }
    assert_eq!(world.serials(), [1, 1]);
}

#[test]
fn what_the_server_passed_over_silently_is_not_told_as_done() {
    for kind in Kind::ALL {
        let Some(world) = World::start(kind) else { continue };
        world.script("", "add a.example.org 60 A 192.0.2.1\nadd a.example.org 60 TXT one\nsend\n").ends(0);
        let beside = "add a.example.org 60 CNAME b.example.org.\nsend\n";
        let run = world.script("", beside);
        // PowerDNS refuses it; the others say NOERROR.
        assert_eq!(run.status, 2, "{kind}: {run:#?}");
        assert!(run.stdout.is_empty(), "{kind}: {run:#?}");
        // One record that is there, and one that never was.
        world.script("", "del a.example.org A 192.0.2.1\ndel a.example.org A 192.0.2.9\nsend\n").ends(0);
        assert_eq!(world.server.has(super::ZONE, "a.example.org", "A"), Vec::<String>::new(), "{kind}");
    }
}
