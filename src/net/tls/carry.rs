//! Connections over TLS.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rustix::net::sockopt::set_tcp_quickack;
use rustls::ProtocolVersion;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::proto::exchange::{Attempt, Ending, Verdict};

use super::super::stream::{self, Stream};
use super::super::{tcp, until};
use super::{Tls, words};

/// The open connections, by server and by the name that it has proven.
#[derive(Debug)]
pub(in crate::net) struct Connections {
    tls: Tls,
    open: stream::Connections<(SocketAddr, ServerName<'static>), TlsStream<TcpStream>>,
}

impl Connections {
    /// No connection yet.
    pub(in crate::net) fn new(tls: Tls) -> Self {
        Self { tls, open: stream::Connections::default() }
    }

    /// The same without any connection.
    pub(in crate::net) fn anew(self) -> Self {
        Self::new(self.tls)
    }

    /// Carries an attempt over TLS, or not at all.
    pub(in crate::net) async fn carry(
        &mut self,
        attempt: &Attempt,
        source: Option<SocketAddr>,
        judge: &mut dyn FnMut(&[u8]) -> Verdict,
    ) -> Ending {
        let server = attempt.server;
        let name = match self.tls.name_of(attempt.host.as_deref(), server.ip()) {
            Ok(name) => name,
            Err(why) => return Ending::NotSent(why.to_string()),
        };
        let (tls, verified) = (&self.tls, name.clone());
        let connect = async move |end| connect(tls, server, verified, source, end).await;
        self.open.carry(attempt, (server, name), connect, judge).await
    }
}

async fn connect(
    tls: &Tls,
    server: SocketAddr,
    name: ServerName<'static>,
    source: Option<SocketAddr>,
    end: Instant,
) -> Result<TlsStream<TcpStream>, String> {
    let stream = tcp::connect(server, source, end).await?;
    let (config, told, shown) = tls.client(name);
    let begun = Instant::now();
    let handshake = until(end, TlsConnector::from(Arc::new(config)).connect(told, stream)).await;
    let handshake = handshake.ok_or("the TLS handshake took too long")?;
    let mut stream = handshake.map_err(|error| match shown.was_asked() {
        true => words::of_farewell(&error, shown.has_certs()),
        false => words::of_handshake(&error),
    })?;
    let is_open = stream.get_ref().1.protocol_version() == Some(ProtocolVersion::TLSv1_3) && shown.was_asked();
    if is_open {
        // A refusal takes no longer on its way than the handshake took.
        let end = (Instant::now() + begun.elapsed() + A_MOMENT).min(end);
        if let Some(Err(error)) = until(end, welcome(&mut stream)).await {
            return Err(words::of_farewell(&error, shown.has_certs()));
        }
    }
    Ok(stream)
}

/// How long a server may think about a certificate before it is written to.
const A_MOMENT: Duration = Duration::from_millis(250);

/// Waits for a sign that the server has taken our certificate, or our having none. In TLS 1.3 the client may write before
/// the server has looked at it, and a server may turn it down without a word: then nobody could tell what became of the
/// message. A session ticket is the sign (RFC 8446 §4.6.1).
async fn welcome(stream: &mut TlsStream<TcpStream>) -> io::Result<()> {
    poll_fn(|context| {
        // Reading takes in tickets by the way. No server has anything to say before it was asked.
        match Pin::new(&mut *stream).poll_read(context, &mut ReadBuf::new(&mut [0])) {
            Poll::Ready(Ok(())) => Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending if stream.get_ref().1.tls13_tickets_received() > 0 => Poll::Ready(Ok(())),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

impl Stream for TlsStream<TcpStream> {
    fn is_idle(&self) -> bool {
        let (socket, session) = self.get_ref();
        // It wants to read only where nothing that was read is left over.
        session.wants_read() && socket.is_idle()
    }

    fn awaits(&self) {
        // BIND writes its session tickets and then, in a segment of its own, the answer: by Nagle's rule that waits for
        // the tickets to be acknowledged, which the kernel would put off for 40 ms. If it cannot be had, that is all.
        let _ = set_tcp_quickack(self.get_ref().0, true);
    }

    fn ending(error: &io::Error, is_first: bool) -> Ending {
        // A server that turns our certificate down has not finished the handshake, and passes on nothing of what came
        // after it (RFC 8446 §4.4.2.4, §6.2).
        match words::of_refusal(error) {
            Some(refused) if is_first => Ending::NotSent(refused),
            Some(refused) => Ending::Lost(refused),
            None => Ending::Lost(words::of_error(error)),
        }
    }
}
