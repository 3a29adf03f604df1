//! What an examination found: a line for each link of the chain, and under one that is broken what mends it.

use serde_json::{Value, json};

use crate::exit::Exit;

use super::{Printer, json};

/// A link of the chain, in the order in which they hold each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// The configuration file.
    Configuration,
    /// The key's file.
    Key,
    /// Where the address comes from.
    Address,
    /// The server's addresses, and whether they answer.
    Server,
    /// The two clocks.
    Clock,
    /// Whether the server knows the key.
    Signature,
    /// Which zone it is.
    Zone,
    /// Whether the server takes updates of it.
    Primary,
    /// What is at the name.
    Name,
    /// What the key may change.
    Permission,
    /// Whether the server can write.
    Writing,
    /// How the last run for the name ended.
    LastRun,
    /// What calls nsup when an address changes.
    Hooks,
    /// What calls it from time to time.
    Schedule,
    /// What the world sees.
    World,
}

/// How a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Good,
    /// An update would work, and something is not as it should be.
    Warning,
    /// An update would fail, with this exit status.
    Fault(Exit),
    /// It could not be examined, since something before it is broken.
    Unexamined,
}

/// What was found of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of which.
    pub link: Link,
    /// How it is.
    pub state: State,
    /// In words.
    pub what: String,
    /// What mends it, ready to be pasted, line by line.
    pub remedy: Vec<String>,
}

impl Link {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Key => "key",
            Self::Address => "address",
            Self::Server => "server",
            Self::Clock => "clock",
            Self::Signature => "signature",
            Self::Zone => "zone",
            Self::Primary => "primary",
            Self::Name => "name",
            Self::Permission => "permission",
            Self::Writing => "writing",
            Self::LastRun => "last run",
            Self::Hooks => "hooks",
            Self::Schedule => "schedule",
            Self::World => "world",
        }
    }
}

/// Tells what was found, unless it is to be one object. With `quiet`, what is good is left out.
pub fn finding(printer: Printer, finding: &Finding) {
    if printer.json || (printer.quiet && finding.state == State::Good) {
        return;
    }
    let mark = match finding.state {
        State::Good => '✓',
        State::Warning => '!',
        State::Fault(_) => '✗',
        State::Unexamined => '-',
    };
    let mut lines = vec![format!("{mark} {:13} {}", finding.link.word(), finding.what)];
    // A tab, as named.conf has it, would be shown as a control character.
    lines.extend(finding.remedy.iter().map(|line| format!("    {}", line.replace('\t', "    "))));
    printer.data(&lines);
}

/// All that was found, as one object. Says whether it could be written.
pub fn findings(printer: Printer, all: &[Finding], exit: Exit) -> bool {
    let links: Vec<Value> = all.iter().map(object).collect();
    printer.data(&[json::text(&json!({ "exit": exit.code(), "links": links }))])
}

fn object(finding: &Finding) -> Value {
    let (state, exit) = match finding.state {
        State::Good => ("good", None),
        State::Warning => ("warning", None),
        State::Fault(exit) => ("fault", Some(exit.code())),
        State::Unexamined => ("unexamined", None),
    };
    json!({
        "link": finding.link.word(),
        "state": state,
        "exit": exit,
        "what": finding.what,
        "remedy": finding.remedy,
    })
}
