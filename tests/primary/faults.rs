//! The script of misbehaviour: which answers go wrong, in what way, how often.

use std::time::Duration;

use nsup::proto::{Rcode, Transport};

use super::Forgery;

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opcode {
    /// A question (RFC 1035 §4.1.1).
    Query,
    /// An UPDATE (RFC 2136 §2.2).
    Update,
}

/// What goes wrong. "Done" says that the request is carried out.
#[derive(Debug, Clone)]
pub enum Misbehaviour {
    /// Not done, not answered: the request was lost on its way.
    DropRequest,
    /// Done, not answered: the answer was lost on its way.
    DropAnswer,
    /// The request arrives twice, as the network may do it to a datagram: it is done twice, and answered twice.
    DuplicateRequest,
    /// Done, and the same answer sent twice.
    AnswerTwice,
    /// Done when it comes, answered so much later.
    DelayAnswer(Duration),
    /// Done and answered so much later: the request was long on its way.
    DelayRequest(Duration),
    /// A forgery comes first, then it is done and answered.
    ForgeFirst(Forgery),
    /// Not done; only the forgery comes.
    ForgeOnly(Forgery),
    /// Not done; this RCODE comes, signed if the request is. Only its lower four bits travel without EDNS.
    SignedRcode(Rcode),
    /// Done; the answer, signed if the request is, has TC, RCODE 0 and no records (RFC 8945 §5.3).
    Truncated,
    /// Done; only the first octets of the answer come, over TCP counted with the length before it and with the end of
    /// the connection (FIN) behind them.
    PartialAnswer(usize),
    /// Done; over TCP each octet of the answer comes in a segment of its own, a millisecond apart.
    ByteByByte,
    /// Done; as [`Misbehaviour::ByteByByte`], with so much time between.
    Drip(Duration),
    /// Done; over TCP the answer has this number before it instead of its length, and the end of the connection (FIN)
    /// behind it.
    Misframed(u16),
    /// Done; over UDP the answer comes from another port than the one that was asked.
    AnswerElsewhere,
    /// Done; over TCP the connection ends (FIN) instead of an answer.
    CloseApplied,
    /// Not done; over TCP the connection ends (FIN) instead of an answer.
    CloseNotApplied,
    /// Done; over TCP the connection is reset (RST) instead of an answer.
    ResetApplied,
    /// Not done; over TCP the connection is reset (RST) instead of an answer.
    ResetNotApplied,
    /// A TCP connection ends as soon as it is accepted, before anything is read. What the client has already sent by
    /// then makes it a reset. Uses up no request, so an opcode does not matter.
    CloseOnAccept,
    /// Before it is done, someone else replaces these RRsets (texts as for `Builder::record`).
    AnotherWriter(Vec<String>),
}

/// A misbehaviour, the requests that it befalls, and how many of them. Where several fit, the first in the list does.
#[derive(Debug, Clone)]
pub struct Fault {
    misbehaviour: Misbehaviour,
    transport: Option<Transport>,
    opcode: Option<Opcode>,
    spared: usize,
    times: usize,
}

impl Fault {
    /// Befalls the next request of any kind, once.
    pub fn new(misbehaviour: Misbehaviour) -> Self {
        Self { misbehaviour, transport: None, opcode: None, spared: 0, times: 1 }
    }

    /// Befalls only what comes over this transport.
    #[must_use]
    pub fn over(self, transport: Transport) -> Self {
        Self { transport: Some(transport), ..self }
    }

    /// Befalls only requests of this kind.
    #[must_use]
    pub fn on(self, opcode: Opcode) -> Self {
        Self { opcode: Some(opcode), ..self }
    }

    /// Spares the first `count` of the requests that fit.
    #[must_use]
    pub fn after(self, count: usize) -> Self {
        Self { spared: count, ..self }
    }

    /// Befalls so many requests.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Befalls every request that fits.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(usize::MAX)
    }

    fn is_endless(&self) -> bool {
        self.times == usize::MAX
    }

    /// Whether it befalls a request that fits; counts it.
    fn befalls(&mut self) -> bool {
        if self.spared > 0 {
            self.spared -= 1;
            return false;
        }
        let befalls = self.times > 0;
        if befalls && !self.is_endless() {
            self.times -= 1;
        }
        befalls
    }
}

/// What befalls a request.
pub(super) fn take(faults: &mut [Fault], transport: Transport, opcode: Option<u8>) -> Option<Misbehaviour> {
    let opcode = match opcode {
        Some(0) => Some(Opcode::Query),
        Some(5) => Some(Opcode::Update),
        _ => None,
    };
    let fits = |fault: &Fault| {
        fault.transport.is_none_or(|wanted| wanted == transport)
            && fault.opcode.is_none_or(|wanted| Some(wanted) == opcode)
            && !matches!(fault.misbehaviour, Misbehaviour::CloseOnAccept)
    };
    let fault = faults.iter_mut().find_map(|fault| (fits(fault) && fault.befalls()).then_some(fault))?;
    Some(fault.misbehaviour.clone())
}

/// Whether a connection is closed as soon as it is accepted.
pub(super) fn closes_on_accept(faults: &mut [Fault]) -> bool {
    let fits = |fault: &Fault| {
        matches!(fault.misbehaviour, Misbehaviour::CloseOnAccept) && fault.transport != Some(Transport::Udp)
    };
    faults.iter_mut().any(|fault| fits(fault) && fault.befalls())
}

/// How often the faults that end are still to happen.
pub(super) fn left(faults: &[Fault]) -> usize {
    faults.iter().filter(|fault| !fault.is_endless()).map(|fault| fault.times).sum()
}
