//! What a file must not say, each with its place and what to do about it.

use std::path::Path;

use super::super::Config;
use super::*;

/// What a text is refused with, and the hint.
fn refused(text: &str) -> (String, String) {
    let why = match Config::parse(text, Path::new("f"), None) {
        Err(why) => why,
        Ok(_) => panic!("this is read: {text}"),
    };
    let what = why.to_string().strip_prefix("f:").map(str::to_owned).unwrap();
    (what, why.hint().unwrap_or_default())
}

/// Refuses each text, which is one line, at its column.
fn are_refused(cases: &[(&str, &str)]) {
    for (text, what) in cases {
        assert_eq!(refused(text).0, format!("1:{what}"), "{text}");
    }
}

#[test]
fn a_value_of_the_wrong_kind_or_without_sense_is_refused_in_its_place() {
    are_refused(&[
        ("server = 5", "10: server is a text or a list of texts, not an integer"),
        (r#"server = """#, "10: server is empty"),
        ("server = []", "10: server is an empty list"),
        (r#"server = ["a", 5]"#, "16: each of server is a text, not an integer"),
        (r#"server = "http://x""#, r#"10: server "//x" is no port (1 to 65535)"#),
        (r#"server = "ns:0""#, r#"10: server "0" is no port (1 to 65535)"#),
        ("key = true", "7: key is a text, not a boolean"),
        (
            r#"key = "credential:home""#,
            r#"7: key "credential:home" is a credential, and $CREDENTIALS_DIRECTORY is not set"#,
        ),
        (r#"key = "credential:../home""#, r#"7: key "credential:../home" names no credential"#),
        (r#"key-name = "a..b""#, r#"12: key-name "a..b": two dots without a label between them"#),
        ("key-name = 5", "12: key-name is a text, not an integer"),
        (r#"zone = "a..b""#, r#"8: zone "a..b": two dots without a label between them"#),
        (r#"zone = ["a"]"#, "8: zone is a text, not a list"),
        ("ttl = true", "7: ttl is an integer or a text, not a boolean"),
        ("ttl = -1", "7: ttl -1: a TTL is a number of seconds, or a time like 1h30m (units w d h m s)"),
        ("ttl = 2147483648", "7: ttl 2147483648: a TTL can be at most 2147483647 seconds"),
        ("ttl = 99999999999999999999", "7: ttl is too large"),
        (r#"ttl = "1x""#, r#"7: ttl "1x": a TTL is a number of seconds, or a time like 1h30m (units w d h m s)"#),
        ("ttl = 1.5", "7: ttl is an integer or a text, not a float"),
        (r#"transport = "tpc""#, r#"13: transport "tpc" is none of tcp, udp and tls"#),
        ("transport = true", "13: transport is a text, not a boolean"),
        (r#"source = "interface:ppp0""#, r#"10: source "interface:ppp0" is no address to send from"#),
        (r#"source = ["192.0.2.1"]"#, "10: source is a text, not a list"),
        (
            r#"resolver = "ns.example.org""#,
            r#"12: resolver "ns.example.org": an address is needed, with a port or without"#,
        ),
        ("resolver = []", "12: resolver is an empty list"),
        ("resolver = 1979-05-27", "12: resolver is a text or a list of texts, not a date"),
        ("timeout = 0", "11: timeout can be 1s to 1h, not 0"),
        ("timeout = -5", "11: timeout can be 1s to 1h, not -5"),
        ("timeout = 3601", "11: timeout can be 1s to 1h, not 3601"),
        (r#"timeout = "2h""#, r#"11: timeout can be 1s to 1h, not "2h""#),
        (r#"timeout = "soon""#, r#"11: timeout "soon" is no time: a number of seconds, or like "1m 30s""#),
        ("timeout = {}", "11: timeout is an integer or a text, not a table"),
        (r#"allow-private = "yes""#, "17: allow-private is true or false, not a text"),
        (
            r#"ipv4 = "intreface:ppp0""#,
            r#"8: ipv4 "intreface:ppp0" is no source of an address: off, an address, given, interface:NAME, hook, route, command:PROGRAM, dns:PRESET"#,
        ),
        (r#"ipv4 = "2001:db8::1""#, "8: ipv4 2001:db8::1 is not an IPv4 address"),
        (r#"ipv4 = "interface:""#, r#"8: ipv4 "" is no name of an interface"#),
        ("ipv4 = true", "8: ipv4 is a text, not a boolean"),
        (r#"ipv4 = { prefix-of = "interface:lan0", host = "::10" }"#, "8: prefix-of is for ipv6"),
        ("ipv6 = 6", "8: ipv6 is a text or a table, not an integer"),
        (r#"ipv6 = { host = "::10" }"#, "8: ipv6 has no prefix-of"),
        (r#"ipv6 = { prefix-of = "interface:lan0" }"#, "8: ipv6 has a prefix and neither host nor mac"),
        (
            r#"ipv6 = { prefix-of = "interface:lan0", host = "::10", mac = "52:54:00:12:34:56" }"#,
            "61: mac and host exclude each other",
        ),
        (
            r#"ipv6 = { prefix-of = "interface:lan0", host = "10" }"#,
            r#"47: host "10" is no host part: the end of an IPv6 address, as in ::10"#,
        ),
        (
            r#"ipv6 = { prefix-of = "interface:lan0", mac = "52:54" }"#,
            r#"46: mac "52:54" is no hardware address: six octets in hex, as in 52:54:00:12:34:56"#,
        ),
        (r#"ipv6 = { prefix-of = "lan0", host = "::10" }"#, r#"22: prefix-of "lan0" is no interface"#),
        (r#"ipv6 = { prefix-of = "interface:", host = "::10" }"#, r#"22: prefix-of "" is no name of an interface"#),
        (r#"ipv6 = { prefix-of = 5, host = "::10" }"#, "22: prefix-of is a text, not an integer"),
        (r#"wait-for-address = "11m""#, r#"20: wait-for-address can be 0s to 10m, not "11m""#),
        ("wait-for-address = 601", "20: wait-for-address can be 0s to 10m, not 601"),
        ("wait-for-address = []", "20: wait-for-address is an integer or a text, not a list"),
        (r#"on-down = "rmove""#, r#"11: on-down "rmove" is neither keep nor remove nor an address to fall back to"#),
        ("on-down = true", "11: on-down is a text or a list of texts, not a boolean"),
        ("on-down = []", "11: on-down is an empty list"),
        (r#"on-down = ["192.0.2.1", "192.0.2.2"]"#, "25: on-down 192.0.2.2 is the second address of its family"),
        (r#"on-down = ["keep"]"#, r#"12: on-down "keep" is no address to fall back to"#),
        (r#"on-change = "/bin/true""#, "13: on-change is a list of texts, not a text"),
        ("on-change = []", "13: on-change is an empty list"),
        (r#"on-change = ["true"]"#, r#"14: on-change "true" is no absolute path"#),
        (r#"on-change = ["/bin/true", 5]"#, "27: each of on-change is a text, not an integer"),
        (r#"on-change = ["/bin/true", "\u0000"]"#, "27: on-change cannot hold a NUL"),
        (r#"on-change-events = "changed""#, "20: on-change-events is a list of texts, not a text"),
        (r#"on-change-events = ["changd"]"#, r#"21: on-change-events "changd" is no event"#),
        ("on-change-events = [1]", "21: each of on-change-events is a text, not an integer"),
        (r#"ptr = "yes""#, "7: ptr is true, false or a table, not a text"),
        (
            r#"ptr = { zone = "example.org" }"#,
            "16: zone example.org. is no zone of addresses: it is neither in in-addr.arpa nor in ip6.arpa",
        ),
        ("ptr = { server = [] }", "18: server is an empty list"),
        (r#"ipparam = """#, "11: ipparam is empty"),
        ("ipparam = 5", "11: ipparam is a text, not an integer"),
        ("retry-for = 0", "13: retry-for can be 1s to 1day, not 0"),
        (r#"retry-for = "25h""#, r#"13: retry-for can be 1s to 1day, not "25h""#),
        (r#"retry-for = "0.5s""#, r#"13: retry-for can be 1s to 1day, not "0.5s""#),
        (r#"state-directory = "state""#, r#"19: state-directory "state" is no absolute path"#),
        (r#"syslog = "log""#, r#"10: syslog "log" is no absolute path"#),
        (r#"name = "a.example.org""#, "8: name is a list of tables, not a text"),
        (r#"name = ["a.example.org"]"#, "9: each of name is a table, not a text"),
        ("[key]", "1: key is a text, not a table"),
    ]);
}

#[test]
fn what_is_no_toml_is_refused_in_its_place() {
    are_refused(&[
        ("server", "7: key with no value, expected `=`"),
        ("server = 192.0.2.53", "15: this is neither a number nor true or false nor a text in quotes"),
        (r#"server = "a"#, r#"12: invalid basic string, expected `"`"#),
        ("name = []x", "10: unexpected key or value, expected newline, `#`"),
        ("server = ns1.example.org", "10: this is neither a number nor true or false nor a text in quotes"),
        ("server = 2001:db8::1", "10: this is neither a number nor true or false nor a text in quotes"),
        ("ttl = 1h", "7: this is neither a number nor true or false nor a text in quotes"),
        ("key = /etc/nsup/k", "7: this is neither a number nor true or false nor a text in quotes"),
        ("= 5", "1: unquoted keys cannot be empty, expected letters, numbers, `-`, `_`"),
        ("server 192.0.2.1", "8: key with no value, expected `=`"),
        ("[[name]", "8: unclosed array table, expected `]`"),
        ("[[name]]]", "9: unexpected key or value, expected newline, `#`"),
        ("ttl = 0x1G", "10: invalid hexadecimal number"),
        (r#"on-change = ["/bin/true""#, "25: unclosed array, expected `]`"),
        ("allow-private = True", "17: this is neither a number nor true or false nor a text in quotes"),
        ("allow-private = treu", "17: this is neither a number nor true or false nor a text in quotes"),
        ("ttl = 1979-13-99", "7: this is neither a number nor true or false nor a text in quotes"),
    ]);
}

#[test]
fn an_unknown_word_is_refused_wherever_it_stands() {
    are_refused(&[
        (r#"ipv6 = { prefix = "interface:lan0", host = "::10" }"#, r#"10: "prefix" is not known here"#),
        (r#"ptr = { servr = "a" }"#, r#"9: "servr" is not known here"#),
        ("ptr = { ttl = 5 }", r#"9: "ttl" is not known here"#),
        (r#"sever = "192.0.2.53""#, r#"1: "sever" is not known here"#),
        (r#"Key_Name = "home""#, r#"1: "Key_Name" is not known here"#),
        (r#"colour = "red""#, r#"1: "colour" is not known here"#),
    ]);
}

#[test]
fn a_secret_is_in_no_message_and_the_hint_says_where_it_belongs() {
    let secret = "c2VjcmV0c2VjcmV0";
    for text in [
        format!("secret = \"{secret}\""),
        format!("ttl = 5\nalgorithm = \"hmac-sha256\"\nsecret = \"{secret}\""),
        format!("[[name]]\nname = \"a.b\"\nsecret = \"{secret}\""),
        format!("ptr.secret = \"{secret}\""),
        format!("tsig-key = \"{secret}\""),
        format!("key = \"home:{secret}\""),
        format!("key = \"hmac-sha256:home:{secret}\""),
        format!("key = \"HMAC-MD5:home:{secret}=x\""),
        format!("key = {{ algorithm = \"hmac-sha256\", secret = \"{secret}\" }}"),
        format!("[key]\nsecret = \"{secret}\""),
    ] {
        let (what, hint) = refused(&text);
        assert!(!what.contains(secret) && hint.ends_with("key = \"FILE\""), "{text}: {what}; {hint}");
    }
    // Nor where it is not even TOML.
    for text in [
        format!("secret = {secret}"),
        format!("secret = \"{secret}"),
        format!("key \"home\" {{ algorithm hmac-sha256; secret \"{secret}\"; }};"),
        format!("key = hmac-sha256:home:{secret}"),
        secret.to_owned(),
        format!("secret = \"{secret}\"\nsecret = \"{secret}\""),
    ] {
        let (what, hint) = refused(&text);
        assert!(!what.contains(secret) && !hint.contains(secret), "{text}: {what}; {hint}");
    }
}

#[test]
fn a_hint_names_the_nearest_word_or_what_to_write_instead() {
    let all = "known here: server, key, key-name, zone, ttl, transport, source, resolver, timeout, tls-ca, tls-hostname, \
             tls-pin, tls-cert, tls-key, ipv4, ipv6, \
               allow-private, wait-for-address, on-down, on-change, on-change-events, ptr, ipparam, retry-for, \
               state-directory, syslog, name";
    for (text, hint) in [
        (r#"sever = "192.0.2.53""#, r#"did you mean "server"?"#),
        (r#"Key_Name = "home""#, r#"did you mean "key-name"?"#),
        (r#"colour = "red""#, all),
        (r#"ptr = { servr = "a" }"#, r#"did you mean "server"?"#),
        ("ptr = { ttl = 5 }", "known here: server, key, key-name, zone, tls-hostname, tls-pin"),
        (r#"ptr = { zone = "example.org" }"#, "leave it out to have it found"),
        ("server = []", "leave it out instead"),
        (r#"key = "credential:home""#, "LoadCredential=NAME:FILE in the service's unit hands the file over"),
        (r#"transport = "tpc""#, "leave it out for TCP, and UDP where TCP cannot connect"),
        (r#"source = "interface:ppp0""#, "where the addresses of a name come from is what ipv4 and ipv6 say"),
        (r#"ipv4 = "intreface:ppp0""#, r#"did you mean "interface:ppp0"?"#),
        (r#"ipv6 = { host = "::10" }"#, r#"like { prefix-of = "interface:lan0", host = "::10" }"#),
        (r#"on-down = "rmove""#, r#"did you mean "remove"?"#),
        (r#"on-down = ["keep"]"#, "keep and remove stand alone"),
        (r#"on-change = "/bin/true""#, r#"like ["/usr/local/bin/program", "argument"]"#),
        ("on-change = []", "on-change-events = [] where nothing is to run"),
        (r#"on-change-events = ["changd"]"#, r#"did you mean "changed"?"#),
        (r#"name = "a.example.org""#, r#"[[name]] in two brackets begins a name, and name = "…" stands below it"#),
        ("server = 192.0.2.53", r#"a text stands in quotes, like server = "192.0.2.53""#),
        ("ttl = 1h", r#"a text stands in quotes, like server = "192.0.2.53""#),
    ] {
        assert_eq!(refused(text).1, hint, "{text}");
    }
}

#[test]
fn a_name_that_makes_no_sense_is_refused_with_its_line() {
    let named = |rest: &str| format!("\n[[name]]\nname = \"a.example.org\"\n{rest}");
    let source = "ipv4 = \"hook\"";
    let top = |top: &str, rest: &str| format!("{top}{}", named(rest));
    for (text, what, hint) in [
        (format!("ttl = 5\n  [[name]]\n{source}"), "2:3: this [[name]] has no name", "name = \"host.example.org\""),
        ("[[name]]\nname = 5".into(), "2:8: name is a text, not an integer", ""),
        ("[[name]]\nname = \"a..b\"".into(), "2:8: name \"a..b\": two dots without a label between them", ""),
        (
            "[[name]]\nname = \"a_b.org\"".into(),
            "2:8: name a_b.org. is no name of a host",
            "letters, digits and hyphens between the dots, no hyphen at either end",
        ),
        ("[[name]]\nname = \".\"".into(), "2:8: name . is no name of a host", "letters"),
        (named(""), "2:1: a.example.org. has neither ipv4 nor ipv6", "ipv4 = \"interface:NAME\""),
        (top(source, "ipv4 = \"off\""), "2:1: a.example.org. has neither ipv4 nor ipv6", "ipv4"),
        (
            named(&format!("{source}\nzone = \"example.net\"")),
            "3:8: name a.example.org. is not in the zone example.net. of line 5",
            "a zone holds its own name and all below it",
        ),
        (
            top("zone = \"b.example.org\"", source),
            "3:8: name a.example.org. is not in the zone b.example.org. of line 1",
            "a zone holds",
        ),
        (
            format!("{}\n[[name]]\nname = \"A.Example.ORG.\"\n{source}", named(source)),
            "5:1: A.Example.ORG. has a [[name]] in line 2 and another in line 5",
            "one [[name]] can have both ipv4 and ipv6",
        ),
        (
            named(&format!("{source}\non-down = [\"192.0.2.9\", \"::9\"]")),
            "5:11: on-down has an IPv6 address, and a.example.org. has no ipv6",
            "an address to fall back to is for a family that has a source",
        ),
        (
            top("on-down = \"::9\"", source),
            "2:1: on-down of line 1 has an IPv6 address, and a.example.org. has no ipv6",
            "an address to fall back to",
        ),
        (named("retry-for = 5"), "4:1: \"retry-for\" is for the whole file", "move it above the first [[name]]"),
        (named("\tsyslog = 5"), "4:2: \"syslog\" is for the whole file", "move it above the first [[name]]"),
        (named("ipv5 = 5"), "4:1: \"ipv5\" is not known here", "did you mean \"ipv4\"?"),
        (named("[name.ptr]\nservers = 5"), "5:1: \"servers\" is not known here", "did you mean \"server\"?"),
        (named("[name.ipv6]\nprefix-off = 5"), "5:1: \"prefix-off\" is not known here", "did you mean \"prefix-of\"?"),
        (named("[name.x]"), "4:7: \"x\" is not known here", "known here: name, server,"),
        (named("ttl = true"), "4:7: ttl is an integer or a text, not a boolean", ""),
        ("[name]\nname = \"a.b\"".into(), "1:1: name is a list of tables, not a table", "[[name]] in two brackets"),
    ] {
        let (refused, given) = refused(&text);
        assert_eq!(refused, what, "{text}");
        assert!(given.starts_with(hint) && given.is_empty() == hint.is_empty(), "{text}: {given}");
    }
}

#[test]
fn columns_count_characters_and_lines_end_as_everywhere() {
    assert_eq!(refused("ipparam = \"ß\" # ü\r\n\tttl = true\r\n").0, "2:8: ttl is an integer or a text, not a boolean");
    assert_eq!(refused("'ßü' = 1").0, "1:1: \"ßü\" is not known here");
    assert_eq!(refused("ptr = { 'ßü' = 1 }").0, "1:9: \"ßü\" is not known here");
    assert_eq!(refused("ptr = { zone = 'arpa', 'ßü'.x = 1 }").0, "1:24: \"ßü\" is not known here");
    assert_eq!(refused("\u{feff}colour = 1").0, "1:1: \"colour\" is not known here");
    assert_eq!(refused("ttl = 5\nttl = 6").0, "2:1: duplicate key");
    assert_eq!(refused("\"a\\u001b[31m\" = 1").0, "1:1: \"a\\u{1b}[31m\" is not known here");
    let deep = format!("ttl = {}", "[".repeat(10_000));
    assert_eq!(refused(&deep).0, "1:87: cannot recurse further; max recursion depth met");
}

#[test]
fn the_nearest_word_is_found_whatever_its_case_and_its_hyphens() {
    let known = ["server", "key", "key-name", "ttl", "on-change", "on-change-events"];
    for (word, near) in [
        ("sever", Some("server")),
        ("Servers", Some("server")),
        ("key_name", Some("key-name")),
        ("tll", Some("ttl")),
        ("on-chnage-event", Some("on-change-events")),
        ("keys", Some("key")),
        ("colour", None),
        ("", None),
        ("ß", None),
    ] {
        assert_eq!(nearest(word, &known), near, "{word}");
    }
}
