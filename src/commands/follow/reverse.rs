//! PTR records, in step with the addresses: each in its own zone and message, after the address itself is right.

use std::net::IpAddr;

use crate::config::Primary;
use crate::dns::{Name, Rdata, RecordType};
use crate::output::Subject;
use crate::proto::Update;
use crate::proto::goal::{Goal, Target};
use crate::source::reverse_name;

use super::super::conversation::Conversation;
use super::attempt::Attempt;
use super::located::located;
use super::look::Wish;
use super::pieces::{Piece, bring_all};
use super::plan::Item;
use super::verdict::{End, Verdict};

/// A PTR record of a name that the address has left, still to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) struct Owed {
    name: Name,
    address: IpAddr,
}

/// Sets the PTR records of the addresses that were brought about, and deletes those of the addresses that were
/// replaced, if they still say our name.
pub(super) async fn keep_in_step(this: Attempt<'_>, done: &[(Item, Wish, End)]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (item, wish, end) in done {
        let Some(primary) = &item.member.reverse else { continue };
        let pieces = pieces(item, wish, end, this);
        if !pieces.is_empty() {
            verdicts.extend(bring_about(this, primary, pieces).await);
        }
    }
    verdicts
}

fn pieces(item: &Item, wish: &Wish, end: &End, this: Attempt<'_>) -> Vec<Piece> {
    let name = item.name();
    let (End::Changed(difference) | End::Unchanged(difference)) = end else { return Vec::new() };
    let old = difference.old.as_ref().map(|old| addresses(&old.rdata)).unwrap_or_default();
    let new = addresses(&difference.new.rdata);
    let mut owed = this.owed.borrow_mut();
    for address in old.into_iter().filter(|address| !new.contains(address)) {
        let one = Owed { name: name.clone(), address };
        if !owed.contains(&one) {
            owed.push(one);
        }
    }
    // An address that has come back keeps its record.
    owed.retain(|owed| !(owed.name == *name && new.contains(&owed.address)));
    let left =
        owed.iter().filter(|owed| owed.name == *name).map(|owed| piece(owed.address, Goal::Excluding(data(name))));
    // What we fall back to is another's address.
    let is_own =
        matches!(wish, Wish::Targets(targets) if targets.iter().all(|target| matches!(target.goal, Goal::Exactly(_))));
    let own = new.into_iter().filter(|_| is_own).map(|address| piece(address, Goal::Exactly(vec![data(name)])));
    own.chain(left).collect()
}

async fn bring_about(this: Attempt<'_>, primary: &Primary, pieces: Vec<Piece>) -> Vec<Verdict> {
    let mut talk = Conversation::new(primary, this.printer);
    let owner = |piece: &Piece| (piece.name.clone(), RecordType::PTR);
    let (zones, faults) = located(primary, pieces, owner, &mut talk).await;
    let mut ended = faults;
    for mut place in zones {
        let go_on = async |_: &[Piece], update: &Update, octets: &[u8], subject: &Subject| {
            if this.dry_run {
                crate::output::dry_run(this.printer, update, octets, subject);
            }
            let goes_on = !this.dry_run && !(this.newer)();
            this.committed.set(this.committed.get() || goes_on);
            goes_on
        };
        ended.extend(bring_all(&mut place, primary, &mut talk, go_on).await);
    }
    for (piece, end) in &ended {
        if matches!(end, End::Changed(_) | End::Unchanged(_)) {
            this.owed.borrow_mut().retain(|owed| reverse_name(owed.address) != piece.name);
        }
    }
    ended.into_iter().map(|(piece, end)| Verdict { name: piece.name, record_type: RecordType::PTR, end }).collect()
}

fn piece(address: IpAddr, goal: Goal) -> Piece {
    let name = reverse_name(address);
    let target = Target { name: name.clone(), record_type: RecordType::PTR, goal, ttl: None };
    Piece { name, record_type: RecordType::PTR, targets: vec![target] }
}

fn data(name: &Name) -> Rdata {
    Rdata::from_octets(name.to_wire())
}

fn addresses(rdata: &[Rdata]) -> Vec<IpAddr> {
    let address = |rdata: &Rdata| match *rdata.octets() {
        [a, b, c, d] => Some(IpAddr::from([a, b, c, d])),
        ref octets => <[u8; 16]>::try_from(octets).ok().map(IpAddr::from),
    };
    rdata.iter().filter_map(address).collect()
}
