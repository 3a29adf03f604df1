//! What a script can say beyond nsupdate, and where it is read from.

use std::fs;

use super::{REVERSE, World, ZONE};
use crate::program::{command, finish};
use crate::servers::{Grant, Kind, Zone};

/// The part of README.md about the language, from its session to the end of that.
fn session_of_the_readme() -> (Vec<String>, String, Vec<String>) {
    let readme = fs::read_to_string("README.md").unwrap();
    let part = readme.split("## nsupdate's language").nth(1).expect("the part of the README");
    let mut lines =
        part.lines().skip_while(|line| !line.starts_with("    $ ")).map_while(|line| line.strip_prefix("    "));
    let call = lines.next().unwrap().strip_prefix("$ nsup ").unwrap().strip_suffix(" <<'END'").unwrap();
    let words = call.split(' ').map(str::to_owned).collect();
    let input: Vec<&str> = lines.by_ref().take_while(|line| *line != "END").collect();
    (words, input.join("\n") + "\n", lines.map(str::to_owned).collect())
}

#[test]
fn the_session_of_the_readme_is_what_happens() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let (mut words, input, says) = session_of_the_readme();
    for word in &mut words {
        match word.as_str() {
            "home.key" => *word = world.key.write(world.directory.path()).display().to_string(),
            "192.0.2.53" => *word = world.server.address().to_string(),
            _ => {}
        }
    }
    let input = fs::File::open(world.file("input", input)).unwrap();
    let run = finish(command().args(&words).stdin(input)).ends(0);
    assert_eq!(
        (run.stdout.lines().collect::<Vec<_>>(), run.stderr.as_str()),
        (says.iter().map(String::as_str).collect(), "")
    );
    assert_eq!(world.has("new", "A"), ["192.0.2.7"]);
    assert_eq!(world.server.ttl(ZONE, "new.example.org", "A"), Some(3600));
    assert_eq!(world.server.has(REVERSE, "7.2.0.192.in-addr.arpa", "PTR"), ["new.example.org."]);
    assert_eq!(world.serials(), [2, 2]);
}

#[test]
fn the_session_of_the_readme_happens_at_knot_and_powerdns_too() {
    for kind in [Kind::Knot, Kind::PowerDns] {
        let Some(world) = World::start(kind) else { continue };
        let (_, input, says) = session_of_the_readme();
        let run = world.script("", &input).ends(0);
        assert_eq!(run.stdout.lines().collect::<Vec<_>>(), says, "{kind}");
        assert_eq!(world.has("new", "A"), ["192.0.2.7"], "{kind}");
        assert_eq!(world.server.has(REVERSE, "7.2.0.192.in-addr.arpa", "PTR"), ["new.example.org."], "{kind}");
    }
}

#[test]
fn names_below_an_origin_ttls_with_units_comments_and_parentheses_are_understood() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let script = "# a comment\n; another\n\
        $ORIGIN example.org.\n$TTL 2h\n\
        add @ TXT \"at ; the # apex\" ; not this\n\
        add one 1h30m A 192.0.2.1 # nor this\n\
        add one IN 90 AAAA 2001:db8::1\n\
        update add mail MX 10 one\n\
        add full.example.org. 60 CNAME one\n\
        origin sub.example.org\n\
        add two 1w A 192.0.2.2\n\
        ttl none\n\
        origin example.org\n\
        add key 1 TXT v=DKIM1;k=rsa\n\
        add three 1 SOA-no A\n";
    let good = script.lines().filter(|line| !line.contains("SOA-no")).collect::<Vec<_>>().join("\n");
    world.script("", script).ends(1);
    world.script("", &format!("{good}\nsend\n")).ends(0);
    assert_eq!(world.server.has(ZONE, ZONE, "TXT"), ["\"at ; the # apex\""]);
    let ttl = |name: &str, record_type: &str| world.server.ttl(ZONE, name, record_type);
    assert_eq!(ttl("example.org", "TXT"), Some(7200));
    assert_eq!((ttl("one.example.org", "A"), ttl("one.example.org", "AAAA")), (Some(5400), Some(90)));
    assert_eq!(world.has("mail", "MX"), ["10 one.example.org."]);
    assert_eq!(world.has("full", "CNAME"), ["one.example.org."]);
    assert_eq!(ttl("two.sub.example.org", "A"), Some(604_800));
    assert_eq!(world.has("key", "TXT"), ["\"v=DKIM1;k=rsa\""]);
}

#[test]
fn a_text_of_any_length_is_split_into_strings_and_comes_back_whole() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let text: String = (0..600).map(|number| char::from(b'a' + (number % 26) as u8)).collect();
    let script = format!("origin example.org\nadd long 300 TXT \"{text}\"\nadd bare 300 TXT {text}\nsend\n");
    world.script("", &script).ends(0).says("done: example.org. 2 changes (standard input:2-4)");
    for name in ["long", "bare"] {
        let [stored] = world.has(name, "TXT").try_into().unwrap();
        let strings: Vec<&str> = stored.trim_matches('"').split("\" \"").collect();
        assert_eq!(strings.iter().map(|string| string.len()).collect::<Vec<_>>(), [255, 255, 90]);
        assert_eq!(strings.concat(), text);
    }
}

#[test]
fn an_address_stands_for_its_reverse_name_where_a_ptr_is_meant() {
    const SIX: &str = "8.b.d.0.1.0.0.2.ip6.arpa";
    let Some(world) = World::with(Kind::Bind, |setup, key| {
        [ZONE, REVERSE, SIX].iter().fold(setup, |setup, zone| setup.zone(Zone::new(zone).grant(Grant::zone(key))))
    }) else {
        return;
    };
    let script = "origin example.org\nttl 60\nadd 192.0.2.7 PTR seven\nadd ptr 192.0.2.8 eight\n\
        prereq nxrrset 192.0.2.9 PTR\nadd 2001:db8::9 PTR nine\nsend\n\
        delete 192.0.2.7 PTR\nsend\n";
    // The prerequisite guards the changes of its own zone, and the other zone's are another message.
    let run = world.script("", script).ends(0);
    assert_eq!(run.stdout.lines().count(), 3, "{run:#?}");
    assert_eq!(world.server.has(REVERSE, "8.2.0.192.in-addr.arpa", "PTR"), ["eight.example.org."]);
    assert!(world.server.has(REVERSE, "7.2.0.192.in-addr.arpa", "PTR").is_empty());
    let nine = format!("9{}.{SIX}", ".0".repeat(23));
    assert_eq!(world.server.has(SIX, &nine, "PTR"), ["nine.example.org."]);
}

#[test]
fn several_files_and_standard_input_are_read_one_after_the_other() {
    let Some(world) = World::start(Kind::Bind) else { return };
    world.file("first", "origin example.org\nadd one 60 A 192.0.2.1\nsend\nadd two 60 A 192.0.2.2\n");
    world.file("last", "add four 60 A 192.0.2.4\nsend\nexit\nnothing that is read\n");
    let run = world.script("first - last", "add three 60 A 192.0.2.3\n\n").ends(0);
    let says = [
        "done: example.org. 1 change (first:2-3)",
        "done: example.org. 2 changes (first:4-standard input:2)",
        "done: example.org. 1 change (last:1-2)",
    ];
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), says);
    for (name, address) in [("one", "192.0.2.1"), ("two", "192.0.2.2"), ("three", "192.0.2.3"), ("four", "192.0.2.4")] {
        assert_eq!(world.has(name, "A"), [address]);
    }
}

#[test]
fn a_last_line_without_an_end_is_a_line_and_so_is_one_that_ends_as_on_windows() {
    let Some(world) = World::start(Kind::Bind) else { return };
    world.script("", "add a.example.org 60 TXT \"a\"\r\nsend").ends(0);
    assert_eq!(world.has("a", "TXT"), ["\"a\""]);
}

#[test]
fn what_is_nothing_sends_nothing() {
    let Some(world) = World::start(Kind::Bind) else { return };
    for script in ["", "\n\n\n", "send\n", "zone example.org\nsend\n\n", "; only a comment", "quit\n"] {
        world.script("", script).ends(0).silent();
        world.script("--check", script).ends(0).says("well written: 0 messages\n");
    }
    assert_eq!(world.serials(), [1, 1]);
}

#[test]
fn check_reads_and_sends_nothing_and_asks_nobody() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let script = "add a.example.org 60 A 192.0.2.1\nsend\nadd b.example.org 60 A 192.0.2.2\n\n";
    world.script("--check", script).ends(0).says("well written: 2 messages\n");
    let run = world.script("--check --json", script).ends(0);
    assert_eq!(super::object(&run), serde_json::json!({ "outcome": "checked", "exit": 0, "messages": 2 }));
    world.script("--check -q", script).ends(0).silent();
    world.script("--check", "add a.example.org 60 A 192.0.2\nsend\n").ends(1).complains("standard input:1:");
    // Neither a key nor a server is needed to see whether it is well written.
    world.script_only("--check", script).ends(0).says("well written: 2 messages");
    world.script_only("--check --server 127.0.0.1:1", script).ends(0);
    assert_eq!(world.serials(), [1, 1]);
}

#[test]
fn what_is_pending_is_shown_and_the_last_answer_too() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let script = "version\nanswer\nzone example.org\nprereq nxdomain a.example.org\nadd a.example.org 60 A 192.0.2.1\nshow\nsend\nanswer\nhelp\n";
    let run = world.script("", script).ends(0);
    let (before, after) = run.stdout.split_once("done: ").unwrap();
    assert!(before.starts_with(&format!("nsup {}\nOutgoing update query:\n", env!("CARGO_PKG_VERSION"))), "{before}");
    for line in [
        "opcode: UPDATE, status: NOERROR, id:      0",
        ";example.org.\t\t\tIN\tSOA",
        "a.example.org.\t\t0\tNONE\tANY",
        "a.example.org.\t\t60\tIN\tA\t192.0.2.1",
    ] {
        assert!(before.contains(line), "{line}: {before}");
    }
    assert!(
        !before.contains("Answer:")
            && after.contains("\nAnswer:\n;; ->>HEADER<<- opcode: UPDATE, status: NOERROR, id:"),
        "{after}"
    );
    assert!(after.contains("TSIG") && after.contains("origin"), "{after}");
    assert!(!run.stdout.contains(world.secret()));
}

#[test]
fn what_a_script_shows_leaves_the_object_alone() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let run = world.script("--json", "add a.example.org 60 A 192.0.2.1\nshow\nsend\nanswer\nhelp\nversion\n").ends(0);
    assert_eq!(super::object(&run)["outcome"], "done");
    run.complains("Outgoing update query:").complains("Answer:");
}

#[test]
fn debug_tells_each_step_from_there_on() {
    let Some(world) = World::start(Kind::Bind) else { return };
    let script = "add a.example.org 60 A 192.0.2.1\nsend\ndebug\nadd b.example.org 60 A 192.0.2.2\nsend\n";
    let run = world.script("", script).ends(0);
    assert!(!run.stderr.contains("update add a.example.org."), "{run:#?}");
    run.complains("update add b.example.org. 60 A 192.0.2.2").complains("octets sent: answered");
}
