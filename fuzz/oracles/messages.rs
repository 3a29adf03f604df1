//! The walk over a message: what it accepts can be written out whole and is then the same, and all of it can be shown.

use nsup::dns::{Message, Name, Record, RecordAt, Section};
use nsup::output::message::{as_knsupdate, as_nsupdate, as_nsupdate_outgoing, as_nsupdate_show};
use nsup::proto::{Answer, Tsig};

/// Octets as they come from the network.
pub fn message(octets: &[u8]) {
    let message = match Message::walk(octets) {
        Ok(message) => message,
        Err(why) => return assert!(why.at <= octets.len(), "{why}"),
    };
    places(octets, &message.records);
    let plain = uncompressed(&message);
    let again = Message::walk(&plain).expect("what was walked can be walked without compression");
    assert_eq!((again.header, &again.questions), (message.header, &message.questions));
    assert_eq!(again.records.len(), message.records.len());
    for (one, other) in message.records.iter().zip(&again.records) {
        let head = |at: &RecordAt| (at.section, at.name.to_wire(), at.record_type, at.class, at.ttl);
        assert_eq!(head(one), head(other));
        match message.record(one) {
            Ok(record) => {
                assert_eq!(again.record(other).as_ref(), Ok(&record));
                shown(&record);
            }
            Err(_) => assert_eq!(again.raw_record(other).rdata, message.raw_record(one).rdata),
        }
        shown(&message.raw_record(one));
    }
    if let Ok(Some(found)) = Tsig::find(&message) {
        assert_eq!(found.start, message.records.last().unwrap().start);
    }
    Answer::read(&message);
    let texts = [as_nsupdate(&message), as_nsupdate_outgoing(&message, true), as_nsupdate_outgoing(&message, false)];
    let more = [as_nsupdate_show(&message, true), as_nsupdate_show(&message, false), as_knsupdate(&message)];
    for text in texts.iter().chain(&more) {
        assert!(!text.contains(|c: char| c.is_control() && !"\n\t".contains(c)), "{text:?}");
    }
}

/// Records stand one behind the other, up to the message's end.
fn places(octets: &[u8], records: &[RecordAt]) {
    let end = |at: &RecordAt| at.rdata_start + at.rdata_length;
    assert!(records.windows(2).all(|pair| end(&pair[0]) == pair[1].start));
    assert!(records.last().is_none_or(|last| end(last) == octets.len()));
}

/// The same message, each name written out.
fn uncompressed(message: &Message<'_>) -> Vec<u8> {
    let count = |section| message.records.iter().filter(|at| at.section == section).count();
    let counts = [Section::Answer, Section::Authority, Section::Additional].map(count);
    let mut octets = [message.header.id.to_be_bytes(), message.header.flags.to_be_bytes()].concat();
    for count in [message.questions.len()].into_iter().chain(counts) {
        octets.extend((count as u16).to_be_bytes());
    }
    let head = |octets: &mut Vec<u8>, name: &Name, record_type: u16, class: u16| {
        octets.extend(name.to_wire());
        octets.extend(record_type.to_be_bytes());
        octets.extend(class.to_be_bytes());
    };
    for question in &message.questions {
        head(&mut octets, &question.name, question.record_type.0, question.class.0);
    }
    for at in &message.records {
        let record = message.record(at).unwrap_or_else(|_| message.raw_record(at));
        head(&mut octets, &at.name, at.record_type.0, at.class.0);
        octets.extend(at.ttl.to_be_bytes());
        octets.extend((record.rdata.octets().len() as u16).to_be_bytes());
        octets.extend(record.rdata.octets());
    }
    octets
}

/// A record is one line that a terminal can be shown.
fn shown(record: &Record) {
    let line = record.to_string();
    assert!(!line.contains(|c: char| c.is_control() || !c.is_ascii()), "{line:?}");
}
