//! A port at which the server answers over UDP only and TCP is refused, so that a run shows which of them it took.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long an answer of the server may take, and how soon the relay notices that it is to end.
const PATIENCE: Duration = Duration::from_millis(200);

/// Carries datagrams to a server and back until it is dropped.
pub(crate) struct Relay {
    /// The port of 127.0.0.1 at which it listens.
    pub(crate) port: u16,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Starts it in front of a server.
    pub(crate) fn start(server: SocketAddr) -> Self {
        let socket = udp_only();
        let port = socket.local_addr().unwrap().port();
        let ended = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ended);
        let thread = thread::spawn(move || {
            let mut message = vec![0; 65535];
            while !told.load(Ordering::Relaxed) {
                if let Ok((length, client)) = socket.recv_from(&mut message)
                    && let Ok(answer) = ask(server, &message[..length])
                {
                    // A client that has gone gets no answer.
                    let _ = socket.send_to(&answer, client);
                }
            }
        });
        Relay { port, ended, thread: Some(thread) }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A socket on a port at which nobody listens for TCP.
fn udp_only() -> UdpSocket {
    for _ in 0..100 {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = free.local_addr().unwrap();
        if let Ok(socket) = UdpSocket::bind(address) {
            socket.set_read_timeout(Some(PATIENCE)).unwrap();
            return socket;
        }
    }
    panic!("no port is free for UDP and TCP");
}

fn ask(server: SocketAddr, message: &[u8]) -> io::Result<Vec<u8>> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.connect(server)?;
    socket.send(message)?;
    let mut answer = vec![0; 65535];
    let length = socket.recv(&mut answer)?;
    answer.truncate(length);
    Ok(answer)
}
