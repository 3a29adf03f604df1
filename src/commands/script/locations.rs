//! Where names are: the zone of each and its servers, asked for once in a script however often a name is spoken of.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::{Primary, Server};
use crate::dns::{Name, RecordType};
use crate::proto::{Contacts, Key};

use super::super::Halt;
use super::super::conversation::{Conversation, subject};
use super::super::locate::{self, Owner};

/// All that has been found so far.
#[derive(Default)]
pub(super) struct Locations {
    askers: Vec<Asker>,
    groups: Vec<Group>,
    zones: HashMap<(usize, Name, bool), Location>,
}

/// The zone of a name, and which contacts lead to its servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) zone: Name,
    group: usize,
}

/// What was said of servers and key: whoever asks elsewhere, or with another key, may be told something else.
struct Asker {
    servers: Vec<Server>,
    key: Arc<Key>,
}

/// Servers that are talked to as one, so that what was learnt of them for one zone is known for the next.
struct Group {
    asker: usize,
    /// The zone whose servers these are, where they were not given but found.
    zone: Option<Name>,
    contacts: Contacts,
}

impl Locations {
    /// The location of a record; what has to be asked has each time the whole time.
    pub(super) async fn find(
        &mut self,
        owner: &Owner<'_>,
        primary: &Primary,
        talk: &mut Conversation,
    ) -> Result<Location, Halt> {
        let asker = self.asker(primary);
        // A DS stands in the zone above its name.
        let sought = match &primary.zone {
            Some(zone) => (asker, zone.clone(), false),
            None => (asker, owner.name.clone(), owner.record_type == RecordType::DS),
        };
        if let Some(known) = self.zones.get(&sought) {
            return Ok(known.clone());
        }
        talk.restart();
        let location = self.ask(asker, owner, primary, talk).await?;
        self.zones.insert(sought, location.clone());
        Ok(location)
    }

    /// The servers of a location.
    pub(super) fn contacts(&mut self, location: &Location) -> Option<&mut Contacts> {
        self.groups.get_mut(location.group).map(|group| &mut group.contacts)
    }

    async fn ask(
        &mut self,
        asker: usize,
        owner: &Owner<'_>,
        primary: &Primary,
        talk: &mut Conversation,
    ) -> Result<Location, Halt> {
        let given = !primary.servers.is_empty();
        let known = self.groups.iter().position(|group| given && group.asker == asker);
        let (group, zone) = match known {
            Some(group) => (group, primary.zone.clone()),
            None => {
                let (contacts, zone) = locate::servers(primary, owner, talk).await?;
                let found = zone.clone().filter(|_| !given);
                let same = |group: &Group| group.asker == asker && found.is_some() && group.zone == found;
                let known = self.groups.iter().position(same);
                let group = known.unwrap_or_else(|| {
                    self.groups.push(Group { asker, zone: found, contacts });
                    self.groups.len() - 1
                });
                (group, zone)
            }
        };
        if let Some(zone) = zone {
            return Ok(Location { zone, group });
        }
        let contacts = &mut self.groups[group].contacts;
        let mut subject = subject(primary, owner.name, owner.record_type.to_string());
        subject.server = contacts.current();
        let zone = locate::zone(owner, talk, contacts, &subject).await?;
        Ok(Location { zone, group })
    }

    fn asker(&mut self, primary: &Primary) -> usize {
        let same = |asker: &Asker| asker.servers == primary.servers && Arc::ptr_eq(&asker.key, &primary.key);
        self.askers.iter().position(same).unwrap_or_else(|| {
            self.askers.push(Asker { servers: primary.servers.clone(), key: Arc::clone(&primary.key) });
            self.askers.len() - 1
        })
    }
}
