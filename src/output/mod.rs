//! Floor 3: the only code that prints. The rules of speaking:
//!
//! Data goes to standard output. Everything else goes to standard error as `nsup: what, on what object, why`, and where
//! it helps a second line `nsup: hint: what to do`: lower case, no full stop. What came from the network is escaped
//! before a terminal sees it. No secret comes this far but a new one that is to go to standard output (`key`).

mod check;
mod explain;
mod follow;
mod json;
pub mod key;
pub mod knot;
pub mod message;
pub mod named_conf;
mod prometheus;
mod public;
mod report;
pub mod script;
mod status;
pub mod stock;
mod syslog;

use std::io::{ErrorKind, IsTerminal, Write};

use crate::dns::steers;
use crate::exit::Exit;

pub use check::{Finding, Link, State, finding, findings};
pub use explain::{Message, Subject, exit_of, explain, utc};
pub use follow::{Followed, followed};
pub use prometheus::prometheus;
pub use public::{Public, Waited, published, unpublished};
pub use report::{Report, dry_run, records, result, values};
pub use status::{Last, Next, Standing, standings};
pub use syslog::{Severity, Syslog};

/// Where words go, and how many of them.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    /// Each step.
    pub verbose: bool,
    /// Errors only.
    pub quiet: bool,
    /// One object for a program.
    pub json: bool,
    /// The system's log takes it all, in the place of both streams.
    pub log: Option<&'static Syslog>,
}

impl Printer {
    /// Whether somebody sits there and reads: then everything is said each time.
    pub fn is_attended(&self) -> bool {
        self.log.is_none() && std::io::stderr().is_terminal()
    }

    /// Whether data go to somebody who sits there, who wants columns.
    fn has_table(&self) -> bool {
        self.log.is_none() && std::io::stdout().is_terminal()
    }

    /// The same, to a log.
    pub fn to_log(self, log: &'static Syslog) -> Self {
        Self { log: Some(log), json: false, ..self }
    }

    /// Data, line by line; says whether all of it could be written. A reader that has gone away wanted no more, and
    /// that is no failure.
    pub fn data(&self, lines: &[String]) -> bool {
        if let Some(log) = self.log {
            lines.iter().for_each(|line| log.write(Severity::Notice, &printable(line)));
            return true;
        }
        let mut out = std::io::stdout().lock();
        let written = lines.iter().try_for_each(|line| writeln!(out, "{}", printable(line))).and_then(|()| out.flush());
        match written {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                self.say(&format!("standard output: {error}"));
                false
            }
            _ => true,
        }
    }

    /// A failure before anything could be asked.
    pub fn failure(&self, exit: Exit, message: &Message) {
        if self.json {
            self.data(&[json::failure(exit.code(), message)]);
        }
        self.message(message);
    }

    /// A message and, where there is one, the hint.
    pub fn message(&self, message: &Message) {
        self.say(&message.what);
        if let Some(hint) = &message.hint {
            self.say(&format!("hint: {hint}"));
        }
    }

    /// A line that something was said of, with a mark below the octet, counted from 0, that was meant.
    pub fn quote(&self, line: &str, column: Option<usize>) {
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "    {}", printable(&line.replace('\t', " ")));
        if let Some(before) = column.map(|column| line.get(..column).unwrap_or(line)) {
            let width = printable(&before.replace('\t', " ")).chars().count();
            let _ = writeln!(err, "    {}^", " ".repeat(width));
        }
    }

    /// A step, for whoever wants to see each.
    pub fn step(&self, text: impl FnOnce() -> String) {
        if self.verbose {
            self.speak(Severity::Debug, &text());
        }
    }

    /// What is as it should be: for a log, and for whoever wants to see each step.
    pub fn quietly(&self, text: impl FnOnce() -> String) {
        if self.verbose || self.log.is_some() {
            self.speak(Severity::Info, &text());
        }
    }

    /// Something that the user should know, though it stops nothing.
    pub fn warning(&self, text: &str) {
        if !self.quiet {
            self.speak(Severity::Warning, &format!("warning: {text}"));
        }
    }

    /// One line on standard error.
    pub fn say(&self, text: &str) {
        self.speak(Severity::Error, text);
    }

    /// One line, which is so grave, on standard error.
    pub fn speak(&self, severity: Severity, text: &str) {
        if let Some(log) = self.log {
            return log.write(severity, &printable(text));
        }
        // Nobody listens, as under pppd: then the exit status has to say it.
        let _ = writeln!(std::io::stderr().lock(), "nsup: {}", printable(text));
    }
}

/// Text without anything that a terminal would take for a command.
fn printable(text: &str) -> String {
    let escape = |c: char| if steers(c) { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::{json, printable};

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[31mb\nc\u{9b}ü"), "a\\u{1b}[31mb\\u{a}c\\u{9b}ü");
    }

    #[test]
    fn nothing_turns_the_direction_of_what_is_read() {
        let turning = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        let escaped: String = turning.chars().map(|c| c.escape_unicode().to_string()).collect();
        assert_eq!(printable(turning), escaped);
        let (right_to_left, quotes) = ("\u{5d0}\u{2065}\u{202f}", "\u{201c}\u{2029}\u{201d}");
        assert_eq!(printable(right_to_left) + &printable(quotes), [right_to_left, quotes].concat());
        let object = serde_json::json!({ "name": turning });
        let text = json::text(&object);
        assert!(text.is_ascii(), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), object);
    }
}
