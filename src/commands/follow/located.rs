//! In which zone each name is, and whom to ask about it.

use crate::dns::{Name, RecordType};
use crate::output::Message;
use crate::proto::Contacts;

use super::super::Halt;
use super::super::conversation::{Conversation, subject};
use super::super::locate::{self, Owner};
use super::verdict::End;
use crate::config::Primary;
use crate::exit::Exit;

/// A zone, whom to ask about it, and what is to be done in it.
#[derive(Debug)]
pub(super) struct Located<T> {
    pub(super) zone: Name,
    pub(super) contacts: Contacts,
    pub(super) things: Vec<T>,
}

/// Puts things into their zones by the names of their records. What has no zone comes back with why.
pub(super) async fn located<T>(
    primary: &Primary,
    things: Vec<T>,
    owner: impl Fn(&T) -> (Name, RecordType),
    talk: &mut Conversation,
) -> (Vec<Located<T>>, Vec<(T, End)>) {
    let mut zones: Vec<Located<T>> = Vec::new();
    let mut faults = Vec::new();
    let mut known: Vec<(Name, Name)> = Vec::new();
    // A server that cannot be reached for one name need not be tried for each of the others.
    let mut away: Option<End> = None;
    for thing in things {
        if let Some(end) = &away {
            faults.push((thing, end.clone()));
            continue;
        }
        let (name, record_type) = owner(&thing);
        // Both families of a name are in one zone.
        let asked = known.iter().find(|(asked, _)| *asked == name).map(|(_, zone)| zone.clone());
        let within = primary.zone.clone().filter(|zone| name.is_in(zone)).or(asked);
        let place = within.as_ref().and_then(|zone| zones.iter_mut().find(|located| located.zone == *zone));
        if let Some(place) = place {
            place.things.push(thing);
            continue;
        }
        match locate_one(primary, within, &name, record_type, talk).await {
            Err(why) => {
                let is_away = matches!(why.exit, Exit::Unreachable | Exit::Unauthentic);
                let end = failed(why);
                away = Some(end.clone()).filter(|_| is_away && !primary.servers.is_empty());
                faults.push((thing, end));
            }
            Ok((contacts, zone)) => {
                known.push((name, zone.clone()));
                match zones.iter_mut().find(|located| located.zone == zone) {
                    Some(place) => place.things.push(thing),
                    None => zones.push(Located { zone, contacts, things: vec![thing] }),
                }
            }
        }
    }
    (zones, faults)
}

/// A run that halted, as the end of one thing.
pub(super) fn failed(why: Halt) -> End {
    let Halt { exit, message: Message { what, hint } } = why;
    End::Failed(exit, Message { what, hint })
}

async fn locate_one(
    primary: &Primary,
    zone: Option<Name>,
    name: &Name,
    record_type: RecordType,
    talk: &mut Conversation,
) -> Result<(Contacts, Name), Halt> {
    let mut given = primary.clone();
    given.reach.zone = zone;
    let owner = Owner { name, record_type };
    let (mut contacts, zone) = locate::servers(&given, &owner, talk).await?;
    let zone = match zone {
        Some(zone) => zone,
        None => {
            let subject = subject(&given, name, record_type.to_string());
            locate::zone(&owner, talk, &mut contacts, &subject).await?
        }
    };
    Ok((contacts, zone))
}
