//! One attempt at the names of a group: located, locked, looked at, brought about, and looked at once more.

use std::cell::Cell;
use std::net::IpAddr;

use futures_util::future::join_all;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::config::Primary;
use crate::dns::{Name, RecordType};
use crate::exit::Exit;
use crate::output::{Message, Printer, Subject, dry_run};
use crate::proto::{Contacts, Update};
use crate::source::Source;
use crate::state::{Debts, Locks};

use super::super::conversation::Conversation;
use super::answers::Answers;
use super::located::{Located, located};
use super::look::{Signals, Wish, look, record_type};
use super::pieces::{Piece, bring_all};
use super::plan::{Group, Item};
use super::reverse;
use super::verdict::{End, Verdict};

/// How often an address that has changed meanwhile is gone after within one attempt.
const CHASES: u32 = 5;

/// What an attempt needs to know.
#[derive(Clone, Copy)]
pub(in crate::commands) struct Attempt<'a> {
    /// The names, and their primary.
    pub(in crate::commands) group: &'a Group,
    /// What led to it.
    pub(in crate::commands) signals: &'a Signals,
    /// The locks of this machine.
    pub(in crate::commands) locks: &'a Locks,
    /// Who is told of each step.
    pub(in crate::commands) printer: Printer,
    /// Whether something has happened since, so that this attempt had better end.
    pub(in crate::commands) newer: &'a dyn Fn() -> bool,
    /// Set when a message that changes something is about to be sent: from then on, what becomes of it is worth knowing.
    pub(in crate::commands) committed: &'a Cell<bool>,
    /// Whether messages are shown instead of sent.
    pub(in crate::commands) dry_run: bool,
    /// Reverse records that are still to be deleted.
    pub(in crate::commands) debts: &'a Debts,
}

/// Brings `items` to where they are to be, each in its zone, the zones side by side.
pub(in crate::commands) async fn attempt(this: Attempt<'_>, items: &[Item]) -> Vec<Verdict> {
    let primary = &this.group.primary;
    let mut talk = Conversation::for_many(primary, items.len(), this.printer);
    let owner = |item: &Item| (item.name().clone(), record_type(item));
    let (items, left) = promising(items, this.signals).await;
    let (zones, faults) = located(primary, items, owner, &mut talk).await;
    let all: Vec<Item> = zones.iter().flat_map(|zone| zone.things.clone()).collect();
    let answers = OnceCell::new();
    // Under the first lock that is had, so that what they say is of now.
    let answers = async || answers.get_or_init(|| Answers::of(&all)).await;
    let in_zones = zones.into_iter().map(|zone| in_zone(this, zone, &answers, &talk));
    let mut verdicts: Vec<Verdict> = join_all(in_zones).await.into_iter().flatten().collect();
    verdicts.extend(faults.into_iter().chain(left).map(|(item, end)| verdict(&item, end)));
    verdicts
}

/// The items that have something to be sent, as far as this machine alone can tell: for the others nobody need be asked
/// for a zone. What is to be sent is settled under the lock.
async fn promising(items: &[Item], signals: &Signals) -> (Vec<Item>, Vec<(Item, End)>) {
    let (mut some, mut none) = (Vec::new(), Vec::new());
    for item in items {
        let wish = match item.source() {
            Some(Source::Route(None) | Source::Command(_) | Source::Dns(_)) | None => None,
            Some(_) => Some(look(item, signals, None, &Answers::default()).await),
        };
        match wish {
            Some(Wish::Nothing(end)) => none.push((item.clone(), end)),
            _ => some.push(item.clone()),
        }
    }
    (some, none)
}

async fn in_zone<'a>(
    this: Attempt<'_>,
    place: Located<Item>,
    answers: &impl AsyncFn() -> &'a Answers,
    first: &Conversation,
) -> Vec<Verdict> {
    let primary = &this.group.primary;
    let Located { zone, mut contacts, things: items } = place;
    let labels = labels(primary, &items);
    let Some(locks) = this.locks.all(labels, Instant::now() + primary.budget).await else {
        let what = "another run of nsup has been at work on it all the time".to_owned();
        let end = End::Failed(Exit::Contended, Message { what, hint: None });
        return items.iter().map(|item| verdict(item, end.clone())).collect();
    };
    let mut done: Vec<(Item, Wish, End)> = Vec::new();
    let mut open = items;
    for _ in 0..CHASES {
        let server = contacts.current().map(|server| server.ip());
        let wishes = wishes(&open, this.signals, server, answers().await).await;
        // A program that says the address may take its time: that is not the server's.
        let mut talk = Conversation::for_many(primary, wishes.len(), this.printer).like(first);
        done.extend(once(this, &zone, &mut contacts, &mut talk, wishes).await);
        // An interface may have got another address while its last one was on the way.
        let mut changed = Vec::new();
        for (number, (item, wish, end)) in done.iter().enumerate() {
            let settled = matches!(end, End::Changed(_) | End::Unchanged(_));
            if (settled || (matches!(end, End::Stale) && !this.dry_run))
                && !(this.newer)()
                && (!settled || !is_still(item, wish, this.signals, server).await)
            {
                changed.push(number);
            }
        }
        open = changed.into_iter().rev().map(|number| done.remove(number).0).collect();
        if open.is_empty() {
            break;
        }
    }
    done.extend(open.into_iter().map(|item| (item, Wish::Targets(Vec::new()), End::Stale)));
    drop(locks);
    let reversed = reverse::keep_in_step(this, &done).await;
    done.into_iter().map(|(item, _, end)| verdict(&item, end)).chain(reversed).collect()
}

/// The locks of these names at these servers. Several names share one, whatever their zones: hundreds of files are more than
/// a process may have open on some systems.
fn labels(primary: &Primary, items: &[Item]) -> Vec<String> {
    const SHARES: u32 = 16;
    let servers: Vec<String> = primary.servers.iter().map(ToString::to_string).collect();
    let share = |item: &Item| item.name().to_string().bytes().map(u32::from).sum::<u32>() % SHARES;
    items.iter().map(|item| format!("{}@{}", share(item), servers.join(","))).collect()
}

/// What each item is to hold now.
async fn wishes(items: &[Item], signals: &Signals, server: Option<IpAddr>, answers: &Answers) -> Vec<(Item, Wish)> {
    join_all(items.iter().map(async |item| (item.clone(), look(item, signals, server, answers).await))).await
}

/// Brings wishes about.
async fn once(
    this: Attempt<'_>,
    zone: &Name,
    contacts: &mut Contacts,
    talk: &mut Conversation,
    wishes: Vec<(Item, Wish)>,
) -> Vec<(Item, Wish, End)> {
    let mut done = Vec::new();
    let mut things = Vec::new();
    for (item, wish) in &wishes {
        let (name, record_type) = (item.name().clone(), record_type(item));
        match wish {
            Wish::Nothing(end) => done.push((item.clone(), wish.clone(), end.clone())),
            Wish::Targets(targets) => things.push(Piece { name, record_type, targets: targets.clone(), settles: None }),
        }
    }
    let find = |name: &Name, record_type: RecordType| {
        wishes.iter().find(|(item, _)| item.name() == name && item.family.record_type() == record_type)
    };
    let server = contacts.current().map(|server| server.ip());
    let go_on = async |pieces: &[Piece], update: &Update, octets: &[u8], subject: &Subject| {
        if this.dry_run {
            dry_run(this.printer, update, octets, subject);
        }
        if this.dry_run || (this.newer)() {
            return false;
        }
        for piece in pieces {
            let wished = find(&piece.name, piece.record_type);
            if let Some((item, wish)) = wished
                && !is_still(item, wish, this.signals, server).await
            {
                return false;
            }
        }
        this.committed.set(true);
        true
    };
    let mut place = Located { zone: zone.clone(), contacts: contacts.clone(), things };
    let ended = bring_all(&mut place, &this.group.primary, talk, go_on).await;
    *contacts = place.contacts;
    done.extend(ended.into_iter().filter_map(|(piece, end)| {
        find(&piece.name, piece.record_type).map(|(item, wish)| (item.clone(), wish.clone(), end))
    }));
    done
}

/// Whether the item would be wished the same now. Only the kernel is asked again: programs and servers are not asked
/// twice in one attempt.
async fn is_still(item: &Item, wish: &Wish, signals: &Signals, server: Option<IpAddr>) -> bool {
    match item.member.named.source(item.family) {
        Some(Source::Interface(_) | Source::Hook(_) | Source::Prefix(..) | Source::Route(_)) => {
            look(item, signals, server, &Answers::default()).await.is(wish)
        }
        _ => true,
    }
}

fn verdict(item: &Item, end: End) -> Verdict {
    Verdict { name: item.name().clone(), record_type: record_type(item), end }
}
