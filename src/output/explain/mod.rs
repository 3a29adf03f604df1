//! How an outcome is told: what happened, the likeliest cause first, and what to do about it.
//!
//! What an answer without a valid signature says is told as what it is: anybody may have sent it.

mod table;

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::dns::Name;
use crate::exit::Exit;
use crate::proto::exchange::{Failure, Hint};
use crate::proto::outcome::{Outcome, Refusal};
use crate::proto::{Claim, Prerequisite, Rcode, Transport, TsigError};
use crate::script::in_words_of;

use table::{Asked, Proof, fill};

/// A line and a hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What, on what object, why.
    pub what: String,
    /// What to do.
    pub hint: Option<String>,
}

/// What an outcome is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The name.
    pub name: Name,
    /// The types, as text.
    pub types: String,
    /// The zone, where it is known.
    pub zone: Option<Name>,
    /// The server that answered last, or would have been asked first.
    pub server: Option<SocketAddr>,
    /// The zone that the server does have, where it was found to have none of this name.
    pub served: Option<Name>,
    /// The key's name.
    pub key: Name,
    /// The key's algorithm.
    pub algorithm: &'static str,
    /// Our clock: seconds since 1970.
    pub now: u64,
}

/// The exit status of an outcome.
pub fn exit_of(outcome: &Outcome) -> Exit {
    match outcome {
        Outcome::Unchanged | Outcome::Changed => Exit::Done,
        Outcome::Impossible(_) => Exit::Setup,
        Outcome::Refused(_)
        | Outcome::PrerequisiteFalse { .. }
        | Outcome::Alias { .. }
        | Outcome::NotAlone(_)
        | Outcome::Ignored(..)
        | Outcome::Obscured { .. }
        | Outcome::Denied(_)
        | Outcome::NotAuthoritative { .. } => Exit::Refused,
        Outcome::Unreachable(_) => Exit::Unreachable,
        Outcome::Unauthentic { .. } => Exit::Unauthentic,
        Outcome::Unknown { .. } => Exit::Unknown,
        Outcome::Contended => Exit::Contended,
    }
}

/// What to say of an outcome; `None` for one that is as it should be.
pub fn explain(outcome: &Outcome, subject: &Subject) -> Option<Message> {
    let Subject { name, types, .. } = subject;
    let zone = subject.zone.as_ref().map_or_else(|| "a zone above".to_owned(), Name::to_string);
    let (what, hint) = match outcome {
        Outcome::Unchanged | Outcome::Changed => return None,
        Outcome::Refused(refusal) => refused(refusal, subject),
        Outcome::PrerequisiteFalse { rcode, required } => (
            format!("{name} {types} was not changed: a prerequisite is false ({rcode}): {}", said(required)),
            Some(format!("{}; nsup get {name} shows what there is", meaning(*rcode))),
        ),
        Outcome::Alias { name, target } => (
            match target {
                Some(target) => format!("{name} is an alias (CNAME) of {target}: nothing else can stand beside it"),
                None => format!("{name} is an alias (CNAME): nothing else can stand beside it"),
            },
            Some(format!("change the name that it points to, or delete the alias first: nsup delete {name} CNAME")),
        ),
        Outcome::NotAlone(name) => (
            format!("{name} has other records: an alias (CNAME) cannot stand beside them"),
            Some(format!("nsup get {name} shows them")),
        ),
        Outcome::Ignored(name, record_type) => (
            format!("{} said NOERROR, and {name} {record_type} is not what was asked for", at(subject)),
            Some(
                "servers pass over what does not go together: a DS without NS records beside it, records beside an \
                 alias, the deletion of a zone's last name server"
                    .to_owned(),
            ),
        ),
        Outcome::NotAuthoritative { name, delegated_at: Some(cut) } => (
            format!("{name} is in the zone {cut} and not in {zone}: {} says so", at(subject)),
            Some(format!("give {cut} by --zone, or leave it out, and by --server a primary of that zone")),
        ),
        Outcome::NotAuthoritative { name, delegated_at: None } => (
            format!("{} is no authority for {name}", at(subject)),
            Some("it answers from a cache or not at all: --server must name the zone's primary".to_owned()),
        ),
        Outcome::Unreachable(failures) => {
            (format!("no server could be reached; nothing was changed{}", listed(failures)), Some(silence(failures)))
        }
        Outcome::Unauthentic { hint, sent } => unauthentic(hint, *sent, subject),
        Outcome::Unknown { failures, hint, refusal } => (
            format!(
                "the update of {name} {types} was sent, and it could not be settled whether it took effect{}{}{}",
                listed(failures),
                hint.map(|hint| format!("; {}", unsigned(&hint))).unwrap_or_default(),
                refusal
                    .as_ref()
                    .map(|no| format!("; asked about it, {} said {}", at(subject), no.rcode))
                    .unwrap_or_default(),
            ),
            Some("run the same command again: it looks before it writes".to_owned()),
        ),
        Outcome::Obscured { name, by } => (
            format!("{name} is below the DNAME at {by}, which hides whatever is there"),
            Some(format!("nsup get {by} DNAME shows where it leads")),
        ),
        Outcome::Denied(rcode) => (
            format!("{} shows {name} {types} to a question and denies it to a prerequisite ({rcode})", at(subject)),
            Some(
                "it is a server with two minds, as PowerDNS at a delegation; --force asks for no prerequisite"
                    .to_owned(),
            ),
        ),
        Outcome::Contended => (
            format!("{name} {types} keeps being changed by somebody else: given up after three rounds"),
            Some("does another machine have the same name in its configuration, or the same key?".to_owned()),
        ),
        Outcome::Impossible(why) => (why.clone(), None),
    };
    Some(Message { what, hint })
}

/// A signed no: what the server means by it, in BIND's terms and in the order of likelihood.
fn refused(refusal: &Refusal, subject: &Subject) -> (String, Option<String>) {
    let Refusal { rcode, tsig_error, server_time, extended, reading } = refusal;
    let asked = if *reading { Asked::Question } else { Asked::Update };
    let row = table::find(Proof::Signed, asked, *rcode, Some(*tsig_error));
    let word = |name: &str| match name {
        "refuses" => {
            let act = if *reading { "question for" } else { "update of" };
            Some(format!("{} refuses the {act} {} {}", at(subject), subject.name, subject.types))
        }
        "clocks" => Some(clocks(*server_time, subject)),
        "rcode" => Some(rcode.to_string()),
        "tsig-error" => Some(tsig_error.to_string()),
        other => filled_in(other, subject),
    };
    let added = extended.as_ref().map(|error| format!("; the server adds: {error}")).unwrap_or_default();
    (fill(row.reason, &word) + &added, advice(row, &word))
}

/// Only answers that did not verify: what they claim, and what it mostly means.
fn unauthentic(hint: &Hint, sent: bool, subject: &Subject) -> (String, Option<String>) {
    let Hint { claim: Claim { rcode, tsig_error, .. }, why, .. } = hint;
    // No row of these tells a question from an update.
    let row = table::find(Proof::Unproven(Some(*why)), Asked::Update, *rcode, *tsig_error);
    let upshot = if sent { "whether the update took effect is not known" } else { "nothing was changed" };
    let word = |name: &str| match name {
        "unproven" => Some(unsigned(hint)),
        other => filled_in(other, subject),
    };
    (format!("{}; {upshot}", fill(row.reason, &word)), advice(row, &word))
}

fn advice(row: &table::Row, word: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let remedies: Vec<String> = row.remedies.iter().map(|remedy| fill(remedy, word)).collect();
    table::in_order(&remedies)
}

/// The words of the table that do not hang on the answer.
fn filled_in(word: &str, subject: &Subject) -> Option<String> {
    let Subject { name, types, zone, key, algorithm, served, now, .. } = subject;
    Some(match word {
        "name" => name.to_string(),
        // What a script changes of other names needs lines of their own.
        "granted" => types.trim_end_matches(" and others").to_owned(),
        "zone" => zone.as_ref().map_or_else(|| "the zone".to_owned(), |zone| format!("the zone {zone}")),
        "served" => served.as_ref().map(|zone| format!("; it is one for the zone {zone}")).unwrap_or_default(),
        "key" => key.to_string(),
        "bare-key" => key.to_string().trim_end_matches('.').to_owned(),
        "algorithm" => (*algorithm).to_owned(),
        "now" => utc(*now),
        _ => return None,
    })
}

fn clocks(server_time: Option<u64>, subject: &Subject) -> String {
    let server = at(subject);
    match server_time {
        Some(theirs) => format!(
            "the clocks differ by {} (BADTIME): {server} has {}, this machine has {}",
            humantime::format_duration(Duration::from_secs(theirs.abs_diff(subject.now))),
            utc(theirs),
            utc(subject.now),
        ),
        None => format!("the clocks of {server} and of this machine differ (BADTIME)"),
    }
}

/// An answer that is not believed, told as what it is.
fn unsigned(hint: &Hint) -> String {
    let Hint { server, claim, why, .. } = hint;
    let error = claim.tsig_error.filter(|error| *error != TsigError::NONE);
    let error = error.map(|error| format!(", {error}")).unwrap_or_default();
    let added = claim.extended.map(|code| format!(", {code}")).unwrap_or_default();
    format!(
        "only an answer that proves nothing came from {server}: {}{error}{added} ({why}, so it may be forged)",
        claim.rcode
    )
}

/// What to do where nobody has answered at all.
fn silence(failures: &[Failure]) -> String {
    let all = |text: &str| !failures.is_empty() && failures.iter().all(|failure| failure.why.contains(text));
    if failures.iter().any(|failure| failure.transport == Transport::Tls) {
        "is the address right, and does a server that speaks DNS over TLS with this certificate run there?".to_owned()
    } else if all("connection refused") {
        "that machine is there, and nothing listens at this address and port: does named run there, and does its listen-on \
         have the address?"
            .to_owned()
    } else {
        "is the address right, does named run there, and do filters let TCP and UDP to its port through?".to_owned()
    }
}

fn listed(failures: &[Failure]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for Failure { server, transport, why } in failures {
        let line = format!("{transport} {server}: {why}");
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() { String::new() } else { format!(" ({})", lines.join("; ")) }
}

fn said(required: &[Prerequisite]) -> String {
    required.iter().flat_map(in_words_of).collect::<Vec<_>>().join("; ")
}

fn meaning(rcode: Rcode) -> &'static str {
    match rcode {
        Rcode::NXDOMAIN => "a name that should be in use is not",
        Rcode::YXDOMAIN => "a name that should be free is in use",
        Rcode::YXRRSET => "an RRset that should be absent exists",
        _ => "an RRset that should exist is absent or holds something else",
    }
}

fn at(subject: &Subject) -> String {
    subject.server.map_or_else(|| "the server".to_owned(), |server| server.to_string())
}

/// A time as people of all zones read it, from seconds since 1970.
pub fn utc(unix: u64) -> String {
    let time: Option<SystemTime> = UNIX_EPOCH.checked_add(Duration::from_secs(unix));
    // humantime goes to the year 9999, a TSIG's 48 bits far beyond.
    let time = time.filter(|_| unix < 253_402_300_800);
    time.map_or_else(|| format!("{unix} s after 1970"), |time| humantime::format_rfc3339_seconds(time).to_string())
}
