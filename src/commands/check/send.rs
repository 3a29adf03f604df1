//! One update, and how it ended.

use crate::dns::Name;
use crate::proto::exchange::{Answered, Purpose};
use crate::proto::outcome::{Outcome, Refusal};
use crate::proto::{Change, Prerequisite, Rcode, Update, UpdateError};

use super::super::conversation::Conversation;
use super::server::Knocked;

/// Sends it. [`Outcome::Changed`] is NOERROR, whether there was anything to change or not.
pub(super) async fn send(
    zone: &Name,
    prerequisites: Vec<Prerequisite>,
    changes: Vec<Change>,
    knocked: &mut Knocked,
    talk: &mut Conversation,
) -> Outcome {
    let purpose = if changes.is_empty() { Purpose::Ask } else { Purpose::Change };
    let encode = || -> Result<Vec<u8>, UpdateError> { Update::new(zone.clone(), prerequisites, changes)?.encode() };
    let message = match encode() {
        Ok(message) => message,
        Err(why) => return Outcome::Impossible(why.to_string()),
    };
    talk.restart();
    match talk.ask(&mut knocked.contacts, message, purpose).await {
        Ok(Answered::Reply(reply, ..)) if reply.rcode() == Rcode::NOERROR => Outcome::Changed,
        Ok(Answered::Reply(reply, ..)) => Outcome::Refused(Refusal::of(&reply, false)),
        Ok(Answered::NotSent(failures)) => Outcome::Unreachable(failures),
        Ok(Answered::Unsettled(failures, hint)) => Outcome::Unknown { failures, hint, refusal: None },
        Err(why) => Outcome::Impossible(why.to_string()),
    }
}
