//! The process of its own: it deals with the events of one interface until there is none left.

use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use crate::config::{Config, Event, Surroundings};
use crate::dns::Name;
use crate::exit::Exit;
use crate::output::{Printer, Severity, Syslog, followed};
use crate::source::Family;
use crate::state::{Debts, History, Locks, Places, Spool, Turn};

use super::super::environment;
use super::super::follow::{Memory, Programs, Pursuit, Verdict, plan, pursue, said, worst};
use super::noted::{Noted, signals, was_its_link};
use super::{UNSPOOLED, follows, label};

/// How often a run that waits for its turn looks.
const TICK: Duration = Duration::from_millis(100);

/// How many times it looks whether the one who waits is still alive.
const DYING: u32 = 10;

/// Deals with the event of this line, in the process that was started for it.
pub(in crate::commands) async fn detached(config: &Config, line: &str) -> Exit {
    // Neither the caller's session nor its group: what ends these is not to end us. It fails only where we lead a group
    // already, as from a shell that gives each job one.
    let _ = rustix::process::setsid();
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let log = Some(Syslog::at(&config.syslog.value));
    let printer = Printer { verbose: false, quiet: false, json: false, log };
    let unspooled = line.strip_prefix(UNSPOOLED);
    let Some(own) = Noted::from_line(unspooled.unwrap_or(line)) else {
        printer.say("--detached: that is no event");
        return Exit::Setup;
    };
    let places = Places::make(config.state_directory.value.as_deref(), &environment);
    let locks = Locks::within(places.runtime.clone());
    let programs = Programs::start(printer);
    let (debts, history) = (Debts::within(places.state.clone()), History::within(places.state.clone()));
    let mut run =
        Run { config: config.clone(), locks, debts, history, printer, programs: &programs, past: Past::default() };
    let spool = places.runtime.map(|directory| Spool::within(&directory, &label(config, &own.event)));
    let exit = match &spool {
        None => run.alone(own, "there is no directory for locks (/run/nsup)").await,
        Some(spool) => match turn(spool, config.retry_for.value).await {
            Ok(Some(turn)) => run.rounds(spool, turn, own, unspooled.is_some()).await,
            Ok(None) if unspooled.is_some() => run.alone(own, "others are at work").await,
            Ok(None) => Exit::Done,
            Err(why) => run.alone(own, &why.to_string()).await,
        },
    };
    drop(run);
    programs.finish().await;
    exit
}

/// Waits for the turn; `None` when somebody else waits for it already, and will see our event too.
async fn turn(spool: &Spool, patience: Duration) -> std::io::Result<Option<Turn>> {
    let end = Instant::now() + patience;
    let mut waiting = None;
    for tries in 0.. {
        if let Some(turn) = spool.turn()? {
            return Ok(Some(turn));
        }
        if waiting.is_none() {
            waiting = spool.wait()?;
        }
        // Who was killed a moment ago may still have what he held.
        if (waiting.is_none() && tries >= DYING) || Instant::now() >= end {
            break;
        }
        sleep(TICK).await;
    }
    Ok(None)
}

/// One process that deals with events.
struct Run<'r> {
    config: Config,
    locks: Locks,
    debts: Debts,
    history: History,
    printer: Printer,
    programs: &'r Programs,
    past: Past,
}

/// What is known from earlier rounds.
#[derive(Default)]
struct Past {
    /// How many events they had.
    events: usize,
    dealt: Rc<RefCell<Vec<(Name, IpAddr)>>>,
}

impl Run<'_> {
    /// Deals with the one event, knowing of no other run.
    async fn alone(&mut self, own: Noted, why: &str) -> Exit {
        self.printer.warning(&format!("{why}: this run knows of no other"));
        self.round(&[own], &|| false).await
    }

    /// Deals with what is in the spool until there is nothing new in it.
    async fn rounds(&mut self, spool: &Spool, turn: Turn, own: Noted, is_unspooled: bool) -> Exit {
        let mut turn = turn;
        let mut exit = Exit::Done;
        let mut is_first = true;
        loop {
            let (lines, length) = match spool.read() {
                Ok(read) => read,
                Err(why) if is_first => return self.alone(own, &why.to_string()).await,
                Err(_) => return exit,
            };
            is_first = false;
            let mut events: Vec<Noted> = lines.iter().filter_map(|line| Noted::from_line(line)).collect();
            // One that the spool took and that is not in it was dealt with, and may be the past by now.
            events.extend(Some(&own).filter(|_| is_unspooled).cloned());
            events.sort_by_key(|noted| noted.at);
            exit = worst([exit, self.round(&events, &|| spool.length() > length).await]);
            match spool.finish(turn, length) {
                Ok(Some(again)) => turn = again,
                Ok(None) | Err(_) => return exit,
            }
            exit = Exit::Done;
        }
    }

    /// Brings the names that these events concern to where they are to be.
    async fn round(&mut self, events: &[Noted], newer: &dyn Fn() -> bool) -> Exit {
        let Some(last) = events.last() else { return Exit::Done };
        self.read_again();
        // An address that was lost once more is to be dealt with once more.
        let new = events.iter().skip(self.past.events).flat_map(|noted| &noted.event.lost);
        new.for_each(|lost| self.past.dealt.borrow_mut().retain(|(_, dealt)| dealt != lost));
        self.past.events = events.len();
        let signals = signals(events, last, &self.past.dealt);
        let until = Instant::now() + self.config.retry_for.value.saturating_sub(last.age());
        let (groups, faults) = plan(&self.config, |named| {
            let families = [Family::V4, Family::V6];
            let is_followed = families.iter().any(|family| follows(named.source(*family), &last.event));
            is_followed && was_its_link(named, events)
        });
        let cause = cause(&last.event);
        let memory = Memory { reported: None, history: Some((&self.history, &cause)) };
        followed(self.printer, &said(&faults, memory), Severity::Error);
        let pursuits = groups.iter().map(|group| {
            let (signals, locks, debts, printer) = (&signals, &self.locks, &self.debts, self.printer);
            let (began, until, programs) = (Instant::now(), Some(until), self.programs);
            let items = group.items().into_iter().filter(|item| follows(item.source(), &last.event)).collect();
            let told = RefCell::default();
            async move {
                let told = &told;
                let this =
                    Pursuit { group, signals, began, until, locks, printer, newer, debts, told, programs, memory };
                pursue(this, items).await
            }
        });
        let open = join_all(pursuits).await;
        worst(open.iter().flatten().chain(&faults).map(Verdict::exit))
    }

    /// Goes by the file as it is now: the event that woke us may be somebody's try of what he has just corrected.
    fn read_again(&mut self) {
        let credentials = Surroundings::of_this_process().credentials;
        match Config::read(&self.config.path, credentials.as_deref()) {
            Ok(config) => self.config = config,
            Err(why) => self.printer.warning(&format!("{why}; what it said before is done")),
        }
    }
}

/// An event in the words by which its caller may be called by hand.
fn cause(event: &Event) -> String {
    format!("hook {} {} {}", event.caller, event.kind, event.interface)
}
