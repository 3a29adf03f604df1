//! Which address of an interface is found, and what is heard of its coming and going: by the kernel of this machine, in
//! network namespaces of the tests' own. Each test runs itself again in such a namespace.

use std::net::IpAddr;
use std::process::Command;
use std::time::Duration;

use nsup::address::interface::{InterfaceError, addresses};
use nsup::address::route::source_towards;
use nsup::address::{AddressChange, Changes, Circumstances, Found, Handed, News, find};
use nsup::source::{Family, HostPart, Source};

/// Set inside.
const INSIDE: &str = "NSUP_TEST_NAMESPACE";

/// An interface with addresses of many kinds: of documentation's ranges none, since these are not fit to be published.
const ALL_KINDS: &str = "
    ip link add out0 type veth peer name far0
    echo 2 >/proc/sys/net/ipv6/conf/out0/use_tempaddr
    ip link set far0 up
    ip link set out0 up
    ip address add 192.168.7.2/24 dev out0
    ip address add 9.9.9.9/24 dev out0
    ip address add 9.9.9.1/24 dev out0
    ip address add fd00:1::1/64 dev out0 nodad
    ip address add 2a00:1:0:1::a/64 dev out0 valid_lft 86400 preferred_lft 43200 mngtmpaddr nodad
    ip address add 2a00:1:0:1::d/64 dev out0 valid_lft 86400 preferred_lft 0 nodad
";

#[test]
fn among_all_kinds_of_addresses_the_lasting_global_one_is_taken() {
    in_namespace("among_all_kinds_of_addresses_the_lasting_global_one_is_taken", || {
        sh(ALL_KINDS);
        // The kernel makes up the temporary one, and looks for a second whether it is somebody else's.
        until(|| addresses("out0").unwrap().iter().any(|held| held.temporary && !held.tentative));
        sh("echo 1000 >/proc/sys/net/ipv6/conf/out0/dad_transmits; ip address add 2a00:1:0:1::b/64 dev out0");
        let held = addresses("out0").unwrap();
        let one = |address: &str| *held.iter().find(|held| held.address == ip(address)).expect(address);
        assert!(one("2a00:1:0:1::b").tentative && one("2a00:1:0:1::b").permanent, "{held:?}");
        assert!(one("2a00:1:0:1::d").deprecated && !one("2a00:1:0:1::a").permanent, "{held:?}");
        assert!(one("9.9.9.1").secondary && !one("9.9.9.9").secondary, "{held:?}");
        assert!(one("2a00:1:0:1::a").created > 0 && one("2a00:1:0:1::a").prefix_length == 64, "{held:?}");
        assert!(held.iter().any(|held| held.address.to_string().starts_with("fe80:")), "{held:?}");

        for _ in 0..3 {
            assert_eq!(found("interface:out0", Family::V6), this("2a00:1:0:1::a"));
            assert_eq!(found("interface:out0", Family::V4), this("9.9.9.9"));
            assert_eq!(found("hook:out0", Family::V6), this("2a00:1:0:1::a"));
        }
        sh("ip route add 2a00:2::/32 via 2a00:1:0:1::ffff dev out0; ip route add 8.8.8.8 via 9.9.9.2");
        // The kernel sends from the temporary one, which is not to be published.
        let sends_from = source_towards(ip("2a00:2::1")).unwrap();
        assert!(held.iter().any(|held| held.address == sends_from && held.temporary), "{sends_from}");
        assert_eq!(found("route:2a00:2::1", Family::V6), this("2a00:1:0:1::a"));
        assert_eq!(found("route:8.8.8.8", Family::V4), this("9.9.9.9"));
        assert!(matches!(found("route:2a00:3::1", Family::V6), Found::Unknown(_)));

        let prefix = |host| find_now(&Source::Prefix("out0".to_owned(), host), Family::V6, Circumstances::default());
        assert_eq!(prefix(HostPart::parse_bits("::10").unwrap()), this("2a00:1:0:1::10"));
        let mac = HostPart::parse_mac("52:54:00:12:34:56").unwrap();
        assert_eq!(prefix(mac), this("2a00:1:0:1:5054:ff:fe12:3456"));

        sh("ip address del 2a00:1:0:1::a/64 dev out0; ip address del 9.9.9.9/24 dev out0");
        let Found::Unfit { why, may_be_allowed: true } = found("interface:out0", Family::V6) else { panic!() };
        for part in ["::b is tentative", "::d is deprecated", "fd00:1::1 is in fc00::/7 (unique local, RFC 4193)"] {
            assert!(why.contains(part), "{part:?} is not in {why:?}");
        }
        let allow_private = Circumstances { allow_private: true, ..Circumstances::default() };
        let source = Source::Interface("out0".to_owned());
        assert_eq!(find_now(&source, Family::V6, allow_private), this("fd00:1::1"));
        assert_eq!(find_now(&source, Family::V4, allow_private), this("192.168.7.2"));
    });
}

#[test]
fn none_of_a_family_no_interface_and_none_yet_are_told_apart() {
    in_namespace("none_of_a_family_no_interface_and_none_yet_are_told_apart", || {
        sh("ip link add out0 type veth peer name far0; ip link set far0 up; ip link set out0 up");
        assert_eq!(found("interface:out0", Family::V4), Found::Nothing("out0 has no IPv4 address".to_owned()));
        assert!(matches!(found("interface:out0", Family::V6), Found::Nothing(why) if why.contains("fe80:")));
        assert!(matches!(found("hook:out0", Family::V4), Found::Nothing(_)));
        assert!(matches!(addresses("ppp0"), Err(InterfaceError::Gone(name)) if name == "ppp0"));
        for source in ["interface:ppp0", "hook:ppp0"] {
            assert_eq!(found(source, Family::V4), Found::Gone("ppp0".to_owned()));
        }
        sh("ip link property add dev out0 altname wan");
        assert!(addresses("wan").is_ok());
    });
}

#[test]
fn on_a_line_from_point_to_point_our_own_end_is_taken() {
    in_namespace("on_a_line_from_point_to_point_our_own_end_is_taken", || {
        sh("ip link add ppp0 type veth peer name far0; ip link set far0 up; ip link set ppp0 up
            ip address add 9.9.9.9 peer 8.8.8.8/32 dev ppp0
            ip address add 2a00:1::1 peer 2a00:1::2/128 dev ppp0 nodad");
        assert_eq!(found("interface:ppp0", Family::V4), this("9.9.9.9"));
        assert_eq!(found("interface:ppp0", Family::V6), this("2a00:1::1"));
        let prefix = Source::Prefix("ppp0".to_owned(), HostPart::parse_bits("::10").unwrap());
        assert!(matches!(find_now(&prefix, Family::V6, Circumstances::default()), Found::Unknown(_)));
    });
}

#[test]
fn what_a_hook_hands_over_is_held_against_the_interface() {
    in_namespace("what_a_hook_hands_over_is_held_against_the_interface", || {
        sh("ip link add ppp0 type veth peer name far0; ip link set far0 up; ip link set ppp0 up
            ip address add 9.9.9.9/24 dev ppp0; ip address add 9.9.8.8/24 dev ppp0");
        let hook = |source: &str, interface: Option<&str>, address: &str| {
            let handed = Handed { interface: interface.map(str::to_owned), addresses: vec![ip(address)] };
            let around = Circumstances { handed: Some(&handed), ..Circumstances::default() };
            find_now(&Source::parse(source, Family::V4).unwrap().unwrap(), Family::V4, around)
        };
        let usual = found("interface:ppp0", Family::V4);
        for address in ["9.9.9.9", "9.9.8.8"] {
            assert_eq!(hook("hook:ppp0", None, address), this(address));
            assert_eq!(hook("hook", Some("ppp0"), address), this(address));
            assert_eq!(hook("hook", None, address), this(address));
            // It is about another one.
            assert_eq!(hook("hook:ppp0", Some("eth0"), address), usual);
        }
        assert_eq!(hook("hook:ppp0", Some("ppp0"), "8.8.8.8"), usual);
        assert_eq!(hook("hook", Some("ppp1"), "9.9.9.9"), Found::Gone("ppp1".to_owned()));
        assert!(matches!(hook("hook", None, "192.168.0.1"), Found::Unfit { may_be_allowed: true, .. }));
        assert!(matches!(found("hook", Family::V4), Found::Unknown(_)));
    });
}

#[test]
fn what_comes_and_goes_is_heard() {
    in_namespace("what_comes_and_goes_is_heard", || {
        sh(
            "ip link add out0 type veth peer name far0; ip link set far0 up; ip link set out0 up; ip address add 9.9.9.9/24 dev out0",
        );
        runtime().block_on(async {
            let mut changes = Changes::listen().unwrap();
            let nothing = tokio::time::timeout(Duration::from_millis(50), changes.next()).await;
            // It may have heard of the link-local address.
            drop(nothing);
            sh("ip address add 9.9.8.8 peer 1.1.1.1/32 dev out0");
            hears(&mut changes, Some("out0"), "9.9.8.8", false).await;
            sh("ip address add 2a00:1::1/64 dev out0 nodad");
            hears(&mut changes, Some("out0"), "2a00:1::1", false).await;
            sh("ip address change 2a00:1::1/64 dev out0 valid_lft 100 preferred_lft 0");
            hears(&mut changes, Some("out0"), "2a00:1::1", false).await;
            sh("ip address del 9.9.8.8 peer 1.1.1.1/32 dev out0");
            hears(&mut changes, Some("out0"), "9.9.8.8", true).await;
            // Gone before it is asked for: its name is that which it had.
            sh("ip link del out0");
            hears(&mut changes, Some("out0"), "9.9.9.9", true).await;
            sh("ip link add new0 type veth peer name far1; ip address add 9.9.7.7/24 dev new0; ip link del new0");
            hears(&mut changes, None, "9.9.7.7", true).await;
        });
    });
}

#[test]
fn too_much_at_once_is_said_to_be_lost_and_then_all_goes_on() {
    in_namespace("too_much_at_once_is_said_to_be_lost_and_then_all_goes_on", || {
        sh("ip link add out0 type veth peer name far0; ip link set far0 up; ip link set out0 up");
        runtime().block_on(async {
            let mut changes = Changes::listen().unwrap();
            sh("for a in 1 2 3 4 5 6 7 8; do for b in $(seq 250); do
                    echo address add 9.9.$a.$b/32 dev out0
                done; done | ip -batch -");
            let mut news = News::default();
            while !news.lost {
                let next = tokio::time::timeout(Duration::from_secs(5), changes.next()).await;
                news = next.expect("news in time").unwrap();
            }
            // A list of many is whole.
            let held = addresses("out0").unwrap();
            assert_eq!(held.iter().filter(|held| held.address.is_ipv4()).count(), 2000);
            sh("ip address del 9.9.8.250/32 dev out0");
            hears(&mut changes, Some("out0"), "9.9.8.250", true).await;
        });
    });
}

/// Waits for a change, and lets others pass.
async fn hears(changes: &mut Changes, interface: Option<&str>, address: &str, removed: bool) {
    let wanted = AddressChange { interface: interface.map(str::to_owned), address: ip(address), removed };
    let wait = async { while !changes.next().await.unwrap().changes.contains(&wanted) {} };
    tokio::time::timeout(Duration::from_secs(5), wait).await.unwrap_or_else(|_| panic!("not heard: {wanted:?}"));
}

fn found(source: &str, family: Family) -> Found {
    let source = Source::parse(source, family).unwrap().unwrap();
    find_now(&source, family, Circumstances::default())
}

fn find_now(source: &Source, family: Family, around: Circumstances<'_>) -> Found {
    runtime().block_on(find(source, family, &around)).expect("not asked of a server")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn this(address: &str) -> Found {
    Found::This(ip(address))
}

fn ip(address: &str) -> IpAddr {
    address.parse().unwrap()
}

/// Waits until something is so, for ten seconds.
fn until(so: impl Fn() -> bool) {
    for _ in 0..200 {
        if so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not come in time");
}

/// Runs a shell script, each command of which has to succeed.
fn sh(script: &str) {
    let status = Command::new("sh").args(["-ec", script]).status().unwrap();
    assert!(status.success(), "{script}");
}

/// Runs this test again in a network namespace, and what it does there. Where there are no namespaces to be had, it is
/// skipped aloud.
fn in_namespace(test: &str, inside: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return inside();
    }
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    for program in ["unshare", "ip"] {
        if !std::env::split_paths(&path).any(|folder| folder.join(program).exists()) {
            assert!(std::env::var_os("CI").is_none(), "{program} is not installed");
            eprintln!("skipped: {program} is not installed");
            return;
        }
    }
    let mut unshare = Command::new("unshare");
    unshare.arg("--net");
    if Command::new("id").arg("-u").output().unwrap().stdout != b"0\n" {
        unshare.args(["--user", "--map-root-user"]);
    }
    // Some sandboxes have namespaces, but no interfaces in them.
    let probe = "ip link add probe0 type veth peer name probe1";
    let mut first = Command::new(unshare.get_program());
    let first = first.args(unshare.get_args()).args(["sh", "-c", probe]).env("PATH", &path).output().unwrap();
    if !first.status.success() {
        let why = String::from_utf8_lossy(&first.stderr).into_owned();
        assert!(std::env::var_os("CI").is_none(), "{why}");
        eprintln!("skipped: this machine allows no network namespaces: {why}");
        return;
    }
    unshare.arg(std::env::current_exe().unwrap()).args(["--exact", test, "--nocapture", "--test-threads=1"]);
    let run = unshare.env("PATH", path).env(INSIDE, "1").output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}
