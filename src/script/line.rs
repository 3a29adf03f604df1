//! A line of a script: its words, what is left of it, and where its comment begins.

use std::borrow::Cow;

/// A line that is read from the front.
#[derive(Debug, Clone)]
pub(super) struct Line<'l> {
    text: &'l str,
    at: usize,
}

/// A word and the octet at which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'l> {
    pub(super) text: &'l str,
    pub(super) column: usize,
}

/// Octets as the text of a line: UTF-8 as it is, and every other octet as `\DDD`, so that none gets lost.
pub fn text_of(octets: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(octets) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(octets.len());
    for chunk in octets.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|octet| text.push_str(&format!("\\{octet:03}")));
    }
    Cow::Owned(text)
}

/// Whether a line may hold a secret, so that it is neither shown nor kept: a `key` line, a misspelt or commented one
/// too, or what a key file has in its place.
pub fn holds_secret(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let is_part = |c: char| c.is_ascii_alphanumeric();
    let mut words = line.split(|c| !is_part(c)).filter(|word| !word.is_empty());
    let first = words.find(|word| !matches!(*word, "prereq" | "update")).unwrap_or_default();
    // `kye`, `keys` and the like are a slip of the finger, and the secret behind it is one all the same.
    let nearly = (2..=4).contains(&first.len()) && strsim::osa_distance(first, "key") <= 1;
    nearly || first.starts_with("key") || first.ends_with("key") || first == "secret" || line.contains("hmac-")
}

impl<'l> Line<'l> {
    pub(super) fn new(text: &'l str) -> Self {
        Self { text, at: 0 }
    }

    /// The next word; blanks and tabs separate words, and nothing holds them together.
    pub(super) fn word(&mut self) -> Option<Token<'l>> {
        let start = self.skip(is_separator);
        let length = self.text[start..].find(is_separator).unwrap_or(self.text.len() - start);
        self.at = start + length;
        (length > 0).then(|| Token { text: &self.text[start..self.at], column: start })
    }

    /// The next word, without taking it.
    pub(super) fn peek(&self) -> Option<Token<'l>> {
        self.clone().word()
    }

    /// All that is left behind the blanks, as it stands.
    pub(super) fn rest(&self) -> Token<'l> {
        let start = self.clone().skip(|c| c.is_ascii_whitespace() || c == '\x0b');
        Token { text: &self.text[start..], column: start }
    }

    /// Where the next word would begin.
    pub(super) fn column(&self) -> usize {
        self.clone().skip(is_separator)
    }

    fn skip(&mut self, what: impl Fn(char) -> bool) -> usize {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches(what).len();
        self.at
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// The line without a comment that begins with `;` or `#` behind a blank or at the front. Within quotes neither does,
/// nor within a word, so that `v=DKIM1;k=rsa` stays whole.
pub(super) fn without_comment(line: &str) -> &str {
    let (mut quoted, mut after_blank, mut escaped) = (false, true, false);
    for (place, c) in line.char_indices() {
        let plain = !std::mem::take(&mut escaped);
        match c {
            '\\' if plain => escaped = true,
            '"' if plain => quoted = !quoted,
            ';' | '#' if plain && after_blank && !quoted => return &line[..place],
            _ => {}
        }
        after_blank = plain && is_separator(c);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_separated_by_blanks_and_tabs_and_know_their_columns() {
        let mut line = Line::new(" \tadd  \"a\tb  rest of it ");
        let words: Vec<_> = (0..3).filter_map(|_| line.word()).map(|word| (word.text, word.column)).collect();
        assert_eq!(words, [("add", 2), ("\"a", 7), ("b", 10)]);
        assert_eq!(line.rest(), Token { text: "rest of it ", column: 13 });
        assert_eq!(line.peek().map(|word| word.text), Some("rest"));
        assert_eq!(Line::new(" \t").word(), None);
    }

    #[test]
    fn a_comment_begins_behind_a_blank_outside_of_quotes() {
        for (line, kept) in [
            ("send ; now", "send "),
            ("send # now", "send "),
            ("# all", ""),
            ("  ; all", "  "),
            ("add a 1 TXT v=DKIM1;k=rsa a#b", "add a 1 TXT v=DKIM1;k=rsa a#b"),
            (r#"add a 1 TXT "a ; b" ; c"#, r#"add a 1 TXT "a ; b" "#),
            (r#"add a 1 TXT "a \" ; b" # c"#, r#"add a 1 TXT "a \" ; b" "#),
            (r"add a 1 TYPE65280 \# 0 # none", r"add a 1 TYPE65280 \# 0 "),
            (r"add a 1 TXT \; x", r"add a 1 TXT \; x"),
            (r"add a 1 TXT \ ;x", r"add a 1 TXT \ ;x"),
        ] {
            assert_eq!(without_comment(line), kept, "{line}");
        }
    }

    #[test]
    fn octets_that_are_no_utf_8_are_escaped() {
        assert_eq!(text_of("bü".as_bytes()), "bü");
        assert_eq!(text_of(b"a\xfcb\xc3"), "a\\252b\\195");
    }

    #[test]
    fn lines_with_a_key_are_known_even_where_the_word_is_not_right() {
        for line in [
            "key a b",
            " KEY a b",
            "\u{feff}key a b",
            "key\u{a0}a b",
            "; key a b",
            "\"key\" a b",
            "key=a b",
            "kye a b",
            "keys a b",
            "kez a b",
            "keya b",
            "apikey a b",
            "prereq key a b",
            "update KEY a b",
            "secret \"b\";",
            "foo hmac-sha256:a b",
        ] {
            assert!(holds_secret(line), "{line}");
        }
        for line in ["", "send", "help", "add key.example 1 A 192.0.2.1", "update add key.example. 1 KEY 0 3 8 AA=="] {
            assert!(!holds_secret(line), "{line}");
        }
    }
}
