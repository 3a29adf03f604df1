//! Messages that a user might compose, by chance: all prerequisites, all changes, few names and few data, so that they
//! meet.

use nsup::dns::{Class, Name, Rdata, Record, RecordType};
use nsup::proto::{Change, Prerequisite, Update};

use super::Dice;

/// The zone of all messages.
pub const ZONE: &str = "example.org";

/// The apex, hosts, a delegation and what is below it, a wildcard and what it covers.
const NAMES: [&str; 8] = [
    ZONE,
    "h.example.org",
    "a.example.org",
    "H.example.org",
    "sub.example.org",
    "ns.sub.example.org",
    "*.w.example.org",
    "x.w.example.org",
];

const DATA: [(u16, &[&str]); 8] = [
    (1, &["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
    (1, &["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
    (16, &["x", "y", "X"]),
    (5, &["h.example.org", "a.example.org", "A.example.org"]),
    (15, &["10 mail.example.net", "10 MAIL.example.net", "20 mail.example.net"]),
    (2, &["ns1.example.org", "ns.example.net", "ns2.example.net"]),
    (39, &["d.example.net", "e.example.net"]),
    (
        43,
        &[
            "1 8 2 ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789",
            "2 8 1 0123456789012345678901234567890123456789",
        ],
    ),
];

/// What messages may hold.
#[derive(Clone, Copy)]
pub struct Composer {
    /// The TTLs of what is added.
    pub ttls: &'static [u32],
    /// How many prerequisites there may be.
    pub prerequisites: u64,
    /// How many changes there may be.
    pub changes: u64,
}

impl Composer {
    /// A message.
    pub fn compose(self, dice: &mut Dice) -> Update {
        let prerequisites = (0..dice.below(self.prerequisites + 1)).map(|_| prerequisite(dice)).collect();
        // Often all of it is about one name, as it is with people.
        let one = dice.chance(60).then(|| name(dice));
        let changes = (0..dice.below(self.changes + 1)).map(|_| self.change(one.clone(), dice)).collect();
        Update::in_order(zone(), Class::IN, prerequisites, changes, None)
    }

    fn change(self, one: Option<Name>, dice: &mut Dice) -> Change {
        let name = one.unwrap_or_else(|| name(dice));
        let (record_type, rdata) = data(dice);
        match dice.below(10) {
            0..5 => Change::Add(Record { name, ttl: dice.one_of(self.ttls), record_type, rdata }),
            5..7 => Change::DeleteRrset { name, record_type },
            7..9 => Change::DeleteRecord { name, record_type, rdata },
            _ => Change::DeleteName(name),
        }
    }
}

/// The same changes without prerequisites.
pub fn unconditional(update: &Update) -> Update {
    Update::in_order(update.zone().clone(), update.class(), Vec::new(), update.changes().to_vec(), None)
}

/// The zone's name.
pub fn zone() -> Name {
    Name::parse(ZONE).unwrap()
}

fn prerequisite(dice: &mut Dice) -> Prerequisite {
    let (name, (record_type, rdata)) = (name(dice), data(dice));
    match dice.below(6) {
        0 => Prerequisite::RrsetExists { name, record_type },
        1 => Prerequisite::RrsetEquals { name, record_type, rdata: vec![rdata] },
        2 | 3 => Prerequisite::RrsetAbsent { name, record_type },
        4 => Prerequisite::NameInUse(name),
        _ => Prerequisite::NameFree(name),
    }
}

fn name(dice: &mut Dice) -> Name {
    Name::parse(dice.one_of(&NAMES)).unwrap()
}

fn data(dice: &mut Dice) -> (RecordType, Rdata) {
    let (number, texts) = dice.one_of(&DATA);
    let record_type = RecordType(number);
    (record_type, Rdata::parse_argument(record_type, dice.one_of(texts)).unwrap())
}

/// A change in few words: "+ OWNER TTL TYPE DATA" adds, "- OWNER [TYPE [DATA]]" deletes.
pub fn change(text: &str) -> Change {
    let mut parts = text.splitn(if text.starts_with('+') { 5 } else { 4 }, ' ');
    let (sign, name) = (parts.next().unwrap(), Name::parse(parts.next().unwrap()).unwrap());
    let ttl = if sign == "+" { parts.next().unwrap().parse().unwrap() } else { 0 };
    let Some(record_type) = parts.next().map(|word| word.parse::<RecordType>().unwrap()) else {
        return Change::DeleteName(name);
    };
    let rdata = parts.next().map(|data| Rdata::parse_argument(record_type, data).unwrap());
    match (sign, rdata) {
        ("+", Some(rdata)) => Change::Add(Record { name, ttl, record_type, rdata }),
        (_, Some(rdata)) => Change::DeleteRecord { name, record_type, rdata },
        (_, None) => Change::DeleteRrset { name, record_type },
    }
}
