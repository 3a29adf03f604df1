//! A build without TLS: whoever asks for it is told so, by the name of what asked, and nobody is called.

#![cfg(not(feature = "tls"))]

mod program;

use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;

use program::nsup;

#[test]
fn tls_is_refused_by_name_and_nothing_is_sent_in_its_place() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("--server {} -y k:AAAA", listener.local_addr().unwrap());
    for option in ["--tls", "--tls-ca x", "--tls-hostname x", "--tls-pin x", "--tls-cert x --tls-key x"] {
        let first = option.split(' ').next().unwrap();
        nsup(&format!("set a.example 203.0.113.1 {server} {option}"))
            .ends(1)
            .complains(&format!("nsup: {first}: this nsup was built without TLS\n"))
            .hints("feature tls");
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("nsup.toml");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&path).unwrap();
    std::io::Write::write_all(&mut file, b"transport = \"tls\"\n").unwrap();
    nsup(&format!("sync --config {}", path.display()))
        .ends(1)
        .complains("nsup.toml:1:13: transport is \"tls\", and this nsup was built without TLS");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nobody was called");
}
