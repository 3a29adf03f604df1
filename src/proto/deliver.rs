//! A message that a user has composed, on its way: sent as it is, and where its answer got lost, the zone decides.
//!
//! [`converge`](super::converge) knows what is wanted and finds the message; here the message is given, with the user's
//! own prerequisites, and nothing is added to it.

use super::effects::effects;
use super::exchange::{Answered, Copies, Failure, Hint, Purpose};
use super::goal::Target;
use super::outcome::{Outcome, Refusal};
use super::read::{Shown, in_use, shown};
use super::stage::{Action, Course, Stage};
use super::{Prerequisite, Rcode, Reply, Transport, Update, query};
use crate::dns::{Name, RecordType};

/// How often the message is sent where its answer got lost and the zone does not hold what it asks for.
const ROUNDS: u32 = 3;

/// A message on its way.
#[derive(Debug)]
pub struct Delivery {
    update: Update,
    purpose: Purpose,
    place: Place,
    round: u32,
    /// What the zone holds once it has been carried out, by RRset; `None` where reading it would not tell.
    effects: Option<Vec<Effect>>,
    /// The prerequisite that was false when an earlier copy may have been carried out.
    denied: Option<Rcode>,
    /// What is known of the last time it was sent, where no answer verified.
    lost: Option<(Vec<Failure>, Option<Hint>)>,
}

/// What one RRset, or name, is to be.
#[derive(Debug)]
struct Effect {
    name: Name,
    record_type: RecordType,
    targets: Vec<Target>,
}

#[derive(Debug)]
enum Place {
    Sending,
    /// Reading this of the effects.
    Reading(usize),
    Ended(Box<Outcome>),
}

impl Delivery {
    /// Starts on a message. With [`Purpose::Once`] it is handed over as nsupdate does it, and silence is the end of it;
    /// else the zone is asked after a lost answer, and the message sent again where the zone does not hold it.
    pub fn new(update: Update, purpose: Purpose) -> Self {
        let mut grouped: Vec<Effect> = Vec::new();
        let targets = effects(&update);
        let can_be_read = targets.is_some();
        for target in targets.unwrap_or_default() {
            let is_same = |effect: &&mut Effect| effect.name == target.name && effect.record_type == target.record_type;
            match grouped.iter_mut().rev().find(is_same) {
                Some(effect) => effect.targets.push(target),
                None => {
                    let (name, record_type) = (target.name.clone(), target.record_type);
                    grouped.push(Effect { name, record_type, targets: vec![target] });
                }
            }
        }
        let effects = can_be_read.then_some(grouped);
        Self { update, purpose, place: Place::Sending, round: 1, effects, denied: None, lost: None }
    }

    /// The message.
    pub fn update(&self) -> &Update {
        &self.update
    }

    fn asking(&self) -> Purpose {
        if self.purpose == Purpose::Once { Purpose::Once } else { Purpose::Settle }
    }

    /// An answer to the message itself.
    fn answered(&mut self, reply: &Reply, copies: Copies) -> Place {
        match reply.rcode() {
            Rcode::NOERROR => ended(Outcome::Changed),
            // False perhaps only because an earlier copy was carried out, whose answer got lost.
            rcode if rcode.is_prerequisite() && (copies == Copies::Several || self.lost.is_some()) => {
                self.denied = Some(rcode);
                self.settle()
            }
            rcode if rcode.is_prerequisite() => self.false_prerequisite(rcode),
            _ => ended(Outcome::Refused(Refusal::of(reply, false))),
        }
    }

    /// What the zone shows of one of the effects.
    fn read(&mut self, reply: &Reply, number: usize) -> Place {
        let Some((effect, count)) = self.effects.as_ref().and_then(|all| Some((all.get(number)?, all.len()))) else {
            return self.unknown(None);
        };
        let Some(first) = effect.targets.first() else { return self.unknown(None) };
        let found = match effect.record_type {
            RecordType::ANY => in_use(reply),
            _ => shown(reply, first, self.update.zone()),
        };
        match found {
            Ok(Shown::Rrset(seen)) if effect.targets.iter().all(|target| target.is_met(&seen)) => {
                if number + 1 < count { Place::Reading(number + 1) } else { ended(Outcome::Changed) }
            }
            Ok(Shown::Alias(_)) if effect.targets.iter().all(|target| !target.adds()) => {
                if number + 1 < count {
                    Place::Reading(number + 1)
                } else {
                    ended(Outcome::Changed)
                }
            }
            Ok(_) => self.not_held(),
            Err(_) => self.unknown(Some(Refusal::of(reply, true))),
        }
    }

    /// The zone does not hold what the message asks for.
    fn not_held(&mut self) -> Place {
        if let Some(rcode) = self.denied {
            return self.false_prerequisite(rcode);
        }
        let hinted = self.lost.as_ref().and_then(|(_, hint)| *hint);
        // Nobody off the path forges over a connection: the answer was the server's, and the next would be the same.
        let is_final = hinted.is_some_and(|hint| hint.transport != Transport::Udp);
        self.round += 1;
        if self.round <= ROUNDS && !is_final { Place::Sending } else { self.unknown(None) }
    }

    /// Asks the zone, where that can tell.
    fn settle(&mut self) -> Place {
        match &self.effects {
            Some(effects) if !effects.is_empty() => Place::Reading(0),
            // A message without changes can be asked as often as it takes.
            Some(_) if self.denied.is_none() => self.not_held(),
            _ => match self.denied {
                Some(rcode) if self.update.changes().is_empty() => self.false_prerequisite(rcode),
                _ => self.unknown(None),
            },
        }
    }

    fn false_prerequisite(&self, rcode: Rcode) -> Place {
        ended(Outcome::PrerequisiteFalse { rcode, required: self.update.prerequisites().to_vec() })
    }

    fn unknown(&mut self, refusal: Option<Refusal>) -> Place {
        ended(match self.lost.take() {
            Some((_, Some(hint))) => Outcome::Unauthentic { hint, sent: true },
            Some((failures, hint)) => Outcome::Unknown { failures, hint, refusal },
            None => Outcome::Unknown { failures: Vec::new(), hint: None, refusal },
        })
    }

    /// No answer that verifies.
    fn unanswered(&mut self, answered: Answered) -> Place {
        let (failures, hint, was_sent) = match answered {
            Answered::Unsettled(failures, hint) => (failures, hint, true),
            Answered::NotSent(failures) => (failures, None, false),
            Answered::Reply(..) => return self.unknown(None),
        };
        match self.place {
            Place::Sending if !was_sent && self.lost.is_none() => ended(Outcome::Unreachable(failures)),
            Place::Sending if was_sent => {
                self.lost = Some((failures, hint));
                if self.purpose == Purpose::Once { self.unknown(None) } else { self.settle() }
            }
            _ => self.unknown(None),
        }
    }
}

impl Course for Delivery {
    fn next(&mut self, _: u16) -> Action {
        let asked = match &self.place {
            Place::Ended(outcome) => return Action::Done((**outcome).clone()),
            Place::Sending => {
                let message = self.update.encode();
                message.map(|message| Action::Ask(Stage::Change(self.update.clone()), message, self.purpose))
            }
            Place::Reading(number) => match self.effects.as_ref().and_then(|effects| effects.get(*number)) {
                Some(Effect { name, record_type: RecordType::ANY, .. }) => {
                    let free = vec![Prerequisite::NameFree(name.clone())];
                    let asked = Update::in_order(self.update.zone().clone(), self.update.class(), free, vec![], None);
                    asked.encode().map(|message| Action::Ask(Stage::Assert(asked), message, self.asking()))
                }
                Some(Effect { name, record_type, .. }) => {
                    let message = query::question(name, *record_type);
                    Ok(Action::Ask(Stage::Read(name.clone(), *record_type), message, self.asking()))
                }
                None => Ok(Action::Done(Outcome::Changed)),
            },
        };
        asked.unwrap_or_else(|why| {
            let outcome = Outcome::Impossible(why.to_string());
            self.place = ended(outcome.clone());
            Action::Done(outcome)
        })
    }

    fn heard(&mut self, answered: Answered) {
        self.place = match (&self.place, answered) {
            (Place::Sending, Answered::Reply(reply, _, copies)) => self.answered(&reply, copies),
            (Place::Reading(number), Answered::Reply(reply, ..)) => self.read(&reply, *number),
            (_, answered) => self.unanswered(answered),
        };
    }
}

fn ended(outcome: Outcome) -> Place {
    Place::Ended(Box::new(outcome))
}
