//! What nsupdate 9.18.49 refused for its names, and what it took.

use crate::script::{Dialect, Session};

fn refusal(line: &str) -> Option<String> {
    Session::new(Dialect::Nsupdate, None).line(line).err().map(|fault| fault.what)
}

#[test]
fn owners_of_addresses_and_mail_are_hosts() {
    for (line, name) in [
        ("add a_b 1 A 192.0.2.1", "a_b"),
        ("add *.a_b 1 A 192.0.2.1", "*.a_b"),
        ("add a.b-.c 1 A 192.0.2.1", "a.b-.c"),
        ("add -a.b 1 A 192.0.2.1", "-a.b"),
        ("add a.* 1 A 192.0.2.1", "a.*"),
        ("add a;b 1 A 192.0.2.1", "a\\;b"),
        ("add # 1 A 192.0.2.1", "#"),
        ("add \"a\" 1 A 192.0.2.1", "\\\"a\\\""),
        ("add a\\032b 1 A 192.0.2.1", "a\\032b"),
        ("add a_b 1 A \\# 4 01020304", "a_b"),
        ("add a_b 1 AAAA ::1", "a_b"),
        ("add a_b 1 MX 1 a", "a_b"),
        ("add a_b 1 A6 0 ::1", "a_b"),
        ("add a_b 1 WKS 192.0.2.1 tcp 25", "a_b"),
        ("add a_b 1 CH MX 1 a", "a_b"),
        ("add a_b 1 CLASS9 MX 1 a", "a_b"),
        ("add a_b 1 CH A a 1", "a_b"),
        ("add gc._msdcs.b_c.d 1 A 192.0.2.1", "gc._msdcs.b_c.d"),
        ("add x._msdcs.b 1 A 192.0.2.1", "x._msdcs.b"),
        ("add gc._msdcs.*.b 1 A 192.0.2.1", "gc._msdcs.*.b"),
        ("add *.gc._msdcs.b 1 A 192.0.2.1", "*.gc._msdcs.b"),
        ("add x_._spf.b 1 AAAA ::1", "x_._spf.b"),
        ("add x_._spf 1 A 192.0.2.1", "x_._spf"),
        ("add x_._spf_.b 1 A 192.0.2.1", "x_._spf_.b"),
        ("add x_._spf.b. 1 CH A a 1", "x_._spf.b"),
    ] {
        assert_eq!(refusal(line), Some(format!("check-names failed: bad owner '{name}'")), "{line}");
    }
    for line in [
        "add *.b 1 A 192.0.2.1",
        "add 1 1 A 192.0.2.1",
        "add . 1 A 192.0.2.1",
        "add a_b 1 TXT x",
        "add a_b 1 NS a",
        "add a_b 1 SRV 1 1 1 a",
        "add a_b 1 HS A 192.0.2.1",
        "add gc._msdcs.b 1 A 192.0.2.1",
        "add gc._MSDCS.b 1 AAAA ::1",
        "add gc._msdcs 1 A 192.0.2.1",
        "add _x._spf.b 1 A 192.0.2.1",
        "add x_._SPF_rate._x.b 1 A 192.0.2.1",
        "add x_.a._spf_verify.c_d 1 A 192.0.2.1",
        "del a_b A 192.0.2.1",
        "yxrrset a_b A 192.0.2.1",
    ] {
        assert_eq!(refusal(line), None, "{line}");
    }
}

#[test]
fn names_in_data_are_hosts_or_mailboxes() {
    for (line, name) in [
        ("add a 1 MX 1 c_d", "c_d"),
        ("add a 1 MX 1 *.b", "*.b"),
        ("add a 1 CH MX 1 a_b", "a_b"),
        ("add a 1 MX \\# 7 0001 03615f6200", "a_b"),
        ("add a 1 NS c_d", "c_d"),
        ("add a 1 HS NS c_d", "c_d"),
        ("add a 1 SRV 1 1 1 _a.b", "_a.b"),
        ("add a 1 SOA c_d e 1 1 1 1 1", "c_d"),
        ("add a 1 SOA c e.x_y 1 1 1 1 1", "e.x_y"),
        ("add a 1 SOA a e\\032.x 1 1 1 1 1", "e\\032.x"),
        ("add a 1 SOA a x.* 1 1 1 1 1", "x.*"),
        ("add a 1 MINFO a.b c.d_e", "c.d_e"),
        ("add a 1 RP a.b_x c", "a.b_x"),
        ("add a 1 AFSDB 1 c_d", "c_d"),
        ("add a 1 RT 1 c_d", "c_d"),
        ("add a 1 A6 64 ::1 c_d", "c_d"),
        ("add a 1 HTTPS 1 _foo.b", "_foo.b"),
        ("add a 1 SVCB 1 *.b", "*.b"),
        ("add a 1 CH A a_b 1", "a_b"),
        ("add 1.in-addr.arpa 1 PTR c_d", "c_d"),
        ("add in-addr.arpa 1 PTR c_d", "c_d"),
        ("add x.IP6.arpa 1 PTR *.d", "*.d"),
        ("add x.ip6.int 1 PTR c_d", "c_d"),
        ("add x._dns-sd._udp.1.in-addr.arpa 1 PTR c_d", "c_d"),
    ] {
        assert_eq!(refusal(line), Some(format!("check-names failed: bad name '{name}'")), "{line}");
    }
    for line in [
        "add a 1 MX 1 .",
        "add a 1 MX 1 192.0.2.1",
        "add a 1 SRV 1 1 1 .",
        "add a 1 SOA c e_d.x 1 1 1 1 1",
        "add a 1 SOA c *.x 1 1 1 1 1",
        "add a 1 SOA c . 1 1 1 1 1",
        "add a 1 MINFO a_b c_d",
        "add a 1 MB c_d",
        "add a 1 RP a_b c_d",
        "add a 1 KX 1 c_d",
        "add a 1 PX 1 a_b c_d",
        "add a_b 1 HTTPS 1 .",
        "add a 1 HTTPS 0 c_d",
        "add a_b 1 SVCB 1 c",
        "add a 1 CNAME c_d",
        "add a 1 DNAME c_d",
        "add a 1 PTR c_d",
        "add a 1 NAPTR 1 1 \"s\" \"\" \"\" c_d",
        "add b._dns-sd._udp.1.in-addr.arpa 1 PTR c_d",
        "add LB._DNS-sd._udp.1.in-addr.arpa 1 PTR c_d",
        "add x.in-addr.arpa 1 CH PTR c_d",
        "del a MX 1 c_d",
    ] {
        assert_eq!(refusal(line), None, "{line}");
    }
}

#[test]
fn names_are_looked_at_only_while_check_names_is_on() {
    let mut session = Session::new(Dialect::Nsupdate, None);
    session.line("check-names off").unwrap();
    session.line("add a_b 1 A 192.0.2.1").unwrap();
    session.line("send").unwrap();
    session.line("add a_b 1 A 192.0.2.1").unwrap();
    session.line("checknames YES").unwrap();
    assert!(session.line("add a_b 1 A 192.0.2.1").is_err());
}
