//! The kinds of fields that RDATA is made of, each with its three sides: from text, from octets, to text.

use crate::dns::{Malformed, Name as DomainName, Reader, RecordType};

use super::input::{Input, bad, unescape};
use super::number::Codes;
use super::octets::Digests;
use super::text::RdataError;
use super::{address, bitmap, loc, naptr, number, octets, string, svcb};

/// A field of RDATA. The kinds that take all that is left stand last in their lines of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Four octets, in dots.
    Ipv4,
    /// Sixteen octets, in colons.
    Ipv6,
    /// The half of an IPv6 address, four groups in colons.
    HalfIpv6,
    /// So many octets in hex, with hyphens.
    Eui(usize),
    /// An address of the ISO's, in hex.
    Nsap,
    /// An ATM address, of one of two formats.
    Atma,
    /// A prefix's length and the rest of an IPv6 address.
    A6,
    /// The name that an A6's prefix has, if it has a prefix.
    A6Name,
    /// Prefixes of addresses, to the end.
    Prefixes,
    /// What kind of gateway follows the next octet.
    GatewayKind,
    /// Whether a relay may be discovered, and what kind of relay follows.
    RelayKind,
    /// A gateway or relay of the kind that the second octet says.
    Gateway,
    /// A domain name, the same in any case.
    Name,
    /// Names to the end, perhaps none.
    Names,
    /// A domain name whose case makes another record of it, as RFC 3597 §7 has it for types younger than itself.
    ExactName,
    /// The name of a signer: its zone has no more labels than the octet at 3 says (RFC 4034 §3.1.3).
    Signer,
    /// A number of one octet.
    U8,
    /// A number of two octets.
    U16,
    /// A number of four octets.
    U32,
    /// A number of six octets.
    U48,
    /// A number of eight octets.
    U64,
    /// A time of four octets, in seconds or with units.
    Ttl,
    /// A time of four octets, as a date.
    Date,
    /// A time of four octets, as a date or in seconds.
    DateOrSeconds,
    /// A number, some of whose values have mnemonics.
    Code(&'static Codes),
    /// A record type.
    Type,
    /// A record type that is printed as a bare number where it has no mnemonic.
    BareType,
    /// The flags of a key, as number or mnemonics.
    KeyFlags,
    /// The same, and they are 0.
    NoKeyFlags,
    /// A length octet and as many octets.
    String,
    /// A string, or nothing.
    OptionalString,
    /// A string of digits, four at least.
    X25,
    /// A string that holds a substitution expression (RFC 3402 §3.2).
    Regexp,
    /// One string or more, to the end.
    Strings,
    /// A length octet and as many letters and digits.
    Tag,
    /// One text to the end, without a length.
    Rest,
    /// The same, always in quotes.
    Quoted,
    /// Octets to the end, in hex.
    Hex,
    /// Octets to the end, in base64.
    Base64,
    /// Octets to the end in base64, perhaps none.
    OptionalBase64,
    /// Octets to the end in one word of base64, or `-` for none.
    DashBase64,
    /// A length of two octets and as many octets, in base64.
    Sized,
    /// A key to the end in base64, or nothing where the flags four octets before say so (RFC 2535 §3.1.2).
    MaybeKey,
    /// BIND's notes on a key: known in text, and not looked into otherwise.
    KeyData,
    /// The type of a digest and, in all the words left, the digest in hex; a known type has its length.
    Digest(&'static Digests),
    /// A length octet and as many octets, in hex, or `-` for none.
    Salt,
    /// A length octet and a hash in base32, of the algorithm that the first octet says.
    Hash,
    /// Algorithm, tag and public key of a host.
    HostIdentity,
    /// The types that a name has, perhaps none.
    Types,
    /// The types that a name has, one at least.
    SomeTypes,
    /// The types that a name has, as NXT has them.
    OldTypes,
    /// A protocol and its ports.
    Services,
    /// A place on Earth.
    Location,
    /// The parameters of a service.
    Parameters,
}

impl Field {
    /// Reads the field from the front of `input` and appends its octets; `octets` begins with the fields before it.
    pub(super) fn parse(self, input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
        if let Some((count, read, wanted)) = self.number() {
            number::push(input.value(wanted, read)?, count, octets);
            return Ok(());
        }
        match self {
            Self::Ipv4 => octets.extend(input.value("an IPv4 address", address::ipv4)?),
            Self::Ipv6 => octets.extend(input.value("an IPv6 address", address::ipv6)?),
            Self::HalfIpv6 => address::parse_half(input, octets)?,
            Self::Eui(count) => address::parse_eui(count, input, octets)?,
            Self::Nsap => address::parse_nsap(input, octets)?,
            Self::Atma => address::parse_atma(input, octets)?,
            Self::A6 => address::parse_a6(input, octets)?,
            Self::Prefixes => address::parse_prefixes(input, octets)?,
            Self::RelayKind => {
                let discovery = input.value("0 or 1", |text| number::number(text, 1).filter(|bit| *bit < 2))?;
                let kind = input.value("0, 1, 2 or 3", |text| number::number(text, 1).filter(|kind| *kind < 4))?;
                number::push(discovery << 7 | kind, 1, octets);
            }
            Self::Gateway => address::parse_gateway(input, octets)?,
            Self::A6Name if octets.first() == Some(&0) => {}
            Self::Signer => {
                let word = input.peek();
                let name = input.name()?;
                match word.filter(|_| !is_signer(octets, &name)) {
                    Some(word) => return Err(bad(word, "a zone with at most so many labels")),
                    None => octets.extend(name.to_wire()),
                }
            }
            Self::Name | Self::ExactName | Self::A6Name => octets.extend(input.name()?.to_wire()),
            Self::Names => {
                while input.peek().is_some() {
                    octets.extend(input.name()?.to_wire());
                }
            }
            Self::Code(codes) => codes.parse(input, octets)?,
            Self::OptionalString if input.peek().is_none() => {}
            Self::String | Self::OptionalString => {
                string::parse(input, "a string of at most 255 octets", |_| true, octets)?;
            }
            Self::X25 => string::parse(input, "a number of at least four digits", string::is_x25, octets)?,
            Self::Regexp => {
                let wanted = "a substitution expression like \"!^.*$!sip:me@example.org!\", or \"\"";
                string::parse(input, wanted, naptr::is_substitution, octets)?;
            }
            Self::Strings => string::parse_all(input, octets)?,
            Self::Tag => {
                let wanted = "a tag of letters and digits";
                let word = input.plain(wanted)?;
                if !string::is_tag(word.text.as_bytes()) {
                    return Err(bad(word, wanted));
                }
                string::push(word.text.as_bytes(), word, octets)?;
            }
            Self::Rest => octets.extend(unescape(input.word("a text")?)?),
            Self::Quoted => {
                let word = input.word("a text in quotes")?;
                if !word.quoted {
                    return Err(bad(word, "a text in quotes"));
                }
                octets.extend(unescape(word)?);
            }
            Self::Hex => octets::hex(input, octets)?,
            Self::OptionalBase64 if input.peek().is_none() => {}
            Self::DashBase64 if input.peek().is_some_and(|word| word.text == "-" && !word.quoted) => {
                input.word("-")?;
            }
            Self::MaybeKey if is_no_key(octets) => {}
            Self::Base64 | Self::OptionalBase64 | Self::DashBase64 | Self::MaybeKey => octets::base64(input, octets)?,
            Self::Sized => octets::sized(input, octets)?,
            Self::KeyData => {
                for field in super::table::KEY_DATA {
                    field.parse(input, octets)?;
                }
            }
            Self::Digest(digests) => digests.parse(input, octets)?,
            Self::Salt => octets::salt(input, octets)?,
            Self::Hash => octets::hash(input, octets)?,
            Self::HostIdentity => octets::host_identity(input, octets)?,
            Self::SomeTypes if input.peek().is_none() => return Err(RdataError::Missing { what: "a record type" }),
            Self::Types | Self::SomeTypes => bitmap::parse_types(input, octets)?,
            Self::OldTypes => bitmap::parse_old_types(input, octets)?,
            Self::Services => bitmap::parse_services(input, octets)?,
            Self::Location => loc::parse(input, octets)?,
            Self::Parameters => svcb::parse(input, octets)?,
            _ => {}
        }
        Ok(())
    }

    /// Reads the field's octets from a message and appends them, names expanded; `octets` begins with the fields
    /// before it.
    pub(super) fn read(self, reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
        let start = octets.len();
        let mut check: Option<fn(&[u8]) -> bool> = None;
        let count = match self {
            Self::U8 | Self::RelayKind => 1,
            Self::GatewayKind => {
                check = Some(|kind: &[u8]| kind.first().is_some_and(|kind| *kind < 4));
                1
            }
            Self::U16 | Self::Type | Self::BareType | Self::KeyFlags => 2,
            Self::NoKeyFlags => {
                check = Some(|flags: &[u8]| flags == [0, 0]);
                2
            }
            Self::Ipv4 | Self::U32 | Self::Ttl | Self::Date | Self::DateOrSeconds => 4,
            Self::U48 => 6,
            Self::HalfIpv6 | Self::U64 => 8,
            Self::Ipv6 => 16,
            Self::Eui(count) => count,
            Self::Code(codes) => codes.octets,
            Self::Rest | Self::Quoted | Self::OptionalBase64 | Self::DashBase64 | Self::KeyData => reader.left(),
            Self::Hex | Self::Base64 | Self::Nsap => reader.left().max(1),
            Self::MaybeKey if is_no_key(octets) => 0,
            Self::MaybeKey => reader.left().max(1),
            Self::A6Name if octets.first() == Some(&0) => 0,
            Self::OptionalString if reader.left() == 0 => 0,
            _ => return self.read_structure(reader, octets),
        };
        octets.extend_from_slice(reader.take(count)?);
        match check {
            Some(legal) if !legal(&octets[start..]) => Err(reader.malformed("a value that this field cannot have")),
            _ => Ok(()),
        }
    }

    fn read_structure(self, reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
        let start = octets.len();
        match self {
            Self::Names => {
                while reader.left() > 0 {
                    octets.extend(reader.name()?.to_wire());
                }
                Ok(())
            }
            Self::Atma => address::read_atma(reader, octets),
            Self::A6 => address::read_a6(reader, octets),
            Self::Prefixes => address::read_prefixes(reader, octets),
            Self::Gateway => address::read_gateway(reader, octets),
            Self::Strings => string::read_all(reader, octets),
            Self::String | Self::OptionalString | Self::Regexp | Self::Salt => string::read(reader, octets),
            Self::Tag | Self::X25 | Self::Hash => {
                string::read(reader, octets)?;
                let text = &octets[start + 1..];
                let legal = match self {
                    Self::Tag => string::is_tag(text),
                    Self::X25 => string::is_x25(text),
                    _ => octets::is_hash(octets.first().copied(), text),
                };
                if legal { Ok(()) } else { Err(reader.malformed("a text that this field cannot have")) }
            }
            Self::Sized => octets::read_sized(reader, octets),
            Self::Digest(digests) => digests.read(reader, octets),
            Self::HostIdentity => octets::read_host_identity(reader, octets),
            Self::SomeTypes if reader.left() == 0 => Err(reader.malformed("no types")),
            Self::Types | Self::SomeTypes => bitmap::read_types(reader, octets),
            Self::OldTypes => bitmap::read_old_types(reader, octets),
            Self::Services => bitmap::read_services(reader, octets),
            Self::Location => loc::read(reader, octets),
            Self::Parameters => svcb::read(reader, octets),
            _ => {
                let name = reader.name()?;
                if self == Self::Signer && !is_signer(octets, &name) {
                    return Err(reader.malformed("a signer with more labels than what it signed"));
                }
                octets.extend(name.to_wire());
                Ok(())
            }
        }
    }

    /// Prints the field's octets, which are as [`Field::read`] gives them behind the octets `before`; `None` where they
    /// have no text of their own.
    pub(super) fn print(self, before: &[u8], octets: &[u8]) -> Option<std::string::String> {
        let value = number::from_octets(octets);
        match self {
            Self::Ipv4 | Self::Ipv6 => address::ip_text(octets),
            Self::HalfIpv6 => Some(address::half_text(octets)),
            Self::Eui(_) => Some(address::eui_text(octets)),
            Self::Nsap => Some(address::nsap_text(octets)),
            Self::Atma => address::atma_text(octets),
            Self::A6 => address::a6_text(octets),
            Self::Prefixes => address::prefixes_text(octets),
            Self::RelayKind => Some(format!("{} {}", value >> 7, value & 0x7f)),
            Self::Gateway => address::gateway_text(before, octets),
            Self::Name | Self::ExactName | Self::Names | Self::Signer | Self::A6Name => {
                Some(self.names(before, octets).iter().map(DomainName::to_string).collect::<Vec<_>>().join(" "))
            }
            Self::Date | Self::DateOrSeconds => Some(number::date_text(value)),
            Self::Code(codes) => Some(codes.print(octets)),
            Self::Type => Some(RecordType(value as u16).to_string()),
            Self::BareType => Some(bitmap::bare_type(value as u16)),
            // What a server stored although its own text would be refused is shown in the form that is not.
            Self::Regexp if !octets.split_first().is_some_and(|(_, text)| naptr::is_substitution(text)) => None,
            Self::String | Self::OptionalString | Self::X25 | Self::Regexp | Self::Strings => string::print(octets),
            Self::Tag => octets.split_first().map(|(_, tag)| tag.iter().copied().map(char::from).collect()),
            Self::Rest | Self::Quoted => Some(string::quoted(octets)),
            Self::Hex => Some(octets::hex_words(octets)),
            Self::Base64 | Self::OptionalBase64 | Self::MaybeKey => Some(octets::base64_words(octets)),
            Self::DashBase64 if octets.is_empty() => Some("-".to_owned()),
            Self::DashBase64 => Some(octets::base64_text(octets)),
            Self::Sized => octets::sized_text(octets),
            Self::KeyData => None,
            Self::Digest(_) => Digests::print(octets),
            Self::Salt => octets::salt_text(octets),
            Self::Hash => octets.split_first().map(|(_, hash)| octets::base32_text(hash)),
            Self::HostIdentity => octets::host_identity_text(octets),
            Self::Types | Self::SomeTypes => bitmap::print_types(octets),
            Self::OldTypes => Some(bitmap::print_old_types(octets)),
            Self::Services => bitmap::print_services(octets),
            Self::Location => loc::print(octets),
            Self::Parameters => svcb::print(octets),
            _ => Some(value.to_string()),
        }
    }

    /// Whether servers take two such fields for the same that differ in the case of letters only.
    pub(super) fn ignores_case(self, before: &[u8]) -> bool {
        let is_name = matches!(self, Self::Name | Self::Names | Self::Signer | Self::A6Name);
        is_name || (self == Self::Gateway && address::gateway(before) == 3)
    }

    /// The domain names in the field's octets, behind the octets `before`.
    pub(super) fn names(self, before: &[u8], octets: &[u8]) -> Vec<DomainName> {
        let has_names = self == Self::ExactName || self.ignores_case(before);
        let mut reader = Reader::alone(octets);
        let next = || if has_names && reader.left() > 0 { reader.name().ok() } else { None };
        std::iter::from_fn(next).collect()
    }

    /// What a field is that is one word and a number.
    fn number(self) -> Option<Number> {
        Some(match self {
            Self::U8 => (1, |text| number::number(text, 1), "a number from 0 to 255"),
            Self::U16 => (2, |text| number::number(text, 2), "a number from 0 to 65535"),
            Self::U32 => (4, |text| number::number(text, 4), "a number from 0 to 4294967295"),
            Self::U48 => (6, |text| number::number(text, 6), "a number from 0 to 281474976710655"),
            Self::U64 => (8, |text| number::number(text, 8), "a number from 0 to 18446744073709551615"),
            Self::Ttl => (4, number::seconds, "a time in seconds, or like 1h30m"),
            Self::Date => (4, number::date, "a time like 20301231235959"),
            Self::DateOrSeconds => {
                let read = |text: &str| number::date(text).or_else(|| number::short(text));
                (4, read, "a time like 20301231235959, or in seconds")
            }
            Self::GatewayKind => (1, |text| number::number(text, 1).filter(|kind| *kind < 4), "0, 1, 2 or 3"),
            Self::Type | Self::BareType => (2, number::record_type, "a record type"),
            Self::KeyFlags => (2, number::key_flags, "the flags of a key, as number or mnemonics"),
            Self::NoKeyFlags => {
                (2, |text| number::key_flags(text).filter(|flags| *flags == 0), "0: there are no flags")
            }
            _ => return None,
        })
    }
}

/// A number's octets, how its word is read, and what the word must be.
type Number = (usize, fn(&str) -> Option<u64>, &'static str);

/// Whether the flags, which stand four octets before the end, say that there is no key.
fn is_no_key(before: &[u8]) -> bool {
    matches!(before, [.., flags, _, _, _] if flags & 0xc0 == 0xc0)
}

/// Whether the name has no more labels than the octet at 3 says.
fn is_signer(before: &[u8], name: &DomainName) -> bool {
    before.get(3).is_some_and(|labels| name.labels().count() <= usize::from(*labels))
}
