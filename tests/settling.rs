//! Composed messages whose answers get lost in a certain way, and what is made of it: case by case, against a zone in
//! memory.

mod primary;
mod simulation;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use nsup::config::parse_keys;
use nsup::dns::{Class, Name};
use nsup::proto::deliver::Delivery;
use nsup::proto::exchange::Purpose;
use nsup::proto::outcome::Outcome;
use nsup::proto::stage::Stage;
use nsup::proto::{Contacts, Key, Patience, Prerequisite, Rcode, Transport, Transports, Update};
use primary::{Forgery, Memory, Policy, Primary};
use simulation::messages::{change, zone};
use simulation::{Dice, Network, Tcp, World};

const BUDGET: Duration = Duration::from_secs(60);

fn key() -> Key {
    parse_keys(include_str!("../keys/unsafe.key"), "").unwrap().remove(0).key
}

fn memory() -> Memory {
    Primary::builder("example.org").key(key(), Policy::WholeZone).in_memory()
}

fn contacts(transports: Transports) -> Contacts {
    Contacts::new(Arc::new(key()), vec!["127.0.0.1:53".parse().unwrap()], transports)
}

/// A message that changes this, once these names are free.
fn update(free: &[&str], changes: &[&str]) -> Update {
    let prerequisites = free.iter().map(|text| Prerequisite::NameFree(Name::parse(text).unwrap())).collect();
    Update::in_order(zone(), Class::IN, prerequisites, changes.iter().map(|text| change(text)).collect(), None)
}

/// What becomes of a request.
#[derive(Debug, Clone)]
enum Fate {
    Answered,
    /// It is carried out, and its answer gets lost.
    Lost,
    /// It gets lost itself.
    Dropped,
    /// It is carried out, and its answer is cut.
    Cut,
    /// Nothing is done, and this is said.
    Said(Rcode),
    /// Somebody else makes this change before.
    After(&'static str),
}

/// A zone, and what becomes of the requests in their order; those behind are answered.
struct Fated {
    zone: Memory,
    fates: VecDeque<Fate>,
    asked: Vec<char>,
}

impl World for Fated {
    fn respond(&mut self, _: SocketAddr, octets: &[u8], transport: Transport, _: &mut Dice) -> Vec<u8> {
        let fate = self.fates.pop_front().unwrap_or(Fate::Answered);
        if let Fate::After(text) = fate {
            self.zone.change(&update(&[], &[text]).encode().unwrap());
        }
        let answer = match fate {
            Fate::Dropped => return Vec::new(),
            Fate::Said(rcode) => return self.zone.refuse(octets, rcode).unwrap(),
            _ => self.zone.respond(octets, transport).unwrap(),
        };
        match fate {
            Fate::Lost => Vec::new(),
            Fate::Cut => self.zone.cut(octets).unwrap(),
            _ => answer,
        }
    }

    fn asks(&mut self, stage: &Stage) {
        self.asked.push(match stage {
            Stage::Change(_) => 'C',
            Stage::Read(..) => 'R',
            Stage::Assert(_) | Stage::Require(_) => 'A',
        });
    }

    fn forge(&mut self, _: &[u8], _: &mut Dice) -> Vec<u8> {
        Vec::new()
    }
}

/// How a message ends, what was asked for it (C a change, R a read, A whether all of it holds), and the zone then.
fn ends(
    purpose: Purpose,
    transports: Transports,
    there: &[&str],
    message: Update,
    fates: &[Fate],
) -> (Outcome, String, Memory) {
    let mut fated = Fated { zone: memory(), fates: fates.iter().cloned().collect(), asked: Vec::new() };
    fated.zone.change(&update(&[], there).encode().unwrap());
    let mut network = Network { doubled: 0, delayed: 0, ..Network::new(Dice::new(1), 0, 0, BUDGET) };
    let mut delivery = Delivery::new(message, purpose);
    let outcome = network.carry_out(&mut delivery, &mut contacts(transports), &mut fated).unwrap();
    (outcome, fated.asked.into_iter().collect(), fated.zone)
}

const FREE: &[&str] = &["h.example.org"];
const ADD: &[&str] = &["+ h.example.org 60 A 192.0.2.1"];

/// What there is, which names are to be free, what is changed, what becomes of the requests, and what is asked.
type Row<'r> = (&'r [&'r str], &'r [&'r str], &'r [&'r str], &'r [Fate], &'r str);

#[test]
fn a_lost_answer_is_settled_by_what_the_zone_holds_at_this_very_name_and_at_one_moment() {
    use Fate::{After, Answered, Dropped, Lost};
    let wildcard = "+ *.w.example.org 60 A 192.0.2.1";
    let made_up = &["+ x.w.example.org 60 A 192.0.2.1"][..];
    let refilled = &["- h.example.org", ADD[0]][..];
    let two = &["+ a.example.org 60 A 192.0.2.1", ADD[0]][..];
    let rows: &[Row<'_>] = &[
        (&[], FREE, ADD, &[Lost], "CRA"),
        (&[], FREE, ADD, &[Dropped], "CRC"),
        (&[], FREE, ADD, &[Dropped, Answered, Lost], "CRCRA"),
        (&[], &[], ADD, &[Lost, Answered, After("- h.example.org")], "CRAC"),
        // Only the TTL is still to be changed.
        (&["+ h.example.org 300 A 192.0.2.1"], &[], ADD, &[Dropped], "CRC"),
        // Nothing is to be there: that needs no reading.
        (ADD, &[], &["- h.example.org A", "- a.example.org"], &[Lost], "CA"),
        (ADD, &[], &["- h.example.org A 192.0.2.1"], &[Lost], "CRA"),
        (&[wildcard, made_up[0]], &[], &["- x.w.example.org A"], &[Lost], "CA"),
        (&[wildcard, made_up[0]], &[], &["- x.w.example.org A 192.0.2.1"], &[Lost], "CRA"),
        // What a wildcard makes up is not there.
        (&[wildcard], &[], made_up, &[Dropped], "CRAC"),
        (&[wildcard], &[], made_up, &[Lost], "CRA"),
        // A name that is emptied and filled again holds nothing else.
        (&["+ h.example.org 60 TXT x"], &[], refilled, &[Lost], "CRA"),
        (&["+ h.example.org 60 TXT x", ADD[0]], &[], refilled, &[Dropped], "CRAC"),
        // What was read first is no more when the rest is read.
        (&[], &[], two, &[Lost, Answered, After("- a.example.org")], "CRRAC"),
        (
            &["+ a.example.org 60 A 192.0.2.9"],
            &[],
            two,
            &[Lost, Answered, After("- a.example.org A 192.0.2.1")],
            "CRRAC",
        ),
        (&[], &[], two, &[Lost], "CRRA"),
        // Prerequisites alone can be asked again.
        (&[], FREE, &[], &[Dropped, Lost], "CCC"),
    ];
    for (there, free, changes, fates, asked) in rows {
        let message = update(free, changes);
        let (outcome, all, zone) = ends(Purpose::Change, Transports::Tcp, there, message, fates);
        let case = format!("{there:?}, {free:?}, {changes:?}, {fates:?}");
        assert!(matches!(outcome, Outcome::Changed), "{case}: {outcome:?}");
        assert_eq!(all, *asked, "{case}");
        assert!(zone.is_so(&update(&[], changes).encode().unwrap(), false), "{case}");
    }
}

#[test]
fn a_no_to_a_later_copy_says_nothing_of_the_first() {
    use Fate::{After, Answered, Dropped, Lost, Said};
    let taken = || After("+ h.example.org 60 TXT x");
    // Carried out, undone by somebody else, and the name is taken.
    let undone = [Lost, After("- h.example.org"), taken()];
    let (outcome, asked, _) = ends(Purpose::Change, Transports::Tcp, &[], update(FREE, ADD), &undone);
    assert!(
        matches!(&outcome, Outcome::Unknown { refusal: Some(no), .. } if no.rcode == Rcode::YXDOMAIN),
        "{outcome:?}"
    );
    assert_eq!(asked, "CRCR");
    // The first arrives when the zone has been read.
    let late = [Dropped, Answered, After(ADD[0])];
    let (outcome, asked, _) = ends(Purpose::Change, Transports::Tcp, &[], update(FREE, ADD), &late);
    assert!(matches!(outcome, Outcome::Changed), "{outcome:?}");
    assert_eq!(asked, "CRCRA");
    // The server has begun to refuse, or fails by itself.
    for rcode in [Rcode::REFUSED, Rcode::SERVFAIL] {
        let refused = [Lost, After("- h.example.org"), Said(rcode), Said(rcode), Said(rcode)];
        let (outcome, _, _) = ends(Purpose::Change, Transports::Tcp, &[], update(&[], ADD), &refused);
        assert!(matches!(&outcome, Outcome::Unknown { refusal: Some(no), .. } if no.rcode == rcode), "{outcome:?}");
    }
    // A no to the only copy is the last word, and so is one that each copy gets.
    let (outcome, asked, _) = ends(Purpose::Change, Transports::Tcp, &[], update(FREE, ADD), &[taken()]);
    assert!(matches!(outcome, Outcome::PrerequisiteFalse { rcode: Rcode::YXDOMAIN, .. }), "{outcome:?}");
    assert_eq!(asked, "C");
    let (outcome, asked, _) =
        ends(Purpose::Change, Transports::Udp, &[], update(FREE, ADD), &[Dropped, Said(Rcode::REFUSED)]);
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
    assert_eq!(asked, "C");
}

#[test]
fn handed_over_a_no_is_believed_unless_the_zone_shows_that_an_earlier_copy_got_through() {
    use Fate::{After, Answered, Cut, Dropped, Lost, Said};
    let rows: &[(&[Fate], bool, &str)] = &[
        (&[Lost], true, "CRA"),
        (&[Lost, Lost, Lost], false, "C"),
        (&[Cut], true, "CRA"),
        (&[Dropped, After("+ h.example.org 60 TXT x")], false, "CR"),
        (&[Lost, Answered, Said(Rcode::REFUSED)], false, "CR"),
        (&[Lost, Answered, Answered, Said(Rcode::REFUSED)], false, "CRA"),
        (&[After("+ h.example.org 60 TXT x")], false, "C"),
    ];
    for (fates, is_changed, wanted) in rows {
        let (outcome, asked, _) = ends(Purpose::Once, Transports::Udp, &[], update(FREE, ADD), fates);
        match outcome {
            Outcome::Changed => assert!(is_changed, "{fates:?}"),
            Outcome::PrerequisiteFalse { rcode: Rcode::YXDOMAIN, .. } => assert!(!is_changed, "{fates:?}"),
            // No datagram was answered at all.
            Outcome::Unknown { .. } => assert_eq!(fates.len(), 3, "{fates:?}"),
            other => panic!("{fates:?}: {other:?}"),
        }
        assert_eq!(asked, *wanted, "{fates:?}");
    }
}

#[test]
fn a_message_too_long_to_be_confirmed_as_it_is_ends_unknown_and_not_impossible() {
    // Emptied and filled again, each name needs as many conditions as there are types.
    let names = (0..400).flat_map(|number| {
        let name = format!("host{number}.example.org");
        [format!("- {name}"), format!("+ {name} 60 A 192.0.2.1")]
    });
    let names: Vec<String> = names.collect();
    let changes: Vec<&str> = names.iter().map(String::as_str).collect();
    let (outcome, _, _) = ends(Purpose::Change, Transports::Tcp, &[], update(&[], &changes), &[Fate::Lost]);
    assert!(matches!(outcome, Outcome::Unknown { .. } | Outcome::Changed), "{outcome:?}");
}

/// A server that answers datagrams only from a certain one on, and somebody who answers all of them before.
struct Slow {
    zone: Memory,
    answers_from: usize,
    datagrams: usize,
    forgery: Option<Forgery>,
}

impl World for Slow {
    fn respond(&mut self, _: SocketAddr, octets: &[u8], transport: Transport, _: &mut Dice) -> Vec<u8> {
        if transport == Transport::Udp && self.datagrams <= self.answers_from {
            return Vec::new();
        }
        self.zone.respond(octets, transport).unwrap()
    }

    fn leaves(&mut self, _: &[u8]) {
        self.datagrams += 1;
    }

    fn forge(&mut self, request: &[u8], _: &mut Dice) -> Vec<u8> {
        self.forgery.as_ref().map(|forgery| forgery.build(request)).unwrap_or_default()
    }
}

#[test]
fn a_forged_datagram_makes_nothing_else_of_an_outcome() {
    let messages: [&[&str]; 2] = [&["+ h.example.org 60 A 192.0.2.1"], &["+ h.example.net 60 A 192.0.2.1"]];
    let told = |purpose, tcp, answers_from, changes: &[&str], forgery: Option<Forgery>| {
        let changes = changes.iter().map(|text| change(text)).collect();
        let update = Update::in_order(zone(), Class::IN, Vec::new(), changes, None);
        let mut slow = Slow { zone: memory(), answers_from, datagrams: 0, forgery };
        let mut network = Network { tcp, ..Network::new(Dice::new(1), 0, 100, BUDGET) };
        // As nsupdate has them: a connection may take much longer than all datagrams.
        let patience = Patience { answer: Duration::from_secs(300), ..Patience::default() };
        let mut contacts = contacts(Transports::Udp).with_patience(patience);
        match network.carry_out(&mut Delivery::new(update, purpose), &mut contacts, &mut slow) {
            Some(Outcome::Changed) => "changed",
            Some(Outcome::Refused(_)) => "refused",
            Some(Outcome::Unknown { .. } | Outcome::Unauthentic { .. }) => "unknown",
            other => panic!("{other:?}"),
        }
    };
    let forgeries = [
        Forgery::unsigned(Rcode::NOERROR),
        Forgery::unsigned(Rcode::REFUSED),
        Forgery::bad_key(),
        Forgery::wrong_mac(Rcode::NOERROR),
        Forgery::wrong_id(),
        Forgery::echo(),
    ];
    for purpose in [Purpose::Once, Purpose::Change] {
        for tcp in [Tcp::Works, Tcp::Refused, Tcp::Silent] {
            for answers_from in [0, 1, 2] {
                for (number, changes) in messages.iter().enumerate() {
                    let honest = told(purpose, tcp, answers_from, changes, None);
                    assert_eq!(honest, ["changed", "refused"][number]);
                    for (kind, forgery) in forgeries.iter().enumerate() {
                        let forged = told(purpose, tcp, answers_from, changes, Some(forgery.clone()));
                        let case = format!("{purpose:?}, {tcp:?}, from {answers_from}, forgery {kind}");
                        assert_eq!(forged, honest, "{case}: {changes:?}");
                    }
                }
            }
        }
    }
}
