//! ifup and ifdown: everything in variables (interfaces(5)), once for each family. An address is told where it is in
//! /etc/network/interfaces, and not where DHCP gave it.

use super::handover::Handover;
use super::{CallerError, Event, Kind};

/// Reads a call from if-up.d, or from if-down.d, where the interface still has its addresses.
pub(super) fn read(handover: &Handover<'_>) -> Result<Option<Event>, CallerError> {
    let (mode, phase) = (handover.variable("MODE"), handover.variable("PHASE"));
    let kind = match (mode.as_deref(), phase.as_deref()) {
        (Some("start"), Some("pre-up")) => return Ok(None),
        (Some("start"), _) => Some(Kind::Up),
        (Some("stop"), _) => Some(Kind::Down),
        _ => None,
    };
    let named = handover.variable("IFACE");
    // Before and after all of them, and the loopback interface.
    if named.as_deref().is_some_and(|name| ["--all", "lo"].contains(&name)) {
        return Ok(None);
    }
    let kind = handover.kind(kind)?;
    let address = handover.addresses("IF_ADDRESS");
    match named.as_deref().and_then(|name| name.split_once(':')) {
        // A further address of an interface that stays up when this one goes.
        Some((of, _)) if kind == Kind::Down => handover.event(Some(of.to_owned()), Kind::Up, Vec::new(), address),
        Some((of, _)) => handover.event(Some(of.to_owned()), Kind::Up, address, Vec::new()),
        None => handover.event(named, kind, address, Vec::new()),
    }
}
