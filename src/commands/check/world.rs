//! What the world sees of the names, and what in the zone leads to them.

use crate::config::{Reach, Server};
use crate::dns::{Name, RecordType};
use crate::output::{Link, Public};
use crate::proto::exchange::{Answered, Purpose};
use crate::proto::outcome::Rrset;
use crate::proto::query;

use super::super::conversation::Conversation;
use super::super::public::{self, PublicServer, Seen};
use super::report::Report;
use super::server::Knocked;
use super::zone::bare;

/// What the primary holds of a name.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) name: Name,
    pub(super) record_type: RecordType,
    pub(super) rrset: Rrset,
}

/// Asks the zone's public servers for what the primary holds.
pub(super) async fn examine(zone: &Name, reach: &Reach, public: &[Server], held: &[Held], report: &mut Report) {
    let servers = match public::servers(zone, reach, public).await {
        Ok(servers) => servers,
        Err(why) => {
            let remedy = format!("the zone above must delegate it, at the registrar for one: {} NS HOST", bare(zone));
            return report.warn(Link::World, why, vec![remedy]);
        }
    };
    for (host, why) in &servers.lost {
        let what = format!("{host} is to serve {zone}, and nobody finds it: {why}");
        report.warn(Link::World, what, vec!["its NS record must go, or get an address".to_owned()]);
    }
    let questions: Vec<public::Question> = held.iter().map(|held| (held.name.clone(), held.record_type)).collect();
    let seen = public::see(zone, &servers.found, reach.source, &questions).await;
    let mut agreeing = Vec::new();
    for one in &seen {
        match faults(one, zone, held, &questions) {
            faults if faults.is_empty() => agreeing.push(label(&one.server)),
            faults => {
                let is_silent = one.answers.iter().any(Result::is_err);
                let (what, remedy) = if is_silent {
                    (
                        format!("{} does not answer: {}", label(&one.server), faults.join("; ")),
                        "does named run there?".to_owned(),
                    )
                } else {
                    let zone = bare(zone);
                    (
                        format!("{} serves something else: {}", label(&one.server), faults.join("; ")),
                        format!("on that server: does it get notify, and may it transfer? rndc refresh {zone}"),
                    )
                };
                report.warn(Link::World, what, vec![remedy]);
            }
        }
    }
    if !agreeing.is_empty() {
        report.good(Link::World, format!("{zone} is served as the primary has it by {}", agreeing.join(", ")));
    }
}

/// What a server says otherwise than the primary.
fn faults(seen: &Seen, zone: &Name, held: &[Held], questions: &[public::Question]) -> Vec<String> {
    let mut faults = Vec::new();
    for ((held, answer), question) in held.iter().zip(&seen.answers).zip(questions) {
        let about = format!("{} {}", held.name, held.record_type);
        match answer {
            Err(ending) => return vec![format!("{ending}")],
            Ok(answer) => match public::serves(answer, question) {
                Err(why) => faults.push(format!("{about}: {why}")),
                Ok(rrset) if !same(&rrset, &held.rrset) => {
                    let values: Vec<String> =
                        rrset.rdata.iter().map(|rdata| rdata.display(held.record_type).to_string()).collect();
                    let values = if values.is_empty() { "none".to_owned() } else { values.join(", ") };
                    let serial = seen.serial.map(|serial| format!(", serial {serial} of {zone}")).unwrap_or_default();
                    faults.push(format!("{about} {values}{serial}"));
                }
                Ok(_) => {}
            },
        }
    }
    faults
}

/// How a server is called.
fn label(server: &PublicServer) -> String {
    Public { address: Some(server.address), hosts: server.hosts.clone(), ..Public::default() }.label()
}

fn same(one: &Rrset, other: &Rrset) -> bool {
    one.rdata.len() == other.rdata.len() && one.rdata.iter().all(|rdata| other.rdata.contains(rdata))
}

/// Looks at what in the zone leads to names whose addresses change: others keep an address of theirs for as long as its TTL
/// says, and for a name server or a mail host that is a time in which nothing works.
pub(super) async fn pointers(
    zone: &Name,
    names: &[Name],
    knocked: &mut Knocked,
    talk: &mut Conversation,
    report: &mut Report,
) {
    for record_type in [RecordType::NS, RecordType::MX] {
        talk.restart();
        let asked = talk.ask(&mut knocked.contacts, query::question(zone, record_type), Purpose::Ask).await;
        let Ok(Answered::Reply(reply, ..)) = asked else { continue };
        for record in reply.rrset(zone, record_type) {
            let hosts = record.rdata.names(record_type);
            let Some(host) = hosts.iter().find(|host| names.contains(host)) else { continue };
            let what = format!(
                "{zone} {record_type} leads to {host}, whose address changes: until others know, it is nowhere"
            );
            let remedy = match record_type {
                RecordType::NS => "let a host with a lasting address serve the zone",
                _ => "a short ttl for the name, and a second MX with a lasting address",
            };
            report.warn(Link::Name, what, vec![remedy.to_owned()]);
        }
    }
}
