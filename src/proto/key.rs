//! A TSIG key: its name, its algorithm, and the secret that nothing prints.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::dns::Name;

use super::Algorithm;

/// What begins the text whose HMAC under a secret is its fingerprint; how many octets the secret has ends it.
const FINGERPRINTED: &str = "nsup key fingerprint";

/// A shared secret. It is wiped when dropped, and no text of it can be had.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// Why a text is no secret. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Not base64 with its padding (RFC 4648 §4).
    #[error("the secret is not base64 (RFC 4648): letters, digits, + and /, padded with = to a multiple of four")]
    NotBase64,
    /// No octets at all.
    #[error("the secret is empty")]
    Empty,
}

/// A key that a server knows by the same name (RFC 8945 §4.2).
#[derive(Clone)]
pub struct Key {
    name: Name,
    algorithm: Algorithm,
    least_mac_octets: usize,
    secret: Secret,
}

impl Secret {
    /// Reads base64; blanks within it are passed over, as BIND does.
    ///
    /// # Errors
    /// [`SecretError`].
    pub fn from_base64(text: &str) -> Result<Self, SecretError> {
        let dense: Zeroizing<Vec<u8>> = Zeroizing::new(text.bytes().filter(|c| !c.is_ascii_whitespace()).collect());
        let octets = Zeroizing::new(STANDARD.decode(&*dense).map_err(|_| SecretError::NotBase64)?);
        if octets.is_empty() { Err(SecretError::Empty) } else { Ok(Self(octets)) }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

impl Key {
    /// Puts a key together. Its name is kept in lower case: PowerDNS refuses any other, and none of them minds.
    ///
    /// `least_mac_octets` is how short the MAC of an answer may be, as [`Algorithm::parse`] gives it. What is sent is
    /// signed in full whatever it says.
    pub fn new(name: &Name, algorithm: Algorithm, least_mac_octets: usize, secret: Secret) -> Self {
        let least_mac_octets = least_mac_octets.clamp(algorithm.least_mac_octets(), algorithm.mac_octets());
        Self { name: name.to_lowercase(), algorithm, least_mac_octets, secret }
    }

    /// The same secret under the same name with another algorithm.
    pub fn with_algorithm(&self, algorithm: Algorithm) -> Self {
        Self::new(&self.name, algorithm, algorithm.mac_octets(), self.secret.clone())
    }

    /// The name, which the server's configuration has too.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// How many octets the MAC of an answer must have at least.
    pub fn least_mac_octets(&self) -> usize {
        self.least_mac_octets
    }

    /// How many octets the secret has.
    pub fn secret_octets(&self) -> usize {
        self.secret.0.len()
    }

    /// Whether the secret is shorter than a MAC, which RFC 8945 §8 advises against.
    pub fn is_short(&self) -> bool {
        self.secret_octets() < self.algorithm.mac_octets()
    }

    /// What tells two secrets apart without telling them: the first eight octets, in hexadecimal digits, of the
    /// HMAC-SHA-256 under the secret of `nsup key fingerprint 32`, where 32 is how many octets the secret has, whatever
    /// the key's algorithm. To HMAC alone a secret is the same with zeros behind it, and a long one the same as its hash
    /// (RFC 2104 §2). No server takes it for a MAC: the text is shorter than whatever a TSIG signs, and so few octets are
    /// no MAC (RFC 8945 §5.2.2.1).
    pub fn fingerprint(&self) -> String {
        let text = format!("{FINGERPRINTED} {}", self.secret_octets());
        let mac = Algorithm::Sha256.mac(&self.secret.0, &[text.as_bytes()]);
        mac.iter().take(8).map(|octet| format!("{octet:02x}")).collect()
    }

    /// The algorithm's word, with the number of bits that a MAC may be cut to, if it may.
    pub fn algorithm_word(&self) -> String {
        match self.least_mac_octets {
            least if least < self.algorithm.mac_octets() => format!("{}-{}", self.algorithm, least * 8),
            _ => self.algorithm.to_string(),
        }
    }

    /// The MAC over `parts`.
    pub fn mac(&self, parts: &[&[u8]]) -> Vec<u8> {
        self.algorithm.mac(&self.secret.0, parts)
    }

    /// Whether `given` is the MAC over `parts` or its beginning, see [`Algorithm::verify`].
    pub fn verify(&self, parts: &[&[u8]], given: &[u8]) -> bool {
        self.algorithm.verify(&self.secret.0, parts, given)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} {})", self.name, self.algorithm)
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn base64_is_read_strictly_but_for_blanks() {
        assert_eq!(*Secret::from_base64("c2 Vj\ncmV0").unwrap().0, b"secret");
        for text in ["YWI", "YWJ=", "c2Vj!", "YWI==", "YW=I", "c2Vjcm\u{fc}V0"] {
            assert_eq!(Secret::from_base64(text).unwrap_err(), SecretError::NotBase64, "{text}");
        }
        assert_eq!(Secret::from_base64("  ").unwrap_err(), SecretError::Empty);
    }

    #[test]
    fn a_fingerprint_is_of_the_secret_whatever_it_is_used_for() {
        // printf 'nsup key fingerprint 6' | openssl dgst -sha256 -hmac secret
        let secret = Secret::from_base64("c2VjcmV0").unwrap();
        let of = |name, algorithm: Algorithm, least| {
            Key::new(&Name::parse(name).unwrap(), algorithm, least, secret.clone()).fingerprint()
        };
        assert_eq!(of("home", Algorithm::Sha256, 32), "f83975d12f4ac3f1");
        assert_eq!(of("other", Algorithm::Sha512, 32), of("home", Algorithm::Md5, 16));
    }

    #[test]
    fn secrets_that_are_one_to_hmac_have_fingerprints_of_their_own() {
        let of = |octets: &[u8]| {
            let secret = Secret::from_base64(&STANDARD.encode(octets)).unwrap();
            let key = Key::new(&Name::parse("home").unwrap(), Algorithm::Sha256, 32, secret);
            (key.fingerprint(), key.mac(&[b"message"]))
        };
        let (long, hash) = ([b'0'; 80], Sha256::digest([b'0'; 80]));
        for (one, other) in [(&b"secret"[..], &b"secret\0"[..]), (&long, &hash)] {
            let ((one, mac), (other, same)) = (of(one), of(other));
            assert_eq!(mac, same);
            assert_ne!(one, other);
        }
    }

    #[test]
    fn nothing_prints_the_secret() {
        let secret = Secret::from_base64("c2VjcmV0").unwrap();
        let key = Key::new(&Name::parse("Home.Example").unwrap(), Algorithm::Sha256, 32, secret.clone());
        assert_eq!(format!("{key:?} {secret:?}"), "Key(home.example. hmac-sha256) Secret(not shown)");
        assert!(key.is_short());
    }
}
