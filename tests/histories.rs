//! Thousands of histories of the core against a zone in memory: loss, duplicates, delays, forgeries, cut connections and
//! other writers, by chance. Whatever happens, what is reported is true.
//!
//! No socket and no waiting: `proto` decides, `simulation` is the network. A seed that fails is printed, and
//! `HISTORY=seed` plays it again alone.

mod primary;
mod simulation;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use nsup::config::parse_keys;
use nsup::dns::{Name, Rdata, RecordType};
use nsup::proto::converge::Converge;
use nsup::proto::goal::{Goal, Target};
use nsup::proto::outcome::Outcome;
use nsup::proto::{Contacts, Rcode, Transport, Transports};
use primary::{Forgery, Memory, Policy, Primary};
use simulation::{Dice, Network, World};

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
    network: Network,
    zone: Zone,
    transports: Transports,
    ended: &'static str,
}

/// The zone, and others who write to it.
struct Zone {
    memory: Memory,
    /// In hundredths: how often somebody else does.
    others: u64,
    /// Every value that it has held.
    held: Vec<Vec<String>>,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let key = parse_keys(include_str!("../keys/unsafe.key"), "").unwrap().remove(0).key;
        let old = ["192.0.2.1", WANTED][usize::from(dice.chance(15))];
        let memory = Primary::builder("example.org")
            .record(&format!("h.example.org. 300 A {old}"))
            .key(key, Policy::WholeZone)
            .in_memory();
        let transports = dice.one_of(&[Transports::TcpFirst, Transports::Tcp, Transports::Udp]);
        let (loss, forgery) = (dice.one_of(&[0, 10, 30, 60, 95]), dice.one_of(&[0, 0, 30, 90]));
        let others = dice.one_of(&[0, 0, 5, 60]);
        let mut zone = Zone { memory, others, held: Vec::new() };
        zone.look();
        Self { seed, network: Network::new(dice, loss, forgery, BUDGET), zone, transports, ended: "" }
    }

    /// Runs to the end and holds the report against what the zone went through.
    fn play(&mut self) {
        let outcome = self.converge();
        let seed = self.seed;
        let Zone { memory, others, held } = &self.zone;
        let wanted = vec![WANTED.to_owned()];
        let ever_held = held.contains(&wanted);
        let changes = memory.changes();
        self.ended = match outcome {
            Outcome::Changed => {
                assert!(ever_held, "seed {seed}: a change is reported that never was");
                assert!(*others > 0 || memory.records("h.example.org", "A") == wanted, "seed {seed}");
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
                assert!(*others > 0, "seed {seed}: nobody else was there");
                "contended"
            }
            other => panic!("seed {seed}: {other:?}"),
        };
        // What is still on its way arrives now, and can only bring about what was wanted.
        let before = memory.records("h.example.org", "A");
        for (_, octets) in std::mem::take(&mut self.network.late) {
            let _ = memory.respond(&octets, Transport::Udp);
        }
        let after = memory.records("h.example.org", "A");
        assert!(after == before || after == wanted, "seed {seed}: {before:?} became {after:?}");
        assert!(memory.changes() <= changes + 1, "seed {seed}: late copies changed it more than once");
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
        let outcome = self.network.carry_out(&mut converge, &mut contacts, &mut self.zone);
        outcome.unwrap_or_else(|| panic!("seed {}: it never ends", self.seed))
    }
}

impl World for Zone {
    /// The request arrives, perhaps after somebody else's change.
    fn respond(&mut self, _: SocketAddr, octets: &[u8], transport: Transport, dice: &mut Dice) -> Vec<u8> {
        if dice.chance(self.others) {
            self.memory.replace(&format!("h.example.org. 300 A 198.51.100.{}", dice.below(200) + 1));
            self.look();
        }
        let answer = self.memory.respond(octets, transport).expect("the zone answers");
        self.look();
        answer
    }

    fn forge(&mut self, request: &[u8], dice: &mut Dice) -> Vec<u8> {
        let forgery = match dice.below(6) {
            0 => Forgery::unsigned(Rcode::NOERROR),
            1 => Forgery::unsigned(Rcode::REFUSED),
            2 => Forgery::bad_key(),
            3 => Forgery::wrong_mac(Rcode::NOERROR),
            4 => Forgery::wrong_id(),
            _ => Forgery::echo(),
        };
        forgery.build(request)
    }
}

impl Zone {
    fn look(&mut self) {
        self.held.push(self.memory.records("h.example.org", "A"));
    }
}
