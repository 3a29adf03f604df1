//! `nsup status` on a BIND primary with two BIND secondaries: what is wanted, held and shown to the world, and who is out
//! of step.

mod home;
mod hooks;
mod program;
mod servers;
mod terminal;

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use home::{Home, wait};
use hooks::network::{alone, ip, make_interface};
use serde_json::Value;
use servers::{Grant, TestKey, World, Zone};
use terminal::Terminal;

const ZONE: &str = "example.org";
const NAME: &str = "a.example.org";

/// The zone, with three servers in its NS records, and the key that may change it.
fn zone() -> (Zone, TestKey) {
    let key = TestKey::new("k", "hmac-sha256");
    let mut zone =
        Zone::new(ZONE).record("alias.example.org. 300 IN CNAME elsewhere.example.net.").grant(Grant::zone(&key));
    for last in [2, 3] {
        zone = zone
            .record(&format!("example.org. 3600 IN NS ns{last}.example.org."))
            .record(&format!("ns{last}.example.org. 3600 IN A 127.0.0.{last}"));
    }
    (zone, key)
}

/// The three servers, and a machine whose name has been brought to its address, and is so everywhere.
fn start() -> Option<(World, Home)> {
    let (zone, key) = zone();
    let world = World::start(ZONE, &key, zone)?;
    let home = Home::new(world.primary.address(), &key, "zone = \"example.org\"\ntimeout = \"5s\"");
    home.follow(NAME, &home.ipv4()).has("203.0.113.7\n").nsup("sync").ends(0);
    settle(&world);
    Some((world, home))
}

/// Waits until the secondaries are as the primary is.
fn settle(world: &World) {
    let serial = world.primary.serial(ZONE);
    wait("secondaries in step", 30, || {
        let all: Vec<u32> = world.secondaries.iter().map(|server| server.serial(ZONE)).collect();
        if all == [serial, serial] { Ok(()) } else { Err(format!("{all:?}")) }
    });
}

fn public(server: &servers::Server) -> String {
    format!(" --public {}", server.address())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

#[test]
fn where_all_agree_that_is_one_line_and_nothing_is_changed() {
    let Some((world, home)) = start() else { return };
    let files = || {
        let files = fs::read_dir(home.path()).unwrap().chain(fs::read_dir(home.at("state")).unwrap());
        let stamp = |path: std::path::PathBuf| (path.clone(), fs::metadata(&path).unwrap().modified().unwrap());
        files.map(|entry| stamp(entry.unwrap().path())).collect::<Vec<_>>()
    };
    fs::remove_dir_all(home.at("run")).unwrap();
    let before = files();
    let run = home.nsup(&format!("status{}", world.public())).ends(0);
    assert!(run.stderr.is_empty(), "{run:#?}");
    let line = "agrees: a.example.org. A wanted 203.0.113.7, primary 203.0.113.7, public 3 of 3, since 2";
    assert!(run.stdout.starts_with(line), "{run:#?}");
    assert!(run.stdout.contains("Z, last changed by sync at 2") && run.stdout.lines().count() == 1, "{run:#?}");
    home.nsup(&format!("status a.example.org -q{}", world.public())).ends(0).silent();
    assert_eq!(files(), before, "who looks changes nothing");
    assert_eq!(world.primary.serial(ZONE), 2);
    home.nsup("status b.example.org").ends(1).complains("it has no [[name]] b.example.org.");
    home.nsup("status --public a:b:c").ends(1).complains("--public \"a:b:c\"");
}

#[test]
fn a_secondary_that_is_silent_or_out_of_step_is_named_until_it_is_well_again() {
    let Some((mut world, home)) = start() else { return };
    let status = format!("status{}", world.public());
    let address = world.secondaries[1].address();
    world.secondaries[1].stop();
    let run = home
        .nsup(&status)
        .ends(5)
        .says("differs: a.example.org. A wanted 203.0.113.7, primary 203.0.113.7, public 2 of 3");
    run.complains(&format!("nsup: {address}: no answer in time\n"));
    world.secondaries[1].cont();
    home.nsup(&status).ends(0);

    world.secondaries[1].kill();
    home.nsup(&status).ends(5).complains(&format!("nsup: {address}: connection refused\n"));
    world.secondaries[1].restart();
    home.nsup(&status).ends(0);

    // The primary tells only the other: this one is not there to be told.
    world.secondaries[1].stop();
    home.has("203.0.113.8").nsup("sync").ends(0);
    wait("one in step", 30, || {
        let has = world.secondaries[0].has(ZONE, NAME, "A");
        if has == ["203.0.113.8"] { Ok(()) } else { Err(format!("{has:?}")) }
    });
    world.primary.stop();
    world.secondaries[1].cont();
    let run = home.nsup(&format!("{status} --json")).ends(3);
    world.primary.cont();
    let object = json(&run.stdout)["names"][0].clone();
    assert_eq!(object["primary"], Value::Null, "{object}");
    let public = object["public"].as_array().unwrap();
    let serves: Vec<bool> = public.iter().map(|server| server["serves"].as_bool().unwrap()).collect();
    assert_eq!((serves, &public[1]["serial"], &public[2]["serial"]), (vec![false, true, false], &3.into(), &2.into()));
    assert_eq!(public[2]["instead"], "it serves a.example.org. A 203.0.113.7");
    settle(&world);
    home.nsup(&status).ends(0);
}

#[test]
fn what_is_not_as_it_should_be_has_the_exit_status_that_sync_has_for_it() {
    let Some((mut world, home)) = start() else { return };
    let status = format!("status{}", world.public());
    home.nsup(&format!("set {NAME} 203.0.113.99 --wait{}", world.public())).ends(0);
    let run = home
        .nsup(&status)
        .ends(5)
        .says("differs: a.example.org. A wanted 203.0.113.7, primary 203.0.113.99, public 3 of 3");
    let what = "nsup: the primary holds a.example.org. A 203.0.113.99, and 203.0.113.7 is wanted\n";
    run.complains(what).hints("nsup sync brings it about");
    let run = home.has("").nsup(&status).ends(7).says("wanted unknown, primary 203.0.113.99, public 3 of 3");
    run.complains("nsup: a.example.org. A: no address to publish: ");
    home.has("203.0.113.99").nsup(&status).ends(0);
    home.nsup("sync").ends(0).silent();
    home.nsup(&status).ends(0).says("last unchanged by sync at ");

    home.follow("alias.example.org", &home.ipv4())
        .follow("b.example.org", "ipv4 = \"203.0.113.5\"\nkey = \"/nowhere\"");
    let run = home.nsup(&format!("{status} alias.example.org")).ends(2);
    run.complains("alias.example.org. A at the primary: an alias (CNAME) of elsewhere.example.net.");
    home.nsup(&format!("{status} b.example.org")).ends(1).complains("b.example.org. A: key /nowhere: no such file");
    let run = home.nsup(&status).ends(1).says("agrees: a.example.org. A").says("differs: alias.example.org. A");
    let order: Vec<&str> = run.stdout.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(order, ["a.example.org.", "alias.example.org.", "b.example.org."], "as the file has them");
    let stranger = TestKey {
        secret: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned(),
        ..TestKey::new("k", "hmac-sha256")
    };
    let other = Home::new(world.primary.address(), &stranger, "zone = \"example.org\"");
    other.follow(NAME, "ipv4 = \"203.0.113.99\"").nsup(&status).ends(4).says("primary unknown, public 3 of 3");

    world.primary.kill();
    home.nsup(&format!("{status} {NAME}")).ends(3).says("primary unknown, public 2 of 3");
    home.nsup(&format!("status {NAME}{}", world.secondaries.each_ref().map(public).concat()))
        .ends(3)
        .says("public 2 of 2");
    let text = fs::read_to_string(home.at("nsup.toml")).unwrap();
    home.write("nsup.toml", &text.replace("zone = \"example.org\"\n", ""));
    let run = home.nsup(&format!("{status} {NAME}")).ends(3).says("primary unknown, public unknown");
    run.complains("no server could be reached");
}

#[test]
fn for_programs_it_is_one_object_with_all_that_is_known() {
    let Some((world, home)) = start() else { return };
    home.follow("b.example.org", "ipv6 = \"2001:db8::5\"");
    let run = home.nsup(&format!("status --json{}", world.public())).ends(5);
    let object = json(&run.stdout);
    let (first, second) = (&object["names"][0], &object["names"][1]);
    let fields: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    let known =
        ["agrees", "exit", "faults", "last", "name", "next", "primary", "public", "since", "type", "wanted", "zone"];
    assert_eq!(fields, known);
    assert_eq!((&first["agrees"], &first["exit"], &first["zone"]), (&true.into(), &0.into(), &"example.org.".into()));
    assert_eq!((&first["wanted"], &first["primary"]), (&"203.0.113.7".into(), &vec!["203.0.113.7"].into()));
    let (last, public) = (&first["last"], &first["public"][1]);
    assert_eq!((&last["cause"], &last["outcome"], &last["exit"]), (&"sync".into(), &"changed".into(), &0.into()));
    assert_eq!(last["at"], first["since"]);
    assert_eq!((&public["serial"], &public["serves"]), (&2.into(), &true.into()), "{public}");
    assert_eq!(
        (&second["type"], &second["primary"], &second["since"]),
        (&"AAAA".into(), &Value::Array(vec![]), &Value::Null)
    );
    assert!(second["faults"][0]["message"].as_str().unwrap().contains("and 2001:db8::5 is wanted"), "{second}");
}

#[test]
fn on_a_terminal_it_is_a_table() {
    let Some((world, home)) = start() else { return };
    home.follow("a-longer-name.example.org", "ipv4 = \"203.0.113.5\"");
    let words = format!("status --config {}{}", home.at("nsup.toml").display(), world.public());
    let Some(terminal) = Terminal::start("nsup", &words) else { return };
    let screen = terminal.shows("ended with 5").screen();
    let lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
    let column = |word: &str| lines[0].find(word).unwrap_or_else(|| panic!("no {word} in {screen}"));
    assert!(lines[0].starts_with("NAME") && column("NEXT") > column("LAST"), "{screen}");
    assert_eq!(lines[1].find("203.0.113.7"), Some(column("WANTED")), "{screen}");
    assert_eq!(lines[2].find("203.0.113.5"), Some(column("WANTED")), "{screen}");
    assert_eq!(lines[1].find("3 of 3"), Some(column("PUBLIC")), "{screen}");
    assert_eq!(lines[2].find("none"), Some(column("PRIMARY")), "{screen}");
    assert!(lines[1].contains("changed, sync, ") && lines[1].contains(" ago"), "{screen}");
}

/// Reads the text exposition format 0.0.4, strictly: each metric's HELP, TYPE, and then its samples, no two alike.
fn samples(text: &str) -> BTreeMap<(String, String, String), f64> {
    let is_name = |name: &str| {
        !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
    };
    assert!(text.ends_with('\n'));
    let (mut metric, mut seen, mut found) = (String::new(), Vec::new(), BTreeMap::new());
    let mut lines = text.strip_suffix('\n').unwrap().split('\n');
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            metric = help.split_once(' ').expect(line).0.to_owned();
            assert!(is_name(&metric) && !seen.contains(&metric), "{line}");
            seen.push(metric.clone());
            assert_eq!(lines.next(), Some(format!("# TYPE {metric} gauge").as_str()));
            continue;
        }
        let rest = line.strip_prefix(&metric).expect(line);
        if let Some(value) = rest.strip_prefix(' ') {
            let key = (metric.clone(), String::new(), String::new());
            assert!(found.insert(key, value.parse().expect(line)).is_none(), "twice: {line}");
            continue;
        }
        let rest = rest.strip_prefix("{name=\"").expect(line);
        let (name, rest) = rest.split_once("\",type=\"").expect(line);
        let (record_type, value) = rest.split_once("\"} ").expect(line);
        assert!(!(name.to_owned() + record_type).contains(['"', '\\']), "{line}");
        let key = (metric.clone(), name.to_owned(), record_type.to_owned());
        assert!(found.insert(key, value.parse().expect(line)).is_none(), "twice: {line}");
    }
    found
}

/// How long ago a time was, in seconds since 1970.
fn since(at: f64) -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH + Duration::from_secs_f64(at)).unwrap()
}

#[test]
fn node_exporter_gets_a_file_that_is_replaced_whole() {
    let Some((world, home)) = start() else { return };
    home.follow("b.example.org", "ipv6 = \"2001:db8::5\"");
    let (file, elsewhere) = (home.at("nsup.prom"), home.write("elsewhere", "untouched"));
    // A link that somebody else has put there leads nowhere.
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    let status = format!("status --prometheus {}{}", file.display(), world.public());
    home.nsup(&status).ends(5);
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "untouched");
    let meta = fs::symlink_metadata(&file).unwrap();
    assert!(meta.is_file() && meta.permissions().mode() & 0o7777 == 0o644, "{meta:?}");
    let samples = samples(&fs::read_to_string(&file).unwrap());
    let of = |metric: &str, name: &str, record_type: &str| {
        samples.get(&(metric.to_owned(), format!("{name}.example.org."), record_type.to_owned())).copied()
    };
    for (metric, a, b) in [
        ("nsup_name_agrees", Some(1.0), Some(0.0)),
        ("nsup_primary_answers", Some(1.0), Some(1.0)),
        ("nsup_public_servers", Some(3.0), Some(3.0)),
        ("nsup_public_servers_agree", Some(3.0), Some(3.0)),
        ("nsup_last_run_exit_status", Some(0.0), None),
    ] {
        assert_eq!((of(metric, "a", "A"), of(metric, "b", "AAAA")), (a, b), "{metric}");
    }
    assert!(of("nsup_last_change_timestamp_seconds", "a", "A") > Some(1_700_000_000.0), "{samples:?}");
    let looked = samples[&("nsup_status_timestamp_seconds".to_owned(), String::new(), String::new())];
    assert!((Duration::ZERO..Duration::from_secs(60)).contains(&since(looked)), "{samples:?}");
    let beside = fs::read_dir(home.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("nsup.new"));
    assert_eq!(beside.count(), 0, "nothing is left beside it");
    // As /dev/stdout is, which a test that fails is not to take from the machine.
    let stdout = home.at("stdout");
    std::os::unix::fs::symlink("/proc/self/fd/1", &stdout).unwrap();
    let run = home.nsup(&format!("status a.example.org --prometheus {}{}", stdout.display(), world.public())).ends(1);
    run.complains("stdout: it is a link to what a process has open, and only a file is replaced by a file");
    assert!(stdout.is_symlink());
    home.nsup(&format!("status a.example.org --prometheus /nowhere/nsup.prom{}", world.public()))
        .ends(1)
        .complains("--prometheus /nowhere/nsup.prom: ");
}

#[test]
fn the_servers_are_found_by_the_ns_records_and_the_hook_that_did_it_is_named() {
    alone("the_servers_are_found_by_the_ns_records_and_the_hook_that_did_it_is_named", || {
        ip("address add 127.0.0.2/8 dev lo");
        ip("address add 127.0.0.3/8 dev lo");
        make_interface("ppp0");
        ip("address add 203.0.113.7/32 dev ppp0");
        let (zone, key) = zone();
        let at = [1, 2, 3].map(|last| SocketAddr::from(([127, 0, 0, last], 53)));
        let Some(mut world) = World::start_at(ZONE, &key, zone, at) else { return };
        let home = Home::new("127.0.0.1", &key, "resolver = \"127.0.0.1\"");
        home.follow(NAME, "ipv4 = \"interface:ppp0\"");
        home.nsup("hook pppd up ppp0 /dev/pts/0 38400 203.0.113.7 198.51.100.1 cable").ends(0).silent();
        home.wait_for("changed: a.example.org. A 203.0.113.7", 30);
        settle(&world);
        home.nsup("status").ends(0).says("public 3 of 3").says(", last changed by hook pppd up ppp0 at 2");
        world.secondaries[0].kill();
        let run = home.nsup("status").ends(5).says("public 2 of 3");
        run.complains("nsup: 127.0.0.2:53 (ns2.example.org.): connection refused\n");
        world.secondaries[0].restart();
        home.nsup("status").ends(0);
        // A resolver that knows nothing.
        let text = fs::read_to_string(home.at("nsup.toml")).unwrap();
        home.write("nsup.toml", &text.replace("resolver = \"127.0.0.1\"", "resolver = \"127.0.0.1:1\""));
        let run = home.nsup("status").ends(5).says("public unknown");
        run.complains("the servers of example.org. were not found: no resolver answered").hints("--public HOST");
    });
}
