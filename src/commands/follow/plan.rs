//! The configured names, put into groups that change together.

use std::rc::Rc;

use crate::config::{Config, Keys, NamedConfig, Primary, PrimaryConfig, Ptr};
use crate::dns::Name;
use crate::exit::Exit;
use crate::output::Message;
use crate::source::{Family, Source};

use super::verdict::{End, Verdict};

/// Names that change together, and the zone's primary.
#[derive(Debug)]
pub(in crate::commands) struct Group {
    /// Whom to talk to.
    pub(super) primary: Primary,
    /// The names.
    pub(super) members: Vec<Rc<Member>>,
}

/// A name that follows an address.
#[derive(Debug)]
pub(in crate::commands) struct Member {
    /// What is configured of it.
    pub(super) named: NamedConfig,
    /// Where its PTR records go, if they are kept in step.
    pub(super) reverse: Option<Primary>,
    /// Names that have the PTR record if they have the same address.
    pub(super) rivals: Vec<NamedConfig>,
}

/// A name and one family of its addresses.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Item {
    /// The name.
    pub(super) member: Rc<Member>,
    /// The family.
    pub(super) family: Family,
}

impl Group {
    /// Each name with each family for which it has a source.
    pub(in crate::commands) fn items(&self) -> Vec<Item> {
        let families = |member: &Rc<Member>| {
            let followed = |family: &Family| member.named.source(*family).is_some();
            let item = |family| Item { member: member.clone(), family };
            [Family::V4, Family::V6].into_iter().filter(followed).map(item).collect::<Vec<_>>()
        };
        self.members.iter().flat_map(families).collect()
    }
}

impl Item {
    /// The name.
    pub(super) fn name(&self) -> &Name {
        &self.member.named.name
    }

    /// Where its address comes from.
    pub(in crate::commands) fn source(&self) -> Option<&Source> {
        self.member.named.source(self.family)
    }
}

/// Puts the names that `wanted` picks into groups. A name whose key cannot be read is no reason to leave the others: it
/// comes back with why.
pub(in crate::commands) fn plan(config: &Config, wanted: impl Fn(&NamedConfig) -> bool) -> (Vec<Group>, Vec<Verdict>) {
    let mut keys = Keys::default();
    let mut groups: Vec<(PrimaryConfig, Group)> = Vec::new();
    let mut faults = Vec::new();
    for named in config.names.iter().filter(|named| wanted(named)) {
        let mut primary = |given: &PrimaryConfig| {
            let found = Primary::of(given, &mut keys);
            found.map_err(|why| End::Failed(Exit::Setup, Message { what: why.to_string(), hint: why.hint() }))
        };
        let reverse = match &named.ptr.value {
            Ptr::On(given) => primary(given).map(Some),
            Ptr::Off => Ok(None),
        };
        let member =
            reverse.map(|reverse| Rc::new(Member { named: named.clone(), reverse, rivals: rivals(config, named) }));
        match (primary(&named.primary), member) {
            (Err(end), _) | (_, Err(end)) => {
                let family = if named.ipv4.value.is_some() { Family::V4 } else { Family::V6 };
                faults.push(Verdict { name: named.name.clone(), record_type: family.record_type(), end });
            }
            (Ok(primary), Ok(member)) => match groups.iter_mut().find(|(given, _)| given.is_same(&named.primary)) {
                Some((_, group)) => group.members.push(member),
                None => groups.push((named.primary.clone(), Group { primary, members: vec![member] })),
            },
        }
    }
    (groups.into_iter().map(|(_, group)| group).collect(), faults)
}

/// The names with a PTR record that go before this one: first those whose address the kernel tells, then in the file's
/// order.
fn rivals(config: &Config, named: &NamedConfig) -> Vec<NamedConfig> {
    let tells = |source: &Source| !matches!(source, Source::Command(_) | Source::Dns(_) | Source::Given);
    let is_told =
        |named: &NamedConfig| [Family::V4, Family::V6].iter().filter_map(|family| named.source(*family)).all(tells);
    let (mut rivals, mut is_before) = (Vec::new(), true);
    for other in &config.names {
        is_before &= other.name != named.name;
        let goes_before = is_before || (is_told(other) && !is_told(named));
        if other.name != named.name && other.ptr.value != Ptr::Off && goes_before {
            rivals.push(other.clone());
        }
    }
    rivals
}
