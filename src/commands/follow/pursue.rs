//! A group gone after until all of it is right, the time is up, or something newer has happened.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::output::{Printer, Severity, followed};
use crate::source::Source;
use crate::state::{Debts, Locks};

use super::super::conversation::random;
use super::attempt::{Attempt, attempt};
use super::look::{Signals, is_its_link, lost_of};
use super::occasion::Programs;
use super::plan::{Group, Item};
use super::snapshot::Snapshot;
use super::tell::{Memory, said};
use super::verdict::{End, Verdict};

/// The pauses between attempts: the first, and the longest of a run that ends, and of one that does not.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(15);
const LONGEST_OF_ALL: Duration = Duration::from_secs(60);
/// How often an address that is waited for is looked for, and something newer.
const TICK: Duration = Duration::from_millis(250);
const ADDRESS: Duration = Duration::from_millis(500);

/// A group, and what it is gone after with.
#[derive(Clone, Copy)]
pub(in crate::commands) struct Pursuit<'p> {
    /// The names.
    pub(in crate::commands) group: &'p Group,
    /// What led to it.
    pub(in crate::commands) signals: &'p Signals,
    /// When it began: the age of the signals counts from here.
    pub(in crate::commands) began: Instant,
    /// When to give up; never, if there is none.
    pub(in crate::commands) until: Option<Instant>,
    /// The locks of this machine.
    pub(in crate::commands) locks: &'p Locks,
    /// Who is told.
    pub(in crate::commands) printer: Printer,
    /// Whether something newer has happened.
    pub(in crate::commands) newer: &'p dyn Fn() -> bool,
    /// Reverse records that are still to be deleted.
    pub(in crate::commands) debts: &'p Debts,
    /// The user's programs.
    pub(in crate::commands) programs: &'p Programs,
    /// Who remembers what is told.
    pub(in crate::commands) memory: Memory<'p>,
    /// Failures that were told, which need not be told again.
    pub(in crate::commands) told: &'p RefCell<Vec<Verdict>>,
}

/// Goes after `items`; what is open still at the end comes back.
pub(in crate::commands) async fn pursue(this: Pursuit<'_>, items: Vec<Item>) -> Vec<Verdict> {
    let Pursuit { group, locks, printer, newer, debts, .. } = this;
    let first = snapshot(&items, this.signals);
    let mut open = items.clone();
    let mut failures = 0;
    let mut absent = Vec::new();
    loop {
        let age = this.signals.age.map(|age| age + this.began.elapsed());
        let signals = Signals { age, ..this.signals.clone() };
        let committed = &Cell::new(false);
        let seen = snapshot(&open, this.signals);
        let attempted = Attempt { group, signals: &signals, locks, printer, newer, committed, dry_run: false, debts };
        let verdicts = tokio::select! {
            verdicts = attempt(attempted, &open) => verdicts,
            () = overtaken(this, &open, &seen, committed) => if newer() { return Vec::new() } else { continue },
        };
        // An address that was there and is not any more may return untold: pppd tells nothing while a hook still runs.
        let may_return = |verdict: &Verdict| {
            let is_ours = |item: &&Item| concerns(verdict, item) && is_its_link(&item.member.named, &signals);
            let mut items = items.iter().filter(is_ours);
            matches!(verdict.end, End::Gone(_) | End::Absent(_))
                && items.any(|item| first.has_any(interface(item, &signals)))
        };
        let is_open = |verdict: &Verdict| verdict.is_open() || (this.until.is_some() && may_return(verdict));
        let (mut unsettled, settled): (Vec<Verdict>, Vec<Verdict>) = verdicts.into_iter().partition(is_open);
        let (missing, settled): (Vec<_>, Vec<_>) =
            settled.into_iter().partition(|one| matches!(one.end, End::Absent(_)));
        followed(printer, &said(&settled, this.memory), Severity::Notice);
        this.programs.tell(group, &settled);
        tell(this, &missing);
        absent.extend(missing);
        for item in &open {
            // Both ends settle what was lost: our value is gone, or another is in its place.
            if settled.iter().any(|verdict| verdict.name == *item.name() && concerns(verdict, item)) {
                let lost = lost_of(item, &signals);
                signals.dealt.borrow_mut().extend(lost.into_iter().map(|lost| (item.name().clone(), lost)));
            }
        }
        open.retain(|item| unsettled.iter().any(|verdict| concerns(verdict, item)));
        this.told.borrow_mut().retain(|known| !settled.iter().any(|verdict| is_same(known, verdict)));
        if open.is_empty() || newer() {
            unsettled.append(&mut absent);
            return unsettled;
        }
        let has_failed = unsettled.iter().any(|verdict| matches!(verdict.end, End::Failed(..)));
        failures = if has_failed { failures + 1 } else { 0 };
        let longest = if this.until.is_some() { LONGEST } else { LONGEST_OF_ALL };
        let pause = if has_failed { back_off(failures, longest) } else { ADDRESS };
        if this.until.is_some_and(|until| Instant::now() + pause >= until) {
            if unsettled.iter().any(Verdict::is_open) {
                followed(printer, &said(&unsettled, this.memory), Severity::Error);
                printer.say("given up: the time to go on trying (retry-for) is over");
                this.programs.tell(group, &unsettled);
            }
            unsettled.append(&mut absent);
            return unsettled;
        }
        if tell(this, &unsettled) {
            printer.quietly(|| format!("trying again in {:.1} s", pause.as_secs_f32()));
        }
        let end = Instant::now() + pause;
        while Instant::now() < end && !newer() && snapshot(&open, this.signals) == seen {
            sleep(TICK.min(end - Instant::now())).await;
        }
        if newer() {
            return Vec::new();
        }
    }
}

/// Waits until what an attempt goes by has changed, if nothing has been sent that could change anything: a connection from
/// an address that is gone would be waited for in vain.
async fn overtaken(this: Pursuit<'_>, items: &[Item], seen: &Snapshot, committed: &Cell<bool>) {
    loop {
        sleep(TICK).await;
        if !committed.get() && ((this.newer)() || snapshot(items, this.signals) != *seen) {
            return;
        }
    }
}

/// The interfaces that these items go by.
fn snapshot(items: &[Item], signals: &Signals) -> Snapshot {
    Snapshot::of(items.iter().filter_map(|item| interface(item, signals)))
}

/// The interface that an item goes by: its source's, or that of the event.
fn interface<'i>(item: &'i Item, signals: &'i Signals) -> Option<&'i str> {
    match item.source() {
        Some(Source::Hook(None)) => signals.interface.as_deref(),
        source => source.and_then(Source::interface),
    }
}

/// Tells of failures that were not told before; says whether there were any.
fn tell(this: Pursuit<'_>, failed: &[Verdict]) -> bool {
    let is_new = |verdict: &&Verdict| is_news(verdict, &this.told.borrow());
    let news: Vec<Verdict> = failed.iter().filter(is_new).cloned().collect();
    if news.is_empty() {
        return false;
    }
    followed(this.printer, &said(&news, this.memory), Severity::Warning);
    // A run that never gives up has no other moment to tell the user's program; nor has what is not tried again.
    let last: Vec<Verdict> = news.iter().filter(|one| this.until.is_none() || !one.is_open()).cloned().collect();
    this.programs.tell(this.group, &last);
    this.told.borrow_mut().extend(news);
    true
}

/// Whether an item has to be gone after again because of a verdict: its own, or that of a PTR record.
fn concerns(verdict: &Verdict, item: &Item) -> bool {
    let own = verdict.name == *item.name() && verdict.record_type == item.family.record_type();
    own || (verdict.record_type == crate::dns::RecordType::PTR && item.member.reverse.is_some())
}

fn is_news(verdict: &Verdict, told: &[Verdict]) -> bool {
    let same = |known: &Verdict| match (&known.end, &verdict.end) {
        (End::Failed(_, known), End::Failed(_, message)) => known == message,
        (End::Absent(known), End::Absent(why)) | (End::Gone(known), End::Gone(why)) => known == why,
        _ => false,
    };
    let is_failure = matches!(verdict.end, End::Failed(..) | End::Absent(_) | End::Gone(_));
    is_failure && !told.iter().any(|known| is_same(known, verdict) && same(known))
}

/// Whether both are about the same RRset.
fn is_same(one: &Verdict, other: &Verdict) -> bool {
    one.name == other.name && one.record_type == other.record_type
}

/// 1, 2, 4 ... seconds, and half as much again or less by chance, so that a fleet does not come in step.
fn back_off(failures: u32, longest: Duration) -> Duration {
    let base = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(6)).min(longest);
    base.mul_f64(0.5 + f64::from(random()) / f64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute_and_are_never_in_step() {
        for (failures, base) in [(1, 1.0), (2, 2.0), (4, 8.0), (7, 60.0), (4_000_000, 60.0)] {
            let pause = back_off(failures, LONGEST_OF_ALL).as_secs_f64();
            assert!((base * 0.5..=base * 1.5).contains(&pause), "{failures}: {pause}");
        }
        assert!((0..100).map(|_| back_off(3, LONGEST)).collect::<std::collections::HashSet<_>>().len() > 50);
    }
}
