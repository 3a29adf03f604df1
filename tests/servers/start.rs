//! Starting a server: its program, a port for it, and the signs that it has started or failed.
//!
//! The SOA queries are made by hand: a process of dig for every zone and transport would take
//! longer than the whole start of a server.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// How long a server may take to start.
pub(super) const LIMIT: Duration = Duration::from_secs(15);

/// How long one answer may take; a server that is only just starting is asked again.
const ANSWER_LIMIT: Duration = Duration::from_millis(500);

/// What a kind of server makes of a setup.
pub(super) struct Launch {
    /// Starts the server in the foreground, logging to its standard output or error.
    pub(super) command: Command,
    /// What it logs once it has its sockets and zones.
    pub(super) running: &'static str,
    /// Where it listens for TLS, by the names of the setup.
    pub(super) tls: Vec<(String, SocketAddr)>,
}

/// A command by the full path of its program, which need not be in the user's PATH.
pub(super) fn command(program: &str) -> Command {
    Command::new(find(program).unwrap_or_else(|| program.into()))
}

/// Where a program is, if it is installed.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Where Debian keeps servers, and leaves out of the PATH of ordinary users.
    let more = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    let mut places = std::env::split_paths(&path).chain(more);
    places.find_map(|place| Some(place.join(program)).filter(|file| file.is_file()))
}

/// How a start went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Every zone is answered for.
    Ready,
    /// Another process has the port.
    AddressTaken,
}

/// An address that nothing uses at this moment, neither over UDP nor over TCP.
pub(super) fn free_address() -> SocketAddr {
    for _ in 0..100 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free TCP port");
        let address = listener.local_addr().expect("a bound socket has an address");
        if UdpSocket::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no port is free for UDP and TCP");
}

/// Whether a log says that the port is in use.
///
/// A log, not an exit status: depending on what is taken, named runs on without it.
pub(super) fn address_is_taken(log: &str) -> bool {
    // BIND's words for UDP and for TCP, and the operating system's in the other two.
    let words = ["interface ignored", "address in use", "address already in use"];
    let log = log.to_ascii_lowercase();
    words.iter().any(|words| log.contains(words))
}

/// Whether the server gives the SOA of each zone, over UDP and TCP.
pub(super) fn answers(address: SocketAddr, zones: &[String]) -> bool {
    zones.iter().all(|zone| {
        let query = soa_query(zone);
        let answers = [ask_over_udp(address, &query), ask_over_tcp(address, &query)];
        answers.iter().all(|answer| match answer {
            Ok(answer) => is_authoritative(answer),
            Err(_) => false,
        })
    })
}

const ID: [u8; 2] = *b"ns";

fn soa_query(zone: &str) -> Vec<u8> {
    let mut query = ID.to_vec();
    // No flags, one question, nothing else.
    query.extend([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in zone.split('.').filter(|label| !label.is_empty()) {
        query.push(u8::try_from(label.len()).expect("a label is short"));
        query.extend(label.bytes());
    }
    // The root, type SOA, class IN.
    query.extend([0, 0, 6, 0, 1]);
    query
}

fn ask_over_udp(server: SocketAddr, query: &[u8]) -> io::Result<Vec<u8>> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.connect(server)?;
    socket.set_read_timeout(Some(ANSWER_LIMIT))?;
    socket.send(query)?;
    let mut answer = vec![0; 1232];
    let length = socket.recv(&mut answer)?;
    answer.truncate(length);
    Ok(answer)
}

fn ask_over_tcp(server: SocketAddr, query: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&server, ANSWER_LIMIT)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    let length = u16::try_from(query.len()).expect("a query is short");
    stream.write_all(&[&length.to_be_bytes(), query].concat())?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}

/// Whether this is the answer to our query: authoritative, NOERROR and not empty.
fn is_authoritative(answer: &[u8]) -> bool {
    const QR_AND_AA: u8 = 0x84;
    answer.len() > 12
        && answer[..2] == ID
        && answer[2] & QR_AND_AA == QR_AND_AA
        && answer[3] & 0x0f == 0
        && answer[6..8] != [0, 0]
}
