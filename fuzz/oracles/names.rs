//! Names: text to octets and back, octets to text and back.

use nsup::dns::{Name, Reader, words};

use super::choice;

/// The first octet says what the others are: a text, octets alone, or octets in a message.
pub fn name(octets: &[u8]) {
    let (choice, octets) = choice(octets);
    match choice % 3 {
        0 => text(&String::from_utf8_lossy(octets)),
        1 => alone(octets),
        _ => within(octets, choice / 3),
    }
}

fn text(text: &str) {
    let origin = Name::parse("Example.org").unwrap();
    if let Ok(name) = Name::parse(text) {
        check(&name);
        let whole = if text.ends_with('.') { text.to_owned() } else { format!("{text}.") };
        if let Ok(whole) = Name::parse(&whole) {
            // A backslash at the end takes the dot for itself.
            assert!(whole.to_wire() == name.to_wire() || text.ends_with(['.', '\\']), "{text:?}");
        }
    }
    if let Ok(name) = Name::parse_within(text, &origin) {
        check(&name);
        assert!(name.is_in(&origin) || Name::parse(text).is_ok_and(|whole| whole.to_wire() == name.to_wire()));
    }
}

fn alone(octets: &[u8]) {
    let mut reader = Reader::alone(octets);
    match reader.name() {
        Ok(name) => {
            assert_eq!(name.to_wire(), &octets[..reader.at()]);
            check(&name);
        }
        Err(why) => assert!(why.at <= octets.len()),
    }
}

/// A name that begins somewhere and may point to what is before it.
fn within(octets: &[u8], skipped: usize) {
    let mut reader = Reader::message(octets);
    if reader.take(skipped).is_err() {
        return;
    }
    if let Ok(name) = reader.name() {
        assert!(reader.at() > skipped && reader.at() <= octets.len());
        check(&name);
    }
}

/// What holds for every name there is.
fn check(name: &Name) {
    let wire = name.to_wire();
    assert!(wire.len() <= Name::MAX_OCTETS);
    let text = name.to_string();
    assert_eq!(Name::parse(&text).unwrap().to_wire(), wire, "{text}");
    assert_eq!(words(&text).unwrap().len(), 1, "{text}: it is one word of a line");
    assert_eq!(Reader::alone(&wire).name().unwrap().to_wire(), wire);
    assert_eq!(name.to_lowercase(), *name);
    assert_eq!(name.to_lowercase().to_wire(), name.to_canonical());
    assert!(name.parent().is_none_or(|parent| name.is_in(&parent) && !parent.is_in(name)));
    assert!(name.is_in(name) && name.is_in(&Name::root()));
    let stem = name.file_stem();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    assert!(!stem.is_empty() && !stem.starts_with(['-', '.']) && stem.chars().all(is_plain), "{stem}");
}
