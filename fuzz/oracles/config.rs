//! nsup.toml: it is settled, or a fault is named at a place that the text has.

use std::path::Path;

use nsup::config::{Config, FileError};
use nsup::dns::Name;

/// The text of the file.
pub fn config(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    for credentials in [None, Some(Path::new("/run/credentials/nsup"))] {
        match Config::parse(text, Path::new("/etc/nsup/nsup.toml"), credentials) {
            Ok(config) => settled(&config),
            Err(FileError::Fault { line, column, what, hint, .. }) => {
                let lines: Vec<&str> = text.split('\n').collect();
                let line = line.checked_sub(1).and_then(|line| lines.get(line as usize));
                let line = line.unwrap_or_else(|| panic!("{what}: there is no such line"));
                assert!((1..=line.chars().count() + 1).contains(&(column as usize)), "{what}: column {column}");
                assert!(!what.is_empty() && hint.is_none_or(|hint| !hint.is_empty()));
            }
            Err(other) => panic!("{other}"),
        }
    }
}

/// What holds for every configuration there is.
fn settled(config: &Config) {
    let somebody_else = Name::parse("host.example.org").unwrap();
    let names = config.names.iter().map(|named| &named.name);
    for (place, name) in names.clone().enumerate() {
        assert!(config.named(name).is_some());
        config.primary_for(name);
        assert!(!names.clone().skip(place + 1).any(|other| other == name), "{name} is there twice");
    }
    config.primary_for(&somebody_else);
    for lines in [config.show(&[]), config.show(&[somebody_else])] {
        assert!(!lines.is_empty() && !lines.iter().any(|line| line.contains(char::is_control)), "{lines:?}");
    }
    let absolute = [Some(&config.syslog.value), config.state_directory.value.as_ref()];
    assert!(absolute.into_iter().flatten().all(|path| path.is_absolute()));
}
