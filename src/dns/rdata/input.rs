//! The words of one record's data, taken from the front one after the other.

use crate::dns::{Name, Word, escape};

use super::text::RdataError;

/// The words that are still to be read, and the name that completes relative ones.
#[derive(Debug)]
pub(super) struct Input<'w> {
    words: &'w [Word<'w>],
    origin: &'w Name,
}

impl<'w> Input<'w> {
    pub(super) fn new(words: &'w [Word<'w>], origin: &'w Name) -> Self {
        Self { words, origin }
    }

    /// The next word, left where it is.
    pub(super) fn peek(&self) -> Option<Word<'w>> {
        self.words.first().copied()
    }

    /// The next word, in quotes or not; `wanted` is said where there is none.
    pub(super) fn word(&mut self, wanted: &'static str) -> Result<Word<'w>, RdataError> {
        let (&word, rest) = self.words.split_first().ok_or(RdataError::Missing { what: wanted })?;
        self.words = rest;
        Ok(word)
    }

    /// The next word, which must not be in quotes.
    pub(super) fn plain(&mut self, wanted: &'static str) -> Result<Word<'w>, RdataError> {
        let word = self.word(wanted)?;
        if word.quoted { Err(bad(word, wanted)) } else { Ok(word) }
    }

    /// The next word, read by `read`; what it does not understand is not `wanted`.
    pub(super) fn value<T>(
        &mut self,
        wanted: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, RdataError> {
        let word = self.plain(wanted)?;
        read(word.text).ok_or_else(|| bad(word, wanted))
    }

    /// The next word as a domain name.
    pub(super) fn name(&mut self) -> Result<Name, RdataError> {
        let word = self.plain("a domain name")?;
        Name::parse_within(word.text, self.origin).map_err(|why| RdataError::Name { why, column: word.column })
    }

    /// All the words that are left.
    pub(super) fn rest(&mut self) -> &'w [Word<'w>] {
        std::mem::take(&mut self.words)
    }

    /// Refuses what is left.
    pub(super) fn finish(self) -> Result<(), RdataError> {
        let extra = |word: &Word<'_>| RdataError::Extra { word: word.text.to_owned(), column: word.column };
        self.words.first().map_or(Ok(()), |word| Err(extra(word)))
    }
}

/// A word that is not what its place demands.
pub(super) fn bad(word: Word<'_>, wanted: &'static str) -> RdataError {
    RdataError::Bad { word: word.text.to_owned(), column: word.column, wanted }
}

/// The octets that a word's text stands for.
pub(super) fn unescape(word: Word<'_>) -> Result<Vec<u8>, RdataError> {
    let octets = escape::octets(word.text).map(|octet| octet.map(|octet| octet.value));
    octets.collect::<Result<_, _>>().map_err(|why| RdataError::Escape { why, column: word.column })
}
