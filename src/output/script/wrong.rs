//! What is wrong with a script: the place, the words, the line with a mark below it, and what to do.

use serde_json::{Value, json};

use crate::exit::Exit;
use crate::script::{Fault, holds_secret};

use super::super::{Printer, json};

/// So many characters of a line are shown.
const SHOWN: usize = 100;

/// A line of a script that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The file, the line and the column from 1, as far as they are known.
    place: String,
    line: Option<usize>,
    column: Option<usize>,
    what: String,
    hint: Option<String>,
    /// The line, unless it has a secret in it.
    text: Option<String>,
}

impl Wrong {
    /// A fault in this line, counted from 1, of a file.
    pub fn of(fault: Fault, file: &str, line: usize, text: &str) -> Self {
        let Fault { what, column, hint, .. } = fault;
        let column = column.map(|column| column + 1);
        let place = column.map_or_else(|| format!("{file}:{line}"), |column| format!("{file}:{line}:{column}"));
        Self { place, line: Some(line), column, what, hint, text: shown(text) }
    }

    /// A fault in a line that somebody has just typed.
    pub fn at_prompt(fault: Fault, text: &str) -> Self {
        let Fault { what, column, hint, .. } = fault;
        let column = column.map(|column| column + 1);
        Self { place: String::new(), line: None, column, what, hint, text: shown(text).filter(|_| column.is_some()) }
    }

    /// A file that cannot be read.
    pub fn file(file: &str, why: &str) -> Self {
        // Without the number that Rust adds to the system's words.
        let what = why.split(" (os error").next().unwrap_or_default().to_lowercase();
        Self { place: file.to_owned(), line: None, column: None, what, hint: None, text: None }
    }

    /// What a script ends with and does not send.
    pub fn pending(file: &str, line: usize, last: &str) -> Self {
        let what = format!("from here on nothing is sent: {last} ends without `send`");
        Self { what, hint: Some("an empty line sends too".to_owned()), ..Self::at_line(file, line) }
    }

    /// After so many faults the rest of a script was not looked at.
    pub fn more(file: &str, line: usize, told: usize) -> Self {
        Self { what: format!("{told} mistakes: the rest was not looked at"), ..Self::at_line(file, line) }
    }

    fn at_line(file: &str, line: usize) -> Self {
        let place = format!("{file}:{line}");
        Self { place, line: Some(line), column: None, what: String::new(), hint: None, text: None }
    }
}

/// The line of a fault, if there is anything in it and everybody may see it: as far as it was read, since behind a carriage
/// return there may be the secrets of other lines.
fn shown(text: &str) -> Option<String> {
    let text = text.split('\r').next().unwrap_or_default();
    (!holds_secret(text) && !text.trim().is_empty()).then(|| text.to_owned())
}

/// Tells what is wrong with a script of which nothing is sent.
pub fn faults(printer: Printer, faults: &[Wrong]) {
    if printer.json {
        let one = |wrong: &Wrong| {
            let Wrong { place, line, column, what, hint, .. } = wrong;
            json!({ "place": place, "line": line, "column": column, "message": what, "hint": hint })
        };
        let all: Vec<Value> = faults.iter().map(one).collect();
        let message = faults.first().map(|wrong| wrong.what.as_str());
        let exit = Exit::Setup.code();
        printer.data(&[json::text(&json!({ "outcome": "failed", "exit": exit, "message": message, "faults": all }))]);
    }
    for wrong in faults {
        let place = if wrong.place.is_empty() { String::new() } else { format!("{}: ", wrong.place) };
        printer.say(&format!("{place}{}", wrong.what));
        if let Some(text) = &wrong.text {
            let (text, column) = excerpt(text, wrong.column.map(|column| column - 1));
            printer.quote(&text, column);
        }
        if let Some(hint) = &wrong.hint {
            printer.say(&format!("hint: {hint}"));
        }
    }
}

/// As much of a long line as shows what is meant, with the octet of it that is.
fn excerpt(text: &str, column: Option<usize>) -> (String, Option<usize>) {
    let characters = text.chars().count();
    if characters <= SHOWN {
        return (text.to_owned(), column);
    }
    let before = text.get(..column.unwrap_or(0)).map_or(0, |before| before.chars().count());
    let start = before.saturating_sub(SHOWN / 2).min(characters - SHOWN);
    let window: String = text.chars().skip(start).take(SHOWN).collect();
    let left = if start > 0 { "..." } else { "" };
    let right = if start + SHOWN < characters { "..." } else { "" };
    let skipped: usize = text.chars().take(start).map(char::len_utf8).sum();
    (format!("{left}{window}{right}"), column.map(|column| column.saturating_sub(skipped) + left.len()))
}

#[cfg(test)]
mod tests {
    use super::{SHOWN, excerpt, shown};

    #[test]
    fn of_a_line_no_more_is_shown_than_was_read() {
        assert_eq!(shown("ad x\rkey home c2VjcmV0\radd y"), Some("ad x".to_owned()));
        assert_eq!(shown("\rkey home c2VjcmV0"), None);
    }

    #[test]
    fn of_a_long_line_what_is_meant_is_shown() {
        assert_eq!(excerpt("add x", Some(4)), ("add x".to_owned(), Some(4)));
        let long = format!("{}!{}", "ü".repeat(300), "b".repeat(300));
        let (shown, column) = excerpt(&long, Some(600));
        assert_eq!(&shown[column.unwrap()..=column.unwrap()], "!");
        assert!(shown.starts_with("...ü") && shown.ends_with("b..."), "{shown}");
        for column in 0..=long.len() + 1 {
            let (shown, _) = excerpt(&long, Some(column));
            assert!(shown.chars().count() <= SHOWN + 6);
        }
        let (shown, column) = excerpt(&long, Some(long.len()));
        assert_eq!(column, Some(shown.len()));
        assert_eq!(excerpt(&long, None).0, format!("{}...", "ü".repeat(SHOWN)));
    }
}
