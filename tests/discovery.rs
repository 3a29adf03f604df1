//! Zone and primary, found: from a given server, from a given resolver, and with nothing given at all.

mod program;
mod servers;

use std::process::Command;

use program::{finish, nsup, options};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

#[test]
fn the_zone_is_found_from_a_name_deep_in_it_and_from_its_apex() {
    for kind in Kind::ALL {
        let key = TestKey::new("k", "hmac-sha256");
        let parent =
            Zone::new("example.org").record("x.example.org. 300 IN NS ns.x.example.org.").grant(Grant::zone(&key));
        let child = Zone::new("x.example.org").grant(Grant::zone(&key));
        let setup = Setup::new().key(key.clone()).zone(parent).zone(child);
        let Some(server) = Server::start(kind, &setup) else { continue };
        let directory = tempfile::tempdir().unwrap();
        let options = options(&key.write(directory.path()), server.address());
        for (name, zone) in [
            ("a.b.c.example.org", "example.org"),
            ("x.example.org", "x.example.org"),
            ("a.b.x.example.org", "x.example.org"),
        ] {
            nsup(&format!("set {name} 203.0.113.7 {options} -v")).ends(0).complains(&format!("zone: {zone}.\n"));
            assert_eq!(server.has(zone, name, "A"), ["203.0.113.7"], "{kind} {name}");
        }
        // A DS stands in the zone above.
        let digest = "2BB183AF5F22588179A53B0A98631FAD1A292118";
        nsup(&format!("set x.example.org DS 1 8 1 {digest} {options} -v")).complains("zone: example.org.\n");
    }
}

#[test]
fn a_server_may_be_given_by_name_and_its_name_is_looked_up() {
    let key = TestKey::new("k", "hmac-sha256");
    let zone = Zone::new("example.org").record("primary.example.org. 300 IN A 127.0.0.1").grant(Grant::zone(&key));
    let Some(server) = Server::start(Kind::Bind, &Setup::new().key(key.clone()).zone(zone)) else { return };
    let directory = tempfile::tempdir().unwrap();
    let key = key.write(directory.path());
    let (key, address) = (key.display(), server.address());
    let port = address.port();
    nsup(&format!("set h.example.org 203.0.113.7 -k {key} --server primary.example.org:{port} --resolver {address}"))
        .ends(0)
        .says("changed");
    nsup(&format!("set h.example.org 203.0.113.7 -k {key} --server nothing.example.org:{port} --resolver {address}"))
        .ends(3)
        .complains("no address was found for nothing.example.org: nothing.example.org. has no address (NXDOMAIN)")
        .hints("--server 192.0.2.53");
    nsup(&format!("set h.example.org 203.0.113.7 -k {key} --server ns.example.org --resolver 127.0.0.1:1 --timeout 5"))
        .ends(3)
        .complains("connection refused");
    // localhost is in /etc/hosts, on every machine.
    nsup(&format!("get h.example.org A -k {key} --server localhost:{port}")).ends(0).says("203.0.113.7");
}

/// In network and mount namespaces of its own: a server on port 53, and resolv.conf naming it.
#[test]
fn with_nothing_given_the_resolver_says_who_the_primary_is() {
    let inside = r#"
        set -e
        ip link set lo up
        cd "$1"
        resolver=
        if [ "$3" = mount ]; then
            printf 'nameserver 127.0.0.1\n' >resolv.conf
            mount --bind resolv.conf /etc/resolv.conf
        else
            resolver='--resolver 127.0.0.1'
        fi
        named -g -n 1 -c named.conf >named.log 2>&1 &
        trap "kill $!" EXIT
        for wait in 1 2 3 4 5 6 7 8 9 10; do
            dig +time=1 +tries=1 +short @127.0.0.1 h.example.org SOA >/dev/null 2>&1 && break
            sleep 0.3
        done
        "$2" set h.example.org 203.0.113.7 -k home.key -v $resolver
        dig +short @127.0.0.1 h.example.org A
        "$2" set h.example.org 203.0.113.8 -k home.key --zone h.example.org $resolver || echo "exit $?"
        "$2" set h.nowhere.example 203.0.113.8 -k home.key $resolver || echo "exit $?"
    "#;
    for program in ["unshare", "ip", "named", "dig"] {
        let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
        if !std::env::split_paths(&path).any(|folder| folder.join(program).exists()) {
            assert!(std::env::var_os("CI").is_none(), "{program} is not installed");
            eprintln!("skipped: {program} is not installed");
            return;
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path();
    let key = TestKey::new("home", "hmac-sha256");
    let key_file = key.write(folder);
    assert_eq!(key_file.file_name().unwrap(), "home.key");
    std::fs::write(folder.join("example.zone"), "$TTL 300\n@ SOA ns root 1 1h 1h 1h 5m\n@ NS ns\nns A 127.0.0.1\n")
        .unwrap();
    let named = format!(
        "include \"{0}/home.key\";\noptions {{ directory \"{0}\"; listen-on {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; \
         recursion no; pid-file none; session-keyfile \"{0}/session.key\"; lock-file none; \
         empty-zones-enable no; }};\ncontrols {{}};\nzone \"example.org\" {{ type primary; file \"example.zone\"; \
         update-policy {{ grant home name h.example.org. A; }}; }};\n",
        folder.display()
    );
    std::fs::write(folder.join("named.conf"), named).unwrap();
    // In a chroot there is no mount namespace to be had: then the resolver is given.
    let mut run = inside_namespaces(inside, folder, true);
    if run.stderr.contains("unshare: ") {
        run = inside_namespaces(inside, folder, false);
    }
    if run.stderr.contains("unshare: ") && std::env::var_os("CI").is_none() {
        eprintln!("skipped: this machine allows no namespaces: {}", run.stderr);
        return;
    }
    let run = run.says("changed: h.example.org. A 203.0.113.7 (was none)\n203.0.113.7\n");
    let run =
        run.complains("zone: example.org., primary: ns.example.org.").complains("is not a zone: it is in the zone");
    run.says("exit 1\nexit 3\n").complains("the resolver knows no zone for h.nowhere.example. (REFUSED)");
}

/// Runs a shell script with a network of its own, and with mounts of its own or not.
fn inside_namespaces(script: &str, folder: &std::path::Path, mount: bool) -> program::Run {
    let mut unshare = Command::new("unshare");
    unshare.args(["--net", "--pid", "--fork", "--kill-child"]);
    if mount {
        unshare.arg("--mount");
    }
    if !is_root() {
        unshare.args(["--user", "--map-root-user"]);
    }
    unshare.args(["sh", "-c", script, "sh"]).arg(folder).arg(env!("CARGO_BIN_EXE_nsup"));
    unshare.arg(if mount { "mount" } else { "given" });
    unshare.env("PATH", std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin");
    finish(&mut unshare)
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}
