//! The names that were used in a session.

use std::collections::BTreeMap;

use crate::dns::Name;

/// Names, in the order of their text; one that was said in two ways is offered as it was said last.
#[derive(Debug, Clone, Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// Takes the name out of a line, if there is one: of a zone, an origin, an owner.
    pub(super) fn note(&mut self, line: &str) {
        let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty()).peekable();
        words.next_if(|word| ["prereq", "update"].iter().any(|known| known.eq_ignore_ascii_case(word)));
        let verb = words.next().unwrap_or_default().to_ascii_lowercase();
        let named = ["zone", "origin", "add", "del", "delete", "nxdomain", "yxdomain", "nxrrset", "yxrrset"];
        if let Some(word) = words.next().filter(|_| named.contains(&verb.as_str()))
            && let Ok(name) = Name::parse(word)
        {
            // A name that is relative to an origin is offered as it was said.
            let text = if word.ends_with('.') || word.contains('.') { name.to_string() } else { word.to_owned() };
            self.0.insert(text.to_ascii_lowercase(), text);
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }
}
