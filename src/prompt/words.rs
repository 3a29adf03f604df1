//! The words of each language, and what may follow each.

use crate::script::Dialect;

/// What follows a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    /// Nothing.
    Nothing,
    /// Something that nobody can guess.
    Anything,
    /// A name.
    Name,
    /// A name, then a type, with or without a class before it.
    Rrset,
    /// A name, then a record, or less of one.
    Record,
    /// What a prerequisite demands.
    Demand,
    /// How the zone is changed.
    Change,
    /// A class.
    Class,
    /// Seconds, or none.
    Seconds,
    /// The algorithm of a key, and its name behind a colon.
    Key,
    /// Yes or no.
    Switch,
}

use Follows::*;

/// What a prerequisite demands.
pub(super) const DEMANDS: &[(&str, Follows)] =
    &[("nxdomain", Name), ("yxdomain", Name), ("nxrrset", Rrset), ("yxrrset", Record)];

/// How a zone is changed.
pub(super) const CHANGES: &[(&str, Follows)] = &[("add", Record), ("delete", Record), ("del", Record)];

/// Algorithms of keys.
pub(super) const ALGORITHMS: &[&str] =
    &["hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"];

/// The classes that a zone can have.
pub(super) const CLASSES: &[&str] = &["IN", "CH", "HS"];

/// The words of a switch.
pub(super) const SWITCH: &[&str] = &["yes", "no", "on", "off", "true", "false"];

/// Every command of all three.
const COMMON: &[(&str, Follows)] = &[
    ("server", Anything),
    ("local", Anything),
    ("zone", Name),
    ("class", Class),
    ("ttl", Seconds),
    ("key", Key),
    ("prereq", Demand),
    ("update", Change),
    ("show", Nothing),
    ("send", Nothing),
    ("answer", Nothing),
    ("debug", Nothing),
    ("quit", Nothing),
];

/// What nsupdate has and knsupdate has not.
const NSUPDATE: &[(&str, Follows)] = &[
    ("help", Nothing),
    ("version", Nothing),
    ("lease", Seconds),
    ("check-names", Switch),
    ("checknames", Switch),
    ("check-svcb", Switch),
    ("checksvcb", Switch),
];

/// What knsupdate has and nsupdate has not.
const KNSUPDATE: &[(&str, Follows)] = &[("origin", Name), ("exit", Nothing)];

/// Spellings of other words: understood, not offered.
const SPELLINGS: &[&str] = &["del", "checknames", "checksvcb"];

/// The commands of a language.
pub(super) fn commands(words: Dialect) -> impl Iterator<Item = (&'static str, Follows)> {
    let more: [&[_]; 2] = match words {
        Dialect::Nsup => [NSUPDATE, KNSUPDATE],
        Dialect::Nsupdate => [NSUPDATE, &[]],
        Dialect::Knsupdate => [&[], KNSUPDATE],
    };
    [COMMON, DEMANDS, CHANGES].into_iter().chain(more).flatten().copied()
}

/// What follows a word of a list, whatever its case.
pub(super) fn follows(list: impl Iterator<Item = (&'static str, Follows)>, word: &str) -> Option<Follows> {
    let mut list = list;
    list.find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, follows)| follows)
}

/// Whether a word is offered.
pub(super) fn is_offered(word: &str) -> bool {
    !SPELLINGS.contains(&word)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::script;

    #[test]
    fn what_is_completed_is_what_the_language_has() {
        for dialect in [Dialect::Nsup, Dialect::Nsupdate, Dialect::Knsupdate] {
            let completed: BTreeSet<&str> =
                commands(dialect).map(|(word, _)| word).filter(|word| is_offered(word)).collect();
            let known = script::commands(dialect).iter().copied().filter(|word| is_offered(word));
            // What is not there, or only refused, is not offered.
            let known: BTreeSet<&str> =
                known.filter(|word| !["gsstsig", "oldgsstsig", "realm"].contains(word)).collect();
            assert_eq!(completed, known, "{dialect:?}");
        }
    }
}
