//! Floor 4: the verbs. The only place where configuration, protocol, network and output meet.

mod bring;
mod change;
mod conversation;
mod get;
mod locate;

use crate::config::{Settings, Verb};
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

/// Does what the settings say.
pub async fn run(settings: Settings, printer: Printer) -> Exit {
    settings.warnings.iter().for_each(|warning| printer.warning(warning));
    let mut conversation = Conversation::new(&settings.primary, printer);
    let ended = match settings.verb {
        Verb::Change { .. } => change::run(&settings, &mut conversation).await,
        Verb::Get(record_type) => get::run(&settings, &mut conversation, record_type).await,
    };
    ended.unwrap_or_else(|halt| {
        printer.failure(halt.exit, &halt.message);
        halt.exit
    })
}
