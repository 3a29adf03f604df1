//! nsup as pppd's hook, in a world of its own: a real pppd over real PPPoE, Debian's scripts, BIND behind the provider.
//!
//! What happens in each is told in the script of the same name in `tests/world`.

mod world;

use std::path::Path;
use std::time::Duration;

fn play(scenario: &str, limit: Duration) {
    if let Some(report) = world::play(scenario, Path::new(env!("CARGO_BIN_EXE_nsup")), limit) {
        report.all_is_well();
    }
}

#[test]
fn when_the_link_comes_up_the_name_gets_its_address_and_follows_when_that_changes() {
    play("seed", Duration::from_secs(180));
}

#[test]
fn when_the_link_goes_the_name_goes_too_but_never_a_newer_value() {
    play("down", Duration::from_secs(240));
}

#[test]
fn an_address_that_pppd_never_told_of_is_on_the_name_all_the_same() {
    play("lost-event", Duration::from_secs(900));
}

#[test]
fn a_global_ipv6_address_that_comes_after_the_link_is_waited_for() {
    play("ipv6", Duration::from_secs(180));
}
