//! The messages of a script, one after the other: all of them found their zones first, then each is sent and looked after.

use std::collections::VecDeque;

use crate::config::Script;
use crate::dns::{Message as Octets, Name};
use crate::exit::Exit;
use crate::output::script::{Sent, Teller};
use crate::output::{Message as Words, Printer, exit_of, stock};
use crate::proto::Update;
use crate::proto::deliver::Delivery;
use crate::proto::exchange::Purpose;
use crate::script::{Act, Dialect, Draft, help};

use super::super::Halt;
use super::super::bring::bring;
use super::super::conversation::{Conversation, unix};
use super::super::stock::UPDATE;
use super::locations::Locations;
use super::plan::{Message, plan};
use super::read::{Place, Step};

/// Sends messages.
pub(super) struct Performer<'s> {
    script: &'s Script,
    teller: Teller,
    talk: Conversation,
    locations: Locations,
    /// The octets of the last answer to an update.
    answer: Option<Vec<u8>>,
}

/// What is done in its turn.
enum Work {
    Send(Box<Message>),
    Other(Act),
}

impl<'s> Performer<'s> {
    pub(super) fn new(script: &'s Script, printer: Printer) -> Self {
        let talk = Conversation::of_reach(&script.reach, printer);
        Self { script, teller: Teller::new(printer), talk, locations: Locations::default(), answer: None }
    }

    /// Carries a whole script out. Nothing is sent before everything is known to have its zone and to fit.
    pub(super) async fn perform_all(mut self, steps: Vec<Step>) -> Exit {
        let places: Vec<String> =
            steps.iter().filter(|step| step.is_message()).map(|step| step.place.to_string()).collect();
        let mut works = VecDeque::new();
        for Step { act, place } in steps {
            let Act::Send(draft) = act else {
                works.push_back(Work::Other(act));
                continue;
            };
            let place = place.to_string();
            match self.plan(*draft, &place).await {
                Ok(messages) => works.extend(messages.into_iter().map(|message| Work::Send(Box::new(message)))),
                Err(halt) => return self.teller.nothing_sent(halt.exit, &placed(&place, halt.message), places),
            }
        }
        let mut exit = Exit::Done;
        while exit == Exit::Done
            && let Some(work) = works.pop_front()
        {
            match work {
                Work::Send(message) => exit = self.send(&message).await,
                Work::Other(act) => self.perform(&act),
            }
        }
        let unsent = works.iter().filter_map(|work| match work {
            Work::Send(message) => Some((&message.update, message.place.as_str())),
            Work::Other(_) => None,
        });
        self.teller.ended(exit, unsent)
    }

    /// Sends what somebody has typed. What nobody has seen of it comes back, to be sent again.
    pub(super) async fn send_typed(&mut self, draft: Draft) -> Option<Draft> {
        let kept = draft.clone();
        let messages = match self.plan(draft, &Place::at_prompt().to_string()).await {
            Ok(messages) => messages,
            Err(halt) => {
                self.teller.say(&halt.message);
                return Some(kept);
            }
        };
        for (number, message) in messages.iter().enumerate() {
            let exit = self.send(message).await;
            if exit == Exit::Done {
                continue;
            }
            if !matches!(exit, Exit::Setup | Exit::Unreachable) {
                self.teller
                    .unsent(messages[number + 1..].iter().map(|message| (&message.update, message.place.as_str())));
                return None;
            }
            let left: Vec<&Update> = messages[number..].iter().map(|message| &message.update).collect();
            let prerequisites = left.iter().flat_map(|update| update.prerequisites()).cloned().collect();
            let changes = left.iter().flat_map(|update| update.changes()).cloned().collect();
            return Some(Draft { prerequisites, changes, ..kept });
        }
        None
    }

    /// Does what is not sending.
    pub(super) fn perform(&mut self, act: &Act) {
        match act {
            Act::Show(draft) => self.show(draft),
            Act::Answer => {
                if let Some(message) = self.answer.as_ref().and_then(|octets| Octets::walk(octets).ok()) {
                    self.teller.show(&format!("Answer:\n{}", stock::received(&message)));
                }
            }
            Act::Debug => {
                self.teller.printer.verbose = true;
                self.talk.printer.verbose = true;
            }
            Act::Help => self.teller.show(help(Dialect::Nsup)),
            Act::Version => self.teller.show(&format!("nsup {}\n", env!("CARGO_PKG_VERSION"))),
            Act::Nothing | Act::Server(_) | Act::Send(_) | Act::Quit => {}
        }
    }

    async fn plan(&mut self, draft: Draft, place: &str) -> Result<Vec<Message>, Halt> {
        // Without a key nothing comes this far.
        let Some(key) = draft.key.clone() else { return Ok(Vec::new()) };
        plan(draft, key, place, self.script, &mut self.locations, &mut self.talk).await
    }

    async fn send(&mut self, message: &Message) -> Exit {
        let Message { update, location, subject, place, local_v4, local_v6 } = message;
        let Some(contacts) = self.locations.contacts(location) else { return Exit::Setup };
        self.talk.restart();
        self.talk.send_from(*local_v4, *local_v6);
        let mut delivery = Delivery::new(update.clone(), Purpose::Change);
        let ended = bring(&mut delivery, contacts, &mut self.talk, async |_, _, _| true).await;
        // Where the zone was asked what became of the message, that answer is not the message's.
        let is_update = |octets: &Vec<u8>| Octets::walk(octets).is_ok_and(|message| message.header.opcode() == UPDATE);
        self.answer = self.talk.last_answer.take().filter(is_update);
        let outcome = match ended {
            Ok(Some(outcome)) => outcome,
            Ok(None) => return Exit::Done,
            Err(why) => {
                let halt = Halt::from(why);
                self.teller.failed(&placed(place, halt.message));
                return halt.exit;
            }
        };
        let exit = exit_of(&outcome);
        let mut subject = subject.clone();
        subject.server = contacts.current();
        subject.now = unix();
        let clock_difference = contacts.clock_difference();
        self.teller.sent(&Sent { subject, outcome, update, place, clock_difference });
        exit
    }

    fn show(&self, draft: &Draft) {
        let zone = draft.zone.clone().or_else(|| self.script.reach.zone.clone());
        let known = zone.is_some();
        let (prerequisites, changes) = (draft.prerequisites.clone(), draft.changes.clone());
        let zone = zone.unwrap_or_else(Name::root);
        let octets = Update::in_order(zone, draft.class, prerequisites, changes, draft.lease).encode();
        match octets.as_ref().map(|octets| Octets::walk(octets)) {
            Ok(Ok(message)) => self.teller.show(&stock::pending(&message, known)),
            Ok(Err(why)) => self.teller.printer.say(&why.to_string()),
            Err(why) => self.teller.printer.say(&why.to_string()),
        }
    }
}

/// A message with its place before it.
fn placed(place: &str, message: Words) -> Words {
    Words { what: format!("{place}: {}", message.what), hint: message.hint }
}
