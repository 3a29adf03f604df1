//! RDATA between text and octets, by a table: one line per record type, from which both directions follow.
//!
//! What has no line, and anything else too, is written `\# length hex` (RFC 3597 §5). Octets are kept uncompressed.

mod field;
mod naptr;
mod table;
mod text;

use std::fmt;

use super::{Malformed, Reader, RecordType, Word};
use field::Field;

pub use table::TYPES;
pub use text::RdataError;

/// The data of a record: its octets, names uncompressed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rdata(Vec<u8>);

impl Rdata {
    /// Reads the presentation form of a type's data, word by word.
    ///
    /// # Errors
    /// [`RdataError`], which knows the column of the word that is wrong.
    pub fn parse(record_type: RecordType, words: &[Word<'_>]) -> Result<Self, RdataError> {
        text::parse(record_type, words).map(Self)
    }

    /// One record's data as a user or a program hands it over in one argument: [`Rdata::parse`], except that a text
    /// (TXT, SPF) without any quote is one string as it stands, blanks included, split where it is longer than the
    /// 255 octets that a string can hold.
    ///
    /// # Errors
    /// [`RdataError`].
    pub fn parse_argument(record_type: RecordType, argument: &str) -> Result<Self, RdataError> {
        let is_text = matches!(record_type, RecordType::TXT | RecordType::SPF);
        if is_text && !argument.contains('"') && !argument.starts_with("\\#") && !argument.is_empty() {
            return text::long_string(argument).map(Self);
        }
        Self::parse(record_type, &super::words(argument)?)
    }

    /// Reads RDATA out of a message and expands its names.
    ///
    /// # Errors
    /// [`Malformed`] where the octets are not what the type demands. Types without a line in the table are taken as
    /// they are.
    pub fn read(record_type: RecordType, mut reader: Reader<'_>) -> Result<Self, Malformed> {
        let mut octets = Vec::with_capacity(reader.left());
        for field in fields(record_type) {
            field.read(&mut reader, &mut octets)?;
        }
        let rest = reader.left();
        if rest > 0 && !fields(record_type).is_empty() {
            return Err(reader.malformed("octets after the last field of RDATA"));
        }
        octets.extend_from_slice(reader.take(rest)?);
        Ok(Self(octets))
    }

    /// Takes octets as they are: RDATA of an address, or of a type that nobody here knows.
    pub fn from_octets(octets: Vec<u8>) -> Self {
        Self(octets)
    }

    /// The octets, names uncompressed.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The octets with every name in lower case: two records are the same when these are, as servers compare them.
    pub fn canonical(&self, record_type: RecordType) -> Vec<u8> {
        let mut octets = Vec::with_capacity(self.0.len());
        for (field, part) in self.split(record_type).unwrap_or_default() {
            match field {
                Field::Name => octets.extend(part.to_ascii_lowercase()),
                _ => octets.extend(part),
            }
        }
        if octets.is_empty() { self.0.clone() } else { octets }
    }

    /// The presentation form for a type: what `named-rrchecker -p` prints, or `\# length hex` where there is no
    /// better one.
    pub fn display(&self, record_type: RecordType) -> impl fmt::Display {
        // What a server stored although its own text would be refused is shown in the form that is not.
        let legal =
            |(field, octets): &(Field, Vec<u8>)| *field != Field::Regexp || naptr::is_substitution(&octets[1..]);
        let fields = self.split(record_type).filter(|fields| !fields.is_empty() && fields.iter().all(legal));
        let Some(fields) = fields else { return text::unknown(&self.0) };
        let words: Vec<String> = fields.iter().map(|(field, octets)| field.print(octets)).collect();
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The octets of each field; `None` where they are not what the type demands.
    fn split(&self, record_type: RecordType) -> Option<Vec<(Field, Vec<u8>)>> {
        let mut reader = Reader::alone(&self.0);
        let mut parts = Vec::new();
        for field in fields(record_type) {
            let mut octets = Vec::new();
            field.read(&mut reader, &mut octets).ok()?;
            parts.push((*field, octets));
        }
        (reader.left() == 0).then_some(parts)
    }
}

/// The fields of a type's RDATA; none for a type without a line in the table.
fn fields(record_type: RecordType) -> &'static [Field] {
    TYPES.iter().find(|(_, number, _)| *number == record_type.0).map_or(&[], |(_, _, fields)| fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::words;

    fn parse(record_type: &str, text: &str) -> Result<Rdata, RdataError> {
        Rdata::parse(record_type.parse().unwrap(), &words(text).unwrap())
    }

    #[test]
    fn a_text_argument_without_quotes_is_one_string() {
        let rdata = Rdata::parse_argument(RecordType::TXT, "v=spf1 mx -all").unwrap();
        assert_eq!(rdata.octets(), b"\x0ev=spf1 mx -all");
        let quoted = Rdata::parse_argument(RecordType::TXT, r#""v=spf1 " "mx -all""#).unwrap();
        assert_eq!(quoted.octets(), b"\x07v=spf1 \x07mx -all");
        assert!(Rdata::parse_argument(RecordType::TXT, "").is_err());
    }

    #[test]
    fn a_long_text_argument_is_split_into_strings_of_255_octets() {
        let rdata = Rdata::parse_argument(RecordType::TXT, &"k".repeat(600)).unwrap();
        let lengths = [rdata.octets()[0], rdata.octets()[256], rdata.octets()[512]];
        assert_eq!((rdata.octets().len(), lengths), (603, [255, 255, 90]));
    }

    #[test]
    fn the_unknown_form_works_for_every_type_and_must_fit_the_type() {
        assert_eq!(parse("A", r"\# 4 C0000201").unwrap(), parse("A", "192.0.2.1").unwrap());
        assert_eq!(parse("TYPE65280", r"\# 3 ab cdef").unwrap().octets(), [0xab, 0xcd, 0xef]);
        assert!(parse("TYPE65280", r"\# 0").unwrap().octets().is_empty());
        assert!(parse("A", r"\# 3 C00002").is_err());
        assert!(parse("TYPE65280", r"\# 2 ab").is_err());
        assert!(parse("TYPE65280", "abcd").is_err());
        let printed = parse("TYPE65280", r"\# 3 abcdef").unwrap().display(RecordType(65280)).to_string();
        assert_eq!(printed, r"\# 3 ABCDEF");
    }

    #[test]
    fn equality_of_records_ignores_the_case_of_names_and_of_nothing_else() {
        let upper = parse("MX", "10 Mail.Example.").unwrap();
        let lower = parse("MX", "10 mail.example.").unwrap();
        assert_ne!(upper, lower);
        assert_eq!(upper.canonical(RecordType(15)), lower.canonical(RecordType(15)));
        let text = parse("TXT", "ABC").unwrap();
        assert_ne!(text.canonical(RecordType::TXT), parse("TXT", "abc").unwrap().canonical(RecordType::TXT));
    }

    #[test]
    fn names_in_rdata_are_expanded_when_read_from_a_message() {
        let octets = b"\x07example\0\0\x0a\x04mail\xc0\x00";
        let mut reader = Reader::message(octets);
        reader.take(9).unwrap();
        let rdata = Rdata::read(RecordType(15), reader).unwrap();
        assert_eq!(rdata.display(RecordType(15)).to_string(), "10 mail.example.");
    }

    #[test]
    fn octets_that_do_not_fit_the_type_are_refused() {
        for (record_type, octets) in
            [(1, &b"\xc0\0\x02"[..]), (28, b"1234"), (15, b"\0\x0a"), (16, b""), (16, b"\x05abc"), (1, b"12345")]
        {
            assert!(Rdata::read(RecordType(record_type), Reader::alone(octets)).is_err(), "{record_type} {octets:?}");
        }
    }
}
