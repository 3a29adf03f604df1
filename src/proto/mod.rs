//! Floor 1: RFC 2136 and RFC 8945 as values, without a socket.
//!
//! Time and chance are arguments; what is to be sent comes out as octets, what was received goes in as octets. So every
//! retry, every forged answer and every clock is a table in a test.

mod algorithm;
mod contacts;
mod extended_error;
mod key;
mod pending;
mod rcode;
mod read;
mod reply;
mod tls;
mod tsig;
mod update;

pub mod converge;
pub mod deliver;
pub mod discovery;
pub mod effects;
pub mod exchange;
pub mod goal;
pub mod outcome;
pub mod probe;
pub mod query;
pub mod stage;

pub use algorithm::{Algorithm, AlgorithmError};
pub use contacts::{Contacts, Patience, Transport, Transports};
pub use extended_error::{ExtendedCode, ExtendedError};
pub use key::{Key, Secret, SecretError};
pub use pending::{Claim, FUDGE, MAX_MESSAGE, Pending, Rejection, SignError, Unauthentic, leave_unsigned, sign};
pub use rcode::{Rcode, TsigError};
pub use reply::{Answer, Reply};
pub use tls::{Identity, Pin, PinError, Roots, TlsWanted};
pub use tsig::{Found, Tsig, covered};
pub use update::{Change, Lease, Prerequisite, Update, UpdateError};
