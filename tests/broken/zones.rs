//! The zone is not there, not the server's, not to be changed, or the name stands where it cannot be changed.

use std::fs;
use std::net::SocketAddr;
use std::thread::sleep;
use std::time::Duration;

use super::{Ground, NAME, ZONE, bare, broken, examined};
use crate::hooks::network::ip;
use crate::servers::{Grant, Kind, Server, Setup, TestKey, Zone};

/// What is wrong with zones and servers of them.
pub fn all() {
    broken("the zone in nsup.toml has a slip of the pen", 1, |ground| ground.top = "zone = \"exampel.org\"".to_owned());
    broken("a host is given for the zone", 2, |ground| ground.lines += "\nzone = \"cable.example.org\"");
    broken("the zone above is given for the zone", 2, |ground| {
        ground.name = "cable.sub.example.org".to_owned();
        ground.lines += "\nzone = \"example.org\"";
        let below = Zone::new("sub.example.org").grant(Grant::zone(&ground.key));
        let delegation = "sub.example.org. 300 IN NS ns1.sub.example.org.";
        ground.zone = ground.zone.take().map(|zone| zone.record(delegation));
        ground.setup = ground.setup.clone().zone(below);
    });
    broken("the server has other zones only", 2, |ground| ground.zone = Some(Zone::new("example.net")));
    broken("the server has other zones only, and the zone is given", 2, |ground| {
        ground.zone = Some(Zone::new("example.net"));
        ground.lines += "\nzone = \"example.org\"";
    });
    broken("the zone's file has a mistake", 2, |ground| {
        let zones = ground.zone_by_hand("", |zone| zone);
        fs::write(zones.join("example.org.zone"), "example.org. 3600 IN SOA ns1 hostmaster 1 3600 600\n").unwrap();
    });
    broken("the key leads to a view without the zone", 2, |ground| {
        let inside = "view \"inside\" { match-clients { key \"home\"; }; };";
        ground.zone_by_hand("", |zone| format!("{inside}\nview \"world\" {{ match-clients {{ any; }}; {zone} }};"));
    });
    broken("the key leads to another view of the zone", 0, |ground| {
        let file = ground.place("zones/inside.zone", &master().replace(" 1 3600", " 7 3600"), 0o644);
        let policy = format!("update-policy {{ grant home name {NAME}. A; }};");
        let inside = format!(
            "view \"inside\" {{ match-clients {{ key \"home\"; }}; zone \"{ZONE}\" {{ type primary; file \"{}\"; {policy} }}; }};",
            file.display()
        );
        ground.zone_by_hand("", |zone| format!("{inside}\nview \"world\" {{ match-clients {{ any; }}; {zone} }};"));
    });
    broken("the reverse zone grants nothing", 2, |ground| {
        ground.lines += "\nptr = true";
        let reverse =
            Zone::new("113.0.203.in-addr.arpa").grant(Grant::name(&ground.key, "1.113.0.203.in-addr.arpa", &["PTR"]));
        ground.setup = ground.setup.clone().zone(reverse);
    });
    broken("allow-query shuts everybody out", 2, |ground| {
        drop(ground.zone_by_hand("allow-query { none; };", |zone| zone))
    });
    broken("the zone takes no updates at all", 2, |ground| ground.zone = Some(bare()));
    broken("allow-update has another address, and no key", 2, |ground| {
        ground.zone = Some(bare());
        extra(ground, "allow-update { 192.0.2.99; };");
    });
    broken("allow-update goes by addresses, and the server has no key", 4, |ground| {
        ground.zone = Some(bare());
        ground.setup = Setup::new();
        extra(ground, "allow-update { 127.0.0.1; };");
    });
    broken("the policy lacks the name", 2, |ground| {
        ground.zone = Some(bare().grant(Grant::name(&ground.key, "other.example.org", &["A"])));
    });
    broken("the policy lacks the type", 2, |ground| {
        ground.zone = Some(bare().grant(Grant::name(&ground.key, NAME, &["AAAA"])));
    });
    broken("the name is an alias", 2, |ground| {
        let alias = "cable.example.org. 300 IN CNAME elsewhere.example.net.";
        ground.zone = Some(Zone::new(ZONE).record(alias).grant(Grant::zone(&ground.key)));
    });
    broken("the name is below a delegation", 2, |ground| {
        ground.name = "cable.sub.example.org".to_owned();
        ground.zone = ground.zone.take().map(|zone| zone.record("sub.example.org. 300 IN NS ns.elsewhere.example."));
    });
    broken("the name is below a DNAME", 2, |ground| {
        ground.name = "cable.old.example.org".to_owned();
        ground.zone = ground.zone.take().map(|zone| zone.record("old.example.org. 300 IN DNAME new.example.net."));
    });
    broken("the name is none of a host (check-names)", 1, |ground| {
        ground.configured = false;
        ground.name = "my_cable.example.org".to_owned();
        ground.zone = Some(bare().grant(Grant::zone(&ground.key)));
    });
    broken("a mail host's address changes", 0, |ground| {
        ground.zone = ground.zone.take().map(|zone| zone.record("example.org. 300 IN MX 10 cable.example.org."));
    });
    broken("the TTL is long", 0, |ground| {
        let record = "cable.example.org. 86400 IN A 203.0.113.7";
        ground.zone = Some(Zone::new(ZONE).record(record).grant(Grant::name(&ground.key, NAME, &["A"])));
    });
    frozen();
    secondaries();
}

/// It has worked, and was frozen since.
fn frozen() {
    let mut ground = Ground::new();
    ground.zone = Some(bare().grant(Grant::name(&ground.key, NAME, &["A"])));
    ground.setup = ground.setup.clone().controlled();
    let Some(server) = ground.start() else { return };
    ground.furnish(&server);
    ground.nsup("set cable.example.org 203.0.113.8", &server).ends(0);
    ground.nsup("sync", &server).ends(0).says("changed: cable.example.org. A 203.0.113.7");
    let before = written(&server);
    server.rndc("freeze example.org");
    until(|| written(&server) != before);
    examined("the zone is frozen", 2, &ground, &server);
    server.rndc("thaw example.org");
    assert!(ground.check(&server).first.starts_with("all is good"));
}

/// The server of nsup.toml is a secondary, at another address than the primary's.
fn secondaries() {
    ip("address add 127.0.0.2/8 dev lo");
    let second = |primary: &Server| SocketAddr::new("127.0.0.2".parse().unwrap(), primary.address().port());
    let start = |change: &dyn Fn(Setup, &TestKey) -> Setup, ground: &mut Ground| {
        ground.setup = ground.setup.clone().bind_options("allow-new-zones no;");
        let first = ground.start()?;
        let setup = change(Setup::new(), &ground.key).zone(Zone::secondary(ZONE, first.address())).at(second(&first));
        let copy = Server::start(Kind::Bind, &setup)?;
        until(|| written(&copy) > 0);
        ground.server = Some(format!("server = \"{}\"", copy.address()));
        ground.furnish(&first);
        Some((first, copy))
    };
    let known = |setup: Setup, key: &TestKey| setup.key(key.clone());
    let forwards = |setup: Setup| setup.bind_zone_extra(ZONE, "allow-update-forwarding { any; };");

    let mut ground = Ground::new();
    let Some((mut first, copy)) = start(&known, &mut ground) else { return };
    examined("the server is a secondary", 2, &ground, &copy);
    first.kill();
    examined("the server is a secondary, and the primary is down", 2, &ground, &copy);
    drop((first, copy));

    let mut ground = Ground::new();
    let Some((mut first, copy)) = start(&|setup, key| forwards(known(setup, key)), &mut ground) else { return };
    examined("the server is a secondary that hands updates on", 0, &ground, &copy);
    first.kill();
    examined("the server hands updates on to a primary that is down", 2, &ground, &copy);
    drop((first, copy));

    let mut ground = Ground::new();
    ground.setup = Setup::new();
    let Some((_first, copy)) = start(&|setup, key| forwards(known(setup, key)), &mut ground) else { return };
    examined("the server hands updates on to a primary that has no key", 2, &ground, &copy);
}

/// The zone as a file has it.
fn master() -> String {
    fs::read_to_string("tests/data/check.zone").unwrap()
}

/// The size of the file to which BIND writes the zone, in its own time.
fn written(server: &Server) -> u64 {
    fs::metadata(server.directory().join("example.org.zone")).map_or(0, |meta| meta.len())
}

/// Waits, but not for ever.
fn until(is_so: impl Fn() -> bool) {
    (0..1000).take_while(|_| !is_so()).for_each(|_| sleep(Duration::from_millis(10)));
    assert!(is_so());
}

fn extra(ground: &mut Ground, text: &str) {
    ground.setup = ground.setup.clone().bind_zone_extra(ZONE, text);
}
