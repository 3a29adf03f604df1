//! How the process ends.

/// The exit statuses. They are part of the interface: hooks and cron tell "later" from "never" by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or so already: the primary said it, signed.
    Done = 0,
    /// Usage, configuration, key or input; nothing was sent that could change anything.
    Setup = 1,
    /// The server said no, signed.
    Refused = 2,
    /// No server could be reached; nothing was changed.
    Unreachable = 3,
    /// Only answers came that did not verify.
    Unauthentic = 4,
    /// It was sent, and it could not be settled whether it took effect; or the primary holds it, and not all servers that
    /// the world asks.
    Unknown = 5,
    /// Somebody else keeps changing the record.
    Contended = 6,
    /// There is no address fit to publish.
    NoAddress = 7,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}
