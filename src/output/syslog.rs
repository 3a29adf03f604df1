//! The system's log, for whom nobody reads: `<priority>nsup[pid]: text` in one datagram (RFC 3164 §4.1).
//!
//! The time is left to the daemon, which has it anyway: all of them put in their own where there is none.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How bad it is (RFC 3164 §4.1.1, table 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Something failed.
    Error = 3,
    /// Something should be looked at.
    Warning = 4,
    /// Something was done.
    Notice = 5,
    /// Something was found as it should be.
    Info = 6,
    /// A step.
    Debug = 7,
}

/// Programs that run by themselves (RFC 3164 §4.1.1, table 1).
const DAEMON: u8 = 3;

/// How long a log that is full may hold us up.
const PATIENCE: Duration = Duration::from_millis(500);

/// A way to the log's socket. A daemon that is restarted meanwhile is found again.
#[derive(Debug)]
pub struct Syslog {
    path: PathBuf,
}

impl Syslog {
    /// The log at this socket, mostly `/dev/log`, for the rest of the process.
    pub fn at(path: &Path) -> &'static Self {
        Box::leak(Box::new(Self { path: path.to_owned() }))
    }

    /// The log where nobody has said otherwise.
    pub fn usual() -> &'static Self {
        Self::at(Path::new("/dev/log"))
    }

    /// Writes one line. Where nobody listens it is lost: there is nobody to tell.
    pub(super) fn write(&self, severity: Severity, text: &str) {
        let priority = DAEMON * 8 + severity as u8;
        let _ = self.send(&format!("<{priority}>nsup[{}]: {text}", std::process::id()));
    }

    fn send(&self, line: &str) -> io::Result<()> {
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(PATIENCE))?;
        socket.send_to(line.as_bytes(), &self.path).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_carries_facility_severity_and_process() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let log = Syslog::at(&path);
        log.write(Severity::Error, "nobody listens yet");
        let socket = UnixDatagram::bind(&path).unwrap();
        log.write(Severity::Notice, "changed: h.example. A 192.0.2.1");
        let mut line = [0; 200];
        let length = socket.recv(&mut line).unwrap();
        let line = String::from_utf8_lossy(&line[..length]);
        assert_eq!(line, format!("<29>nsup[{}]: changed: h.example. A 192.0.2.1", std::process::id()));
    }

    #[test]
    fn a_log_that_is_full_holds_nobody_up_for_long() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let _socket = UnixDatagram::bind(&path).unwrap();
        let log = Syslog::at(&path);
        let full = (0..10_000).find(|_| log.send(&"x".repeat(1000)).is_err());
        assert!(full.is_some(), "it was never full");
    }
}
