//! nsup under another's name beside the other itself: `nsupdate` of BIND, `knsupdate` of Knot.
//!
//! Every script of `tests/scripts/` is run twice, by the stock program against one named and by nsup under its name
//! against a twin of it. What both say, how they end and what the zones hold afterwards must be the same, or the
//! difference stands in `tests/scripts/allowed.txt`. `tests/twin/mod.rs` says how a script is written.

mod clock;
mod servers;
mod twin;

#[test]
fn every_script_of_nsupdate_goes_alike_under_its_name() {
    twin::compare("nsupdate", 397);
}

#[test]
fn every_script_of_knsupdate_goes_alike_under_its_name() {
    twin::compare("knsupdate", 123);
}
