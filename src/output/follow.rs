//! What became of followed names: a line for each change, one for each failure and each recovery, and silence.

use std::time::Duration;

use serde_json::{Value, json};

use crate::dns::{Name, RecordType};
use crate::exit::Exit;
use crate::proto::outcome::{Difference, Outcome};

use super::explain::Message;
use super::report::{line, values};
use super::syslog::Severity;
use super::{Printer, json};

/// Between a message and its hint, where both are one line.
const HINT: &str = "; hint: ";

/// What became of one RRset.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The owner.
    pub name: Name,
    /// The type.
    pub record_type: RecordType,
    /// The exit status that it would have alone.
    pub exit: Exit,
    /// What it was and is, where it is as it should be.
    pub difference: Option<Difference>,
    /// Whether it was not so before.
    pub changed: bool,
    /// Why nothing was done, where that is as it should be.
    pub note: Option<String>,
    /// Why it is not as it should be.
    pub message: Option<Message>,
    /// For how many seconds it has been failing, or was until now.
    pub lasted: Option<u64>,
    /// It has failed before, and was told then.
    pub is_known: bool,
}

/// Tells of several at once. Failures that say the same of several names are one line, of this gravity in a log.
pub fn followed(printer: Printer, all: &[Followed], gravity: Severity) {
    if printer.json {
        let exits = all.iter().map(object);
        printer.data(&[json::text(&json!({ "names": exits.collect::<Vec<Value>>() }))]);
    }
    let mut failures: Vec<(String, Vec<&Followed>)> = Vec::new();
    for one in all {
        match (one, &one.message, &one.difference) {
            (_, Some(message), _) => {
                let text = in_one_line(message);
                match failures.iter_mut().find(|(known, same)| *known == text && same[0].is_known == one.is_known) {
                    Some((_, names)) => names.push(one),
                    None => failures.push((text, vec![one])),
                }
            }
            (Followed { changed: true, .. }, _, Some(difference)) => {
                let after = one.lasted.map(|seconds| format!(", after failing for {}", time(seconds.max(1))));
                let line = format!("{}{}", line(&Outcome::Changed, difference), after.unwrap_or_default());
                if !printer.json && !printer.quiet {
                    printer.data(&[line]);
                }
            }
            (_, _, Some(difference)) => match one.lasted {
                Some(seconds) if !printer.json && !printer.quiet => {
                    let now = values(one.record_type, &difference.new);
                    let (name, record_type) = (&one.name, one.record_type);
                    printer.data(&[format!(
                        "recovered: {name} {record_type}{now}, after failing for {}",
                        time(seconds.max(1))
                    )]);
                }
                _ => printer.quietly(|| line(&Outcome::Unchanged, difference)),
            },
            (Followed { note: Some(note), .. }, ..) => {
                printer.quietly(|| format!("{} {}: {note}", one.name, one.record_type));
            }
            _ => {}
        }
    }
    for (text, same) in failures {
        let line = with_names(&text, &same);
        let lasted = same[0].lasted.filter(|seconds| *seconds > 0);
        let line = format!("{line}{}", lasted.map(|s| format!(" (failing for {})", time(s))).unwrap_or_default());
        match same[0].is_known {
            false if printer.is_attended() => {
                let (what, hint) =
                    line.split_once(HINT).map_or((line.as_str(), None), |(what, hint)| (what, Some(hint)));
                printer.message(&Message { what: what.to_owned(), hint: hint.map(str::to_owned) });
            }
            true => printer.quietly(|| line),
            false => printer.speak(gravity, &line),
        }
    }
}

/// A message in one line: a mail of cron has one for each failure.
pub(super) fn in_one_line(message: &Message) -> String {
    match &message.hint {
        Some(hint) => format!("{}{HINT}{hint}", message.what),
        None => message.what.clone(),
    }
}

/// The names in front, unless the text has them.
fn with_names(text: &str, same: &[&Followed]) -> String {
    let label = |one: &&Followed| format!("{} {}", one.name, one.record_type);
    match same {
        [one] if text.contains(&one.name.to_string()) => text.to_owned(),
        [one] => format!("{}: {text}", label(one)),
        [one, other] => format!("{} and {}: {text}", label(one), label(other)),
        [one, others @ ..] => format!("{} and {} others: {text}", label(one), others.len()),
        [] => text.to_owned(),
    }
}

fn time(seconds: u64) -> String {
    humantime::format_duration(Duration::from_secs(seconds)).to_string()
}

fn object(one: &Followed) -> Value {
    let Followed { name, record_type, exit, difference, changed, note, message, lasted, .. } = one;
    let texts = |rrset: &crate::proto::outcome::Rrset| json::values(*record_type, rrset);
    json!({
        "name": name.to_string(),
        "type": record_type.to_string(),
        "exit": exit.code(),
        "outcome": match (message, difference, changed) {
            (Some(_), ..) => "failed",
            (_, Some(_), true) => "changed",
            (_, Some(_), false) => "unchanged",
            _ => "left",
        },
        "old": difference.as_ref().and_then(|difference| difference.old.as_ref()).map(texts),
        "new": difference.as_ref().map(|difference| texts(&difference.new)),
        "note": note,
        "message": message.as_ref().map(|message| message.what.as_str()),
        "hint": message.as_ref().and_then(|message| message.hint.as_deref()),
        "failing_for": lasted.filter(|_| message.is_some()),
    })
}
