//! What is said of verdicts, and the exit status of many.

use crate::exit::Exit;
use crate::output::{Followed, Message};
use crate::state::{Reported, Say};

use super::verdict::{End, Verdict};

/// Verdicts as they are told. With a memory, a failure that was told not long ago is known, and the end of one is news.
pub(in crate::commands) fn said(verdicts: &[Verdict], memory: Option<(&Reported, u64)>) -> Vec<Followed> {
    verdicts.iter().map(|verdict| one(verdict, memory)).collect()
}

fn one(verdict: &Verdict, memory: Option<(&Reported, u64)>) -> Followed {
    let Verdict { name, record_type, end } = verdict;
    let exit = verdict.exit();
    let (difference, note, message) = match end {
        End::Changed(difference) | End::Unchanged(difference) => (Some(difference.clone()), None, None),
        End::Left(why) | End::Gone(why) => (None, Some(why.clone()), None),
        End::Stale => (None, None, Some(plain("its address keeps changing"))),
        End::Waiting(why) | End::Absent(why) => (None, None, Some(plain(&format!("no address to publish: {why}")))),
        End::Failed(_, message) => (None, None, Some(message.clone())),
    };
    let cause = message.as_ref().map(|message| format!("{} {}", exit.code(), message.what));
    let say = memory
        .map(|(reported, now)| reported.ended(&name.to_string(), &record_type.to_string(), cause.as_deref(), now));
    let lasted = match say {
        Some(Say::Failing(seconds) | Say::Recovered(seconds)) => Some(seconds),
        _ => None,
    };
    let (changed, is_known) = (matches!(end, End::Changed(_)), say == Some(Say::Known));
    Followed {
        name: name.clone(),
        record_type: *record_type,
        exit,
        difference,
        changed,
        note,
        message,
        lasted,
        is_known,
    }
}

/// The exit status of many: where several failed, of the one that needs a person most.
pub(in crate::commands) fn worst(exits: impl IntoIterator<Item = Exit>) -> Exit {
    const ORDER: [Exit; 8] = [
        Exit::Setup,
        Exit::Refused,
        Exit::Unauthentic,
        Exit::Unknown,
        Exit::Contended,
        Exit::Unreachable,
        Exit::NoAddress,
        Exit::Done,
    ];
    let rank = |exit: &Exit| ORDER.iter().position(|one| one == exit).unwrap_or(ORDER.len());
    exits.into_iter().min_by_key(rank).unwrap_or(Exit::Done)
}

fn plain(what: &str) -> Message {
    Message { what: what.to_owned(), hint: None }
}
