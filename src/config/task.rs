//! What the command line asks for, with the configuration file behind it.

use std::net::IpAddr;
use std::path::Path;

use crate::dns::Name;
use crate::source::Source;

use super::args::{Args, Command, HookWords, SyncWords, WatchWords};
use super::caller::{self, Caller, Event};
use super::check::Check;
use super::file::{Config, FileError, NamedConfig, Surroundings};
use super::import::Import;
use super::keys::KeyTask;
use super::script::Script;
use super::settings::{ConfigError, Settings, Speech};
use super::status::Status;

/// What is to be done.
#[derive(Debug)]
pub enum Task {
    /// One record, one name, once.
    OneShot(Box<Settings>),
    /// Messages in nsupdate's language.
    Script(Box<Script>),
    /// The configured names, once.
    Sync(Sync),
    /// A look at the configured names.
    Status(Status),
    /// An event that a caller hands over; `None` if it concerns nobody.
    Hook(Option<Hook>),
    /// The process of its own that deals with events.
    Detached(Config, String),
    /// The configured names, as long as it runs.
    Watch(Watch),
    /// The chain from the configuration to the zone, examined.
    Check(Box<Check>),
    /// Keys.
    Key(KeyTask),
    /// An nsup.toml made of another program's file.
    Import(Import),
}

/// The configured names, once.
#[derive(Debug)]
pub struct Sync {
    /// The file.
    pub config: Config,
    /// Which of its names; all of them if there are none.
    pub names: Vec<Name>,
    /// The addresses for names whose source is `given`.
    pub given: Vec<IpAddr>,
    /// Show the messages and send no update.
    pub dry_run: bool,
    /// Show what the file comes to, and do nothing.
    pub show: bool,
}

/// An event.
#[derive(Debug)]
pub struct Hook {
    /// The file.
    pub config: Config,
    /// What the caller handed over.
    pub event: Event,
}

/// The configured names, as long as it runs.
#[derive(Debug)]
pub struct Watch {
    /// The file.
    pub config: Config,
}

impl Task {
    /// Settles what was said, and how to speak of it. `environment` is what the callers of hooks speak by.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn resolve(args: Args, environment: &dyn Fn(&str) -> Option<String>) -> Result<(Self, Speech), ConfigError> {
        let here = Surroundings::of_this_process();
        match args.command {
            Command::Script(words) => {
                let (script, speech) = Script::resolve(words, &here)?;
                Ok((Self::Script(Box::new(script)), speech))
            }
            Command::Sync(words) => sync(words, &here),
            Command::Status(words) => {
                let (status, speech) = Status::resolve(words, &here)?;
                Ok((Self::Status(status), speech))
            }
            Command::Hook(words) => hook(words, environment, &here),
            Command::Watch(WatchWords { config, verbose, quiet }) => {
                let config = read(config.as_deref(), &here)?;
                Ok((Self::Watch(Watch { config }), speech(verbose, quiet, false)))
            }
            Command::Check(words) => {
                let (check, speech) = Check::resolve(words, &here)?;
                Ok((Self::Check(Box::new(check)), speech))
            }
            Command::Key(command) => {
                let (task, speech) = KeyTask::resolve(command, &here)?;
                Ok((Self::Key(task), speech))
            }
            Command::Import(words) => {
                let (import, speech) = Import::resolve(words)?;
                Ok((Self::Import(import), speech))
            }
            command => {
                let settings = Settings::resolve(command, &here)?;
                let speech = settings.speech;
                Ok((Self::OneShot(Box::new(settings)), speech))
            }
        }
    }
}

fn sync(words: SyncWords, here: &Surroundings) -> Result<(Task, Speech), ConfigError> {
    let SyncWords { names: texts, address: given, dry_run, show_config: show, config, json, verbose, quiet } = words;
    let config = read(config.as_deref(), here)?;
    let names = names(&texts)?;
    if !show {
        check(&config, &names)?;
    }
    let is_given = |named: &NamedConfig| [&named.ipv4, &named.ipv6].iter().any(|it| it.value == Some(Source::Given));
    let mut wanted = config.names.iter().filter(|named| names.is_empty() || names.contains(&named.name));
    if !given.is_empty() && !wanted.any(is_given) {
        return Err(ConfigError::NoneGiven);
    }
    Ok((Task::Sync(Sync { config, names, given, dry_run, show }), speech(verbose, quiet, json)))
}

fn hook(
    words: HookWords,
    environment: &dyn Fn(&str) -> Option<String>,
    here: &Surroundings,
) -> Result<(Task, Speech), ConfigError> {
    let HookWords { config, verbose, detached, caller, words } = words;
    if let Some(line) = detached {
        return Ok((Task::Detached(read(config.as_deref(), here)?, line), Speech::Normal));
    }
    let caller: Caller = caller.unwrap_or_default().parse()?;
    let task = match caller::read(caller, &words, environment)? {
        Some(event) => Some(Hook { config: read(config.as_deref(), here)?, event }),
        None => None,
    };
    Ok((Task::Hook(task), speech(verbose, false, false)))
}

/// Names as they were written.
pub(super) fn names(texts: &[String]) -> Result<Vec<Name>, ConfigError> {
    texts.iter().map(|text| Name::parse(text).map_err(|why| ConfigError::Name(text.clone(), why))).collect()
}

/// Whether the file has all of these names.
pub(super) fn check(config: &Config, names: &[Name]) -> Result<(), ConfigError> {
    match names.iter().find(|name| config.named(name).is_none()) {
        Some(name) => Err(ConfigError::NotConfigured { name: name.to_string(), path: config.path.clone() }),
        None => Ok(()),
    }
}

pub(super) fn read(named: Option<&Path>, here: &Surroundings) -> Result<Config, FileError> {
    let path = here.find(named)?;
    // The process of its own starts elsewhere.
    let path = std::path::absolute(&path).unwrap_or(path);
    Config::read(&path, here.credentials.as_deref())
}

pub(super) fn speech(verbose: bool, quiet: bool, json: bool) -> Speech {
    match (verbose, quiet, json) {
        (_, _, true) => Speech::Json,
        (true, ..) => Speech::Verbose,
        (_, true, _) => Speech::Quiet,
        _ => Speech::Normal,
    }
}
