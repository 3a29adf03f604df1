//! The misbehaviour of the tests' primary, seen through std's sockets: each fault does what it says, as often as it says.

mod primary;

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nsup::dns::{Message, Name, Rdata, Record, RecordType, words};
use nsup::proto::{Algorithm, Change, Key, Pending, Prerequisite, Rcode, Rejection, Reply, Secret, Transport};
use nsup::proto::{TsigError, Unauthentic, Update, query, sign};
use primary::{Fault, Forgery, Misbehaviour as M, Opcode, Policy, Primary};

/// How long an answer may take. None does, unless the machine is busy.
const PATIENCE: Duration = Duration::from_secs(10);
/// For how long nothing must come where nothing should.
const SILENCE: Duration = Duration::from_millis(200);
/// How late something comes that comes late.
const DELAY: Duration = Duration::from_millis(600);

fn key(least_mac_octets: usize) -> Key {
    let secret = Secret::from_base64("bnN1cC10ZXN0LXNlY3JldC1vZi0zMi1vY3RldHMhISE=").unwrap();
    Key::new(&name("key"), Algorithm::Sha256, least_mac_octets, secret)
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn start(faults: impl IntoIterator<Item = Fault>) -> Primary {
    Primary::builder("example.").key(key(32), Policy::WholeZone).faults(faults).start().unwrap()
}

/// An update that puts an address at `h.example.`, where there was none: a second copy of it fails.
fn update() -> Vec<u8> {
    let (owner, record_type) = (name("h.example."), RecordType::A);
    let rdata = Rdata::parse(record_type, &words("192.0.2.1").unwrap()).unwrap();
    let free = Prerequisite::RrsetAbsent { name: owner.clone(), record_type };
    let add = Change::Add(Record { name: owner, ttl: 300, record_type, rdata });
    Update::new(name("example."), vec![free], vec![add]).unwrap().encode().unwrap()
}

fn signed(mut message: Vec<u8>) -> (Vec<u8>, Pending) {
    message[..2].copy_from_slice(b"id");
    sign(message, &Arc::new(key(32)), now()).unwrap()
}

/// A client on one of the transports.
enum Client {
    Udp(UdpSocket),
    Tcp(TcpStream),
}

impl Client {
    fn new(primary: &Primary, transport: Transport) -> Self {
        match transport {
            Transport::Udp => {
                let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
                socket.connect(primary.address()).unwrap();
                socket.set_read_timeout(Some(PATIENCE)).unwrap();
                Self::Udp(socket)
            }
            Transport::Tcp | Transport::Tls => {
                let stream = TcpStream::connect(primary.address()).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                Self::Tcp(stream)
            }
        }
    }

    fn send(&mut self, message: &[u8]) {
        match self {
            Self::Udp(socket) => assert_eq!(socket.send(message).unwrap(), message.len()),
            Self::Tcp(stream) => {
                let length = (message.len() as u16).to_be_bytes();
                stream.write_all(&[&length, message].concat()).unwrap();
            }
        }
    }

    fn wait_for(&self, time: Duration) {
        match self {
            Self::Udp(socket) => socket.set_read_timeout(Some(time)).unwrap(),
            Self::Tcp(stream) => stream.set_read_timeout(Some(time)).unwrap(),
        }
    }

    /// The next answer, or how waiting for it ended.
    fn receive(&mut self) -> Result<Vec<u8>, ErrorKind> {
        match self {
            Self::Udp(socket) => {
                let mut octets = vec![0; 65_536];
                let length = socket.recv(&mut octets).map_err(|why| why.kind())?;
                octets.truncate(length);
                Ok(octets)
            }
            Self::Tcp(stream) => {
                let mut length = [0; 2];
                stream.read_exact(&mut length).map_err(|why| why.kind())?;
                let mut octets = vec![0; u16::from_be_bytes(length).into()];
                stream.read_exact(&mut octets).map_err(|why| why.kind())?;
                Ok(octets)
            }
        }
    }

    fn hears_nothing(&mut self) -> bool {
        self.wait_for(SILENCE);
        let heard = self.receive();
        self.wait_for(PATIENCE);
        heard == Err(ErrorKind::WouldBlock)
    }

    fn verify(&mut self, pending: &Pending) -> Result<Reply, Unauthentic> {
        pending.verify(&self.receive().unwrap(), now())
    }
}

/// Sends the update over `transport` to a server with one fault; the client, and what the answers verify against.
fn send_update(fault: M, transport: Transport) -> (Primary, Client, Pending) {
    let primary = start([Fault::new(fault).over(transport).on(Opcode::Update)]);
    let (octets, pending) = signed(update());
    let mut client = Client::new(&primary, transport);
    client.send(&octets);
    (primary, client, pending)
}

fn is_done(primary: &Primary) -> bool {
    match (primary.serial(), primary.records("h.example.", "A").as_slice()) {
        (1, []) => false,
        (2, [one]) if one == "192.0.2.1" => true,
        other => panic!("{other:?}"),
    }
}

const BOTH: [Transport; 2] = [Transport::Udp, Transport::Tcp];

#[test]
fn without_a_fault_updates_and_questions_are_answered_signed_on_one_connection() {
    for transport in BOTH {
        let primary = start([]);
        let mut client = Client::new(&primary, transport);
        for (message, rcode) in [
            (update(), Rcode::NOERROR),
            (update(), Rcode::YXRRSET),
            (query::question(&name("h.example."), RecordType::A), Rcode::NOERROR),
        ] {
            let (octets, pending) = signed(message);
            client.send(&octets);
            let reply = client.verify(&pending).unwrap();
            assert_eq!((reply.rcode(), reply.tsig_error()), (rcode, TsigError::NONE));
            assert_eq!(primary.requests().last().unwrap().octets, octets);
        }
        assert_eq!(primary.connections(), usize::from(transport == Transport::Tcp));
        assert!(is_done(&primary));
    }
}

#[test]
fn what_is_lost_is_not_answered_and_only_a_lost_answer_was_carried_out() {
    for transport in BOTH {
        for (fault, done) in [(M::DropRequest, false), (M::DropAnswer, true)] {
            let (primary, mut client, pending) = send_update(fault, transport);
            assert!(client.hears_nothing());
            assert_eq!((is_done(&primary), primary.faults_left()), (done, 0));
            // The second copy comes through.
            client.send(&primary.requests()[0].octets);
            let wanted = if done { Rcode::YXRRSET } else { Rcode::NOERROR };
            assert_eq!(client.verify(&pending).unwrap().rcode(), wanted);
        }
    }
}

#[test]
fn a_request_that_comes_twice_is_done_twice_and_an_answer_that_comes_twice_is_the_same() {
    for transport in BOTH {
        for (fault, second) in [(M::DuplicateRequest, Rcode::YXRRSET), (M::AnswerTwice, Rcode::NOERROR)] {
            let (primary, mut client, pending) = send_update(fault, transport);
            assert_eq!(client.verify(&pending).unwrap().rcode(), Rcode::NOERROR);
            assert_eq!(client.verify(&pending).unwrap().rcode(), second);
            assert_eq!(primary.requests().len(), 1);
        }
    }
}

#[test]
fn a_forgery_does_not_verify_and_the_answer_behind_it_does() {
    let garbage = Forgery::garbage(b"no message");
    for (forgery, why) in [
        (Forgery::unsigned(Rcode::NOERROR), Rejection::Unsigned),
        (Forgery::unsigned(Rcode::REFUSED), Rejection::Unsigned),
        (Forgery::bad_key(), Rejection::Unsigned),
        (Forgery::bad_signature(), Rejection::Unsigned),
        (Forgery::wrong_mac(Rcode::NOERROR), Rejection::BadMac),
        (Forgery::wrong_id(), Rejection::NotOurs),
        (Forgery::echo(), Rejection::NotOurs),
        (garbage, Rejection::NotOurs),
    ] {
        for transport in BOTH {
            let (primary, mut client, pending) = send_update(M::ForgeFirst(forgery.clone()), transport);
            assert_eq!(client.verify(&pending).unwrap_err().why, why);
            assert_eq!(client.verify(&pending).unwrap().rcode(), Rcode::NOERROR);
            assert!(is_done(&primary));
            let (primary, mut client, pending) = send_update(M::ForgeOnly(forgery.clone()), transport);
            let forged = client.verify(&pending).unwrap_err();
            assert_eq!(forged.why, why);
            assert!(client.hears_nothing());
            assert!(!is_done(&primary));
        }
    }
    let (_primary, mut client, pending) = send_update(M::ForgeOnly(Forgery::bad_key()), Transport::Udp);
    let claim = client.verify(&pending).unwrap_err().claim.unwrap();
    assert_eq!((claim.rcode, claim.tsig_error), (Rcode::NOTAUTH, Some(TsigError::BADKEY)));
}

#[test]
fn connections_end_orderly_or_by_reset_with_the_request_done_or_not() {
    for (fault, end, done) in [
        (M::CloseApplied, ErrorKind::UnexpectedEof, true),
        (M::CloseNotApplied, ErrorKind::UnexpectedEof, false),
        (M::ResetApplied, ErrorKind::ConnectionReset, true),
        (M::ResetNotApplied, ErrorKind::ConnectionReset, false),
        (M::PartialAnswer(1), ErrorKind::UnexpectedEof, true),
        (M::PartialAnswer(40), ErrorKind::UnexpectedEof, true),
    ] {
        let (primary, mut client, _) = send_update(fault.clone(), Transport::Tcp);
        assert_eq!(client.receive(), Err(end), "{fault:?}");
        assert_eq!(is_done(&primary), done, "{fault:?}");
    }
    let primary = start([Fault::new(M::CloseOnAccept)]);
    assert!(Client::new(&primary, Transport::Tcp).receive().is_err());
    assert_eq!((primary.requests().len(), primary.connections(), primary.faults_left()), (0, 1, 0));
}

#[test]
fn part_of_a_datagram_does_not_verify_and_an_answer_in_single_octets_does() {
    let (primary, mut client, pending) = send_update(M::PartialAnswer(40), Transport::Udp);
    let part = client.receive().unwrap();
    assert_eq!((part.len(), pending.verify(&part, now()).unwrap_err().why), (40, Rejection::Malformed));
    assert!(is_done(&primary));
    let (_primary, mut client, pending) = send_update(M::ByteByByte, Transport::Tcp);
    assert_eq!(client.verify(&pending).unwrap().rcode(), Rcode::NOERROR);
}

#[test]
fn delays_do_not_hold_up_other_datagrams_and_a_late_request_is_done_late() {
    for transport in BOTH {
        for (fault, at_once) in [(M::DelayAnswer(DELAY), true), (M::DelayRequest(DELAY), false)] {
            let begun = Instant::now();
            let (primary, mut client, pending) = send_update(fault, transport);
            let mut other = Client::new(&primary, transport);
            let (octets, asked) = signed(query::question(&name("h.example."), RecordType::A));
            other.send(&octets);
            let seen = other.verify(&asked).unwrap();
            // On two connections nothing says which request is served first.
            if transport == Transport::Udp {
                assert_eq!(seen.answers().len() == 1, at_once);
            }
            assert!(begun.elapsed() < DELAY);
            assert_eq!(client.verify(&pending).unwrap().rcode(), Rcode::NOERROR);
            assert!(begun.elapsed() >= DELAY && is_done(&primary));
        }
    }
}

#[test]
fn an_rcode_of_choice_and_a_truncated_answer_verify() {
    for transport in BOTH {
        let (primary, mut client, pending) = send_update(M::SignedRcode(Rcode::SERVFAIL), transport);
        assert_eq!(client.verify(&pending).unwrap().rcode(), Rcode::SERVFAIL);
        assert!(!is_done(&primary));
        let (primary, mut client, pending) = send_update(M::Truncated, transport);
        let reply = client.verify(&pending).unwrap();
        assert!(reply.is_truncated() && reply.rcode() == Rcode::NOERROR && is_done(&primary));
    }
}

#[test]
fn another_writer_comes_between_and_a_change_from_outside_raises_the_serial() {
    let meanwhile = M::AnotherWriter(vec!["h.example. 300 A 192.0.2.99".to_owned()]);
    let (primary, mut client, pending) = send_update(meanwhile, Transport::Tcp);
    assert_eq!(client.verify(&pending).unwrap().rcode(), Rcode::YXRRSET);
    assert_eq!((primary.records("h.example.", "A"), primary.serial()), (vec!["192.0.2.99".to_owned()], 2));
    primary.replace("h.example. 60 A 192.0.2.98");
    assert_eq!((primary.ttl("h.example.", "A"), primary.serial()), (Some(60), 3));
}

#[test]
fn faults_befall_the_requests_that_they_are_for_and_as_many_as_they_say() {
    let primary = start([
        Fault::new(M::SignedRcode(Rcode::REFUSED)).over(Transport::Tcp).always(),
        Fault::new(M::SignedRcode(Rcode::NOTIMP)).on(Opcode::Query).after(1).times(2),
    ]);
    primary.misbehave(Fault::new(M::SignedRcode(Rcode::SERVFAIL)).on(Opcode::Update));
    let ask = |message: Vec<u8>, transport| {
        let (octets, pending) = signed(message);
        let mut client = Client::new(&primary, transport);
        client.send(&octets);
        client.verify(&pending).unwrap().rcode()
    };
    let question = || query::question(&name("h.example."), RecordType::A);
    assert_eq!([0; 3].map(|_| ask(question(), Transport::Tcp)), [Rcode::REFUSED; 3]);
    let wanted = [Rcode::NXDOMAIN, Rcode::NOTIMP, Rcode::NOTIMP, Rcode::NXDOMAIN];
    assert_eq!([0; 4].map(|_| ask(question(), Transport::Udp)), wanted);
    assert_eq!([0; 2].map(|_| ask(update(), Transport::Udp)), [Rcode::SERVFAIL, Rcode::NOERROR]);
    assert_eq!(primary.faults_left(), 0);
}

#[test]
fn a_transport_that_is_not_served_refuses() {
    let tcp = Primary::builder("example.").refuse(Transport::Udp).start().unwrap();
    let Client::Udp(socket) = Client::new(&tcp, Transport::Udp) else { unreachable!() };
    socket.send(b"?").unwrap();
    assert_eq!(socket.recv(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    assert!(TcpStream::connect(tcp.address()).is_ok());
    let udp = Primary::builder("example.").refuse(Transport::Tcp).start().unwrap();
    assert_eq!(TcpStream::connect(udp.address()).unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn a_clock_that_differs_is_told_in_an_answer_that_verifies() {
    let primary = start([]);
    primary.set_clock(-86_400);
    let (octets, pending) = signed(update());
    let mut client = Client::new(&primary, Transport::Udp);
    client.send(&octets);
    let reply = client.verify(&pending).unwrap();
    assert_eq!((reply.rcode(), reply.tsig_error()), (Rcode::NOTAUTH, TsigError::BADTIME));
    let server_time = reply.server_time().unwrap();
    assert!(server_time.abs_diff(now() - 86_400) < 5, "{server_time}");
    assert!(!is_done(&primary));
}

#[test]
fn a_key_with_a_truncation_has_its_answers_cut_and_its_requests_may_be() {
    let builder = Primary::builder("example.").key(key(16), Policy::WholeZone);
    let primary = builder.start().unwrap();
    let (octets, pending) =
        sign(query::question(&name("example."), RecordType::SOA), &Arc::new(key(16)), now()).unwrap();
    let mut client = Client::new(&primary, Transport::Udp);
    client.send(&octets);
    assert_eq!(client.verify(&pending).unwrap().rcode(), Rcode::NOERROR);
}

#[test]
fn octets_that_are_no_request_do_no_harm() {
    let primary = start([]);
    let (octets, pending) = signed(update());
    let mut client = Client::new(&primary, Transport::Udp);
    for length in 0..octets.len() {
        client.send(&octets[..length]);
        if length >= 12 {
            let answer = client.receive().unwrap();
            assert_eq!(Message::walk(&answer).unwrap().header.rcode_bits(), Rcode::FORMERR.0 as u8, "{length}");
        }
    }
    let mut response = octets.clone();
    response[2] |= 0x80;
    client.send(&response);
    client.send(&octets);
    assert_eq!(client.verify(&pending).unwrap().rcode(), Rcode::NOERROR, "the first with an answer");
    for place in 12..octets.len() {
        let mut changed = octets.clone();
        changed[place] ^= 0xff;
        client.send(&changed);
        assert!(client.verify(&pending).is_err(), "{place}");
    }
    assert!(is_done(&primary), "once, and never by a message that was changed");
}

#[test]
fn a_primary_that_is_dropped_leaves_its_port_at_once_in_spite_of_open_connections() {
    let primary = start([Fault::new(M::DelayAnswer(Duration::from_secs(60)))]);
    let address = primary.address();
    let _idle = Client::new(&primary, Transport::Tcp);
    let mut waiting = Client::new(&primary, Transport::Udp);
    waiting.send(&signed(update()).0);
    std::thread::sleep(SILENCE);
    let begun = Instant::now();
    drop(primary);
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    assert!(TcpStream::connect(address).is_err());
}
