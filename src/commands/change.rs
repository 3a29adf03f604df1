//! set, add and delete: one change, brought about and proven.

use crate::config::{Settings, Verb};
use crate::dns::RecordType;
use crate::exit::Exit;
use crate::output::{Report, dry_run, exit_of, result};
use crate::proto::Contacts;
use crate::proto::converge::Converge;
use crate::proto::exchange::Answered;
use crate::proto::outcome::Outcome;
use crate::proto::stage::{Action, Stage};
use crate::script::in_words;

use super::Halt;
use super::conversation::{Conversation, random, subject, unix};
use super::locate::{self, Owner};

/// Brings the targets about.
pub(super) async fn run(settings: &Settings, talk: &mut Conversation) -> Result<Exit, Halt> {
    let Verb::Change { targets, required, force, dry_run: dry } = &settings.verb else {
        return Err(Halt::new(Exit::Setup, "nothing to change", None));
    };
    let types: Vec<String> = targets.iter().map(|target| target.record_type.to_string()).collect();
    let types = types.join(" ");
    // What can never be sent is refused before anybody is asked anything.
    let Settings { primary, name, .. } = settings;
    let owner = Owner { name, record_type: settings.first_type() };
    if let Some(zone) = &primary.zone {
        targets.iter().try_for_each(|target| target.check(zone, *force)).map_err(wrong)?;
    }
    let mut subject = subject(primary, name, types);
    let (mut contacts, zone) = locate::servers(primary, &owner, talk).await?;
    subject.server = contacts.current();
    subject.zone = Some(match zone {
        Some(zone) => zone,
        None => locate::zone(&owner, talk, &mut contacts, &subject).await?,
    });
    let zone = subject.zone.clone().unwrap_or_else(crate::dns::Name::root);
    let converge = Converge::new(zone, targets.clone(), required.clone(), *force);
    let mut converge = converge.map_err(wrong)?;
    let outcome = loop {
        match converge.next(random()) {
            Action::Done(outcome) => break outcome,
            Action::Pause(pause) => {
                talk.printer.step(|| "somebody else has changed it meanwhile: once more".to_owned());
                talk.pause(pause).await;
            }
            Action::Ask(Stage::Change(update), octets, _) if *dry => {
                subject.server = contacts.current();
                let written = dry_run(talk.printer, &update, &octets, &subject);
                return Ok(if written { Exit::Done } else { Exit::Setup });
            }
            Action::Ask(stage, octets, purpose) => {
                describe(talk, &stage);
                let answered = talk.ask(&mut contacts, octets, purpose).await?;
                tell(talk, &stage, &answered);
                converge.heard(answered);
            }
        }
    };
    finish(talk, &contacts, subject, outcome, &converge, *dry)
}

fn finish(
    talk: &Conversation,
    contacts: &Contacts,
    mut subject: crate::output::Subject,
    outcome: Outcome,
    converge: &Converge,
    dry_run: bool,
) -> Result<Exit, Halt> {
    subject.server = contacts.current();
    subject.now = unix();
    let exit = exit_of(&outcome);
    let differences = converge.differences();
    let clock_difference = contacts.clock_difference();
    result(talk.printer, &Report { subject, outcome, differences, dry_run, clock_difference });
    Ok(exit)
}

/// Says what is about to be sent.
fn describe(talk: &Conversation, stage: &Stage) {
    let lines = match stage {
        Stage::Read(name, record_type) => vec![format!("question: {name} {record_type}")],
        Stage::Change(update) => in_words(update),
        Stage::Assert(update) => labelled("is it so already?", in_words(update)),
        Stage::Require(update) => labelled("is what is required still true?", in_words(update)),
    };
    lines.into_iter().for_each(|line| talk.printer.step(|| line));
}

fn labelled(label: &str, lines: Vec<String>) -> Vec<String> {
    std::iter::once(label.to_owned()).chain(lines).collect()
}

/// Says what came back: the return code, and on a read the value.
fn tell(talk: &Conversation, stage: &Stage, answered: &Answered) {
    match answered {
        Answered::Reply(reply, server, _) => {
            let (rcode, error) = (reply.rcode(), reply.tsig_error());
            talk.printer.step(|| format!("answer from {server}: {rcode}, TSIG {error}, verified"));
            if let Stage::Read(name, record_type) = stage {
                let mut records = reply.rrset(name, *record_type).peekable();
                if records.peek().is_none() && *record_type != RecordType::ANY {
                    talk.printer.step(|| format!("old value: {name} {record_type} does not exist"));
                }
                records.for_each(|record| talk.printer.step(|| format!("old value: {record}")));
            }
        }
        Answered::NotSent(_) => talk.printer.step(|| "not sent".to_owned()),
        Answered::Unsettled(..) => talk.printer.step(|| "no answer that verifies".to_owned()),
    }
}

fn wrong(why: crate::proto::goal::TargetError) -> Halt {
    use crate::proto::goal::TargetError;
    let hint = match &why {
        TargetError::NotAHost(_) => Some("--force sends it all the same; BIND needs check-names off for it".to_owned()),
        TargetError::Apex(_) => Some("add the new record first, then delete the old one by its value".to_owned()),
        _ => None,
    };
    Halt::new(Exit::Setup, why.to_string(), hint)
}
