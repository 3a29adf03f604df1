//! Files of ddclient and scripts of nsupdate: what they come to is an nsup.toml that is taken.

use std::path::Path;

use clap::Parser;
use nsup::config::{Args, Config, Task};

use super::{choice, folder};

/// The file's octets, behind one that chooses whose it is and whether a key stood on the command line.
pub fn import(octets: &[u8]) {
    let (choice, octets) = choice(octets);
    let path = folder::write("import", octets);
    let path = path.to_str().unwrap();
    let words: &[&str] = match choice % 3 {
        0 => &["nsup", "import", "ddclient", path],
        1 => &["nsup", "import", "nsupdate", path],
        _ => &["nsup", "import", "nsupdate", "-k", "/etc/nsup/home.key", path],
    };
    let (task, _) = Task::resolve(Args::try_parse_from(words).unwrap(), &|_| None).unwrap();
    let Task::Import(import) = task else { panic!("{task:?}") };
    let imported = import.imported;
    let lines = octets.iter().filter(|octet| **octet == b'\n').count() + 1;
    for remark in &imported.remarks {
        assert!((1..=lines).contains(&remark.line), "{remark:?}");
        assert_eq!(remark.matters, remark.hint.is_some(), "{remark:?}");
    }
    if imported.lines.is_empty() {
        return;
    }
    let text = imported.lines.join("\n") + "\n";
    let config = Config::parse(&text, Path::new("/etc/nsup/nsup.toml"), None);
    let config = config.unwrap_or_else(|why| panic!("{why}\n{text}"));
    assert!(!config.names.is_empty(), "{text}");
}
