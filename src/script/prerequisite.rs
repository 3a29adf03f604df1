//! The four prerequisites: `nxdomain`, `yxdomain`, `nxrrset` and `yxrrset`.

use crate::dns::{Class, Name, RecordType};
use crate::proto::Prerequisite;

use super::change::Owner;
use super::defaults::{Defaults, type_word};
use super::line::{Line, Token};
use super::rdata::rdata;
use super::wrong::{At, Place, Wrong};

/// A prerequisite, and the class that the message has from then on, if the line needed one.
pub(super) type Asked = (Prerequisite, Option<Class>);

/// What a prerequisite asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    NxDomain,
    YxDomain,
    NxRrset,
    YxRrset,
}

impl Verb {
    /// Reads the word of a prerequisite, in any case.
    pub(super) fn parse(word: &str) -> Option<Self> {
        let verbs = [Self::NxDomain, Self::YxDomain, Self::NxRrset, Self::YxRrset];
        verbs.into_iter().find(|verb| verb.word().eq_ignore_ascii_case(word))
    }

    fn word(self) -> &'static str {
        match self {
            Self::NxDomain => "nxdomain",
            Self::YxDomain => "yxdomain",
            Self::NxRrset => "nxrrset",
            Self::YxRrset => "yxrrset",
        }
    }
}

/// `VERB NAME`, or `VERB NAME [CLASS] TYPE [DATA]`. What else the line holds is passed over, as nsupdate does.
pub(super) fn prerequisite(verb: Verb, line: &mut Line<'_>, defaults: &Defaults) -> Result<Asked, At> {
    let owner = Owner::read(line, defaults)?;
    match verb {
        Verb::NxDomain => return Ok((Prerequisite::NameFree(owner.whole()), None)),
        Verb::YxDomain => return Ok((Prerequisite::NameInUse(owner.whole()), None)),
        Verb::NxRrset | Verb::YxRrset => {}
    }
    let end = line.column();
    let mut word = line.word().ok_or_else(|| Wrong::NoClassOrType.at(end))?;
    let said = defaults.class_word(word)?;
    let class = said.unwrap_or_else(|| defaults.class());
    if said.is_some() {
        let end = line.column();
        word = line.word().ok_or_else(|| Wrong::NoType.at(end).behind(class))?;
    }
    let asked = of_class(verb, &owner, word, line, defaults, class).map_err(|at| at.behind(class))?;
    Ok((asked, Some(class)))
}

/// `TYPE [DATA]`, `word` being the type.
fn of_class(
    verb: Verb,
    owner: &Owner,
    word: Token<'_>,
    line: &Line<'_>,
    defaults: &Defaults,
    class: Class,
) -> Result<Prerequisite, At> {
    let record_type = type_word(word, Place::Prerequisite)?;
    let name = owner.of(record_type);
    let data = if verb == Verb::YxRrset { rdata(line, defaults, record_type, class)? } else { None };
    match data {
        // Every server takes this for a fault of form (RFC 2136 §3.2.1).
        Some(_) if class == Class::NONE => Err(Wrong::NotInClass(record_type.to_string()).at(word.column)),
        Some(rdata) => Ok(Prerequisite::RrsetEquals { name, record_type, rdata: vec![rdata] }),
        None => Ok(of_rrset(verb, name, record_type)),
    }
}

/// What asks for an RRset whatever it holds; the type ANY stands for the whole name.
pub(super) fn of_rrset(verb: Verb, name: Name, record_type: RecordType) -> Prerequisite {
    let is_any = record_type == RecordType::ANY;
    match verb {
        Verb::NxDomain => Prerequisite::NameFree(name),
        Verb::YxDomain => Prerequisite::NameInUse(name),
        Verb::NxRrset if is_any => Prerequisite::NameFree(name),
        Verb::YxRrset if is_any => Prerequisite::NameInUse(name),
        Verb::NxRrset => Prerequisite::RrsetAbsent { name, record_type },
        Verb::YxRrset => Prerequisite::RrsetExists { name, record_type },
    }
}
