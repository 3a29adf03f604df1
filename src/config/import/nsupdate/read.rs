//! The lines of a script to the changes that it sends, each with the line that says it and with what it is sent by.

use std::borrow::Cow;
use std::rc::Rc;

use crate::dns::Class;
use crate::proto::Change;
use crate::script::{Act, Dialect, Draft, Session, text_of};

use super::super::remark::Remarks;

/// A change that is sent.
pub(super) struct Sent {
    /// The line that says it, from 1.
    pub(super) line: usize,
    pub(super) change: Change,
    /// Whether its address is a variable's, which somebody fills in.
    pub(super) is_variable: bool,
    /// The message that it is in, with the line that sends it, and that of its key.
    pub(super) message: Rc<Message>,
}

/// What a message is sent by.
pub(super) struct Message {
    pub(super) draft: Draft,
    pub(super) line: usize,
    /// The line of the `key` command, where there was one.
    pub(super) key_line: Option<usize>,
}

/// So many lines that cannot be read are told; whoever feeds something else sees that soon.
const MOST_FAULTS: usize = 20;

/// What runs a script as it is.
pub(super) const AS_IT_IS: &str = "`nsup script FILE` carries the script out as it is";

/// What has been read so far.
struct Reading<'r> {
    session: Session,
    remarks: &'r mut Remarks,
    /// The lines of the changes that no message has taken yet, and whether their addresses are variables.
    pending: Vec<(usize, bool)>,
    key_line: Option<usize>,
    faults: usize,
    sent: Vec<Sent>,
}

/// Reads all of it.
pub(super) fn read(octets: &[u8], remarks: &mut Remarks) -> Vec<Sent> {
    let session = Session::new(Dialect::Nsupdate, None);
    let mut reading = Reading { session, remarks, pending: Vec::new(), key_line: None, faults: 0, sent: Vec::new() };
    let octets = octets.strip_suffix(b"\n").unwrap_or(octets);
    let lines = octets.split(|octet| *octet == b'\n').enumerate().map(|(index, line)| (index + 1, line));
    let mut last = 1;
    for (number, line) in lines {
        last = number;
        if !reading.takes(number, &text_of(line)) {
            break;
        }
    }
    if let Some((line, _)) = reading.pending.first() {
        let what =
            "from here on nsupdate sends nothing, since there is no `send` behind it; it is carried over all the same";
        reading.remarks.lost(*line, what, "take out what was not to be sent");
        let draft = reading.session.draft().clone();
        reading.sends(last, draft);
    }
    reading.sent
}

impl Reading<'_> {
    /// Takes a line in; says whether the script goes on.
    fn takes(&mut self, number: usize, line: &str) -> bool {
        let (changes, asked) = (self.session.draft().changes.len(), self.session.draft().prerequisites.len());
        let mut is_variable = false;
        let mut act = self.session.line(line);
        if let (Err(_), Some(filled)) = (&act, filled_in(line)) {
            act = self.session.line(&filled);
            is_variable = true;
        }
        match act {
            Ok(Act::Send(draft)) => self.sends(number, *draft),
            Ok(Act::Quit) => return false,
            Ok(Act::Nothing | Act::Server(_)) => {}
            Ok(_) => self.remarks.note(number, format!("`{}` is left out: it only prints", line.trim())),
            Err(fault) => return self.refused(number, line, &fault.what),
        }
        if self.session.draft().changes.len() > changes {
            self.pending.push((number, is_variable));
        } else if self.session.draft().prerequisites.len() > asked {
            let what = "nsup.toml has no prerequisites: nsup makes its own, so that nobody's newer value is lost";
            self.remarks.lost(number, what, AS_IT_IS);
        } else if line.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("key")) {
            self.key_line = Some(number);
        }
        true
    }

    fn refused(&mut self, number: usize, line: &str, what: &str) -> bool {
        self.faults += 1;
        let hint = match line.contains(['$', '`']) {
            true => "a variable of a shell can stand in the place of an address; write the others out",
            false => "nsupdate ends there: write the line right, or take it out",
        };
        self.remarks.lost(number, format!("cannot be read: {what}"), hint);
        if self.faults == MOST_FAULTS {
            self.remarks.lost(number, format!("{MOST_FAULTS} mistakes: the rest was not looked at"), hint);
        }
        self.faults < MOST_FAULTS
    }

    fn sends(&mut self, line: usize, draft: Draft) {
        if draft.lease.is_some() {
            self.remarks.lost(line, "nsup.toml has no leases: the records stay until they are changed", AS_IT_IS);
        }
        let pending = std::mem::take(&mut self.pending);
        if draft.class != Class::IN {
            let what = "a message in another class than IN is not carried over";
            pending.iter().for_each(|(line, _)| self.remarks.lost(*line, what, AS_IT_IS));
            return;
        }
        let message = Rc::new(Message { draft, line, key_line: self.key_line });
        for ((line, is_variable), change) in pending.into_iter().zip(message.draft.changes.clone()) {
            self.sent.push(Sent { line, change, is_variable, message: Rc::clone(&message) });
        }
    }
}

/// The line with some address in the place of a shell's variable that stands where an address does.
fn filled_in(line: &str) -> Option<Cow<'_, str>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().rposition(|word| ["A", "AAAA"].iter().any(|known| word.eq_ignore_ascii_case(known)))?;
    let variable = words.get(at + 1).filter(|word| word.contains(['$', '`', '{', '%', '@', '<']))?;
    let start = line.rfind(variable)?;
    let address = if words[at].len() == 1 { "192.0.2.1" } else { "2001:db8::1" };
    Some(Cow::Owned([&line[..start], address].concat()))
}
