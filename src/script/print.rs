//! An update in the words of nsupdate, ready to be pasted into it.

use crate::dns::{Class, Name, RecordType};
use crate::proto::{Change, Lease, Prerequisite, Update};

use super::class::class_word;

/// The lines that make nsupdate send the same message, but for `server`, `key` and `send`.
pub fn in_words(update: &Update) -> Vec<String> {
    let zone = format!("zone {}", update.zone());
    let class = Some(update.class()).filter(|class| *class != Class::IN);
    let class = class.map(|class| format!("class {}", class_word(class)));
    let lease = update.lease().map(|Lease { lease, key_lease }| match key_lease {
        Some(key_lease) => format!("lease {lease} {key_lease}"),
        None => format!("lease {lease}"),
    });
    let prerequisites = update.prerequisites().iter().flat_map(in_words_of);
    let changes = update.changes().iter().map(change);
    std::iter::once(zone).chain(class).chain(lease).chain(prerequisites).chain(changes).map(no_comment).collect()
}

/// The lines for one prerequisite: one for each record of an RRset that is compared.
pub fn in_words_of(prerequisite: &Prerequisite) -> Vec<String> {
    let lines = match prerequisite {
        Prerequisite::RrsetExists { name, record_type } => vec![format!("prereq yxrrset {name} {record_type}")],
        Prerequisite::RrsetAbsent { name, record_type } => vec![format!("prereq nxrrset {name} {record_type}")],
        Prerequisite::NameInUse(name) => vec![format!("prereq yxdomain {name}")],
        Prerequisite::NameFree(name) => vec![format!("prereq nxdomain {name}")],
        Prerequisite::RrsetEquals { name, record_type, rdata } => {
            let line = |data| format!("prereq yxrrset {name} {record_type} {data}");
            rdata.iter().map(|rdata| line(rdata.display(*record_type).to_string())).collect()
        }
    };
    lines.into_iter().map(no_comment).collect()
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

/// The line with a backslash before each `#` that would begin a comment to nsup: one behind a blank, in a name.
fn no_comment(line: String) -> String {
    let (mut quoted, mut escaped, mut after_blank) = (false, false, true);
    let mut found = String::with_capacity(line.len());
    for c in line.chars() {
        let plain = !std::mem::take(&mut escaped);
        quoted ^= plain && c == '"';
        if c == '#' && plain && after_blank && !quoted {
            found.push('\\');
        }
        escaped = plain && c == '\\';
        after_blank = plain && c == ' ';
        found.push(c);
    }
    found
}

#[cfg(test)]
mod tests;
