//! What nsupdate 9.18 prints about a line, word for word, but for secrets, which it prints and nobody else should.

use crate::dns::{EscapeError, MAX_TTL, Name, NameError, RdataError, RecordType};

use super::fault::Fault;
use super::wrong::{At, BadNumber, Place, Wrong};

const NULL: RecordType = RecordType(10);

/// A fault in nsupdate's words.
pub(super) fn fault(At { wrong, column, .. }: At) -> Fault {
    Fault::said(words(&wrong)).at(column)
}

fn words(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Command(word) => format!("incorrect section name: {word}"),
        Wrong::NoOperation { .. } => "could not read operation code".to_owned(),
        Wrong::Operation { word, .. } => format!("incorrect operation code: {word}"),
        Wrong::NoOwner => "could not read owner name".to_owned(),
        Wrong::Owner(why, text) => format!("invalid owner name: {}", name_words(why, text)),
        Wrong::NoTtl => "could not read owner ttl".to_owned(),
        Wrong::Ttl(word, BadNumber::NotANumber) => format!("ttl '{word}': not a valid number"),
        Wrong::Ttl(word, BadNumber::OutOfRange) => format!("ttl '{word}': out of range"),
        Wrong::TtlTooLong(word) => format!("ttl '{word}' is out of range (0 to {MAX_TTL})"),
        Wrong::NoClassOrType => "could not read class or type".to_owned(),
        Wrong::NoType => "could not read type".to_owned(),
        Wrong::Type(word, Place::Prerequisite) => format!("invalid type: {word}"),
        Wrong::Type(word, Place::Type) => format!("'{word}' is not a valid type: unknown class/type"),
        Wrong::Type(word, Place::ClassOrType) => format!("'{word}' is not a valid class or type: unknown class/type"),
        Wrong::ClassMismatch(word) => format!("class mismatch: {word}"),
        Wrong::Rdata(why) => format!("invalid rdata format: {}", rdata_words(why)),
        Wrong::MetaType(_) => "invalid rdata format: invalid use of a meta type".to_owned(),
        Wrong::NotInClass(_) => "invalid rdata format: unknown class/type".to_owned(),
        Wrong::NoRdata => "could not read rdata".to_owned(),
        Wrong::BadOwner(name) => format!("check-names failed: bad owner '{}'", without_dot(name)),
        Wrong::BadName(name) => format!("check-names failed: bad name '{}'", without_dot(name)),
        Wrong::Svcb(what) => format!("check-svcb failed: {what}"),
        Wrong::Iterations(most) => format!("NSEC3PARAM has excessive iterations (> {most})"),
        Wrong::NoServer | Wrong::NoLocal => "could not read server name".to_owned(),
        Wrong::ServerKept => "cannot reset server in localhost-only mode".to_owned(),
        Wrong::NotAnAddress(word) => format!("invalid address {word}"),
        Wrong::PortNotNumeric(word) => format!("port '{word}' is not numeric"),
        Wrong::PortOutOfRange(word) => format!("port '{word}' is out of range (1 to 65535)"),
        Wrong::NoZone | Wrong::NoOrigin => "could not read zone name".to_owned(),
        Wrong::Zone(_) => "could not parse zone name".to_owned(),
        Wrong::NoClass => "could not read class name".to_owned(),
        Wrong::Class(word) => format!("could not parse class name: {word}"),
        Wrong::DefaultClass(word) => format!("bad default class: {word}"),
        Wrong::NoDefaultTtl | Wrong::NoLease => "could not read ttl".to_owned(),
        Wrong::NoKeyName => "could not read key name".to_owned(),
        Wrong::KeyName(_) => "could not parse key name".to_owned(),
        Wrong::KeyType(word) => format!("unknown key type '{word}'"),
        Wrong::KeyBits(most) => format!("digest-bits out of range [0..{most}]"),
        Wrong::NoSecret => "could not read key secret".to_owned(),
        Wrong::Secret(name) => format!("could not create key from {name}: bad base64 encoding"),
        Wrong::RealmTooLong => "realm is too long".to_owned(),
        Wrong::NoSwitch(switch) => format!("could not read {} directive", switch.word()),
        Wrong::Switch(switch, word) => format!("incorrect {} directive: {word}", switch.word()),
        Wrong::Gss(command) => {
            format!("{command}: GSS-TSIG is not there in nsup; use a TSIG key (key [hmac:]keyname secret)")
        }
        // Of these it says no more than that it is a syntax error.
        Wrong::DefaultTtl(_) | Wrong::Lease(_) => String::new(),
        // These can only come from nsup's own dialect.
        Wrong::Algorithm(why) => why.to_string(),
        Wrong::RootByAccident | Wrong::OriginUnset | Wrong::NoTarget => String::new(),
    }
}

/// What BIND says of a text that is no name.
pub(super) fn name_words(why: &NameError, text: &str) -> &'static str {
    match why {
        NameError::Empty => "unexpected end of input",
        NameError::EmptyLabel => "empty label",
        NameError::LabelTooLong(_) => "label too long",
        NameError::TooLong => "ran out of space",
        NameError::Escape(EscapeError::Unfinished) => "unexpected end of input",
        NameError::Escape(EscapeError::NotAnOctet) if ends_in_an_escape(text) => "unexpected end of input",
        _ => "bad escape",
    }
}

/// Whether the text breaks off within `\DDD`.
fn ends_in_an_escape(text: &str) -> bool {
    text.rsplit_once('\\').is_some_and(|(_, last)| last.len() < 3 && last.bytes().all(|octet| octet.is_ascii_digit()))
}

fn rdata_words(why: &RdataError) -> &'static str {
    match why {
        RdataError::Missing { .. } | RdataError::DigestLength { .. } | RdataError::Word(_) => "unexpected end of input",
        RdataError::Extra { .. } => "extra input text",
        RdataError::Length { said: 0, .. } => "extra input text",
        RdataError::Length { said, octets, .. } if octets > said => "ran out of space",
        // That there are too many octets for a type BIND tells by other words than that there are too few.
        RdataError::Length { .. } | RdataError::Unfit { .. } => "unexpected end of input",
        RdataError::TooLong => "ran out of space",
        RdataError::NotData(RecordType::OPT) => "not implemented",
        RdataError::OnlyUnknownForm(NULL) => "syntax error",
        RdataError::OnlyUnknownForm(_) | RdataError::NotData(_) => "unknown class/type",
        RdataError::Name { why, .. } => name_words(why, ""),
        RdataError::Bad { word, wanted, .. } => word_words(word, wanted),
        _ => "syntax error",
    }
}

/// What BIND says of a word that is not what its place demands.
fn word_words(word: &str, wanted: &str) -> &'static str {
    let digits = !word.is_empty() && word.bytes().all(|octet| octet.is_ascii_digit());
    let among = |parts: &[&str]| parts.iter().any(|part| wanted.contains(part));
    match wanted {
        "an IPv4 address" => "bad dotted quad",
        "an IPv6 address" => "bad IPv6 address",
        "an address like 00-00-5e-00-53-2a" => "bad EUI",
        "a protocol as number or name, such as tcp" => "unknown protocol",
        "whole octets in hex" => "unexpected end of input",
        _ if among(&["hex"]) => "bad hex encoding",
        _ if among(&["base64"]) => "bad base64 encoding",
        _ if among(&["base32"]) => "bad base32 encoding",
        "an octal number from 0 to 177777" => "not a valid number",
        _ if among(&["number from", "a length in octets", "latitude", "longitude", "size in metres", "altitude"]) => {
            if digits {
                "out of range"
            } else {
                "not a valid number"
            }
        }
        _ if among(&["mnemonic", "type"]) => "unknown class/type",
        _ => "syntax error",
    }
}

/// A name as BIND names it in messages: without its final dot.
fn without_dot(name: &Name) -> String {
    let text = name.to_string();
    if name.is_root() { text } else { text.strip_suffix('.').unwrap_or(&text).to_owned() }
}
