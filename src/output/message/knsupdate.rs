//! knsupdate's form: owners padded, tabs between, an empty line before each section.

use std::fmt::Write;

use crate::dns::{Class, Message, Name, Question, RecordAt, Section};
use crate::proto::Tsig;

use super::{FLAGS, Z, base64, counts, is_empty, knot_data, opcode_name, ordinary, rcode, rdata, tsig};

/// How many columns an owner has.
const OWNER: usize = 20;

/// From how many columns on an owner has a blank behind it, in the place of a tab.
const LONG_OWNER: usize = 32;

/// The RCODE of a message whose TSIG says what is wrong (RFC 8945 §5.3).
const NOTAUTH: u16 = 9;

/// A message as knsupdate prints it: after `Update query:` and `Answer:`, and where a server refuses. `show` writes one
/// line end more behind it.
pub fn as_knsupdate(message: &Message<'_>) -> String {
    let header = message.header;
    let tsig = tsig(message);
    let error = tsig.as_ref().map_or(0, |tsig| tsig.error);
    let status = match (rcode(message), error) {
        (NOTAUTH, 16) => "BADSIG".to_owned(),
        (NOTAUTH, 1..) => knsupdate_status(error),
        (rcode, _) => knsupdate_status(rcode),
    };
    let mut text = heading(&opcode(header.opcode()), &status, header.id, header.flags, counts(message));
    section(&mut text, "ZONE SECTION", message.questions.iter().map(question).collect());
    for (title, place) in [
        ("PREREQUISITE SECTION", Section::Answer),
        ("UPDATE SECTION", Section::Authority),
        ("ADDITIONAL DATA", Section::Additional),
    ] {
        section(&mut text, title, ordinary(message, place).map(|record| line(message, record)).collect());
    }
    section(&mut text, "TSIG PSEUDOSECTION", tsig.iter().map(tsig_line).collect());
    text
}

/// What knsupdate prints after `Answer:` before there has been one.
pub fn knsupdate_empty() -> String {
    heading("QUERY", "NOERROR", 0, 0, [0; 4])
}

/// Knot's word for an RCODE, as in `update failed with error 'REFUSED'`.
pub fn knsupdate_status(rcode: u16) -> String {
    match rcode_name(rcode) {
        Some(name) => name.to_owned(),
        None => format!("RCODE {rcode}"),
    }
}

fn rcode_name(rcode: u16) -> Option<&'static str> {
    const NAMES: [&str; 11] = [
        "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMPL", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET",
        "NOTAUTH", "NOTZONE",
    ];
    const EXTENDED: [&str; 8] =
        ["BADVERS", "BADKEY", "BADTIME", "BADMODE", "BADNAME", "BADALG", "BADTRUNC", "BADCOOKIE"];
    let place = usize::from(rcode);
    NAMES.get(place).or_else(|| EXTENDED.get(place.checked_sub(16)?)).copied()
}

fn heading(opcode: &str, status: &str, id: u16, flags: u16, counts: [usize; 4]) -> String {
    // The bit that must be zero stands between ra and ad.
    let named = FLAGS.iter().filter(|(bit, _)| *bit > Z).chain([(Z, "z")].iter());
    let named = named.chain(FLAGS.iter().filter(|(bit, _)| *bit < Z));
    let flags: Vec<&str> = named.filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name).collect();
    let [zone, prerequisites, updates, additional] = counts;
    format!(
        ";; ->>HEADER<<- opcode: {opcode}; status: {status}; id: {id}\n;; Flags: {}; ZONE: {zone}; PREREQ: \
         {prerequisites}; UPDATE: {updates}; ADDITIONAL: {additional}\n",
        flags.join(" ")
    )
}

fn opcode(opcode: u8) -> String {
    opcode_name(opcode).map_or_else(|| format!("OPCODE {opcode}"), str::to_owned)
}

fn section(text: &mut String, title: &str, lines: Vec<String>) {
    if !lines.is_empty() {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "\n;; {title}:\n{}", lines.join("\n"));
    }
}

fn question(question: &Question) -> String {
    let class = class_text(question.class);
    let name = owner(&question.name.to_lowercase());
    format!(";; {name}\t{class}\t{}", knot_data::type_text(question.record_type))
}

fn line(message: &Message<'_>, record: &RecordAt) -> String {
    let RecordAt { name, record_type, class, ttl, .. } = record;
    let data = match is_empty(record) {
        true => String::new(),
        false => knot_data::text(*record_type, &rdata(message, record)),
    };
    format!("{}{ttl}\t{}\t{}\t{data}", owner(name), class_text(*class), knot_data::type_text(*record_type))
}

fn tsig_line(tsig: &Tsig) -> String {
    let Tsig { key, algorithm, time, fudge, mac, original_id, error, other } = tsig;
    let algorithm = knot_data::name(algorithm);
    let mut text = format!("{}0\tANY\tTSIG\t{algorithm} {time} {fudge} {} ", owner(key), mac.len());
    if !mac.is_empty() {
        text += &(base64(mac) + " ");
    }
    let error = if *error == 16 { "BADSIG" } else { rcode_name(*error).unwrap_or("Unknown") };
    let _ = write!(text, "{original_id} {error} {}", other.len());
    if let &[a, b, c, d, e, f] = other.as_slice() {
        let time = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
        let _ = write!(text, " {time}");
    }
    text
}

/// An owner and what separates it from the next column.
fn owner(name: &Name) -> String {
    let name = knot_data::name(name);
    let separator = if name.len() >= LONG_OWNER { ' ' } else { '\t' };
    format!("{name:<OWNER$}{separator}")
}

fn class_text(class: Class) -> String {
    match class.0 {
        1 => "IN".to_owned(),
        3 => "CH".to_owned(),
        254 => "NONE".to_owned(),
        255 => "ANY".to_owned(),
        other => format!("CLASS{other}"),
    }
}
