//! The table: every answer that was ever seen has a row of its own, and all rows can be filled in.

use super::*;

/// What the three servers answer to the mistakes that people make, and a part of what is told of each.
const SEEN: &[(Proof, Asked, Rcode, Option<TsigError>, &str)] = {
    use Asked::{Question, Update};
    const BAD_MAC: Proof = Proof::Unproven(Some(Rejection::BadMac));
    const LATE: Proof = Proof::Unproven(Some(Rejection::OutOfTime));
    const BARE: Proof = Proof::Unproven(Some(Rejection::Unsigned));
    &[
        (BARE, Update, Rcode::NOTAUTH, Some(TsigError::BADKEY), "no key <key> with <algorithm>"),
        (BARE, Question, Rcode::NOTAUTH, Some(TsigError::BADKEY), "no key <key> with <algorithm>"),
        (BARE, Update, Rcode::NOTAUTH, Some(TsigError::BADSIG), "another secret"),
        (BARE, Update, Rcode::FORMERR, Some(TsigError::BADSIG), "another secret"),
        (BARE, Update, Rcode::SERVFAIL, Some(TsigError::BADKEY), "hands updates on to the primary"),
        (SIGNED, Update, Rcode::NOTAUTH, Some(TsigError::BADTIME), "clock"),
        (SIGNED, Question, Rcode::NOTAUTH, Some(TsigError::BADTIME), "clock"),
        (SIGNED, Update, Rcode::NOTAUTH, Some(TsigError::BADTRUNC), "without a number of bits"),
        (SIGNED, Update, Rcode::NOTAUTH, Some(TsigError::NONE), "exactly"),
        (BARE, Update, Rcode::NOTAUTH, None, "Knot where it does not have <zone>"),
        (SIGNED, Update, Rcode::REFUSED, Some(TsigError::NONE), "grant <key> name <name> <granted>;"),
        (SIGNED, Question, Rcode::REFUSED, Some(TsigError::NONE), "does it have <zone>?"),
        (BARE, Update, Rcode::REFUSED, None, "PowerDNS"),
        (SIGNED, Update, Rcode::NOTZONE, Some(TsigError::NONE), "--zone"),
        (SIGNED, Update, Rcode::FORMERR, Some(TsigError::NONE), "record type"),
        (BARE, Update, Rcode::FORMERR, None, "could not read the message"),
        (SIGNED, Update, Rcode::SERVFAIL, Some(TsigError::NONE), "journal"),
        (SIGNED, Question, Rcode::SERVFAIL, Some(TsigError::NONE), "named-checkzone"),
        (SIGNED, Update, Rcode::NOTIMP, Some(TsigError::NONE), "primary"),
        (BARE, Update, Rcode::NOERROR, None, "unsigned success is none"),
        (BAD_MAC, Update, Rcode::NOERROR, Some(TsigError::NONE), "signs with another secret"),
        (LATE, Update, Rcode::NOERROR, Some(TsigError::NONE), "clocks"),
        (BARE, Update, Rcode::BADVERS, None, "strips signatures"),
    ]
};

#[test]
fn every_answer_that_servers_were_seen_to_give_has_its_explanation() {
    for (proof, asked, rcode, error, part) in SEEN {
        let row = find(*proof, *asked, *rcode, *error);
        assert!(row.remedies.concat().contains(part), "{proof:?} {asked:?} {rcode} {error:?}: {row:?}");
    }
}

#[test]
fn the_likeliest_cause_of_a_refused_update_is_the_policy_and_the_others_follow() {
    let row = find(SIGNED, Asked::Update, Rcode::REFUSED, Some(TsigError::NONE));
    let told = in_order(&row.remedies.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    let order = ["update-policy", "rndc thaw", "secondary", "check-names", "log"].map(|word| told.find(word).unwrap());
    assert!(order.is_sorted(), "{told}");
}

#[test]
fn what_is_filled_in_is_not_looked_at_again_and_unknown_words_stay() {
    let word = |name: &str| (name == "key").then(|| "<key>".to_owned());
    assert_eq!(fill("a <key> <other> < b <key", &word), "a <key> <other> < b <key");
}

#[test]
fn no_row_is_hidden_by_one_before_it() {
    let rows: Vec<&Row> = OF_SIGNED.iter().chain(&OF_UNPROVEN).collect();
    for row in &rows {
        let proof = match row.proof {
            Proof::Unproven(None) => Proof::Unproven(Some(Rejection::Unsigned)),
            proof => proof,
        };
        // An RCODE and an error that only a row without one of its own takes.
        let error = row.tsig_error.unwrap_or(Some(TsigError(99)));
        let found = find(proof, row.asked.unwrap_or(Asked::Update), row.rcode.unwrap_or(Rcode(99)), error);
        assert!(std::ptr::eq(found, *row), "{row:?} is hidden by {found:?}");
    }
}
