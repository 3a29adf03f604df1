//! The options that say whom to ask for what the world sees.

use clap::Args as Group;

/// Whom to ask for what the world sees.
#[derive(Debug, Group)]
pub struct PublicWords {
    /// Ask these servers what the world sees, instead of those of the zone's NS records (repeatable)
    #[arg(long, value_name = "HOST[:PORT]")]
    pub public: Vec<String>,
}
