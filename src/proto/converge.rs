//! Bringing RRsets to what is wanted, and knowing that they are: READ, UPDATE, ASSERT.
//!
//! The zone decides what is reported, not the fate of a datagram: after a lost answer, or a prerequisite that may be
//! false only because an earlier copy of the same message was carried out, the zone is asked what it holds.

use std::time::Duration;

use crate::dns::{Name, RecordType};

use super::exchange::{Answered, Failure, Hint, Purpose};
use super::goal::{Target, TargetError};
use super::outcome::{Difference, Outcome, Refusal, Rrset};
use super::read::{in_use, rrset};
use super::{Prerequisite, Rcode, Reply, Transport, Update, UpdateError, query};

/// How often READ and UPDATE are gone through before somebody else is said to keep changing the records.
const ROUNDS: u32 = 3;

/// What to do next.
#[derive(Debug)]
pub enum Action {
    /// Have this message answered.
    Ask(Stage, Vec<u8>, Purpose),
    /// Wait: others change the same records.
    Pause(Duration),
    /// It is over.
    Done(Outcome),
}

/// What a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// A signed question: what does the RRset hold?
    Read(Name, RecordType),
    /// The change, with its prerequisites.
    Change(Update),
    /// Prerequisites without a change: does the zone hold what is wanted?
    Assert(Update),
    /// Prerequisites without a change: is what the user required still true?
    Require(Update),
}

/// A change on its way to being true.
#[derive(Debug)]
pub struct Converge {
    zone: Name,
    targets: Vec<Target>,
    required: Vec<Prerequisite>,
    force: bool,
    seen: Vec<Rrset>,
    first_seen: Vec<Rrset>,
    place: Place,
    round: u32,
    /// A change may have been carried out without our knowing.
    open: bool,
    /// A change was sent in this run.
    sent: bool,
    /// What is known of the last change, where no answer to it verified.
    lost: Option<(Vec<Failure>, Option<Hint>)>,
    /// A change was accepted, and is still to be proven.
    accepted: bool,
    /// The RCODE of the last change that was answered, and what it had been compared with.
    denied: Option<(Rcode, Vec<Rrset>)>,
    /// What a read shows is not at the name itself: it is a wildcard's.
    wildcard: bool,
}

#[derive(Debug)]
enum Place {
    Reading(usize),
    Changing,
    Asserting,
    Requiring,
    Waiting,
    Ended(Box<Outcome>),
}

impl Converge {
    /// Starts on targets in one zone, which travel in one message. What the user `required` stands before our own
    /// prerequisites. With `force`, the change is sent whatever there is, and without prerequisites of our own.
    ///
    /// # Errors
    /// [`TargetError`].
    pub fn new(
        zone: Name,
        targets: Vec<Target>,
        required: Vec<Prerequisite>,
        force: bool,
    ) -> Result<Self, TargetError> {
        targets.iter().try_for_each(|target| target.check(&zone, force))?;
        Ok(Self {
            zone,
            targets,
            required,
            force,
            seen: Vec::new(),
            first_seen: Vec::new(),
            place: Place::Reading(0),
            round: 1,
            open: false,
            sent: false,
            lost: None,
            accepted: false,
            denied: None,
            wildcard: false,
        })
    }

    /// Says what to do next; `random` are sixteen bits of chance.
    pub fn next(&mut self, random: u16) -> Action {
        match &self.place {
            Place::Ended(outcome) => Action::Done((**outcome).clone()),
            Place::Waiting => {
                self.place = Place::Reading(0);
                Action::Pause(Duration::from_millis(500 + 1500 * u64::from(random) / u64::from(u16::MAX)))
            }
            Place::Reading(number) => {
                let Target { name, record_type, .. } = self.targets[*number].clone();
                if record_type == RecordType::ANY {
                    return self.ask(Stage::Assert, vec![Prerequisite::NameFree(name)], false);
                }
                let message = query::question(&name, record_type);
                Action::Ask(Stage::Read(name, record_type), message, self.purpose())
            }
            Place::Changing => {
                let prerequisites = self.prerequisites();
                self.ask(Stage::Change, prerequisites, true)
            }
            Place::Asserting => {
                let wanted = self.targets.iter().filter_map(Target::assertion).collect();
                self.ask(Stage::Assert, wanted, false)
            }
            Place::Requiring => self.ask(Stage::Require, self.required.clone(), false),
        }
    }

    /// Takes in what came of the last message.
    pub fn heard(&mut self, answered: Answered) {
        let reply = match answered {
            Answered::Reply(reply, _) => reply,
            lost => return self.lost(lost),
        };
        self.place = match self.place {
            Place::Reading(number) => self.read(&reply, number),
            Place::Changing => self.changed(&reply),
            Place::Asserting => self.asserted(&reply),
            Place::Requiring => match reply.rcode() {
                Rcode::NOERROR if self.sent => self.denied_for_good(),
                Rcode::NOERROR => ended(Outcome::Unchanged),
                rcode if rcode.is_prerequisite() => {
                    ended(Outcome::PrerequisiteFalse { rcode, required: self.required.clone() })
                }
                _ => refused(&reply, false),
            },
            Place::Waiting | Place::Ended(_) => return,
        };
    }

    /// What each RRset was when it was first read, and what it is to be.
    pub fn differences(&self) -> Vec<Difference> {
        let nothing = Rrset::default();
        let differ = self.targets.iter().enumerate().map(|(number, target)| Difference {
            name: target.name.clone(),
            record_type: target.record_type,
            old: self.first_seen.get(number).cloned(),
            new: target.result(self.first_seen.get(number).unwrap_or(&nothing)),
        });
        differ.collect()
    }

    /// A message with prerequisites, and with the changes or not.
    fn ask(&mut self, stage: fn(Update) -> Stage, prerequisites: Vec<Prerequisite>, changing: bool) -> Action {
        let mut changes = Vec::new();
        if changing {
            changes.extend(self.unmet().flat_map(|(target, seen)| target.changes(seen)));
        }
        let made = Update::new(self.zone.clone(), prerequisites, changes)
            .and_then(|update| update.encode().map(|message| (update, message)));
        match made {
            Ok((update, message)) => {
                let purpose = if changing { Purpose::Change } else { self.purpose() };
                self.sent |= changing;
                Action::Ask(stage(update), message, purpose)
            }
            Err(why) => self.impossible(&why),
        }
    }

    fn impossible(&mut self, why: &UpdateError) -> Action {
        let outcome = Outcome::Impossible(why.to_string());
        self.place = ended(outcome.clone());
        Action::Done(outcome)
    }

    /// A question on which the report hangs is asked as long as there is time.
    fn purpose(&self) -> Purpose {
        if self.open { Purpose::Settle } else { Purpose::Ask }
    }

    /// The targets that are not met, with what was seen of them; at first all of them with `force`.
    fn unmet(&self) -> impl Iterator<Item = (&Target, &Rrset)> {
        let pairs = self.targets.iter().zip(&self.seen);
        pairs.filter(|(target, seen)| (self.force && !self.sent) || !target.is_met(seen))
    }

    /// What the user required, and what makes the change safe. Where the user compares an RRset, that comparison
    /// takes the place of ours: a server puts both into one set, which then equals neither.
    fn prerequisites(&self) -> Vec<Prerequisite> {
        let mut all = self.required.clone();
        let compared = |own: &Prerequisite| {
            let own = rrset_of(own);
            own.is_some() && self.required.iter().any(|theirs| rrset_of(theirs) == own)
        };
        let targets = self.unmet().filter(|_| !self.force);
        // What a wildcard answers is not at the name, so there is nothing to compare with.
        let own = targets.flat_map(|(target, seen)| target.prerequisites(if self.wildcard { &EMPTY } else { seen }));
        for own in own {
            if !all.contains(&own) && !compared(&own) {
                all.push(own);
            }
        }
        all
    }

    fn read(&mut self, reply: &Reply, number: usize) -> Place {
        let target = &self.targets[number];
        let seen = match target.record_type {
            RecordType::ANY => in_use(reply),
            _ => rrset(reply, target, &self.zone),
        };
        let seen = match seen {
            Ok(seen) => seen,
            Err(outcome) => return ended(outcome),
        };
        if number == 0 {
            self.seen.clear();
        }
        self.seen.push(seen);
        if number + 1 < self.targets.len() {
            return Place::Reading(number + 1);
        }
        if self.first_seen.is_empty() {
            self.first_seen.clone_from(&self.seen);
        }
        // Records that a read shows and a prerequisite denies are a wildcard's, not the name's own.
        let contradicts = |(rcode, compared): (Rcode, Vec<Rrset>)| rcode == Rcode::NXRRSET && compared == self.seen;
        self.wildcard = self.denied.take().is_some_and(contradicts) && !self.wildcard;
        match self.unmet().next() {
            Some((target, _)) if self.accepted => ended(Outcome::Ignored(target.name.clone(), target.record_type)),
            Some(_) => Place::Changing,
            None if self.sent => ended(Outcome::Changed),
            None if self.required.is_empty() => ended(Outcome::Unchanged),
            None => Place::Requiring,
        }
    }

    fn changed(&mut self, reply: &Reply) -> Place {
        self.lost = None;
        match reply.rcode() {
            Rcode::NOERROR if self.targets.iter().any(Target::needs_proof) => {
                self.accepted = true;
                self.open = true;
                Place::Reading(0)
            }
            Rcode::NOERROR => ended(Outcome::Changed),
            rcode if rcode.is_prerequisite() => {
                self.denied = Some((rcode, self.seen.clone()));
                // Over UDP an earlier copy may have been carried out and its answer lost.
                self.open = true;
                self.settle()
            }
            _ => refused(reply, false),
        }
    }

    fn asserted(&mut self, reply: &Reply) -> Place {
        match reply.rcode() {
            Rcode::NOERROR => ended(Outcome::Changed),
            // The zone does not hold what is wanted, though what was read should have let the change through.
            rcode if rcode.is_prerequisite() && self.required.is_empty() => self.denied_for_good(),
            rcode if rcode.is_prerequisite() => Place::Requiring,
            _ => refused(reply, false),
        }
    }

    /// The zone does not hold what is wanted, and not because an earlier copy is still on its way.
    fn denied_for_good(&mut self) -> Place {
        if let Some((_, Some(hint))) = &self.lost
            && hint.transport == Transport::Tcp
        {
            // Nobody off the path forges over TCP: that answer was the server's, and the next would be the same.
            return self.exhausted();
        }
        let alias = self.targets.iter().find(|target| target.record_type == RecordType::CNAME && target.adds());
        match (&self.denied, alias) {
            (Some((Rcode::YXDOMAIN, _)), Some(target)) => ended(Outcome::NotAlone(target.name.clone())),
            _ => self.another_round(),
        }
    }

    /// Asks whether the zone holds what is wanted: by prerequisites, or by a read where these cannot say it.
    fn settle(&mut self) -> Place {
        let can_assert = self.targets.iter().all(|target| target.assertion().is_some());
        if can_assert { Place::Asserting } else { self.read_again() }
    }

    fn read_again(&mut self) -> Place {
        match self.another_round() {
            Place::Waiting => Place::Reading(0),
            ended => ended,
        }
    }

    fn another_round(&mut self) -> Place {
        self.round += 1;
        if self.round > ROUNDS { self.exhausted() } else { Place::Waiting }
    }

    /// How it ends when there is no use in going on.
    fn exhausted(&mut self) -> Place {
        ended(match self.lost.take() {
            Some((_, Some(hint))) => Outcome::Unauthentic { hint, sent: true },
            Some((failures, None)) => Outcome::Unknown(failures, None),
            None => Outcome::Contended,
        })
    }

    /// No answer that verifies.
    fn lost(&mut self, answered: Answered) {
        let (failures, hint, was_sent) = match answered {
            Answered::Unsettled(failures, hint) => (failures, hint, true),
            Answered::NotSent(failures) => (failures, None, false),
            Answered::Reply(..) => return,
        };
        let changing = matches!(self.place, Place::Changing);
        if changing && was_sent {
            self.open = true;
            self.lost = Some((failures, hint));
            self.place = self.settle();
            return;
        }
        self.place = ended(match hint {
            Some(hint) if !self.open || hint.transport == Transport::Tcp => {
                Outcome::Unauthentic { hint, sent: self.open }
            }
            hint if self.open => Outcome::Unknown(failures, hint),
            Some(hint) => Outcome::Unauthentic { hint, sent: false },
            None => Outcome::Unreachable(failures),
        });
    }
}

static EMPTY: Rrset = Rrset { rdata: Vec::new(), ttl: 0 };

fn ended(outcome: Outcome) -> Place {
    Place::Ended(Box::new(outcome))
}

fn refused(reply: &Reply, reading: bool) -> Place {
    ended(Outcome::Refused(Refusal::of(reply, reading)))
}

/// The RRset that a prerequisite compares.
fn rrset_of(prerequisite: &Prerequisite) -> Option<(&Name, RecordType)> {
    match prerequisite {
        Prerequisite::RrsetEquals { name, record_type, .. } => Some((name, *record_type)),
        _ => None,
    }
}
