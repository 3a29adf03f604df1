//! The parameters of SVCB and HTTPS (RFC 9460 §2), a list of keys with values.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::dns::{Malformed, Reader, Word, escape};

use super::address::{ip_text, ipv4, ipv6};
use super::input::{Input, bad, unescape};
use super::octets::base64_text;
use super::string::quoted;
use super::text::RdataError;
use super::{number, template};

/// What a key's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    /// Keys that a client must understand, in ascending order (RFC 9460 §8).
    Keys,
    /// Strings of 1 to 255 octets (RFC 9460 §7.1).
    Strings,
    /// As strings, but there may be none.
    Segments,
    /// Nothing.
    Nothing,
    /// A number of two octets.
    Port,
    /// Addresses.
    Ipv4,
    /// Addresses.
    Ipv6,
    /// Octets in base64.
    Base64,
    /// A URI template with the variable `dns` (RFC 9461 §5).
    Template,
    /// Numbers of two octets, each once.
    Numbers,
    /// Octets that nobody here knows the meaning of.
    Unknown,
}

/// The keys: mnemonic, number, value, and whether the mnemonic is printed. The later ones are printed as `keyNNN`,
/// which every reader of RFC 9460 understands, and BIND 9.18 knows nothing else.
const KEYS: &[(&str, u16, Value, bool)] = &[
    ("mandatory", 0, Value::Keys, true),                // RFC 9460 §8
    ("alpn", 1, Value::Strings, true),                  // RFC 9460 §7.1
    ("no-default-alpn", 2, Value::Nothing, true),       // RFC 9460 §7.1
    ("port", 3, Value::Port, true),                     // RFC 9460 §7.2
    ("ipv4hint", 4, Value::Ipv4, true),                 // RFC 9460 §7.3
    ("ech", 5, Value::Base64, true),                    // RFC 9848 §3
    ("ipv6hint", 6, Value::Ipv6, true),                 // RFC 9460 §7.3
    ("dohpath", 7, Value::Template, false),             // RFC 9461 §5
    ("ohttp", 8, Value::Nothing, false),                // RFC 9540 §4
    ("tls-supported-groups", 9, Value::Numbers, false), // draft-ietf-tls-key-share-prediction
    ("docpath", 10, Value::Segments, false),            // RFC 9953 §3
];

/// Reads all the words left as parameters, in any order.
pub(super) fn parse(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let mut parameters: Vec<(u16, Vec<u8>, Word<'_>)> = Vec::new();
    while input.peek().is_some() {
        let word = input.plain(PARAMETER)?;
        let (name, mut text) = word.text.split_once('=').map_or((word.text, None), |(name, text)| (name, Some(text)));
        // A value in quotes stands directly behind the sign.
        let end = word.column + word.text.len();
        if text == Some("") && input.peek().is_some_and(|next| next.quoted && next.column == end) {
            text = Some(input.word(PARAMETER)?.text);
        } else if let Some(inner) = text.and_then(|text| text.strip_prefix('"')?.strip_suffix('"')) {
            text = Some(inner);
        }
        let (key, is_number) = key(name).ok_or_else(|| bad(word, PARAMETER))?;
        let text = Word { text: text.unwrap_or_default(), ..word };
        let kind = kind(key);
        let value = if is_number { unescape(text).map(Some) } else { value(kind, text) };
        let refused = || bad(word, wanted(kind));
        let value = value?.filter(|value| is_legal(kind, value) && u16::try_from(value.len()).is_ok());
        let value = value.ok_or_else(refused)?;
        if parameters.iter().any(|(known, ..)| *known == key) {
            return Err(bad(word, "allowed here: its key is there already"));
        }
        parameters.push((key, value, word));
    }
    parameters.sort_unstable_by_key(|(key, ..)| *key);
    let keys: Vec<u16> = parameters.iter().map(|(key, ..)| *key).collect();
    for (key, value, word) in &parameters {
        if !is_at_home(*key, value, &keys) {
            return Err(bad(*word, "allowed here: a key that it needs is missing"));
        }
        octets.extend(key.to_be_bytes());
        number::push(value.len() as u64, 2, octets);
        octets.extend_from_slice(value);
    }
    Ok(())
}

/// Reads parameters in ascending order to the end.
pub(super) fn read(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    let mut parameters: Vec<(u16, &[u8])> = Vec::new();
    while reader.left() > 0 {
        let (key, length) = (reader.u16()?, reader.u16()?);
        let value = reader.take(length.into())?;
        let in_order = parameters.last().is_none_or(|(last, _)| *last < key);
        if !in_order || !is_legal(kind(key), value) {
            return Err(reader.malformed("a parameter that cannot be"));
        }
        parameters.push((key, value));
        octets.extend(key.to_be_bytes());
        octets.extend(length.to_be_bytes());
        octets.extend_from_slice(value);
    }
    let keys: Vec<u16> = parameters.iter().map(|(key, _)| *key).collect();
    match parameters.iter().all(|(key, value)| is_at_home(*key, value, &keys)) {
        true => Ok(()),
        false => Err(reader.malformed("a parameter without one that it needs")),
    }
}

pub(super) fn print(mut octets: &[u8]) -> Option<String> {
    let mut words = Vec::new();
    while let [high, low, long, short, rest @ ..] = octets {
        let key = u16::from_be_bytes([*high, *low]);
        let (value, after) = rest.split_at_checked(u16::from_be_bytes([*long, *short]).into())?;
        let name = key_text(key);
        words.push(if value.is_empty() { name } else { format!("{name}={}", value_text(key, value)?) });
        octets = after;
    }
    Some(words.join(" "))
}

const PARAMETER: &str = "a parameter like port=443 or key667=\"abc\"";

/// The key that a word names, and whether it does so by number.
fn key(name: &str) -> Option<(u16, bool)> {
    if let Some((_, key, ..)) = KEYS.iter().find(|(mnemonic, ..)| *mnemonic == name) {
        return Some((*key, false));
    }
    let digits = name.strip_prefix("key")?;
    let plain = digits == "0" || !digits.starts_with('0');
    number::number(digits, 2).filter(|_| plain).map(|key| (key as u16, true))
}

fn key_text(key: u16) -> String {
    let known = KEYS.iter().find(|(_, number, _, shown)| *number == key && *shown);
    known.map_or_else(|| format!("key{key}"), |(mnemonic, ..)| (*mnemonic).to_owned())
}

fn kind(key: u16) -> Value {
    KEYS.iter().find(|(_, number, ..)| *number == key).map_or(Value::Unknown, |(_, _, value, _)| *value)
}

/// The octets of a value from its text; `None` where it is none of its kind.
fn value(kind: Value, word: Word<'_>) -> Result<Option<Vec<u8>>, RdataError> {
    let text = word.text;
    let list = || text.split(',');
    Ok(match kind {
        Value::Strings | Value::Segments => strings(&unescape(word)?),
        Value::Template | Value::Unknown => Some(unescape(word)?),
        Value::Nothing => text.is_empty().then(Vec::new),
        Value::Port => number::number(text, 2).map(|port| (port as u16).to_be_bytes().to_vec()),
        Value::Ipv4 => flat(list().map(ipv4)),
        Value::Ipv6 => flat(list().map(ipv6)),
        Value::Base64 => STANDARD.decode(text.split([' ', '\t']).collect::<String>()).ok(),
        Value::Keys => {
            let keys = list().map(|text| key(&text.to_ascii_lowercase()).map(|(key, _)| key));
            let mut keys: Vec<u16> = match keys.collect() {
                Some(keys) => keys,
                None => return Ok(None),
            };
            keys.sort_unstable();
            Some(keys.into_iter().flat_map(u16::to_be_bytes).collect())
        }
        Value::Numbers => {
            let numbers: Option<Vec<u64>> = list().map(|text| number::number(text, 2)).collect();
            let once = |numbers: &Vec<u64>| (1..numbers.len()).all(|at| !numbers[..at].contains(&numbers[at]));
            flat(numbers.filter(once).unwrap_or_default().iter().map(|number| Some((*number as u16).to_be_bytes())))
                .filter(|octets| !octets.is_empty())
        }
    })
}

/// Whether octets are a value of this kind. What BIND 9.18 does not know is not looked into.
fn is_legal(kind: Value, value: &[u8]) -> bool {
    let numbers = || value.chunks(2).map(number::from_octets);
    match kind {
        Value::Keys => whole(value, 2) && value[..2] != [0, 0] && numbers().is_sorted_by(|left, right| left < right),
        Value::Strings => !value.is_empty() && is_strings(value),
        Value::Nothing => value.is_empty(),
        Value::Port => value.len() == 2,
        Value::Ipv4 => whole(value, 4),
        Value::Ipv6 => whole(value, 16),
        Value::Template => template::is_dns_path(value),
        Value::Base64 | Value::Segments | Value::Numbers | Value::Unknown => true,
    }
}

/// Whether the parameters with `keys` hold what this one needs: `mandatory` the keys that it lists, `no-default-alpn`
/// the `alpn` that it is about.
fn is_at_home(key: u16, value: &[u8], keys: &[u16]) -> bool {
    match key {
        0 => value.chunks(2).all(|wanted| keys.iter().any(|key| u64::from(*key) == number::from_octets(wanted))),
        2 => keys.contains(&1),
        _ => true,
    }
}

fn value_text(key: u16, value: &[u8]) -> Option<String> {
    let known = key_text(key) != format!("key{key}");
    let list = |size: usize, text: fn(&[u8]) -> Option<String>| {
        value.chunks(size).map(text).collect::<Option<Vec<_>>>().map(|words| words.join(","))
    };
    match kind(key) {
        _ if !known => Some(quoted(value)),
        Value::Keys => list(2, |key| Some(key_text(number::from_octets(key) as u16))),
        Value::Strings => strings_text(value),
        Value::Port => Some(number::from_octets(value).to_string()),
        Value::Ipv4 => list(4, ip_text),
        Value::Ipv6 => list(16, ip_text),
        Value::Base64 => Some(base64_text(value)),
        _ => Some(quoted(value)),
    }
}

/// What a value must be, for an error message.
fn wanted(kind: Value) -> &'static str {
    match kind {
        Value::Keys => "a list of keys, each once, like alpn,port",
        Value::Strings | Value::Segments => "a list of strings of 1 to 255 octets, like h2,h3",
        Value::Nothing => "right: this key has no value",
        Value::Port => "a port from 0 to 65535",
        Value::Ipv4 => "a list of IPv4 addresses",
        Value::Ipv6 => "a list of IPv6 addresses",
        Value::Base64 => "octets in base64",
        Value::Template => "a path with the variable dns, like /dns-query{?dns}",
        Value::Numbers => "a list of numbers from 0 to 65535, each once",
        Value::Unknown => "a value of at most 65535 octets",
    }
}

/// Strings with commas between them; a backslash takes its meaning from the comma, or from another backslash, once the
/// escapes of the whole text have been read (RFC 9460 appendix A.1).
fn strings(text: &[u8]) -> Option<Vec<u8>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let mut all = vec![Vec::new()];
    let mut octets = text.iter();
    while let Some(octet) = octets.next() {
        match octet {
            b',' => all.push(Vec::new()),
            b'\\' => all.last_mut()?.push(*octets.next()?),
            _ => all.last_mut()?.push(*octet),
        }
    }
    let with_length = |string: Vec<u8>| {
        let length = u8::try_from(string.len()).ok().filter(|length| *length > 0)?;
        Some([vec![length], string].concat())
    };
    all.into_iter().map(with_length).collect::<Option<Vec<_>>>().map(|all| all.concat())
}

/// Whether the octets are whole strings, none of them empty.
fn is_strings(mut octets: &[u8]) -> bool {
    while let Some((&length, rest)) = octets.split_first() {
        match rest.get(usize::from(length)..) {
            Some(after) if length > 0 => octets = after,
            _ => return false,
        }
    }
    true
}

fn strings_text(mut octets: &[u8]) -> Option<String> {
    let mut words = Vec::new();
    while let Some((&length, rest)) = octets.split_first() {
        let (string, after) = rest.split_at_checked(length.into())?;
        let octet = |octet: &u8| match octet {
            b'"' => "\\\"".to_owned(),
            b',' => "\\\\,".to_owned(),
            b'\\' => "\\\\\\\\".to_owned(),
            b'!'..=b'~' => char::from(*octet).to_string(),
            _ => escape::decimal(*octet),
        };
        words.push(string.iter().map(octet).collect::<String>());
        octets = after;
    }
    Some(format!("\"{}\"", words.join(",")))
}

/// Whether there are items of `size` octets, one at least.
fn whole(value: &[u8], size: usize) -> bool {
    !value.is_empty() && value.len().is_multiple_of(size)
}

/// The items one behind the other, if each is one.
fn flat<const N: usize>(items: impl Iterator<Item = Option<[u8; N]>>) -> Option<Vec<u8>> {
    items.collect::<Option<Vec<_>>>().map(|items| items.concat())
}
