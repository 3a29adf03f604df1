//! The kinds of fields that RDATA is made of, each with its three sides: from text, from octets, to text.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::dns::escape;
use crate::dns::{Malformed, Name as DomainName, Reader, Word, parse_ttl};

use super::naptr;
use super::text::{RdataError, hex, hex_words};

/// A field of RDATA. The kinds that take all that is left stand last in their lines of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Four octets, in dots.
    Ipv4,
    /// Sixteen octets, in colons.
    Ipv6,
    /// A domain name.
    Name,
    /// A number of one octet.
    U8,
    /// A number of two octets.
    U16,
    /// A number of four octets.
    U32,
    /// A time of four octets, in seconds or with units.
    Ttl,
    /// A number of one octet, or the mnemonic of a DNSSEC algorithm.
    Algorithm,
    /// The number or mnemonic of a digest's type and, in all the words left, the digest in hex; a known type has
    /// its length.
    Digest(Digests),
    /// A length octet and as many octets.
    String,
    /// A string that holds a substitution expression (RFC 3402 §3.2).
    Regexp,
    /// One string or more, to the end.
    Strings,
    /// A length octet and as many letters and digits.
    Tag,
    /// One quoted text to the end, without a length.
    Rest,
    /// Octets to the end, in hex.
    Hex,
}

/// DNSSEC's algorithms (RFC 4034 appendix A.1 and the registry it founded).
const ALGORITHMS: &[(&str, u8)] = &[
    ("RSAMD5", 1),
    ("DH", 2),
    ("DSA", 3),
    ("RSASHA1", 5),
    ("NSEC3DSA", 6),
    ("NSEC3RSASHA1", 7),
    ("RSASHA256", 8),
    ("RSASHA512", 10),
    ("ECCGOST", 12),
    ("ECDSAP256SHA256", 13),
    ("ECDSA256", 13),
    ("ECDSAP384SHA384", 14),
    ("ECDSA384", 14),
    ("ED25519", 15),
    ("ED448", 16),
    ("INDIRECT", 252),
    ("PRIVATEDNS", 253),
    ("PRIVATEOID", 254),
];

/// Types of digests: mnemonic, number, and the length of the digest in octets.
pub(super) type Digests = &'static [(&'static str, u8, usize)];

/// The digests of DS (RFC 4034, RFC 4509, RFC 5933, RFC 6605).
pub(super) const DS: Digests = &[
    ("SHA-1", 1, 20),
    ("SHA1", 1, 20),
    ("SHA-256", 2, 32),
    ("SHA256", 2, 32),
    ("GOST", 3, 32),
    ("SHA-384", 4, 48),
    ("SHA384", 4, 48),
];

/// The digests of SSHFP (RFC 4255, RFC 6594), which have no mnemonics.
pub(super) const SSH: Digests = &[("", 1, 20), ("", 2, 32)];

impl Field {
    /// Reads the field from the front of `words`, moves them on, and appends its octets.
    pub(super) fn parse(self, words: &mut &[Word<'_>], octets: &mut Vec<u8>) -> Result<(), RdataError> {
        match self {
            Self::Strings => return strings(words, octets),
            Self::Hex => return hex(words, octets),
            _ => {}
        }
        let Some((&word, rest)) = words.split_first() else {
            return Err(RdataError::Missing { what: self.what() });
        };
        *words = rest;
        let bad = || RdataError::Bad { word: word.text.to_owned(), column: word.column, wanted: self.what() };
        let may_be_quoted = matches!(self, Self::String | Self::Regexp | Self::Rest);
        if word.quoted && !may_be_quoted {
            return Err(bad());
        }
        match self {
            Self::Ipv4 => octets.extend(word.text.parse::<Ipv4Addr>().map_err(|_| bad())?.octets()),
            Self::Ipv6 => octets.extend(word.text.parse::<Ipv6Addr>().map_err(|_| bad())?.octets()),
            Self::Name => octets.extend(name(word)?.to_wire()),
            Self::U8 => octets.push(number(word.text).ok_or_else(bad)?),
            Self::U16 => octets.extend(number::<u16>(word.text).ok_or_else(bad)?.to_be_bytes()),
            Self::U32 => octets.extend(number::<u32>(word.text).ok_or_else(bad)?.to_be_bytes()),
            Self::Ttl => octets.extend(seconds(word.text).ok_or_else(bad)?.to_be_bytes()),
            Self::Algorithm => {
                let known = ALGORITHMS.iter().find(|(mnemonic, _)| mnemonic.eq_ignore_ascii_case(word.text));
                octets.push(known.map(|(_, number)| *number).or_else(|| number(word.text)).ok_or_else(bad)?);
            }
            Self::Digest(digests) => {
                let mut known = digests.iter().filter(|(mnemonic, ..)| !mnemonic.is_empty());
                let known = known.find(|(mnemonic, ..)| mnemonic.eq_ignore_ascii_case(word.text));
                octets.push(known.map(|(_, number, _)| *number).or_else(|| number(word.text)).ok_or_else(bad)?);
                let start = octets.len() - 1;
                hex(words, octets)?;
                if let Some(length) = wrong_length(digests, &octets[start..]) {
                    return Err(RdataError::DigestLength { column: word.column, octets: length });
                }
            }
            Self::String => string(&unescape(word)?, word, octets)?,
            Self::Regexp => {
                let text = unescape(word)?;
                if !naptr::is_substitution(&text) {
                    return Err(bad());
                }
                string(&text, word, octets)?;
            }
            Self::Tag => {
                if !is_tag(word.text.as_bytes()) {
                    return Err(bad());
                }
                string(word.text.as_bytes(), word, octets)?;
            }
            Self::Rest => octets.extend(unescape(word)?),
            Self::Strings | Self::Hex => {}
        }
        Ok(())
    }

    /// Reads the field's octets from a message and appends them, names expanded.
    pub(super) fn read(self, reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
        let fixed = match self {
            Self::Ipv4 | Self::U32 | Self::Ttl => 4,
            Self::Ipv6 => 16,
            Self::U16 => 2,
            Self::U8 | Self::Algorithm => 1,
            Self::Name => {
                octets.extend(reader.name()?.to_wire());
                return Ok(());
            }
            Self::String | Self::Regexp => return read_string(reader, octets),
            Self::Tag => {
                let start = octets.len() + 1;
                read_string(reader, octets)?;
                let legal = is_tag(&octets[start..]);
                return if legal { Ok(()) } else { Err(reader.malformed("a tag of other than letters and digits")) };
            }
            Self::Digest(digests) => {
                let digest = reader.take(reader.left().max(2))?;
                octets.extend_from_slice(digest);
                let legal = wrong_length(digests, digest).is_none();
                return if legal { Ok(()) } else { Err(reader.malformed("a digest of the wrong length")) };
            }
            Self::Strings => {
                read_string(reader, octets)?;
                while reader.left() > 0 {
                    read_string(reader, octets)?;
                }
                return Ok(());
            }
            Self::Rest => reader.left(),
            Self::Hex => reader.left().max(1),
        };
        octets.extend_from_slice(reader.take(fixed)?);
        Ok(())
    }

    /// Prints the field's octets, which are as [`Field::read`] gives them.
    pub(super) fn print(self, octets: &[u8]) -> std::string::String {
        let number = || octets.iter().fold(0u64, |sum, octet| sum << 8 | u64::from(*octet)).to_string();
        match (self, octets) {
            (Self::Ipv4, &[a, b, c, d]) => Ipv4Addr::new(a, b, c, d).to_string(),
            (Self::Ipv6, _) => <[u8; 16]>::try_from(octets).map_or_else(|_| hex_words(octets), ipv6_text),
            (Self::Name, _) => Reader::alone(octets).name().map_or_else(|_| hex_words(octets), |name| name.to_string()),
            (Self::U8 | Self::U16 | Self::U32 | Self::Ttl | Self::Algorithm, _) => number(),
            (Self::Digest(_), [kind, digest @ ..]) => format!("{kind} {}", hex_words(digest)),
            (Self::String | Self::Regexp, [_, text @ ..]) => quoted(text),
            (Self::Tag, [_, text @ ..]) => text.iter().copied().map(char::from).collect(),
            (Self::Strings, _) => strings_text(octets),
            (Self::Rest, _) => quoted(octets),
            _ => hex_words(octets),
        }
    }

    /// What a word for this field must be, for an error message.
    fn what(self) -> &'static str {
        match self {
            Self::Ipv4 => "an IPv4 address",
            Self::Ipv6 => "an IPv6 address",
            Self::Name => "a domain name",
            Self::U8 => "a number from 0 to 255",
            Self::U16 => "a number from 0 to 65535",
            Self::U32 => "a number from 0 to 4294967295",
            Self::Ttl => "a time in seconds, or like 1h30m",
            Self::Algorithm => "a DNSSEC algorithm, as number or mnemonic",
            Self::Digest(_) => "the type of a digest",
            Self::String => "a string of at most 255 octets",
            Self::Regexp => "a substitution expression like \"!^.*$!sip:me@example.org!\", or \"\"",
            Self::Strings => "a string",
            Self::Tag => "a tag of letters and digits",
            Self::Rest => "a text",
            Self::Hex => "octets in hex",
        }
    }
}

/// Reads one string or more.
fn strings(words: &mut &[Word<'_>], octets: &mut Vec<u8>) -> Result<(), RdataError> {
    if words.is_empty() {
        return Err(RdataError::Missing { what: Field::Strings.what() });
    }
    for word in std::mem::take(words) {
        string(&unescape(*word)?, *word, octets)?;
    }
    Ok(())
}

/// Appends a character string (RFC 1035 §3.3): its length and its octets.
fn string(text: &[u8], word: Word<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let length = u8::try_from(text.len()).map_err(|_| RdataError::StringTooLong { column: word.column })?;
    octets.push(length);
    octets.extend_from_slice(text);
    Ok(())
}

fn read_string(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    let length = reader.u8()?;
    octets.push(length);
    octets.extend_from_slice(reader.take(length.into())?);
    Ok(())
}

fn strings_text(mut octets: &[u8]) -> String {
    let mut words = Vec::new();
    while let [length, rest @ ..] = octets {
        let (text, after) = rest.split_at(usize::from(*length).min(rest.len()));
        words.push(quoted(text));
        octets = after;
    }
    words.join(" ")
}

fn name(word: Word<'_>) -> Result<DomainName, RdataError> {
    DomainName::parse(word.text).map_err(|why| RdataError::Name { why, column: word.column })
}

fn unescape(word: Word<'_>) -> Result<Vec<u8>, RdataError> {
    let octets = escape::octets(word.text).map(|octet| octet.map(|octet| octet.value));
    octets.collect::<Result<_, _>>().map_err(|why| RdataError::Escape { why, column: word.column })
}

/// The length that a digest should have, where it has another; the first of `octets` is its type.
fn wrong_length(digests: Digests, octets: &[u8]) -> Option<usize> {
    let (kind, digest) = octets.split_first()?;
    let (.., length) = digests.iter().find(|(_, number, _)| number == kind)?;
    (digest.len() != *length).then_some(*length)
}

/// Whether this is the tag of a CAA record (RFC 8659 §4.1).
fn is_tag(octets: &[u8]) -> bool {
    !octets.is_empty() && octets.iter().all(|octet| octet.is_ascii_alphanumeric())
}

/// A decimal number without a sign.
fn number<N: std::str::FromStr>(text: &str) -> Option<N> {
    text.bytes().all(|octet| octet.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A time in an SOA may use all 32 bits, unlike a TTL.
fn seconds(text: &str) -> Option<u32> {
    number(text).or_else(|| parse_ttl(text).ok())
}

/// Quotes a text so that it reads back octet by octet.
fn quoted(text: &[u8]) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for &octet in text {
        match octet {
            b'"' | b'\\' => {
                quoted.push('\\');
                quoted.push(octet.into());
            }
            b' '..=b'~' => quoted.push(octet.into()),
            _ => quoted.push_str(&escape::decimal(octet)),
        }
    }
    quoted.push('"');
    quoted
}

/// RFC 5952's text, with the last 32 bits in dots where nothing but zeros is before them, as BIND writes it.
fn ipv6_text(octets: [u8; 16]) -> String {
    match octets {
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] if (a, b) != (0, 0) => {
            format!("::{}", Ipv4Addr::new(a, b, c, d))
        }
        _ => Ipv6Addr::from(octets).to_string(),
    }
}
