//! The words of `status`.

use std::path::PathBuf;

use clap::Args as Group;

use super::PublicWords;

/// A look at all configured names, or some.
#[derive(Debug, Group)]
pub struct StatusWords {
    /// The names; all of the file if there are none
    pub names: Vec<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub public: PublicWords,
    /// Write it to this file too, as node_exporter's textfile collector reads it
    #[arg(long, value_name = "FILE")]
    pub prometheus: Option<PathBuf>,
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
