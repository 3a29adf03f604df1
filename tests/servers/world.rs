//! A zone as the world has it: a BIND primary that tells two secondaries of each change.

use std::net::SocketAddr;

use super::start::free_address;
use super::{Kind, Server, Setup, TestKey, Zone};

/// The primary and its secondaries.
pub struct World {
    /// The first.
    pub primary: Server,
    /// The others.
    pub secondaries: [Server; 2],
}

impl World {
    /// Serves a zone on free ports of 127.0.0.1: named listens on no address that no interface has.
    pub fn start(zone: &str, key: &TestKey, primary: Zone) -> Option<World> {
        Self::start_at(zone, key, primary, [(); 3].map(|()| free_address()))
    }

    /// Serves a zone at these addresses.
    pub fn start_at(zone: &str, key: &TestKey, primary: Zone, at: [SocketAddr; 3]) -> Option<World> {
        let [first, second, third] = at;
        let setup = Setup::new().key(key.clone()).zone(primary).notify(zone, &[second, third]).at(first);
        let primary = Server::start(Kind::Bind, &setup)?;
        let copy = |at| Server::start(Kind::Bind, &Setup::new().zone(Zone::secondary(zone, first)).at(at));
        Some(World { primary, secondaries: [copy(second)?, copy(third)?] })
    }

    /// `--public` for each server.
    pub fn public(&self) -> String {
        let all = std::iter::once(&self.primary).chain(&self.secondaries);
        all.map(|server| format!(" --public {}", server.address())).collect()
    }
}
