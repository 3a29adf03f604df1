//! How the server of a name is reached: whom to ask, with which key, how and for how long.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use toml::de::DeValue;

use crate::dns::Name;
use crate::proto::Transports;

use super::super::server::Server;
use super::fault::Fault;
use super::setting::Setting;
use super::tls::TlsConfig;
use super::tree::{Item, Layers, Table};
use super::value;

/// The words of a primary.
pub(super) const WORDS: &[&str] =
    &["server", "key", "key-name", "zone", "ttl", "transport", "source", "resolver", "timeout"];

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryConfig {
    /// The primary, or several to be tried in turn; none means to find it.
    pub servers: Setting<Vec<Server>>,
    /// The key's file, as a path that can be opened from here.
    pub key: Setting<Option<PathBuf>>,
    /// Which key of the file; `None` is its first.
    pub key_name: Setting<Option<Name>>,
    /// The zone; `None` means to find it.
    pub zone: Setting<Option<Name>>,
    /// The TTL of new records, in seconds; `None` keeps the RRset's own.
    pub ttl: Setting<Option<u32>>,
    /// Which transports may be used.
    pub transports: Setting<Transports>,
    /// How the server proves itself, and we to it, where the transport is TLS.
    pub tls: TlsConfig,
    /// The address to send from.
    pub source: Setting<Option<IpAddr>>,
    /// Whom to ask instead of resolv.conf's.
    pub resolvers: Setting<Vec<SocketAddr>>,
    /// How long one attempt may take.
    pub timeout: Setting<Duration>,
}

/// Whether a host's name is to have a PTR record, and how the reverse zone is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ptr {
    /// None.
    Off,
    /// One, by this primary: what the file does not say of it is as for the name itself, but for the zone, which is found
    /// where the file does not name it.
    On(Box<PrimaryConfig>),
}

/// The words of a reverse zone's primary.
const PTR_WORDS: &[&str] = &["server", "key", "key-name", "zone", "tls-hostname", "tls-pin"];

/// The shortest and the longest time of an attempt.
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

impl PrimaryConfig {
    /// Whether both lead to the same servers with the same key, wherever that is said. A TTL is each record's own.
    pub fn is_same(&self, other: &Self) -> bool {
        self.servers.value == other.servers.value
            && self.key.value == other.key.value
            && self.key_name.value == other.key_name.value
            && self.zone.value == other.zone.value
            && self.transports.value == other.transports.value
            && self.tls.is_same(&other.tls)
            && self.source.value == other.source.value
            && self.resolvers.value == other.resolvers.value
            && self.timeout.value == other.timeout.value
    }

    pub(super) fn read(layers: &Layers<'_>) -> Result<Self, Fault> {
        let transports = layers.setting("transport", value::transports, Transports::TcpFirst)?;
        Ok(Self {
            servers: layers.setting("server", value::servers, Vec::new())?,
            key: layers.setting("key", |item| value::key_file(item).map(Some), None)?,
            key_name: for_key_name(layers).setting("key-name", |item| value::name(item).map(Some), None)?,
            zone: layers.setting("zone", |item| value::name(item).map(Some), None)?,
            ttl: layers.setting("ttl", |item| value::ttl(item).map(Some), None)?,
            tls: TlsConfig::read(layers, transports.value)?,
            transports,
            source: layers.setting("source", |item| value::source(item).map(Some), None)?,
            resolvers: layers.setting("resolver", value::resolvers, Vec::new())?,
            timeout: layers.setting("timeout", |item| value::duration(item, SECOND..=HOUR), Duration::from_secs(20))?,
        })
    }
}

impl Ptr {
    /// Reads `ptr = true` or the table of it, for a name that is reached by `primary`.
    pub(super) fn read(item: &Item<'_>, primary: &PrimaryConfig) -> Result<Self, Fault> {
        let mut reverse = PrimaryConfig { zone: Setting::default_of(None), ..primary.clone() };
        match item.value {
            DeValue::Boolean(false) => return Ok(Self::Off),
            DeValue::Boolean(true) => {}
            _ => overlay(&mut reverse, &item.table("true, false or a table", PTR_WORDS)?)?,
        }
        Ok(Self::On(Box::new(reverse)))
    }
}

/// Puts what a table says of a reverse zone over the primary of the name.
fn overlay(primary: &mut PrimaryConfig, table: &Table<'_>) -> Result<(), Fault> {
    let layers = Layers { own: *table, below: None };
    if table.get("server").is_some() {
        primary.servers = layers.setting("server", value::servers, Vec::new())?;
    }
    if table.get("key").is_some() {
        primary.key = layers.setting("key", |item| value::key_file(item).map(Some), None)?;
    }
    // A key of its own is not looked for under another file's name.
    if table.get("key").is_some() || table.get("key-name").is_some() {
        primary.key_name = layers.setting("key-name", |item| value::name(item).map(Some), None)?;
    }
    primary.zone = layers.setting("zone", |item| reverse_zone(item).map(Some), None)?;
    primary.tls.overlay(table, primary.transports.value)
}

fn reverse_zone(item: &Item<'_>) -> Result<Name, Fault> {
    let zone = value::name(item)?;
    let is_reverse = ["in-addr.arpa", "ip6.arpa"].iter().any(|tree| {
        let tree = Name::parse(tree);
        tree.is_ok_and(|tree| zone.is_in(&tree))
    });
    if is_reverse {
        return Ok(zone);
    }
    let fault = item.fault(format!("{zone} is no zone of addresses: it is neither in in-addr.arpa nor in ip6.arpa"));
    Err(fault.hint("leave it out to have it found"))
}

/// Where the name of a key is looked for: not below a table that has a key of its own, since it would name one of
/// another file.
fn for_key_name<'a>(layers: &Layers<'a>) -> Layers<'a> {
    let has_key = layers.own.get("key").is_some();
    Layers { own: layers.own, below: layers.below.filter(|_| !has_key) }
}
