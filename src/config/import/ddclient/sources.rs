//! use=, usev4= and usev6=: where the addresses of a host come from.

use std::net::IpAddr;

use crate::source::{Family, Source, special_range};

use super::super::remark::Remarks;
use super::super::write::{Entry, text};
use super::Host;
use super::command::command;
use super::syntax::Assignment;

/// How an address is found out, by what, and the words that say the details.
pub(super) struct Strategy<'l> {
    kind: Kind,
    /// The family, where the strategy says it: what `use=` finds says it itself.
    family: Option<Family>,
    /// `use=if` or its like; `None` where it is ddclient's default.
    said: Option<&'l Assignment>,
    /// The words that may say the details, the first that is there does.
    values: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Literal,
    Interface,
    Command,
    /// A page of the web, or of a router.
    Page,
}

/// What a source is, as the file will have it.
struct Chosen {
    family: Family,
    source: String,
    literal: Option<IpAddr>,
}

/// What can be chosen where there is no equivalent.
const OTHERS: &str = "\"dns:opendns\" behind a router that translates addresses, \"interface:NAME\", \"command:/PROGRAM\", \"hook:ppp0\"";

/// An address that packets for everybody's Internet go towards. The kernel is only asked for the way; nothing is sent.
const ELSEWHERE: [&str; 2] = ["198.41.0.4", "2001:503:ba3e::2:30"];

impl<'l> Host<'l> {
    /// How ddclient finds the addresses out: by IPv4, by IPv6, and by what is for either.
    pub(super) fn strategies(&self) -> Vec<Strategy<'l>> {
        let of = |word| self.get(word).map(|said| (said, said.value.to_ascii_lowercase()));
        let mut found = Vec::new();
        let (v4, v6, either) = (of("usev4"), of("usev6"), of("use"));
        let said = v4.is_some() || v6.is_some();
        if let Some((said, value)) = v4 {
            found.extend(of_family(said, &value, Family::V4));
        }
        if let Some((said, value)) = v6 {
            found.extend(of_family(said, &value, Family::V6));
        }
        match either {
            Some((said, value)) => found.extend(of_either(said, &value)),
            None if said => {}
            None => found.push(Strategy { kind: Kind::Literal, family: None, said: None, values: &["ip"] }),
        }
        found
    }

    /// Writes the sources; says whether there is any.
    pub(super) fn sources(&self, entry: &mut Entry, remarks: &mut Remarks) -> bool {
        let mut chosen: Vec<Chosen> = Vec::new();
        for strategy in self.strategies() {
            if chosen.iter().any(|other| other.family == self.family(&strategy)) {
                let line = strategy.said.map_or(self.line, |said| said.line);
                let what = format!("{} has no part in it, since another use says that family", strategy.shown());
                remarks.lost(line, what, "ddclient 3.10 goes by use= where there are both");
            } else {
                chosen.push(self.choose(&strategy, entry, remarks));
            }
        }
        if chosen.is_empty() {
            let what = format!("host {} is not carried over: its addresses are disabled", self.text);
            remarks.lost(self.line, what, "ipv4 = \"interface:NAME\" for one that is to be followed");
        }
        if chosen.len() > 1 {
            remarks.note(self.line, format!("{} gets both addresses: ddclient 3.10 publishes one of them", self.text));
        }
        self.private(&chosen, entry, remarks);
        for one in &chosen {
            let word = if one.family == Family::V4 { "ipv4" } else { "ipv6" };
            entry.settings.push((word, text(&one.source)));
        }
        !chosen.is_empty()
    }

    /// What says the details of a strategy.
    fn value(&self, strategy: &Strategy<'l>) -> Option<&'l Assignment> {
        strategy.values.iter().find_map(|word| self.get(word))
    }

    /// The address that stands in the file, if it is one of the family that is wanted.
    fn literal(&self, strategy: &Strategy<'l>) -> Option<IpAddr> {
        let said = self.value(strategy).filter(|_| strategy.kind == Kind::Literal)?;
        let address = said.value.parse().ok();
        address.filter(|address| strategy.family.is_none_or(|family| family == Family::of(*address)))
    }

    fn family(&self, strategy: &Strategy<'l>) -> Family {
        strategy.family.or_else(|| self.literal(strategy).map(Family::of)).unwrap_or(Family::V4)
    }

    fn choose(&self, strategy: &Strategy<'l>, entry: &mut Entry, remarks: &mut Remarks) -> Chosen {
        let family = self.family(strategy);
        let line = strategy.said.map_or(self.line, |said| said.line);
        let value = self.value(strategy);
        if strategy.is_old() {
            let what =
                format!("{} is no word of ddclient's, or an old one, and it may have passed over it", strategy.shown());
            remarks.lost(line, what, "see whether the right address is meant");
        }
        let found = match strategy.kind {
            Kind::Literal => match self.literal(strategy) {
                Some(address) => return Chosen { family, source: address.to_string(), literal: Some(address) },
                None if value.is_some() => Err("what it says is no address".to_owned()),
                None => Err("no address is said".to_owned()),
            },
            Kind::Interface => {
                let usual = if strategy.said.is_some_and(|said| said.word == "use") { "ppp0" } else { "default" };
                let name = value.map_or(usual, |said| said.value.as_str());
                if name.eq_ignore_ascii_case("default") {
                    let what = format!("{} is the default route's interface", strategy.shown());
                    remarks
                        .note(line, format!("{what}, and here the address that packets to the Internet are sent from"));
                }
                interface(name, family)
            }
            Kind::Command => match value {
                Some(said) => command(&said.value, said.word != "cmd"),
                None => Err("no program is said".to_owned()),
            },
            Kind::Page => Err("nsup asks no web page and no router".to_owned()),
        };
        match found {
            Ok(source) => {
                // Of the IPv6 addresses of an interface ddclient takes global ones only, as nsup does.
                if strategy.kind == Kind::Command || family == Family::V4 {
                    let note = "publishes private addresses too; nsup refuses them, unless allow-private = true";
                    remarks.note(line, format!("{} {note}", strategy.shown()));
                }
                if strategy.kind == Kind::Command {
                    let note = "runs its program without a shell, and it must print the address and nothing else";
                    remarks.note(line, format!("{}: nsup {note}", strategy.shown()));
                }
                Chosen { family, source, literal: None }
            }
            Err(why) => given(family, line, &format!("{}: {why}", strategy.shown()), entry, remarks),
        }
    }

    /// Private addresses that stand in the file are meant; those that something else finds out are not let through
    /// because of them.
    fn private(&self, chosen: &[Chosen], entry: &mut Entry, remarks: &mut Remarks) {
        let private =
            chosen.iter().filter_map(|one| one.literal).find_map(|one| special_range(one).map(|range| (one, range)));
        let Some((address, range)) = private else { return };
        if range.may_be_allowed() && chosen.iter().all(|one| one.literal.is_some()) {
            entry.settings.push(("allow-private", "true".to_owned()));
        } else {
            let what = format!("{address} of {} is in {range}, and nsup does not publish it", self.text);
            let hint = match range.may_be_allowed() {
                true => "allow-private = true lets it through, and what else is private too",
                false => "it reaches no other machine: choose another source",
            };
            remarks.lost(self.line, what, hint);
        }
    }
}

impl Strategy<'_> {
    /// Whether a word says details of it.
    pub(super) fn is_of(&self, word: &str) -> bool {
        self.values.contains(&word)
    }

    /// Whether it is said in a word that is for `use=` only.
    fn is_old(&self) -> bool {
        let said = self.said.filter(|said| said.word != "use");
        said.is_some_and(|said| ["ip", "if", "cmd", "web"].contains(&said.value.to_ascii_lowercase().as_str()))
    }

    fn shown(&self) -> String {
        self.said
            .map_or("use=ip, which is the default".to_owned(), |said| format!("{}={}", said.word, said.value.as_str()))
    }
}

/// A strategy of `usev4=` or `usev6=`; `None` where there is to be no address.
fn of_family<'l>(said: &'l Assignment, value: &str, family: Family) -> Option<Strategy<'l>> {
    let v4 = family == Family::V4;
    // The words of old look at those of `use=` too.
    let (kind, values): (_, &'static [&'static str]) = match value {
        "disabled" | "no" => return None,
        "ipv4" | "ipv6" => (Kind::Literal, if v4 { &["ipv4"] } else { &["ipv6"] }),
        "ip" => (Kind::Literal, if v4 { &["ipv4", "ip"] } else { &["ipv6", "ip"] }),
        "ifv4" | "ifv6" => (Kind::Interface, if v4 { &["ifv4"] } else { &["ifv6"] }),
        "if" => (Kind::Interface, if v4 { &["ifv4", "if"] } else { &["ifv6", "if"] }),
        "cmdv4" | "cmdv6" => (Kind::Command, if v4 { &["cmdv4"] } else { &["cmdv6"] }),
        "cmd" => (Kind::Command, if v4 { &["cmdv4", "cmd"] } else { &["cmdv6", "cmd"] }),
        _ => (Kind::Page, if v4 { &["webv4", "fwv4", "fw"] } else { &["webv6", "web", "fwv6"] }),
    };
    Some(Strategy { kind, family: Some(family), said: Some(said), values })
}

/// A strategy of `use=`; `None` where there is to be no address.
fn of_either<'l>(said: &'l Assignment, value: &str) -> Option<Strategy<'l>> {
    let (kind, values): (_, &'static [&'static str]) = match value {
        "disabled" | "no" => return None,
        "ip" => (Kind::Literal, &["ip"]),
        "if" => (Kind::Interface, &["if"]),
        "cmd" => (Kind::Command, &["cmd"]),
        _ => (Kind::Page, &["web", "fw"]),
    };
    Some(Strategy { kind, family: None, said: Some(said), values })
}

/// An interface, or the one that the default route leads over.
fn interface(name: &str, family: Family) -> Result<String, String> {
    if name.eq_ignore_ascii_case("default") {
        return Ok(format!("route:{}", ELSEWHERE[usize::from(family == Family::V6)]));
    }
    if name.contains(':') {
        return Err(format!("{name} is a label of an address, and no interface"));
    }
    let source = format!("interface:{name}");
    Source::parse(&source, family).map_err(|why| why.to_string())?;
    Ok(source)
}

/// A source that publishes nothing until somebody chooses.
fn given(family: Family, line: usize, why: &str, entry: &mut Entry, remarks: &mut Remarks) -> Chosen {
    let word = if family == Family::V4 { "ipv4" } else { "ipv6" };
    let what = format!("{why}; {word} = \"given\" publishes nothing until another source is chosen");
    remarks.lost(line, what, format!("{word} = {OTHERS}"));
    entry.comments.push(format!("line {line}: {why}. Choose a source for {word}:"));
    entry.comments.push(format!("{OTHERS}."));
    Chosen { family, source: "given".to_owned(), literal: None }
}
