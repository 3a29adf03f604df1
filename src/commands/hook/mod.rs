//! hook: an event handed over by pppd and others. The caller gets his answer at once; a process of its own deals with
//! it, and with every event of that interface that comes meanwhile.

mod noted;
mod run;

use std::path::Path;
use std::process::{Command, Stdio};

use crate::address::interface;
use crate::config::{Config, Event, Hook, NamedConfig};
use crate::exit::Exit;
use crate::output::{Message, Printer, Severity, Syslog};
use crate::source::{Family, Source, fit};
use crate::state::{Places, Spool};

use super::environment;
use noted::Noted;
pub(super) use run::detached;

/// What stands before an event that no spool has taken: who gets it handed over is the only one who knows of it.
const UNSPOOLED: &str = "unspooled ";

/// Takes the event down and starts the process that deals with it.
pub(super) fn run(hook: &Hook, printer: Printer) -> Exit {
    let Hook { config, event } = hook;
    if !config.names.iter().any(|named| may_concern(named, event)) {
        printer.step(|| format!("{}: no name follows {}", config.path.display(), event.interface));
        return Exit::Done;
    }
    let mut line = Noted::now(with_what_goes(event)).to_line();
    let places = Places::make(config.state_directory.value.as_deref(), &environment);
    if let Some(directory) = &places.runtime
        && let Err(why) = Spool::within(directory, &label(config, event)).append(&line)
    {
        let text = format!("{}: {why}: the event is handed on without it", directory.display());
        tell_both(printer, config, Severity::Warning, &text);
        line.insert_str(0, UNSPOOLED);
    }
    match detach(&config.path, &line) {
        Ok(()) => Exit::Done,
        Err(why) => {
            tell_both(printer, config, Severity::Error, &format!("no process of its own could be started: {why}"));
            Exit::Setup
        }
    }
}

/// Whether an event may be one of the name's. One of another link (`ipparam`) is too: a run for the name's own may be
/// under way still, and has to hear that the interface is no longer that link's.
fn may_concern(named: &NamedConfig, event: &Event) -> bool {
    [Family::V4, Family::V6].iter().any(|family| follows(named.source(*family), event))
}

/// Whether an event is one of the source's.
fn follows(source: Option<&Source>, event: &Event) -> bool {
    match source {
        Some(Source::Hook(None) | Source::Route(_)) => true,
        Some(source) => source.interface() == Some(event.interface.as_str()),
        None => false,
    }
}

/// What the spool of an event is called: whoever deals with it must go by the same file.
fn label(config: &Config, event: &Event) -> String {
    format!("{}-{}", event.interface, config.path.display())
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

/// Starts this program anew, with nothing of the caller's but the environment.
fn detach(config: &Path, line: &str) -> std::io::Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("hook").arg("--config").arg(config).arg("--detached").arg(line);
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // What else the caller has open, a lock or the end of a pipe, must not stay open for minutes.
    close_fds::set_fds_cloexec(3, &[]);
    command.spawn().map(drop)
}

/// Says it to whoever stands there, and to the log: mostly nobody stands there.
fn tell_both(printer: Printer, config: &Config, severity: Severity, text: &str) {
    printer.speak(severity, text);
    printer.to_log(Syslog::at(&config.syslog.value)).message(&Message { what: text.to_owned(), hint: None });
}
