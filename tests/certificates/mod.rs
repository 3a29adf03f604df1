//! Certificates of servers and clients, made anew for each test, as files in a directory.

// Each test file uses a part.
#![allow(dead_code, unreachable_pub)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PublicKeyData, date_time_ymd,
};
use sha2::{Digest, Sha256};

/// A CA.
pub struct Ca {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// Its certificate.
    pub file: PathBuf,
}

/// A certificate with its key.
pub struct Pair {
    /// The certificate's file, followed by those of its issuers where these are sent along.
    pub certificate: PathBuf,
    /// The key's file.
    pub key: PathBuf,
    /// The pin of its key.
    pub pin: String,
}

impl Ca {
    /// A CA of this name.
    pub fn new(directory: &Path, name: &str) -> Self {
        let issuer = CertifiedIssuer::self_signed(authority(name), KeyPair::generate().unwrap()).unwrap();
        let file = directory.join(format!("{name}.pem"));
        fs::write(&file, issuer.pem()).unwrap();
        Self { issuer, file }
    }

    /// A CA below this one.
    pub fn below(&self, directory: &Path, name: &str) -> Self {
        let issuer = CertifiedIssuer::signed_by(authority(name), KeyPair::generate().unwrap(), &self.issuer).unwrap();
        let file = directory.join(format!("{name}.pem"));
        fs::write(&file, issuer.pem()).unwrap();
        Self { issuer, file }
    }

    /// The pin of its key.
    pub fn pin(&self) -> String {
        pin(self.issuer.key())
    }

    /// A certificate for these names and addresses, in files called `file`.
    pub fn signs(&self, directory: &Path, file: &str, names: &[&str]) -> Pair {
        self.signs_with(directory, file, params(names))
    }

    /// One that expired on the second day of 2021.
    pub fn signs_expired(&self, directory: &Path, file: &str, names: &[&str]) -> Pair {
        let mut params = params(names);
        params.not_before = date_time_ymd(2021, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 2);
        self.signs_with(directory, file, params)
    }

    fn signs_with(&self, directory: &Path, file: &str, params: CertificateParams) -> Pair {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        write(directory, file, &certificate.pem(), &key)
    }
}

impl Pair {
    /// Sends the certificate of an issuer along.
    pub fn with(self, ca: &Ca) -> Self {
        let chain = fs::read_to_string(&self.certificate).unwrap() + &fs::read_to_string(&ca.file).unwrap();
        fs::write(&self.certificate, chain).unwrap();
        self
    }

    /// The statements of named.conf for a server with this certificate.
    pub fn clause(&self) -> String {
        format!("cert-file \"{}\"; key-file \"{}\";", self.certificate.display(), self.key.display())
    }

    /// The options for a client with this certificate.
    pub fn options(&self) -> String {
        format!("--tls-cert {} --tls-key {}", self.certificate.display(), self.key.display())
    }
}

/// A certificate that nobody but its own key has signed; `is_ca` marks it as `openssl req -x509` does.
pub fn self_signed(directory: &Path, file: &str, names: &[&str], is_ca: bool, is_expired: bool) -> Pair {
    let mut params = params(names);
    if is_ca {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    if is_expired {
        params.not_before = date_time_ymd(2021, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 2);
    }
    let key = KeyPair::generate().unwrap();
    write(directory, file, &params.self_signed(&key).unwrap().pem(), &key)
}

/// Writes a key as only its owner may read it.
pub fn write_key(path: &Path, pem: &str) {
    fs::write(path, pem).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn write(directory: &Path, file: &str, certificate: &str, key: &KeyPair) -> Pair {
    let pair = Pair {
        certificate: directory.join(format!("{file}.crt")),
        key: directory.join(format!("{file}.key")),
        pin: pin(key),
    };
    fs::write(&pair.certificate, certificate).unwrap();
    write_key(&pair.key, &key.serialize_pem());
    pair
}

/// The pin of a key.
pub fn pin(key: &KeyPair) -> String {
    STANDARD.encode(Sha256::digest(key.subject_public_key_info()))
}

fn authority(name: &str) -> CertificateParams {
    let mut params = params(&[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    CertificateParams::new(names).unwrap()
}
