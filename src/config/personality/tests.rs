//! Command lines as scripts have them, and what stock nsupdate and knsupdate were seen to make of them.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::proto::{Pin, Roots};

const PIN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn read(line: &str) -> Asked {
    let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
    Personality::of(&words[0]).unwrap().read(words)
}

#[track_caller]
fn runs(line: &str) -> Stock {
    match read(line) {
        Asked::Run(stock) => *stock,
        Asked::Say { stdout, stderr, .. } => panic!("{line}: {stdout}{stderr}"),
    }
}

#[track_caller]
fn says(line: &str) -> (String, String, u8) {
    match read(line) {
        Asked::Run(stock) => panic!("{line}: {stock:?}"),
        Asked::Say { stdout, stderr, status } => (stdout, stderr, status),
    }
}

/// A folder with a key in every form, and files that are none.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let secret = "YWJjYWJjYWJjYWJj";
    let private = |number| format!("Private-key-format: v1.3\nAlgorithm: {number} (X)\nKey: {secret}\nBits: AAA=\n");
    let record = |name, number| format!("{name}. IN KEY 512 3 {number} {secret}\n");
    let statement = |secret| format!("key \"k\" {{ algorithm hmac-sha256; secret \"{secret}\"; }};\n");
    for (name, text) in [
        ("script", String::new()),
        ("named.key", statement(secret)),
        ("short.key", statement("YWJj")),
        ("two.key", statement(secret) + &statement(secret)),
        ("options.key", statement(secret) + "options { };\n"),
        ("base64.key", statement("YWJ!")),
        ("empty", String::new()),
        ("line", format!("  hmac-sha224:k:{secret} \ngarbage\n")),
        ("second", format!("\nhmac-sha224:k:{secret}\n")),
        ("Khome.+163+1.key", record("home", 163)),
        ("Khome.+163+1.private", private(163)),
        ("renamed.key", record("home", 157)),
        ("renamed.private", private(157)),
        ("alone.key", record("home", 163)),
        ("other.key", record("home", 163).replace("YWJj", "YWJk")),
        ("other.private", private(163)),
        ("sig0.key", record("home", 15)),
        ("sig0.private", private(15)),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn the_name_of_the_program_says_whose_place_it_takes() {
    let of = |name: &str| Personality::of(OsStr::new(name));
    assert_eq!(of("nsupdate"), Some(Personality::Nsupdate));
    assert_eq!(of("/usr/local/bin/knsupdate"), Some(Personality::Knsupdate));
    for name in ["nsup", "nsupdate2", "NSUPDATE", "", "/", "nsupdate/nsup"] {
        assert_eq!(of(name), None, "{name}");
    }
}

#[test]
fn without_options_the_times_are_stocks() {
    let stock = runs("nsupdate");
    let secs: Vec<u64> = stock.sends().iter().map(Duration::as_secs).collect();
    assert_eq!((secs.as_slice(), stock.udp_total().as_secs(), stock.timeout.as_secs()), (&[0, 3, 6, 9][..], 12, 300));
    assert_eq!((stock.default_port(), stock.tcp, stock.may_prompt, stock.debug), (53, false, true, 0));
    assert_eq!(stock.inputs, [Input::Standard]);
    let stock = runs("knsupdate");
    let secs: Vec<u64> = stock.sends().iter().map(Duration::as_secs).collect();
    assert_eq!((secs.as_slice(), stock.udp_total().as_secs(), stock.timeout.as_secs()), (&[0, 3, 6, 9][..], 12, 12));
}

#[test]
fn retries_and_times_work_together_as_stock_was_measured() {
    for (line, sends, total, timeout) in [
        ("nsupdate -t 2", vec![0, 3, 6, 9], 12, 2),
        ("nsupdate -u 4 -r 1", vec![0, 4], 8, 300),
        ("nsupdate -u 1 -r 0", vec![0], 1, 300),
        ("nsupdate -u 0 -r 0 -t 2", vec![0], 2, 2),
        ("nsupdate -u 0 -r 1 -t 5", vec![0, 2], 4, 5),
        ("nsupdate -u 0 -r 3 -t 2", vec![0, 1, 2, 3], 4, 2),
        ("nsupdate -t 8 -v", vec![0, 3, 6, 9], 12, 8),
        ("nsupdate -t 0", vec![0, 3, 6, 9], 12, Stock::FOREVER.as_secs()),
        ("knsupdate -t 2", vec![0, 1, 2, 3], 4, 2),
        ("knsupdate -t 7 -r 2", vec![0, 2, 4], 6, 7),
        ("knsupdate -t 3 -r 0", vec![0], 3, 3),
        ("knsupdate -t 7 -v", vec![0], 7, 7),
        ("knsupdate -r +1 -t +4", vec![0, 2], 4, 4),
        ("knsupdate -t 0 -r 0", vec![0], Stock::FOREVER.as_secs(), Stock::FOREVER.as_secs()),
    ] {
        let stock = runs(line);
        let secs: Vec<u64> = stock.sends().iter().map(Duration::as_secs).collect();
        assert_eq!((secs, stock.udp_total().as_secs(), stock.timeout.as_secs()), (sends, total, timeout), "{line}");
    }
    // The largest numbers neither overflow nor make a list that no memory holds.
    for name in ["nsupdate -u 4294967295", "knsupdate"] {
        let stock = runs(&format!("{name} -r 4294967295 -t 4294967295"));
        assert_eq!(stock.sends().len(), 86_400);
        assert!(stock.udp_total() <= Stock::FOREVER && stock.sends().iter().all(|time| *time <= Stock::FOREVER));
    }
}

#[test]
fn letters_stand_together_and_values_with_them() {
    let stock = runs("nsupdate -dvi -4p5353 -C/x -L5 -M");
    assert_eq!((stock.debug, stock.tcp, stock.interactive, stock.family), (1, true, true, Some(Family::V4)));
    assert_eq!((stock.port, stock.resolv_conf), (Some(5353), Some("/x".into())));
    let stock = runs("nsupdate -Ddl6 -p 0 -y hmac-sha256:k:YWJjYWJjYWJj -t 1 -t 2");
    assert_eq!((stock.debug, stock.local, stock.family, stock.port), (2, true, Some(Family::V6), Some(0)));
    assert_eq!(stock.timeout.as_secs(), 2);
    assert_eq!(stock.notices, ["Creating key...", "namefromtext", "keycreate"]);
    assert_eq!(format!("{:?}", stock.key.unwrap()), "Key(k. hmac-sha256)");
    let stock = runs("knsupdate -dvp 5353 --retry=1 --tim 4");
    assert_eq!((stock.debug, stock.tcp, stock.port, stock.udp_retries), (1, true, Some(5353), 0));
    assert_eq!(runs("knsupdate -p domain-s").default_port(), 853);
}

#[test]
fn options_of_nsupdate_end_at_the_file_and_those_of_knsupdate_do_not() {
    let folder = folder();
    let script = folder.path().join("script");
    let path = script.display();
    let stock = runs(&format!("nsupdate {path} -z -p x"));
    assert_eq!((stock.inputs.as_slice(), stock.may_prompt), (&[Input::File(script.clone())][..], false));
    assert_eq!(runs(&format!("nsupdate -i -- {path}")).inputs, [Input::File(script.clone())]);
    let stock = runs("nsupdate -- -");
    assert_eq!((stock.inputs.as_slice(), stock.may_prompt), (&[Input::Standard][..], false));
    let stock = runs(&format!("knsupdate {path} -v - none -- -z"));
    let wanted = [Input::File(script.clone()), Input::Standard, Input::File("none".into()), Input::File("-z".into())];
    assert_eq!((stock.inputs.as_slice(), stock.tcp, stock.may_prompt), (&wanted[..], true, false));
    assert!(says(&format!("knsupdate {path} -z")).1.contains("invalid option -- 'z'"));
}

#[test]
fn faults_of_nsupdates_options_are_in_its_words() {
    let usage = texts::NSUPDATE_USAGE;
    for (line, said) in [
        ("nsupdate -4 -6", "only one of -4 and -6 allowed"),
        ("nsupdate -T64", "only one of -4 and -6 allowed"),
        ("nsupdate -p 70000", "bad port number '70000'"),
        ("nsupdate -p +5", "bad port number '+5'"),
        ("nsupdate -p ", "bad port number ''"),
        ("nsupdate -p=53", "bad port number '=53'"),
        ("nsupdate -t 4294967296", "bad timeout '4294967296'"),
        ("nsupdate -u -1", "bad udp timeout '-1'"),
        ("nsupdate -r 3x", "bad udp retries '3x'"),
        ("nsupdate -L x", "bad library debug value 'x'"),
        ("nsupdate -gR x", "The -R option has been deprecated."),
        ("nsupdate -k x -y k:YWJj", "nsupdate: cannot specify both -k and -y"),
        ("nsupdate -g -k x", "nsupdate: cannot specify -g with -k or -y"),
        ("/bin/nsupdate -o", "/bin/nsupdate: cannot specify -g or -o, program not linked with GSS API Library"),
        ("nsupdate -t x -p x", "bad timeout 'x'"),
        ("nsupdate -k none /none", "could not open '/none': file not found"),
        ("nsupdate /dev/null/x", "could not open '/dev/null/x': invalid file"),
        ("nsupdate -E x", "nsupdate: cannot specify the -K option without the -E option, and vice versa."),
        ("nsupdate -O -A x", "nsupdate: cannot specify the -A option in conjuction with the -O option."),
    ] {
        assert_eq!(says(line), (String::new(), format!("{said}\n"), 1), "{line}");
    }
    for (line, said) in [
        ("nsupdate -h", "nsupdate: invalid argument -h\n"),
        ("nsupdate -p x -h", "nsupdate: invalid argument -h\n"),
        ("nsupdate -dz", "nsupdate: illegal option -- z\nnsupdate: invalid argument -z\n"),
        ("nsupdate -d=", "nsupdate: illegal option -- =\nnsupdate: invalid argument -=\n"),
        ("nsupdate -?", "nsupdate: illegal option -- ?\n"),
        ("/x/nsupdate --help", "/x/nsupdate: illegal option -- -\n/x/nsupdate: invalid argument --\n"),
        ("nsupdate -", "nsupdate: illegal option -- -\nnsupdate: invalid argument --\n"),
        ("nsupdate -y", "nsupdate: option requires an argument -- y\nnsupdate: invalid argument -y\n"),
    ] {
        assert_eq!(says(line), (String::new(), format!("{said}{usage}"), 1), "{line}");
    }
}

#[test]
fn what_is_only_shown_is_shown_on_the_stream_of_stock_and_ends_the_run() {
    let version = format!("nsup {} (as nsupdate)\n", env!("CARGO_PKG_VERSION"));
    let (stdout, stderr, status) = says("nsupdate -TVP -p x -k /none -g");
    assert!(stdout.starts_with("A\nNS\nMD\n") && stdout.ends_with("\nTA\nDLV\n"), "{stdout}");
    assert_eq!((stdout.lines().count(), stderr, status), (86, version.clone(), 0));
    assert_eq!(says("nsupdate -P"), (String::new(), String::new(), 0));
    assert_eq!(says("nsupdate -V x -z"), (String::new(), version, 0));
    assert!(says("nsupdate -V -z").1.starts_with("nsup "));
    let version = format!("nsup {} (as knsupdate)\n", env!("CARGO_PKG_VERSION"));
    for line in ["knsupdate -V", "knsupdate -VV", "knsupdate --vers=x -z", "knsupdate -dV"] {
        assert_eq!(says(line), (version.clone(), String::new(), 0), "{line}");
    }
    assert_eq!(says("knsupdate --help"), (texts::KNSUPDATE_USAGE.to_owned(), String::new(), 0));
}

#[test]
fn faults_of_knsupdates_options_are_in_its_words() {
    for (line, said) in [
        ("knsupdate -z", "knsupdate: invalid option -- 'z'"),
        ("knsupdate -d=", "knsupdate: invalid option -- '='"),
        ("knsupdate -p", "knsupdate: option requires an argument -- 'p'"),
        ("knsupdate --port", "knsupdate: option '--port' requires an argument"),
        ("/x/knsupdate --foo", "/x/knsupdate: unrecognized option '--foo'"),
        ("knsupdate --help=x", "knsupdate: option '--help' doesn't allow an argument"),
        (
            "knsupdate --t 3",
            "knsupdate: option '--t' is ambiguous; possibilities: '--tcp' '--tls' '--timeout' '--tsig' '--tsigfile'",
        ),
    ] {
        assert_eq!(says(line), (texts::KNSUPDATE_USAGE.to_owned(), format!("{said}\n"), 1), "{line}");
    }
    for (line, said) in [
        ("knsupdate -r x", "invalid retries 'x'"),
        ("knsupdate -r 4294967296", "invalid retries '4294967296'"),
        ("knsupdate -t -1", "invalid timeout '-1'"),
        ("knsupdate -p x", "invalid port 'x'"),
        ("knsupdate -Q", "DNS over QUIC (-Q) is not supported"),
        ("knsupdate -S --pin abc", "invalid certificate pin abc: a pin is the SHA-256 of a public key in base64"),
        ("knsupdate -SE x", "a client certificate is two files: -E and -K"),
        ("knsupdate --sni x", "-H, -P, -A, -E, -K and -s are about TLS: add -S"),
        ("knsupdate -y YWJjYWJj", "failed to parse key (a key on one line is written alg:name:secret)"),
        ("knsupdate -y a:YWJjYWJjx", "failed to parse key (the secret is not base64"),
        ("knsupdate --tsig=hmac-sha256-128:a:YWJjYWJj", "failed to parse key (the key's algorithm is none of Knot's)"),
        ("knsupdate -y YWJjYWJj:a:hmac-sha256", "failed to parse key (the key's algorithm is none of Knot's)"),
        ("knsupdate -k /none", "failed to parse keyfile '/none' (file not found)"),
    ] {
        let (stdout, stderr, status) = says(line);
        assert!(stderr.starts_with(&format!(";; ERROR: {said}")) && !stderr.contains("YWJjYWJj"), "{line}: {stderr}");
        assert_eq!((stdout.as_str(), status), ("", 1), "{line}");
    }
    // An option that is not known may have the secret behind it.
    assert!(!says("knsupdate --tisg=a:YWJjYWJj").1.contains("YWJj"));
}

#[test]
fn key_files_of_nsupdate_are_read_in_every_form() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let notice = |half: &str| vec![format!("{}: Use of K* file pairs for HMAC is deprecated\n", at(half))];
    for (option, notices, shown) in [
        (format!("-k {}", at("named.key")), vec![], "Key(k. hmac-sha256)"),
        (format!("-lk{}", at("named.key")), vec![], "Key(k. hmac-sha256)"),
        (
            format!("-k {}", at("short.key")),
            vec!["the key 'k' is too short to be secure".to_owned()],
            "Key(k. hmac-sha256)",
        ),
        (format!("-k {}", at("Khome.+163+1")), notice("Khome.+163+1.private"), "Key(home. hmac-sha256)"),
        (format!("-k {}", at("Khome.+163+1.")), notice("Khome.+163+1.private"), "Key(home. hmac-sha256)"),
        (format!("-k {}", at("Khome.+163+1.key")), notice("Khome.+163+1.private"), "Key(home. hmac-sha256)"),
        (format!("-k {}", at("Khome.+163+1.private")), notice("Khome.+163+1.private"), "Key(home. hmac-sha256)"),
        (format!("-k {}", at("renamed")), notice("renamed.private"), "Key(home. hmac-md5)"),
    ] {
        let stock = runs(&format!("nsupdate {option}"));
        assert_eq!((stock.notices.clone(), format!("{:?}", stock.key.unwrap()).as_str()), (notices, shown), "{option}");
    }
}

#[test]
fn no_key_is_the_end_and_never_a_run_without_one() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    for (name, reason) in [
        ("none", "file not found"),
        ("none.private", "file not found"),
        // A statement is read under its file's own name only.
        ("two", "file not found"),
        ("", "not a file"),
        ("two.key", "line 2: the file must hold one key statement"),
        ("options.key", "line 2: the file must hold one key statement"),
        ("base64.key", "line 1: the secret is not base64"),
        ("empty", "there is no key in it"),
        ("line", "line 1: the file must hold one key statement"),
        ("alone.key", "alone.private: file not found"),
        ("other", "its two halves hold different keys"),
        ("sig0.private", "its algorithm is no HMAC: SIG(0) is not supported"),
    ] {
        let (_, stderr, status) = says(&format!("nsupdate -k {}", at(name)));
        let stem = [".key", ".private"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
        let begin = format!("could not read key from {}.{{private,key}}: ", at(stem));
        assert!(stderr.starts_with(&begin) && stderr.contains(reason), "{name}: {stderr}");
        assert!(status == 1 && !stderr.contains("YWJ"), "{name}: {stderr}");
    }
    let (_, stderr, status) = says(&format!("nsupdate -lk {}", at("Khome.+163+1")));
    let wanted = format!("can't read key from {}: file not found\n\n", at("Khome.+163+1"));
    assert_eq!((stderr, status), (wanted, 1));
    let (_, stderr, _) = says("nsupdate -d -y k:YWJ!");
    assert_eq!(stderr, "Creating key...\ncould not create key from the argument of -y: bad base64 encoding\n");
}

#[test]
fn a_key_file_that_everybody_may_read_is_taken_and_named_to_those_who_debug() {
    let folder = folder();
    for (name, file) in [("nsupdate", "named.key"), ("knsupdate", "line")] {
        let path = folder.path().join(file);
        for (mode, lines) in [(0o600, 0), (0o640, 0), (0o644, 1)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(runs(&format!("{name} -k {}", path.display())).notices.is_empty());
            let debugged = runs(&format!("{name} -k {} -d", path.display()));
            let told = debugged.notices.iter().filter(|line| line.contains("everybody")).count();
            assert_eq!(told, lines, "{mode:o} {:?}", debugged.notices);
        }
    }
}

#[test]
fn the_first_line_of_knsupdates_key_file_is_the_key() {
    let folder = folder();
    let read = |file: &str| read(&format!("knsupdate -y k:YWJj -k {}", folder.path().join(file).display()));
    let Asked::Run(stock) = read("line") else { panic!() };
    assert_eq!(format!("{:?}", stock.key.unwrap()), "Key(k. hmac-sha224)");
    for file in ["second", "empty", "named.key", "none", ""] {
        let Asked::Say { stderr, status, .. } = read(file) else { panic!("{file}") };
        let path = folder.path().join(file);
        assert!(stderr.starts_with(&format!(";; ERROR: failed to parse keyfile '{}' (", path.display())), "{stderr}");
        assert!(status == 1 && !stderr.contains("YWJj"), "{stderr}");
    }
}

#[test]
fn options_for_tls_are_settled_as_either_program_means_them() {
    let tls = |line: &str| runs(line).tls.unwrap();
    let stock = runs("nsupdate -S");
    assert_eq!((stock.tls.clone(), stock.tcp, stock.default_port()), (Some(TlsWanted::default()), true, 53));
    assert_eq!(tls("nsupdate -A ca.pem").roots, Roots::Files(vec!["ca.pem".into()]));
    assert_eq!(tls("nsupdate -O").roots, Roots::Nobody);
    let found = tls("nsupdate -H ns.example -E c -K k -p 853");
    assert_eq!((found.host_name.as_deref(), found.identity.unwrap().key), (Some("ns.example"), "k".into()));
    let stock = runs("knsupdate -S");
    assert_eq!((stock.tls.clone().unwrap().roots, stock.tcp, stock.default_port()), (Roots::Nobody, true, 853));
    assert_eq!(runs("knsupdate -S -p 53").default_port(), 53);
    assert_eq!(tls("knsupdate -SA").roots, Roots::System);
    assert_eq!(tls("knsupdate --tls --ca").roots, Roots::System);
    assert_eq!(tls("knsupdate -S -Aa.pem --ca=b.pem").roots, Roots::Files(vec!["a.pem".into(), "b.pem".into()]));
    assert_eq!(tls("knsupdate -S -H ns.example").roots, Roots::System);
    let found = tls(&format!("knsupdate -S -P {PIN} --pin={PIN} -s x -H y"));
    assert_eq!((found.pins, found.roots), (vec![PIN.parse::<Pin>().unwrap(); 2], Roots::Nobody));
    assert_eq!(found.server_name_indication.as_deref(), Some("x"));
}
