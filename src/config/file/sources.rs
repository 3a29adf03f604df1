//! `ipv4 =` and `ipv6 =`: where the addresses of a name come from.

use toml::de::DeValue;

use crate::source::{Family, HostPart, Source, SourceError};

use super::fault::{Fault, nearest};
use super::tree::Item;

/// The words before the colon of a source.
const WORDS: &[&str] = &["off", "given", "interface", "hook", "route", "command", "dns"];

/// Reads a source; `None` is `off`.
pub(super) fn source(item: &Item<'_>, family: Family) -> Result<Option<Source>, Fault> {
    if matches!(item.value, DeValue::Table(_)) {
        return prefix(item, family).map(Some);
    }
    let kinds = if family == Family::V4 { "a text" } else { "a text or a table" };
    let text = item.text(kinds)?;
    Source::parse(text, family).map_err(|why| {
        let word = text.split(':').next().unwrap_or_default();
        let fault = item.fault(&why);
        match (&why, nearest(word, WORDS)) {
            // Where the word itself is right, what is behind it is not, and the message says so.
            (SourceError::Unknown(_), Some(near)) if near != word => {
                fault.hint(format!("did you mean \"{near}{}\"?", &text[word.len()..]))
            }
            (SourceError::Unknown(_), None) if !text.contains([':', '.', ' ']) && !text.is_empty() => {
                fault.hint(format!("an interface is written \"interface:{text}\""))
            }
            _ => fault,
        }
    })
}

/// Reads `{ prefix-of = "interface:NAME", host = "::10" }`, or with `mac` instead of `host`.
fn prefix(item: &Item<'_>, family: Family) -> Result<Source, Fault> {
    if family == Family::V4 {
        return Err(Fault::new(item.at, SourceError::PrefixOfIpv4.to_string()));
    }
    let table = item.table("a text or a table", &["prefix-of", "host", "mac"])?;
    let like = "like { prefix-of = \"interface:lan0\", host = \"::10\" }";
    let Some(of) = table.get("prefix-of") else {
        return Err(item.fault("has no prefix-of").hint(like));
    };
    let text = of.text("a text")?;
    let interface = match Source::parse(text, family) {
        Ok(Some(Source::Interface(name))) => name,
        Err(why @ (SourceError::Interface(_) | SourceError::Empty(_))) => return Err(of.fault(why)),
        _ => return Err(of.fault(format!("{text:?} is no interface")).hint(like)),
    };
    let host = match (table.get("host"), table.get("mac")) {
        (Some(host), None) => HostPart::parse_bits(host.text("a text")?).map_err(|why| host.fault(why))?,
        (None, Some(mac)) => HostPart::parse_mac(mac.text("a text")?).map_err(|why| mac.fault(why))?,
        (Some(_), Some(mac)) => return Err(mac.fault("and host exclude each other")),
        (None, None) => return Err(item.fault("has a prefix and neither host nor mac").hint(like)),
    };
    Ok(Source::Prefix(interface, host))
}
