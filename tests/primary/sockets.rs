//! The port: a TCP listener and a UDP socket of one number on the loopback, their threads, and the end of these.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nsup::proto::Transport;

use super::connection::{self, is_passing};
use super::delivery::{self, Line, Make};
use super::server::{Server, lock};
use super::{Request, faults};

/// How often a thread that waits looks whether the server has stopped.
pub(super) const LOOK_UP: Duration = Duration::from_millis(50);

/// How many connections are served at the same time; more are closed.
const MAX_CONNECTIONS: usize = 64;

/// How often a port is looked for that is free on both transports.
const TRIES: usize = 32;

/// The threads of a server.
pub(super) struct Sockets {
    address: SocketAddr,
    listening: Vec<JoinHandle<()>>,
    /// Connections, and datagrams that take their time.
    passing: Arc<Passing>,
}

/// Threads that come and go.
#[derive(Default)]
struct Passing(Mutex<Vec<JoinHandle<()>>>);

/// A datagram's way back.
struct Datagrams<'s> {
    socket: &'s UdpSocket,
    peer: SocketAddr,
    passing: &'s Passing,
}

impl Sockets {
    /// Opens the port, 0 for any, on all transports but the `refused`, and starts to serve.
    ///
    /// # Errors
    /// Where no port can be had.
    pub(super) fn open(server: &Arc<Server>, port: u16, refused: &[Transport]) -> io::Result<Self> {
        let (listener, socket) = bind(port)?;
        let address = listener.local_addr()?;
        socket.set_read_timeout(Some(LOOK_UP))?;
        let passing = Arc::new(Passing::default());
        let mut listening = Vec::new();
        if !refused.contains(&Transport::Tcp) {
            let (server, passing) = (Arc::clone(server), Arc::clone(&passing));
            listening.push(std::thread::spawn(move || accept(&server, &listener, &passing)));
        }
        if !refused.contains(&Transport::Udp) {
            let (server, passing) = (Arc::clone(server), Arc::clone(&passing));
            listening.push(std::thread::spawn(move || receive(&server, &socket, &passing)));
        }
        Ok(Self { address, listening, passing })
    }

    /// Where clients find it.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the threads of a server that has been told to stop.
    pub(super) fn join(&mut self) {
        // Something comes in on each transport, so that the threads look up; no matter if it does not arrive.
        let _ = TcpStream::connect_timeout(&self.address, LOOK_UP);
        let _ = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.send_to(&[], self.address));
        // A thread that has panicked has said so itself.
        let join_all = |threads: Vec<JoinHandle<()>>| threads.into_iter().for_each(|thread| drop(thread.join()));
        join_all(std::mem::take(&mut self.listening));
        // Now nobody starts any more of these.
        join_all(std::mem::take(&mut *lock(&self.passing.0)));
    }
}

impl Passing {
    /// Starts a thread, unless too many are running.
    fn start(&self, act: impl FnOnce() + Send + 'static) {
        let mut threads = lock(&self.0);
        threads.retain(|thread| !thread.is_finished());
        if threads.len() < MAX_CONNECTIONS {
            threads.push(std::thread::spawn(act));
        }
    }
}

/// Binds both transports to one port.
fn bind(port: u16) -> io::Result<(TcpListener, UdpSocket)> {
    let mut tried = 0;
    loop {
        tried += 1;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        match UdpSocket::bind(listener.local_addr()?) {
            Ok(socket) => return Ok((listener, socket)),
            Err(why) if port != 0 || tried == TRIES => return Err(why),
            Err(_) => {}
        }
    }
}

fn accept(server: &Arc<Server>, listener: &TcpListener, passing: &Passing) {
    while !server.is_stopped() {
        let Ok((stream, peer)) = listener.accept() else {
            std::thread::sleep(LOOK_UP);
            continue;
        };
        if server.is_stopped() {
            return;
        }
        server.accepted();
        if !faults::closes_on_accept(&mut server.faults()) {
            let server = Arc::clone(server);
            passing.start(move || connection::serve(&server, stream, peer));
        }
    }
}

fn receive(server: &Arc<Server>, socket: &UdpSocket, passing: &Passing) {
    let mut buffer = vec![0; 65_536];
    while !server.is_stopped() {
        let (length, peer) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(why) if is_passing(&why) => continue,
            Err(_) => {
                std::thread::sleep(LOOK_UP);
                continue;
            }
        };
        if server.is_stopped() {
            return;
        }
        let octets = buffer[..length].to_vec();
        let opcode = (length >= 12).then(|| octets[2] >> 3 & 0xf);
        let request = Request { transport: Transport::Udp, octets, opcode, time: Instant::now(), peer };
        let fault = delivery::receive(server, &request);
        // A datagram that cannot be sent is lost, like others.
        let _ = delivery::deliver(server, &request, fault, &mut Datagrams { socket, peer, passing });
    }
}

impl Line for Datagrams<'_> {
    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.socket.send_to(message, self.peer).map(drop)
    }

    fn send_part(&mut self, message: &[u8], octets: usize) -> io::Result<()> {
        self.send(message.get(..octets).unwrap_or(message))
    }

    fn send_slowly(&mut self, message: &[u8], _pause: Duration) -> io::Result<()> {
        self.send(message)
    }

    fn send_misframed(&mut self, message: &[u8], _length: u16) -> io::Result<()> {
        self.send(message)
    }

    fn send_elsewhere(&mut self, message: &[u8]) -> io::Result<()> {
        UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.send_to(message, self.peer).map(drop)
    }

    fn send_later(&mut self, server: &Arc<Server>, time: Duration, make: Make) -> io::Result<()> {
        let (server, socket, peer) = (Arc::clone(server), self.socket.try_clone()?, self.peer);
        self.passing.start(move || {
            server.wait(time);
            let _ = make().map(|message| socket.send_to(&message, peer));
        });
        Ok(())
    }
}
