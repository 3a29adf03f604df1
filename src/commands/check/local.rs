//! The links on this machine: the file, the key, and where the address comes from.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::join_all;

use crate::address::{Circumstances, Found, find, judge};
use crate::config::{Check, CheckGroup, Examined, NamedConfig, unsafe_folder};
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
    let Some(config) = &check.config else { return };
    for examined in check.groups.iter().flat_map(|group| &group.names).filter(|examined| examined.named.is_none()) {
        let text = examined.name.to_string();
        let near = |named: &&NamedConfig| strsim::damerau_levenshtein(&named.name.to_string(), &text);
        let nearest = config.names.iter().min_by_key(near).filter(|named| near(named) <= 2);
        let hint = nearest.map(|named| format!(" (did you mean {}?)", named.name)).unwrap_or_default();
        let what = format!("it has no [[name]] {text}{hint}: examined with its server and key, for what --type says");
        report.warn(Link::Configuration, what, Vec::new());
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

/// An address that a name is to have.
#[derive(Debug, Clone)]
pub(super) struct Published {
    pub(super) examined: Examined,
    pub(super) address: IpAddr,
}

/// A name's source for a family.
struct Wanted<'n> {
    examined: &'n Examined,
    named: &'n NamedConfig,
    source: &'n Source,
    family: Family,
}

/// Where the names' addresses come from, all of them asked side by side and each once, and whether what is there may be
/// published. Gives the addresses that are.
pub(super) async fn addresses(names: &[Examined], server: Option<IpAddr>, report: &mut Report) -> Vec<Published> {
    let named = names.iter().filter_map(|examined| Some((examined, examined.named.as_ref()?)));
    let all: Vec<Wanted<'_>> = named.flat_map(wanted).collect();
    let mut distinct: Vec<&Wanted<'_>> = Vec::new();
    for one in &all {
        if !distinct.iter().any(|other| other.is_as(one)) {
            distinct.push(one);
        }
    }
    let looked = join_all(distinct.iter().map(|one| look(one.named, one.source, one.family, server))).await;
    let mut published = Vec::new();
    for one in &all {
        let place = distinct.iter().position(|other| other.is_as(one));
        let found = place.and_then(|place| looked.get(place));
        if let Some(address) = found.and_then(|found| one.told(found, report)) {
            published.push(Published { examined: one.examined.clone(), address });
        }
    }
    published
}

fn wanted<'n>((examined, named): (&'n Examined, &'n NamedConfig)) -> impl Iterator<Item = Wanted<'n>> {
    let of_family = move |family| Some(Wanted { examined, named, source: named.source(family)?, family });
    [Family::V4, Family::V6].into_iter().filter_map(of_family)
}

impl Wanted<'_> {
    /// Whether the same is found for both.
    fn is_as(&self, other: &Self) -> bool {
        self.source == other.source
            && self.family == other.family
            && self.named.allow_private.value == other.named.allow_private.value
            && self.named.primary.source.value == other.named.primary.source.value
    }

    /// Tells of what was found; gives it if it may be published.
    fn told(&self, found: &Found, report: &mut Report) -> Option<IpAddr> {
        let Self { named, source, family, .. } = self;
        let (word, setting) = if *family == Family::V4 { ("ipv4", &named.ipv4) } else { ("ipv6", &named.ipv6) };
        // A program's arguments may be nobody's business.
        let shown = match source {
            Source::Command(words) => format!("command:{}", words.first().map_or("", String::as_str)),
            source => source.to_string(),
        };
        let about = format!("{} {word} = {shown} ({} of nsup.toml)", named.name, setting.origin);
        let (what, remedy) = match found {
            _ if matches!(source, Source::Given | Source::Hook(None)) => {
                report.good(Link::Address, format!("{about}: whoever calls says it"));
                return None;
            }
            Found::This(address) => {
                report.good(Link::Address, format!("{about}: {address}"));
                return Some(*address);
            }
            Found::Unfit { why, may_be_allowed: true } => (
                format!("{about}: not to be published: {why}"),
                vec![
                    format!("behind a router that translates addresses, its public one: {word} = \"dns:opendns\""),
                    "if it is meant for a private network: allow-private = true".to_owned(),
                ],
            ),
            Found::Unfit { why, .. } => (format!("{about}: not to be published: {why}"), Vec::new()),
            Found::Gone(interface) => (
                format!("{about}: there is no interface {interface}"),
                vec!["ip address shows the interfaces: is its line up, and its name right?".to_owned()],
            ),
            Found::Nothing(why) | Found::Unknown(why) => (format!("{about}: {why}"), Vec::new()),
        };
        report.fault(Link::Address, Exit::NoAddress, what, remedy);
        None
    }
}

async fn look(named: &NamedConfig, source: &Source, family: Family, server: Option<IpAddr>) -> Found {
    if matches!(source, Source::Given | Source::Hook(None)) {
        return Found::Nothing("whoever calls says it".to_owned());
    }
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
