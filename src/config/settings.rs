//! From what was said to what holds.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::dns::{Name, NameError, Rdata, RecordType, UnknownType, parse_ttl};
use crate::proto::goal::Target;
use crate::proto::{Key, PinError, Prerequisite, Transports};
use crate::script::{RequireError, parse_requirement};

use super::args::{Change, Command, Common, TlsWords};
use super::caller::CallerError;
use super::file::{Config, FileError, PrimaryConfig, Surroundings};
use super::key_file::{KeyError, key_warnings, read_key};
use super::key_syntax::{KeySyntaxError, parse_literal};
use super::keys::KeyWordsError;
use super::primary::{Primary, Reach};
use super::public::Wait;
use super::records::{self, WordsError};
use super::secure_file::SecureFileError;
use super::server::{Server, ServerError};
use super::tls;

/// All that a run needs to know.
#[derive(Debug)]
pub struct Settings {
    /// What to do.
    pub verb: Verb,
    /// The name that it is about.
    pub name: Name,
    /// Whom to talk to, and how.
    pub primary: Primary,
    /// How to speak.
    pub speech: Speech,
    /// What the user should know of the settings themselves.
    pub warnings: Vec<String>,
}

/// What to do.
#[derive(Debug)]
pub enum Verb {
    /// Bring RRsets to what is wanted.
    Change {
        /// What is wanted.
        targets: Vec<Target>,
        /// What the user requires to be true.
        required: Vec<Prerequisite>,
        /// Blindly.
        force: bool,
        /// Show the message and send no update.
        dry_run: bool,
        /// Wait until the world sees it.
        wait: Option<Wait>,
    },
    /// Read an RRset.
    Get(RecordType),
}

/// How to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// Errors only.
    Quiet,
    /// The result.
    Normal,
    /// Each step.
    Verbose,
    /// One object for a program.
    Json,
}

/// Why there are no settings. Nothing has been sent.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // Each is what its message says.
pub enum ConfigError {
    #[error("{0:?}: {1}")]
    Name(String, NameError),
    #[error("--zone {0:?}: {1}")]
    Zone(String, NameError),
    #[error("--key-name {0:?}: {1}")]
    KeyName(String, NameError),
    #[error("{name} is not in the zone {zone}")]
    OutsideZone { name: String, zone: String },
    #[error("--ttl {0:?}: {1}")]
    Ttl(String, crate::dns::TtlError),
    #[error("{0}")]
    Words(#[from] WordsError),
    #[error("{0}")]
    Type(#[from] UnknownType),
    #[error("{0} is not a type that a record can have")]
    NotData(RecordType),
    #[error("--server {0}")]
    Server(ServerError),
    #[error("--public {0}")]
    Public(ServerError),
    #[error("--public says whom --wait asks, and it is not there")]
    NotWaited,
    #[error("--resolver {0:?}: an address is needed, with a port or without")]
    Resolver(String),
    #[error("{0}: this nsup was built without TLS")]
    NoTls(&'static str),
    #[error("{0} is for DNS over TLS, and that was not asked for")]
    NotOverTls(&'static str),
    #[error("--tls-pin {0:?}: {1}")]
    TlsPin(String, PinError),
    #[error("--tls-hostname {0:?}: {1}")]
    TlsHostName(String, NameError),
    #[error("--require {0:?}: {1}")]
    Require(String, RequireError),
    #[error("no key is given")]
    NoKey,
    #[error("{0}")]
    File(#[from] FileError),
    #[error("{0}")]
    Caller(#[from] CallerError),
    #[error("{0}")]
    KeyWords(#[from] KeyWordsError),
    #[error("{}: it has no [[name]] {name}", path.display())]
    NotConfigured { name: String, path: PathBuf },
    #[error("--address: no name that is asked for has the source \"given\"")]
    NoneGiven,
    #[error("{}: {_1}", _0.display())]
    Import(PathBuf, SecureFileError),
    #[error("-k {_0:?}: nsup.toml can hold UTF-8 only")]
    ImportKey(PathBuf),
    #[error("that is not about one name")]
    NotOneShot,
    #[error("key {0}")]
    Key(#[from] KeyError),
    #[error("-y: {0}")]
    Literal(KeySyntaxError),
}

/// How long a run may take that nobody has said anything of.
const TIMEOUT: Duration = Duration::from_secs(20);

impl ConfigError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoKey => Some(
                "-k FILE names the file with the TSIG key that the server knows too, or the line key = \"FILE\" at the top of nsup.toml".to_owned(),
            ),
            Self::File(why) => why.hint(),
            Self::Caller(why) => why.hint(),
            Self::KeyWords(why) => why.hint(),
            Self::NotConfigured { .. } => Some("nsup sync --show-config shows the names that it has".to_owned()),
            Self::Key(why) => why.hint(),
            Self::Words(why) => why.hint(),
            Self::NotOverTls(_) => Some("--tls asks for it".to_owned()),
            Self::NoTls(_) => Some("build it with its feature tls, which is on by default".to_owned()),
            Self::OutsideZone { .. } => {
                Some("a zone holds its own name and all below it; leave --zone out to have it found".to_owned())
            }
            _ => None,
        }
    }
}

impl Settings {
    /// The type of the first record that it is about, by which the zone is found.
    pub fn first_type(&self) -> RecordType {
        match &self.verb {
            Verb::Change { targets, .. } => targets.first().map_or(RecordType::ANY, |target| target.record_type),
            Verb::Get(record_type) => *record_type,
        }
    }

    /// Settles what was said. The only place that decides what goes before what.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub(super) fn resolve(command: Command, here: &Surroundings) -> Result<Self, ConfigError> {
        let (name, common, verb, file) = match command {
            Command::Set(change) => {
                let name = owner(&change.name)?;
                let file = from_file(Some(&name), &change.common, here)?;
                let targets = records::set(&name, &change.words, ttl(&change, &file)?)?;
                changes(name, targets, change, file)?
            }
            Command::Add(change) => {
                let name = owner(&change.name)?;
                let file = from_file(Some(&name), &change.common, here)?;
                let target = records::add(&name, &change.words, ttl(&change, &file)?)?;
                changes(name, vec![target], change, file)?
            }
            Command::Delete(change) => {
                let name = owner(&change.name)?;
                let file = from_file(Some(&name), &change.common, here)?;
                let target = records::delete(&name, &change.words)?;
                changes(name, vec![target], change, file)?
            }
            Command::Get(read) => {
                let record_type: RecordType = read.record_type.map_or(Ok(RecordType::ANY), |word| word.parse())?;
                if record_type != RecordType::ANY && !record_type.is_data() {
                    return Err(ConfigError::NotData(record_type));
                }
                let name = owner(&read.name)?;
                let file = from_file(Some(&name), &read.common, here)?;
                (name, read.common, Verb::Get(record_type), file)
            }
            _ => return Err(ConfigError::NotOneShot),
        };
        // A zone that stands at the top of the file need not hold every name.
        let of_file = || file.as_ref().and_then(|file| file.zone.value.clone()).filter(|zone| name.is_in(zone));
        let zone = zone(&common)?.or_else(of_file);
        if let Some(zone) = &zone {
            let required: &[Prerequisite] = if let Verb::Change { required, .. } = &verb { required } else { &[] };
            let mut names = std::iter::once(&name).chain(required.iter().map(Prerequisite::name));
            if let Some(name) = names.find(|name| !name.is_in(zone)) {
                return Err(ConfigError::OutsideZone { name: name.to_string(), zone: zone.to_string() });
            }
        }
        let mut warnings = Vec::new();
        let key = Arc::new(key(&common, file.as_ref(), &mut warnings)?);
        let primary = Primary { key, reach: reach(&common, file.as_ref(), zone)? };
        Ok(Self { primary, speech: speech(&common), verb, name, warnings })
    }
}

/// How to speak, by the options.
pub(super) fn speech(common: &Common) -> Speech {
    match common {
        Common { json: true, .. } => Speech::Json,
        Common { verbose: true, .. } => Speech::Verbose,
        Common { quiet: true, .. } => Speech::Quiet,
        _ => Speech::Normal,
    }
}

/// The zone that the options name.
pub(super) fn zone(common: &Common) -> Result<Option<Name>, ConfigError> {
    let parse = |text: &str| Name::parse(text).map_err(|why| ConfigError::Zone(text.to_owned(), why));
    common.zone.as_deref().map(parse).transpose()
}

/// All that it takes to talk to a primary but the key: what the options say, and behind them the file.
pub(super) fn reach(common: &Common, file: Option<&PrimaryConfig>, zone: Option<Name>) -> Result<Reach, ConfigError> {
    let servers: Result<Vec<Server>, ServerError> = common.server.iter().map(|text| text.parse()).collect();
    let servers = servers.map_err(ConfigError::Server)?;
    let resolvers: Vec<SocketAddr> = common.resolver.iter().map(|text| resolver(text)).collect::<Result<_, _>>()?;
    let transports = match &common {
        Common { tcp: true, .. } => Transports::Tcp,
        Common { udp: true, .. } => Transports::Udp,
        Common { tls: TlsWords { tls: true, .. }, .. } => Transports::Tls,
        _ => file.map_or(Transports::TcpFirst, |file| file.transports.value),
    };
    Ok(Reach {
        servers: match file {
            Some(file) if servers.is_empty() => file.servers.value.clone(),
            _ => servers,
        },
        zone,
        tls: tls::wanted(&common.tls, file, transports)?,
        transports,
        source: common.source.or_else(|| file.and_then(|file| file.source.value)),
        resolvers: match file {
            Some(file) if resolvers.is_empty() => file.resolvers.value.clone(),
            _ => resolvers,
        },
        budget: match (common.timeout, file) {
            (Some(seconds), _) => Duration::from_secs(seconds),
            (None, Some(file)) => file.timeout.value,
            (None, None) => TIMEOUT,
        },
    })
}

/// What the configuration file says of the server of a name, or at its top. It is not read where the command line has a key: then it
/// says all that there is to say.
pub(super) fn from_file(
    name: Option<&Name>,
    common: &Common,
    here: &Surroundings,
) -> Result<Option<PrimaryConfig>, ConfigError> {
    if common.config.is_none() && (common.key.is_some() || common.literal_key.is_some()) {
        return Ok(None);
    }
    let path = here.find(common.config.as_deref())?;
    match Config::read(&path, here.credentials.as_deref()) {
        Ok(config) => Ok(Some(name.map_or(&config.defaults, |name| config.primary_for(name).0).clone())),
        Err(FileError::NotFound { .. }) if common.config.is_none() => Ok(None),
        Err(why) => Err(why.into()),
    }
}

fn owner(text: &str) -> Result<Name, ConfigError> {
    Name::parse(text).map_err(|why| ConfigError::Name(text.to_owned(), why))
}

fn ttl(change: &Change, file: &Option<PrimaryConfig>) -> Result<Option<u32>, ConfigError> {
    let parsed =
        change.ttl.as_deref().map(|text| parse_ttl(text).map_err(|why| ConfigError::Ttl(text.to_owned(), why)));
    Ok(parsed.transpose()?.or_else(|| file.as_ref().and_then(|file| file.ttl.value)))
}

/// What a verb settles: the name, the options, what to do, and what the file says.
type Settled = (Name, Common, Verb, Option<PrimaryConfig>);

fn changes(
    name: Name,
    targets: Vec<Target>,
    change: Change,
    file: Option<PrimaryConfig>,
) -> Result<Settled, ConfigError> {
    let mut required: Vec<Prerequisite> = Vec::new();
    for text in &change.require {
        let one = parse_requirement(text).map_err(|why| ConfigError::Require(text.clone(), why))?;
        merge(&mut required, one);
    }
    let wait = Wait::of(&change.wait)?;
    let Change { force, dry_run, common, .. } = change;
    Ok((name, common, Verb::Change { targets, required, force, dry_run, wait }, file))
}

/// Several values for one RRset build one set, as in nsupdate's language.
fn merge(required: &mut Vec<Prerequisite>, one: Prerequisite) {
    if let Prerequisite::RrsetEquals { name, record_type, rdata } = &one {
        for known in required.iter_mut() {
            if let Prerequisite::RrsetEquals { name: owner, record_type: of, rdata: values } = known
                && (&*owner, &*of) == (name, record_type)
            {
                let is_new = |one: &&Rdata| !values.iter().any(|known| known.canonical(*of) == one.canonical(*of));
                let new: Vec<Rdata> = rdata.iter().filter(is_new).cloned().collect();
                values.extend(new);
                return;
            }
        }
    }
    required.push(one);
}

pub(super) fn key(
    common: &Common,
    file: Option<&PrimaryConfig>,
    warnings: &mut Vec<String>,
) -> Result<Key, ConfigError> {
    let name = common
        .key_name
        .as_deref()
        .map(|text| Name::parse(text).map_err(|why| ConfigError::KeyName(text.to_owned(), why)));
    let name = name.transpose()?;
    let key = match (&common.literal_key, &common.key) {
        (Some(literal), _) => {
            warnings.push("-y shows the secret to everybody who can list processes: -k FILE does not".to_owned());
            parse_literal(literal.expose()).map_err(ConfigError::Literal)?
        }
        (None, Some(path)) => read_key(path, name.as_ref())?,
        (None, None) => {
            let path = file.and_then(|file| file.key.value.as_deref()).ok_or(ConfigError::NoKey)?;
            read_key(path, name.as_ref().or_else(|| file.and_then(|file| file.key_name.value.as_ref())))?
        }
    };
    warnings.extend(key_warnings(&key));
    Ok(key)
}

fn resolver(text: &str) -> Result<SocketAddr, ConfigError> {
    match text.parse() {
        Ok(Server::Address(address, port)) => Ok(SocketAddr::new(address, port.unwrap_or(53))),
        _ => Err(ConfigError::Resolver(text.to_owned())),
    }
}
