//! A message that is handed over as nsupdate does it: to each server once, until one answers.
//!
//! Anybody can send a datagram that does not verify. It hurries us to ask over a connection, where only the server, or
//! who is on the path, can answer; where that tells nothing, datagrams get all the time that they would have had.

use std::net::SocketAddr;

use crate::proto::Transport;

use super::{Exchange, Purpose};

impl Exchange {
    /// Whether an answer that does not verify cuts short the wait for datagrams.
    pub(super) fn is_brief(&self) -> bool {
        self.purpose == Purpose::Once && !self.patient
    }

    /// Whether a server is asked over a connection for no other reason than such an answer.
    pub(super) fn is_second_opinion(&self, server: SocketAddr) -> bool {
        self.is_brief() && self.hint.is_some_and(|hint| hint.server == server && hint.transport == Transport::Udp)
    }

    /// What follows an attempt without an answer that verifies.
    pub(super) fn handed_over(&mut self, server: SocketAddr, transport: Transport) {
        let is_hurried = self.is_second_opinion(server);
        match transport {
            Transport::Udp if is_hurried => self.queue.push_front((server, Transport::Tcp)),
            // The next server has a time of its own.
            Transport::Udp => self.patient = false,
            Transport::Tcp | Transport::Tls if self.hint.is_some_and(|hint| hint.transport != Transport::Udp) => {
                self.done = Some(self.give_up());
            }
            Transport::Tcp if is_hurried => {
                self.patient = true;
                self.queue.push_front((server, Transport::Udp));
            }
            Transport::Tcp | Transport::Tls => {}
        }
    }
}
