//! What the options want of DNS over TLS, over what the file says.

use std::net::IpAddr;

use crate::dns::{Name, NameError};
use crate::proto::{Identity, Pin, Roots, TlsWanted, Transports};

use super::args::TlsWords;
use super::file::PrimaryConfig;
use super::settings::ConfigError;

/// Whether this program can speak TLS.
pub(super) const IS_BUILT: bool = cfg!(feature = "tls");

/// What is wanted, if the transport that was settled is TLS. An option goes before the file's word of the same name;
/// pins without CAs decide alone.
///
/// # Errors
/// [`ConfigError`] for a text that makes no sense, for options without TLS, and where TLS was not built.
pub(super) fn wanted(
    words: &TlsWords,
    file: Option<&PrimaryConfig>,
    transports: Transports,
) -> Result<Option<TlsWanted>, ConfigError> {
    if let Some(option) = first(words) {
        match transports {
            _ if !IS_BUILT => return Err(ConfigError::NoTls(option)),
            Transports::Tls => {}
            _ => return Err(ConfigError::NotOverTls(option)),
        }
    }
    if transports != Transports::Tls {
        return Ok(None);
    }
    let mut wanted = file.map(|file| file.tls.wanted()).unwrap_or_default();
    let pins: Result<Vec<Pin>, ConfigError> =
        words.tls_pin.iter().map(|text| text.parse().map_err(|why| ConfigError::TlsPin(text.clone(), why))).collect();
    match (&pins?[..], &words.tls_ca[..]) {
        ([], []) => {}
        (pins, []) => {
            wanted.pins = pins.to_vec();
            if wanted.roots == Roots::System {
                wanted.roots = Roots::Nobody;
            }
        }
        (pins, files) => {
            wanted.roots = Roots::Files(files.to_vec());
            if !pins.is_empty() {
                wanted.pins = pins.to_vec();
            }
        }
    }
    if let Some(text) = &words.tls_hostname {
        let name = host_name(text).map_err(|why| ConfigError::TlsHostName(text.clone(), why))?;
        wanted.host_name = Some(name);
    }
    if let (Some(certificate), Some(key)) = (&words.tls_cert, &words.tls_key) {
        let (certificate, key) = (certificate.clone(), key.clone());
        wanted.identity = Some(Identity { certificate, key });
    }
    Ok(Some(wanted))
}

/// A name or an address that a certificate can be for.
pub(super) fn host_name(text: &str) -> Result<String, NameError> {
    if text.parse::<IpAddr>().is_err() {
        Name::parse(text)?;
    }
    Ok(text.to_owned())
}

/// The first option of TLS that was given.
fn first(words: &TlsWords) -> Option<&'static str> {
    let TlsWords { tls, tls_ca, tls_hostname, tls_pin, tls_cert, tls_key } = words;
    let given = [
        (*tls, "--tls"),
        (!tls_ca.is_empty(), "--tls-ca"),
        (tls_hostname.is_some(), "--tls-hostname"),
        (!tls_pin.is_empty(), "--tls-pin"),
        (tls_cert.is_some(), "--tls-cert"),
        (tls_key.is_some(), "--tls-key"),
    ];
    given.into_iter().find_map(|(is_given, option)| is_given.then_some(option))
}
