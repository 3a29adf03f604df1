//! What is wanted of an RRset, and the prerequisites and changes that bring it about.

use crate::dns::{MAX_TTL, Name, Rdata, Record, RecordType};

use super::outcome::{Difference, Rrset};
use super::{Change, Prerequisite};

/// The TTL of a new RRset for which none was asked, in seconds.
pub const DEFAULT_TTL: u32 = 300;

/// What an RRset is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// These records and no other; none at all deletes the RRset.
    Exactly(Vec<Rdata>),
    /// This record, beside whatever else there is.
    Including(Rdata),
    /// Whatever there is, without this record.
    Excluding(Rdata),
    /// Whatever there is; and where the first of these is among it, the second in its place.
    Replacing(Rdata, Rdata),
}

/// A goal for one RRset, or for a whole name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The owner.
    pub name: Name,
    /// The type. [`RecordType::ANY`] with [`Goal::Exactly`] nothing is the whole name.
    pub record_type: RecordType,
    /// What it is to hold.
    pub goal: Goal,
    /// The TTL, in seconds, where one was asked for. Else the RRset keeps its own.
    pub ttl: Option<u32>,
}

/// A target that no UPDATE should be sent for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// A type that the server keeps itself, or that no record has.
    #[error("{0} records are the server's own: no update should touch them")]
    ServersOwn(RecordType),
    /// All of the NS records, or all that there is, at the apex: servers ignore it (RFC 2136 §3.4.2.3).
    #[error(
        "{0} is the zone itself: its NS and SOA records cannot be deleted as a whole, and servers ignore the attempt"
    )]
    Apex(Name),
    /// Two aliases at one name.
    #[error("{0} can have one {1} record only")]
    Single(Name, RecordType),
    /// An address for a name that is no host name: BIND refuses it (`check-names`).
    #[error("{0} has an address and is no host name: letters, digits and hyphens only (RFC 1123)")]
    NotAHost(Name),
    /// A TTL over the largest.
    #[error("the TTL {0} is over {MAX_TTL}")]
    Ttl(u32),
}

impl Target {
    /// Refuses what servers would refuse or, worse, silently ignore. With `force`, a name that is no host name may
    /// have an address.
    ///
    /// # Errors
    /// [`TargetError`].
    pub fn check(&self, zone: &Name, force: bool) -> Result<(), TargetError> {
        let Self { name, record_type, goal, ttl } = self;
        let whole_name = *record_type == RecordType::ANY && goal == &Goal::Exactly(Vec::new());
        let own = [RecordType::SOA, RecordType::RRSIG, RecordType::NSEC, RecordType::NSEC3];
        if own.contains(record_type) || !(record_type.is_data() || whole_name) {
            return Err(TargetError::ServersOwn(*record_type));
        }
        let all = matches!(goal, Goal::Exactly(_)) && (whole_name || *record_type == RecordType::NS);
        if all && name == zone {
            return Err(TargetError::Apex(name.clone()));
        }
        let is_single = matches!(*record_type, RecordType::CNAME | RecordType::DNAME);
        if is_single && matches!(goal, Goal::Exactly(rdata) if rdata.len() > 1) {
            return Err(TargetError::Single(name.clone(), *record_type));
        }
        let is_address = matches!(*record_type, RecordType::A | RecordType::AAAA);
        if is_address && self.adds() && !name.is_host_name() && !force {
            return Err(TargetError::NotAHost(name.clone()));
        }
        ttl.filter(|ttl| *ttl > MAX_TTL).map_or(Ok(()), |ttl| Err(TargetError::Ttl(ttl)))
    }

    /// Whether the RRset, or name, is what is wanted.
    pub fn is_met(&self, seen: &Rrset) -> bool {
        let holds = |wanted: &Rdata| self.find(&seen.rdata, wanted).is_some();
        let ttl_fits = self.ttl.is_none_or(|ttl| ttl == seen.ttl);
        match &self.goal {
            Goal::Exactly(rdata) if rdata.is_empty() => seen.rdata.is_empty(),
            Goal::Exactly(rdata) => seen.rdata.len() == rdata.len() && rdata.iter().all(holds) && ttl_fits,
            Goal::Including(rdata) => holds(rdata) && ttl_fits,
            Goal::Excluding(rdata) | Goal::Replacing(rdata, _) => !holds(rdata),
        }
    }

    /// What the RRset will be when the goal has been met.
    pub fn result(&self, seen: &Rrset) -> Rrset {
        let rdata = match &self.goal {
            Goal::Exactly(rdata) => rdata.clone(),
            Goal::Including(rdata) if self.find(&seen.rdata, rdata).is_some() => seen.rdata.clone(),
            Goal::Including(rdata) => seen.rdata.iter().chain([rdata]).cloned().collect(),
            Goal::Excluding(rdata) => self.without(seen, rdata),
            Goal::Replacing(old, _) if self.find(&seen.rdata, old).is_none() => seen.rdata.clone(),
            Goal::Replacing(old, new) => self.without(seen, old).into_iter().chain([new.clone()]).collect(),
        };
        let ttl = if rdata.is_empty() { 0 } else { self.ttl_after(seen) };
        Rrset { rdata, ttl }
    }

    /// What the RRset was, as far as it is known, and what it will be.
    pub fn difference(&self, old: Option<&Rrset>) -> Difference {
        let new = self.result(old.unwrap_or(&Rrset::default()));
        Difference { name: self.name.clone(), record_type: self.record_type, old: old.cloned(), new }
    }

    /// The changes that meet the goal.
    pub fn changes(&self, seen: &Rrset) -> Vec<Change> {
        let (name, record_type) = (self.name.clone(), self.record_type);
        let add = |rdata: &Rdata| {
            Change::Add(Record { name: name.clone(), ttl: self.ttl_after(seen), record_type, rdata: rdata.clone() })
        };
        match &self.goal {
            Goal::Exactly(_) if record_type == RecordType::ANY => vec![Change::DeleteName(name)],
            // Another TTL is a change of the whole RRset (RFC 2181 §5.2); Knot passes over one that comes with an addition.
            Goal::Including(_) if self.changes_ttl(seen) => {
                let delete = Change::DeleteRrset { name: name.clone(), record_type };
                std::iter::once(delete).chain(self.result(seen).rdata.iter().map(add)).collect()
            }
            Goal::Exactly(rdata) => {
                let delete = Change::DeleteRrset { name: name.clone(), record_type };
                std::iter::once(delete).chain(rdata.iter().map(add)).collect()
            }
            Goal::Including(rdata) => vec![add(rdata)],
            Goal::Excluding(rdata) => vec![self.delete_record(seen, rdata)],
            Goal::Replacing(old, new) => vec![self.delete_record(seen, old), add(new)],
        }
    }

    /// The prerequisites without which the changes would not do what is meant: that nobody has changed what was seen,
    /// and that the server will not silently pass the addition over because of an alias.
    ///
    /// One record to add or delete is not compared with the rest: many may add at once, and repeating it is harmless.
    pub fn prerequisites(&self, seen: &Rrset) -> Vec<Prerequisite> {
        let (name, record_type) = (self.name.clone(), self.record_type);
        let mut wanted = Vec::new();
        if record_type == RecordType::CNAME && self.adds() && seen.rdata.is_empty() {
            return vec![Prerequisite::NameFree(name)];
        }
        if record_type != RecordType::CNAME && self.adds() {
            wanted.push(Prerequisite::RrsetAbsent { name: name.clone(), record_type: RecordType::CNAME });
        }
        match self.goal {
            Goal::Including(_) if seen.rdata.is_empty() => {}
            // What a wildcard makes up cannot be deleted or added to, and no server would say so.
            Goal::Including(_) | Goal::Excluding(_) if !self.changes_ttl(seen) => {
                wanted.push(Prerequisite::RrsetExists { name, record_type });
            }
            _ => wanted.extend(self.guard(seen)),
        }
        wanted
    }

    /// The prerequisite that nobody has changed what was seen.
    pub fn guard(&self, seen: &Rrset) -> Vec<Prerequisite> {
        match self.record_type {
            RecordType::ANY if seen.rdata.is_empty() => vec![Prerequisite::NameFree(self.name.clone())],
            RecordType::ANY => Vec::new(),
            record_type => vec![exactly(self.name.clone(), record_type, &seen.rdata)],
        }
    }

    /// [`Target::guard`] for a target that says exactly what there is to be.
    pub fn guard_if_exact(&self, seen: &Rrset) -> Vec<Prerequisite> {
        if matches!(self.goal, Goal::Exactly(_)) { self.guard(seen) } else { Vec::new() }
    }

    /// The prerequisite that is true once the goal has been met; `None` where only a read can tell: prerequisites
    /// know nothing of TTLs, and PowerDNS compares texts without their case.
    pub fn assertion(&self) -> Option<Prerequisite> {
        const EXACT: [u16; 11] = [1, 2, 5, 12, 15, 28, 33, 39, 43, 44, 52];
        let adds = self.adds();
        match &self.goal {
            _ if adds && (self.ttl.is_some() || !EXACT.contains(&self.record_type.0)) => None,
            Goal::Exactly(_) if self.record_type == RecordType::ANY => Some(Prerequisite::NameFree(self.name.clone())),
            Goal::Exactly(rdata) => Some(exactly(self.name.clone(), self.record_type, rdata)),
            Goal::Including(_) | Goal::Excluding(_) | Goal::Replacing(..) => None,
        }
    }

    /// Whether an alias is to be added where another is.
    pub fn would_replace(&self, seen: &Rrset) -> bool {
        let is_alias = self.record_type == RecordType::CNAME && matches!(self.goal, Goal::Including(_));
        is_alias && !seen.rdata.is_empty() && !self.is_met(seen)
    }

    /// Whether records are added.
    pub fn adds(&self) -> bool {
        !matches!(&self.goal, Goal::Excluding(_)) && self.goal != Goal::Exactly(Vec::new())
    }

    /// Whether a server may say NOERROR and do nothing, so that only a read proves the change. All of them pass over
    /// what does not go together (RFC 2136 §3.4.2.2, §3.4.2.4: aliases, the last name server of a zone), and BIND also
    /// a DS without a delegation; PowerDNS a delete of a record that it has in another spelling. Records that only say
    /// something of their own owner are never passed over when they are added.
    pub fn needs_proof(&self) -> bool {
        let plain = self.record_type == RecordType::ANY || is_plain(self.record_type);
        !plain || matches!(self.goal, Goal::Excluding(_) | Goal::Replacing(..))
    }

    /// Whether a record is added to an RRset that is to get another TTL.
    fn changes_ttl(&self, seen: &Rrset) -> bool {
        let other = self.ttl.is_some_and(|ttl| ttl != seen.ttl) && !seen.rdata.is_empty();
        other && matches!(self.goal, Goal::Including(_))
    }

    fn ttl_after(&self, seen: &Rrset) -> u32 {
        let own = if seen.rdata.is_empty() { DEFAULT_TTL } else { seen.ttl };
        self.ttl.unwrap_or(own)
    }

    /// As the server has it: PowerDNS finds no record whose names are in another case.
    fn delete_record(&self, seen: &Rrset, rdata: &Rdata) -> Change {
        let rdata = self.find(&seen.rdata, rdata).unwrap_or(rdata).clone();
        Change::DeleteRecord { name: self.name.clone(), record_type: self.record_type, rdata }
    }

    fn without(&self, seen: &Rrset, rdata: &Rdata) -> Vec<Rdata> {
        seen.rdata.iter().filter(|other| !self.is_same(other, rdata)).cloned().collect()
    }

    fn is_same(&self, one: &Rdata, other: &Rdata) -> bool {
        one == other || one.canonical(self.record_type) == other.canonical(self.record_type)
    }

    fn find<'r>(&self, rdata: &'r [Rdata], wanted: &Rdata) -> Option<&'r Rdata> {
        rdata.iter().find(|other| self.is_same(other, wanted))
    }
}

/// Whether records of a type only say something of their own owner: servers never pass over one that is added.
pub(super) fn is_plain(record_type: RecordType) -> bool {
    matches!(record_type.0, 1 | 12 | 15 | 16 | 28 | 33 | 35 | 44 | 52 | 99 | 257)
}

fn exactly(name: Name, record_type: RecordType, rdata: &[Rdata]) -> Prerequisite {
    match rdata {
        [] => Prerequisite::RrsetAbsent { name, record_type },
        _ => Prerequisite::RrsetEquals { name, record_type, rdata: rdata.to_vec() },
    }
}
