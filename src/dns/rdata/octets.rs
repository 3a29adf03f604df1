//! Fields of octets: hex, base64 and base32, digests, keys, salts and hashes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::dns::{Malformed, Reader, Word};

use super::input::{Input, bad};
use super::number;
use super::text::RdataError;

/// The types of digests that a record may hold.
#[derive(Debug, PartialEq, Eq)]
pub struct Digests {
    /// Mnemonic, number, and the digest's length in octets, 0 where any is right.
    list: &'static [(&'static str, u8, usize)],
    /// The shortest digest of another type.
    least: usize,
}

/// The digests of DS (RFC 4034, RFC 4509, RFC 5933, RFC 6605).
pub(super) const DS: Digests = Digests {
    list: &[
        ("SHA-1", 1, 20),
        ("SHA1", 1, 20),
        ("SHA-256", 2, 32),
        ("SHA256", 2, 32),
        ("GOST", 3, 0),
        ("SHA-384", 4, 48),
        ("SHA384", 4, 48),
    ],
    least: 1,
};

/// The digests of SSHFP (RFC 4255, RFC 6594), which have no mnemonics.
pub(super) const SSH: Digests = Digests { list: &[("", 1, 20), ("", 2, 32)], least: 0 };

/// The digests of ZONEMD (RFC 8976 §2.2.3, §2.2.4), without mnemonics in text.
pub(super) const ZONE: Digests = Digests { list: &[("", 1, 48), ("", 2, 64)], least: 12 };

impl Digests {
    pub(super) fn parse(&self, input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
        let wanted = "the type of a digest";
        let word = input.plain(wanted)?;
        let mut known = self.list.iter().filter(|(mnemonic, ..)| !mnemonic.is_empty());
        let known = known.find(|(mnemonic, ..)| mnemonic.eq_ignore_ascii_case(word.text));
        let kind = known.map(|(_, kind, _)| u64::from(*kind)).or_else(|| number::number(word.text, 1));
        let start = octets.len();
        number::push(kind.ok_or_else(|| bad(word, wanted))?, 1, octets);
        if self.least > 0 || input.peek().is_some() || self.wrong_length(&octets[start..]).is_some() {
            hex(input, octets)?;
        }
        match self.wrong_length(&octets[start..]) {
            Some(length) => Err(RdataError::DigestLength { column: word.column, octets: length }),
            None => Ok(()),
        }
    }

    pub(super) fn read(&self, reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
        let digest = reader.take(reader.left().max(1 + self.least.min(1)))?;
        octets.extend_from_slice(digest);
        match self.wrong_length(digest) {
            Some(_) => Err(reader.malformed("a digest of the wrong length")),
            None => Ok(()),
        }
    }

    pub(super) fn print(octets: &[u8]) -> Option<String> {
        let (kind, digest) = octets.split_first()?;
        Some(format!("{kind} {}", hex_words(digest)).trim_end().to_owned())
    }

    /// The length that a digest should have, where it has another; the first of `octets` is its type.
    fn wrong_length(&self, octets: &[u8]) -> Option<usize> {
        let (kind, digest) = octets.split_first()?;
        let length = self.list.iter().find(|(_, number, _)| number == kind).map_or(0, |(.., length)| *length);
        if length == 0 {
            return (digest.len() < self.least).then_some(self.least);
        }
        (digest.len() != length).then_some(length)
    }
}

/// Reads all the words left as hex; they may be broken anywhere.
pub(super) fn hex(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let wanted = "octets in hex";
    let words = input.rest();
    let first = words.first().ok_or(RdataError::Missing { what: wanted })?;
    if let Some(quoted) = words.iter().find(|word| word.quoted) {
        return Err(bad(*quoted, wanted));
    }
    let mut high = None;
    for word in words {
        for digit in word.text.chars() {
            let value = digit.to_digit(16).ok_or_else(|| bad(*word, wanted))?;
            // A hex digit is below 16.
            match high.take() {
                Some(upper) => octets.push((upper << 4 | value) as u8),
                None => high = Some(value),
            }
        }
    }
    let text: String = words.iter().map(|word| word.text).collect();
    if high.is_some() || text.is_empty() {
        return Err(RdataError::Bad { word: text, column: first.column, wanted: "whole octets in hex" });
    }
    Ok(())
}

/// Octets as hex in capitals.
pub(super) fn hex_text(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

/// Octets as hex in capitals, broken into words where BIND breaks them.
pub(super) fn hex_words(octets: &[u8]) -> String {
    octets.chunks(28).map(hex_text).collect::<Vec<_>>().join(" ")
}

/// Reads all the words left as base64, which may be broken anywhere.
pub(super) fn base64(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let words = input.rest();
    let first = words.first().ok_or(RdataError::Missing { what: BASE64 })?;
    octets.extend(decode(words).ok_or_else(|| bad(*first, BASE64))?);
    Ok(())
}

/// Octets in base64, in one word.
pub(super) fn base64_text(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

/// Octets in base64, broken into words where BIND breaks them.
pub(super) fn base64_words(octets: &[u8]) -> String {
    octets.chunks(42).map(base64_text).collect::<Vec<_>>().join(" ")
}

/// Reads a length in octets and as many octets in base64, which may be broken anywhere (RFC 2930 §2).
pub(super) fn sized(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let length = input.value("a length from 0 to 65535", |text| number::number(text, 2))?;
    number::push(length, 2, octets);
    let mut words = Vec::new();
    let mut left = usize::try_from(length).unwrap_or(usize::MAX).div_ceil(3) * 4;
    while left > 0 {
        let word = input.plain(BASE64)?;
        left = left.saturating_sub(word.text.len());
        words.push(word);
    }
    let Some(first) = words.first() else { return Ok(()) };
    let decoded = decode(&words).filter(|decoded| decoded.len() as u64 == length);
    octets.extend(decoded.ok_or_else(|| bad(*first, "as many octets in base64 as the length says"))?);
    Ok(())
}

pub(super) fn read_sized(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    let length = reader.u16()?;
    octets.extend(length.to_be_bytes());
    octets.extend_from_slice(reader.take(length.into())?);
    Ok(())
}

/// The length and the octets; the blank stays where there are none, as in BIND.
pub(super) fn sized_text(octets: &[u8]) -> Option<String> {
    let (length, octets) = octets.split_at_checked(2)?;
    Some(format!("{} {}", number::from_octets(length), base64_words(octets)))
}

/// Reads the salt of NSEC3 in one word of hex, or `-` for none (RFC 5155 §3.3).
pub(super) fn salt(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let read = |text: &str| if text == "-" { Some(Vec::new()) } else { hex_word(text) };
    with_length(
        input.value("a salt of at most 255 octets in hex, or -", |text| {
            Some(read(text)?).filter(|octets| short(octets))
        })?,
        octets,
    );
    Ok(())
}

pub(super) fn salt_text(octets: &[u8]) -> Option<String> {
    let (_, salt) = octets.split_first()?;
    Some(if salt.is_empty() { "-".to_owned() } else { hex_text(salt) })
}

/// Reads the hash of NSEC3 in one word of base32 without padding (RFC 5155 §3.3); `octets` begins with its algorithm.
pub(super) fn hash(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let algorithm = octets.first().copied();
    let legal = |hash: &Vec<u8>| is_hash(algorithm, hash);
    with_length(input.value("a hash in base32", |text| base32(text).filter(legal))?, octets);
    Ok(())
}

/// Whether a hash has the length of its algorithm, where SHA-1 is the only one (RFC 5155 §11), and fits into a label
/// in base32.
pub(super) fn is_hash(algorithm: Option<u8>, hash: &[u8]) -> bool {
    (1..=39).contains(&hash.len()) && (algorithm != Some(1) || hash.len() == 20)
}

/// Octets in base32 with the extended hex alphabet, without padding (RFC 4648 §7).
pub(super) fn base32_text(octets: &[u8]) -> String {
    let mut text = String::new();
    let (mut bits, mut count) = (0u32, 0);
    for octet in octets {
        bits = bits << 8 | u32::from(*octet);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(char::from(BASE32[(bits >> count & 31) as usize]));
        }
    }
    if count > 0 {
        text.push(char::from(BASE32[(bits << (5 - count) & 31) as usize]));
    }
    text
}

/// Reads algorithm, host identity tag and public key (RFC 8005 §6).
pub(super) fn host_identity(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let algorithm = input.value("an algorithm from 0 to 255", |text| number::number(text, 1))?;
    let tag = input.value("a host identity tag in hex", |text| hex_word(text).filter(|octets| short(octets)))?;
    let fits = |key: &Vec<u8>| !key.is_empty() && key.len() <= usize::from(u16::MAX);
    let key = input.value("a public key in base64, in one word", |text| STANDARD.decode(text).ok().filter(fits))?;
    number::push(tag.len() as u64, 1, octets);
    number::push(algorithm, 1, octets);
    number::push(key.len() as u64, 2, octets);
    octets.extend(tag);
    octets.extend(key);
    Ok(())
}

pub(super) fn read_host_identity(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    let (tag, algorithm, key) = (reader.u8()?, reader.u8()?, reader.u16()?);
    if tag == 0 || key == 0 {
        return Err(reader.malformed("a host identity without a tag or a key"));
    }
    octets.extend([tag, algorithm]);
    octets.extend(key.to_be_bytes());
    octets.extend_from_slice(reader.take(usize::from(tag) + usize::from(key))?);
    Ok(())
}

pub(super) fn host_identity_text(octets: &[u8]) -> Option<String> {
    let (&[tag, algorithm, _, _], rest) = octets.split_first_chunk()?;
    let (tag, key) = rest.split_at_checked(tag.into())?;
    Some(format!("{algorithm} {} {}", hex_text(tag), base64_text(key)))
}

const BASE64: &str = "octets in base64";
const BASE32: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";

/// Whether the octets fit behind a length of one octet.
fn short(octets: &[u8]) -> bool {
    octets.len() <= 255
}

/// Appends a length octet and the octets, at most 255.
fn with_length(field: Vec<u8>, octets: &mut Vec<u8>) {
    number::push(field.len() as u64, 1, octets);
    octets.extend(field);
}

/// One word of hex, two digits an octet, one octet at least.
pub(super) fn hex_word(text: &str) -> Option<Vec<u8>> {
    let pairs = !text.is_empty() && text.len().is_multiple_of(2) && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let octet = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    pairs.then(|| (0..text.len()).step_by(2).map(octet).collect())?
}

/// Words of base64 as if they were one, with nothing behind the padding.
fn decode(words: &[Word<'_>]) -> Option<Vec<u8>> {
    let plain = words.iter().all(|word| !word.quoted);
    let text: String = words.iter().map(|word| word.text).collect();
    STANDARD.decode(text).ok().filter(|octets| plain && !octets.is_empty())
}

fn base32(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for digit in text.bytes() {
        let value = BASE32.iter().position(|known| *known == digit.to_ascii_uppercase())?;
        bits = (bits << 5 | value as u32) & 0xfff;
        count += 5;
        if count >= 8 {
            count -= 8;
            octets.push((bits >> count & 0xff) as u8);
        }
    }
    // No digit may be useless, and the bits that are left over are zeros.
    (count < 5 && bits & ((1 << count) - 1) == 0).then_some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_reads_back_at_every_length() {
        for length in 1..30 {
            let octets: Vec<u8> = (0..length).map(|octet: u8| octet.wrapping_mul(37)).collect();
            assert_eq!(base32(&base32_text(&octets)), Some(octets));
        }
        for text in ["2", "25", "2t", "zz", "24======", "2t7b4g4v2"] {
            assert_eq!(base32(text), None, "{text}");
        }
    }

    #[test]
    fn hex_in_one_word_is_whole_octets() {
        assert_eq!(hex_word("00fF"), Some(vec![0, 255]));
        for text in ["", "0", "0g", "+1", "é0"] {
            assert_eq!(hex_word(text), None, "{text}");
        }
    }
}
