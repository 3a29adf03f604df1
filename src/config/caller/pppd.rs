//! pppd: interface, device, speed, local address, remote address and ipparam as arguments; the same in variables, which
//! are pppd's own, or Debian's in the directories that its ip-up runs. Which of ip-up and ip-down it is, nothing tells.

use super::handover::{Handover, address};
use super::{CallerError, Event};

/// Reads a call of ip-up, ip-down, ipv6-up or ipv6-down. Those of IPv6 hand link-local addresses only, so no address
/// is known from them: the router tells the others later.
pub(super) fn read(handover: &Handover<'_>) -> Result<Option<Event>, CallerError> {
    let kind = handover.kind(None)?;
    let either = |number: usize, names: [&str; 2]| {
        let variable = || names.into_iter().find_map(|name| handover.variable(name));
        handover.argument(number).or_else(variable)
    };
    let local = either(4, ["PPP_LOCAL", "IPLOCAL"]);
    let present = local.as_deref().and_then(address).into_iter().collect();
    // Set when a link that is dialled on demand got another address than the one it waited with.
    let gone = handover.addresses("OLDIPLOCAL");
    let event = handover.event(either(1, ["PPP_IFACE", "IFNAME"]), kind, present, gone)?;
    // Debian's wrapper gives a sixth argument always, empty where pppd has none.
    let ipparam = handover.argument(6).or_else(|| handover.variable("PPP_IPPARAM"));
    Ok(event.map(|event| Event { ipparam, ..event }))
}
