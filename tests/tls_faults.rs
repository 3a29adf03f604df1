//! DNS over TLS with servers that fail, and with words that make no sense: what is told, and that nothing goes out in
//! the clear.

#![cfg(feature = "tls")]

mod certificates;
mod program;
mod secure;
#[allow(unused_imports)]
mod servers;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use certificates::{Ca, Pair, write_key};
use nsup::net::{Network, Tls};
use nsup::proto::exchange::{Attempt, Ending, Verdict};
use nsup::proto::{Identity, Roots, TlsWanted, Transport};
use program::{Run, nsup, options};
use secure::{Habit, Secure, Seen};
use servers::TestKey;
use tempfile::TempDir;

const SECRET_NAME: &str = "seldom-seen.example.org";

/// A CA with a server's certificate, and the key for TSIG.
struct World {
    ca: Ca,
    pair: Pair,
    key: std::path::PathBuf,
    directory: TempDir,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ca = Ca::new(directory.path(), "ca");
        let pair = ca.signs(directory.path(), "server", &["127.0.0.1", "ns.example.net"]);
        let key = TestKey::new("k", "hmac-sha256").write(directory.path());
        Self { ca, pair, key, directory }
    }

    /// `nsup add`, by which a name would be told.
    fn add(&self, server: SocketAddr, more: &str) -> Run {
        let ca = self.ca.file.display();
        let words = format!("add {SECRET_NAME} 203.0.113.1 --zone example.org --tls --tls-ca {ca} --timeout 2");
        nsup(&format!("{words} {} {more}", options(&self.key, server)))
    }

    fn wanted(&self) -> TlsWanted {
        TlsWanted { roots: Roots::Files(vec![self.ca.file.clone()]), ..TlsWanted::default() }
    }
}

/// Messages to a server, one after the other, by one network.
fn carry(server: SocketAddr, wanted: &TlsWanted, hosts: &[Option<&str>]) -> Vec<Ending> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut network = Network::new(None).with_tls(Tls::load(wanted).unwrap());
    let mut carry = |host: &Option<&str>| {
        let within = Duration::from_secs(3);
        let attempt = Attempt {
            server,
            host: host.map(Into::into),
            transport: Transport::Tls,
            octets: b"a message".to_vec(),
            sends: vec![Duration::ZERO],
            connect_within: within,
            answer_within: within,
            within,
        };
        let mut judge = |octets: &[u8]| if octets == b"a message" { Verdict::Accepted } else { Verdict::Rejected };
        runtime.block_on(network.carry(&attempt, &mut judge))
    };
    hosts.iter().map(&mut carry).collect()
}

fn is_answered(ending: &Ending) -> bool {
    matches!(ending, Ending::Judged { .. })
}

#[test]
fn nothing_is_sent_in_the_clear_to_a_server_that_speaks_no_tls() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let datagrams = UdpSocket::bind(address).unwrap();
    let (sender, heard) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut octets = vec![0; 4096];
            let length = stream.read(&mut octets).unwrap();
            // What a DNS server says that could read something into it: REFUSED.
            stream.write_all(&[0, 12, 0, 1, 0x80, 5, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
            // And whatever else is there to be heard.
            octets.truncate(length);
            let _ = stream.read_to_end(&mut octets);
            sender.send(octets).unwrap();
        }
    });
    let run = world.add(address, "").ends(3).complains("what the server says there is not TLS");
    run.hints("DNS over TLS");
    let connections: Vec<Vec<u8>> = heard.try_iter().collect();
    assert_eq!(connections.len(), 1, "one attempt is enough");
    for octets in connections {
        assert_eq!(octets[..2], [0x16, 0x03], "a handshake comes first");
        assert!(!octets.windows(11).any(|part| part == b"seldom-seen"), "{octets:?}");
        assert!(octets.len() < 2000);
    }
    datagrams.set_nonblocking(true).unwrap();
    assert!(datagrams.recv(&mut [0; 512]).is_err(), "no datagram");
}

#[test]
fn a_server_that_accepts_and_says_nothing_costs_the_time_and_no_message() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let run = world.add(listener.local_addr().unwrap(), "").ends(3).complains("the TLS handshake took too long");
    assert!(run.took < Duration::from_secs(4), "{:?}", run.took);
}

#[test]
fn a_server_that_is_not_there_is_looked_for_at_port_853() {
    let world = World::new();
    let words = format!("get {SECRET_NAME} -k {} --tls --tls-ca {}", world.key.display(), world.ca.file.display());
    nsup(&format!("{words} --server 127.0.0.77")).ends(3).complains("TLS 127.0.0.77:853: connection refused");
    nsup(&format!("{words} --server 127.0.0.77:5353")).ends(3).complains("TLS 127.0.0.77:5353: connection refused");
}

#[test]
fn a_message_that_was_written_to_a_server_that_then_goes_silent_or_away_is_not_called_unsent() {
    let world = World::new();
    let closed = "the server closed the connection without an answer".to_owned();
    for (habit, ending) in [(Habit::Silent, Ending::Silent), (Habit::Close, Ending::Lost(closed))] {
        let server = Secure::new(&world.pair, habit).start();
        assert_eq!(carry(server.address, &world.wanted(), &[None]), [ending]);
        let connection = Seen::Connection(None, Some(b"dot".to_vec()));
        assert_eq!(server.seen(), [connection, Seen::Message(b"a message".to_vec())], "an address is not told (SNI)");
    }
}

#[test]
fn a_server_of_something_else_over_tls_is_told_from_one_of_the_dns() {
    let world = World::new();
    let server = Secure { alpn: b"h2", ..Secure::new(&world.pair, Habit::Echo) }.start();
    world.add(server.address, "").ends(3).complains("speaks TLS there, but not DNS over TLS (no ALPN \"dot\")");
    assert_eq!(server.counted(), (0, 0));
}

#[test]
fn several_messages_go_over_one_connection_until_the_server_closes_it() {
    let world = World::new();
    let server = Secure::new(&world.pair, Habit::Echo).start();
    assert!(carry(server.address, &world.wanted(), &[None; 5]).iter().all(is_answered));
    assert_eq!(server.counted(), (1, 5));
    let server = Secure::new(&world.pair, Habit::EchoOnce).start();
    assert!(carry(server.address, &world.wanted(), &[None; 5]).iter().all(is_answered));
    assert_eq!(server.counted(), (5, 5));
}

#[test]
fn a_connection_is_used_only_for_the_name_that_it_has_proven() {
    let world = World::new();
    let server = Secure::new(&world.pair, Habit::Echo).start();
    let hosts = [Some("NS.example.net."), Some("ns.example.net"), None, Some("ns.example.com"), Some("ns.example.net")];
    let endings = carry(server.address, &world.wanted(), &hosts);
    let other = "the server's certificate is not for ns.example.com, but for 127.0.0.1, ns.example.net";
    assert_eq!(endings[3], Ending::NotSent(other.to_owned()));
    assert!([0, 1, 2, 4].iter().all(|at| is_answered(&endings[*at])), "{endings:?}");
    let seen = server.seen();
    let told: Vec<_> = seen
        .into_iter()
        .filter_map(|seen| if let Seen::Connection(told, _) = seen { Some(told) } else { None })
        .collect();
    assert_eq!(told, [Some("ns.example.net".to_owned()), None]);
}

#[test]
fn another_name_can_be_told_than_is_verified() {
    let world = World::new();
    let server = Secure::new(&world.pair, Habit::Echo).start();
    let told = Some("told.example".to_owned());
    let wanted = TlsWanted { server_name_indication: told.clone(), ..world.wanted() };
    assert!(carry(server.address, &wanted, &[None]).iter().all(is_answered));
    assert_eq!(server.seen()[0], Seen::Connection(told.clone(), Some(b"dot".to_vec())));
    let host_name = Some("told.example".to_owned());
    let wrong = carry(server.address, &TlsWanted { host_name, ..wanted }, &[None]);
    assert!(matches!(&wrong[0], Ending::NotSent(why) if why.contains("is not for told.example")), "{wrong:?}");
}

#[test]
fn whoever_asks_for_no_proof_gets_none_and_is_hidden_all_the_same() {
    let world = World::new();
    let old = Ca::new(world.directory.path(), "stranger").signs_expired(world.directory.path(), "old", &["x.example"]);
    let server = Secure::new(&old, Habit::Echo).start();
    let nobody = TlsWanted { roots: Roots::Nobody, ..TlsWanted::default() };
    assert!(carry(server.address, &nobody, &[Some("ns.example.net")]).iter().all(is_answered));
    assert_eq!(server.counted(), (1, 1));
}

#[test]
fn a_client_certificate_is_shown_to_a_server_that_gives_no_sign_of_having_taken_it() {
    let world = World::new();
    let client = world.ca.signs(world.directory.path(), "client", &["client.example.net"]);
    for tickets in [0, 1] {
        let secure = Secure { clients: Some(&world.ca), tickets, ..Secure::new(&world.pair, Habit::Echo) };
        let server = secure.start();
        let identity = Some(Identity { certificate: client.certificate.clone(), key: client.key.clone() });
        let wanted = TlsWanted { identity, ..world.wanted() };
        assert!(carry(server.address, &wanted, &[None, None]).iter().all(is_answered));
        assert_eq!(server.counted(), (1, 2));
        let none = carry(server.address, &world.wanted(), &[None]);
        assert_eq!(none, [Ending::NotSent("the server wants a client certificate".to_owned())]);
        assert_eq!(server.counted(), (0, 0));
    }
}

#[test]
fn what_makes_no_sense_is_named_and_nobody_is_called() {
    let world = World::new();
    let directory = world.directory.path();
    let at = |name: &str| directory.join(name).display().to_string();
    let write = |name: &str, text: &str| write_key(&directory.join(name), text);
    let (server, key) = (world.pair.certificate.display(), world.pair.key.display());
    let stranger = Ca::new(directory, "stranger").signs(directory, "stranger", &["x.example"]);
    write("words", "nothing in PEM");
    write("damaged", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n");
    write("empty-cert", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    write("locked", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    write("odd", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    write("open", &std::fs::read_to_string(&world.pair.key).unwrap());
    open_to_all(&directory.join("open"));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let cases = [
        (format!("--tls --tls-ca {}", at("missing")), format!("nsup: {}: no such file or directory", at("missing"))),
        (format!("--tls --tls-ca {}", at("")), "it is not a regular file".to_owned()),
        (format!("--tls --tls-ca {}", at("words")), format!("nsup: {}: there is no certificate in it", at("words"))),
        (format!("--tls --tls-ca {}", at("damaged")), format!("nsup: {}: its PEM is damaged", at("damaged"))),
        (format!("--tls --tls-ca {}", at("empty-cert")), "no certificate in it can be read".to_owned()),
        (format!("--tls --tls-cert {server} --tls-key {}", at("words")), "there is no private key in it".to_owned()),
        (format!("--tls --tls-cert {server} --tls-key {}", at("locked")), "encrypted with a passphrase".to_owned()),
        (
            format!("--tls --tls-cert {server} --tls-key {}", at("odd")),
            "the key is of no kind that can be used".to_owned(),
        ),
        (
            format!("--tls --tls-cert {server} --tls-key {}", at("open")),
            "everybody on this machine may read".to_owned(),
        ),
        (format!("--tls --tls-cert {} --tls-key {key}", at("words")), "there is no certificate in it".to_owned()),
        (
            format!("--tls --tls-cert {} --tls-key {key}", stranger.certificate.display()),
            "the key is not that of the certificate".to_owned(),
        ),
        (format!("--tls --tls-cert {server}"), "--tls-key <FILE>".to_owned()),
        (format!("--tls --tls-key {key}"), "--tls-cert <FILE>".to_owned()),
        ("--tls --tls-pin AAAA".to_owned(), "--tls-pin \"AAAA\": a pin is the SHA-256 of a public key".to_owned()),
        ("--tls --tls-hostname a..b".to_owned(), "--tls-hostname \"a..b\"".to_owned()),
        ("--tls --tls-hostname *.example".to_owned(), "\"*.example\" is no name or address".to_owned()),
        ("--tls --tcp".to_owned(), "cannot be used with".to_owned()),
        ("--udp --tls".to_owned(), "cannot be used with".to_owned()),
        (format!("--tls-ca {server}"), "--tls-ca is for DNS over TLS, and that was not asked for".to_owned()),
        ("--tcp --tls-hostname x".to_owned(), "--tls-hostname is for DNS over TLS".to_owned()),
    ];
    for (words, why) in cases {
        let options = options(&world.key, listener.local_addr().unwrap());
        let run = nsup(&format!("set {SECRET_NAME} 203.0.113.1 {options} {words}"));
        let run = run.ends(1);
        assert!(run.stderr.contains(&why), "{words}: {why:?} is not in {}", run.stderr);
    }
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nobody was called");
}

#[test]
fn what_makes_no_sense_in_nsup_toml_is_told_with_its_line() {
    let world = World::new();
    let directory = world.directory.path();
    let cases = [
        ("transport = \"dot\"", "nsup.toml:1:13: transport \"dot\" is none of tcp, udp and tls"),
        ("tls-ca = \"x\"", "nsup.toml:1:10: tls-ca is for DNS over TLS, and the transport here is another"),
        ("transport = \"tls\"\ntls-pin = \"AAAA\"", "nsup.toml:2:11: tls-pin \"AAAA\": a pin is the SHA-256"),
        ("transport = \"tls\"\ntls-pin = [1]", "nsup.toml:2:12: each of tls-pin is a text"),
        ("transport = \"tls\"\ntls-cert = \"x\"", "nsup.toml:2:12: tls-cert stands without tls-key"),
        ("transport = \"tls\"\ntls-key = \"x\"", "nsup.toml:2:11: tls-key stands without tls-cert"),
        ("transport = \"tls\"\ntls-hostname = \"a..b\"", "nsup.toml:2:16: tls-hostname \"a..b\":"),
        (
            "[[name]]\nname = \"a.example\"\nipv4 = \"given\"\ntransport = \"tcp\"\ntls-pin = \"A\"",
            "nsup.toml:5:11: tls-pin is for DNS over TLS",
        ),
        ("tls-hostnam = \"x\"", "did you mean \"tls-hostname\"?"),
    ];
    for (text, why) in cases {
        write_key(&directory.join("nsup.toml"), text);
        let run = nsup(&format!("sync --config {}", directory.join("nsup.toml").display())).ends(1);
        assert!(run.stderr.contains(why), "{text}: {why:?} is not in {}", run.stderr);
    }
}

fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
}
