//! Fields of text: character strings (RFC 1035 §3.3) and what is like them.

use crate::dns::{Malformed, Reader, Word, escape};

use super::input::{Input, bad, unescape};
use super::text::RdataError;

/// Reads the next word as a string whose octets are `legal`.
pub(super) fn parse(
    input: &mut Input<'_>,
    wanted: &'static str,
    legal: fn(&[u8]) -> bool,
    octets: &mut Vec<u8>,
) -> Result<(), RdataError> {
    let word = input.word(wanted)?;
    let text = unescape(word)?;
    if !legal(&text) {
        return Err(bad(word, wanted));
    }
    push(&text, word, octets)
}

/// Reads every word left as a string, one at least.
pub(super) fn parse_all(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let words = input.rest();
    if words.is_empty() {
        return Err(RdataError::Missing { what: "a string" });
    }
    words.iter().try_for_each(|word| push(&unescape(*word)?, *word, octets))
}

/// Appends a string from a message: a length octet and as many octets.
pub(super) fn read(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    let length = reader.u8()?;
    octets.push(length);
    octets.extend_from_slice(reader.take(length.into())?);
    Ok(())
}

/// Appends every string to the end, one at least.
pub(super) fn read_all(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    read(reader, octets)?;
    while reader.left() > 0 {
        read(reader, octets)?;
    }
    Ok(())
}

/// Prints strings one behind the other.
pub(super) fn print(mut octets: &[u8]) -> Option<String> {
    let mut words = Vec::new();
    while let [length, rest @ ..] = octets {
        let (text, after) = rest.split_at_checked((*length).into())?;
        words.push(quoted(text));
        octets = after;
    }
    Some(words.join(" "))
}

/// Whether this is the tag of a CAA record (RFC 8659 §4.1).
pub(super) fn is_tag(octets: &[u8]) -> bool {
    !octets.is_empty() && octets.iter().all(|octet| octet.is_ascii_alphanumeric())
}

/// Whether this is an address of X.25, which has four digits at least (RFC 1183 §3.1).
pub(super) fn is_x25(octets: &[u8]) -> bool {
    octets.len() >= 4 && octets.iter().all(u8::is_ascii_digit)
}

/// Quotes a text so that it reads back octet by octet.
pub(super) fn quoted(text: &[u8]) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for &octet in text {
        match octet {
            b'"' | b'\\' => {
                quoted.push('\\');
                quoted.push(octet.into());
            }
            b' '..=b'~' => quoted.push(octet.into()),
            _ => quoted.push_str(&escape::decimal(octet)),
        }
    }
    quoted.push('"');
    quoted
}

/// Appends a string: its length and its octets.
pub(super) fn push(text: &[u8], word: Word<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let length = u8::try_from(text.len()).map_err(|_| RdataError::StringTooLong { column: word.column })?;
    octets.push(length);
    octets.extend_from_slice(text);
    Ok(())
}
