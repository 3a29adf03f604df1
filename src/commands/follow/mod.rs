//! Configured names on their way to the addresses of now: what `sync`, `hook` and `watch` have in common.
//!
//! Names with the same servers, key and zone are a group, and change in one message; groups go side by side.

mod answers;
mod attempt;
mod located;
mod look;
mod occasion;
mod pieces;
mod plan;
mod pursue;
mod reverse;
mod snapshot;
mod survey;
mod tell;
mod verdict;

pub(super) use attempt::{Attempt, attempt};
pub(super) use look::Signals;
pub(super) use occasion::Programs;
pub(super) use plan::plan;
pub(super) use pursue::{Pursuit, pursue};
pub(super) use snapshot::Snapshot;
pub(super) use survey::{hopeless, survey};
pub(super) use tell::{Memory, said, worst};
pub(super) use verdict::Verdict;
