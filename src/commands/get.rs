//! get: what the primary holds, signed.

use crate::config::Settings;
use crate::dns::RecordType;
use crate::exit::Exit;
use crate::output::{Message, records};
use crate::proto::exchange::{Answered, Purpose};
use crate::proto::outcome::{Outcome, Refusal};
use crate::proto::{Rcode, query};

use super::Halt;
use super::conversation::{Conversation, subject, unix};
use super::locate::{self, halt};

/// Reads an RRset, or all of a name's.
pub(super) async fn run(settings: &Settings, talk: &mut Conversation, wanted: RecordType) -> Result<Exit, Halt> {
    let mut subject = subject(settings, wanted.to_string());
    let (mut contacts, zone) = locate::servers(settings, talk).await?;
    subject.zone = zone;
    subject.server = contacts.current();
    talk.printer.step(|| format!("question: {} {wanted}", settings.name));
    let answered = talk.ask(&mut contacts, query::question(&settings.name, wanted), Purpose::Ask).await?;
    subject.server = contacts.current();
    subject.now = unix();
    let reply = match answered {
        Answered::Reply(reply, _) => reply,
        Answered::NotSent(failures) | Answered::Unsettled(failures, None) => {
            return Err(halt(&Outcome::Unreachable(failures), &subject));
        }
        Answered::Unsettled(failures, Some(hint)) => {
            return Err(halt(&Outcome::Unauthentic(hint, failures), &subject));
        }
    };
    if !matches!(reply.rcode(), Rcode::NOERROR | Rcode::NXDOMAIN) {
        let (rcode, tsig_error) = (reply.rcode(), reply.tsig_error());
        let refusal = Refusal { rcode, tsig_error, server_time: reply.server_time(), reading: true };
        return Err(halt(&Outcome::Refused(refusal), &subject));
    }
    if !reply.is_authoritative() {
        let mut cuts = reply.authority().iter().filter(|record| record.record_type == RecordType::NS);
        let delegated_at = cuts.find(|cut| !cut.name.is_root()).map(|cut| cut.name.clone());
        let name = settings.name.clone();
        return Err(halt(&Outcome::NotAuthoritative { name, delegated_at }, &subject));
    }
    let what = match reply.rcode() {
        Rcode::NXDOMAIN => format!("{} does not exist", settings.name),
        _ => format!("{} has no {wanted} record", settings.name),
    };
    let nothing = reply.answers().is_empty().then_some(Message { what, hint: None });
    records(talk.printer, &subject, reply.answers(), nothing.as_ref());
    Ok(Exit::Done)
}
