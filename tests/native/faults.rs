//! Scripts with mistakes: all of them are told, each with its place, and nothing is sent.

use super::{World, object};
use crate::servers::Kind;

/// A script with mistakes, and that it changes nothing.
#[track_caller]
fn refused(world: &World, words: &str, script: &str) -> crate::program::Run {
    let run = world.script(words, script).ends(1);
    assert_eq!(world.serials(), [1, 1], "{run:#?}");
    run
}

#[test]
fn every_mistake_is_told_with_its_place_and_a_mark_below_it() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let script = "zone example.org\n\
        ad a.example.org 60 A 192.0.2.1\n\
        add a.example.org 60 A 192.0.2\n\
        add good.example.org 60 A 192.0.2.1\n\
        \tprereq nxdomian a.example.org\n\
        add a..example.org 60 A 192.0.2.1\n\
        add a.example.org 60 AA 192.0.2.1\n\
        add a.example.org sixty A 192.0.2.1\n\
        ttl 1x\n\
        send\n\
        server\n\
        add ü.example.org 60 TXT \"open\n\
        gsstsig\n";
    let run = refused(&world, "", script);
    let expected = "nsup: standard input:2:1: \"ad\" is no command\n    ad a.example.org 60 A 192.0.2.1\n    ^\nnsup: hint: did you mean add?\n";
    assert!(run.stderr.starts_with(expected), "{run:#?}");
    let marked = |place: &str, line: &str, mark: usize| {
        let place = format!("nsup: standard input:{place}: ");
        let said = run.stderr.split(&place).nth(1).unwrap_or_else(|| panic!("{place}: {run:#?}"));
        let below = format!("\n    {line}\n    {}^\n", " ".repeat(mark));
        assert!(said.contains(&below), "{place}: {said}");
    };
    marked("3:24", "add a.example.org 60 A 192.0.2", 23);
    marked("5:9", " prereq nxdomian a.example.org", 8);
    marked("6:5", "add a..example.org 60 A 192.0.2.1", 4);
    marked("7:22", "add a.example.org 60 AA 192.0.2.1", 21);
    marked("9:5", "ttl 1x", 4);
    marked("11:7", "server", 6);
    marked("13:1", "gsstsig", 0);
    for line in [8, 12] {
        assert!(run.stderr.contains(&format!("standard input:{line}:")), "{line}: {run:#?}");
    }
    assert!(!run.stderr.contains("standard input:4") && !run.stderr.contains("standard input:10"), "{run:#?}");
    assert!(run.stdout.is_empty());

    let run = refused(&world, "--json", script);
    let told = object(&run);
    assert_eq!((&told["outcome"], &told["exit"]), (&"failed".into(), &1.into()));
    let faults = told["faults"].as_array().unwrap();
    let lines: Vec<u64> = faults.iter().map(|fault| fault["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [2, 3, 5, 6, 7, 8, 9, 11, 12, 13]);
    assert_eq!(faults[1]["place"], "standard input:3:24");
    assert_eq!(faults[1]["column"], 24);
    assert_eq!(told["message"], faults[0]["message"]);
}

#[test]
fn a_slip_in_line_900_is_told_before_the_first_line_is_sent() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let line = |number: usize| match number % 2 {
        1 => format!("add a{number}.example.org 60 A 192.0.2.1\n"),
        _ if number == 900 => "sned\n".to_owned(),
        _ => "send\n".to_owned(),
    };
    let text: String = (1..=1000).map(line).collect();
    let file = world.file("long", text);
    let run = refused(&world, &file.display().to_string(), "");
    run.complains(&format!("nsup: {}:900:1: \"sned\" is no command\n    sned\n    ^\n", file.display())).hints("send");
}

#[test]
fn of_many_mistakes_twenty_are_told_and_that_there_may_be_more() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let run = refused(&world, "", &"nonsense\n".repeat(1000));
    assert_eq!(run.stderr.matches("is no command").count(), 20);
    run.complains("standard input:20: 20 mistakes: the rest was not looked at");
    let run = refused(&world, "--json", &"nonsense\n".repeat(1000));
    assert_eq!(object(&run)["faults"].as_array().unwrap().len(), 21);
}

#[test]
fn a_key_is_never_shown_however_the_line_is_wrong() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let secret = world.secret().to_owned();
    // Not base64 any more, and still to be kept.
    let broken = format!("{}*", secret.trim_end_matches('='));
    for line in [
        format!("key hmac-sha256:home {broken}"),
        format!("key home {broken}"),
        format!("KEY hmac-sha999:home {secret}"),
        format!("kye hmac-sha256:home {secret}"),
        format!("keys home {secret}"),
        format!("  key home {secret} and more"),
        format!("key hmac-sha256:a..b {secret}"),
        format!("key hmac-sha256:home:{broken}"),
        format!("key :{secret}"),
        format!("key {secret} home*"),
        format!("prereq key hmac-sha256:home {secret}"),
        format!("key\thmac-sha256:home\t{broken}"),
    ] {
        for words in ["", "-v", "--json", "--check"] {
            let run = refused(&world, words, &format!("{line}\nadd a.example.org 60 A 192.0.2.1\nsend\n"));
            for said in [&run.stdout, &run.stderr] {
                assert!(!said.contains(&secret[..12]), "{line}: {run:#?}");
            }
            assert!(run.stderr.contains("standard input:1"), "{line}: {run:#?}");
        }
    }
}

#[test]
fn a_key_that_works_is_not_shown_either() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let script = format!(
        "debug\nserver {} {}\nkey hmac-sha256:home {}\nadd a.example.org 60 A 192.0.2.1\nshow\nsend\nanswer\nbad\n",
        world.server.address().ip(),
        world.server.address().port(),
        world.secret(),
    );
    let good = script.replace("bad\n", "");
    for (words, script, status) in [("-v", &good, 0), ("--json", &good, 0), ("", &script, 1), ("--check", &script, 1)] {
        let run = world.script_only(words, script).ends(status);
        assert!(!run.stdout.contains(world.secret()) && !run.stderr.contains(world.secret()), "{run:#?}");
    }
    assert_eq!(world.has("a", "A"), ["192.0.2.1"]);
}

#[test]
fn what_is_pending_at_the_end_is_a_mistake_and_nothing_is_sent() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let sent = "add a.example.org 60 A 192.0.2.1\nsend\n";
    for (script, line) in [
        (format!("{sent}add b.example.org 60 A 192.0.2.1\n"), 3),
        (format!("{sent}; text\nprereq nxdomain b.example.org"), 4),
        (format!("{sent}add b.example.org 60 A 192.0.2.1\nquit\nsend\n"), 3),
        (format!("{sent}add b.example.org 60 A 192.0.2.1\nexit\n"), 3),
    ] {
        let run = refused(&world, "", &script);
        run.complains(&format!("standard input:{line}: from here on nothing is sent")).hints("sends");
        refused(&world, "--check", &script);
        assert_eq!(object(&refused(&world, "--json", &script))["faults"][0]["line"], line);
    }
}

#[test]
fn without_a_key_nothing_is_sent_and_that_is_said_once() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let script = "add a.example.org 60 A 192.0.2.1\nsend\nadd b.example.org 60 A 192.0.2.1\nsend\n";
    let run = world.script_only(&format!("--server {}", world.server.address()), script).ends(1);
    assert_eq!(run.stderr.matches("there is no key to sign with").count(), 1, "{run:#?}");
    run.complains("standard input:2: there is no key").hints("-k FILE, or a line `key hmac-sha256:NAME SECRET`");
    assert_eq!(world.serials(), [1, 1]);
    // A key that comes too late for the first message.
    let late = script.replacen("send\n", &format!("send\nkey home {}\n", world.secret()), 1);
    let run = world.script_only(&format!("--server {}", world.server.address()), &late).ends(1);
    run.complains("standard input:2: there is no key");
    assert_eq!(world.serials(), [1, 1]);
}

#[test]
fn a_name_outside_of_the_zone_that_is_given_is_told_at_its_line() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let script = "add a.example.org 60 A 192.0.2.1\nprereq nxdomain b.example.net\nupdate  delete c.example.com\nzone example.org\nsend\n";
    let run = refused(&world, "", script);
    run.complains("standard input:2:17: b.example.net. is not in the zone example.org.\n    prereq nxdomain b.example.net\n                    ^\n")
        .complains("standard input:3:16: c.example.com. is not in the zone example.org.")
        .hints("each zone gets a message of its own");
    refused(&world, "--zone example.com", script.replace("zone example.org\n", "").as_str())
        .complains("standard input:1:5: a.example.org. is not in the zone example.com.");
}

#[test]
fn a_class_without_a_zone_is_not_sent_to_the_zone_of_another_class() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let script = "class CH\nadd a.example.org 60 TXT a\nsend\n";
    refused(&world, "", script).complains("standard input:3: the zone is found in class IN only");
}

#[test]
fn input_that_is_no_script_is_refused() {
    let Some(world) = World::start(Kind::Bind) else { return };
    refused(&world, "nowhere", "").complains("nsup: nowhere: ");
    refused(&world, ".", "").complains("nsup: .: ");
    let good = "add a.example.org 60 A 192.0.2.1\nsend\n";
    world.file("good", good);
    refused(&world, "good nowhere good", "").complains("nsup: nowhere: ");
    // The rest of a long comment is no line of its own.
    let long = format!("{good}; {} add b.example.org 60 A 192.0.2.1\nsend\n", "x".repeat(131_069));
    let run = refused(&world, "", &long);
    run.complains("standard input:3: the line is longer than 131071 octets");
    let noise: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    world.file("noise", noise);
    let run = refused(&world, "noise", "");
    assert!(run.stderr.bytes().all(|octet| octet == b'\n' || octet >= b' '), "{run:#?}");
    assert!(run.stderr.len() < 20_000, "{}", run.stderr.len());
}

#[test]
fn of_a_long_line_only_what_is_meant_is_shown() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let line = format!("add a.example.org 60 TXT {} {} b\n", "x".repeat(3000), "\"open");
    let run = refused(&world, "", &line);
    assert!(run.stderr.len() < 600 && run.stderr.contains("\"open b"), "{run:#?}");
}
