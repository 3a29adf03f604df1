//! `nsup check` on set-ups that are broken in one way each, all of them real: the true cause comes first, with what mends it,
//! and nothing is changed. What is printed first of each stands in tests/data/check.txt.

mod broken;
mod clock;
mod hooks;
mod program;
mod servers;

use std::fs;

use broken::{Ground, NAME, ZONE, examined, fixture};
use hooks::network::alone;
use servers::{Grant, Kind};

#[test]
fn a_key_that_the_server_does_not_have_is_told_by_what_is_wrong_with_it() {
    broken::keys::all();
}

#[test]
fn a_zone_that_cannot_be_changed_is_told_by_why_not() {
    alone("a_zone_that_cannot_be_changed_is_told_by_why_not", broken::zones::all);
}

#[test]
fn a_server_that_cannot_be_reached_is_told_by_what_is_in_the_way() {
    alone("a_server_that_cannot_be_reached_is_told_by_what_is_in_the_way", broken::network::all);
}

#[test]
fn what_is_wrong_on_the_machine_itself_is_told() {
    alone("what_is_wrong_on_the_machine_itself_is_told", broken::machine::all);
}

#[test]
fn a_server_that_cannot_write_is_told_by_a_real_write() {
    alone("a_server_that_cannot_write_is_told_by_a_real_write", broken::writing::all);
}

#[test]
fn a_sound_set_up_is_good_on_every_server_link_by_link_and_is_left_as_it_is() {
    for kind in Kind::ALL {
        let mut ground = Ground::new();
        ground.kind = kind;
        let Some(server) = ground.start() else { continue };
        ground.furnish(&server);
        let before = (server.serial(ZONE), server.journal_octets(ZONE), server.zone(ZONE));
        let run = examined("nothing is broken", 0, &ground, &server);
        assert_eq!((server.serial(ZONE), server.journal_octets(ZONE), server.zone(ZONE)), before, "{kind}");
        for line in [
            "✓ configuration ",
            "✓ key           home. (hmac-sha256, 256 bits, ",
            "✓ address       cable.example.org. ipv4 = 203.0.113.7 (line 7 of nsup.toml): 203.0.113.7",
            "answers over TCP and over UDP",
            "has the same time",
            "knows key home. with this secret",
            "✓ zone          example.org. at 127.0.0.1:",
            "takes updates of example.org.",
            "✓ name          cable.example.org. A 203.0.113.7, TTL 300",
            "✓ permission    key home. may change cable.example.org. A",
            "✓ world         example.org. is served as the primary has it by 127.0.0.1:",
            "✓ hooks         ",
            "✓ schedule      ",
        ] {
            assert!(run.stdout.contains(line), "{kind}: {line:?} is not in {run:#?}");
        }
        // What was promised comes true.
        ground.nsup(&format!("set {NAME} 203.0.113.8"), &server).ends(0).says("changed");
    }
}

#[test]
fn the_right_to_change_is_asked_for_each_type_on_every_server_and_nothing_is_changed() {
    for kind in Kind::ALL {
        let mut ground = Ground::new();
        (ground.kind, ground.configured) = (kind, false);
        let srv = "cable.example.org. 300 IN SRV 0 0 0 ns1.example.org.";
        ground.zone = Some(broken::bare().record(srv).grant(Grant::zone(&ground.key)));
        let types = ["A", "AAAA", "TXT", "MX", "PTR", "SRV", "LOC", "CAA", "SSHFP", "HTTPS"];
        ground.words = types.map(|record_type| format!("--type {record_type} ")).concat();
        let Some(server) = ground.start() else { continue };
        ground.furnish(&server);
        let before = (server.journal_octets(ZONE), server.zone(ZONE));
        let run = ground.nsup(&format!("check {NAME} {} --public {}", ground.words, server.address()), &server).ends(0);
        assert_eq!((server.journal_octets(ZONE), server.zone(ZONE)), before, "{kind}");
        for record_type in types {
            // Of these, Knot tells only when it does it.
            let is_open = matches!(record_type, "PTR" | "SRV") && kind == Kind::Knot;
            let line = match is_open {
                true => {
                    format!("! permission    whether key home. may change cable.example.org. {record_type} shows only")
                }
                false => format!("✓ permission    key home. may change cable.example.org. {record_type}\n"),
            };
            assert!(run.stdout.contains(&line), "{kind} {record_type}: {run:#?}");
        }
    }
}

#[test]
fn one_broken_name_hides_no_sound_one_and_a_program_gets_one_object() {
    let ground = Ground::new();
    let Some(server) = ground.start() else { return };
    ground.furnish(&server);
    let text = fs::read_to_string(ground.at("nsup.toml")).unwrap();
    let other = "[[name]]\nname = \"other.example.org\"\nipv4 = \"203.0.113.9\"\nallow-private = true\n";
    ground.place("nsup.toml", &(text + other), 0o644);
    let check = format!("check --root {} --public {}", ground.at("root").display(), server.address());
    let run = ground.nsup(&check, &server).ends(2);
    let run = run.says("✓ permission    key home. may change cable.example.org. A");
    run.says("    grant home. name other.example.org. A;")
        .says("✗ permission    key home. may change nothing at other");
    ground.nsup(&format!("{check} {NAME}"), &server).ends(0);
    let run = ground.nsup(&format!("{check} --json"), &server).ends(2);
    let object: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&object["exit"], run.stderr.as_str()), (&2.into(), ""), "{run:#?}");
    let links = object["links"].as_array().unwrap();
    let fault = links.iter().find(|link| link["state"] == "fault").unwrap();
    assert_eq!((&fault["link"], &fault["exit"]), (&"permission".into(), &2.into()));
    assert!(fault["remedy"].as_array().unwrap().contains(&"grant home. name other.example.org. A;".into()), "{fault}");
}

#[test]
fn what_is_said_to_mend_it_mends_it() {
    // The key, the policy and the zone as the remedies have them, pasted into the next server.
    let (mut ground, mut stranger) = (Ground::new(), Ground::new());
    (ground.zone, stranger.zone) = (None, None);
    stranger.setup = servers::Setup::new();
    for broken in [&ground, &stranger] {
        let Some(server) = broken.start() else { return };
        broken.furnish(&server);
        let lines = format!("check {NAME} --zone {ZONE} --public {}", server.address());
        let run = broken.nsup(&lines, &server);
        let clause: Vec<&str> =
            run.stdout.lines().skip_while(|line| !line.contains("zone \"example.org\" {")).collect();
        let end = clause.iter().position(|line| *line == "    };").unwrap_or_else(|| panic!("{run:#?}"));
        let mut mended = Ground::new();
        mended.zone = None;
        let file = mended.place("zones/example.org.zone", &fs::read_to_string("tests/data/check.zone").unwrap(), 0o644);
        let text = clause[..=end].join("\n").replace("/var/lib/bind/example.org.zone", &file.display().to_string());
        mended.setup = mended.setup.clone().bind_statements(&text);
        let Some(server) = mended.start() else { return };
        mended.furnish(&server);
        mended.nsup(&format!("set {NAME} 203.0.113.8"), &server).ends(0).says("changed");
        mended.nsup(&format!("set {NAME} TXT x"), &server).ends(2);
        mended.nsup("set other.example.org 203.0.113.8", &server).ends(2);
    }
}

#[test]
fn the_manual_shows_what_is_printed_of_each() {
    let manual = fs::read_to_string("man/nsup-check.1").unwrap();
    for (called, line) in fixture().into_iter().filter(|(called, _)| called != "nothing is broken") {
        // A dot before a blank would end a sentence.
        let shown = format!(".It {called}\n{}\n", line.replace(". ", ".\\& "));
        assert!(manual.contains(&shown), "{called}: {line}");
    }
    let built: String = ["keys", "machine", "network", "writing", "zones"]
        .map(|file| fs::read_to_string(format!("tests/broken/{file}.rs")).unwrap())
        .concat();
    let unbuilt = |called: &String| called != "nothing is broken" && !built.contains(&format!("\"{called}\""));
    let unbuilt: Vec<String> = fixture().into_iter().map(|(called, _)| called).filter(unbuilt).collect();
    assert!(unbuilt.is_empty(), "nobody builds {unbuilt:?}");
}
