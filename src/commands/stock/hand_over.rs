//! One message handed over to its servers, and what came of it.

use std::net::SocketAddr;

use crate::config::{Personality, Stock};
use crate::dns::{Message, Name};
use crate::output::stock;
use crate::proto::deliver::Delivery;
use crate::proto::exchange::{Attempt, Purpose};
use crate::proto::outcome::Outcome;
use crate::proto::{Contacts, Update};
use crate::script::Draft;

use super::super::bring::bring;
use super::super::conversation::Conversation;
use super::{patience, transports};

/// The opcode of an update (RFC 2136 §1.3).
pub(in crate::commands) const UPDATE: u8 = 5;

/// Sends the draft, as an update of this zone, to each of the servers until one answers. With -d, what is sent is shown.
pub(super) async fn hand_over(
    options: &Stock,
    draft: &Draft,
    zone: Name,
    servers: &[SocketAddr],
    talk: &mut Conversation,
) -> Outcome {
    let (prerequisites, changes) = (draft.prerequisites.clone(), draft.changes.clone());
    let update = Update::in_order(zone, draft.class, prerequisites, changes, draft.lease);
    let contacts = Contacts::new(draft.key.clone(), servers.to_vec(), transports(options));
    let mut contacts = contacts.with_patience(patience(options));
    let shows = options.debug > 0 && options.personality == Personality::Nsupdate;
    let zone_given = draft.zone.is_some();
    talk.on_send = Some(Box::new(move |attempt: &Attempt| {
        if shows
            && let Ok(message) = Message::walk(&attempt.octets)
            && message.header.opcode() == UPDATE
        {
            stock::outgoing(&attempt.server, &message, zone_given);
        }
    }));
    talk.last_answer = None;
    let mut delivery = Delivery::new(update, Purpose::Once);
    let ended = bring(&mut delivery, &mut contacts, talk, async |_, _, _| true).await;
    talk.on_send = None;
    // Where the zone was asked what became of the message, that answer is not the message's.
    let is_update = |octets: &Vec<u8>| Message::walk(octets).is_ok_and(|message| message.header.opcode() == UPDATE);
    talk.last_answer = talk.last_answer.take().filter(is_update);
    match ended {
        Ok(Some(outcome)) => outcome,
        Ok(None) => Outcome::Contended,
        Err(why) => Outcome::Impossible(why.to_string()),
    }
}
