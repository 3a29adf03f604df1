//! `nsup sync` every minute by Debian's cron, against a real BIND: cron mails whatever is printed, so silence is no
//! mail, and news is one mail of one line.
//!
//! The clock of cron runs faster (`crond`), so that the minutes need not be waited for; cron, its mails, nsup, the
//! server and its end are real.

mod crond;
mod home;
mod program;
mod servers;

use std::time::{Duration, Instant};

use crond::Cron;
use home::Home;
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "example.org";
const NAME: &str = "a.example.org";

#[test]
fn cron_mails_a_change_the_beginning_of_a_failure_and_its_end_and_nothing_else() {
    let key = TestKey::new("k", "hmac-sha256");
    let zone = Zone::new(ZONE).grant(Grant::name(&key, NAME, &["A"]));
    let Some(mut server) = Server::start(Kind::Bind, &Setup::new().key(key.clone()).zone(zone)) else { return };
    let home = Home::new(server.address(), &key, "");
    home.follow(NAME, &home.ipv4()).has("203.0.113.7\n");
    let job = format!("{} sync --config {}", env!("CARGO_BIN_EXE_nsup"), home.at("nsup.toml").display());
    let Some(cron) = Cron::start(home.path(), &job) else { return };

    assert_eq!(cron.next(), 0);
    assert_eq!(cron.mail(1), "changed: a.example.org. A 203.0.113.7 (was none)\n");
    assert_eq!([cron.next(), cron.next()], [0, 0]);
    assert_eq!(server.serial(ZONE), 2, "nothing was written while nothing changed");

    home.has("203.0.113.8\n");
    assert_eq!(cron.mail(2), "changed: a.example.org. A 203.0.113.8 (was 203.0.113.7)\n");
    assert_eq!(server.has(ZONE, NAME, "A"), ["203.0.113.8"]);

    // Just after a run, so that the next one finds no server from its beginning.
    assert_eq!(cron.next(), 0);
    let killed = Instant::now();
    server.kill();
    assert_eq!(cron.next(), 3);
    let failure = cron.mail(3);
    let (what, hint) = failure.split_once("; hint: ").expect(&failure);
    assert!(what.starts_with("nsup: a.example.org. A: no server could be reached; nothing was changed"), "{failure}");
    assert_eq!(hint.lines().count(), 1, "{failure}");
    assert_eq!([cron.next(), cron.next()], [3, 3]);
    server.restart();
    let recovery = cron.mail(4);
    let lasted = recovery.strip_prefix("recovered: a.example.org. A 203.0.113.8, after failing for ").expect(&recovery);
    let lasted = humantime::parse_duration(lasted.trim_end()).expect(lasted);
    assert!(lasted <= killed.elapsed() + Duration::from_secs(1), "the job had cron's fast clock: {lasted:?}");
    assert_eq!([cron.next(), cron.next()], [0, 0]);

    // A mail that came late would be here by now.
    assert_eq!(cron.mails().len(), 4, "{:#?}", cron.mails());
    let mut statuses = cron.statuses();
    statuses.dedup();
    assert_eq!(statuses, [0, 3, 0]);
    assert_eq!(server.serial(ZONE), 3, "two changes were two messages");
    let preloaded = ["FAKETIME", "LD_PRELOAD", "NSUP_CONFIG"];
    let variables = cron.variables();
    assert!(variables.contains(&"LOGNAME".to_owned()), "{variables:?}");
    assert!(!variables.iter().any(|variable| preloaded.contains(&variable.as_str())), "{variables:?}");
}
