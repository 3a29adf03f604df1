//! Extended DNS Errors (RFC 8914): what a server adds to an RCODE, in an option of the OPT record.

use std::fmt;

use crate::dns::{Message, RecordType, Section};

/// The number of the option (RFC 8914 §2).
const OPTION: u16 = 15;

/// The longest text that is kept, in octets: it is there to be read by people.
const LONGEST: usize = 256;

/// INFO-CODE (RFC 8914 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExtendedCode(pub u16);

/// A reason that a server gives beside its RCODE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendedError {
    /// Which.
    pub code: ExtendedCode,
    /// What the server says of it in words; mostly nothing. It may hold anything, so it is escaped before it is shown.
    pub text: String,
}

impl ExtendedError {
    /// The first one of a message. What is no option as RFC 6891 §6.1.2 has them is passed over: it changes nothing.
    pub(super) fn of(message: &Message<'_>) -> Option<Self> {
        let opt = |at: &&crate::dns::RecordAt| at.record_type == RecordType::OPT && at.section == Section::Additional;
        let opt = message.records.iter().find(opt)?;
        let mut reader = message.rdata_reader(opt);
        while reader.left() > 0 {
            let (option, length) = (reader.u16().ok()?, reader.u16().ok()?);
            let octets = reader.take(length.into()).ok()?;
            if let (OPTION, [high, low, text @ ..]) = (option, octets) {
                let text = String::from_utf8_lossy(&text[..text.len().min(LONGEST)]);
                let text = text.trim_end_matches('\0').to_owned();
                return Some(Self { code: ExtendedCode(u16::from_be_bytes([*high, *low])), text });
            }
        }
        None
    }
}

impl ExtendedCode {
    /// Its meaning, of those that RFC 8914 §4 has, as BIND writes them.
    pub fn name(self) -> Option<&'static str> {
        const NAMES: [&str; 25] = [
            "Other",
            "Unsupported DNSKEY Algorithm",
            "Unsupported DS Digest Type",
            "Stale Answer",
            "Forged Answer",
            "DNSSEC Indeterminate",
            "DNSSEC Bogus",
            "Signature Expired",
            "Signature Not Yet Valid",
            "DNSKEY Missing",
            "RRSIGs Missing",
            "No Zone Key Bit Set",
            "NSEC Missing",
            "Cached Error",
            "Not Ready",
            "Blocked",
            "Censored",
            "Filtered",
            "Prohibited",
            "Stale NXDOMAIN Answer",
            "Not Authoritative",
            "Not Supported",
            "No Reachable Authority",
            "Network Error",
            "Invalid Data",
        ];
        NAMES.get(usize::from(self.0)).copied()
    }
}

impl fmt::Display for ExtendedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} (extended error {})", self.0),
            None => write!(f, "extended error {}", self.0),
        }
    }
}

impl fmt::Display for ExtendedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text.as_str() {
            "" => self.code.fmt(f),
            text => write!(f, "{}: {text:?}", self.code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer without anything but an OPT record with these options.
    fn answer(options: &[u8]) -> Vec<u8> {
        let mut octets = b"\0\0\x80\x05\0\0\0\0\0\0\0\x01\0\0\x29\x04\xd0\0\0\0\0".to_vec();
        octets.extend(u16::try_from(options.len()).unwrap().to_be_bytes());
        octets.extend(options);
        octets
    }

    fn told(options: &[u8]) -> Option<String> {
        let octets = answer(options);
        ExtendedError::of(&Message::walk(&octets).unwrap()).map(|error| error.to_string())
    }

    #[test]
    fn the_reason_is_found_among_other_options_and_named() {
        assert_eq!(told(b"\0\x0f\0\x02\0\x12").as_deref(), Some("Prohibited (extended error 18)"));
        assert_eq!(
            told(b"\0\x0a\0\x01x\0\x0f\0\x05\0\x0ebye").as_deref(),
            Some("Not Ready (extended error 14): \"bye\"")
        );
        assert_eq!(told(b"\0\x0f\0\x04\x01\0\x1b[").as_deref(), Some("extended error 256: \"\\u{1b}[\""));
    }

    #[test]
    fn options_that_are_none_change_nothing() {
        for options in [&b""[..], b"\0", b"\0\x0f\0\x01\0", b"\0\x0f\0\x09\0\x12", b"\0\x0f\0\0"] {
            assert_eq!(told(options), None, "{options:?}");
        }
    }
}
