//! nsup
pub mod dns;
