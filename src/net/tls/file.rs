//! PEM files. A private key is read only from a file that others cannot read.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::TlsError;

/// The largest file that is read, in octets: room for any system's CAs.
const MAX_OCTETS: u64 = 4 * 1024 * 1024;

/// The certificates of a file: one at least.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = read(path, false)?;
    let found: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if found.is_empty() => Err(file(path, "there is no certificate in it (PEM: -----BEGIN CERTIFICATE)")),
        Ok(found) => Ok(found),
        Err(why) => Err(file(path, &format!("its PEM is damaged: {why}"))),
    }
}

/// The private key of a file, which others must not be able to read.
pub(super) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let text = read(path, true)?;
    match PrivateKeyDer::from_pem_slice(&text) {
        Ok(key) => Ok(key),
        // Nothing that an error of the parser repeats is shown: it could be the key.
        Err(_) if holds(&text, b"ENCRYPTED") => {
            Err(file(path, "the private key is encrypted with a passphrase, which nobody is there to give"))
        }
        Err(pem::Error::NoItemsFound) => Err(file(path, "there is no private key in it (PEM: -----BEGIN PRIVATE KEY)")),
        Err(_) => Err(file(path, "its PEM is damaged")),
    }
}

fn read(path: &Path, is_secret: bool) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let unreadable = |why| TlsError::Unreadable { path: path.to_owned(), why };
    // NONBLOCK: opening a pipe that nobody writes to must not wait.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let opened = rustix::fs::open(path, flags, Mode::empty());
    let opened = File::from(opened.map_err(|why| unreadable(why.into()))?);
    // By descriptor, so that what was checked is what is read.
    let meta = opened.metadata().map_err(unreadable)?;
    if !meta.is_file() {
        return Err(file(path, "it is not a regular file"));
    }
    if is_secret {
        check(&meta).map_err(|what| TlsError::Exposed { path: path.to_owned(), what })?;
    }
    if meta.len() > MAX_OCTETS {
        return Err(file(path, "it is larger than 4 MiB"));
    }
    // Room for all of it at once: a buffer that grows would leave pieces of a secret behind.
    let mut octets = Zeroizing::new(Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0) + 1));
    opened.take(meta.len()).read_to_end(&mut octets).map_err(unreadable)?;
    Ok(octets)
}

/// A private key belongs to root or to us, and others can neither read nor change it.
fn check(meta: &std::fs::Metadata) -> Result<(), String> {
    let ours = rustix::process::geteuid().as_raw();
    if meta.uid() != 0 && meta.uid() != ours {
        return Err(format!("it belongs to user {}, neither root nor user {ours} who runs this", meta.uid()));
    }
    match meta.mode() & 0o7777 {
        mode if mode & 0o006 != 0 => Err(format!("everybody on this machine may read or change it (mode {mode:04o})")),
        _ => Ok(()),
    }
}

fn file(path: &Path, what: &str) -> TlsError {
    TlsError::File { path: path.to_owned(), what: what.to_owned() }
}

fn holds(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|part| part == word)
}
