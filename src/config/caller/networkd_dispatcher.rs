//! networkd-dispatcher: everything in variables (networkd-dispatcher(8)). It tells changes of state, so an address that
//! is replaced by another while the interface stays routable is not told.

use super::handover::Handover;
use super::{CallerError, Event, Kind};

/// Reads a call.
pub(super) fn read(handover: &Handover<'_>) -> Result<Option<Event>, CallerError> {
    let state = handover.variable("STATE");
    // STATE is the directory that the hook is in. What the interface is capable of is the operational state, and when
    // `configured` is told it need not be `routable` yet.
    let operational = handover.variable("OperationalState").or_else(|| state.clone());
    let kind = match (state.as_deref(), operational.as_deref()) {
        (None, None) => None,
        (_, Some("routable" | "configured")) => Some(Kind::Up),
        // Nothing is configured while there is no address that others could use.
        (Some("configured"), _) => return Ok(None),
        // `degraded` is left with link-local addresses only.
        (_, Some("degraded" | "off" | "no-carrier" | "dormant" | "missing")) => Some(Kind::Down),
        // carrier, degraded-carrier, enslaved; pending, initialized, configuring, unmanaged, failed, linger.
        _ => return Ok(None),
    };
    let interface = handover.variable("IFACE");
    if interface.as_deref() == Some("lo") {
        return Ok(None);
    }
    // All of IPv4, all of IPv6, and the first of either.
    let present = ["IP_ADDRS", "IP6_ADDRS", "ADDR"].map(|name| handover.addresses(name)).concat();
    handover.event(interface, handover.kind(kind)?, present, Vec::new())
}
