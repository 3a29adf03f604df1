//! DNS over TLS (RFC 7858): the client's side of it, loaded from what is wanted, and the connections.
//!
//! What fails before the handshake is done is `NotSent`: the message is written only to a server that has proven
//! itself. `load` reads files (`file`) and settles the configuration, `verify` decides whom to believe, `identity` is what
//! we show, `carry` connects, and `words` tells what went wrong. Without the feature `tls` there is only `absent`.

#[cfg(not(feature = "tls"))]
mod absent;
#[cfg(feature = "tls")]
mod carry;
mod error;
#[cfg(feature = "tls")]
mod file;
#[cfg(feature = "tls")]
mod identity;
#[cfg(feature = "tls")]
mod load;
#[cfg(feature = "tls")]
mod verify;
#[cfg(feature = "tls")]
mod words;

#[cfg(not(feature = "tls"))]
pub(super) use absent::Connections;
#[cfg(not(feature = "tls"))]
pub use absent::Tls;
#[cfg(feature = "tls")]
pub(super) use carry::Connections;
pub use error::TlsError;
#[cfg(feature = "tls")]
pub use load::Tls;
