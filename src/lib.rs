//! nsup keeps DNS names on the addresses that machines have now: RFC 2136 updates, signed with TSIG (RFC 8945), sent
//! straight to the zone's primary.
//!
//! Data goes one way, and each floor uses only what lies below it:
//!
//! ```text
//! argv, files ─config─▶ Settings ─commands─▶ Update ─proto─▶ signed octets ─net─▶ answer ─proto─▶ Reply ─commands─▶
//!     Outcome ─output─▶ text and exit status
//! ```
//!
//! Invariants: nothing in [`dns`], [`source`], [`proto`] and [`script`] reads a clock, a socket, a file or the environment; only
//! [`output`] prints; only [`proto::Pending::verify`] makes a [`proto::Reply`].

pub mod address;
pub mod cli;
pub mod commands;
pub mod config;
pub mod dns;
pub mod exit;
pub mod net;
pub mod output;
pub mod prompt;
pub mod proto;
pub mod script;
pub mod source;
pub mod state;
