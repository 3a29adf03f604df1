//! From what is wanted to what can connect: files are read and names are settled once, before anything is sent.

use std::path::Path;
use std::sync::Arc;

use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, IpAddr as Ip, ServerName};
use rustls::{ClientConfig, DEFAULT_VERSIONS, RootCertStore};

use crate::dns::Name;
use crate::proto::{Identity, Roots, TlsWanted};

use super::identity::Shown;
use super::verify::{Checks, Verifier};
use super::{TlsError, file};

/// How to be a TLS client: whom to trust, and as whom to go. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tls {
    /// All but the verifier, which is made for each name.
    config: ClientConfig,
    checks: Arc<Checks>,
    host_name: Option<ServerName<'static>>,
    server_name_indication: Option<ServerName<'static>>,
}

impl Tls {
    /// Reads the files that are named, and the system's CAs where these are wanted. Nothing is sent.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn load(wanted: &TlsWanted) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let (roots, named) = roots(&wanted.roots)?;
        let roots = roots.map(|roots| {
            let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
            builder.build().map_err(|why| TlsError::Setup(why.to_string()))
        });
        let algorithms = provider.signature_verification_algorithms;
        let checks = Arc::new(Checks { roots: roots.transpose()?, named, pins: wanted.pins.clone(), algorithms });
        let settled = |text: &Option<String>| text.as_deref().map(|text| server_name(text)).transpose();
        Ok(Self {
            config: config(provider, &checks, wanted.identity.as_ref())?,
            checks,
            host_name: settled(&wanted.host_name)?,
            server_name_indication: settled(&wanted.server_name_indication)?,
        })
    }

    /// The name or address that the certificate of a server must be for, which is known as `host` or by its address.
    pub(super) fn name_of(
        &self,
        host: Option<&str>,
        address: std::net::IpAddr,
    ) -> Result<ServerName<'static>, TlsError> {
        match (&self.host_name, host) {
            (Some(name), _) => Ok(name.clone()),
            (None, Some(host)) => server_name(host),
            (None, None) => Ok(ServerName::IpAddress(Ip::from(address))),
        }
    }

    /// The configuration for one connection to a server of this name, the name that the server is told beforehand, and
    /// what it is shown.
    pub(super) fn client(&self, name: ServerName<'static>) -> (ClientConfig, ServerName<'static>, Arc<Shown>) {
        let mut config = self.config.clone();
        let told = self.server_name_indication.clone().unwrap_or_else(|| name.clone());
        let verifier = Verifier { checks: self.checks.clone(), name };
        config.dangerous().set_certificate_verifier(Arc::new(verifier));
        let shown = Arc::new(Shown::new(config.client_auth_cert_resolver.clone()));
        config.client_auth_cert_resolver = shown.clone();
        (config, told, shown)
    }
}

fn config(
    provider: Arc<CryptoProvider>,
    checks: &Arc<Checks>,
    identity: Option<&Identity>,
) -> Result<ClientConfig, TlsError> {
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(DEFAULT_VERSIONS);
    let builder = builder.map_err(|why| TlsError::Setup(why.to_string()))?;
    // A verifier that believes nobody, until there is a name: no certificate can be for it.
    let nobody = ServerName::IpAddress(Ip::from(std::net::IpAddr::from([0, 0, 0, 0])));
    let verifier = Verifier { checks: checks.clone(), name: nobody };
    let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(Identity { certificate, key }) => {
            let chain = file::certificates(certificate)?;
            let taken = builder.with_client_auth_cert(chain, file::private_key(key)?);
            taken.map_err(|why| {
                let (certificate, key) = (certificate.clone(), key.clone());
                TlsError::Identity { certificate, key, what: super::words::of_identity(&why) }
            })?
        }
    };
    config.alpn_protocols = vec![b"dot".to_vec()];
    // Connections are kept instead, and each new one proves the server anew.
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// The roots, and the certificates that somebody named one by one.
fn roots(wanted: &Roots) -> Result<(Option<RootCertStore>, Vec<CertificateDer<'static>>), TlsError> {
    let mut store = RootCertStore::empty();
    let mut named = Vec::new();
    match wanted {
        Roots::Nobody => return Ok((None, named)),
        Roots::System => {
            let found = rustls_native_certs::load_native_certs();
            // Some systems keep one that webpki does not read beside a hundred others.
            let (added, _) = store.add_parsable_certificates(found.certs);
            if added == 0 {
                let why = found.errors.first().map(|why| format!(" ({why})")).unwrap_or_default();
                return Err(TlsError::NoSystemRoots(why));
            }
        }
        Roots::Files(paths) => {
            for path in paths {
                named.extend(of_file(path, &mut store)?);
            }
        }
    }
    Ok((Some(store), named))
}

fn of_file(path: &Path, store: &mut RootCertStore) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found = file::certificates(path)?;
    match store.add_parsable_certificates(found.iter().cloned()) {
        (0, _) => Err(TlsError::File { path: path.to_owned(), what: "no certificate in it can be read".to_owned() }),
        _ => Ok(found),
    }
}

/// An address, or a name as it stands in certificates: without the final dot, and in ASCII.
fn server_name(text: &str) -> Result<ServerName<'static>, TlsError> {
    let wrong = || TlsError::HostName(text.to_owned());
    if let Ok(address) = text.parse::<std::net::IpAddr>() {
        return Ok(ServerName::IpAddress(Ip::from(address)));
    }
    let name = Name::parse(text).map_err(|_| wrong())?.to_string();
    let name = name.strip_suffix('.').unwrap_or(&name);
    ServerName::try_from(name.to_owned()).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_settled_as_certificates_have_it() {
        let same = [
            ("ns.example.org.", "ns.example.org"),
            ("NS.example.org", "NS.example.org"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
        ];
        for (text, name) in same {
            assert_eq!(server_name(text).unwrap().to_str(), name);
        }
        for text in ["", ".", "a b", "*.example.org", "a..b"] {
            assert!(matches!(server_name(text), Err(TlsError::HostName(_))), "{text:?}");
        }
    }

    #[test]
    fn the_name_that_was_asked_for_goes_before_the_host_and_the_host_before_the_address() {
        let address = "192.0.2.1".parse().unwrap();
        let wanted = TlsWanted { roots: Roots::Nobody, ..TlsWanted::default() };
        let tls = Tls::load(&wanted).unwrap();
        assert_eq!(tls.name_of(None, address).unwrap().to_str(), "192.0.2.1");
        assert_eq!(tls.name_of(Some("ns.example."), address).unwrap().to_str(), "ns.example");
        let told = TlsWanted {
            host_name: Some("a.example".to_owned()),
            server_name_indication: Some("b.example".to_owned()),
            ..wanted
        };
        let tls = Tls::load(&told).unwrap();
        let name = tls.name_of(Some("ns.example."), address).unwrap();
        assert_eq!(name.to_str(), "a.example");
        assert_eq!(tls.client(name).1.to_str(), "b.example");
    }
}
