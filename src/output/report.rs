//! The results: one line an RRset for people, one object for programs.

use crate::dns::{Record, RecordType};
use crate::exit::Exit;
use crate::proto::Update;
use crate::proto::outcome::{Difference, Outcome, Rrset};
use crate::script::in_words;

use super::explain::{Message, Subject, exit_of, explain};
use super::public::Waited;
use super::{Printer, json};

/// A run that has ended.
#[derive(Debug)]
pub struct Report {
    /// What it was about.
    pub subject: Subject,
    /// How it ended.
    pub outcome: Outcome,
    /// Each RRset before and after.
    pub differences: Vec<Difference>,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// By how many seconds the server's clock was ahead, where that had to be found out.
    pub clock_difference: Option<i64>,
    /// What public servers serve, where that was waited for.
    pub waited: Option<Waited>,
}

impl Report {
    /// The exit status: a change that the primary holds, and not all public servers that were waited for, is not settled.
    pub fn exit(&self) -> Exit {
        let is_open = self.waited.as_ref().is_some_and(|waited| waited.failure.is_some());
        match exit_of(&self.outcome) {
            Exit::Done if is_open => Exit::Unknown,
            exit => exit,
        }
    }
}

/// Tells how a change ended.
pub fn result(printer: Printer, report: &Report) {
    let message = explain(&report.outcome, &report.subject);
    if let Some(seconds) = report.clock_difference {
        warn_of_clock(printer, seconds);
    }
    if printer.json {
        printer.data(&[json::change(report, message.as_ref())]);
    } else if exit_of(&report.outcome) == Exit::Done && !printer.quiet {
        let several = report.differences.len() > 1;
        let line = |difference: &Difference| match &difference.old {
            // One of several that was right already.
            Some(old) if several && *old == difference.new => line(&Outcome::Unchanged, difference),
            _ => line(&report.outcome, difference),
        };
        // What a dry run prints is for nsupdate, to whom this is a comment.
        let comment = if report.dry_run { "; " } else { "" };
        let lines = report.differences.iter().map(|difference| format!("{comment}{}", line(difference)));
        printer.data(&lines.collect::<Vec<_>>());
    }
    if let Some(message) = message {
        printer.message(&message);
    }
}

/// Says that the server's clock, which is so many seconds ahead, was signed by.
pub(super) fn warn_of_clock(printer: Printer, seconds: i64) {
    let direction = if seconds < 0 { "ahead of" } else { "behind" };
    printer.warning(&format!(
        "this machine's clock is {} s {direction} the server's: its time was signed with instead",
        seconds.unsigned_abs()
    ));
}

/// Shows a message instead of sending it: lines for nsupdate, and the octets before they are signed. Says whether they
/// could be written.
pub fn dry_run(printer: Printer, update: &Update, octets: &[u8], subject: &Subject) -> bool {
    if printer.json {
        return printer.data(&[json::dry_run(&in_words(update), octets, subject)]);
    }
    let mut lines = Vec::new();
    lines.extend(subject.server.map(|server| format!("server {} {}", server.ip(), server.port())));
    lines.extend(in_words(update));
    lines.push("send".to_owned());
    lines.push(format!("; {} octets, to be given an ID and signed with {}:", octets.len(), subject.key));
    lines.extend(octets.chunks(16).map(|row| format!("; {}", json::hex(row, " "))));
    printer.data(&lines)
}

/// Shows records that were read. Says whether they could be written.
pub fn records(printer: Printer, subject: &Subject, records: &[Record], nothing: Option<&Message>) -> bool {
    if printer.json {
        return printer.data(&[json::records(subject, records)]);
    }
    if let Some(message) = nothing.filter(|_| !printer.quiet) {
        printer.message(message);
    }
    printer.data(&records.iter().map(Record::to_string).collect::<Vec<_>>())
}

pub(super) fn line(outcome: &Outcome, difference: &Difference) -> String {
    let Difference { name, record_type, old, new } = difference;
    let kind = if *record_type == RecordType::ANY { String::new() } else { format!(" {record_type}") };
    let now = format!("{name}{kind}{}", values(*record_type, new));
    match (outcome, old) {
        (Outcome::Changed, Some(old)) if old.rdata == new.rdata && old.ttl != new.ttl => {
            format!("changed: {now}, TTL {} (was {})", new.ttl, old.ttl)
        }
        (Outcome::Changed, Some(old)) if *record_type != RecordType::ANY => {
            let also = old.ttl != new.ttl && !old.rdata.is_empty() && !new.rdata.is_empty();
            let ttl = if also { format!(", TTL {} (was {})", new.ttl, old.ttl) } else { String::new() };
            format!("changed: {now} (was{}){ttl}", values(*record_type, old))
        }
        (Outcome::Changed, _) => format!("changed: {now}"),
        _ => format!("unchanged: {now}"),
    }
}

/// The values of an RRset, with a blank before them.
pub fn values(record_type: RecordType, rrset: &Rrset) -> String {
    let texts: Vec<String> = rrset.rdata.iter().map(|rdata| rdata.display(record_type).to_string()).collect();
    if texts.is_empty() { " none".to_owned() } else { format!(" {}", texts.join(", ")) }
}
