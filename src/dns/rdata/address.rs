//! Addresses: of IP, whole, in parts and in lists, and of other networks.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::dns::{Malformed, Reader};

use super::input::{Input, bad};
use super::number;
use super::octets::{hex_text, hex_word};
use super::text::RdataError;

/// The octets of an address in dots.
pub(super) fn ipv4(text: &str) -> Option<[u8; 4]> {
    text.parse().ok().map(|address: Ipv4Addr| address.octets())
}

/// The octets of an address in colons.
pub(super) fn ipv6(text: &str) -> Option<[u8; 16]> {
    text.parse().ok().map(|address: Ipv6Addr| address.octets())
}

/// RFC 5952's text, with the last 32 bits in dots where nothing but zeros is before them, as BIND writes it.
pub(super) fn ipv6_text(octets: [u8; 16]) -> String {
    match octets {
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] if (a, b) != (0, 0) => {
            format!("::{}", Ipv4Addr::new(a, b, c, d))
        }
        _ => Ipv6Addr::from(octets).to_string(),
    }
}

/// Four octets in dots or sixteen in colons.
pub(super) fn ip_text(octets: &[u8]) -> Option<String> {
    match <[u8; 4]>::try_from(octets) {
        Ok(octets) => Some(Ipv4Addr::from(octets).to_string()),
        Err(_) => <[u8; 16]>::try_from(octets).ok().map(ipv6_text),
    }
}

/// Reads so many octets in hex with hyphens between them; a leading zero may be left out.
pub(super) fn parse_eui(count: usize, input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let part = |part: &str| {
        let legal = part.len() <= 2 && part.bytes().all(|digit| digit.is_ascii_hexdigit());
        legal.then(|| u8::from_str_radix(part, 16).ok())?
    };
    let all = |text: &str| text.split('-').map(part).collect::<Option<Vec<u8>>>().filter(|all| all.len() == count);
    octets.extend(input.value("an address like 00-00-5e-00-53-2a", all)?);
    Ok(())
}

pub(super) fn eui_text(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join("-")
}

/// Reads the half of an IPv6 address, all its zeros written (RFC 6742 §2.1.1).
pub(super) fn parse_half(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let part = |part: &str| {
        let legal = part.len() <= 4 && part.bytes().all(|digit| digit.is_ascii_hexdigit());
        legal.then(|| u16::from_str_radix(part, 16).ok())?
    };
    let all = |text: &str| text.split(':').map(part).collect::<Option<Vec<u16>>>().filter(|all| all.len() == 4);
    let parts = input.value("four groups of hex like 14:4fff:ff20:ee64", all)?;
    octets.extend(parts.into_iter().flat_map(u16::to_be_bytes));
    Ok(())
}

pub(super) fn half_text(octets: &[u8]) -> String {
    octets.chunks(2).map(|pair| format!("{:x}", number::from_octets(pair))).collect::<Vec<_>>().join(":")
}

/// Reads `0x` and hex with dots anywhere (RFC 1706 §7).
pub(super) fn parse_nsap(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let read = |text: &str| hex_word(&text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?.replace('.', ""));
    octets.extend(input.value("an NSAP like 0x47.0005.80", read)?);
    Ok(())
}

pub(super) fn nsap_text(octets: &[u8]) -> String {
    format!("0x{}", hex_text(octets).to_ascii_lowercase())
}

/// Reads an ATM address: `+` and digits (E.164), or hex; single dots may stand within.
pub(super) fn parse_atma(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let joined = |text: &str| {
        let dotted = text.split('.').all(|part| !part.is_empty());
        dotted.then(|| text.replace('.', ""))
    };
    let read = |text: &str| match text.strip_prefix('+') {
        Some(digits) => {
            let digits = joined(digits)?;
            let legal = digits.bytes().all(|octet| octet.is_ascii_digit());
            legal.then(|| std::iter::once(1).chain(digits.bytes()).collect())
        }
        None => Some([vec![0], hex_word(&joined(text)?)?].concat()),
    };
    let address: Vec<u8> = input.value("an ATM address like 39.246f.00 or +61.2.0000", read)?;
    octets.extend(address);
    Ok(())
}

pub(super) fn read_atma(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    let format = reader.u8()?;
    let address = reader.take(reader.left().max(1))?;
    if format == 1 && !address.iter().all(u8::is_ascii_digit) {
        return Err(reader.malformed("an E.164 address of other than digits"));
    }
    octets.push(format);
    octets.extend_from_slice(address);
    Ok(())
}

pub(super) fn atma_text(octets: &[u8]) -> Option<String> {
    match octets {
        [0, address @ ..] => Some(hex_text(address).to_ascii_lowercase()),
        [1, digits @ ..] => Some(std::iter::once('+').chain(digits.iter().copied().map(char::from)).collect()),
        _ => None,
    }
}

/// Reads the length of a prefix and the rest of the address behind it (RFC 2874 §3.1).
pub(super) fn parse_a6(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let in_range = |text: &str| number::number(text, 1).filter(|length| *length <= 128);
    let length = input.value("the length of a prefix, from 0 to 128", in_range)? as u8;
    octets.push(length);
    if length < 128 {
        let address = u128::from_be_bytes(input.value("an IPv6 address", ipv6)?);
        let suffix = u128::MAX >> length & address;
        octets.extend_from_slice(&suffix.to_be_bytes()[usize::from(length / 8)..]);
    }
    Ok(())
}

pub(super) fn read_a6(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    let length = reader.u8()?;
    if length > 128 {
        return Err(reader.malformed("a prefix longer than an address"));
    }
    let suffix = reader.take(16 - usize::from(length / 8))?;
    if suffix.first().is_some_and(|first| first.leading_zeros() < u32::from(length % 8)) {
        return Err(reader.malformed("an address that goes into its prefix"));
    }
    octets.push(length);
    octets.extend_from_slice(suffix);
    Ok(())
}

/// The length and the address; the blank stays where there is no address, as in BIND.
pub(super) fn a6_text(octets: &[u8]) -> Option<String> {
    let (length, suffix) = octets.split_first()?;
    let mut address = [0; 16];
    address[16usize.checked_sub(suffix.len())?..].copy_from_slice(suffix);
    Some(format!("{length} {}", if suffix.is_empty() { String::new() } else { ipv6_text(address) }))
}

/// Reads what a gateway or relay is: nothing, an address, or a name, as the octet at 1 says (RFC 4025 §2.3, RFC 8777
/// §4.2.3), whose highest bit means something else.
pub(super) fn parse_gateway(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    match gateway(octets) {
        1 => octets.extend(input.value("an IPv4 address", ipv4)?),
        2 => octets.extend(input.value("an IPv6 address", ipv6)?),
        3 => octets.extend(input.name()?.to_wire()),
        _ => input.value("\".\", for none", |text| (text == ".").then_some(()))?,
    }
    Ok(())
}

pub(super) fn read_gateway(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    match gateway(octets) {
        0 => {}
        1 => octets.extend_from_slice(reader.take(4)?),
        2 => octets.extend_from_slice(reader.take(16)?),
        3 => octets.extend(reader.name()?.to_wire()),
        _ => octets.extend_from_slice(reader.take(reader.left())?),
    }
    Ok(())
}

pub(super) fn gateway_text(before: &[u8], octets: &[u8]) -> Option<String> {
    match gateway(before) {
        0 => Some(".".to_owned()),
        1 | 2 => ip_text(octets),
        3 => Reader::alone(octets).name().ok().map(|name| name.to_string()),
        _ => None,
    }
}

/// What kind of gateway the octets before it announce.
pub(super) fn gateway(before: &[u8]) -> u8 {
    before.get(1).map_or(0, |octet| octet & 0x7f)
}

/// Reads all the words left as prefixes like `!1:192.0.2.0/24` (RFC 3123 §5).
pub(super) fn parse_prefixes(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    while input.peek().is_some() {
        let wanted = "a prefix like 1:192.0.2.0/24 or !2:2001:db8::/32";
        let word = input.plain(wanted)?;
        octets.extend(prefix(word.text).ok_or_else(|| bad(word, wanted))?);
    }
    Ok(())
}

pub(super) fn read_prefixes(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    while reader.left() > 0 {
        let (family, length, about) = (reader.u16()?, reader.u8()?, reader.u8()?);
        let address = reader.take(usize::from(about & 0x7f))?;
        let size = address_size(family);
        let legal = size.is_none_or(|size| address.len() <= size && usize::from(length) <= size * 8);
        if !legal || address.last() == Some(&0) {
            return Err(reader.malformed("a prefix that cannot be"));
        }
        octets.extend(family.to_be_bytes());
        octets.extend([length, about]);
        octets.extend_from_slice(address);
    }
    Ok(())
}

/// Prints prefixes, if each is of a known family.
pub(super) fn prefixes_text(mut octets: &[u8]) -> Option<String> {
    let mut words = Vec::new();
    while let [high, low, length, about, rest @ ..] = octets {
        let family = u16::from_be_bytes([*high, *low]);
        let (address, after) = rest.split_at_checked(usize::from(about & 0x7f))?;
        let mut whole = vec![0; address_size(family)?];
        whole.get_mut(..address.len())?.copy_from_slice(address);
        let sign = if about & 0x80 == 0 { "" } else { "!" };
        words.push(format!("{sign}{family}:{}/{length}", ip_text(&whole)?));
        octets = after;
    }
    Some(words.join(" "))
}

fn prefix(text: &str) -> Option<Vec<u8>> {
    let negated = text.strip_prefix('!');
    let (family, rest) = negated.unwrap_or(text).split_once(':')?;
    let (address, length) = rest.rsplit_once('/')?;
    let family = number::number(family, 2)? as u16;
    let mut address = match family {
        1 => ipv4(address)?.to_vec(),
        2 => ipv6(address)?.to_vec(),
        _ => return None,
    };
    let length = number::number(length, 1).filter(|length| *length <= address.len() as u64 * 8)? as u8;
    while address.pop_if(|octet| *octet == 0).is_some() {}
    // At most 16 octets are left.
    let about = address.len() as u8 | if negated.is_some() { 0x80 } else { 0 };
    Some([&family.to_be_bytes()[..], &[length, about], &address].concat())
}

/// How long an address of a family is, where it is known here (IANA's address family numbers).
fn address_size(family: u16) -> Option<usize> {
    match family {
        1 => Some(4),
        2 => Some(16),
        _ => None,
    }
}
