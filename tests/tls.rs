//! DNS over TLS with BIND: who is believed, who is not, and that nothing is ever sent in the clear.

#![cfg(feature = "tls")]

mod certificates;
mod home;
mod program;
mod secure;
mod servers;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use certificates::{Ca, Pair, self_signed};
use home::Home;
use program::{Run, command, finish, nsup, options};
use secure::{Habit, Secure};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};
use tempfile::TempDir;

const ZONE: &str = "example.org";
const NAME: &str = "host.example.org";

/// BIND with a CA's certificates, one a port.
struct World {
    server: Server,
    ca: Ca,
    key: TestKey,
    directory: TempDir,
}

impl World {
    /// `listeners` makes the clauses out of the CA.
    fn start(listeners: impl Fn(&Ca, &Path) -> Vec<(&'static str, String)>) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let ca = Ca::new(directory.path(), "ca");
        let key = TestKey::new("k", "hmac-sha256");
        let mut setup = Setup::new().key(key.clone()).zone(Zone::new(ZONE).grant(Grant::zone(&key)));
        for (name, clause) in listeners(&ca, directory.path()) {
            setup = setup.tls(name, &clause);
        }
        let server = Server::start(Kind::Bind, &setup)?;
        Some(Self { server, ca, key, directory })
    }

    /// One with a certificate for 127.0.0.1 and ns.example.net, called `good`.
    fn good() -> Option<Self> {
        Self::start(|ca, directory| vec![("good", good(ca, directory).clause())])
    }

    /// `nsup set` at the listener of this name.
    fn set(&self, listener: &str, value: &str, more: &str) -> Run {
        let options = options(&self.key.write(self.directory.path()), self.server.tls(listener));
        nsup(&format!("set {NAME} {value} {options} --tls {more}"))
    }

    /// That with the CA trusted.
    fn trusting(&self, listener: &str, value: &str, more: &str) -> Run {
        self.set(listener, value, &format!("--tls-ca {} {more}", self.ca.file.display()))
    }

    #[track_caller]
    fn holds(&self, values: &[&str]) {
        assert_eq!(self.server.has(ZONE, NAME, "A"), values);
    }

    /// That a run has changed the zone to this.
    #[track_caller]
    fn changed(&self, run: Run, value: &str) {
        run.ends(0).says("changed: host.example.org. A");
        self.holds(&[value]);
    }

    /// That a run has failed for this reason and has changed nothing.
    #[track_caller]
    fn refused(&self, run: Run, why: &str) {
        let before = self.server.serial(ZONE);
        let run = run.ends(3).complains("no server could be reached; nothing was changed (TLS 127.0.0.1:");
        run.complains(why);
        assert_eq!(self.server.serial(ZONE), before);
        self.holds(&[]);
    }
}

fn good(ca: &Ca, directory: &Path) -> Pair {
    ca.signs(directory, "good", &["127.0.0.1", "ns.example.net"])
}

#[test]
fn a_server_with_a_certificate_of_the_ca_for_its_address_is_believed() {
    let Some(world) = World::good() else { return };
    let run = world.trusting("good", "203.0.113.1", "-v");
    assert!(run.stderr.contains("TLS 127.0.0.1:") && !run.stderr.contains("TCP"), "{}", run.stderr);
    world.changed(run, "203.0.113.1");
    world.trusting("good", "203.0.113.1", "").ends(0).says("unchanged: ");
    world.changed(world.trusting("good", "203.0.113.2", "--tls-hostname ns.example.net"), "203.0.113.2");
    world.changed(world.trusting("good", "203.0.113.3", "--tls-hostname NS.example.NET."), "203.0.113.3");
    // What is too long for a datagram goes no other way.
    let long = ["a", "b", "c"].map(|letter| letter.repeat(250)).join(" ");
    let run = world.trusting("good", &format!("TXT {long}"), "-v").ends(0).says("changed");
    assert!(!run.stderr.contains("TCP") && !run.stderr.contains("UDP"), "{}", run.stderr);
}

#[test]
fn a_certificate_for_another_name_is_refused_by_both_names() {
    let Some(world) = World::start(|ca, directory| {
        let other = ca.signs(directory, "other", &["other.example.net"]);
        vec![("good", good(ca, directory).clause()), ("other", other.clause())]
    }) else {
        return;
    };
    world.refused(
        world.trusting("other", "203.0.113.1", ""),
        "certificate is not for 127.0.0.1, but for other.example.net",
    );
    let run = world.trusting("good", "203.0.113.1", "--tls-hostname ns.example.com");
    world.refused(run, "certificate is not for ns.example.com, but for 127.0.0.1, ns.example.net");
    world.changed(world.trusting("other", "203.0.113.1", "--tls-hostname other.example.net"), "203.0.113.1");
}

#[test]
fn a_server_that_is_given_by_its_name_must_have_a_certificate_for_that() {
    let Some(world) = World::good() else { return };
    let port = world.server.tls("good").port();
    let key = world.key.write(world.directory.path());
    let hosts = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    if !hosts.lines().any(|line| line.starts_with("127.0.0.1") && line.contains("localhost")) {
        return;
    }
    let run = nsup(&format!(
        "set {NAME} 203.0.113.1 -k {} --server localhost:{port} --tls --tls-ca {}",
        key.display(),
        world.ca.file.display()
    ));
    let run = run.ends(3);
    run.complains("certificate is not for localhost, but for 127.0.0.1, ns.example.net");
    world.holds(&[]);
}

#[test]
fn a_certificate_that_has_expired_is_refused_and_its_day_is_told() {
    let Some(world) = World::start(|ca, directory| {
        vec![("expired", ca.signs_expired(directory, "expired", &["127.0.0.1"]).clause())]
    }) else {
        return;
    };
    world.refused(world.trusting("expired", "203.0.113.1", ""), "certificate expired on 2021-01-02T00:00:00Z");
}

#[test]
fn a_certificate_of_nobody_who_is_trusted_is_refused_unless_its_key_is_pinned() {
    let Some(world) = World::start(|_, directory| {
        let own = self_signed(directory, "own", &["127.0.0.1"], false, false);
        let old = self_signed(directory, "old", &["ns.example.net"], false, true);
        vec![("own", own.clause()), ("old", old.clause())]
    }) else {
        return;
    };
    let (own, old) = (pin_of(&world, "own"), pin_of(&world, "old"));
    let untrusted = "certificate is signed by nobody who is trusted";
    world.refused(world.trusting("own", "203.0.113.1", ""), untrusted);
    world.refused(world.trusting("own", "203.0.113.1", &format!("--tls-pin {own}")), untrusted);
    let why = format!("its key ({own}) is none of the pinned ones");
    world.refused(world.set("own", "203.0.113.1", &format!("--tls-pin {old}")), &why);
    world.changed(world.set("own", "203.0.113.1", &format!("--tls-pin {old} --tls-pin {own}")), "203.0.113.1");
    // The pin alone decides: neither the name nor the dates matter.
    world.changed(world.set("old", "203.0.113.2", &format!("--tls-pin {old}")), "203.0.113.2");
}

#[test]
fn with_a_ca_and_a_pin_both_must_hold() {
    let Some(world) = World::good() else { return };
    let pin = pin_of(&world, "good");
    let other = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    world.refused(world.trusting("good", "203.0.113.1", &format!("--tls-pin {other}")), "is none of the pinned ones");
    world.changed(world.trusting("good", "203.0.113.1", &format!("--tls-pin {pin}")), "203.0.113.1");
}

#[test]
fn an_issuer_can_be_pinned_if_the_chain_leads_to_it_and_not_if_it_is_only_sent_along() {
    let Some(world) = World::start(|ca, directory| {
        let below = ca.below(directory, "below");
        let chain = below.signs(directory, "chain", &["127.0.0.1"]).with(&below);
        let stranger = Ca::new(directory, "stranger");
        let liar = stranger.signs(directory, "liar", &["127.0.0.1"]).with(&below);
        std::fs::write(directory.join("pin"), below.pin()).unwrap();
        vec![("chain", chain.clause()), ("liar", liar.clause())]
    }) else {
        return;
    };
    let pin = std::fs::read_to_string(world.directory.path().join("pin")).unwrap();
    world.refused(world.set("liar", "203.0.113.1", &format!("--tls-pin {pin}")), "is none of the pinned ones");
    world.changed(world.set("chain", "203.0.113.1", &format!("--tls-pin {pin}")), "203.0.113.1");
    world.changed(world.trusting("chain", "203.0.113.2", ""), "203.0.113.2");
}

#[test]
fn a_certificate_can_be_trusted_by_itself_even_where_it_is_marked_as_a_cas() {
    let Some(world) = World::start(|_, directory| {
        let plain = self_signed(directory, "plain", &["127.0.0.1"], false, false);
        let marked = self_signed(directory, "marked", &["127.0.0.1"], true, false);
        let old = self_signed(directory, "old", &["127.0.0.1"], true, true);
        let unknown = self_signed(directory, "unknown", &["127.0.0.1"], true, false);
        let all = [("plain", plain), ("marked", marked), ("old", old), ("unknown", unknown)];
        all.into_iter().map(|(name, pair)| (name, pair.clause())).collect()
    }) else {
        return;
    };
    let naming = |file: &str| format!("--tls-ca {}", world.directory.path().join(file).display());
    world.refused(world.set("old", "203.0.113.1", &naming("old.crt")), "certificate expired on 2021-01-02");
    world.refused(
        world.set("unknown", "203.0.113.1", &naming("marked.crt")),
        "is signed by itself, or a CA's, and not among those that are trusted",
    );
    let wrong = format!("{} --tls-hostname ns.example.net", naming("marked.crt"));
    world.refused(
        world.set("marked", "203.0.113.1", &wrong),
        "certificate is not for ns.example.net, but for 127.0.0.1",
    );
    world.changed(world.set("plain", "203.0.113.1", &naming("plain.crt")), "203.0.113.1");
    world.changed(world.set("marked", "203.0.113.2", &naming("marked.crt")), "203.0.113.2");
}

#[test]
fn a_server_that_wants_a_client_certificate_gets_the_right_one_or_no_message() {
    for version in ["TLSv1.3", "TLSv1.2"] {
        let Some(world) = World::start(|ca, directory| {
            let server = good(ca, directory).clause();
            ca.signs(directory, "client", &["client.example.org"]);
            Ca::new(directory, "stranger").signs(directory, "wrong", &["client.example.org"]);
            vec![("mutual", format!("{server} ca-file \"{}\"; protocols {{ {version}; }};", ca.file.display()))]
        }) else {
            return;
        };
        let identity = |file: &str| {
            let path = |ending| world.directory.path().join(format!("{file}.{ending}"));
            format!("--tls-cert {} --tls-key {}", path("crt").display(), path("key").display())
        };
        world.refused(world.trusting("mutual", "203.0.113.1", ""), "the server wants a client certificate");
        world.refused(world.trusting("mutual", "203.0.113.1", &identity("wrong")), "the client's certificate");
        let run = world.trusting("mutual", "203.0.113.1", &identity("client"));
        assert!(run.took < Duration::from_secs(2), "a ticket says that it was taken");
        world.changed(run, "203.0.113.1");
    }
}

#[test]
fn the_systems_cas_are_trusted_where_nobody_names_others() {
    let Some(world) = World::good() else { return };
    let key = world.key.write(world.directory.path());
    let words = format!("set {NAME} 203.0.113.1 {} --tls", options(&key, world.server.tls("good")));
    let with = |variable: &str, value: &Path| finish(command().args(words.split(' ')).env(variable, value));
    let stranger = Ca::new(world.directory.path(), "stranger");
    let run = with("SSL_CERT_FILE", &stranger.file);
    world.refused(run, "certificate is signed by nobody who is trusted");
    with("SSL_CERT_FILE", Path::new("/nonexistent")).ends(1).complains("nsup: the system has no CA certificates");
    world.holds(&[]);
    world.changed(with("SSL_CERT_FILE", &world.ca.file), "203.0.113.1");
}

#[test]
fn nsup_toml_asks_for_tls_with_files_beside_it() {
    let Some(world) = World::good() else { return };
    let address = world.server.tls("good");
    let top = "transport = \"tls\"\ntls-ca = \"ca.pem\"\ntls-hostname = \"ns.example.net\"";
    let home = Home::new(address, &world.key, top);
    home.follow(NAME, "ipv4 = \"given\"");
    std::fs::copy(&world.ca.file, home.at("ca.pem")).unwrap();
    let config = format!("--config {}", home.at("nsup.toml").display());
    nsup(&format!("sync {config} --address 203.0.113.5")).ends(0);
    world.holds(&["203.0.113.5"]);
    let run = nsup(&format!("set {NAME} 203.0.113.6 {config}")).ends(0);
    run.says("changed");
    world.holds(&["203.0.113.6"]);
    nsup(&format!("set {NAME} 203.0.113.7 {config} --tls-hostname ns.example.com"))
        .ends(3)
        .complains("certificate is not for ns.example.com");
    nsup(&format!("sync {config} --show-config")).ends(0).says("tls-hostname      ns.example.net");
    std::fs::write(home.at("ca.pem"), "no certificate").unwrap();
    nsup(&format!("sync {config} --address 203.0.113.8")).ends(1).complains("/ca.pem: there is no certificate in it");
    world.holds(&["203.0.113.6"]);
}

#[test]
fn the_messages_of_one_run_share_a_connection() {
    let Some(world) = World::good() else { return };
    let (relay, connections) = relay(world.server.tls("good"));
    let key = options(&world.key.write(world.directory.path()), relay);
    let run = nsup(&format!("get {ZONE} {key} --tls --tls-ca {} -v", world.ca.file.display())).ends(0).says(" SOA ");
    let messages = run.stderr.matches("octets sent").count();
    assert!(messages > 10, "each type is asked for: {}", run.stderr);
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

/// In the clear the resolver is asked who the primary is; the primary then at port 853, by the name of the SOA.
#[test]
fn a_primary_that_had_to_be_found_is_verified_by_the_name_that_the_soa_says() {
    let key = TestKey::new("k", "hmac-sha256");
    let zone = Zone::new(ZONE)
        .bare()
        .record("example.org. 300 IN SOA ns.example.org. root.example.org. 1 3600 600 86400 60")
        .record("example.org. 300 IN NS ns.example.org.")
        .record("ns.example.org. 300 IN A 127.0.0.85");
    let Some(resolver) = Server::start(Kind::Bind, &Setup::new().zone(zone)) else { return };
    let directory = tempfile::tempdir().unwrap();
    let ca = Ca::new(directory.path(), "ca");
    let find = || {
        let key = key.write(directory.path());
        let (key, ca, resolver) = (key.display(), ca.file.display(), resolver.address());
        nsup(&format!("get {NAME} A -k {key} --tls --tls-ca {ca} --resolver {resolver} --timeout 5"))
    };
    find().ends(3).complains("TLS 127.0.0.85:853: connection refused");
    let other = ca.signs(directory.path(), "other", &["127.0.0.85", "ns.example.net"]);
    // The port is root's on most machines.
    let Some(server) = Secure::new(&other, Habit::Close).start_at("127.0.0.85:853") else { return };
    find().ends(3).complains("certificate is not for ns.example.org, but for 127.0.0.85, ns.example.net");
    assert_eq!(server.counted(), (0, 0));
}

/// Passes on what goes to a server, and counts the connections.
fn relay(server: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = connections.clone();
    thread::spawn(move || {
        for client in listener.incoming().map(Result::unwrap) {
            counter.fetch_add(1, Ordering::SeqCst);
            let server = TcpStream::connect(server).unwrap();
            for (mut from, mut to) in [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)] {
                thread::spawn(move || std::io::copy(&mut from, &mut to));
            }
        }
    });
    (address, connections)
}

fn pin_of(world: &World, file: &str) -> String {
    let text = std::fs::read_to_string(world.directory.path().join(format!("{file}.key"))).unwrap();
    certificates::pin(&rcgen::KeyPair::from_pem(&text).unwrap())
}
