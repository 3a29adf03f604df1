//! One change brought to its end: what a course decides is asked, told, and heard.

use crate::dns::RecordType;
use crate::output::Printer;
use crate::proto::exchange::Answered;
use crate::proto::outcome::Outcome;
use crate::proto::stage::{Action, Course, Stage};
use crate::proto::{Contacts, SignError, Update};
use crate::script::in_words;

use super::conversation::{Conversation, random};

/// Goes on until there is an outcome. `go_on` is asked before each message that changes something; where it says no,
/// that message is not sent, and there is none.
pub(super) async fn bring(
    course: &mut impl Course,
    contacts: &mut Contacts,
    talk: &mut Conversation,
    mut go_on: impl AsyncFnMut(&Contacts, &Update, &[u8]) -> bool,
) -> Result<Option<Outcome>, SignError> {
    loop {
        match course.next(random()) {
            Action::Done(outcome) => return Ok(Some(outcome)),
            Action::Pause(pause) => {
                talk.printer.step(|| "somebody else has changed it meanwhile: once more".to_owned());
                talk.pause(pause).await;
            }
            Action::Ask(stage, octets, purpose) => {
                if let Stage::Change(update) = &stage
                    && !go_on(contacts, update, &octets).await
                {
                    return Ok(None);
                }
                describe(talk.printer, &stage);
                let answered = talk.ask(contacts, octets, purpose).await?;
                tell(talk.printer, &stage, &answered);
                course.heard(answered);
            }
        }
    }
}

/// Says what is about to be sent.
fn describe(printer: Printer, stage: &Stage) {
    let lines = match stage {
        _ if !printer.verbose => return,
        Stage::Read(name, record_type) => vec![format!("question: {name} {record_type}")],
        Stage::Change(update) => in_words(update),
        Stage::Assert(update) => labelled("is it so already?", in_words(update)),
        Stage::Require(update) => labelled("is what is required still true?", in_words(update)),
    };
    lines.into_iter().for_each(|line| printer.step(|| line));
}

fn labelled(label: &str, lines: Vec<String>) -> Vec<String> {
    std::iter::once(label.to_owned()).chain(lines).collect()
}

/// Says what came back: the return code, and on a read the value.
fn tell(printer: Printer, stage: &Stage, answered: &Answered) {
    match answered {
        Answered::Reply(reply, server, _) => {
            let (rcode, error) = (reply.rcode(), reply.tsig_error());
            printer.step(|| format!("answer from {server}: {rcode}, TSIG {error}, verified"));
            if let Stage::Read(name, record_type) = stage {
                let mut records = reply.rrset(name, *record_type).peekable();
                if records.peek().is_none() && *record_type != RecordType::ANY {
                    printer.step(|| format!("old value: {name} {record_type} does not exist"));
                }
                records.for_each(|record| printer.step(|| format!("old value: {record}")));
            }
        }
        Answered::NotSent(_) => printer.step(|| "not sent".to_owned()),
        Answered::Unsettled(..) => printer.step(|| "no answer that verifies".to_owned()),
    }
}
