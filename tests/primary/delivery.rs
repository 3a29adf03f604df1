//! One request from its arrival to its answer, or to what a fault makes of it, whatever it came over.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::faults::Misbehaviour;
use super::parse_record;
use super::server::{Server, Twist};
use super::{Request, faults};

/// What answers are sent over.
pub(super) trait Line {
    /// Sends a message.
    fn send(&mut self, message: &[u8]) -> io::Result<()>;
    /// Sends only the first octets of a message.
    fn send_part(&mut self, message: &[u8], octets: usize) -> io::Result<()>;
    /// Sends a message one octet at a time, where the line has such a thing, with a pause between them.
    fn send_slowly(&mut self, message: &[u8], pause: Duration) -> io::Result<()>;
    /// Sends a message with another number before it than its length, where the line has such a thing.
    fn send_misframed(&mut self, message: &[u8], length: u16) -> io::Result<()>;
    /// Sends a message from another port, where the line has such a thing.
    fn send_elsewhere(&mut self, message: &[u8]) -> io::Result<()>;
    /// Makes and sends a message some time later. Datagrams behind it do not wait, a connection does.
    fn send_later(&mut self, server: &Arc<Server>, time: Duration, make: Make) -> io::Result<()>;
}

/// Makes an answer, if there is to be one.
pub(super) type Make = Box<dyn FnOnce() -> Option<Vec<u8>> + Send>;

/// What becomes of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// It stays.
    Open,
    /// It is closed.
    Closed,
}

/// Remembers a request, and says what befalls it.
pub(super) fn receive(server: &Server, request: &Request) -> Option<Misbehaviour> {
    server.received(request.clone());
    faults::take(&mut server.faults(), request.transport, request.opcode)
}

/// Whether this fault resets the connection.
pub(super) fn resets(fault: Option<&Misbehaviour>) -> bool {
    matches!(fault, Some(Misbehaviour::ResetApplied | Misbehaviour::ResetNotApplied))
}

/// Answers a request, or does with it what the fault says.
///
/// # Errors
/// Where the line is broken.
pub(super) fn deliver(
    server: &Arc<Server>,
    request: &Request,
    fault: Option<Misbehaviour>,
    line: &mut impl Line,
) -> io::Result<Afterwards> {
    let carry_out = |twist| server.respond(&request.octets, request.transport, twist);
    let honest = || carry_out(Twist::None);
    let Some(fault) = fault else { return send(line, honest()) };
    match fault {
        Misbehaviour::DropRequest => Ok(Afterwards::Open),
        Misbehaviour::DropAnswer => {
            honest();
            Ok(Afterwards::Open)
        }
        Misbehaviour::DuplicateRequest => {
            send(line, honest())?;
            send(line, honest())
        }
        Misbehaviour::AnswerTwice => {
            let answer = honest();
            send(line, answer.clone())?;
            send(line, answer)
        }
        Misbehaviour::DelayAnswer(time) => {
            let answer = honest();
            line.send_later(server, time, Box::new(|| answer))?;
            Ok(Afterwards::Open)
        }
        Misbehaviour::DelayRequest(time) => {
            let (later, request) = (Arc::clone(server), request.clone());
            let make = move || later.respond(&request.octets, request.transport, Twist::None);
            line.send_later(server, time, Box::new(make))?;
            Ok(Afterwards::Open)
        }
        Misbehaviour::ForgeFirst(forgery) => {
            send(line, Some(forgery.build(&request.octets)))?;
            send(line, honest())
        }
        Misbehaviour::ForgeOnly(forgery) => send(line, Some(forgery.build(&request.octets))),
        Misbehaviour::SignedRcode(rcode) => send(line, carry_out(Twist::Rcode(rcode))),
        Misbehaviour::Truncated => send(line, carry_out(Twist::Truncated)),
        Misbehaviour::PartialAnswer(octets) => {
            honest().map_or(Ok(()), |answer| line.send_part(&answer, octets))?;
            Ok(Afterwards::Closed)
        }
        Misbehaviour::ByteByByte => {
            honest().map_or(Ok(()), |answer| line.send_slowly(&answer, Duration::from_millis(1)))?;
            Ok(Afterwards::Open)
        }
        Misbehaviour::Drip(pause) => {
            honest().map_or(Ok(()), |answer| line.send_slowly(&answer, pause))?;
            Ok(Afterwards::Open)
        }
        Misbehaviour::Misframed(length) => {
            honest().map_or(Ok(()), |answer| line.send_misframed(&answer, length))?;
            Ok(Afterwards::Closed)
        }
        Misbehaviour::AnswerElsewhere => {
            honest().map_or(Ok(()), |answer| line.send_elsewhere(&answer))?;
            Ok(Afterwards::Open)
        }
        Misbehaviour::CloseApplied | Misbehaviour::ResetApplied => {
            honest();
            Ok(Afterwards::Closed)
        }
        Misbehaviour::CloseNotApplied | Misbehaviour::ResetNotApplied => Ok(Afterwards::Closed),
        // A connection that is closed when it is accepted brings no request.
        Misbehaviour::CloseOnAccept => Ok(Afterwards::Open),
        Misbehaviour::AnotherWriter(texts) => {
            let records: Result<Vec<_>, _> = texts.iter().map(|text| parse_record(text)).collect();
            server.replace(&records.map_err(io::Error::other)?);
            send(line, honest())
        }
    }
}

fn send(line: &mut impl Line, message: Option<Vec<u8>>) -> io::Result<Afterwards> {
    message.map_or(Ok(()), |message| line.send(&message))?;
    Ok(Afterwards::Open)
}
