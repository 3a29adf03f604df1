//! Whatever is done to a file, what it comes to can be read by nsup, and no secret of it is told.

use std::fs;
use std::path::Path;

use super::super::file::Config;
use super::{Imported, IsThere, ddclient, nsupdate, write};

/// The secrets of the cases in tests/data/import, by a part of each.
const SECRETS: &[&str] = &["TopSecret", "VG9wU2VjcmV0"];

/// There is no file.
const NOTHING: IsThere<'_> = &|_| false;

/// The texts of the cases of one importer: what stands before their first `-- nsup.toml`.
fn cases(of: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/import").join(of);
    let entries = fs::read_dir(directory).unwrap();
    let texts = entries.map(|entry| {
        let text = fs::read(entry.unwrap().path()).unwrap();
        let end = text.windows(12).position(|part| part == b"-- nsup.toml").unwrap();
        text[..end].to_vec()
    });
    texts.collect()
}

/// Every beginning of a text, and the text with one octet changed, to NUL too.
fn spoilt(text: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let cut = (0..text.len()).map(|length| text[..length].to_vec());
    let flipped = (0..text.len()).flat_map(move |at| {
        [text[at] ^ 0x04, text[at] ^ 0x80, 0].map(|octet| {
            let mut text = text.to_vec();
            text[at] = octet;
            text
        })
    });
    cut.chain(flipped)
}

#[track_caller]
fn can_be_read(imported: &Imported, text: &[u8]) {
    let lines = imported.lines.join("\n");
    if let Err(why) = Config::parse(&lines, Path::new("nsup.toml"), None) {
        panic!("{why}\n{lines}\n-- of\n{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn what_a_spoilt_file_comes_to_can_be_read_all_the_same() {
    for text in cases("ddclient") {
        for text in spoilt(&text) {
            can_be_read(&ddclient::import(&text, "ddclient.conf", NOTHING), &text);
        }
    }
    for text in cases("nsupdate") {
        for text in spoilt(&text) {
            can_be_read(&nsupdate::import(&text, "script", Some("/etc/nsup/home.key"), NOTHING), &text);
        }
    }
}

#[test]
fn a_secret_is_neither_carried_over_nor_told() {
    let all = cases("ddclient").into_iter().map(|text| told(&ddclient::import(&text, "ddclient.conf", NOTHING)));
    for told in
        all.chain(cases("nsupdate").into_iter().map(|text| told(&nsupdate::import(&text, "script", None, NOTHING))))
    {
        for secret in SECRETS {
            assert!(!told.to_lowercase().contains(&secret.to_lowercase()), "{told}");
        }
    }
}

/// All that is told of an import, and what it comes to.
fn told(imported: &Imported) -> String {
    let remarks = imported.remarks.iter().flat_map(|remark| [Some(&remark.what), remark.hint.as_ref()]);
    remarks.flatten().chain(&imported.lines).cloned().collect::<Vec<_>>().join("\n")
}

#[test]
fn a_password_that_begins_with_a_slash_is_a_path_where_it_ends_like_one_or_is_there() {
    let secret = "/3q2Xh5uTopSecretV9b1YfE7rAc0mKdLwzPjNvGtQsRoIeUxHyBgMkDaTwFnCJL";
    let import = |password: &str, is_there: IsThere<'_>| {
        let text = format!(
            "use=if, if=ppp0, protocol=nsupdate, server=ns1, zone=example.org, password={password} a.example.org"
        );
        ddclient::import(text.as_bytes(), "ddclient.conf", is_there)
    };
    for (path, is_there) in [("/etc/home.key", NOTHING), ("/etc/ddclient/home", &|path| path == "/etc/ddclient/home")] {
        let imported = import(path, is_there);
        assert!(imported.is_whole() && told(&imported).contains(&format!("key = \"{path}\"")), "{imported:?}");
    }
    for password in [secret, "/etc/ddclient/home"] {
        let imported = import(password, NOTHING);
        assert!(!imported.is_whole() && !told(&imported).contains(password), "{imported:?}");
        assert!(told(&imported).contains("password= is no path of a key's file"), "{imported:?}");
    }
}

#[test]
fn a_key_file_that_is_there_is_not_to_be_written_and_one_that_was_named_is_taken() {
    let script = b"key hmac-sha256:home VG9wU2VjcmV0\nupdate delete a.example.org A\nupdate add a.example.org 60 A 198.41.0.4\nsend\n";
    let path = "/etc/nsup/home.key";
    let imported = nsupdate::import(script, "script", None, &|there| there == path);
    let said = told(&imported);
    assert!(!imported.is_whole() && said.contains("/etc/nsup/home.key\" is there already"), "{said}");
    assert!(said.contains("nsup key show /etc/nsup/home.key") && !said.contains("..."), "{said}");
    let imported = nsupdate::import(script, "script", Some("/etc/other.key"), &|_| true);
    let said = told(&imported);
    assert!(imported.is_whole() && said.contains("key = \"/etc/other.key\"") && !said.contains("..."), "{said}");
    assert_eq!((imported.remarks[0].line, said.contains(path)), (1, false), "{said}");
    assert!(said.contains("left out: /etc/other.key, which -k names"), "{said}");
}

#[test]
fn every_text_survives_the_quotes_of_toml() {
    let every =
        (0..0x300).filter_map(char::from_u32).chain(['\u{61c}', '\u{2028}', '\u{202e}', '\u{fffd}', '\u{10ffff}']);
    let every: String = every.collect();
    let line = format!("text = {}\nlist = {}", write::text(&every), write::list(&["", &every, "\\\""]));
    let table = toml::de::DeTable::parse(&line).unwrap();
    let table = table.get_ref();
    assert_eq!(table["text"].get_ref().as_str(), Some(every.as_str()));
    let list = table["list"].get_ref().as_array().unwrap();
    let list: Vec<&str> = list.iter().filter_map(|one| one.get_ref().as_str()).collect();
    assert_eq!(list, ["", every.as_str(), "\\\""]);
}
