//! dhcpcd: everything in variables, `reason` first (dhcpcd-run-hooks(8)).

use std::net::IpAddr;

use super::handover::Handover;
use super::{CallerError, Event, Kind};

/// How many associations and routers are looked for.
const MANY: usize = 16;

/// Reads a call of a hook.
pub(super) fn read(handover: &Handover<'_>) -> Result<Option<Event>, CallerError> {
    let reason = handover.variable("reason");
    let kind = match reason.as_deref() {
        None => None,
        // TIMEOUT is an old lease that still seems to work.
        Some("BOUND" | "RENEW" | "REBIND" | "REBOOT" | "INFORM" | "STATIC" | "TIMEOUT") => Some(Kind::Up),
        Some("BOUND6" | "RENEW6" | "REBIND6" | "REBOOT6" | "INFORM6" | "STATIC6" | "TIMEOUT6") => Some(Kind::Up),
        // Also told when an advertisement has expired; what was had from it is not.
        Some("DELEGATED6" | "ROUTERADVERT") => Some(Kind::Up),
        Some("EXPIRE" | "RELEASE" | "STOP" | "FAIL" | "NAK") => Some(Kind::Down),
        Some("EXPIRE6" | "RELEASE6" | "STOP6" | "FAIL6") => Some(Kind::Down),
        Some("NOCARRIER" | "DEPARTED" | "STOPPED") => Some(Kind::Down),
        // PREINIT, CARRIER, NOCARRIER_ROAMING, RECONFIGURE, 3RDPARTY, TEST, UNKNOWN; and IPV4LL, which is link-local.
        Some(_) => return Ok(None),
    };
    let mut present = of_lease(handover, "new");
    present.extend(advertised(handover));
    handover.event(handover.variable("interface"), handover.kind(kind)?, present, of_lease(handover, "old"))
}

/// The addresses of a lease, `new` or `old`.
fn of_lease(handover: &Handover<'_>, which: &str) -> Vec<IpAddr> {
    let mut found = handover.addresses(&format!("{which}_ip_address"));
    found.extend(handover.addresses(&format!("{which}_ip6_address")));
    for association in ["ia_na", "ia_ta"] {
        for number in 1..=MANY {
            let name = |address| format!("{which}_dhcp6_{association}{number}_ia_addr{address}");
            found.extend(handover.numbered(1, &name));
        }
    }
    // What it took for this interface out of the prefixes that were delegated to another.
    found.extend(handover.addresses(&format!("{which}_delegated_dhcp6_prefix")));
    found
}

/// The addresses that it made from router advertisements.
fn advertised(handover: &Handover<'_>) -> Vec<IpAddr> {
    let of = |router| handover.numbered(1, &move |address| format!("nd{router}_addr{address}"));
    (1..=MANY).flat_map(of).collect()
}
