//! nsup.toml: from its text to a [`Config`] that cannot hold nonsense. Every fault names its line and its column.
//!
//! The text becomes a tree that knows where each word stands (`tree`); the kinds of values are read from it (`value`,
//! `sources`, `actions`) into what a run needs (`primary`, `named`).

mod actions;
mod credential;
mod fault;
mod find;
mod named;
mod primary;
mod setting;
mod show;
mod sources;
mod tls;
mod tree;
mod value;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use crate::dns::Name;

pub use actions::{Occasion, OnDown};
pub use fault::FileError;
pub use find::Surroundings;
pub use named::NamedConfig;
pub use primary::{PrimaryConfig, Ptr};
pub use setting::{Origin, Setting};
pub use tls::TlsConfig;

use super::secure_file::{self, Trust};
use fault::Fault;
use tree::{Document, Layers, Table};

/// A configuration file, settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// How a server is reached for a name that the file does not speak of: the top of the file.
    pub defaults: PrimaryConfig,
    /// The names that it keeps, in the file's order, no two alike.
    pub names: Vec<NamedConfig>,
    /// How long a hook's run goes on trying: a second to a day.
    pub retry_for: Setting<Duration>,
    /// Where runs leave notes for each other; `None` leaves it to the caller. Absolute.
    pub state_directory: Setting<Option<PathBuf>>,
    /// The socket of the hook's log.
    pub syslog: Setting<PathBuf>,
}

/// Why a name is reached in a certain way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It has a `[[name]]` of its own, at this line.
    ItsOwn(u32),
    /// It is in the zone that the `[[name]]` of this name says, at this line.
    ZoneOf(Name, u32),
    /// By the top of the file. A zone that stands there need not hold the name.
    Defaults,
}

/// The words that stand at the top of the file only.
const TOP_WORDS: &[&str] = &["retry-for", "state-directory", "syslog"];

/// The longest time to go on trying.
const DAY: Duration = Duration::from_secs(86_400);

impl Config {
    /// Reads the text of a file. `path` is what messages say and where relative paths start; `credentials` is
    /// `$CREDENTIALS_DIRECTORY`.
    ///
    /// # Errors
    /// [`FileError::Fault`] with the first thing that makes no sense.
    pub fn parse(text: &str, path: &Path, credentials: Option<&Path>) -> Result<Self, FileError> {
        let document = Document::new(text, path, credentials);
        Self::from_document(text, path, &document).map_err(|fault| FileError::Fault {
            path: path.to_owned(),
            line: document.line(fault.at),
            column: document.column(fault.at),
            what: fault.what,
            hint: fault.hint,
        })
    }

    /// Reads a file that belongs to root or to us and that nobody else may write, since it says which programs run.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn read(path: &Path, credentials: Option<&Path>) -> Result<Self, FileError> {
        let text = secure_file::read(path, Trust::Programs);
        Self::parse(&text.map_err(|why| FileError::of_file(path.to_owned(), why))?, path, credentials)
    }

    /// What the file says of a name.
    pub fn named(&self, name: &Name) -> Option<&NamedConfig> {
        self.names.iter().find(|named| named.name == *name)
    }

    /// How the server of a name is reached: as its own `[[name]]` says; else as one says whose zone, the longest that
    /// holds the name, stands in it; else as the top says.
    pub fn primary_for(&self, name: &Name) -> (&PrimaryConfig, Why) {
        if let Some(own) = self.named(name) {
            return (&own.primary, Why::ItsOwn(own.line));
        }
        let length = |primary: &PrimaryConfig| {
            let zone = primary.zone.value.as_ref().filter(|zone| name.is_in(zone));
            zone.map(|zone| zone.labels().count())
        };
        // A zone that only comes from the top says nothing of the key that a name has beside it.
        let has_zone = |named: &&NamedConfig| named.primary.zone.origin != self.defaults.zone.origin;
        let mut longest: Option<&NamedConfig> = None;
        for named in self.names.iter().filter(has_zone) {
            if length(&named.primary) > longest.and_then(|longest| length(&longest.primary)) {
                longest = Some(named);
            }
        }
        match longest {
            Some(named) if length(&named.primary) >= length(&self.defaults) => {
                (&named.primary, Why::ZoneOf(named.name.clone(), named.line))
            }
            _ => (&self.defaults, Why::Defaults),
        }
    }

    fn from_document(text: &str, path: &Path, document: &Document<'_>) -> Result<Self, Fault> {
        let tree = DeTable::parse(text).map_err(|why| syntax(&why))?;
        let known = [primary::WORDS, tls::WORDS, named::WORDS, TOP_WORDS, &["name"]].concat();
        let top = Table::new(document, 0, tree.get_ref(), &known)?;
        let layers = Layers { own: top, below: None };
        let defaults = NamedConfig::read_top(top)?.primary;
        Ok(Self {
            path: path.to_owned(),
            defaults,
            retry_for: layers.setting(
                "retry-for",
                |item| value::duration(item, Duration::from_secs(1)..=DAY),
                Duration::from_secs(600),
            )?,
            state_directory: layers.setting("state-directory", |item| value::absolute(item).map(Some), None)?,
            syslog: layers.setting("syslog", value::absolute, PathBuf::from("/dev/log"))?,
            names: names(top)?,
        })
    }
}

/// A fault of TOML itself. Its own display would repeat the line, and with it whatever somebody has pasted there.
fn syntax(why: &toml::de::Error) -> Fault {
    let at = why.span().map_or(0, |span| span.start);
    // What it takes a text without quotes for goes by its first letter, and helps nobody.
    let bare = ["float", "fraction", "exponent", "mantissa", "date", "time", "integer", "boolean"];
    let kind = why.message().strip_prefix("invalid ").unwrap_or_default();
    if why.message().starts_with("string values must be quoted") || bare.iter().any(|bare| kind.starts_with(bare)) {
        let fault = Fault::new(at, "this is neither a number nor true or false nor a text in quotes");
        return fault.hint("a text stands in quotes, like server = \"192.0.2.53\"");
    }
    Fault::new(at, why.message())
}

fn names(top: Table<'_>) -> Result<Vec<NamedConfig>, Fault> {
    let known = [&["name"], primary::WORDS, tls::WORDS, named::WORDS].concat();
    let Some(item) = top.get("name") else {
        return Ok(Vec::new());
    };
    let brackets =
        |fault: Fault| fault.hint("[[name]] in two brackets begins a name, and name = \"…\" stands below it");
    let mut names: Vec<NamedConfig> = Vec::new();
    let mut lines: HashMap<Name, u32> = HashMap::new();
    for one in item.list("a list of tables").map_err(brackets)? {
        if !matches!(one.value, DeValue::Table(_)) {
            return Err(brackets(one.is_no("a table")));
        }
        if let Some((at, word)) = one.first_of(TOP_WORDS) {
            let fault = Fault::new(at, format!("{word:?} is for the whole file"));
            return Err(fault.hint("move it above the first [[name]]"));
        }
        let own = one.table("a table", &known)?;
        let line = own.line();
        let named = NamedConfig::read(own, top, line)?;
        if let Some(first) = lines.insert(named.name.clone(), line) {
            let what = format!("{} has a [[name]] in line {first} and another in line {line}", named.name);
            return Err(Fault::new(own.at, what).hint("one [[name]] can have both ipv4 and ipv6"));
        }
        names.push(named);
    }
    Ok(names)
}

#[cfg(test)]
mod tests;
