//! The lines of knsupdate: commands in lower case, records as a zone file has them, faults in its words.

use std::net::{IpAddr, SocketAddr};

use crate::dns::{Class, Name, NameError, Rdata, Record, RecordType, TtlError, parse_ttl};
use crate::proto::Change;

use super::class::parse_class;
use super::command::Command;
use super::defaults::{Defaults, escape_octets};
use super::draft::Server;
use super::fault::Fault;
use super::key;
use super::line::{Line, Token};
use super::prerequisite::{Verb, of_rrset};
use super::zone_line::{data, plain};

/// The commands, in the order in which it compares them.
pub(super) const COMMANDS: &[&str] = &[
    "add",
    "answer",
    "class",
    "debug",
    "del",
    "delete",
    "exit",
    "gsstsig",
    "key",
    "local",
    "nxdomain",
    "nxrrset",
    "oldgsstsig",
    "origin",
    "prereq",
    "quit",
    "realm",
    "send",
    "server",
    "show",
    "ttl",
    "update",
    "yxdomain",
    "yxrrset",
    "zone",
];
const UPDATES: &[&str] = &["add", "del", "delete"];
const PREREQUISITES: &[&str] = &["nxdomain", "nxrrset", "yxdomain", "yxrrset"];

/// Reads a line of knsupdate's dialect. What it says about a line that it takes goes to `notes`.
pub(super) fn command(text: &str, defaults: &Defaults, notes: &mut Vec<String>) -> Result<Command, Fault> {
    let mut line = Line::new(text);
    if line.peek().is_none_or(|word| word.text.starts_with(';')) {
        return Ok(Command::Nothing);
    }
    let word = literal(&mut line, COMMANDS)?;
    let rest = line.rest();
    match word {
        "send" => Ok(Command::Send),
        "show" => Ok(Command::Show),
        "answer" => Ok(Command::Answer),
        "debug" => Ok(Command::Debug),
        "quit" | "exit" => Ok(Command::Quit),
        "server" => server(&mut line).map(Command::Server),
        "local" => local(&mut line).map(Command::Local),
        "zone" => zone(&mut line).map(Command::Zone),
        "origin" => origin(rest).map(Command::Origin),
        "class" => class(rest).map(Command::Class),
        "ttl" => ttl(rest).map(|ttl| Command::Ttl(Some(ttl))),
        "key" => key::knot(rest.text).map(Command::Key).ok_or_else(|| error("invalid key specification")),
        "gsstsig" | "oldgsstsig" | "realm" => Err(error(format!("{word} not supported"))),
        "prereq" => {
            let verb = literal(&mut line, PREREQUISITES)?;
            prerequisite(verb, &mut line, defaults, notes)
        }
        "update" => {
            let verb = literal(&mut line, UPDATES)?;
            update(verb, &mut line, defaults)
        }
        "add" | "del" | "delete" => update(word, &mut line, defaults),
        _ => prerequisite(word, &mut line, defaults, notes),
    }
}

fn error(what: impl std::fmt::Display) -> Fault {
    Fault::said(format!(";; ERROR: {what}"))
}

/// One of the words that may stand here, exactly as it is written.
fn literal(line: &mut Line<'_>, allowed: &[&'static str]) -> Result<&'static str, Fault> {
    let rest = line.rest();
    let word = line.word().map_or("", |word| word.text);
    if let Some(found) = allowed.iter().find(|known| **known == word) {
        return Ok(found);
    }
    let common = |known: &&&str| known.bytes().zip(word.bytes()).take_while(|(one, two)| one == two).count();
    let nearest = allowed.iter().rev().max_by_key(common).filter(|known| common(known) > 0);
    // The rest of a line that was to be a key is not repeated.
    let shown = if super::holds_secret(rest.text) { word } else { rest.text };
    let guess = nearest.map_or(String::new(), |known| format!(", did you mean '{known}' ?"));
    Err(error(format!("unexpected literal: '{shown}'{guess}")).at(rest.column))
}

fn server(line: &mut Line<'_>) -> Result<Server, Fault> {
    let rest = line.rest();
    let refused = || error(format!("failed to parse server '{}'", rest.text)).at(rest.column);
    let host = line.word().ok_or_else(refused)?.text.to_owned();
    let port = line.word().map(|word| word.text.parse().map_err(|_| refused())).transpose()?;
    Ok(Server { host, port })
}

fn local(line: &mut Line<'_>) -> Result<SocketAddr, Fault> {
    let rest = line.rest();
    let refused = || error(format!("failed to parse local '{}'", rest.text)).at(rest.column);
    let address: IpAddr = line.word().and_then(|word| word.text.parse().ok()).ok_or_else(refused)?;
    let port = line.word().map(|word| word.text.parse().map_err(|_| refused())).transpose()?;
    Ok(SocketAddr::new(address, port.unwrap_or(0)))
}

fn zone(line: &mut Line<'_>) -> Result<Name, Fault> {
    let word = line.word().unwrap_or(line.rest());
    let refused = |_| error(format!("failed to parse zone '{}'", word.text)).at(word.column);
    Name::parse(&escape_octets(word.text)).map_err(refused)
}

fn origin(rest: Token<'_>) -> Result<Name, Fault> {
    let text = rest.text.trim_end();
    if text.contains([' ', '\t']) {
        return Err(error("failed to set default origin, invalid FQDN zone origin").at(rest.column));
    }
    let refused = |_| error(format!("failed to parse zone '{text}'")).at(rest.column);
    Name::parse(&escape_octets(text)).map_err(refused)
}

fn class(rest: Token<'_>) -> Result<Class, Fault> {
    let refused = || error(format!("failed to parse class '{}'", rest.text)).at(rest.column);
    known_class(rest.text).ok_or_else(refused)
}

/// It knows fewer mnemonics than nsupdate.
fn known_class(text: &str) -> Option<Class> {
    let unknown = ["CHAOS", "HS", "HESIOD", "RESERVED0"];
    parse_class(text).filter(|_| !unknown.iter().any(|word| word.eq_ignore_ascii_case(text)))
}

/// The classes that its reader of zone files knows.
fn mnemonic(text: &str) -> Option<Class> {
    known_class(text).filter(|_| ["IN", "CH"].iter().any(|word| word.eq_ignore_ascii_case(text)))
}

fn ttl(rest: Token<'_>) -> Result<u32, Fault> {
    let digits = rest.text.strip_prefix('+').unwrap_or(rest.text);
    let plain = !digits.starts_with(['+', '-']);
    let ttl = digits.parse().ok().filter(|_| plain);
    ttl.ok_or_else(|| error(format!("failed to parse ttl '{}'", rest.text)).at(rest.column))
}

fn update(verb: &str, line: &mut Line<'_>, defaults: &Defaults) -> Result<Command, Fault> {
    if verb == "add" {
        let record = record(line.rest(), defaults)?;
        return Ok(Command::Change(Change::Add(record), None));
    }
    let rest = line.rest();
    let owner = line.word().map_or("", |word| word.text);
    let refused = || error(format!("failed to parse owner name '{owner}'")).at(rest.column);
    let name = owner_of(owner, defaults).ok_or_else(refused)?;
    let partial = partial(line, defaults)?;
    let change = match (partial.record_type, partial.data) {
        (record_type, Some(rdata)) => Change::DeleteRecord { name, record_type, rdata },
        (RecordType::ANY, None) => Change::DeleteName(name),
        (record_type, None) => Change::DeleteRrset { name, record_type },
    };
    Ok(Command::Change(change, None))
}

fn prerequisite(
    word: &str,
    line: &mut Line<'_>,
    defaults: &Defaults,
    notes: &mut Vec<String>,
) -> Result<Command, Fault> {
    let verb = Verb::parse(word).ok_or_else(|| error(format!("unexpected literal: '{word}'")))?;
    let owner = line.word().ok_or_else(|| error("missing prerequisite owner name"))?;
    let refused = || error(format!("failed to parse prereq owner name '{}'", owner.text)).at(owner.column);
    let name = owner_of(owner.text, defaults).ok_or_else(refused)?;
    if matches!(verb, Verb::NxDomain | Verb::YxDomain) {
        ignored(line.rest(), notes);
        return Ok(Command::Prerequisite(of_rrset(verb, name, RecordType::ANY), None));
    }
    let partial = partial(line, defaults)?;
    if let Some(ttl) = partial.ttl {
        notes.push(format!(";; WARNING: ignoring TTL value '{ttl}'"));
    }
    let record_type = partial.record_type;
    let asked = match partial.data {
        Some(rdata) if verb == Verb::YxRrset => {
            crate::proto::Prerequisite::RrsetEquals { name, record_type, rdata: vec![rdata] }
        }
        // It would send the data, and every server would refuse the message for it (RFC 2136 §3.2.1).
        Some(_) => {
            ignored(partial.rest, notes);
            of_rrset(verb, name, record_type)
        }
        None => of_rrset(verb, name, record_type),
    };
    Ok(Command::Prerequisite(asked, None))
}

fn ignored(rest: Token<'_>, notes: &mut Vec<String>) {
    if !rest.text.is_empty() {
        notes.push(format!(";; WARNING: ignoring input data '{}'", rest.text));
    }
}

/// An owner in a delete or a prerequisite: the origin completes it, but `@` is a label like others.
fn owner_of(text: &str, defaults: &Defaults) -> Option<Name> {
    let text = escape_octets(text);
    let text = if text == "@" { "\\@" } else { &text };
    Name::parse_within(text, &defaults.origin()).ok()
}

/// What may follow the owner in a delete or a prerequisite.
struct Partial<'l> {
    ttl: Option<u64>,
    record_type: RecordType,
    data: Option<Rdata>,
    rest: Token<'l>,
}

/// `[TTL] [CLASS] [TYPE] [DATA]`, in this order.
fn partial<'l>(line: &mut Line<'l>, defaults: &Defaults) -> Result<Partial<'l>, Fault> {
    let mut found = Partial { ttl: None, record_type: RecordType::ANY, data: None, rest: line.rest() };
    // Where nothing follows it has read a TTL of 0.
    let ttl = line.peek().map_or(Some(0), |word| word.text.parse().ok());
    if ttl.is_some() {
        found.ttl = ttl;
        line.word();
    }
    if let Some((word, class)) = line.peek().and_then(|word| Some((word, known_class(word.text)?))) {
        if class != defaults.class() {
            return Err(error(format!("class mismatch '{}'", word.text)).at(word.column));
        }
        line.word();
    }
    let text = line.peek().map_or("", |word| word.text);
    let said: Option<RecordType> = text.parse().ok();
    if let Some(record_type) = said {
        found.record_type = record_type;
        line.word();
    }
    found.rest = line.rest();
    if found.rest.text.is_empty() {
        return Ok(found);
    }
    let refused = |what| error(format!("invalid rdata ({what})")).at(found.rest.column);
    if found.record_type == RecordType::ANY {
        let what = match said {
            None => "unclosed last multiline block",
            Some(_) if text.eq_ignore_ascii_case("ANY") => "unsupported record type",
            Some(_) => "unable to process text form for this type",
        };
        return Err(refused(what));
    }
    let text = plain(found.rest.text).map_err(refused)?;
    let blank = text.trim().is_empty();
    found.data = if blank { None } else { Some(data(&text, found.record_type, defaults).map_err(refused)?) };
    Ok(found)
}

/// A whole record as a zone file has it: owner, TTL and class in either order, type, data.
fn record(rest: Token<'_>, defaults: &Defaults) -> Result<Record, Fault> {
    let refused = |what: &str| error(format!("invalid record ({what})")).at(rest.column);
    let text = plain(rest.text).map_err(refused)?;
    let mut line = Line::new(&text);
    // Of an empty line it says this, whatever the class.
    let owner = line.word().ok_or_else(|| error("class mismatch 'IN'"))?;
    if owner.text.starts_with('"') || line.peek().is_none() {
        return Err(refused("owner is invalid"));
    }
    let name = Name::parse_within(owner.text, &defaults.origin());
    let name = name.map_err(|why| match why {
        NameError::LabelTooLong(_) => refused("maximal domain name label length has exceeded"),
        NameError::TooLong => refused("maximal domain name length has exceeded"),
        _ => refused("invalid domain name character"),
    })?;
    if !owner.text.is_ascii() {
        return Err(refused("invalid domain name character"));
    }
    let (mut ttl, mut class) = (None, None);
    loop {
        let Some(word) = line.word() else { return Err(refused("invalid time unit")) };
        if ttl.is_none() && word.text.starts_with(|c: char| c.is_ascii_digit()) {
            // A number of 32 bits is a TTL to it, however large.
            let seconds = word.text.parse().or_else(|_| parse_ttl(word.text));
            ttl = Some(seconds.map_err(|why| match why {
                TtlError::TooLong => refused("number is bigger than 32 bits"),
                TtlError::NotATime => refused("invalid time unit"),
            })?);
        } else if let Some(said) = mnemonic(word.text).filter(|_| class.is_none()) {
            class = Some(said);
            if said != defaults.class() && said == Class::IN {
                let mismatch = super::class::class_word(defaults.class());
                return Err(error(format!("class mismatch '{mismatch}'")).at(rest.column));
            } else if said != defaults.class() {
                return Err(refused("unsupported record type"));
            }
        } else {
            let known: Result<RecordType, _> = word.text.parse();
            let plain = ttl.is_none() && class.is_none() && parse_class(word.text).is_none();
            let unknown = if plain { "invalid number" } else { "unsupported record type" };
            let record_type = known.map_err(|_| refused(unknown))?;
            let rdata = data(line.rest().text, record_type, defaults).map_err(refused)?;
            return Ok(Record { name, ttl: ttl.or(defaults.ttl).unwrap_or_default(), record_type, rdata });
        }
    }
}

#[cfg(test)]
mod tests;
