//! RDATA as text: the words of a record, the form for unknown types (RFC 3597 §5), and what can be wrong with either.

use crate::dns::{EscapeError, Name, NameError, RecordType, Word, WordError, escape};

use super::input::Input;
use super::octets::{hex, hex_words};
use super::{Reader, fields, number};

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
    /// A length that is not that of the octets behind it.
    #[error("{octets} octets follow, which is not the length said")]
    Length {
        /// The column of the `\#`, from 0.
        column: usize,
        /// How many were said to follow.
        said: usize,
        /// How many follow.
        octets: usize,
    },
    /// More octets than a record can hold.
    #[error("the data of a record has at most 65535 octets")]
    TooLong,
    /// Octets written as `\# length hex` that the type does not allow.
    #[error("these octets are no data of this type")]
    Unfit {
        /// The column of the `\#`, from 0.
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
            | Self::Length { column, .. }
            | Self::Unfit { column }
            | Self::Word(WordError { column }) => Some(*column),
            Self::Missing { .. } | Self::TooLong | Self::OnlyUnknownForm(_) | Self::NotData(_) => None,
        }
    }
}

/// Reads a type's data from its words. TKEY's can be written although it is never stored (RFC 2930).
pub(super) fn parse(record_type: RecordType, words: &[Word<'_>], origin: &Name) -> Result<Vec<u8>, RdataError> {
    let mut input = Input::new(words, origin);
    let is_unknown_form = input.peek().is_some_and(|word| word.text == "\\#" && !word.quoted);
    if !record_type.is_data() && (record_type != RecordType::TKEY || is_unknown_form) {
        return Err(RdataError::NotData(record_type));
    }
    let mut octets = Vec::new();
    if is_unknown_form {
        octets = unknown_form(record_type, &mut input)?;
    } else {
        if fields(record_type).is_empty() {
            return Err(RdataError::OnlyUnknownForm(record_type));
        }
        for field in fields(record_type) {
            field.parse(&mut input, &mut octets)?;
        }
    }
    input.finish()?;
    if octets.len() > usize::from(u16::MAX) { Err(RdataError::TooLong) } else { Ok(octets) }
}

/// One text as the strings of a TXT record, each as long as a string can be.
pub(super) fn long_string(text: &str) -> Result<Vec<u8>, RdataError> {
    let octets = escape::octets(text).map(|octet| octet.map(|octet| octet.value));
    let octets: Vec<u8> = octets.collect::<Result<_, _>>().map_err(|why| RdataError::Escape { why, column: 0 })?;
    // A chunk has at most 255 octets, so its length is one octet.
    Ok(octets.chunks(255).flat_map(|chunk| std::iter::once(chunk.len() as u8).chain(chunk.iter().copied())).collect())
}

/// Octets in the form for unknown types.
pub(super) fn unknown(octets: &[u8]) -> String {
    format!("\\# {} {}", octets.len(), hex_words(octets)).trim_end().to_owned()
}

/// Reads `\# length hex`. For a known type the octets must be ones that the type allows.
fn unknown_form(record_type: RecordType, input: &mut Input<'_>) -> Result<Vec<u8>, RdataError> {
    let column = input.word("\\#")?.column;
    let wanted = "a length in octets";
    let length = input.value(wanted, |text| number::number(text, 2))?;
    let mut octets = Vec::new();
    if length > 0 || input.peek().is_some() {
        hex(input, &mut octets)?;
    }
    // A length is a number of 16 bits.
    let said = length as usize;
    if octets.len() != said {
        return Err(RdataError::Length { column, said, octets: octets.len() });
    }
    let fits = fields(record_type).is_empty() || super::Rdata::read(record_type, Reader::alone(&octets)).is_ok();
    if fits { Ok(octets) } else { Err(RdataError::Unfit { column }) }
}
