//! The `key` command. No fault of it repeats a word that may be the secret, and none has a column to show.

use crate::dns::Name;
use crate::proto::{Algorithm, Key, Secret};

use super::defaults::{Defaults, escape_octets};
use super::line::Line;
use super::wrong::{At, Wrong};

/// `key [ALGORITHM:]NAME SECRET`, where blanks within the secret count for nothing. nsup takes
/// `key [ALGORITHM:]NAME:SECRET` too. Without an algorithm it is hmac-md5 to nsupdate and hmac-sha256 to nsup.
pub(super) fn key(line: &mut Line<'_>, defaults: &Defaults) -> Result<Key, At> {
    let word = line.word().ok_or(Wrong::NoKeyName.unshown())?;
    let rest = line.rest();
    if !defaults.own() {
        return stock(word.text, rest.text).map_err(Wrong::unshown);
    }
    let (start, secret) = match rest.text.trim_end() {
        "" => word.text.rsplit_once(':').filter(|(_, last)| !last.is_empty()).ok_or(Wrong::NoSecret.unshown())?,
        secret => (word.text, secret),
    };
    own(start, secret).map_err(Wrong::unshown)
}

/// `[ALGORITHM:]NAME:SECRET` in one word or in two, as knsupdate has it; `None` where it is none.
pub(super) fn knot(text: &str) -> Option<Key> {
    let text = text.trim_matches([' ', '\t']);
    let joined = match text.split_once([' ', '\t']) {
        Some((start, secret)) => zeroize::Zeroizing::new(format!("{start}:{}", secret.trim_start_matches([' ', '\t']))),
        None => zeroize::Zeroizing::new(text.to_owned()),
    };
    if joined.contains([' ', '\t']) {
        return None;
    }
    let parts: Vec<&str> = joined.split(':').collect();
    let (algorithm, name, secret) = match parts.as_slice() {
        [name, secret] => (Algorithm::Sha256, *name, *secret),
        [algorithm, name, secret] => (by_word(algorithm)?, *name, *secret),
        _ => return None,
    };
    let name = Name::parse(&escape_octets(name)).ok()?;
    Some(Key::new(&name, algorithm, algorithm.mac_octets(), Secret::from_base64(secret).ok()?))
}

fn stock(start: &str, secret: &str) -> Result<Key, Wrong> {
    let (algorithm, octets, name) = match start.split_once(':') {
        Some((algorithm, name)) => {
            let (algorithm, octets) = truncated(algorithm)?;
            (algorithm, octets, name)
        }
        None => (Algorithm::Md5, Algorithm::Md5.mac_octets(), start),
    };
    let parsed = Name::parse_within(&escape_octets(name), &Name::root()).map_err(Wrong::KeyName)?;
    if secret.is_empty() {
        return Err(Wrong::NoSecret);
    }
    let secret = Secret::from_base64(secret).map_err(|_| Wrong::Secret(told(name)))?;
    Ok(Key::new(&parsed, algorithm, octets, secret))
}

fn own(start: &str, secret: &str) -> Result<Key, Wrong> {
    let (algorithm, octets, name) = match start.split_once(':') {
        Some((algorithm, name)) => {
            let (algorithm, octets) = Algorithm::parse(algorithm).map_err(Wrong::Algorithm)?;
            (algorithm, octets, name)
        }
        None => (Algorithm::Sha256, Algorithm::Sha256.mac_octets(), start),
    };
    let parsed = Name::parse(name).map_err(Wrong::KeyName)?;
    let secret = Secret::from_base64(secret).map_err(|_| Wrong::Secret(told(name)))?;
    Ok(Key::new(&parsed, algorithm, octets, secret))
}

/// The word of an algorithm, with the bits that a MAC may be cut to if any are said; 0 bits are all.
fn truncated(word: &str) -> Result<(Algorithm, usize), Wrong> {
    if let Some(algorithm) = by_word(word) {
        return Ok((algorithm, algorithm.mac_octets()));
    }
    let unknown = || Wrong::KeyType(told(word));
    let (stem, bits) = word.rsplit_once('-').ok_or_else(unknown)?;
    let algorithm = by_word(stem).ok_or_else(unknown)?;
    let most = algorithm.mac_octets() * 8;
    let digits = !bits.is_empty() && bits.bytes().all(|octet| octet.is_ascii_digit());
    let bits: usize = bits.parse().ok().filter(|bits| digits && *bits <= most).ok_or(Wrong::KeyBits(most))?;
    Ok((algorithm, if bits == 0 { algorithm.mac_octets() } else { bits.div_ceil(8) }))
}

/// A word in its message, unless it may be the secret in a wrong place: base64 has neither dot nor hyphen.
fn told(word: &str) -> String {
    let is_shown = word.len() < 8 || word.contains(['.', '-']);
    if is_shown { word } else { "(not shown: it may be the secret)" }.to_owned()
}

fn by_word(word: &str) -> Option<Algorithm> {
    Algorithm::ALL.into_iter().find(|algorithm| algorithm.word().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, Session};

    #[test]
    fn a_secret_in_a_wrong_place_is_not_repeated() {
        let secret = "VG9wU2VjcmV0VG9wU2VjcmV0";
        for line in ["key S k", "key S:k", "key S:k x", "key S:hmac-md5 x", "key S:k:x", "key hmac-sha256:S k", "key S"]
        {
            for dialect in [Dialect::Nsup, Dialect::Nsupdate, Dialect::Knsupdate] {
                let fault = Session::new(dialect, None).line(&line.replace('S', secret)).unwrap_err();
                assert!(!format!("{fault:?}").contains(secret), "{dialect:?}: {line}: {fault:?}");
            }
        }
    }
}
