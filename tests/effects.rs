//! What `effects` says of composed messages, held against what a real BIND makes of them (RFC 2136 §3.4.2).

mod servers;
mod simulation;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use nsup::config::parse_keys;
use nsup::dns::{Class, Message, Name, Rdata, Record, RecordType, Section};
use nsup::proto::effects::{Effect, effects};
use nsup::proto::outcome::Rrset;
use nsup::proto::{Change, Key, Rcode, Update, query, sign};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};
use simulation::messages::{Composer, change, unconditional, zone};
use simulation::{Dice, unix};

const MESSAGES: u32 = 1200;

const AXFR: RecordType = RecordType(252);

/// A connection to a BIND that lets the key change all of the zone.
struct Link {
    stream: TcpStream,
    key: Arc<Key>,
    id: u16,
    _server: Server,
}

impl Link {
    fn start() -> Option<Self> {
        let key = TestKey::new("k", "hmac-sha256");
        let zone = Zone::new("example.org").grant(Grant::zone(&key));
        let server = Server::start(Kind::Bind, &Setup::new().key(key.clone()).zone(zone))?;
        let directory = tempfile::tempdir().unwrap();
        let text = std::fs::read_to_string(key.write(directory.path())).unwrap();
        let key = Arc::new(parse_keys(&text, "").unwrap().remove(0).key);
        let stream = TcpStream::connect(server.address()).unwrap();
        stream.set_nodelay(true).unwrap();
        Some(Self { stream, key, id: 0, _server: server })
    }

    fn send(&mut self, octets: &[u8]) {
        let length = u16::try_from(octets.len()).unwrap().to_be_bytes();
        self.stream.write_all(&[&length, octets].concat()).unwrap();
    }

    fn receive(&mut self) -> Vec<u8> {
        let mut length = [0; 2];
        self.stream.read_exact(&mut length).unwrap();
        let mut octets = vec![0; u16::from_be_bytes(length).into()];
        self.stream.read_exact(&mut octets).unwrap();
        octets
    }

    /// Has an update answered.
    fn update(&mut self, update: &Update) -> Rcode {
        let mut message = update.encode().unwrap();
        self.id = self.id.wrapping_add(1);
        message[..2].copy_from_slice(&self.id.to_be_bytes());
        let (octets, pending) = sign(message, &self.key, unix()).unwrap();
        self.send(&octets);
        let answer = self.receive();
        pending.verify(&answer, unix()).unwrap().rcode()
    }

    /// The whole zone but for its SOA, sorted, and without the case of names in data.
    fn zone(&mut self) -> Vec<Record> {
        self.send(&query::question(&zone(), AXFR));
        let (mut records, mut ends) = (Vec::new(), 0);
        while ends < 2 {
            let octets = self.receive();
            let message = Message::walk(&octets).unwrap();
            for at in message.records.iter().filter(|at| at.section == Section::Answer) {
                match at.record_type {
                    RecordType::SOA => ends += 1,
                    record_type => {
                        let record = message.record(at).unwrap();
                        let rdata = Rdata::from_octets(record.rdata.canonical(record_type));
                        records.push(Record { rdata, ..record });
                    }
                }
            }
            assert!(!message.records.is_empty(), "no transfer");
        }
        records.sort_by_cached_key(|record| (record.name.to_canonical(), record.record_type, record.rdata.clone()));
        records
    }
}

fn at<'r>(records: &'r [Record], name: &Name) -> impl Iterator<Item = &'r Record> {
    records.iter().filter(move |record| record.name == *name)
}

fn is_met(effect: &Effect, records: &[Record]) -> bool {
    let is_meant = |record: &&Record| [record.record_type, RecordType::ANY].contains(&effect.record_type);
    let seen: Vec<&Record> = at(records, &effect.name).filter(is_meant).collect();
    let ttl = seen.iter().map(|record| record.ttl).min().unwrap_or(0);
    effect.is_met(&Rrset { rdata: seen.into_iter().map(|record| record.rdata.clone()).collect(), ttl })
}

/// What BIND passes over silently, by what there is in the end.
fn passed_over(effect: &Effect, records: &[Record]) -> Option<&'static str> {
    let has = |wanted: RecordType| at(records, &effect.name).any(|record| record.record_type == wanted);
    let (record_type, adds) = (effect.record_type, effect.adds());
    let name_servers = at(records, &effect.name).filter(|record| record.record_type == RecordType::NS).count();
    match record_type {
        RecordType::CNAME if adds && !has(RecordType::CNAME) => Some("an alias beside other records"),
        _ if adds && has(RecordType::CNAME) => Some("records beside an alias"),
        RecordType::DS if adds && (!has(RecordType::NS) || effect.name == zone()) => Some("a DS without a delegation"),
        RecordType::NS | RecordType::DNAME if adds && effect.name.labels().next() == Some(b"*") => {
            Some("a delegation or a DNAME of a wildcard")
        }
        RecordType::NS if effect.name == zone() && name_servers == 1 => Some("the deletion of the last name server"),
        _ => None,
    }
}

#[test]
fn what_is_said_of_composed_messages_is_what_bind_makes_of_them() {
    let Some(mut link) = Link::start() else { return };
    let seed = std::env::var("HISTORY").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut dice = Dice::new(seed);
    let mut seen = std::collections::BTreeMap::new();
    let mut before = link.zone();
    for number in 0..MESSAGES {
        let composer = Composer { ttls: &[60, 300], prerequisites: 1, changes: dice.one_of(&[1, 2, 4, 6]) };
        let update = composer.compose(&mut dice);
        let rcode = link.update(&update);
        if rcode != Rcode::NOERROR {
            // A DNAME at the apex hides the zone's own name servers.
            let hides = |change: &Change| *change.name() == zone() && change.record_type() == RecordType::DNAME;
            let is_hidden = at(&before, &zone()).any(|record| record.record_type == RecordType::DNAME);
            let is_refused = rcode == Rcode::REFUSED && (is_hidden || update.changes().iter().any(hides));
            assert!(rcode.is_prerequisite() || is_refused, "{number}: {rcode} to {update:?}");
            *seen.entry(if is_refused { "refused" } else { "a prerequisite was false" }).or_insert(0) += 1;
            continue;
        }
        let after = link.zone();
        let Some(effects) = effects(&update) else {
            *seen.entry("nothing is said").or_insert(0) += 1;
            before = after;
            continue;
        };
        let mut all = true;
        for effect in &effects {
            if !is_met(effect, &after) {
                all = false;
                let why = passed_over(effect, &after);
                *seen
                    .entry(why.unwrap_or_else(|| panic!("{number}: {effect:?}\n{update:?}\n{after:#?}")))
                    .or_insert(0) += 1;
            }
        }
        *seen.entry("all of it holds").or_insert(0) += u32::from(all);
        if effects.iter().all(|effect| is_met(effect, &before)) {
            assert_eq!(after, before, "{number}: it was so, and something has changed: {update:?}");
            *seen.entry("it was so").or_insert(0) += 1;
        }
        assert_eq!(link.update(&unconditional(&update)), Rcode::NOERROR, "{number}");
        before = link.zone();
        assert_eq!(before, after, "{number}: a second time it does something else: {update:?}");
    }
    for kind in ["all of it holds", "it was so", "records beside an alias", "an alias beside other records"] {
        assert!(seen.get(kind).is_some_and(|count| *count > 2), "{kind}: {seen:?}");
    }
}

/// What `effects` says of a message.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Holds,
    PassedOver,
    Nothing,
}

/// What there is at `@`, what is changed in one message, what there is then, and what was said of it.
type Row<'r> = (&'r [&'r str], &'r [&'r str], &'r [&'r str], Said);

#[test]
fn the_oddities_of_rfc_2136_3_4_2_are_as_bind_has_them() {
    use Said::{Holds, Nothing, PassedOver};
    let rows: &[Row<'_>] = &[
        // An alias takes the place of an alias, and of nothing else.
        (&["60 CNAME x.example."], &["+ @ 60 CNAME y.example."], &["60 CNAME y.example."], Holds),
        (&["60 CNAME x.example."], &["+ @ 90 CNAME x.example."], &["90 CNAME x.example."], Holds),
        (&["60 A 192.0.2.1"], &["+ @ 60 CNAME y.example."], &["60 A 192.0.2.1"], PassedOver),
        (&["60 CNAME x.example."], &["+ @ 60 A 192.0.2.1"], &["60 CNAME x.example."], PassedOver),
        (&["60 CNAME x.example."], &["- @ CNAME", "+ @ 60 A 192.0.2.1"], &["60 A 192.0.2.1"], Holds),
        (&["60 CNAME x.example."], &["+ @ 60 A 192.0.2.1", "- @ CNAME"], &[], Nothing),
        (&["60 A 192.0.2.1"], &["- @ A", "+ @ 60 CNAME x.example."], &["60 CNAME x.example."], Holds),
        (&["60 A 192.0.2.1"], &["+ @ 60 CNAME x.example.", "- @ A"], &[], Nothing),
        (&[], &["+ @ 60 CNAME x.example.", "+ @ 60 A 192.0.2.1"], &["60 CNAME x.example."], PassedOver),
        (&["60 DNAME x.example."], &["+ @ 60 DNAME y.example."], &["60 DNAME y.example."], Holds),
        // An RRset has one TTL, and the last addition gives it.
        (&["60 A 192.0.2.1"], &["+ @ 90 A 192.0.2.2"], &["90 A 192.0.2.1", "90 A 192.0.2.2"], Holds),
        (&[], &["+ @ 90 A 192.0.2.1", "+ @ 60 A 192.0.2.2"], &["60 A 192.0.2.1", "60 A 192.0.2.2"], Holds),
        (&["60 A 192.0.2.1"], &["+ @ 90 A 192.0.2.1"], &["90 A 192.0.2.1"], Holds),
        (&[], &["+ @ 60 A 192.0.2.1", "+ @ 90 A 192.0.2.1", "+ @ 60 A 192.0.2.1"], &["60 A 192.0.2.1"], Holds),
        (&["60 A 192.0.2.1"], &["+ @ 90 A 192.0.2.9", "- @ A 192.0.2.9"], &["90 A 192.0.2.1"], Holds),
        (&["60 MX 1 m.example."], &["- @ MX 1 M.Example."], &[], Holds),
        // Changes are made in their order.
        (&[], &["+ @ 60 A 192.0.2.1", "- @ A"], &[], Holds),
        (&["60 TXT x"], &["- @ A", "+ @ 60 A 192.0.2.1"], &["60 A 192.0.2.1", "60 TXT x"], Holds),
        (&["60 TXT x"], &["- @", "+ @ 60 A 192.0.2.1"], &["60 A 192.0.2.1"], Holds),
        (&["60 TXT x"], &["+ @ 60 A 192.0.2.1", "- @"], &[], Holds),
        (&["60 TXT x"], &["- @", "- @ TXT x", "+ @ 60 TXT y", "- @ TXT y"], &[], Holds),
        // A DS needs a delegation, and goes with it.
        (&[], &["+ @ 60 DS 1 8 1 0123456789012345678901234567890123456789"], &[], PassedOver),
        (&["60 NS n.example."], &["- @ NS", "+ @ 60 TXT x"], &["60 TXT x"], Holds),
        (
            &["60 NS n.example.", "60 DS 1 8 1 0123456789012345678901234567890123456789"],
            &["- @ NS", "+ @ 60 CNAME x.example."],
            &[],
            Nothing,
        ),
        // What is there twice is there once, and what is not there cannot be deleted.
        (&["60 A 192.0.2.1"], &["+ @ 60 A 192.0.2.1", "- @ A 192.0.2.9"], &["60 A 192.0.2.1"], Holds),
    ];
    let Some(mut link) = Link::start() else { return };
    for (number, (there, changes, then, said)) in rows.iter().enumerate() {
        let owner = format!("r{number}.example.org.");
        let message = |changes: &[String]| {
            let changes = changes.iter().map(|text| change(&text.replace('@', &owner))).collect();
            Update::in_order(zone(), Class::IN, Vec::new(), changes, None)
        };
        let fill: Vec<String> = there.iter().map(|record| format!("+ @ {record}")).collect();
        assert_eq!(link.update(&message(&fill)), Rcode::NOERROR);
        let update = message(&changes.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(link.update(&update), Rcode::NOERROR, "{changes:?}");
        let records = link.zone();
        let found: Vec<String> = at(&records, &Name::parse(&owner).unwrap()).map(|record| record.to_string()).collect();
        let wanted = message(&then.iter().map(|record| format!("+ @ {record}")).collect::<Vec<_>>());
        let wanted: Vec<String> = wanted.changes().iter().map(in_text).collect();
        assert_eq!(found, wanted, "{there:?} and {changes:?}");
        let is_said = match effects(&update) {
            None => Nothing,
            Some(effects) if effects.iter().all(|effect| is_met(effect, &records)) => Holds,
            Some(_) => PassedOver,
        };
        assert_eq!(is_said, *said, "{there:?} and {changes:?}");
    }
}

fn in_text(change: &Change) -> String {
    match change {
        Change::Add(record) => record.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_apex_keeps_its_soa_and_a_name_server_whatever_is_deleted() {
    let Some(mut link) = Link::start() else { return };
    let apex = |records: &[Record]| -> Vec<String> { at(records, &zone()).map(|record| record.to_string()).collect() };
    let first = "example.org. 3600 IN NS ns1.example.org.";
    for (changes, then, is_said) in [
        (&["- example.org NS"][..], &[first][..], true),
        (&["- example.org SOA"], &[first], true),
        (&["- example.org NS ns1.example.org."], &[first], true),
        (&["+ example.org 60 TXT x", "- example.org"], &[first], false),
        (
            &["- example.org NS ns1.example.org.", "+ example.org 3600 NS ns2.example.net."],
            &[first, "example.org. 3600 IN NS ns2.example.net."],
            false,
        ),
        (&["- example.org NS ns1.example.org."], &["example.org. 3600 IN NS ns2.example.net."], true),
    ] {
        let changes: Vec<_> = changes.iter().map(|text| change(text)).collect();
        let update = Update::in_order(zone(), Class::IN, Vec::new(), changes, None);
        assert_eq!(link.update(&update), Rcode::NOERROR, "{update:?}");
        assert_eq!(apex(&link.zone()), then, "{update:?}");
        assert_eq!(effects(&update).is_some(), is_said, "{update:?}");
    }
}
