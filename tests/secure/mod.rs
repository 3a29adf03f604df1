//! A server that speaks TLS and does what real ones won't: says nothing, goes away, or tells what it was shown.

// Each test file uses a part, and nothing of it can be reached from outside.
#![allow(dead_code, unreachable_pub)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::certificates::{Ca, Pair};

/// What it does with a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Sends it back.
    Echo,
    /// Sends it back and closes.
    EchoOnce,
    /// Nothing.
    Silent,
    /// Closes.
    Close,
}

/// How it is set up.
pub struct Secure<'s> {
    /// What it shows.
    pub pair: &'s Pair,
    /// Whose certificates it asks for.
    pub clients: Option<&'s Ca>,
    /// What it speaks over TLS.
    pub alpn: &'s [u8],
    /// How many session tickets it gives.
    pub tickets: usize,
    pub habit: Habit,
}

/// What it saw.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen {
    /// A connection, with the name that it was told and the protocol that was agreed on.
    Connection(Option<String>, Option<Vec<u8>>),
    /// A message.
    Message(Vec<u8>),
}

/// The server, while its test runs.
pub struct Running {
    pub address: SocketAddr,
    seen: Mutex<Receiver<Seen>>,
}

impl<'s> Secure<'s> {
    /// DNS over TLS with two tickets.
    pub fn new(pair: &'s Pair, habit: Habit) -> Self {
        Self { pair, clients: None, alpn: b"dot", tickets: 2, habit }
    }

    pub fn start(self) -> Running {
        self.start_at("127.0.0.1:0").expect("a free port")
    }

    /// At this address; `None` where the system does not let us.
    pub fn start_at(self, address: &str) -> Option<Running> {
        let config = Arc::new(self.config());
        let listener = TcpListener::bind(address).ok()?;
        let address = listener.local_addr().unwrap();
        let (sender, seen) = channel();
        let habit = self.habit;
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (config, sender) = (config.clone(), sender.clone());
                thread::spawn(move || serve(stream.unwrap(), config, habit, &sender));
            }
        });
        Some(Running { address, seen: Mutex::new(seen) })
    }

    fn config(&self) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone());
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = match self.clients {
            None => builder.with_no_client_auth(),
            Some(ca) => {
                let mut roots = RootCertStore::empty();
                certificates(&ca.file).into_iter().for_each(|one| roots.add(one).unwrap());
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let key = PrivateKeyDer::from_pem_file(&self.pair.key).unwrap();
        let mut config = builder.with_single_cert(certificates(&self.pair.certificate), key).unwrap();
        config.alpn_protocols = vec![self.alpn.to_vec()];
        config.send_tls13_tickets = self.tickets;
        config
    }
}

impl Running {
    /// All that it has seen since it was last asked.
    pub fn seen(&self) -> Vec<Seen> {
        // What is on its way gets there.
        thread::sleep(Duration::from_millis(50));
        self.seen.lock().unwrap().try_iter().collect()
    }

    /// How many connections and messages these are.
    pub fn counted(&self) -> (usize, usize) {
        let seen = self.seen();
        let messages = seen.iter().filter(|seen| matches!(seen, Seen::Message(_))).count();
        (seen.len() - messages, messages)
    }
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, habit: Habit, seen: &Sender<Seen>) {
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    // Its handshake may fail: that is what some clients are here for.
    while stream.conn.is_handshaking() {
        if stream.conn.complete_io(&mut stream.sock).is_err() {
            return;
        }
    }
    let (name, protocol) =
        (stream.conn.server_name().map(str::to_owned), stream.conn.alpn_protocol().map(<[u8]>::to_vec));
    let _ = seen.send(Seen::Connection(name, protocol));
    let mut length = [0; 2];
    while stream.read_exact(&mut length).is_ok() {
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        if stream.read_exact(&mut message).is_err() {
            return;
        }
        let _ = seen.send(Seen::Message(message.clone()));
        match habit {
            Habit::Silent => continue,
            Habit::Close => return,
            Habit::Echo => stream.write_all(&[&length[..], &message].concat()).unwrap(),
            Habit::EchoOnce => {
                // Both in one segment, so that whoever has the answer knows of the end.
                stream.conn.writer().write_all(&[&length[..], &message].concat()).unwrap();
                stream.conn.send_close_notify();
                stream.conn.write_tls(&mut stream.sock).unwrap();
                return;
            }
        }
    }
}

fn certificates(path: &Path) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(path).unwrap().map(Result::unwrap).collect()
}
