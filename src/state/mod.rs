//! Floor 3: what is kept on disk between runs and beside them: locks, events that wait, what was reported, and what was
//! last done.
//!
//! All of it is a convenience. Where a directory cannot be made or written, a run does its work without: the
//! prerequisites of its messages keep it right, and it reports more often than it would have to.

mod debts;
mod history;
mod lock;
mod places;
mod regular;
mod replace;
mod reported;
mod spool;

pub use debts::Debts;
pub use history::{Entry, Event, History, Outcome, Published};
pub use lock::{Lock, Locks};
pub use places::Places;
pub use regular::text_of_file;
pub use replace::publish;
pub use reported::{Reported, Say};
pub use spool::{Spool, Turn};
