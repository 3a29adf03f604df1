//! Our own certificate, and whether the server of a connection asked for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

/// What is shown over one connection.
#[derive(Debug)]
pub(super) struct Shown {
    ours: Arc<dyn ResolvesClientCert>,
    was_asked: AtomicBool,
}

impl Shown {
    pub(super) fn new(ours: Arc<dyn ResolvesClientCert>) -> Self {
        Self { ours, was_asked: AtomicBool::new(false) }
    }

    /// Whether the server asked for a certificate.
    pub(super) fn was_asked(&self) -> bool {
        self.was_asked.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for Shown {
    fn resolve(&self, issuers: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.was_asked.store(true, Ordering::Relaxed);
        self.ours.resolve(issuers, schemes)
    }

    fn has_certs(&self) -> bool {
        self.ours.has_certs()
    }
}
