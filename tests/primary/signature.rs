//! TSIG on the server's side (RFC 8945 §5.2, §5.3): who signed a request, and the signature over its answer.

use nsup::dns::Message;
use nsup::proto::{Key, Rcode, Tsig, TsigError, covered};

use super::policy::Policy;
use super::response::Response;

/// Signs the answer to a request that was signed with this key.
pub(super) struct Signer<'k> {
    key: &'k Key,
    request: Tsig,
}

/// Who signed a request, if it is signed: what signs the answer, and what the key may change.
pub(super) type Signed<'k> = Option<(Signer<'k>, &'k Policy)>;

/// Checks a request that came in at `now`, seconds since 1970.
///
/// # Errors
/// The answer to a request whose signature is not right.
pub(super) fn check<'k>(keys: &'k [(Key, Policy)], message: &Message<'_>, now: u64) -> Result<Signed<'k>, Vec<u8>> {
    let formerr = || Response::new(Rcode::FORMERR).encode(message);
    let Some(found) = Tsig::find(message).map_err(|_| formerr())? else { return Ok(None) };
    let (start, request) = (found.start, found.tsig);
    let unsigned = |error: TsigError| {
        let tsig =
            Tsig { time: now, mac: Vec::new(), original_id: message.header.id, error: error.0, ..request.clone() };
        let mut answer = Response::new(Rcode::NOTAUTH).encode(message);
        Tsig { other: Vec::new(), ..tsig }.append_to(&mut answer);
        Err(answer)
    };
    // RFC 8945 §5.2.1: a key is known by its name together with its algorithm.
    let is_meant = |key: &Key| *key.name() == request.key && key.algorithm().name() == request.algorithm;
    let Some((key, policy)) = keys.iter().find(|(key, _)| is_meant(key)) else {
        return unsigned(TsigError::BADKEY);
    };
    // RFC 8945 §5.2.2.1: shorter or longer than any MAC of this algorithm can be.
    let lengths = key.algorithm().least_mac_octets()..=key.algorithm().mac_octets();
    if !lengths.contains(&request.mac.len()) {
        return Err(formerr());
    }
    let covered = covered(message.octets(), start, request.original_id);
    if !key.verify(&[&covered, &request.variables()], &request.mac) {
        return unsigned(TsigError::BADSIG);
    }
    let is_late = now.abs_diff(request.time) > request.fudge.into();
    let is_short = request.mac.len() < key.least_mac_octets();
    let signer = Signer { key, request };
    let notauth = || Response::new(Rcode::NOTAUTH).encode(message);
    match (is_late, is_short) {
        (true, _) => Err(signer.sign_badtime(notauth(), now)),
        (false, true) => Err(signer.sign_with(notauth(), TsigError::BADTRUNC, now, Vec::new())),
        (false, false) => Ok(Some((signer, policy))),
    }
}

impl Signer<'_> {
    /// Signs an answer at `now`.
    pub(super) fn sign(&self, answer: Vec<u8>, now: u64) -> Vec<u8> {
        self.sign_with(answer, TsigError::NONE, now, Vec::new())
    }

    /// RFC 8945 §5.2.3: the client's own time comes back, and the server's stands in the other data.
    fn sign_badtime(&self, answer: Vec<u8>, now: u64) -> Vec<u8> {
        self.sign_with(answer, TsigError::BADTIME, self.request.time, now.to_be_bytes()[2..].to_vec())
    }

    /// RFC 8945 §5.3.1: the MAC covers that of the request with its length, the answer, and the TSIG's variables.
    fn sign_with(&self, mut answer: Vec<u8>, error: TsigError, time: u64, other: Vec<u8>) -> Vec<u8> {
        let mut tsig = Tsig {
            key: self.key.name().clone(),
            algorithm: self.key.algorithm().name(),
            time: time & 0xffff_ffff_ffff,
            fudge: self.request.fudge,
            mac: Vec::new(),
            // An answer has the ID of its request, so nothing was changed on the way that had to be told.
            original_id: u16::from_be_bytes([answer[0], answer[1]]),
            error: error.0,
            other,
        };
        // A MAC is at most 64 octets long.
        let length = (self.request.mac.len() as u16).to_be_bytes();
        tsig.mac = self.key.mac(&[&length, &self.request.mac, &answer, &tsig.variables()]);
        // A key that is configured with a truncation has its answers cut to it, as BIND does.
        tsig.mac.truncate(self.key.least_mac_octets());
        tsig.append_to(&mut answer);
        answer
    }
}
