//! `add` and `delete`: a name, what may be left out, a type and data.

use std::net::IpAddr;

use crate::dns::{Class, MAX_TTL, Name, Rdata, Record, RecordType, TtlError, parse_ttl, reverse_name};
use crate::proto::Change;

use super::check_names;
use super::check_svcb;
use super::class::parse_class;
use super::defaults::{Defaults, type_word};
use super::line::{Line, Token};
use super::rdata::rdata;
use super::wrong::{At, BadNumber, Place, Wrong};

/// The most iterations of NSEC3 that nsupdate 9.18 lets through (RFC 9276 §3.1 wants none).
const MOST_ITERATIONS: u16 = 150;
const NSEC3PARAM: RecordType = RecordType(51);

/// A change, and the class that the message has from then on, if the line needed one.
pub(super) type Changed = (Change, Option<Class>);

/// What stands between a name and its data.
struct Head {
    ttl: Option<u32>,
    class: Option<Class>,
    /// With its column. `None`: nothing more was said, the whole name is meant.
    record_type: Option<(RecordType, usize)>,
}

impl Head {
    fn class(&self, defaults: &Defaults) -> Class {
        self.class.unwrap_or_else(|| defaults.class())
    }
}

/// `add NAME [TTL] [CLASS] TYPE DATA`.
pub(super) fn add(line: &mut Line<'_>, defaults: &Defaults) -> Result<Changed, At> {
    let owner = Owner::read(line, defaults)?;
    let head = if owner.shorthand { shorthand_head(line, defaults)? } else { head(line, defaults, true)? };
    let end = line.column();
    let Some((record_type, column)) = head.record_type else { return Err(Wrong::NoClassOrType.at(end)) };
    let class = head.class(defaults);
    let ttl = head.ttl.or(defaults.ttl).ok_or_else(|| Wrong::NoTtl.at(column))?;
    let missing = || if owner.shorthand { Wrong::NoTarget } else { Wrong::NoRdata }.at(end);
    let rdata = rdata(line, defaults, record_type, class).and_then(|rdata| rdata.ok_or_else(missing));
    let rdata = rdata.map_err(|at| at.behind(class))?;
    // Of class NONE it would be a delete to the server (RFC 2136 §2.5.4), or a fault of form.
    if class == Class::NONE {
        return Err(Wrong::NotInClass(record_type.to_string()).at(column).behind(class));
    }
    let name = owner.of(record_type);
    let looked = look_at(&name, class, record_type, &rdata, defaults);
    looked.map_err(|wrong| wrong.at(owner.column).behind(class))?;
    Ok((Change::Add(Record { name, ttl, record_type, rdata }), Some(class)))
}

/// `delete NAME [TTL] [CLASS] [TYPE [DATA]]`.
pub(super) fn delete(line: &mut Line<'_>, defaults: &Defaults) -> Result<Changed, At> {
    let owner = Owner::read(line, defaults)?;
    let head = if owner.shorthand { shorthand_head(line, defaults)? } else { head(line, defaults, false)? };
    let Some((record_type, _)) = head.record_type else { return Ok((Change::DeleteName(owner.name), head.class)) };
    let class = head.class(defaults);
    let name = owner.of(record_type);
    let change = match rdata(line, defaults, record_type, class).map_err(|at| at.behind(class))? {
        Some(rdata) => Change::DeleteRecord { name, record_type, rdata },
        None if record_type == RecordType::ANY => Change::DeleteName(name),
        None => Change::DeleteRrset { name, record_type },
    };
    Ok((change, Some(class)))
}

/// An owner, and the address that it may be instead.
pub(super) struct Owner {
    name: Name,
    address: Option<IpAddr>,
    /// `ptr ADDRESS`, so that the type is not said.
    shorthand: bool,
    column: usize,
}

impl Owner {
    /// Reads an owner; in nsup's own dialect an address may stand for its reverse name.
    pub(super) fn read(line: &mut Line<'_>, defaults: &Defaults) -> Result<Self, At> {
        let end = line.column();
        let word = line.word().ok_or_else(|| Wrong::NoOwner.at(end))?;
        if defaults.own() && word.text.eq_ignore_ascii_case("ptr") {
            let address = line.peek().map(|next| next.text.parse());
            if let Some(Ok(address)) = address {
                line.word();
                return Ok(Self {
                    name: reverse_name(address),
                    address: Some(address),
                    shorthand: true,
                    column: word.column,
                });
            }
        }
        let name = defaults.owner(word)?;
        // Below an origin in a reverse zone 7.2.0.192 is a relative name, and not the address that it looks like.
        let address = word.text.parse().ok().filter(|_| defaults.own() && !is_reverse(&defaults.origin()));
        Ok(Self { name, address, shorthand: false, column: word.column })
    }

    /// The owner of records of a type.
    pub(super) fn of(&self, record_type: RecordType) -> Name {
        match self.address {
            Some(address) if record_type == RecordType::PTR => reverse_name(address),
            _ => self.name.clone(),
        }
    }

    /// The owner of a whole name.
    pub(super) fn whole(self) -> Name {
        self.name
    }
}

/// `[TTL] [CLASS] [TYPE]`, in this order to nsupdate; nsup takes the first two in either.
fn head(line: &mut Line<'_>, defaults: &Defaults, is_add: bool) -> Result<Head, At> {
    let mut head = Head { ttl: None, class: None, record_type: None };
    let end = line.column();
    let Some(mut word) = line.word() else {
        return if is_add { Err(Wrong::NoTtl.at(end)) } else { Ok(head) };
    };
    if let Some(ttl) = ttl_or_not(word, defaults, is_add)? {
        head.ttl = Some(ttl);
        let end = line.column();
        match line.word() {
            Some(next) => word = next,
            None if is_add => return Err(Wrong::NoClassOrType.at(end)),
            None => return Ok(head),
        }
    }
    let mut place = Place::ClassOrType;
    // ANY is a type here.
    if parse_class(word.text).is_some_and(|class| class != Class::ANY) {
        (head.class, place) = (defaults.class_word(word)?, Place::Type);
        let end = line.column();
        let mut next = line.word();
        if let Some(late) = next.filter(|late| defaults.own() && head.ttl.is_none() && starts_with_digit(*late)) {
            head.ttl = ttl_or_not(late, defaults, is_add)?;
            next = line.word();
        }
        match next {
            Some(next) => word = next,
            None if is_add => return Err(Wrong::NoType.at(end).behind(head.class(defaults))),
            None => return Ok(head),
        }
    }
    let record_type = type_word(word, place).map_err(|at| at.behind(head.class(defaults)))?;
    head.record_type = Some((record_type, word.column));
    Ok(head)
}

/// `[TTL] [CLASS] [PTR]` behind `ptr ADDRESS`, each only where a word follows it: the last word is the target.
fn shorthand_head(line: &mut Line<'_>, defaults: &Defaults) -> Result<Head, At> {
    let mut head = Head { ttl: None, class: None, record_type: Some((RecordType::PTR, line.column())) };
    loop {
        let mut ahead = line.clone();
        let (Some(word), Some(_)) = (ahead.word(), ahead.peek()) else { return Ok(head) };
        if head.ttl.is_none() && starts_with_digit(word) {
            head.ttl = ttl_or_not(word, defaults, true)?;
        } else if head.class.is_none() && parse_class(word.text).is_some() {
            head.class = defaults.class_word(word)?;
        } else if !word.text.eq_ignore_ascii_case("PTR") {
            return Ok(head);
        }
        *line = ahead;
    }
}

/// The TTL that a word is; `None` where it is none and need not be one.
fn ttl_or_not(word: Token<'_>, defaults: &Defaults, is_add: bool) -> Result<Option<u32>, At> {
    let bad = |why| Wrong::Ttl(word.text.to_owned(), why).at(word.column);
    let optional = if defaults.own() { !starts_with_digit(word) } else { defaults.ttl.is_some() };
    let read = if defaults.own() { with_units(word.text) } else { seconds(word.text) };
    match read {
        Ok(ttl) if is_add && ttl > MAX_TTL => Err(Wrong::TtlTooLong(word.text.to_owned()).at(word.column)),
        Ok(ttl) => Ok(Some(ttl)),
        Err(_) if !is_add || optional => Ok(None),
        Err(why) => Err(bad(why)),
    }
}

fn with_units(text: &str) -> Result<u32, BadNumber> {
    parse_ttl(text).map_err(|why| match why {
        TtlError::NotATime => BadNumber::NotANumber,
        TtlError::TooLong => BadNumber::OutOfRange,
    })
}

/// A number of 32 bits in plain digits.
pub(super) fn seconds(text: &str) -> Result<u32, BadNumber> {
    if text.is_empty() || !text.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(BadNumber::NotANumber);
    }
    text.parse().map_err(|_| BadNumber::OutOfRange)
}

fn starts_with_digit(word: Token<'_>) -> bool {
    word.text.starts_with(|c: char| c.is_ascii_digit())
}

fn is_reverse(origin: &Name) -> bool {
    origin.labels().next_back().is_some_and(|label| label.eq_ignore_ascii_case(b"arpa"))
}

/// What is looked at before a record is added, although it could be sent.
fn look_at(
    name: &Name,
    class: Class,
    record_type: RecordType,
    rdata: &Rdata,
    defaults: &Defaults,
) -> Result<(), Wrong> {
    if defaults.check_names {
        check_names::check(name, class, record_type, rdata)?;
    }
    if defaults.check_svcb {
        check_svcb::check(name, record_type, rdata)?;
    }
    match rdata.octets() {
        [_, _, high, low, ..] if record_type == NSEC3PARAM && u16::from_be_bytes([*high, *low]) > MOST_ITERATIONS => {
            Err(Wrong::Iterations(MOST_ITERATIONS))
        }
        _ => Ok(()),
    }
}
