//! What a zone holds once an UPDATE has been carried out, as far as the message alone says it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::dns::rdata::TYPES;
use crate::dns::{Class, Name, RecordType};

use super::goal::is_plain;
use super::outcome::Rrset;
use super::{Change, Prerequisite, Update};

/// DNSSEC's own, which servers keep by themselves, and which no update should touch.
const SERVERS_OWN: [RecordType; 4] = [RecordType::RRSIG, RecordType::NSEC, RecordType::NSEC3, NSEC3PARAM];

/// It says how a zone is to be signed, and servers take it as a wish (RFC 5155 §4).
const NSEC3PARAM: RecordType = RecordType(51);

/// Well known services, of which an address has one record for each protocol (RFC 2136 §3.4.2.2).
const WKS: RecordType = RecordType(11);

/// What one RRset, or one name, holds after an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The owner.
    pub name: Name,
    /// The type; [`RecordType::ANY`] for a name that has no record at all.
    pub record_type: RecordType,
    /// The records that are there are all that there are.
    exact: bool,
    /// The canonical octets of the records that are there.
    holds: BTreeSet<Vec<u8>>,
    /// Those of the records that are not.
    lacks: BTreeSet<Vec<u8>>,
    /// The TTL in seconds, if there are records: that of the last addition, which BIND gives to the whole RRset, even
    /// where a later change deletes that very record.
    ttl: Option<u32>,
}

/// What holds once `update` has been carried out (RFC 2136 §3.4.2), whatever was before: where all of it holds already,
/// carrying it out changes nothing, and so it may be sent twice.
///
/// `None` where that cannot be said: of what is the server's own or not of class IN, of the apex as a whole, and where
/// a second time would do something else than the first. What servers pass over silently, which depends on what there
/// is beside it, is among the effects, and is then not met.
pub fn effects(update: &Update) -> Option<Vec<Effect>> {
    if update.class() != Class::IN || !is_the_same_twice(update) {
        return None;
    }
    let mut owners: BTreeMap<Vec<u8>, Owner> = BTreeMap::new();
    for change in update.changes() {
        let (name, record_type) = (change.name(), change.record_type());
        let at_apex = name == update.zone();
        let fresh = || Owner { name: name.clone(), is_emptied: false, rrsets: BTreeMap::new() };
        match (record_type, change) {
            // Deleting these is passed over (RFC 2136 §3.4.2.3, §3.4.2.4); adding a SOA depends on the serial.
            (RecordType::SOA, Change::DeleteRrset { .. } | Change::DeleteRecord { .. }) => {}
            (RecordType::NS, Change::DeleteRrset { .. }) if at_apex => {}
            (RecordType::ANY, _) if !at_apex => {
                let owner = owners.entry(name.to_canonical()).or_insert_with(fresh);
                (owner.is_emptied, owner.rrsets) = (true, BTreeMap::new());
            }
            _ if !record_type.is_data() || record_type == RecordType::SOA || SERVERS_OWN.contains(&record_type) => {
                return None;
            }
            _ => owners.entry(name.to_canonical()).or_insert_with(fresh).rrset(record_type).take(change),
        }
    }
    Some(owners.into_values().flat_map(Owner::effects).collect())
}

/// What is known of one name after some changes.
struct Owner {
    name: Name,
    is_emptied: bool,
    rrsets: BTreeMap<RecordType, Effect>,
}

impl Owner {
    fn rrset(&mut self, record_type: RecordType) -> &mut Effect {
        let Self { name, is_emptied, rrsets } = self;
        rrsets.entry(record_type).or_insert_with(|| Effect::new(name, record_type, *is_emptied))
    }

    fn effects(mut self) -> Vec<Effect> {
        if self.is_emptied && !self.rrsets.values().any(Effect::adds) {
            return vec![Effect::new(&self.name, RecordType::ANY, true)];
        }
        if self.is_emptied {
            // No question asks for "nothing else": what can be named is named.
            let types = TYPES.iter().map(|(_, number, _)| RecordType(*number));
            for record_type in types.filter(|one| one.is_data() && !SERVERS_OWN.contains(one)) {
                self.rrset(record_type);
            }
        }
        self.rrsets.into_values().collect()
    }
}

impl Effect {
    fn new(name: &Name, record_type: RecordType, exact: bool) -> Self {
        Self { name: name.clone(), record_type, exact, holds: BTreeSet::new(), lacks: BTreeSet::new(), ttl: None }
    }

    /// What one more change makes of it.
    fn take(&mut self, change: &Change) {
        match change {
            Change::Add(record) => {
                let canonical = record.rdata.canonical(self.record_type);
                if matches!(self.record_type, RecordType::CNAME | RecordType::DNAME) {
                    // One stands for another (RFC 2136 §3.4.2.2, RFC 6672 §2.4).
                    self.exact = true;
                    self.holds.clear();
                }
                if self.record_type == WKS {
                    self.holds.retain(|other| other.get(..5) != canonical.get(..5));
                }
                self.lacks.remove(&canonical);
                self.holds.insert(canonical);
                self.ttl = Some(record.ttl);
            }
            Change::DeleteRecord { rdata, .. } => {
                let canonical = rdata.canonical(self.record_type);
                self.holds.remove(&canonical);
                self.lacks.insert(canonical);
            }
            Change::DeleteRrset { .. } | Change::DeleteName(_) => {
                self.exact = true;
                self.holds.clear();
                self.lacks.clear();
                self.ttl = None;
            }
        }
    }

    /// Whether a server may say NOERROR and do nothing, as [`Target::needs_proof`](super::goal::Target::needs_proof) has
    /// it: for additions of all but records that only say something of their own owner, and for records that are deleted
    /// one by one.
    pub fn needs_proof(&self) -> bool {
        !self.lacks.is_empty() || (self.adds() && !is_plain(self.record_type))
    }

    /// Whether an RRset is what it says.
    pub fn is_met(&self, seen: &Rrset) -> bool {
        let found: BTreeSet<Vec<u8>> = seen.rdata.iter().map(|rdata| rdata.canonical(self.record_type)).collect();
        let is_all = !self.exact || found.len() == self.holds.len();
        let ttl_fits = seen.rdata.is_empty() || self.ttl.is_none_or(|ttl| ttl == seen.ttl);
        is_all && ttl_fits && self.holds.is_subset(&found) && self.lacks.is_disjoint(&found)
    }

    /// Whether records are there.
    pub fn adds(&self) -> bool {
        !self.holds.is_empty()
    }

    /// The prerequisite that says it, where nothing is to be there.
    pub fn absence(&self) -> Option<Prerequisite> {
        let (name, record_type) = (self.name.clone(), self.record_type);
        match record_type {
            _ if self.adds() || !self.exact => None,
            RecordType::ANY => Some(Prerequisite::NameFree(name)),
            _ => Some(Prerequisite::RrsetAbsent { name, record_type }),
        }
    }
}

/// Whether carrying an update out a second time does nothing that the first time did not.
///
/// It would where an addition is passed over because of what a later change deletes: records beside an alias, an alias
/// beside records (RFC 2136 §3.4.2.2), or beside a DS, which BIND deletes with the delegation when all is done; and
/// where the deletion of the last name server is passed over, and another is added after it (§3.4.2.4).
fn is_the_same_twice(update: &Update) -> bool {
    // By name: whether an alias, and whether other records have been added, and name servers deleted, so far.
    let mut owners: HashMap<&Name, [bool; 3]> = HashMap::new();
    for change in update.changes() {
        let (name, record_type) = (change.name(), change.record_type());
        let (at_apex, is_alias) = (name == update.zone(), record_type == RecordType::CNAME);
        let is_name_server = record_type == RecordType::NS;
        let [alias, others, cut] = owners.entry(name).or_default();
        match change {
            Change::Add(_) if *cut && (is_alias || (is_name_server && at_apex)) => return false,
            Change::Add(_) if is_alias => *alias = true,
            Change::Add(_) => *others = true,
            Change::DeleteName(_) => (*alias, *others) = (false, false),
            _ if (is_alias && *others) || (!is_alias && *alias) => return false,
            Change::DeleteRrset { .. } if at_apex => {}
            Change::DeleteRecord { .. } | Change::DeleteRrset { .. } => *cut |= is_name_server,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::{Rdata, Record, words};

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn rdata(record_type: RecordType, text: &str) -> Rdata {
        Rdata::parse(record_type, &words(text).unwrap()).unwrap()
    }

    /// "+ OWNER TTL TYPE DATA" adds, "- OWNER [TYPE [DATA]]" deletes.
    fn change(text: &str) -> Change {
        let mut parts = text.splitn(if text.starts_with('+') { 5 } else { 4 }, ' ');
        let (sign, owner) = (parts.next().unwrap(), name(parts.next().unwrap()));
        let ttl = if sign == "+" { parts.next().unwrap().parse().unwrap() } else { 0 };
        let record_type: Option<RecordType> = parts.next().map(|word| word.parse().unwrap());
        let data = parts.next().map(|data| rdata(record_type.unwrap(), data));
        match (sign, record_type, data) {
            ("+", Some(record_type), Some(rdata)) => Change::Add(Record { name: owner, ttl, record_type, rdata }),
            (_, None, _) => Change::DeleteName(owner),
            (_, Some(record_type), None) => Change::DeleteRrset { name: owner, record_type },
            (_, Some(record_type), Some(rdata)) => Change::DeleteRecord { name: owner, record_type, rdata },
        }
    }

    fn of(changes: &[&str]) -> Option<Vec<Effect>> {
        let changes = changes.iter().map(|text| change(text)).collect();
        effects(&Update::in_order(name("example"), Class::IN, vec![], changes, None))
    }

    /// Whether an RRset with this TTL and these data is what the changes, all of one RRset, make.
    fn is_met(changes: &[&str], ttl: u32, data: &[&str]) -> bool {
        let all = of(changes).unwrap();
        let [effect] = all.as_slice() else { panic!("{all:?}") };
        let rdata = data.iter().map(|text| rdata(effect.record_type, text)).collect();
        effect.is_met(&Rrset { rdata, ttl })
    }

    #[test]
    fn what_is_deleted_and_added_is_all_that_there_is_and_an_addition_alone_only_itself() {
        let replaced = &["- a.example A", "+ a.example 60 A 192.0.2.1", "+ A.Example 60 A 192.0.2.2"];
        assert!(is_met(replaced, 60, &["192.0.2.2", "192.0.2.1"]));
        assert!(!is_met(replaced, 60, &["192.0.2.1"]) && !is_met(replaced, 60, &["192.0.2.2", "192.0.2.3"]));
        let added = &["+ a.example 60 A 192.0.2.1"];
        assert!(is_met(added, 60, &["192.0.2.1", "192.0.2.9"]) && !is_met(added, 60, &["192.0.2.9"]));
    }

    #[test]
    fn the_last_word_on_a_record_counts() {
        let undone = &["+ a.example 60 A 192.0.2.1", "- a.example A 192.0.2.1"];
        assert!(is_met(undone, 0, &[]) && is_met(undone, 60, &["192.0.2.2"]) && !is_met(undone, 60, &["192.0.2.1"]));
        assert!(!is_met(undone, 5, &["192.0.2.2"]), "the TTL has come and stays");
        let back = &["- a.example A 192.0.2.1", "+ a.example 60 A 192.0.2.1"];
        assert!(is_met(back, 60, &["192.0.2.1"]) && !is_met(back, 0, &[]));
        assert!(is_met(&["+ a.example 60 A 192.0.2.1", "- a.example A"], 0, &[]));
        let case = &["- a.example MX 10 mail.example", "+ a.example 60 MX 10 MAIL.example"];
        assert!(is_met(case, 60, &["10 Mail.Example"]));
    }

    #[test]
    fn an_rrset_has_one_ttl_and_the_last_addition_gives_it() {
        let two = &["+ a.example 60 A 192.0.2.1", "+ a.example 90 A 192.0.2.2"];
        let both = &["192.0.2.1", "192.0.2.2"];
        assert!(is_met(two, 90, both) && !is_met(two, 60, both));
        assert!(!is_met(&["+ a.example 60 A 192.0.2.1"], 300, &["192.0.2.1"]), "only the TTL is still to change");
    }

    #[test]
    fn one_alias_stands_for_another() {
        let aliases = &["+ a.example 60 CNAME x.example", "+ a.example 60 CNAME y.example"];
        assert!(is_met(aliases, 60, &["Y.example"]) && !is_met(aliases, 60, &["x.example"]));
        assert!(is_met(&["+ a.example 60 DNAME x.example"], 60, &["x.example"]));
    }

    #[test]
    fn a_name_that_is_emptied_is_free_and_one_that_is_filled_again_holds_nothing_else() {
        let emptied = of(&["+ a.example 60 A 192.0.2.1", "- a.example", "- a.example TXT"]).unwrap();
        assert_eq!(
            emptied.iter().map(Effect::absence).collect::<Vec<_>>(),
            [Some(Prerequisite::NameFree(name("a.example")))]
        );
        let filled = of(&["- a.example", "+ a.example 60 A 192.0.2.1"]).unwrap();
        let absent = |record_type| Some(Prerequisite::RrsetAbsent { name: name("a.example"), record_type });
        let all: Vec<_> = filled.iter().map(Effect::absence).collect();
        assert!(all.contains(&absent(RecordType::TXT)) && all.contains(&absent(RecordType::CNAME)));
        assert!(!all.contains(&absent(RecordType::A)) && !all.contains(&absent(RecordType::RRSIG)));
        let to_read: Vec<_> = filled.iter().filter(|effect| effect.absence().is_none()).collect();
        let [addresses] = to_read.as_slice() else { panic!("{to_read:?}") };
        let seen = |texts: &[&str]| {
            let rdata = texts.iter().map(|text| rdata(RecordType::A, text)).collect();
            addresses.is_met(&Rrset { rdata, ttl: 60 })
        };
        assert!(seen(&["192.0.2.1"]) && !seen(&["192.0.2.1", "192.0.2.2"]));
    }

    #[test]
    fn what_servers_pass_over_whatever_there_is_has_no_effect() {
        assert_eq!(of(&["- example NS", "- example SOA", "- example SOA . . 1 1 1 1 1"]), Some(vec![]));
        assert!(is_met(&["- example NS", "+ example 60 NS ns.example"], 60, &["ns.example", "ns2.example"]));
    }

    #[test]
    fn what_cannot_be_said_or_would_do_more_a_second_time_has_no_effects() {
        for changes in [
            &["- example"][..],
            &["+ example 60 SOA . . 9 1 1 1 1"],
            &["- a.example TYPE46"],
            &["- a.example TYPE51"],
            &["+ a.example 60 A 192.0.2.1", "- a.example CNAME"],
            &["+ a.example 60 A 192.0.2.1", "- a.example CNAME x.example"],
            &["+ a.example 60 CNAME x.example", "- a.example A"],
            &["- example NS ns1.example", "+ example 60 NS ns2.example"],
            &["- a.example NS", "+ a.example 60 CNAME x.example"],
        ] {
            assert_eq!(of(changes), None, "{changes:?}");
        }
        for changes in [
            &["- a.example CNAME", "+ a.example 60 A 192.0.2.1"][..],
            &["- a.example A", "+ a.example 60 CNAME x.example"],
            &["+ a.example 60 A 192.0.2.1", "- a.example", "+ a.example 60 CNAME x.example"],
            &["+ example 60 NS ns2.example", "- example NS ns1.example"],
        ] {
            assert!(of(changes).is_some(), "{changes:?}");
        }
        let chaos = Update::in_order(name("example"), Class(3), vec![], vec![change("- a.example A")], None);
        assert_eq!(effects(&chaos), None);
    }
}
