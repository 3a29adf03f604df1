//! What each caller hands over, as recorded, and what is made of it.

use super::*;

/// A call: its words with blanks between them (`''` is an empty one), its variables one on a line.
fn call(caller: Caller, words: &str, variables: &str) -> Result<Option<Event>, CallerError> {
    let words: Vec<String> = words.split_whitespace().map(|word| word.replace("''", "")).collect();
    let environment = |name: &str| {
        let mut pairs = variables.lines().filter_map(|line| line.trim().split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    };
    read(caller, &words, &environment)
}

/// The event of a call as `up ppp0 +ADDRESS... -ADDRESS...`; `nobody` if it concerns nobody.
fn told(caller: Caller, words: &str, variables: &str) -> String {
    let Some(event) = call(caller, words, variables).unwrap() else { return "nobody".to_owned() };
    assert_eq!(event.caller, caller);
    let mut text = format!("{} {}", event.kind, event.interface);
    text.extend(event.ipparam.iter().map(|ipparam| format!(" ({ipparam})")));
    text.extend(event.handed.iter().map(|address| format!(" +{address}")));
    text.extend(event.lost.iter().map(|address| format!(" -{address}")));
    assert_eq!(Event::from_json(&event.to_json()), Some(event));
    text
}

/// The rest of what pppd itself sets.
const PPPD: &str = "DEVICE=/dev/ttyS0\nSPEED=115200\nORIG_UID=0\nPPPLOGNAME=root\nPPPD_PID=321\nUNIT=0\nLINKNAME=cable
    DNS1=198.51.100.1\nMACREMOTE=02:00:00:00:00:01\nLLLOCAL=fe80::1\nLLREMOTE=fe80::2\n";

#[test]
fn pppd_hands_the_address_to_debians_directory_and_to_a_bare_ip_up() {
    let debian = "PATH=/usr/sbin:/usr/bin\nPPP_IFACE=ppp0\nPPP_TTY=/dev/ttyS0\nPPP_SPEED=115200\nPPP_LOCAL=203.0.113.10
        PPP_REMOTE=198.51.100.1\nPPP_IPPARAM=\nPPP_TTYNAME=ttyS0\nIFNAME=ppp0\nIPLOCAL=203.0.113.10\n";
    let words = "ppp0 /dev/ttyS0 115200 203.0.113.10 198.51.100.1";
    assert_eq!(told(Caller::Pppd, &format!("up {words} ''"), debian), "up ppp0 +203.0.113.10");
    assert_eq!(told(Caller::Pppd, &format!("down {words} ''"), debian), "down ppp0 -203.0.113.10");
    assert_eq!(told(Caller::Pppd, "up", debian), "up ppp0 +203.0.113.10");
    let raw = PPPD.to_owned() + "IFNAME=ppp0\nIPLOCAL=203.0.113.10\nIPREMOTE=198.51.100.1\n";
    assert_eq!(told(Caller::Pppd, &format!("up {words}"), &raw), "up ppp0 +203.0.113.10");
    assert_eq!(told(Caller::Pppd, &format!("up {words} cable"), &raw), "up ppp0 (cable) +203.0.113.10");
    assert_eq!(told(Caller::Pppd, "up", &raw), "up ppp0 +203.0.113.10");
    assert_eq!(told(Caller::Pppd, &format!("down {words}"), &(raw + "CONNECT_TIME=9\n")), "down ppp0 -203.0.113.10");
}

#[test]
fn pppds_arguments_win_over_its_variables() {
    let variables = "PPP_IFACE=ppp1\nPPP_LOCAL=203.0.113.1\nPPP_IPPARAM=one\nIFNAME=ppp2\nIPLOCAL=203.0.113.2\n";
    let words = "up ppp0 /dev/ttyS0 115200 203.0.113.10 198.51.100.1 cable";
    assert_eq!(told(Caller::Pppd, words, variables), "up ppp0 (cable) +203.0.113.10");
    assert_eq!(told(Caller::Pppd, "up", variables), "up ppp1 (one) +203.0.113.1");
}

#[test]
fn pppds_ipv6_up_tells_of_the_interface_and_of_no_address() {
    let debian = "PPP_IFACE=ppp0\nPPP_LOCAL=fe80::1\nPPP_REMOTE=fe80::2\nIPLOCAL=203.0.113.10\n";
    let words = "ppp0 /dev/ttyS0 115200 fe80::1 fe80::2";
    assert_eq!(told(Caller::Pppd, &format!("up {words} ''"), debian), "up ppp0");
    assert_eq!(told(Caller::Pppd, "up ppp0 /dev/ttyS0 115200 fe80::1%ppp0 fe80::2%ppp0", debian), "up ppp0");
    assert_eq!(told(Caller::Pppd, &format!("down {words} ''"), debian), "down ppp0");
}

#[test]
fn pppd_on_demand_tells_the_address_that_was_replaced() {
    let words = "up ppp0 /dev/ttyS0 115200 203.0.113.10 198.51.100.1";
    let demand = PPPD.to_owned() + "OLDIPLOCAL=10.64.64.64\nOLDIPREMOTE=10.112.112.112\n";
    assert_eq!(told(Caller::Pppd, words, &demand), "up ppp0 +203.0.113.10 -10.64.64.64");
    assert_eq!(told(Caller::Pppd, words, "OLDIPLOCAL=203.0.113.10\n"), "up ppp0 +203.0.113.10");
}

#[test]
fn dhclient_tells_a_lease_that_came_changed_or_ended() {
    let told = |reason: &str, more: &str| {
        told(Caller::Dhclient, "", &format!("reason={reason}\ninterface=eth9\npid=7\n{more}"))
    };
    let new = "new_ip_address=203.0.113.10\nnew_subnet_mask=255.255.255.0\nnew_routers=203.0.113.1\n";
    let old = "old_ip_address=203.0.113.9\nold_subnet_mask=255.255.255.0\n";
    for reason in ["BOUND", "RENEW", "REBIND", "REBOOT", "TIMEOUT"] {
        assert_eq!(told(reason, new), "up eth9 +203.0.113.10");
        assert_eq!(told(reason, &(old.to_owned() + new)), "up eth9 +203.0.113.10 -203.0.113.9");
        assert_eq!(told(reason, &(new.to_owned() + "old_ip_address=203.0.113.10\n")), "up eth9 +203.0.113.10");
    }
    for reason in ["EXPIRE", "FAIL", "RELEASE", "STOP"] {
        assert_eq!(told(reason, old), "down eth9 -203.0.113.9");
        assert_eq!(told(reason, ""), "down eth9");
    }
    let six = "new_ip6_address=2001:db8::10\nnew_ip6_prefixlen=128\nnew_ip6_prefix=2001:db8:1::/56\n";
    assert_eq!(told("BOUND6", six), "up eth9 +2001:db8::10");
    assert_eq!(told("RENEW6", &(six.to_owned() + "old_ip6_address=2001:db8::9")), "up eth9 +2001:db8::10 -2001:db8::9");
    assert_eq!(told("EXPIRE6", "old_ip6_address=2001:db8::9"), "down eth9 -2001:db8::9");
    for reason in ["PREINIT", "PREINIT6", "MEDIUM", "ARPCHECK", "ARPSEND", "NBI", "DEPREF6"] {
        assert_eq!(told(reason, new), "nobody");
    }
}

#[test]
fn dhcpcd_tells_leases_advertisements_and_carriers() {
    let told = |reason: &str, more: &str| {
        told(Caller::Dhcpcd, "", &format!("PATH=/sbin:/bin\nreason={reason}\ninterface=eth9\nifmtu=1500\n{more}"))
    };
    let new = "protocol=dhcp\nif_up=true\nif_down=false\nnew_ip_address=203.0.113.10\nnew_subnet_cidr=24\n";
    for reason in ["BOUND", "RENEW", "REBIND", "REBOOT", "INFORM", "STATIC", "TIMEOUT"] {
        let more = new.to_owned() + "old_ip_address=203.0.113.9\n";
        assert_eq!(told(reason, &more), "up eth9 +203.0.113.10 -203.0.113.9");
    }
    for reason in ["EXPIRE", "RELEASE", "STOP", "NAK"] {
        assert_eq!(told(reason, "old_ip_address=203.0.113.9\n"), "down eth9 -203.0.113.9");
    }
    for reason in ["NOCARRIER", "DEPARTED", "STOPPED", "FAIL"] {
        assert_eq!(told(reason, "protocol=link\nif_up=false\nif_down=true\n"), "down eth9");
    }
    let six = "protocol=dhcp6\nnew_dhcp6_ia_na1_iaid=00:00:00:01\nnew_dhcp6_ia_na1_ia_addr1=2001:db8::10
        new_dhcp6_ia_na1_ia_addr2=2001:db8::11\nold_dhcp6_ia_na1_ia_addr1=2001:db8::9\n";
    assert_eq!(told("BOUND6", six), "up eth9 +2001:db8::10 +2001:db8::11 -2001:db8::9");
    assert_eq!(told("EXPIRE6", "old_dhcp6_ia_na1_ia_addr1=2001:db8::9\n"), "down eth9 -2001:db8::9");
    let delegated = "new_delegated_dhcp6_prefix=2001:db8:1:1::1/64 2001:db8:1:2::1/64\n";
    assert_eq!(told("DELEGATED6", delegated), "up eth9 +2001:db8:1:1::1 +2001:db8:1:2::1");
    let router = "protocol=ra\nnd1_from=fe80::2\nnd1_addr1=2001:db8::10/64\nnd1_addr2=fd00::10/64\nnd2_addr1=2001:db8:2::10/64\n";
    assert_eq!(told("ROUTERADVERT", router), "up eth9 +2001:db8::10 +fd00::10 +2001:db8:2::10");
    for reason in ["PREINIT", "CARRIER", "NOCARRIER_ROAMING", "RECONFIGURE", "IPV4LL", "TEST", "UNKNOWN", "3RDPARTY"] {
        assert_eq!(told(reason, "new_ip_address=169.254.7.7\n"), "nobody");
    }
}

#[test]
fn networkmanager_tells_the_interface_that_has_the_addresses() {
    let told = |words: &str, more: &str| told(Caller::NetworkManager, words, more);
    let device = "CONNECTION_UUID=3fd2a33a\nCONNECTION_ID=Wired\nDEVICE_IFACE=eth9\nDEVICE_IP_IFACE=eth9\n";
    let up = device.to_owned()
        + "IP4_ADDRESS_0=203.0.113.10/24 203.0.113.1\nIP4_ADDRESS_1=203.0.113.11/24 203.0.113.1\nIP4_NUM_ADDRESSES=2
           IP4_GATEWAY=203.0.113.1\nIP6_ADDRESS_0=fe80::1/64 ::\nIP6_ADDRESS_1=2001:db8::10/64 fe80::2
           IP6_NUM_ADDRESSES=2\nDHCP4_IP_ADDRESS=203.0.113.10\nDHCP4_ROUTERS=203.0.113.1\n";
    let all = "up eth9 +203.0.113.10 +203.0.113.11 +2001:db8::10";
    for action in ["up", "dhcp4-change", "dhcp6-change", "reapply"] {
        assert_eq!(told(&format!("eth9 {action}"), &format!("{up}NM_DISPATCHER_ACTION={action}")), all);
    }
    assert_eq!(told("", &format!("{up}NM_DISPATCHER_ACTION=up")), all);
    assert_eq!(told("eth9 down", device), "down eth9");
    // Should it ever hand the addresses that are about to go.
    assert_eq!(told("eth9 pre-down", &up), "down eth9 -203.0.113.10 -203.0.113.11 -2001:db8::10");
    // PPPoE: the device is not what has the address.
    let pppoe = "DEVICE_IFACE=eth9\nDEVICE_IP_IFACE=ppp0\nIP4_ADDRESS_0=203.0.113.10/32 0.0.0.0\n";
    assert_eq!(told("ppp0 up", pppoe), "up ppp0 +203.0.113.10");
    let vpn = format!("{up}VPN_IP_IFACE=tun0\nVPN_IP4_ADDRESS_0=10.8.0.2/24 10.8.0.1\n");
    assert_eq!(told("tun0 vpn-up", &vpn), "up tun0 +10.8.0.2");
    assert_eq!(told("tun0 vpn-down", &vpn), "down tun0 -10.8.0.2");
    assert_eq!(told("eth9 vpn-down", &up), all, "the device is still up");
    for words in ["eth9 pre-up", "none hostname", "'' hostname", "none connectivity-change", "none dns-change", "lo up"]
    {
        assert_eq!(told(words, "CONNECTIVITY_STATE=FULL"), "nobody", "{words}");
    }
}

#[test]
fn ifupdown_tells_an_address_where_it_is_written_down() {
    let told = |variables: &str| told(Caller::Ifupdown, "", variables);
    let base = "LOGICAL=eth9\nCLASS=auto\nVERBOSITY=0\nPATH=/usr/sbin:/usr/bin\n";
    let up = format!("{base}IFACE=eth9\nMODE=start\nPHASE=post-up\nADDRFAM=inet\n");
    assert_eq!(told(&format!("{up}METHOD=static\nIF_ADDRESS=203.0.113.10/24\n")), "up eth9 +203.0.113.10");
    assert_eq!(told(&format!("{up}METHOD=dhcp\n")), "up eth9");
    let down = format!("{base}IFACE=eth9\nMODE=stop\nPHASE=pre-down\nADDRFAM=inet\n");
    assert_eq!(told(&format!("{down}METHOD=static\nIF_ADDRESS=203.0.113.10\n")), "down eth9 -203.0.113.10");
    assert_eq!(told(&format!("{down}METHOD=dhcp\n")), "down eth9");
    for name in ["--all", "lo"] {
        assert_eq!(told(&format!("IFACE={name}\nMODE=start\nPHASE=post-up\nADDRFAM=meta\n")), "nobody");
    }
    assert_eq!(told("IFACE=eth9\nMODE=start\nPHASE=pre-up\n"), "nobody");
}

#[test]
fn a_further_address_of_ifupdown_comes_and_goes_while_the_interface_stays() {
    let told =
        |mode: &str| told(Caller::Ifupdown, "", &format!("IFACE=eth9:1\nMODE={mode}\nIF_ADDRESS=203.0.113.11\n"));
    assert_eq!(told("start"), "up eth9 +203.0.113.11");
    assert_eq!(told("stop"), "up eth9 -203.0.113.11");
}

#[test]
fn networkd_dispatcher_tells_what_the_interface_is_capable_of() {
    let told = |state: &str, operational: &str| {
        let variables = format!(
            "IFACE=eth9\nSTATE={state}\nAdministrativeState=configured\nOperationalState={operational}\nESSID=\njson={{}}
             ADDR=203.0.113.10\nIP_ADDRS=203.0.113.10 169.254.7.7\nIP6_ADDRS=2001:db8::10\n"
        );
        told(Caller::NetworkdDispatcher, "", &variables)
    };
    let up = "up eth9 +203.0.113.10 +2001:db8::10";
    let down = "down eth9 -203.0.113.10 -2001:db8::10";
    assert_eq!(told("routable", "routable"), up);
    assert_eq!(told("routable", ""), up);
    assert_eq!(told("configured", "routable"), up);
    assert_eq!(told("configured", "degraded"), "nobody");
    // The state has moved on since.
    assert_eq!(told("degraded", "routable"), up);
    for state in ["degraded", "off", "no-carrier", "dormant"] {
        assert_eq!(told(state, state), down);
    }
    for state in ["carrier", "enslaved", "degraded-carrier"] {
        assert_eq!(told(state, state), "nobody");
    }
    assert_eq!(told("configuring", "carrier"), "nobody");
}

#[test]
fn a_word_of_the_hooks_file_wins_over_what_the_caller_says() {
    let lease = "reason=BOUND\ninterface=eth9\nnew_ip_address=203.0.113.10\n";
    assert_eq!(told(Caller::Dhclient, "down", lease), "down eth9 -203.0.113.10");
    assert_eq!(told(Caller::Ifupdown, "up", "IFACE=eth9\n"), "up eth9");
    assert_eq!(
        told(Caller::NetworkManager, "down eth9 up", "IP4_ADDRESS_0=203.0.113.10/24\n"),
        "down eth9 -203.0.113.10"
    );
    // Still nobody's concern.
    assert_eq!(told(Caller::Dhclient, "up", "reason=PREINIT\n"), "nobody");
}

#[test]
fn what_is_missing_is_named_with_what_to_do() {
    let fails = |caller, words: &str, variables: &str| {
        let error = call(caller, words, variables).unwrap_err();
        (error.to_string(), error.hint().unwrap_or_default())
    };
    let (what, hint) = fails(Caller::Pppd, "ppp0 /dev/ttyS0 115200 203.0.113.10 198.51.100.1", "");
    assert_eq!(what, "pppd did not say whether the interface went up or down: the word up or down is missing");
    assert_eq!(hint, "the line in ip-up.d is: nsup hook pppd up \"$@\"");
    let (what, _) = fails(Caller::Pppd, "up", "");
    assert_eq!(
        what,
        "pppd named no interface: its first argument, or PPP_IFACE or IFNAME in the environment, is missing"
    );
    for (caller, variables, missing) in [
        (Caller::Dhclient, "reason=BOUND", "the variable interface is"),
        (Caller::Dhclient, "interface=eth9", "the variable reason is"),
        (Caller::Dhcpcd, "reason=BOUND", "the variable interface is"),
        (Caller::Ifupdown, "MODE=start", "the variable IFACE is"),
        (Caller::Ifupdown, "IFACE=eth9", "the variable MODE is"),
        (Caller::NetworkManager, "NM_DISPATCHER_ACTION=up", "its first argument, or DEVICE_IP_IFACE"),
        (Caller::NetworkdDispatcher, "STATE=routable", "the variable IFACE is"),
        (Caller::NetworkdDispatcher, "IFACE=eth9", "the variable STATE is"),
    ] {
        let (what, hint) = fails(caller, "", variables);
        assert!(what.contains(missing) && hint.contains("nsup hook"), "{what}; {hint}");
    }
    let (what, _) = fails(Caller::Pppd, "up ../../etc/passwd", "");
    assert!(what.starts_with("\"../../etc/passwd\", as pppd names it, is no name of an interface"), "{what}");
    let unknown = "systemd".parse::<Caller>().unwrap_err();
    assert!(unknown.to_string().ends_with("pppd, dhclient, dhcpcd, networkmanager, ifupdown, networkd-dispatcher"));
}

#[test]
fn nothing_that_is_handed_makes_it_fall_over() {
    let strange = ["", " ", "up", "down", "--all", "%", "/", "203.0.113.10/", "fe80::%", "\u{0}", "\u{1f980}", "a:b"];
    for caller in Caller::ALL {
        assert_eq!(caller.to_string().parse(), Ok(caller));
        for first in strange {
            for second in strange {
                let words = [first, second, first, second, first, second].map(str::to_owned);
                for length in [0, 2, 6] {
                    // Every variable that it may ask for is set, and each to the same.
                    for value in ["BOUND", second] {
                        let told = read(caller, &words[..length], &|_| Some(value.to_owned()));
                        if let Ok(Some(event)) = told {
                            assert_eq!(Event::from_json(&event.to_json()), Some(event));
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn only_those_that_speak_of_a_whole_interface_empty_it() {
    let empties = |caller, words: &str, variables: &str| {
        let event = call(caller, words, variables).unwrap().unwrap();
        event.empties_interface()
    };
    assert!(empties(Caller::Ifupdown, "", "IFACE=eth9\nMODE=stop"));
    assert!(empties(Caller::NetworkManager, "eth9 pre-down", ""));
    assert!(empties(Caller::NetworkdDispatcher, "", "IFACE=eth9\nSTATE=no-carrier"));
    assert!(!empties(Caller::Pppd, "down ppp0 /dev/ttyS0 115200 fe80::1 fe80::2", ""));
    assert!(!empties(Caller::Dhclient, "", "interface=eth9\nreason=EXPIRE6"));
    assert!(!empties(Caller::NetworkManager, "eth9 up", ""));
    assert!(!empties(Caller::Ifupdown, "", "IFACE=eth9:1\nMODE=stop"));
}
