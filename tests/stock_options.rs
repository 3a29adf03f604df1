//! Command lines that stock nsupdate and knsupdate refuse or answer by themselves: what nsup says under their names is
//! compared with what they say, where it must be the same.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use nsup::config::{Asked, Personality};

/// The three things that a run leaves behind.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    stdout: String,
    stderr: String,
    status: u8,
}

/// What the stock program says.
fn stock(line: &str) -> Said {
    let words: Vec<&str> = line.split(' ').collect();
    let output = Command::new(words[0]).args(&words[1..]).stdin(Stdio::null()).output().expect("the program starts");
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    let status = output.status.code().unwrap().try_into().unwrap();
    Said { stdout: text(&output.stdout), stderr: without_dates(&text(&output.stderr)), status }
}

/// What nsup says under that name. A run that goes on does nothing here, as the stock one with an empty script.
fn ours(line: &str) -> Said {
    let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
    match Personality::of(&words[0]).unwrap().read(words) {
        Asked::Say { stdout, stderr, status } => Said { stdout, stderr, status },
        Asked::Run(stock) => {
            let stderr = stock.notices.iter().map(|line| format!("{line}\n")).collect();
            Said { stdout: String::new(), stderr, status: 0 }
        }
    }
}

/// BIND's log lines begin with the date and the time.
fn without_dates(text: &str) -> String {
    let is_dated = |line: &str| {
        line.len() > 25 && line.as_bytes()[2] == b'-' && line.as_bytes()[6] == b'-' && line.as_bytes()[24] == b' '
    };
    text.split_inclusive('\n').map(|line| if is_dated(line) { &line[25..] } else { line }).collect()
}

/// Leaves out the usage, which lists options that these programs do not have yet.
fn without_usage(mut said: Said) -> Said {
    for text in [&mut said.stdout, &mut said.stderr] {
        let is_usage = |line: &str| line.to_lowercase().starts_with("usage: ") || line.starts_with("     ");
        *text = text.split_inclusive('\n').filter(|line| !is_usage(line)).collect();
    }
    said
}

fn has(program: &str) -> bool {
    let is_there = Command::new(program).arg("-V").stdin(Stdio::null()).output().is_ok();
    if !is_there {
        eprintln!("skipped: {program} is not installed");
    }
    is_there
}

#[test]
fn nsupdate_says_the_same() {
    if !has("nsupdate") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // Nobody else may read them: of what everybody may read we tell those who debug.
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    };
    let secret = "YWJjYWJjYWJjYWJjYWJj";
    let statement = format!("key k {{ secret \"{secret}\"; algorithm hmac-sha256; }};\n");
    write("script", "");
    write("statement", &statement);
    write("short", &statement.replace(secret, "YWJj"));
    for (number, word) in [(157, "HMAC_MD5"), (161, "HMAC_SHA1"), (163, "HMAC_SHA256"), (165, "HMAC_SHA512")] {
        let private = format!("Private-key-format: v1.3\nAlgorithm: {number} ({word})\nKey: {secret}\nBits: AAA=\n");
        write(&format!("Kk.+{number}+00001.private"), &private);
        write(&format!("Kk.+{number}+00001.key"), &format!("k. IN KEY 512 3 {number} {secret}\n"));
    }
    for words in [
        // What is only shown.
        "-T",
        "-P",
        "-TP",
        "-PT x -z",
        // The two families.
        "-4 -6",
        "-6T4",
        "-T -4 -6",
        "-4 -4 @/script",
        // getopt.
        "-z",
        "-dz",
        "-?",
        "-h",
        "-d=",
        "-p",
        "-C",
        "-R",
        "-y",
        "--help",
        "--x @/script",
        "-",
        "- -z",
        "-- -",
        "-- @/script",
        "@/script -z",
        "-T -4 -z -6",
        "-p x -h",
        // Values.
        "-p 70000",
        "-p 65536",
        "-p -1",
        "-p +5",
        "-p5x",
        "-p=5",
        "-p 0 @/script",
        "-t x",
        "-t 4294967296",
        "-t 4294967295 @/script",
        "-u x",
        "-u 99999999999",
        "-r -1",
        "-L x",
        "-R x",
        "-gRx",
        "-t x -p x",
        "-p 5 -p x -t x",
        // What does not go together, and files that are not there.
        "-k x -y k:YWJj",
        "-k x -y k:YWJj -t x",
        "-g -k x",
        "-o -y a:b",
        "/none",
        "-k x /none",
        "/dev/null/x",
        // Keys.
        "-y a @/script",
        "-y :a @/script",
        "-y a: @/script",
        "-y a::b @/script",
        "-y hmac-x:k:YWJj @/script",
        "-y hmac-sha256.:k:YWJj @/script",
        "-y hmac-md5-300:k:YWJj @/script",
        "-y hmac-sha1-:k:YWJj @/script",
        "-y hmac-sha512-x:k:YWJj @/script",
        "-y hmac-sha256:k..x:YWJj @/script",
        "-y hmac-sha256-0:k:YWJj @/script",
        "-y k:YWJj @/script",
        "-y k.example.:YWJjYWJjYQ== @/script",
        "-y k:YWJjYWJjYWI= @/script",
        "-y .:YWJj @/script",
        "-d -y HMAC-SHA256-128:k:YWJj @/script",
        "-k @/statement @/script",
        "-d -k @/statement @/script",
        "-d -l -k @/statement @/script",
        "-lk@/short @/script",
        "-k @/Kk.+157+00001 @/script",
        "-k @/Kk.+161+00001. @/script",
        "-k @/Kk.+163+00001.key @/script",
        "-d -k @/Kk.+165+00001.private @/script",
        "-l -y k:YWJjYWJjYWJj @/script",
        "-l -k @/none @/script",
        "-l -k @/Kk.+163+00001 @/script",
        "-lvi4 -C none -L0 -u 1 -r0 -t0 -y k:YWJjYWJjYWJj @/script",
    ] {
        let line = format!("nsupdate {words}").replace('@', &folder.path().display().to_string());
        assert_eq!(without_usage(ours(&line)), without_usage(stock(&line)), "{line}");
    }
}

#[test]
fn without_a_key_nsupdate_goes_on_and_we_do_not() {
    if !has("nsupdate") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    std::fs::write(&script, "").unwrap();
    for (words, begin) in [
        ("-k none", "could not read key from none.{private,key}: file not found\n"),
        ("-k none.key", "could not read key from none.{private,key}: file not found\n"),
        ("-k /tmp", "could not read key from /tmp.{private,key}: not a file\n"),
        ("-y k:YWJ", "could not create key from "),
        ("-y hmac-md5:k:YWJj:x", "could not create key from "),
    ] {
        let line = format!("nsupdate {words} {}", script.display());
        let (ours, stock) = (ours(&line), stock(&line));
        assert!(ours.stderr.starts_with(begin) && stock.stderr.contains(begin), "{line}: {ours:?} {stock:?}");
        assert_eq!((ours.status, stock.status), (1, 0), "{line}");
        assert!(!ours.stderr.contains("YWJ"), "{line}: {ours:?}");
    }
}

#[test]
fn knsupdate_says_the_same() {
    if !has("knsupdate") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    std::fs::write(&script, "").unwrap();
    for words in [
        "-h",
        "--help",
        "--hel",
        "--help=x",
        "-z",
        "-dz -h",
        "--foo",
        "-p",
        "-r",
        "-y",
        "-r x @/script",
        "-r -1 @/script",
        "-r 4294967296 @/script",
        "-r +3 @/script",
        "-r 3x @/script",
        "-t x @/script",
        "-t -1 @/script",
        "-t +0 @/script",
        "-t 99999999999 @/script",
        "@/script -z",
        "-- @/script",
        "-",
        "- @/script",
        "-v @/script @/script",
        "-y k:YWJj @/script",
        "-y HMAC-SHA384:k:YWJj @/script",
    ] {
        let line = format!("knsupdate {words}").replace('@', &folder.path().display().to_string());
        let mut stock = stock(&line);
        // Its own debugging of its own memory.
        stock.stdout = stock.stdout.replace(";; DEBUG: srv_info_free: null parameter\n", "");
        assert_eq!(without_usage(ours(&line)), without_usage(stock), "{line}");
    }
    for words in ["-y a", "-y hmac-foo:a:YWJj", "-y hmac-sha256-128:a:YWJj", "-y a..b:YWJj", "-y a:YWJj:x", "-k /none"]
    {
        let line = format!("knsupdate {words} {}", script.display());
        let (ours, stock) = (ours(&line), stock(&line));
        let begin = stock.stderr.split('\'').next().unwrap().trim_end();
        assert!(ours.stderr.starts_with(begin) && !ours.stderr.contains("YWJ"), "{line}: {ours:?} {stock:?}");
        assert_eq!((ours.status, stock.status), (1, 1), "{line}");
    }
}
