//! Floor 3: what the user said, settled. [`Settings`] cannot hold nonsense; nothing below checks it again.

mod args;
pub mod caller;
mod check;
mod file;
mod import;
mod key_file;
mod key_syntax;
mod keys;
mod personality;
mod primary;
mod public;
mod records;
mod script;
mod secure_file;
mod server;
mod settings;
mod status;
mod task;
mod tls;

pub use args::Args;
pub use caller::{Caller, CallerError, Event, Kind};
pub use check::{Check, CheckGroup, Examined, Said};
pub use file::{
    Config, FileError, NamedConfig, Occasion, OnDown, Origin, PrimaryConfig, Ptr, Setting, Surroundings, TlsConfig, Why,
};
pub use import::{Import, Imported, Remark};
pub use key_file::{KeyError, key_warnings, read_key};
pub use key_syntax::{KeySyntaxError, NamedKey, parse_keys, parse_literal};
pub use keys::{Allowance, Allowed, CreateError, KeyTask, KeyWordsError, KeysOfFile, NewKey, create, look};
pub use personality::{Asked, Input, Personality, Stock};
pub use primary::{Keys, Primary, Reach};
pub use public::Wait;
pub use script::Script;
pub use secure_file::{SecureFileError, unsafe_folder};
pub use server::{Server, ServerError};
pub use settings::{ConfigError, Settings, Speech, Verb};
pub use status::Status;
pub use task::{Hook, Sync, Task, Watch};
