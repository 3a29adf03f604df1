//! Exchanges that BIND, Knot and PowerDNS really had, octet for octet (data/tsig.json), against the verifier.

mod transcripts;

use nsup::dns::Message;
use nsup::proto::{Pending, Rcode, Tsig, TsigError, covered, sign};
use transcripts::{Transcript, server_clock, transcripts};

#[test]
fn every_transcript_gets_the_verdict_that_it_states() {
    for transcript in transcripts() {
        let Transcript { case, key, request, response, time, .. } = &transcript;
        let pending = Pending::resume(request, key).unwrap();
        let verdict = pending.verify(response, server_clock(response).unwrap_or(*time));
        assert_eq!(verdict.is_ok(), transcript.authentic, "{case}: {verdict:?}");
        let (rcode, tsig_error) = match verdict {
            Ok(reply) => {
                assert_eq!(reply.server_time().is_some(), reply.tsig_error() == TsigError::BADTIME, "{case}");
                (reply.rcode(), Some(reply.tsig_error()))
            }
            Err(unauthentic) => {
                let claim = unauthentic.claim.expect("an answer to this request");
                (claim.rcode, claim.tsig_error)
            }
        };
        assert_eq!(rcode.to_string(), transcript.rcode, "{case}");
        assert_eq!(tsig_error.map(|error| error.to_string()), transcript.tsig_error, "{case}");
    }
}

#[test]
fn our_signature_over_every_recorded_request_is_the_recorded_one() {
    for Transcript { case, key, request, request_mac, time, .. } in transcripts() {
        let message = Message::walk(&request).unwrap();
        let found = Tsig::find(&message).unwrap().unwrap();
        let unsigned = covered(&request, found.start, found.tsig.original_id);
        let (signed, _) = sign(unsigned, &key, time).unwrap();
        let ours = Tsig::find(&Message::walk(&signed).unwrap()).unwrap().unwrap().tsig;
        assert!(ours.mac.starts_with(&request_mac), "{case}");
        assert_eq!(ours.mac.len(), key.algorithm().mac_octets(), "{case}: signed in full");
    }
}

#[test]
fn every_flip_of_one_bit_that_a_mac_covers_is_rejected() {
    let mut flips = 0;
    for Transcript { case, key, request, response, time, .. } in transcripts().into_iter().filter(|one| one.authentic) {
        let pending = Pending::resume(&request, &key).unwrap();
        let now = server_clock(&response).unwrap_or(time);
        for bit in 0..response.len() * 8 {
            let mut forged = response.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            flips += 1;
            if pending.verify(&forged, now).is_ok() {
                assert!(is_case_of_a_name(&response, bit), "{case}: bit {bit} was flipped and the answer accepted");
            }
        }
    }
    assert!(flips > 40_000, "only {flips} flips were tried");
}

#[test]
fn an_answer_to_another_request_is_rejected() {
    let all: Vec<_> = transcripts().into_iter().filter(|one| one.authentic).collect();
    for one in &all {
        for other in all.iter().filter(|other| other.request != one.request) {
            let pending = Pending::resume(&one.request, &one.key).unwrap();
            // The same ID, as a forger would choose it; the MAC of the request is another all the same.
            let mut response = other.response.clone();
            response[..2].copy_from_slice(&one.request[..2]);
            assert!(pending.verify(&response, other.time).is_err(), "{} for {}", other.case, one.case);
        }
    }
}

#[test]
fn an_answer_that_is_too_old_or_from_the_future_is_rejected() {
    let all = transcripts();
    let one = all.iter().find(|one| one.authentic && one.tsig_error.as_deref() == Some("NOERROR")).unwrap();
    let pending = Pending::resume(&one.request, &one.key).unwrap();
    let signed_at = server_clock(&one.response).unwrap();
    for (difference, accepted) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
        let now = signed_at.checked_add_signed(difference).unwrap();
        assert_eq!(pending.verify(&one.response, now).is_ok(), accepted, "{difference} s");
    }
}

#[test]
fn every_beginning_of_an_answer_is_rejected_without_a_panic() {
    for Transcript { key, request, response, time, .. } in transcripts() {
        let pending = Pending::resume(&request, &key).unwrap();
        for length in 0..response.len() {
            assert!(pending.verify(&response[..length], time).is_err());
        }
        let longer = [&response[..], &[0]].concat();
        assert!(pending.verify(&longer, time).is_err());
    }
}

/// A flip that only changes the case of a letter in a name changes nothing: a MAC covers names in lower case (the
/// key's and the algorithm's), and the zone's name is compared without it.
fn is_case_of_a_name(response: &[u8], bit: usize) -> bool {
    let octet = response[bit / 8];
    let message = Message::walk(response).unwrap();
    let found = Tsig::find(&message).unwrap().unwrap();
    let in_tsig_names = bit / 8 >= found.start && octet.is_ascii_alphabetic();
    in_tsig_names && 1 << (bit % 8) == 0x20
}

#[test]
fn an_answer_with_a_bit_of_its_opcode_or_qr_flipped_is_not_even_ours() {
    let all = transcripts();
    let one = all.iter().find(|one| one.authentic).unwrap();
    let pending = Pending::resume(&one.request, &one.key).unwrap();
    let refused = pending.verify(&one.request, one.time).unwrap_err();
    assert_eq!(refused.claim, None, "our own request is no answer");
    let rcode = pending.verify(&one.response, server_clock(&one.response).unwrap()).unwrap().rcode();
    assert_eq!(rcode, Rcode::NOERROR);
}
