//! What the key sees of a zone, against what everybody sees: BIND chooses the view by the key.

use crate::config::Primary;
use crate::dns::{Name, Rdata, RecordType};
use crate::output::Link;
use crate::proto::{Reply, SignError, query};

use super::super::conversation::Conversation;
use super::knock::{Door, Heard};
use super::report::Report;

/// Compares the zone's SOA with the key and without it. Who shows it to those who have a key only is no view.
pub(super) async fn compare(zone: &Name, primary: &Primary, door: &Door, talk: &mut Conversation, report: &mut Report) {
    let question = || query::question(zone, RecordType::SOA);
    let mut with = door.knock(question(), Some(&primary.key), talk).await;
    let without = door.knock(question(), None, talk).await;
    let differ = |with: &Result<Heard, SignError>| match (with, &without) {
        (Ok(Heard::Reply(with, _)), Ok(Heard::Reply(without, _))) => {
            soa(with, zone).is_some_and(|ours| soa(without, zone).is_some_and(|theirs| ours != theirs))
        }
        _ => false,
    };
    if differ(&with) {
        // The zone may have been changed between the two.
        with = door.knock(question(), Some(&primary.key), talk).await;
    }
    if differ(&with) {
        let what = format!(
            "with key {} {} shows another {zone} than without it: a view of its own, in which the change will be",
            primary.key.name(),
            door.server
        );
        let remedy =
            "if the world is to see it, match-clients of the world's view in named.conf must take the key first";
        report.warn(Link::Zone, what, vec![remedy.to_owned()]);
    }
}

fn soa<'r>(reply: &'r Reply, zone: &'r Name) -> Option<&'r Rdata> {
    let soa = reply.rrset(zone, RecordType::SOA).next().filter(|_| reply.is_authoritative());
    soa.map(|soa| &soa.rdata)
}
