//! The one list of differences that are meant.

use std::collections::BTreeSet;
use std::fs;

use super::ASPECTS;
use super::script::Script;

const FILE: &str = "tests/scripts/allowed.txt";

/// Which aspect of which script may differ.
pub(crate) struct Allowed(BTreeSet<(String, String)>);

impl Allowed {
    /// Reads the lines of one program: `program/script aspect[,aspect...]: reason`. All of them must make sense.
    pub(crate) fn read(program: &str, scripts: &[Script]) -> Self {
        let text = fs::read_to_string(FILE).unwrap_or_else(|why| panic!("{FILE}: {why}"));
        let mut allowed = BTreeSet::new();
        for (number, line) in text.lines().enumerate() {
            let place = format!("{FILE}:{}", number + 1);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (what, reason) = line.split_once(": ").unwrap_or_else(|| panic!("{place}: no reason"));
            assert!(reason.len() > 10, "{place}: this is no reason");
            let (script, aspects) = what.split_once(' ').unwrap_or_else(|| panic!("{place}: no aspect"));
            let (whose, name) = script.split_once('/').unwrap_or_else(|| panic!("{place}: no program"));
            if whose != program {
                continue;
            }
            assert!(scripts.iter().any(|script| script.name == name), "{place}: there is no script {script}");
            for aspect in aspects.split(',') {
                assert!(ASPECTS.contains(&aspect), "{place}: {aspect} is not compared");
                let is_new = allowed.insert((name.to_owned(), aspect.to_owned()));
                assert!(is_new, "{place}: {script} {aspect} is listed twice");
            }
        }
        Allowed(allowed)
    }

    /// Whether this aspect of this script may differ.
    pub(crate) fn has(&self, script: &str, aspect: &str) -> bool {
        self.0.contains(&(script.to_owned(), aspect.to_owned()))
    }
}
