//! Whole runs against a server that holds the key and answers whatever it likes: each comes to an end that can be told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use nsup::config::parse_literal;
use nsup::dns::{Class, Message, Name, Rdata, RecordType};
use nsup::output::{Subject, exit_of, explain};
use nsup::proto::converge::Converge;
use nsup::proto::deliver::Delivery;
use nsup::proto::exchange::Purpose;
use nsup::proto::goal::{Goal, Target};
use nsup::proto::outcome::Outcome;
use nsup::proto::stage::Course;
use nsup::proto::{Contacts, Key, Transport, Transports, Tsig, Update};

use super::answers::sign_answer;
use super::choice;
use super::simulation::messages::{change, zone};
use super::simulation::{self, Dice, Network, World};

/// What a server says: for each answer its length, its flags, the counts of its three sections, and their records. The
/// first octet chooses what is wanted, the second the network.
pub fn conversation(octets: &[u8]) {
    let (wanted, octets) = choice(octets);
    let (weather, octets) = choice(octets);
    let key = parse_literal("key:bm90IGEgc2VjcmV0IGF0IGFsbA==").unwrap();
    let transports = [Transports::TcpFirst, Transports::Tcp, Transports::Udp][weather % 3];
    let servers = vec!["127.0.0.1:53".parse().unwrap(), "127.0.0.2:53".parse().unwrap()];
    let contacts = Contacts::new(Arc::new(key.clone()), servers, transports);
    let loss = [0, 0, 30, 60][weather / 3 % 4];
    let network = Network::new(Dice::new(weather as u64), loss, 0, Duration::from_secs(20));
    let server = Server { key, answers: octets };
    match wanted % 8 {
        7 => run(Delivery::new(update(), Purpose::Change), network, contacts, server),
        goal => {
            run(Converge::new(zone(), targets(goal), Vec::new(), wanted & 8 != 0).unwrap(), network, contacts, server)
        }
    }
}

/// Goes on to the end, which has an exit status and words.
fn run(mut course: impl Course, mut network: Network, mut contacts: Contacts, mut server: Server<'_>) {
    let outcome = network.carry_out(&mut course, &mut contacts, &mut server).expect("there is an end");
    tell(&outcome);
}

/// A server that has the key, and from then on nothing to say but what it was told to.
struct Server<'o> {
    key: Key,
    answers: &'o [u8],
}

impl World for Server<'_> {
    fn respond(&mut self, _: SocketAddr, request: &[u8], _: Transport, _: &mut Dice) -> Vec<u8> {
        let message = Message::walk(request).expect("what is sent is a message");
        let tsig = Tsig::find(&message).unwrap().expect("what is sent is signed").tsig;
        let (length, rest) = choice(self.answers);
        let (said, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        self.answers = rest;
        let (head, records) = said.split_at_checked(5).unwrap_or((&[0; 5], &[]));
        let opcode = message.header.opcode() << 3;
        let mut answer = [&request[..2], &[head[0] & 7 | opcode | 0x80, head[1], 0, 1]].concat();
        answer.extend(head[2..].iter().flat_map(|count| [0, *count]));
        for question in &message.questions {
            answer.extend(question.name.to_wire());
            answer.extend(question.record_type.0.to_be_bytes());
            answer.extend(question.class.0.to_be_bytes());
        }
        answer.extend(records);
        // Now and then it says that our clock is wrong, with whatever time.
        let server_time = (head[1] & 0x50 == 0x50).then(|| u64::from(head[0]) << 24);
        sign_answer(&self.key, &tsig, answer, server_time)
    }

    fn forge(&mut self, request: &[u8], _: &mut Dice) -> Vec<u8> {
        request.to_vec()
    }
}

/// What is as it should be needs no words and has the exit status 0, and nothing else has.
fn tell(outcome: &Outcome) {
    let subject = Subject {
        name: host(),
        types: "A".to_owned(),
        zone: Some(zone()),
        server: "127.0.0.1:53".parse().ok(),
        served: None,
        key: Name::parse("key").unwrap(),
        algorithm: "hmac-sha256",
        now: simulation::unix(),
    };
    let is_well = matches!(outcome, Outcome::Unchanged | Outcome::Changed);
    assert_eq!(explain(outcome, &subject).is_none(), is_well, "{outcome:?}");
    assert_eq!(exit_of(outcome).code() == 0, is_well, "{outcome:?}");
}

fn targets(goal: usize) -> Vec<Target> {
    let rdata = |text: &str| Rdata::parse_argument(RecordType::A, text).unwrap();
    let of = |goal| Target { name: host(), record_type: RecordType::A, goal, ttl: None };
    match goal {
        0 => vec![of(Goal::Exactly(vec![rdata("192.0.2.1")]))],
        1 => vec![of(Goal::Including(rdata("192.0.2.1")))],
        2 => vec![of(Goal::Excluding(rdata("192.0.2.1")))],
        3 => vec![of(Goal::Replacing(rdata("192.0.2.1"), rdata("192.0.2.2")))],
        4 => vec![of(Goal::Exactly(Vec::new()))],
        5 => vec![Target { record_type: RecordType::ANY, ..of(Goal::Exactly(Vec::new())) }],
        _ => ["h.example.org", "a.example.org"]
            .map(|name| Target { name: Name::parse(name).unwrap(), ..of(Goal::Exactly(vec![rdata("192.0.2.1")])) })
            .to_vec(),
    }
}

/// A composed message with all kinds of changes.
fn update() -> Update {
    let changes = ["+ h.example.org 300 A 192.0.2.1", "- a.example.org A", "- b.example.org", "- h.example.org TXT x"];
    Update::in_order(zone(), Class::IN, Vec::new(), changes.map(change).to_vec(), None)
}

fn host() -> Name {
    Name::parse("h.example.org").unwrap()
}
