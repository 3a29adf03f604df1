//! The words of the command line as the user said them; nothing is looked up here.

mod check;
mod common;
mod import;
mod key;
mod public;
mod status;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args as Group, Parser, Subcommand};

pub(super) use check::CheckWords;
pub(super) use common::{Common, TlsWords};
pub(super) use import::{From, ImportWords, ScriptFile};
pub(super) use key::{GenerateWords, KeyCommand, NewKeyWords, RotateWords, ShowWords};
pub(super) use public::{PublicWords, WaitWords};
pub(super) use status::StatusWords;

/// Keeps DNS names on the addresses that machines have now: RFC 2136 updates, signed with TSIG, sent straight to the
/// zone's primary.
#[derive(Debug, Parser)]
#[command(name = "nsup", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "\
Exit status: 0 done or already so; 1 usage, key or input; 2 the server said no (signed); 3 no server could be
reached; 4 only answers that did not verify; 5 sent, and it could not be settled whether it took effect, everywhere if
--wait was asked for; 6 somebody else keeps changing the record; 7 no address fit to publish.")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Args {
    /// Whether a program calls, whose streams nobody reads.
    pub fn is_hook(&self) -> bool {
        matches!(self.command, Command::Hook(_))
    }
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make RRsets exactly these values: nsup set NAME [TYPE] VALUE...
    #[command(override_usage = "nsup set [OPTIONS] NAME [TYPE] VALUE... [TYPE VALUE...]...")]
    Set(Change),
    /// Add one record beside what there is: nsup add NAME [TTL] [TYPE] VALUE
    #[command(override_usage = "nsup add [OPTIONS] NAME [TTL] [TYPE] VALUE")]
    Add(Change),
    /// Delete a record, an RRset, or a name: nsup delete NAME [TYPE [VALUE]]
    #[command(override_usage = "nsup delete [OPTIONS] NAME [TYPE [VALUE]]")]
    Delete(Change),
    /// Read an RRset at the primary, signed: nsup get NAME [TYPE]
    #[command(override_usage = "nsup get [OPTIONS] NAME [TYPE]")]
    Get(Read),
    /// Read nsupdate's language, from files, standard input or a prompt, and send its messages
    Script(ScriptWords),
    /// Bring the configured names to the addresses of now, once: for cron, timers and people
    Sync(SyncWords),
    /// Show how the configured names stand: wanted, at the primary, at the public servers; nothing is changed
    Status(StatusWords),
    /// Called by pppd and its cousins: takes the event, returns at once, and follows the address by itself
    Hook(HookWords),
    /// Stay, and follow the kernel's notifications of changed addresses
    Watch(WatchWords),
    /// Examine the whole chain from nsup.toml to the zone, change nothing, and say what to mend
    Check(CheckWords),
    /// Make, show and replace TSIG keys, with the lines of named.conf that go with them
    #[command(subcommand)]
    Key(KeyCommand),
    /// Make an nsup.toml of a ddclient.conf or of a script of nsupdate
    Import(ImportWords),
}

/// A change.
#[derive(Debug, Group)]
pub struct Change {
    /// The name; the zone's apex works like any other
    pub name: String,
    /// Types and values. The type of an address may be left out; a value of several words is one argument
    #[arg(value_name = "TYPE VALUE")]
    pub words: Vec<String>,
    /// Give new records this TTL, in seconds or like 1h30m. Else an RRset keeps its own, and a new one gets 300
    #[arg(long, value_name = "TTL")]
    pub ttl: Option<String>,
    /// Change nothing unless this is true, in nsupdate's words: 'nxdomain NAME', 'yxrrset NAME TYPE DATA' (repeatable)
    #[arg(long, value_name = "PREREQ")]
    pub require: Vec<String>,
    /// Delete and add blindly: whatever the server holds, without a prerequisite of our own
    #[arg(long)]
    pub force: bool,
    /// Show the message, as nsupdate's words and as octets, and send no update (the current value is read)
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub wait: WaitWords,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: Common,
}

/// A question.
#[derive(Debug, Group)]
pub struct Read {
    /// The name
    pub name: String,
    /// The type; all of them if it is left out
    #[arg(value_name = "TYPE")]
    pub record_type: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: Common,
}

/// Messages in nsupdate's language.
#[derive(Debug, Group)]
pub struct ScriptWords {
    /// The files, one after the other; standard input if there are none, or where one is "-"
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Only read it, and say what is wrong with it
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: Common,
}

/// All configured names, or some.
#[derive(Debug, Group)]
pub struct SyncWords {
    /// The names; all of the file if there are none
    pub names: Vec<String>,
    /// An address for the names whose source is "given" (repeatable)
    #[arg(long, value_name = "ADDR")]
    pub address: Vec<IpAddr>,
    /// Show the messages instead of sending them (the current values are read)
    #[arg(long)]
    pub dry_run: bool,
    /// Show what the file comes to, and which line says so; no secrets
    #[arg(long)]
    pub show_config: bool,
    /// The configuration file. Else $NSUP_CONFIG, the user's own nsup/nsup.toml, or /etc/nsup/nsup.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
    /// Tell each step
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// An event.
#[derive(Debug, Group)]
pub struct HookWords {
    /// The configuration file. Else $NSUP_CONFIG, or /etc/nsup/nsup.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Tell each step until the process of its own is started
    #[arg(short, long)]
    pub verbose: bool,
    /// How the process of its own is told what to do
    #[arg(long, hide = true, value_name = "EVENT")]
    pub detached: Option<String>,
    /// Who calls: pppd, dhclient, dhcpcd, networkmanager, ifupdown, networkd-dispatcher
    #[arg(value_name = "CALLER", required_unless_present = "detached")]
    pub caller: Option<String>,
    /// up or down where the caller does not say it, and what the caller hands over
    #[arg(value_name = "[up|down] ARGUMENTS", trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<String>,
}

/// A long run.
#[derive(Debug, Group)]
pub struct WatchWords {
    /// The configuration file. Else $NSUP_CONFIG, the user's own nsup/nsup.toml, or /etc/nsup/nsup.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Tell each step
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}
