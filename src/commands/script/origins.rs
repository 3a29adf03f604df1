//! Where in its files each part of a pending message was said.

use crate::dns::Name;
use crate::output::script::Wrong;
use crate::proto::{Change, Prerequisite};
use crate::script::{Draft, Fault};

/// A line, and where it stands.
#[derive(Debug, Clone)]
struct Line {
    file: String,
    number: usize,
    text: String,
}

/// The lines of the prerequisites and of the changes of a draft, in the draft's order.
#[derive(Debug, Default)]
pub(super) struct Origins {
    prerequisites: Vec<Line>,
    changes: Vec<Line>,
}

impl Origins {
    /// Remembers a line for what it has added to the draft, if anything.
    pub(super) fn note(&mut self, draft: &Draft, file: &str, number: usize, text: &str) {
        let line = || Line { file: file.to_owned(), number, text: text.to_owned() };
        self.prerequisites.resize_with(draft.prerequisites.len(), line);
        self.changes.resize_with(draft.changes.len(), line);
    }

    /// A fault of each line that speaks of a name outside of the zone.
    pub(super) fn outside<'o>(&'o self, draft: &'o Draft, zone: &'o Name) -> impl Iterator<Item = Wrong> + 'o {
        let prerequisites = draft.prerequisites.iter().map(Prerequisite::name).zip(&self.prerequisites);
        let changes = draft.changes.iter().map(Change::name).zip(&self.changes);
        prerequisites.chain(changes).filter(|(name, _)| !name.is_in(zone)).map(|(name, line)| {
            let fault = Fault { column: owner(&line.text), ..outside(name, zone) };
            Wrong::of(fault, &line.file, line.number, &line.text)
        })
    }
}

/// What to say of a name outside of the zone.
pub(super) fn outside(name: &Name, zone: &Name) -> Fault {
    let hint = "without `zone` the zone of each name is found, and each zone gets a message of its own".to_owned();
    Fault { what: format!("{name} is not in the zone {zone}"), column: None, hint: Some(hint), fatal: false }
}

/// The octet at which the name of a prerequisite or a change begins.
fn owner(line: &str) -> Option<usize> {
    let blank = [' ', '\t'];
    let mut at = 0;
    let mut words = line.split(blank).filter_map(|word| {
        let start = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((start, word))
    });
    let (_, first) = words.next()?;
    if ["prereq", "update"].iter().any(|group| first.eq_ignore_ascii_case(group)) {
        words.next()?;
    }
    words.next().map(|(start, _)| start)
}

#[cfg(test)]
mod tests {
    use super::owner;

    #[test]
    fn the_name_stands_behind_the_verb() {
        for (line, column) in [
            ("add www 1 A 192.0.2.1", Some(4)),
            ("  update\tadd  add.example 1 A 192.0.2.1", Some(14)),
            ("PREREQ nxdomain x", Some(16)),
            ("yxdomain ü", Some(9)),
            ("add", None),
            ("", None),
        ] {
            assert_eq!(owner(line), column, "{line}");
        }
    }
}
