//! watch: the names follow the kernel's notifications, for as long as it runs.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::address::{Changes, News};
use crate::config::{Config, Surroundings, Watch};
use crate::dns::Name;
use crate::exit::Exit;
use crate::output::{Message, Printer, Severity, followed};
use crate::source::{Family, Source};
use crate::state::{Debts, History, Locks, Places};

use super::environment;
use super::follow::{Memory, Programs, Pursuit, Signals, Snapshot, Verdict, plan, pursue, said};

/// How long the kernel has to be quiet before its news are acted on, and the longest that this may take.
const QUIET: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(3);
/// How often everything is looked at without any news: what somebody else changed in the zone, or news that were lost.
const FULL_LOOK: Duration = Duration::from_secs(300);
/// How many addresses that interfaces had are remembered.
const REMEMBERED: usize = 100;
/// How long a message on its way may still be waited for at the end.
const FAREWELL: Duration = Duration::from_secs(3);

/// Why a round was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Look,
    Reload,
    End,
}

/// What is known of the past.
#[derive(Default)]
struct Past {
    /// Addresses that interfaces had, the last ones.
    lost: Vec<(String, IpAddr)>,
    /// What has been made of these, name by name.
    dealt: Rc<RefCell<Vec<(Name, IpAddr)>>>,
    /// Whether something was lost that no round knows of yet: what is there now need not tell that.
    is_news: bool,
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
    // It outlives a reload.
    let mut past = Past::default();
    let programs = Programs::start(printer);
    if config.names.is_empty() {
        printer.failure(Exit::Setup, &nothing_to_follow(&config));
        return Exit::Setup;
    }
    loop {
        tell_systemd(&[NotifyState::Ready]);
        match follow(&config, &mut ears, &mut past, &programs, printer).await {
            Next::End => {
                tell_systemd(&[NotifyState::Stopping]);
                let _ = timeout(FAREWELL, programs.finish()).await;
                return Exit::Done;
            }
            _ => {
                let reloading = NotifyState::monotonic_usec_now().ok().into_iter().chain([NotifyState::Reloading]);
                tell_systemd(&reloading.collect::<Vec<_>>());
                match Config::read(&config.path, Surroundings::of_this_process().credentials.as_deref()) {
                    Ok(read) if read.names.is_empty() => printer.message(&nothing_to_follow(&read)),
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
async fn follow(config: &Config, ears: &mut Ears, past: &mut Past, programs: &Programs, printer: Printer) -> Next {
    let places = Places::make(config.state_directory.value.as_deref(), &environment);
    let (locks, debts) = (Locks::within(places.runtime), Debts::within(places.state.clone()));
    let history = History::within(places.state);
    let memory = Memory { reported: None, history: Some((&history, "watch")) };
    let (groups, faults) = plan(config, |_| true);
    followed(printer, &said(&faults, memory), Severity::Error);
    let told = RefCell::new(Vec::new());
    loop {
        let seen = snapshot(config);
        let newer = Cell::new(false);
        // What an interface has got again is not lost.
        past.lost.retain(|(name, address)| !seen.holds(name, *address));
        past.is_news = false;
        let (lost, dealt) = (past.lost.clone(), past.dealt.clone());
        let signals = Signals { lost, dealt, age: Some(Duration::ZERO), ..Signals::default() };
        let is_newer = || newer.get();
        let round = groups.iter().map(|group| {
            let (signals, locks, newer, debts, told) = (&signals, &locks, &is_newer, &debts, &told);
            let (began, until) = (Instant::now(), None);
            let this = Pursuit { group, signals, began, until, locks, printer, newer, debts, told, programs, memory };
            pursue(this, group.items())
        });
        let mut round = pin!(join_all(round));
        match listen(config, ears, &seen, past, &newer, round.as_mut()).await {
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

/// Listens while a round goes on, and after it; ends when there is reason for another one, or for none.
async fn listen(
    config: &Config,
    ears: &mut Ears,
    seen: &Snapshot,
    past: &mut Past,
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
                match news {
                    Ok(news) => past.take_in(news, seen),
                    // Nothing that can be heard again at once.
                    Err(_) => sleep(QUIET).await,
                }
                let now = Instant::now();
                due = Some((now + QUIET, due.map_or(now + LONGEST, |(_, latest)| latest)));
            }
            () = sleep_until(wake), if is_over || !newer.get() => {
                // Every announcement of a router is news; an address is one only if it is another.
                let now = snapshot(config);
                let is_due = due.take().is_some() && (now != *seen || past.is_news);
                // News can be lost; what was there and is not there any more cannot.
                let gone = seen.addresses().filter(|(name, address)| !now.holds(name, *address));
                gone.for_each(|(name, address)| past.lose(name, address));
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

impl Past {
    /// Remembers which addresses went away from the interfaces that names follow.
    fn take_in(&mut self, news: News, seen: &Snapshot) {
        for change in news.changes {
            if let Some(interface) = change.interface.filter(|name| seen.follows(name) && change.removed) {
                self.lose(&interface, change.address);
            }
        }
    }

    fn lose(&mut self, interface: &str, address: IpAddr) {
        // It may have been lost before, and have come back meanwhile.
        self.dealt.borrow_mut().retain(|(_, dealt)| *dealt != address);
        self.lost.retain(|(_, lost)| *lost != address);
        self.lost.push((interface.to_owned(), address));
        self.is_news = true;
        if self.lost.len() > REMEMBERED {
            let (_, forgotten) = self.lost.remove(0);
            self.dealt.borrow_mut().retain(|(_, dealt)| *dealt != forgotten);
        }
    }
}

/// What the interfaces have that the names follow.
fn snapshot(config: &Config) -> Snapshot {
    let families = [Family::V4, Family::V6];
    let sources = config.names.iter().flat_map(|named| families.map(|family| named.source(family)));
    Snapshot::of(sources.flatten().filter_map(Source::interface))
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

fn nothing_to_follow(config: &Config) -> Message {
    plain(&format!("{} has no [[name]] to follow", config.path.display()))
}

fn plain(what: &str) -> Message {
    Message { what: what.to_owned(), hint: None }
}
