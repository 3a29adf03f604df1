//! The server takes updates and cannot write them: only --write-test shows it.

use std::process::Command;

use super::{Ground, bare, broken, examined};
use crate::broken::NAME;
use crate::program::finish;
use crate::servers::{Grant, Server};

/// What can be wrong with writing.
pub fn all() {
    let Some((ground, server)) =
        start(|zones| format!("mount --bind {zones} {zones}; mount -o remount,bind,ro {zones}"))
    else {
        return;
    };
    examined("named may not write to the zone's directory", 2, &ground, &server);
    done(&ground, server);

    let small = |zones: &str| {
        format!(
            "mount -t tmpfs -o size=128k tmpfs {zones}.new; cp {zones}/* {zones}.new; mount --move {zones}.new {zones}"
        )
    };
    let Some((ground, server)) = start(small) else { return };
    ground.nsup("set cable.example.org 203.0.113.8", &server).ends(0);
    ground.nsup("sync", &server).ends(0).says("changed");
    let zones = ground.at("zones").display().to_string();
    // What the journal has room for in its last block would still be written.
    let full = format!("rm {zones}/*.jnl; head -c 200000 /dev/zero >{zones}/fill");
    let _ = finish(Command::new("sh").args(["-c", &full]));
    examined("the disk of the zone is full", 2, &ground, &server);
    done(&ground, server);

    broken("the key may not make the record of the writing test", 0, |ground| {
        ground.words = "--write-test".to_owned();
        ground.zone = Some(bare().grant(Grant::name(&ground.key, NAME, &["A"])));
    });
    sound();
}

/// Where nothing is broken, the test leaves nothing behind but two serials.
fn sound() {
    let Some((ground, server)) = start(|_| "true".to_owned()) else { return };
    ground
        .check(&server)
        .says("✓ writing       192.0.2.53:53 has written _nsup-check.cable.example.org. TXT, and deleted it");
    let zone = ground.nsup("get _nsup-check.cable.example.org TXT", &server).ends(0);
    assert_eq!(zone.stdout, "", "the record is gone");
    done(&ground, server);
}

/// A server whose zone is in a folder that was made so by the shell before it starts.
fn start(prepare: impl Fn(&str) -> String) -> Option<(Ground, Server)> {
    let mut ground = Ground::new();
    ground.words = "--write-test".to_owned();
    let zones = ground.zone_by_hand("", |zone| zone).display().to_string();
    std::fs::create_dir(format!("{zones}.new")).unwrap();
    shell(&prepare(&zones));
    let server = ground.start()?;
    ground.furnish(&server);
    Some((ground, server))
}

fn done(ground: &Ground, server: Server) {
    drop(server);
    // Where nothing was mounted, there is nothing to be undone.
    let _ = finish(Command::new("umount").arg("-q").arg(ground.at("zones")));
}

#[track_caller]
fn shell(line: &str) {
    let run = finish(Command::new("sh").args(["-c", line]));
    assert_eq!(run.status, 0, "{line}: {run:#?}");
}
