//! `nsup check`: which names are examined, how their servers are reached, and who says so.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::dns::{Name, RecordType};
use crate::proto::Key;
use crate::source::{Family, reverse_name};

use super::args::{CheckWords, Common};
use super::file::{Config, FileError, NamedConfig, Origin, PrimaryConfig, Ptr, Setting, Surroundings};
use super::primary::{Keys, Reach};
use super::public;
use super::server::Server;
use super::settings::{self, ConfigError, Speech};

/// What is examined.
#[derive(Debug)]
pub struct Check {
    /// The configuration file, where one is read.
    pub config: Option<Config>,
    /// The names, those with the same servers, key and zone together.
    pub groups: Vec<CheckGroup>,
    /// Whether something is really written, and deleted again.
    pub write_test: bool,
    /// Where the system's files are.
    pub root: PathBuf,
    /// Whom to ask for what the world sees; none leaves it to the zone's NS records.
    pub public: Vec<Server>,
}

/// Names with the same servers, key and zone.
#[derive(Debug, Clone)]
pub struct CheckGroup {
    /// The key, or why there is none.
    pub key: Result<Arc<Key>, Arc<ConfigError>>,
    /// Its file; `None` where it stands in the command line.
    pub key_file: Option<PathBuf>,
    /// What of the key is to be known, though it stops nothing.
    pub key_warnings: Vec<String>,
    /// How the server is reached.
    pub reach: Reach,
    /// Who says which server.
    pub server_by: Said,
    /// Who says which zone.
    pub zone_by: Said,
    /// The names.
    pub names: Vec<Examined>,
}

/// A name that is examined.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The name.
    pub name: Name,
    /// The types of records that are to be changed.
    pub types: Vec<RecordType>,
    /// What the configuration file has of it.
    pub named: Option<NamedConfig>,
    /// Where the PTR records of its addresses go, if they are kept in step; there is no name in it yet.
    pub reverse: Option<Box<CheckGroup>>,
}

/// Who says something: where to change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// This option.
    Option(&'static str),
    /// This line of the file, which has this word.
    Line(PathBuf, u32, &'static str),
    /// Nobody: it is found. This word of the file would say it, and this option.
    Nobody(&'static str, &'static str),
}

impl Said {
    /// The words that say `value` in its place.
    pub fn change_to(&self, value: impl fmt::Display) -> String {
        match self {
            Self::Option(option) => format!("{option} {value}"),
            Self::Line(path, line, word) => format!("{}:{line}: {word} = \"{value}\"", path.display()),
            Self::Nobody(word, option) => format!("{word} = \"{value}\" in nsup.toml, or {option} {value}"),
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(option) => f.write_str(option),
            Self::Line(path, line, _) => write!(f, "{}:{line}", path.display()),
            Self::Nobody(..) => f.write_str("nobody"),
        }
    }
}

impl Check {
    /// Settles what was said. A key that cannot be read is no error here: it is one of the things that are examined.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub(super) fn resolve(words: CheckWords, here: &Surroundings) -> Result<(Self, Speech), ConfigError> {
        let CheckWords { names, record_type, write_test, root, public, common } = words;
        let public = public::servers(&public)?;
        let parse = |text: &String| Name::parse(text).map_err(|why| ConfigError::Name(text.clone(), why));
        let names: Vec<Name> = names.iter().map(parse).collect::<Result<_, _>>()?;
        let types = record_type.iter().map(|word| data_type(word)).collect::<Result<Vec<_>, _>>()?;
        let config = file(&common, names.is_empty(), here)?;
        let all = || config.iter().flat_map(|config| config.names.iter().map(|named| named.name.clone())).collect();
        let names: Vec<Name> = if names.is_empty() { all() } else { names };
        let mut groups: Vec<(Option<PrimaryConfig>, CheckGroup)> = Vec::new();
        for name in names {
            let named = config.as_ref().and_then(|config| config.named(&name)).cloned();
            let primary = config.as_ref().map(|config| config.primary_for(&name).0.clone());
            let types = match &named {
                _ if !types.is_empty() => types.clone(),
                Some(named) => followed(named),
                None => vec![RecordType::A],
            };
            let reverse = match named.as_ref().map(|named| &named.ptr.value) {
                Some(Ptr::On(given)) => Some(Box::new(CheckGroup::of_reverse(given, config.as_ref()))),
                _ => None,
            };
            let examined = Examined { name, types, named, reverse };
            let is_same = |given: &Option<PrimaryConfig>| match (given, &primary) {
                (Some(given), Some(primary)) => given.is_same(primary),
                (given, primary) => given.is_none() && primary.is_none(),
            };
            match groups.iter_mut().find(|(given, _)| is_same(given)) {
                Some((_, group)) => group.names.push(examined),
                None => {
                    let group = CheckGroup::new(&common, config.as_ref(), primary.as_ref(), examined)?;
                    groups.push((primary, group));
                }
            }
        }
        let speech = settings::speech(&common);
        let groups = groups.into_iter().map(|(_, group)| group).collect();
        Ok((Self { config, groups, write_test, root, public }, speech))
    }
}

impl CheckGroup {
    fn new(
        common: &Common,
        config: Option<&Config>,
        primary: Option<&PrimaryConfig>,
        first: Examined,
    ) -> Result<Self, ConfigError> {
        let of_file = || primary.and_then(|file| file.zone.value.clone()).filter(|zone| first.name.is_in(zone));
        let zone = settings::zone(common)?.or_else(of_file);
        if let Some(zone) = zone.as_ref().filter(|zone| !first.name.is_in(zone)) {
            return Err(ConfigError::OutsideZone { name: first.name.to_string(), zone: zone.to_string() });
        }
        let mut key_warnings = Vec::new();
        let key = settings::key(common, primary, &mut key_warnings).map(Arc::new).map_err(Arc::new);
        let key_file = match (&common.literal_key, &common.key) {
            (Some(_), _) => None,
            (None, Some(path)) => Some(path.clone()),
            (None, None) => primary.and_then(|primary| primary.key.value.clone()),
        };
        Ok(Self {
            key,
            key_file,
            key_warnings,
            server_by: said(!common.server.is_empty(), ("server", "--server"), config, primary.map(|of| &of.servers)),
            zone_by: said(common.zone.is_some(), ("zone", "--zone"), config, primary.map(|of| &of.zone)),
            reach: settings::reach(common, primary, zone)?,
            names: vec![first],
        })
    }
}

impl CheckGroup {
    /// The reverse zone of a name, as the configuration file alone says it.
    fn of_reverse(given: &PrimaryConfig, config: Option<&Config>) -> Self {
        Self {
            key: Keys::default().read(given).map_err(Arc::new),
            key_file: given.key.value.clone(),
            key_warnings: Vec::new(),
            server_by: said(false, ("server", "server"), config, Some(&given.servers)),
            zone_by: said(false, ("zone", "zone"), config, Some(&given.zone)),
            reach: Reach::of(given),
            names: Vec::new(),
        }
    }

    /// The same, for the PTR record of an address.
    pub fn for_address(&self, address: IpAddr) -> Self {
        let (name, types) = (reverse_name(address), vec![RecordType::PTR]);
        Self { names: vec![Examined { name, types, named: None, reverse: None }], ..self.clone() }
    }
}

/// The configuration file, read as for every verb: not where the command line has a key, and only `needed` if nothing else
/// says which names are meant.
fn file(common: &Common, needed: bool, here: &Surroundings) -> Result<Option<Config>, ConfigError> {
    let says_it_all = common.config.is_none() && (common.key.is_some() || common.literal_key.is_some());
    if says_it_all && !needed {
        return Ok(None);
    }
    let path = here.find(common.config.as_deref())?;
    match Config::read(&path, here.credentials.as_deref()) {
        Ok(config) => Ok(Some(config)),
        Err(FileError::NotFound { .. }) if common.config.is_none() && !needed => Ok(None),
        Err(why) => Err(why.into()),
    }
}

fn data_type(word: &str) -> Result<RecordType, ConfigError> {
    let record_type: RecordType = word.parse()?;
    if record_type.is_data() { Ok(record_type) } else { Err(ConfigError::NotData(record_type)) }
}

fn followed(named: &NamedConfig) -> Vec<RecordType> {
    let families = [Family::V4, Family::V6].into_iter().filter(|family| named.source(*family).is_some());
    families.map(Family::record_type).collect()
}

fn said<T>(
    by_option: bool,
    (word, option): (&'static str, &'static str),
    config: Option<&Config>,
    setting: Option<&Setting<T>>,
) -> Said {
    match (config, setting) {
        _ if by_option => Said::Option(option),
        (Some(config), Some(Setting { origin: Origin::Line(line), .. })) => {
            Said::Line(config.path.clone(), *line, word)
        }
        _ => Said::Nobody(word, option),
    }
}
