//! How an outcome is told: what happened, the likeliest cause first, and what to do about it.
//!
//! What an answer without a valid signature says is told as what it is: anybody may have sent it.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::dns::Name;
use crate::exit::Exit;
use crate::proto::exchange::{Failure, Hint};
use crate::proto::outcome::{Outcome, Refusal};
use crate::proto::{Claim, Prerequisite, Rcode, Rejection, Transport, TsigError};
use crate::script::in_words_of;

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
        Outcome::Unreachable(failures) => (
            format!("no server could be reached; nothing was changed{}", listed(failures)),
            Some(if failures.iter().any(|failure| failure.transport == Transport::Tls) {
                "is the address right, and does a server that speaks DNS over TLS with this certificate run there?"
                    .to_owned()
            } else {
                "is the address right, does named run there, and do filters let TCP and UDP to its port through?"
                    .to_owned()
            }),
        ),
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
    let Subject { name, types, zone, key, algorithm, .. } = subject;
    let zone = zone.as_ref().map_or_else(|| "the zone".to_owned(), |zone| format!("the zone {zone}"));
    let server = at(subject);
    let act = if refusal.reading { "question for" } else { "update of" };
    // What a script changes of other names needs lines of their own.
    let granted = types.trim_end_matches(" and others");
    let no = |reason: &str| format!("{server} refuses the {act} {name} {types}: {reason}");
    match (refusal.rcode, refusal.tsig_error) {
        (Rcode::NOTAUTH, TsigError::BADTIME) => clocks(refusal.server_time, subject),
        (Rcode::NOTAUTH, TsigError::BADTRUNC) => (
            no("the MAC is cut too short (BADTRUNC)"),
            Some(format!("on the server, write the algorithm of key {key} without a number of bits")),
        ),
        (Rcode::NOTAUTH, TsigError::NONE) => (
            no(&format!("it is no authority for {zone} (NOTAUTH)")),
            Some(
                "the zone must be exactly the one that the server has, not a host or a parent of it; leave --zone out \
                 to have it found. Else the key leads to another view, or the zone is not loaded"
                    .to_owned(),
            ),
        ),
        (Rcode::REFUSED, _) if refusal.reading => (
            no("REFUSED"),
            Some(format!("does it have {zone}? BIND also refuses all updates of a client that allow-query shuts out")),
        ),
        (Rcode::REFUSED, _) => (
            no(&format!("key {key} may not do it (REFUSED)")),
            Some(format!(
                "in {zone} of named.conf, the zone's update-policy needs: grant {key} name {name} {granted}; if that is there: is \
                 the zone frozen (rndc thaw), a secondary, the name none that check-names lets pass, or the record \
                 one that cannot stand there (an MX or SRV whose target in the zone has no address)? the server's log says \
                 which"
            )),
        ),
        (Rcode::NOTZONE, _) => (no(&format!("it is not within {zone} (NOTZONE)")), Some("check --zone".to_owned())),
        (Rcode::SERVFAIL, _) => (
            no("it failed by itself (SERVFAIL)"),
            Some(
                "the server's log says why: mostly the zone's directory is not writable for the journal, the disk is \
                 full, the zone is not loaded, the RRset has too many records (max-records-per-type), or a forwarder \
                 cannot reach the primary"
                    .to_owned(),
            ),
        ),
        (Rcode::NOTIMP, _) => {
            (no("it does not do updates (NOTIMP)"), Some("--server must name the zone's primary".to_owned()))
        }
        (Rcode::FORMERR, _) => (
            no("it could not read the message (FORMERR)"),
            Some(
                "does this server know the record type (PowerDNS takes no unknown ones)? Else it is a fault of nsup or of \
                 something on the way: please report it with -v"
                    .to_owned(),
            ),
        ),
        (rcode, error) if error == TsigError::NONE => (no(&rcode.to_string()), None),
        (rcode, error) => (no(&format!("{rcode}, {error}")), Some(format!("key {key} ({algorithm})"))),
    }
}

fn clocks(server_time: Option<u64>, subject: &Subject) -> (String, Option<String>) {
    let server = at(subject);
    let what = match server_time {
        Some(theirs) => format!(
            "the clocks differ by {} (BADTIME): {server} has {}, this machine has {}",
            humantime::format_duration(Duration::from_secs(theirs.abs_diff(subject.now))),
            utc(theirs),
            utc(subject.now),
        ),
        None => format!("the clocks of {server} and of this machine differ (BADTIME)"),
    };
    (what, Some("set the clock that is wrong (NTP), then run the same command again".to_owned()))
}

/// Only answers that did not verify: what they claim, and what it mostly means.
fn unauthentic(hint: &Hint, sent: bool, subject: &Subject) -> (String, Option<String>) {
    let Subject { key, algorithm, zone, .. } = subject;
    let Hint { claim: Claim { rcode, tsig_error }, why, .. } = hint;
    let upshot = if sent { "whether the update took effect is not known" } else { "nothing was changed" };
    let what = format!("{}; {upshot}", unsigned(hint));
    let zone = zone.as_ref().map_or_else(|| "the zone".to_owned(), |zone| format!("the zone {zone}"));
    let advice = match (*why, *rcode, *tsig_error) {
        (Rejection::BadMac, ..) => {
            format!("the server signs with another secret for key {key}, or the answer is forged: compare the secrets")
        }
        (Rejection::OutOfTime, ..) => {
            "the server's signature is older or newer than five minutes: are both clocks right?".to_owned()
        }
        (_, Rcode::NOTAUTH, Some(TsigError::BADKEY)) => format!(
            "if it is true: the server has no key {key} with {algorithm}. named.conf needs key \"{}\" {{ algorithm \
             {algorithm}; secret \"...\"; }}; Knot says the same where the key may not do this",
            key.to_string().trim_end_matches('.'),
        ),
        (_, _, Some(TsigError::BADSIG)) => {
            format!("if it is true: the server has another secret for key {key}: copy the key file again")
        }
        (_, Rcode::NOTAUTH | Rcode::REFUSED, None) => format!(
            "if it is true: PowerDNS says it so where the key's name ({key}), secret or algorithm ({algorithm}) is \
             wrong, or the clocks differ by five minutes (this machine has {}); Knot where it does not have {zone}",
            utc(subject.now),
        ),
        (_, Rcode::FORMERR, None) => {
            "if it is true: the server could not read the message: is the data what its type demands?".to_owned()
        }
        (_, Rcode::NOERROR, _) => {
            "an unsigned success is none: is the server one that does not know TSIG, or is somebody forging?".to_owned()
        }
        _ => "is something on the way that strips signatures?".to_owned(),
    };
    (what, Some(advice))
}

/// An answer that is not believed, told as what it is.
fn unsigned(hint: &Hint) -> String {
    let Hint { server, claim, why, .. } = hint;
    let error = claim.tsig_error.filter(|error| *error != TsigError::NONE);
    let error = error.map(|error| format!(", {error}")).unwrap_or_default();
    format!(
        "only an answer that proves nothing came from {server}: {}{error} ({why}, so it may be forged)",
        claim.rcode
    )
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

fn utc(unix: u64) -> String {
    let time: Option<SystemTime> = UNIX_EPOCH.checked_add(Duration::from_secs(unix));
    // humantime goes to the year 9999, a TSIG's 48 bits far beyond.
    let time = time.filter(|_| unix < 253_402_300_800);
    time.map_or_else(|| format!("{unix} s after 1970"), |time| humantime::format_rfc3339_seconds(time).to_string())
}
