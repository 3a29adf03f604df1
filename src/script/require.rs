//! Prerequisites in nsupdate's words: `nxdomain`, `yxdomain`, `nxrrset`, `yxrrset`, with or without `prereq` before.

use crate::dns::{Name, NameError, Rdata, RdataError, RecordType, UnknownType, Word, WordError, words};
use crate::proto::Prerequisite;

use super::prerequisite::{Verb, of_rrset};

/// Why a text is no prerequisite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // Each is what its message says.
pub enum RequireError {
    #[error("{0:?} is no prerequisite: nxdomain NAME, yxdomain NAME, nxrrset NAME TYPE or yxrrset NAME TYPE [DATA]")]
    Unknown(String),
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0:?} is one word too many")]
    Extra(String),
    #[error("{0:?}: {1}")]
    Name(String, NameError),
    #[error(transparent)]
    Type(#[from] UnknownType),
    #[error(transparent)]
    Rdata(#[from] RdataError),
    #[error(transparent)]
    Word(#[from] WordError),
    #[error("{0} cannot be asked for in a prerequisite")]
    NotAType(RecordType),
}

/// Reads one prerequisite. Several `yxrrset` with data for one RRset build one set together, which is for whoever collects them.
///
/// # Errors
/// [`RequireError`].
pub fn parse_requirement(text: &str) -> Result<Prerequisite, RequireError> {
    let words = words(text)?;
    let words = match words.split_first() {
        Some((first, rest)) if first.text.eq_ignore_ascii_case("prereq") => rest,
        _ => &words,
    };
    let Some((verb, rest)) = words.split_first() else { return Err(RequireError::Unknown(text.to_owned())) };
    let verb = Verb::parse(verb.text).ok_or_else(|| RequireError::Unknown(verb.text.to_owned()))?;
    if matches!(verb, Verb::NxDomain | Verb::YxDomain) {
        return name_only(rest).map(|name| of_rrset(verb, name, RecordType::ANY));
    }
    let (name, record_type, rest) = rrset(rest)?;
    if verb == Verb::NxRrset {
        no_more(rest)?;
    }
    if rest.is_empty() {
        return Ok(of_rrset(verb, name, record_type));
    }
    let rdata = vec![Rdata::parse(record_type, rest)?];
    Ok(Prerequisite::RrsetEquals { name, record_type, rdata })
}

fn name_only(words: &[Word<'_>]) -> Result<Name, RequireError> {
    let (name, rest) = name(words)?;
    no_more(rest)?;
    Ok(name)
}

fn rrset<'w, 't>(words: &'w [Word<'t>]) -> Result<(Name, RecordType, &'w [Word<'t>]), RequireError> {
    let (name, mut rest) = name(words)?;
    // The class may be said, and there is only one.
    if let Some((_, after)) = rest.split_first().filter(|(word, _)| word.text.eq_ignore_ascii_case("IN")) {
        rest = after;
    }
    let (word, rest) = rest.split_first().ok_or(RequireError::Missing("the type"))?;
    let record_type: RecordType = word.text.parse()?;
    if !record_type.is_data() {
        return Err(RequireError::NotAType(record_type));
    }
    Ok((name, record_type, rest))
}

fn name<'w, 't>(words: &'w [Word<'t>]) -> Result<(Name, &'w [Word<'t>]), RequireError> {
    let (word, rest) = words.split_first().ok_or(RequireError::Missing("the name"))?;
    let name = Name::parse(word.text).map_err(|why| RequireError::Name(word.text.to_owned(), why))?;
    Ok((name, rest))
}

fn no_more(words: &[Word<'_>]) -> Result<(), RequireError> {
    words.first().map_or(Ok(()), |word| Err(RequireError::Extra(word.text.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_verbs_give_the_five_prerequisites() {
        let kinds = [
            "nxdomain a.example",
            "prereq yxdomain a.example",
            "NXRRSET a.example IN A",
            "yxrrset a.example A",
            "yxrrset a.example IN A 192.0.2.1",
        ];
        let kinds = kinds.map(|text| parse_requirement(text).unwrap());
        assert!(matches!(kinds[0], Prerequisite::NameFree(_)));
        assert!(matches!(kinds[1], Prerequisite::NameInUse(_)));
        assert!(matches!(kinds[2], Prerequisite::RrsetAbsent { .. }));
        assert!(matches!(kinds[3], Prerequisite::RrsetExists { .. }));
        assert!(matches!(kinds[4], Prerequisite::RrsetEquals { .. }));
    }

    #[test]
    fn what_is_no_prerequisite_is_refused() {
        for text in [
            "",
            "prereq",
            "exists a.",
            "nxdomain",
            "nxdomain a. b.",
            "nxrrset a.",
            "yxrrset a. ANY",
            "yxrrset a. A 1.2",
        ] {
            assert!(parse_requirement(text).is_err(), "{text}");
        }
    }
}
