//! What real servers won't do: forge, lose, delay, cut off. In each case the exit status is what the zone says.

mod faulty;
mod primary;
mod program;

use std::time::Duration;

use faulty::{NAME, World, udp, update};
use nsup::proto::{Rcode, Transport};
use primary::{Fault, Forgery, Misbehaviour, Opcode};
use program::nsup;

fn forgeries() -> Vec<(&'static str, Forgery)> {
    vec![
        ("unsigned NOERROR", Forgery::unsigned(Rcode::NOERROR)),
        ("unsigned REFUSED", Forgery::unsigned(Rcode::REFUSED)),
        ("unsigned NXRRSET", Forgery::unsigned(Rcode::NXRRSET)),
        ("BADKEY", Forgery::bad_key()),
        ("BADSIG", Forgery::bad_signature()),
        ("a wrong MAC", Forgery::wrong_mac(Rcode::NOERROR)),
        ("a wrong MAC and REFUSED", Forgery::wrong_mac(Rcode::REFUSED)),
        ("a wrong ID", Forgery::wrong_id()),
        ("garbage", Forgery::garbage(b"\xff\xff\x80")),
        ("nothing at all", Forgery::garbage(b"")),
        ("our own request", Forgery::echo()),
    ]
}

#[test]
fn a_forged_datagram_before_the_real_answer_changes_nothing() {
    for (what, forgery) in forgeries() {
        let world = World::with([udp(Misbehaviour::ForgeFirst(forgery)).always()]);
        let run = world.done(world.set("--udp"));
        assert!(run.took < Duration::from_secs(2), "{what}: {:?}", run.took);
        assert_eq!(run.stdout, "changed: h.example.org. A 192.0.2.2 (was 192.0.2.1)\n", "{what}");
        assert!(run.stderr.is_empty(), "{what}: {}", run.stderr);
    }
}

#[test]
fn a_forged_success_before_the_real_refusal_is_no_success() {
    let world = World::with([
        udp(Misbehaviour::ForgeFirst(Forgery::unsigned(Rcode::NOERROR))).on(Opcode::Query).always(),
        udp(Misbehaviour::SignedRcode(Rcode::REFUSED)).on(Opcode::Update).always(),
    ]);
    world.set("--udp").ends(2).complains("may not do it (REFUSED)");
    assert!(world.holds("192.0.2.1"));
}

#[test]
fn a_forgery_alone_is_never_a_success_and_is_told_as_what_it_is() {
    for (what, forgery) in forgeries() {
        for transport in ["--tcp", "--udp"] {
            let world = World::with([Fault::new(Misbehaviour::ForgeOnly(forgery.clone())).always()]);
            let run = world.set(&format!("{transport} --timeout 2"));
            assert!(run.status == 4 || run.status == 3, "{what} over {transport}: {run:#?}");
            let claims = !["a wrong ID", "garbage", "nothing at all", "our own request"].contains(&what);
            assert_eq!(run.stderr.contains("so it may be forged"), claims, "{what} over {transport}: {run:#?}");
            assert!(world.holds("192.0.2.1"));
        }
    }
}

#[test]
fn a_forgery_alone_for_the_update_is_never_a_success() {
    for (what, forgery) in forgeries() {
        for transport in ["--tcp", "--udp"] {
            let world = World::with([update(Misbehaviour::ForgeOnly(forgery.clone())).always()]);
            let run = world.set(&format!("{transport} --timeout 3"));
            assert!(run.status == 4 || run.status == 5, "{what} over {transport}: {run:#?}");
            assert!(world.holds("192.0.2.1"));
        }
    }
}

#[test]
fn a_lost_answer_over_udp_is_settled_by_asking_the_zone() {
    // The first copy is carried out and its answer lost; the second finds its prerequisite false.
    let world = World::with([udp(Misbehaviour::DropAnswer).on(Opcode::Update)]);
    let run = world.done(world.set("--udp -v"));
    assert!(run.stderr.contains("NXRRSET, TSIG NOERROR, verified"), "{run:#?}");
    assert!(run.stderr.contains("is it so already?"), "{run:#?}");
    let copies: Vec<_> = world.primary.requests().into_iter().filter(|request| request.opcode == Some(5)).collect();
    assert_eq!(copies[0].octets, copies[1].octets, "a retransmission is the same octets");
    assert_ne!(copies[1].octets, copies[2].octets, "the assertion is another message");
}

#[test]
fn a_lost_request_over_udp_is_sent_again() {
    let world = World::with([udp(Misbehaviour::DropRequest).times(2)]);
    world.done(world.set("--udp"));
}

#[test]
fn a_request_that_arrives_twice_is_told_truly() {
    let world = World::with([udp(Misbehaviour::DuplicateRequest).on(Opcode::Update)]);
    world.done(world.set("--udp"));
    assert_eq!(world.primary.serial(), 2);
}

#[test]
fn a_connection_cut_after_the_request_is_settled_by_asking_the_zone() {
    for applied in [Misbehaviour::CloseApplied, Misbehaviour::ResetApplied, Misbehaviour::PartialAnswer(7)] {
        let what = format!("{applied:?}");
        let world = World::with([update(applied)]);
        let run = world.done(world.set("-v"));
        assert!(run.stderr.contains("is it so already?"), "{what}: {run:#?}");
        assert_eq!(world.primary.serial(), 2, "{what}: changed once");
    }
    for lost in [Misbehaviour::CloseNotApplied, Misbehaviour::ResetNotApplied] {
        let what = format!("{lost:?}");
        let world = World::with([update(lost)]);
        world.done(world.set(""));
        assert_eq!(world.primary.serial(), 2, "{what}: changed once");
    }
}

#[test]
fn what_cannot_be_settled_is_unknown_and_neither_success_nor_failure() {
    // Nothing but questions is ever answered again.
    let world = World::with([update(Misbehaviour::CloseApplied).always()]);
    world.set("--timeout 4").ends(5).complains("could not be settled").hints("looks before it writes");
    assert!(world.holds("192.0.2.2"), "and it had been done");
    let world = World::with([update(Misbehaviour::CloseNotApplied).always()]);
    world.set("--timeout 4").ends(5);
    assert!(world.holds("192.0.2.1"));
}

#[test]
fn a_reset_before_anything_was_sent_changes_nothing_and_is_tried_again() {
    let world = World::with([Fault::new(Misbehaviour::CloseOnAccept)]);
    world.done(world.set(""));
}

#[test]
fn udp_is_the_way_where_tcp_cannot_connect_and_tcp_where_udp_is_too_small() {
    let world = World::build([], Some(Transport::Tcp));
    world.done(world.set(""));
    assert!(world.primary.requests().iter().all(|request| request.transport == Transport::Udp));
    let world = World::build([], Some(Transport::Tcp));
    world.set("--tcp").ends(3).complains("nothing was changed (TCP ");
    // Over 512 octets with the signature.
    let world = World::with([]);
    let key = world.directory.path().join("k");
    let text = "x".repeat(500);
    let server = world.primary.address();
    nsup(&format!("set t.example.org TXT {text} -k {} --server {server} --zone example.org --udp", key.display()))
        .ends(0);
    let requests = world.primary.requests();
    let transports: Vec<_> = requests.iter().map(|request| (request.opcode, request.transport)).collect();
    assert_eq!(transports, [(Some(0), Transport::Udp), (Some(5), Transport::Tcp)]);
}

#[test]
fn a_truncated_answer_is_not_a_success() {
    // Over UDP a question is asked again over TCP; an update is settled by asking.
    let world = World::with([udp(Misbehaviour::Truncated).always()]);
    world.done(world.set("--udp"));
    let world = World::with([update(Misbehaviour::Truncated).always()]);
    let run = world.set("--timeout 3");
    assert_ne!(run.status, 0, "{run:#?}");
}

#[test]
fn answers_in_pieces_late_and_twice_are_taken_once() {
    for odd in [
        Misbehaviour::ByteByByte,
        Misbehaviour::DelayAnswer(Duration::from_millis(700)),
        Misbehaviour::DelayRequest(Duration::from_millis(700)),
        Misbehaviour::AnswerTwice,
    ] {
        let what = format!("{odd:?}");
        for transport in ["--tcp", "--udp"] {
            let world = World::with([Fault::new(odd.clone()).always()]);
            let run = world.done(world.set(transport));
            assert_eq!(world.primary.serial(), 2, "{what} {transport}: {run:#?}");
        }
    }
}

#[test]
fn an_answer_to_an_earlier_copy_counts_and_changes_nothing_twice() {
    // The first answer comes after the second copy has been sent.
    let world = World::with([udp(Misbehaviour::DelayAnswer(Duration::from_millis(2500))).on(Opcode::Update)]);
    world.done(world.set("--udp"));
    assert_eq!(world.primary.serial(), 2);
}

#[test]
fn servfail_is_tried_again_and_then_told() {
    let world = World::with([update(Misbehaviour::SignedRcode(Rcode::SERVFAIL)).times(2)]);
    world.done(world.set(""));
    let world = World::with([update(Misbehaviour::SignedRcode(Rcode::SERVFAIL)).always()]);
    world.set("").ends(2).complains("(SERVFAIL)").hints("journal");
}

#[test]
fn notimp_and_servfail_send_to_the_next_server() {
    for rcode in [Rcode::NOTIMP, Rcode::SERVFAIL] {
        let (bad, good) = (World::with([Fault::new(Misbehaviour::SignedRcode(rcode)).always()]), World::with([]));
        let key = good.directory.path().join("k");
        let (first, second) = (bad.primary.address(), good.primary.address());
        let servers = format!("--server {first} --server {second} --zone example.org");
        let run = nsup(&format!("set {NAME} 192.0.2.2 -k {} {servers}", key.display()));
        good.done(run);
    }
}

#[test]
fn a_silent_server_leaves_time_for_the_next() {
    let (bad, good) = (World::with([Fault::new(Misbehaviour::DropRequest).always()]), World::with([]));
    let key = good.directory.path().join("k");
    let (first, second) = (bad.primary.address(), good.primary.address());
    let servers = format!("--server {first} --server {second} --zone example.org --timeout 4");
    let run = good.done(nsup(&format!("set {NAME} 192.0.2.2 -k {} {servers}", key.display())));
    assert!(run.took < Duration::from_secs(3), "{:?}", run.took);
}

#[test]
fn a_silent_server_is_given_up_in_time_and_nothing_is_said_to_be_changed() {
    let world = World::with([Fault::new(Misbehaviour::DropRequest).always()]);
    let run = world.set("--timeout 2").ends(3).complains("nothing was changed");
    assert!(run.took < Duration::from_millis(2700), "{:?}", run.took);
}

#[test]
fn another_writer_in_between_is_noticed_and_not_undone_unseen() {
    let other = || Misbehaviour::AnotherWriter(vec!["h.example.org. 300 A 192.0.2.9".to_owned()]);
    // Once: the second round sees it and replaces it knowingly.
    let world = World::with([update(other())]);
    let run = world.done(world.set("-v"));
    assert!(run.stderr.contains("192.0.2.9"), "{run:#?}");
    // With the condition of the first value, it does not.
    let world = World::with([update(other())]);
    let key = world.directory.path().join("k");
    let server = world.primary.address().to_string();
    let words = ["set", NAME, "192.0.2.2", "--server", &server, "--zone", "example.org", "--require"];
    let words = words.into_iter().map(str::to_owned).chain(["yxrrset h.example.org A 192.0.2.1".to_owned()]);
    program::run(words.chain(["-k".to_owned(), key.display().to_string()])).ends(2).complains("NXRRSET");
    assert!(world.holds("192.0.2.9"));
}

#[test]
fn an_older_update_that_was_recorded_does_not_undo_a_newer_one() {
    let world = World::with([]);
    world.done(world.set("--udp"));
    let recorded = world.primary.requests().into_iter().find(|request| request.opcode == Some(5)).unwrap();
    let key = world.directory.path().join("k");
    let server = world.primary.address();
    nsup(&format!("set {NAME} 192.0.2.3 -k {} --server {server} --zone example.org", key.display())).ends(0);
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    socket.send_to(&recorded.octets, server).unwrap();
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer).unwrap();
    assert_eq!(answer[3] & 0xf, 8, "NXRRSET: {:?}", &answer[..length]);
    assert!(world.holds("192.0.2.3"));
}

#[test]
fn the_servers_clock_is_taken_once_and_only_from_a_signed_answer() {
    let world = World::with([]);
    world.primary.set_clock(7200);
    let run = world.done(world.set("-v"));
    assert!(run.stderr.contains("warning: this machine's clock is 7200 s behind the server's"), "{run:#?}");
    // A clock that moves again within the run is not followed.
    let world = World::with([]);
    world.primary.set_clock(-90_000_000_000);
    world.set("").ends(2).complains("the clocks differ by").hints("NTP");
}

#[test]
fn messages_have_fresh_ids_and_datagrams_fresh_ports() {
    let world = World::with([udp(Misbehaviour::DropRequest).times(3)]);
    world.done(world.set("--udp"));
    let requests = world.primary.requests();
    let mut ids: Vec<_> = requests.iter().map(|request| [request.octets[0], request.octets[1]]).collect();
    ids.dedup();
    // The lost question three times the same, then once more as a new attempt, then the update.
    assert_eq!(ids.len(), 3, "{ids:?}");
    let mut ports: Vec<_> = requests.iter().map(|request| request.peer.port()).collect();
    ports.dedup();
    assert_eq!(ports.len(), 3, "what comes late to one of them, none after it hears: {ports:?}");
}

#[test]
fn one_connection_serves_the_whole_run() {
    let world = World::with([]);
    world.done(world.set("--tcp"));
    assert_eq!(world.primary.connections(), 1);
}

#[test]
fn force_writes_blindly_and_still_tells_the_truth() {
    let world = World::with([update(Misbehaviour::DropAnswer).over(Transport::Udp)]);
    let run = world.done(world.set("--udp --force -v"));
    assert!(!run.stderr.contains("prereq nxrrset"), "{run:#?}");
    let again = world.done(world.set("--force"));
    assert!(again.stdout.starts_with("changed: "), "{again:#?}");
}

#[test]
fn a_dry_run_sends_no_update() {
    let world = World::with([]);
    world
        .set("--dry-run")
        .ends(0)
        .says("prereq yxrrset h.example.org. A 192.0.2.1\nupdate delete h.example.org. A\n")
        .says("update add h.example.org. 300 A 192.0.2.2\nsend\n; ");
    assert!(world.primary.requests().iter().all(|request| request.opcode == Some(0)));
    assert!(world.holds("192.0.2.1"));
}
