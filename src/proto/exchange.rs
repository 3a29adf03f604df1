//! One request and the answer to it: which server, over what, how often, and when to stop (RFC 2136 §4, RFC 8945 §5.4).
//!
//! No socket is touched here. [`Exchange::step`] says what to do, the network does it, [`Exchange::judge`] hears every
//! octet that comes back, and [`Exchange::ended`] how it ended.

mod attempt;
mod once;

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::pending::{Claim, Pending, Rejection, SignError, leave_unsigned, sign};
use super::{Contacts, Rcode, Reply, Transport, Transports, TsigError};

pub use attempt::{Attempt, Ending, GRACE, Verdict};

/// The longest datagram that is sent without EDNS, in octets (RFC 1035 §4.2.1).
const MAX_DATAGRAM: usize = 512;
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
    /// A message that is handed over as nsupdate does it: to each server once, until one answers, whatever it says.
    Once,
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

/// What came of it all.
#[derive(Debug, Clone)]
pub enum Answered {
    /// This server answered, and its signature verified.
    Reply(Box<Reply>, SocketAddr, Copies),
    /// No octet of it left this machine.
    NotSent(Vec<Failure>),
    /// It was sent, and nothing that verifies came back: it may have been carried out or not.
    Unsettled(Vec<Failure>, Option<Hint>),
}

/// How often a message may have arrived that was answered: the answer may be to any of the copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// Once: it went over a connection.
    One,
    /// Once, unless the network has doubled the datagram.
    Perhaps,
    /// It was sent more than once.
    Several,
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
    refusal: Option<(Reply, SocketAddr, Copies)>,
    /// What is answered has been sent before, to whichever server.
    copied: bool,
    /// A connection did not tell more than an answer that did not verify: datagrams have all their time.
    patient: bool,
    done: Option<Answered>,
}

impl Exchange {
    /// Starts with an encoded message, unsigned and with the ID 0.
    ///
    /// # Errors
    /// [`SignError`] where it cannot be signed, before anything is sent.
    pub fn new(message: Vec<u8>, purpose: Purpose, contacts: &Contacts) -> Result<Self, SignError> {
        prepare(message.clone(), contacts, 0)?;
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
            copied: false,
            patient: false,
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
        let first = contacts.transports.first();
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
                Verdict::Accepted
            }
            Err(unauthentic) => {
                if let Some(claim) = unauthentic.claim {
                    self.hint = Some(Hint { server: *server, transport: *transport, claim, why: unauthentic.why });
                }
                match transport {
                    Transport::Udp if unauthentic.claim.is_some() && self.is_brief() => Verdict::ListenBriefly,
                    Transport::Udp => Verdict::Listen,
                    Transport::Tcp | Transport::Tls => Verdict::Rejected,
                }
            }
        }
    }

    /// Takes in how the attempt ended.
    pub fn ended(&mut self, ending: Ending, contacts: &mut Contacts) {
        let Some((server, transport, _)) = self.attempt.take() else { return };
        let was_sent = !matches!(ending, Ending::NotSent(_));
        self.copied |= ending == Ending::Judged { again: true };
        if let Some((reply, unix)) = self.accepted.take() {
            self.sent = true;
            return self.replied(reply, unix, server, transport, contacts);
        }
        self.sent |= was_sent;
        self.copied |= was_sent;
        if was_sent {
            // An older no says nothing of what became of this one.
            self.refusal = None;
        }
        let why = match &ending {
            Ending::NotSent(why) | Ending::Lost(why) => why.clone(),
            Ending::Silent => "no answer in time".to_owned(),
            Ending::Judged { .. } => "no answer that verifies".to_owned(),
        };
        self.failures.push(Failure { server, transport, why });
        match (ending, transport) {
            _ if self.purpose == Purpose::Once => self.handed_over(server, transport),
            (Ending::NotSent(_), Transport::Tcp) => {
                if contacts.transports != Transports::Tcp && self.fits_datagram(contacts) {
                    self.queue.push_front((server, Transport::Udp));
                }
            }
            (Ending::NotSent(_), Transport::Udp | Transport::Tls) => {}
            _ if self.purpose == Purpose::Change => {
                // Who may have done it is asked first whether it did.
                contacts.answered(server);
                self.done = Some(self.give_up());
            }
            (Ending::Judged { .. }, Transport::Tcp | Transport::Tls) => {
                // Nobody off the path can forge this over TCP twice: nothing better will come from this server.
                self.rejected_over_tcp += 1;
                if self.rejected_over_tcp < 2 {
                    self.queue.push_front((server, transport));
                } else if self.queue.is_empty() {
                    self.done = Some(self.give_up());
                }
            }
            (ending, Transport::Tcp | Transport::Tls) => {
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
        let copies = match over {
            _ if self.copied => Copies::Several,
            Transport::Udp => Copies::Perhaps,
            _ => Copies::One,
        };
        if reply.tsig_error() == TsigError::BADTIME && self.purpose != Purpose::Once {
            let theirs = reply.server_time().unwrap_or(0);
            if contacts.set_clock(theirs, unix) {
                self.queue.push_front((server, over));
                return;
            }
        }
        if reply.is_truncated() {
            // RFC 8945 §5.3: what was cut says nothing of what was done.
            self.refusal = None;
            self.copied = true;
            self.failures.push(Failure { server, transport: over, why: "a truncated answer".to_owned() });
            match (over, self.purpose) {
                (Transport::Udp, Purpose::Ask | Purpose::Settle | Purpose::Once) => {
                    self.queue.push_front((server, Transport::Tcp))
                }
                _ => self.done = Some(self.give_up()),
            }
            return;
        }
        match reply.rcode() {
            Rcode::SERVFAIL | Rcode::NOTIMP if self.purpose != Purpose::Once => {
                if self.copied && self.purpose == Purpose::Change {
                    // An earlier copy may have been carried out: what another server says would say nothing of it.
                    self.queue.clear();
                }
                self.refusal = Some((reply, server, copies));
            }
            _ => self.done = Some(Answered::Reply(Box::new(reply), server, copies)),
        }
    }

    fn attempt(&mut self, server: SocketAddr, over: Transport, contacts: &Contacts, now: &mut Now<'_>) -> Step {
        let mut message = self.message.clone();
        message[..2].copy_from_slice(&(now.random)().to_be_bytes());
        // The message could be signed when the exchange began, and only its ID and its time have changed.
        let Ok((octets, pending)) = prepare(message, contacts, now.unix) else {
            return Step::Done(self.give_up());
        };
        let is_long = over == Transport::Udp && octets.len() > MAX_DATAGRAM;
        let transport = if is_long { Transport::Tcp } else { over };
        self.attempt = Some((server, transport, pending));
        // The other servers are to have their share of the time.
        let share = now.left / u32::try_from(self.queue.len() + 1).unwrap_or(u32::MAX);
        let patience = &contacts.patience;
        let (sends, answer) = match transport {
            Transport::Udp => (patience.sends.clone(), patience.datagram),
            _ => (vec![Duration::ZERO], patience.answer),
        };
        let limit = if self.is_second_opinion(server) { patience.datagram.min(share) } else { share };
        let (connect_within, answer_within) = (patience.connect.min(limit), answer.min(limit));
        let host = contacts.host_of(server);
        Step::Try(Attempt { server, host, transport, octets, sends, connect_within, answer_within, within: now.left })
    }

    /// Whether the servers are asked once more after all of them have been.
    fn goes_on(&self) -> bool {
        match &self.refusal {
            _ if self.purpose == Purpose::Once => false,
            _ if self.purpose == Purpose::Settle => true,
            Some((reply, ..)) => reply.rcode() == Rcode::SERVFAIL && self.round < SERVFAIL_ROUNDS,
            None => self.silence,
        }
    }

    fn give_up(&mut self) -> Answered {
        if let Some((reply, server, copies)) = self.refusal.take() {
            return Answered::Reply(Box::new(reply), server, copies);
        }
        let failures = std::mem::take(&mut self.failures);
        if self.sent { Answered::Unsettled(failures, self.hint) } else { Answered::NotSent(failures) }
    }

    fn fits_datagram(&self, contacts: &Contacts) -> bool {
        prepare(self.message.clone(), contacts, 0).is_ok_and(|(octets, _)| octets.len() <= MAX_DATAGRAM)
    }
}

/// Signs a message, if there is a key to sign with.
fn prepare(message: Vec<u8>, contacts: &Contacts, unix: u64) -> Result<(Vec<u8>, Pending), SignError> {
    match &contacts.key {
        Some(key) => sign(message, key, contacts.time(unix)),
        None => leave_unsigned(message),
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Tls => "TLS",
        })
    }
}

/// 1, 2, 4, 8 seconds, and half as much again or less by chance, so that many routers do not come in step.
fn back_off(round: u32, now: &mut Now<'_>) -> Duration {
    let base = Duration::from_secs(1 << (round - 1).min(3));
    let chance = f64::from((now.random)()) / f64::from(u16::MAX);
    base.mul_f64(0.5 + chance).min(now.left)
}
