//! The messages on the way to a change, and what each is for.

use std::time::Duration;

use crate::dns::{Name, RecordType};

use super::Update;
use super::exchange::{Answered, Purpose};
use super::outcome::Outcome;

/// What to do next.
#[derive(Debug)]
pub enum Action {
    /// Have this message answered.
    Ask(Stage, Vec<u8>, Purpose),
    /// Wait: others change the same records.
    Pause(Duration),
    /// It is over.
    Done(Outcome),
}

/// What goes message by message until it has an outcome.
pub trait Course {
    /// Says what to do next; `random` are sixteen bits of chance.
    fn next(&mut self, random: u16) -> Action;

    /// Takes in what came of the last message.
    fn heard(&mut self, answered: Answered);
}

/// What a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// A signed question: what does the RRset hold?
    Read(Name, RecordType),
    /// The change, with its prerequisites.
    Change(Update),
    /// Prerequisites without a change: does the zone hold what is wanted?
    Assert(Update),
    /// Prerequisites without a change: is what the user required still true?
    Require(Update),
}
