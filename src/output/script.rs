//! How a script is told of: what is wrong with it, and what became of each message.

mod wrong;

use serde_json::{Value, json};

use crate::exit::Exit;
use crate::proto::outcome::Outcome;
use crate::proto::{Prerequisite, Rcode, Update};
use crate::script::{in_words, in_words_of};

use super::explain::{Message, Subject, exit_of, explain};
use super::report::warn_of_clock;
use super::{Printer, json, stock};

pub use wrong::{Wrong, faults};

/// So many messages that were not sent are told one by one.
const MOST_UNSENT: usize = 5;

/// A message of a script that was sent.
#[derive(Debug)]
pub struct Sent<'u> {
    /// What it was about.
    pub subject: Subject,
    /// How it ended.
    pub outcome: Outcome,
    /// The message.
    pub update: &'u Update,
    /// Where it stands in the script.
    pub place: &'u str,
    /// By how many seconds the server's clock was ahead, where that had to be found out.
    pub clock_difference: Option<i64>,
}

/// Tells of a script's messages, each when it has ended; who wants one object gets it at the end.
#[derive(Debug)]
pub struct Teller {
    /// Where words go.
    pub printer: Printer,
    messages: Vec<Value>,
    failure: Option<Message>,
    /// The difference of the clocks that was warned of.
    clock_difference: Option<i64>,
}

/// Tells that a script can be read.
pub fn checked(printer: Printer, messages: usize) {
    if printer.json {
        printer.data(&[json::text(&json!({ "outcome": "checked", "exit": 0, "messages": messages }))]);
    } else if !printer.quiet {
        printer.data(&[format!("well written: {}", count(messages, "message"))]);
    }
}

impl Teller {
    /// One that has told nothing yet.
    pub fn new(printer: Printer) -> Self {
        Self { printer, messages: Vec::new(), failure: None, clock_difference: None }
    }

    /// Says something.
    pub fn say(&self, message: &Message) {
        self.printer.message(message);
    }

    /// Shows what a script has asked to see. Standard output is the object's where there is to be one.
    pub fn show(&self, text: &str) {
        if self.printer.json { stock::murmur(text) } else { stock::show(text) }
    }

    /// Tells how one message ended.
    pub fn sent(&mut self, sent: &Sent<'_>) {
        let message = told(sent);
        if let Some(seconds) = sent.clock_difference.filter(|_| self.clock_difference != sent.clock_difference) {
            warn_of_clock(self.printer, seconds);
            self.clock_difference = sent.clock_difference;
        }
        if self.printer.json {
            self.messages.push(object(sent, message.as_ref()));
        }
        if let Some(message) = message {
            let message = Message { what: format!("{}: {}", sent.place, message.what), ..message };
            self.printer.message(&message);
            if is_open(&sent.outcome) {
                in_words(sent.update).iter().for_each(|line| self.printer.say(&format!("sent: {line}")));
            }
            self.failure = Some(message);
        } else if !self.printer.quiet && !self.printer.json {
            self.printer.data(&[format!("done: {}", summary(sent.update, sent.place))]);
        }
    }

    /// Tells that a message could not be sent.
    pub fn failed(&mut self, message: &Message) {
        self.printer.message(message);
        self.failure = Some(message.clone());
    }

    /// Tells which messages were not sent because of one before them.
    pub fn unsent<'u>(&self, unsent: impl Iterator<Item = (&'u Update, &'u str)>) {
        let all: Vec<_> = unsent.collect();
        for (update, place) in all.iter().take(MOST_UNSENT) {
            self.printer.say(&format!("not sent: {}", summary(update, place)));
        }
        if all.len() > MOST_UNSENT {
            self.printer.say(&format!("not sent: {}", count(all.len() - MOST_UNSENT, "further message")));
        }
    }

    /// Tells why none of the messages, which stand at these places, was sent.
    pub fn nothing_sent(mut self, exit: Exit, why: &Message, places: Vec<String>) -> Exit {
        self.failed(why);
        self.printer.say("nothing was sent");
        self.end(exit, places)
    }

    /// Tells how a script ended, and gives the exit status.
    pub fn ended<'u>(self, exit: Exit, unsent: impl Iterator<Item = (&'u Update, &'u str)> + Clone) -> Exit {
        self.unsent(unsent.clone());
        self.end(exit, unsent.map(|(_, place)| place.to_owned()).collect())
    }

    fn end(self, exit: Exit, unsent: Vec<String>) -> Exit {
        if self.printer.json {
            let whole = json!({
                "outcome": if exit == Exit::Done { "done" } else { "failed" },
                "exit": exit.code(),
                "messages": self.messages,
                "message": self.failure.as_ref().map(|failure| failure.what.as_str()),
                "hint": self.failure.as_ref().and_then(|failure| failure.hint.as_deref()),
                "unsent": unsent,
            });
            self.printer.data(&[json::text(&whole)]);
        }
        exit
    }
}

/// Whether nobody knows what became of a message that was sent.
fn is_open(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Unknown { .. } | Outcome::Unauthentic { sent: true, .. })
}

/// What to say of a message that was sent; `None` where it is as it should be.
fn told(sent: &Sent<'_>) -> Option<Message> {
    let Sent { subject, outcome, update, .. } = sent;
    let zone = update.zone();
    match outcome {
        Outcome::PrerequisiteFalse { rcode, required } => {
            let said: Vec<String> = required.iter().filter(|one| may_deny(one, *rcode)).flat_map(in_words_of).collect();
            let what = format!("{zone} was not changed: a prerequisite is false ({rcode}): {}", said.join("; "));
            Some(Message { what, ..explain(outcome, subject)? })
        }
        Outcome::Unknown { .. } => {
            let hint = "look at what the zone holds (nsup get) before any of it is sent again".to_owned();
            Some(Message { hint: Some(hint), ..explain(outcome, subject)? })
        }
        outcome => explain(outcome, subject),
    }
}

/// Whether a server says this RCODE where the prerequisite is false (RFC 2136 §3.2).
fn may_deny(prerequisite: &Prerequisite, rcode: Rcode) -> bool {
    match prerequisite {
        Prerequisite::NameInUse(_) => rcode == Rcode::NXDOMAIN,
        Prerequisite::NameFree(_) => rcode == Rcode::YXDOMAIN,
        Prerequisite::RrsetAbsent { .. } => rcode == Rcode::YXRRSET,
        Prerequisite::RrsetExists { .. } | Prerequisite::RrsetEquals { .. } => rcode == Rcode::NXRRSET,
    }
}

fn object(sent: &Sent<'_>, message: Option<&Message>) -> Value {
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
        "nsupdate": in_words(sent.update),
        "clock_difference": sent.clock_difference,
        "message": message.map(|message| message.what.as_str()),
        "hint": message.and_then(|message| message.hint.as_deref()),
    })
}

fn summary(update: &Update, place: &str) -> String {
    let contents = match (update.prerequisites().len(), update.changes().len()) {
        (0, changes) => count(changes, "change"),
        (prerequisites, 0) => count(prerequisites, "prerequisite"),
        (prerequisites, changes) => format!("{}, {}", count(prerequisites, "prerequisite"), count(changes, "change")),
    };
    format!("{} {contents} ({place})", update.zone())
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
