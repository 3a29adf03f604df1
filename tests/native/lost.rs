//! Answers that get lost or forged on the way: what is said of the zone is true, or that it is not known.

use std::time::Duration;

use nsup::dns::Name;
use nsup::proto::{Algorithm, Key, Rcode, Secret, Transport};

use super::object;
use crate::primary::{Fault, Forgery, Misbehaviour, Opcode, Policy, Primary};
use crate::program::{Run, command, finish};

const SECRET: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

fn key() -> Key {
    let octets = Algorithm::Sha256.mac_octets();
    Key::new(&Name::parse("k").unwrap(), Algorithm::Sha256, octets, Secret::from_base64(SECRET).unwrap())
}

fn primary(faults: impl IntoIterator<Item = Fault>) -> Primary {
    let zone = Primary::builder("example.org").record("is.example.org. 60 A 192.0.2.9");
    zone.key(key(), Policy::WholeZone).faults(faults).start().unwrap()
}

/// Runs a script with the zone given, so that the first message is the update.
fn script(primary: &Primary, words: &str, text: &str) -> Run {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("script");
    std::fs::write(&file, format!("key k {SECRET}\nzone example.org\n{text}")).unwrap();
    let server = primary.address().to_string();
    finish(command().args(["script", "--server", &server]).args(words.split_whitespace()).arg(&file))
}

fn updates(primary: &Primary) -> usize {
    primary.requests().iter().filter(|request| request.opcode == Some(5)).count()
}

const ADD: &str = "prereq nxdomain a.example.org\nadd a.example.org 60 A 192.0.2.1\nsend\n";

fn lost_after_and_before() -> [(Misbehaviour, bool); 5] {
    [
        (Misbehaviour::CloseApplied, true),
        (Misbehaviour::ResetApplied, true),
        (Misbehaviour::PartialAnswer(7), true),
        (Misbehaviour::CloseNotApplied, false),
        (Misbehaviour::ResetNotApplied, false),
    ]
}

#[test]
fn an_answer_that_got_lost_is_no_failure() {
    for (misbehaviour, applied) in lost_after_and_before() {
        let primary = primary([Fault::new(misbehaviour.clone()).on(Opcode::Update)]);
        let run = script(&primary, "", &format!("{ADD}add b.example.org 60 A 192.0.2.2\nsend\n")).ends(0);
        assert_eq!(primary.records("a.example.org.", "A"), ["192.0.2.1"], "{misbehaviour:?}");
        assert_eq!(primary.records("b.example.org.", "A"), ["192.0.2.2"], "{misbehaviour:?}");
        assert_eq!(primary.serial(), 3, "{misbehaviour:?}, applied: {applied}: {run:#?}");
        assert_eq!(run.stdout.lines().count(), 2, "{run:#?}");
    }
}

#[test]
fn a_prerequisite_that_is_false_is_told_so_even_where_its_answer_got_lost() {
    for (misbehaviour, _) in lost_after_and_before() {
        let primary = primary([Fault::new(misbehaviour.clone()).on(Opcode::Update)]);
        let run = script(
            &primary,
            "",
            "prereq nxdomain is.example.org\nadd is.example.org 60 A 192.0.2.1\nsend\nadd b.example.org 60 A 192.0.2.2\nsend\n",
        );
        // Whether it was false the first time is known where nothing could have been carried out.
        assert!(matches!(run.status, 2 | 5), "{misbehaviour:?}: {run:#?}");
        assert_eq!((primary.serial(), run.stdout.as_str()), (1, ""), "{misbehaviour:?}");
    }
}

#[test]
fn where_nothing_can_be_told_the_status_is_five_and_the_message_is_shown() {
    // Whether an SOA was taken cannot be told by the zone, whose serial moves by itself.
    let text = "add example.org 60 SOA ns.example.org. hostmaster.example.org. 100 1 1 1 1\nsend\nadd b.example.org 60 A 192.0.2.2\nsend\n";
    let primary = primary([Fault::new(Misbehaviour::CloseApplied).on(Opcode::Update)]);
    let run = script(&primary, "", text).ends(5);
    let run = run.complains(
        "script:3-4: the update of example.org. SOA was sent, and it could not be settled whether it took effect",
    );
    let run =
        run.complains("nsup: sent: zone example.org.\nnsup: sent: update add example.org. 60 SOA ns.example.org.");
    let run = run.complains("not sent: example.org. 1 change (");
    assert!(!run.stderr.contains("run the same command again"), "{run:#?}");
    run.hints("look at what the zone holds");
    assert!(primary.records("b.example.org.", "A").is_empty());

    let again = self::primary([Fault::new(Misbehaviour::CloseApplied).on(Opcode::Update)]);
    let told = object(&script(&again, "--json", text).ends(5));
    let message = &told["messages"][0];
    assert_eq!((&message["outcome"], &message["exit"]), (&"unknown".into(), &5.into()));
    assert_eq!(message["rcode"], serde_json::Value::Null);
    assert_eq!(message["nsupdate"].as_array().unwrap().len(), 2);
}

#[test]
fn a_server_that_went_away_in_the_middle_leaves_it_open() {
    let primary = primary([Fault::new(Misbehaviour::CloseApplied).always()]);
    let run = script(&primary, "--timeout 3", ADD).ends(5);
    assert!(run.took < Duration::from_secs(6), "{run:#?}");
    run.complains("nsup: sent: update add a.example.org. 60 A 192.0.2.1");
    let primary = self::primary([Fault::new(Misbehaviour::DropAnswer).always()]);
    let run = script(&primary, "--timeout 3", ADD).ends(5);
    assert!(run.took < Duration::from_secs(6), "{run:#?}");
    assert_eq!(updates(&primary), 1, "what may have arrived is not sent again before the zone was asked");
}

#[test]
fn a_forged_answer_is_neither_success_nor_failure() {
    for forgery in [
        Forgery::unsigned(Rcode::NOERROR),
        Forgery::unsigned(Rcode::REFUSED),
        Forgery::wrong_mac(Rcode::NOERROR),
        Forgery::bad_key(),
        Forgery::bad_signature(),
        Forgery::wrong_id(),
        Forgery::echo(),
        Forgery::garbage(b"nothing"),
    ] {
        // Over UDP anybody can send one before the true answer comes.
        let first = primary([Fault::new(Misbehaviour::ForgeFirst(forgery.clone())).over(Transport::Udp).always()]);
        let run = script(&first, "--udp", ADD).ends(0);
        assert_eq!((updates(&first), first.serial()), (1, 2), "{run:#?}");
        // Over TCP the zone is asked instead, perhaps before the update behind the forgery has been carried out.
        let primary = primary([Fault::new(Misbehaviour::ForgeFirst(forgery)).over(Transport::Tcp).on(Opcode::Update)]);
        let run = script(&primary, "", ADD);
        match run.status {
            0 => assert_eq!((primary.records("a.example.org.", "A").len(), primary.serial()), (1, 2), "{run:#?}"),
            4 => drop(run.complains("whether the update took effect is not known")),
            _ => panic!("{run:#?}"),
        }
    }
}

#[test]
fn a_server_that_only_forges_is_not_believed() {
    for forgery in [Forgery::unsigned(Rcode::NOERROR), Forgery::wrong_mac(Rcode::NOERROR), Forgery::bad_key()] {
        let primary = primary([Fault::new(Misbehaviour::ForgeOnly(forgery)).always()]);
        let run = script(&primary, "", ADD).ends(4);
        assert!(run.stdout.is_empty() && run.took < Duration::from_secs(3), "{run:#?}");
        assert_eq!(primary.serial(), 1);
        run.complains("whether the update took effect is not known").complains("sent: update add a.example.org.");
    }
}

#[test]
fn a_cut_answer_is_no_success() {
    for words in ["", "--udp"] {
        let primary = primary([Fault::new(Misbehaviour::Truncated).on(Opcode::Update)]);
        script(&primary, words, ADD).ends(0);
        assert_eq!((primary.records("a.example.org.", "A"), primary.serial()), (vec!["192.0.2.1".to_owned()], 2));
    }
}

#[test]
fn the_answer_that_is_shown_is_that_to_an_update() {
    let primary = primary([Fault::new(Misbehaviour::CloseApplied).on(Opcode::Update)]);
    let run = script(&primary, "", &format!("{ADD}answer\n")).ends(0);
    assert!(!run.stdout.contains("QUERY") && !run.stdout.contains("192.0.2.1"), "{run:#?}");
}

#[test]
fn an_address_to_send_from_holds_from_its_line_on() {
    let primary = primary([]);
    let text = "add a.example.org 60 A 192.0.2.1\nsend\nlocal 127.0.0.2\nadd b.example.org 60 A 192.0.2.1\nsend\n";
    script(&primary, "", text).ends(0);
    let from: Vec<String> = primary.requests().iter().map(|request| request.peer.ip().to_string()).collect();
    assert_eq!(from, ["127.0.0.1", "127.0.0.2"]);
    let run = script(&primary, "--tcp", "local 192.0.2.1\nadd c.example.org 60 A 192.0.2.1\nsend\n").ends(3);
    run.complains("no server could be reached");
}

#[test]
fn a_wrong_clock_is_made_up_for_and_told_once() {
    let primary = primary([]);
    primary.set_clock(4000);
    let text: String = (0..3).map(|number| format!("add n{number}.example.org 60 A 192.0.2.1\nsend\n")).collect();
    let run = script(&primary, "", &text).ends(0);
    assert_eq!(run.stderr.matches("this machine's clock is").count(), 1, "{run:#?}");
    // Once it is known, no message goes out with the wrong time.
    assert_eq!((primary.serial(), updates(&primary)), (4, 4));
    let run = script(&primary, "--json", "add m.example.org 60 A 192.0.2.1\nsend\n").ends(0);
    let difference = object(&run)["messages"][0]["clock_difference"].as_i64().unwrap();
    assert!((3999..=4001).contains(&difference), "{run:#?}");
}

#[test]
fn two_hundred_messages_go_over_one_connection() {
    let primary = primary([]);
    let text: String = (0..200).map(|number| format!("add n{number}.example.org 60 A 192.0.2.1\nsend\n")).collect();
    let run = script(&primary, "", &text).ends(0);
    assert_eq!((run.stdout.lines().count(), updates(&primary), primary.connections()), (200, 200, 1));
    // Without the zone each name is asked for, over the same connection.
    let free: String = format!("zone example.org\n{text}").replace("zone example.org\n", "");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("script");
    std::fs::write(&file, format!("key k {SECRET}\n{free}")).unwrap();
    let server = primary.address().to_string();
    finish(command().args(["script", "--server", &server]).arg(&file)).ends(0);
    assert_eq!((updates(&primary), primary.connections()), (400, 2));
}

#[test]
fn a_server_that_closes_after_each_message_is_served_all_the_same() {
    let primary = primary([Fault::new(Misbehaviour::CloseApplied).on(Opcode::Update).after(1).times(3)]);
    let text: String = (0..6)
        .map(|number| {
            format!("prereq nxdomain n{number}.example.org\nadd n{number}.example.org 60 A 192.0.2.1\nsend\n")
        })
        .collect();
    script(&primary, "", &text).ends(0);
    assert_eq!(primary.serial(), 7);
}

#[test]
fn the_second_server_is_asked_where_the_first_does_not_listen_and_remembered() {
    let dead = primary([]);
    let closed = dead.address();
    drop(dead);
    let primary = primary([]);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("script");
    let text: String = (0..20).map(|number| format!("add n{number}.example.org 60 A 192.0.2.1\nsend\n")).collect();
    std::fs::write(&file, format!("key k {SECRET}\n{text}")).unwrap();
    let servers = [closed.to_string(), primary.address().to_string()];
    let run =
        finish(command().args(["script", "-v", "--tcp", "--server", &servers[0], "--server", &servers[1]]).arg(&file))
            .ends(0);
    assert_eq!((primary.serial(), primary.connections()), (21, 1));
    assert_eq!(run.stderr.matches("refused").count(), 1, "{run:#?}");
}
