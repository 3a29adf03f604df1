//! The messages of a script, one after the other: where each goes, split by zone, sent, and looked after.

use std::sync::Arc;

use crate::config::{Primary, Script, Server};
use crate::dns::{Message, Name, RecordType};
use crate::exit::Exit;
use crate::output::script::{self as told, Sent};
use crate::output::{Message as Words, Printer, Subject, exit_of, stock};
use crate::proto::deliver::Delivery;
use crate::proto::exchange::Purpose;
use crate::proto::{Change, Contacts, Key, Prerequisite, Update};
use crate::script::{Act, Dialect, Draft, help};

use super::super::Halt;
use super::super::bring::bring;
use super::super::conversation::{Conversation, subject, unix};
use super::super::locate::{self, Owner};
use super::read::Step;

/// Sends messages.
pub(super) struct Performer<'s> {
    script: &'s Script,
    printer: Printer,
    talk: Conversation,
    located: Vec<Located>,
    sent: Vec<Sent>,
    failure: Option<Words>,
    /// The octets of the last answer to an update.
    answer: Option<Vec<u8>>,
}

/// Where a name was found to be.
struct Located {
    name: Name,
    is_ds: bool,
    servers: Vec<Server>,
    key: Arc<Key>,
    zone: Name,
    contacts: Contacts,
}

/// What of a draft belongs to one zone.
struct Part {
    /// Which of [`Performer::located`].
    located: usize,
    prerequisites: Vec<Prerequisite>,
    changes: Vec<Change>,
}

impl<'s> Performer<'s> {
    pub(super) fn new(script: &'s Script, printer: Printer) -> Self {
        let talk = Conversation::of_reach(&script.reach, printer);
        Self { script, printer, talk, located: Vec::new(), sent: Vec::new(), failure: None, answer: None }
    }

    /// Does one thing.
    pub(super) async fn perform(&mut self, step: &Step) -> Exit {
        match &step.act {
            Act::Send(draft) => self.send(draft, &step.place.to_string()).await,
            Act::Show(draft) => self.show(draft),
            Act::Answer => {
                if let Some(message) = self.answer.as_ref().and_then(|octets| Message::walk(octets).ok()) {
                    self.show_text(&format!("Answer:\n{}", stock::received(&message)));
                }
                Exit::Done
            }
            Act::Debug => {
                self.printer.verbose = true;
                self.talk.printer.verbose = true;
                Exit::Done
            }
            Act::Help => {
                self.show_text(help(Dialect::Nsup));
                Exit::Done
            }
            Act::Version => {
                self.show_text(&format!("nsup {}\n", env!("CARGO_PKG_VERSION")));
                Exit::Done
            }
            Act::Nothing | Act::Server(_) | Act::Quit => Exit::Done,
        }
    }

    /// A text that a line asked for. With JSON, standard output is one object and nothing else.
    fn show_text(&self, text: &str) {
        if self.printer.json { stock::murmur(text) } else { stock::show(text) }
    }

    /// Tells how all of it ended.
    pub(super) fn finish(self, exit: Exit, unsent: Vec<String>) -> Exit {
        told::ended(self.printer, &self.sent, exit, self.failure.as_ref(), &unsent)
    }

    async fn send(&mut self, draft: &Draft, place: &str) -> Exit {
        self.talk.restart();
        let ended = self.parts_sent(draft, place).await;
        ended.unwrap_or_else(|halt| {
            if !self.printer.json {
                self.printer.message(&halt.message);
            }
            self.failure = Some(halt.message);
            halt.exit
        })
    }

    async fn parts_sent(&mut self, draft: &Draft, place: &str) -> Result<Exit, Halt> {
        let Some(key) = draft.key.clone() else { return Ok(Exit::Done) };
        let primary = self.primary(draft, key);
        self.talk.send_from(draft.local_v4, draft.local_v6);
        let parts = self.parts(draft, &primary).await?;
        if parts.len() > 1
            && let Some(part) = parts.iter().find(|part| part.changes.is_empty())
        {
            let zone = &self.located[part.located].zone;
            let what =
                format!("a prerequisite in the zone {zone} cannot guard changes in another: each zone is a message");
            return Err(Halt::new(
                Exit::Setup,
                what,
                Some("`send` between them sends them one after the other".to_owned()),
            ));
        }
        for part in parts {
            let exit = self.part_sent(draft, &primary, part, place).await?;
            if exit != Exit::Done {
                return Ok(exit);
            }
        }
        Ok(Exit::Done)
    }

    async fn part_sent(&mut self, draft: &Draft, primary: &Primary, part: Part, place: &str) -> Result<Exit, Halt> {
        let Part { located, prerequisites, changes } = part;
        let (mut subject, zone) = {
            let found = &self.located[located];
            let first = changes.first().map(Change::name).or(prerequisites.first().map(Prerequisite::name));
            (subject(primary, first.unwrap_or(&found.zone), types(&changes)), found.zone.clone())
        };
        subject.zone = Some(zone.clone());
        let update = Update::in_order(zone, draft.class, prerequisites, changes, draft.lease);
        let mut delivery = Delivery::new(update, Purpose::Change);
        let contacts = &mut self.located[located].contacts;
        let Some(outcome) = bring(&mut delivery, contacts, &mut self.talk, async |_, _, _| true).await? else {
            return Ok(Exit::Done);
        };
        self.answer = self.talk.last_answer.take();
        subject.server = contacts.current();
        subject.now = unix();
        let exit = exit_of(&outcome);
        let clock_difference = contacts.clock_difference();
        let sent =
            Sent { subject, outcome, update: delivery.update().clone(), place: place.to_owned(), clock_difference };
        told::sent(self.printer, &sent);
        self.sent.push(sent);
        Ok(exit)
    }

    /// Everything in its zone, the zones in the order in which they are first spoken of.
    async fn parts(&mut self, draft: &Draft, primary: &Primary) -> Result<Vec<Part>, Halt> {
        let mut parts: Vec<Part> = Vec::new();
        for prerequisite in &draft.prerequisites {
            let number = self.part_of(prerequisite.name(), prerequisite.record_type(), primary, &mut parts).await?;
            parts[number].prerequisites.push(prerequisite.clone());
        }
        for change in &draft.changes {
            let number = self.part_of(change.name(), change.record_type(), primary, &mut parts).await?;
            parts[number].changes.push(change.clone());
        }
        Ok(parts)
    }

    async fn part_of(
        &mut self,
        name: &Name,
        record_type: RecordType,
        primary: &Primary,
        parts: &mut Vec<Part>,
    ) -> Result<usize, Halt> {
        let located = self.locate(&Owner { name, record_type }, primary).await?;
        let zone = self.located[located].zone.clone();
        let known = parts.iter().position(|part| self.located[part.located].zone == zone);
        Ok(known.unwrap_or_else(|| {
            parts.push(Part { located, prerequisites: Vec::new(), changes: Vec::new() });
            parts.len() - 1
        }))
    }

    /// The zone of a record and its servers; asked for once.
    async fn locate(&mut self, owner: &Owner<'_>, primary: &Primary) -> Result<usize, Halt> {
        let is_ds = owner.record_type == RecordType::DS;
        let is_same = |found: &Located| found.servers == primary.servers && Arc::ptr_eq(&found.key, &primary.key);
        let known = self.located.iter().position(|found| {
            let is_here = match &primary.zone {
                Some(zone) => *zone == found.zone,
                None => found.name == *owner.name && found.is_ds == is_ds,
            };
            is_here && is_same(found)
        });
        if let Some(known) = known {
            return Ok(known);
        }
        let mut subject: Subject = subject(primary, owner.name, owner.record_type.to_string());
        let (mut contacts, zone) = locate::servers(primary, owner, &mut self.talk).await?;
        subject.server = contacts.current();
        let zone = match zone {
            Some(zone) => zone,
            None => locate::zone(owner, &mut self.talk, &mut contacts, &subject).await?,
        };
        self.located.push(Located {
            name: owner.name.clone(),
            is_ds,
            servers: primary.servers.clone(),
            key: primary.key.clone(),
            zone,
            contacts,
        });
        Ok(self.located.len() - 1)
    }

    fn primary(&self, draft: &Draft, key: Arc<Key>) -> Primary {
        let mut primary = self.script.reach.clone().with_key(key);
        if let Some(server) = &draft.server {
            primary.servers = vec![Server::new(&server.host, server.port)];
        }
        if draft.zone.is_some() {
            primary.zone.clone_from(&draft.zone);
        }
        primary
    }

    fn show(&self, draft: &Draft) -> Exit {
        let zone = draft.zone.clone().or_else(|| self.script.reach.zone.clone());
        let known = zone.is_some();
        let (prerequisites, changes) = (draft.prerequisites.clone(), draft.changes.clone());
        let zone = zone.unwrap_or_else(Name::root);
        let octets = Update::in_order(zone, draft.class, prerequisites, changes, draft.lease).encode();
        match octets.as_ref().map(|octets| Message::walk(octets)) {
            Ok(Ok(message)) => self.show_text(&stock::pending(&message, known)),
            Ok(Err(why)) => self.printer.say(&why.to_string()),
            Err(why) => self.printer.say(&why.to_string()),
        }
        Exit::Done
    }
}

/// The types of the changes of the first name, for messages.
fn types(changes: &[Change]) -> String {
    let Some(first) = changes.first() else { return String::new() };
    let mut types: Vec<String> = Vec::new();
    for change in changes.iter().filter(|change| change.name() == first.name()) {
        let word = change.record_type().to_string();
        if !types.contains(&word) && types.len() < 5 {
            types.push(word);
        }
    }
    let others = changes.iter().any(|change| change.name() != first.name());
    if others { format!("{} and others", types.join(" ")) } else { types.join(" ") }
}
