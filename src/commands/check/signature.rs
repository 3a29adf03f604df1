//! A key that the server does not take: which of its name, its secret and its algorithm it is.
//!
//! Such answers are not signed (RFC 8945 §5.3.2), so they only say where to look.

use std::sync::Arc;

use crate::config::{CheckGroup, Primary};
use crate::dns::{Name, RecordType};
use crate::exit::Exit;
use crate::output::named_conf::{self, RELOAD};
use crate::output::{Link, Subject, explain, utc};
use crate::proto::discovery::{Authority, Discovery, Found};
use crate::proto::exchange::Hint;
use crate::proto::outcome::Outcome;
use crate::proto::{Algorithm, Key, Rcode, Transport, TsigError, probe, query};

use super::super::conversation::{Conversation, subject, unix};
use super::knock::{Door, Heard};
use super::report::{Broken, Report};
use super::secondary;
use super::zone::bare;

/// What the server makes of the same secret with another algorithm.
enum Other {
    /// It verifies: the server has the key with this one.
    Known(Algorithm),
    /// The server has the key with this one, and another secret.
    OtherSecret(Algorithm),
}

/// Finds out why there was only an answer that proves nothing.
pub(super) async fn unproven(
    hint: &Hint,
    group: &CheckGroup,
    primary: &Primary,
    door: &Door,
    talk: &mut Conversation,
    report: &mut Report,
) -> Broken {
    let found = match (hint.claim.tsig_error, hint.claim.rcode) {
        (Some(TsigError::BADSIG), _) => {
            let what = format!("{} has key {} with another secret", door.server, primary.key.name());
            Some((what, "BADSIG; such an answer cannot be signed", copy_again()))
        }
        (Some(TsigError::BADKEY), _) => {
            let (what, remedy) = unknown(group, primary, door, talk).await;
            Some((what, "BADKEY; such an answer cannot be signed", remedy))
        }
        (None, Rcode::NOTAUTH | Rcode::REFUSED) => {
            let (what, remedy) = unsaid(group, primary, door, talk).await;
            Some((what, "unsigned, as PowerDNS says it", remedy))
        }
        _ => None,
    };
    if let Some((what, word, remedy)) = found {
        let what = format!("{what} ({word})");
        return report.fault(Link::Signature, Exit::Unauthentic, what, remedy);
    }
    let asked = group.names.first().map_or_else(Name::root, |first| first.name.clone());
    let subject = Subject { server: Some(door.server), ..subject(primary, &asked, "SOA".to_owned()) };
    match explain(&Outcome::Unauthentic { hint: *hint, sent: false }, &subject) {
        Some(message) => report.failed(Link::Signature, Exit::Unauthentic, message),
        None => Broken,
    }
}

/// The server says that it has no such key: of this name, or not with this algorithm.
async fn unknown(group: &CheckGroup, primary: &Primary, door: &Door, talk: &mut Conversation) -> (String, Vec<String>) {
    let key = &primary.key;
    let (server, name) = (door.server, key.name());
    if let Some(other) = other_algorithm(group, primary, door, talk).await {
        return other.told(group, key, door);
    }
    let seen = match group.names.first() {
        Some(first) => walk_unsigned(&first.name, door, talk).await,
        None => None,
    };
    if let Some(found) = &seen
        && let Some((other, host)) = secondary::other_primary(found, primary, door, talk).await
    {
        let what =
            format!("{server} has no key {name}, and is not the primary of {}: that is {host}, at {other}", found.zone);
        return (what, vec![group.server_by.change_to(secondary::server_words(other))]);
    }
    if let Some(zone) = takes_unsigned(group, primary, door, talk).await {
        let what = format!(
            "{server} has no key {name}, and goes by addresses: {zone} takes unsigned updates from this machine"
        );
        return (what, make_known(key, group, &zone, true));
    }
    let has_zone = seen.is_some();
    let zone = seen.map(|found| found.zone).or_else(|| primary.zone.clone());
    let zone = zone.or_else(|| group.names.first()?.name.parent()).unwrap_or_else(Name::root);
    let mut remedy = make_known(key, group, &zone, has_zone);
    remedy.push("if it has the key: its views have other ones, or, in Knot, no acl of the zone has it".to_owned());
    (format!("{server} has no key of the name {name}"), remedy)
}

/// The server does not say what is wrong with the key.
async fn unsaid(group: &CheckGroup, primary: &Primary, door: &Door, talk: &mut Conversation) -> (String, Vec<String>) {
    let key = &primary.key;
    if let Some(other @ Other::Known(_)) = other_algorithm(group, primary, door, talk).await {
        return other.told(group, key, door);
    }
    let what = format!(
        "{} does not take key {} ({}): its secret or its name is another there, or the clocks differ by five minutes",
        door.server,
        key.name(),
        key.algorithm()
    );
    let mut remedy = copy_again();
    remedy.push(format!("on the server: pdnsutil list-tsig-keys; this machine has {}", utc(unix())));
    (what, remedy)
}

fn copy_again() -> Vec<String> {
    vec![
        "copy the key's file from the server again, whole".to_owned(),
        "nsup key show FILE shows the same fingerprint on both sides where the secrets are the same".to_owned(),
    ]
}

impl Other {
    /// What it means, and what mends it.
    fn told(&self, group: &CheckGroup, key: &Key, door: &Door) -> (String, Vec<String>) {
        let file = group.key_file.as_ref().map_or_else(|| "-y".to_owned(), |path| path.display().to_string());
        let (server, name, ours) = (door.server, key.name(), key.algorithm());
        match self {
            Self::Known(theirs) => (
                format!("{server} has key {name} with {theirs}, and {file} says {ours}"),
                vec![format!("{file}: algorithm {theirs};")],
            ),
            Self::OtherSecret(theirs) => {
                (format!("{server} has key {name} with {theirs} and another secret; {file} says {ours}"), copy_again())
            }
        }
    }
}

/// Tries the other algorithms, the outdated ones last.
async fn other_algorithm(group: &CheckGroup, primary: &Primary, door: &Door, talk: &mut Conversation) -> Option<Other> {
    let key = &primary.key;
    let asked = primary.zone.as_ref().or_else(|| Some(&group.names.first()?.name))?;
    for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| *algorithm != key.algorithm()) {
        let other = Arc::new(key.with_algorithm(algorithm));
        match door.knock(query::question(asked, RecordType::SOA), Some(&other), talk).await.ok()? {
            Heard::Reply(..) => return Some(Other::Known(algorithm)),
            Heard::Unproven(hint) if hint.claim.tsig_error == Some(TsigError::BADSIG) => {
                return Some(Other::OtherSecret(algorithm));
            }
            Heard::Unproven(_) => {}
            Heard::Nothing(_) => return None,
        }
    }
    None
}

/// The zone, if the server takes updates of it from here without a key.
async fn takes_unsigned(group: &CheckGroup, primary: &Primary, door: &Door, talk: &mut Conversation) -> Option<Name> {
    let first = group.names.first()?;
    let zone = match &primary.zone {
        Some(zone) => zone.clone(),
        None => walk_unsigned(&first.name, door, talk).await?.zone,
    };
    // Over TCP BIND lets unsigned ones pass, as far as they change nothing, since an address proves something there.
    let door = Door { transport: Transport::Udp, ..door.clone() };
    match door.knock(probe::harmless(&zone).ok()?, None, talk).await.ok()? {
        Heard::Reply(reply, _) if reply.rcode() == Rcode::NOERROR => Some(zone),
        _ => None,
    }
}

/// The zone of a name as the server shows it to whoever has no key.
pub(super) async fn walk_unsigned(name: &Name, door: &Door, talk: &mut Conversation) -> Option<Authority> {
    let mut discovery = Discovery::new(name.clone(), RecordType::A);
    loop {
        let message = query::question(discovery.asked(), RecordType::SOA);
        let Heard::Reply(reply, _) = door.knock(message, None, talk).await.ok()? else { return None };
        match discovery.heard(&reply) {
            Found::Zone(authority) => return Some(authority).filter(|_| reply.is_authoritative()),
            Found::Further => {}
            Found::Delegated(_) | Found::Nothing(_) => return None,
        }
    }
}

/// The lines of named.conf by which a server knows the key, and lets it change the names of a zone that it has or not.
fn make_known(key: &Key, group: &CheckGroup, zone: &Name, has_zone: bool) -> Vec<String> {
    let path = named_conf::usual_key_file(key.name());
    let mut lines = vec![
        format!(
            "on the server: nsup key show {path} must show the name {} and the fingerprint {}",
            key.name(),
            key.fingerprint()
        ),
        "in its named.conf:".to_owned(),
        named_conf::include_line(&path),
    ];
    let grants = named_conf::grants(key.name(), &wanted(group));
    lines.extend(if has_zone { inside(zone, &grants) } else { named_conf::zone_clause(zone, &grants) });
    lines.push(format!("then: {RELOAD}"));
    lines
}

/// The lines of named.conf that let the key change the names of a zone that the server has.
pub(super) fn granting(key: &Key, group: &CheckGroup, zone: &Name) -> Vec<String> {
    let mut lines = vec!["on the server, in its named.conf:".to_owned()];
    lines.extend(inside(zone, &named_conf::grants(key.name(), &wanted(group))));
    lines.push(format!("then: {RELOAD}"));
    lines
}

/// What belongs into a zone.
fn inside(zone: &Name, grants: &[String]) -> Vec<String> {
    let mut lines =
        vec![format!("in zone \"{}\", beside what is granted there, and instead of an allow-update:", bare(zone))];
    lines.extend(named_conf::update_policy(grants));
    lines
}

/// The names with their types.
fn wanted(group: &CheckGroup) -> Vec<(Name, Vec<RecordType>)> {
    group.names.iter().map(|examined| (examined.name.clone(), examined.types.clone())).collect()
}
