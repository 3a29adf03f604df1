//! Answers of someone who does not have the key (RFC 8945 §5.4, RFC 5452): what a client must neither believe nor obey.

use std::fmt;
use std::sync::Arc;

use nsup::dns::Message;
use nsup::proto::{Rcode, Tsig, TsigError};

use super::response::Response;

/// Makes a forged answer out of a request.
#[derive(Clone)]
pub struct Forgery(Arc<Build>);

/// From the octets of a request to those of an answer.
type Build = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

impl Forgery {
    /// Whatever the function makes of the request's octets.
    pub fn built(build: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self(Arc::new(build))
    }

    /// This RCODE, without a TSIG.
    pub fn unsigned(rcode: Rcode) -> Self {
        Self::built(move |request| answer(request, rcode, |_| None))
    }

    /// NOTAUTH and BADKEY with a MAC of no octets: what a server says that does not know the key, and what anybody can.
    pub fn bad_key() -> Self {
        Self::claim(TsigError::BADKEY)
    }

    /// NOTAUTH and BADSIG with a MAC of no octets, as [`Forgery::bad_key`].
    pub fn bad_signature() -> Self {
        Self::claim(TsigError::BADSIG)
    }

    /// This RCODE, with a TSIG whose MAC is as long as it should be and wrong.
    pub fn wrong_mac(rcode: Rcode) -> Self {
        let sign = |request: Tsig| Some(Tsig { mac: vec![0x5a; request.mac.len()], ..request });
        Self::built(move |request| answer(request, rcode, sign))
    }

    /// NOTAUTH and BADTIME with the time of a server (seconds since 1970), and a MAC as [`Forgery::wrong_mac`].
    pub fn bad_time(server: u64) -> Self {
        let other = server.to_be_bytes()[2..].to_vec();
        let sign = move |request: Tsig| {
            let (mac, other) = (vec![0x5a; request.mac.len()], other.clone());
            Some(Tsig { mac, error: TsigError::BADTIME.0, other, ..request })
        };
        Self::built(move |request| answer(request, Rcode::NOTAUTH, &sign))
    }

    /// NOERROR and TC without a TSIG: the rest is to be asked for over TCP.
    pub fn truncated() -> Self {
        Self::built(|request| {
            let mut octets = answer(request, Rcode::NOERROR, |_| None);
            octets.iter_mut().skip(2).take(1).for_each(|flags| *flags |= 2);
            octets
        })
    }

    /// NOERROR without a TSIG, for another ID.
    pub fn wrong_id() -> Self {
        Self::built(|request| {
            let mut octets = answer(request, Rcode::NOERROR, |_| None);
            octets.iter_mut().take(2).for_each(|octet| *octet = !*octet);
            octets
        })
    }

    /// These octets.
    pub fn garbage(octets: &[u8]) -> Self {
        let octets = octets.to_vec();
        Self::built(move |_| octets.clone())
    }

    /// The request itself, which is signed with the right key.
    pub fn echo() -> Self {
        Self::built(<[u8]>::to_vec)
    }

    fn claim(error: TsigError) -> Self {
        let sign = move |request: Tsig| Some(Tsig { mac: Vec::new(), error: error.0, ..request });
        Self::built(move |request| answer(request, Rcode::NOTAUTH, sign))
    }

    /// The octets.
    pub fn build(&self, request: &[u8]) -> Vec<u8> {
        (self.0)(request)
    }
}

impl fmt::Debug for Forgery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Forgery")
    }
}

/// An answer with a TSIG made of the request's, where that has one. To no message there is the answer of no octets.
fn answer(request: &[u8], rcode: Rcode, sign: impl Fn(Tsig) -> Option<Tsig>) -> Vec<u8> {
    let Ok(message) = Message::walk(request) else { return Vec::new() };
    let mut octets = Response::new(rcode).encode(&message);
    let found = Tsig::find(&message).ok().flatten();
    if let Some(tsig) = found.and_then(|found| sign(found.tsig)) {
        tsig.append_to(&mut octets);
    }
    octets
}
