//! One answer out of order: from elsewhere, in a frame of another length, octet by octet, cut, with a time that nobody has
//! signed. In each case the exit status is what the zone says, in time.

mod faulty;
mod primary;
mod program;

use std::net::UdpSocket;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use faulty::{World, udp, update};
use nsup::dns::Message;
use nsup::proto::{Transport, Tsig};
use primary::{Fault, Forgery, Misbehaviour, Opcode};

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// By how many seconds the farthest signature of a request is away from now.
fn farthest(world: &World) -> u64 {
    let requests = world.primary.requests();
    let times = requests.iter().map(|request| {
        let message = Message::walk(&request.octets).unwrap();
        Tsig::find(&message).unwrap().expect("each request is signed").tsig.time
    });
    times.map(|time| time.abs_diff(now())).max().unwrap()
}

#[test]
fn a_true_answer_from_another_port_is_not_heard() {
    let world = World::with([udp(Misbehaviour::AnswerElsewhere).always()]);
    world.set("--udp --timeout 3").ends(3).complains("no answer in time");
    assert!(world.holds("192.0.2.1"));
    let world = World::with([udp(Misbehaviour::AnswerElsewhere).on(Opcode::Update).always()]);
    world.set("--udp --timeout 3").ends(5);
    assert!(world.holds("192.0.2.2"));
}

#[test]
fn an_answer_that_nobody_signed_is_no_success_where_it_says_that_it_was_cut() {
    let world = World::with([udp(Misbehaviour::ForgeFirst(Forgery::truncated())).always()]);
    let run = world.done(world.set("--udp"));
    assert!(run.took < Duration::from_secs(2), "{run:#?}");
    for transport in ["--tcp", "--udp"] {
        let world = World::with([Fault::new(Misbehaviour::ForgeOnly(Forgery::truncated())).always()]);
        world.set(&format!("{transport} --timeout 2")).ends(4).complains("so it may be forged");
        assert!(world.holds("192.0.2.1"));
    }
}

#[test]
fn a_forged_badtime_never_moves_the_clock() {
    for server in [now() + 7200, now() - 7200, 0, (1 << 48) - 1] {
        let forgery = Forgery::bad_time(server);
        let world = World::with([udp(Misbehaviour::ForgeFirst(forgery.clone())).always()]);
        let run = world.done(world.set("--udp -v"));
        assert!(!run.stderr.contains("clock") && farthest(&world) < 60, "{server}: {run:#?}");
        for transport in ["--tcp", "--udp"] {
            let world = World::with([Fault::new(Misbehaviour::ForgeOnly(forgery.clone())).always()]);
            world.set(&format!("{transport} --timeout 2")).ends(4);
            assert!(farthest(&world) < 60 && world.holds("192.0.2.1"), "{server} {transport}");
        }
    }
}

#[test]
fn a_badtime_that_was_recorded_never_moves_the_clock() {
    let world = World::with([]);
    world.done(world.set("--udp"));
    let recorded = world.primary.requests().remove(0).octets;
    world.primary.set_clock(7200);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    socket.send_to(&recorded, world.primary.address()).unwrap();
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer).unwrap();
    let answer = answer[..length].to_vec();
    let message = Message::walk(&answer).unwrap();
    assert_eq!(Tsig::find(&message).unwrap().unwrap().tsig.other.len(), 6, "the server has told its time, signed");
    // With the ID of whatever is asked now.
    let replay = Forgery::built(move |request| [&request[..2], &answer[2..]].concat());
    let world = World::with([udp(Misbehaviour::ForgeFirst(replay)).always()]);
    let run = world.done(world.set("--udp -v"));
    assert!(!run.stderr.contains("clock") && farthest(&world) < 60, "{run:#?}");
}

#[test]
fn a_frame_of_another_length_than_it_says_is_settled_by_asking_the_zone() {
    // Nothing, half a header, a message that is cut, and more than ever comes.
    for length in [0, 6, 60, 65_535] {
        let world = World::with([update(Misbehaviour::Misframed(length))]);
        let run = world.done(world.set("--tcp -v"));
        assert!(run.stderr.contains("is it so already?"), "{length}: {run:#?}");
        assert_eq!(world.primary.serial(), 2, "{length}: changed once");
        let world = World::with([Fault::new(Misbehaviour::Misframed(length)).on(Opcode::Query)]);
        world.done(world.set("--tcp"));
    }
}

#[test]
fn a_server_that_sends_an_octet_a_second_does_not_hold_the_run_up() {
    let drip = || Misbehaviour::Drip(Duration::from_secs(1));
    let world = World::with([update(drip()).always()]);
    let run = world.set("--tcp --timeout 4").ends(5);
    assert!(run.took < Duration::from_millis(4700) && world.holds("192.0.2.2"), "{run:#?}");
    let world = World::with([Fault::new(drip()).always()]);
    let run = world.set("--timeout 3").ends(3);
    assert!(run.took < Duration::from_millis(3700) && world.holds("192.0.2.1"), "{run:#?}");
}

#[test]
fn a_connection_that_stays_open_and_silent_is_left_for_another_that_asks_the_zone() {
    for lost in [Misbehaviour::DropAnswer, Misbehaviour::DropRequest] {
        let world = World::with([update(lost).over(Transport::Tcp)]);
        let run = world.done(world.set("--tcp"));
        assert!(run.took > Duration::from_secs(9) && run.took < Duration::from_secs(14), "{run:#?}");
        assert_eq!((world.primary.connections(), world.primary.serial()), (2, 2));
    }
}
