//! A network in memory: loss, duplicates, delays, forgeries, cut connections and servers that are down, by chance that can
//! be played again. No socket and no waiting: `proto` decides, this is what happens to its messages.

// Every user of this module takes the part that it needs.
#![allow(dead_code, unreachable_pub)]

pub mod messages;

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nsup::proto::exchange::{Answered, Attempt, Ending, Exchange, GRACE, Now, Step, Verdict};
use nsup::proto::outcome::Outcome;
use nsup::proto::stage::{Action, Course, Stage};
use nsup::proto::{Contacts, Transport};

/// The servers, and whatever else happens at them.
pub trait World {
    /// A request arrives.
    fn respond(&mut self, server: SocketAddr, octets: &[u8], transport: Transport, dice: &mut Dice) -> Vec<u8>;

    /// A message leaves, whether it arrives or not.
    fn leaves(&mut self, _octets: &[u8]) {}

    /// The course is about to have a message answered.
    fn asks(&mut self, _stage: &Stage) {}

    /// What somebody makes of a request who does not have the key.
    fn forge(&mut self, request: &[u8], dice: &mut Dice) -> Vec<u8>;
}

/// How often what goes wrong, in hundredths, and what is still on its way.
pub struct Network {
    pub dice: Dice,
    pub loss: u64,
    pub forgery: u64,
    /// A cut connection does not say that the message will not be carried out yet.
    pub tardiness: u64,
    pub restarts: u64,
    /// How many datagrams the network doubles, and how many take their time.
    pub doubled: u64,
    pub delayed: u64,
    /// What becomes of connections, where it is not chance that decides.
    pub tcp: Tcp,
    /// Requests that are still on their way.
    pub late: Vec<(SocketAddr, Vec<u8>)>,
    /// What is left of the time.
    pub left: Duration,
    /// For how long no server listens.
    pub down: Duration,
}

/// What becomes of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tcp {
    Works,
    Refused,
    Silent,
}

impl Network {
    pub fn new(dice: Dice, loss: u64, forgery: u64, left: Duration) -> Self {
        let (tardiness, restarts, late, down) = (0, 0, Vec::new(), Duration::ZERO);
        Self { dice, loss, forgery, tardiness, restarts, doubled: 10, delayed: 5, tcp: Tcp::Works, late, left, down }
    }

    /// Goes on until a course has come to its end; `None` where it comes to none.
    pub fn carry_out(
        &mut self,
        course: &mut impl Course,
        contacts: &mut Contacts,
        world: &mut impl World,
    ) -> Option<Outcome> {
        for _ in 0..2000 {
            match course.next(self.dice.below(65_536) as u16) {
                Action::Done(outcome) => return Some(outcome),
                Action::Pause(pause) => self.pass(pause),
                Action::Ask(stage, message, purpose) => {
                    world.asks(&stage);
                    let exchange = Exchange::new(message, purpose, contacts).unwrap();
                    course.heard(self.exchange(exchange, contacts, world)?);
                }
            }
        }
        None
    }

    fn exchange(
        &mut self,
        mut exchange: Exchange,
        contacts: &mut Contacts,
        world: &mut impl World,
    ) -> Option<Answered> {
        for _ in 0..1000 {
            let mut dice = self.dice;
            let mut random = || dice.below(65_536) as u16;
            let step = exchange.step(contacts, &mut Now { unix: unix(), left: self.left, random: &mut random });
            self.dice = dice;
            match step {
                Step::Done(answered) => return Some(answered),
                Step::Pause(pause) => self.pass(pause),
                Step::Try(attempt) => {
                    if self.dice.chance(self.restarts) {
                        self.down = Duration::from_secs(self.dice.below(8));
                    }
                    let mut judge = |octets: &[u8]| exchange.judge(octets, unix(), contacts);
                    let ending = match attempt.transport {
                        Transport::Udp => self.udp(&attempt, &mut judge, world),
                        Transport::Tcp | Transport::Tls => self.tcp(&attempt, &mut judge, world),
                    };
                    exchange.ended(ending, contacts);
                }
            }
        }
        None
    }

    fn udp(&mut self, attempt: &Attempt, judge: &mut dyn FnMut(&[u8]) -> Verdict, world: &mut impl World) -> Ending {
        let (mut sent, mut end) = (Duration::ZERO, attempt.answer_within.min(attempt.within));
        let mut delayed = Vec::new();
        for after in &attempt.sends {
            if *after >= end {
                break;
            }
            self.pass(*after - sent);
            sent = *after;
            world.leaves(&attempt.octets);
            if !self.down.is_zero() {
                // Another machine in the server's place would say nothing.
                if self.dice.chance(50) {
                    return Ending::Lost("connection refused".to_owned());
                }
                continue;
            }
            let mut answers: Vec<Vec<u8>> = std::mem::take(&mut delayed);
            if self.dice.chance(self.forgery) {
                answers.push(world.forge(&attempt.octets, &mut self.dice));
            }
            let copies = 1 + u64::from(self.dice.chance(self.doubled));
            for _ in 0..copies {
                match self.dice.below(100) {
                    lost if lost < self.loss => {}
                    late if late < self.loss + self.delayed => self.late.push((attempt.server, attempt.octets.clone())),
                    _ => {
                        let answer = self.arrive(attempt, world);
                        match self.dice.below(100) {
                            lost if lost < self.loss => {}
                            late if late < self.loss + self.delayed => delayed.push(answer),
                            _ => answers.push(answer),
                        }
                    }
                }
            }
            for answer in answers {
                match judge(&answer) {
                    Verdict::Listen => {}
                    Verdict::ListenBriefly => end = end.min(sent + GRACE),
                    Verdict::Accepted | Verdict::Rejected => return Ending::Judged { again: !after.is_zero() },
                }
            }
        }
        self.pass(end.saturating_sub(sent));
        Ending::Silent
    }

    fn tcp(&mut self, attempt: &Attempt, judge: &mut dyn FnMut(&[u8]) -> Verdict, world: &mut impl World) -> Ending {
        let reset = || Ending::Lost("connection reset by peer".to_owned());
        if self.dice.chance(self.loss) || !self.down.is_zero() || self.tcp == Tcp::Refused {
            self.pass(Duration::from_millis(300));
            return Ending::NotSent("connection refused".to_owned());
        }
        world.leaves(&attempt.octets);
        if self.dice.chance(self.loss) {
            if self.dice.chance(self.tardiness) {
                self.late.push((attempt.server, attempt.octets.clone()));
            }
            return reset();
        }
        if self.tcp == Tcp::Silent || self.dice.chance(self.tardiness / 4) {
            self.late.push((attempt.server, attempt.octets.clone()));
            self.pass(attempt.answer_within);
            return Ending::Silent;
        }
        let answer = self.arrive(attempt, world);
        if self.dice.chance(self.loss / 2) {
            return reset();
        }
        if self.dice.chance(self.loss / 2) {
            self.pass(attempt.answer_within);
            return Ending::Silent;
        }
        // Only somebody on the path could do this.
        let is_forged = self.dice.chance(self.forgery / 10);
        let answer = if is_forged { world.forge(&attempt.octets, &mut self.dice) } else { answer };
        judge(&answer);
        Ending::Judged { again: false }
    }

    /// The request arrives, perhaps after an older one that was late.
    fn arrive(&mut self, attempt: &Attempt, world: &mut impl World) -> Vec<u8> {
        if !self.late.is_empty() && self.dice.chance(40) {
            let (server, late) = self.late.remove(0);
            world.respond(server, &late, Transport::Udp, &mut self.dice);
        }
        world.respond(attempt.server, &attempt.octets, attempt.transport, &mut self.dice)
    }

    fn pass(&mut self, time: Duration) {
        self.left = self.left.saturating_sub(time);
        self.down = self.down.saturating_sub(time);
    }
}

/// Chance that can be played again: xorshift64*.
#[derive(Clone, Copy)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    pub fn chance(&mut self, of_a_hundred: u64) -> bool {
        self.below(100) < of_a_hundred
    }

    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

pub fn unix() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
