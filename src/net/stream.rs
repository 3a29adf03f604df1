//! Messages over a connection: two octets of length, then the message (RFC 1035 §4.2.2, RFC 7766 §8), and one connection
//! kept for each server. What TCP and TLS share.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

use crate::proto::exchange::{Attempt, Ending, Verdict};

use super::{deadline, until};

/// A connection.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin {
    /// Whether it was used before and is still open and silent. One that the server has closed meanwhile would leave it
    /// unknown whether the next message arrived, though connecting anew would have told.
    fn is_idle(&self) -> bool;

    /// Told when a message was written and its answer is waited for.
    fn awaits(&self) {}

    /// What an error means for the message; `is_first` before anything was heard over the connection.
    fn ending(error: &io::Error, is_first: bool) -> Ending;
}

/// One open connection a server, used again for the next message (RFC 7766 §6.2.1). `K` is what tells servers apart.
#[derive(Debug)]
pub(super) struct Connections<K, S> {
    open: HashMap<K, S>,
    /// Servers that have closed a connection which was to be used again: each message gets one of its own.
    closing: HashSet<K>,
}

/// How long a server may take to say why it stopped reading.
const LAST_WORDS: Duration = Duration::from_millis(200);

impl<K: Eq + Hash, S: Stream> Connections<K, S> {
    /// Sends a message and reads until `judge` has enough. A connection is kept only after an answer that was taken.
    /// `connect` makes one until a deadline, or says why not.
    pub(super) async fn carry(
        &mut self,
        attempt: &Attempt,
        server: K,
        connect: impl AsyncFnOnce(Instant) -> Result<S, String>,
        judge: &mut dyn FnMut(&[u8]) -> Verdict,
    ) -> Ending {
        let end = deadline(attempt.within);
        let kept = self.open.remove(&server).filter(S::is_idle);
        let was_kept = kept.is_some();
        let mut stream = match kept {
            Some(stream) => stream,
            None => match connect(deadline(attempt.connect_within).min(end)).await {
                Ok(stream) => stream,
                Err(why) => return Ending::NotSent(why),
            },
        };
        let end = deadline(attempt.answer_within).min(end);
        let (ending, accepted) = converse(&mut stream, !was_kept, &attempt.octets, end, judge).await;
        if was_kept && matches!(ending, Ending::Lost(_)) {
            self.closing.insert(server);
        } else if accepted && !self.closing.contains(&server) {
            self.open.insert(server, stream);
        }
        ending
    }
}

impl<K, S> Default for Connections<K, S> {
    fn default() -> Self {
        Self { open: HashMap::new(), closing: HashSet::new() }
    }
}

/// Sends a message and reads until there is enough; says whether the last that came was taken.
async fn converse<S: Stream>(
    stream: &mut S,
    mut is_first: bool,
    message: &[u8],
    end: Instant,
    judge: &mut dyn FnMut(&[u8]) -> Verdict,
) -> (Ending, bool) {
    let Ok(length) = u16::try_from(message.len()) else {
        return (Ending::NotSent("the message is longer than 65535 octets".to_owned()), false);
    };
    let framed = [&length.to_be_bytes(), message].concat();
    match until(end, write(stream, &framed)).await {
        None => return (Ending::Silent, false),
        Some(Err(error)) => {
            // Why the server does not listen, it may have told before.
            let told = until(deadline(LAST_WORDS).min(end), read_message(stream)).await;
            let ending = match told {
                Some(Err(why)) if why.kind() != io::ErrorKind::UnexpectedEof => S::ending(&why, is_first),
                _ => S::ending(&error, is_first),
            };
            return (ending, false);
        }
        Some(Ok(())) => stream.awaits(),
    }
    loop {
        let answer = match until(end, read_message(stream)).await {
            None => return (Ending::Silent, false),
            Some(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return (Ending::Lost("the server closed the connection without an answer".to_owned()), false);
            }
            Some(Err(error)) => return (S::ending(&error, is_first), false),
            Some(Ok(answer)) => answer,
        };
        is_first = false;
        match judge(&answer) {
            Verdict::Listen | Verdict::ListenBriefly => {}
            verdict => return (Ending::Judged { again: false }, verdict == Verdict::Accepted),
        }
    }
}

async fn write(stream: &mut impl Stream, octets: &[u8]) -> io::Result<()> {
    stream.write_all(octets).await?;
    // TLS gathers records.
    stream.flush().await
}

async fn read_message(stream: &mut impl Stream) -> io::Result<Vec<u8>> {
    let length = stream.read_u16().await?;
    // Grows with what arrives, not with what is promised.
    let mut message = Vec::new();
    stream.take(length.into()).read_to_end(&mut message).await?;
    if message.len() < length.into() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(message) }
}
