//! The HMAC algorithms of TSIG (RFC 8945 §6) and the MACs they make.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};

use crate::dns::Name;

/// An HMAC that a key can be for. SHA-1 and MD5 are for keys that are still out there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The names say it.
pub enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// Why a word names no algorithm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlgorithmError {
    /// No such algorithm.
    #[error("{0:?} is no algorithm known here (hmac-sha256, -sha384, -sha512, -sha224, -sha1 or -md5)")]
    Unknown(String),
    /// A truncation that RFC 8945 §5.2.2.1 forbids.
    #[error("a MAC of {word:?} cannot be cut to {bits} bits: at least {least} must be left (RFC 8945 5.2.2.1)")]
    TooShort {
        /// The algorithm.
        word: &'static str,
        /// The bits asked for.
        bits: usize,
        /// The fewest allowed.
        least: usize,
    },
    /// A truncation to more than there is.
    #[error("a MAC of {word:?} has no {bits} bits")]
    TooLong {
        /// The algorithm.
        word: &'static str,
        /// The bits asked for.
        bits: usize,
    },
}

impl Algorithm {
    /// All of them, the recommended ones first.
    pub const ALL: [Self; 6] = [Self::Sha256, Self::Sha384, Self::Sha512, Self::Sha224, Self::Sha1, Self::Md5];

    /// Reads an algorithm's name as BIND's key files and `nsupdate -y` have it: in any case, with the final dot of a
    /// domain name or without, and with the number of bits that a MAC may be cut to (`hmac-sha256-128`). Gives the
    /// algorithm and the fewest octets that the MAC of an answer may have.
    ///
    /// # Errors
    /// [`AlgorithmError`].
    pub fn parse(word: &str) -> Result<(Self, usize), AlgorithmError> {
        let lower = word.to_ascii_lowercase();
        let plain = lower.strip_suffix('.').unwrap_or(&lower);
        let plain = if plain == "hmac-md5.sig-alg.reg.int" { "hmac-md5" } else { plain };
        let unknown = || AlgorithmError::Unknown(word.to_owned());
        let whole = Self::ALL.into_iter().find(|algorithm| algorithm.word() == plain);
        if let Some(algorithm) = whole {
            return Ok((algorithm, algorithm.mac_octets()));
        }
        let (stem, bits) = plain.rsplit_once('-').ok_or_else(unknown)?;
        let algorithm = Self::ALL.into_iter().find(|algorithm| algorithm.word() == stem).ok_or_else(unknown)?;
        let bits: usize = bits.parse().map_err(|_| unknown())?;
        let octets = bits.div_ceil(8);
        let (least, word) = (algorithm.least_mac_octets(), algorithm.word());
        match octets {
            _ if octets < least => Err(AlgorithmError::TooShort { word, bits, least: least * 8 }),
            _ if octets > algorithm.mac_octets() => Err(AlgorithmError::TooLong { word, bits }),
            _ => Ok((algorithm, octets)),
        }
    }

    /// The word of key files, `hmac-sha256` and its like.
    pub fn word(self) -> &'static str {
        match self {
            Self::Md5 => "hmac-md5",
            Self::Sha1 => "hmac-sha1",
            Self::Sha224 => "hmac-sha224",
            Self::Sha256 => "hmac-sha256",
            Self::Sha384 => "hmac-sha384",
            Self::Sha512 => "hmac-sha512",
        }
    }

    /// The name that travels in a TSIG (RFC 8945 §6). MD5's is longer than its word.
    pub fn name(self) -> Name {
        let labels: &[&[u8]] = match self {
            Self::Md5 => &[b"hmac-md5", b"sig-alg", b"reg", b"int"],
            _ => &[self.word().as_bytes()],
        };
        Name::from_labels(labels.iter().copied()).unwrap_or_else(|_| Name::root())
    }

    /// How many octets a whole MAC has.
    pub fn mac_octets(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The fewest octets that a MAC may be cut to: ten, or half of it if that is more (RFC 8945 §5.2.2.1).
    pub fn least_mac_octets(self) -> usize {
        (self.mac_octets() / 2).max(10)
    }

    /// Whether new keys should be for another one (RFC 8945 §6, table 3).
    pub fn is_outdated(self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1)
    }

    /// The MAC over `parts`, one after the other.
    pub fn mac(self, secret: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Md5 => mac::<Hmac<md5::Md5>>(secret, parts),
            Self::Sha1 => mac::<Hmac<sha1::Sha1>>(secret, parts),
            Self::Sha224 => mac::<Hmac<sha2::Sha224>>(secret, parts),
            Self::Sha256 => mac::<Hmac<sha2::Sha256>>(secret, parts),
            Self::Sha384 => mac::<Hmac<sha2::Sha384>>(secret, parts),
            Self::Sha512 => mac::<Hmac<sha2::Sha512>>(secret, parts),
        }
    }

    /// Whether `given` is the MAC over `parts`, or its beginning. Takes the same time wherever they differ. The caller
    /// decides how short a MAC may be; an empty one never fits.
    pub fn verify(self, secret: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
        match self {
            Self::Md5 => verify::<Hmac<md5::Md5>>(secret, parts, given),
            Self::Sha1 => verify::<Hmac<sha1::Sha1>>(secret, parts, given),
            Self::Sha224 => verify::<Hmac<sha2::Sha224>>(secret, parts, given),
            Self::Sha256 => verify::<Hmac<sha2::Sha256>>(secret, parts, given),
            Self::Sha384 => verify::<Hmac<sha2::Sha384>>(secret, parts, given),
            Self::Sha512 => verify::<Hmac<sha2::Sha512>>(secret, parts, given),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

fn feed<M: Mac + KeyInit>(secret: &[u8], parts: &[&[u8]]) -> Option<M> {
    let mut state = <M as KeyInit>::new_from_slice(secret).ok()?;
    parts.iter().for_each(|part| state.update(part));
    Some(state)
}

fn mac<M: Mac + KeyInit>(secret: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // An HMAC takes a key of any length, so there is always a state.
    feed::<M>(secret, parts).map(|state| state.finalize().into_bytes().to_vec()).unwrap_or_default()
}

fn verify<M: Mac + KeyInit>(secret: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
    feed::<M>(secret, parts).is_some_and(|state| state.verify_truncated_left(given).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    #[test]
    fn macs_are_those_of_rfc_2202_and_rfc_4231() {
        // RFC 2202 §2 and §3, RFC 4231 §4.3: key "Jefe", data "what do ya want for nothing?".
        let cases = [
            (Algorithm::Md5, "750c783e6ab0b503eaa86e310a5db738"),
            (Algorithm::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (Algorithm::Sha224, "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"),
            (Algorithm::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                Algorithm::Sha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            ),
            (
                Algorithm::Sha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
                 caeab1a34d4a6b4b636e070a38bce737",
            ),
        ];
        for (algorithm, wanted) in cases {
            let parts: [&[u8]; 2] = [b"what do ya want ", b"for nothing?"];
            let made = algorithm.mac(b"Jefe", &parts);
            assert_eq!(hex(&made), wanted, "{algorithm}");
            assert_eq!(made.len(), algorithm.mac_octets());
            assert!(algorithm.verify(b"Jefe", &parts, &made));
            assert!(algorithm.verify(b"Jefe", &parts, &made[..10]));
            assert!(!algorithm.verify(b"jefe", &parts, &made));
            assert!(!algorithm.verify(b"Jefe", &parts, &[]));
            assert!(!algorithm.verify(b"Jefe", &parts, &[&made[..], &[0]].concat()));
        }
    }

    #[test]
    fn macs_of_keys_shorter_and_longer_than_a_block_are_those_of_the_rfcs() {
        // RFC 4231 §4.2 (key 20 × 0b) and §4.7 (key 131 × aa, longer than a block).
        let made = Algorithm::Sha256.mac(&[0x0b; 20], &[b"Hi There"]);
        assert_eq!(hex(&made), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        let made = Algorithm::Sha256.mac(&[0xaa; 131], &[b"Test Using Larger Than Block-Size Key - Hash Key First"]);
        assert_eq!(hex(&made), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
        // RFC 2202 §2 and §3, test case 6: key 80 × aa.
        let text = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(hex(&Algorithm::Md5.mac(&[0xaa; 80], &[text])), "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
        assert_eq!(hex(&Algorithm::Sha1.mac(&[0xaa; 80], &[text])), "aa4ae5e15272d00e95705637ce8a3b55ed402112");
    }

    #[test]
    fn names_are_read_as_key_files_have_them() {
        assert_eq!(Algorithm::parse("HMAC-SHA256"), Ok((Algorithm::Sha256, 32)));
        assert_eq!(Algorithm::parse("hmac-sha512."), Ok((Algorithm::Sha512, 64)));
        assert_eq!(Algorithm::parse("hmac-md5.sig-alg.reg.int."), Ok((Algorithm::Md5, 16)));
        assert_eq!(Algorithm::parse("hmac-sha256-128"), Ok((Algorithm::Sha256, 16)));
        assert_eq!(Algorithm::parse("hmac-md5-80"), Ok((Algorithm::Md5, 10)));
        assert_eq!(Algorithm::parse("hmac-sha1-85"), Ok((Algorithm::Sha1, 11)));
        assert_eq!(Algorithm::Md5.name().to_string(), "hmac-md5.sig-alg.reg.int.");
    }

    #[test]
    fn unknown_names_and_forbidden_truncations_are_refused() {
        for word in ["", "sha256", "hmac-sha3", "hmac-sha256-", "hmac-sha256-x", "hmac-sha256--1"] {
            assert!(matches!(Algorithm::parse(word), Err(AlgorithmError::Unknown(_))), "{word}");
        }
        assert!(matches!(Algorithm::parse("hmac-sha256-120"), Err(AlgorithmError::TooShort { least: 128, .. })));
        assert!(matches!(Algorithm::parse("hmac-md5-72"), Err(AlgorithmError::TooShort { least: 80, .. })));
        assert!(matches!(Algorithm::parse("hmac-sha1-168"), Err(AlgorithmError::TooLong { .. })));
    }
}
