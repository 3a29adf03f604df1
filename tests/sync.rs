//! `nsup sync` on a real BIND: silence, one line, honest exit statuses, and one name's fault that hides no other's
//! success.

mod home;
mod program;
mod servers;

use std::fs;

use home::Home;
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "example.org";
const REVERSE: &str = "113.0.203.in-addr.arpa";

/// A BIND with example.org and a reverse zone. The key may change addresses at some names only.
fn start() -> Option<(Server, TestKey)> {
    let key = TestKey::new("k", "hmac-sha256");
    let mut zone = Zone::new(ZONE)
        .record("alias.example.org. 300 IN CNAME elsewhere.example.net.")
        .record("*.wild.example.org. 300 IN A 203.0.113.99");
    for name in ["a", "b", "c", "alias", "x.wild"] {
        zone = zone.grant(Grant::name(&key, &format!("{name}.{ZONE}"), &["A", "AAAA"]));
    }
    let reverse = Zone::new(REVERSE).grant(Grant::zone(&key));
    let server = Server::start(Kind::Bind, &Setup::new().key(key.clone()).zone(zone).zone(reverse))?;
    Some((server, key))
}

fn on(name: &str) -> String {
    format!("{name}.{ZONE}")
}

#[test]
fn a_change_is_one_line_and_no_change_is_silence_and_no_write() {
    let Some((server, key)) = start() else { return };
    let home = Home::new(server.address(), &key, "");
    home.follow(&on("a"), &format!("{}\nipv6 = \"2001:db8::7\"", home.ipv4()));
    home.has("203.0.113.7\n").nsup("sync").ends(0).says(
        "changed: a.example.org. A 203.0.113.7 (was none)\nchanged: a.example.org. AAAA 2001:db8::7 (was none)\n",
    );
    assert_eq!(server.serial(ZONE), 2, "both families are one message");
    home.nsup("sync").ends(0).silent();
    assert_eq!(server.serial(ZONE), 2);
    home.has("203.0.113.8").nsup("sync").ends(0).says("changed: a.example.org. A 203.0.113.8 (was 203.0.113.7)\n");
    assert_eq!(server.has(ZONE, &on("a"), "A"), ["203.0.113.8"]);
}

#[test]
fn what_was_last_done_is_taken_down_when_it_is_news_and_not_again() {
    let Some((server, key)) = start() else { return };
    let home = Home::new(server.address(), &key, "");
    home.follow(&on("a"), &home.ipv4()).follow(&on("forbidden"), &home.ipv4());
    let history = home.at("state/history-a.example.org.");
    let known = |file: &std::path::Path| -> serde_json::Value {
        let text = fs::read(file).unwrap();
        serde_json::from_slice::<serde_json::Value>(&text).unwrap()["A"].clone()
    };
    home.has("203.0.113.7\n").nsup("sync").ends(2);
    let first = known(&history);
    assert_eq!(first["published"]["values"], serde_json::json!(["203.0.113.7"]));
    let event = &first["event"];
    assert_eq!((&event["cause"], &event["outcome"], &event["exit"]), (&"sync".into(), &"changed".into(), &0.into()));
    assert!(event["at"].as_u64() > Some(1_700_000_000) && event["at"] == first["published"]["since"], "{first}");
    let refused = known(&home.at("state/history-forbidden.example.org."));
    assert_eq!((&refused["published"], &refused["event"]["exit"]), (&serde_json::Value::Null, &2.into()));
    let files = || {
        let files = fs::read_dir(home.at("state")).unwrap().map(|entry| entry.unwrap().path());
        let stamp = |path: std::path::PathBuf| {
            let meta = fs::metadata(&path).unwrap();
            (path, meta.modified().unwrap(), std::os::unix::fs::MetadataExt::ino(&meta))
        };
        files.map(stamp).collect::<std::collections::BTreeSet<_>>()
    };
    let before = files();
    home.nsup("sync").ends(2);
    assert_eq!(files(), before, "nothing is written when nothing changed");
    home.has("").nsup("sync a.example.org").ends(7);
    let failed = known(&history);
    assert_eq!((&failed["published"], &failed["event"]["exit"]), (&first["published"], &7.into()));
    home.write("history-a.example.org.", "{\"A\":");
    fs::rename(home.at("history-a.example.org."), &history).unwrap();
    home.has("203.0.113.8").nsup("sync a.example.org").ends(0).says("changed: a.example.org. A 203.0.113.8");
}

#[test]
fn one_names_fault_hides_no_others_success() {
    let Some((server, key)) = start() else { return };
    let home = Home::new(server.address(), &key, "ipv4 = \"203.0.113.7\"");
    for name in ["a", "forbidden", "b", "alias", "c", "x.wild"] {
        home.follow(&on(name), "");
    }
    home.follow(&on("keyless"), "key = \"/nowhere/key\"");
    let run = home.nsup("sync").ends(1);
    for name in ["a", "b", "c", "x.wild"] {
        assert_eq!(server.has(ZONE, &on(name), "A"), ["203.0.113.7"], "{run:#?}");
    }
    assert_eq!(run.stdout.lines().count(), 4, "{run:#?}");
    assert_eq!(run.stderr.lines().count(), 3, "a line for each fault: {run:#?}");
    let run = run.complains("forbidden.example.org. A: key k. may not do it (REFUSED)");
    let run = run.complains("alias.example.org. is an alias (CNAME) of elsewhere.example.net.");
    run.complains("keyless.example.org. A: key /nowhere/key: no such file or directory");
    home.nsup("sync a.example.org b.example.org x.wild.example.org").ends(0).silent();
    home.nsup("sync forbidden.example.org").ends(2);
    home.nsup("sync z.example.org").ends(1).complains("it has no [[name]] z.example.org.");
}

#[test]
fn names_below_a_wildcard_and_names_of_their_own_are_told_apart_on_every_server() {
    for kind in Kind::ALL {
        let key = TestKey::new("k", "hmac-sha256");
        let zone = Zone::new(ZONE)
            .record("*.wild.example.org. 300 IN A 203.0.113.7")
            .record("own.example.org. 300 IN A 203.0.113.7")
            .grant(Grant::zone(&key));
        let Some(server) = Server::start(kind, &Setup::new().key(key.clone()).zone(zone)) else { continue };
        let home = Home::new(server.address(), &key, "");
        for name in ["own", "x.wild", "new", "y.wild"] {
            home.follow(&on(name), &home.ipv4());
        }
        // What the wildcard shows is what is wanted, and still not the name's own.
        let run = home.has("203.0.113.7").nsup("sync -v").ends(0);
        assert!(!run.stderr.contains("somebody else has changed it"), "{kind}: nobody has: {run:#?}");
        for name in ["own", "x.wild", "new", "y.wild"] {
            assert_eq!(server.has(ZONE, &on(name), "A"), ["203.0.113.7"], "{kind}");
        }
        let serial = server.serial(ZONE);
        home.nsup("sync").ends(0).silent();
        assert_eq!(server.serial(ZONE), serial, "{kind}");
        let run = home.has("203.0.113.8").nsup("sync").ends(0);
        assert_eq!(run.stdout.lines().count(), 4, "{kind}: {run:#?}");
        assert_eq!(server.has(ZONE, "*.wild.example.org", "A"), ["203.0.113.7"], "{kind}");
    }
}

#[test]
fn a_server_can_be_asked_where_the_question_comes_from() {
    let Some((server, key)) = start() else { return };
    let home = Home::new(server.address(), &key, "");
    home.follow(&on("a"), &format!("ipv4 = \"dns:{}/A@{}\"", on("b"), server.address()));
    home.nsup("sync").ends(7).complains("gives no address for b.example.org. A");
    home.nsup(&format!("set {} 203.0.113.50", on("b"))).ends(0);
    home.nsup("sync").ends(0).says("changed: a.example.org. A 203.0.113.50 (was none)");
}

#[test]
fn an_address_that_is_not_global_is_refused_and_its_range_named() {
    let Some((server, key)) = start() else { return };
    for (address, range) in [
        ("192.168.1.7", "192.168.0.0/16 (private, RFC 1918)"),
        ("100.64.0.1", "100.64.0.0/10"),
        ("169.254.1.1", "169.254.0.0/16"),
        ("203.0.113.7", "203.0.113.0/24"),
    ] {
        let home = Home::new(server.address(), &key, "");
        let allowed = fs::read_to_string(home.at("nsup.toml")).unwrap();
        home.write("nsup.toml", &allowed.replace("allow-private = true\n", ""));
        home.follow(&on("a"), &home.ipv4());
        home.has(address).nsup("sync").ends(7).complains(&format!("no address to publish: {address} is in {range}"));
        assert_eq!(server.serial(ZONE), 1, "nothing was sent");
    }
}

#[test]
fn what_could_not_be_found_out_deletes_nothing() {
    let Some((server, key)) = start() else { return };
    let home = Home::new(server.address(), &key, "on-down = \"remove\"");
    home.follow(&on("a"), &home.ipv4());
    home.has("203.0.113.7").nsup("sync").ends(0);
    for nonsense in ["", "none", "\n\n", "no address today", "203.0.113.7 203.0.113.8", "2001:db8::7", "203.0.113.256"]
    {
        let run = home.has(nonsense).nsup("sync").ends(7);
        assert!(run.stdout.is_empty(), "{nonsense:?}: {run:#?}");
    }
    for source in ["interface:nowhere0", "command:/nowhere", "command:false", "hook:nowhere0", "hook", "given"] {
        home.follow(&on("b"), &format!("ipv4 = \"{source}\""));
        home.nsup("sync b.example.org").ends(7);
        let text = fs::read_to_string(home.at("nsup.toml")).unwrap();
        home.write("nsup.toml", text.rsplit_once("[[name]]").unwrap().0);
    }
    assert_eq!(server.has(ZONE, &on("a"), "A"), ["203.0.113.7"]);
    assert_eq!(server.serial(ZONE), 2);
}

#[test]
fn an_address_can_be_given_and_a_dry_run_shows_the_message_and_sends_none() {
    let Some((server, key)) = start() else { return };
    let home = Home::new(server.address(), &key, "");
    home.follow(&on("a"), "ipv4 = \"given\"");
    home.nsup("sync --address 203.0.113.7 --dry-run").ends(0).says("update add a.example.org. 300 A 203.0.113.7\n");
    assert_eq!(server.serial(ZONE), 1);
    home.nsup("sync --address 203.0.113.7").ends(0).says("changed: a.example.org. A 203.0.113.7 (was none)\n");
    let json = home.nsup("sync --address 203.0.113.9 --json").ends(0);
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(value["names"][0]["outcome"], "changed");
    assert_eq!(value["names"][0]["old"][0], "203.0.113.7");
}

#[test]
fn the_example_in_contrib_is_one_that_can_be_used() {
    let text = fs::read_to_string("contrib/nsup.toml").unwrap();
    let whole = text.replace("# ipv6", "ipv6").replace("# ttl", "ttl").replace("# on-", "on-");
    for text in [text, whole] {
        nsup::config::Config::parse(&text, std::path::Path::new("nsup.toml"), None).unwrap();
    }
}

#[test]
fn set_and_get_take_server_key_and_ttl_from_the_file() {
    let Some((server, key)) = start() else { return };
    let home = Home::new(server.address(), &key, "ttl = 77");
    home.follow(&on("a"), "ipv4 = \"203.0.113.7\"\nttl = 88");
    home.nsup("set a.example.org 203.0.113.1").ends(0).says("changed: a.example.org. A 203.0.113.1 (was none)");
    assert_eq!(server.ttl(ZONE, &on("a"), "A"), Some(88));
    home.nsup("set b.example.org 203.0.113.2").ends(0);
    assert_eq!(server.ttl(ZONE, &on("b"), "A"), Some(77), "a name that the file does not know has the top's");
    home.nsup("get a.example.org A").ends(0).says("a.example.org. 88 IN A 203.0.113.1");
    home.nsup("delete forbidden.example.org A").ends(0).says("unchanged");
    home.write("broken.toml", "sever = \"x\"\n");
    let broken = format!("get a.example.org --config {}", home.at("broken.toml").display());
    home.nsup(&broken)
        .ends(1)
        .complains("broken.toml:1:1: \"sever\" is not known here")
        .hints("did you mean \"server\"?");
}

#[test]
fn the_settled_configuration_is_shown_with_its_origins_and_without_secrets() {
    let key = TestKey::new("k", "hmac-sha256");
    let home = Home::new("192.0.2.53", &key, "ttl = 77");
    home.follow(&on("a"), "ipv4 = \"interface:ppp0\"");
    let run = home.nsup("sync --show-config").ends(0).says("a.example.org. (line 7)");
    let shown: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(shown.contains(&vec!["ttl", "77", "line", "6"]), "{run:#?}");
    assert!(shown.contains(&vec!["ipv4", "interface:ppp0", "line", "9"]), "{run:#?}");
    assert!(shown.contains(&vec!["on-down", "keep", "default"]), "{run:#?}");
    assert!(!run.stdout.contains(&key.secret));
}

#[test]
fn the_reverse_name_is_kept_in_step_and_only_our_own_is_removed() {
    let Some((server, key)) = start() else { return };
    let home = Home::new(server.address(), &key, "ptr = true");
    home.follow(&on("a"), &home.ipv4()).follow(&on("b"), "ipv4 = \"203.0.113.200\"\nptr = false");
    let of = |last: &str| server.has(REVERSE, &format!("{last}.{REVERSE}"), "PTR");
    home.has("203.0.113.7")
        .nsup("sync")
        .ends(0)
        .says("changed: 7.113.0.203.in-addr.arpa. PTR a.example.org. (was none)");
    assert_eq!((of("7"), of("200")), (vec!["a.example.org.".to_owned()], vec![]));
    home.nsup("sync").ends(0).silent();
    home.has("203.0.113.8").nsup("sync").ends(0).says("7.113.0.203.in-addr.arpa. PTR none (was a.example.org.)");
    assert_eq!((of("7"), of("8")), (vec![], vec!["a.example.org.".to_owned()]));
    // Somebody else's now.
    home.nsup("set 8.113.0.203.in-addr.arpa PTR other.example.org.").ends(0);
    home.has("203.0.113.9").nsup("sync").ends(0);
    assert_eq!((of("8"), of("9")), (vec!["other.example.org.".to_owned()], vec!["a.example.org.".to_owned()]));
}

#[test]
fn a_program_is_told_of_changes_by_its_environment() {
    let Some((server, key)) = start() else { return };
    let home = Home::new(server.address(), &key, "");
    let told = home.at("told");
    let script = format!("echo $NSUP_NAME $NSUP_TYPE ${{NSUP_OLD:-none}} $NSUP_NEW $NSUP_EVENT >>{}", told.display());
    let program = |events: &str| format!("on-change = [\"/bin/sh\", \"-c\", '{script}']\n{events}");
    home.follow(&on("a"), &format!("{}\n{}", home.ipv4(), program("")));
    home.has("203.0.113.7").nsup("sync").ends(0);
    home.nsup("sync").ends(0);
    home.has("203.0.113.8").nsup("sync").ends(0);
    home.has("").nsup("sync").ends(7);
    let expected = "a.example.org A none 203.0.113.7 changed\na.example.org A 203.0.113.7 203.0.113.8 changed\n";
    assert_eq!(fs::read_to_string(&told).unwrap(), expected);
    home.follow(&on("b"), &format!("{}\n{}", home.ipv4(), program("on-change-events = [\"unchanged\", \"failed\"]")));
    fs::remove_file(&told).unwrap();
    home.nsup("sync b.example.org").ends(7);
    home.has("203.0.113.8").nsup("sync b.example.org").ends(0);
    home.nsup("sync b.example.org").ends(0).silent();
    let expected = "b.example.org A none failed\nb.example.org A 203.0.113.8 203.0.113.8 unchanged\n";
    assert_eq!(fs::read_to_string(&told).unwrap(), expected);
}
