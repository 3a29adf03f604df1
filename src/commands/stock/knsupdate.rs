//! A session as knsupdate has it: no discovery, relative names, and a script ends at the first thing that fails.

use std::net::{Ipv4Addr, SocketAddr};

use crate::config::Stock;
use crate::dns::{Message, Name};
use crate::exit::Exit;
use crate::output::knot;
use crate::output::stock::{complain, show};
use crate::prompt::Prompt;
use crate::proto::Update;
use crate::proto::outcome::Outcome;
use crate::script::{Act, Dialect, Draft, Session};

use super::super::conversation::{Conversation, random};
use super::hand_over::hand_over;
use super::lines::{Lines, is_attended};
use super::{addresses, next_line};

/// A session on its way.
struct Run {
    stock: Stock,
    talk: Conversation,
    servers: Vec<SocketAddr>,
    /// The octets of the last answer.
    answer: Option<Vec<u8>>,
}

/// Whether a line could be carried out.
enum Flow {
    On,
    Fails,
    Quits,
}

/// Goes through all input.
pub(super) async fn run(stock: &Stock, talk: Conversation) -> Exit {
    let attended = stock.may_prompt && is_attended(&stock.inputs);
    let history = std::env::var_os("HOME").map(|home| std::path::Path::new(&home).join(".knsupdate_history"));
    let prompt = if attended { Prompt::new("knsupdate> ", Dialect::Knsupdate, history).ok() } else { None };
    let mut lines = Lines::new(&stock.inputs, prompt);
    let mut session = Session::new(Dialect::Knsupdate, stock.key.clone());
    let servers = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, stock.default_port()))];
    let mut run = Run { stock: stock.clone(), talk, servers, answer: None };
    loop {
        let line = match next_line(&mut lines, stock) {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(exit) => return exit,
        };
        match run.line(&mut session, &line).await {
            Flow::On => {}
            Flow::Quits => break,
            Flow::Fails if attended => {}
            Flow::Fails => return Exit::Setup,
        }
    }
    if !session.draft().is_empty() && !attended {
        complain(";; WARNING: the input ended without send: what is pending was not sent");
    }
    Exit::Done
}

impl Run {
    async fn line(&mut self, session: &mut Session, line: &str) -> Flow {
        let act = session.line(line);
        session.notes().iter().for_each(|note| complain(note));
        let act = match act {
            Ok(act) => act,
            Err(fault) => {
                complain(&fault.what);
                return Flow::Fails;
            }
        };
        match act {
            Act::Nothing | Act::Help | Act::Version => Flow::On,
            Act::Server(server) => match addresses(&self.stock, &server).await {
                Some(found) => {
                    self.servers = found;
                    Flow::On
                }
                None => {
                    complain(&knot::unresolved(&server.host));
                    Flow::Fails
                }
            },
            Act::Send(draft) => self.send(session, *draft).await,
            Act::Show(draft) => self.show(&draft),
            Act::Answer => {
                show(&knot::answer(self.answer.as_ref().and_then(|octets| Message::walk(octets).ok()).as_ref()));
                Flow::On
            }
            Act::Debug => {
                self.stock.debug = 1;
                Flow::On
            }
            Act::Quit => Flow::Quits,
        }
    }

    async fn send(&mut self, session: &mut Session, draft: Draft) -> Flow {
        let Some(zone) = draft.zone.clone() else {
            complain(";; ERROR: no zone specified");
            session.restore(draft);
            return Flow::Fails;
        };
        self.talk.send_from(draft.local_v4, draft.local_v6);
        let outcome = hand_over(&self.stock, &draft, zone, &self.servers, &mut self.talk).await;
        self.answer = self.talk.last_answer.take();
        if outcome_is_done(&outcome) {
            if self.stock.debug > 0 {
                show(";; DEBUG: update success\n");
            }
            return Flow::On;
        }
        if let Some(message) = self.answer.as_ref().and_then(|octets| Message::walk(octets).ok()) {
            show(&knot::received(&message));
        }
        knot::outcome(&outcome, self.stock.tcp).iter().for_each(|line| complain(line));
        // What no server has seen is kept for another try.
        if matches!(outcome, Outcome::Unreachable(_) | Outcome::Unknown { .. }) {
            session.restore(draft);
        }
        Flow::Fails
    }

    fn show(&self, draft: &Draft) -> Flow {
        let zone = draft.zone.clone().unwrap_or_else(Name::root);
        let (prerequisites, changes) = (draft.prerequisites.clone(), draft.changes.clone());
        let mut octets = match Update::in_order(zone, draft.class, prerequisites, changes, None).encode() {
            Ok(octets) => octets,
            Err(why) => {
                complain(&format!(";; ERROR: {why}"));
                return Flow::Fails;
            }
        };
        octets[..2].copy_from_slice(&random().to_be_bytes());
        match Message::walk(&octets) {
            Ok(mut message) => {
                if draft.zone.is_none() {
                    message.questions.clear();
                }
                show(&knot::pending(&message));
                Flow::On
            }
            Err(why) => {
                complain(&format!(";; ERROR: {why}"));
                Flow::Fails
            }
        }
    }
}

fn outcome_is_done(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Changed | Outcome::Unchanged)
}
