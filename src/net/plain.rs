//! One plain question to one server: over UDP, and over TCP where the answer was cut.

use std::net::SocketAddr;
use std::time::Duration;

use crate::dns::{Name, RecordType};
use crate::proto::exchange::{Attempt, Ending, Verdict};
use crate::proto::query::PlainQuery;
use crate::proto::{Answer, Transport};

use super::Network;

/// How long a server is given over each transport.
const PATIENCE: Duration = Duration::from_millis(2500);
const RETRY: &[Duration] = &[Duration::ZERO, Duration::from_secs(1)];

/// Whom a question is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A resolver, which is to look further.
    Resolver,
    /// A server of the zone, which is to say what it serves itself.
    Authority,
}

/// Asks, for five seconds at most. Whoever answers is believed, if the answer fits the question.
///
/// # Errors
/// How it ended without an answer.
pub async fn ask(
    network: &mut Network,
    server: SocketAddr,
    asked: Asked,
    (name, record_type): (&Name, RecordType),
    random: &mut dyn FnMut() -> u16,
) -> Result<Answer, Ending> {
    let mut over = (Transport::Udp, RETRY);
    loop {
        let (transport, sends) = over;
        let (octets, query) = match asked {
            Asked::Resolver => PlainQuery::new(random(), name, record_type),
            Asked::Authority => PlainQuery::of_authority(random(), name, record_type),
        };
        let mut answer = None;
        let mut judge = |octets: &[u8]| match query.read(octets) {
            Ok(read) => {
                answer = Some(read);
                Verdict::Accepted
            }
            Err(_) => Verdict::Listen,
        };
        let sends = sends.to_vec();
        let (connect_within, answer_within, within) = (PATIENCE, PATIENCE, PATIENCE);
        let attempt = Attempt { server, host: None, transport, octets, sends, connect_within, answer_within, within };
        let ending = network.carry(&attempt, &mut judge).await;
        match answer {
            Some(answer) if answer.is_truncated() && transport == Transport::Udp => {
                over = (Transport::Tcp, &RETRY[..1]);
            }
            answer => return answer.ok_or(ending),
        }
    }
}
