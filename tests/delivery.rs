//! Thousands of composed messages on their way to zones in memory: loss, duplicates, delays, forgeries, servers that are
//! down, that fail by themselves, that lag behind or refuse, and other writers, by chance. What is reported is true.
//!
//! A seed that fails is printed, and `HISTORY=seed` plays it again alone.

mod primary;
mod simulation;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use nsup::config::parse_keys;
use nsup::dns::{Message, Section};
use nsup::proto::deliver::Delivery;
use nsup::proto::effects::effects;
use nsup::proto::exchange::Purpose;
use nsup::proto::outcome::Outcome;
use nsup::proto::stage::Stage;
use nsup::proto::{Contacts, Key, Rcode, Transport, Transports, Update};
use primary::{Forgery, Memory, Policy, Primary};
use simulation::messages::{Composer, unconditional};
use simulation::{Dice, Network, World};

const HISTORIES: u64 = 8_000;
/// Seeds that have failed once: a server's no after another had failed by itself.
const FAILED: [u64; 1] = [20_537];
const BUDGET: Duration = Duration::from_secs(40);
const SERVERS: [&str; 2] = ["127.0.0.1:53", "127.0.0.2:53"];

#[test]
fn whatever_becomes_of_a_composed_message_what_is_reported_is_true() {
    if let Some(seed) = std::env::var("HISTORY").ok().and_then(|seed| seed.parse().ok()) {
        return println!("{}", History::new(seed).play());
    }
    let mut ends = BTreeMap::new();
    for seed in (1..=HISTORIES).chain(FAILED) {
        let mut history = History::new(seed);
        let ended = history.play();
        *ends.entry((history.purpose == Purpose::Once, ended)).or_insert(0) += 1;
    }
    // All kinds of ends have been met, or the histories show nothing.
    for once in [false, true] {
        let known = ["changed", "settled", "false", "refused", "unreachable", "unauthentic", "unknown"];
        for kind in known.into_iter().filter(|kind| !once || *kind != "settled") {
            assert!(ends.get(&(once, kind)).is_some_and(|count| *count > 5), "{kind} was hardly met: {ends:?}");
        }
    }
}

fn key() -> Key {
    parse_keys(include_str!("../keys/unsafe.key"), "").unwrap().remove(0).key
}

fn memory() -> Memory {
    Primary::builder("example.org").key(key(), Policy::WholeZone).in_memory().open()
}

/// One message, and all that happens around it.
struct History {
    seed: u64,
    network: Network,
    zones: Zones,
    update: Update,
    purpose: Purpose,
    contacts: Contacts,
    /// Nothing but the network goes wrong.
    is_quiet: bool,
}

/// What stands at the second address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Second {
    /// The primary itself.
    Same,
    /// A secondary that lags behind and passes updates on.
    Forwards,
    /// A secondary that lags behind and refuses updates.
    Refuses,
}

/// The servers, others who write to them, and what became of the message there.
struct Zones {
    primary: Memory,
    secondary: Memory,
    second: Second,
    is_signed: bool,
    /// In hundredths: how often somebody else writes, an answer is cut, the server fails by itself.
    others: u64,
    cut: u64,
    failing: u64,
    composer: Composer,
    /// The changes of the message, without prerequisites.
    changes: Vec<u8>,
    is_without_changes: bool,
    /// How often a message was asked that changes something, and whether the last that was asked did not.
    asked: u32,
    looked: bool,
    resent_blindly: bool,
    /// How many copies left, and were carried out.
    left: u32,
    carried_out: u32,
    /// How many more copies arrived than left, by their ID.
    doubled: BTreeMap<[u8; 2], i32>,
    /// What was said to copies.
    said: Vec<Rcode>,
    /// After it was first sent, the zone held what it asks for.
    was_so: bool,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let second = dice.one_of(&[Second::Same, Second::Forwards, Second::Refuses]);
        let (servers, others) = (dice.one_of(&[1, 1, 2]), dice.one_of(&[0, 0, 10, 50]));
        // What lags behind may show a TTL that was, beside records that are.
        let ttls: &[u32] = if servers == 2 && second != Second::Same { &[60] } else { &[60, 300] };
        let primary = memory();
        let filling = Composer { ttls, prerequisites: 0, changes: 12 };
        primary.change(&filling.compose(&mut dice).encode().unwrap());
        let composer = Composer { ttls, prerequisites: dice.one_of(&[0, 1, 2]), changes: 4 };
        let update = composer.compose(&mut dice);
        let secondary = memory();
        secondary.transfer(&primary);
        let purpose = dice.one_of(&[Purpose::Change, Purpose::Once]);
        let key = (!dice.chance(25)).then(|| Arc::new(key()));
        let transports = dice.one_of(&[Transports::TcpFirst, Transports::Tcp, Transports::Udp, Transports::Udp]);
        let zones = Zones {
            primary,
            secondary,
            second,
            is_signed: key.is_some(),
            others,
            cut: dice.one_of(&[0, 0, 20]),
            failing: dice.one_of(&[0, 0, 20]),
            composer: Composer { prerequisites: 0, ..composer },
            changes: unconditional(&update).encode().unwrap(),
            is_without_changes: update.changes().is_empty(),
            asked: 0,
            looked: true,
            resent_blindly: false,
            left: 0,
            carried_out: 0,
            doubled: BTreeMap::new(),
            said: Vec::new(),
            was_so: false,
        };
        let (loss, forgery) = (dice.one_of(&[0, 10, 30, 60, 95]), dice.one_of(&[0, 0, 30, 90]));
        let addresses = SERVERS[..servers].iter().map(|server| server.parse().unwrap()).collect();
        let (tardiness, restarts) = (dice.one_of(&[0, 30]), dice.one_of(&[0, 0, 20]));
        let is_quiet = servers == 1 && restarts == 0 && tardiness == 0 && zones.failing == 0;
        let network = Network { tardiness, restarts, ..Network::new(dice, loss, forgery, BUDGET) };
        let contacts = Contacts::new(key, addresses, transports);
        Self { seed, network, zones, update, purpose, contacts, is_quiet }
    }

    /// Runs to the end and holds the report against what the zone went through.
    fn play(&mut self) -> &'static str {
        let mut delivery = Delivery::new(self.update.clone(), self.purpose);
        let ended = self.network.carry_out(&mut delivery, &mut self.contacts, &mut self.zones);
        let seed = self.seed;
        let outcome = ended.unwrap_or_else(|| panic!("seed {seed}: it never ends"));
        let is_once = self.purpose == Purpose::Once;
        let by_report = self.zones.carried_out;
        for (server, octets) in std::mem::take(&mut self.network.late) {
            self.zones.respond(server, &octets, Transport::Udp, &mut self.network.dice);
        }
        let zones = &self.zones;
        let most = if is_once { 1 } else { 3 };
        assert!(zones.asked <= most, "seed {seed}: sent {} times", zones.asked);
        assert!(!zones.resent_blindly || zones.is_without_changes, "seed {seed}: sent again without a look");
        // A datagram that the network has doubled nobody can tell from one that it has not.
        let doubled = zones.doubled.values().any(|more| *more > 0);
        let untouched = zones.carried_out == 0 || zones.is_without_changes || doubled;
        // nsupdate takes the no for what it says; we do only where the zone cannot be asked, or does not tell.
        let sure = zones.others == 0 && self.network.loss == 0 && self.is_quiet && effects(&self.update).is_some();
        let is_bound = !is_once || (sure && zones.is_signed);
        match outcome {
            Outcome::Changed => {
                assert!(by_report > 0 || zones.was_so, "seed {seed}: a change is reported that never was");
                if by_report > 0 { "changed" } else { "settled" }
            }
            Outcome::PrerequisiteFalse { rcode, .. } => {
                assert!(zones.said.contains(&rcode), "seed {seed}: nobody said {rcode}");
                assert!(!is_bound || untouched, "seed {seed}: it was carried out, and {rcode} is reported");
                "false"
            }
            Outcome::Refused(refusal) => {
                assert!(zones.said.contains(&refusal.rcode), "seed {seed}: nobody said {}", refusal.rcode);
                assert!(is_once || untouched, "seed {seed}: it was carried out, and {} is reported", refusal.rcode);
                "refused"
            }
            Outcome::Unreachable(_) => {
                assert_eq!(zones.left, 0, "seed {seed}: it was sent");
                "unreachable"
            }
            Outcome::Unauthentic { hint, sent } => {
                assert!(sent && zones.left > 0 && zones.is_signed, "seed {seed}");
                assert!(is_once || hint.transport != Transport::Udp, "seed {seed}: anybody may have said it");
                "unauthentic"
            }
            Outcome::Unknown { .. } => {
                assert!(zones.left > 0, "seed {seed}: it was not sent");
                "unknown"
            }
            Outcome::Ignored(name, record_type) => {
                // Somebody else may have undone it before it was looked at.
                assert!(!is_once && by_report > 0, "seed {seed}: {name} {record_type} was never taken for done");
                "ignored"
            }
            other => panic!("seed {seed}: {other:?}"),
        }
    }
}

impl World for Zones {
    fn respond(&mut self, server: SocketAddr, octets: &[u8], transport: Transport, dice: &mut Dice) -> Vec<u8> {
        if dice.chance(self.others) {
            let change = self.composer.compose(dice).encode().unwrap();
            self.primary.change(&change);
            self.look();
        }
        if dice.chance(30) {
            self.secondary.transfer(&self.primary);
        }
        let is_ours = is_change(octets);
        *self.doubled.entry([octets[0], octets[1]]).or_insert(0) += i32::from(is_ours);
        let is_second = server.to_string() == SERVERS[1] && self.second != Second::Same;
        let is_update = octets[2] >> 3 == 5;
        let answer = match (is_second, is_update) {
            (true, true) if self.second == Second::Refuses => self.secondary.refuse(octets, Rcode::REFUSED),
            (true, false) => self.secondary.respond(octets, transport),
            (_, true) if dice.chance(self.failing) => self.primary.refuse(octets, Rcode::SERVFAIL),
            _ => {
                let answer = self.primary.respond(octets, transport);
                let is_done = answer.as_ref().is_some_and(|answer| answer[3] & 0xf == 0);
                self.carried_out += u32::from(is_ours && is_done);
                self.look();
                if transport == Transport::Udp && dice.chance(self.cut) { self.primary.cut(octets) } else { answer }
            }
        };
        let answer = answer.expect("the zone answers");
        if is_update {
            self.said.push(Rcode((answer[3] & 0xf).into()));
        }
        answer
    }

    fn leaves(&mut self, octets: &[u8]) {
        if is_change(octets) || self.is_without_changes {
            self.left += 1;
            *self.doubled.entry([octets[0], octets[1]]).or_insert(0) -= 1;
            self.look();
        }
    }

    fn asks(&mut self, stage: &Stage) {
        let is_change = matches!(stage, Stage::Change(_));
        if let Stage::Change(update) = stage {
            self.asked += 1;
            let can_look = effects(update).is_some_and(|effects| !effects.is_empty());
            self.resent_blindly |= self.asked > 1 && !self.looked && can_look;
        }
        self.looked = !is_change;
    }

    /// Who leaves the messages unsigned believes whatever fits: only what does not is left to forge.
    fn forge(&mut self, request: &[u8], dice: &mut Dice) -> Vec<u8> {
        let kinds = if self.is_signed { 8 } else { 4 };
        let forgery = match dice.below(kinds) {
            0 => Forgery::wrong_id(),
            1 => Forgery::echo(),
            2 => Forgery::garbage(&request[..2]),
            3 => return other_question(request),
            4 => Forgery::unsigned(Rcode::NOERROR),
            5 => Forgery::unsigned(Rcode::REFUSED),
            6 => Forgery::bad_key(),
            _ => Forgery::wrong_mac(Rcode::NOERROR),
        };
        forgery.build(request)
    }
}

impl Zones {
    fn look(&mut self) {
        self.was_so |= self.left > 0 && self.primary.is_so(&self.changes, self.others > 0);
    }
}

/// An answer that fits, but for the question that it repeats.
fn other_question(request: &[u8]) -> Vec<u8> {
    let mut answer = Forgery::unsigned(Rcode::NOERROR).build(request);
    if let Some(octet) = answer.get_mut(13) {
        *octet ^= 1;
    }
    answer
}

/// Whether a request is an UPDATE that changes something.
fn is_change(octets: &[u8]) -> bool {
    let message = Message::walk(octets).expect("a request");
    message.header.opcode() == 5 && message.records.iter().any(|record| record.section == Section::Authority)
}
