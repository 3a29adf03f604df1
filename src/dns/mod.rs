//! Floor 0: names, record types and RDATA between text and octets, and the walk over a received message.
//!
//! Nothing here knows about updates, keys or servers, and nothing here reads a clock, a socket, a file or the
//! environment. Text is what zone files and `nsupdate` scripts hold (RFC 1035 §5.1, RFC 3597); octets are what
//! travels (RFC 1035 §4). Every function that takes octets takes them from a stranger and must not panic.

mod escape;
mod message;
mod name;
mod reader;
mod record;
mod record_type;
mod reverse;
mod ttl;
mod words;

pub mod rdata;

pub use escape::{EscapeError, steers};
pub use message::{Header, Message, Question, RecordAt, Section};
pub use name::{Name, NameError};
pub use rdata::{Rdata, RdataError};
pub use reader::{Malformed, Reader};
pub use record::{Class, Record};
pub use record_type::{RecordType, UnknownType};
pub use reverse::reverse_name;
pub use ttl::{MAX_TTL, TtlError, parse_ttl};
pub use words::{Word, WordError, words};
