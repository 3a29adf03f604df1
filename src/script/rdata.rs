//! The data of a record at the end of a line.

use crate::dns::{Class, Name, Rdata, RdataError, RecordType, Word, words};

use super::defaults::Defaults;
use super::line::{Line, Token};
use super::wrong::{At, Wrong};

/// The class of Chaosnet, whose addresses are others.
pub(super) const CHAOS: Class = Class(3);
const HESIOD: Class = Class(4);
/// A type that nobody has, to read `\#` by.
const PRIVATE: RecordType = RecordType(65280);
/// The types whose data only class IN has, A aside: WKS, NSAP, NSAP-PTR, PX, AAAA, EID, NIMLOC, SRV, ATMA, KX, A6, APL,
/// DHCID, SVCB and HTTPS.
const ONLY_IN: &[u16] = &[11, 22, 23, 26, 28, 31, 32, 33, 34, 36, 38, 42, 49, 64, 65];

/// Reads all that is left of the line as a record's data; `None` where nothing is left.
pub(super) fn rdata(
    line: &Line<'_>,
    defaults: &Defaults,
    record_type: RecordType,
    class: Class,
) -> Result<Option<Rdata>, At> {
    let rest = line.rest();
    if rest.text.is_empty() {
        return Ok(None);
    }
    parse(rest, defaults, record_type, class).map(Some)
}

fn parse(rest: Token<'_>, defaults: &Defaults, record_type: RecordType, class: Class) -> Result<Rdata, At> {
    let text = defaults.octets_of(rest.text);
    let refused = |why: RdataError| {
        // Without a place it is the end that something is missing at. Escaped octets have moved what follows them.
        let column = why.column().filter(|_| text.len() == rest.text.len()).unwrap_or(rest.text.trim_end().len());
        Wrong::Rdata(why).at(rest.column + column)
    };
    let mut words = words(&text).map_err(|why| refused(why.into()))?;
    if defaults.own() {
        words.retain(|word| word.quoted || !matches!(word.text, "(" | ")"));
        if matches!(record_type, RecordType::TXT | RecordType::SPF) {
            words = words.iter().flat_map(|word| pieces(*word)).collect();
        }
    }
    let unknown = words.first().is_some_and(|word| word.text == "\\#" && !word.quoted);
    let not_in_class = || Wrong::NotInClass(record_type.to_string()).at(rest.column);
    let by = match class {
        _ if unknown && !record_type.is_data() => {
            return Err(Wrong::MetaType(record_type.to_string()).at(rest.column));
        }
        Class::IN => record_type,
        _ if unknown && (ONLY_IN.contains(&record_type.0) || record_type == RecordType::A) => PRIVATE,
        CHAOS if record_type == RecordType::A => return chaos_address(&words, defaults).map_err(refused),
        HESIOD if record_type == RecordType::A => record_type,
        _ if ONLY_IN.contains(&record_type.0) || record_type == RecordType::A => return Err(not_in_class()),
        _ => record_type,
    };
    let rdata = Rdata::parse_within(by, &words, &defaults.origin()).map_err(refused)?;
    // MX 10 @ without an origin would say that there is no mail here at all.
    let at = words.iter().find(|word| word.text == "@" && !word.quoted).filter(|_| defaults.own());
    if let (Some(at), None) = (at, &defaults.origin)
        && rdata.names(by).iter().any(Name::is_root)
    {
        return Err(Wrong::RootByAccident.at(rest.column + at.column));
    }
    Ok(rdata)
}

/// A Chaosnet address (RFC 1035 §3.4.1): a name and an octal number of 16 bits.
fn chaos_address(words: &[Word<'_>], defaults: &Defaults) -> Result<Rdata, RdataError> {
    let [name, number] = words else {
        return Err(words.get(2).map_or(RdataError::Missing { what: "a Chaosnet address" }, |extra| {
            RdataError::Extra { word: extra.text.to_owned(), column: extra.column }
        }));
    };
    let domain = Name::parse_within(name.text, &defaults.origin())
        .map_err(|why| RdataError::Name { why, column: name.column })?;
    let bad = || RdataError::Bad {
        word: number.text.to_owned(),
        column: number.column,
        wanted: "an octal number from 0 to 177777",
    };
    let octal = number.text.bytes().all(|octet| matches!(octet, b'0'..=b'7'));
    let number = u16::from_str_radix(number.text, 8).ok().filter(|_| octal).ok_or_else(bad)?;
    Ok(Rdata::from_octets([domain.to_wire(), number.to_be_bytes().to_vec()].concat()))
}

/// A string as pieces that each hold at most 255 octets; a short one is its only piece.
pub(super) fn pieces(word: Word<'_>) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let (mut start, mut octets, mut at) = (0, 0, 0);
    while at < word.text.len() {
        let (length, holds) = unit(&word.text[at..]);
        if octets + holds > 255 {
            found.push(Word { text: &word.text[start..at], column: word.column + start, ..word });
            (start, octets) = (at, 0);
        }
        at += length;
        octets += holds;
    }
    found.push(Word { text: &word.text[start..], column: word.column + start, ..word });
    found
}

/// How long the first character or escape of a text is, and how many octets it stands for.
fn unit(text: &str) -> (usize, usize) {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some('\\'), Some(digit)) if digit.is_ascii_digit() => {
            (text.bytes().take(4).take_while(|octet| octet.is_ascii()).count(), 1)
        }
        (Some('\\'), Some(other)) => (1 + other.len_utf8(), other.len_utf8()),
        (first, _) => {
            let length = first.map_or(1, char::len_utf8);
            (length, length)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_strings_are_cut_between_characters_and_escapes() {
        let word = |text| Word { text, quoted: true, column: 5 };
        let text = "a".repeat(254) + r"\200\x" + "ü";
        let cut = pieces(word(&text));
        assert_eq!(cut.iter().map(|word| word.text.len()).collect::<Vec<_>>(), [258, 4]);
        assert_eq!(cut[1].column, 5 + 258);
        assert_eq!(pieces(word("")), [word("")]);
        let text = "ü".repeat(200);
        assert_eq!(pieces(word(&text)).iter().map(|word| word.text.len()).collect::<Vec<_>>(), [254, 146]);
        for text in [r"\", r"\1", r"\1ü", r"\ü", "ü"] {
            assert_eq!(pieces(word(text)), [word(text)]);
        }
    }
}
