//! Record types: numbers on the wire, mnemonics or `TYPEnnn` (RFC 3597 §5) in text.

use std::fmt;
use std::str::FromStr;

use super::rdata::TYPES;

/// The type of a record or of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordType(pub u16);

/// A word that names no record type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no record type known here (TYPEnnn works for every type)")]
pub struct UnknownType(pub String);

impl RecordType {
    /// An IPv4 address (RFC 1035 §3.4.1).
    pub const A: Self = Self(1);
    /// A name server (RFC 1035 §3.3.11).
    pub const NS: Self = Self(2);
    /// An alias (RFC 1035 §3.3.1).
    pub const CNAME: Self = Self(5);
    /// The start of a zone (RFC 1035 §3.3.13).
    pub const SOA: Self = Self(6);
    /// The name of an address (RFC 1035 §3.3.12).
    pub const PTR: Self = Self(12);
    /// A host for mail (RFC 1035 §3.3.9).
    pub const MX: Self = Self(15);
    /// Text (RFC 1035 §3.3.14).
    pub const TXT: Self = Self(16);
    /// An IPv6 address (RFC 3596).
    pub const AAAA: Self = Self(28);
    /// Where a service is (RFC 2782).
    pub const SRV: Self = Self(33);
    /// An alias for all that is below a name (RFC 6672).
    pub const DNAME: Self = Self(39);
    /// The digest of a key of the zone below a cut (RFC 4034 §5).
    pub const DS: Self = Self(43);
    /// EDNS (RFC 6891).
    pub const OPT: Self = Self(41);
    /// A signature over a set of records (RFC 4034).
    pub const RRSIG: Self = Self(46);
    /// Proof of absence (RFC 4034).
    pub const NSEC: Self = Self(47);
    /// Hashed proof of absence (RFC 5155).
    pub const NSEC3: Self = Self(50);
    /// Text with a policy for mail, once (RFC 7208 §3.1).
    pub const SPF: Self = Self(99);
    /// The agreement on a key (RFC 2930).
    pub const TKEY: Self = Self(249);
    /// A transaction signature (RFC 8945).
    pub const TSIG: Self = Self(250);
    /// Every type, in a question or a delete.
    pub const ANY: Self = Self(255);

    /// Whether records of this type can be data in a zone: not 0, not OPT, and not one of the types 128 to 255,
    /// which are for questions and for messages (RFC 6895 §3.1).
    pub fn is_data(self) -> bool {
        !matches!(self.0, 0 | 41 | 128..=255)
    }
}

impl fmt::Display for RecordType {
    /// The mnemonic, or `TYPEnnn` for a type without one here and for private ones (RFC 6895 §3.1), whose mnemonics not
    /// everybody shares.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match TYPES.iter().find(|(_, number, _)| *number == self.0 && self.0 < 65280) {
            Some((mnemonic, _, _)) => f.pad(mnemonic),
            None => f.pad(&format!("TYPE{}", self.0)),
        }
    }
}

impl FromStr for RecordType {
    type Err = UnknownType;

    /// Reads a mnemonic or `TYPEnnn`, in any case; also of types that no data has, such as `ANY`.
    fn from_str(text: &str) -> Result<Self, UnknownType> {
        if let Some((_, number, _)) = TYPES.iter().find(|(mnemonic, _, _)| mnemonic.eq_ignore_ascii_case(text)) {
            return Ok(Self(*number));
        }
        let digits = text.get(..4).filter(|head| head.eq_ignore_ascii_case("TYPE")).map(|_| &text[4..]);
        let digits = digits.filter(|digits| digits.bytes().all(|octet| octet.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok());
        number.map(Self).ok_or_else(|| UnknownType(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mnemonics_are_read_in_any_case_and_printed_in_capitals() {
        assert_eq!("aaaa".parse(), Ok(RecordType::AAAA));
        assert_eq!(RecordType::AAAA.to_string(), "AAAA");
        assert_eq!("any".parse(), Ok(RecordType::ANY));
    }

    #[test]
    fn every_number_has_a_text_that_reads_back() {
        for number in 0..=u16::MAX {
            let record_type = RecordType(number);
            assert_eq!(record_type.to_string().parse(), Ok(record_type));
        }
        assert_eq!("type28".parse(), Ok(RecordType::AAAA));
        assert_eq!("TYPE0".parse(), Ok(RecordType(0)));
        assert_eq!("KeyData".parse(), Ok(RecordType(65533)));
    }

    #[test]
    fn other_words_are_refused() {
        for text in ["", "TYPE", "TYPE65536", "TYPE-1", "TYPE+1", "AAAAA", "typé1"] {
            assert!(text.parse::<RecordType>().is_err(), "{text}");
        }
    }
}
