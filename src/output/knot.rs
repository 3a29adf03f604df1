//! What knsupdate says, in its very words.

use crate::dns::Message;
use crate::proto::exchange::Failure;
use crate::proto::outcome::Outcome;
use crate::proto::{Rcode, Rejection, TsigError};

use super::message::{as_knsupdate, knsupdate_empty, knsupdate_status};

/// What `show` prints.
pub fn pending(message: &Message<'_>) -> String {
    format!("Update query:\n{}\n", as_knsupdate(message))
}

/// What `answer` prints; there may have been none.
pub fn answer(message: Option<&Message<'_>>) -> String {
    format!("Answer:\n{}", message.map_or_else(knsupdate_empty, as_knsupdate))
}

/// A message that was received.
pub fn received(message: &Message<'_>) -> String {
    as_knsupdate(message)
}

/// A server whose name has no address.
pub fn unresolved(host: &str) -> String {
    format!(";; ERROR: failed to resolve address '{host}'")
}

/// What knsupdate says of a message that failed.
pub fn outcome(outcome: &Outcome, tcp: bool) -> Vec<String> {
    let error = |what: String| vec![format!(";; ERROR: {what}")];
    let failed = |rcode: Rcode| error(format!("update failed with error '{}'", knsupdate_status(rcode.0)));
    let verification = |what: &str| error(format!("reply verification ({what})"));
    match outcome {
        Outcome::Changed | Outcome::Unchanged => Vec::new(),
        Outcome::Refused(refusal) => match refusal.tsig_error {
            TsigError::NONE => failed(refusal.rcode),
            TsigError::BADTIME => verification("TSIG out of time window"),
            TsigError::BADTRUNC => verification("TSIG bad truncation"),
            _ => verification("failed to verify TSIG"),
        },
        Outcome::PrerequisiteFalse { rcode, .. } => failed(*rcode),
        Outcome::Unauthentic { hint, .. } => match (hint.why, hint.claim.tsig_error) {
            (_, Some(TsigError::BADTRUNC)) => verification("TSIG bad truncation"),
            (Rejection::OutOfTime, _) | (_, Some(TsigError::BADTIME)) => verification("TSIG out of time window"),
            (Rejection::Unsigned, None) => verification("expected a TSIG or SIG(0)"),
            _ => verification("failed to verify TSIG"),
        },
        Outcome::Unreachable(failures) | Outcome::Unknown { failures, .. } if !failures.is_empty() => {
            failures.iter().map(|failure| warning(failure, tcp)).collect()
        }
        Outcome::Unknown { .. } => error("whether the update was made is not known".to_owned()),
        Outcome::Impossible(why) => error(why.clone()),
        other => error(format!("{other:?}")),
    }
}

fn warning(failure: &Failure, tcp: bool) -> String {
    let what = match failure.why.as_str() {
        "no answer in time" => "response timeout for".to_owned(),
        _ if tcp => "can't connect to".to_owned(),
        why => format!("{why}:"),
    };
    let (server, transport) = (failure.server, failure.transport);
    format!(";; WARNING: {what} {}@{}({transport})", server.ip(), server.port())
}
