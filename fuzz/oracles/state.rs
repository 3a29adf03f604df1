//! What is kept between runs: a file that somebody has spoiled is nothing, and what is noted then is there afterwards.

use std::net::IpAddr;

use nsup::config::Event;
use nsup::state::{Debts, History, Outcome, Reported, Say, Spool};

use super::{choice, folder};

const NAME: &str = "cable.example.org.";
const NOW: u64 = 1_700_000_000;

/// The octets of a file; the first one chooses which.
pub fn state(octets: &[u8]) {
    let (choice, octets) = choice(octets);
    let directory = folder::path("");
    match choice % 4 {
        0 => history(octets, History::within(Some(directory))),
        1 => reported(octets, &Reported::within(Some(directory))),
        2 => debts(octets, || Debts::within(Some(directory.clone()))),
        _ => spool(octets, &Spool::within(&directory, "ppp0")),
    }
}

fn history(octets: &[u8], history: History) {
    folder::write("history-cable.example.org.", octets);
    let before = history.of(NAME, "AAAA");
    let event = nsup::state::Event {
        cause: "sync".to_owned(),
        outcome: Outcome::Failed,
        exit: 3,
        message: Some("no server could be reached".to_owned()),
        at: NOW,
    };
    let known = history.of(NAME, "A").map(|entry| entry.event);
    history.record(NAME, "A", Some(vec!["203.0.113.7".to_owned()]), event.clone());
    let after = history.of(NAME, "A").expect("it was written");
    assert_eq!(after.published.map(|published| published.values), Some(vec!["203.0.113.7".to_owned()]));
    assert!(after.event == event || Some(after.event) == known);
    assert_eq!(history.of(NAME, "AAAA"), before, "the other type is as it was");
}

fn reported(octets: &[u8], reported: &Reported) {
    folder::write("reported-cable.example.org.", octets);
    let ended = |cause, now| reported.ended(NAME, "A", cause, now);
    match ended(Some("no server could be reached"), NOW) {
        Say::Failing(seconds) => assert!(seconds <= NOW),
        Say::Known => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(ended(Some("no server could be reached"), NOW), Say::Known);
    assert!(matches!(ended(None, NOW + 1), Say::Recovered(1..)));
    assert_eq!(ended(None, NOW + 2), Say::Nothing);
}

fn debts(octets: &[u8], debts: impl Fn() -> Debts) {
    folder::write("owed-cable.example.org.", octets);
    let address: IpAddr = "203.0.113.7".parse().unwrap();
    let before = debts().of(NAME);
    debts().add(NAME, address);
    let after = debts().of(NAME);
    assert!(after.contains(&address) && before.iter().all(|owed| after.contains(owed)));
    debts().settle(NAME, address);
    assert!(!debts().of(NAME).contains(&address));
}

fn spool(octets: &[u8], spool: &Spool) {
    folder::write("events-ppp0", octets);
    let (before, _) = spool.read().unwrap();
    for line in &before {
        if let Some(event) = Event::from_json(line.split_once(' ').map_or(line.as_str(), |(_, json)| json)) {
            let again = event.to_json();
            assert!(
                !again.contains('\n') && (1..=15).contains(&event.interface.len()) && !event.interface.contains('/')
            );
            assert_eq!(Event::from_json(&again), Some(event));
        }
    }
    spool.append("the next").unwrap();
    let (after, length) = spool.read().unwrap();
    assert_eq!(after.last().map(String::as_str), Some("the next"));
    // A lone carriage return is a line only as long as it is the end.
    assert!(after.len() >= before.len() && spool.length() == length);
    assert!(after.iter().all(|line| !line.is_empty() && !line.contains('\n')));
    let turn = spool.turn().unwrap().unwrap();
    assert!(spool.finish(turn, length).unwrap().is_none());
    assert_eq!(spool.read().unwrap(), (Vec::new(), 0));
}
