//! sync: every configured name to the address of now, once: for cron, timers, and people.

use std::cell::Cell;

use futures_util::future::join_all;

use crate::config::Sync;
use crate::exit::Exit;
use crate::output::{Message, Printer, Severity, followed};
use crate::state::{Debts, History, Locks, Places, Reported};

use super::environment;
use super::follow::{Attempt, Memory, Programs, Signals, Verdict, attempt, plan, said, worst};

/// Brings the names about. One name's fault hides no other's success.
pub(super) async fn run(sync: &Sync, printer: Printer) -> Exit {
    let Sync { config, names, given, dry_run, show } = sync;
    if *show {
        return if printer.data(&config.show(names)) { Exit::Done } else { Exit::Setup };
    }
    if config.names.is_empty() {
        let what = format!("{} has no [[name]] to follow", config.path.display());
        printer.failure(Exit::Setup, &Message { what, hint: None });
        return Exit::Setup;
    }
    let places = Places::make(config.state_directory.value.as_deref(), &environment);
    let locks = Locks::within(places.runtime);
    let signals = Signals { given: given.clone(), ..Signals::default() };
    let (groups, faults) = plan(config, |named| names.is_empty() || names.contains(&named.name));
    let (debts, committed) = (Debts::within(places.state.clone()), Cell::new(false));
    let attempts = groups.iter().map(async |group| {
        let (signals, locks, debts, committed) = (&signals, &locks, &debts, &committed);
        let this = Attempt { group, signals, locks, printer, newer: &|| false, committed, dry_run: *dry_run, debts };
        (group, attempt(this, &group.items()).await)
    });
    let ended = join_all(attempts).await;
    let verdicts: Vec<_> = ended.iter().flat_map(|(_, verdicts)| verdicts.clone()).chain(faults).collect();
    if *dry_run {
        let verdicts: Vec<_> = verdicts.into_iter().filter(|verdict| !verdict.was_shown()).collect();
        followed(printer, &said(&verdicts, Memory::default()), Severity::Error);
        return worst(verdicts.iter().map(Verdict::exit));
    }
    // Who sits there wants to see it each time, and has told nobody else.
    let (reported, history) = (Reported::within(places.state.clone()), History::within(places.state));
    let reported = Some(&reported).filter(|_| !printer.is_attended());
    let memory = Memory { reported, history: Some((&history, "sync")) };
    if let (Some(why), true) = (&places.refused, printer.is_attended() || printer.verbose) {
        printer.warning(&format!("{why}: what was reported is not remembered, and cron hears of it each time"));
    }
    followed(printer, &said(&verdicts, memory), Severity::Error);
    let programs = Programs::start(printer);
    ended.iter().for_each(|(group, verdicts)| programs.tell(group, verdicts));
    programs.finish().await;
    worst(verdicts.iter().map(Verdict::exit))
}
