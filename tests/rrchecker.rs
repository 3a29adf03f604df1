//! Parity with BIND's `named-rrchecker`: the same texts are legal, give the same octets and print alike, both ways.

mod texts;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use nsup::dns::{Rdata, RecordType, words};

/// Differences that are meant, each with its reason.
const MEANT: &[(&str, &str)] = &[
    ("EUI48 00-00-5e-00-53-2a-11", "BIND drops what is too much; a typing mistake is refused"),
    ("EUI48 00-00-5e-00-53-1ff", "the same"),
    ("EUI48 +0-00-5e-00-53-2a", "BIND takes a sign, which RFC 7043 knows not"),
    ("DNSKEY ZO 3 8 AwEA", "BIND takes the beginning of a flag for the flag"),
    ("DNSKEY ZONE| 3 8 AwEA", "the same: nothing is the beginning of each"),
    ("DNSKEY |ZONE 3 8 AwEA", "the same: here nothing is NOCONF"),
    ("TKEY gss-tsig. 0 0 3 NOERROR 0 0", "named-rrchecker is about data in zones; nsupdate takes it"),
    ("CLA \"a\" b", "newer than BIND 9.18"),
    ("IPN 1", "newer than BIND 9.18"),
    ("TYPE263 \\# 2 0161", "the same: nsup prints CLA's own form"),
    ("SVCB 1 . ohttp", "newer than BIND 9.18 (RFC 9540)"),
    ("SVCB 1 . tls-supported-groups=29,23", "newer than BIND 9.18"),
    ("NSEC a. TYPE128", "newer than BIND 9.18: nsup prints NXNAME (RFC 9824)"),
    ("DNSKEY \\# 7 010003FDC00000", "BIND wants a name in front of a private key here, but not in its own text"),
    ("SVCB 1 . docpath=a,b", "newer than BIND 9.18 (RFC 9953)"),
];

#[test]
fn every_text_of_the_corpus_is_read_and_printed_as_bind_does() {
    if !is_installed() {
        return;
    }
    let corpus = include_str!("data/rdata.txt");
    let lines = corpus.lines().filter(|line| !line.starts_with(';') && !line.is_empty());
    let lines: Vec<String> = lines.map(str::to_owned).collect();
    assert!(lines.len() > 900, "the corpus has been lost");
    compare(&lines);
}

/// `named-rrchecker` takes one record a process, so generated texts go through the same parser in `named-compilezone`,
/// all as one zone: once to hear which are refused, and once without these for the octets and the texts of the others.
#[test]
fn generated_texts_are_read_and_printed_as_bind_does() {
    if !is_installed() {
        return;
    }
    let texts = texts::generated(6000);
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<usize> = (0..texts.len()).collect();
    let refused = refused_lines(&compile(folder.path(), &texts, &all, "raw"));
    let taken: Vec<usize> = all.into_iter().filter(|at| !refused.contains(at)).collect();
    assert!(taken.len() > 1000 && refused.len() > 1000, "{} taken, {} refused", taken.len(), refused.len());
    let faults = compile(folder.path(), &texts, &taken, "raw");
    let octets = octets(&fs::read(folder.path().join("out")).unwrap_or_else(|_| panic!("{faults}")));
    compile(folder.path(), &texts, &taken, "text");
    let printed = fs::read_to_string(folder.path().join("out")).unwrap();
    let printed: HashMap<String, String> = printed.lines().filter_map(owner_and_data).collect();
    let mut differences = Vec::new();
    for (at, (mnemonic, text)) in texts.iter().enumerate() {
        let record_type: RecordType = mnemonic.parse().unwrap();
        let ours = Rdata::parse(record_type, &words(text).unwrap());
        let theirs = octets.get(&format!("n{at}"));
        if ours.as_ref().ok().map(Rdata::octets) != theirs.map(Vec::as_slice) {
            differences.push(format!("{mnemonic} {text}\n    BIND: {theirs:02x?}\n    nsup: {ours:02x?}"));
        } else if let Ok(rdata) = ours {
            let own = rdata.display(record_type).to_string();
            // BIND 9.18 has no mnemonic for it.
            let own = own.replace("NXNAME", "TYPE128");
            let back = words(&own).ok().and_then(|words| Rdata::parse(record_type, &words).ok());
            let theirs = &printed[&format!("n{at}")];
            if own != *theirs || back != Some(rdata) {
                differences.push(format!("{mnemonic} {text}\n    BIND prints {theirs}\n    nsup prints {own}"));
            }
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// Whether there is an oracle; where tests count there must be one.
fn is_installed() -> bool {
    let found = Command::new("named-rrchecker").arg("-h").output().is_ok();
    assert!(found || std::env::var_os("CI").is_none(), "named-rrchecker (Debian: bind9-utils) is not installed");
    if !found {
        eprintln!("skipped: named-rrchecker is not installed");
    }
    found
}

/// Takes each line through both, several at once.
fn compare(lines: &[String]) {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut differences = Vec::new();
        while let Some(line) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
            differences.extend(difference(line));
        }
        differences
    };
    let differences = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// What nsup and BIND do differently with one line; `None` where they agree.
fn difference(line: &str) -> Option<String> {
    let (mnemonic, text) = line.split_once(' ').unwrap_or((line, ""));
    let record_type: RecordType = mnemonic.parse().unwrap();
    let ours = words(text).map_err(|why| why.to_string());
    let ours = ours.and_then(|words| Rdata::parse(record_type, &words).map_err(|why| why.to_string()));
    let theirs = rrchecker(mnemonic, text);
    let meant = MEANT.iter().any(|(meant, _)| *meant == line);
    let found = match (&ours, &theirs) {
        (Err(_), None) => None,
        (Err(why), Some((_, octets))) => Some(format!("{line}\n    BIND: {octets}\n    nsup: {why}")),
        (Ok(rdata), None) => Some(format!("{line}\n    BIND refuses\n    nsup: {}", rdata.display(record_type))),
        (Ok(rdata), Some((expected, octets))) => {
            let hex: String = rdata.octets().iter().map(|octet| format!("{octet:02X}")).collect();
            let own = format!("\\# {} {hex}", rdata.octets().len()).trim_end().to_owned();
            let printed = rdata.display(record_type).to_string();
            let back = words(&printed).ok().and_then(|words| Rdata::parse(record_type, &words).ok());
            if own != *octets {
                Some(format!("{line}\n    BIND: {octets}\n    nsup: {own}"))
            } else if printed != *expected {
                Some(format!("{line}\n    BIND prints {expected}\n    nsup prints {printed}"))
            } else if back.as_ref() != Some(rdata) {
                Some(format!("{line}\n    is not read back from {printed}"))
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

/// The data as `named-rrchecker` prints it, in the type's own form and in that for unknown types; `None` where it
/// refuses. It reads one record from its input, so there is one process for each.
fn rrchecker(mnemonic: &str, text: &str) -> Option<(String, String)> {
    let mut child = Command::new("named-rrchecker")
        .args(["-p", "-u"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("IN {mnemonic} {text}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut lines = printed.lines().map(|line| line.splitn(3, '\t').nth(2).unwrap_or_default().trim_end().to_owned());
    let found = Some((lines.next()?, lines.next()?));
    found.filter(|_| output.status.success())
}

/// Compiles the texts with these numbers as a zone, text `at` at the name `n<at>`, and returns what is said about it.
fn compile(folder: &Path, texts: &[(String, String)], numbers: &[usize], format: &str) -> String {
    let mut zone = "$ORIGIN .\n$TTL 1\n@ SOA a. a. 1 1 1 1 1\n@ NS a.\na A 127.0.0.1\n".to_owned();
    for at in numbers {
        let (mnemonic, text) = &texts[*at];
        writeln!(zone, "n{at} {mnemonic} {text}").unwrap();
    }
    fs::write(folder.join("zone"), zone).unwrap();
    let output = Command::new("named-compilezone")
        .args(["-i", "none", "-k", "ignore", "-n", "ignore", "-m", "ignore", "-M", "ignore", "-S", "ignore"])
        .args(["-r", "ignore", "-T", "ignore", "-W", "ignore", "-s", "full", "-F", format, "-o", "out", ".", "zone"])
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// The numbers of the texts that were refused, told by their lines, of which five stand before the first.
fn refused_lines(faults: &str) -> HashSet<usize> {
    let faults = faults.lines().filter(|fault| !fault.contains("has expired") && !fault.contains("old style"));
    let numbers = faults.filter_map(|fault| fault.split_once("zone:")?.1.split_once(':')?.0.parse::<usize>().ok());
    numbers.map(|line| line - 6).collect()
}

/// The RDATA of each name of a zone in BIND's raw format, version 1.
fn octets(mut raw: &[u8]) -> HashMap<String, Vec<u8>> {
    fn take(octets: &mut &[u8], count: usize) -> Vec<u8> {
        let (taken, rest) = octets.split_at(count);
        *octets = rest;
        taken.to_vec()
    }
    let number = |octets: &[u8]| octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet));
    let mut found = HashMap::new();
    take(&mut raw, 24);
    while !raw.is_empty() {
        let length = number(&raw[..4]);
        let mut rrset = &take(&mut raw, length)[18..];
        let length = number(&take(&mut rrset, 2));
        let owner = take(&mut rrset, length);
        let length = number(&take(&mut rrset, 2));
        let label = owner[1..=usize::from(owner[0]).min(owner.len() - 1)].to_vec();
        found.insert(String::from_utf8(label).unwrap(), take(&mut rrset, length));
    }
    found
}

/// The first label and the data of one line of a zone in full style.
fn owner_and_data(line: &str) -> Option<(String, String)> {
    let (owner, rest) = line.split_once(".\t")?;
    let (_, data) = rest.split_once("\tIN ")?.1.split_once('\t')?;
    Some((owner.to_owned(), data.trim().to_owned()))
}
