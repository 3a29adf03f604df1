//! The zone: RRsets by owner and type, and its serial (RFC 1035 §3.3.13, RFC 1982).

use std::collections::{BTreeMap, BTreeSet};

use nsup::dns::{Malformed, Name, Rdata, Reader, Record, RecordType};

/// A zone. Two are equal where all their records are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone {
    apex: Name,
    /// By the owner's canonical octets, and the type.
    rrsets: BTreeMap<(Vec<u8>, RecordType), Rrset>,
}

/// The records of one owner and one type. There is at least one, and they share a TTL (RFC 2181 §5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rrset {
    /// The owner, in the case in which it was first written.
    pub(super) name: Name,
    /// The TTL.
    pub(super) ttl: u32,
    /// The data, by its canonical octets: an RRset holds nothing twice, whatever the case of names.
    rdata: BTreeMap<Vec<u8>, Rdata>,
}

impl Rrset {
    /// The data of its records.
    pub(super) fn rdata(&self) -> impl Iterator<Item = &Rdata> {
        self.rdata.values()
    }

    /// Whether it holds exactly what has these canonical octets (RFC 2136 §3.2.3).
    pub(super) fn holds_exactly(&self, canonical: &BTreeSet<Vec<u8>>) -> bool {
        self.rdata.keys().eq(canonical)
    }
}

impl Zone {
    /// A zone with these records.
    pub(super) fn new(apex: Name, records: impl IntoIterator<Item = Record>) -> Self {
        let mut zone = Self { apex, rrsets: BTreeMap::new() };
        records.into_iter().for_each(|record| zone.add(record));
        zone
    }

    /// The zone's name.
    pub(super) fn apex(&self) -> &Name {
        &self.apex
    }

    /// An RRset.
    pub(super) fn rrset(&self, name: &Name, record_type: RecordType) -> Option<&Rrset> {
        self.rrsets.get(&(name.to_canonical(), record_type))
    }

    /// The types of the RRsets of a name.
    pub(super) fn types_at(&self, name: &Name) -> Vec<RecordType> {
        let owner = name.to_canonical();
        let range = (owner.clone(), RecordType(0))..=(owner, RecordType(u16::MAX));
        self.rrsets.range(range).map(|((_, record_type), _)| *record_type).collect()
    }

    /// Whether a name has records (RFC 2136 §2.4.4).
    pub(super) fn is_in_use(&self, name: &Name) -> bool {
        !self.types_at(name).is_empty()
    }

    /// Whether a name exists: it has records, or a name below it has some (RFC 8020, RFC 4592 §2.2.2).
    pub(super) fn exists(&self, name: &Name) -> bool {
        self.rrsets.values().any(|rrset| rrset.name.is_in(name))
    }

    /// Every record.
    pub(super) fn records(&self) -> impl Iterator<Item = Record> {
        self.rrsets.iter().flat_map(|((_, record_type), rrset)| {
            let (name, ttl, record_type) = (&rrset.name, rrset.ttl, *record_type);
            rrset.rdata().map(move |rdata| Record { name: name.clone(), ttl, record_type, rdata: rdata.clone() })
        })
    }

    /// Adds a record to its RRset, which takes on its TTL, or replaces what can only be one (RFC 2136 §3.4.2.2). What
    /// differs by the case of names only is there already, and stays as it is; so BIND has it.
    pub(super) fn add(&mut self, Record { name, ttl, record_type, rdata }: Record) {
        let entry = self.rrsets.entry((name.to_canonical(), record_type));
        let rrset = entry.or_insert_with(|| Rrset { name, ttl, rdata: BTreeMap::new() });
        let canonical = rdata.canonical(record_type);
        if matches!(record_type, RecordType::SOA | RecordType::CNAME | RecordType::DNAME) {
            rrset.rdata.retain(|old, _| *old == canonical);
        }
        rrset.ttl = ttl;
        rrset.rdata.entry(canonical).or_insert(rdata);
    }

    /// Deletes an RRset, if it is there.
    pub(super) fn delete_rrset(&mut self, name: &Name, record_type: RecordType) {
        self.rrsets.remove(&(name.to_canonical(), record_type));
    }

    /// Deletes a record, if it is there.
    pub(super) fn delete_record(&mut self, name: &Name, record_type: RecordType, rdata: &Rdata) {
        let key = (name.to_canonical(), record_type);
        if let Some(rrset) = self.rrsets.get_mut(&key) {
            rrset.rdata.remove(&rdata.canonical(record_type));
            if rrset.rdata.is_empty() {
                self.rrsets.remove(&key);
            }
        }
    }

    /// The serial; 0 where the SOA cannot be read, which no way into the zone allows.
    pub(super) fn serial(&self) -> u32 {
        let soa = self.rrset(&self.apex, RecordType::SOA).and_then(|rrset| rrset.rdata().next());
        soa.and_then(|soa| Soa::read(soa).ok()).map_or(0, |soa| soa.serial)
    }

    /// Puts the serial up by one (RFC 2136 §3.6); 0 is left out, as BIND does.
    pub(super) fn increment_serial(&mut self) {
        let next = self.serial().wrapping_add(1).max(1);
        let Some(rrset) = self.rrset(&self.apex, RecordType::SOA) else { return };
        let (ttl, old) = (rrset.ttl, rrset.rdata().next());
        let Some(Ok(soa)) = old.map(|old| Soa::read(old).map(|soa| (soa.serial_at, old))) else { return };
        let (at, old) = soa;
        let mut octets = old.octets().to_vec();
        octets[at..at + 4].copy_from_slice(&next.to_be_bytes());
        let rdata = Rdata::from_octets(octets);
        self.add(Record { name: self.apex.clone(), ttl, record_type: RecordType::SOA, rdata });
    }
}

/// What the server has to know of an SOA's data (RFC 1035 §3.3.13).
pub(super) struct Soa {
    /// SERIAL.
    pub(super) serial: u32,
    /// MINIMUM: for how long absence may be remembered (RFC 2308 §4).
    pub(super) minimum: u32,
    /// The octet of the data at which SERIAL begins.
    serial_at: usize,
}

impl Soa {
    /// Reads the data of an SOA.
    ///
    /// # Errors
    /// [`Malformed`] where it is none.
    pub(super) fn read(rdata: &Rdata) -> Result<Self, Malformed> {
        let mut reader = Reader::alone(rdata.octets());
        reader.name()?;
        reader.name()?;
        let serial_at = reader.at();
        let serial = reader.u32()?;
        reader.take(12)?; // REFRESH, RETRY, EXPIRE
        Ok(Self { serial, minimum: reader.u32()?, serial_at })
    }
}

/// Whether a serial comes after another (RFC 1982 §3.2).
pub(super) fn is_newer(serial: u32, than: u32) -> bool {
    let ahead = serial.wrapping_sub(than);
    ahead != 0 && ahead < 1 << 31
}
