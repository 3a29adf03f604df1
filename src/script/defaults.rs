//! What a session holds for the lines to come: what a line means that does not say everything itself.

use std::borrow::Cow;

use crate::dns::{Class, Name, RecordType};

use super::class::parse_class;
use super::dialect::Dialect;
use super::line::Token;
use super::wrong::{At, Place, Wrong};

/// What stands for what a line leaves out.
#[derive(Debug, Clone)]
pub(super) struct Defaults {
    pub(super) dialect: Dialect,
    /// What completes relative names; only where a dialect knows them.
    pub(super) origin: Option<Name>,
    /// The class that `class` has set.
    pub(super) class: Class,
    /// The class that the message has, once a line has needed one.
    pub(super) fixed: Option<Class>,
    pub(super) ttl: Option<u32>,
    pub(super) check_names: bool,
    pub(super) check_svcb: bool,
    /// Whether `server` is forbidden.
    pub(super) server_kept: bool,
}

impl Defaults {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            origin: None,
            class: Class::IN,
            fixed: None,
            ttl: (dialect == Dialect::Knsupdate).then_some(3600),
            check_names: true,
            // nsupdate 9.18 does not look, and what it takes must be taken; 9.20 looks.
            check_svcb: dialect == Dialect::Nsup,
            server_kept: false,
        }
    }

    /// Whether the line is in nsup's own dialect.
    pub(super) fn own(&self) -> bool {
        self.dialect == Dialect::Nsup
    }

    /// The class of the message.
    pub(super) fn class(&self) -> Class {
        self.fixed.unwrap_or(self.class)
    }

    /// The class of a line that says one; `None` where the message has another already.
    pub(super) fn class_said(&self, said: Class) -> Option<Class> {
        // NONE sets the message free again: so nsupdate has it.
        let free = self.fixed.is_none_or(|fixed| fixed == Class::NONE || fixed == said) || said == Class::NONE;
        free.then_some(said)
    }

    /// Reads a class that may be said here, and checks that it is the message's.
    pub(super) fn class_word(&self, word: Token<'_>) -> Result<Option<Class>, At> {
        let Some(class) = parse_class(word.text) else { return Ok(None) };
        let mismatch = || Wrong::ClassMismatch(word.text.to_owned()).at(word.column);
        self.class_said(class).ok_or_else(mismatch).map(Some)
    }

    /// What relative names are completed with.
    pub(super) fn origin(&self) -> Name {
        self.origin.clone().unwrap_or_else(Name::root)
    }

    /// Reads an owner.
    pub(super) fn owner(&self, word: Token<'_>) -> Result<Name, At> {
        if self.own() && word.text == "@" && self.origin.is_none() {
            return Err(Wrong::OriginUnset.at(word.column));
        }
        let name = Name::parse_within(&self.octets_of(word.text), &self.origin());
        name.map_err(|why| Wrong::Owner(why, word.text.to_owned()).at(word.column))
    }

    /// The text as the dialect takes it: letters beyond ASCII are a name's letters to nsup and octets to the others.
    pub(super) fn octets_of<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.own() { Cow::Borrowed(text) } else { escape_octets(text) }
    }
}

/// Reads a type.
pub(super) fn type_word(word: Token<'_>, place: Place) -> Result<RecordType, At> {
    word.text.parse().map_err(|_| Wrong::Type(word.text.to_owned(), place).at(word.column))
}

/// The text with every octet beyond ASCII as `\DDD`.
pub(super) fn escape_octets(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() * 4);
    let mut backslash = false;
    for c in text.chars() {
        if !c.is_ascii() {
            // A backslash before it takes no meaning from an octet that has none.
            if std::mem::take(&mut backslash) {
                escaped.pop();
            }
            c.encode_utf8(&mut [0; 4]).bytes().for_each(|octet| escaped.push_str(&format!("\\{octet:03}")));
        } else {
            backslash = c == '\\' && !backslash;
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_beyond_ascii_are_escaped_and_a_backslash_before_them_goes() {
        assert_eq!(escape_octets("bü"), r"b\195\188");
        assert_eq!(escape_octets(r"b\ü\\ü\."), r"b\195\188\\\195\188\.");
        assert_eq!(escape_octets(r"a\.b"), r"a\.b");
    }

    #[test]
    fn the_first_class_that_is_said_holds_and_none_sets_it_free() {
        let mut defaults = Defaults::new(Dialect::Nsupdate);
        assert_eq!(defaults.class_said(Class(3)), Some(Class(3)));
        defaults.fixed = Some(Class::IN);
        assert_eq!(defaults.class_said(Class(3)), None);
        assert_eq!(defaults.class_said(Class::NONE), Some(Class::NONE));
        defaults.fixed = Some(Class::NONE);
        assert_eq!(defaults.class_said(Class(3)), Some(Class(3)));
    }
}
