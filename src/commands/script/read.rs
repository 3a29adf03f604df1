//! A script read to its end: what is to be done, or everything that is wrong with it.

use std::fmt;

use crate::config::Script;
use crate::dns::Name;
use crate::output::script::Wrong;
use crate::proto::{Change, Prerequisite};
use crate::script::{Act, Dialect, Draft, Fault, Session};

use super::super::stock::{Lines, LinesError};

/// So many faults are told; whoever made more will have made the same one again.
const MOST_FAULTS: usize = 20;

/// One thing to do.
pub(super) struct Step {
    pub(super) act: Act,
    pub(super) place: Place,
}

/// Where in its file something stands, lines counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    file: String,
    first: usize,
    last: usize,
}

impl Step {
    /// Whether a message is to be sent.
    pub(super) fn is_message(&self) -> bool {
        matches!(self.act, Act::Send(_))
    }
}

impl Place {
    /// Somebody has just typed it.
    pub(super) fn at_prompt() -> Self {
        Self { file: "prompt".to_owned(), first: 0, last: 0 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, first, last } = self;
        if *last == 0 {
            return f.write_str(file);
        }
        if first == last { write!(f, "{file}:{last}") } else { write!(f, "{file}:{first}-{last}") }
    }
}

/// Reads all of it.
pub(super) fn read(script: &Script) -> Result<Vec<Step>, Vec<Wrong>> {
    let mut lines = Lines::new(&script.inputs, None);
    let mut session = Session::new(Dialect::Nsup, script.key.clone());
    let mut steps = Vec::new();
    let mut faults = Vec::new();
    // Where what is pending began.
    let mut began: Option<(String, usize)> = None;
    let mut at = (String::new(), 0);
    loop {
        let line = match lines.next() {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(why) => {
                faults.push(unreadable(&why, lines.at()));
                break;
            }
        };
        at = lines.at();
        let act = session.line(&line);
        let (first_file, first) = began.clone().unwrap_or_else(|| at.clone());
        let first = if first_file == at.0 { first } else { 1 };
        let place = Place { file: at.0.clone(), first, last: at.1 };
        match act.map_err(|fault| Wrong::of(fault, &at.0, at.1, &line)) {
            Ok(Act::Quit) => break,
            Ok(Act::Nothing | Act::Server(_)) => {}
            Ok(act) => {
                if let Act::Send(draft) = &act
                    && let Some(fault) = unsendable(draft, script)
                {
                    faults.push(Wrong::of(fault, &at.0, at.1, &line));
                }
                steps.push(Step { act, place });
            }
            Err(wrong) => faults.push(wrong),
        }
        began = match began {
            _ if session.draft().is_empty() => None,
            None => Some(at.clone()),
            began => began,
        };
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    if let Some((file, line)) = began.filter(|_| faults.is_empty()) {
        faults.push(Wrong::pending(&file, line, &at.0));
    }
    if faults.is_empty() { Ok(steps) } else { Err(faults) }
}

/// What can be said against a message before anybody is asked.
pub(super) fn unsendable(draft: &Draft, script: &Script) -> Option<Fault> {
    let fault =
        |what: String, hint: &str| Some(Fault { what, column: None, hint: Some(hint.to_owned()), fatal: false });
    if draft.is_empty() {
        return None;
    }
    if draft.key.is_none() {
        return fault("there is no key to sign with".to_owned(), "-k FILE, or a line `key hmac-sha256:NAME SECRET`");
    }
    let zone = draft.zone.as_ref().or(script.reach.zone.as_ref())?;
    let outside = names(draft).find(|name| !name.is_in(zone))?;
    let hint = "without `zone` the zone of each name is found, and each zone gets a message of its own";
    fault(format!("{outside} is not in the zone {zone}"), hint)
}

/// All names of a message.
pub(super) fn names(draft: &Draft) -> impl Iterator<Item = &Name> {
    draft.prerequisites.iter().map(Prerequisite::name).chain(draft.changes.iter().map(Change::name))
}

/// What to say of input that cannot be read.
pub(super) fn unreadable(why: &LinesError, at: (String, usize)) -> Wrong {
    match why {
        LinesError::Open(path, why) => Wrong::file(&path.display().to_string(), &why.to_string()),
        LinesError::Read(why) => Wrong::file(&at.0, &why.to_string()),
        LinesError::Prompt(why) => Wrong::file(&at.0, &why.to_string()),
    }
}
