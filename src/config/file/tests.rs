//! A whole file, good: what settles over what. And what the file itself must be like.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};

use super::*;
use crate::proto::Transports;
use crate::source::{Family, HostPart, Source};

/// Every key, at the top and in a name.
const FULL: &str = r#"# The whole of it.
server = ["192.0.2.53", "ns2.example.org:5353"]
key = "keys/home.key"
key-name = "home"
zone = "example.org"
ttl = 300
transport = "tcp"
source = "192.0.2.7"
resolver = "192.0.2.1"
timeout = 20
allow-private = false
ipv4 = "interface:ppp0"
ipv6 = "off"
wait-for-address = "30s"
on-down = "keep"
on-change = ["/usr/local/bin/changed", "", "x"]
on-change-events = ["changed", "failed", "failed"]
ptr = true
ipparam = "home"
retry-for = "10m"
state-directory = "/var/lib/nsup"
syslog = "/run/log"

[[name]]
name = "cable.example.org"

[[name]]
name = "DSL.example.net."
server = "2001:db8::53"
key = "credential:other"
zone = "example.net"
ttl = "1h30m"
transport = "udp"
source = "2001:db8::7"
resolver = ["192.0.2.1:5353", "2001:db8::1"]
timeout = "2m"
allow-private = true
ipv4 = "command:/bin/address -4"
ipv6 = { prefix-of = "interface:lan0", host = "::10" }
wait-for-address = 0
on-down = ["2001:db8::9", "192.0.2.9"]
on-change = ["/bin/true"]
on-change-events = []
ptr = { server = "192.0.2.54", key = "/keys/reverse", zone = "2.0.192.in-addr.arpa" }
ipparam = "dsl"
"#;

fn full() -> Config {
    Config::parse(FULL, Path::new("/etc/nsup/nsup.toml"), Some(Path::new("/run/credentials"))).unwrap()
}

fn parse(text: &str) -> Config {
    Config::parse(text, Path::new("/etc/nsup/nsup.toml"), None).unwrap()
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn at<T>(value: T, line: u32) -> Setting<T> {
    Setting { value, origin: Origin::Line(line) }
}

#[test]
fn a_name_has_what_the_top_says_and_its_line() {
    let config = full();
    let cable = &config.names[0];
    assert_eq!((cable.name.to_string().as_str(), cable.line), ("cable.example.org.", 24));
    assert_eq!(cable.primary, config.defaults);
    let expected = PrimaryConfig {
        servers: at(vec!["192.0.2.53".parse().unwrap(), "ns2.example.org:5353".parse().unwrap()], 2),
        key: at(Some("/etc/nsup/keys/home.key".into()), 3),
        key_name: at(Some(name("home")), 4),
        zone: at(Some(name("example.org")), 5),
        ttl: at(Some(300), 6),
        transports: at(Transports::Tcp, 7),
        tls: config.defaults.tls.clone(),
        source: at(Some("192.0.2.7".parse().unwrap()), 8),
        resolvers: at(vec!["192.0.2.1:53".parse().unwrap()], 9),
        timeout: at(Duration::from_secs(20), 10),
    };
    assert_eq!(cable.primary, expected);
    assert_eq!(cable.allow_private, at(false, 11));
    assert_eq!(cable.source(Family::V4), Some(&Source::Interface("ppp0".into())));
    assert_eq!(cable.ipv6, at(None, 13));
    assert_eq!(cable.wait_for_address, at(Duration::from_secs(30), 14));
    assert_eq!(cable.on_down, at(OnDown::Keep, 15));
    assert_eq!(cable.on_change, at(vec!["/usr/local/bin/changed".into(), String::new(), "x".into()], 16));
    assert_eq!(cable.on_change_events, at(vec![Occasion::Changed, Occasion::Failed], 17));
    assert_eq!(cable.ipparam, at(Some("home".into()), 19));
    assert_eq!(config.retry_for, at(Duration::from_secs(600), 20));
    assert_eq!(config.state_directory, at(Some("/var/lib/nsup".into()), 21));
    assert_eq!(config.syslog, at("/run/log".into(), 22));
}

#[test]
fn what_a_name_says_itself_goes_before_the_top() {
    let config = full();
    let dsl = config.named(&name("dsl.example.net")).unwrap();
    assert_eq!(dsl.line, 27);
    assert_eq!(dsl.primary.servers, at(vec!["2001:db8::53".parse().unwrap()], 29));
    assert_eq!(dsl.primary.key, at(Some("/run/credentials/other".into()), 30));
    assert_eq!(dsl.primary.key_name.value, None, "the name of a key in another file");
    assert_eq!(dsl.primary.zone, at(Some(name("example.net")), 31));
    assert_eq!(dsl.primary.ttl, at(Some(5400), 32));
    assert_eq!(dsl.primary.transports, at(Transports::Udp, 33));
    assert_eq!(dsl.primary.resolvers.value, ["192.0.2.1:5353".parse().unwrap(), "[2001:db8::1]:53".parse().unwrap()]);
    assert_eq!(dsl.primary.timeout, at(Duration::from_secs(120), 36));
    assert!(dsl.allow_private.value);
    assert_eq!(dsl.ipv4.value, Some(Source::Command(vec!["/bin/address".into(), "-4".into()])));
    assert_eq!(dsl.ipv6, at(Some(Source::Prefix("lan0".into(), HostPart::parse_bits("::10").unwrap())), 39));
    assert_eq!(dsl.wait_for_address.value, Duration::ZERO);
    assert_eq!(dsl.on_down.value.fall_back(Family::V4), Some("192.0.2.9".parse().unwrap()));
    assert_eq!(dsl.on_down.value.fall_back(Family::V6), Some("2001:db8::9".parse().unwrap()));
    assert_eq!(dsl.on_change_events, at(vec![], 43));
    assert_eq!(dsl.ipparam, at(Some("dsl".into()), 45));
}

#[test]
fn an_empty_file_has_no_names_and_defaults_that_are_written_down() {
    let config = parse("");
    assert!(config.names.is_empty());
    assert_eq!(config.retry_for, Setting::default_of(Duration::from_secs(600)));
    assert_eq!(config.state_directory.value, None);
    assert_eq!(config.syslog.value, Path::new("/dev/log"));
    assert_eq!(config.defaults.timeout, Setting::default_of(Duration::from_secs(20)));
    assert_eq!(config.defaults.transports.value, Transports::TcpFirst);
    let small = parse("[[name]]\nname = \"a.b\"\nipv4 = \"hook\"");
    assert_eq!(small.names[0].wait_for_address, Setting::default_of(Duration::from_secs(30)));
    assert_eq!(small.names[0].on_change_events, Setting::default_of(vec![Occasion::Changed]));
    assert_eq!(small.names[0].ptr, Setting::default_of(Ptr::Off));
}

#[test]
fn a_reverse_zone_is_reached_as_the_name_is_but_never_by_its_zone() {
    let config = full();
    let Ptr::On(reverse) = &config.names[0].ptr.value else { panic!("ptr = true") };
    assert_eq!(**reverse, PrimaryConfig { zone: Setting::default_of(None), ..config.names[0].primary.clone() });
    let Ptr::On(reverse) = &config.names[1].ptr.value else { panic!("ptr = {{…}}") };
    assert_eq!(reverse.servers, at(vec!["192.0.2.54".parse().unwrap()], 44));
    assert_eq!(reverse.key, at(Some("/keys/reverse".into()), 44));
    assert_eq!(reverse.zone, at(Some(name("2.0.192.in-addr.arpa")), 44));
    assert_eq!(reverse.ttl, config.names[1].primary.ttl);
    // The top's table is overlaid on each name's own primary, and in its own brackets it is the same table.
    let text = "[ptr]\nkey = 'r'\n[[name]]\nname = 'a.b'\nipv4 = 'hook'\nkey = 'k'\nkey-name = 'n'\nserver = 'ns.b'";
    let config = parse(text);
    let Ptr::On(reverse) = &config.names[0].ptr.value else { panic!("[ptr]") };
    assert_eq!(reverse.servers, config.names[0].primary.servers);
    assert_eq!(reverse.key, at(Some("/etc/nsup/r".into()), 2));
    assert_eq!(reverse.key_name.value, None);
    let off = parse("ptr = true\n[[name]]\nname = 'a.b'\nipv4 = 'hook'\nptr = false");
    assert_eq!(off.names[0].ptr, at(Ptr::Off, 5));
}

#[test]
fn a_key_is_beside_the_file_unless_its_path_is_absolute_and_its_name_may_stand_alone() {
    let config = parse("key = 'a.key'\n[[name]]\nname = 'a.b'\nipv4 = 'hook'\nkey-name = 'n'");
    assert_eq!(config.names[0].primary.key, at(Some("/etc/nsup/a.key".into()), 1));
    assert_eq!(config.names[0].primary.key_name, at(Some(name("n")), 5));
    let beside = Config::parse("key = 'a.key'", Path::new("nsup.toml"), None).unwrap();
    assert_eq!(beside.defaults.key.value, Some("a.key".into()));
    // Neither is a key itself, for all its colons.
    for path in ["/etc/a:AAAA", "./a:AAAA"] {
        assert!(Config::parse(&format!("key = '{path}'"), Path::new("/x/nsup.toml"), None).is_ok(), "{path}");
    }
}

#[test]
fn a_command_reaches_a_name_by_its_own_table_or_the_longest_zone_or_the_top() {
    let of = |name: &str, zone: &str| format!("[[name]]\nname = '{name}'\nzone = '{zone}'\nipv4 = 'given'\n");
    let tables = [of("a.x.org", "org"), of("b.x.org", "x.org"), of("c.x.org", "x.org"), of("d.y.net", "net")];
    let without = parse(&tables.concat());
    let with = parse(&format!("zone = 'y.net'\n{}[[name]]\nname = 'e.y.net'\nipv4 = 'given'", tables.concat()));
    let why = |config: &Config, text: &str| {
        let (primary, why) = config.primary_for(&name(text));
        match &why {
            Why::ItsOwn(line) => {
                assert_eq!(config.names.iter().find(|own| own.line == *line).unwrap().primary, *primary)
            }
            Why::ZoneOf(other, _) => assert_eq!(config.named(other).unwrap().primary, *primary),
            Why::Defaults => assert_eq!(config.defaults, *primary),
        }
        why
    };
    assert_eq!(why(&without, "A.x.org"), Why::ItsOwn(1));
    assert_eq!(why(&without, "z.x.org"), Why::ZoneOf(name("b.x.org"), 5));
    assert_eq!(why(&without, "z.org"), Why::ZoneOf(name("a.x.org"), 1));
    assert_eq!(why(&without, "z.y.net"), Why::ZoneOf(name("d.y.net"), 13));
    assert_eq!(why(&without, "z.com"), Why::Defaults);
    assert_eq!(why(&with, "z.y.net"), Why::Defaults, "the zone of the top is longer");
    assert_eq!(why(&with, "z.net"), Why::ZoneOf(name("d.y.net"), 14));
}

#[test]
fn a_file_that_others_may_write_is_refused_with_the_chmod_and_one_that_all_may_read_is_fine() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("nsup.toml");
    fs::write(&path, "ttl = 60").unwrap();
    let read = |mode| {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        Config::read(&path, None)
    };
    for mode in [0o644, 0o444, 0o600, 0o755] {
        assert_eq!(read(mode).unwrap().defaults.ttl, at(Some(60), 1), "{mode:o}");
    }
    for mode in [0o664, 0o646, 0o622] {
        let why = read(mode).unwrap_err();
        assert_eq!(why.hint(), Some(format!("chmod go-w {}", path.display())), "{mode:o}: {why}");
    }
    // Only root can give a file away.
    if chown(&path, Some(65_534), None).is_ok() {
        let why = read(0o644).unwrap_err();
        assert!(why.hint().is_some_and(|hint| hint.ends_with(&format!("chown root {}", path.display()))), "{why}");
    }
    let none = directory.path().join("none.toml");
    assert!(matches!(Config::read(&none, None), Err(FileError::NotFound { path }) if path == none));
    assert!(matches!(Config::read(directory.path(), None), Err(FileError::Unreadable { .. })));
}

#[test]
fn however_a_file_is_mangled_it_is_read_or_refused_in_its_place() {
    // Marsaglia's xorshift, with a seed that is written down: every run sees the same files.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let pieces =
        ["\"", "'", "\"\"\"", "[", "]", "[[name]]", "{", "}", "=", ".", ",", "\n", "\0", "ß", "\u{feff}", "-1"];
    let (mut good, mut bad) = (0, 0);
    for _ in 0..5000 {
        let mut octets = FULL.as_bytes().to_vec();
        for _ in 0..=random(4) {
            let (from, length) = (random(octets.len()), random(12));
            let to = (from + length).min(octets.len());
            match random(4) {
                0 => drop(octets.drain(from..to)),
                1 => octets[from] = u8::try_from(random(256)).unwrap(),
                2 => drop(octets.splice(from..from, pieces[random(pieces.len())].bytes())),
                _ => {
                    let copy = octets[from..to].to_vec();
                    let place = random(octets.len());
                    drop(octets.splice(place..place, copy));
                }
            }
        }
        let text = String::from_utf8_lossy(&octets);
        match Config::parse(&text, Path::new("f"), Some(Path::new("/c"))) {
            Ok(config) => {
                good += 1;
                assert!(config.show(&[]).len() > 3);
            }
            Err(FileError::Fault { line, column, what, .. }) => {
                bad += 1;
                let lines = text.matches('\n').count() + 1;
                assert!(
                    line >= 1 && line as usize <= lines && column >= 1 && !what.is_empty(),
                    "{line}:{column}: {what}"
                );
                assert!(!what.contains('\n'), "{what}");
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(good > 200 && bad > 2000, "{good} good, {bad} bad");
}
