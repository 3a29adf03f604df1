//! Why there is no TLS to go by.

use std::io;
use std::path::PathBuf;

use super::super::in_words;

/// Why there is no TLS to go by. Nothing has been sent.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The feature was left out when nsup was built.
    #[error("this nsup was built without TLS")]
    NotBuilt,
    /// The system says no.
    #[error("{}: {}", path.display(), in_words(why))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// It can be read, and it is not what it should be.
    #[error("{}: {what}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it; nothing of its content.
        what: String,
    },
    /// Others may read a private key, or somebody else owns it.
    #[error("{}: {what}", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Who may do what.
        what: String,
    },
    /// The system has no CAs.
    #[error("the system has no CA certificates{0}")]
    NoSystemRoots(String),
    /// No certificate can be for such a name.
    #[error("{0:?} is no name or address that a certificate can be for")]
    HostName(String),
    /// A certificate and a key that rustls does not take.
    #[error("the client certificate {} with the key {}: {what}", certificate.display(), key.display())]
    Identity {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong with them.
        what: String,
    },
    /// rustls cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
}

impl TlsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotBuilt => Some("build it with its feature tls, which is on by default".to_owned()),
            Self::Exposed { path, .. } => Some(format!("chmod 600 {0}, and chown it to who runs nsup", path.display())),
            Self::NoSystemRoots(_) => {
                Some("install ca-certificates, or name the server's CA (--tls-ca) or its key (--tls-pin)".to_owned())
            }
            _ => None,
        }
    }
}
