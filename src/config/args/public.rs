//! The options about what the world sees.

use clap::Args as Group;

/// Whom to ask for what the world sees.
#[derive(Debug, Group)]
pub struct PublicWords {
    /// Ask these servers what the world sees, instead of those of the zone's NS records (repeatable)
    #[arg(long, value_name = "HOST[:PORT]")]
    pub public: Vec<String>,
}

/// Whether to wait until the world sees a change.
#[derive(Debug, Group)]
pub struct WaitWords {
    /// Wait until all servers of the zone serve it, so many seconds at most: 60
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "60", conflicts_with = "dry_run")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub wait: Option<u64>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub public: PublicWords,
}
