//! PTR records, in step with the addresses: each in its own zone and message, after the address itself is right.

use std::net::IpAddr;

use futures_util::future::join_all;

use crate::address::{self, Circumstances, Found};
use crate::config::{Primary, Ptr};
use crate::dns::{Name, Rdata, RecordType};
use crate::exit::Exit;
use crate::output::{Message, Subject};
use crate::proto::Update;
use crate::proto::goal::{Goal, Target};
use crate::source::{Family, Source, reverse_name};

use super::super::conversation::Conversation;
use super::attempt::Attempt;
use super::located::located;
use super::look::Wish;
use super::pieces::{Piece, bring_all};
use super::plan::Item;
use super::verdict::{End, Verdict};

/// What to do where the server has no such zone.
const WHERE: &str = "ptr = true needs the reverse zone on the name's server; ptr = { server = ... } says where else it is, \
                     and where it is your provider's, leave ptr out";

/// Sets the PTR records of the addresses that were brought about, and deletes those of the addresses that were
/// replaced, if they still say our name. What has the same server and key goes together.
pub(super) async fn keep_in_step(this: Attempt<'_>, done: &[(Item, Wish, End)]) -> Vec<Verdict> {
    let mut works: Vec<(&Ptr, &Primary, Vec<Piece>)> = Vec::new();
    for (item, wish, end) in done {
        let Some(primary) = &item.member.reverse else { continue };
        let pieces = pieces(this, item, wish, end).await;
        let ptr = &item.member.named.ptr.value;
        match works.iter_mut().find(|(known, ..)| leads_to_the_same(known, ptr)) {
            Some((.., together)) => together.extend(pieces),
            None => works.push((ptr, primary, pieces)),
        }
    }
    let works = works.into_iter().filter(|(.., pieces)| !pieces.is_empty());
    let ended = join_all(works.map(|(_, primary, pieces)| bring_about(this, primary, pieces))).await;
    ended.into_iter().flatten().collect()
}

fn leads_to_the_same(one: &Ptr, other: &Ptr) -> bool {
    matches!((one, other), (Ptr::On(one), Ptr::On(other)) if one.is_same(other))
}

async fn pieces(this: Attempt<'_>, item: &Item, wish: &Wish, end: &End) -> Vec<Piece> {
    let (End::Changed(difference) | End::Unchanged(difference)) = end else { return Vec::new() };
    let name = item.name();
    let text = name.to_string();
    let old = difference.old.as_ref().map(|old| addresses(&old.rdata)).unwrap_or_default();
    let new = addresses(&difference.new.rdata);
    old.iter().filter(|address| !new.contains(address)).for_each(|address| this.debts.add(&text, *address));
    // An address that has come back keeps its record.
    new.iter().for_each(|address| this.debts.settle(&text, *address));
    let family = |address: &IpAddr| Family::of(*address) == item.family;
    let left = this.debts.of(&text).into_iter().filter(family);
    let left = left.map(|address| piece(address, Goal::Excluding(data(name))));
    // What we fall back to is another's address.
    let is_own =
        matches!(wish, Wish::Targets(targets) if targets.iter().all(|target| matches!(target.goal, Goal::Exactly(_))));
    let mut pieces: Vec<Piece> = left.collect();
    for address in new.into_iter().filter(|_| is_own) {
        if !is_a_rivals(item, address).await {
            pieces.push(piece(address, Goal::Exactly(vec![data(name)])));
        }
    }
    pieces
}

/// Whether another name of the file has the address too, and goes before this one: an address has one name to be looked
/// up by, and two would take it from each other for ever.
async fn is_a_rivals(item: &Item, address: IpAddr) -> bool {
    let around = Circumstances { allow_private: true, ..Circumstances::default() };
    for source in item.member.rivals.iter().filter_map(|rival| rival.source(item.family)) {
        let found = match source {
            _ if item.source() == Some(source) => return true,
            // These are not asked once more: that they come to the same address is not seen.
            Source::Command(_) | Source::Dns(_) => continue,
            _ => address::find(source, item.family, &around).await,
        };
        if matches!(found, Some(Found::This(own)) if own == address) {
            return true;
        }
    }
    false
}

async fn bring_about(this: Attempt<'_>, primary: &Primary, pieces: Vec<Piece>) -> Vec<Verdict> {
    let mut talk = Conversation::for_many(primary, pieces.len(), this.printer);
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
            piece.settles.iter().for_each(|(name, address)| this.debts.settle(name, *address));
        }
    }
    let verdict = |(piece, end): (Piece, End)| {
        let end = match end {
            End::Failed(exit @ Exit::Refused, message) => {
                End::Failed(exit, Message { hint: Some(WHERE.to_owned()), what: format!("ptr: {}", message.what) })
            }
            end => end,
        };
        Verdict { name: piece.name, record_type: RecordType::PTR, end }
    };
    ended.into_iter().map(verdict).collect()
}

fn piece(address: IpAddr, goal: Goal) -> Piece {
    let name = reverse_name(address);
    let settles = match &goal {
        Goal::Excluding(rdata) => Some((rdata.display(RecordType::PTR).to_string(), address)),
        _ => None,
    };
    let target = Target { name: name.clone(), record_type: RecordType::PTR, goal, ttl: None };
    Piece { name, record_type: RecordType::PTR, targets: vec![target], settles }
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
