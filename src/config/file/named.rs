//! A name that is to be kept on its addresses: one `[[name]]` over the defaults at the top.

use std::time::Duration;

use crate::dns::Name;
use crate::source::{Family, Source};

use super::actions::{self, Occasion, OnDown};
use super::fault::Fault;
use super::primary::{PrimaryConfig, Ptr};
use super::setting::{Origin, Setting};
use super::sources::source;
use super::tree::{Layers, Table};
use super::value;

/// The words of a name besides those of its primary.
pub(super) const WORDS: &[&str] = &[
    "ipv4",
    "ipv6",
    "allow-private",
    "wait-for-address",
    "on-down",
    "on-change",
    "on-change-events",
    "ptr",
    "ipparam",
];

/// A name and what is to be done for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedConfig {
    /// The name: a host's, below its zone.
    pub name: Name,
    /// The line of its `[[name]]`, from 1.
    pub line: u32,
    /// How its server is reached.
    pub primary: PrimaryConfig,
    /// Where its IPv4 address comes from; `None` is `off`. One family at least has a source.
    pub ipv4: Setting<Option<Source>>,
    /// Where its IPv6 address comes from; `None` is `off`.
    pub ipv6: Setting<Option<Source>>,
    /// Whether an address that others cannot reach may be published.
    pub allow_private: Setting<bool>,
    /// How long a hook waits for an address that has not arrived yet: up to ten minutes.
    pub wait_for_address: Setting<Duration>,
    /// What becomes of it when its address has gone away. There is a source for each family to fall back in.
    pub on_down: Setting<OnDown>,
    /// The program that runs after a run, by its absolute path, and its arguments; empty for none.
    pub on_change: Setting<Vec<String>>,
    /// After which events it runs.
    pub on_change_events: Setting<Vec<Occasion>>,
    /// Whether, and by which primary, the address gets a PTR record.
    pub ptr: Setting<Ptr>,
    /// pppd's hook concerns it only with this `ipparam`.
    pub ipparam: Setting<Option<String>>,
}

/// The longest time to wait for an address.
const TEN_MINUTES: Duration = Duration::from_secs(600);

impl NamedConfig {
    /// Where its address of a family comes from.
    pub fn source(&self, family: Family) -> Option<&Source> {
        let source = if family == Family::V4 { &self.ipv4 } else { &self.ipv6 };
        source.value.as_ref()
    }

    /// Reads a `[[name]]`, over the top of the file.
    pub(super) fn read(own: Table<'_>, top: Table<'_>, line: u32) -> Result<Self, Fault> {
        let layers = Layers { own, below: Some(top) };
        let Some(item) = own.get("name") else {
            return Err(Fault::new(own.at, "this [[name]] has no name").hint("name = \"host.example.org\""));
        };
        let name = value::name(&item)?;
        if !name.is_host_name() || name.is_root() {
            let fault = item.fault(format!("{name} is no name of a host"));
            return Err(fault.hint("letters, digits and hyphens between the dots, no hyphen at either end"));
        }
        let config = Self::read_settings(name, line, &layers)?;
        let Self { name, primary, .. } = &config;
        if let Setting { value: Some(zone), origin } = &primary.zone
            && !name.is_in(zone)
        {
            let fault = item.fault(format!("{name} is not in the zone {zone} of {origin}"));
            return Err(fault.hint("a zone holds its own name and all below it; leave zone out to have it found"));
        }
        if [Family::V4, Family::V6].iter().all(|family| config.source(*family).is_none()) {
            let fault = Fault::new(own.at, format!("{name} has neither ipv4 nor ipv6"));
            return Err(fault.hint("ipv4 = \"interface:NAME\" says where its address comes from"));
        }
        config.check_fall_back(&layers)?;
        Ok(config)
    }

    /// Reads the top of the file as if it were a name's, so that its faults are found with no name in the file too.
    pub(super) fn read_top(top: Table<'_>) -> Result<Self, Fault> {
        Self::read_settings(Name::root(), 0, &Layers { own: top, below: None })
    }

    fn read_settings(name: Name, line: u32, layers: &Layers<'_>) -> Result<Self, Fault> {
        let primary = PrimaryConfig::read(layers)?;
        Ok(Self {
            ipv4: layers.setting("ipv4", |item| source(item, Family::V4), None)?,
            ipv6: layers.setting("ipv6", |item| source(item, Family::V6), None)?,
            allow_private: layers.setting("allow-private", value::boolean, false)?,
            wait_for_address: layers.setting(
                "wait-for-address",
                |item| value::duration(item, Duration::ZERO..=TEN_MINUTES),
                Duration::from_secs(30),
            )?,
            on_down: layers.setting("on-down", OnDown::read, OnDown::Keep)?,
            on_change: layers.setting("on-change", actions::program, Vec::new())?,
            on_change_events: layers.setting("on-change-events", actions::events, vec![Occasion::Changed])?,
            ptr: layers.setting("ptr", |item| Ptr::read(item, &primary), Ptr::Off)?,
            ipparam: layers.setting("ipparam", |item| value::text(item).map(Some), None)?,
            name,
            line,
            primary,
        })
    }

    /// An address of a family that the name does not have would never be used.
    fn check_fall_back(&self, layers: &Layers<'_>) -> Result<(), Fault> {
        for (family, word) in [(Family::V4, "ipv4"), (Family::V6, "ipv6")] {
            if self.on_down.value.fall_back(family).is_none() || self.source(family).is_some() {
                continue;
            }
            let item = layers.own.get("on-down");
            let at = item.map_or(layers.own.at, |item| item.at);
            let of = match self.on_down.origin {
                Origin::Line(line) if item.is_none() => format!("on-down of line {line}"),
                _ => "on-down".to_owned(),
            };
            let fault = Fault::new(at, format!("{of} has an {family} address, and {} has no {word}", self.name));
            return Err(fault.hint("an address to fall back to is for a family that has a source"));
        }
        Ok(())
    }
}
