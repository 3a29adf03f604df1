//! The part of a line that knsupdate reads as a zone file has it: comments, parentheses, and its faults in the words of
//! Knot's reader.

use crate::dns::{NameError, Rdata, RdataError, RecordType, Word, words};

use super::defaults::{Defaults, escape_octets};
use super::rdata::pieces;

/// The line without its comment and with blanks for its parentheses, which hold nothing together on a line of their own.
///
/// # Errors
/// Says that a parenthesis is not closed.
pub(super) fn plain(text: &str) -> Result<String, &'static str> {
    let (mut quoted, mut escaped, mut open) = (false, false, 0usize);
    let mut found = String::with_capacity(text.len());
    for c in text.chars() {
        let as_it_is = std::mem::take(&mut escaped) || quoted && c != '"' && c != '\\';
        match c {
            _ if as_it_is => found.push(c),
            ';' => break,
            '(' | ')' => {
                open = if c == '(' { open + 1 } else { open.saturating_sub(1) };
                found.push(' ');
            }
            _ => {
                quoted ^= c == '"';
                escaped = c == '\\';
                found.push(c);
            }
        }
    }
    if open == 0 { Ok(found) } else { Err("unclosed last multiline block") }
}

/// Reads a record's data; strings may be of any length.
///
/// # Errors
/// In the words of Knot's reader.
pub(super) fn data(text: &str, record_type: RecordType, defaults: &Defaults) -> Result<Rdata, &'static str> {
    let text = escape_octets(text);
    let mut words: Vec<Word<'_>> = words(&text).map_err(|_| "invalid text character")?;
    if matches!(record_type, RecordType::TXT | RecordType::SPF) {
        words = words.iter().flat_map(|word| pieces(*word)).collect();
    }
    Rdata::parse_within(record_type, &words, &defaults.origin()).map_err(|why| words_of(&why))
}

fn words_of(why: &RdataError) -> &'static str {
    match why {
        RdataError::Missing { what } => missing_words(what),
        RdataError::Length { .. } => "the rdata length statement is incorrect",
        RdataError::TooLong => "maximal record data length has exceeded",
        RdataError::Extra { .. } => "unexpected data",
        RdataError::Bad { word, wanted, .. } => word_words(word, wanted),
        RdataError::Name { why: NameError::LabelTooLong(_), .. } => "maximal domain name label length has exceeded",
        RdataError::Name { why: NameError::TooLong, .. } => "maximal domain name length has exceeded",
        RdataError::Name { .. } => "invalid domain name character",
        RdataError::Escape { .. } | RdataError::Word(_) => "invalid text character",
        RdataError::OnlyUnknownForm(_) => "unable to process text form for this type",
        RdataError::NotData(_) => "unsupported record type",
        _ => "invalid record data",
    }
}

fn missing_words(what: &str) -> &'static str {
    match what {
        _ if what.contains("address") => "invalid address character",
        _ if what.contains("name") => "invalid domain name character",
        _ if what.contains("string") || what.contains("text") => "invalid text character",
        _ if what.contains("hex") => "invalid hexadecimal character",
        _ if what.contains("base64") => "invalid Base64 character",
        _ => "invalid number",
    }
}

fn word_words(word: &str, wanted: &str) -> &'static str {
    let digits = !word.is_empty() && word.bytes().all(|octet| octet.is_ascii_digit());
    match wanted {
        _ if wanted.contains("IPv4") && word.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.') => {
            "invalid IPv4 address"
        }
        _ if wanted.contains("IPv6")
            && word.bytes().all(|octet| octet.is_ascii_hexdigit() || b":.".contains(&octet)) =>
        {
            "invalid IPv6 address"
        }
        "a number from 0 to 255" if digits => "number is bigger than 8 bits",
        "a number from 0 to 65535" if digits => "number is bigger than 16 bits",
        "a number from 0 to 4294967295" if digits => "number is bigger than 32 bits",
        _ if wanted.contains("time in seconds") => "invalid time unit",
        _ => missing_words(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_parentheses_go_outside_of_quotes_and_escapes() {
        for (text, kept) in [
            ("a A 192.0.2.1;x", "a A 192.0.2.1"),
            ("a A ( 192.0.2.1 ) ; (", "a A   192.0.2.1   "),
            (r#"a TXT "(;" (b)"#, r#"a TXT "(;"  b "#),
            (r#"a TXT "\"(" \( \;"#, r#"a TXT "\"(" \( \;"#),
            ("a A 192.0.2.1 )", "a A 192.0.2.1  "),
        ] {
            assert_eq!(plain(text), Ok(kept.to_owned()), "{text}");
        }
        assert!(plain("a A (192.0.2.1").is_err());
    }
}
