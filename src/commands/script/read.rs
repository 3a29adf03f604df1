//! A script read to its end: what is to be done, or everything that is wrong with it.

use std::fmt;

use crate::config::Script;
use crate::dns::{Class, Name};
use crate::output::script::Wrong;
use crate::proto::{Change, Prerequisite};
use crate::script::{Act, Dialect, Draft, Fault, MAX_LINE, Session};

use super::super::stock::{Lines, LinesError};
use super::origins::{self, Origins};

/// So many faults are told; whoever made more will have made the same one again.
const MOST_FAULTS: usize = 20;

/// One thing to do.
pub(super) struct Step {
    pub(super) act: Act,
    pub(super) place: Place,
}

/// Where something stands: in one file, or from one to another. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    first: (String, usize),
    last: (String, usize),
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
        let prompt = || ("prompt".to_owned(), 0);
        Self { first: prompt(), last: prompt() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first: (from, first), last: (to, last) } = self;
        match (from == to, first, last) {
            (true, _, 0) => f.write_str(to),
            (true, first, last) if first == last => write!(f, "{to}:{last}"),
            (true, first, last) if first < last => write!(f, "{to}:{first}-{last}"),
            _ => write!(f, "{from}:{first}-{to}:{last}"),
        }
    }
}

/// What is known while a script is read.
struct Reading<'s> {
    script: &'s Script,
    session: Session,
    steps: Vec<Step>,
    faults: Vec<Wrong>,
    /// Where what is pending began.
    began: Option<(String, usize)>,
    origins: Origins,
    /// That there is no key is told once.
    lacks_key: bool,
}

/// Reads all of it.
pub(super) fn read(script: &Script) -> Result<Vec<Step>, Vec<Wrong>> {
    let mut lines = Lines::new(&script.inputs, None);
    let session = Session::new(Dialect::Nsup, script.key.clone());
    let (steps, faults) = (Vec::new(), Vec::new());
    let mut reading =
        Reading { script, session, steps, faults, began: None, origins: Origins::default(), lacks_key: false };
    let mut at = (String::new(), 0);
    loop {
        let line = match lines.next() {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(why) => {
                reading.faults.push(unreadable(&why, &lines.at().0));
                break;
            }
        };
        at = lines.at();
        if lines.is_cut() {
            // The rest of it would be read as a line of its own.
            reading.faults.push(Wrong::of(too_long(), &at.0, at.1, ""));
            break;
        }
        if !reading.takes(&line, &at) {
            break;
        }
        if reading.faults.len() >= MOST_FAULTS {
            reading.faults.truncate(MOST_FAULTS);
            reading.faults.push(Wrong::more(&at.0, at.1, MOST_FAULTS));
            break;
        }
    }
    let Reading { steps, mut faults, began, .. } = reading;
    if let Some((file, line)) = began.filter(|_| faults.is_empty()) {
        faults.push(Wrong::pending(&file, line, &at.0));
    }
    if faults.is_empty() { Ok(steps) } else { Err(faults) }
}

impl Reading<'_> {
    /// Takes a line in; says whether the script goes on.
    fn takes(&mut self, line: &str, at: &(String, usize)) -> bool {
        let (file, number) = at;
        match self.session.line(line) {
            Ok(Act::Quit) => return false,
            Ok(Act::Nothing | Act::Server(_)) => self.origins.note(self.session.draft(), file, *number, line),
            Ok(Act::Send(draft)) => {
                let origins = std::mem::take(&mut self.origins);
                if !draft.is_empty() {
                    self.sends(draft, &origins, line, at);
                }
            }
            Ok(act) => self.steps.push(Step { act, place: Place { first: at.clone(), last: at.clone() } }),
            Err(fault) => self.faults.push(Wrong::of(fault, file, *number, line)),
        }
        if self.session.draft().is_empty() {
            self.began = None;
        } else {
            self.began.get_or_insert_with(|| at.clone());
        }
        true
    }

    fn sends(&mut self, draft: Box<Draft>, origins: &Origins, line: &str, at: &(String, usize)) {
        let zone = draft.zone.as_ref().or(self.script.reach.zone.as_ref());
        let before = self.faults.len();
        if let Some(zone) = zone {
            self.faults.extend(origins.outside(&draft, zone));
        }
        if self.faults.len() == before
            && let Some(fault) = unsendable(&draft, self.script)
        {
            let is_known = draft.key.is_none() && std::mem::replace(&mut self.lacks_key, true);
            self.faults.extend((!is_known).then(|| Wrong::of(fault, &at.0, at.1, line)));
        }
        let first = self.began.clone().unwrap_or_else(|| at.clone());
        self.steps.push(Step { act: Act::Send(draft), place: Place { first, last: at.clone() } });
    }
}

/// What can be said against a message before anybody is asked.
pub(super) fn unsendable(draft: &Draft, script: &Script) -> Option<Fault> {
    let fault =
        |what: String, hint: &str| Some(Fault { what, column: None, hint: Some(hint.to_owned()), fatal: false });
    if draft.is_empty() {
        return None;
    }
    // To look whether it is well written takes no key.
    if draft.key.is_none() && !script.check {
        return fault("there is no key to sign with".to_owned(), "-k FILE, or a line `key hmac-sha256:NAME SECRET`");
    }
    let Some(zone) = draft.zone.as_ref().or(script.reach.zone.as_ref()) else {
        let elsewhere = (draft.class != Class::IN).then(|| "the zone is found in class IN only".to_owned())?;
        return fault(elsewhere, "zone NAME says which one is meant");
    };
    names(draft).find(|name| !name.is_in(zone)).map(|name| origins::outside(name, zone))
}

/// What is wrong with an input that cannot be read.
pub(super) fn unreadable(why: &LinesError, file: &str) -> Wrong {
    match why {
        LinesError::Open(path, why) => Wrong::file(&path.display().to_string(), &why.to_string()),
        LinesError::Read(why) => Wrong::file(file, &why.to_string()),
        LinesError::Prompt(why) => Wrong::file(file, &why.to_string()),
    }
}

/// All names of a message.
fn names(draft: &Draft) -> impl Iterator<Item = &Name> {
    draft.prerequisites.iter().map(Prerequisite::name).chain(draft.changes.iter().map(Change::name))
}

fn too_long() -> Fault {
    let what = format!("the line is longer than {MAX_LINE} octets: nothing behind it was read");
    Fault { what, column: None, hint: None, fatal: true }
}
