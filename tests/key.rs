//! `nsup key`: what it makes and prints is given to a real BIND as it stands, and the key may do that and nothing else.

mod program;
mod servers;
mod terminal;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use program::{Run, command, finish, run};
use servers::{Kind, Server, Setup, TestKey, Zone, check_conf};
use terminal::Terminal;

const ZONE: &str = "example.org";
const REVERSE: &str = "113.0.203.in-addr.arpa";

/// A directory with the program in it.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs `nsup key` here.
    fn key(&self, words: &[&str]) -> Run {
        finish(command().arg("key").args(words).current_dir(self.0.path()))
    }

    /// Runs a line of shell here, in which `nsup` is the program.
    fn shell(&self, line: &str) -> Run {
        let program = Path::new(env!("CARGO_BIN_EXE_nsup")).parent().unwrap();
        let path = format!("{}:/usr/bin:/bin", program.display());
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).env_clear().env("PATH", path).stdin(Stdio::null()).current_dir(self.0.path());
        finish(&mut shell)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.at(name), text).unwrap();
        fs::set_permissions(self.at(name), fs::Permissions::from_mode(0o600)).unwrap();
        self.at(name)
    }
}

/// The statement of an update-policy in a zone's clause.
fn policy(snippet: &str, zone: &str) -> String {
    let clause = snippet.split_once(&format!("zone \"{zone}\" {{\n")).unwrap_or_else(|| panic!("{snippet}")).1;
    let from = clause.find("update-policy {").unwrap();
    let length = clause[from..].find("};").unwrap() + 2;
    clause[from..from + length].to_owned()
}

fn include(snippet: &str) -> &str {
    snippet.lines().find(|line| line.starts_with("include ")).unwrap()
}

/// A BIND whose zones have the policies of a snippet, and that includes its key.
fn server(snippet: &str, zones: &[&str], more: Setup) -> Option<Server> {
    let setup = zones
        .iter()
        .fold(more, |setup, zone| setup.zone(Zone::new(zone)).bind_zone_extra(zone, &policy(snippet, zone)));
    Server::start(Kind::Bind, &setup.bind_statements(include(snippet)))
}

fn secret_of(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.split("secret \"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[test]
fn what_is_printed_lets_the_key_change_these_names_and_types_and_nothing_else() {
    let place = Place::new();
    let there = place.at("home.key").display().to_string();
    let grants = ["--grant", "cable.example.org A AAAA", "--grant", "*.example.org TXT", "--zone", ZONE];
    let made = place.key(&[&["generate", "home", "--include", &there][..], &grants].concat()).ends(0);
    let Some(checked) = check_conf(&made.stdout, &[]) else { return };
    checked.unwrap();
    assert!(!made.stdout.contains(&secret_of(&place.at("home.key"))) && made.stderr.is_empty(), "{made:#?}");
    let stranger = TestKey::new("stranger", "hmac-sha256");
    let Some(server) = server(&made.stdout, &[ZONE], Setup::new().key(stranger.clone())) else { return };
    let address = server.address().to_string();
    let set = |key: &Path, words: &[&str]| {
        let options = ["-k", key.to_str().unwrap(), "--server", &address, "--zone", ZONE, "--timeout", "5"];
        run([&["set"], words, &options[..]].concat())
    };
    let home = place.at("home.key");
    set(&home, &["cable.example.org", "192.0.2.7", "2001:db8::7"]).ends(0);
    assert_eq!(server.has(ZONE, "cable.example.org", "A"), ["192.0.2.7"]);
    set(&home, &["*.example.org", "TXT", "text"]).ends(0);
    set(&home, &["cable.example.org", "TXT", "no"]).ends(2);
    set(&home, &["other.example.org", "192.0.2.7"]).ends(2);
    set(&home, &["other.example.org", "TXT", "no"]).ends(2);
    set(&home, &["x.cable.example.org", "192.0.2.7"]).ends(2);
    set(&stranger.write(place.0.path()), &["cable.example.org", "192.0.2.8"]).ends(2);
    set(&TestKey::new("nobody", "hmac-sha256").write(place.0.path()), &["cable.example.org", "192.0.2.8"]).ends(4);
    let folder = tempfile::tempdir().unwrap();
    set(&TestKey::new("home", "hmac-sha256").write(folder.path()), &["cable.example.org", "192.0.2.8"]).ends(4);
    assert_eq!(server.has(ZONE, "cable.example.org", "A"), ["192.0.2.7"]);
}

#[test]
fn the_names_of_nsup_toml_with_this_key_get_what_sync_needs() {
    let place = Place::new();
    let there = place.at("home.key").display().to_string();
    let names = "allow-private = true\n[[name]]\nname = \"cable.example.org\"\nzone = \"example.org\"\n\
        ipv4 = \"command:echo 203.0.113.7\"\nipv6 = \"2001:db8::7\"\n\
        ptr = { zone = \"113.0.203.in-addr.arpa\" }\n\
        [[name]]\nname = \"other.example.org\"\nzone = \"example.org\"\nkey = \"other.key\"\nipv4 = \"203.0.113.9\"\n\
        [[name]]\nname = \"stray.example.net\"\nipv4 = \"interface:ppp0\"\nptr = true\n";
    let config = place.write(
        "nsup.toml",
        &format!("key = \"home.key\"\nstate-directory = \"{}\"\n{names}", place.at("state").display()),
    );
    let config = config.to_str().unwrap();
    // The file is named in another way than nsup.toml has it.
    let file = format!("../{}/home.key", place.0.path().file_name().unwrap().to_str().unwrap());
    let made = place.key(&["generate", "home", &file, "--config", config, "--include", &there]).ends(0);
    let made = made
        .says("\n//     grant home. name stray.example.net. A;\n")
        .says("The PTR record of stray.example.net. is in");
    assert!(!made.stdout.contains("other.example.org"), "{made:#?}");
    assert_eq!(policy(&made.stdout, ZONE).lines().filter(|line| line.contains("grant")).count(), 1, "{made:#?}");
    let Some(checked) = check_conf(&made.stdout, &[]) else { return };
    checked.unwrap();
    let of_none = place.key(&["generate", "none", "--config", config]).ends(0).says("which has other keys for them");
    assert_eq!(policy(&of_none.stdout, ZONE).lines().filter(|line| line.contains("grant none. ")).count(), 2);
    let Some(server) = server(&made.stdout, &[ZONE, REVERSE], Setup::new()) else { return };
    place.write("nsup.toml", &format!("server = \"{}\"\n{}", server.address(), fs::read_to_string(config).unwrap()));
    let synced = finish(
        command().args(["sync", "cable.example.org", "--config", config]).env("RUNTIME_DIRECTORY", place.0.path()),
    );
    assert_eq!(server.has(ZONE, "cable.example.org", "AAAA"), ["2001:db8::7"], "{synced:#?}");
    assert_eq!(server.has(REVERSE, "7.113.0.203.in-addr.arpa", "PTR"), ["cable.example.org."], "{synced:#?}");
}

#[test]
fn a_key_that_is_there_is_left_as_it_is_and_nothing_is_left_of_one_that_could_not_be_written() {
    let place = Place::new();
    place.write("home.key", "mine");
    place.key(&["generate", "home"]).ends(1).complains("nothing is overwritten").hints("nsup key rotate home.key");
    assert_eq!(fs::read_to_string(place.at("home.key")).unwrap(), "mine");
    place.key(&["generate", "home", "none/home.key"]).ends(1).hints("mkdir -p -m 700 none");
    // No file may grow beyond nothing.
    place.shell("trap '' XFSZ; ulimit -f 0; exec nsup key generate new").ends(1).complains("new.key: file too large");
    assert!(!place.at("new.key").exists());
}

#[test]
fn a_new_key_is_for_its_owner_only_whatever_the_umask_and_as_long_as_its_mac() {
    let place = Place::new();
    for (umask, algorithm, bits) in [
        ("000", "hmac-sha224", 224),
        ("077", "hmac-sha256", 256),
        ("000", "hmac-sha384", 384),
        ("777", "HMAC-SHA512", 512),
    ] {
        let name = format!("k{bits}");
        let line =
            format!("umask {umask}; nsup key generate {name} --algorithm {algorithm} && nsup key show {name}.key");
        let run = place.shell(&line).ends(0);
        let mode = fs::metadata(place.at(&format!("{name}.key"))).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600, "{run:#?}");
        let run = run.says(&format!("{name}. hmac-sha{bits}, {bits} bits, fingerprint "));
        assert!(run.stderr.is_empty(), "{run:#?}");
    }
    assert_ne!(secret_of(&place.at("k256.key")), secret_of(&place.at("k512.key"))[..44]);
}

#[test]
fn mistakes_are_told_and_no_key_is_made() {
    let place = Place::new();
    for (words, complaint) in [
        (&["home", "--algorithm", "hmac-md5"][..], "hmac-md5: it is outdated"),
        (&["home", "--algorithm", "hmac-sha1"], "hmac-sha1: it is outdated"),
        (&["home", "--algorithm", "sha256"], "is no algorithm known here"),
        (&["home", "--algorithm", "hmac-sha256-128"], "for a whole MAC"),
        (&["*.home"], "a key needs a name of its own"),
        (&["."], "a key needs a name of its own"),
        (&["a..b"], "two dots"),
        (&["home", "--grant", "a.example.org NONE"], "--grant \"a.example.org NONE\": \"NONE\" is no record type"),
        (&["home", "--grant", "a.example.org OPT"], "OPT is not a type that a record can have"),
        (&["home", "--grant", ""], "--grant \"\": a name cannot be empty"),
        (
            &["home", "--grant", "a.example.org", "--zone", "example.net"],
            "a.example.org. is not in the zone example.net.",
        ),
        (&["home", "--include", "home.key"], "an absolute path"),
        (&["home", "--config", "none.toml"], "none.toml: there is no such file"),
        (&["home", "-", "--json"], "standard output is for the key already"),
    ] {
        place.key(&[&["generate"], words].concat()).ends(1).complains(complaint);
    }
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 0);
}

#[test]
fn a_terminal_is_shown_the_secret_only_when_somebody_says_so() {
    let Some(terminal) = Terminal::start("nsup", "key generate home -") else { return };
    terminal.shows("is it to show the secret of home.? [y/N]").line("").shows("no key was made").shows("ended with 1");
    assert!(!terminal.screen().contains("secret \""), "{}", terminal.screen());
    let willing = terminal.again("nsup", "key generate home -");
    willing.shows("[y/N]").line("y").shows("secret \"").shows("ended with 0");
    let nobody = terminal.again("nsup", "key generate home - </dev/null");
    nobody.shows("nobody can be asked").shows("nsup: hint: nsup key generate home. FILE").shows("ended with 1");
    assert!(!nobody.screen().contains("secret \""), "{}", nobody.screen());
}

#[test]
fn a_key_on_standard_output_is_the_file_and_nothing_else() {
    let place = Place::new();
    let run = place.shell("nsup key generate home - | tee made | nsup key show -").ends(0);
    let shown = run.says(" (standard input:1)\n").stdout;
    let made = place.write("home.key", &fs::read_to_string(place.at("made")).unwrap());
    assert!(fs::read_to_string(&made).unwrap().starts_with("key \"home\" {\n\talgorithm hmac-sha256;\n\tsecret \""));
    let again = place.key(&["show", "home.key"]).ends(0);
    assert_eq!(again.stdout, shown.replace("standard input", "home.key"));
    // A reader that has gone away has no key.
    place.shell("nsup key generate home - >/dev/full").ends(1).complains("standard output: No space left");
}

#[test]
fn a_key_that_others_can_read_where_standard_output_goes_is_told_of() {
    let place = Place::new();
    for (umask, is_seen) in [("022", true), ("037", true), ("077", false)] {
        let run = place.shell(&format!("umask {umask}; nsup key generate home - >world.key-{umask}")).ends(0);
        let mode = fs::metadata(place.at(&format!("world.key-{umask}"))).unwrap().permissions().mode() & 0o777;
        let what =
            format!("world.key-{umask} holds a secret now, and others may read it (mode {mode:04o}): chmod go-rwx ");
        assert_eq!(run.stderr.contains(&what), is_seen, "{run:#?}");
        assert!(is_seen || run.stderr.is_empty(), "{run:#?}");
    }
}

#[test]
fn a_key_that_could_not_be_told_of_is_said_to_be_there() {
    let place = Place::new();
    for json in ["", "--json "] {
        let name = format!("home{}", json.len());
        let run = place.shell(&format!("nsup key generate {name} {json}>/dev/full")).ends(1);
        run.complains("standard output: No space left")
            .complains(&format!("the key was made all the same: {name}.key holds"));
        place.key(&["show", &format!("{name}.key")]).ends(0).says(&format!("{name}. hmac-sha256, 256 bits"));
    }
}

/// The fingerprints that are shown, and no secret with them.
fn fingerprints(run: &Run, secrets: &[&str]) -> Vec<String> {
    for secret in secrets {
        assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{run:#?}");
    }
    let of = |line: &str| line.split("fingerprint ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    run.stdout.lines().map(of).collect()
}

#[test]
fn the_same_secret_has_the_same_fingerprint_in_every_syntax_and_is_never_shown() {
    let place = Place::new();
    for (maker, words) in
        [("tsig-keygen", ["-a", "hmac-sha384", "home"]), ("rndc-confgen", ["-A", "hmac-sha384", "-khome"])]
    {
        let Some(maker) = servers::program(maker) else { continue };
        let made = finish(Command::new(maker).args(words)).stdout;
        let file = place.write("made", &made);
        let secret = secret_of(&file);
        place.write("line", &format!("hmac-sha384:home:{secret}\n"));
        let private = format!("Private-key-format: v1.3\nAlgorithm: 164 (HMAC_SHA384)\nKey: {secret}\nBits: AAA=\n");
        place.write("Khome.+164+00001.private", &private);
        place.write("Khome.+164+00001.key", &format!("home. IN KEY 512 3 164 {secret}\n"));
        let plan = place.key(&["rotate", "Khome.+164+00001"]).ends(0);
        assert!(plan.stdout.ends_with("/Khome.+164+00001.key\n"), "both halves go: {plan:#?}");
        let mut found = Vec::new();
        for name in ["made", "line", "Khome.+164+00001.private", "Khome.+164+00001.key", "Khome.+164+00001"] {
            let run = place.key(&["show", name]).ends(0).says("home. hmac-sha384, ");
            assert!(!run.stderr.contains("everybody"), "{run:#?}");
            found.extend(fingerprints(&run, &[&secret]));
        }
        assert!(found.len() == 5 && found.iter().all(|one| *one == found[0]), "{found:?}");
    }
}

#[test]
fn what_is_wrong_with_keys_and_their_file_is_told_and_they_are_shown_all_the_same() {
    let place = Place::new();
    let (short, old) = ("c2hvcnQtc2VjcmV0", "b2xkLXNlY3JldC1vZi1vbGQ=");
    let text = format!(
        "include \"/etc/bind/more.keys\";\nzone \"example.org\" {{ type primary; file \"a \\\"b\"; }};\n\
         key short {{ algorithm hmac-sha256-128; secret {short}; }};\nkey \"old\" {{ algorithm hmac-md5; secret \"{old}\"; }};\n\
         view all {{ key inner {{ algorithm hmac-sha256; secret {short}; }}; }};\n"
    );
    let file = place.write("named.conf", &text);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let run = place.key(&["show", "named.conf"]).ends(0);
    assert_eq!(fingerprints(&run, &[short, old]).len(), 2, "{run:#?}");
    let run = run.says("short. hmac-sha256-128, 96 bits, ").says("(named.conf:3)\n").says("old. hmac-md5, 136 bits, ");
    let run = run.complains("warning: named.conf:3: the secret of short. is shorter than a MAC of hmac-sha256\n");
    let run = run.complains("warning: named.conf:4: hmac-md5 is outdated").hints("chmod o-rwx named.conf");
    let run = run.complains("warning: named.conf: everybody on this machine may read or change it (mode 0644)\n");
    let run = run.complains("named.conf:1: not followed: include \"/etc/bind/more.keys\"\n");
    run.complains("named.conf:5: not followed: a key within another statement, as a view's\n");
    let json = place.key(&["show", "named.conf", "--json"]).ends(0).says("\"fingerprint\":").says("\"notes\":[{");
    assert!(!json.stdout.contains(short) && !json.stdout.contains(old), "{json:#?}");

    place.write("only.conf", "include \"/etc/bind/more.keys\";\n");
    place.key(&["show", "only.conf"]).ends(1).complains("there is no key in it").complains("only.conf:1: not followed");
    place.write("broken", &format!("key k {{ secret {short} {old}; }};"));
    let broken = place.key(&["show", "broken"]).ends(1).complains("broken:1: ");
    assert!(!broken.stderr.contains(short) && !broken.stderr.contains(old), "{broken:#?}");
    place.key(&["show", "none"]).ends(1).hints("nsup key generate NAME none makes one");
    place.key(&["show", "."]).ends(1).complains("it is not a regular file");
}

#[test]
fn the_plan_of_a_rotation_is_followed_and_the_old_key_ends_where_it_says() {
    let place = Place::new();
    let (there, next) = (place.at("home.key").display().to_string(), place.at("home-2.key").display().to_string());
    let config =
        "key = \"home.key\"\n[[name]]\nname = \"cable.example.org\"\nzone = \"example.org\"\nipv4 = \"given\"\n";
    place.write("nsup.toml", config);
    place.key(&["generate", "home", "--include", &there, "--config", "nsup.toml"]).ends(0);
    let before = fs::read_dir(place.0.path()).unwrap().count();
    let plan = place.key(&["rotate", "home.key", "--include", &next, "--config", "nsup.toml"]).ends(0);
    assert_eq!(
        place.key(&["rotate", "home", "--include", &next, "--config", "nsup.toml"]).stdout.lines().count(),
        plan.stdout.lines().count()
    );
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), before, "nothing is made");
    assert!(!plan.stdout.contains(&secret_of(&place.at("home.key"))), "{plan:#?}");
    let steps: Vec<&str> = plan.stdout.split("\n\n").collect();
    let of_step = |number: usize| {
        let after = steps.iter().skip_while(|part| !part.starts_with(&format!("{number}. ")));
        let parts: Vec<&str> = after.skip(1).take_while(|part| part.starts_with("    ")).copied().collect();
        parts.join("\n").lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
    };
    place.shell(&of_step(1)).ends(0).silent();
    let [both, after] =
        [3, 6].map(|step| of_step(step).replace("named-checkconf && rndc reconfig", "").replace("rm OLD", "# rm OLD"));
    let Some(checked) = check_conf(&after, &[]) else { return };
    checked.unwrap();
    let change = |server: &Server, key: &str, value: &str, status: i32| {
        let words = format!("nsup set cable.example.org {value} -k {key} --server {} --timeout 5", server.address());
        place.shell(&words).ends(status);
    };
    let old = Setup::new().bind_statements(&format!("include \"{there}\";"));
    let Some(side_by_side) = server(&both, &[ZONE], old) else { return };
    change(&side_by_side, "home.key", "192.0.2.1", 0);
    change(&side_by_side, "home-2.key", "192.0.2.2", 0);
    place.write("nsup.toml", &format!("server = \"{}\"\n{config}", side_by_side.address()));
    place.shell(&of_step(4)).ends(0).says("✓ permission    key home-2. may change cable.example.org. A");
    let alone = server(&after, &[ZONE], Setup::new()).unwrap();
    change(&alone, "home.key", "192.0.2.1", 4);
    change(&alone, "home-2.key", "192.0.2.2", 0);
    place.shell(&of_step(7)).ends(0);
    assert!(!place.at("home.key").exists());
}
