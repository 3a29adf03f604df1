//! The links on this machine: the file, the key, and where the address comes from.

use std::net::IpAddr;
use std::sync::Arc;

use crate::address::{Circumstances, Found, find, judge};
use crate::config::{Check, CheckGroup, NamedConfig, unsafe_folder};
use crate::exit::Exit;
use crate::output::Link;
use crate::proto::Key;
use crate::source::{Family, Source};

use super::super::whoami::whoami;
use super::report::{Broken, Report};
use super::zone::bare;

/// The configuration file. What is wrong with it was told before anything could be examined.
pub(super) fn configuration(check: &Check, report: &mut Report) {
    match &check.config {
        Some(config) => {
            let names = match config.names.len() {
                1 => "1 name".to_owned(),
                count => format!("{count} names"),
            };
            report.good(Link::Configuration, format!("{}: {names}", config.path.display()));
        }
        None => report.good(Link::Configuration, "none is read: the command line says it all"),
    }
}

/// The key, as far as this machine can tell.
pub(super) fn key(group: &CheckGroup, report: &mut Report) -> Result<Arc<Key>, Broken> {
    let key = match &group.key {
        Ok(key) => key.clone(),
        Err(why) => {
            let what = why.to_string();
            let what = what.strip_prefix("key ").unwrap_or(&what);
            return Err(report.fault(Link::Key, Exit::Setup, what, why.hint().into_iter().collect()));
        }
    };
    let place = group.key_file.as_ref().map(|path| format!(", {}", path.display())).unwrap_or_default();
    let told = format!("{} ({}, {} bits{place})", key.name(), key.algorithm(), key.secret_octets() * 8);
    report.good(Link::Key, told);
    Ok(key)
}

/// What of a key is not as it should be, though it works.
pub(super) fn weaknesses(group: &CheckGroup, key: &Key, report: &mut Report) {
    let folder = group.key_file.as_ref().and_then(|path| unsafe_folder(path));
    if let Some((folder, mode)) = &folder {
        let what = format!("others may put another file in its place: {} has mode {mode:04o}", folder.display());
        report.warn(Link::Key, what, vec![format!("chmod go-w {}", folder.display())]);
    }
    let anew = format!("make it anew, for both sides: nsup key generate {}", bare(key.name()));
    for warning in &group.key_warnings {
        report.warn(Link::Key, warning.clone(), vec![anew.clone()]);
    }
}

/// Where a name's addresses come from, and whether what is there may be published. Gives the addresses that are.
pub(super) async fn addresses(named: &NamedConfig, server: Option<IpAddr>, report: &mut Report) -> Vec<IpAddr> {
    let mut found = Vec::new();
    for family in [Family::V4, Family::V6] {
        let Some(source) = named.source(family) else { continue };
        let word = if family == Family::V4 { "ipv4" } else { "ipv6" };
        let origin = if family == Family::V4 { named.ipv4.origin } else { named.ipv6.origin };
        let about = format!("{} {word} = {source} ({origin} of nsup.toml)", named.name);
        if matches!(source, Source::Given | Source::Hook(None)) {
            report.good(Link::Address, format!("{about}: whoever calls says it"));
            continue;
        }
        match look(named, source, family, server).await {
            Found::This(address) => {
                report.good(Link::Address, format!("{about}: {address}"));
                found.push(address);
            }
            Found::Unfit { why, may_be_allowed } => {
                let mut remedy = Vec::new();
                if may_be_allowed {
                    remedy.push(
                        "behind a router that translates addresses, its public one: ipv4 = \"dns:opendns\"".to_owned(),
                    );
                    remedy.push("if it is meant for a private network: allow-private = true".to_owned());
                }
                report.fault(Link::Address, Exit::NoAddress, format!("{about}: not to be published: {why}"), remedy);
            }
            Found::Gone(interface) => {
                let what = format!("{about}: there is no interface {interface}");
                let remedy = "ip address shows the interfaces: is its line up, and its name right?".to_owned();
                report.fault(Link::Address, Exit::NoAddress, what, vec![remedy]);
            }
            Found::Nothing(why) | Found::Unknown(why) => {
                report.fault(Link::Address, Exit::NoAddress, format!("{about}: {why}"), Vec::new());
            }
        }
    }
    found
}

async fn look(named: &NamedConfig, source: &Source, family: Family, server: Option<IpAddr>) -> Found {
    let allow_private = named.allow_private.value;
    if let Source::Dns(question) = source {
        return match whoami(question, named.primary.source.value).await {
            Ok(address) => judge(address, family, allow_private),
            Err(why) => Found::Unknown(why),
        };
    }
    let around = Circumstances { server, given: &[], handed: None, allow_private };
    find(source, family, &around).await.unwrap_or_else(|| Found::Unknown(format!("{source}: not asked")))
}
