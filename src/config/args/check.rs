//! The words of `nsup check`.

use std::path::PathBuf;

use clap::Args as Group;

use super::{Common, PublicWords};

/// What is examined.
#[derive(Debug, Group)]
pub struct CheckWords {
    /// The names; all of nsup.toml if there are none
    pub names: Vec<String>,
    /// The types that are to be changed (repeatable). Else those of nsup.toml, and A for a name that is not in it
    #[arg(long = "type", value_name = "TYPE")]
    pub record_type: Vec<String>,
    /// Add a TXT record at _nsup-check below each name and delete it again: only this shows whether the server can write
    #[arg(long)]
    pub write_test: bool,
    /// Where the system's files are, whose hooks and timers are looked at: /
    #[arg(long, value_name = "DIR", default_value = "/", hide_default_value = true)]
    pub root: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub public: PublicWords,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: Common,
}
