//! nsupdate's form: BIND's columns, an empty line behind each section.

use std::fmt::Write;

use crate::dns::{Class, Message, Question, RecordAt, RecordType, Section};
use crate::proto::Tsig;

use super::{FLAGS, UPDATE, Z, base64, counts, edns, is_empty, opcode_name, opt, ordinary, rcode, rdata, tsig};

/// The columns at which TTL, class, type and data begin.
const COLUMNS: [usize; 4] = [24, 32, 40, 48];

/// How far apart the stops of tabulators are.
const TAB: usize = 8;

/// The type of a SIG record, which signs a transaction where it covers the type 0 (RFC 2931).
const SIG: RecordType = RecordType(24);

/// The types whose data means something in class IN only; in other classes BIND prints them as it does unknown types.
const ONLY_IN: &[u16] = &[1, 11, 22, 23, 26, 28, 31, 32, 33, 34, 36, 38, 42, 49, 64, 65];

/// Hesiod, the only other class whose A records hold an address.
const HESIOD: Class = Class(4);

/// A message as nsupdate prints it after `Answer:`, `Reply from update query:` and `Reply from SOA query:`.
pub fn as_nsupdate(message: &Message<'_>) -> String {
    whole(message, true, true)
}

/// An UPDATE as nsupdate prints it after `Outgoing update query:` when it is sent with `-d`.
///
/// `zone_given`: whether a `zone` command named the zone. Where it was found by asking, stock leaves the zone section
/// out, and so is it here.
pub fn as_nsupdate_outgoing(message: &Message<'_>, zone_given: bool) -> String {
    whole(message, zone_given, true)
}

/// An UPDATE that is not sent yet as `show` prints it after `Outgoing update query:`: ID and counts are 0, whatever the
/// message has. `zone_given` is as for [`as_nsupdate_outgoing`].
pub fn as_nsupdate_show(message: &Message<'_>, zone_given: bool) -> String {
    whole(message, zone_given, false)
}

/// BIND's word for an RCODE.
pub fn nsupdate_status(rcode: u16) -> String {
    const NAMES: [&str; 11] = [
        "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH",
        "NOTZONE",
    ];
    match (NAMES.get(usize::from(rcode)), rcode) {
        (Some(name), _) => (*name).to_owned(),
        (None, 11..=15) => format!("RESERVED{rcode}"),
        (None, 16) => "BADVERS".to_owned(),
        (None, 23) => "BADCOOKIE".to_owned(),
        (None, _) => rcode.to_string(),
    }
}

/// BIND's word for the error field of a TSIG: what stands in the brackets of `update failed: NOTAUTH(BADKEY)`.
pub fn nsupdate_tsig_error(error: u16) -> String {
    const NAMES: [&str; 7] = ["BADSIG", "BADKEY", "BADTIME", "BADMODE", "BADNAME", "BADALG", "BADTRUNC"];
    match error {
        0..=15 => nsupdate_status(error),
        16..=22 => NAMES[usize::from(error) - 16].to_owned(),
        _ => error.to_string(),
    }
}

fn whole(message: &Message<'_>, with_zone: bool, sent: bool) -> String {
    let mut text = header(message, sent);
    if let Some(record) = opt(message) {
        text.push_str(&edns::pseudosection(message, record));
    }
    let titles = match message.header.opcode() {
        UPDATE => ["ZONE", "PREREQUISITE", "UPDATE", "ADDITIONAL"],
        _ => ["QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"],
    };
    if with_zone {
        section(&mut text, titles[0], message.questions.iter().map(question).collect());
    }
    let class = message.questions.first().map_or(Class::IN, |zone| zone.class);
    for (title, place) in titles[1..].iter().zip([Section::Answer, Section::Authority, Section::Additional]) {
        let records = ordinary(message, place).filter(|record| !is_sig0(record));
        section(&mut text, title, records.map(|record| line(message, record, class)).collect());
    }
    if let Some(tsig) = tsig(message) {
        pseudosection(&mut text, "TSIG", &tsig_line(&tsig));
    }
    if let Some(sig0) = message.records.iter().find(|record| is_sig0(record)) {
        pseudosection(&mut text, "SIG0", &line(message, sig0, Class::IN).replacen("TYPE0", "0", 1));
    }
    text
}

fn header(message: &Message<'_>, sent: bool) -> String {
    let header = message.header;
    let id = if sent { header.id } else { 0 };
    let counts = if sent { counts(message) } else { [0; 4] };
    let status = nsupdate_status(rcode(message));
    let mut text = format!(";; ->>HEADER<<- opcode: {}, status: {status}, id: {id:>6}\n", opcode(header.opcode()));
    text.push_str(";; flags:");
    for (_, name) in FLAGS.iter().filter(|(bit, _)| header.flags & bit != 0) {
        text.push(' ');
        text.push_str(name);
    }
    if header.flags & Z != 0 {
        text.push_str("; MBZ: 0x4");
    }
    let titles = match header.opcode() {
        UPDATE => ["ZONE", "PREREQ", "UPDATE", "ADDITIONAL"],
        _ => ["QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"],
    };
    let counts: Vec<String> = titles.iter().zip(counts).map(|(title, count)| format!("{title}: {count}")).collect();
    text + "; " + &counts.join(", ") + "\n"
}

fn opcode(opcode: u8) -> String {
    opcode_name(opcode).map_or_else(|| format!("RESERVED{opcode}"), str::to_owned)
}

fn section(text: &mut String, title: &str, lines: Vec<String>) {
    if !lines.is_empty() {
        // Writing into a String cannot fail.
        let _ = writeln!(text, ";; {title} SECTION:\n{}\n", lines.join("\n"));
    }
}

fn pseudosection(text: &mut String, title: &str, line: &str) {
    let _ = writeln!(text, ";; {title} PSEUDOSECTION:\n{line}\n");
}

fn question(question: &Question) -> String {
    let Question { name, record_type, class } = question;
    // The semicolon is before the first column.
    let cells = [(COLUMNS[1], class_text(*class)), (COLUMNS[2], record_type.to_string())];
    format!(";{}", columns(&name.to_string(), &cells))
}

fn line(message: &Message<'_>, record: &RecordAt, zone_class: Class) -> String {
    let class = if matches!(record.class, Class::ANY | Class::NONE) { zone_class } else { record.class };
    let known = match class {
        Class::IN => true,
        HESIOD if record.record_type == RecordType::A => true,
        _ => !ONLY_IN.contains(&record.record_type.0),
    };
    let data = match (is_empty(record), known) {
        (true, _) => String::new(),
        (false, true) => rdata(message, record).display(record.record_type).to_string(),
        // No data is of the type ANY, so that its form is that of unknown types.
        (false, false) => rdata(message, record).display(RecordType::ANY).to_string(),
    };
    let [ttl, class, record_type, rdata] = COLUMNS;
    let cells = [
        (ttl, record.ttl.to_string()),
        (class, class_text(record.class)),
        (record_type, record.record_type.to_string()),
        (rdata, data),
    ];
    columns(&record.name.to_string(), &cells)
}

fn tsig_line(tsig: &Tsig) -> String {
    let Tsig { algorithm, time, fudge, mac, original_id, error, other, .. } = tsig;
    let mut data = format!("{algorithm} {time} {fudge} {} ", mac.len());
    if !mac.is_empty() {
        data += &(base64_words(mac) + " ");
    }
    let error = nsupdate_tsig_error(*error);
    // The blank before the other data is there without any, too.
    let _ = write!(data, "{original_id} {error} {} {}", other.len(), base64_words(other));
    let [ttl, class, record_type, rdata] = COLUMNS;
    let cells = [(ttl, "0".to_owned()), (class, "ANY".to_owned()), (record_type, "TSIG".to_owned()), (rdata, data)];
    columns(&tsig.key.to_string(), &cells)
}

/// Cells behind a first one, each at its column, or behind at least one blank where that is passed already.
fn columns(first: &str, cells: &[(usize, String)]) -> String {
    let mut text = first.to_owned();
    let mut at = text.len();
    for (column, cell) in cells {
        let to = (*column).max(at + 1);
        let tabs = to / TAB - at / TAB;
        let reached = if tabs > 0 { to / TAB * TAB } else { at };
        text.push_str(&"\t".repeat(tabs));
        text.push_str(&" ".repeat(to - reached));
        text.push_str(cell);
        at = to + cell.len();
    }
    text
}

fn class_text(class: Class) -> String {
    match class.0 {
        0 => "RESERVED0".to_owned(),
        1 => "IN".to_owned(),
        3 => "CH".to_owned(),
        4 => "HS".to_owned(),
        254 => "NONE".to_owned(),
        255 => "ANY".to_owned(),
        other => format!("CLASS{other}"),
    }
}

/// Octets in base64, broken into words where BIND breaks them.
fn base64_words(octets: &[u8]) -> String {
    octets.chunks(42).map(base64).collect::<Vec<_>>().join(" ")
}

/// A SIG that signs the message.
fn is_sig0(record: &RecordAt) -> bool {
    record.section == Section::Additional && record.record_type == SIG && record.class == Class::ANY
}
