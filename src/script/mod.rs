//! Floor 2: the language of nsupdate, line by line, as nsupdate has it, as knsupdate has it, and as nsup has it.
//!
//! A line becomes a [`Command`], a [`Session`] carries it out, and what it gathers is a [`Draft`]. Nothing here sends,
//! resolves or prints: [`Act`] says what is to be done.

mod change;
mod check_names;
mod check_svcb;
mod class;
mod command;
mod defaults;
mod dialect;
mod draft;
mod fault;
mod help;
mod key;
mod knot;
mod line;
mod ours;
mod prerequisite;
mod print;
mod rdata;
mod require;
mod session;
mod stock;
mod wrong;
mod zone_line;

pub use command::Command;
pub use dialect::{Dialect, MAX_LINE};
pub use draft::{Draft, Server};
pub use fault::Fault;
pub use help::{commands, help};
pub use line::{holds_secret, text_of};
pub use print::{in_words, in_words_of};
pub use require::{RequireError, parse_requirement};
pub use session::{Act, Session};
