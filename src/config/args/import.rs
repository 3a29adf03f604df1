//! The words of `nsup import`.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand};

/// What another program's file comes to in nsup.toml.
#[derive(Debug, Group)]
pub struct ImportWords {
    #[command(subcommand)]
    #[allow(missing_docs)]
    pub from: From,
}

/// Whose file it is.
#[derive(Debug, Subcommand)]
pub enum From {
    /// A ddclient.conf, of which the hosts with protocol=nsupdate are taken
    Ddclient(File),
    /// A script of nsupdate that deletes and adds addresses
    Nsupdate(ScriptFile),
}

/// A file, and where the result goes.
#[derive(Debug, Group)]
pub struct File {
    /// The file
    pub file: PathBuf,
    /// Write nsup.toml there instead of to standard output; a file that is there already is not touched
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Say nothing of what changes nothing
    #[arg(short, long)]
    pub quiet: bool,
}

/// A script, and what stood beside it on nsupdate's command line.
#[derive(Debug, Group)]
pub struct ScriptFile {
    /// The key's file that nsupdate had as its own -k
    #[arg(short, long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub words: File,
}
