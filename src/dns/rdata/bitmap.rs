//! Sets as bits: the types that a name has (RFC 4034 §4.1.2, RFC 2535 §5.2), and the services of a host (RFC 1035 §3.4.2).

use crate::dns::{Malformed, Reader, RecordType};

use super::input::Input;
use super::number;
use super::text::RdataError;

/// Reads all the words left as types, in any order.
pub(super) fn parse_types(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let mut types = Vec::new();
    while input.peek().is_some() {
        types.push(input.value("a record type", |text| text.parse::<RecordType>().ok())?.0);
    }
    types.sort_unstable();
    for window in types.chunk_by(|left, right| left >> 8 == right >> 8) {
        let bits = bits(window.iter().map(|number| number & 0xff));
        octets.extend([(window[0] >> 8) as u8, bits.len() as u8]);
        octets.extend(bits);
    }
    Ok(())
}

/// Reads windows to the end, each later than the one before and without a last octet of zeros.
pub(super) fn read_types(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    let mut last = None;
    while reader.left() > 0 {
        let (window, length) = (reader.u8()?, reader.u8()?);
        let bits = reader.take(length.into())?;
        if last >= Some(window) || length > 32 || bits.last().is_none_or(|octet| *octet == 0) {
            return Err(reader.malformed("a bitmap of types that is not as it must be"));
        }
        last = Some(window);
        octets.extend([window, length]);
        octets.extend_from_slice(bits);
    }
    Ok(())
}

pub(super) fn print_types(mut octets: &[u8]) -> Option<String> {
    let mut words = Vec::new();
    while let [window, length, rest @ ..] = octets {
        let (bits, after) = rest.split_at_checked((*length).into())?;
        words.extend(ones(bits).map(|bit| RecordType(u16::from(*window) << 8 | bit).to_string()));
        octets = after;
    }
    Some(words.join(" "))
}

/// Reads all the words left as types from 1 to 127, all that an NXT can tell of.
pub(super) fn parse_old_types(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let mut types = Vec::new();
    while input.peek().is_some() {
        let known = |text: &str| number::record_type(text).filter(|number| (1..128).contains(number));
        types.push(input.value("a record type from 1 to 127", known)? as u16);
    }
    octets.extend(bits(types.into_iter()));
    Ok(())
}

pub(super) fn read_old_types(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    let bits = reader.take(reader.left())?;
    // A first bit would announce another format, which never came (RFC 2535 §5.2).
    if bits.len() > 16 || bits.last() == Some(&0) || bits.first().is_some_and(|octet| octet & 0x80 != 0) {
        return Err(reader.malformed("a bitmap of types that is not as it must be"));
    }
    octets.extend_from_slice(bits);
    Ok(())
}

pub(super) fn print_old_types(octets: &[u8]) -> String {
    ones(octets).map(bare_type).collect::<Vec<_>>().join(" ")
}

/// A type as texts older than `TYPEnnn` have it: its mnemonic, or else its number alone.
pub(super) fn bare_type(number: u16) -> String {
    if super::is_known(RecordType(number)) { RecordType(number).to_string() } else { number.to_string() }
}

/// Reads a protocol and its ports, as names or numbers. Of names the ones are known that have stood for the same
/// number since RFC 1010; there is no list in the system to look into.
pub(super) fn parse_services(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let known = |list: &[(&str, u64)], text: &str| {
        list.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, number)| *number)
    };
    let protocol = |text: &str| known(PROTOCOLS, text).or_else(|| number::number(text, 1));
    number::push(input.value("a protocol as number or name, such as tcp", protocol)?, 1, octets);
    let mut ports = Vec::new();
    while input.peek().is_some() {
        let port = |text: &str| known(SERVICES, text).or_else(|| number::number(text, 2));
        ports.push(input.value("a port as number or name, such as smtp", port)? as u16);
    }
    octets.extend(bits(ports.into_iter()));
    Ok(())
}

pub(super) fn read_services(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    octets.push(reader.u8()?);
    let bits = reader.take(reader.left())?;
    if bits.len() > 8192 || bits.last() == Some(&0) {
        return Err(reader.malformed("a bitmap of ports that is not as it must be"));
    }
    octets.extend_from_slice(bits);
    Ok(())
}

pub(super) fn print_services(octets: &[u8]) -> Option<String> {
    let (protocol, bits) = octets.split_first()?;
    let words = std::iter::once(u16::from(*protocol)).chain(ones(bits));
    Some(words.map(|number| number.to_string()).collect::<Vec<_>>().join(" "))
}

const PROTOCOLS: &[(&str, u64)] = &[("icmp", 1), ("tcp", 6), ("udp", 17)];

const SERVICES: &[(&str, u64)] = &[
    ("echo", 7),
    ("discard", 9),
    ("daytime", 13),
    ("chargen", 19),
    ("ftp-data", 20),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("time", 37),
    ("whois", 43),
    ("domain", 53),
    ("tftp", 69),
    ("gopher", 70),
    ("finger", 79),
    ("http", 80),
    ("kerberos", 88),
    ("pop3", 110),
    ("sunrpc", 111),
    ("nntp", 119),
    ("ntp", 123),
    ("imap2", 143),
    ("snmp", 161),
    ("https", 443),
];

/// The octets whose bits, counted from the highest of the first, are the numbers.
fn bits(numbers: impl Iterator<Item = u16>) -> Vec<u8> {
    let mut octets = Vec::new();
    for number in numbers {
        let at = usize::from(number / 8);
        if octets.len() <= at {
            octets.resize(at + 1, 0);
        }
        octets[at] |= 0x80 >> (number % 8);
    }
    octets
}

/// The numbers of the bits that are set; of 8192 octets at most.
fn ones(octets: &[u8]) -> impl Iterator<Item = u16> {
    let bits =
        octets.iter().enumerate().flat_map(|(at, octet)| (0..8).map(move |bit| (at * 8 + bit, octet << bit & 0x80)));
    bits.filter(|(_, set)| *set != 0).map(|(number, _)| number as u16)
}
