//! get: what the primary holds, signed.

use crate::config::Settings;
use crate::dns::rdata::TYPES;
use crate::dns::{Record, RecordType};
use crate::exit::Exit;
use crate::output::{Message, Subject, records};
use crate::proto::exchange::{Answered, Purpose};
use crate::proto::outcome::{Outcome, Refusal};
use crate::proto::{Contacts, Rcode, Reply, query};

use super::Halt;
use super::conversation::{Conversation, subject, unix};
use super::locate::{self, Owner, halt};

/// What stands beside other records and speaks of them. PowerDNS refuses to be asked for signatures alone.
const OF_OTHERS: [RecordType; 3] = [RecordType::RRSIG, RecordType::NSEC, RecordType::NSEC3];

/// Reads an RRset, or all that there is at a name.
pub(super) async fn run(settings: &Settings, talk: &mut Conversation, wanted: RecordType) -> Result<Exit, Halt> {
    let mut subject = subject(&settings.primary, &settings.name, wanted.to_string());
    let (mut contacts, zone) =
        locate::servers(&settings.primary, &Owner { name: &settings.name, record_type: wanted }, talk).await?;
    subject.zone = zone;
    let reply = read(talk, &mut contacts, &mut subject, wanted).await?;
    let mut found: Vec<Record> = reply.answers().to_vec();
    // A server may answer a question for everything with a part of it (RFC 8482), so each type is asked for as well.
    let others = TYPES.iter().map(|(_, number, _)| RecordType(*number));
    let others = others.filter(|other| wanted == RecordType::ANY && other.is_data() && !OF_OTHERS.contains(other));
    for record_type in others.filter(|_| reply.rcode() == Rcode::NOERROR) {
        if !found.iter().any(|record| record.record_type == record_type) {
            let reply = read(talk, &mut contacts, &mut subject, record_type).await?;
            found.extend(reply.answers().iter().filter(|record| record.record_type == record_type).cloned());
        }
    }
    found.sort_by(|one, other| (one.record_type, &one.rdata).cmp(&(other.record_type, &other.rdata)));
    let what = match reply.rcode() {
        Rcode::NXDOMAIN => format!("{} does not exist", settings.name),
        _ => format!("{} has no {wanted} record", settings.name),
    };
    let nothing = found.is_empty().then_some(Message { what, hint: None });
    let written = records(talk.printer, &subject, &found, nothing.as_ref());
    Ok(if written { Exit::Done } else { Exit::Setup })
}

/// One signed answer from an authority for the subject's name.
pub(super) async fn read(
    talk: &mut Conversation,
    contacts: &mut Contacts,
    subject: &mut Subject,
    wanted: RecordType,
) -> Result<Reply, Halt> {
    subject.server = contacts.current();
    talk.printer.step(|| format!("question: {} {wanted}", subject.name));
    let answered = talk.ask(contacts, query::question(&subject.name, wanted), Purpose::Ask).await?;
    subject.server = contacts.current();
    subject.now = unix();
    let reply = match answered {
        Answered::Reply(reply, ..) => *reply,
        Answered::NotSent(failures) | Answered::Unsettled(failures, None) => {
            return Err(halt(&Outcome::Unreachable(failures), subject));
        }
        Answered::Unsettled(_, Some(hint)) => {
            return Err(halt(&Outcome::Unauthentic { hint, sent: false }, subject));
        }
    };
    let (rcode, count) = (reply.rcode(), reply.answers().len());
    talk.printer.step(|| format!("answer: {rcode}, signed, {count} records"));
    if !matches!(rcode, Rcode::NOERROR | Rcode::NXDOMAIN) {
        return Err(halt(&Outcome::Refused(Refusal::of(&reply, true)), subject));
    }
    if !reply.is_authoritative() {
        let mut cuts = reply.authority().iter().filter(|record| record.record_type == RecordType::NS);
        let delegated_at = cuts.find(|cut| !cut.name.is_root()).map(|cut| cut.name.clone());
        let name = subject.name.clone();
        return Err(halt(&Outcome::NotAuthoritative { name, delegated_at }, subject));
    }
    Ok(reply)
}
