//! The words of `nsup key`.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand};

/// What is to be done with keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key, and print what the server's named.conf needs for it
    Generate(GenerateWords),
    /// Tell which keys a file holds, without their secrets
    Show(ShowWords),
    /// Print how a key gives way to a new one, step by step; nothing is changed
    Rotate(RotateWords),
}

/// A new key.
#[derive(Debug, Group)]
pub struct GenerateWords {
    /// The key's name, which the server must know it by too
    pub name: String,
    /// The file to make; "-" is standard output. Else NAME.key in this directory
    pub file: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub new: NewKeyWords,
}

/// What is said of a new key, and of what it may do.
#[derive(Debug, Group)]
pub struct NewKeyWords {
    /// hmac-sha256 (which it is if nothing is said), hmac-sha384, hmac-sha512 or hmac-sha224
    #[arg(long, value_name = "ALGORITHM")]
    pub algorithm: Option<String>,
    /// What the key may change: a name and its types, A and AAAA if there are none (repeatable). Else it is the names of
    /// nsup.toml
    #[arg(long, value_name = "NAME [TYPE...]")]
    pub grant: Vec<String>,
    /// The zone that these names are in (repeatable: each name has the longest that holds it)
    #[arg(long)]
    pub zone: Vec<String>,
    /// Where the key file lies on the server. Else /etc/bind/NAME.key
    #[arg(long, value_name = "PATH")]
    pub include: Option<String>,
    /// The configuration file. Else $NSUP_CONFIG, the user's own nsup/nsup.toml, or /etc/nsup/nsup.toml, if it is there
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

/// Files with keys.
#[derive(Debug, Group)]
pub struct ShowWords {
    /// A file of tsig-keygen or rndc-confgen, a named.conf, a line alg:name:secret, or a K*.private or K*.key file; "-" is
    /// standard input
    pub file: PathBuf,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

/// A key that is to be replaced.
#[derive(Debug, Group)]
pub struct RotateWords {
    /// The key's file, or its name, where nsup.toml says its file
    #[arg(value_name = "FILE|NAME")]
    pub key: PathBuf,
    /// Which key of the file, where it has several; else the first
    #[arg(long, value_name = "NAME")]
    pub key_name: Option<String>,
    /// The name of the new key. Else the old one's with a number behind it
    #[arg(long, value_name = "NAME")]
    pub new_name: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub new: NewKeyWords,
}
