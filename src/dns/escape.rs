//! Escapes of the presentation form (RFC 1035 §5.1): `\DDD` is one octet in decimal, `\X` is the character X itself.
//!
//! Names and character strings share them; what else must be escaped differs and is said by the caller.

/// Why an escape cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EscapeError {
    /// The text ends with a lone backslash.
    #[error("the text ends with a lone backslash")]
    Unfinished,
    /// A backslash is followed by one or two digits only, or by a number over 255.
    #[error("\\ and a digit must be three decimal digits from 000 to 255, as in \\032")]
    NotAnOctet,
}

/// One octet of text after its escapes have been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Octet {
    /// The octet itself.
    pub(super) value: u8,
    /// Whether it was written with a backslash, so that `\.` is not a label's end.
    pub(super) escaped: bool,
}

/// Reads the octets of `text`, one at a time; UTF-8 beyond ASCII comes out as its octets.
pub(super) fn octets(text: &str) -> impl Iterator<Item = Result<Octet, EscapeError>> + '_ {
    let mut rest = text.as_bytes();
    std::iter::from_fn(move || {
        let (&first, after) = rest.split_first()?;
        rest = after;
        if first != b'\\' {
            return Some(Ok(Octet { value: first, escaped: false }));
        }
        let escaped = escape(&mut rest);
        if escaped.is_err() {
            rest = &[];
        }
        Some(escaped.map(|value| Octet { value, escaped: true }))
    })
}

/// Whether a terminal obeys a character instead of showing it: a control character, or one that turns the direction in which
/// the others are read (UAX #9), so that a text looks like another one.
pub fn steers(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns
}

/// Writes `octet` as `\DDD`.
pub(super) fn decimal(octet: u8) -> String {
    format!("\\{octet:03}")
}

/// Reads what follows a backslash.
fn escape(rest: &mut &[u8]) -> Result<u8, EscapeError> {
    let (&first, after) = rest.split_first().ok_or(EscapeError::Unfinished)?;
    if !first.is_ascii_digit() {
        *rest = after;
        return Ok(first);
    }
    let digits = rest.get(..3).ok_or(EscapeError::NotAnOctet)?;
    let value =
        digits.iter().try_fold(0u16, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u16::from(digit - b'0')));
    *rest = &rest[3..];
    value.and_then(|value| u8::try_from(value).ok()).ok_or(EscapeError::NotAnOctet)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<u8>, EscapeError> {
        octets(text).map(|octet| octet.map(|octet| octet.value)).collect()
    }

    #[test]
    fn three_digits_are_decimal() {
        assert_eq!(read(r"\065\032\255\000").unwrap(), [65, 32, 255, 0]);
    }

    #[test]
    fn a_backslash_takes_the_meaning_from_the_next_character() {
        assert_eq!(read(r#"a\.\"\\"#).unwrap(), br#"a."\"#);
    }

    #[test]
    fn what_is_not_an_escape_is_refused() {
        assert_eq!(read("a\\"), Err(EscapeError::Unfinished));
        for bad in [r"\9", r"\99", r"\256", r"\1a2", r"\12x"] {
            assert_eq!(read(bad), Err(EscapeError::NotAnOctet), "{bad}");
        }
    }
}
