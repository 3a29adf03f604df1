//! Results for programs. Field names are part of the interface: they are added to, never changed.

use serde_json::{Value, json};

use crate::dns::{Record, RecordType, steers};
use crate::proto::outcome::{Outcome, Rrset};

use super::explain::{Message, Subject};
use super::public::Public;
use super::report::Report;

/// A change that has ended.
pub(super) fn change(report: &Report, message: Option<&Message>) -> String {
    let rrsets = report.differences.iter().map(|difference| {
        // Of a whole name no more is known than whether there is anything.
        let old = difference.old.as_ref().filter(|_| difference.record_type != RecordType::ANY);
        json!({
            "type": difference.record_type.to_string(),
            "old": old.map(|old| values(difference.record_type, old)),
            "old_ttl": old.filter(|old| !old.rdata.is_empty()).map(|old| old.ttl),
            "new": values(difference.record_type, &difference.new),
            "ttl": (!difference.new.rdata.is_empty()).then_some(difference.new.ttl),
        })
    });
    let waited = report.waited.as_ref();
    let message = message.or_else(|| waited.and_then(|waited| waited.failure.as_ref()));
    let mut object = head(&report.subject);
    object["outcome"] = word(&report.outcome).into();
    object["exit"] = report.exit().code().into();
    object["rcode"] = rcode(&report.outcome);
    object["rrsets"] = rrsets.collect();
    object["clock_difference"] = report.clock_difference.into();
    object["public"] = waited.map(|waited| waited.servers.iter().map(Public::to_json).collect()).unwrap_or_default();
    object["message"] = message.map(|message| message.what.as_str()).into();
    object["hint"] = message.and_then(|message| message.hint.as_deref()).into();
    text(&object)
}

/// A message that was not sent.
pub(super) fn dry_run(words: &[String], octets: &[u8], subject: &Subject) -> String {
    let mut object = head(subject);
    object["outcome"] = "dry-run".into();
    object["exit"] = 0.into();
    object["nsupdate"] = words.into();
    object["octets"] = hex(octets, "").into();
    text(&object)
}

/// Records that were read.
pub(super) fn records(subject: &Subject, records: &[Record]) -> String {
    let records = records.iter().map(|record| {
        json!({
            "name": record.name.to_string(),
            "ttl": record.ttl,
            "type": record.record_type.to_string(),
            "data": record.rdata.display(record.record_type).to_string(),
        })
    });
    let mut object = head(subject);
    object["outcome"] = "read".into();
    object["exit"] = 0.into();
    object["records"] = records.collect();
    text(&object)
}

/// What failed before anything could be asked.
pub(super) fn failure(exit: u8, message: &Message) -> String {
    text(&json!({ "outcome": "failed", "exit": exit, "message": message.what, "hint": message.hint }))
}

/// JSON without any character that a terminal would take for a command; JSON itself escapes those below U+0020 only.
pub(super) fn text(object: &Value) -> String {
    let escape = |c: char| if steers(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    object.to_string().chars().map(escape).collect()
}

/// Octets in hex.
pub(super) fn hex(octets: &[u8], between: &str) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(between)
}

fn head(subject: &Subject) -> Value {
    json!({
        "name": subject.name.to_string(),
        "zone": subject.zone.as_ref().map(ToString::to_string),
        "server": subject.server.map(|server| server.to_string()),
        "key": subject.key.to_string(),
    })
}

pub(super) fn values(record_type: RecordType, rrset: &Rrset) -> Vec<String> {
    rrset.rdata.iter().map(|rdata| rdata.display(record_type).to_string()).collect()
}

/// The RCODE of a signed answer, where one decided.
pub(super) fn rcode(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Refused(refusal) => refusal.rcode.to_string().into(),
        Outcome::PrerequisiteFalse { rcode, .. } => rcode.to_string().into(),
        Outcome::Unchanged | Outcome::Changed => "NOERROR".into(),
        _ => Value::Null,
    }
}

/// One word for an outcome.
pub(super) fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Unchanged => "unchanged",
        Outcome::Changed => "changed",
        Outcome::Refused(_) => "refused",
        Outcome::PrerequisiteFalse { .. } => "prerequisite-false",
        Outcome::Alias { .. } | Outcome::NotAlone(_) => "alias",
        Outcome::Ignored(..) => "ignored",
        Outcome::NotAuthoritative { .. } => "not-authoritative",
        Outcome::Unreachable(_) => "unreachable",
        Outcome::Unauthentic { .. } => "unauthentic",
        Outcome::Unknown { .. } => "unknown",
        Outcome::Obscured { .. } => "obscured",
        Outcome::Denied(_) => "denied",
        Outcome::Contended => "contended",
        Outcome::Impossible(_) => "impossible",
    }
}
