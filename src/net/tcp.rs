//! Messages over TCP: two octets of length, then the message (RFC 1035 §4.2.2, RFC 7766 §8).

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::SocketAddr;

use rustix::net::RecvFlags;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;

use crate::proto::exchange::{Attempt, Ending, Verdict};

use super::{deadline, in_words, until};

/// One open connection a server, used again for the next message (RFC 7766 §6.2.1).
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: HashMap<SocketAddr, TcpStream>,
    /// Servers that have closed a connection which was to be used again: each message gets one of its own.
    closing: HashSet<SocketAddr>,
}

impl Connections {
    /// Sends a message and reads until `judge` has enough. A connection is kept only after an answer that was taken.
    pub(super) async fn carry(
        &mut self,
        attempt: &Attempt,
        source: Option<SocketAddr>,
        judge: &mut dyn FnMut(&[u8]) -> Verdict,
    ) -> Ending {
        let end = deadline(attempt.within);
        let kept = self.open.remove(&attempt.server).filter(is_idle);
        let was_kept = kept.is_some();
        let mut stream = match kept {
            Some(stream) => stream,
            None => {
                let connected = until(deadline(attempt.connect_within).min(end), connect(attempt.server, source)).await;
                match connected {
                    None => return Ending::NotSent("connecting took too long".to_owned()),
                    Some(Err(error)) => return Ending::NotSent(in_words(&error)),
                    Some(Ok(stream)) => stream,
                }
            }
        };
        let end = deadline(attempt.answer_within).min(end);
        let (ending, accepted) = converse(&mut stream, &attempt.octets, end, judge).await;
        if was_kept && matches!(ending, Ending::Lost(_)) {
            self.closing.insert(attempt.server);
        }
        if accepted && !self.closing.contains(&attempt.server) {
            self.open.insert(attempt.server, stream);
        }
        ending
    }
}

/// Whether a connection that was used before is still open and silent. One that the server has closed meanwhile would
/// leave it unknown whether the next message arrived, though connecting anew would have told.
fn is_idle(stream: &TcpStream) -> bool {
    // The kernel itself is asked: tokio knows only what it saw when it last waited.
    let peeked = rustix::net::recv(stream, &mut [0], RecvFlags::PEEK | RecvFlags::DONTWAIT);
    matches!(peeked, Err(rustix::io::Errno::WOULDBLOCK))
}

async fn connect(server: SocketAddr, source: Option<SocketAddr>) -> io::Result<TcpStream> {
    let socket = if server.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(source) = source {
        socket.bind(source)?;
    }
    // A message is written whole, so there is nothing to gather.
    socket.set_nodelay(true)?;
    socket.connect(server).await
}

/// Sends a message and reads until there is enough; says whether the last that came was taken.
async fn converse(
    stream: &mut TcpStream,
    message: &[u8],
    end: Instant,
    judge: &mut dyn FnMut(&[u8]) -> Verdict,
) -> (Ending, bool) {
    let Ok(length) = u16::try_from(message.len()) else {
        return (Ending::NotSent("the message is longer than 65535 octets".to_owned()), false);
    };
    let framed = [&length.to_be_bytes(), message].concat();
    match until(end, stream.write_all(&framed)).await {
        None => return (Ending::Silent, false),
        Some(Err(error)) => return (Ending::Lost(in_words(&error)), false),
        Some(Ok(())) => {}
    }
    loop {
        let answer = match until(end, read_message(stream)).await {
            None => return (Ending::Silent, false),
            Some(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return (Ending::Lost("the server closed the connection without an answer".to_owned()), false);
            }
            Some(Err(error)) => return (Ending::Lost(in_words(&error)), false),
            Some(Ok(answer)) => answer,
        };
        match judge(&answer) {
            Verdict::Listen | Verdict::ListenBriefly => {}
            verdict => return (Ending::Judged { again: false }, verdict == Verdict::Accepted),
        }
    }
}

async fn read_message(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let length = stream.read_u16().await?;
    // Grows with what arrives, not with what is promised.
    let mut message = Vec::new();
    stream.take(length.into()).read_to_end(&mut message).await?;
    if message.len() < length.into() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(message) }
}
