//! Floor 2: the nsupdate language. So far its prerequisites, and updates in its words.

mod print;
mod require;

pub use print::{in_words, in_words_of};
pub use require::{RequireError, parse_requirement};
