//! nsup
pub mod dns;
pub mod proto;
