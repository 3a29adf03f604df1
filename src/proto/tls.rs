//! What somebody wants of DNS over TLS (RFC 7858, RFC 8310): whom to trust, under which name, and as whom to go. Plain
//! words; `net` reads the files.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How a server proves itself, and we to it. The default is RFC 8310's strict profile with the system's CAs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsWanted {
    /// Who may have signed the server's certificate.
    pub roots: Roots,
    /// The name or address that the certificate must be for, instead of the one that the server was given by.
    pub host_name: Option<String>,
    /// The name that the server is told beforehand (SNI), where it is another than that.
    pub server_name_indication: Option<String>,
    /// Keys of which one must be the server's, or that of one of its issuers that it sends along. Beside roots both
    /// must hold; without roots the pin alone decides (RFC 7858 §4.2), and neither name nor dates matter.
    pub pins: Vec<Pin>,
    /// The certificate that we show where the server asks for one.
    pub identity: Option<Identity>,
}

/// Who may have signed the server's certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Roots {
    /// The CAs of the system.
    #[default]
    System,
    /// The CAs of these PEM files only, or the server's own certificate.
    Files(Vec<PathBuf>),
    /// Nobody need have: without pins this is RFC 7858's opportunistic profile, which keeps off listeners and nobody
    /// else.
    Nobody,
}

/// A client certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The PEM file of the certificate and those between it and its CA, its own first.
    pub certificate: PathBuf,
    /// The PEM file of its private key.
    pub key: PathBuf,
}

/// The SHA-256 digest of a SubjectPublicKeyInfo, which outlives certificates (RFC 7858 §4.2, RFC 7469 §2.4).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pin([u8; 32]);

/// Why a text is no pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pin is the SHA-256 of a public key in base64: 44 letters with a = at the end")]
pub struct PinError;

impl Pin {
    /// The pin with this digest.
    pub fn of(digest: [u8; 32]) -> Self {
        Self(digest)
    }
}

impl FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        let octets = STANDARD.decode(text).map_err(|_| PinError)?;
        octets.try_into().map(Self).map_err(|_| PinError)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_as_it_is_shown_and_nothing_else_is_one() {
        let text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let pin: Pin = text.parse().unwrap();
        assert_eq!(pin, Pin::of(std::array::from_fn(|at| at as u8)));
        assert_eq!(pin.to_string(), text);
        let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        for text in ["", "AAEC", hex, &text[1..], &text[..43], &format!("{text}A"), &format!(" {text}"), "ä"] {
            assert_eq!(text.parse::<Pin>(), Err(PinError), "{text}");
        }
    }
}
