//! What a key is to be allowed: by `--grant`, or as nsup.toml has it.

use std::path::{Path, PathBuf};

use crate::dns::{Name, RecordType, reverse_name};
use crate::source::{Family, Source};

use super::super::args::NewKeyWords;
use super::super::file::{Config, FileError, NamedConfig, Origin, PrimaryConfig, Ptr, Surroundings};
use super::super::key_file::{of_pair, read_key};
use super::super::server::Server;
use super::super::settings::ConfigError;
use super::KeyWordsError;

/// What a key is to be allowed, and no more.
#[derive(Debug, Default)]
pub struct Allowed {
    /// Which names and types, in their order; no two with the same name and extent.
    pub allowances: Vec<Allowance>,
    /// The names whose PTR records it keeps, in a zone that nothing says.
    pub reverse_unknown: Vec<Name>,
    /// The configuration file that says it, if that does.
    pub config: Option<PathBuf>,
    /// The key files that the configuration file has instead, where none of its names has this one.
    pub other_keys: Vec<PathBuf>,
    /// The lines of the configuration file where this key file stands, from 1.
    pub key_lines: Vec<u32>,
    /// The server that the configuration file names first.
    pub server: Option<String>,
}

/// A name and the types that may be changed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The name.
    pub name: Name,
    /// Whether all names below it are meant too.
    pub is_tree: bool,
    /// The types.
    pub types: Vec<RecordType>,
    /// The zone that holds the name, where something says it.
    pub zone: Option<Name>,
}

impl Allowed {
    /// Settles it for the key in this file. The configuration file is not read where `--grant` says it all.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub(super) fn resolve(words: &NewKeyWords, file: &Path, here: &Surroundings) -> Result<Self, ConfigError> {
        let zones: Vec<Name> = words.zone.iter().map(|text| zone(text)).collect::<Result<_, _>>()?;
        let config = match &words.config {
            None if !words.grant.is_empty() => None,
            named => read(named.as_deref(), here)?,
        };
        if words.grant.is_empty() {
            return Ok(config.map(|config| Self::of_config(&config, file, &zones)).unwrap_or_default());
        }
        let mut allowed = Self::default();
        for text in &words.grant {
            let mut allowance = grant(text)?;
            let of_config =
                || config.as_ref().and_then(|config| config.primary_for(&allowance.name).0.zone.value.clone());
            let of_config = of_config().filter(|zone| allowance.name.is_in(zone));
            allowance.zone = longest(&zones, &allowance.name).or(of_config);
            if let (None, Some(zone)) = (&allowance.zone, zones.first()) {
                let (name, zone) = (allowance.name.to_string(), zone.to_string());
                return Err(ConfigError::OutsideZone { name, zone });
            }
            allowed.add(allowance);
        }
        allowed.server = config.as_ref().and_then(|config| server(&config.defaults));
        Ok(allowed)
    }

    /// What the names need that have this key; all names, if none has it: the key may be one to come.
    fn of_config(config: &Config, file: &Path, zones: &[Name]) -> Self {
        let is_this = |primary: &PrimaryConfig| primary.key.value.as_deref().is_some_and(|key| is_same_file(key, file));
        let reverse = |named: &NamedConfig| match &named.ptr.value {
            Ptr::On(primary) => Some(primary.clone()),
            Ptr::Off => None,
        };
        let has_it = |named: &NamedConfig| is_this(&named.primary) || reverse(named).is_some_and(|ptr| is_this(&ptr));
        let has_any = config.names.iter().any(has_it);
        let wanted = |primary: &PrimaryConfig| !has_any || is_this(primary);
        let mut allowed = Self { config: Some(config.path.clone()), ..Self::default() };
        for named in &config.names {
            let ptr = reverse(named);
            for primary in std::iter::once(&named.primary).chain(ptr.as_deref()) {
                allowed.note_key(primary, is_this(primary));
            }
            if wanted(&named.primary) {
                let types = [Family::V4, Family::V6].into_iter().filter(|family| named.source(*family).is_some());
                allowed.add(Allowance {
                    types: types.map(Family::record_type).collect(),
                    zone: longest(zones, &named.name).or_else(|| named.primary.zone.value.clone()),
                    name: named.name.clone(),
                    is_tree: false,
                });
                allowed.server = allowed.server.or_else(|| server(&named.primary));
            }
            if let Some(ptr) = ptr.filter(|ptr| wanted(ptr)) {
                allowed.add_reverse(named, ptr.zone.value.as_ref(), zones);
            }
        }
        if has_any {
            allowed.other_keys.clear();
        }
        allowed
    }

    /// The PTR records of a name: at its address, where that is written in the file; else anywhere in the zone that
    /// holds them, since the address changes.
    fn add_reverse(&mut self, named: &NamedConfig, zone: Option<&Name>, zones: &[Name]) {
        let mut is_known = true;
        for source in [Family::V4, Family::V6].into_iter().filter_map(|family| named.source(family)) {
            let literal = if let Source::Literal(address) = source { Some(reverse_name(*address)) } else { None };
            let held = literal.as_ref().and_then(|name| longest(zones, name)).or_else(|| zone.cloned());
            let (name, is_tree) = match (literal, &held) {
                (Some(name), _) => (name, false),
                (None, Some(zone)) => (zone.clone(), true),
                (None, None) => {
                    is_known = false;
                    continue;
                }
            };
            self.add(Allowance { name, is_tree, types: vec![RecordType::PTR], zone: held });
        }
        if !is_known {
            self.reverse_unknown.push(named.name.clone());
        }
    }

    fn note_key(&mut self, primary: &PrimaryConfig, is_this: bool) {
        match (&primary.key.value, primary.key.origin) {
            (_, Origin::Line(line)) if is_this && !self.key_lines.contains(&line) => self.key_lines.push(line),
            (Some(key), _) if !is_this && !self.other_keys.contains(key) => self.other_keys.push(key.clone()),
            _ => {}
        }
    }

    fn add(&mut self, new: Allowance) {
        let same = |known: &&mut Allowance| known.name == new.name && known.is_tree == new.is_tree;
        match self.allowances.iter_mut().find(same) {
            Some(known) => {
                let types = new.types.into_iter().filter(|one| !known.types.contains(one));
                let types: Vec<RecordType> = types.collect();
                known.types.extend(types);
            }
            None => self.allowances.push(new),
        }
    }
}

/// Reads `NAME [TYPE...]`.
fn grant(text: &str) -> Result<Allowance, KeyWordsError> {
    let mut words = text.split_whitespace();
    let name = words.next().unwrap_or_default();
    let name = Name::parse(name).map_err(|why| KeyWordsError::GrantName(text.to_owned(), why))?;
    let mut types = Vec::new();
    for word in words {
        let record_type = word.parse().map_err(|why| KeyWordsError::GrantType(text.to_owned(), why))?;
        if record_type != RecordType::ANY && !RecordType::is_data(record_type) {
            return Err(KeyWordsError::GrantNoData(text.to_owned(), record_type));
        }
        types.push(record_type);
    }
    if types.is_empty() {
        types.extend([RecordType::A, RecordType::AAAA]);
    }
    Ok(Allowance { name, is_tree: false, types, zone: None })
}

fn zone(text: &str) -> Result<Name, ConfigError> {
    Name::parse(text).map_err(|why| ConfigError::Zone(text.to_owned(), why))
}

/// The longest of the zones that holds the name.
fn longest(zones: &[Name], name: &Name) -> Option<Name> {
    let holding = zones.iter().filter(|zone| name.is_in(zone));
    holding.max_by_key(|zone| zone.labels().count()).cloned()
}

/// The configuration file, if there is one; one that was asked for must be.
fn read(named: Option<&Path>, here: &Surroundings) -> Result<Option<Config>, ConfigError> {
    let path = here.find(named)?;
    let path = std::path::absolute(&path).unwrap_or(path);
    match Config::read(&path, here.credentials.as_deref()) {
        Ok(config) => Ok(Some(config)),
        Err(FileError::NotFound { .. }) if named.is_none() => Ok(None),
        Err(why) => Err(why.into()),
    }
}

/// The file that a word means: one of that name, else the one of nsup.toml's key files that holds the key of that name.
///
/// # Errors
/// [`ConfigError`], of nsup.toml.
pub(super) fn key_file_of(word: &Path, named: Option<&Path>, here: &Surroundings) -> Result<PathBuf, ConfigError> {
    let name = word.to_str().filter(|text| !text.contains('/')).and_then(|text| Name::parse(text).ok());
    let Some(name) = name.filter(|_| !of_pair(word).exists()) else { return Ok(word.to_owned()) };
    let config = read(named, here)?;
    let names = config.iter().flat_map(|config| config.names.iter().map(|named| &named.primary));
    let files = names.chain(config.iter().map(|config| &config.defaults)).filter_map(|one| one.key.value.as_ref());
    let found = files.into_iter().find(|file| read_key(file, Some(&name)).is_ok());
    Ok(found.cloned().unwrap_or_else(|| word.to_owned()))
}

fn server(primary: &PrimaryConfig) -> Option<String> {
    primary.servers.value.first().map(|server| match server {
        Server::Address(address, _) => address.to_string(),
        Server::Name(name, _) => name.clone(),
    })
}

/// Whether two paths lead to the same place, where nothing may be yet.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let path = std::path::absolute(path).ok()?;
        let folder = path.parent()?;
        Some(folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join(path.file_name()?))
    };
    one == other || (place(one).is_some() && place(one) == place(other))
}
