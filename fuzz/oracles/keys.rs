//! Key files: a key, or a fault that names its line and tells no secret.

use std::ffi::OsString;

use nsup::config::{Asked, Personality, key_warnings, look, parse_keys, parse_literal, read_key};
use nsup::dns::Name;
use nsup::proto::Key;

use super::{choice, folder, tells_a_long_word};

/// The text of a key file. The first octet chooses its name.
pub fn key_file(octets: &[u8]) {
    let (choice, octets) = choice(octets);
    let Ok(text) = std::str::from_utf8(octets) else { return };
    let names = ["home.key", "Kunsafe.+163+00001.private", "K", "K+1+2", "K\u{e4}.example.+1+2.key"];
    match parse_keys(text, names[choice % names.len()]) {
        Ok(keys) => {
            assert!(!keys.is_empty());
            for found in keys {
                assert!((1..=text.lines().count()).contains(&found.line));
                check(&found.key);
            }
        }
        Err(why) => {
            assert!(why.line.is_none_or(|line| (1..=text.lines().count()).contains(&line)), "{why:?}");
            assert!(!tells_a_long_word(&why.what, text), "{why}");
        }
    }
    match parse_literal(text) {
        Ok(key) => check(&key),
        Err(why) => assert!(!tells_a_long_word(&why.what, text), "{why}"),
    }
}

/// The two halves of a K pair, a NUL between them, as files; read in all the ways in which files are.
pub fn key_pair(octets: &[u8]) {
    let mut halves = octets.splitn(2, |octet| *octet == 0);
    let (record, private) = (halves.next().unwrap_or_default(), halves.next());
    let path = folder::write("Kunsafe.+163+00001.key", record);
    match private {
        Some(private) => drop(folder::write("Kunsafe.+163+00001.private", private)),
        None => folder::remove("Kunsafe.+163+00001.private"),
    }
    let all = String::from_utf8_lossy(octets);
    let (read, looked) = (read_key(&path, None), look(&path));
    match &read {
        Ok(key) => check(key),
        Err(why) => assert!(!tells_a_long_word(&why.to_string(), &all), "{why}"),
    }
    if let Ok(looked) = looked {
        assert_eq!(looked.keys.is_ok(), read.is_ok());
        assert!(looked.unusable.is_none(), "{:?}", looked.unusable);
    }
    for personality in [Personality::Nsupdate, Personality::Knsupdate] {
        let words = [personality.name().into(), OsString::from("-k"), path.clone().into()];
        match personality.read(words) {
            Asked::Run(run) => check(run.key.as_ref().expect("a run with -k has a key")),
            Asked::Say { stderr, status, .. } => {
                assert!(status != 0 && !tells_a_long_word(&stderr, &all), "{stderr}");
            }
        }
    }
}

/// What holds for every key there is.
fn check(key: &Key) {
    let name = key.name().to_string();
    assert_eq!(Name::parse(&name).as_ref(), Ok(key.name()));
    assert!(key.secret_octets() > 0);
    let lengths = key.algorithm().least_mac_octets()..=key.algorithm().mac_octets();
    assert!(lengths.contains(&key.least_mac_octets()));
    let mac = key.mac(&[b"a request"]);
    assert_eq!(mac.len(), key.algorithm().mac_octets());
    assert!(key.verify(&[b"a req", b"uest"], &mac[..key.least_mac_octets()]));
    key_warnings(key);
    assert!(!key.fingerprint().is_empty() && !key.algorithm_word().is_empty());
}
