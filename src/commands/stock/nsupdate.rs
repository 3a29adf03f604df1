//! A session as nsupdate has it: each line is carried out when it is read, a syntax error ends a script at once, and a
//! message that fails does not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::config::{Input, Stock};
use crate::dns::{Message, Name};
use crate::exit::Exit;
use crate::output::stock::{self, complain, show};
use crate::prompt::Prompt;
use crate::proto::Update;
use crate::proto::outcome::Outcome;
use crate::script::{Act, Dialect, Draft, Fault, Session, help};
use crate::source::Family;

use super::super::conversation::Conversation;
use super::discover::{Destination, Nowhere, discover};
use super::hand_over::hand_over;
use super::lines::{Lines, is_attended};
use super::{addresses, fits, next_line};

/// How a fault of `local` begins.
const INVALID_ADDRESS: &str = "invalid address ";

/// A session on its way.
struct Run {
    stock: Stock,
    talk: Conversation,
    /// The addresses of the servers that were given.
    servers: Vec<SocketAddr>,
    /// The octets of the last answer to an update.
    answer: Option<Vec<u8>>,
    interactive: bool,
    failed: bool,
}

/// Whether the session goes on.
enum Flow {
    On,
    Ends(Exit),
}

/// Goes through all input.
pub(super) async fn run(stock: &Stock, talk: Conversation) -> Exit {
    let attended = stock.may_prompt && is_attended(&stock.inputs);
    let interactive = stock.interactive || attended;
    let prompt = if attended { Prompt::new("> ", Dialect::Nsupdate, None).ok() } else { None };
    // -i asks whoever is at standard input, whatever file is named.
    let inputs = if stock.interactive { vec![Input::Standard] } else { stock.inputs.clone() };
    let mut lines = Lines::new(&inputs, prompt);
    let mut session = Session::new(Dialect::Nsupdate, stock.key.clone());
    let mut run = Run { stock: stock.clone(), talk, servers: Vec::new(), answer: None, interactive, failed: false };
    if stock.local {
        session.keep_server();
        let port = stock.default_port();
        let both = [IpAddr::from(Ipv6Addr::LOCALHOST), IpAddr::from(Ipv4Addr::LOCALHOST)];
        let both = both.into_iter().filter(|address| fits(stock, address));
        run.servers = both.map(|address| SocketAddr::new(address, port)).collect();
    }
    loop {
        let line = match next_line(&mut lines, stock) {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(exit) => return exit,
        };
        match run.line(&mut session, &line).await {
            Flow::On => {}
            Flow::Ends(exit) => return exit,
        }
    }
    if !session.draft().is_empty() && !interactive {
        complain("; the input ended without send: what is pending was not sent");
    }
    run.status()
}

impl Run {
    fn status(&self) -> Exit {
        if self.failed { Exit::Refused } else { Exit::Done }
    }

    async fn line(&mut self, session: &mut Session, line: &str) -> Flow {
        let act = match session.line(line) {
            Ok(act) => act,
            Err(fault) => return self.wrong(&fault),
        };
        let fault = |what| Fault { what, column: None, hint: None, fatal: false };
        match act {
            Act::Nothing => {
                if let Some(local) = self.forbidden_local(session.draft()) {
                    return self.wrong(&fault(format!("{INVALID_ADDRESS}{local}")));
                }
            }
            Act::Server(server) => match addresses(&self.stock, &server).await {
                Some(found) => self.servers = found,
                None => {
                    let is_address = server.host.parse::<IpAddr>().is_ok();
                    let why = if is_address { "address family not supported" } else { "not found" };
                    return self.wrong(&fault(format!("couldn't get address for '{}': {why}", server.host)));
                }
            },
            Act::Send(draft) => return self.send(&draft).await,
            Act::Show(draft) => self.show(&draft),
            Act::Answer => {
                if let Some(message) = self.answer.as_ref().and_then(|octets| Message::walk(octets).ok()) {
                    show(&format!("Answer:\n{}", stock::received(&message)));
                }
            }
            Act::Debug => self.stock.debug = self.stock.debug.saturating_add(1),
            Act::Help => show(help(Dialect::Nsupdate)),
            Act::Version => show(&format!("{}\n", stock::version("nsupdate"))),
            Act::Quit => {
                if !session.draft().is_empty() && !self.interactive {
                    complain("; quit without send: what is pending was not sent");
                }
                return Flow::Ends(self.status());
            }
        }
        Flow::On
    }

    fn wrong(&self, fault: &Fault) -> Flow {
        if fault.what.starts_with(INVALID_ADDRESS) {
            // nsupdate ends this one line without its end.
            stock::murmur(&fault.what);
        } else if !fault.what.is_empty() {
            complain(&fault.what);
        }
        match (fault.fatal, self.interactive) {
            (true, _) => Flow::Ends(Exit::Setup),
            (false, true) => Flow::On,
            (false, false) => {
                complain("syntax error");
                Flow::Ends(Exit::Setup)
            }
        }
    }

    /// An address to send from in the family that the options forbid.
    fn forbidden_local(&self, draft: &Draft) -> Option<IpAddr> {
        match self.stock.family {
            Some(Family::V4) => draft.local_v6.map(|local| IpAddr::V6(*local.ip())),
            Some(Family::V6) => draft.local_v4.map(|local| IpAddr::V4(*local.ip())),
            None => None,
        }
    }

    async fn send(&mut self, draft: &Draft) -> Flow {
        self.talk.send_from(draft.local_v4, draft.local_v6);
        let destination = match (&draft.zone, self.servers.is_empty()) {
            (Some(zone), false) => Ok(Some(Destination { zone: zone.clone(), servers: self.servers.clone() })),
            _ => discover(&self.stock, draft, &self.servers, &mut self.talk).await,
        };
        let Destination { zone, servers } = match destination {
            Ok(Some(destination)) => destination,
            Ok(None) => return Flow::On,
            Err(Nowhere { exit, fatal: true }) => return Flow::Ends(exit),
            Err(Nowhere { .. }) => {
                self.failed = true;
                return Flow::On;
            }
        };
        let outcome = hand_over(&self.stock, draft, zone, &servers, &mut self.talk).await;
        self.answer = self.talk.last_answer.take();
        stock::outcome(&outcome, self.stock.debug > 0).iter().for_each(|line| complain(line));
        if let Some(message) = self.answer.as_ref().and_then(|octets| Message::walk(octets).ok()) {
            stock::debug(self.stock.debug, &format!("\nReply from update query:\n{}", stock::received(&message)));
        }
        match outcome {
            Outcome::Changed => Flow::On,
            Outcome::Impossible(_) => Flow::Ends(Exit::Setup),
            _ => {
                self.failed = true;
                Flow::On
            }
        }
    }

    fn show(&self, draft: &Draft) {
        let zone = draft.zone.clone().unwrap_or_else(Name::root);
        let (prerequisites, changes) = (draft.prerequisites.clone(), draft.changes.clone());
        let octets = Update::in_order(zone, draft.class, prerequisites, changes, draft.lease).encode();
        match octets.as_ref().map(|octets| Message::walk(octets)) {
            Ok(Ok(message)) => show(&stock::pending(&message, draft.zone.is_some())),
            Ok(Err(why)) => complain(&why.to_string()),
            Err(why) => complain(&why.to_string()),
        }
    }
}
