//! Bringing RRsets to what is wanted, and knowing that they are: READ, UPDATE, ASSERT.
//!
//! The zone decides what is reported, not the fate of a datagram: after a lost answer, or a prerequisite that may be
//! false only because an earlier copy of the same message was carried out, the zone is asked what it holds.

use std::time::Duration;

use crate::dns::{Name, RecordType};

use super::exchange::{Answered, Copies, Failure, Hint, Purpose};
use super::goal::{Target, TargetError};
use super::outcome::{Difference, Outcome, Refusal, Rrset};
use super::read::{Shown, in_use, shown};
use super::stage::{Action, Course, Stage};
use super::{Prerequisite, Rcode, Reply, Transport, Update, query};

/// How often READ and UPDATE are gone through before somebody else is said to keep changing the records.
const ROUNDS: u32 = 3;

/// A change on its way to being true.
#[derive(Debug)]
pub struct Converge {
    zone: Name,
    targets: Vec<Target>,
    required: Vec<Prerequisite>,
    force: bool,
    place: Place,
    round: u32,
    seen: Vec<Rrset>,
    first_seen: Vec<Rrset>,
    /// How often what was read was the same as before it had been denied; others had not changed it.
    contradictions: u32,
    /// What a read shows is not at the name itself: a wildcard's records, or those of an alias that a server made up.
    synthesised: bool,
    /// A change was sent in this run.
    sent: bool,
    /// A change may have been carried out without our knowing.
    open: bool,
    /// The last message went by datagrams: several copies of it may have arrived.
    copied: bool,
    /// A change was accepted, and is still to be proven.
    accepted: bool,
    /// What is known of the last change, where no answer to it verified.
    lost: Option<(Vec<Failure>, Option<Hint>)>,
    /// The last prerequisite that was false: the RCODE, and what had been read before.
    denied: Option<(Rcode, Vec<Rrset>)>,
    /// Nothing has been read since.
    unweighed: bool,
}

#[derive(Debug)]
enum Place {
    /// Reading the RRset of this target; `true` to see whether a change took effect.
    Reading(usize, bool),
    /// This target's name was shown as an alias of this one: is it really there?
    Aliased(usize, bool, Option<Name>),
    /// All is as it should be, by what was read: is it the name's own?
    Confirming,
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
            place: Place::Reading(0, false),
            round: 1,
            seen: Vec::new(),
            first_seen: Vec::new(),
            contradictions: 0,
            synthesised: false,
            sent: false,
            open: false,
            copied: false,
            accepted: false,
            lost: None,
            denied: None,
            unweighed: false,
        })
    }

    /// What each RRset was when it was first read, and what it is to be.
    pub fn differences(&self) -> Vec<Difference> {
        let differ = |(number, target): (usize, &Target)| target.difference(self.first_seen.get(number));
        self.targets.iter().enumerate().map(differ).collect()
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
            Err(why) => {
                let outcome = Outcome::Impossible(why.to_string());
                self.place = ended(outcome.clone());
                Action::Done(outcome)
            }
        }
    }

    /// A question on which the report hangs is asked as long as there is time.
    fn purpose(&self) -> Purpose {
        if self.open { Purpose::Settle } else { Purpose::Ask }
    }

    /// The targets with what is at their names, as far as it is known. What is made up is not there.
    fn pairs(&self) -> impl Iterator<Item = (&Target, &Rrset)> {
        let seen = self.seen.iter().map(|seen| if self.synthesised { &EMPTY } else { seen });
        self.targets.iter().zip(seen)
    }

    /// The targets that are not met; at first all of them with `force`.
    fn unmet(&self) -> impl Iterator<Item = (&Target, &Rrset)> {
        self.pairs().filter(|(target, seen)| (self.force && !self.sent) || !target.is_met(seen))
    }

    /// What the user required, and what each target needs. Where the user compares an RRset, that comparison takes the
    /// place of ours: a server puts both into one set, which then equals neither.
    fn guards(&self, of: impl Fn(&Target, &Rrset) -> Vec<Prerequisite>) -> Vec<Prerequisite> {
        let mut all = self.required.clone();
        for own in self.pairs().flat_map(|(target, seen)| of(target, seen)) {
            let compared = own.compares().is_some() && self.required.iter().any(|one| one.compares() == own.compares());
            if !all.contains(&own) && !compared {
                all.push(own);
            }
        }
        all
    }

    fn read(&mut self, reply: &Reply, number: usize, settling: bool) -> Place {
        let target = &self.targets[number];
        let shown = match target.record_type {
            RecordType::ANY => in_use(reply),
            _ => shown(reply, target, &self.zone),
        };
        match shown {
            Ok(Shown::Rrset(seen)) => self.saw(number, seen, settling),
            // An alias has no other records: there is nothing to delete.
            Ok(Shown::Alias(_)) if !target.adds() => self.saw(number, Rrset::default(), settling),
            Ok(Shown::Alias(alias)) => Place::Aliased(number, settling, alias),
            Err(Outcome::Refused(_)) => self.refused(reply, true),
            Err(outcome) => ended(outcome),
        }
    }

    fn saw(&mut self, number: usize, seen: Rrset, settling: bool) -> Place {
        if number == 0 {
            self.seen.clear();
        }
        self.seen.push(seen);
        if number + 1 < self.targets.len() {
            return Place::Reading(number + 1, settling);
        }
        // Records that a read shows and a prerequisite denies are not the name's own.
        let denied = self.denied.as_ref().filter(|(_, compared)| *compared == self.seen).map(|(rcode, _)| *rcode);
        let something = self.seen.iter().any(|seen| !seen.rdata.is_empty());
        let contradicts = denied == Some(Rcode::NXRRSET) && something;
        if let (true, Some(rcode)) = (contradicts, denied)
            && self.targets.iter().any(|target| target.name != self.targets[0].name)
        {
            // Of several names no denial says which it means: asked for one by one, each gets an answer of its own.
            return ended(Outcome::Denied(rcode));
        }
        // Each denial is weighed once, however often the same is read after it.
        if std::mem::take(&mut self.unweighed) {
            self.contradictions += u32::from(denied.is_some());
            self.synthesised = contradicts && !self.synthesised;
        } else {
            self.synthesised &= contradicts;
        }
        if self.first_seen.is_empty() || self.synthesised {
            self.first_seen = self.pairs().map(|(_, seen)| seen.clone()).collect();
        }
        self.decide(settling)
    }

    fn decide(&mut self, settling: bool) -> Place {
        let unmet = self.unmet().next().map(|(target, _)| (target.name.clone(), target.record_type));
        match unmet {
            Some((name, record_type)) if self.accepted => ended(Outcome::Ignored(name, record_type)),
            Some(_) if settling => self.not_held(),
            // Servers would put the new alias in the place of the old one; that is what set is for.
            Some((name, RecordType::CNAME)) if self.pairs().any(|(target, seen)| target.would_replace(seen)) => {
                ended(Outcome::NotAlone(name))
            }
            Some(_) => Place::Changing,
            None if self.open => ended(Outcome::Changed),
            None => Place::Confirming,
        }
    }

    fn changed(&mut self, reply: &Reply) -> Place {
        self.lost = None;
        match reply.rcode() {
            Rcode::NOERROR if self.pairs().any(|(target, _)| target.needs_proof()) => {
                self.accepted = true;
                self.open = true;
                self.denied = None;
                Place::Reading(0, false)
            }
            Rcode::NOERROR => ended(Outcome::Changed),
            rcode if rcode.is_prerequisite() => {
                self.denied = Some((rcode, self.seen.clone()));
                self.unweighed = true;
                // An earlier copy may have been carried out and its answer lost.
                self.open |= self.copied;
                self.settle()
            }
            // A no to the change itself is the last word on it.
            _ => ended(Outcome::Refused(Refusal::of(reply, false))),
        }
    }

    /// The zone does not hold what is wanted, though what was read should have let the change through.
    fn not_held(&mut self) -> Place {
        if self.required.is_empty() { self.denied_for_good() } else { Place::Requiring }
    }

    /// Nor is it because of what the user required.
    fn denied_for_good(&mut self) -> Place {
        if let Some((_, Some(hint))) = &self.lost
            && hint.transport != Transport::Udp
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
    fn settle(&self) -> Place {
        let can_assert = self.targets.iter().all(|target| target.assertion().is_some());
        if can_assert { Place::Asserting } else { Place::Reading(0, true) }
    }

    fn another_round(&mut self) -> Place {
        self.round += 1;
        match self.round {
            // The first time it may be no more than that what was read is made up.
            2 => Place::Reading(0, false),
            round if round <= ROUNDS => Place::Waiting,
            _ => self.exhausted(),
        }
    }

    /// How it ends when there is no use in going on.
    fn exhausted(&mut self) -> Place {
        ended(match (self.lost.take(), &self.denied) {
            (Some((_, Some(hint))), _) => Outcome::Unauthentic { hint, sent: true },
            (Some((failures, None)), _) => Outcome::Unknown { failures, hint: None, refusal: None },
            (None, Some((rcode, _))) if self.contradictions >= ROUNDS - 1 => Outcome::Denied(*rcode),
            (None, _) => Outcome::Contended,
        })
    }

    /// A signed no to a question: the last word, unless a change may have been carried out before.
    fn refused(&self, reply: &Reply, reading: bool) -> Place {
        let refusal = Refusal::of(reply, reading);
        ended(match self.open {
            true => Outcome::Unknown { failures: Vec::new(), hint: None, refusal: Some(refusal) },
            false => Outcome::Refused(refusal),
        })
    }

    /// No answer that verifies.
    fn unanswered(&mut self, answered: Answered) {
        let (failures, hint, was_sent) = match answered {
            Answered::Unsettled(failures, hint) => (failures, hint, true),
            Answered::NotSent(failures) => (failures, None, false),
            Answered::Reply(..) => return,
        };
        if matches!(self.place, Place::Changing) && was_sent {
            self.open = true;
            self.lost = Some((failures, hint));
            self.place = self.settle();
            return;
        }
        self.place = ended(match hint {
            Some(hint) if !self.open || hint.transport != Transport::Udp => {
                Outcome::Unauthentic { hint, sent: self.open }
            }
            hint if self.open => Outcome::Unknown { failures, hint, refusal: None },
            _ => Outcome::Unreachable(failures),
        });
    }
}

impl Course for Converge {
    fn next(&mut self, random: u16) -> Action {
        match &self.place {
            Place::Ended(outcome) => Action::Done((**outcome).clone()),
            Place::Waiting => {
                self.place = Place::Reading(0, false);
                Action::Pause(Duration::from_millis(500 + 1500 * u64::from(random) / u64::from(u16::MAX)))
            }
            Place::Reading(number, _) => {
                let Target { name, record_type, .. } = self.targets[*number].clone();
                if record_type == RecordType::ANY {
                    return self.ask(Stage::Assert, vec![Prerequisite::NameFree(name)], false);
                }
                let message = query::question(&name, record_type);
                Action::Ask(Stage::Read(name, record_type), message, self.purpose())
            }
            Place::Aliased(number, ..) => {
                let name = self.targets[*number].name.clone();
                let alias = Prerequisite::RrsetExists { name, record_type: RecordType::CNAME };
                self.ask(Stage::Assert, vec![alias], false)
            }
            Place::Confirming => self.ask(Stage::Assert, self.guards(|target, seen| target.guard(seen)), false),
            Place::Changing if self.force => self.ask(Stage::Change, self.required.clone(), true),
            Place::Changing => {
                let guards = self.guards(|target, seen| match target.is_met(seen) {
                    true => target.guard_if_exact(seen),
                    false => target.prerequisites(seen),
                });
                self.ask(Stage::Change, guards, true)
            }
            Place::Asserting => {
                let wanted = self.targets.iter().filter_map(Target::assertion).collect();
                self.ask(Stage::Assert, wanted, false)
            }
            Place::Requiring => self.ask(Stage::Require, self.required.clone(), false),
        }
    }

    fn heard(&mut self, answered: Answered) {
        let reply = match answered {
            Answered::Reply(reply, _, copies) => {
                self.copied = copies != Copies::One;
                reply
            }
            lost => return self.unanswered(lost),
        };
        let is_false = reply.rcode().is_prerequisite();
        self.place = match std::mem::replace(&mut self.place, Place::Waiting) {
            Place::Reading(number, settling) => self.read(&reply, number, settling),
            Place::Aliased(number, settling, target) => match reply.rcode() {
                Rcode::NOERROR => ended(Outcome::Alias { name: self.targets[number].name.clone(), target }),
                _ if is_false => self.saw(number, Rrset::default(), settling),
                _ => self.refused(&reply, false),
            },
            Place::Changing => self.changed(&reply),
            // Somebody else may have brought it about, or nothing was there but what a wildcard makes up.
            Place::Asserting if reply.rcode() == Rcode::NOERROR && !self.open => ended(Outcome::Unchanged),
            Place::Asserting if reply.rcode() == Rcode::NOERROR => ended(Outcome::Changed),
            Place::Asserting if is_false => self.not_held(),
            Place::Confirming if reply.rcode() == Rcode::NOERROR => ended(Outcome::Unchanged),
            Place::Confirming if is_false => {
                self.denied = Some((reply.rcode(), self.seen.clone()));
                self.unweighed = true;
                self.not_held()
            }
            Place::Requiring if reply.rcode() == Rcode::NOERROR => self.denied_for_good(),
            Place::Requiring if is_false => {
                ended(Outcome::PrerequisiteFalse { rcode: reply.rcode(), required: self.required.clone() })
            }
            Place::Asserting | Place::Confirming | Place::Requiring => self.refused(&reply, false),
            place @ (Place::Waiting | Place::Ended(_)) => place,
        };
    }
}

static EMPTY: Rrset = Rrset { rdata: Vec::new(), ttl: 0 };

fn ended(outcome: Outcome) -> Place {
    Place::Ended(Box::new(outcome))
}
