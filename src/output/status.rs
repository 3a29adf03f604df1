//! How names stand: a table on a terminal, a line a name elsewhere, one object for programs.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use crate::dns::{Name, RecordType};
use crate::exit::Exit;

use super::explain::{Message, utc};
use super::public::Public;
use super::{Printer, json};

/// How one RRset stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The owner.
    pub name: Name,
    /// The type.
    pub record_type: RecordType,
    /// The zone, where it was found.
    pub zone: Option<Name>,
    /// What it is to hold; `None` where there is no address.
    pub wanted: Option<String>,
    /// What the primary holds, signed; `None` where it did not say.
    pub primary: Option<Vec<String>>,
    /// The servers that the world asks.
    pub public: Vec<Public>,
    /// What is not as it should be. What a public server says instead is said there.
    pub faults: Vec<Message>,
    /// The exit status that it would have alone.
    pub exit: Exit,
    /// Since when the zone holds what it was last known to hold: seconds since 1970.
    pub since: Option<u64>,
    /// The last event that brought something new.
    pub last: Option<Last>,
    /// The run that comes next.
    pub next: Option<Next>,
}

/// What was last done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    /// What led to it, in the words of the command line.
    pub cause: String,
    /// What became of it: `changed`, `unchanged`, `left` or `failed`.
    pub outcome: &'static str,
    /// The exit status.
    pub exit: u8,
    /// Why.
    pub message: Option<String>,
    /// When: seconds since 1970.
    pub at: u64,
}

/// A run that is to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// When, where that can be told: seconds since 1970.
    pub at: Option<u64>,
    /// When, in the words of who will start it.
    pub schedule: String,
    /// The file and the line that say so.
    pub by: String,
}

impl Standing {
    /// Whether all agree.
    pub fn agrees(&self) -> bool {
        self.exit == Exit::Done
    }

    /// How many public servers serve what the primary holds.
    pub fn serving(&self) -> usize {
        self.public.iter().filter(|public| public.serves).count()
    }
}

/// Shows how names stand at `now` (seconds since 1970), and tells what is wrong; says whether it could be written.
pub fn standings(printer: Printer, all: &[Standing], now: u64) -> bool {
    let lines = match printer.json {
        true => vec![json::text(&json!({ "names": all.iter().map(object).collect::<Vec<Value>>() }))],
        false if printer.quiet => Vec::new(),
        false if printer.has_table() => table(all, now),
        false => all.iter().map(line).collect(),
    };
    let written = printer.data(&lines);
    let mut told: Vec<Message> = Vec::new();
    for one in all {
        let instead = |public: &Public| {
            let what = public.instead.as_ref().map(|instead| format!("{}: {instead}", public.label()))?;
            Some(Message { what, hint: None })
        };
        for message in one.faults.iter().cloned().chain(one.public.iter().filter_map(instead)) {
            // What a server fails in for one name it mostly fails in for all.
            if !told.contains(&message) {
                printer.message(&message);
                told.push(message);
            }
        }
    }
    written
}

fn line(one: &Standing) -> String {
    let Standing { name, record_type, since, last, next, .. } = one;
    let word = if one.agrees() { "agrees" } else { "differs" };
    let [wanted, primary, public] = cells(one);
    let mut text = format!("{word}: {name} {record_type} wanted {wanted}, primary {primary}, public {public}");
    // Writing to a text cannot fail.
    if let Some(since) = since {
        let _ = write!(text, ", since {}", utc(*since));
    }
    if let Some(Last { cause, outcome, at, .. }) = last {
        let _ = write!(text, ", last {outcome} by {cause} at {}", utc(*at));
    }
    match next {
        Some(Next { at: Some(at), by, .. }) => {
            let _ = write!(text, ", next at {} by {by}", utc(*at));
        }
        Some(Next { at: None, schedule, by }) => {
            let _ = write!(text, ", next at {schedule:?} by {by}");
        }
        None => {}
    }
    text
}

fn table(all: &[Standing], now: u64) -> Vec<String> {
    let head = ["NAME", "TYPE", "WANTED", "PRIMARY", "PUBLIC", "SINCE", "LAST", "NEXT"].map(str::to_owned);
    let row = |one: &Standing| {
        let [wanted, primary, public] = cells(one);
        let ago = |at: u64| format!("{} ago", span(now.saturating_sub(at)));
        let last = one.last.as_ref().map(|last| format!("{}, {}, {}", last.outcome, last.cause, ago(last.at)));
        let next = one.next.as_ref().map(|next| match next.at {
            Some(at) => format!("in {}", span(at.saturating_sub(now))),
            None => next.schedule.clone(),
        });
        let (name, record_type) = (one.name.to_string(), one.record_type.to_string());
        let [since, last, next] = [one.since.map(ago), last, next].map(|cell| cell.unwrap_or_else(|| "-".to_owned()));
        [name, record_type, wanted, primary, public, since, last, next]
    };
    let rows: Vec<[String; 8]> = std::iter::once(head).chain(all.iter().map(row)).collect();
    // As wide as they are shown.
    let rows = rows.into_iter().map(|row| row.map(|cell| super::printable(&cell))).collect::<Vec<_>>();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; 8] = std::array::from_fn(width);
    let text = |row: &[String; 8]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(text).collect()
}

/// What is wanted, what the primary holds, and how many public servers serve it.
fn cells(one: &Standing) -> [String; 3] {
    let unknown = || "unknown".to_owned();
    let primary = one.primary.as_ref().map(|values| match values.as_slice() {
        [] => "none".to_owned(),
        values => values.join(", "),
    });
    let public = match one.public.len() {
        0 => unknown(),
        all => format!("{} of {all}", one.serving()),
    };
    [one.wanted.clone().unwrap_or_else(unknown), primary.unwrap_or_else(unknown), public]
}

/// A span of time, to two units.
fn span(seconds: u64) -> String {
    let text = humantime::format_duration(Duration::from_secs(seconds)).to_string();
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

fn object(one: &Standing) -> Value {
    let Standing { name, record_type, zone, wanted, primary, public, faults, exit, since, last, next } = one;
    json!({
        "name": name.to_string(),
        "type": record_type.to_string(),
        "zone": zone.as_ref().map(ToString::to_string),
        "agrees": one.agrees(),
        "exit": exit.code(),
        "wanted": wanted,
        "primary": primary,
        "public": public.iter().map(Public::to_json).collect::<Vec<_>>(),
        "since": since,
        "last": last.as_ref().map(|last| json!({
            "cause": last.cause,
            "outcome": last.outcome,
            "exit": last.exit,
            "message": last.message,
            "at": last.at,
        })),
        "next": next.as_ref().map(|next| json!({ "at": next.at, "schedule": next.schedule, "by": next.by })),
        "faults": faults.iter().map(|it| json!({ "message": it.what, "hint": it.hint })).collect::<Vec<_>>(),
    })
}
