//! set, add and delete: one change, brought about and proven.

use crate::config::{Settings, Verb, Wait};
use crate::exit::Exit;
use crate::output::{Report, Subject, dry_run, result, unpublished};
use crate::proto::converge::Converge;
use crate::proto::goal::Target;
use crate::proto::{Contacts, Update};

use super::Halt;
use super::bring::bring;
use super::conversation::{Conversation, subject, unix};
use super::locate::{self, Owner};
use super::wait::wait_for;

/// Brings the targets about.
pub(super) async fn run(settings: &Settings, talk: &mut Conversation) -> Result<Exit, Halt> {
    let Verb::Change { targets, required, force, dry_run: dry, wait } = &settings.verb else {
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
    let printer = talk.printer;
    let mut written = true;
    let shown = subject.clone();
    let go_on = async |contacts: &Contacts, update: &Update, octets: &[u8]| {
        if *dry {
            let subject = Subject { server: contacts.current(), ..shown.clone() };
            written = dry_run(printer, update, octets, &subject);
        }
        !*dry
    };
    let Some(outcome) = bring(&mut converge, &mut contacts, talk, go_on).await? else {
        return Ok(if written { Exit::Done } else { Exit::Setup });
    };
    subject.served = locate::served(&outcome, &owner, talk, &mut contacts, &subject).await;
    subject.server = contacts.current();
    subject.now = unix();
    let (differences, clock_difference) = (converge.differences(), contacts.clock_difference());
    let report = Report { subject, outcome, differences, dry_run: *dry, clock_difference, waited: None };
    match wait.as_ref().filter(|_| report.exit() == Exit::Done) {
        Some(wait) => Ok(see_through(wait, settings, targets, talk, &mut contacts, report).await),
        None => {
            result(printer, &report);
            Ok(report.exit())
        }
    }
}

/// Tells of a change that the primary holds, and waits until the world sees it.
async fn see_through(
    wait: &Wait,
    settings: &Settings,
    targets: &[Target],
    talk: &mut Conversation,
    contacts: &mut Contacts,
    mut report: Report,
) -> Exit {
    // A program gets one object, at the end.
    if !talk.printer.json {
        result(talk.printer, &report);
    }
    let waited = wait_for(wait, &settings.primary.reach, targets, talk, contacts, &report.subject).await;
    unpublished(talk.printer, &waited);
    report.waited = Some(waited);
    if talk.printer.json {
        result(talk.printer, &report);
    }
    report.exit()
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
