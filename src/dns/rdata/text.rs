//! RDATA as text: the words of a record, the form for unknown types (RFC 3597 §5), and what can be wrong with either.

use crate::dns::{EscapeError, NameError, RecordType, Word, WordError, escape};

use super::{Reader, fields};

/// Why a text is not the data of a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RdataError {
    /// The text ends before the last field.
    #[error("{what} is missing")]
    Missing {
        /// What should follow.
        what: &'static str,
    },
    /// The text goes on after the last field.
    #[error("{word:?} is more than this type's data has room for")]
    Extra {
        /// The first word too many.
        word: String,
        /// Its column, from 0.
        column: usize,
    },
    /// A word that cannot be what its place demands.
    #[error("{word:?} is not {wanted}")]
    Bad {
        /// The word.
        word: String,
        /// Its column, from 0.
        column: usize,
        /// What its place demands.
        wanted: &'static str,
    },
    /// A name that breaks a rule.
    #[error("{why}")]
    Name {
        /// The rule.
        why: NameError,
        /// The word's column, from 0.
        column: usize,
    },
    /// An escape that means nothing.
    #[error("{why}")]
    Escape {
        /// What is wrong with it.
        why: EscapeError,
        /// The word's column, from 0.
        column: usize,
    },
    /// A string of more than 255 octets.
    #[error("a string holds at most 255 octets: write the text as several strings")]
    StringTooLong {
        /// The word's column, from 0.
        column: usize,
    },
    /// A digest whose length is not its type's.
    #[error("a digest of this type has {octets} octets")]
    DigestLength {
        /// The column of the digest's type, from 0.
        column: usize,
        /// The right length.
        octets: usize,
    },
    /// Octets written as `\# length hex` that the type does not allow.
    #[error("these octets are no data of this type")]
    Unfit {
        /// The column of the length, from 0.
        column: usize,
    },
    /// A type without a presentation form here.
    #[error("the data of {0} can only be written as \\# LENGTH HEX (RFC 3597)")]
    OnlyUnknownForm(RecordType),
    /// A type that no record in a zone has.
    #[error("{0} is not a type that data can have")]
    NotData(RecordType),
    /// A quote that is never closed.
    #[error(transparent)]
    Word(#[from] WordError),
}

impl RdataError {
    /// The octet of the text at which the fault lies, counted from 0; `None` for a fault of the whole.
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::Extra { column, .. }
            | Self::Bad { column, .. }
            | Self::Name { column, .. }
            | Self::Escape { column, .. }
            | Self::StringTooLong { column }
            | Self::DigestLength { column, .. }
            | Self::Unfit { column }
            | Self::Word(WordError { column }) => Some(*column),
            Self::Missing { .. } | Self::OnlyUnknownForm(_) | Self::NotData(_) => None,
        }
    }
}

/// Reads a type's data from its words.
pub(super) fn parse(record_type: RecordType, words: &[Word<'_>]) -> Result<Vec<u8>, RdataError> {
    if !record_type.is_data() {
        return Err(RdataError::NotData(record_type));
    }
    let fields = fields(record_type);
    let mut octets = Vec::new();
    let mut rest = words;
    match words {
        [first, after @ ..] if first.text == "\\#" && !first.quoted => {
            rest = after;
            octets = unknown_form(record_type, &mut rest)?;
        }
        _ if fields.is_empty() => return Err(RdataError::OnlyUnknownForm(record_type)),
        _ => {
            for field in fields {
                field.parse(&mut rest, &mut octets)?;
            }
        }
    }
    match rest.first() {
        Some(word) => Err(RdataError::Extra { word: word.text.to_owned(), column: word.column }),
        None => Ok(octets),
    }
}

/// One text as the strings of a TXT record, each as long as a string can be.
pub(super) fn long_string(text: &str) -> Result<Vec<u8>, RdataError> {
    let octets = escape::octets(text).map(|octet| octet.map(|octet| octet.value));
    let octets: Vec<u8> = octets.collect::<Result<_, _>>().map_err(|why| RdataError::Escape { why, column: 0 })?;
    // A chunk has at most 255 octets, so its length is one octet.
    Ok(octets.chunks(255).flat_map(|chunk| std::iter::once(chunk.len() as u8).chain(chunk.iter().copied())).collect())
}

/// Reads all the words left as hex; they may be broken anywhere.
pub(super) fn hex(words: &mut &[Word<'_>], octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let Some(first) = words.first() else { return Err(RdataError::Missing { what: "octets in hex" }) };
    let mut high = None;
    for word in *words {
        let bad = || RdataError::Bad { word: word.text.to_owned(), column: word.column, wanted: "octets in hex" };
        for digit in word.text.chars() {
            // A hex digit is below 16.
            let value = digit.to_digit(16).ok_or_else(bad)? as u8;
            match high.take() {
                Some(upper) => octets.push(upper << 4 | value),
                None => high = Some(value),
            }
        }
    }
    let text: String = words.iter().map(|word| word.text).collect();
    if high.is_some() || text.is_empty() {
        return Err(RdataError::Bad { word: text, column: first.column, wanted: "whole octets in hex" });
    }
    *words = &[];
    Ok(())
}

/// Octets as hex in capitals, broken into words where BIND breaks them.
pub(super) fn hex_words(octets: &[u8]) -> String {
    let word = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02X}")).collect::<String>();
    octets.chunks(28).map(word).collect::<Vec<_>>().join(" ")
}

/// Octets in the form for unknown types.
pub(super) fn unknown(octets: &[u8]) -> String {
    format!("\\# {} {}", octets.len(), hex_words(octets)).trim_end().to_owned()
}

/// Reads `length hex` after `\#`. For a known type the octets must be ones that the type allows.
fn unknown_form(record_type: RecordType, words: &mut &[Word<'_>]) -> Result<Vec<u8>, RdataError> {
    let Some((length, rest)) = words.split_first() else {
        return Err(RdataError::Missing { what: "the length in octets" });
    };
    let bad = |wanted| RdataError::Bad { word: length.text.to_owned(), column: length.column, wanted };
    let digits = length.text.bytes().all(|octet| octet.is_ascii_digit());
    let wanted = digits.then(|| length.text.parse::<u16>().ok()).flatten();
    let wanted = usize::from(wanted.ok_or_else(|| bad("a length in octets"))?);
    *words = rest;
    let mut octets = Vec::new();
    if wanted > 0 || !rest.is_empty() {
        hex(words, &mut octets)?;
    }
    if octets.len() != wanted {
        return Err(bad("the length of the octets that follow"));
    }
    let fits = fields(record_type).is_empty() || super::Rdata::read(record_type, Reader::alone(&octets)).is_ok();
    if fits { Ok(octets) } else { Err(RdataError::Unfit { column: length.column }) }
}
