//! The OPT record (RFC 6891) as BIND prints it: a line for the fields, a line for each option.

use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::dns::{Malformed, Message, Reader, RecordAt, steers};
use crate::proto::ExtendedCode;

/// The pseudosection's lines.
pub(super) fn pseudosection(message: &Message<'_>, opt: &RecordAt) -> String {
    let version = opt.ttl >> 16 & 0xff;
    let mut text = format!(";; OPT PSEUDOSECTION:\n; EDNS: version: {version}, flags:");
    for (bit, name) in [(0x8000, " do"), (0x4000, " co")] {
        if opt.ttl & bit != 0 {
            text.push_str(name);
        }
    }
    text.push(';');
    let zero = opt.ttl & 0x3fff;
    if zero != 0 {
        // Writing into a String cannot fail.
        let _ = write!(text, " MBZ: {zero:#06x},");
    }
    let _ = writeln!(text, " udp: {}", opt.class.0);
    let mut reader = message.rdata_reader(opt);
    while let Ok((code, octets)) = option(&mut reader) {
        let _ = writeln!(text, "; {}", option_text(code, octets));
    }
    text
}

fn option<'m>(reader: &mut Reader<'m>) -> Result<(u16, &'m [u8]), Malformed> {
    let code = reader.u16()?;
    let length = reader.u16()?;
    Ok((code, reader.take(length.into())?))
}

/// One option; octets that are not what their option demands are shown as those of an unknown one.
fn option_text(code: u16, octets: &[u8]) -> String {
    let text = match code {
        1 => long_lived_query(octets),
        8 => client_subnet(octets),
        9 => expire(octets),
        10 => Some(format!("COOKIE: {}", hex(octets, ""))),
        11 => keepalive(octets),
        12 if octets.is_empty() => Some("PAD:".to_owned()),
        12 => Some(format!("PAD: ({} bytes)", octets.len())),
        14 => key_tags(octets),
        15 => extended_error(octets),
        16 => number(octets).map(|tag| format!("CLIENT-TAG: {tag}")),
        17 => number(octets).map(|tag| format!("SERVER-TAG: {tag}")),
        _ => None,
    };
    let name = || if code == 3 { "NSID".to_owned() } else { format!("OPT={code}") };
    text.unwrap_or_else(|| format!("{}:{}", name(), plain(octets)))
}

/// Octets in hex and as text; nothing for none.
fn plain(octets: &[u8]) -> String {
    let character = |octet: &u8| if matches!(octet, b' '..=b'~') { char::from(*octet) } else { '.' };
    let text: String = octets.iter().map(character).collect();
    if octets.is_empty() { text } else { format!(" {} (\"{text}\")", hex(octets, " ")) }
}

fn hex(octets: &[u8], between: &str) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(between)
}

/// RFC 8764 §3.2.
fn long_lived_query(octets: &[u8]) -> Option<String> {
    let mut reader = Reader::alone(octets);
    let [version, opcode, error] = [reader.u16().ok()?, reader.u16().ok()?, reader.u16().ok()?];
    let identifier = u64::from(reader.u32().ok()?) << 32 | u64::from(reader.u32().ok()?);
    let lifetime = reader.u32().ok()?;
    let fields = format!("Version: {version}, Opcode: {opcode}, Error: {error}");
    Some(format!("LLQ: {fields}, Identifier: {identifier}, Lifetime: {lifetime}"))
}

/// RFC 7871 §6: an address cut to the prefix's octets.
fn client_subnet(octets: &[u8]) -> Option<String> {
    let [family_high, family_low, source, scope, address @ ..] = octets else { return None };
    let address = match [*family_high, *family_low] {
        [0, 0] if address.is_empty() => "0".to_owned(),
        [0, 1] => Ipv4Addr::from(filled::<4>(address)?).to_string(),
        [0, 2] => Ipv6Addr::from(filled::<16>(address)?).to_string(),
        _ => return None,
    };
    Some(format!("CLIENT-SUBNET: {address}/{source}/{scope}"))
}

fn filled<const N: usize>(octets: &[u8]) -> Option<[u8; N]> {
    let mut address = [0; N];
    address.get_mut(..octets.len())?.copy_from_slice(octets);
    Some(address)
}

/// RFC 7314: seconds, and what they are in words.
fn expire(octets: &[u8]) -> Option<String> {
    if octets.is_empty() {
        return Some("EXPIRE:".to_owned());
    }
    let seconds = u32::from_be_bytes(octets.try_into().ok()?);
    let mut left = seconds;
    let mut words = Vec::new();
    for (unit, name) in [(604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")] {
        let count = left / unit;
        left %= unit;
        if count > 0 || (unit == 1 && words.is_empty()) {
            words.push(format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    }
    Some(format!("EXPIRE: {seconds} ({})", words.join(" ")))
}

/// RFC 7828 §3.1: tenths of a second.
fn keepalive(octets: &[u8]) -> Option<String> {
    if octets.is_empty() {
        return Some("TCP KEEPALIVE:".to_owned());
    }
    let tenths = number(octets)?;
    Some(format!("TCP KEEPALIVE: {}.{} secs", tenths / 10, tenths % 10))
}

/// RFC 8145 §4.1.
fn key_tags(octets: &[u8]) -> Option<String> {
    let tags: Option<Vec<String>> = octets.chunks(2).map(|tag| number(tag).map(|tag| tag.to_string())).collect();
    Some(format!("KEY-TAG: {}", tags.filter(|tags| !tags.is_empty())?.join(", ")))
}

/// RFC 8914 §2. The text is somebody else's, so nothing of it reaches a terminal as a command.
fn extended_error(octets: &[u8]) -> Option<String> {
    let code = number(octets.get(..2)?)?;
    let extra = str::from_utf8(&octets[2..]).ok()?;
    let mut text = format!("EDE: {code}");
    if let Some(meaning) = ExtendedCode(code).name() {
        let _ = write!(text, " ({meaning})");
    }
    if !extra.is_empty() {
        let printable: String = extra.chars().map(|c| if steers(c) { '.' } else { c }).collect();
        let _ = write!(text, ": ({printable})");
    }
    Some(text)
}

fn number(octets: &[u8]) -> Option<u16> {
    octets.try_into().ok().map(u16::from_be_bytes)
}
