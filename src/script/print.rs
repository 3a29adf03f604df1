//! An update in the words of nsupdate, ready to be pasted into it.

use crate::dns::{Name, RecordType};
use crate::proto::{Change, Prerequisite, Update};

/// The lines that make nsupdate send the same message, but for `server`, `key` and `send`.
pub fn in_words(update: &Update) -> Vec<String> {
    let zone = format!("zone {}", update.zone());
    let prerequisites = update.prerequisites().iter().flat_map(in_words_of);
    std::iter::once(zone).chain(prerequisites).chain(update.changes().iter().map(change)).collect()
}

/// The lines for one prerequisite: one for each record of an RRset that is compared.
pub fn in_words_of(prerequisite: &Prerequisite) -> Vec<String> {
    match prerequisite {
        Prerequisite::RrsetExists { name, record_type } => vec![format!("prereq yxrrset {name} {record_type}")],
        Prerequisite::RrsetAbsent { name, record_type } => vec![format!("prereq nxrrset {name} {record_type}")],
        Prerequisite::NameInUse(name) => vec![format!("prereq yxdomain {name}")],
        Prerequisite::NameFree(name) => vec![format!("prereq nxdomain {name}")],
        Prerequisite::RrsetEquals { name, record_type, rdata } => {
            let line = |data| format!("prereq yxrrset {name} {record_type} {data}");
            rdata.iter().map(|rdata| line(rdata.display(*record_type).to_string())).collect()
        }
    }
}

fn change(change: &Change) -> String {
    let delete = |name: &Name, record_type: &RecordType| format!("update delete {name} {record_type}");
    match change {
        Change::Add(record) => {
            let data = record.rdata.display(record.record_type);
            format!("update add {} {} {} {data}", record.name, record.ttl, record.record_type)
        }
        Change::DeleteRrset { name, record_type } => delete(name, record_type),
        Change::DeleteName(name) => format!("update delete {name}"),
        Change::DeleteRecord { name, record_type, rdata } => {
            format!("{} {}", delete(name, record_type), rdata.display(*record_type))
        }
    }
}
