//! The server without its sockets: a request's octets go in, the answer's come out; and what it remembers for a test.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nsup::dns::{Message, Record};
use nsup::proto::{Key, MAX_MESSAGE, Rcode, Transport};

use super::faults::Fault;
use super::policy::Policy;
use super::response::{self, Response};
use super::signature;
use super::zone::Zone;
use super::{Request, apply, questions};

/// Everything that the threads share.
pub(super) struct Server {
    zone: Mutex<Zone>,
    keys: Vec<(Key, Policy)>,
    /// What may be changed without a signature.
    pub(super) unsigned: Option<Policy>,
    faults: Mutex<Vec<Fault>>,
    requests: Mutex<Vec<Request>>,
    connections: AtomicUsize,
    /// By how many seconds the server's clock is ahead of the system's.
    clock: AtomicI64,
    stopped: AtomicBool,
}

/// How an answer differs from the honest one, the signature being right all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Twist {
    /// It does not.
    None,
    /// Nothing is done, and this is said.
    Rcode(Rcode),
    /// It is done, and the answer says only that it was cut.
    Truncated,
    /// Nothing is done, and the answer says only that it was cut.
    Cut,
}

impl Server {
    /// A server that nobody can reach yet.
    pub(super) fn new(zone: Zone, keys: Vec<(Key, Policy)>, faults: Vec<Fault>) -> Self {
        Self {
            zone: Mutex::new(zone),
            keys,
            unsigned: None,
            faults: Mutex::new(faults),
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
            clock: AtomicI64::new(0),
            stopped: AtomicBool::new(false),
        }
    }

    /// Answers a message; `None` where it deserves no answer.
    pub(super) fn respond(&self, octets: &[u8], transport: Transport, twist: Twist) -> Option<Vec<u8>> {
        let is_response = *octets.get(2)? & 0x80 != 0;
        if octets.len() < 12 || is_response {
            return None;
        }
        let Ok(message) = Message::walk(octets) else { return response::malformed(octets) };
        let now = self.now();
        let (signer, policy) = match signature::check(&self.keys, &message, now) {
            Ok(None) => (None, self.unsigned.as_ref()),
            Ok(signed) => signed.unzip(),
            Err(answer) => return Some(answer),
        };
        let response = match twist {
            Twist::None => self.process(&message, policy),
            Twist::Rcode(rcode) => Response::new(rcode),
            Twist::Cut => Response::truncated(),
            Twist::Truncated => {
                self.process(&message, policy);
                Response::truncated()
            }
        };
        let finish = |response: &Response| {
            let answer = response.encode(&message);
            signer.as_ref().map_or_else(|| answer.clone(), |signer| signer.sign(answer.clone(), now))
        };
        let answer = finish(&response);
        Some(match transport {
            Transport::Udp if answer.len() > response::longest_datagram(&message) => finish(&Response::truncated()),
            Transport::Tcp if answer.len() > MAX_MESSAGE => finish(&Response::new(Rcode::SERVFAIL)),
            _ => answer,
        })
    }

    fn process(&self, message: &Message<'_>, policy: Option<&Policy>) -> Response {
        // RFC 6891 §6.1.3: the version is in the OPT's TTL.
        if response::opt(message).is_some_and(|opt| opt.ttl >> 16 & 0xff != 0) {
            return Response::new(Rcode::BADVERS);
        }
        match message.header.opcode() {
            0 => questions::answer(&self.zone(), message),
            5 => Response::new(apply::update(&mut self.zone(), message, policy)),
            _ => Response::new(Rcode::NOTIMP),
        }
    }

    /// Replaces the RRsets of these records by them, and puts the serial up.
    pub(super) fn replace(&self, records: &[Record]) {
        let mut zone = self.zone();
        records.iter().for_each(|record| zone.delete_rrset(&record.name, record.record_type));
        records.iter().for_each(|record| zone.add(record.clone()));
        zone.increment_serial();
    }

    /// The zone. Whoever holds it holds up everybody else.
    pub(super) fn zone(&self) -> MutexGuard<'_, Zone> {
        lock(&self.zone)
    }

    /// The faults that are left.
    pub(super) fn faults(&self) -> MutexGuard<'_, Vec<Fault>> {
        lock(&self.faults)
    }

    /// The requests so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }

    /// Remembers a request.
    pub(super) fn received(&self, request: Request) {
        lock(&self.requests).push(request);
    }

    /// How many connections were accepted so far.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Counts a connection.
    pub(super) fn accepted(&self) {
        self.connections.fetch_add(1, Ordering::SeqCst);
    }

    /// Puts the server's clock ahead of the system's.
    pub(super) fn set_clock(&self, seconds_ahead: i64) {
        self.clock.store(seconds_ahead, Ordering::SeqCst);
    }

    /// The server's time in seconds since 1970.
    fn now(&self) -> u64 {
        let system = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        system.saturating_add_signed(self.clock.load(Ordering::SeqCst))
    }

    /// Tells the threads to end.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    /// Whether the threads are to end.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Waits, but not beyond the server's end.
    pub(super) fn wait(&self, time: Duration) {
        let end = Instant::now() + time;
        while !self.is_stopped() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(Duration::from_millis(20)));
        }
    }
}

/// Locks in spite of a panic elsewhere: what is kept here is never half changed.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
