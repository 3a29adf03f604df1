//! --wait: after a change, until every public server of the zone serves it.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::config::{Reach, Wait};
use crate::dns::{Name, RecordType};
use crate::output::{Message, Public, Subject, Waited, published};
use crate::proto::Contacts;
use crate::proto::exchange::Ending;
use crate::proto::goal::Target;
use crate::proto::outcome::Rrset;

use super::conversation::Conversation;
use super::get;
use super::public::{self, PublicServer, Question};

/// The pauses between two questions to one server.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(2);

/// How long a server's serial may take, which is only told.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is waited for.
struct Awaited<'a> {
    zone: &'a Name,
    reach: &'a Reach,
    /// The goals, each with what the primary shows where that may be something all the same: what a wildcard makes up.
    targets: Vec<(&'a Target, Option<Rrset>)>,
    began: Instant,
    deadline: Instant,
}

/// Waits until all servers show that the goals have been met, telling of each as it does.
pub(super) async fn wait_for(
    wait: &Wait,
    reach: &Reach,
    targets: &[Target],
    talk: &mut Conversation,
    contacts: &mut Contacts,
    subject: &Subject,
) -> Waited {
    let printer = talk.printer;
    let zone = subject.zone.as_ref().unwrap_or(&subject.name);
    let began = Instant::now();
    let deadline = began + wait.within;
    talk.restart();
    let mut awaited = Awaited { zone, reach, targets: Vec::new(), began, deadline };
    for target in targets {
        let shown = if target.adds() { None } else { shown(target, talk, contacts, subject).await };
        awaited.targets.push((target, shown));
    }
    let found = timeout_at(deadline, public::servers(zone, reach, &wait.public)).await;
    let servers = match found.unwrap_or_else(|_| Err(format!("the servers of {zone} were not found in time"))) {
        Ok(servers) => servers,
        Err(why) => {
            let what = format!("{why}; the change is in the primary");
            let hint = Some("--public HOST names a server to ask".to_owned());
            return Waited { servers: Vec::new(), failure: Some(Message { what, hint }) };
        }
    };
    let one = servers.found.iter().map(async |server| {
        let public = one(server, &awaited).await;
        published(printer, &public);
        public
    });
    let mut all = join_all(one).await;
    all.extend(servers.lost.into_iter().map(|(host, why)| Public::lost(host, why)));
    let missing = all.iter().filter(|public| !public.serves).count();
    let failure = (missing > 0).then(|| Message {
        what: format!(
            "{missing} of {} public servers of {zone} did not serve it within {} s; the change is in the primary",
            all.len(),
            wait.within.as_secs()
        ),
        hint: Some(
            "the same command again waits on; a secondary looks when it is notified, and at the SOA's refresh"
                .to_owned(),
        ),
    });
    Waited { servers: all, failure }
}

/// What the primary shows of a target, if it says.
async fn shown(target: &Target, talk: &mut Conversation, contacts: &mut Contacts, subject: &Subject) -> Option<Rrset> {
    let mut subject = Subject { name: target.name.clone(), types: target.record_type.to_string(), ..subject.clone() };
    let reply = get::read(talk, contacts, &mut subject, target.record_type).await.ok()?;
    public::serves(&reply, &(target.name.clone(), target.record_type)).ok()
}

/// Asks one server until it serves what is wanted, or the time is up.
async fn one(server: &PublicServer, awaited: &Awaited<'_>) -> Public {
    let Awaited { zone, reach, began, deadline, .. } = awaited;
    let mut public = Public { address: Some(server.address), hosts: server.hosts.clone(), ..Public::default() };
    let mut pause = FIRST;
    loop {
        let asked = timeout_at(*deadline, look(server, awaited)).await;
        // What it said before is worth more than that the time was up in the middle of the next question.
        public.instead = asked.unwrap_or_else(|_| public.instead.take().or(Some(Ending::Silent.to_string())));
        public.serves = public.instead.is_none();
        public.after = Some(began.elapsed()).filter(|_| public.serves);
        let left = deadline.saturating_duration_since(Instant::now());
        if public.serves || left.is_zero() {
            let soa = (Name::clone(zone), RecordType::SOA);
            let soa = timeout(PATIENCE, public::ask(server, reach.source, &soa)).await;
            public.serial = soa.ok().and_then(Result::ok).and_then(|soa| public::serial(&soa, zone));
            return public;
        }
        sleep(pause.min(left)).await;
        pause = (pause * 2).min(LONGEST);
    }
}

/// What a server serves instead of what is wanted; `None` where it serves that.
async fn look(server: &PublicServer, awaited: &Awaited<'_>) -> Option<String> {
    for (target, shown) in &awaited.targets {
        let question: Question = (target.name.clone(), target.record_type);
        let said = public::ask(server, awaited.reach.source, &question).await;
        let instead = public::instead(&said, &question, |rrset| target.is_met(rrset) || shown.as_ref() == Some(rrset));
        if instead.is_some() {
            return instead;
        }
    }
    None
}
