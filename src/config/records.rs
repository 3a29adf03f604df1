//! The words behind a name on the command line: types, values and TTLs of set, add and delete.

use std::net::IpAddr;

use crate::dns::{Name, Rdata, RdataError, RecordType, TtlError, parse_ttl};
use crate::proto::goal::{Goal, Target};

/// Why the words mean nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Nothing to set or to add.
    #[error("no value is given")]
    NoValue,
    /// A type without a value behind it.
    #[error("{0} is given no value")]
    Empty(RecordType),
    /// A value that can be no address, without a type before it.
    #[error("{0:?} is neither a record type known here nor an address (TYPEnnn works for every type)")]
    NoType(String),
    /// The data of a record is wrong.
    #[error("{record_type} {text:?}: {why}")]
    Rdata {
        /// The type.
        record_type: RecordType,
        /// The value.
        text: String,
        /// What is wrong with it.
        why: RdataError,
    },
    /// The same type twice.
    #[error("{0} is given twice: write its values behind one another")]
    Twice(RecordType),
    /// More than one record.
    #[error("one record at a time: {0:?} is too much")]
    TooMany(String),
    /// A TTL that is none.
    #[error("{0:?}: {1}")]
    Ttl(String, TtlError),
}

impl WordsError {
    /// What to do about it.
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Empty(_) => Some("a value that is spelt like a type goes in quotes of its own: '\"A\"'".to_owned()),
            Self::NoType(text) if text.is_empty() => Some("the value is empty: is a variable unset?".to_owned()),
            Self::Rdata { why: RdataError::Missing { .. }, .. } => Some(
                "the data of one record is one argument: put it in quotes, as in MX '10 mail.example.org.'".to_owned(),
            ),
            _ => None,
        }
    }
}

/// `set NAME [TYPE] VALUE... [TYPE VALUE...]...`
pub(super) fn set(name: &Name, words: &[String], ttl: Option<u32>) -> Result<Vec<Target>, WordsError> {
    let mut targets: Vec<Target> = Vec::new();
    let mut rest = words;
    while let Some((first, after)) = rest.split_first() {
        let typed = first.parse::<RecordType>().ok();
        let (values, behind) = match typed {
            Some(_) => values(after),
            None => values(rest),
        };
        let groups = match typed {
            Some(record_type) if values.is_empty() => return Err(WordsError::Empty(record_type)),
            Some(record_type) => vec![(record_type, several(record_type, values)?)],
            None => addresses(values)?,
        };
        for (record_type, rdata) in groups {
            if targets.iter().any(|target| target.record_type == record_type) {
                return Err(WordsError::Twice(record_type));
            }
            targets.push(Target { name: name.clone(), record_type, goal: Goal::Exactly(rdata), ttl });
        }
        rest = behind;
    }
    if targets.is_empty() { Err(WordsError::NoValue) } else { Ok(targets) }
}

/// `add NAME [TTL] [TYPE] VALUE`
pub(super) fn add(name: &Name, words: &[String], mut ttl: Option<u32>) -> Result<Target, WordsError> {
    let mut rest = words;
    // A number is a TTL where more follows: no record type begins with a digit, and no address is one.
    if let [first, after @ ..] = words
        && first.starts_with(|c: char| c.is_ascii_digit())
        && first.parse::<IpAddr>().is_err()
    {
        ttl = Some(parse_ttl(first).map_err(|why| WordsError::Ttl(first.clone(), why))?);
        rest = after;
    }
    let (record_type, rdata) = one(rest)?;
    Ok(Target { name: name.clone(), record_type, goal: Goal::Including(rdata), ttl })
}

/// `delete NAME [TYPE [VALUE]]`
pub(super) fn delete(name: &Name, words: &[String]) -> Result<Target, WordsError> {
    let (record_type, goal) = match words {
        [] => (RecordType::ANY, Goal::Exactly(Vec::new())),
        [only] if only.parse::<RecordType>().is_ok() => {
            (only.parse().unwrap_or(RecordType::ANY), Goal::Exactly(Vec::new()))
        }
        _ => one(words).map(|(record_type, rdata)| (record_type, Goal::Excluding(rdata)))?,
    };
    Ok(Target { name: name.clone(), record_type, goal, ttl: None })
}

/// The words up to the next that is a type.
fn values(words: &[String]) -> (&[String], &[String]) {
    let end = words.iter().position(|word| word.parse::<RecordType>().is_ok()).unwrap_or(words.len());
    words.split_at(end)
}

/// Each word the data of one record; or all of them the data of one, where that is what they are.
fn several(record_type: RecordType, words: &[String]) -> Result<Vec<Rdata>, WordsError> {
    let each: Result<Vec<Rdata>, WordsError> = words.iter().map(|word| rdata(record_type, word)).collect();
    let mut found = match each {
        Err(_) if words.len() > 1 => match rdata(record_type, &words.join(" ")) {
            Ok(whole) => vec![whole],
            Err(_) => each?,
        },
        each => each?,
    };
    let mut known = Vec::new();
    found.retain(|rdata| {
        let canonical = rdata.canonical(record_type);
        !known.contains(&canonical) && {
            known.push(canonical);
            true
        }
    });
    Ok(found)
}

/// Values without a type are addresses, of both families as they come.
fn addresses(words: &[String]) -> Result<Vec<(RecordType, Vec<Rdata>)>, WordsError> {
    let mut groups: Vec<(RecordType, Vec<Rdata>)> = Vec::new();
    for word in words {
        let record_type = address_type(word).ok_or_else(|| WordsError::NoType(word.clone()))?;
        let rdata = rdata(record_type, word)?;
        match groups.iter_mut().find(|(known, _)| *known == record_type) {
            Some((_, values)) if values.contains(&rdata) => {}
            Some((_, values)) => values.push(rdata),
            None => groups.push((record_type, vec![rdata])),
        }
    }
    Ok(groups)
}

/// `[TYPE] VALUE`, the value in one word or in several.
fn one(words: &[String]) -> Result<(RecordType, Rdata), WordsError> {
    let (first, after) = words.split_first().ok_or(WordsError::NoValue)?;
    if let Ok(record_type) = first.parse::<RecordType>() {
        return match after {
            [] => Err(WordsError::Empty(record_type)),
            [only] => Ok((record_type, rdata(record_type, only)?)),
            _ => Ok((record_type, rdata(record_type, &after.join(" "))?)),
        };
    }
    let record_type = address_type(first).ok_or_else(|| WordsError::NoType(first.clone()))?;
    match after.first() {
        Some(more) => Err(WordsError::TooMany(more.clone())),
        None => Ok((record_type, rdata(record_type, first)?)),
    }
}

fn address_type(word: &str) -> Option<RecordType> {
    match word.parse::<IpAddr>().ok()? {
        IpAddr::V4(_) => Some(RecordType::A),
        IpAddr::V6(_) => Some(RecordType::AAAA),
    }
}

fn rdata(record_type: RecordType, text: &str) -> Result<Rdata, WordsError> {
    let parsed = Rdata::parse_argument(record_type, text);
    parsed.map_err(|why| WordsError::Rdata { record_type, text: text.to_owned(), why })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Name {
        Name::parse("h.example").unwrap()
    }

    fn words(text: &str) -> Vec<String> {
        text.split('|').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// What is set, as `TYPE data, data` for each type.
    fn shown(text: &str) -> Result<String, WordsError> {
        let targets = set(&owner(), &words(text), None)?;
        let texts = targets.iter().map(|target| {
            let Goal::Exactly(rdata) = &target.goal else { panic!("set is exact") };
            let data: Vec<_> = rdata.iter().map(|rdata| rdata.display(target.record_type).to_string()).collect();
            format!("{} {}", target.record_type, data.join(", "))
        });
        Ok(texts.collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn addresses_need_no_type_and_both_families_may_be_mixed() {
        assert_eq!(shown("192.0.2.1").unwrap(), "A 192.0.2.1");
        assert_eq!(shown("192.0.2.1|2001:db8::1|192.0.2.2").unwrap(), "A 192.0.2.1, 192.0.2.2; AAAA 2001:db8::1");
        assert_eq!(shown("A|192.0.2.1|AAAA|2001:db8::1").unwrap(), "A 192.0.2.1; AAAA 2001:db8::1");
    }

    #[test]
    fn each_word_is_a_record_or_all_of_them_are_one() {
        assert_eq!(shown("mx|10 a.example.|20 b.example.").unwrap(), "MX 10 a.example., 20 b.example.");
        assert_eq!(shown("MX|10|a.example.").unwrap(), "MX 10 a.example.");
        assert_eq!(shown("TXT|hello world|bye").unwrap(), r#"TXT "hello world", "bye""#);
        assert_eq!(shown("TXT|same|same").unwrap(), r#"TXT "same""#);
    }

    #[test]
    fn what_means_nothing_is_refused() {
        assert_eq!(shown(""), Err(WordsError::NoValue));
        assert_eq!(shown("A|AAAA|2001:db8::1"), Err(WordsError::Empty(RecordType::A)));
        assert_eq!(shown("TXT"), Err(WordsError::Empty(RecordType::TXT)));
        assert_eq!(shown("A|192.0.2.1|A|192.0.2.2"), Err(WordsError::Twice(RecordType::A)));
        assert!(matches!(shown("www"), Err(WordsError::NoType(_))));
        assert!(matches!(shown("A|192.0.2.256"), Err(WordsError::Rdata { .. })));
    }

    #[test]
    fn add_takes_a_ttl_in_front_and_delete_takes_as_much_as_is_said() {
        let target = add(&owner(), &words("1h|MX|10|mail.example."), None).unwrap();
        assert_eq!((target.ttl, target.record_type.to_string()), (Some(3600), "MX".to_owned()));
        assert_eq!(add(&owner(), &words("192.0.2.1"), Some(60)).unwrap().ttl, Some(60));
        assert!(matches!(add(&owner(), &words("192.0.2.1|192.0.2.2"), None), Err(WordsError::TooMany(_))));
        assert!(matches!(add(&owner(), &words("1x|A|192.0.2.1"), None), Err(WordsError::Ttl(..))));
        assert_eq!(delete(&owner(), &[]).unwrap().record_type, RecordType::ANY);
        assert_eq!(delete(&owner(), &words("TXT")).unwrap().goal, Goal::Exactly(Vec::new()));
        assert!(matches!(delete(&owner(), &words("TXT|x")).unwrap().goal, Goal::Excluding(_)));
        assert!(matches!(delete(&owner(), &words("2001:db8::1")).unwrap().goal, Goal::Excluding(_)));
    }
}
