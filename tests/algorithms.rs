//! Every algorithm, on every server, over both transports.

mod program;
mod servers;

use program::{nsup, options};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ALGORITHMS: [&str; 6] = ["hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"];

#[test]
fn every_algorithm_signs_on_every_server_over_tcp_and_udp() {
    for kind in Kind::ALL {
        let keys = ALGORITHMS.map(|algorithm| TestKey::new(&format!("k-{algorithm}"), algorithm));
        let zone = keys.iter().fold(Zone::new("example.org"), |zone, key| zone.grant(Grant::zone(key)));
        let setup = keys.iter().cloned().fold(Setup::new(), Setup::key).zone(zone);
        let Some(server) = Server::start(kind, &setup) else { continue };
        let directory = tempfile::tempdir().unwrap();
        for (number, key) in keys.iter().enumerate() {
            let options = options(&key.write(directory.path()), server.address());
            for (transport, network) in [("--tcp", 1), ("--udp", 2)] {
                let address = format!("198.51.{number}.{network}");
                let run = nsup(&format!("set h.example.org {address} {options} {transport} -v")).ends(0);
                assert_eq!(server.has("example.org", "h.example.org", "A"), [address], "{kind} {}", key.algorithm);
                let other = if transport == "--tcp" { "UDP 127" } else { "TCP 127" };
                assert!(!run.stderr.contains(other), "{kind} {}: {}", key.algorithm, run.stderr);
                let outdated = key.algorithm.ends_with("md5") || key.algorithm.ends_with("sha1");
                assert_eq!(run.stderr.contains("is outdated"), outdated, "{}", run.stderr);
            }
        }
    }
}

#[test]
fn keys_that_allow_a_shorter_mac_work_and_are_signed_with_in_full() {
    // BIND answers with a MAC as long as the request's, so a full one comes back.
    let names =
        ["hmac-md5-80", "hmac-sha1-80", "hmac-sha1-96", "hmac-sha224-112", "hmac-sha256-128", "hmac-sha384-192"];
    for name in names {
        let stem = name.rsplit_once('-').unwrap().0;
        let key = TestKey { algorithm: name.to_owned(), ..TestKey::new("k", stem) };
        let setup = Setup::new().key(key.clone()).zone(Zone::new("example.org").grant(Grant::zone(&key)));
        let Some(server) = Server::start(Kind::Bind, &setup) else { return };
        let directory = tempfile::tempdir().unwrap();
        let options = options(&key.write(directory.path()), server.address());
        nsup(&format!("set h.example.org 203.0.113.1 {options}")).ends(0).says("changed");
    }
}
