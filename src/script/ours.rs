//! What nsup says in its own dialect about a line that is wrong, and what to do about it.

use crate::dns::{MAX_TTL, RdataError, rdata::TYPES};

use super::dialect::Dialect;
use super::fault::Fault;
use super::help::commands;
use super::line::holds_secret;
use super::wrong::{At, BadNumber, Place, Switch, Wrong};

const TTL_HINT: &str = "a TTL is a number of seconds, or a time like 1h30m";
const ADD_HINT: &str = "add NAME [TTL] [CLASS] TYPE DATA";
const CHECK_NAMES: &str = "check-names off lets it through";
/// The longest message, in characters.
const LONGEST: usize = 300;
const PREREQUISITES: [&str; 4] = ["nxdomain", "yxdomain", "nxrrset", "yxrrset"];
const CHANGES: [&str; 3] = ["add", "del", "delete"];

/// A fault in nsup's words.
pub(super) fn fault(At { wrong, column, .. }: At, line: &str) -> Fault {
    let (what, hint) = told(&wrong);
    Fault::said(shortened(what)).at(column.filter(|_| !holds_secret(line))).with_hint(hint)
}

fn told(wrong: &Wrong) -> (String, Option<String>) {
    let hint = |text: &str| Some(text.to_owned());
    match wrong {
        Wrong::Command(word) => {
            let wider = Some("help lists the commands".to_owned());
            (format!("{word:?} is no command"), nearest(word, commands(Dialect::Nsup).iter().copied()).or(wider))
        }
        Wrong::NoOperation { group } => (format!("{group} says nothing"), operations(group)),
        Wrong::Operation { group, word } => {
            let known = if *group == "prereq" { &PREREQUISITES[..] } else { &CHANGES[..] };
            let near = nearest(word, known.iter().copied());
            (format!("{word:?} is nothing that {group} knows"), near.or_else(|| operations(group)))
        }
        Wrong::NoOwner => ("the name is missing".to_owned(), None),
        Wrong::Owner(why, _) | Wrong::Zone(why) => (format!("this is no name: {why}"), None),
        Wrong::KeyName(_) => ("the key's name is no name".to_owned(), None),
        Wrong::NoTtl => {
            ("the TTL is missing".to_owned(), hint("write it behind the name, or set one for all: ttl 300"))
        }
        Wrong::Ttl(word, BadNumber::NotANumber) => (format!("{word:?} is no TTL"), hint(TTL_HINT)),
        Wrong::Ttl(word, BadNumber::OutOfRange) | Wrong::TtlTooLong(word) => {
            (format!("the TTL {word} is too long"), Some(format!("a TTL can be at most {MAX_TTL} seconds")))
        }
        Wrong::NoClassOrType | Wrong::NoType => ("the type is missing".to_owned(), None),
        Wrong::Type(word, place) => (format!("{word:?} is no record type"), type_hint(word, *place)),
        Wrong::ClassMismatch(word) => {
            (format!("the class {word} is not that of the lines before"), hint("a message has one class: send between"))
        }
        Wrong::Rdata(why) => (rdata_told(why), None),
        Wrong::NoRdata => ("the data is missing".to_owned(), hint(ADD_HINT)),
        Wrong::MetaType(word) => (format!("{word} is no type of records in a zone"), None),
        Wrong::NotInClass(word) => (format!("{word} has no data in this class"), None),
        Wrong::RootByAccident => ("@ stands for the origin, and none is set".to_owned(), hint("write . for the root")),
        Wrong::OriginUnset => ("@ stands for the origin, and none is set".to_owned(), hint("origin NAME sets it")),
        Wrong::BadOwner(name) => (format!("{name} is no host name"), hint(CHECK_NAMES)),
        Wrong::BadName(name) => (format!("{name} in the data is no host name"), hint(CHECK_NAMES)),
        Wrong::Svcb(what) => {
            let missing = what.strip_prefix("no ").unwrap_or(what).to_ascii_lowercase();
            (format!("the SVCB record of a resolver needs {missing}"), hint("check-svcb off lets it through"))
        }
        Wrong::Iterations(most) => (format!("NSEC3PARAM has more than {most} iterations"), hint("use 0 (RFC 9276)")),
        Wrong::NoServer => ("the server is missing".to_owned(), hint("server HOST [PORT]")),
        Wrong::ServerKept => ("the server is given and stays".to_owned(), None),
        Wrong::NoLocal => ("the address is missing".to_owned(), hint("local ADDRESS [PORT]")),
        Wrong::NotAnAddress(word) => (format!("{word:?} is no address"), None),
        Wrong::PortNotNumeric(word) | Wrong::PortOutOfRange(word) => {
            (format!("{word:?} is no port"), hint("a port is a number from 1 to 65535"))
        }
        Wrong::NoZone => ("the zone is missing".to_owned(), hint("zone NAME")),
        Wrong::NoOrigin => ("the origin is missing".to_owned(), hint("origin NAME")),
        Wrong::NoClass => ("the class is missing".to_owned(), hint("class IN")),
        Wrong::Class(word) => (format!("{word:?} is no class"), hint("IN, CH, HS or CLASSnnn")),
        Wrong::DefaultClass(word) => (format!("{word} is no class of a zone"), None),
        Wrong::NoDefaultTtl => ("the TTL is missing".to_owned(), hint("ttl TIME, or ttl none")),
        Wrong::DefaultTtl(word) => (format!("{word:?} is no TTL"), hint(TTL_HINT)),
        Wrong::NoKeyName => ("the key is missing".to_owned(), hint("key [ALGORITHM:]NAME SECRET")),
        Wrong::KeyType(_) | Wrong::KeyBits(_) => ("the key's algorithm is none known here".to_owned(), None),
        Wrong::Algorithm(crate::proto::AlgorithmError::Unknown(_)) => {
            let known = "hmac-sha256, -sha384, -sha512, -sha224, -sha1 or -md5";
            ("the key's algorithm is none known here".to_owned(), hint(known))
        }
        Wrong::Algorithm(why) => (why.to_string(), None),
        Wrong::NoSecret => ("the key's secret is missing".to_owned(), hint("key [ALGORITHM:]NAME SECRET")),
        // Where name and secret have changed places, the name is the secret.
        Wrong::Secret(_) => {
            ("the key's secret is not base64 (RFC 4648)".to_owned(), hint("key [ALGORITHM:]NAME SECRET"))
        }
        Wrong::RealmTooLong => ("the realm is too long".to_owned(), None),
        Wrong::Gss(command) => {
            (format!("{command}: GSS-TSIG is not there"), hint("sign with a TSIG key: key [ALGORITHM:]NAME SECRET"))
        }
        Wrong::NoSwitch(switch) | Wrong::Switch(switch, _) => switch_told(*switch, wrong),
        Wrong::NoLease => ("the lease is missing".to_owned(), hint("lease TIME [TIME], or lease none")),
        Wrong::Lease(word) => (format!("{word:?} is no time"), hint("a number of seconds, or a time like 2h")),
        Wrong::NoTarget => {
            ("the name that the address has is missing".to_owned(), hint("add ptr ADDRESS [TTL] TARGET"))
        }
    }
}

fn operations(group: &str) -> Option<String> {
    Some(if group == "prereq" { "nxdomain, yxdomain, nxrrset or yxrrset" } else { "add or delete" }.to_owned())
}

fn switch_told(switch: Switch, wrong: &Wrong) -> (String, Option<String>) {
    let word = switch.word();
    let what = match wrong {
        Wrong::Switch(_, said) => format!("{word} cannot be {said:?}"),
        _ => format!("{word} says nothing"),
    };
    (what, Some("on or off".to_owned()))
}

fn type_hint(word: &str, place: Place) -> Option<String> {
    let times = word.starts_with(|c: char| c.is_ascii_digit()) && place != Place::Type;
    let near = || nearest(&word.to_ascii_uppercase(), TYPES.iter().map(|(mnemonic, ..)| *mnemonic));
    let any = || Some("TYPEnnn works for every type".to_owned());
    if times { Some("a prerequisite and a delete have no TTL".to_owned()) } else { near().or_else(any) }
}

fn rdata_told(why: &RdataError) -> String {
    match why {
        // The column that it tells is one of the data and not of the line.
        RdataError::Word(_) => "this quote is never closed".to_owned(),
        why => why.to_string(),
    }
}

/// The message, where a word of the line in it may be as long as the line.
fn shortened(what: String) -> String {
    match what.char_indices().nth(LONGEST) {
        Some((place, _)) => format!("{}…", &what[..place]),
        None => what,
    }
}

/// The nearest of the known words, if one is near.
fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<String> {
    if word.len() > LONGEST {
        return None;
    }
    let distance = |known: &str| strsim::osa_distance(&word.to_ascii_lowercase(), &known.to_ascii_lowercase());
    let near = known.map(|known| (distance(known), known)).min()?;
    let enough = near.0 <= 2 && near.0 < word.chars().count();
    enough.then(|| format!("did you mean {}?", near.1))
}

#[cfg(test)]
mod tests;
