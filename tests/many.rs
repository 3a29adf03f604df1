//! Two hundred names in four zones on one real BIND, in one run of `nsup sync`: as few messages as there are zones, and
//! no name that spoils it for the others.

mod home;
mod program;
mod servers;

use home::Home;
use program::Run;
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONES: usize = 4;
const NAMES: usize = 200;

/// Whether nsup.toml says in which zone a name is, or it is to be found by SOA.
const GIVEN_AND_FOUND: [bool; 2] = [true, false];

fn zone(number: usize) -> String {
    format!("zone{}.example", number % ZONES)
}

/// Names that are next to each other in nsup.toml are in different zones.
fn name(number: usize) -> String {
    format!("host{number}.{}", zone(number))
}

/// A BIND with the zones, of which the key may change the A record of each name but for one, where one is forbidden.
fn start(forbidden: Option<usize>) -> Option<(Server, TestKey)> {
    let key = TestKey::new("k", "hmac-sha256");
    let mut zones: Vec<Zone> = (0..ZONES).map(|number| Zone::new(&zone(number))).collect();
    for number in (0..NAMES).filter(|number| Some(*number) != forbidden) {
        let zone = zones.remove(number % ZONES);
        zones.insert(number % ZONES, zone.grant(Grant::name(&key, &name(number), &["A"])));
    }
    let setup = zones.into_iter().fold(Setup::new().key(key.clone()), Setup::zone);
    Some((Server::start(Kind::Bind, &setup)?, key))
}

/// A machine that follows all of them with one address.
fn follower(server: &Server, key: &TestKey, is_zone_given: bool) -> Home {
    let home = Home::new(server.address(), key, "");
    for number in 0..NAMES {
        let zone = if is_zone_given { format!("zone = \"{}\"", zone(number)) } else { String::new() };
        home.follow(&name(number), &format!("{}\n{zone}", home.ipv4()));
    }
    home
}

fn serials(server: &Server) -> Vec<u32> {
    (0..ZONES).map(|number| server.serial(&zone(number))).collect()
}

/// How many of the names hold this address.
fn holding(server: &Server, address: &str) -> usize {
    let end = format!(" IN A {address}");
    let zones = (0..ZONES).map(|number| server.zone(&zone(number)));
    zones.map(|lines| lines.iter().filter(|line| line.starts_with("host") && line.ends_with(&end)).count()).sum()
}

/// The messages of a run, by what they can do.
#[derive(Debug, Default, PartialEq, Eq)]
struct Messages {
    /// UPDATE messages that change something.
    changes: usize,
    /// UPDATE messages that have prerequisites only.
    asserts: usize,
    /// Questions for a zone's SOA.
    searches: usize,
    /// Questions for an RRset.
    reads: usize,
}

impl Messages {
    /// Counts what `-v` tells.
    #[track_caller]
    fn of(run: &Run) -> Self {
        let count = |is: &dyn Fn(&str) -> bool| run.stderr.lines().filter(|line| is(line)).count();
        let asserts = count(&|line| line == "nsup: is it so already?");
        let searches = count(&|line| line.starts_with("nsup: question: ") && line.ends_with(" SOA"));
        let messages = Self {
            changes: count(&|line| line.starts_with("nsup: zone zone")) - asserts,
            asserts,
            searches,
            reads: count(&|line| line.starts_with("nsup: question: ")) - searches,
        };
        // None was told that was not sent, nor was one sent twice or untold.
        let sent = count(&|line| line.contains(" octets sent: "));
        assert_eq!(sent, messages.changes + messages.asserts + messages.searches + messages.reads, "{run:#?}");
        messages
    }
}

#[test]
fn two_hundred_names_in_four_zones_are_one_message_for_each_zone() {
    for is_zone_given in GIVEN_AND_FOUND {
        let Some((server, key)) = start(None) else { return };
        let home = follower(&server, &key, is_zone_given);
        let searches = if is_zone_given { 0 } else { NAMES };

        let run = home.has("203.0.113.7").nsup("sync -v").ends(0);
        assert_eq!(Messages::of(&run), Messages { changes: ZONES, asserts: 0, searches, reads: NAMES });
        assert_eq!((holding(&server, "203.0.113.7"), serials(&server)), (NAMES, vec![2; ZONES]));
        assert_eq!(run.stdout.lines().filter(|line| line.ends_with(" A 203.0.113.7 (was none)")).count(), NAMES);

        home.nsup("sync").ends(0).silent();
        let run = home.nsup("sync -v").ends(0);
        assert_eq!(Messages::of(&run), Messages { changes: 0, asserts: ZONES, searches, reads: NAMES });
        assert_eq!(serials(&server), [2; ZONES], "nothing was written");

        let run = home.has("203.0.113.8").nsup("sync -v").ends(0);
        assert_eq!(Messages::of(&run), Messages { changes: ZONES, asserts: 0, searches, reads: NAMES });
        assert_eq!((holding(&server, "203.0.113.8"), serials(&server)), (NAMES, vec![3; ZONES]));
    }
}

#[test]
fn one_forbidden_name_is_one_line_and_the_others_are_changed() {
    const FORBIDDEN: usize = 77;
    for is_zone_given in GIVEN_AND_FOUND {
        let Some((server, key)) = start(Some(FORBIDDEN)) else { return };
        let home = follower(&server, &key, is_zone_given);
        for (round, address) in ["203.0.113.7", "203.0.113.8"].into_iter().enumerate() {
            let run = home.has(address).nsup("sync").ends(2);
            assert_eq!(holding(&server, address), NAMES - 1, "{run:#?}");
            assert_eq!(run.stdout.lines().count(), NAMES - 1, "{run:#?}");
            let lines = run.stderr.lines().count();
            // A failure that was told is told again after an hour.
            assert_eq!(lines, 1 - round, "{run:#?}");
            if round == 0 {
                run.complains(&format!("refuses the update of {}. A: key k. may not do it (REFUSED)", name(FORBIDDEN)));
            }
        }
        let serials = serials(&server);
        for number in (0..ZONES).filter(|number| *number != FORBIDDEN % ZONES) {
            assert_eq!(serials[number], 3, "no zone suffers from another one's fault");
        }
        // Its fifty are halved six times at most, and each time the other half is one message.
        assert!(serials[FORBIDDEN % ZONES] <= 1 + 2 * 6, "{serials:?}");
    }
}
