//! nsup.toml, the address, and what is to call nsup.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{broken, examined};
use crate::broken::Ground;
use crate::hooks::network::ip;

/// What is wrong on the machine itself.
pub fn all() {
    ip("link add out0 type veth peer name far0");
    ip("link set out0 up");
    ip("link add lan0 type veth peer name lan1");
    ip("address add 192.168.7.2/24 dev lan0");
    let source = |interface: &str| format!("ipv4 = \"interface:{interface}\"");
    broken("the address is private", 7, |ground| ground.lines = source("lan0"));
    broken("there is no such interface", 7, |ground| ground.lines = source("ppp0"));
    broken("the interface has no address", 7, |ground| ground.lines = source("out0"));
    broken("the address is the one of a carrier's network", 7, |ground| {
        ground.lines = "ipv4 = \"100.64.1.2\"".to_owned()
    });
    broken("a word in nsup.toml is not known", 1, |ground| ground.top = "sever = \"192.0.2.53\"".to_owned());
    broken("the hook is not executable", 0, |ground| {
        let hook = ground.at("root/etc/ppp/ip-up.d/50nsup");
        fs::set_permissions(hook, fs::Permissions::from_mode(0o644)).unwrap();
    });
    broken("the hook's name has a dot", 0, |ground| {
        let hook = ground.at("root/etc/ppp/ip-up.d/50nsup");
        fs::rename(hook, ground.at("root/etc/ppp/ip-up.d/50nsup.sh")).unwrap();
    });
    broken("the hook finds no nsup", 0, |ground| fs::remove_file(ground.at("root/usr/local/bin/nsup")).unwrap());
    broken("cron passes over the file's name", 0, |ground| {
        fs::remove_file(ground.at("root/etc/crontab")).unwrap();
        ground.place("root/etc/cron.d/nsup.cron", "*/5 * * * * root nsup sync\n", 0o644);
    });
    broken("the timer is not enabled", 0, |ground| {
        fs::remove_file(ground.at("root/etc/crontab")).unwrap();
        ground.place("root/etc/systemd/system/nsup.service", "[Service]\nExecStart=/usr/local/bin/nsup sync\n", 0o644);
    });
    broken("nothing calls nsup", 0, |ground| {
        fs::remove_dir_all(ground.at("root")).unwrap();
    });
    writable();
}

/// Whoever can write nsup.toml says which programs run.
fn writable() {
    let ground = Ground::new();
    let Some(server) = ground.start() else { return };
    ground.furnish(&server);
    fs::set_permissions(ground.at("nsup.toml"), fs::Permissions::from_mode(0o666)).unwrap();
    examined("everybody may write nsup.toml", 1, &ground, &server);
}
