//! What nsupdate says, in its very words: scripts look for them.

use std::io::Write;
use std::net::SocketAddr;

use crate::dns::{Message, Name};
use crate::proto::exchange::{Failure, Hint};
use crate::proto::outcome::{Outcome, Refusal};
use crate::proto::{Rcode, Rejection, TsigError};

use super::message::{as_nsupdate, as_nsupdate_outgoing, as_nsupdate_show, nsupdate_status, nsupdate_tsig_error};

/// A line on standard error.
pub fn complain(line: &str) {
    // Nobody listens: the exit status has to say it.
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(line));
}

/// A text on standard output, which comes before whatever is said next.
pub fn show(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// A text on standard error, without a line end of its own.
pub fn murmur(text: &str) {
    let _ = write!(std::io::stderr().lock(), "{}", harmless(text));
}

/// The same where debugging was asked for.
pub fn debug(level: u8, text: &str) {
    if level > 0 {
        murmur(text);
    }
}

/// Shows what is about to be sent to a server.
pub fn outgoing(server: &SocketAddr, message: &Message<'_>, zone_given: bool) {
    complain(&format!("Sending update to {}", address(server)));
    show(&format!("Outgoing update query:\n{}", as_nsupdate_outgoing(message, zone_given)));
}

/// What `show` prints.
pub fn pending(message: &Message<'_>, zone_known: bool) -> String {
    format!("Outgoing update query:\n{}", as_nsupdate_show(message, zone_known))
}

/// A message that was received.
pub fn received(message: &Message<'_>) -> String {
    as_nsupdate(message)
}

/// What `version` and `-V` say.
pub fn version(personality: &str) -> String {
    format!("nsup {} (as {personality})", env!("CARGO_PKG_VERSION"))
}

/// A name without its final dot.
pub fn plain(name: &Name) -> String {
    let text = name.to_string();
    if name.is_root() { text } else { text.strip_suffix('.').unwrap_or(&text).to_owned() }
}

/// A server that could not be talked to.
pub fn communication(server: &SocketAddr, why: &str) -> String {
    format!("; Communication with {} failed: {why}", address(server))
}

/// What nsupdate says of a message that failed; of the RCODE nothing where debugging has shown the answer.
pub fn outcome(outcome: &Outcome, debugging: bool) -> Vec<String> {
    let failed = |what: &str| (!debugging).then(|| format!("update failed: {what}"));
    match outcome {
        Outcome::Changed | Outcome::Unchanged => Vec::new(),
        Outcome::Refused(refusal) => refused(refusal, debugging),
        Outcome::PrerequisiteFalse { rcode, .. } => failed(&nsupdate_status(rcode.0)).into_iter().collect(),
        Outcome::Unauthentic { hint, .. } => unauthentic(hint, debugging),
        Outcome::Unreachable(failures) => failures.iter().map(failure).collect(),
        Outcome::Unknown { failures, .. } if failures.is_empty() => {
            vec!["; whether the update was made is not known".to_owned()]
        }
        Outcome::Unknown { failures, .. } => failures.iter().map(failure).collect(),
        // The only thing that makes a message impossible is its length.
        Outcome::Impossible(_) => vec!["dns_request_create: ran out of space".to_owned()],
        other => vec![format!("update failed: {other:?}")],
    }
}

/// Text without what a terminal would take for a command; stock prints that as it comes from a script.
fn harmless(text: &str) -> String {
    text.split_inclusive(['\n', '\t'])
        .map(|part| match part.strip_suffix(['\n', '\t']) {
            Some(before) => super::printable(before) + &part[before.len()..],
            None => super::printable(part),
        })
        .collect()
}

fn refused(refusal: &Refusal, debugging: bool) -> Vec<String> {
    let fault = tsig_fault(refusal.tsig_error);
    let mut lines: Vec<String> = fault.map(|fault| format!("; TSIG error with server: {fault}")).into_iter().collect();
    if !debugging {
        lines.push(update_failed(refusal.rcode, refusal.tsig_error));
    }
    lines
}

/// An answer that is not believed, in the words for what is wrong with it.
fn unauthentic(hint: &Hint, debugging: bool) -> Vec<String> {
    let claim = hint.claim;
    let error = claim.tsig_error.unwrap_or(TsigError::NONE);
    let fault = match hint.why {
        Rejection::OutOfTime => "clocks are unsynchronized",
        Rejection::Unsigned if error != TsigError::NONE => tsig_fault(error).unwrap_or("tsig indicates error"),
        Rejection::Unsigned => "expected a TSIG or SIG(0)",
        _ => "tsig verify failure",
    };
    let mut lines = vec![format!("; TSIG error with server: {fault}")];
    if !debugging && claim.rcode.0 != 0 {
        lines.push(update_failed(claim.rcode, error));
    }
    lines
}

fn update_failed(rcode: Rcode, error: TsigError) -> String {
    let status = nsupdate_status(rcode.0);
    match error {
        TsigError::NONE => format!("update failed: {status}"),
        error => format!("update failed: {status}({})", nsupdate_tsig_error(error.0)),
    }
}

fn tsig_fault(error: TsigError) -> Option<&'static str> {
    match error {
        TsigError::NONE => None,
        TsigError::BADTIME => Some("clocks are unsynchronized"),
        _ => Some("tsig indicates error"),
    }
}

fn failure(failure: &Failure) -> String {
    let why = match failure.why.as_str() {
        "no answer in time" | "connecting took too long" => "timed out",
        "the server closed the connection without an answer" => "end of file",
        why => why,
    };
    communication(&failure.server, why)
}

fn address(server: &SocketAddr) -> String {
    format!("{}#{}", server.ip(), server.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_terminal_is_given_orders_by_a_script() {
        assert_eq!(harmless("a\x1b[31mb\tc\r\nd\u{9b}\n"), "a\\u{1b}[31mb\tc\\u{d}\nd\\u{9b}\n");
        assert_eq!(harmless("\n"), "\n");
    }
}
