//! How a script is told of: what is wrong with it, and what became of each message.

use serde_json::{Value, json};

use crate::exit::Exit;
use crate::proto::Update;
use crate::proto::outcome::Outcome;
use crate::script::{Fault, holds_secret, in_words};

use super::explain::{Message, Subject, exit_of, explain};
use super::{Printer, json};

/// A message of a script that was sent.
#[derive(Debug)]
pub struct Sent {
    /// What it was about.
    pub subject: Subject,
    /// How it ended.
    pub outcome: Outcome,
    /// The message.
    pub update: Update,
    /// Where it stands in the script.
    pub place: String,
    /// By how many seconds the server's clock was ahead, where that had to be found out.
    pub clock_difference: Option<i64>,
}

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
        Self { place: file.to_owned(), line: None, column: None, what: why.to_owned(), hint: None, text: None }
    }

    /// What a script ends with and does not send.
    pub fn pending(file: &str, line: usize, last: &str) -> Self {
        Self {
            place: format!("{file}:{line}"),
            line: Some(line),
            column: None,
            what: format!("from here on nothing is sent: {last} ends without `send`"),
            hint: Some("an empty line sends too".to_owned()),
            text: None,
        }
    }
}

/// The line of a fault, if everybody may see it.
fn shown(text: &str) -> Option<String> {
    (!holds_secret(text)).then(|| text.to_owned())
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
            printer.quote(text, wrong.column.map(|column| column - 1));
        }
        if let Some(hint) = &wrong.hint {
            printer.say(&format!("hint: {hint}"));
        }
    }
}

/// Tells that a script can be read.
pub fn checked(printer: Printer, messages: usize) {
    if printer.json {
        printer.data(&[json::text(&json!({ "outcome": "checked", "exit": 0, "messages": messages }))]);
    } else if !printer.quiet {
        printer.data(&[format!("well written: {}", count(messages, "message"))]);
    }
}

/// Tells how one message ended.
pub fn sent(printer: Printer, sent: &Sent) {
    let message = explain(&sent.outcome, &sent.subject);
    if let Some(message) = message {
        printer.message(&Message { what: format!("{}: {}", sent.place, message.what), hint: message.hint });
        if matches!(sent.outcome, Outcome::Unknown { .. }) {
            in_words(&sent.update).iter().for_each(|line| printer.say(&format!("sent: {line}")));
        }
    } else if !printer.quiet && !printer.json {
        let zone = sent.update.zone();
        printer.data(&[format!("done: {zone} {} ({})", contents(&sent.update), sent.place)]);
    }
}

/// Tells how a script ended, and gives the exit status.
pub fn ended(printer: Printer, all: &[Sent], exit: Exit, failure: Option<&Message>, unsent: &[String]) -> Exit {
    if printer.json {
        let messages: Vec<Value> = all.iter().map(object).collect();
        let whole = json!({
            "outcome": if exit == Exit::Done { "done" } else { "failed" },
            "exit": exit.code(),
            "messages": messages,
            "message": failure.map(|failure| failure.what.as_str()),
            "hint": failure.and_then(|failure| failure.hint.as_deref()),
            "unsent": unsent,
        });
        if !printer.data(&[json::text(&whole)]) {
            return Exit::Setup;
        }
    } else if let Some(first) = unsent.first() {
        printer.say(&format!("{} not sent, from {first} on", count(unsent.len(), "message")));
    }
    exit
}

fn object(sent: &Sent) -> Value {
    let message = explain(&sent.outcome, &sent.subject);
    json!({
        "place": sent.place,
        "zone": sent.update.zone().to_string(),
        "server": sent.subject.server.map(|server| server.to_string()),
        "key": sent.subject.key.to_string(),
        "prerequisites": sent.update.prerequisites().len(),
        "changes": sent.update.changes().len(),
        "outcome": json::word(&sent.outcome),
        "exit": exit_of(&sent.outcome).code(),
        "rcode": json::rcode(&sent.outcome),
        "nsupdate": in_words(&sent.update),
        "clock_difference": sent.clock_difference,
        "message": message.as_ref().map(|message| message.what.as_str()),
        "hint": message.as_ref().and_then(|message| message.hint.as_deref()),
    })
}

fn contents(update: &Update) -> String {
    match (update.prerequisites().len(), update.changes().len()) {
        (0, changes) => count(changes, "change"),
        (prerequisites, 0) => count(prerequisites, "prerequisite"),
        (prerequisites, changes) => format!("{}, {}", count(prerequisites, "prerequisite"), count(changes, "change")),
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
