//! Ordinary questions: signed ones to the primary, and plain ones to a resolver.

use crate::dns::{Class, Malformed, Message, Name, Question, RecordType};

use super::Answer;
use super::pending::{answers, begins};

/// The largest datagram that is taken, in octets, as everybody has agreed in 2020 so that none comes in pieces.
const MAX_DATAGRAM: u16 = 1232;

/// RD, which asks a resolver to look further (RFC 1035 §4.1.1).
const RECURSION_DESIRED: u16 = 0x0100;

/// The octets of a question to an authoritative server, with the ID 0. It has an OPT record (RFC 6891): without one a server
/// does not say why it refuses (RFC 8914 §3), and cuts what is longer than 512 octets.
pub fn question(name: &Name, record_type: RecordType) -> Vec<u8> {
    let mut octets = encode(0, 0, name, record_type, Class::IN);
    octets[11] = 1;
    // The root, the type, the largest datagram that passes everywhere, and nothing else.
    octets.push(0);
    for number in [RecordType::OPT.0, MAX_DATAGRAM, 0, 0, 0] {
        octets.extend(number.to_be_bytes());
    }
    octets
}

/// The octets of a question for an SOA, to a resolver or to an authoritative server, with the ID 0.
pub fn soa(name: &Name, class: Class, of_resolver: bool) -> Vec<u8> {
    encode(0, if of_resolver { RECURSION_DESIRED } else { 0 }, name, RecordType::SOA, class)
}

/// A plain question, to a resolver or to a public server, that waits for its answer.
#[derive(Debug, Clone)]
pub struct PlainQuery {
    id: u16,
    questions: Vec<Question>,
}

impl PlainQuery {
    /// Makes the octets of a question with recursion desired, and what tells its answer.
    pub fn new(id: u16, name: &Name, record_type: RecordType) -> (Vec<u8>, Self) {
        Self::with_flags(id, RECURSION_DESIRED, name, record_type)
    }

    /// The same without: a server is asked what it serves itself.
    pub fn of_authority(id: u16, name: &Name, record_type: RecordType) -> (Vec<u8>, Self) {
        Self::with_flags(id, 0, name, record_type)
    }

    fn with_flags(id: u16, flags: u16, name: &Name, record_type: RecordType) -> (Vec<u8>, Self) {
        let questions = vec![Question { name: name.clone(), record_type, class: Class::IN }];
        (encode(id, flags, name, record_type, Class::IN), Self { id, questions })
    }

    /// Reads the answer, if these octets are one (RFC 5452 §9). It may be forged all the same.
    ///
    /// # Errors
    /// [`Malformed`] where the octets are no message or no answer to this question.
    pub fn read(&self, octets: &[u8]) -> Result<Answer, Malformed> {
        let other = Malformed { at: 0, what: "no answer to this question" };
        if !begins(octets, self.id, 0) {
            return Err(other);
        }
        let message = Message::walk(octets)?;
        let ours = answers(&message, self.id, 0, &self.questions) && !message.questions.is_empty();
        if ours { Ok(Answer::read(&message)) } else { Err(other) }
    }
}

fn encode(id: u16, flags: u16, name: &Name, record_type: RecordType, class: Class) -> Vec<u8> {
    let mut octets = Vec::with_capacity(Name::MAX_OCTETS + 16);
    for number in [id, flags, 1, 0, 0, 0] {
        octets.extend(number.to_be_bytes());
    }
    octets.extend(name.to_wire());
    octets.extend(record_type.0.to_be_bytes());
    octets.extend(class.0.to_be_bytes());
    octets
}
