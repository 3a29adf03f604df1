//! The commands: what a line of nsupdate's language can say, and the reading of it.

use std::net::{IpAddr, SocketAddr};

use crate::dns::{Class, MAX_TTL, Name, parse_ttl};
use crate::proto::{Change, Key, Lease, Prerequisite};

use super::change::{add, delete, seconds};
use super::class::parse_class;
use super::defaults::Defaults;
use super::draft::Server;
use super::key::key;
use super::line::{Line, Token, without_comment};
use super::prerequisite::{Verb, prerequisite};
use super::wrong::{At, Switch, Wrong};

/// What a line says.
#[derive(Debug, Clone)]
pub enum Command {
    /// Nothing: a comment, or a word that changes nothing here.
    Nothing,
    /// Send what is pending.
    Send,
    /// Print what is pending.
    Show,
    /// Print the last answer.
    Answer,
    /// Print more from now on.
    Debug,
    /// Print the commands.
    Help,
    /// Print the version.
    Version,
    /// End, whatever is pending.
    Quit,
    /// Send to this server from now on.
    Server(Server),
    /// Send from this address from now on.
    Local(SocketAddr),
    /// The zone from now on.
    Zone(Name),
    /// What completes relative names from now on.
    Origin(Name),
    /// The class from now on.
    Class(Class),
    /// The TTL of adds that say none from now on; `None`: they must say one.
    Ttl(Option<u32>),
    /// Sign with this key from now on.
    Key(Key),
    /// Look at names before they are added, or do not.
    CheckNames(bool),
    /// Look at the SVCB records of resolvers before they are added, or do not.
    CheckSvcb(bool),
    /// How long the records of this message are to stay.
    Lease(Option<Lease>),
    /// A prerequisite, and the class that the message has from then on, if the line needed one.
    Prerequisite(Prerequisite, Option<Class>),
    /// A change, and the class that the message has from then on, if the line needed one.
    Change(Change, Option<Class>),
}

/// The longest realm of Kerberos, in octets.
const MAX_REALM: usize = 1022;

/// Reads a line of nsupdate's dialect or of nsup's own.
pub(super) fn command(text: &str, defaults: &Defaults) -> Result<Command, At> {
    let code = if defaults.own() { without_comment(text) } else { text };
    let mut line = Line::new(code);
    let Some(word) = line.word() else {
        // A line with a comment only is none that is empty.
        return Ok(if code.len() < text.len() { Command::Nothing } else { Command::Send });
    };
    if word.text.starts_with(';') {
        return Ok(Command::Nothing);
    }
    let verb = word.text.to_ascii_lowercase();
    if let Some(verb) = Verb::parse(&verb) {
        return asked(verb, &mut line, defaults);
    }
    match verb.as_str() {
        "prereq" => {
            let word = operation(&mut line, "prereq")?;
            let verb = Verb::parse(word.text).ok_or_else(|| no_operation("prereq", word))?;
            asked(verb, &mut line, defaults)
        }
        "update" => {
            let word = operation(&mut line, "update")?;
            changed(&word.text.to_ascii_lowercase(), &mut line, defaults).ok_or_else(|| no_operation("update", word))?
        }
        "send" => Ok(Command::Send),
        "show" => Ok(Command::Show),
        "answer" => Ok(Command::Answer),
        "debug" => Ok(Command::Debug),
        "help" => Ok(Command::Help),
        "version" => Ok(Command::Version),
        "quit" => Ok(Command::Quit),
        "server" => server(&mut line, defaults, word).map(Command::Server),
        "local" => local(&mut line).map(Command::Local),
        "zone" => zone(&mut line, defaults).map(Command::Zone),
        "class" => class(&mut line).map(Command::Class),
        "ttl" => ttl(&mut line, defaults).map(Command::Ttl),
        "key" => key(&mut line, defaults).map(Command::Key),
        "realm" if !defaults.own() => realm(&mut line),
        "realm" => Err(Wrong::Gss("realm").at(word.column)),
        "gsstsig" => Err(Wrong::Gss("gsstsig").at(word.column)),
        "oldgsstsig" => Err(Wrong::Gss("oldgsstsig").at(word.column)),
        "check-names" | "checknames" => switch(&mut line, Switch::CheckNames).map(Command::CheckNames),
        "check-svcb" | "checksvcb" => switch(&mut line, Switch::CheckSvcb).map(Command::CheckSvcb),
        "lease" => lease(&mut line, defaults).map(Command::Lease),
        "exit" if defaults.own() => Ok(Command::Quit),
        "origin" | "$origin" if defaults.own() => origin(&mut line, defaults).map(Command::Origin),
        "$ttl" if defaults.own() => ttl(&mut line, defaults).map(Command::Ttl),
        _ => changed(&verb, &mut line, defaults)
            .unwrap_or_else(|| Err(Wrong::Command(word.text.to_owned()).at(word.column))),
    }
}

fn asked(verb: Verb, line: &mut Line<'_>, defaults: &Defaults) -> Result<Command, At> {
    prerequisite(verb, line, defaults).map(|(asked, class)| Command::Prerequisite(asked, class))
}

/// A change by its word; `None` where it is none.
fn changed(word: &str, line: &mut Line<'_>, defaults: &Defaults) -> Option<Result<Command, At>> {
    let change = match word {
        "add" => add(line, defaults),
        "del" | "delete" => delete(line, defaults),
        _ => return None,
    };
    Some(change.map(|(change, class)| Command::Change(change, class)))
}

fn operation<'l>(line: &mut Line<'l>, group: &'static str) -> Result<Token<'l>, At> {
    word(line, Wrong::NoOperation { group })
}

fn no_operation(group: &'static str, word: Token<'_>) -> At {
    Wrong::Operation { group, word: word.text.to_owned() }.at(word.column)
}

/// The next word, which must be there.
fn word<'l>(line: &mut Line<'l>, missing: Wrong) -> Result<Token<'l>, At> {
    let end = line.column();
    line.word().ok_or_else(|| missing.at(end))
}

fn server(line: &mut Line<'_>, defaults: &Defaults, command: Token<'_>) -> Result<Server, At> {
    if defaults.server_kept {
        return Err(Wrong::ServerKept.at(command.column));
    }
    let host = word(line, Wrong::NoServer)?;
    Ok(Server { host: host.text.to_owned(), port: port(line)? })
}

fn local(line: &mut Line<'_>) -> Result<SocketAddr, At> {
    let address = word(line, Wrong::NoLocal)?;
    let port = port(line)?.unwrap_or(0);
    let ip: IpAddr =
        address.text.parse().map_err(|_| Wrong::NotAnAddress(address.text.to_owned()).at(address.column))?;
    Ok(SocketAddr::new(ip, port))
}

/// A port from 1 to 65535, if there is one.
fn port(line: &mut Line<'_>) -> Result<Option<u16>, At> {
    let Some(word) = line.word() else { return Ok(None) };
    let digits = word.text.strip_prefix(['+', '-']).unwrap_or(word.text);
    if digits.is_empty() || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(Wrong::PortNotNumeric(word.text.to_owned()).at(word.column));
    }
    let port = word.text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| Wrong::PortOutOfRange(word.text.to_owned()).at(word.column)).map(Some)
}

fn zone(line: &mut Line<'_>, defaults: &Defaults) -> Result<Name, At> {
    let zone = word(line, Wrong::NoZone)?;
    let text = defaults.octets_of(zone.text);
    // A zone's name is absolute; `@` is the root to nsupdate, and the origin to nsup.
    let name = if zone.text == "@" { Ok(defaults.origin()) } else { Name::parse_within(&text, &Name::root()) };
    name.map_err(|why| Wrong::Zone(why).at(zone.column))
}

fn origin(line: &mut Line<'_>, defaults: &Defaults) -> Result<Name, At> {
    let origin = word(line, Wrong::NoOrigin)?;
    if origin.text == "@" {
        return Ok(defaults.origin());
    }
    Name::parse(origin.text).map_err(|why| Wrong::Zone(why).at(origin.column))
}

fn class(line: &mut Line<'_>) -> Result<Class, At> {
    let word = word(line, Wrong::NoClass)?;
    match parse_class(word.text) {
        None => Err(Wrong::Class(word.text.to_owned()).at(word.column)),
        Some(Class(0) | Class::ANY | Class::NONE) => Err(Wrong::DefaultClass(word.text.to_owned()).at(word.column)),
        Some(class) => Ok(class),
    }
}

fn ttl(line: &mut Line<'_>, defaults: &Defaults) -> Result<Option<u32>, At> {
    let word = word(line, Wrong::NoDefaultTtl)?;
    if word.text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let read = if defaults.own() { parse_ttl(word.text).ok() } else { seconds(word.text).ok() };
    match read {
        None => Err(Wrong::DefaultTtl(word.text.to_owned()).at(word.column)),
        Some(ttl) if ttl > MAX_TTL => Err(Wrong::TtlTooLong(word.text.to_owned()).at(word.column)),
        Some(ttl) => Ok(Some(ttl)),
    }
}

/// A realm is for GSS-TSIG only, which is refused by its own name: without it nsupdate makes nothing of a realm either.
fn realm(line: &mut Line<'_>) -> Result<Command, At> {
    match line.word() {
        Some(word) if word.text.len() > MAX_REALM => Err(Wrong::RealmTooLong.at(word.column)),
        _ => Ok(Command::Nothing),
    }
}

fn switch(line: &mut Line<'_>, switch: Switch) -> Result<bool, At> {
    let word = word(line, Wrong::NoSwitch(switch))?;
    match word.text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" => Ok(true),
        "no" | "false" | "off" => Ok(false),
        _ => Err(Wrong::Switch(switch, word.text.to_owned()).at(word.column)),
    }
}

fn lease(line: &mut Line<'_>, defaults: &Defaults) -> Result<Option<Lease>, At> {
    let first = word(line, Wrong::NoLease)?;
    if first.text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let time = |word: Token<'_>| {
        let read = seconds(word.text).ok().or_else(|| parse_ttl(word.text).ok().filter(|_| defaults.own()));
        read.ok_or_else(|| Wrong::Lease(word.text.to_owned()).at(word.column))
    };
    let lease = time(first)?;
    let key_lease = line.word().map(time).transpose()?;
    Ok(Some(Lease { lease, key_lease }))
}

#[cfg(test)]
mod tests;
