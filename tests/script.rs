//! `nsup script`: nsupdate's language as nsup has it, from the first line to the exit status.

#[cfg(feature = "tls")]
mod certificates;
mod native;
mod primary;
mod program;
mod servers;
