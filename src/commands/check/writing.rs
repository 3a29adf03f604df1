//! Whether the server can write: one record is really added, and deleted again.

use crate::dns::{Name, Record, RecordType};
use crate::exit::Exit;
use crate::output::{Link, Subject, exit_of, explain, named_conf};
use crate::proto::exchange::{Answered, Purpose};
use crate::proto::outcome::{Outcome, Refusal};
use crate::proto::{Change, Rcode, Update, UpdateError, probe};

use super::super::conversation::{Conversation, random, subject};
use super::primary::Place;
use super::report::Report;
use super::server::Knocked;
use super::zone::bare;

/// The label of the record.
const LABEL: &[u8] = b"_nsup-check";

/// The TTL of the record, which nobody asks for, in seconds.
const TTL: u32 = 0;

/// Adds a TXT record below the name and deletes it again.
pub(super) async fn test(
    place: &Place<'_>,
    name: &Name,
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) {
    let zone = place.zone.origin();
    let below = Name::from_labels(std::iter::once(LABEL).chain(name.labels()));
    let (Ok(below), Some(rdata)) = (below, probe::sample(RecordType::TXT, random())) else {
        let what = format!("{name} is too long for a name below it: not tried");
        return report.warn(Link::Writing, what, Vec::new());
    };
    let record_type = RecordType::TXT;
    let add = Change::Add(Record { name: below.clone(), ttl: TTL, record_type, rdata: rdata.clone() });
    let delete = Change::DeleteRecord { name: below.clone(), record_type, rdata };
    let added = send(zone, add, knocked, talk).await;
    // Whatever became of the first message: what it may have left is taken away.
    let deleted = match &added {
        Outcome::Refused(_) | Outcome::Impossible(_) | Outcome::Unreachable(_) => None,
        _ => Some(send(zone, delete, knocked, talk).await),
    };
    let subject = Subject {
        server: Some(knocked.door.server),
        zone: Some(zone.clone()),
        ..subject(place.primary, &below, record_type.to_string())
    };
    let server = knocked.door.server;
    match (added, deleted) {
        (Outcome::Changed, Some(Outcome::Changed)) => {
            report.good(Link::Writing, format!("{server} has written {below} TXT, and deleted it again"));
        }
        (Outcome::Changed, Some(other)) => {
            let message = explain(&other, &subject);
            let why = message.map(|message| message.what).unwrap_or_default();
            let what = format!("{server} has written {below} TXT, and did not delete it again: {why}");
            report.warn(Link::Writing, what, vec![format!("nsup delete {below} TXT")]);
        }
        (Outcome::Refused(refusal), _) if refusal.rcode == Rcode::REFUSED => {
            let key = place.primary.key.name();
            let what = format!("key {key} may not change {below} TXT: whether {server} can write was not tried");
            let mut remedy =
                vec![format!("for this test only, in named.conf, in zone \"{}\", update-policy:", bare(zone))];
            remedy.extend(named_conf::grants(key, &[(below.clone(), vec![record_type])]));
            report.warn(Link::Writing, what, remedy);
        }
        (Outcome::Refused(refusal), _) if refusal.rcode == Rcode::SERVFAIL => {
            let directory = format!(
                "named must be able to write to the directory of the zone's file, where its journal {}.jnl is; on the server: \
                 chown bind: DIRECTORY, and /etc/apparmor.d/usr.sbin.named must name it",
                bare(zone)
            );
            let disk = "is the disk full? On the server: df DIRECTORY".to_owned();
            let log = "the server's log says which: \"journal open failed\", or \"no space left\"".to_owned();
            let (what, remedy) = match place.held_since() {
                Some(_) => {
                    let what = format!(
                        "{server} takes updates and cannot write any more (SERVFAIL), though it has: its disk is full"
                    );
                    (what, vec![disk, format!("if that is not it: {directory}"), log])
                }
                None => {
                    let what = format!(
                        "{server} takes updates and cannot write them (SERVFAIL): the zone's directory is not writable"
                    );
                    (what, vec![directory, format!("if that is not it: {disk}"), log])
                }
            };
            report.fault(Link::Writing, Exit::Refused, what, remedy);
        }
        (other, _) => {
            if let Some(message) = explain(&other, &subject) {
                report.failed(Link::Writing, exit_of(&other), message);
            }
        }
    }
}

async fn send(zone: &Name, change: Change, knocked: &mut Knocked, talk: &mut Conversation) -> Outcome {
    let encode = || -> Result<Vec<u8>, UpdateError> { Update::new(zone.clone(), Vec::new(), vec![change])?.encode() };
    let message = match encode() {
        Ok(message) => message,
        Err(why) => return Outcome::Impossible(why.to_string()),
    };
    talk.restart();
    match talk.ask(&mut knocked.contacts, message, Purpose::Change).await {
        Ok(Answered::Reply(reply, ..)) if reply.rcode() == Rcode::NOERROR => Outcome::Changed,
        Ok(Answered::Reply(reply, ..)) => Outcome::Refused(Refusal::of(&reply, false)),
        Ok(Answered::NotSent(failures)) => Outcome::Unreachable(failures),
        Ok(Answered::Unsettled(failures, hint)) => Outcome::Unknown { failures, hint, refusal: None },
        Err(why) => Outcome::Impossible(why.to_string()),
    }
}
