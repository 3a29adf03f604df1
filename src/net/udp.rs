//! Messages over UDP: a connected socket a message, so that the kernel passes on only what comes from the address and
//! port that were asked (RFC 5452 §9), each with a port that the kernel chose by chance.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::UdpSocket;

use crate::proto::exchange::{Attempt, Ending, Verdict};

use super::{deadline, in_words, until};

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
    let end = deadline(attempt.answer_within);
    let mut datagram = vec![0; 65_535];
    let starts = deadline(std::time::Duration::ZERO);
    for (number, after) in attempt.sends.iter().enumerate() {
        match socket.send(&attempt.octets).await {
            Ok(_) => {}
            Err(error) if number == 0 => return Ending::NotSent(in_words(&error)),
            Err(error) => return Ending::Lost(in_words(&error)),
        }
        let next = attempt.sends.get(number + 1).map_or(end, |next| starts + *next).min(end);
        debug_assert!(starts + *after <= next || next == end);
        while let Some(received) = until(next, socket.recv(&mut datagram)).await {
            match received {
                Ok(length) if judge(&datagram[..length]) == Verdict::Enough => return Ending::Judged,
                Ok(_) => {}
                // An ICMP error: nobody has signed it, so it only ends this attempt.
                Err(error) => return Ending::Lost(in_words(&error)),
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
