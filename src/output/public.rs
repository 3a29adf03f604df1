//! What the servers that the world asks serve.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};

use super::Printer;
use super::explain::Message;

/// A server that the world asks.
#[derive(Debug, Clone, Default)]
pub struct Public {
    /// Where; `None` for a host that no address was found for.
    pub address: Option<SocketAddr>,
    /// The names that lead there.
    pub hosts: Vec<String>,
    /// The serial of the zone that it serves, where it was asked.
    pub serial: Option<u32>,
    /// Whether it serves what is wanted.
    pub serves: bool,
    /// After what time, where that was waited for.
    pub after: Option<Duration>,
    /// What it says instead.
    pub instead: Option<String>,
}

/// What came of waiting for public servers.
#[derive(Debug, Clone, Default)]
pub struct Waited {
    /// The servers.
    pub servers: Vec<Public>,
    /// Why that was not all.
    pub failure: Option<Message>,
}

/// Tells of a server that serves what is wanted.
pub fn published(printer: Printer, public: &Public) {
    if let (Some(after), false) = (public.after, printer.json || printer.quiet) {
        let serial = public.serial.map(|serial| format!(" serial {serial},")).unwrap_or_default();
        printer.data(&[format!("published: {},{serial} after {:.1} s", public.label(), after.as_secs_f32())]);
    }
}

/// Tells of the servers that do not, and what that means.
pub fn unpublished(printer: Printer, waited: &Waited) {
    for public in &waited.servers {
        if let Some(instead) = &public.instead {
            printer.say(&format!("{}: {instead}", public.label()));
        }
    }
    if let Some(failure) = &waited.failure {
        printer.message(failure);
    }
}

impl Public {
    /// A host that no address was found for, and why.
    pub fn lost(host: String, why: String) -> Self {
        Self { hosts: vec![host], instead: Some(why), ..Self::default() }
    }

    /// How it is called: its address with its names.
    pub fn label(&self) -> String {
        let hosts = self.hosts.join(", ");
        match self.address {
            Some(address) if hosts.is_empty() => address.to_string(),
            Some(address) => format!("{address} ({hosts})"),
            None => hosts,
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let Self { address, hosts, serial, serves, after, instead } = self;
        json!({
            "address": address.map(|address| address.to_string()),
            "hosts": hosts,
            "serial": serial,
            "serves": serves,
            "seconds": after.map(|after| after.as_millis() as f64 / 1000.0),
            "instead": instead,
        })
    }
}
