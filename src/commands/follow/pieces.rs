//! Several RRsets of one zone in one message; and one by one where one of them spoils it for the others.

use std::net::IpAddr;

use crate::config::Primary;
use crate::dns::{Name, RecordType};
use crate::exit::Exit;
use crate::output::{Message, Subject, exit_of, explain};
use crate::proto::converge::Converge;
use crate::proto::goal::Target;
use crate::proto::outcome::{Difference, Outcome};
use crate::proto::{Contacts, Rcode, TsigError, Update};

use super::super::bring::bring;
use super::super::conversation::{Conversation, subject, unix};
use super::super::locate::{self, Owner};
use super::located::Located;
use super::verdict::End;

/// An RRset and what it is to hold.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) name: Name,
    pub(super) record_type: RecordType,
    /// All of them for this RRset.
    pub(super) targets: Vec<Target>,
    /// The debt that is settled when this has been done: whose, and which address.
    pub(super) settles: Option<(String, IpAddr)>,
}

/// Brings all pieces about, in as few messages as can be. `go_on` is asked before each message that changes something;
/// it hears of which pieces.
pub(super) async fn bring_all(
    place: &mut Located<Piece>,
    primary: &Primary,
    talk: &mut Conversation,
    mut go_on: impl AsyncFnMut(&[Piece], &Update, &[u8], &Subject) -> bool,
) -> Vec<(Piece, End)> {
    let Located { zone, contacts, things } = place;
    let mut ended = Vec::new();
    let mut stack = vec![std::mem::take(things)];
    while let Some(mut pieces) = stack.pop() {
        if pieces.is_empty() {
            continue;
        }
        match together(&pieces, zone, contacts, primary, talk, &mut go_on).await {
            Some(ends) => ended.extend(pieces.into_iter().zip(ends)),
            // Which of them it is will show.
            None => {
                let rest = pieces.split_off(pieces.len() / 2);
                stack.extend([rest, pieces]);
            }
        }
    }
    ended
}

/// One message for all; `None` where some of them may do better without the others.
async fn together(
    pieces: &[Piece],
    zone: &Name,
    contacts: &mut Contacts,
    primary: &Primary,
    talk: &mut Conversation,
    go_on: &mut impl AsyncFnMut(&[Piece], &Update, &[u8], &Subject) -> bool,
) -> Option<Vec<End>> {
    let several = pieces.len() > 1;
    let about = |piece: &Piece, contacts: &Contacts| Subject {
        zone: Some(zone.clone()),
        server: contacts.current(),
        now: unix(),
        ..subject(primary, &piece.name, piece.record_type.to_string())
    };
    let targets: Vec<Target> = pieces.iter().flat_map(|piece| piece.targets.clone()).collect();
    let mut converge = match Converge::new(zone.clone(), targets, Vec::new(), false) {
        Ok(converge) => converge,
        Err(_) if several => return None,
        Err(why) => return Some(vec![End::Failed(Exit::Setup, Message { what: why.to_string(), hint: None })]),
    };
    let ask = async |contacts: &Contacts, update: &Update, octets: &[u8]| {
        let Some(first) = pieces.first() else { return false };
        go_on(pieces, update, octets, &about(first, contacts)).await
    };
    let outcome = match bring(&mut converge, contacts, talk, ask).await {
        Ok(Some(outcome)) => outcome,
        Ok(None) => return Some(vec![End::Stale; pieces.len()]),
        Err(why) => Outcome::Impossible(why.to_string()),
    };
    if several && is_of_one(&outcome) {
        return None;
    }
    let differences = converge.differences();
    let mut served = None;
    if let Some(first) = pieces.first() {
        let owner = Owner { name: &first.name, record_type: first.record_type };
        served = locate::served(&outcome, &owner, talk, contacts, &about(first, contacts)).await;
    }
    let told = |piece: &Piece| Subject { served: served.clone(), ..about(piece, contacts) };
    let end = |piece: &Piece| match explain(&outcome, &told(piece)) {
        Some(message) => End::Failed(exit_of(&outcome), message),
        None => achieved(piece, &differences),
    };
    Some(pieces.iter().map(end).collect())
}

/// Whether an outcome may be one RRset's fault, and the others do better without it.
fn is_of_one(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Refused(refusal) => !matches!(refusal.rcode, Rcode::SERVFAIL | Rcode::NOTIMP | Rcode::NOTAUTH),
        // Knot says so, unsigned, where the key may not change one of the names; the reads were signed with it.
        Outcome::Unauthentic { hint, sent: true } => hint.claim.tsig_error == Some(TsigError::BADKEY),
        Outcome::Unchanged | Outcome::Changed => false,
        Outcome::Unreachable(_) | Outcome::Unauthentic { .. } | Outcome::Unknown { .. } => false,
        _ => true,
    }
}

/// What became of a piece whose message was accepted.
fn achieved(piece: &Piece, differences: &[Difference]) -> End {
    let of_piece =
        |difference: &&Difference| difference.name == piece.name && difference.record_type == piece.record_type;
    let old = differences.iter().find(of_piece).and_then(|difference| difference.old.clone()).unwrap_or_default();
    let new = piece.targets.iter().fold(old.clone(), |rrset, target| target.result(&rrset));
    let is_same = old.rdata.len() == new.rdata.len()
        && old.rdata.iter().all(|rdata| new.rdata.contains(rdata))
        && (old.ttl == new.ttl || new.rdata.is_empty());
    let difference = Difference { name: piece.name.clone(), record_type: piece.record_type, old: Some(old), new };
    if is_same { End::Unchanged(difference) } else { End::Changed(difference) }
}
