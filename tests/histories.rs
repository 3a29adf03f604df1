//! Thousands of histories of the core against a zone in memory: loss, duplicates, delays, forgeries, cut connections and
//! other writers, by chance. Whatever happens, what is reported is true.
//!
//! No socket and no waiting: `proto` decides, this file is the network. A seed that fails is printed, and
//! `HISTORY=seed` plays it again alone.

mod primary;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nsup::config::parse_keys;
use nsup::dns::{Name, Rdata, RecordType};
use nsup::proto::converge::Converge;
use nsup::proto::exchange::{Answered, Attempt, Ending, Exchange, Now, Step, Verdict};
use nsup::proto::goal::{Goal, Target};
use nsup::proto::outcome::Outcome;
use nsup::proto::stage::{Action, Course};
use nsup::proto::{Contacts, Rcode, Transport, Transports};
use primary::{Forgery, Memory, Policy, Primary};

const HISTORIES: u64 = 20_000;
const BUDGET: Duration = Duration::from_secs(20);
const WANTED: &str = "192.0.2.2";

#[test]
fn whatever_the_network_does_what_is_reported_is_true() {
    if let Some(seed) = std::env::var("HISTORY").ok().and_then(|seed| seed.parse().ok()) {
        return History::new(seed).play();
    }
    let mut ends = std::collections::BTreeMap::new();
    for seed in 1..=HISTORIES {
        let mut history = History::new(seed);
        history.play();
        *ends.entry(history.ended).or_insert(0) += 1;
    }
    // All kinds of ends have been met, or the histories show nothing.
    for kind in ["changed", "unchanged", "unknown", "unreachable", "unauthentic", "contended"] {
        assert!(ends.get(kind).is_some_and(|count| *count > 5), "{kind} was hardly met: {ends:?}");
    }
}

/// One run against one zone.
struct History {
    seed: u64,
    dice: Dice,
    zone: Memory,
    /// In hundredths: how often each goes wrong.
    loss: u64,
    forgery: u64,
    others: u64,
    transports: Transports,
    /// Datagrams that are still on their way.
    late: Vec<Vec<u8>>,
    left: Duration,
    /// Every value that the zone has held.
    held: Vec<Vec<String>>,
    ended: &'static str,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let key = parse_keys(include_str!("../keys/unsafe.key"), "").unwrap().remove(0).key;
        let old = ["192.0.2.1", WANTED][usize::from(dice.chance(15))];
        let zone = Primary::builder("example.org")
            .record(&format!("h.example.org. 300 A {old}"))
            .key(key, Policy::WholeZone)
            .in_memory();
        let transports = [Transports::TcpFirst, Transports::Tcp, Transports::Udp][dice.below(3) as usize];
        let (loss, forgery) = ([0, 10, 30, 60, 95][dice.below(5) as usize], [0, 0, 30, 90][dice.below(4) as usize]);
        let others = [0, 0, 5, 60][dice.below(4) as usize];
        let mut history = Self {
            seed,
            dice,
            zone,
            loss,
            forgery,
            others,
            transports,
            late: Vec::new(),
            left: BUDGET,
            held: Vec::new(),
            ended: "",
        };
        history.look();
        history
    }

    /// Runs to the end and holds the report against what the zone went through.
    fn play(&mut self) {
        let outcome = self.converge();
        let seed = self.seed;
        let wanted = vec![WANTED.to_owned()];
        let ever_held = self.held.contains(&wanted);
        let changes = self.zone.changes();
        self.ended = match outcome {
            Outcome::Changed => {
                assert!(ever_held, "seed {seed}: a change is reported that never was");
                assert!(self.others > 0 || self.zone.records("h.example.org", "A") == wanted, "seed {seed}");
                "changed"
            }
            Outcome::Unchanged => {
                assert!(ever_held && changes == 0, "seed {seed}: something was written");
                "unchanged"
            }
            Outcome::Unreachable(_) => {
                assert_eq!(changes, 0, "seed {seed}: a change was made, and none is reported");
                "unreachable"
            }
            Outcome::Unauthentic { sent, .. } => {
                assert!(sent || changes == 0, "seed {seed}: a change was made, and none is reported");
                "unauthentic"
            }
            Outcome::Unknown { .. } => "unknown",
            Outcome::Contended => {
                assert!(self.others > 0, "seed {seed}: nobody else was there");
                "contended"
            }
            other => panic!("seed {seed}: {other:?}"),
        };
        // What is still on its way arrives now, and can only bring about what was wanted.
        let before = self.zone.records("h.example.org", "A");
        for octets in std::mem::take(&mut self.late) {
            let _ = self.zone.respond(&octets, Transport::Udp);
        }
        let after = self.zone.records("h.example.org", "A");
        assert!(after == before || after == wanted, "seed {seed}: {before:?} became {after:?}");
        assert!(self.zone.changes() <= changes + 1, "seed {seed}: late copies changed it more than once");
    }

    fn converge(&mut self) -> Outcome {
        let name = Name::parse("h.example.org").unwrap();
        let rdata = Rdata::parse_argument(RecordType::A, WANTED).unwrap();
        let target = Target { name, record_type: RecordType::A, goal: Goal::Exactly(vec![rdata]), ttl: None };
        let zone = Name::parse("example.org").unwrap();
        let mut converge = Converge::new(zone, vec![target], Vec::new(), false).unwrap();
        let key = parse_keys(include_str!("../keys/unsafe.key"), "").unwrap().remove(0).key;
        let servers = vec!["127.0.0.1:53".parse().unwrap()];
        let mut contacts = Contacts::new(Arc::new(key), servers, self.transports);
        for _ in 0..200 {
            match converge.next(self.dice.below(65_536) as u16) {
                Action::Done(outcome) => return outcome,
                Action::Pause(pause) => self.pass(pause),
                Action::Ask(_, message, purpose) => {
                    let exchange = Exchange::new(message, purpose, &contacts).unwrap();
                    converge.heard(self.exchange(exchange, &mut contacts));
                }
            }
        }
        panic!("seed {}: it never ends", self.seed);
    }

    fn exchange(&mut self, mut exchange: Exchange, contacts: &mut Contacts) -> Answered {
        for _ in 0..1000 {
            let mut dice = self.dice;
            let mut random = || dice.below(65_536) as u16;
            let step = exchange.step(contacts, &mut Now { unix: unix(), left: self.left, random: &mut random });
            self.dice = dice;
            match step {
                Step::Done(answered) => return answered,
                Step::Pause(pause) => self.pass(pause),
                Step::Try(attempt) => {
                    let ending = match attempt.transport {
                        Transport::Udp => self.udp(&attempt, &mut |octets| exchange.judge(octets, unix(), contacts)),
                        Transport::Tcp | Transport::Tls => {
                            self.tcp(&attempt, &mut |octets| exchange.judge(octets, unix(), contacts))
                        }
                    };
                    exchange.ended(ending, contacts);
                }
            }
        }
        panic!("seed {}: an exchange never ends", self.seed);
    }

    fn udp(&mut self, attempt: &Attempt, judge: &mut dyn FnMut(&[u8]) -> Verdict) -> Ending {
        let mut sent = Duration::ZERO;
        for after in attempt.sends.iter().filter(|after| **after < attempt.answer_within) {
            self.pass(*after - sent);
            sent = *after;
            if self.dice.chance(self.forgery) && judge(&self.forged(&attempt.octets)) != Verdict::Listen {
                return Ending::Judged { again: !after.is_zero() };
            }
            let copies = 1 + u64::from(self.dice.chance(10));
            for _ in 0..copies {
                match self.dice.below(100) {
                    lost if lost < self.loss => {}
                    late if late < self.loss + 5 => self.late.push(attempt.octets.clone()),
                    _ => {
                        let answer = self.deliver(&attempt.octets, Transport::Udp);
                        if !self.dice.chance(self.loss) && judge(&answer) != Verdict::Listen {
                            return Ending::Judged { again: !after.is_zero() };
                        }
                    }
                }
            }
        }
        self.pass(attempt.answer_within - sent);
        Ending::Silent
    }

    fn tcp(&mut self, attempt: &Attempt, judge: &mut dyn FnMut(&[u8]) -> Verdict) -> Ending {
        if self.dice.chance(self.loss) {
            self.pass(Duration::from_millis(300));
            return Ending::NotSent("connection refused".to_owned());
        }
        if self.dice.chance(self.loss) {
            return Ending::Lost("connection reset by peer".to_owned());
        }
        let answer = self.deliver(&attempt.octets, Transport::Tcp);
        if self.dice.chance(self.loss / 2) {
            return Ending::Lost("connection reset by peer".to_owned());
        }
        if self.dice.chance(self.loss / 2) {
            self.pass(attempt.answer_within);
            return Ending::Silent;
        }
        // Only somebody on the path could do this.
        let answer = if self.dice.chance(self.forgery / 10) { self.forged(&attempt.octets) } else { answer };
        judge(&answer);
        Ending::Judged { again: false }
    }

    /// The request arrives, perhaps after an older one that was late, perhaps after somebody else's change.
    fn deliver(&mut self, octets: &[u8], transport: Transport) -> Vec<u8> {
        if !self.late.is_empty() && self.dice.chance(40) {
            let late = self.late.remove(0);
            let _ = self.zone.respond(&late, Transport::Udp);
            self.look();
        }
        if self.dice.chance(self.others) {
            self.zone.replace(&format!("h.example.org. 300 A 198.51.100.{}", self.dice.below(200) + 1));
            self.look();
        }
        let answer = self.zone.respond(octets, transport).expect("the zone answers");
        self.look();
        answer
    }

    fn forged(&mut self, request: &[u8]) -> Vec<u8> {
        let forgery = match self.dice.below(6) {
            0 => Forgery::unsigned(Rcode::NOERROR),
            1 => Forgery::unsigned(Rcode::REFUSED),
            2 => Forgery::bad_key(),
            3 => Forgery::wrong_mac(Rcode::NOERROR),
            4 => Forgery::wrong_id(),
            _ => Forgery::echo(),
        };
        forgery.build(request)
    }

    fn look(&mut self) {
        self.held.push(self.zone.records("h.example.org", "A"));
    }

    fn pass(&mut self, time: Duration) {
        self.left = self.left.saturating_sub(time);
    }
}

/// Chance that can be played again: xorshift64*.
#[derive(Clone, Copy)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    fn chance(&mut self, of_a_hundred: u64) -> bool {
        self.below(100) < of_a_hundred
    }
}

fn unix() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
