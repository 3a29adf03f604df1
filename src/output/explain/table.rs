//! The one table of explanations: each way in which a server can say no, or an answer can fail to prove anything, with what is
//! meant by it in BIND's terms and what to do, the likeliest first.
//!
//! Measured on BIND 9.18, Knot 3.2 and PowerDNS 4.7. Words in angle brackets are filled in by `fill`.

use crate::proto::{Rcode, Rejection, TsigError};

/// Whether an answer is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// Its signature verified.
    Signed,
    /// Nobody has proven that the server said it, for this reason or for any.
    Unproven(Option<Rejection>),
}

/// What was asked of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// A question.
    Question,
    /// A change, or prerequisites.
    Update,
}

/// One kind of answer. What is `None` may be anything; the first row that fits is the answer's.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) proof: Proof,
    pub(super) asked: Option<Asked>,
    pub(super) rcode: Option<Rcode>,
    pub(super) tsig_error: Option<Option<TsigError>>,
    /// What the server means.
    pub(super) reason: &'static str,
    /// What to do, the likeliest cause first.
    pub(super) remedies: &'static [&'static str],
}

const SIGNED: Proof = Proof::Signed;
const UNPROVEN: Proof = Proof::Unproven(None);
const NO_TSIG: Option<Option<TsigError>> = Some(None);

const fn error(error: TsigError) -> Option<Option<TsigError>> {
    Some(Some(error))
}

const fn row(
    (proof, asked): (Proof, Option<Asked>),
    rcode: Option<Rcode>,
    tsig_error: Option<Option<TsigError>>,
    reason: &'static str,
    remedies: &'static [&'static str],
) -> Row {
    Row { proof, asked, rcode, tsig_error, reason, remedies }
}

/// The answers that verified.
static OF_SIGNED: [Row; 12] = [
    row(
        (SIGNED, None),
        Some(Rcode::NOTAUTH),
        error(TsigError::BADTIME),
        "<clocks>",
        &["set the clock that is wrong (NTP), then run the same command again"],
    ),
    row(
        (SIGNED, None),
        Some(Rcode::NOTAUTH),
        error(TsigError::BADTRUNC),
        "<refuses>: the MAC is cut too short (BADTRUNC)",
        &["on the server, write the algorithm of key <key> without a number of bits"],
    ),
    row(
        (SIGNED, None),
        Some(Rcode::NOTAUTH),
        error(TsigError::NONE),
        "<refuses>: it is no authority for <zone> (NOTAUTH)<served>",
        &[
            "the zone must be exactly the one that the server has, not a host or a parent of it; leave --zone out to have it \
             found",
            "the key leads to another view",
            "the zone is not loaded",
        ],
    ),
    row(
        (SIGNED, Some(Asked::Question)),
        Some(Rcode::REFUSED),
        None,
        "<refuses>: REFUSED",
        &[
            "does it have <zone>? a server of other zones answers so to every question",
            "the zone's allow-query shuts this machine out: BIND then refuses all its updates as well",
        ],
    ),
    row(
        (SIGNED, Some(Asked::Update)),
        Some(Rcode::REFUSED),
        None,
        "<refuses>: key <key> may not do it (REFUSED)",
        &[
            "in <zone> of named.conf, the zone's update-policy needs: grant <key> name <name> <granted>;",
            "the zone is frozen (rndc thaw)",
            "it is a secondary of the zone",
            "check-names does not let the name pass, or the record cannot stand there: nsup check <name> and the server's log tell which",
        ],
    ),
    row((SIGNED, None), Some(Rcode::NOTZONE), None, "<refuses>: it is not within <zone> (NOTZONE)", &["check --zone"]),
    row(
        (SIGNED, Some(Asked::Question)),
        Some(Rcode::SERVFAIL),
        None,
        "<refuses>: it has <zone> and cannot answer from it (SERVFAIL)",
        &[
            "the zone is not loaded: the server's log says why, and named-checkzone finds the line",
            "it is a secondary whose copy has expired",
        ],
    ),
    row(
        (SIGNED, None),
        Some(Rcode::SERVFAIL),
        None,
        "<refuses>: it failed by itself (SERVFAIL)",
        &[
            "the server's log says why: mostly the zone's directory is not writable for the journal",
            "the disk is full",
            "the zone is not loaded",
            "the RRset has too many records (max-records-per-type)",
            "a forwarder cannot reach the primary",
        ],
    ),
    row(
        (SIGNED, None),
        Some(Rcode::NOTIMP),
        None,
        "<refuses>: it does not do updates (NOTIMP)",
        &["--server must name the zone's primary"],
    ),
    row(
        (SIGNED, None),
        Some(Rcode::FORMERR),
        None,
        "<refuses>: it could not read the message (FORMERR)",
        &[
            "does this server know the record type (PowerDNS takes no unknown ones)?",
            "it is a fault of nsup or of something on the way: please report it with -v",
        ],
    ),
    row((SIGNED, None), None, error(TsigError::NONE), "<refuses>: <rcode>", &[]),
    row((SIGNED, None), None, None, "<refuses>: <rcode>, <tsig-error>", &["key <key> (<algorithm>)"]),
];

/// The answers that prove nothing: what is said of them begins with "if".
static OF_UNPROVEN: [Row; 9] = [
    row(
        (Proof::Unproven(Some(Rejection::BadMac)), None),
        None,
        None,
        "<unproven>",
        &["the server signs with another secret for key <key>, or the answer is forged: compare the secrets"],
    ),
    row(
        (Proof::Unproven(Some(Rejection::OutOfTime)), None),
        None,
        None,
        "<unproven>",
        &["the server's signature is older or newer than five minutes: are both clocks right?"],
    ),
    row(
        (UNPROVEN, None),
        Some(Rcode::SERVFAIL),
        error(TsigError::BADKEY),
        "<unproven>",
        &["if it is true: the server hands updates on to the primary, which has no key <key> with <algorithm>"],
    ),
    row(
        (UNPROVEN, None),
        None,
        error(TsigError::BADKEY),
        "<unproven>",
        &[
            "if it is true: the server has no key <key> with <algorithm>. named.conf needs key \"<bare-key>\" { algorithm \
         <algorithm>; secret \"...\"; }; and Knot says the same where the key may not do this",
        ],
    ),
    row(
        (UNPROVEN, None),
        None,
        error(TsigError::BADSIG),
        "<unproven>",
        &["if it is true: the server has another secret for key <key>: copy the key file again"],
    ),
    row((UNPROVEN, None), Some(Rcode::NOTAUTH), NO_TSIG, "<unproven>", UNSIGNED),
    row((UNPROVEN, None), Some(Rcode::REFUSED), NO_TSIG, "<unproven>", UNSIGNED),
    row(
        (UNPROVEN, None),
        Some(Rcode::FORMERR),
        NO_TSIG,
        "<unproven>",
        &["if it is true: the server could not read the message: is the data what its type demands?"],
    ),
    row(
        (UNPROVEN, None),
        Some(Rcode::NOERROR),
        None,
        "<unproven>",
        &["an unsigned success is none: is the server one that does not know TSIG, or is somebody forging?"],
    ),
];

const UNSIGNED: &[&str] = &[
    "if it is true: PowerDNS says it so where the key's name (<key>), secret or algorithm (<algorithm>) \
                             is wrong, or the clocks differ by five minutes (this machine has <now>); Knot where it does not \
                             have <zone>",
];

/// Whatever else there may be that proves nothing.
static OTHERWISE: Row =
    row((UNPROVEN, None), None, None, "<unproven>", &["is something on the way that strips signatures?"]);

/// The row of an answer.
pub(super) fn find(proof: Proof, asked: Asked, rcode: Rcode, tsig_error: Option<TsigError>) -> &'static Row {
    let is_believed = |row: &Row| match (row.proof, proof) {
        (Proof::Unproven(Some(wanted)), Proof::Unproven(Some(why))) => wanted == why,
        (Proof::Unproven(None), Proof::Unproven(_)) | (Proof::Signed, Proof::Signed) => true,
        _ => false,
    };
    let fits = |row: &&Row| {
        is_believed(row)
            && row.asked.is_none_or(|wanted| wanted == asked)
            && row.rcode.is_none_or(|wanted| wanted == rcode)
            && row.tsig_error.is_none_or(|wanted| wanted == tsig_error)
    };
    OF_SIGNED.iter().chain(&OF_UNPROVEN).find(fits).unwrap_or(&OTHERWISE)
}

/// A text with its words in angle brackets filled in; one that `word` does not know stays as it is.
pub(super) fn fill(text: &str, word: &impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        filled.push_str(before);
        match after.split_once('>').and_then(|(name, behind)| Some((word(name)?, behind))) {
            // What is filled in is not looked at again: it may hold anything.
            Some((value, behind)) => {
                filled.push_str(&value);
                rest = behind;
            }
            None => {
                filled.push('<');
                rest = after;
            }
        }
    }
    filled + rest
}

/// The remedies in one line: the likeliest, and behind it the others.
pub(super) fn in_order(remedies: &[String]) -> Option<String> {
    match remedies {
        [] => None,
        [only] => Some(only.clone()),
        [first, others @ ..] => Some(format!("{first} (if that is not it: {})", others.join("; or "))),
    }
}

#[cfg(test)]
mod tests;
