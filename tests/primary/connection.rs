//! One TCP connection: messages with their lengths before them, one after the other (RFC 1035 §4.2.2, RFC 7766).

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nsup::proto::Transport;

use super::Request;
use super::delivery::{self, Afterwards, Line, Make};
use super::server::Server;
use super::sockets::LOOK_UP;

/// How long a connection may be idle, and how long a message may take to come in.
const IDLE: Duration = Duration::from_secs(10);

/// Serves a connection until one side ends it or the server stops.
pub(super) fn serve(server: &Arc<Server>, mut stream: TcpStream, peer: SocketAddr) {
    // However it ends, it is over; the client sees it, and so nobody else is told.
    let _ = stream
        .set_nodelay(true)
        .and_then(|()| stream.set_read_timeout(Some(LOOK_UP)))
        .and_then(|()| stream.set_write_timeout(Some(Duration::from_secs(1))))
        .and_then(|()| serve_all(server, &mut stream, peer));
}

fn serve_all(server: &Arc<Server>, stream: &mut TcpStream, peer: SocketAddr) -> io::Result<()> {
    loop {
        let mut length = [0; 2];
        read(server, stream, &mut length)?;
        let mut octets = vec![0; u16::from_be_bytes(length).into()];
        let Some(last) = octets.len().checked_sub(1) else { return Ok(()) };
        read(server, stream, &mut octets[..last])?;
        // The last octet is looked at and left where it is: a socket that is closed with something unread sends a
        // reset instead of an orderly end, which is the only way to a reset that std has.
        patiently(server, || stream.peek(&mut octets[last..]))?;
        let opcode = (octets.len() >= 12).then(|| octets[2] >> 3 & 0xf);
        let request = Request { transport: Transport::Tcp, octets, opcode, time: Instant::now(), peer };
        let fault = delivery::receive(server, &request);
        if !delivery::resets(fault.as_ref()) {
            read(server, stream, &mut [0])?;
        }
        if delivery::deliver(server, &request, fault, stream)? == Afterwards::Closed {
            return Ok(());
        }
    }
}

/// Fills `octets`.
fn read(server: &Server, stream: &mut TcpStream, octets: &mut [u8]) -> io::Result<()> {
    let mut filled = 0;
    while filled < octets.len() {
        filled += patiently(server, || stream.read(&mut octets[filled..]))?;
    }
    Ok(())
}

/// Repeats what runs into the stream's read timeout, until the server stops or the connection has been idle for too
/// long. The end of the stream is an error, too.
fn patiently(server: &Server, mut act: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    let end = Instant::now() + IDLE;
    while !server.is_stopped() && Instant::now() < end {
        match act() {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => return Ok(count),
            Err(why) if is_passing(&why) => {}
            Err(why) => return Err(why),
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// Whether an error of a socket with a read timeout only says that nothing has come yet.
pub(super) fn is_passing(why: &io::Error) -> bool {
    matches!(why.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

impl Line for TcpStream {
    fn send_later(&mut self, server: &Arc<Server>, time: Duration, make: Make) -> io::Result<()> {
        server.wait(time);
        make().map_or(Ok(()), |message| self.send(&message))
    }

    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.write_all(&framed(message))
    }

    fn send_part(&mut self, message: &[u8], octets: usize) -> io::Result<()> {
        let framed = framed(message);
        self.write_all(framed.get(..octets).unwrap_or(&framed))
    }

    fn send_slowly(&mut self, message: &[u8], pause: Duration) -> io::Result<()> {
        for octet in framed(message) {
            self.write_all(&[octet])?;
            std::thread::sleep(pause);
        }
        Ok(())
    }

    fn send_misframed(&mut self, message: &[u8], length: u16) -> io::Result<()> {
        self.write_all(&[&length.to_be_bytes(), message].concat())
    }

    fn send_elsewhere(&mut self, message: &[u8]) -> io::Result<()> {
        self.send(message)
    }
}

/// A message with its length before it. What is longer than a message can be has been turned down before.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&length, message].concat()
}
