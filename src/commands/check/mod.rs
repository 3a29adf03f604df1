//! check: the whole chain from nsup.toml to the zone, examined link by link, in the order in which they hold each other. Nothing
//! is changed, except with --write-test.

mod chain;
mod cron;
mod hooks;
mod knock;
mod local;
mod names;
mod permission;
mod primary;
mod report;
mod schedule;
mod secondary;
mod send;
mod server;
mod signature;
mod view;
mod world;
mod writing;
mod zone;

use crate::config::Check;
use crate::exit::Exit;
use crate::output::{Message, Printer, findings};
use crate::state::{History, Places};

use super::environment;
use chain::{Around, chain};
pub(super) use cron::cron_files;
use report::Report;

/// Examines everything, and says whether an update would work.
pub(super) async fn run(check: &Check, printer: Printer) -> Exit {
    if check.groups.is_empty() {
        let what = "there is no name to examine: nsup.toml has no [[name]]".to_owned();
        printer.failure(Exit::Setup, &Message { what, hint: Some("nsup check NAME".to_owned()) });
        return Exit::Setup;
    }
    let mut report = Report::new(printer);
    local::configuration(check, &mut report);
    let configured = check.config.as_ref().and_then(|config| config.state_directory.value.as_deref());
    let history = History::within(Places::existing(configured, &environment));
    // What is told of each step would stand between the findings.
    let around = Around { check, history: &history, printer: Printer { quiet: true, json: false, ..printer } };
    for group in &check.groups {
        for published in chain(around, group, &mut report).await {
            if let Some(reverse) = published.examined.reverse {
                chain(around, &reverse.for_address(published.address), &mut report).await;
            }
        }
    }
    // These are of no use to whoever follows no name here.
    if check.config.as_ref().is_some_and(|config| !config.names.is_empty()) {
        let hooked = hooks::examine(&check.root, &mut report);
        schedule::examine(&check.root, hooked, &mut report);
    }
    let exit = report.exit();
    if printer.json && !findings(printer, &report.all, exit) {
        return Exit::Setup;
    }
    exit
}
