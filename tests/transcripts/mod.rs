//! Exchanges that BIND, Knot and PowerDNS really had, octet for octet (../data/tsig.json).

// Every user of this module takes the part that it needs.
#![allow(dead_code, unreachable_pub)]

use std::sync::Arc;

use nsup::dns::Message;
use nsup::proto::{Algorithm, Key, Secret, Tsig};

/// One recorded exchange.
pub struct Transcript {
    pub case: String,
    pub key: Arc<Key>,
    pub request: Vec<u8>,
    pub request_mac: Vec<u8>,
    pub time: u64,
    pub response: Vec<u8>,
    pub rcode: String,
    pub tsig_error: Option<String>,
    pub authentic: bool,
}

/// When the server says that it signed; where it says BADTIME, when the client did.
pub fn server_clock(response: &[u8]) -> Option<u64> {
    let message = Message::walk(response).ok()?;
    let found = Tsig::find(&message).ok()??;
    Some(found.tsig.time)
}

/// All of them.
pub fn transcripts() -> Vec<Transcript> {
    let all: Vec<serde_json::Value> = serde_json::from_str(include_str!("../data/tsig.json")).unwrap();
    assert_eq!(all.len(), 62);
    all.iter().map(transcript).collect()
}

fn transcript(json: &serde_json::Value) -> Transcript {
    let text = |field: &str| json[field].as_str().unwrap_or_default().to_owned();
    let case = format!("{} {} {}", text("server"), text("case"), text("transport"));
    let (algorithm, _) = Algorithm::parse(&text("algorithm")).unwrap();
    let authentic = json["authentic"].as_bool().unwrap();
    let mac_octets = json["mac_len"].as_u64().unwrap_or(0) as usize;
    // The keys whose names begin so are configured with a truncation on both sides.
    let least = if text("case").starts_with("truncated") { mac_octets } else { algorithm.mac_octets() };
    let secret = Secret::from_base64(&text("secret_b64")).unwrap();
    let request = hex(&text("request"));
    // The name that was signed with, which a case about names changes.
    let found = Tsig::find(&Message::walk(&request).unwrap()).unwrap().unwrap();
    Transcript {
        key: Arc::new(Key::new(&found.tsig.key, algorithm, least, secret)),
        request,
        request_mac: hex(&text("request_mac")),
        time: json["time_signed_request"].as_u64().unwrap(),
        response: hex(&text("response")),
        rcode: text("rcode"),
        tsig_error: json["tsig_error"].as_str().map(str::to_owned),
        authentic,
        case,
    }
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
