//! What an SVCB record of a resolver must hold (RFC 9461 §5), unless `check-svcb` is off.

use crate::dns::{Name, Rdata, Reader, RecordType};

use super::wrong::Wrong;

const SVCB: RecordType = RecordType(64);
const ALPN: u16 = 1;
const DOHPATH: u16 = 7;

/// Looks at an SVCB record that is to be added at `_dns` or `_PORT._dns`: it names its protocols, and the path where HTTP
/// is one of them. Aliases have no parameters.
pub(super) fn check(owner: &Name, record_type: RecordType, rdata: &Rdata) -> Result<(), Wrong> {
    if record_type != SVCB || !is_of_resolver(owner) || rdata.octets().starts_with(&[0, 0]) {
        return Ok(());
    }
    let parameters = parameters(rdata).unwrap_or_default();
    let value = |wanted| parameters.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value);
    let protocols = value(ALPN).ok_or(Wrong::Svcb("no ALPN"))?;
    if speaks_http(protocols) && value(DOHPATH).is_none() {
        return Err(Wrong::Svcb("no DOHPATH"));
    }
    Ok(())
}

fn is_of_resolver(owner: &Name) -> bool {
    let is_dns = |label: Option<&[u8]>| label.is_some_and(|label| label.eq_ignore_ascii_case(b"_dns"));
    let is_port = |label: &[u8]| {
        label.strip_prefix(b"_").is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
    };
    let mut labels = owner.labels();
    match labels.next() {
        Some(first) if is_port(first) => is_dns(labels.next()),
        first => is_dns(first),
    }
}

/// Key and value of each parameter (RFC 9460 §2.2).
fn parameters(rdata: &Rdata) -> Option<Vec<(u16, Vec<u8>)>> {
    let mut reader = Reader::alone(rdata.octets());
    reader.u16().ok()?;
    reader.name().ok()?;
    let mut found = Vec::new();
    while reader.left() > 0 {
        let (key, length) = (reader.u16().ok()?, reader.u16().ok()?);
        found.push((key, reader.take(length.into()).ok()?.to_vec()));
    }
    Some(found)
}

/// Whether one of the protocols, each with its length before it, is HTTP/2 or HTTP/3.
fn speaks_http(protocols: &[u8]) -> bool {
    let mut rest = protocols;
    while let Some((&length, after)) = rest.split_first() {
        let (protocol, others) = after.split_at(usize::from(length).min(after.len()));
        if matches!(protocol, b"h2" | b"h3") {
            return true;
        }
        rest = others;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(owner: &str, priority: u8, parameters: &[u8]) -> Result<(), Wrong> {
        let octets = [&[0, priority, 0], parameters].concat();
        check(&Name::parse(owner).unwrap(), SVCB, &Rdata::from_octets(octets))
    }

    #[test]
    fn a_resolver_names_its_protocols_and_its_path() {
        assert_eq!(checked("_dns.example", 1, &[]), Err(Wrong::Svcb("no ALPN")));
        assert_eq!(checked("_853._DNS.example", 1, &[]), Err(Wrong::Svcb("no ALPN")));
        assert_eq!(checked("_dns.example", 1, b"\0\x01\0\x04\x03dot"), Ok(()));
        assert_eq!(checked("_dns.example", 1, b"\0\x01\0\x07\x03dot\x02h2"), Err(Wrong::Svcb("no DOHPATH")));
        assert_eq!(checked("_dns.example", 1, b"\0\x01\0\x03\x02h2\0\x07\0\x0a/q{?dns}.."), Ok(()));
        assert_eq!(checked("_dns.example", 0, &[]), Ok(()));
        assert_eq!(checked("dns.example", 1, &[]), Ok(()));
        assert_eq!(checked("_x._dns.example", 1, &[]), Ok(()));
    }
}
