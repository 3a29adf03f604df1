//! One message to one address over one transport: whatever comes back first is what is learnt.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::proto::exchange::{Attempt, Ending, Hint, Verdict};
use crate::proto::{Key, Reply, SignError, Transport, leave_unsigned, sign};

use super::super::conversation::{Conversation, random, unix};

/// How long connecting may take, and an answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// When a datagram is sent.
const SENDS: [Duration; 2] = [Duration::ZERO, Duration::from_millis(1200)];

/// A door to knock at.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) server: SocketAddr,
    pub(super) host: Option<Arc<str>>,
    pub(super) transport: Transport,
}

/// What came back.
#[derive(Debug)]
pub(super) enum Heard {
    /// An answer that verified, when our clock had this time; or one that fits, where nothing was signed.
    Reply(Box<Reply>, u64),
    /// An answer that proves nothing.
    Unproven(Hint),
    /// Nothing, and how that ended.
    Nothing(String),
}

impl Door {
    /// Sends one message, with its ID still to be given, signed with `key` if there is one.
    ///
    /// # Errors
    /// [`SignError`].
    pub(super) async fn knock(
        &self,
        mut message: Vec<u8>,
        key: Option<&Arc<Key>>,
        talk: &mut Conversation,
    ) -> Result<Heard, SignError> {
        if let Some(id) = message.get_mut(..2) {
            id.copy_from_slice(&random().to_be_bytes());
        }
        let (octets, pending) = match key {
            Some(key) => sign(message, key, unix())?,
            None => leave_unsigned(message)?,
        };
        let Self { server, host, transport } = self.clone();
        let sends = if transport == Transport::Udp { SENDS.to_vec() } else { vec![Duration::ZERO] };
        let (connect_within, answer_within) = (PATIENCE, PATIENCE);
        let within = PATIENCE * 2;
        let attempt = Attempt { server, host, transport, octets, sends, connect_within, answer_within, within };
        let mut heard = None;
        let mut judge = |octets: &[u8]| match pending.verify(octets, unix()) {
            Ok(reply) => {
                heard = Some(Heard::Reply(Box::new(reply), unix()));
                Verdict::Accepted
            }
            Err(unauthentic) => match unauthentic.claim {
                // Anybody may have sent a datagram, so a better one is waited for, though not long.
                Some(claim) => {
                    heard = Some(Heard::Unproven(Hint { server, transport, claim, why: unauthentic.why }));
                    if transport == Transport::Udp { Verdict::ListenBriefly } else { Verdict::Rejected }
                }
                None => Verdict::Listen,
            },
        };
        let ending = talk.network.carry(&attempt, &mut judge).await;
        Ok(heard.unwrap_or_else(|| {
            Heard::Nothing(match ending {
                Ending::NotSent(why) | Ending::Lost(why) => why,
                Ending::Silent | Ending::Judged { .. } => "no answer in time".to_owned(),
            })
        }))
    }
}
