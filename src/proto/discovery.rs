//! Finding the zone of a name and its primary: SOA questions that start at the name and walk up (RFC 2136 §4.3).

use crate::dns::{Name, Reader, RecordType};

use super::{Answer, Rcode};

/// The zone of a name, and the server that its SOA names as the primary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The zone.
    pub zone: Name,
    /// MNAME: the host of the primary.
    pub primary: Name,
}

/// A walk up from a name.
#[derive(Debug, Clone)]
pub struct Discovery {
    name: Name,
    asked: Name,
    record_type: RecordType,
}

/// What an answer brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The zone.
    Zone(Authority),
    /// Nothing yet: ask for the SOA of [`Discovery::asked`].
    Further,
    /// The name is below a delegation that the asked server knows of, and the zone there is on other servers.
    Delegated(Name),
    /// Nothing up to the root; the last server said this.
    Nothing(Rcode),
}

impl Discovery {
    /// Starts at `name`, or above it for a DS, which stands in the zone above the cut (RFC 4035 §3.1.4.1).
    pub fn new(name: Name, record_type: RecordType) -> Self {
        let above = name.parent().filter(|_| record_type == RecordType::DS);
        Self { asked: above.unwrap_or_else(|| name.clone()), name, record_type }
    }

    /// The name whose SOA is to be asked for.
    pub fn asked(&self) -> &Name {
        &self.asked
    }

    /// Takes in the answer to the question for the SOA of [`Discovery::asked`].
    pub fn heard(&mut self, answer: &Answer) -> Found {
        let alias = [RecordType::CNAME, RecordType::DNAME];
        let is_alias = answer.answers().iter().any(|record| alias.contains(&record.record_type));
        if !is_alias && matches!(answer.rcode(), Rcode::NOERROR | Rcode::NXDOMAIN) {
            if let Some(authority) = self.soa(answer) {
                return Found::Zone(authority);
            }
            let mut cuts = answer.authority().iter().filter(|record| record.record_type == RecordType::NS);
            let cut = cuts.find(|cut| !cut.name.is_root() && self.asked.is_in(&cut.name));
            // The NS records of a cut stand on both sides of it, and the ones above are the ones meant here.
            let is_cut = |cut: &Name| self.record_type == RecordType::NS && *cut == self.name;
            if let Some(cut) = cut.filter(|cut| !answer.is_authoritative() && !is_cut(&cut.name)) {
                return Found::Delegated(cut.name.clone());
            }
        }
        match self.asked.parent() {
            Some(parent) => {
                self.asked = parent;
                Found::Further
            }
            None => Found::Nothing(answer.rcode()),
        }
    }

    /// The SOA in the answer section, or the one in the authority section that says where the zone begins.
    fn soa(&self, answer: &Answer) -> Option<Authority> {
        let own = answer.rrset(&self.asked, RecordType::SOA);
        let above = answer.authority().iter().filter(|record| record.record_type == RecordType::SOA);
        let soa = own.chain(above).find(|soa| self.name.is_in(&soa.name))?;
        let primary = Reader::alone(soa.rdata.octets()).name().ok()?;
        Some(Authority { zone: soa.name.clone(), primary })
    }
}
