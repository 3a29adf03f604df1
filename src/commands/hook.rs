//! hook: an event handed over by pppd and others. The caller gets his answer at once; a process of its own deals with
//! it, and with every event of that interface that comes meanwhile.

use std::cell::RefCell;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use rustix::time::{ClockId, clock_gettime};
use tokio::time::{Instant, sleep};

use crate::address::{Handed, interface};
use crate::config::{Config, Event, Hook, Kind, NamedConfig};
use crate::exit::Exit;
use crate::output::{Message, Printer, Severity, Syslog, followed};
use crate::source::{Family, Source, fit};
use crate::state::{Locks, Places, Spool, Turn};

use super::environment;
use super::follow::{Pursuit, Signals, Verdict, plan, pursue, said, worst};

/// How often a run that waits for its turn looks.
const TICK: Duration = Duration::from_millis(100);

/// Takes the event down and starts the process that deals with it.
pub(super) fn run(hook: &Hook, printer: Printer) -> Exit {
    let Hook { config, event } = hook;
    if !config.names.iter().any(|named| is_concerned(named, event)) {
        printer.step(|| format!("{}: no name follows {}", config.path.display(), event.interface));
        return Exit::Done;
    }
    let line = Noted { event: with_what_goes(event), at: since_boot() }.to_line();
    let places = Places::make(config.state_directory.value.as_deref(), &environment);
    if let Some(directory) = &places.runtime
        && let Err(why) = Spool::within(directory, &label(config, event)).append(&line)
    {
        let text = format!("{}: {why}: the event is handed on without it", directory.display());
        tell_both(printer, config, Severity::Warning, &text);
    }
    match detach(&config.path, &line) {
        Ok(()) => Exit::Done,
        Err(why) => {
            tell_both(printer, config, Severity::Error, &format!("no process of its own could be started: {why}"));
            Exit::Setup
        }
    }
}

/// Deals with the event, in the process that was started for it.
pub(super) async fn detached(config: &Config, line: &str) -> Exit {
    // Neither the caller's session nor its group: what ends these is not to end us. It fails only where we lead a group
    // already, as from a shell that gives each job one.
    let _ = rustix::process::setsid();
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let log = Some(Syslog::at(&config.syslog.value));
    let printer = Printer { verbose: false, quiet: false, json: false, log };
    let Some(own) = Noted::from_line(line) else {
        printer.say("--detached: that is no event");
        return Exit::Setup;
    };
    let places = Places::make(config.state_directory.value.as_deref(), &environment);
    let locks = Locks::within(places.runtime.clone());
    let Some(directory) = &places.runtime else {
        printer.warning("there is no directory for locks (/run/nsup): this run knows of no other");
        let run = Run { config, locks: &locks, printer, until: Instant::now() + config.retry_for.value };
        return run.round(&[own], &|| false).await;
    };
    let spool = Spool::within(directory, &label(config, &own.event));
    match turn(&spool, config.retry_for.value).await {
        Ok(Some(turn)) => rounds(config, &locks, printer, &spool, turn, own).await,
        Ok(None) => Exit::Done,
        Err(why) => {
            printer.warning(&format!("{}: {why}: this run knows of no other", directory.display()));
            let run = Run { config, locks: &locks, printer, until: Instant::now() + config.retry_for.value };
            run.round(&[own], &|| false).await
        }
    }
}

/// Waits for the turn; `None` when somebody else waits for it already, and will see our event too.
async fn turn(spool: &Spool, patience: Duration) -> std::io::Result<Option<Turn>> {
    if let Some(turn) = spool.turn()? {
        return Ok(Some(turn));
    }
    let Some(_waiting) = spool.wait()? else { return Ok(None) };
    let end = Instant::now() + patience;
    loop {
        match spool.turn()? {
            None if Instant::now() < end => sleep(TICK).await,
            turn => return Ok(turn),
        }
    }
}

/// Deals with what is in the spool until there is nothing new in it.
async fn rounds(config: &Config, locks: &Locks, printer: Printer, spool: &Spool, turn: Turn, own: Noted) -> Exit {
    let mut turn = turn;
    let mut exit = Exit::Done;
    loop {
        let (lines, length) = match spool.read() {
            Ok(read) => read,
            Err(_) => (vec![own.to_line()], 0),
        };
        let events: Vec<Noted> = lines.iter().filter_map(|line| Noted::from_line(line)).collect();
        if let Some(newest) = events.last() {
            let age = since_boot().saturating_sub(newest.at);
            let until = Instant::now() + config.retry_for.value.saturating_sub(age);
            let run = Run { config, locks, printer, until };
            exit = run.round(&events, &|| spool.length() > length).await;
        }
        match spool.finish(turn, length) {
            Ok(Some(again)) => turn = again,
            Ok(None) | Err(_) => return exit,
        }
    }
}

/// One process that deals with events.
struct Run<'r> {
    config: &'r Config,
    locks: &'r Locks,
    printer: Printer,
    until: Instant,
}

impl Run<'_> {
    /// Brings the names that the last of these events concerns to where they are to be.
    async fn round(&self, events: &[Noted], newer: &dyn Fn() -> bool) -> Exit {
        let Some(last) = events.last() else { return Exit::Done };
        let signals = signals(events, last);
        let (groups, faults) = plan(self.config, |named| is_concerned(named, &last.event));
        followed(self.printer, &said(&faults, None), Severity::Error);
        let (owed, told) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
        let pursuits = groups.iter().map(|group| {
            let (signals, locks, owed, told, printer) = (&signals, self.locks, &owed, &told, self.printer);
            let (began, until) = (Instant::now(), Some(self.until));
            let items = group.items().into_iter().filter(|item| follows(item.source(), &last.event)).collect();
            pursue(Pursuit { group, signals, began, until, locks, printer, newer, owed, told }, items)
        });
        let open = join_all(pursuits).await;
        worst(open.iter().flatten().chain(&faults).map(Verdict::exit))
    }
}

/// What the events come to: the last says what is, and all of them what was.
fn signals(events: &[Noted], last: &Noted) -> Signals {
    let interface = last.event.interface.clone();
    let handed = Handed { interface: Some(interface.clone()), addresses: last.event.handed.clone() };
    let lost = events.iter().flat_map(|noted| noted.event.lost.iter().map(|lost| (interface.clone(), *lost)));
    Signals {
        kind: Some(last.event.kind),
        handed: (last.event.kind == Kind::Up).then_some(handed),
        lost: lost.collect(),
        age: Some(since_boot().saturating_sub(last.at)),
        interface: Some(interface),
        given: Vec::new(),
    }
}

/// Whether an event is one of the name's.
fn is_concerned(named: &NamedConfig, event: &Event) -> bool {
    let ours = named.ipparam.value.is_none() || named.ipparam.value == event.ipparam;
    ours && [Family::V4, Family::V6].iter().any(|family| follows(named.source(*family), event))
}

/// Whether an event is one of the source's.
fn follows(source: Option<&Source>, event: &Event) -> bool {
    match source {
        Some(Source::Hook(None) | Source::Route(_)) => true,
        Some(source) => source.interface() == Some(event.interface.as_str()),
        None => false,
    }
}

/// An event, and when it came: the time since the machine was started, which nobody sets.
#[derive(Debug, Clone)]
struct Noted {
    event: Event,
    at: Duration,
}

impl Noted {
    fn to_line(&self) -> String {
        format!("{} {}", self.at.as_millis(), self.event.to_json())
    }

    fn from_line(line: &str) -> Option<Self> {
        let (at, event) = line.split_once(' ')?;
        Some(Self { event: Event::from_json(event)?, at: Duration::from_millis(at.parse().ok()?) })
    }
}

fn since_boot() -> Duration {
    Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default()
}

/// What the spool of an event is called: whoever deals with it must go by the same file.
fn label(config: &Config, event: &Event) -> String {
    format!("{}-{}", event.interface, config.path.display())
}

/// Starts this program anew, with nothing of the caller's but the environment.
fn detach(config: &Path, line: &str) -> std::io::Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("hook").arg("--config").arg(config).arg("--detached").arg(line);
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(drop)
}

/// The event with the addresses that the interface is about to lose, where the caller does not hand them over.
fn with_what_goes(event: &Event) -> Event {
    let mut event = event.clone();
    if event.empties_interface() {
        let held = interface::addresses(&event.interface).unwrap_or_default();
        // What can never have been published cannot be lost.
        let public = held.into_iter().map(|held| held.address).filter(|address| fit(*address, true).is_ok());
        let new: Vec<_> = public.filter(|address| !event.lost.contains(address)).collect();
        event.lost.extend(new);
    }
    event
}

/// Says it to whoever stands there, and to the log: mostly nobody stands there.
fn tell_both(printer: Printer, config: &Config, severity: Severity, text: &str) {
    printer.speak(severity, text);
    let log = Some(Syslog::at(&config.syslog.value));
    Printer { log, ..printer }.message(&Message { what: text.to_owned(), hint: None });
}
