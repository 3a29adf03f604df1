//! NetworkManager's dispatcher: interface and action as arguments, the rest in variables (NetworkManager-dispatcher(8)).

use std::net::IpAddr;

use super::handover::Handover;
use super::{CallerError, Event, Kind};

/// Reads a call of the dispatcher.
///
/// While a device goes down its addresses are not told any more: the variables are those of a device that is active.
pub(super) fn read(handover: &Handover<'_>) -> Result<Option<Event>, CallerError> {
    let vpn = handover.variable("VPN_IP_IFACE");
    let action = handover.argument(2).or_else(|| handover.variable("NM_DISPATCHER_ACTION"));
    let kind = match (action.as_deref(), &vpn) {
        (None, _) => None,
        (Some("up" | "dhcp4-change" | "dhcp6-change" | "reapply" | "vpn-up"), _) => Some(Kind::Up),
        // A VPN without an interface of its own leaves that of the device up.
        (Some("vpn-down" | "vpn-pre-down"), None) => Some(Kind::Up),
        (Some("down" | "pre-down" | "vpn-down" | "vpn-pre-down"), _) => Some(Kind::Down),
        // pre-up and vpn-pre-up, where nothing is settled; hostname, connectivity-change and dns-change, which are
        // about no interface; device-add and device-delete.
        (Some(_), _) => return Ok(None),
    };
    // That of a VPN is told beside its device's.
    let (interface, present) = match vpn {
        Some(interface) => (Some(interface), addresses(handover, "VPN_")),
        None => {
            let named = handover.variable("DEVICE_IP_IFACE").or_else(|| handover.argument(1));
            let leased = ["DHCP4_IP_ADDRESS", "DHCP6_IP6_ADDRESS"].map(|name| handover.addresses(name));
            (named, [addresses(handover, ""), leased.concat()].concat())
        }
    };
    if interface.as_deref() == Some("lo") {
        return Ok(None);
    }
    handover.event(interface, handover.kind(kind)?, present, Vec::new())
}

/// `IP4_ADDRESS_0` and those behind it: "address/length gateway".
fn addresses(handover: &Handover<'_>, of: &str) -> Vec<IpAddr> {
    let family = |digit| handover.numbered(0, &move |number| format!("{of}IP{digit}_ADDRESS_{number}"));
    [family(4), family(6)].concat()
}
