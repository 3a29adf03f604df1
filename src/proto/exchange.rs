//! One request and the answer to it: which server, over what, how often, and when to stop (RFC 2136 §4, RFC 8945 §5.4).
//!
//! No socket is touched here. [`Exchange::step`] says what to do, the network does it, [`Exchange::judge`] hears every
//! octet that comes back, and [`Exchange::ended`] how it ended.

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::pending::{Claim, Pending, Rejection, SignError, sign};
use super::{Contacts, Rcode, Reply, Transport, Transports, TsigError};

/// The longest datagram that is sent without EDNS, in octets (RFC 1035 §4.2.1).
const MAX_DATAGRAM: usize = 512;
/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// When the same datagram is sent, counted from the first time. Identical octets: a server that gets it twice sees it.
const SENDS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(2), Duration::from_secs(5)];
/// How often the list of servers is gone through again where all of them failed by themselves (SERVFAIL).
const SERVFAIL_ROUNDS: u32 = 3;

/// How far an exchange may go without a verified answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A change. Once it may have arrived it is not sent again: whether it was carried out has to be asked.
    Change,
    /// A question, which can be asked as often as it takes.
    Ask,
    /// A question on which hangs what the run reports: asked until the time is up.
    Settle,
}

/// The time and the dice, which the caller has.
pub struct Now<'n> {
    /// Seconds since 1970 by this machine's clock.
    pub unix: u64,
    /// How much of the time budget is left.
    pub left: Duration,
    /// Sixteen bits that nobody can guess.
    pub random: &'n mut dyn FnMut() -> u16,
}

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Carry this and report.
    Try(Attempt),
    /// Wait, then ask again.
    Pause(Duration),
    /// It is over.
    Done(Answered),
}

/// A message on its way to one server.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// To whom.
    pub server: SocketAddr,
    /// Over what.
    pub transport: Transport,
    /// The octets, the same each time.
    pub octets: Vec<u8>,
    /// When they are sent, counted from the start: several times over UDP.
    pub sends: &'static [Duration],
    /// How long connecting may take.
    pub connect_within: Duration,
    /// How long to wait for an answer after the first time they were sent, whatever else comes in.
    pub answer_within: Duration,
    /// How long all of it may take.
    pub within: Duration,
}

/// Whether the network should go on listening after some octets came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Something better may still come.
    Listen,
    /// This is it.
    Accepted,
    /// This is not it, and nothing better will come.
    Rejected,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// [`Exchange::judge`] said that it was over.
    Judged,
    /// No octet left this machine.
    NotSent(String),
    /// Something was sent, and the connection or the wait ended.
    Lost(String),
    /// Something was sent, and nothing came back in time.
    Silent,
}

/// What came of it all.
#[derive(Debug, Clone)]
pub enum Answered {
    /// This server answered over this transport, and its signature verified. Over UDP the message may have arrived
    /// several times, and the answer be to any of the copies.
    Reply(Box<Reply>, SocketAddr, Transport),
    /// No octet of it left this machine.
    NotSent(Vec<Failure>),
    /// It was sent, and nothing that verifies came back: it may have been carried out or not.
    Unsettled(Vec<Failure>, Option<Hint>),
}

/// One attempt that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The server.
    pub server: SocketAddr,
    /// The transport.
    pub transport: Transport,
    /// What happened.
    pub why: String,
}

/// An answer that did not verify. Anybody may have sent it, so it is told and changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// The server that it claims to come from.
    pub server: SocketAddr,
    /// Over what it came. Over UDP anybody can send it, over TCP only somebody on the path.
    pub transport: Transport,
    /// What it says.
    pub claim: Claim,
    /// Why it is not believed.
    pub why: Rejection,
}

/// A request on its way to an answer.
#[derive(Debug)]
pub struct Exchange {
    message: Vec<u8>,
    purpose: Purpose,
    /// What is still to be tried in this round, and whether it is the second time.
    queue: VecDeque<(SocketAddr, Transport)>,
    round: u32,
    attempt: Option<(SocketAddr, Transport, Pending)>,
    accepted: Option<(Reply, u64)>,
    repeated: bool,
    rejected_over_tcp: u32,
    sent: bool,
    silence: bool,
    failures: Vec<Failure>,
    hint: Option<Hint>,
    refusal: Option<(Reply, SocketAddr, Transport)>,
    done: Option<Answered>,
}

impl Exchange {
    /// Starts with an encoded message, unsigned and with the ID 0.
    ///
    /// # Errors
    /// [`SignError`] where it cannot be signed, before anything is sent.
    pub fn new(message: Vec<u8>, purpose: Purpose, contacts: &Contacts) -> Result<Self, SignError> {
        sign(message.clone(), &contacts.key, 0)?;
        Ok(Self {
            message,
            purpose,
            queue: VecDeque::new(),
            round: 0,
            attempt: None,
            accepted: None,
            repeated: false,
            rejected_over_tcp: 0,
            sent: false,
            silence: false,
            failures: Vec::new(),
            hint: None,
            refusal: None,
            done: None,
        })
    }

    /// Says what to do next.
    pub fn step(&mut self, contacts: &Contacts, now: &mut Now<'_>) -> Step {
        if let Some(done) = self.done.take() {
            return Step::Done(done);
        }
        if now.left.is_zero() {
            return Step::Done(self.give_up());
        }
        if let Some((server, transport)) = self.queue.pop_front() {
            return self.attempt(server, transport, contacts, now);
        }
        if self.round > 0 && !self.goes_on() {
            return Step::Done(self.give_up());
        }
        let first = if contacts.transports == Transports::Udp { Transport::Udp } else { Transport::Tcp };
        self.queue = contacts.in_turn().map(|server| (server, first)).collect();
        self.round += 1;
        self.silence = false;
        self.repeated = false;
        match self.round {
            _ if self.queue.is_empty() => Step::Done(self.give_up()),
            1 => self.step(contacts, now),
            round => Step::Pause(back_off(round - 1, now)),
        }
    }

    /// Hears what came back, by a clock that says `unix`. Only what verifies counts; over TCP nothing better can come
    /// after anything else.
    pub fn judge(&mut self, octets: &[u8], unix: u64, contacts: &Contacts) -> Verdict {
        let Some((server, transport, pending)) = &self.attempt else { return Verdict::Rejected };
        match pending.verify(octets, contacts.time(unix)) {
            Ok(reply) => {
                self.accepted = Some((reply, unix));
                return Verdict::Accepted;
            }
            Err(unauthentic) => {
                if let Some(claim) = unauthentic.claim {
                    self.hint = Some(Hint { server: *server, transport: *transport, claim, why: unauthentic.why });
                }
            }
        }
        if *transport == Transport::Udp { Verdict::Listen } else { Verdict::Rejected }
    }

    /// Takes in how the attempt ended.
    pub fn ended(&mut self, ending: Ending, contacts: &mut Contacts) {
        let Some((server, transport, _)) = self.attempt.take() else { return };
        self.sent |= !matches!(ending, Ending::NotSent(_));
        if let Some((reply, unix)) = self.accepted.take() {
            self.sent = true;
            return self.replied(reply, unix, server, transport, contacts);
        }
        if !matches!(ending, Ending::NotSent(_)) {
            // An older no says nothing of what became of this one.
            self.refusal = None;
        }
        let why = match &ending {
            Ending::NotSent(why) | Ending::Lost(why) => why.clone(),
            Ending::Silent => "no answer in time".to_owned(),
            Ending::Judged => "no answer that verifies".to_owned(),
        };
        self.failures.push(Failure { server, transport, why });
        match (ending, transport) {
            (Ending::NotSent(_), Transport::Tcp) => {
                if contacts.transports != Transports::Tcp && self.fits_datagram(contacts) {
                    self.queue.push_front((server, Transport::Udp));
                }
            }
            (Ending::NotSent(_), Transport::Udp) => {}
            _ if self.purpose == Purpose::Change => self.done = Some(self.give_up()),
            (Ending::Judged, Transport::Tcp) => {
                // Nobody off the path can forge this over TCP twice: nothing better will come from this server.
                self.rejected_over_tcp += 1;
                if self.rejected_over_tcp < 2 {
                    self.queue.push_front((server, transport));
                } else if self.queue.is_empty() {
                    self.done = Some(self.give_up());
                }
            }
            (ending, Transport::Tcp) => {
                self.silence |= ending == Ending::Silent;
                // A connection that was cut is worth another at once; silence has cost enough time.
                if ending != Ending::Silent && !std::mem::replace(&mut self.repeated, true) {
                    self.queue.push_front((server, transport));
                }
            }
            (ending, Transport::Udp) => self.silence |= ending == Ending::Silent,
        }
    }

    /// An answer that verified (RFC 2136 §4.5, §4.6).
    fn replied(&mut self, reply: Reply, unix: u64, server: SocketAddr, over: Transport, contacts: &mut Contacts) {
        contacts.answered(server);
        if reply.tsig_error() == TsigError::BADTIME {
            let theirs = reply.server_time().unwrap_or(0);
            if contacts.set_clock(theirs, unix) {
                self.queue.push_front((server, over));
                return;
            }
        }
        if reply.is_truncated() {
            // RFC 8945 §5.3: what was cut says nothing of what was done.
            self.refusal = None;
            self.failures.push(Failure { server, transport: over, why: "a truncated answer".to_owned() });
            match (over, self.purpose) {
                (Transport::Udp, Purpose::Ask | Purpose::Settle) => self.queue.push_front((server, Transport::Tcp)),
                _ => self.done = Some(self.give_up()),
            }
            return;
        }
        match reply.rcode() {
            Rcode::SERVFAIL | Rcode::NOTIMP => self.refusal = Some((reply, server, over)),
            _ => self.done = Some(Answered::Reply(Box::new(reply), server, over)),
        }
    }

    fn attempt(&mut self, server: SocketAddr, over: Transport, contacts: &Contacts, now: &mut Now<'_>) -> Step {
        let mut message = self.message.clone();
        message[..2].copy_from_slice(&(now.random)().to_be_bytes());
        // The message could be signed when the exchange began, and only its ID and its time have changed.
        let Ok((octets, pending)) = sign(message, &contacts.key, contacts.time(now.unix)) else {
            return Step::Done(self.give_up());
        };
        let transport = if octets.len() > MAX_DATAGRAM { Transport::Tcp } else { over };
        self.attempt = Some((server, transport, pending));
        // The other servers are to have their share of the time.
        let share = now.left / u32::try_from(self.queue.len() + 1).unwrap_or(u32::MAX);
        Step::Try(Attempt {
            server,
            transport,
            octets,
            sends: if transport == Transport::Udp { &SENDS } else { &SENDS[..1] },
            connect_within: CONNECT.min(share),
            answer_within: ANSWER.min(share),
            within: now.left,
        })
    }

    /// Whether the servers are asked once more after all of them have been.
    fn goes_on(&self) -> bool {
        match &self.refusal {
            _ if self.purpose == Purpose::Settle => true,
            Some((reply, ..)) => reply.rcode() == Rcode::SERVFAIL && self.round < SERVFAIL_ROUNDS,
            None => self.silence,
        }
    }

    fn give_up(&mut self) -> Answered {
        if let Some((reply, server, over)) = self.refusal.take() {
            return Answered::Reply(Box::new(reply), server, over);
        }
        let failures = std::mem::take(&mut self.failures);
        if self.sent { Answered::Unsettled(failures, self.hint) } else { Answered::NotSent(failures) }
    }

    fn fits_datagram(&self, contacts: &Contacts) -> bool {
        sign(self.message.clone(), &contacts.key, 0).is_ok_and(|(octets, _)| octets.len() <= MAX_DATAGRAM)
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Judged => f.write_str("answered"),
            Self::NotSent(why) => write!(f, "not sent: {why}"),
            Self::Lost(why) => f.write_str(why),
            Self::Silent => f.write_str("no answer in time"),
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(if *self == Self::Tcp { "TCP" } else { "UDP" })
    }
}

/// 1, 2, 4, 8 seconds, and half as much again or less by chance, so that many routers do not come in step.
fn back_off(round: u32, now: &mut Now<'_>) -> Duration {
    let base = Duration::from_secs(1 << (round - 1).min(3));
    let chance = f64::from((now.random)()) / f64::from(u16::MAX);
    base.mul_f64(0.5 + chance).min(now.left)
}
