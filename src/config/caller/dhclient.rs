//! dhclient: everything in variables, `reason` first (dhclient-script(8)).

use super::handover::Handover;
use super::{CallerError, Event, Kind};

/// Reads a call of an exit hook.
pub(super) fn read(handover: &Handover<'_>) -> Result<Option<Event>, CallerError> {
    let reason = handover.variable("reason");
    let kind = match reason.as_deref() {
        None => None,
        // TIMEOUT is an old lease that still seems to work.
        Some("BOUND" | "RENEW" | "REBIND" | "REBOOT" | "TIMEOUT") => Some(Kind::Up),
        Some("BOUND6" | "RENEW6" | "REBIND6") => Some(Kind::Up),
        Some("EXPIRE" | "FAIL" | "RELEASE" | "STOP") => Some(Kind::Down),
        Some("EXPIRE6" | "FAIL6" | "RELEASE6" | "STOP6") => Some(Kind::Down),
        // PREINIT, MEDIUM, ARPCHECK, ARPSEND, NBI; DEPREF6, whose address is there until it expires.
        Some(_) => return Ok(None),
    };
    let both = |four: &str, six: &str| [handover.addresses(four), handover.addresses(six)].concat();
    let present = both("new_ip_address", "new_ip6_address");
    let gone = both("old_ip_address", "old_ip6_address");
    handover.event(handover.variable("interface"), handover.kind(kind)?, present, gone)
}
