//! Parity with BIND's `named-rrchecker`: the same texts are legal, give the same octets and print alike, both ways.

use std::io::Write;
use std::process::{Command, Stdio};

use nsup::dns::{Rdata, RecordType, words};

/// Differences that are meant, each with its reason.
const MEANT: &[(&str, &str)] = &[];

#[test]
fn every_text_of_the_corpus_is_read_and_printed_as_bind_does() {
    if Command::new("named-rrchecker").arg("-h").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "named-rrchecker (Debian: bind9-utils) is not installed");
        eprintln!("skipped: named-rrchecker is not installed");
        return;
    }
    let corpus = include_str!("data/rdata.txt");
    let lines: Vec<&str> = corpus.lines().filter(|line| !line.starts_with(';') && !line.is_empty()).collect();
    assert!(lines.len() > 150, "the corpus has been lost");
    let differences: Vec<String> = lines.iter().filter_map(|line| difference(line)).collect();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// What nsup and BIND do differently with one line; `None` where they agree.
fn difference(line: &str) -> Option<String> {
    let (mnemonic, text) = line.split_once(' ').unwrap_or((line, ""));
    let record_type: RecordType = mnemonic.parse().unwrap();
    let ours = words(text).map_err(|why| why.to_string());
    let ours = ours.and_then(|words| Rdata::parse(record_type, &words).map_err(|why| why.to_string()));
    let theirs = rrchecker("-u", mnemonic, text);
    let meant = MEANT.iter().any(|(meant, _)| *meant == line);
    let found = match (&ours, &theirs) {
        (Err(_), None) => None,
        (Err(why), Some(theirs)) => Some(format!("{line}\n    BIND: {theirs}\n    nsup: {why}")),
        (Ok(rdata), None) => Some(format!("{line}\n    BIND refuses\n    nsup: {}", rdata.display(record_type))),
        (Ok(rdata), Some(octets)) => {
            let hex: String = rdata.octets().iter().map(|octet| format!("{octet:02X}")).collect();
            let own = format!("\\# {} {hex}", rdata.octets().len()).trim_end().to_owned();
            let printed = rdata.display(record_type).to_string();
            let expected = rrchecker("-p", mnemonic, text).unwrap_or_default();
            if own != *octets {
                Some(format!("{line}\n    BIND: {octets}\n    nsup: {own}"))
            } else if printed != expected {
                Some(format!("{line}\n    BIND prints {expected}\n    nsup prints {printed}"))
            } else if rrchecker("-u", mnemonic, &printed).as_ref() != Some(octets) {
                Some(format!("{line}\n    BIND does not read back {printed}"))
            } else {
                None
            }
        }
    };
    match (found, meant) {
        (Some(_), true) => None,
        (None, true) => Some(format!("{line}\n    is listed as a difference and is none")),
        (found, false) => found,
    }
}

/// The data as `named-rrchecker` prints it with `option`; `None` where it refuses.
fn rrchecker(option: &str, mnemonic: &str, text: &str) -> Option<String> {
    let mut child = Command::new("named-rrchecker")
        .arg(option)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("IN {mnemonic} {text}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let data = printed.trim_end_matches('\n').splitn(3, '\t').nth(2).map(|data| data.trim_end().to_owned());
    data.filter(|_| output.status.success())
}
