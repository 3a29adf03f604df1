//! What became of one RRset of a followed name.

use crate::dns::{Name, RecordType};
use crate::exit::Exit;
use crate::output::Message;
use crate::proto::outcome::Difference;

/// What became of one RRset in one attempt.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Verdict {
    /// The owner.
    pub(super) name: Name,
    /// The type.
    pub(super) record_type: RecordType,
    /// How it ended.
    pub(super) end: End,
}

/// How it ended.
#[derive(Debug, Clone)]
pub(in crate::commands) enum End {
    /// The zone holds it now, and did not before.
    Changed(Difference),
    /// The zone held it already.
    Unchanged(Difference),
    /// There was nothing to do, and why.
    Left(String),
    /// The interface is gone: what led here is superseded.
    Gone(String),
    /// The address may be there in a moment.
    Waiting(String),
    /// There is no address, and it was waited for: if one comes, that is another event.
    Absent(String),
    /// Something newer has happened: look again.
    Stale,
    /// It failed.
    Failed(Exit, Message),
}

impl Verdict {
    /// Whether another attempt may end otherwise.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.end, End::Waiting(_) | End::Stale | End::Failed(..))
    }

    /// Whether all that became of it is that a message was shown instead of being sent.
    pub(in crate::commands) fn was_shown(&self) -> bool {
        matches!(self.end, End::Stale)
    }

    /// The exit status that it would have alone.
    pub(in crate::commands) fn exit(&self) -> Exit {
        match &self.end {
            End::Changed(_) | End::Unchanged(_) | End::Left(_) | End::Gone(_) => Exit::Done,
            End::Waiting(_) | End::Absent(_) | End::Stale => Exit::NoAddress,
            End::Failed(exit, _) => *exit,
        }
    }
}
