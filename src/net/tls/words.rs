//! What went wrong with TLS, in words for whoever runs a server.

use std::io;
use std::time::{Duration, UNIX_EPOCH};

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, InconsistentKeys, PeerIncompatible};

use super::super::in_words;

/// A handshake that failed.
pub(super) fn of_handshake(error: &io::Error) -> String {
    match of_refusal(error) {
        Some(refused) => refused,
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the server closed the connection during the TLS handshake".to_owned()
        }
        None => of_error(error),
    }
}

/// That the server does not take our certificate, or wants one and gets none.
pub(super) fn of_refusal(error: &io::Error) -> Option<String> {
    let Some(Error::AlertReceived(alert)) = inner(error) else { return None };
    match alert {
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            Some("the server wants a client certificate".to_owned())
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => {
            Some(format!("the server refuses the client's certificate (TLS alert {})", alert_name(*alert)))
        }
        _ => None,
    }
}

/// A server that has gone after it asked for our certificate. Many say nothing, as BIND 9.18.
pub(super) fn of_farewell(error: &io::Error, had_one: bool) -> String {
    let silent = if had_one {
        "the server closed the connection when it had seen the client's certificate"
    } else {
        "the server wants a client certificate"
    };
    match of_refusal(error) {
        Some(refused) => refused,
        None if inner(error).is_none() => silent.to_owned(),
        None => of_error(error),
    }
}

/// Any error of a connection.
pub(super) fn of_error(error: &io::Error) -> String {
    match inner(error) {
        None => in_words(error),
        Some(Error::InvalidCertificate(why)) => format!("the server's certificate {}", of_certificate(why)),
        Some(Error::InvalidMessage(_)) => {
            "what the server says there is not TLS: is that its port for plain DNS?".to_owned()
        }
        Some(Error::AlertReceived(AlertDescription::NoApplicationProtocol)) => {
            "the server speaks TLS there, but not DNS over TLS (no ALPN \"dot\")".to_owned()
        }
        Some(Error::AlertReceived(AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure)) => {
            NOTHING_IN_COMMON.to_owned()
        }
        Some(Error::PeerIncompatible(why)) if is_version(why) => NOTHING_IN_COMMON.to_owned(),
        Some(Error::AlertReceived(alert)) => format!("the server ended TLS (alert {})", alert_name(*alert)),
        Some(other) => format!("TLS failed: {other}"),
    }
}

/// A certificate and a key of ours that do not do.
pub(super) fn of_identity(why: &Error) -> String {
    match why {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => "the key is not that of the certificate".to_owned(),
        Error::InvalidCertificate(why) => format!("the certificate {}", of_certificate(why)),
        Error::General(_) => "the key is of no kind that can be used: RSA, ECDSA (P-256, P-384) or Ed25519".to_owned(),
        other => other.to_string(),
    }
}

const NOTHING_IN_COMMON: &str = "the server has no version of TLS (1.2, 1.3) or no cipher in common with us";

fn of_certificate(why: &CertificateError) -> String {
    match why {
        CertificateError::ExpiredContext { not_after, .. } => format!("expired on {}", day(*not_after)),
        CertificateError::Expired => "has expired".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => format!("is valid from {} on", day(*not_before)),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let names: Vec<&str> = presented.iter().map(|name| bare(name)).collect();
            let names = if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") };
            format!("is not for {}, but for {names}", expected.to_str())
        }
        CertificateError::UnknownIssuer => {
            "is signed by nobody who is trusted: --tls-ca or --tls-pin names whom to trust".to_owned()
        }
        CertificateError::BadSignature => {
            "is not signed by the CA that it names, though one of that name is trusted".to_owned()
        }
        CertificateError::BadEncoding => "cannot be read".to_owned(),
        CertificateError::InvalidPurposeContext { .. } | CertificateError::InvalidPurpose => {
            "is not for servers (extended key usage)".to_owned()
        }
        CertificateError::Other(other) => match other.0.downcast_ref() {
            Some(webpki::Error::CaUsedAsEndEntity) => {
                "is signed by itself, or a CA's, and not among those that are trusted: --tls-ca or --tls-pin names it"
                    .to_owned()
            }
            Some(webpki::Error::UnsupportedCertVersion) => "is of an old kind (X.509 before version 3)".to_owned(),
            _ => match other.0.downcast_ref::<super::verify::NotPinned>() {
                Some(not_pinned) => format!("does not do: {not_pinned}"),
                None => format!("does not do: {other}"),
            },
        },
        other => format!("does not do: {other}"),
    }
}

/// rustls shows names as `DnsName("a.example")`.
fn bare(name: &str) -> &str {
    name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name).trim_matches('"')
}

fn inner(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn is_version(why: &PeerIncompatible) -> bool {
    format!("{why:?}").contains("Version")
}

fn alert_name(alert: AlertDescription) -> String {
    alert.as_str().map_or_else(|| u8::from(alert).to_string(), str::to_owned)
}

fn day(time: UnixTime) -> String {
    // humantime goes to the year 9999, like certificates.
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs())).filter(|_| time.as_secs() < 253_402_300_800);
    time.map_or_else(
        || "a day beyond all calendars".to_owned(),
        |time| humantime::format_rfc3339_seconds(time).to_string(),
    )
}
