//! The findings as they are made, and what they come to.

use crate::exit::Exit;
use crate::output::{Finding, Link, Message, Printer, State, finding};

use super::super::follow::worst;

/// What has been found so far. Each finding is told when it is made.
#[derive(Debug)]
pub(super) struct Report {
    printer: Printer,
    pub(super) all: Vec<Finding>,
}

/// Something is broken on which the rest of a chain hangs: it has been told.
#[derive(Debug)]
pub(super) struct Broken;

impl Report {
    pub(super) fn new(printer: Printer) -> Self {
        Self { printer, all: Vec::new() }
    }

    /// As it should be.
    pub(super) fn good(&mut self, link: Link, what: impl Into<String>) {
        self.add(link, State::Good, what.into(), Vec::new());
    }

    /// An update would work, and something is not as it should be.
    pub(super) fn warn(&mut self, link: Link, what: impl Into<String>, remedy: Vec<String>) {
        self.add(link, State::Warning, what.into(), remedy);
    }

    /// An update would fail.
    pub(super) fn fault(&mut self, link: Link, exit: Exit, what: impl Into<String>, remedy: Vec<String>) -> Broken {
        self.add(link, State::Fault(exit), what.into(), remedy);
        Broken
    }

    /// An update would fail, as the message says.
    pub(super) fn failed(&mut self, link: Link, exit: Exit, message: Message) -> Broken {
        self.fault(link, exit, message.what, message.hint.into_iter().collect())
    }

    /// Whether a server that had answered fell silent, so that each name would wait for it as long again.
    pub(super) fn fell_silent(&self) -> bool {
        let silent =
            |finding: &Finding| finding.state == State::Fault(Exit::Unreachable) && finding.link != Link::Server;
        self.all.iter().any(silent)
    }

    /// What could not be examined, in one line.
    pub(super) fn unexamined(&mut self, links: &[Link]) {
        let Some((first, others)) = links.split_first() else { return };
        let others: Vec<&str> = others.iter().map(|link| link.word()).collect();
        let and = if others.is_empty() { String::new() } else { format!(" (nor {})", others.join(", ")) };
        self.add(*first, State::Unexamined, format!("not examined{and}: what is broken above comes first"), Vec::new());
    }

    /// The exit status: 0 if an update would work.
    pub(super) fn exit(&self) -> Exit {
        let exits = self.all.iter().filter_map(|finding| match finding.state {
            State::Fault(exit) => Some(exit),
            _ => None,
        });
        worst(exits)
    }

    fn add(&mut self, link: Link, state: State, what: String, remedy: Vec<String>) {
        // Several names may have the same to say.
        let found = Finding { link, state, what, remedy };
        if !self.all.contains(&found) {
            finding(self.printer, &found);
            self.all.push(found);
        }
    }
}
