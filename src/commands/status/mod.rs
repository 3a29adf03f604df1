//! status: how the configured names stand; nothing is changed anywhere.

mod schedule;

use futures_util::future::join_all;

use crate::config::Status;
use crate::dns::Name;
use crate::exit::Exit;
use crate::output::{Last, Message, Printer, Standing, prometheus, standings};
use crate::state::{History, Places, publish};

use super::conversation::unix;
use super::environment;
use super::follow::{hopeless, plan, survey, worst};
use schedule::Schedule;

/// Looks, and shows it.
pub(super) async fn run(status: &Status, printer: Printer) -> Exit {
    let Status { config, names, public, prometheus: file } = status;
    if config.names.is_empty() {
        printer.failure(Exit::Setup, &config_without_names(status));
        return Exit::Setup;
    }
    let (groups, faults) = plan(config, |named| names.is_empty() || names.contains(&named.name));
    let all = join_all(groups.iter().map(|group| survey(group, public, printer))).await;
    let mut all: Vec<Standing> = all.into_iter().flatten().chain(faults.iter().map(hopeless)).collect();
    let place = |name: &Name| config.names.iter().position(|named| named.name == *name);
    all.sort_by_key(|one| (place(&one.name), one.record_type));
    let state = Places::existing(config.state_directory.value.as_deref(), &environment);
    let (history, schedule, now) = (History::within(state), Schedule::of(&config.path), unix());
    for one in &mut all {
        let entry = history.of(&one.name.to_string(), &one.record_type.to_string());
        one.since = entry.as_ref().and_then(|entry| entry.published.as_ref()).map(|published| published.since);
        one.last = entry.map(|entry| {
            let (event, outcome) = (entry.event.clone(), entry.event.outcome.word());
            Last { cause: event.cause, outcome, exit: event.exit, message: event.message, at: event.at }
        });
        one.next = schedule.next(&one.name, now);
    }
    let mut exit = worst(all.iter().map(|one| one.exit));
    if !standings(printer, &all, now) {
        exit = Exit::Setup;
    }
    if let Some(path) = file
        && let Err(why) = publish(path, &prometheus(&all, now))
    {
        printer.say(&format!("--prometheus {}: {why}", path.display()));
        exit = Exit::Setup;
    }
    exit
}

fn config_without_names(status: &Status) -> Message {
    Message { what: format!("{} has no [[name]] to look at", status.config.path.display()), hint: None }
}
