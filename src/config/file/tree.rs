//! The words of the file with where they stand: tables that know their keys, and values that know what they are not.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Fault;
use super::setting::{Origin, Setting};

/// What the values of a file are read against.
#[derive(Debug)]
pub(super) struct Document<'a> {
    /// The folder that relative paths start from.
    pub(super) folder: &'a Path,
    /// Where credentials are.
    pub(super) credentials: Option<&'a Path>,
    text: &'a str,
    /// The offset of each line's first octet.
    lines: Vec<usize>,
}

/// A table whose keys are all known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    /// Where it begins.
    pub(super) at: usize,
    document: &'a Document<'a>,
    entries: &'a DeTable<'a>,
}

/// A value, or one of a list of values, with the key that it stands behind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    /// Where the value begins.
    pub(super) at: usize,
    /// The line of its key.
    pub(super) line: u32,
    pub(super) value: &'a DeValue<'a>,
    pub(super) document: &'a Document<'a>,
    /// Whether it is one of a list.
    pub(super) is_element: bool,
    word: &'static str,
}

/// A table, and the one whose values hold where it has none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layers<'a> {
    pub(super) own: Table<'a>,
    pub(super) below: Option<Table<'a>>,
}

/// Words that only somebody writes who wants to put a key into this file.
const OF_KEYS: &[&str] = &["secret", "algorithm", "password", "tsig", "tsig-key"];

/// What to do with a key.
pub(super) const KEY_HINT: &str = "a key is in a file of its own, which only its owner may read: key = \"FILE\"";

impl<'a> Document<'a> {
    pub(super) fn new(text: &'a str, path: &'a Path, credentials: Option<&'a Path>) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, octet)| *octet == b'\n').map(|(at, _)| at + 1);
        let folder = path.parent().unwrap_or(Path::new(""));
        Self { folder, credentials, text, lines: std::iter::once(0).chain(starts).collect() }
    }

    /// The line of an offset, from 1.
    pub(super) fn line(&self, at: usize) -> u32 {
        u32::try_from(self.lines.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }

    /// The column of an offset in characters, from 1. A mark that an editor put before the first character is none.
    pub(super) fn column(&self, at: usize) -> u32 {
        let start =
            self.lines.partition_point(|start| *start <= at).checked_sub(1).and_then(|line| self.lines.get(line));
        let before = self.text.get(start.copied().unwrap_or(0)..at).unwrap_or_default();
        u32::try_from(before.trim_start_matches('\u{feff}').chars().count()).map_or(u32::MAX, |count| count + 1)
    }
}

impl<'a> Table<'a> {
    /// Takes a table, unless it has a key that is not among the `known` ones.
    pub(super) fn new(
        document: &'a Document<'a>,
        at: usize,
        entries: &'a DeTable<'a>,
        known: &[&str],
    ) -> Result<Self, Fault> {
        let unknown = entries.keys().filter(|key| !known.contains(&&**key.get_ref()));
        match unknown.min_by_key(|key| key.span().start) {
            None => Ok(Self { at, document, entries }),
            Some(key) => {
                let word = key.get_ref();
                let fault = Fault::new(key.span().start, format!("{word:?} is not known here"));
                let of_keys = OF_KEYS.contains(&&*word.to_lowercase());
                Err(if of_keys { fault.hint(KEY_HINT) } else { fault.suggest(word, known) })
            }
        }
    }

    /// What stands behind a key.
    pub(super) fn get(&self, word: &'static str) -> Option<Item<'a>> {
        let (key, value) = self.entries.get_key_value(word)?;
        let line = self.document.line(key.span().start);
        Some(Item::new(word, line, value, self.document, false))
    }

    /// The line where it begins.
    pub(super) fn line(&self) -> u32 {
        self.document.line(self.at)
    }
}

impl<'a> Layers<'a> {
    /// What stands behind a key, in the own table or else below.
    pub(super) fn get(&self, word: &'static str) -> Option<Item<'a>> {
        self.own.get(word).or_else(|| self.below.and_then(|below| below.get(word)))
    }

    /// The value of a key, or the default.
    pub(super) fn setting<T>(
        &self,
        word: &'static str,
        read: impl Fn(&Item<'a>) -> Result<T, Fault>,
        default: T,
    ) -> Result<Setting<T>, Fault> {
        let Some(item) = self.get(word) else {
            return Ok(Setting::default_of(default));
        };
        Ok(Setting { value: read(&item)?, origin: Origin::Line(item.line) })
    }
}

impl<'a> Item<'a> {
    fn new(
        word: &'static str,
        line: u32,
        value: &'a Spanned<DeValue<'a>>,
        document: &'a Document<'a>,
        is_element: bool,
    ) -> Self {
        Self { at: value.span().start, line, value: value.get_ref(), document, word, is_element }
    }

    /// A fault of this value; what is wrong comes behind its key.
    pub(super) fn fault(&self, what: impl std::fmt::Display) -> Fault {
        Fault::new(self.at, format!("{} {what}", self.word))
    }

    /// The fault of being another kind of value than one of `kinds`.
    pub(super) fn is_no(&self, kinds: &str) -> Fault {
        let each = if self.is_element { "each of " } else { "" };
        Fault::new(self.at, format!("{each}{} is {kinds}, not {}", self.word, self.kind()))
    }

    /// A text with something in it.
    pub(super) fn text(&self, kinds: &str) -> Result<&'a str, Fault> {
        match self.any_text(kinds)? {
            "" => Err(self.fault("is empty")),
            text => Ok(text),
        }
    }

    /// A text that may be empty. No path, argument or name can hold a NUL.
    pub(super) fn any_text(&self, kinds: &str) -> Result<&'a str, Fault> {
        let text = self.value.as_str().ok_or_else(|| self.is_no(kinds))?;
        if text.contains('\0') { Err(self.fault("cannot hold a NUL")) } else { Ok(text) }
    }

    /// A text with something in it that may stand alone or in a list.
    pub(super) fn text_of_list(&self) -> Result<&'a str, Fault> {
        self.text(if self.is_element { "a text" } else { "a text or a list of texts" })
    }

    /// The values of a list.
    pub(super) fn list(&self, kinds: &str) -> Result<Vec<Item<'a>>, Fault> {
        let list = self.value.as_array().ok_or_else(|| self.is_no(kinds))?;
        Ok(list.iter().map(|value| Item::new(self.word, self.line, value, self.document, true)).collect())
    }

    /// The values of a list that is not empty, or the one value that stands without brackets.
    pub(super) fn one_or_list(&self) -> Result<Vec<Item<'a>>, Fault> {
        match self.value {
            DeValue::Array(list) if list.is_empty() => Err(self.fault("is an empty list").hint("leave it out instead")),
            DeValue::Array(_) => self.list(""),
            _ => Ok(vec![*self]),
        }
    }

    /// A table with known keys.
    pub(super) fn table(&self, kinds: &str, known: &[&str]) -> Result<Table<'a>, Fault> {
        let entries = self.value.as_table().ok_or_else(|| self.is_no(kinds))?;
        Table::new(self.document, self.at, entries, known)
    }

    /// The first in the file of these keys that the table has, and its offset.
    pub(super) fn first_of(&self, words: &[&str]) -> Option<(usize, &'a str)> {
        let keys = self.value.as_table()?.keys().map(|key| (key.span().start, &**key.get_ref()));
        keys.filter(|(_, key)| words.contains(key)).min()
    }

    fn kind(&self) -> &'static str {
        match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        }
    }
}
