//! Floor 3: what the user said, settled. [`Settings`] cannot hold nonsense; nothing below checks it again.

mod args;
mod file;
mod key_file;
mod key_syntax;
mod primary;
mod records;
mod secure_file;
mod server;
mod settings;

pub use args::Args;
pub use file::{
    Config, FileError, NamedConfig, Occasion, OnDown, Origin, PrimaryConfig, Ptr, Setting, Surroundings, Why,
};
pub use key_file::{KeyError, read_key};
pub use key_syntax::{KeySyntaxError, NamedKey, parse_keys, parse_literal};
pub use primary::Primary;
pub use secure_file::SecureFileError;
pub use server::{Server, ServerError};
pub use settings::{ConfigError, Settings, Speech, Verb};
