//! Whom to believe: the chain to a CA with the name, a pinned key, both, or nobody in particular (RFC 7858 §4, RFC 8310
//! §8).

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

use crate::proto::Pin;

/// What must be true of a server's certificate, whatever its name.
#[derive(Debug)]
pub(super) struct Checks {
    /// Who may have signed it; `None` asks for nobody.
    pub(super) roots: Option<Arc<WebPkiServerVerifier>>,
    /// Certificates that were named one by one: a server's own may be among them.
    pub(super) named: Vec<CertificateDer<'static>>,
    /// Of which keys one must be in the chain; empty asks for none.
    pub(super) pins: Vec<Pin>,
    /// Which signatures count.
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

/// The checks for a server of this name.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) checks: Arc<Checks>,
    /// What the certificate must be for. Not what rustls says: that is what the server is told beforehand.
    pub(super) name: ServerName<'static>,
}

/// The server's key, which is none of the pinned ones.
#[derive(Debug)]
pub(super) struct NotPinned(pub(super) Pin);

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _told: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let checks = &*self.checks;
        if let Some(roots) = &checks.roots {
            let verified = roots.verify_server_cert(end_entity, intermediates, &self.name, ocsp, now);
            if let Err(why) = verified {
                checks.is_named(end_entity, &why).then_some(()).ok_or(why)?;
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, &self.name)?;
            }
        }
        if !checks.pins.is_empty() && !checks.is_pinned(end_entity, intermediates, now)? {
            let other = OtherError(Arc::new(NotPinned(pin(end_entity)?)));
            return Err(CertificateError::Other(other).into());
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.checks.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.checks.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.checks.algorithms.supported_schemes()
    }
}

impl Checks {
    /// Whether it is trusted because somebody named this very certificate, and is refused only for being marked as a
    /// CA's, as `openssl req -x509` marks what it makes. webpki looks at the dates before it looks at that mark.
    fn is_named(&self, end_entity: &CertificateDer<'_>, why: &Error) -> bool {
        let Error::InvalidCertificate(CertificateError::Other(OtherError(other))) = why else { return false };
        let is_ca = other.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity);
        is_ca && self.named.iter().any(|named| named == end_entity)
    }

    /// Whether the server's key is pinned, or that of somebody whom the chain leads to (RFC 7858 §4.2: in the validated
    /// chain; that a certificate was sent along proves nothing).
    fn is_pinned(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<bool, Error> {
        if self.pins.contains(&pin(end_entity)?) {
            return Ok(true);
        }
        let mut anchors = RootCertStore::empty();
        for issuer in intermediates {
            if pin(issuer).is_ok_and(|pin| self.pins.contains(&pin)) {
                // One that cannot be read leads nowhere.
                let _ = anchors.add(issuer.clone().into_owned());
            }
        }
        if anchors.is_empty() {
            return Ok(false);
        }
        let parsed = ParsedCertificate::try_from(end_entity)?;
        let signatures = self.algorithms.all;
        Ok(verify_server_cert_signed_by_trust_anchor(&parsed, &anchors, intermediates, now, signatures).is_ok())
    }
}

/// The pin of a certificate's key.
fn pin(certificate: &CertificateDer<'_>) -> Result<Pin, Error> {
    let key = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
    Ok(Pin::of(Sha256::digest(key.as_ref()).into()))
}

impl std::error::Error for NotPinned {}

impl fmt::Display for NotPinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its key ({}) is none of the pinned ones", self.0)
    }
}
