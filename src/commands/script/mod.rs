//! `nsup script`: nsupdate's language, read whole before the first packet; at a prompt, line by line.

mod locations;
mod origins;
mod perform;
mod plan;
mod read;
mod session;

use crate::config::Script;
use crate::exit::Exit;
use crate::output::{Printer, script as told};

use super::stock::is_attended;
use perform::Performer;

/// Carries a script out.
pub(super) async fn run(script: &Script, printer: Printer) -> Exit {
    script.warnings.iter().for_each(|warning| printer.warning(warning));
    if is_attended(&script.inputs) && !script.check && !printer.json {
        return session::run(script, printer).await;
    }
    let steps = match read::read(script) {
        Ok(steps) => steps,
        Err(faults) => {
            told::faults(printer, &faults);
            return Exit::Setup;
        }
    };
    if script.check {
        told::checked(printer, steps.iter().filter(|step| step.is_message()).count());
        return Exit::Done;
    }
    Performer::new(script, printer).perform_all(steps).await
}
