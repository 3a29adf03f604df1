//! The kinds of values that stand behind keys, each from the file's tree to what holds.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::DeValue;

use crate::dns::{Name, parse_ttl};
use crate::proto::Transports;

use super::super::key_syntax::parse_literal;
use super::super::server::Server;
use super::super::tls;
use super::fault::Fault;
use super::tree::{Item, KEY_HINT};
use super::{credential, show};

/// `true` or `false`.
pub(super) fn boolean(item: &Item<'_>) -> Result<bool, Fault> {
    item.value.as_bool().ok_or_else(|| item.is_no("true or false"))
}

/// A name.
pub(super) fn name(item: &Item<'_>) -> Result<Name, Fault> {
    let text = item.text("a text")?;
    Name::parse(text).map_err(|why| item.fault(format!("{text:?}: {why}")))
}

/// One server or several.
pub(super) fn servers(item: &Item<'_>) -> Result<Vec<Server>, Fault> {
    let parse = |one: &Item<'_>| one.text_of_list()?.parse().map_err(|why| one.fault(why));
    item.one_or_list()?.iter().map(parse).collect()
}

/// One resolver or several, by address: a name would need a resolver.
pub(super) fn resolvers(item: &Item<'_>) -> Result<Vec<SocketAddr>, Fault> {
    let parse = |one: &Item<'_>| {
        let text = one.text_of_list()?;
        match text.parse() {
            Ok(Server::Address(address, port)) => Ok(SocketAddr::new(address, port.unwrap_or(53))),
            _ => Err(one.fault(format!("{text:?}: an address is needed, with a port or without"))),
        }
    };
    item.one_or_list()?.iter().map(parse).collect()
}

/// The address to send from.
pub(super) fn source(item: &Item<'_>) -> Result<IpAddr, Fault> {
    let text = item.text("a text")?;
    text.parse().map_err(|_| {
        let fault = item.fault(format!("{text:?} is no address to send from"));
        fault.hint("where the addresses of a name come from is what ipv4 and ipv6 say")
    })
}

/// Which transports may be used.
pub(super) fn transports(item: &Item<'_>) -> Result<Transports, Fault> {
    match item.text("a text")? {
        "tcp" => Ok(Transports::Tcp),
        "udp" => Ok(Transports::Udp),
        "tls" if tls::IS_BUILT => Ok(Transports::Tls),
        "tls" => Err(item.fault("is \"tls\", and this nsup was built without TLS")),
        other => {
            let fault = item.fault(format!("{other:?} is none of tcp, udp and tls"));
            Err(fault.hint("leave it out for TCP, and UDP where TCP cannot connect"))
        }
    }
}

/// A TTL in seconds or with units.
pub(super) fn ttl(item: &Item<'_>) -> Result<u32, Fault> {
    let (text, shown) = match item.value {
        DeValue::Integer(_) => (integer(item)?.to_string(), integer(item)?.to_string()),
        _ => {
            let text = item.text("an integer or a text")?;
            (text.to_owned(), format!("{text:?}"))
        }
    };
    parse_ttl(&text).map_err(|why| item.fault(format!("{shown}: {why}")))
}

/// A time in seconds or with units, within limits.
pub(super) fn duration(item: &Item<'_>, limits: RangeInclusive<Duration>) -> Result<Duration, Fault> {
    let (read, shown) = match item.value {
        DeValue::Integer(_) => {
            let seconds = integer(item)?;
            (u64::try_from(seconds).ok().map(Duration::from_secs), seconds.to_string())
        }
        _ => {
            let text = item.text("an integer or a text")?;
            let read = humantime::parse_duration(text);
            let no_time = |_| item.fault(format!("{text:?} is no time: a number of seconds, or like \"1m 30s\""));
            (Some(read.map_err(no_time)?), format!("{text:?}"))
        }
    };
    read.filter(|time| limits.contains(time)).ok_or_else(|| {
        let [least, most] = [limits.start(), limits.end()].map(|limit| show::duration(*limit));
        item.fault(format!("can be {least} to {most}, not {shown}"))
    })
}

/// The file of a key. No message repeats a text that is a key itself.
pub(super) fn key_file(item: &Item<'_>) -> Result<PathBuf, Fault> {
    let text = item.text("a text").map_err(|fault| fault.hint(KEY_HINT))?;
    let is_path = text.starts_with(['/', '.']) || text.starts_with("credential:");
    if !is_path && (text.to_lowercase().starts_with("hmac-") || parse_literal(text).is_ok()) {
        return Err(item.fault("is the name of a file, and this is a key").hint(KEY_HINT));
    }
    file(item)
}

/// A file: below the folder of nsup.toml, by its absolute path, or a credential.
pub(super) fn file(item: &Item<'_>) -> Result<PathBuf, Fault> {
    let text = item.text_of_list()?;
    match credential::file(text, item.document.credentials) {
        Some(found) => found.map_err(|why| item.fault(why).hint(credential::HINT)),
        None => Ok(item.document.folder.join(text)),
    }
}

/// One file or several.
pub(super) fn files(item: &Item<'_>) -> Result<Vec<PathBuf>, Fault> {
    item.one_or_list()?.iter().map(file).collect()
}

/// A path that does not depend on where nsup is started.
pub(super) fn absolute(item: &Item<'_>) -> Result<PathBuf, Fault> {
    let path = Path::new(item.text("a text")?);
    if path.is_absolute() {
        Ok(path.to_owned())
    } else {
        Err(item.fault(format!("{:?} is no absolute path", path.to_string_lossy())))
    }
}

/// A text.
pub(super) fn text(item: &Item<'_>) -> Result<String, Fault> {
    item.text("a text").map(str::to_owned)
}

fn integer(item: &Item<'_>) -> Result<i64, Fault> {
    let digits = item.value.as_integer().ok_or_else(|| item.is_no("an integer"))?;
    i64::from_str_radix(digits.as_str(), digits.radix()).map_err(|_| item.fault("is too large"))
}
