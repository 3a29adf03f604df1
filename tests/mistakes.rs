//! The mistakes that people make, on real servers: each has its own message, its hint and its exit status.

mod clock;
mod program;
mod servers;

use program::{finish, nsup, options};
use servers::{Grant, Kind, Server, Setup, TestKey, Zone};

const ZONE: &str = "example.org";

struct World {
    server: Server,
    key: TestKey,
    directory: tempfile::TempDir,
}

impl World {
    /// A server with a zone, an alias in it, a delegation, and a key that may change one name's A records.
    fn start(kind: Kind) -> Option<Self> {
        let key = TestKey::new("k", "hmac-sha256");
        let zone = Zone::new(ZONE)
            .record("h.example.org. 300 IN A 192.0.2.1")
            .record("www.example.org. 300 IN CNAME h.example.org.")
            .record("sub.example.org. 300 IN NS ns.elsewhere.example.")
            .grant(Grant::name(&key, "h.example.org", &["A"]))
            .grant(Grant::name(&key, "www.example.org", &["A"]));
        let stranger = TestKey::new("stranger", "hmac-sha256");
        let setup = Setup::new().key(key.clone()).key(stranger).zone(zone).zone(Zone::new("static.example"));
        let server = Server::start(kind, &setup)?;
        Some(Self { server, key, directory: tempfile::tempdir().unwrap() })
    }

    fn options(&self) -> String {
        self.options_with(&self.key)
    }

    fn options_with(&self, key: &TestKey) -> String {
        options(&key.write(self.directory.path()), self.server.address())
    }

    /// Asserts that the name is as it was.
    #[track_caller]
    fn untouched(&self) {
        assert_eq!(self.server.has(ZONE, "h.example.org", "A"), ["192.0.2.1"]);
    }
}

fn each(test: impl Fn(&World, Kind)) {
    Kind::ALL.into_iter().for_each(|kind| {
        if let Some(world) = World::start(kind) {
            test(&world, kind);
        }
    });
}

#[test]
fn a_key_name_that_the_server_does_not_know_is_named_in_the_hint() {
    each(|world, kind| {
        let wrong = TestKey { name: "nobody".to_owned(), ..world.key.clone() };
        let run = nsup(&format!("set h.example.org 192.0.2.2 {}", world.options_with(&wrong))).ends(4);
        match kind {
            Kind::PowerDns => run.complains("NOTAUTH (not signed").hints("key's name (nobody.)"),
            _ => run.complains("NOTAUTH, BADKEY (not signed").hints("the server has no key nobody. with hmac-sha256"),
        };
        world.untouched();
    });
}

#[test]
fn a_wrong_secret_is_told_from_a_wrong_name_where_the_server_does() {
    each(|world, kind| {
        let wrong = TestKey { secret: TestKey::new("other", "hmac-sha256").secret, ..world.key.clone() };
        let run = nsup(&format!("set h.example.org 192.0.2.2 {}", world.options_with(&wrong))).ends(4);
        match kind {
            Kind::PowerDns => run.complains("NOTAUTH (not signed").hints("secret"),
            _ => run.complains("NOTAUTH, BADSIG (not signed").hints("another secret for key k."),
        };
        world.untouched();
    });
}

#[test]
fn a_wrong_algorithm_is_told() {
    each(|world, kind| {
        let wrong = TestKey { algorithm: "hmac-sha512".to_owned(), ..world.key.clone() };
        let run = nsup(&format!("set h.example.org 192.0.2.2 {}", world.options_with(&wrong))).ends(4);
        match kind {
            Kind::PowerDns => run.hints("algorithm (hmac-sha512)"),
            _ => run.complains("BADKEY").hints("with hmac-sha512"),
        };
        world.untouched();
    });
}

#[test]
fn a_clock_that_is_wrong_is_told_and_made_up_for_where_the_server_says_its_own() {
    let Some(clock) = clock::Clock::build() else { return };
    each(|world, kind| {
        for (number, shift) in ["+3600", "-3600", "=86400"].into_iter().enumerate() {
            let address = format!("192.0.2.{}", 10 + number);
            let words = format!("set h.example.org {address} {}", world.options());
            let run = finish(clock.shifted(shift).args(words.split_whitespace()));
            if kind == Kind::PowerDns {
                // It says nothing that could be believed: no more than that it does not want to.
                run.ends(4).complains("NOTAUTH (not signed").hints("the clocks differ by five minutes");
                world.untouched();
            } else {
                run.ends(0).says("changed").complains("this machine's clock is ");
                assert_eq!(world.server.has(ZONE, "h.example.org", "A"), [address]);
            }
        }
    });
}

#[test]
fn a_zone_that_the_server_does_not_have_is_told() {
    each(|world, _| {
        let run = nsup(&format!("set h.example.net 192.0.2.2 {}", world.options()));
        match world.server.kind() {
            Kind::Knot => run
                .ends(4)
                .complains("REFUSED, Not Authoritative (extended error 20) (not signed")
                .hints("Knot where it does not have the zone"),
            _ => run.ends(2).complains("REFUSED").hints("does it have the zone?"),
        };
        // A host's name for the zone's.
        let run = nsup(&format!("set h.example.org 192.0.2.2 {} --zone h.example.org", world.options()));
        match world.server.kind() {
            Kind::Bind => run
                .ends(2)
                .complains("no authority for the zone h.example.org. (NOTAUTH); it is one for the zone example.org.")
                .hints("exactly"),
            Kind::Knot => run
                .ends(4)
                .complains("NOTAUTH (not signed")
                .hints("Knot where it does not have the zone h.example.org."),
            Kind::PowerDns => run.ends(2).complains("(REFUSED)"),
        };
        world.untouched();
    });
}

#[test]
fn a_name_outside_of_the_zone_is_refused_before_anything_is_sent() {
    each(|world, _| {
        nsup(&format!("set h.example.net 192.0.2.2 {} --zone {ZONE}", world.options()))
            .ends(1)
            .complains("h.example.net. is not in the zone example.org.")
            .hints("--zone");
    });
}

#[test]
fn what_the_key_may_not_do_is_told_with_the_line_that_would_allow_it() {
    each(|world, kind| {
        let run = nsup(&format!("set other.example.org 192.0.2.2 {}", world.options()));
        match kind {
            Kind::Bind => run
                .ends(2)
                .complains("key k. may not do it (REFUSED)")
                .hints("update-policy needs: grant k. name other.example.org. A;"),
            Kind::Knot => run.ends(4).complains("NOTAUTH, BADKEY").hints("Knot says the same"),
            // PowerDNS grants whole zones.
            Kind::PowerDns => run.ends(0),
        };
        let stranger = TestKey::new("stranger", "hmac-sha256");
        let run = nsup(&format!("set h.example.org 192.0.2.2 {}", world.options_with(&stranger)));
        assert_eq!(run.status, if kind == Kind::Knot { 4 } else { 2 }, "{run:?}");
        let run = nsup(&format!("set h.static.example 192.0.2.2 {}", world.options()));
        assert_eq!(run.status, if kind == Kind::Knot { 4 } else { 2 }, "{run:?}");
        world.untouched();
    });
}

#[test]
fn an_alias_in_the_way_is_told() {
    each(|world, _| {
        nsup(&format!("set www.example.org 192.0.2.2 {}", world.options()))
            .ends(2)
            .complains("www.example.org. is an alias (CNAME) of h.example.org.")
            .hints("nsup delete www.example.org. CNAME");
    });
}

#[test]
fn a_name_below_a_delegation_is_told() {
    each(|world, _| {
        nsup(&format!("set x.sub.example.org 192.0.2.2 {}", world.options()))
            .ends(2)
            .complains("sub.example.org.")
            .hints("--zone");
        nsup(&format!("set x.sub.example.org 192.0.2.2 {} --zone {ZONE}", world.options()))
            .ends(2)
            .complains("is in the zone sub.example.org. and not in example.org.");
    });
}

#[test]
fn a_prerequisite_that_is_false_is_told_in_the_words_that_it_was_given_in() {
    each(|world, _| {
        let options = world.options();
        let require = |words: &str, requirement: &str| {
            let words = words.split_whitespace().chain(options.split_whitespace()).chain(["--require", requirement]);
            program::run(words)
        };
        let cases = [
            ("nxdomain h.example.org", "YXDOMAIN", "should be free"),
            ("yxdomain no.example.org", "NXDOMAIN", "should be in use"),
            ("nxrrset h.example.org A", "YXRRSET", "should be absent"),
            ("yxrrset h.example.org TXT", "NXRRSET", "should exist"),
            ("yxrrset h.example.org A 192.0.2.9", "NXRRSET", "should exist"),
        ];
        for (requirement, rcode, meaning) in cases {
            let run = require("set h.example.org 192.0.2.2", requirement).ends(2);
            run.complains(&format!("a prerequisite is false ({rcode}): prereq ")).hints(meaning);
            world.untouched();
            // Nor is it enough that the name already holds the value.
            require("set h.example.org 192.0.2.1", requirement).ends(2).complains(rcode);
        }
        require("set h.example.org 192.0.2.1", "yxrrset h.example.org A 192.0.2.1").ends(0).says("unchanged");
        require("set h.example.org 192.0.2.2", "yxrrset h.example.org A 192.0.2.1").ends(0).says("changed");
        assert_eq!(world.server.has(ZONE, "h.example.org", "A"), ["192.0.2.2"]);
    });
}

#[test]
fn a_server_that_is_not_there_is_told_and_the_next_is_asked() {
    each(|world, _| {
        let key = world.key.write(world.directory.path());
        let key = key.display();
        nsup(&format!("set h.example.org 192.0.2.2 -k {key} --server 127.0.0.1:1"))
            .ends(3)
            .complains("nothing was changed (TCP 127.0.0.1:1: connection refused; UDP 127.0.0.1:1: connection refused)")
            .hints("does named run there");
        let address = world.server.address();
        nsup(&format!("set h.example.org 192.0.2.2 -k {key} --server 127.0.0.1:1 --server {address}")).ends(0);
    });
}

#[test]
fn nothing_ever_prints_the_secret() {
    each(|world, _| {
        let secret = &world.key.secret;
        let address = world.server.address();
        for words in [
            format!("set h.example.org 192.0.2.1 -y hmac-sha256:k:{secret} --server {address} -v"),
            format!("set h.example.org 192.0.2.3 -y hmac-sha256:nobody:{secret} --server {address} -v"),
            format!("set h.example.org 192.0.2.3 -y nonsense:k:{secret} --server {address} -v"),
            format!("set h.example.org 192.0.2.3 -y a:b:c:{secret} --server {address} --json"),
            format!("set h.example.org 192.0.2.3 -y hmac-sha256:k:{secret}! --server {address}"),
        ] {
            let run = nsup(&words);
            assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{run:#?}");
        }
    });
}
