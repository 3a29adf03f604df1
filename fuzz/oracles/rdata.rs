//! Data of records of every type: text to octets to text, and octets to text to octets.
//!
//! That the texts are BIND's is for ../../tests/rrchecker.rs.

use nsup::dns::rdata::TYPES;
use nsup::dns::{Name, Rdata, Reader, RecordType, words};

/// Text as a script has it. The first two octets choose the type.
pub fn rdata_text(octets: &[u8]) {
    let (record_type, rest) = record_type(octets);
    let text = String::from_utf8_lossy(rest);
    if let Ok(rdata) = Rdata::parse_argument(record_type, &text) {
        // One port of a WKS brings up to 8192 octets of others.
        assert!(rdata.octets().len() <= 2 * text.len() + 8200);
        both_ways(record_type, &rdata);
    }
    let Ok(words) = words(&text) else { return };
    let origin = Name::parse("Example.org").unwrap();
    for parsed in [Rdata::parse(record_type, &words), Rdata::parse_within(record_type, &words, &origin)] {
        match parsed {
            Ok(rdata) => both_ways(record_type, &rdata),
            Err(why) => assert!(why.column().is_none_or(|column| text.is_char_boundary(column)), "{why}: {text:?}"),
        }
    }
}

/// Octets as they come from the network. The first two octets choose the type.
pub fn rdata_wire(octets: &[u8]) {
    let (record_type, octets) = record_type(octets);
    let Ok(rdata) = Rdata::read(record_type, Reader::alone(octets)) else {
        // Some servers store what its type forbids: it is shown as the octets that it is.
        let raw = Rdata::from_octets(octets.to_vec());
        assert!(raw.display(record_type).to_string().starts_with("\\#"));
        assert!(raw.names(record_type).is_empty());
        assert_eq!(raw.canonical(record_type), octets);
        return;
    };
    assert_eq!(rdata.octets(), octets);
    both_ways(record_type, &rdata);
}

/// What holds for all data that its type allows.
fn both_ways(record_type: RecordType, rdata: &Rdata) {
    let octets = rdata.octets();
    assert_eq!(Rdata::read(record_type, Reader::alone(octets)).as_ref(), Ok(rdata), "{record_type}");
    let canonical = rdata.canonical(record_type);
    assert_eq!(canonical.len(), octets.len());
    assert_eq!(Rdata::from_octets(canonical.clone()).canonical(record_type), canonical, "{record_type}");
    assert!(rdata.names(record_type).iter().all(|name| name.to_wire().len() <= octets.len()));
    let text = rdata.display(record_type).to_string();
    assert!(!text.contains(|c: char| c.is_control() || !c.is_ascii()), "{record_type} {text:?}");
    // What no zone holds has no text that is read, but for TKEY's own.
    if record_type.is_data() || (record_type == RecordType::TKEY && !text.starts_with("\\#")) {
        let back = Rdata::parse(record_type, &words(&text).unwrap());
        assert_eq!(back.as_ref(), Ok(rdata), "{record_type} {text}");
    }
    let unknown = format!("\\# {} {}", octets.len(), octets.iter().map(|it| format!("{it:02x}")).collect::<String>());
    if record_type.is_data() {
        let back = Rdata::parse(record_type, &words(&unknown).unwrap());
        assert_eq!(back.as_ref(), Ok(rdata), "{record_type} {unknown}");
    }
}

/// Mostly a type that is known by its name.
fn record_type(octets: &[u8]) -> (RecordType, &[u8]) {
    match octets {
        [0, which, rest @ ..] => (RecordType(TYPES[usize::from(*which) % TYPES.len()].1), rest),
        [high, low, rest @ ..] => (RecordType(u16::from_be_bytes([*high, *low])), rest),
        _ => (RecordType::A, octets),
    }
}
