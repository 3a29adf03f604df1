//! What a call comes to, and its form on disk and between processes.

use std::fmt;
use std::net::IpAddr;

use serde_json::{Value, json};

use super::Caller;
use super::handover::{address, interface};

/// An interface went up or down, or its addresses changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Who says so.
    pub caller: Caller,
    /// The interface as the kernel calls it: 1 to 15 octets, fit to be a part of a file's name.
    pub interface: String,
    /// What pppd was told to hand on (`ipparam`, pppd(8)).
    pub ipparam: Option<String>,
    /// What happened.
    pub kind: Kind,
    /// The addresses that the caller says are the interface's own now: none that is link-local, none twice, and none at
    /// all on [`Kind::Down`]. Not every caller hands all of them, and some hand none.
    pub handed: Vec<IpAddr>,
    /// The addresses that the caller says are going, gone or replaced. Not every caller says.
    pub lost: Vec<IpAddr>,
}

/// What happened to the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is up, or its addresses changed while it is.
    Up,
    /// It has gone down or its addresses ran out, or both are about to happen: some callers speak before the kernel
    /// has taken the addresses away.
    Down,
}

impl Event {
    /// Whether all addresses of the interface go, those too that the kernel still shows: so it is when a whole interface
    /// is taken down, which these callers tell beforehand, or when its carrier is lost. The others tell of one lease or
    /// one family, after the kernel: what the interface still has then, but for [`Event::lost`], stays.
    pub fn empties_interface(&self) -> bool {
        let whole = [Caller::NetworkManager, Caller::Ifupdown, Caller::NetworkdDispatcher].contains(&self.caller);
        self.kind == Kind::Down && whole
    }

    /// One line of JSON, without an end of line.
    pub fn to_json(&self) -> String {
        let texts = |addresses: &[IpAddr]| addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>();
        let object = json!({
            "caller": self.caller.to_string(),
            "interface": self.interface,
            "ipparam": self.ipparam,
            "kind": self.kind.to_string(),
            "handed": texts(&self.handed),
            "lost": texts(&self.lost),
        });
        object.to_string()
    }

    /// Reads what [`Event::to_json`] wrote; `None` if it did not. Members that are not known are let pass.
    pub fn from_json(text: &str) -> Option<Self> {
        let object: Value = serde_json::from_str(text).ok()?;
        let member = |name: &str| object.get(name);
        Some(Self {
            caller: member("caller")?.as_str()?.parse().ok()?,
            interface: interface(member("interface")?.as_str()?)?,
            ipparam: match member("ipparam")? {
                Value::Null => None,
                value => Some(value.as_str()?.to_owned()),
            },
            kind: match member("kind")?.as_str()? {
                "up" => Kind::Up,
                "down" => Kind::Down,
                _ => return None,
            },
            handed: addresses(member("handed")?)?,
            lost: addresses(member("lost")?)?,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(if *self == Self::Up { "up" } else { "down" })
    }
}

fn addresses(value: &Value) -> Option<Vec<IpAddr>> {
    value.as_array()?.iter().map(|text| address(text.as_str()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            caller: Caller::Pppd,
            interface: "ppp0".to_owned(),
            ipparam: Some("\"provider\"\nof the \u{e9}t\u{e9}".to_owned()),
            kind: Kind::Up,
            handed: vec!["203.0.113.10".parse().unwrap(), "2001:db8::10".parse().unwrap()],
            lost: vec!["203.0.113.9".parse().unwrap()],
        }
    }

    #[test]
    fn an_event_is_one_line_and_is_read_as_it_was_written() {
        let bare = Event { ipparam: None, kind: Kind::Down, handed: Vec::new(), ..event() };
        for event in [event(), bare] {
            let text = event.to_json();
            assert!(!text.contains('\n'), "{text}");
            assert_eq!(Event::from_json(&text), Some(event));
        }
    }

    #[test]
    fn a_member_that_is_new_is_let_pass() {
        let text = event().to_json().replacen('{', "{\"later\":[1],", 1);
        assert_eq!(Event::from_json(&text), Some(event()));
    }

    #[test]
    fn what_is_no_event_is_read_as_none_wherever_it_is_cut_or_changed() {
        let text = event().to_json();
        for length in (0..text.len()).filter(|length| text.is_char_boundary(*length)) {
            assert_eq!(Event::from_json(&text[..length]), None, "{length}");
        }
        for (from, to) in [
            ("pppd", "popd"),
            ("ppp0", "../../etc"),
            ("ppp0", ""),
            ("ppp0", ".."),
            ("\"up\"", "\"UP\""),
            ("\"up\"", "1"),
            ("203.0.113.10", "203.0.113.256"),
            ("2001:db8::10", "fe80::1"),
            ("[\"203.0.113.9\"]", "\"203.0.113.9\""),
            ("\"lost\"", "\"gone\""),
        ] {
            let text = text.replace(from, to);
            assert_eq!(Event::from_json(&text), None, "{text}");
        }
        for text in ["", "null", "[]", "{}", "7", "\"up\""] {
            assert_eq!(Event::from_json(text), None, "{text}");
        }
    }
}
