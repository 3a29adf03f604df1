//! The key is not what the server has.

use std::os::unix::fs::chown;

use super::{Ground, broken, zone};
use crate::servers::{Kind, TestKey};

/// Each way in which a key can be wrong.
pub fn all() {
    let other = || TestKey::new("other", "hmac-sha256");
    broken("the key's name is another than the server's", 4, |ground| ground.key.name = "hone".to_owned());
    broken("the secret is another than the server's", 4, |ground| ground.key.secret = other().secret);
    broken("the algorithm is another than the server's", 4, |ground| ground.key.algorithm = "hmac-sha512".to_owned());
    broken("algorithm and secret are others than the server's", 4, |ground| {
        ground.key = TestKey { secret: other().secret, algorithm: "hmac-sha384".to_owned(), ..ground.key.clone() };
    });
    broken("the algorithm is cut too short", 1, |ground| ground.key.algorithm = "hmac-sha256-64".to_owned());
    broken("the secret was copied in part", 1, |ground| ground.key.secret.truncate(30));
    broken("the secret is short", 0, |ground| with(ground, TestKey { secret: "c2VjcmV0".to_owned(), ..other() }));
    broken("the algorithm is outdated", 0, |ground| with(ground, TestKey::new("home", "hmac-md5")));
    broken("the key's file is not there", 1, |ground| ground.key_file = "away.key".to_owned());
    broken("the key's file has no key of this name", 1, |ground| ground.top = "key-name = \"away\"".to_owned());
    broken("everybody may read the key's file", 1, |ground| {
        let key = ground.key.clone();
        let text = format!("key \"home\" {{ algorithm {}; secret \"{}\"; }};", key.algorithm, key.secret);
        ground.place("home.key", &text, 0o644);
    });
    if rustix::process::geteuid().is_root() {
        broken("the key's file belongs to somebody else", 1, |ground| {
            let path = ground.place("home.key", "key \"home\" { algorithm hmac-sha256; secret \"c2Vj\"; };", 0o600);
            chown(path, Some(65534), None).unwrap();
        });
    }
    broken("PowerDNS has another secret", 4, |ground| {
        ground.kind = Kind::PowerDns;
        ground.key.secret = other().secret;
    });
    broken("no acl of Knot's has the key", 4, |ground| {
        ground.kind = Kind::Knot;
        ground.zone = Some(zone(&other()));
        ground.setup = ground.setup.clone().key(other());
    });
}

/// Both sides have this key.
fn with(ground: &mut Ground, key: TestKey) {
    let key = TestKey { name: "home".to_owned(), ..key };
    ground.setup = crate::servers::Setup::new().key(key.clone());
    ground.zone = Some(zone(&key));
    ground.key = key;
}
