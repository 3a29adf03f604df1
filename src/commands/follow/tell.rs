//! What is said of verdicts, and the exit status of many.

use crate::dns::RecordType;
use crate::exit::Exit;
use crate::output::{Followed, Message};
use crate::state::{Event, History, Outcome, Reported, Say};

use super::super::conversation::unix;
use super::verdict::{End, Verdict};

/// Who remembers what is told.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::commands) struct Memory<'m> {
    /// With it, a failure that was told not long ago is known, and the end of one is news.
    pub(in crate::commands) reported: Option<&'m Reported>,
    /// Takes down what became of each name, and what led to it.
    pub(in crate::commands) history: Option<(&'m History, &'m str)>,
}

/// Verdicts as they are told.
pub(in crate::commands) fn said(verdicts: &[Verdict], memory: Memory<'_>) -> Vec<Followed> {
    let told = verdicts.iter().map(|verdict| one(verdict, memory.reported)).collect::<Vec<_>>();
    if let Some((history, cause)) = memory.history {
        // Reverse names come and go with the addresses, and nobody configures them.
        let followed = told.iter().filter(|one| one.record_type != RecordType::PTR);
        followed.for_each(|one| take_down(history, cause, one));
    }
    told
}

fn take_down(history: &History, cause: &str, followed: &Followed) {
    let Followed { name, record_type, exit, difference, changed, note, message, .. } = followed;
    let outcome = match (message, difference) {
        (Some(_), _) => Outcome::Failed,
        (None, Some(_)) if *changed => Outcome::Changed,
        (None, Some(_)) => Outcome::Unchanged,
        (None, None) => Outcome::Left,
    };
    let values = difference.as_ref().map(|difference| {
        let texts = difference.new.rdata.iter().map(|rdata| rdata.display(*record_type).to_string());
        texts.collect::<Vec<_>>()
    });
    let message = message.as_ref().map(|message| message.what.clone()).or_else(|| note.clone());
    let event = Event { cause: cause.to_owned(), outcome, exit: exit.code(), message, at: unix() };
    history.record(&name.to_string(), &record_type.to_string(), values, event);
}

fn one(verdict: &Verdict, reported: Option<&Reported>) -> Followed {
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
    let ended =
        |reported: &Reported| reported.ended(&name.to_string(), &record_type.to_string(), cause.as_deref(), unix());
    let say = reported.map(ended);
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
