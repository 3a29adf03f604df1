//! knsupdate's options: getopt_long, wherever they stand among the files, in their order.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;

use lexopt::{Arg, Parser};
use zeroize::Zeroizing;

use crate::proto::{Algorithm, Identity, Key, Roots, TlsWanted};

use super::super::key_syntax::parse_literal;
use super::super::secure_file::{self, SecureFileError};
use super::{Asked, Input, Personality, Stock, number, seconds, texts};

/// Whether an option has a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    None,
    Needed,
    /// In the same word only.
    Possible,
}

/// Every option: its letter, its long name, its value.
const OPTIONS: &[(char, &str, Value)] = &[
    ('d', "debug", Value::None),
    ('D', "", Value::None),
    ('h', "help", Value::None),
    ('T', "tcp", Value::None),
    ('v', "", Value::None),
    ('S', "tls", Value::None),
    ('Q', "quic", Value::None),
    ('V', "version", Value::Possible),
    ('p', "port", Value::Needed),
    ('r', "retry", Value::Needed),
    ('t', "timeout", Value::Needed),
    ('y', "tsig", Value::Needed),
    ('k', "tsigfile", Value::Needed),
    ('H', "hostname", Value::Needed),
    ('P', "pin", Value::Needed),
    ('A', "ca", Value::Possible),
    ('E', "certfile", Value::Needed),
    ('K', "keyfile", Value::Needed),
    ('s', "sni", Value::Needed),
];

/// Reads a command line without the program's own name, which is `program`.
pub(super) fn read(program: &str, words: impl Iterator<Item = OsString>) -> Asked {
    let mut parser = Parser::from_args(words);
    parser.set_short_equals(false);
    let mut said = Gathered::default();
    loop {
        let (letter, value) = match option(&mut parser) {
            Ok(Some(Word::Option(letter, value))) => (letter, value),
            Ok(Some(Word::File(word))) => {
                said.inputs.push(if word == "-" { Input::Standard } else { Input::File(word.into()) });
                continue;
            }
            Ok(None) => break,
            // The usage is on standard output, as stock has it.
            Err(what) => return super::fault(texts::KNSUPDATE_USAGE.to_owned(), format!("{program}: {what}")),
        };
        match letter {
            'h' => return shown(texts::KNSUPDATE_USAGE.to_owned()),
            'V' => return shown(texts::version(Personality::Knsupdate)),
            _ => {}
        }
        if let Err(what) = said.take(letter, value) {
            return error(&what);
        }
    }
    match said.settle() {
        Ok(stock) => Asked::Run(Box::new(stock)),
        Err(what) => error(what),
    }
}

fn shown(stdout: String) -> Asked {
    Asked::Say { stdout, stderr: String::new(), status: 0 }
}

fn error(what: &str) -> Asked {
    super::fault(String::new(), format!(";; ERROR: {what}"))
}

/// What a word, or a letter of one, turned out to be.
enum Word {
    Option(char, Option<OsString>),
    File(OsString),
}

/// The next option with its value, or the next file; in the words of getopt where it is neither. A value is never
/// repeated: it may be a secret.
fn option(parser: &mut Parser) -> Result<Option<Word>, String> {
    let (letter, name, value) = match parser.next() {
        Ok(None) => return Ok(None),
        Ok(Some(Arg::Value(word))) => return Ok(Some(Word::File(word))),
        Ok(Some(Arg::Short(letter))) => {
            let known = OPTIONS.iter().find(|(known, ..)| *known == letter);
            let (.., value) = known.ok_or_else(|| format!("invalid option -- '{letter}'"))?;
            (letter, None, *value)
        }
        Ok(Some(Arg::Long(name))) => {
            let (letter, name, value) = long(name)?;
            (letter, Some(name), value)
        }
        Err(why) => return Err(why.to_string()),
    };
    let found = match value {
        Value::Needed => Some(parser.value().map_err(|_| match name {
            None => format!("option requires an argument -- '{letter}'"),
            Some(name) => format!("option '--{name}' requires an argument"),
        })?),
        Value::Possible => parser.optional_value(),
        // Behind a letter stands another letter; behind a long name with "=" can only be a value.
        Value::None => match name.filter(|_| parser.optional_value().is_some()) {
            Some(name) => return Err(format!("option '--{name}' doesn't allow an argument")),
            None => None,
        },
    };
    Ok(Some(Word::Option(letter, found)))
}

/// The option with this name, or with the only one that begins so.
fn long(said: &str) -> Result<(char, &'static str, Value), String> {
    let begin = || OPTIONS.iter().filter(|(_, name, _)| !name.is_empty() && name.starts_with(said));
    if let Some(exact) = begin().find(|(_, name, _)| *name == said) {
        return Ok(*exact);
    }
    match begin().collect::<Vec<_>>().as_slice() {
        [] => Err(format!("unrecognized option '--{said}'")),
        [only] => Ok(**only),
        several => {
            let names: String = several.iter().map(|(_, name, _)| format!(" '--{name}'")).collect();
            Err(format!("option '--{said}' is ambiguous; possibilities:{names}"))
        }
    }
}

/// What has been said so far.
#[derive(Default)]
struct Gathered {
    debug: u8,
    key: Option<Key>,
    notices: Vec<String>,
    port: Option<u16>,
    retries: Option<u32>,
    timeout: Option<u32>,
    tcp: bool,
    is_tls: bool,
    /// What refines TLS, and the last option that did.
    tls: TlsWanted,
    refined: Option<char>,
    has_system_roots: bool,
    roots: Vec<PathBuf>,
    certificate: Option<PathBuf>,
    certificate_key: Option<PathBuf>,
    inputs: Vec<Input>,
}

impl Gathered {
    fn take(&mut self, letter: char, value: Option<OsString>) -> Result<(), String> {
        if letter == 'y' {
            let text = Zeroizing::new(value.unwrap_or_default().into_string().unwrap_or_default());
            self.key = Some(literal(&text).map_err(|why| format!("failed to parse key ({why})"))?);
            return Ok(());
        }
        let word = || value.as_deref().unwrap_or(OsStr::new(""));
        let text = || word().to_string_lossy();
        // A sign is allowed here.
        let count = |what: &str| {
            let digits = text();
            let digits = digits.strip_prefix('+').unwrap_or(&digits);
            number::<u32>(digits).ok_or_else(|| format!("invalid {what} '{}'", text()))
        };
        if "HPAEKs".contains(letter) {
            self.refined = Some(letter);
        }
        match letter {
            'd' | 'D' => self.debug = 1,
            'T' | 'v' => self.tcp = true,
            'S' => self.is_tls = true,
            'Q' => return Err("DNS over QUIC (-Q) is not supported".to_owned()),
            'p' => self.port = Some(port(&text()).ok_or_else(|| format!("invalid port '{}'", text()))?),
            'r' => self.retries = Some(count("retries")?),
            't' => self.timeout = Some(count("timeout")?),
            'k' => self.key = Some(self.key_file(word())?),
            'H' => self.tls.host_name = Some(text().into_owned()),
            'P' => {
                let pin = text().parse().map_err(|why| format!("invalid certificate pin {}: {why}", text()))?;
                self.tls.pins.push(pin);
            }
            'A' => match value {
                Some(path) => self.roots.push(path.into()),
                None => self.has_system_roots = true,
            },
            'E' => self.certificate = value.map(PathBuf::from),
            'K' => self.certificate_key = value.map(PathBuf::from),
            's' => self.tls.server_name_indication = Some(text().into_owned()),
            _ => {}
        }
        Ok(())
    }

    /// The key of a file: its first line.
    fn key_file(&mut self, path: &OsStr) -> Result<Key, String> {
        let failed = |why: String| format!("failed to parse keyfile '{}' ({why})", path.display());
        let (content, is_open) = secure_file::read_as_given(path.as_ref()).map_err(|why| {
            failed(match why {
                SecureFileError::Io(error) => texts::in_words_of_bind(&error),
                why => why.to_string(),
            })
        })?;
        let key = literal(content.lines().next().unwrap_or_default().trim()).map_err(failed)?;
        if is_open {
            let path = path.display();
            self.notices.push(format!(";; WARNING: everybody on this machine may read {path}: chmod o-r {path}"));
        }
        Ok(key)
    }

    fn settle(self) -> Result<Stock, &'static str> {
        let mut tls = self.tls;
        tls.identity = match (self.certificate, self.certificate_key) {
            (Some(certificate), Some(key)) => Some(Identity { certificate, key }),
            (None, None) => None,
            _ => return Err("a client certificate is two files: -E and -K"),
        };
        if self.refined.is_some() && !self.is_tls {
            // Stock goes on in clear text.
            return Err("-H, -P, -A, -E, -K and -s are about TLS: add -S");
        }
        tls.roots = match (self.roots, self.has_system_roots) {
            (files, false) if !files.is_empty() => Roots::Files(files),
            (files, true) if files.is_empty() => Roots::System,
            (_, true) => return Err("-A without a file and -A with one cannot both be had: name all files"),
            // A name is worth nothing unless somebody answers for it.
            (_, false) if tls.host_name.is_some() && tls.pins.is_empty() => Roots::System,
            (_, false) => Roots::Nobody,
        };
        // There are no retries over connections.
        let tcp = self.tcp || self.is_tls;
        let udp_retries = if tcp { 0 } else { self.retries.unwrap_or(3) };
        let timeout = self.timeout.unwrap_or(12);
        let (timeout, udp_interval) = match timeout {
            0 => (Stock::FOREVER, Stock::FOREVER),
            // Each attempt has its part of the whole, in full seconds.
            _ => (seconds(timeout), seconds((timeout / udp_retries.saturating_add(1)).max(1))),
        };
        Ok(Stock {
            personality: Personality::Knsupdate,
            family: None,
            resolv_conf: None,
            debug: self.debug,
            interactive: false,
            may_prompt: self.inputs.is_empty(),
            key: self.key.map(Arc::new),
            notices: if self.debug > 0 { self.notices } else { Vec::new() },
            local: false,
            port: self.port,
            udp_retries,
            udp_interval,
            timeout,
            tcp,
            tls: self.is_tls.then_some(tls),
            inputs: if self.inputs.is_empty() { vec![Input::Standard] } else { self.inputs },
        })
    }
}

/// A port's number or one of the two names that a port of DNS can have.
fn port(word: &str) -> Option<u16> {
    match word {
        "domain" => Some(53),
        "domain-s" => Some(853),
        _ => number(word),
    }
}

/// `[alg:]name:secret`. Knot's algorithms have no other names, and no truncation.
fn literal(text: &str) -> Result<Key, String> {
    let algorithm = text.split(':').rev().nth(2);
    if let Some(word) = algorithm
        && !Algorithm::ALL.iter().any(|known| known.word().eq_ignore_ascii_case(word))
    {
        return Err("the key's algorithm is none of Knot's".to_owned());
    }
    parse_literal(text).map_err(|why| why.what)
}
