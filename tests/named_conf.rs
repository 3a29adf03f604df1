//! What nsup writes for named.conf, read back by BIND itself: `named-checkconf -p` prints what it has understood.

mod servers;

use std::fs;
use std::path::Path;
use std::slice::from_ref;

use nsup::dns::{Name, RecordType};
use nsup::output::named_conf::{grant_below, grants, include_line, key_clause, key_file, usual_zone_file, zone_clause};
use servers::check_conf;

/// A name that holds the octets from one to another.
fn octets(from: u8, to: u8) -> Name {
    Name::from_labels([&(from..=to).collect::<Vec<u8>>()[..], b"example"]).unwrap()
}

/// What stands between the first two quotes, which is where a name is printed.
fn names(lines: &str) -> Vec<Name> {
    lines.lines().map(|line| Name::parse(line.split('"').nth(1).unwrap()).unwrap()).collect()
}

#[test]
fn names_with_any_octets_are_read_back_by_bind_as_keys_zones_and_grants() {
    for (from, to) in [(0, 59), (60, 119), (120, 179), (180, 239), (200, 255)] {
        let name = octets(from, to);
        let wanted = [(name.clone(), vec![RecordType::A])];
        let mut lines: Vec<String> = key_file(&name, "hmac-sha256", "c2VjcmV0").lines().map(str::to_owned).collect();
        lines.extend(zone_clause(&name, &grants(&name, &wanted)));
        let Some(read) = check_conf(&lines.join("\n"), &["-p"]) else { return };
        let read = read.unwrap();
        let line = |word: &str| read.lines().find(|line| line.trim().starts_with(word)).unwrap().to_owned();
        assert_eq!(names(&line("key")), from_ref(&name));
        assert_eq!(names(&line("zone")), from_ref(&name));
        assert!(line("file").ends_with(&format!("\"{}\";", usual_zone_file(&name))), "{read}");
        let grant = line("grant");
        let words: Vec<&str> = grant.split('"').collect();
        assert_eq!(words.len(), 7, "{grant}");
        let owner = Name::parse(words[3]).unwrap();
        assert_eq!((names(&grant), &owner.to_wire(), words[5]), (vec![name.clone()], &name.to_wire(), "A"));
    }
}

#[test]
fn every_type_that_a_record_can_have_can_be_granted() {
    let types: Vec<RecordType> = (1..=u16::MAX).map(RecordType).filter(|one| one.is_data()).collect();
    let (key, zone) = (Name::parse("home").unwrap(), Name::parse("example.org").unwrap());
    let mut rules = grants(&key, &[(Name::parse("*.example.org").unwrap(), types.clone())]);
    rules.extend(grant_below(&key, &zone, &[RecordType::PTR]));
    let text =
        key_clause(&key, "hmac-sha512").join("\n").replace("...", "c2VjcmV0") + &zone_clause(&zone, &rules).join("\n");
    let Some(read) = check_conf(&text, &["-p"]) else { return };
    let read = read.unwrap();
    let words: Vec<&str> = read.lines().find(|line| line.contains("grant")).unwrap().split('"').collect();
    assert_eq!(words[3], "*.example.org.");
    let granted: Vec<RecordType> =
        words[5..].iter().step_by(2).filter(|word| **word != ";").map(|word| word.parse().unwrap()).collect();
    assert_eq!(granted, types);
    assert!(read.contains("grant \"home.\" subdomain \"example.org.\" \"PTR\";"), "{read}");
}

#[test]
fn an_include_reads_the_file_of_that_name_and_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let key = |name: &str| key_file(&Name::parse(name).unwrap(), "hmac-sha256", "c2VjcmV0");
    let written = |name: &str| fs::write(directory.path().join(name), &*key("right")).unwrap();
    for odd in ["a*.key", "b?[c].key", "d\\e\".key", "f\\\"g.key", "h \u{e9}{;}#.key", "i\nj.key"] {
        written(odd);
        // Where the asterisk were a pattern, this one would be read too, and the key be there twice.
        written(&odd.replace('*', "x"));
        let line = include_line(directory.path().join(odd).to_str().unwrap());
        let Some(read) = check_conf(&line, &[]) else { return };
        read.unwrap();
        let nowhere = include_line(Path::new("/nowhere").join(odd).to_str().unwrap());
        assert!(check_conf(&nowhere, &[]).unwrap().is_err());
    }
}

#[test]
fn the_usual_name_of_a_file_has_no_octet_that_a_shell_or_a_path_takes_for_something() {
    for (from, to) in [(0, 59), (45, 46), (60, 119), (120, 179), (180, 239), (200, 255)] {
        let file = octets(from, to).file_stem();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        assert!(file.chars().all(plain) && !file.starts_with(['-', '.']), "{file}");
    }
}
