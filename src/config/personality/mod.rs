//! The command lines of nsupdate and knsupdate, for a program that is called by their names: what they ask for, settled,
//! or the words and the status with which those programs themselves would end.
//!
//! What is refused, is refused in their words. What they do and nobody can want is not done: going on unsigned when a key
//! was asked for, and repeating a secret in a message. Both end the run with status 1 and the reason.

mod knsupdate;
mod literal;
mod nsupdate;
mod nsupdate_key;
mod texts;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::proto::{Key, TlsWanted};
use crate::source::Family;

/// Whose place is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personality {
    /// BIND's nsupdate: options as of 9.20, texts as of 9.18.
    Nsupdate,
    /// Knot DNS's knsupdate: options as of 3.4, texts as of 3.2.
    Knsupdate,
}

/// What a command line of theirs comes to.
#[derive(Debug)]
pub enum Asked {
    /// Only text: what `-V`, `-h`, `-T` and `-P` show, or a fault. Both texts are whole, with their line ends.
    Say {
        /// What goes to standard output.
        stdout: String,
        /// What goes to standard error.
        stderr: String,
        /// The exit status.
        status: u8,
    },
    /// A run.
    Run(Box<Stock>),
}

/// Where commands come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Standard,
    /// A file, or a pipe with a name.
    File(PathBuf),
}

/// The options of a run, all of them settled.
#[derive(Debug, Clone)]
pub struct Stock {
    /// Whose command line it was.
    pub personality: Personality,
    /// `-4`, `-6`: the only family of addresses to use.
    pub family: Option<Family>,
    /// `-C`: another file than /etc/resolv.conf.
    pub resolv_conf: Option<PathBuf>,
    /// 0, or 1 for `-d`, or 2 for `-D` of nsupdate.
    pub debug: u8,
    /// `-i`: ask for commands even where nobody sits at a terminal, or a file is given.
    pub interactive: bool,
    /// Whether nothing speaks against asking for commands if standard input is a terminal: no file, and no `-`, was given.
    pub may_prompt: bool,
    /// The key of `-k`, `-y` or `-l`.
    pub key: Option<Arc<Key>>,
    /// What is to be said on standard error first, one line each.
    pub notices: Vec<String>,
    /// `-l`: send to ::1, then to 127.0.0.1, and let no script say otherwise.
    pub local: bool,
    /// `-p`: the port where nothing else says one.
    pub port: Option<u16>,
    /// How often a datagram is sent again.
    pub udp_retries: u32,
    /// How long after one datagram the next is sent, and how long the answer to the last may take.
    pub udp_interval: Duration,
    /// How long everything may take over a connection. Where stock waits for ever it is [`Stock::FOREVER`].
    pub timeout: Duration,
    /// Whether everything goes over connections, `tls` or not.
    pub tcp: bool,
    /// DNS over TLS: `-S` and the options that refine it.
    pub tls: Option<TlsWanted>,
    /// Where the commands come from, in this order. Of nsupdate there is one, and it could be read a moment ago.
    pub inputs: Vec<Input>,
}

impl Stock {
    /// A hundred years: long enough for whoever wants to wait for ever, and short enough to be added to any time.
    pub const FOREVER: Duration = Duration::from_secs(100 * 365 * 86_400);

    /// The most times that a datagram is sent: at one a second these last for a day.
    const MOST_SENDS: u32 = 86_400;

    /// When a datagram is sent, counted from the first time: 0, then once an interval.
    pub fn sends(&self) -> Vec<Duration> {
        let times = self.udp_retries.saturating_add(1).min(Self::MOST_SENDS);
        (0..times).map(|time| self.udp_interval.saturating_mul(time).min(Self::FOREVER)).collect()
    }

    /// How long all of that takes if no answer comes: the intervals, and one more after the last datagram.
    pub fn udp_total(&self) -> Duration {
        self.udp_interval.saturating_mul(self.udp_retries.saturating_add(1)).min(Self::FOREVER)
    }

    /// The port where no `server` says one: `-p`, else 53, or 853 for knsupdate's `-S`. nsupdate's `-S` stays at 53.
    pub fn default_port(&self) -> u16 {
        let usual = if self.tls.is_some() && self.personality == Personality::Knsupdate { 853 } else { 53 };
        self.port.unwrap_or(usual)
    }
}

impl Personality {
    /// Whose place a program of this name takes: that of the first word of a command line, with or without folders.
    pub fn of(program: &OsStr) -> Option<Self> {
        match Path::new(program).file_name()?.to_str()? {
            "nsupdate" => Some(Self::Nsupdate),
            "knsupdate" => Some(Self::Knsupdate),
            _ => None,
        }
    }

    /// The program's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nsupdate => "nsupdate",
            Self::Knsupdate => "knsupdate",
        }
    }

    /// Reads a command line, the program's own name first; and the key files that it names.
    pub fn read(self, words: impl IntoIterator<Item = OsString>) -> Asked {
        let mut words = words.into_iter();
        let program = words.next().map_or_else(|| self.name().to_owned(), |word| word.to_string_lossy().into_owned());
        match self {
            Self::Nsupdate => nsupdate::read(&program, words),
            Self::Knsupdate => knsupdate::read(&program, words),
        }
    }

    /// What is said on standard error of an input that cannot be opened.
    pub fn not_opened(self, path: &Path, why: &io::Error) -> String {
        match self {
            Self::Nsupdate => format!("could not open '{}': {}", path.display(), texts::in_words_of_bind(why)),
            Self::Knsupdate => {
                let text = why.to_string();
                let reason = text.split(" (os error").next().unwrap_or_default();
                format!(";; ERROR: failed to open '{}' ({reason})", path.display())
            }
        }
    }
}

/// A number as both programs take it: digits and nothing else.
fn number<N: std::str::FromStr>(word: &str) -> Option<N> {
    if word.bytes().all(|octet| octet.is_ascii_digit()) { word.parse().ok() } else { None }
}

/// Seconds as they are waited for.
fn seconds(count: u32) -> Duration {
    Duration::from_secs(count.into()).min(Stock::FOREVER)
}

fn fault(stdout: String, stderr: impl Into<String>) -> Asked {
    Asked::Say { stdout, stderr: format!("{}\n", stderr.into()), status: 1 }
}

#[cfg(test)]
mod tests;
