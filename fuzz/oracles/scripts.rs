//! Scripts in all three dialects: what a line comes to can be sent, printed, and read again as the same.

use nsup::dns::{Class, Message, Name, words};
use nsup::proto::{Prerequisite, Update};
use nsup::script::{
    Act, Dialect, Draft, MAX_LINE, Session, holds_secret, in_words, in_words_of, parse_requirement, text_of,
};

use super::tells_a_long_word;

/// The octets of a script.
pub fn script(octets: &[u8]) {
    for dialect in [Dialect::Nsup, Dialect::Nsupdate, Dialect::Knsupdate] {
        let mut session = Session::new(dialect, None);
        for octets in octets.split(|octet| *octet == b'\n').filter(|line| line.len() < MAX_LINE) {
            line(&mut session, dialect, &text_of(octets));
        }
        pending(session.draft(), dialect);
    }
}

/// A prerequisite as `--require` has it.
pub fn requirement(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    let Ok(asked) = parse_requirement(text) else { return };
    let lines = in_words_of(&asked);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(parse_requirement(&lines[0]).as_ref(), Ok(&asked), "{lines:?}");
}

fn line(session: &mut Session, dialect: Dialect, line: &str) {
    match session.line(line) {
        Ok(Act::Send(draft)) => {
            pending(&draft, dialect);
            assert!(session.draft().is_empty());
            if line.len().is_multiple_of(2) {
                session.restore(*draft);
            }
        }
        Ok(Act::Show(draft)) => pending(&draft, dialect),
        Ok(_) => {}
        Err(fault) => {
            assert!(fault.column.is_none_or(|column| line.is_char_boundary(column)), "{fault}: {line:?}");
            // The others tell of a key line what the programs tell whose place they take.
            let line = line.split('\r').next().unwrap_or_default();
            if dialect == Dialect::Nsup && holds_secret(line) {
                assert_eq!(fault.column, None, "{line}");
                let is_key = words(line).is_ok_and(|words| words.first().is_some_and(|word| word.text == "key"));
                assert!(!is_key || !tells_a_long_word(&fault.what, line), "{fault}");
            }
        }
    }
    for note in session.notes() {
        assert!(!note.is_empty());
    }
}

/// Whatever has been gathered is a message that can be sent, and its words make the same message.
fn pending(draft: &Draft, dialect: Dialect) {
    let Draft { zone, class, prerequisites, changes, lease, .. } = draft.clone();
    let zone = zone.unwrap_or_else(|| Name::parse("example.org").unwrap());
    let update = Update::in_order(zone, class, prerequisites, changes, lease);
    if let Ok(octets) = update.encode() {
        let message = Message::walk(&octets).expect("what is sent is a message");
        // In other classes some data is other data.
        for at in message.records.iter().filter(|_| update.class() == Class::IN) {
            assert!(at.rdata_length == 0 || message.record(at).is_ok(), "{dialect:?}: {}", message.raw_record(at));
        }
    }
    // knsupdate takes what nsupdate has no words for, and nsup shows no message of its. In the others a line about records
    // can give a message a class that no `class` line can.
    if dialect == Dialect::Knsupdate || [Class(0), Class::ANY].contains(&update.class()) {
        return;
    }
    let words = in_words(&update);
    for dialect in [Dialect::Nsup, Dialect::Nsupdate] {
        let mut session = Session::new(dialect, None);
        let _ = session.line("check-names off");
        let _ = session.line("check-svcb off");
        for line in &words {
            session.line(line).unwrap_or_else(|fault| panic!("{dialect:?}: {line}: {fault}"));
        }
        let Draft { zone, class, prerequisites, changes, lease, .. } = session.draft().clone();
        let again = Update::in_order(zone.unwrap(), class, prerequisites, changes, lease);
        let split = |update: &Update| update.prerequisites().iter().flat_map(apart).collect::<Vec<_>>();
        assert_eq!(split(&again), split(&update), "{words:#?}");
        assert_eq!((again.zone(), again.class(), again.lease()), (update.zone(), update.class(), update.lease()));
        assert_eq!(again.changes(), update.changes(), "{words:#?}");
    }
}

/// A prerequisite about several records as several, as a script says it.
fn apart(asked: &Prerequisite) -> Vec<Prerequisite> {
    match asked {
        Prerequisite::RrsetEquals { name, record_type, rdata } => {
            let one = |rdata| Prerequisite::RrsetEquals { name: name.clone(), record_type: *record_type, rdata };
            rdata.iter().map(|rdata| one(vec![rdata.clone()])).collect()
        }
        other => vec![other.clone()],
    }
}
