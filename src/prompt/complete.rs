//! Which words may stand at the cursor.

use crate::dns::{RecordType, rdata};

use crate::script::Dialect;

use super::names::Names;
use super::words::{self, Follows};

/// A word that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// How it stands in a list of several.
    word: String,
    /// What it becomes in the line: with a blank where another word follows.
    text: String,
}

impl rustyline::completion::Candidate for Candidate {
    fn display(&self) -> &str {
        &self.word
    }

    fn replacement(&self) -> &str {
        &self.text
    }
}

/// What may stand at the end of `before`, the line up to the cursor, and where the word at the cursor begins.
pub(super) fn candidates(dialect: Dialect, before: &str, names: &Names) -> (usize, Vec<Candidate>) {
    let start = before.rfind([' ', '\t']).map_or(0, |blank| blank + 1);
    let (said, begun) = before.split_at(start);
    if said.trim_start().starts_with(';') {
        return (start, Vec::new());
    }
    let said: Vec<&str> = said.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
    let mut offered = offers(dialect, &said, names);
    offered.retain(|candidate| {
        candidate.word.len() >= begun.len()
            && candidate.word.is_char_boundary(begun.len())
            && candidate.word[..begun.len()].eq_ignore_ascii_case(begun)
    });
    (start, offered)
}

/// What may follow the words that are said.
fn offers(dialect: Dialect, said: &[&str], names: &Names) -> Vec<Candidate> {
    let Some((command, mut after)) = said.split_first() else { return verbs(words::commands(dialect)) };
    let Some(mut follows) = words::follows(words::commands(dialect), command) else { return Vec::new() };
    if let Some(list) = second(follows) {
        let Some((verb, rest)) = after.split_first() else { return verbs(list.iter().copied()) };
        let Some(then) = words::follows(list.iter().copied(), verb) else { return Vec::new() };
        (follows, after) = (then, rest);
    }
    match (follows, after) {
        (Follows::Name, []) => last(names.all()),
        (Follows::Rrset | Follows::Record, []) => more(names.all()),
        (Follows::Rrset | Follows::Record, [_, rest @ ..]) => record(follows, rest, names),
        (Follows::Class, []) => last(words::CLASSES.iter().copied()),
        (Follows::Seconds, []) => last(["none"].into_iter()),
        (Follows::Switch, []) => last(words::SWITCH.iter().copied()),
        (Follows::Key, []) => {
            let colon = |algorithm: &&str| Candidate { word: (*algorithm).to_owned(), text: format!("{algorithm}:") };
            words::ALGORITHMS.iter().map(colon).collect()
        }
        _ => Vec::new(),
    }
}

/// The second words of a command that has such.
fn second(follows: Follows) -> Option<&'static [(&'static str, Follows)]> {
    match follows {
        Follows::Demand => Some(words::DEMANDS),
        Follows::Change => Some(words::CHANGES),
        _ => None,
    }
}

/// What may follow an owner: a TTL, which nobody can guess, a class, a type, and data where it is a name.
fn record(follows: Follows, mut said: &[&str], names: &Names) -> Vec<Candidate> {
    if let [first, rest @ ..] = said
        && first.starts_with(|c: char| c.is_ascii_digit())
    {
        said = rest;
    }
    let class = said.first().is_some_and(|word| words::CLASSES.iter().any(|class| class.eq_ignore_ascii_case(word)));
    match (said, class) {
        ([], _) => offer_types(follows, words::CLASSES),
        ([_], true) => offer_types(follows, &[]),
        ([_, record_type, data @ ..], true) | ([record_type, data @ ..], false) if follows == Follows::Record => {
            let is_name = record_type.parse().is_ok_and(|record_type| name_at(record_type) == Some(data.len()));
            if is_name { last(names.all()) } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// Which word of a type's data is a name: the last one of these.
fn name_at(record_type: RecordType) -> Option<usize> {
    match record_type {
        RecordType::NS | RecordType::CNAME | RecordType::PTR | RecordType::DNAME => Some(0),
        // MX and SRV.
        RecordType::MX => Some(1),
        RecordType::SRV => Some(3),
        _ => None,
    }
}

fn offer_types(follows: Follows, classes: &'static [&'static str]) -> Vec<Candidate> {
    let types = rdata::TYPES.iter().filter(|(_, number, ..)| RecordType(*number).is_data());
    let types = types.map(|(mnemonic, ..)| *mnemonic).chain(classes.iter().copied());
    match follows {
        // Nothing follows a type here.
        Follows::Rrset => last(types),
        _ => more(types),
    }
}

fn verbs(list: impl Iterator<Item = (&'static str, Follows)>) -> Vec<Candidate> {
    let offered = list.filter(|(word, _)| words::is_offered(word));
    sorted(offered.map(|(word, follows)| (word, if follows == Follows::Nothing { "" } else { " " })))
}

/// Words with another one to follow.
fn more<'w>(list: impl Iterator<Item = &'w str>) -> Vec<Candidate> {
    sorted(list.map(|word| (word, " ")))
}

/// Words that may be the last.
fn last<'w>(list: impl Iterator<Item = &'w str>) -> Vec<Candidate> {
    sorted(list.map(|word| (word, "")))
}

fn sorted<'w>(list: impl Iterator<Item = (&'w str, &'w str)>) -> Vec<Candidate> {
    let candidate = |(word, end): (&str, &str)| Candidate { word: word.to_owned(), text: format!("{word}{end}") };
    let mut all: Vec<Candidate> = list.map(candidate).collect();
    all.sort_by(|one, other| one.word.cmp(&other.word));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(dialect: Dialect, before: &str) -> String {
        let mut names = Names::default();
        for line in ["zone example.test", "add www.example.test. 300 A 192.0.2.1", "prereq nxdomain new.example.test"] {
            names.note(line);
        }
        let (start, offered) = candidates(dialect, before, &names);
        assert!(before.is_char_boundary(start));
        offered.iter().map(|candidate| candidate.text.replace(' ', "_")).collect::<Vec<_>>().join(" ")
    }

    fn ours(before: &str) -> String {
        words(Dialect::Nsup, before)
    }

    #[test]
    fn the_first_word_is_a_command_of_the_language() {
        assert_eq!(ours("s"), "send server_ show");
        assert_eq!(ours("  PRE"), "prereq_");
        assert_eq!(ours("ori"), "origin_");
        assert_eq!(words(Dialect::Nsupdate, "ori"), "");
        assert_eq!(words(Dialect::Nsupdate, "e"), "");
        assert_eq!(words(Dialect::Knsupdate, "e"), "exit");
        assert_eq!(words(Dialect::Knsupdate, "che"), "");
        assert_eq!(ours("de"), "debug delete_");
        assert!(ours("").contains("zone_") && !ours("").contains("checknames"));
    }

    #[test]
    fn verbs_follow_prereq_and_update() {
        assert_eq!(ours("prereq "), "nxdomain_ nxrrset_ yxdomain_ yxrrset_");
        assert_eq!(ours("update\td"), "delete_");
        assert_eq!(ours("prereq add "), "");
    }

    #[test]
    fn names_of_this_session_stand_where_names_stand() {
        let all = "example.test. new.example.test. www.example.test.";
        assert_eq!(ours("zone "), all);
        assert_eq!(ours("prereq yxdomain "), all);
        assert_eq!(ours("del w"), "www.example.test._");
        assert_eq!(ours("update add WWW"), "www.example.test._");
        assert_eq!(ours("add a.example.test. 60 CNAME ww"), "www.example.test.");
        assert_eq!(ours("add a.example.test. 60 IN MX 10 ww"), "www.example.test.");
        assert_eq!(ours("add a.example.test. 60 MX ww"), "");
        assert_eq!(ours("add a.example.test. 60 TXT ww"), "");
    }

    #[test]
    fn types_and_classes_stand_behind_an_owner() {
        assert_eq!(ours("add a. 60 cn"), "CNAME_");
        assert_eq!(ours("add a. cn"), "CNAME_");
        assert_eq!(ours("add a. 60 in cn"), "CNAME_");
        assert_eq!(ours("add a. 60 in"), "IN_");
        assert_eq!(ours("add a. 60 in in"), "");
        assert!(!ours("add a. 60 ").contains("AXFR"));
        assert_eq!(ours("nxrrset a. CNA"), "CNAME");
        assert_eq!(ours("nxrrset a. CNAME "), "");
        assert_eq!(ours("add a. 60 A "), "");
    }

    #[test]
    fn switches_classes_algorithms_and_nothing() {
        assert_eq!(ours("check-names o"), "off on");
        assert_eq!(ours("checknames y"), "yes");
        assert_eq!(ours("class i"), "IN");
        assert_eq!(ours("ttl "), "none");
        assert_eq!(ours("key hmac-sha2"), "hmac-sha224: hmac-sha256:");
        for before in ["send ", "server ", "key k ", "zone a. ", "; ad", ";ad", "nonsense ", "check-names yes "] {
            assert_eq!(ours(before), "", "{before}");
        }
    }

    #[test]
    fn no_text_makes_it_panic() {
        for before in ["ü", "add ü", "add a. ü", "zone \u{1f600}", "add \\", "\u{feff}", "add a. 60 TYPE65536 "] {
            ours(before);
        }
    }
}
