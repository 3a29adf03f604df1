//! watch: the names follow the kernel's notifications, for as long as it runs.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::join_all;
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep_until, timeout};

use crate::address::{Changes, News};
use crate::config::{Config, Surroundings, Watch};
use crate::exit::Exit;
use crate::output::{Message, Printer, Severity, followed};
use crate::source::Family;
use crate::state::{Locks, Places};

use super::environment;
use super::follow::{Group, Owed, Pursuit, Signals, Snapshot, Verdict, plan, pursue, said};

/// How long the kernel has to be quiet before its news are acted on, and the longest that this may take.
const QUIET: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(3);
/// How often everything is looked at without any news: what somebody else changed in the zone, or news that were lost.
const FULL_LOOK: Duration = Duration::from_secs(300);
/// How long a message on its way may still be waited for at the end.
const FAREWELL: Duration = Duration::from_secs(3);

/// Why a round was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Look,
    Reload,
    End,
}

/// What is heard.
struct Ears {
    changes: Changes,
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

/// Follows the addresses until it is told to end.
pub(super) async fn run(watch: Watch, printer: Printer) -> Exit {
    let mut ears = match Ears::new() {
        Ok(ears) => ears,
        Err(why) => {
            printer.failure(Exit::Setup, &plain(&format!("the kernel's notifications cannot be had: {why}")));
            return Exit::Setup;
        }
    };
    let mut config = watch.config;
    loop {
        if config.names.is_empty() {
            printer.failure(Exit::Setup, &plain(&format!("{} has no [[name]] to follow", config.path.display())));
            return Exit::Setup;
        }
        tell_systemd(&[NotifyState::Ready]);
        match follow(&config, &mut ears, printer).await {
            Next::End => {
                tell_systemd(&[NotifyState::Stopping]);
                return Exit::Done;
            }
            _ => {
                let reloading = NotifyState::monotonic_usec_now().ok().into_iter().chain([NotifyState::Reloading]);
                tell_systemd(&reloading.collect::<Vec<_>>());
                match Config::read(&config.path, Surroundings::of_this_process().credentials.as_deref()) {
                    Ok(read) => config = read,
                    Err(why) => {
                        let hint = why.hint();
                        printer.message(&Message { what: format!("{why}; the old settings stay"), hint });
                    }
                }
            }
        }
    }
}

/// Follows with one configuration.
async fn follow(config: &Config, ears: &mut Ears, printer: Printer) -> Next {
    let places = Places::make(config.state_directory.value.as_deref(), &environment);
    let locks = Locks::within(places.runtime);
    let (groups, faults) = plan(config, |_| true);
    followed(printer, &said(&faults, None), Severity::Error);
    let owed: Vec<RefCell<Vec<Owed>>> = groups.iter().map(|_| RefCell::default()).collect();
    let told = RefCell::new(Vec::new());
    let mut lost: Vec<(String, IpAddr)> = Vec::new();
    loop {
        let seen = snapshot(config);
        let newer = Cell::new(false);
        // What an interface has got again is not lost.
        lost.retain(|(name, address)| !seen.holds(name, *address));
        let signals = Signals { lost: lost.clone(), age: Some(Duration::ZERO), ..Signals::default() };
        let is_newer = || newer.get();
        let round = groups
            .iter()
            .zip(&owed)
            .map(|(group, owed)| follow_group(group, owed, &signals, &locks, printer, &is_newer, &told));
        let mut round = pin!(join_all(round));
        match listen(config, ears, &seen, &mut lost, &newer, round.as_mut()).await {
            Next::Look => {}
            next => {
                // A message on its way is worth the wait: what became of it is then known and told.
                newer.set(true);
                let _ = timeout(FAREWELL, round).await;
                return next;
            }
        }
    }
}

async fn follow_group(
    group: &Group,
    owed: &RefCell<Vec<Owed>>,
    signals: &Signals,
    locks: &Locks,
    printer: Printer,
    newer: &dyn Fn() -> bool,
    told: &RefCell<Vec<Verdict>>,
) -> Vec<Verdict> {
    let (began, until) = (Instant::now(), None);
    pursue(Pursuit { group, signals, began, until, locks, printer, newer, owed, told }, group.items()).await
}

/// Listens while a round goes on, and after it; ends when there is reason for another one, or for none.
async fn listen(
    config: &Config,
    ears: &mut Ears,
    seen: &Snapshot,
    lost: &mut Vec<(String, IpAddr)>,
    newer: &Cell<bool>,
    mut round: impl Future<Output = Vec<Vec<Verdict>>> + Unpin,
) -> Next {
    let full_look = Instant::now() + FULL_LOOK;
    let mut is_over = false;
    // When the news are acted on, and when at the latest.
    let mut due: Option<(Instant, Instant)> = None;
    loop {
        let wake = due.map_or(full_look, |(quiet, latest)| quiet.min(latest)).min(full_look);
        tokio::select! {
            _ = &mut round, if !is_over => is_over = true,
            _ = ears.hangup.recv() => return Next::Reload,
            _ = ears.terminate.recv() => return Next::End,
            _ = ears.interrupt.recv() => return Next::End,
            news = ears.changes.next() => {
                take_in(news, lost);
                let now = Instant::now();
                due = Some((now + QUIET, due.map_or(now + LONGEST, |(_, latest)| latest)));
            }
            () = sleep_until(wake), if is_over || !newer.get() => {
                // Every announcement of a router is news; an address is one only if it is another.
                let now = snapshot(config);
                let is_due = due.take().is_some() && now != *seen;
                // News can be lost; what was there and is not there any more cannot.
                let gone = seen.addresses().filter(|(name, address)| !now.holds(name, *address));
                lost.extend(gone.map(|(name, address)| (name.to_owned(), address)));
                if is_due || Instant::now() >= full_look {
                    newer.set(true);
                }
            }
        }
        if is_over && newer.get() {
            return Next::Look;
        }
    }
}

/// Remembers which addresses went away.
fn take_in(news: std::io::Result<News>, lost: &mut Vec<(String, IpAddr)>) {
    let Ok(News { changes, .. }) = news else { return };
    for change in changes {
        let Some(interface) = change.interface else { continue };
        let one = (interface, change.address);
        lost.retain(|known| *known != one);
        if change.removed {
            lost.push(one);
        }
    }
}

/// What the interfaces have that the names follow.
fn snapshot(config: &Config) -> Snapshot {
    let families = [Family::V4, Family::V6];
    Snapshot::of(config.names.iter().flat_map(|named| families.map(|family| named.source(family))).flatten())
}

impl Ears {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            changes: Changes::listen()?,
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }
}

/// Tells systemd, if it has asked to be told ($NOTIFY_SOCKET).
fn tell_systemd(states: &[NotifyState<'_>]) {
    let _ = sd_notify::notify(states);
}

fn plain(what: &str) -> Message {
    Message { what: what.to_owned(), hint: None }
}
