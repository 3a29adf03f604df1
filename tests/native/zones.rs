//! The zones of a script: each gets a message of its own, and all are known before the first is sent.

use super::{REVERSE, World, ZONE, object};
use crate::servers::{Grant, Kind, Setup, TestKey, Zone};

/// Both zones, one below the first on the same server, and a delegation to elsewhere.
fn delegating(setup: Setup, key: &TestKey) -> Setup {
    let parent = Zone::new(ZONE).grant(Grant::zone(key));
    let parent = parent
        .record("sub.example.org. 3600 IN NS ns1.sub.example.org.")
        .record("ns1.sub.example.org. 3600 IN A 127.0.0.1")
        .record("away.example.org. 3600 IN NS ns.example.net.");
    [Zone::new(REVERSE), Zone::new("sub.example.org")]
        .into_iter()
        .fold(setup.zone(parent), |setup, zone| setup.zone(zone.grant(Grant::zone(key))))
}

#[test]
fn each_zone_gets_a_message_that_is_done_whole_or_not_at_all() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let script = "origin example.org\nttl 60\nadd one A 192.0.2.1\nadd 192.0.2.1 PTR one\nadd two A 192.0.2.2\nadd 192.0.2.2 PTR two\nsend\n";
    let run = world.script("", script).ends(0);
    let says = [
        "done: example.org. 2 changes (standard input:3-7)",
        "done: 2.0.192.in-addr.arpa. 2 changes (standard input:3-7)",
    ];
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), says);
    assert_eq!(world.serials(), [2, 2]);

    // What guards the first zone guards the second too, since that comes after it; and within a zone all or nothing.
    let script = script.replace("send", "prereq nxdomain one\nadd three A 192.0.2.3\nadd 192.0.2.3 PTR three\nsend");
    let run = world.script("", &script).ends(2).complains("(YXDOMAIN): prereq nxdomain one.example.org.");
    assert_eq!(world.serials(), [2, 2], "{run:#?}");
    run.complains("not sent: 2.0.192.in-addr.arpa. 3 changes (standard input:3-10)");

    // The second fails: the first stays, and the output says which.
    let script = "origin example.org\nttl 60\nadd four A 192.0.2.4\nprereq yxdomain 9.2.0.192.in-addr.arpa.\nadd 192.0.2.4 PTR four\nadd 192.0.2.5 PTR five\nsend\n";
    let run = world.script("--json", script).ends(2);
    let told = object(&run);
    assert_eq!((&told["outcome"], &told["exit"]), (&"failed".into(), &2.into()));
    let zones: Vec<&str> =
        told["messages"].as_array().unwrap().iter().map(|one| one["zone"].as_str().unwrap()).collect();
    assert_eq!(zones, ["2.0.192.in-addr.arpa."], "prerequisites come first");
    assert_eq!(world.serials(), [2, 2]);
    assert_eq!(told["unsent"], serde_json::json!(["standard input:3-7"]));
}

#[test]
fn a_message_goes_to_the_zone_that_was_first_spoken_of_first() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let run = world.script("", "add 192.0.2.1 60 PTR a.example.org.\nadd a.example.org 60 A 192.0.2.1\nadd 192.0.2.2 60 PTR a.example.org.\nsend\n");
    let run = run.ends(0);
    assert!(run.stdout.starts_with("done: 2.0.192.in-addr.arpa. 2 changes"), "{run:#?}");
}

#[test]
fn a_prerequisite_that_would_guard_nothing_is_refused_before_anything_is_sent() {
    let Some(world) = World::start(Kind::Bind) else { return };
    // In the last message of three.
    let script = "add a.example.org 60 A 192.0.2.1\nsend\nadd b.example.org 60 A 192.0.2.1\nsend\n\
        prereq nxdomain 7.2.0.192.in-addr.arpa\nadd c.example.org 60 A 192.0.2.1\nsend\n";
    let run = world.script("", script).ends(1);
    let run = run.complains(
        "standard input:5-7: a prerequisite in the zone 2.0.192.in-addr.arpa. cannot guard changes in another",
    );
    assert_eq!(world.serials(), [1, 1]);
    run.complains("nsup: nothing was sent").hints("`send` between them");
    let told = object(&world.script("--json", script).ends(1));
    assert_eq!(told["messages"], serde_json::json!([]));
    assert_eq!(told["unsent"].as_array().unwrap().len(), 3);
    assert!(told["message"].as_str().unwrap().starts_with("standard input:5-7: a prerequisite"));
    // Prerequisites alone change nothing, wherever they are.
    world
        .script("", "nxdomain 7.2.0.192.in-addr.arpa\nnxdomain c.example.org\nsend\n")
        .ends(0)
        .says("2.0.192.in-addr.arpa. 1 prerequisite");
    assert_eq!(world.serials(), [1, 1]);
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_sent() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let many: String =
        (0..400).map(|number| format!("add b.example.org 60 TXT \"{number} {}\"\n", "x".repeat(200))).collect();
    let run = world.script("", &format!("add a.example.org 60 A 192.0.2.1\nsend\n{many}send\n")).ends(1);
    assert_eq!(world.serials(), [1, 1], "{run:#?}");
    run.complains("standard input:3-403: the changes do not fit into one message").complains("nothing was sent");
}

#[test]
fn two_thousand_texts_of_one_name_fit_into_one_message() {
    let Some(world) = World::with(Kind::Bind, |setup, key| {
        let setup = setup.bind_options("max-records-per-type 3000;").zone(Zone::new(REVERSE));
        setup.zone(Zone::new(ZONE).grant(Grant::zone(key)))
    }) else {
        return;
    };
    let many: String = (0..2000).map(|number| format!("add many.example.org 60 TXT text{number}\n")).collect();
    let run = world.script("-v", &format!("zone example.org\n{many}send\n")).ends(0);
    assert_eq!(run.stderr.matches(" octets sent: answered").count(), 1, "{}", &run.stderr[run.stderr.len() - 300..]);
    assert_eq!((world.has("many", "TXT").len(), world.serials()), (2000, [2, 1]));
}

#[test]
fn a_ds_stands_above_the_cut_and_everything_else_below_it() {
    let Some(world) = World::with(Kind::Bind, delegating) else { return };
    let digest = "0".repeat(64);
    let script = format!(
        "origin example.org\nttl 60\nadd sub DS 1 13 2 {digest}\nadd host.sub A 192.0.2.1\nadd sub TXT below\nadd top A 192.0.2.2\nsend\n"
    );
    let run = world.script("", &script).ends(0);
    let says =
        ["done: example.org. 2 changes (standard input:3-7)", "done: sub.example.org. 2 changes (standard input:3-7)"];
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), says);
    assert_eq!(world.has("sub", "DS").len(), 1);
    assert_eq!(world.server.has("sub.example.org", "host.sub.example.org", "A"), ["192.0.2.1"]);
    assert_eq!(world.server.has("sub.example.org", "sub.example.org", "TXT"), ["\"below\""]);
    // A zone that is given holds for all of it, even above a cut.
    world
        .script("--zone sub.example.org", "delete host.sub.example.org A\nsend\n")
        .ends(0)
        .says("done: sub.example.org. ");
}

#[test]
fn a_name_in_a_zone_that_is_elsewhere_is_told_before_anything_is_sent() {
    let Some(world) = World::with(Kind::Bind, delegating) else { return };
    let script = "add top.example.org 60 A 192.0.2.2\nsend\nadd host.away.example.org 60 A 192.0.2.1\nsend\n";
    let run = world.script("", script).ends(2);
    assert_eq!(world.serials(), [1, 1], "{run:#?}");
    run.complains("standard input:3-4: ").complains("away.example.org.").complains("nothing was sent");
}

#[test]
fn the_zone_of_each_name_is_asked_for_once() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let script: String = (0..20)
        .map(|number| {
            format!("add a.example.org 60 A 192.0.2.{number}\nadd 192.0.2.1 60 PTR a{number}.example.org.\nsend\n")
        })
        .collect();
    let run = world.script("-v", &script).ends(0);
    assert_eq!(run.stderr.matches("question: ").count(), 2, "{run:#?}");
    assert_eq!(world.serials(), [21, 21]);
}

#[test]
fn the_zone_and_the_server_hold_until_others_are_said() {
    let (Some(one), Some(other)) = (World::start(Kind::Bind), World::start(Kind::Bind)) else { return };
    let at = |world: &World| format!("server {} {}\n", world.server.address().ip(), world.server.address().port());
    let script = format!(
        "{}zone example.org\nadd a.example.org 60 A 192.0.2.1\nsend\nadd b.example.org 60 A 192.0.2.1\nsend\n{}add c.example.org 60 A 192.0.2.1\nsend\nzone {REVERSE}\nadd 192.0.2.1 60 PTR a.example.org.\nsend\n",
        at(&one),
        at(&other),
    );
    let key = one.key.write(one.directory.path());
    one.script_only(&format!("-k {}", key.display()), &script).ends(0);
    assert_eq!((one.serials(), other.serials()), ([3, 1], [2, 2]));
}

#[test]
fn the_zone_of_the_configuration_file_is_for_the_names_in_it() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let key = world.key.write(world.directory.path());
    let config =
        format!("server = \"{}\"\nkey = \"{}\"\nzone = \"example.org\"\n", world.server.address(), key.display());
    let config = world.file("nsup.toml", config);
    let script = "add a.example.org 60 A 192.0.2.1\nadd 192.0.2.1 60 PTR a.example.org.\nsend\n";
    let words = format!("-v --config {}", config.display());
    let run = world.script_only(&words, script).ends(0);
    assert_eq!((run.stdout.lines().count(), world.serials()), (2, [2, 2]), "{run:#?}");
    assert!(!run.stderr.contains("question: a.example.org. SOA"), "{run:#?}");
    // One that is said by the options is for all.
    let run = world.script_only(&format!("{words} --zone example.org"), script).ends(1);
    run.complains("standard input:2:5: 1.2.0.192.in-addr.arpa. is not in the zone example.org.");
}
