//! The address that a question comes from, as the server says that was asked (`dns:`). Nobody has signed it.

use std::net::IpAddr;
use std::time::Duration;

use crate::net::{Resolver, ResolverConfig};
use crate::source::Whoami;

use super::conversation::random;

/// How long the server may take in all.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks, sending from `source` if one is given.
///
/// # Errors
/// Why there is no address, as text.
pub(super) async fn whoami(question: &Whoami, source: Option<IpAddr>) -> Result<IpAddr, String> {
    let Whoami { name, record_type, server } = question;
    let config = ResolverConfig { servers: vec![*server], ..ResolverConfig::default() };
    let mut resolver = Resolver::new(config, source);
    let answer = tokio::time::timeout(PATIENCE, resolver.ask(name, *record_type, &mut random)).await;
    let answer = answer.map_err(|_| format!("{server} does not answer"))?.map_err(|why| why.to_string())?;
    let mut addresses =
        answer.answers().iter().filter(|record| record.record_type == *record_type).filter_map(|record| {
            let text = record.rdata.display(*record_type).to_string();
            text.trim_matches('"').parse::<IpAddr>().ok()
        });
    match (addresses.next(), addresses.next()) {
        (Some(address), None) => Ok(address),
        (Some(_), Some(_)) => Err(format!("{server} gives several addresses for {name} {record_type}")),
        (None, _) => Err(format!("{server} gives no address for {name} {record_type} ({})", answer.rcode())),
    }
}
