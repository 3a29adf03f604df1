//! A script that somebody types: each line is carried out when it is complete, and what is wrong with one is told at once.

use std::path::PathBuf;

use crate::config::Script;
use crate::exit::Exit;
use crate::output::Printer;
use crate::output::script::{self as told, Wrong};
use crate::prompt::Prompt;
use crate::script::{Act, Dialect, Session};

use super::super::stock::Lines;
use super::perform::Performer;
use super::read::{unreadable, unsendable};

/// Asks and does until the end.
pub(super) async fn run(script: &Script, printer: Printer) -> Exit {
    let prompt = match Prompt::new("nsup> ", Dialect::Nsup, history()) {
        Ok(prompt) => prompt,
        Err(why) => {
            printer.say(&why.to_string());
            return Exit::Setup;
        }
    };
    let mut lines = Lines::new(&script.inputs, Some(prompt));
    let mut session = Session::new(Dialect::Nsup, script.key.clone());
    let mut performer = Performer::new(script, printer);
    loop {
        let line = match lines.next() {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(why) => {
                told::faults(printer, &[unreadable(&why, &lines.at().0)]);
                return Exit::Setup;
            }
        };
        match session.line(&line) {
            Ok(Act::Quit) => break,
            Ok(Act::Send(draft)) => {
                let left = match unsendable(&draft, script) {
                    Some(fault) => {
                        told::faults(printer, &[Wrong::at_prompt(fault, &line)]);
                        Some(*draft)
                    }
                    None => performer.send_typed(*draft).await,
                };
                left.into_iter().for_each(|draft| session.restore(draft));
            }
            Ok(act) => performer.perform(&act),
            Err(fault) => told::faults(printer, &[Wrong::at_prompt(fault, &line)]),
        }
    }
    if session.draft().is_empty() {
        return Exit::Done;
    }
    printer.say("what is pending was not sent: `send` was missing");
    Exit::Setup
}

/// Where the lines of earlier sessions are (XDG Base Directory Specification).
fn history() -> Option<PathBuf> {
    let absolute = |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
    state.map(|state| state.join("nsup/history"))
}
