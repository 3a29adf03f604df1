//! The whole run on one screen: words, settings, verb, exit status.

use std::ffi::OsString;
use std::io;
use std::os::unix::net::UnixStream;

use clap::Parser;
use clap::error::ErrorKind;
use tokio::signal::unix::{SignalKind, signal};

use crate::commands;
use crate::config::{Args, Asked, Personality, Speech, Task};
use crate::exit::Exit;
use crate::output::{Message, Printer, Syslog, stock};

/// Runs the program with `words`, its own name first, as a process would.
pub fn run(words: impl IntoIterator<Item = OsString>) -> Exit {
    let words: Vec<OsString> = words.into_iter().collect();
    if let Some(personality) = words.first().and_then(|program| Personality::of(program)) {
        return as_another(personality, words);
    }
    let has = |option: &str| words.iter().any(|word| word == option);
    let mut printer = Printer { verbose: false, quiet: false, json: has("--json"), log: None };
    let args = match Args::try_parse_from(&words) {
        Ok(args) => args,
        // Help that was not asked for goes to standard error, and is an error.
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            printer
                .failure(Exit::Setup, &Message { what: "what is to be done?".to_owned(), hint: Some(HELP.to_owned()) });
            return Exit::Setup;
        }
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            let text = error.to_string();
            printer.data(&text.lines().map(str::to_owned).collect::<Vec<_>>());
            return Exit::Done;
        }
        Err(error) => {
            let verb = words.get(1).and_then(|word| word.to_str()).filter(|word| !word.starts_with('-'));
            printer.failure(Exit::Setup, &usage(&error, verb));
            return Exit::Setup;
        }
    };
    // Whoever calls a hook or runs a service reads the log only.
    let is_attended = !args.is_hook();
    let (task, speech) = match Task::resolve(args, &|variable| std::env::var(variable).ok()) {
        Ok(resolved) => resolved,
        Err(error) => {
            let message = Message { what: error.to_string(), hint: error.hint() };
            printer.failure(Exit::Setup, &message);
            if !is_attended {
                printer.to_log(Syslog::usual()).message(&message);
            }
            return Exit::Setup;
        }
    };
    printer.verbose = speech == Speech::Verbose;
    printer.quiet = speech == Speech::Quiet;
    printer.json = speech == Speech::Json;
    block_on(commands::run(task, printer))
}

/// Runs the program as the one by whose name it was called.
fn as_another(personality: Personality, words: Vec<OsString>) -> Exit {
    match personality.read(words) {
        Asked::Run(options) => block_on(commands::run_stock(&options)),
        Asked::Say { stdout, stderr, status } => {
            stock::show(&stdout);
            stock::murmur(&stderr);
            if status == 0 { Exit::Done } else { Exit::Setup }
        }
    }
}

fn block_on(run: impl Future<Output = Exit>) -> Exit {
    // tokio panics where there are descriptors for a part of what it opens only.
    let spare: io::Result<Vec<_>> = (0..4).map(|_| UnixStream::pair()).collect();
    let runtime = spare.map(drop).and_then(|()| tokio::runtime::Builder::new_current_thread().enable_all().build());
    match runtime {
        Ok(runtime) => runtime.block_on(async {
            // Whoever calls us may have ignored how programs end; that would be ours, and nobody would learn how those end
            // that say the address.
            let _heard = signal(SignalKind::child());
            run.await
        }),
        Err(error) => {
            stock::complain(&format!("nsup: the system gives no event queue: {error}"));
            Exit::Setup
        }
    }
}

const HELP: &str = "nsup --help lists the commands, nsup set --help the options";

/// clap's words for a fault of the command line, as ours: the fault, and its tip where it has a good one.
fn usage(error: &clap::Error, verb: Option<&str>) -> Message {
    let text = error.to_string();
    let mut parts = text.split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    let what = parts.next().unwrap_or_default();
    let rest: Vec<String> = parts.collect();
    // "To pass it as a value" is seldom what was meant.
    let tip = rest.iter().find_map(|part| part.strip_prefix("tip: ")).filter(|tip| tip.contains("similar"));
    let is_verb = error.kind() != ErrorKind::InvalidSubcommand;
    let help = verb.filter(|_| is_verb).map_or(HELP.to_owned(), |verb| format!("nsup {verb} --help shows its options"));
    let hint = tip.map_or(help, str::to_owned);
    Message { what: what.strip_prefix("error: ").unwrap_or(&what).to_owned(), hint: Some(hint) }
}
