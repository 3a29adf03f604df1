//! Scripts over TLS: all questions and messages over one connection to a server that has proved itself.

use super::{REVERSE, World, ZONE};
use crate::certificates::Ca;
use crate::servers::{Grant, Kind, Zone};

#[test]
fn a_script_goes_over_tls_whole_and_with_a_server_that_is_another_nothing_goes() {
    let folder = tempfile::tempdir().unwrap();
    let ca = Ca::new(folder.path(), "ca");
    let (good, other) =
        (ca.signs(folder.path(), "good", &["127.0.0.1"]), ca.signs(folder.path(), "other", &["192.0.2.1"]));
    let Some(world) = World::with(Kind::Bind, |setup, key| {
        let setup = setup.tls("good", &good.clause()).tls("other", &other.clause());
        [ZONE, REVERSE].iter().fold(setup, |setup, zone| setup.zone(Zone::new(zone).grant(Grant::zone(key))))
    }) else {
        return;
    };
    let key = world.key.write(world.directory.path());
    let script = "add a.example.org 60 A 192.0.2.1\nadd 192.0.2.1 60 PTR a.example.org.\nsend\nadd b.example.org 60 A 192.0.2.2\nsend\n";
    let words = |listener: &str| {
        let server = world.server.tls(listener);
        format!("-v -k {} --tls --tls-ca {} --server {server}", key.display(), ca.file.display())
    };
    let run = world.script_only(&words("other"), script).ends(3).complains("certificate is not for 127.0.0.1");
    assert_eq!(world.serials(), [1, 1], "{run:#?}");
    run.complains("nothing was sent");
    let run = world.script_only(&words("good"), script).ends(0);
    assert_eq!((run.stdout.lines().count(), world.serials()), (3, [3, 2]), "{run:#?}");
    assert!(run.stderr.contains("nsup: TLS 127.0.0.1:") && !run.stderr.contains("TCP"), "{run:#?}");
    // A server line leads to another port, and the transport stays.
    let to = world.server.tls("good");
    let script = format!("server {} {}\nadd c.example.org 60 A 192.0.2.3\nsend\n", to.ip(), to.port());
    world.script_only(&words("other"), &script).ends(0);
    assert_eq!(world.has("c", "A"), ["192.0.2.3"]);
}
