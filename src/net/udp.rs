//! Messages over UDP: a connected socket a message, so that the kernel passes on only what comes from the address and
//! port that were asked (RFC 5452 §9), each with a port that the kernel chose by chance.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::UdpSocket;
use tokio::time::Instant;

use crate::proto::exchange::{Attempt, Ending, GRACE, Verdict};

use super::{in_words, until};

/// Sends the datagram at each of its times and shows `judge` what comes back, until that has enough or time is up.
pub(super) async fn carry(
    attempt: &Attempt,
    source: Option<SocketAddr>,
    judge: &mut dyn FnMut(&[u8]) -> Verdict,
) -> Ending {
    let socket = match connect(attempt.server, source).await {
        Ok(socket) => socket,
        Err(error) => return Ending::NotSent(in_words(&error)),
    };
    let starts = Instant::now();
    let mut end = starts + attempt.answer_within.min(attempt.within);
    let mut datagram = vec![0; 65_535];
    for number in 0..attempt.sends.len() {
        match socket.send(&attempt.octets).await {
            Ok(_) => {}
            Err(error) if number == 0 => return Ending::NotSent(in_words(&error)),
            Err(error) => return Ending::Lost(in_words(&error)),
        }
        let mut next = attempt.sends.get(number + 1).map_or(end, |next| starts + *next).min(end);
        while let Some(received) = until(next, socket.recv(&mut datagram)).await {
            match received {
                Ok(length) => match judge(&datagram[..length]) {
                    Verdict::Listen => {}
                    Verdict::ListenBriefly => {
                        end = end.min(Instant::now() + GRACE);
                        next = next.min(end);
                    }
                    Verdict::Accepted | Verdict::Rejected => return Ending::Judged { again: number > 0 },
                },
                // An ICMP error: nobody has signed it, so it only ends this attempt.
                Err(error) => return Ending::Lost(in_words(&error)),
            }
            // Under a flood there is always something to receive, and the timer alone would not be asked.
            if Instant::now() >= next {
                break;
            }
        }
        if next == end {
            break;
        }
    }
    Ending::Silent
}

async fn connect(server: SocketAddr, source: Option<SocketAddr>) -> io::Result<UdpSocket> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(source.unwrap_or(any)).await?;
    socket.connect(server).await?;
    Ok(socket)
}
