//! What a key may change, as BIND's `update-policy` has it.

use nsup::dns::{Name, RecordType};

use super::zone::Zone;
use super::{name_of, type_of};

/// The changes that a key is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// Everything in the zone: BIND's `zonesub ANY`.
    WholeZone,
    /// These types at these names, and nothing else: BIND's `name`.
    Names(Vec<(Name, Vec<RecordType>)>),
}

impl Policy {
    /// Names with their types: `Policy::names(&[("h.example.", "A AAAA")])`.
    ///
    /// # Panics
    /// Where a text is no name or no type: a fault of the test.
    pub fn names(rules: &[(&str, &str)]) -> Self {
        let types = |texts: &str| texts.split_whitespace().map(type_of).collect();
        Self::Names(rules.iter().map(|(name, texts)| (name_of(name), types(texts))).collect())
    }

    /// Whether a change of this RRset is allowed. A delete of all RRsets is where each one that is there may be
    /// changed; so BIND has it, and so it is allowed where there is none.
    pub(super) fn allows(&self, zone: &Zone, name: &Name, record_type: RecordType) -> bool {
        let Self::Names(rules) = self else { return true };
        let allows = |wanted| rules.iter().any(|(owner, types)| owner == name && types.contains(&wanted));
        match record_type {
            RecordType::ANY => zone.types_at(name).into_iter().all(allows),
            one => allows(one),
        }
    }
}
