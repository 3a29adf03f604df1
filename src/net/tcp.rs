//! TCP: connecting, and looking whether a connection still stands.

use std::io;
use std::net::SocketAddr;

use rustix::net::RecvFlags;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;

use crate::proto::exchange::Ending;

use super::stream::Stream;
use super::{in_words, until};

/// The open connections, by server.
pub(super) type Connections = super::stream::Connections<SocketAddr, TcpStream>;

impl Stream for TcpStream {
    fn is_idle(&self) -> bool {
        // The kernel itself is asked: tokio knows only what it saw when it last waited.
        let peeked = rustix::net::recv(self, &mut [0], RecvFlags::PEEK | RecvFlags::DONTWAIT);
        matches!(peeked, Err(rustix::io::Errno::WOULDBLOCK))
    }

    fn ending(error: &io::Error, _is_first: bool) -> Ending {
        Ending::Lost(in_words(error))
    }
}

/// Connects until `end`, from `source` if there is one.
///
/// # Errors
/// Why not, in words.
pub(super) async fn connect(server: SocketAddr, source: Option<SocketAddr>, end: Instant) -> Result<TcpStream, String> {
    let connected = until(end, open(server, source)).await;
    connected.ok_or("connecting took too long")?.map_err(|error| in_words(&error))
}

async fn open(server: SocketAddr, source: Option<SocketAddr>) -> io::Result<TcpStream> {
    let socket = if server.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(source) = source {
        socket.bind(source)?;
    }
    // A message is written whole, so there is nothing to gather.
    socket.set_nodelay(true)?;
    socket.connect(server).await
}
