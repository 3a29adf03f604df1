//! Which answers are accepted (RFC 8945 §5.3 and §5.4, RFC 5452 §9): each rule broken alone, in an answer that whoever has
//! the key has signed over what it is, so that no other rule refuses it.

use std::sync::Arc;

use nsup::dns::Name;
use nsup::proto::{Algorithm, Key, Pending, Rcode, Rejection, Secret, Tsig, TsigError, Unauthentic, sign};

const ID: u16 = 0x4e53;
const NOW: u64 = 1_800_000_000;
/// An answer to an UPDATE: QR and the opcode.
const FLAGS: u16 = 0xa800;
const ZONE: &[u8] = b"\x07example\x03org\0\0\x06\0\x01";
/// NS records of no meaning: owner, type, class, TTL and data.
const RECORD: &[u8] = b"\xc0\x0c\0\x02\0\x01\0\0\x01\x2c\0\x04\x01n\xc0\x0c";

fn key(name: &str, algorithm: Algorithm, least_mac_octets: usize) -> Arc<Key> {
    let secret = Secret::from_base64("bnN1cC10ZXN0LXNlY3JldC1vZi0zMi1vY3RldHMhISE=").unwrap();
    Arc::new(Key::new(&Name::parse(name).unwrap(), algorithm, least_mac_octets, secret))
}

fn ours() -> Arc<Key> {
    key("k.example.org", Algorithm::Sha256, 32)
}

/// An answer that is accepted as it stands.
#[derive(Clone)]
struct Made {
    id: u16,
    flags: u16,
    zones: Vec<Vec<u8>>,
    /// What stands in the additional section before the TSIG.
    records: Vec<Vec<u8>>,
    key: Arc<Key>,
    /// How long the MAC is that is sent, and what it covers of the request's.
    mac_octets: usize,
    request_mac: Vec<u8>,
    time: u64,
    fudge: u16,
    error: TsigError,
    other: Vec<u8>,
}

impl Made {
    /// For a request; the answer, and what checks it.
    fn for_request(key: &Arc<Key>) -> (Self, Pending) {
        let mut request = [&ID.to_be_bytes(), &0x2800u16.to_be_bytes(), &[0, 1, 0, 0, 0, 0, 0, 0][..], ZONE].concat();
        let (octets, pending) = sign(std::mem::take(&mut request), key, NOW).unwrap();
        let message = nsup::dns::Message::walk(&octets).unwrap();
        let request_mac = Tsig::find(&message).unwrap().unwrap().tsig.mac;
        let (zones, records, other) = (vec![ZONE.to_vec()], Vec::new(), Vec::new());
        let (key, mac_octets) = (Arc::clone(key), key.algorithm().mac_octets());
        let (id, flags, time, fudge, error) = (ID, FLAGS, NOW, 300, TsigError::NONE);
        (Self { id, flags, zones, records, key, mac_octets, request_mac, time, fudge, error, other }, pending)
    }

    fn unsigned(&self) -> Vec<u8> {
        let mut octets = [ID.to_be_bytes(), self.flags.to_be_bytes()].concat();
        for count in [self.zones.len(), 0, 0, self.records.len()] {
            octets.extend((count as u16).to_be_bytes());
        }
        octets.extend(self.zones.concat());
        octets.extend(self.records.concat());
        octets
    }

    fn tsig(&self) -> Tsig {
        let (key, algorithm) = (self.key.name().clone(), self.key.algorithm().name());
        let (time, fudge, error, other) = (self.time, self.fudge, self.error.0, self.other.clone());
        let mut tsig = Tsig { key, algorithm, time, fudge, mac: Vec::new(), original_id: ID, error, other };
        let length = (self.request_mac.len() as u16).to_be_bytes();
        tsig.mac = self.key.mac(&[&length, &self.request_mac, &self.unsigned(), &tsig.variables()]);
        tsig.mac.resize(self.mac_octets, 0);
        tsig
    }

    fn octets(&self) -> Vec<u8> {
        let mut octets = self.unsigned();
        self.tsig().append_to(&mut octets);
        octets[..2].copy_from_slice(&self.id.to_be_bytes());
        octets
    }
}

/// What is said of an answer to a request that was signed with our key.
#[track_caller]
fn verdict(change: impl FnOnce(&mut Made)) -> Result<Rcode, Rejection> {
    verdict_with(&ours(), change)
}

fn verdict_with(key: &Arc<Key>, change: impl FnOnce(&mut Made)) -> Result<Rcode, Rejection> {
    let (mut made, pending) = Made::for_request(key);
    change(&mut made);
    of(&pending, &made.octets())
}

fn of(pending: &Pending, octets: &[u8]) -> Result<Rcode, Rejection> {
    pending.verify(octets, NOW).map(|reply| reply.rcode()).map_err(|Unauthentic { why, .. }| why)
}

#[test]
fn an_answer_that_breaks_no_rule_is_accepted() {
    assert_eq!(verdict(|_| {}), Ok(Rcode::NOERROR));
    assert_eq!(verdict(|made| made.flags |= Rcode::REFUSED.0), Ok(Rcode::REFUSED));
    assert_eq!(verdict(|made| made.records.push(RECORD.to_vec())), Ok(Rcode::NOERROR));
    // RFC 1035 §4.1.1: what later standards make of the bits between is not ours to refuse.
    assert_eq!(verdict(|made| made.flags |= 0x0470), Ok(Rcode::NOERROR));
}

#[test]
fn the_id_the_opcode_and_qr_are_looked_at_though_the_mac_is_right() {
    // The MAC covers the original ID, so that a forwarder may change the header's: it has to change it back.
    assert_eq!(verdict(|made| made.id ^= 1), Err(Rejection::NotOurs));
    assert_eq!(verdict(|made| made.flags &= !0x8000), Err(Rejection::NotOurs));
    for opcode in (0..16).filter(|opcode| *opcode != 5) {
        assert_eq!(verdict(|made| made.flags = 0x8000 | opcode << 11), Err(Rejection::NotOurs), "{opcode}");
    }
    let (made, pending) = Made::for_request(&ours());
    for length in 0..12 {
        let why = of(&pending, &made.octets()[..length]).unwrap_err();
        assert!([Rejection::NotOurs, Rejection::Malformed].contains(&why), "{length}: {why:?}");
    }
}

#[test]
fn an_answer_may_leave_out_the_zone_and_not_name_another() {
    assert_eq!(verdict(|made| made.zones.clear()), Ok(Rcode::NOERROR));
    assert_eq!(verdict(|made| made.zones[0] = b"\x07eXample\x03ORG\0\0\x06\0\x01".to_vec()), Ok(Rcode::NOERROR));
    for other in [
        &b"\x07example\x03net\0\0\x06\0\x01"[..],
        b"\x01x\x07example\x03org\0\0\x06\0\x01",
        b"\x07example\x03org\0\0\x01\0\x01",
        b"\x07example\x03org\0\0\x06\0\x03",
    ] {
        assert_eq!(verdict(|made| made.zones[0] = other.to_vec()), Err(Rejection::NotOurs), "{other:?}");
    }
    assert_eq!(verdict(|made| made.zones.push(ZONE.to_vec())), Err(Rejection::NotOurs));
}

#[test]
fn an_answer_that_cannot_be_walked_to_its_last_octet_is_rejected_though_the_mac_is_right() {
    // A pointer to itself, one forwards, data that goes on behind the end, and a name of no known kind.
    for record in [
        &b"\xc0\x1d\0\x02\0\x01\0\0\0\0\0\0"[..],
        b"\xc0\x40\0\x02\0\x01\0\0\0\0\0\0",
        b"\0\0\x02\0\x01\0\0\0\0\xff\xff",
        b"\x40\0\0\x02\0\x01\0\0\0\0\0\0",
    ] {
        assert_eq!(verdict(|made| made.records.push(record.to_vec())), Err(Rejection::Malformed), "{record:?}");
    }
    let (made, pending) = Made::for_request(&ours());
    assert_eq!(of(&pending, &[&made.octets()[..], &[0]].concat()), Err(Rejection::Malformed));
}

#[test]
fn a_tsig_is_the_only_one_and_the_last_record_of_class_any_and_ttl_0() {
    let (made, pending) = Made::for_request(&ours());
    let good = made.octets();
    let start = made.unsigned().len();
    let with_count = |mut octets: Vec<u8>, count: u8| {
        octets[11] = count;
        octets
    };
    // Twice, not last, in the answer section, with another class, with a TTL.
    let twice = with_count([&good[..], &good[start..]].concat(), 2);
    let followed = with_count([&good[..], RECORD].concat(), 2);
    let mut elsewhere = with_count(good.clone(), 0);
    elsewhere[7] = 1;
    let class_at = start + ours().name().to_canonical().len() + 2;
    let mut in_class_in = good.clone();
    in_class_in[class_at..class_at + 2].copy_from_slice(&[0, 1]);
    let mut lasting = good.clone();
    lasting[class_at + 5] = 1;
    for (what, octets) in [
        ("twice", twice),
        ("not last", followed),
        ("elsewhere", elsewhere),
        ("class IN", in_class_in),
        ("a TTL", lasting),
    ] {
        assert_eq!(of(&pending, &octets), Err(Rejection::Malformed), "{what}");
    }
    assert_eq!(of(&pending, &with_count(good[..start].to_vec(), 0)), Err(Rejection::Unsigned));
}

#[test]
fn the_owner_of_a_tsig_may_be_compressed_and_its_algorithm_may_not() {
    let (made, pending) = Made::for_request(&ours());
    let good = made.octets();
    let (start, owner) = (made.unsigned().len(), ours().name().to_canonical());
    // "k" and a pointer to the zone's name.
    let compressed = [&good[..start], b"\x01k\xc0\x0c", &good[start + owner.len()..]].concat();
    assert_eq!(of(&pending, &compressed), Ok(Rcode::NOERROR));
    let algorithm = ours().algorithm().name().to_canonical();
    let rdata = start + owner.len() + 10;
    let mut pointing = [&good[..rdata], &[0xc0, 0x0c], &good[rdata + algorithm.len()..]].concat();
    let length = (good.len() - rdata - algorithm.len() + 2) as u16;
    pointing[rdata - 2..rdata].copy_from_slice(&length.to_be_bytes());
    assert_eq!(of(&pending, &pointing), Err(Rejection::Malformed));
}

#[test]
fn another_key_is_rejected_though_it_has_the_same_secret() {
    let other = |name, algorithm: Algorithm| key(name, algorithm, algorithm.mac_octets());
    let with = |key: Arc<Key>| {
        verdict(|made| {
            made.mac_octets = key.algorithm().mac_octets();
            made.key = key;
        })
    };
    assert_eq!(with(other("l.example.org", Algorithm::Sha256)), Err(Rejection::OtherKey));
    assert_eq!(with(other("example.org", Algorithm::Sha256)), Err(Rejection::OtherKey));
    assert_eq!(with(other("k.example.org", Algorithm::Sha512)), Err(Rejection::OtherKey));
    assert_eq!(with(other("K.Example.ORG", Algorithm::Sha256)), Ok(Rcode::NOERROR));
}

#[test]
fn a_mac_is_as_long_as_the_digest_or_as_the_key_allows() {
    for octets in [1, 10, 16, 31] {
        assert_eq!(verdict(|made| made.mac_octets = octets), Err(Rejection::MacLength), "{octets}");
    }
    assert_eq!(verdict(|made| made.mac_octets = 33), Err(Rejection::MacLength));
    assert_eq!(verdict(|made| made.mac_octets = 0), Err(Rejection::Unsigned));
    let allows_16 = key("k.example.org", Algorithm::Sha256, 16);
    for (octets, wanted) in [(32, Ok(Rcode::NOERROR)), (16, Ok(Rcode::NOERROR)), (15, Err(Rejection::MacLength))] {
        assert_eq!(verdict_with(&allows_16, |made| made.mac_octets = octets), wanted, "{octets}");
    }
}

#[test]
fn the_mac_is_over_the_mac_of_this_very_request() {
    assert_eq!(verdict(|made| made.request_mac[0] ^= 1), Err(Rejection::BadMac));
    assert_eq!(verdict(|made| made.request_mac.truncate(16)), Err(Rejection::BadMac));
    assert_eq!(verdict(|made| made.request_mac.clear()), Err(Rejection::BadMac));
}

#[test]
fn the_time_is_within_the_fudge_of_the_answer() {
    for (fudge, late, wanted) in [(300, 300, true), (300, 301, false), (10, 10, true), (10, 11, false), (0, 0, true)] {
        for time in [NOW - late, NOW + late] {
            let said = verdict(|made| (made.fudge, made.time) = (fudge, time));
            assert_eq!(said.is_ok(), wanted, "{fudge}, {late}: {said:?}");
            assert!(wanted || said == Err(Rejection::OutOfTime), "{said:?}");
        }
    }
}

#[test]
fn badtime_is_believed_with_our_own_time_and_six_octets_of_the_servers_only() {
    let badtime = |change: fn(&mut Made)| {
        let (mut made, pending) = Made::for_request(&ours());
        (made.error, made.flags, made.other) = (TsigError::BADTIME, FLAGS | Rcode::NOTAUTH.0, vec![0, 0, 9, 0, 0, 1]);
        change(&mut made);
        pending.verify(&made.octets(), NOW).map(|reply| reply.server_time()).map_err(|unauthentic| unauthentic.why)
    };
    assert_eq!(badtime(|_| {}), Ok(Some(0x0900_0001)));
    // An older one, which somebody has kept.
    assert_eq!(badtime(|made| made.time -= 1), Err(Rejection::OutOfTime));
    assert_eq!(badtime(|made| made.other.truncate(5)), Err(Rejection::OutOfTime));
    assert_eq!(badtime(|made| made.other.push(0)), Err(Rejection::OutOfTime));
    assert_eq!(badtime(|made| made.other.clear()), Err(Rejection::OutOfTime));
    assert_eq!(badtime(|made| made.request_mac[0] ^= 1), Err(Rejection::BadMac));
    assert_eq!(badtime(|made| made.mac_octets = 0), Err(Rejection::Unsigned));
    assert_eq!(badtime(|made| made.flags = FLAGS), Err(Rejection::Contradiction));
}

#[test]
fn an_rcode_is_completed_by_opt_before_anything_is_made_of_it() {
    // The root, type OPT, 1232 octets, the upper bits of the RCODE, version, flags, no data.
    let opt = |upper: u8| [&[0, 0, 41, 4, 0xd0, upper][..], &[0; 5]].concat();
    assert_eq!(verdict(|made| made.records.push(opt(0))), Ok(Rcode::NOERROR));
    assert_eq!(verdict(|made| made.records.push(opt(1))), Ok(Rcode::BADVERS));
    // 16 + 9 is no NOTAUTH, and has no error in its TSIG.
    let told = |upper| {
        verdict(|made| {
            (made.flags, made.error) = (FLAGS | Rcode::NOTAUTH.0, TsigError::BADSIG);
            made.records.push(opt(upper));
        })
    };
    assert_eq!(told(0), Ok(Rcode::NOTAUTH));
    assert_eq!(told(1), Err(Rejection::Contradiction));
    for rcode in [Rcode::NOERROR, Rcode::REFUSED, Rcode::NXRRSET] {
        let said = verdict(|made| (made.flags, made.error) = (FLAGS | rcode.0, TsigError::BADKEY));
        assert_eq!(said, Err(Rejection::Contradiction), "{rcode}");
    }
}
