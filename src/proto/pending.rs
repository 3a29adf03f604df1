//! Signing a request, and the only thing that can then check an answer to it (RFC 8945 §5.1, §5.3, §5.4).

use std::sync::Arc;

use crate::dns::{Malformed, Message, Question};

use super::reply::{Answer, Reply, rcode};
use super::tsig::{Tsig, covered};
use super::{ExtendedCode, ExtendedError, Key, Rcode, TsigError};

/// By how many seconds the clocks may differ (RFC 8945 §10 recommends it).
pub const FUDGE: u16 = 300;

/// The longest message, in octets: its length travels in 16 bits over TCP.
pub const MAX_MESSAGE: usize = 65_535;

/// A request that waits for its answer.
#[derive(Debug, Clone)]
pub struct Pending {
    id: u16,
    opcode: u8,
    questions: Vec<Question>,
    /// What the answer's signature is checked with; `None` where the user wants no signatures.
    signed: Option<Signed>,
}

/// The signature that a request went out with.
#[derive(Debug, Clone)]
struct Signed {
    key: Arc<Key>,
    mac: Vec<u8>,
    time: u64,
}

/// Why a message cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// With its signature it would be longer than a message can be.
    #[error("the message would have {0} octets with its signature; {MAX_MESSAGE} fit")]
    TooLong(usize),
    /// It is no message.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// An answer that is not accepted (RFC 8945 §5.4): it changes nothing, and waiting for a better one goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unauthentic {
    /// Which rule it breaks.
    pub why: Rejection,
    /// What it claims, if it is an answer to this request at all. Anybody may have sent it.
    pub claim: Option<Claim>,
}

/// What an answer that did not verify says of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Its RCODE.
    pub rcode: Rcode,
    /// The error of its TSIG, where it has one.
    pub tsig_error: Option<TsigError>,
    /// What it adds to its RCODE.
    pub extended: Option<ExtendedCode>,
}

/// The rule that an unacceptable answer breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[allow(missing_docs)] // Each is what its message says.
pub enum Rejection {
    #[error("no DNS message")]
    Malformed,
    #[error("no answer to this request")]
    NotOurs,
    #[error("not signed")]
    Unsigned,
    #[error("signed with another key")]
    OtherKey,
    #[error("signed with a MAC of the wrong length")]
    MacLength,
    #[error("signed with a MAC that does not verify")]
    BadMac,
    #[error("signed at another time")]
    OutOfTime,
    #[error("signed, but with an error that contradicts its RCODE")]
    Contradiction,
}

/// Signs a request in full with `key` at `now`, seconds since 1970.
///
/// # Errors
/// [`SignError`].
pub fn sign(mut message: Vec<u8>, key: &Arc<Key>, now: u64) -> Result<(Vec<u8>, Pending), SignError> {
    let walked = Message::walk(&message)?;
    let (id, opcode, questions) = (walked.header.id, walked.header.opcode(), walked.questions);
    let mut tsig = Tsig {
        key: key.name().clone(),
        algorithm: key.algorithm().name(),
        time: now & 0xffff_ffff_ffff,
        fudge: FUDGE,
        mac: Vec::new(),
        original_id: id,
        error: 0,
        other: Vec::new(),
    };
    tsig.mac = key.mac(&[&message, &tsig.variables()]);
    tsig.append_to(&mut message);
    if message.len() > MAX_MESSAGE {
        return Err(SignError::TooLong(message.len()));
    }
    let signed = Signed { key: Arc::clone(key), mac: tsig.mac, time: tsig.time };
    Ok((message, Pending { id, opcode, questions, signed: Some(signed) }))
}

/// Takes a request as it is, for users who go by addresses: whatever fits it is then believed (RFC 5452 §9).
///
/// # Errors
/// [`SignError`], where it is too long or no message.
pub fn leave_unsigned(message: Vec<u8>) -> Result<(Vec<u8>, Pending), SignError> {
    let walked = Message::walk(&message)?;
    let (id, opcode, questions) = (walked.header.id, walked.header.opcode(), walked.questions);
    match message.len() {
        length if length > MAX_MESSAGE => Err(SignError::TooLong(length)),
        _ => Ok((message, Pending { id, opcode, questions, signed: None })),
    }
}

impl Pending {
    /// Takes up the wait for the answer to a request that was signed before, with the MAC that it went out with.
    ///
    /// # Errors
    /// [`Malformed`] where `request` is no message with a TSIG.
    pub fn resume(request: &[u8], key: &Arc<Key>) -> Result<Self, Malformed> {
        let message = Message::walk(request)?;
        let found = Tsig::find(&message)?.ok_or(Malformed { at: request.len(), what: "no TSIG" })?;
        let (id, opcode) = (message.header.id, message.header.opcode());
        let Tsig { mac, time, .. } = found.tsig;
        let signed = Some(Signed { key: Arc::clone(key), mac, time });
        Ok(Self { id, opcode, questions: message.questions, signed })
    }

    /// Checks an answer that came at `now`, seconds since 1970 by the clock that is compared with the server's.
    ///
    /// Takes `&self`: an answer that is not accepted does not end the wait.
    ///
    /// # Errors
    /// [`Unauthentic`] with the first rule broken, in the order of RFC 8945 §5.3 and §5.4.
    pub fn verify(&self, answer: &[u8], now: u64) -> Result<Reply, Unauthentic> {
        let nothing = |why| Unauthentic { why, claim: None };
        // Looked at before anything else is: whoever floods has to guess the ID before there is any work.
        if !begins(answer, self.id, self.opcode) {
            return Err(nothing(Rejection::NotOurs));
        }
        let message = Message::walk(answer).map_err(|_| nothing(Rejection::Malformed))?;
        if !answers(&message, self.id, self.opcode, &self.questions) {
            return Err(nothing(Rejection::NotOurs));
        }
        let Some(signed) = &self.signed else {
            return Ok(Reply::new(Answer::read(&message), TsigError::NONE, None, None));
        };
        let extended = ExtendedError::of(&message).map(|error| error.code);
        let mut claim = Claim { rcode: rcode(&message), tsig_error: None, extended };
        let reject = |why, claim| Unauthentic { why, claim: Some(claim) };
        let found = Tsig::find(&message).map_err(|_| reject(Rejection::Malformed, claim))?;
        let Some(found) = found else { return Err(reject(Rejection::Unsigned, claim)) };
        let (tsig, tsig_error) = (&found.tsig, TsigError(found.tsig.error));
        claim.tsig_error = Some(tsig_error);
        if tsig.key != *signed.key.name() || tsig.algorithm != signed.key.algorithm().name() {
            return Err(reject(Rejection::OtherKey, claim));
        }
        match tsig.mac.len() {
            0 => return Err(reject(Rejection::Unsigned, claim)),
            length if length < signed.key.least_mac_octets() || length > signed.key.algorithm().mac_octets() => {
                return Err(reject(Rejection::MacLength, claim));
            }
            _ => {}
        }
        let covered = covered(answer, found.start, tsig.original_id);
        // RFC 8945 §5.3: the request's MAC as it was sent, its length before it.
        let length = u16::try_from(signed.mac.len()).unwrap_or(u16::MAX).to_be_bytes();
        if !signed.key.verify(&[&length, &signed.mac, &covered, &tsig.variables()], &tsig.mac) {
            return Err(reject(Rejection::BadMac, claim));
        }
        signed.check(tsig, claim, now).map_err(|why| reject(why, claim))?;
        let server_time = (tsig_error == TsigError::BADTIME).then(|| server_time(&tsig.other)).flatten();
        Ok(Reply::new(Answer::read(&message), tsig_error, Some(tsig.time), server_time))
    }
}

impl Signed {
    /// The rules for what a verified TSIG says: its time, and its error beside the RCODE.
    fn check(&self, tsig: &Tsig, claim: Claim, now: u64) -> Result<(), Rejection> {
        let error = TsigError(tsig.error);
        if error != TsigError::NONE && claim.rcode != Rcode::NOTAUTH {
            return Err(Rejection::Contradiction);
        }
        if error == TsigError::BADTIME {
            // RFC 8945 §5.2.3: the client's own time comes back, the server's stands in the other data.
            let sound = tsig.time == self.time && tsig.other.len() == 6;
            return if sound { Ok(()) } else { Err(Rejection::OutOfTime) };
        }
        let near = now.abs_diff(tsig.time) <= tsig.fudge.into();
        if near { Ok(()) } else { Err(Rejection::OutOfTime) }
    }
}

/// Whether octets begin like an answer to the request with this ID and opcode.
pub(super) fn begins(octets: &[u8], id: u16, opcode: u8) -> bool {
    match octets {
        [high, low, flags, ..] => [*high, *low] == id.to_be_bytes() && *flags >> 3 == 0x10 | opcode,
        _ => false,
    }
}

/// Whether a message is an answer to the request with this ID, opcode and question (RFC 5452 §9, RFC 2136 §3.8). An
/// answer may leave the question out, but not change it.
pub(super) fn answers(message: &Message<'_>, id: u16, opcode: u8, questions: &[Question]) -> bool {
    let header = message.header;
    let echoed = message.questions.is_empty() || message.questions == questions;
    header.is_response() && header.id == id && header.opcode() == opcode && echoed
}

fn server_time(other: &[u8]) -> Option<u64> {
    let octets: [u8; 6] = other.try_into().ok()?;
    Some(octets.iter().fold(0, |time, octet| time << 8 | u64::from(*octet)))
}
