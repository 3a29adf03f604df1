//! The talk with a zone's servers: what `proto` decides, `net` performs, within the time budget.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::config::Primary;
use crate::dns::Name;
use crate::exit::Exit;
use crate::net::Network;
use crate::output::{Printer, Subject};
use crate::proto::exchange::{Answered, Exchange, Now, Purpose, Step};
use crate::proto::{Contacts, SignError};

use super::Halt;

/// The clock, the dice, the network and the voice of one run.
pub(super) struct Conversation {
    pub(super) printer: Printer,
    network: Network,
    started: Instant,
    budget: Duration,
}

impl Conversation {
    pub(super) fn new(primary: &Primary, printer: Printer) -> Self {
        Self { printer, network: Network::new(primary.source), started: Instant::now(), budget: primary.budget }
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
                    let mut judge = |octets: &[u8]| exchange.judge(octets, unix(), contacts);
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
