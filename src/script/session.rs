//! A session: what one line leaves for the next, what sticks beyond a message and what goes with it.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::dns::Class;
use crate::proto::Key;

use super::command::{Command, command};
use super::defaults::Defaults;
use super::dialect::Dialect;
use super::draft::{Draft, Server};
use super::fault::Fault;
use super::line::Line;
use super::wrong::{At, Wrong};
use super::{knot, ours, stock};

/// What is to be done about a line.
#[derive(Debug, Clone)]
pub enum Act {
    /// Nothing: it is remembered.
    Nothing,
    /// A `server` line. What the host's addresses are is for the caller to find, now or when it sends.
    Server(Server),
    /// Send this. What sticks is still in the session, the rest is gone from it.
    Send(Box<Draft>),
    /// Print what is pending.
    Show(Box<Draft>),
    /// Print the last answer.
    Answer,
    /// Print more from now on.
    Debug,
    /// Print [`help`](super::help).
    Help,
    /// Print the version.
    Version,
    /// End. What is pending is not sent.
    Quit,
}

/// The state that lines are read in and change.
#[derive(Debug, Clone)]
pub struct Session {
    defaults: Defaults,
    draft: Draft,
    notes: Vec<String>,
    /// A line asked for a key that there is not, so that nothing goes out unsigned.
    unkeyed: bool,
}

impl Session {
    /// A session without a zone, a server or a change. `key` is the one that the options gave.
    pub fn new(dialect: Dialect, key: Option<Arc<Key>>) -> Self {
        let draft = Draft {
            server: None,
            local_v4: None,
            local_v6: None,
            key,
            zone: None,
            class: Class::IN,
            prerequisites: Vec::new(),
            changes: Vec::new(),
            lease: None,
        };
        Self { defaults: Defaults::new(dialect), draft, notes: Vec::new(), unkeyed: false }
    }

    /// Makes `server` an error from now on, as `nsupdate -l` has it.
    pub fn keep_server(&mut self) {
        self.defaults.server_kept = true;
    }

    /// Takes one line without its end. A carriage return ends it where it stands.
    ///
    /// # Errors
    /// [`Fault`]: the line has changed nothing, except that in nsupdate's dialect a `zone` that is none leaves it without
    /// one, and that the message has a class from then on if the line got as far as its own.
    pub fn line(&mut self, line: &str) -> Result<Act, Fault> {
        let line = line.split(['\r', '\n']).next().unwrap_or_default();
        let command = match self.defaults.dialect {
            Dialect::Knsupdate => knot::command(line, &self.defaults, &mut self.notes),
            Dialect::Nsupdate => command(line, &self.defaults).map_err(|at| self.refused(at)),
            Dialect::Nsup => command(line, &self.defaults).map_err(|at| ours::fault(at, line)),
        };
        self.unkeyed |= command.is_err() && asks_for_key(line);
        self.carry_out(command?)
    }

    /// What is pending.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// What the dialect's own program would print about the lines so far although it takes them; each is told once.
    pub fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Takes back a message that did not get through: what was said of it stands before what is pending now.
    pub fn restore(&mut self, draft: Draft) {
        let Draft { mut prerequisites, mut changes, lease, class, .. } = draft;
        let empty = prerequisites.is_empty() && changes.is_empty();
        prerequisites.append(&mut self.draft.prerequisites);
        changes.append(&mut self.draft.changes);
        (self.draft.prerequisites, self.draft.changes) = (prerequisites, changes);
        self.draft.lease = self.draft.lease.or(lease);
        if !empty {
            self.fix(Some(class));
        }
    }

    fn carry_out(&mut self, command: Command) -> Result<Act, Fault> {
        match command {
            Command::Nothing => {}
            Command::Send => return self.send(),
            Command::Show => {
                // To print the zone section nsupdate settles its class.
                if self.draft.zone.is_some() && self.defaults.dialect != Dialect::Knsupdate {
                    self.fix(Some(self.defaults.class()));
                }
                return Ok(Act::Show(Box::new(self.draft.clone())));
            }
            Command::Answer => return Ok(Act::Answer),
            Command::Debug => return Ok(Act::Debug),
            Command::Help => return Ok(Act::Help),
            Command::Version => return Ok(Act::Version),
            Command::Quit => return Ok(Act::Quit),
            Command::Server(server) => {
                self.draft.server = Some(server.clone());
                return Ok(Act::Server(server));
            }
            Command::Local(SocketAddr::V4(address)) => self.draft.local_v4 = Some(address),
            Command::Local(SocketAddr::V6(address)) => self.draft.local_v6 = Some(address),
            Command::Zone(zone) => self.draft.zone = Some(zone),
            Command::Origin(origin) => self.defaults.origin = Some(origin),
            Command::Class(class) => {
                self.defaults.class = class;
                self.draft.class = self.defaults.class();
            }
            Command::Ttl(ttl) => self.defaults.ttl = ttl,
            Command::Key(key) => (self.draft.key, self.unkeyed) = (Some(Arc::new(key)), false),
            Command::CheckNames(on) => self.defaults.check_names = on,
            Command::CheckSvcb(on) => self.defaults.check_svcb = on,
            Command::Lease(lease) => self.draft.lease = lease,
            Command::Prerequisite(prerequisite, class) => {
                self.draft.prerequisites.push(prerequisite);
                self.fix(class);
            }
            Command::Change(change, class) => {
                self.draft.changes.push(change);
                self.fix(class);
            }
        }
        Ok(Act::Nothing)
    }

    fn send(&mut self) -> Result<Act, Fault> {
        if self.defaults.dialect == Dialect::Knsupdate && self.draft.zone.is_none() {
            return Err(Fault::said(";; ERROR: no zone specified"));
        }
        if self.unkeyed && self.draft.key.is_none() {
            return Err(Fault::said("not sent: a key was asked for, and there is none"));
        }
        let prerequisites = std::mem::take(&mut self.draft.prerequisites);
        let changes = std::mem::take(&mut self.draft.changes);
        let lease = self.draft.lease.take();
        let sent = Draft { prerequisites, changes, lease, ..self.draft.clone() };
        // A send of nothing to nowhere leaves nsupdate as it was.
        if self.defaults.dialect != Dialect::Nsupdate || !sent.is_empty() || sent.zone.is_some() {
            self.defaults.fixed = None;
        }
        self.draft.class = self.defaults.class();
        Ok(Act::Send(Box::new(sent)))
    }

    /// The class that the message has from now on, where a line has needed one.
    fn fix(&mut self, class: Option<Class>) {
        if let Some(class) = class {
            // NONE is no class of a message: it leaves it free.
            self.defaults.fixed = Some(class).filter(|class| *class != Class::NONE);
            self.draft.class = self.defaults.class();
        }
    }

    /// A zone that is none leaves nsupdate without one, and the class of a line is the message's.
    fn refused(&mut self, at: At) -> Fault {
        self.fix(at.class);
        if matches!(at.wrong, Wrong::Zone(_)) {
            self.draft.zone = None;
        }
        stock::fault(at)
    }
}

/// Whether the line, taken or not, wants what follows to be signed.
fn asks_for_key(line: &str) -> bool {
    let first = Line::new(line).word().map_or("", |word| word.text);
    ["key", "gsstsig", "oldgsstsig"].iter().any(|command| command.eq_ignore_ascii_case(first))
}

#[cfg(test)]
mod tests;
