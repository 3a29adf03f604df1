//! `nsup script`: nsupdate's language, read whole before the first packet; at a prompt, line by line.

mod perform;
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
    let messages = steps.iter().filter(|step| step.is_message()).count();
    if script.check {
        told::checked(printer, messages);
        return Exit::Done;
    }
    let mut performer = Performer::new(script, printer);
    let mut exit = Exit::Done;
    let mut ended = steps.len();
    for (number, step) in steps.iter().enumerate() {
        exit = performer.perform(step).await;
        if exit != Exit::Done {
            ended = number + 1;
            break;
        }
    }
    let unsent = steps[ended..].iter().filter(|step| step.is_message()).map(|step| step.place.to_string()).collect();
    performer.finish(exit, unsent)
}
