//! Answers: nobody without the key can make one that is believed, and what the server signs is read as it stands.

use std::sync::{Arc, OnceLock};

use nsup::config::parse_literal;
use nsup::dns::{Class, Message, Name, RecordType, Section};
use nsup::proto::discovery::Discovery;
use nsup::proto::{Algorithm, Key, Pending, Rejection, Reply, Tsig, TsigError, Update, covered, leave_unsigned, sign};

use super::choice;
use super::transcripts::{Transcript, server_clock, transcripts};

/// When all of it happens, in seconds since 1970.
const NOW: u64 = 1_700_000_000;

/// Octets that come in while an answer is waited for; and the same as the server with the key would have signed them.
///
/// The first octet chooses the key and what the server's signature says.
pub fn answer(octets: &[u8]) {
    static WAITS: OnceLock<(Vec<Wait>, Pending)> = OnceLock::new();
    let (waits, unsigned) = WAITS.get_or_init(|| (waits(), leave_unsigned(request()).unwrap().1));
    let (choice, octets) = choice(octets);
    let wait = &waits[choice % 16 % waits.len()];
    let rejected = wait.pending.verify(octets, NOW).expect_err("an answer without a signature is no answer");
    assert!(rejected.claim.is_none() || Message::walk(octets).is_ok());

    let ours = like_an_answer(octets);
    match unsigned.verify(&ours, NOW) {
        Ok(reply) => read(&ours, &reply),
        Err(why) => assert!(matches!(why.why, Rejection::Malformed | Rejection::NotOurs), "{why:?}"),
    }
    let is_badtime = choice & 16 != 0;
    let signed = wait.sign(ours.clone(), is_badtime);
    let verdict = wait.pending.verify(&signed, NOW);
    if let Ok(message) = Message::walk(&ours) {
        assert_eq!(verdict.as_ref().err().map(|why| why.why), expected(&message, is_badtime), "{verdict:?}");
    } else {
        // What its last record lacks it takes from the signature.
        assert!(verdict.is_err(), "{verdict:?}");
    }
    if let Ok(reply) = verdict {
        assert_eq!(reply.server_time(), is_badtime.then_some(NOW + 1));
        read(&ours, &reply);
    }
}

/// An authentic answer of a real server, edited: it is believed if and only if nothing was changed that its MAC covers.
///
/// The first octet chooses the answer; each edit is what to do, where (two octets), and with what.
pub fn forgery(octets: &[u8]) {
    static AUTHENTIC: OnceLock<Vec<Authentic>> = OnceLock::new();
    let all = AUTHENTIC.get_or_init(|| {
        let all = transcripts().into_iter().filter(|transcript| transcript.authentic);
        all.map(Authentic::new).collect()
    });
    let (choice, edits) = choice(octets);
    let authentic = &all[choice % all.len()];
    let mut edited = authentic.transcript.response.clone();
    for edit in edits.chunks_exact(4).take(64) {
        apply(edit, &mut edited);
    }
    let is_accepted = authentic.pending.verify(&edited, authentic.now).is_ok();
    assert_eq!(is_accepted, authentic.covers(&edited), "{}: {edited:02x?}", authentic.transcript.case);
}

/// A request that waits for its answer.
struct Wait {
    key: Arc<Key>,
    pending: Pending,
    /// The TSIG of the request.
    tsig: Tsig,
}

impl Wait {
    fn new(key: Key) -> Self {
        let key = Arc::new(key);
        let (request, pending) = sign(request(), &key, NOW).unwrap();
        let tsig = Tsig::find(&Message::walk(&request).unwrap()).unwrap().unwrap().tsig;
        Self { key, pending, tsig }
    }

    /// The answer as the server signs it.
    fn sign(&self, answer: Vec<u8>, is_badtime: bool) -> Vec<u8> {
        let server_time = is_badtime.then_some(NOW + 1);
        sign_answer(&self.key, &self.tsig, answer, server_time)
    }
}

/// Signs an answer to a request with this TSIG (RFC 8945 §5.3.1); with a time of the server, as BADTIME has it.
pub(super) fn sign_answer(key: &Key, request: &Tsig, mut answer: Vec<u8>, server_time: Option<u64>) -> Vec<u8> {
    let mut tsig = Tsig { mac: Vec::new(), ..request.clone() };
    if let Some(time) = server_time {
        (tsig.error, tsig.other) = (TsigError::BADTIME.0, time.to_be_bytes()[2..].to_vec());
    }
    let length = (request.mac.len() as u16).to_be_bytes();
    tsig.mac = key.mac(&[&length, &request.mac, &answer, &tsig.variables()]);
    tsig.mac.truncate(key.least_mac_octets());
    tsig.append_to(&mut answer);
    answer
}

/// An authentic answer and what its MAC covers.
struct Authentic {
    transcript: Transcript,
    pending: Pending,
    now: u64,
    covered: Vec<u8>,
    variables: Vec<u8>,
    /// The MAC as it is before it is cut.
    mac: Vec<u8>,
}

impl Authentic {
    fn new(transcript: Transcript) -> Self {
        let Transcript { key, request, response, .. } = &transcript;
        let of_request = Tsig::find(&Message::walk(request).unwrap()).unwrap().unwrap().tsig.mac;
        let found = Tsig::find(&Message::walk(response).unwrap()).unwrap().unwrap();
        let (covered, variables) = (covered(response, found.start, found.tsig.original_id), found.tsig.variables());
        let length = (of_request.len() as u16).to_be_bytes();
        let mac = key.mac(&[&length, &of_request, &covered, &variables]);
        assert!(mac.starts_with(&found.tsig.mac), "{}", transcript.case);
        let now = server_clock(response).unwrap();
        Self { pending: Pending::resume(request, key).unwrap(), now, covered, variables, mac, transcript }
    }

    /// Whether an answer is this one but for what no MAC covers: the case of names in the TSIG, and how much of the MAC
    /// itself is there.
    fn covers(&self, edited: &[u8]) -> bool {
        let Ok(message) = Message::walk(edited) else { return false };
        let Ok(Some(found)) = Tsig::find(&message) else { return false };
        let tsig = &found.tsig;
        edited[..2] == self.transcript.response[..2]
            && covered(edited, found.start, tsig.original_id) == self.covered
            && tsig.variables() == self.variables
            && tsig.mac.len() >= self.transcript.key.least_mac_octets()
            && self.mac.starts_with(&tsig.mac)
    }
}

fn apply(edit: &[u8], octets: &mut Vec<u8>) {
    let place = usize::from(u16::from_be_bytes([edit[1], edit[2]])) % (octets.len() + 1);
    let value = edit[3];
    match edit[0] % 9 {
        8 => cut_mac(octets, value.into()),
        0 => octets.insert(place, value),
        1 => octets.truncate(place),
        2 => octets.extend_from_within(place..octets.len().min(place + usize::from(value))),
        _ if place == octets.len() => {}
        3 => drop(octets.remove(place)),
        4 => octets[place] ^= 1 << (value % 8),
        5 => octets[place] = octets[place].wrapping_add(value),
        6 => octets.swap(place, usize::from(value) % place.max(1)),
        _ => octets[place] = value,
    }
}

/// Makes a MAC as long as this, and all lengths with it.
fn cut_mac(octets: &mut Vec<u8>, length: usize) {
    let found = Message::walk(octets).ok().and_then(|message| Tsig::find(&message).ok().flatten());
    if let Some(mut found) = found {
        found.tsig.mac.resize(length, 0);
        *octets = covered(octets, found.start, u16::from_be_bytes([octets[0], octets[1]]));
        found.tsig.append_to(octets);
    }
}

/// Keys with every algorithm, in full and cut as short as can be.
fn waits() -> Vec<Wait> {
    let words = ["hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"];
    let algorithms = words.map(|word| Algorithm::parse(word).unwrap().0).into_iter();
    let lengths = |algorithm: Algorithm| [algorithm.mac_octets(), algorithm.least_mac_octets()];
    let words = algorithms.flat_map(|one| lengths(one).map(|octets| format!("{one}-{}", octets * 8)));
    let keys = words.map(|word| parse_literal(&format!("{word}:key:bm90IGEgc2VjcmV0IGF0IGFsbA==")).unwrap());
    keys.map(Wait::new).collect()
}

fn zone() -> Name {
    Name::parse("example.org").unwrap()
}

/// An UPDATE without a change, whose ID is 0.
fn request() -> Vec<u8> {
    Update::in_order(zone(), Class::IN, Vec::new(), Vec::new(), None).encode().unwrap()
}

/// The octets with the ID of the request, QR and its opcode, since no answer without these is looked at.
fn like_an_answer(octets: &[u8]) -> Vec<u8> {
    let mut ours = octets.to_vec();
    ours.iter_mut().take(2).for_each(|octet| *octet = 0);
    ours.iter_mut().skip(2).take(1).for_each(|flags| *flags = *flags & 7 | 0x80 | 5 << 3);
    // One more record must be countable.
    ours.iter_mut().skip(10).take(1).for_each(|count| *count &= 0x7f);
    ours
}

/// Why an answer is not believed though the server signed it.
fn expected(message: &Message<'_>, is_badtime: bool) -> Option<Rejection> {
    let request = request();
    let asked = Message::walk(&request).unwrap().questions;
    if !message.questions.is_empty() && message.questions != asked {
        Some(Rejection::NotOurs)
    } else if message.records.iter().any(|at| at.record_type == RecordType::TSIG) {
        Some(Rejection::Malformed)
    } else {
        (is_badtime && rcode(message) != 9).then_some(Rejection::Contradiction)
    }
}

fn rcode(message: &Message<'_>) -> u16 {
    let opt = message.records.iter().find(|at| at.record_type == RecordType::OPT && at.section == Section::Additional);
    opt.map_or(0, |opt| (opt.ttl >> 24 << 4) as u16) | u16::from(message.header.rcode_bits())
}

/// What a believed answer says is what its octets say, and all of it can be shown.
fn read(octets: &[u8], reply: &Reply) {
    let message = Message::walk(octets).expect("what is believed is a message");
    let count = |section| message.records.iter().filter(|at| at.section == section && at.class == Class::IN).count();
    assert_eq!(reply.answers().len(), count(Section::Answer));
    assert_eq!(reply.authority().len(), count(Section::Authority));
    assert_eq!(reply.rcode().0, rcode(&message));
    assert_eq!(reply.is_truncated(), message.header.is_truncated());
    for record in reply.answers().iter().chain(reply.authority()) {
        assert!(!record.to_string().contains(|c: char| c.is_control() || !c.is_ascii()), "{record}");
    }
    let _ = (reply.rcode().to_string(), reply.extended().map(ToString::to_string));
    for name in reply.answers().iter().map(|record| &record.name).take(1) {
        Discovery::new(name.clone(), RecordType::SOA).heard(reply);
    }
}
