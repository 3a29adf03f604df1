//! A primary that misbehaves, one name of it, and `nsup set` against it.

// Each test file uses a part.
#![allow(dead_code, unreachable_pub)]

use nsup::config::parse_keys;
use nsup::proto::Transport;

use crate::primary::{Fault, Misbehaviour, Opcode, Policy, Primary};
use crate::program::{Run, nsup};

/// The name.
pub const NAME: &str = "h.example.org";

/// A primary that misbehaves, and the options to reach it.
pub struct World {
    /// The primary of example.org, where `h` has 192.0.2.1.
    pub primary: Primary,
    /// Where the key is, as `k`.
    pub directory: tempfile::TempDir,
}

impl World {
    /// One with these faults.
    pub fn with(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self::build(faults, None)
    }

    /// One with these faults that refuses a transport, if one is given.
    pub fn build(faults: impl IntoIterator<Item = Fault>, refused: Option<Transport>) -> Self {
        let key = parse_keys(include_str!("../../keys/unsafe.key"), "").unwrap().remove(0).key;
        let mut builder = Primary::builder("example.org")
            .record("h.example.org. 300 A 192.0.2.1")
            .key(key, Policy::WholeZone)
            .faults(faults);
        if let Some(transport) = refused {
            builder = builder.refuse(transport);
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("k");
        std::fs::copy("keys/unsafe.key", &path).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        Self { primary: builder.start().unwrap(), directory }
    }

    /// Sets the name to 192.0.2.2.
    pub fn set(&self, more: &str) -> Run {
        let key = self.directory.path().join("k");
        let server = self.primary.address();
        nsup(&format!("set {NAME} 192.0.2.2 -k {} --server {server} --zone example.org {more}", key.display()))
    }

    /// Whether the name has this address and no other.
    pub fn holds(&self, address: &str) -> bool {
        self.primary.records(NAME, "A") == [address]
    }

    /// Asserts that the run says 0 and the zone holds the value.
    #[track_caller]
    pub fn done(&self, run: Run) -> Run {
        let run = run.ends(0);
        assert!(self.holds("192.0.2.2"), "{run:#?}: {:?}", self.primary.all());
        run
    }
}

/// Befalls the next datagram.
pub fn udp(misbehaviour: Misbehaviour) -> Fault {
    Fault::new(misbehaviour).over(Transport::Udp)
}

/// Befalls the next update.
pub fn update(misbehaviour: Misbehaviour) -> Fault {
    Fault::new(misbehaviour).on(Opcode::Update)
}
