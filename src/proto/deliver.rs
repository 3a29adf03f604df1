//! A message that a user has composed, on its way: sent as it is, and where its answer got lost, the zone decides.
//!
//! [`converge`](super::converge) knows what is wanted and finds the message; here the message is given, with the user's
//! own prerequisites, and nothing is added to it.

use super::effects::{Effect, effects};
use super::exchange::{Answered, Copies, Failure, Hint, Purpose};
use super::goal::{Goal, Target};
use super::outcome::{Outcome, Refusal};
use super::read::{Shown, shown};
use super::stage::{Action, Course, Stage};
use super::{MAX_MESSAGE, Prerequisite, Rcode, Reply, Transport, Update, query};

/// How often the message is sent where its answer got lost and the zone does not hold what it asks for.
const ROUNDS: u32 = 3;

/// What a signature may take, and more, in octets.
const SIGNATURE: usize = 1024;

/// A message on its way.
#[derive(Debug)]
pub struct Delivery {
    update: Update,
    purpose: Purpose,
    place: Place,
    round: u32,
    /// What can only be read of what the zone holds once the message has been carried out.
    to_read: Vec<Effect>,
    /// What says, as one condition, that the zone holds all of it: grows with what is read.
    holds: Vec<Prerequisite>,
    /// The server said that it has done it, and what it may have passed over silently is looked at.
    accepted: bool,
    /// The server's no to a copy of the message, when an earlier one may have been carried out.
    no: Option<Refusal>,
    /// What is known of the last time it was sent, where no answer verified.
    lost: Option<(Vec<Failure>, Option<Hint>)>,
}

#[derive(Debug)]
enum Place {
    Sending,
    /// Reading this of the effects.
    Reading(usize),
    /// What was read at several moments, and perhaps of a wildcard: does all of it hold, now and at these very names?
    Confirming,
    Ended(Box<Outcome>),
}

impl Delivery {
    /// Starts on a message. With [`Purpose::Once`] it is handed over as nsupdate does it, and silence is the end of it;
    /// else the zone is asked after a lost answer, and the message sent again where the zone does not hold it.
    pub fn new(update: Update, purpose: Purpose) -> Self {
        let (to_read, holds) = (Vec::new(), Vec::new());
        Self { update, purpose, place: Place::Sending, round: 1, to_read, holds, accepted: false, no: None, lost: None }
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
        let rcode = reply.rcode();
        let no = Refusal::of(reply, false);
        // The no may be to a later copy than the one that was carried out, and whose answer got lost: a prerequisite is
        // then false because of it, or the server fails by itself. What a server never does it says of each copy.
        let again = copies == Copies::Several;
        let is_open = match self.purpose {
            Purpose::Once => again && rcode.is_prerequisite(),
            _ => self.lost.is_some() || (again && (rcode.is_prerequisite() || rcode == Rcode::SERVFAIL)),
        };
        match rcode {
            Rcode::NOERROR if self.purpose == Purpose::Change => self.prove(),
            Rcode::NOERROR => ended(Outcome::Changed),
            _ if is_open && !self.update.changes().is_empty() => {
                self.no = Some(no);
                self.settle()
            }
            rcode if rcode.is_prerequisite() => self.false_prerequisite(rcode),
            _ => ended(Outcome::Refused(no)),
        }
    }

    /// Looks at what servers pass over and say NOERROR (RFC 2136 §3.4.2.2, §3.4.2.4), as far as a read can tell.
    fn prove(&mut self) -> Place {
        self.accepted = true;
        self.to_read = effects(&self.update).unwrap_or_default();
        self.to_read.retain(Effect::needs_proof);
        self.proven(0)
    }

    fn proven(&self, number: usize) -> Place {
        if number < self.to_read.len() { Place::Reading(number) } else { ended(Outcome::Changed) }
    }

    /// Asks the zone, where that can tell.
    fn settle(&mut self) -> Place {
        let Some(effects) = effects(&self.update) else { return self.unknown(None) };
        if effects.is_empty() {
            return self.not_held();
        }
        self.holds = effects.iter().filter_map(Effect::absence).collect();
        self.to_read = effects.into_iter().filter(|effect| effect.absence().is_none()).collect();
        self.read_on(0)
    }

    fn read_on(&self, number: usize) -> Place {
        if number < self.to_read.len() { Place::Reading(number) } else { Place::Confirming }
    }

    /// What the zone shows of one of the effects.
    fn read(&mut self, reply: &Reply, number: usize) -> Place {
        let Some(effect) = self.to_read.get(number) else { return self.unknown(None) };
        let (name, record_type) = (effect.name.clone(), effect.record_type);
        let target = Target { name, record_type, goal: Goal::Exactly(Vec::new()), ttl: None };
        match shown(reply, &target, self.update.zone()) {
            Ok(Shown::Rrset(seen)) if self.accepted && !effect.is_met(&seen) => {
                return ended(Outcome::Ignored(target.name, target.record_type));
            }
            Ok(Shown::Alias(_)) if self.accepted && effect.adds() => {
                return ended(Outcome::Ignored(target.name, target.record_type));
            }
            // The server said it, and does not want to be asked about it.
            _ if self.accepted => return self.proven(number + 1),
            Ok(Shown::Rrset(seen)) if effect.is_met(&seen) => self.holds.extend(target.guard(&seen)),
            // An alias, or a wildcard, may be shown where the name has nothing of this type.
            Ok(_) if !effect.adds() => self.holds.extend(target.guard(&Default::default())),
            Ok(_) => return self.not_held(),
            Err(Outcome::Refused(no)) => return self.unknown(Some(no)),
            Err(_) => return self.unknown(None),
        }
        self.read_on(number + 1)
    }

    fn confirmed(&mut self, reply: &Reply) -> Place {
        match reply.rcode() {
            Rcode::NOERROR => ended(Outcome::Changed),
            rcode if rcode.is_prerequisite() => self.not_held(),
            _ => self.unknown(Some(Refusal::of(reply, true))),
        }
    }

    /// The question whether the zone holds all of it: the very records that were read or, where these do not fit into a
    /// message, that there are such records at all. `None` where not even that fits.
    fn confirmation(&self) -> Option<(Update, Vec<u8>)> {
        let loose = self.holds.iter().cloned().map(|one| match one {
            Prerequisite::RrsetEquals { name, record_type, .. } => Prerequisite::RrsetExists { name, record_type },
            other => other,
        });
        let ask = |holds| {
            let asked = Update::in_order(self.update.zone().clone(), self.update.class(), holds, Vec::new(), None);
            let message = asked.encode().ok().filter(|message| message.len() + SIGNATURE <= MAX_MESSAGE);
            message.map(|message| (asked, message))
        };
        ask(self.holds.clone()).or_else(|| ask(loose.collect()))
    }

    /// The zone does not hold what the message asks for.
    fn not_held(&mut self) -> Place {
        // Not to be sent again; and a copy may have been carried out, and then undone by somebody else.
        if self.no.is_some() {
            return self.unknown(None);
        }
        let hinted = self.lost.as_ref().and_then(|(_, hint)| *hint);
        // Nobody off the path forges over a connection: the answer was the server's, and the next would be the same.
        let is_final = hinted.is_some_and(|hint| hint.transport != Transport::Udp);
        self.round += 1;
        if self.round <= ROUNDS && !is_final { Place::Sending } else { self.unknown(None) }
    }

    fn false_prerequisite(&self, rcode: Rcode) -> Place {
        ended(Outcome::PrerequisiteFalse { rcode, required: self.update.prerequisites().to_vec() })
    }

    /// It cannot be settled. `refusal` is what the server said when it was asked.
    fn unknown(&mut self, refusal: Option<Refusal>) -> Place {
        let no = self.no.take();
        if let (Purpose::Once, Some(no)) = (self.purpose, &no) {
            // nsupdate takes the answer for what it says.
            return self.false_prerequisite(no.rcode);
        }
        let refusal = refusal.or(no);
        let (failures, hint) = self.lost.take().unwrap_or_default();
        ended(match hint {
            // Anybody may have sent a datagram: what it says is told, and makes nothing else of what is known.
            Some(hint) if refusal.is_none() && (self.purpose == Purpose::Once || hint.transport != Transport::Udp) => {
                Outcome::Unauthentic { hint, sent: true }
            }
            hint => Outcome::Unknown { failures, hint, refusal },
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
            _ if self.accepted => ended(Outcome::Changed),
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
        match &self.place {
            Place::Ended(outcome) => return Action::Done((**outcome).clone()),
            Place::Sending => match self.update.encode() {
                Ok(message) => return Action::Ask(Stage::Change(self.update.clone()), message, self.purpose),
                Err(why) => self.place = ended(Outcome::Impossible(why.to_string())),
            },
            Place::Reading(number) => match self.to_read.get(*number) {
                Some(Effect { name, record_type, .. }) => {
                    let message = query::question(name, *record_type);
                    return Action::Ask(Stage::Read(name.clone(), *record_type), message, self.asking());
                }
                None => self.place = self.unknown(None),
            },
            Place::Confirming => match self.confirmation() {
                Some((asked, message)) => return Action::Ask(Stage::Assert(asked), message, self.asking()),
                None => self.place = self.unknown(None),
            },
        }
        self.next(0)
    }

    fn heard(&mut self, answered: Answered) {
        self.place = match (&self.place, answered) {
            (Place::Sending, Answered::Reply(reply, _, copies)) => self.answered(&reply, copies),
            (Place::Reading(number), Answered::Reply(reply, ..)) => self.read(&reply, *number),
            (Place::Confirming, Answered::Reply(reply, ..)) => self.confirmed(&reply),
            (_, answered) => self.unanswered(answered),
        };
    }
}

fn ended(outcome: Outcome) -> Place {
    Place::Ended(Box::new(outcome))
}
