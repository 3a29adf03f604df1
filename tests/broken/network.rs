//! The server cannot be reached, or its clock is another.

use std::process::Command;

use super::{Ground, broken, examined};
use crate::program::finish;

/// What lies between the machine and the server.
pub fn all() {
    filtered(
        "a filter drops everything to the server's port",
        3,
        "tcp dport PORT drop; add rule ip nsup in udp dport PORT drop",
    );
    filtered("a filter drops TCP to the server's port", 0, "tcp dport PORT drop");
    filtered("a filter drops UDP to the server's port", 0, "udp dport PORT drop");
    broken("nothing listens at the server's port", 3, |ground| {
        ground.server = Some("server = \"127.0.0.1:1\"".to_owned())
    });
    broken("the server's name has no address", 3, |ground| {
        // Nobody answers there: the namespace has no resolver.
        ground.server = Some("server = \"ns1.example.org\"\nresolver = \"127.0.0.1:1\"".to_owned());
    });
    broken("one of two servers is down", 0, |ground| {
        ground.words = "--timeout 5".to_owned();
        ground.server = Some("server = [\"127.0.0.1:1\", \"HERE\"]".to_owned());
    });
    broken("the clock is an hour behind", 0, |ground| ground.clock = Some("-3600"));
    broken("the clock is at 1970", 0, |ground| ground.clock = Some("=86400"));
    broken("the clock is four minutes ahead", 0, |ground| ground.clock = Some("+240"));
    broken("a public server has something else", 0, |ground| {
        ground.words = "--public 127.0.0.1:1".to_owned();
    });
}

/// With a rule of nftables in the way.
#[track_caller]
fn filtered(called: &str, exit: i32, rule: &str) {
    let ground = Ground::new();
    let Some(server) = ground.start() else { return };
    ground.furnish(&server);
    let port = server.address().port().to_string();
    let rule = rule.replace("PORT", &port);
    nft(&format!(
        "add table ip nsup; add chain ip nsup in {{ type filter hook input priority 0; }}; add rule ip nsup in {rule}"
    ));
    examined(called, exit, &ground, &server);
    nft("delete table ip nsup");
}

#[track_caller]
fn nft(words: &str) {
    finish(Command::new("nft").arg(words)).ends(0);
}
