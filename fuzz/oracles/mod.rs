//! What must hold whatever octets come in: one function for each target of the fuzzer, which panics where it does not.
//!
//! The targets (../targets) call these with octets that libFuzzer makes up, and nsup's tests (../../tests/fuzz_seeds.rs)
//! with the seeds (../seeds) and with what chance makes of them.

// Every user of this module takes the part that it needs.
#![allow(dead_code, unreachable_pub)]

mod answers;
mod config;
mod conversations;
mod folder;
mod imports;
mod keys;
mod messages;
mod names;
mod rdata;
mod resolver;
mod scripts;
#[path = "../../tests/simulation/mod.rs"]
pub mod simulation;
mod state;
#[path = "../../tests/transcripts/mod.rs"]
mod transcripts;

pub use answers::{answer, forgery};
pub use config::config;
pub use conversations::conversation;
pub use imports::import;
pub use keys::{key_file, key_pair};
pub use messages::message;
pub use names::name;
pub use rdata::{rdata_text, rdata_wire};
pub use resolver::resolver;
pub use scripts::{requirement, script};
pub use state::state;

/// A target's name, which its seeds and its file have too, and what it calls.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("answer", answer),
    ("config", config),
    ("conversation", conversation),
    ("forgery", forgery),
    ("import", import),
    ("key_file", key_file),
    ("key_pair", key_pair),
    ("message", message),
    ("name", name),
    ("rdata_text", rdata_text),
    ("rdata_wire", rdata_wire),
    ("requirement", requirement),
    ("resolver", resolver),
    ("script", script),
    ("state", state),
];

/// The first octet, which chooses among the ways to take the others.
fn choice(octets: &[u8]) -> (usize, &[u8]) {
    octets.split_first().map_or((0, octets), |(first, rest)| (usize::from(*first), rest))
}

/// Whether a message tells any word of a text that is long enough for a secret.
fn tells_a_long_word(message: &str, text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    let mut words = text.split(|c| !is_part(c)).filter(|word| word.len() >= 20);
    words.any(|word| message.contains(word))
}
