//! RDATA between text and octets, by a table: one line per record type, from which both directions follow.
//!
//! What has no line, and anything else too, is written `\# length hex` (RFC 3597 §5). Octets are kept uncompressed.

mod address;
mod bitmap;
mod codes;
mod field;
mod input;
mod loc;
mod naptr;
mod number;
mod octets;
mod string;
mod svcb;
mod table;
mod template;
mod text;

use std::fmt;
use std::net::IpAddr;

use super::{Malformed, Name, Reader, RecordType, Word};
use field::Field;

pub use table::TYPES;
pub use text::RdataError;

/// The data of a record: its octets, names uncompressed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rdata(Vec<u8>);

impl Rdata {
    /// The data of an A or an AAAA record (RFC 1035 §3.4.1, RFC 3596 §2.2).
    pub fn from_address(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        })
    }

    /// The address that this is if it is of an A or an AAAA record.
    pub fn address(&self) -> Option<IpAddr> {
        let four = <[u8; 4]>::try_from(self.0.as_slice()).map(IpAddr::from);
        four.or_else(|_| <[u8; 16]>::try_from(self.0.as_slice()).map(IpAddr::from)).ok()
    }

    /// Reads the presentation form of a type's data, word by word; every name is absolute, with or without its final
    /// dot, and `@` is the root, as for `nsupdate`.
    ///
    /// # Errors
    /// [`RdataError`], which knows the column of the word that is wrong.
    pub fn parse(record_type: RecordType, words: &[Word<'_>]) -> Result<Self, RdataError> {
        Self::parse_within(record_type, words, &Name::root())
    }

    /// As [`Rdata::parse`], but `origin` completes names without a final dot, and `@` is the origin (RFC 1035 §5.1).
    ///
    /// # Errors
    /// [`RdataError`], which knows the column of the word that is wrong.
    pub fn parse_within(record_type: RecordType, words: &[Word<'_>], origin: &Name) -> Result<Self, RdataError> {
        text::parse(record_type, words, origin).map(Self)
    }

    /// One record's data as a user or a program hands it over in one argument: [`Rdata::parse`], except that a text
    /// (TXT, SPF) without any quote is one string as it stands, blanks included, split where it is longer than the
    /// 255 octets that a string can hold.
    ///
    /// # Errors
    /// [`RdataError`].
    pub fn parse_argument(record_type: RecordType, argument: &str) -> Result<Self, RdataError> {
        if !record_type.is_data() {
            return Err(RdataError::NotData(record_type));
        }
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

    /// The domain names in the data, in their order; none where the octets are not what the type demands.
    pub fn names(&self, record_type: RecordType) -> Vec<Name> {
        let parts = self.split(record_type).unwrap_or_default();
        parts.into_iter().flat_map(|part| part.field.names(part.before, part.octets)).collect()
    }

    /// The octets with names in lower case: two records are the same when these are, as servers compare them. In SVCB,
    /// HTTPS, DSYNC, NSEC and TALINK the case of names counts, as it does for BIND.
    pub fn canonical(&self, record_type: RecordType) -> Vec<u8> {
        let mut octets = self.0.clone();
        for Part { field, before, octets: name } in self.split(record_type).unwrap_or_default() {
            if field.ignores_case(before) {
                octets[before.len()..before.len() + name.len()].make_ascii_lowercase();
            }
        }
        octets
    }

    /// The presentation form for a type: what `named-rrchecker -p` prints, or `\# length hex` where there is no
    /// better one.
    pub fn display(&self, record_type: RecordType) -> impl fmt::Display {
        let parts = self.split(record_type).filter(|parts| !parts.is_empty());
        let print = |part: Part<'_>| part.field.print(part.before, part.octets);
        let words = parts.and_then(|parts| parts.into_iter().map(print).collect::<Option<Vec<String>>>());
        let Some(words) = words else { return text::unknown(&self.0) };
        let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        line.trim_end().to_owned()
    }

    /// The fields; `None` where the octets are not what the type demands.
    fn split(&self, record_type: RecordType) -> Option<Vec<Part<'_>>> {
        let mut reader = Reader::alone(&self.0);
        // Names are not compressed here, so what is read is what stands there.
        let mut octets = Vec::with_capacity(self.0.len());
        let mut parts = Vec::new();
        for field in fields(record_type) {
            let start = octets.len();
            field.read(&mut reader, &mut octets).ok()?;
            let (before, octets) = (self.0.get(..start)?, self.0.get(start..octets.len())?);
            parts.push(Part { field: *field, before, octets });
        }
        (reader.left() == 0).then_some(parts)
    }
}

/// One field of RDATA.
struct Part<'r> {
    field: Field,
    /// The octets of the fields before it.
    before: &'r [u8],
    /// Its own.
    octets: &'r [u8],
}

/// The fields of a type's RDATA; none for a type without a presentation form of its own.
fn fields(record_type: RecordType) -> &'static [Field] {
    TYPES.iter().find(|(_, number, _)| *number == record_type.0).map_or(&[], |(_, _, fields)| fields)
}

/// Whether the type has a mnemonic.
fn is_known(record_type: RecordType) -> bool {
    TYPES.iter().any(|(_, number, _)| *number == record_type.0)
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
        let gateway = |text| parse("IPSECKEY", text).unwrap().canonical(RecordType(45));
        assert_eq!(gateway("10 3 2 Gate. AQNR"), gateway("10 3 2 gate. AQNR"));
        let newer = parse("SVCB", "1 Svc.Example.").unwrap();
        assert_ne!(newer.canonical(RecordType(64)), parse("SVCB", "1 svc.example.").unwrap().canonical(RecordType(64)));
        let text = parse("TXT", "ABC").unwrap();
        assert_ne!(text.canonical(RecordType::TXT), parse("TXT", "abc").unwrap().canonical(RecordType::TXT));
    }

    #[test]
    fn an_origin_completes_the_names_in_data_of_every_kind() {
        let origin = Name::parse("example.org").unwrap();
        for (record_type, text, printed) in [
            ("MX", "10 @", "10 example.org."),
            ("SOA", "ns1 root.x. 1 2 3 4 5", "ns1.example.org. root.x. 1 2 3 4 5"),
            ("SVCB", "1 svc port=1", "1 svc.example.org. port=1"),
            ("IPSECKEY", "10 3 2 gate AQNR", "10 3 2 gate.example.org. AQNR"),
            ("HIP", "2 00 AwEA a b.", "2 00 AwEA a.example.org. b."),
            ("A6", "64 ::1 a", "64 ::1 a.example.org."),
            ("NSEC", "@ A", "example.org. A"),
        ] {
            let record_type = record_type.parse().unwrap();
            let rdata = Rdata::parse_within(record_type, &words(text).unwrap(), &origin).unwrap();
            assert_eq!(rdata.display(record_type).to_string(), printed);
        }
    }

    #[test]
    fn the_names_in_data_are_found() {
        for (record_type, text, names) in [
            ("SOA", "ns1. root. 1 2 3 4 5", "ns1. root."),
            ("MX", "10 mail.", "mail."),
            ("A6", "0 ::1", ""),
            ("A6", "64 ::1 a.", "a."),
            ("HIP", "2 00 AwEA a. b.", "a. b."),
            ("AMTRELAY", "10 0 2 ::1", ""),
            ("AMTRELAY", "10 1 3 relay.", "relay."),
            ("RRSIG", "A 5 3 1 20030322173103 20030220173103 2642 a. oJB1", "a."),
            ("TXT", "a. b.", ""),
        ] {
            let found = parse(record_type, text).unwrap().names(record_type.parse().unwrap());
            assert_eq!(found.iter().map(Name::to_string).collect::<Vec<_>>().join(" "), names, "{record_type}");
        }
        assert!(Rdata::from_octets(vec![1]).names(RecordType(15)).is_empty());
    }

    #[test]
    fn a_signature_of_a_message_is_printed_too() {
        let octets = b"\x0bhmac-sha256\0\0\0\x65\x53\xf1\0\x01\x2c\0\x03\x03\x01\0\x30\x39\0\x12\0\x06\0\0\0\0\0\x01";
        let printed = Rdata::from_octets(octets.to_vec()).display(RecordType::TSIG).to_string();
        assert_eq!(printed, "hmac-sha256. 1700000000 300 3 AwEA 12345 BADTIME 6 AAAAAAAB");
    }

    #[test]
    fn of_the_types_that_no_zone_holds_only_tkey_has_data_in_text() {
        let text = "gss-tsig. 0 1 3 BADKEY 3 AwEA 0";
        let rdata = parse("TKEY", text).unwrap();
        assert_eq!(rdata.octets(), b"\x08gss-tsig\0\0\0\0\0\0\0\0\x01\0\x03\0\x11\0\x03\x03\x01\0\0\0");
        assert_eq!(rdata.display(RecordType::TKEY).to_string(), text);
        assert!(matches!(parse("TKEY", r"\# 1 00"), Err(RdataError::NotData(_))));
        assert!(matches!(Rdata::parse_argument(RecordType::TKEY, text), Err(RdataError::NotData(_))));
        for record_type in ["TYPE0", "OPT", "NXNAME", "TSIG", "IXFR", "AXFR", "MAILB", "MAILA", "ANY", "TYPE200"] {
            assert!(matches!(parse(record_type, r"\# 0"), Err(RdataError::NotData(_))), "{record_type}");
        }
    }

    #[test]
    fn names_in_rdata_are_expanded_when_read_from_a_message() {
        let octets = [&[0; 12][..], b"\x07example\0\0\x0a\x04mail\xc0\x0c"].concat();
        let mut reader = Reader::message(&octets);
        reader.take(21).unwrap();
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
