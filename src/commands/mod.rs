//! Floor 4: the verbs. The only place where configuration, protocol, network and output meet.

mod bring;
mod change;
mod check;
mod conversation;
mod follow;
mod get;
mod hook;
mod import;
mod key;
mod locate;
mod public;
mod script;
mod status;
mod stock;
mod sync;
mod wait;
mod watch;
mod whoami;

use crate::config::{Settings, Stock, Task, Verb};
use crate::exit::Exit;
use crate::output::{Message, Printer};

use conversation::Conversation;

/// Why a verb ends before it has an outcome.
#[derive(Debug)]
struct Halt {
    exit: Exit,
    message: Message,
}

impl Halt {
    fn new(exit: Exit, what: impl Into<String>, hint: Option<String>) -> Self {
        Self { exit, message: Message { what: what.into(), hint } }
    }
}

/// A variable of this process's environment, if it is text.
fn environment(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// Does what is asked for.
pub async fn run(task: Task, printer: Printer) -> Exit {
    match task {
        Task::OneShot(settings) => one_shot(&settings, printer).await,
        Task::Script(script) => script::run(&script, printer).await,
        Task::Sync(sync) => sync::run(&sync, printer).await,
        Task::Status(status) => status::run(&status, printer).await,
        Task::Hook(Some(hook)) => hook::run(&hook, printer),
        Task::Hook(None) => Exit::Done,
        Task::Detached(config, line) => hook::detached(&config, &line).await,
        Task::Watch(watch) => watch::run(watch, printer).await,
        Task::Check(check) => check::run(&check, printer).await,
        Task::Key(task) => key::run(&task, printer),
        Task::Import(import) => import::run(&import, printer),
    }
}

/// Goes through the input of nsup under another name.
pub async fn run_stock(stock: &Stock) -> Exit {
    stock::run(stock).await
}

async fn one_shot(settings: &Settings, printer: Printer) -> Exit {
    settings.warnings.iter().for_each(|warning| printer.warning(warning));
    let mut conversation = Conversation::new(&settings.primary, printer);
    let ended = match settings.verb {
        Verb::Change { .. } => change::run(settings, &mut conversation).await,
        Verb::Get(record_type) => get::run(settings, &mut conversation, record_type).await,
    };
    ended.unwrap_or_else(|halt| {
        printer.failure(halt.exit, &halt.message);
        halt.exit
    })
}
