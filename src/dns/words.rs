//! Splitting a line of text into words, each with its column: blanks separate, quotes hold together, a backslash
//! takes the meaning from the next character. No comments and no parentheses: `nsupdate` has none within RDATA.

/// One word of a line, escapes not yet read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'t> {
    /// The text without its quotes.
    pub text: &'t str,
    /// Whether it stood in quotes.
    pub quoted: bool,
    /// The octet of the line at which it begins, counted from 0.
    pub column: usize,
}

/// Why a line cannot be split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the quote that opens at column {} is never closed", column + 1)]
pub struct WordError {
    /// The octet at which the quote opens, counted from 0.
    pub column: usize,
}

/// Splits `line` into its words.
///
/// # Errors
/// [`WordError`] where a quote is not closed.
pub fn words(line: &str) -> Result<Vec<Word<'_>>, WordError> {
    let octets = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < octets.len() {
        if octets[at].is_ascii_whitespace() {
            at += 1;
        } else if octets[at] == b'"' {
            let end = end_of(octets, at + 1, |octet| octet == b'"');
            if end >= octets.len() {
                return Err(WordError { column: at });
            }
            found.push(Word { text: &line[at + 1..end], quoted: true, column: at });
            at = end + 1;
        } else {
            let end = end_of(octets, at, |octet| octet.is_ascii_whitespace() || octet == b'"');
            found.push(Word { text: &line[at..end], quoted: false, column: at });
            at = end;
        }
    }
    Ok(found)
}

/// The first place from `at` on that `ends` and is not escaped, or the line's end.
fn end_of(octets: &[u8], mut at: usize, ends: impl Fn(u8) -> bool) -> usize {
    while at < octets.len() && !ends(octets[at]) {
        // The octet after a backslash may be a whole character of several octets: its others end nothing.
        at += if octets[at] == b'\\' { 2 } else { 1 };
    }
    at.min(octets.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<&str> {
        words(line).unwrap().iter().map(|word| word.text).collect()
    }

    #[test]
    fn blanks_separate_and_quotes_hold_together() {
        assert_eq!(texts("  10 \t mail.example. "), ["10", "mail.example."]);
        assert_eq!(texts(r#""a b" "" c"d e""#), ["a b", "", "c", "d e"]);
        assert_eq!(words(r#"x "y""#).unwrap()[1], Word { text: "y", quoted: true, column: 2 });
    }

    #[test]
    fn escaped_blanks_and_quotes_end_nothing() {
        assert_eq!(texts(r#"a\ b "say \"hi\"""#), [r"a\ b", r#"say \"hi\""#]);
        assert_eq!(texts("v=spf1;x \\ü\\"), ["v=spf1;x", "\\ü\\"]);
    }

    #[test]
    fn an_open_quote_is_pointed_at() {
        assert_eq!(words(r#"ab "cd\""#), Err(WordError { column: 3 }));
    }
}
