//! The talk with a zone's servers: what `proto` decides, `net` performs, within the time budget.

use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::config::{Primary, Reach};
use crate::dns::Name;
use crate::exit::Exit;
use crate::net::{Network, Tls};
use crate::output::{Printer, Subject};
use crate::proto::exchange::{Answered, Attempt, Exchange, Now, Purpose, Step};
use crate::proto::{Contacts, SignError};

use super::Halt;

/// Is told of each message that is about to be sent.
pub(super) type OnSend = Box<dyn FnMut(&Attempt)>;

/// The clock, the dice, the network and the voice of one run.
pub(super) struct Conversation {
    pub(super) printer: Printer,
    /// Is told of each message that is about to be sent.
    pub(super) on_send: Option<OnSend>,
    /// The octets of the last answer to the message that was last sent, whether it was believed or not.
    pub(super) last_answer: Option<Vec<u8>>,
    /// The connections.
    pub(super) network: Network,
    tls: Option<Tls>,
    started: Instant,
    budget: Duration,
}

impl Conversation {
    pub(super) fn new(primary: &Primary, printer: Printer) -> Self {
        Self::of_reach(&primary.reach, printer)
    }

    /// A talk about several messages, each with the whole time.
    pub(super) fn of_reach(reach: &Reach, printer: Printer) -> Self {
        Self::over(Network::new(reach.source), reach.budget, printer)
    }

    /// Gives the next message the whole time.
    pub(super) fn restart(&mut self) {
        self.started = Instant::now();
    }

    /// A talk that says nothing by itself.
    pub(super) fn plain(budget: Duration, tls: Option<Tls>) -> Self {
        let printer = Printer { verbose: false, quiet: true, json: false, log: None };
        let mut talk = Self::over(Network::default(), budget, printer);
        talk.go_over(tls);
        talk
    }

    fn over(network: Network, budget: Duration, printer: Printer) -> Self {
        Self { printer, on_send: None, last_answer: None, network, tls: None, started: Instant::now(), budget }
    }

    /// Sends from these addresses from now on, one a family.
    pub(super) fn send_from(&mut self, v4: Option<SocketAddrV4>, v6: Option<SocketAddrV6>) {
        self.network.send_from(v4, v6);
    }

    /// Loads what TLS needs, where this primary is to be reached over it.
    ///
    /// # Errors
    /// What is wrong with it; nothing has been sent.
    pub(super) fn secure(&mut self, primary: &Primary) -> Result<(), Halt> {
        let Some(wanted) = primary.tls.as_ref().filter(|_| self.tls.is_none()) else { return Ok(()) };
        let tls = Tls::load(wanted).map_err(|why| Halt::new(Exit::Setup, why.to_string(), why.hint()))?;
        self.go_over(Some(tls));
        Ok(())
    }

    /// Goes over TLS with what was loaded for another talk with the same primary.
    pub(super) fn like(mut self, other: &Self) -> Self {
        self.go_over(other.tls.clone());
        self
    }

    fn go_over(&mut self, tls: Option<Tls>) {
        if let Some(tls) = &tls {
            self.network = std::mem::take(&mut self.network).with_tls(tls.clone());
        }
        self.tls = tls;
    }

    /// A talk about so many records: fifty more may take as long again.
    pub(super) fn for_many(primary: &Primary, records: usize, printer: Printer) -> Self {
        let times = u32::try_from(1 + records / 50).unwrap_or(u32::MAX);
        let budget = primary.budget.saturating_mul(times);
        Self { budget, ..Self::new(primary, printer) }
    }

    /// How much of the time budget is left.
    pub(super) fn left(&self) -> Duration {
        self.budget.saturating_sub(self.started.elapsed())
    }

    /// Has one message answered.
    pub(super) async fn ask(
        &mut self,
        contacts: &mut Contacts,
        message: Vec<u8>,
        purpose: Purpose,
    ) -> Result<Answered, SignError> {
        let mut exchange = Exchange::new(message, purpose, contacts)?;
        loop {
            let mut now = Now { unix: unix(), left: self.left(), random: &mut random };
            match exchange.step(contacts, &mut now) {
                Step::Done(answered) => return Ok(answered),
                Step::Pause(pause) => tokio::time::sleep(pause).await,
                Step::Try(attempt) => {
                    let (server, transport) = (attempt.server, attempt.transport);
                    if let Some(on_send) = &mut self.on_send {
                        on_send(&attempt);
                    }
                    let mut judge = |octets: &[u8]| {
                        let verdict = exchange.judge(octets, unix(), contacts);
                        if octets.get(..2) == attempt.octets.get(..2) {
                            self.last_answer = Some(octets.to_vec());
                        }
                        verdict
                    };
                    let ending = self.network.carry(&attempt, &mut judge).await;
                    let octets = attempt.octets.len();
                    self.printer.step(|| format!("{transport} {server}: {octets} octets sent: {ending}"));
                    exchange.ended(ending, contacts);
                }
            }
        }
    }

    /// Waits, but not beyond the budget.
    pub(super) async fn pause(&self, pause: Duration) {
        tokio::time::sleep(pause.min(self.left())).await;
    }
}

/// What outcomes are told of.
pub(super) fn subject(primary: &Primary, name: &Name, types: String) -> Subject {
    Subject {
        name: name.clone(),
        types,
        zone: primary.zone.clone(),
        server: None,
        served: None,
        key: primary.key.name().clone(),
        algorithm: primary.key.algorithm().word(),
        now: unix(),
    }
}

/// Contacts with these servers.
pub(super) fn contacts(primary: &Primary, servers: Vec<SocketAddr>) -> Contacts {
    Contacts::new(primary.key.clone(), servers, primary.transports)
}

/// Seconds since 1970 by this machine's clock; a clock before 1970 is one at 1970.
pub(super) fn unix() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Sixteen bits from the system. Should it have none, the clock's finest digits: IDs are then easier to guess, and the
/// signature still decides.
pub(super) fn random() -> u16 {
    let fallback = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    let bits = getrandom::u32().unwrap_or_else(|_| fallback());
    (bits ^ bits >> 16) as u16
}

impl From<SignError> for Halt {
    fn from(why: SignError) -> Self {
        Halt::new(Exit::Setup, why.to_string(), None)
    }
}
