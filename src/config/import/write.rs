//! The text of nsup.toml: what all names share at its top, the rest below each `[[name]]`.

use crate::dns::{Name, steers};

/// A word and its value in TOML.
pub(super) type Setting = (&'static str, String);

/// What is to stand in an nsup.toml.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The file that it comes from, and whose it is.
    pub(super) from: String,
    /// Comments about all of it.
    pub(super) comments: Vec<String>,
    /// What stands at the top whatever the names say.
    pub(super) top: Vec<Setting>,
    /// The names, no two alike.
    pub(super) names: Vec<Entry>,
}

/// A name.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Name,
    /// Comments above its own settings.
    pub(super) comments: Vec<String>,
    /// Its settings in any order.
    pub(super) settings: Vec<Setting>,
}

/// What to do where a server cannot be carried over.
pub(super) const NO_SERVER: &str = "server = \"HOST:PORT\"; without it nsup finds the primary by the zone's SOA";

/// The words in the order in which they are written; those before `ipv4` go to the top where all names have the same value.
const ORDER: &[&str] = &["server", "key", "zone", "ttl", "transport", "source", "ipv4", "ipv6", "allow-private"];

impl Document {
    /// Its lines; none where there is no name to follow.
    pub(super) fn lines(&self) -> Vec<String> {
        let Some(first) = self.names.first() else { return Vec::new() };
        let is_shared = |setting: &Setting| {
            place(setting) < place(&("ipv4", String::new()))
                && self.names.iter().all(|entry| entry.settings.contains(setting))
        };
        let mut lines = vec![comment(&self.from)];
        lines.extend(self.comments.iter().map(|text| comment(text)));
        lines.push(String::new());
        let shared = sorted(&first.settings).into_iter().filter(|setting| is_shared(setting));
        lines.extend(shared.chain(&self.top).map(line));
        for entry in &self.names {
            lines.extend(lines.last().is_some_and(|last| !last.is_empty()).then(String::new));
            lines.extend(["[[name]]".to_owned(), format!("name = {}", name(&entry.name))]);
            lines.extend(entry.comments.iter().map(|text| comment(text)));
            lines.extend(sorted(&entry.settings).into_iter().filter(|setting| !is_shared(setting)).map(line));
        }
        lines
    }
}

/// A text in TOML's quotes.
pub(super) fn text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            _ if steers(c) => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A list of texts.
pub(super) fn list(texts: &[&str]) -> String {
    let texts: Vec<String> = texts.iter().map(|one| text(one)).collect();
    format!("[{}]", texts.join(", "))
}

/// A name without its final dot, as people write it.
pub(super) fn name(name: &Name) -> String {
    let whole = name.to_string();
    text(whole.strip_suffix('.').filter(|bare| !bare.is_empty()).unwrap_or(&whole))
}

fn place((word, _): &Setting) -> usize {
    ORDER.iter().position(|known| known == word).unwrap_or(ORDER.len())
}

fn sorted(settings: &[Setting]) -> Vec<&Setting> {
    let mut sorted: Vec<&Setting> = settings.iter().collect();
    sorted.sort_by_key(|setting| place(setting));
    sorted
}

fn line((word, value): &Setting) -> String {
    format!("{word} = {value}")
}

/// A comment, which can hold no control characters, and is to be read as it stands.
fn comment(text: &str) -> String {
    let shown = |c: char| if steers(c) { c.escape_unicode().to_string() } else { c.to_string() };
    format!("# {}", text.chars().map(shown).collect::<String>())
}
