//! How each caller runs its file and what it hands over, as recorded from pppd 2.4.9 and Debian 12's packages, and as
//! the scripts and manuals of the others say.

/// How a file is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By run-parts, with every other file of its directory.
    RunParts,
    /// As a program of its own.
    Executed,
    /// Into the caller's shell.
    Sourced,
}

/// One call.
#[derive(Debug)]
pub struct Call {
    /// Who calls, and of what occasion.
    pub caller: &'static str,
    /// Which file of contrib/.
    pub file: &'static str,
    /// How.
    pub how: How,
    /// The arguments.
    pub words: &'static [&'static str],
    /// The whole environment.
    pub variables: &'static [&'static str],
    /// What nsup is to make of it: `up INTERFACE +HANDED -LOST`.
    pub event: &'static str,
    /// Whether the interface still has its address when the caller says that it is down.
    pub before: bool,
}

/// What pppd itself sets: neither PATH nor HOME.
macro_rules! pppd {
    ($($more:literal),*) => {
        &[
            "DEVICE=/dev/ttyS0", "IFNAME=ppp0", "IPLOCAL=203.0.113.10", "IPREMOTE=198.51.100.1", "PEERNAME=isp",
            "SPEED=115200", "ORIG_UID=0", "PPPLOGNAME=root", "PPPD_PID=321", "UNIT=0", "LLLOCAL=fe80::1",
            "LLREMOTE=fe80::2", "MACREMOTE=02:00:00:00:00:01", "DNS1=198.51.100.1", "USEPEERDNS=1", $($more),*
        ]
    };
}

/// The same as Debian's ip-up passes it on.
macro_rules! debian {
    ($local:literal, $remote:literal) => {
        pppd![
            "PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin",
            "PPP_IFACE=ppp0",
            "PPP_TTY=/dev/ttyS0",
            "PPP_SPEED=115200",
            $local,
            $remote,
            "PPP_IPPARAM=",
            "PPP_TTYNAME=ttyS0"
        ]
    };
}

const DEBIAN4: &[&str] = debian!["PPP_LOCAL=203.0.113.10", "PPP_REMOTE=198.51.100.1"];
const DEBIAN6: &[&str] = debian!["PPP_LOCAL=fe80::1", "PPP_REMOTE=fe80::2"];

/// Six arguments always: Debian's ip-up gives an empty one where there is no ipparam.
const SIX: &[&str] = &["ppp0", "/dev/ttyS0", "115200", "203.0.113.10", "198.51.100.1", ""];
const SIX6: &[&str] = &["ppp0", "/dev/ttyS0", "115200", "fe80::1", "fe80::2", ""];
/// pppd leaves the last one out.
const FIVE: &[&str] = &["ppp0", "/dev/ttyS0", "115200", "203.0.113.10", "198.51.100.1"];
const CABLE: &[&str] = &["ppp0", "/dev/ttyS0", "115200", "203.0.113.10", "198.51.100.1", "cable"];

/// The environment of NetworkManager's dispatcher for a device that is active.
macro_rules! network_manager {
    ($($more:literal),*) => {
        &[
            "CONNECTION_UUID=3fd2a33a-d81b-423f-ae99-e6baba742311", "CONNECTION_ID=Wired connection 1",
            "CONNECTION_DBUS_PATH=/org/freedesktop/NetworkManager/Connections/5", "DEVICE_IFACE=eth9",
            "DEVICE_IP_IFACE=eth9", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", $($more),*
        ]
    };
}

macro_rules! ifupdown {
    ($($more:literal),*) => {
        &[
            "IFACE=eth9", "LOGICAL=eth9", "ADDRFAM=inet", "METHOD=static", "CLASS=", "VERBOSITY=0",
            "IF_ADDRESS=203.0.113.10/24", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", $($more),*
        ]
    };
}

macro_rules! networkd {
    ($($more:literal),*) => {
        &[
            "IFACE=eth9", "AdministrativeState=configured", "ESSID=", "ADDR=203.0.113.10", "IP_ADDRS=203.0.113.10",
            "IP6_ADDRS=", "json={\"State\": \"routable (configured)\"}",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", $($more),*
        ]
    };
}

/// The calls, those of one caller in their order: up, then down.
pub const CALLS: &[Call] = &[
    call("pppd in Debian", "ppp/ip-up.d/50nsup", How::RunParts, SIX, DEBIAN4, "up ppp0 +203.0.113.10"),
    call("pppd in Debian", "ppp/ip-down.d/50nsup", How::RunParts, SIX, DEBIAN4, "down ppp0 -203.0.113.10"),
    call("pppd in Debian, IPv6", "ppp/ipv6-up.d/50nsup", How::RunParts, SIX6, DEBIAN6, "up ppp0"),
    call("pppd in Debian, IPv6", "ppp/ipv6-down.d/50nsup", How::RunParts, SIX6, DEBIAN6, "down ppp0"),
    call("pppd itself", "ppp/ip-up.d/50nsup", How::Executed, FIVE, pppd![], "up ppp0 +203.0.113.10"),
    call(
        "pppd itself",
        "ppp/ip-down.d/50nsup",
        How::Executed,
        FIVE,
        pppd!["CONNECT_TIME=9", "BYTES_SENT=99", "BYTES_RCVD=99"],
        "down ppp0 -203.0.113.10",
    ),
    call(
        "pppd with ipparam, on demand",
        "ppp/ip-up.d/50nsup",
        How::Executed,
        CABLE,
        pppd!["OLDIPLOCAL=10.64.64.64", "OLDIPREMOTE=10.112.112.112"],
        "up ppp0 (cable) +203.0.113.10 -10.64.64.64",
    ),
    call(
        "dhclient",
        "dhcp/dhclient-exit-hooks.d/nsup",
        How::Sourced,
        &[],
        &[
            "PATH=/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin",
            "reason=BOUND",
            "interface=eth9",
            "pid=321",
            "new_ip_address=203.0.113.10",
            "new_subnet_mask=255.255.255.0",
            "new_routers=203.0.113.1",
            "new_domain_name=it's home",
        ],
        "up eth9 +203.0.113.10",
    ),
    call(
        "dhclient",
        "dhcp/dhclient-exit-hooks.d/nsup",
        How::Sourced,
        &[],
        &[
            "PATH=/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin",
            "reason=EXPIRE",
            "interface=eth9",
            "pid=321",
            "old_ip_address=203.0.113.10",
            "old_subnet_mask=255.255.255.0",
        ],
        "down eth9 -203.0.113.10",
    ),
    call(
        "dhcpcd",
        "dhcpcd/dhcpcd-hooks/60-nsup",
        How::Sourced,
        &[],
        &[
            "PATH=/usr/bin:/usr/sbin:/bin:/sbin",
            "pid=321",
            "reason=BOUND",
            "interface=eth9",
            "protocol=dhcp",
            "if_up=true",
            "if_down=false",
            "new_ip_address=203.0.113.10",
            "new_subnet_cidr=24",
        ],
        "up eth9 +203.0.113.10",
    ),
    call(
        "dhcpcd",
        "dhcpcd/dhcpcd-hooks/60-nsup",
        How::Sourced,
        &[],
        &[
            "PATH=/usr/bin:/usr/sbin:/bin:/sbin",
            "pid=321",
            "reason=EXPIRE",
            "interface=eth9",
            "protocol=dhcp",
            "if_up=false",
            "if_down=true",
            "old_ip_address=203.0.113.10",
        ],
        "down eth9 -203.0.113.10",
    ),
    call(
        "NetworkManager",
        "NetworkManager/dispatcher.d/50nsup",
        How::Executed,
        &["eth9", "up"],
        network_manager![
            "NM_DISPATCHER_ACTION=up",
            "IP4_ADDRESS_0=203.0.113.10/24 203.0.113.1",
            "IP4_NUM_ADDRESSES=1",
            "IP4_GATEWAY=203.0.113.1",
            "DHCP4_IP_ADDRESS=203.0.113.10"
        ],
        "up eth9 +203.0.113.10",
    ),
    call(
        "NetworkManager",
        "NetworkManager/dispatcher.d/50nsup",
        How::Executed,
        &["eth9", "down"],
        network_manager!["NM_DISPATCHER_ACTION=down"],
        "down eth9",
    ),
    call(
        "NetworkManager beforehand",
        "NetworkManager/dispatcher.d/50nsup",
        How::Executed,
        &["eth9", "dhcp4-change"],
        network_manager!["NM_DISPATCHER_ACTION=dhcp4-change", "DHCP4_IP_ADDRESS=203.0.113.10"],
        "up eth9 +203.0.113.10",
    ),
    beforehand(call(
        "NetworkManager beforehand",
        "NetworkManager/dispatcher.d/pre-down.d/50nsup",
        How::Executed,
        &["eth9", "pre-down"],
        network_manager!["NM_DISPATCHER_ACTION=pre-down"],
        "down eth9",
    )),
    call(
        "ifupdown",
        "network/if-up.d/nsup",
        How::RunParts,
        &[],
        ifupdown!["MODE=start", "PHASE=post-up"],
        "up eth9 +203.0.113.10",
    ),
    beforehand(call(
        "ifupdown",
        "network/if-down.d/nsup",
        How::RunParts,
        &[],
        ifupdown!["MODE=stop", "PHASE=pre-down"],
        "down eth9 -203.0.113.10",
    )),
    networkd_call(
        "networkd-dispatcher/routable.d/50nsup",
        networkd!["STATE=routable", "OperationalState=routable"],
        "up eth9 +203.0.113.10",
    ),
    networkd_call(
        "networkd-dispatcher/configured.d/50nsup",
        networkd!["STATE=configured", "OperationalState=routable"],
        "up eth9 +203.0.113.10",
    ),
    beforehand(networkd_call(
        "networkd-dispatcher/no-carrier.d/50nsup",
        networkd!["STATE=no-carrier", "OperationalState=no-carrier"],
        "down eth9 -203.0.113.10",
    )),
    networkd_call(
        "networkd-dispatcher/degraded.d/50nsup",
        networkd!["STATE=degraded", "OperationalState=degraded"],
        "down eth9 -203.0.113.10",
    ),
    networkd_call(
        "networkd-dispatcher/off.d/50nsup",
        networkd!["STATE=off", "OperationalState=off"],
        "down eth9 -203.0.113.10",
    ),
    networkd_call(
        "networkd-dispatcher/dormant.d/50nsup",
        networkd!["STATE=dormant", "OperationalState=dormant"],
        "down eth9 -203.0.113.10",
    ),
];

const fn call(
    caller: &'static str,
    file: &'static str,
    how: How,
    words: &'static [&'static str],
    variables: &'static [&'static str],
    event: &'static str,
) -> Call {
    Call { caller, file, how, words, variables, event, before: false }
}

const fn networkd_call(file: &'static str, variables: &'static [&'static str], event: &'static str) -> Call {
    call("networkd-dispatcher", file, How::Executed, &[], variables, event)
}

const fn beforehand(mut call: Call) -> Call {
    call.before = true;
    call
}
