//! nsupdate's options: BIND's own getopt, which ends at the first operand, gone through twice as nsupdate does it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lexopt::{Arg, Parser};
use rustix::fs::Access;
use zeroize::Zeroizing;

use crate::proto::{Identity, Key, Roots, TlsWanted};
use crate::source::Family;

use super::nsupdate_key::{self, Wanted};
use super::{Asked, Input, Personality, Stock, number, seconds, texts};

/// The letters that want a value.
const VALUED: &str = "ACEHKLkprRtuy";

/// The letters that want none, but for those that end the run at once.
const FLAGS: &str = "dDgilMoOSv";

/// Reads a command line without the program's own name, which is `program`.
pub(super) fn read(program: &str, words: impl Iterator<Item = OsString>) -> Asked {
    let mut said = Said::default();
    let fault = match said.split(program, words) {
        Ok(_) if said.is_over => return Asked::Say { stdout: said.stdout, stderr: said.stderr, status: 0 },
        Ok(Words { options, operand }) => match settle(program, options, operand) {
            Ok(stock) => return Asked::Run(Box::new(stock)),
            Err(fault) => fault,
        },
        Err(fault) => fault,
    };
    super::fault(said.stdout, said.stderr + &fault)
}

/// A command line as its words say it: the options in their order, with their values, and the file.
struct Words {
    options: Vec<(char, OsString)>,
    operand: Option<OsString>,
}

/// What has been shown so far, and whether that is all there is to do.
#[derive(Default)]
struct Said {
    stdout: String,
    stderr: String,
    is_over: bool,
}

impl Said {
    /// The first time through: `-4` and `-6`, what is only shown, and letters that are no options. The values are looked
    /// at the second time.
    fn split(&mut self, program: &str, words: impl Iterator<Item = OsString>) -> Result<Words, String> {
        let mut parser = Parser::from_args(words);
        parser.set_short_equals(false);
        let (mut options, mut family) = (Vec::new(), None);
        loop {
            // A hyphen alone means standard input behind "--" only.
            if parser.try_raw_args().is_some_and(|words| words.peek() == Some(OsStr::new("-"))) {
                return Err(illegal(program, '-'));
            }
            let letter = match parser.next() {
                Ok(Some(Arg::Short(letter))) => letter,
                Ok(Some(Arg::Value(file))) => return Ok(Words { options, operand: Some(file) }),
                Ok(None) => return Ok(Words { options, operand: None }),
                // There are no long ones.
                Ok(Some(Arg::Long(_))) | Err(_) => return Err(illegal(program, '-')),
            };
            let mut value = OsString::new();
            match letter {
                '4' | '6' if family.replace(letter).is_some_and(|other| other != letter) => {
                    // Stock loses what it has not written yet.
                    self.stdout.clear();
                    return Err("only one of -4 and -6 allowed".to_owned());
                }
                '4' | '6' => {}
                'T' => self.stdout += &texts::types(),
                // BIND 9.18 knows no private type.
                'P' => {}
                'V' => self.stderr += &texts::version(Personality::Nsupdate),
                'h' => return Err(usage(program, 'h')),
                _ if VALUED.contains(letter) => match parser.value() {
                    Ok(word) => value = word,
                    Err(_) => {
                        let rest = usage(program, letter);
                        return Err(format!("{program}: option requires an argument -- {letter}\n{rest}"));
                    }
                },
                _ if FLAGS.contains(letter) => {}
                _ => return Err(illegal(program, letter)),
            }
            self.is_over |= "TPV".contains(letter);
            options.push((letter, value));
        }
    }
}

fn illegal(program: &str, letter: char) -> String {
    format!("{program}: illegal option -- {letter}\n{}", usage(program, letter))
}

fn usage(program: &str, letter: char) -> String {
    let usage = texts::NSUPDATE_USAGE.trim_end();
    if letter == '?' { usage.to_owned() } else { format!("{program}: invalid argument -{letter}\n{usage}") }
}

/// What the second time through gathers, before it is known to fit together.
#[derive(Default)]
struct Gathered {
    family: Option<Family>,
    resolv_conf: Option<PathBuf>,
    debug: u8,
    interactive: bool,
    key_file: Option<PathBuf>,
    literal: Option<Zeroizing<String>>,
    is_gss: bool,
    local: bool,
    port: Option<u16>,
    udp_retries: Option<u32>,
    udp_interval: Option<u32>,
    timeout: Option<u32>,
    tcp: bool,
    tls: Option<TlsWanted>,
    certificate: Option<PathBuf>,
    certificate_key: Option<PathBuf>,
    is_opportunistic: bool,
}

/// The second time through, up to the key. The order of the checks is stock's.
fn settle(program: &str, options: Vec<(char, OsString)>, operand: Option<OsString>) -> Result<Stock, String> {
    let mut said = Gathered::default();
    for (letter, value) in options {
        said.take(letter, value)?;
    }
    if said.key_file.is_some() && said.literal.is_some() {
        return Err(format!("{program}: cannot specify both -k and -y"));
    }
    if said.is_gss {
        let what = match said.key_file.is_some() || said.literal.is_some() {
            true => "cannot specify -g with -k or -y",
            false => "cannot specify -g or -o, program not linked with GSS API Library",
        };
        return Err(format!("{program}: {what}"));
    }
    said.settle_tls().map_err(|what| format!("{program}: {what}"))?;
    let input = match &operand {
        Some(word) if word != "-" => {
            let path = Path::new(word);
            let found = rustix::fs::access(path, Access::READ_OK);
            found.map_err(|why| Personality::Nsupdate.not_opened(path, &why.into()))?;
            Input::File(path.to_owned())
        }
        _ => Input::Standard,
    };
    let mut notices = Vec::new();
    let key = said.key(&mut notices)?;
    // As long as unsigned 32 bits are, stock says, is for ever.
    let timeout =
        said.timeout.filter(|timeout| *timeout != 0).unwrap_or(if said.timeout.is_none() { 300 } else { u32::MAX });
    let udp_retries = said.udp_retries.unwrap_or(3);
    let udp_interval = match said.udp_interval.unwrap_or(3) {
        0 => (timeout / udp_retries.saturating_add(1)).max(1),
        interval => interval,
    };
    Ok(Stock {
        personality: Personality::Nsupdate,
        family: said.family,
        resolv_conf: said.resolv_conf,
        debug: said.debug,
        interactive: said.interactive,
        may_prompt: operand.is_none(),
        key,
        notices,
        local: said.local,
        port: said.port,
        udp_retries,
        udp_interval: seconds(udp_interval),
        timeout: seconds(timeout),
        tcp: said.tcp || said.tls.is_some(),
        tls: said.tls,
        inputs: vec![input],
    })
}

impl Gathered {
    fn take(&mut self, letter: char, value: OsString) -> Result<(), String> {
        let text = || value.to_string_lossy();
        let count = |what: &str| number(&text()).ok_or_else(|| format!("bad {what} '{}'", text()));
        if "SAEHKO".contains(letter) {
            self.tls.get_or_insert_default();
        }
        match letter {
            '4' => self.family = Some(Family::V4),
            '6' => self.family = Some(Family::V6),
            'C' => self.resolv_conf = Some(value.into()),
            'd' => self.debug = self.debug.max(1),
            'D' => self.debug = 2,
            'g' | 'o' => self.is_gss = true,
            'i' => self.interactive = true,
            'k' => self.key_file = Some(value.into()),
            'y' => self.literal = Some(Zeroizing::new(value.into_string().unwrap_or_default())),
            'l' => self.local = true,
            // A level for the log of a library that is not there.
            'L' => drop(count("library debug value")?),
            'p' => self.port = Some(number(&text()).ok_or_else(|| format!("bad port number '{}'", text()))?),
            'r' => self.udp_retries = Some(count("udp retries")?),
            'u' => self.udp_interval = Some(count("udp timeout")?),
            't' => self.timeout = Some(count("timeout")?),
            'R' => return Err("The -R option has been deprecated.".to_owned()),
            'v' => self.tcp = true,
            'A' => self.tls.get_or_insert_default().roots = Roots::Files(vec![value.into()]),
            'H' => self.tls.get_or_insert_default().host_name = Some(text().into_owned()),
            'E' => self.certificate = Some(value.into()),
            'K' => self.certificate_key = Some(value.into()),
            'O' => self.is_opportunistic = true,
            // -S has been seen to, and -M asks to see how memory is used.
            _ => {}
        }
        Ok(())
    }

    /// What belongs together of the options for TLS.
    fn settle_tls(&mut self) -> Result<(), &'static str> {
        let Some(tls) = &mut self.tls else { return Ok(()) };
        tls.identity = match (self.certificate.take(), self.certificate_key.take()) {
            (Some(certificate), Some(key)) => Some(Identity { certificate, key }),
            (None, None) => None,
            _ => return Err("cannot specify the -K option without the -E option, and vice versa."),
        };
        if self.is_opportunistic {
            if matches!(tls.roots, Roots::Files(_)) {
                return Err("cannot specify the -A option in conjuction with the -O option.");
            }
            tls.roots = Roots::Nobody;
        }
        Ok(())
    }

    fn key(&mut self, notices: &mut Vec<String>) -> Result<Option<Arc<Key>>, String> {
        let wanted = match (self.literal.take(), self.key_file.take()) {
            (Some(literal), _) => Wanted::Literal(literal),
            (None, path) if self.local => Wanted::Session(path),
            (None, Some(path)) => Wanted::File(path),
            (None, None) => return Ok(None),
        };
        match nsupdate_key::find(&wanted, self.debug > 0, notices) {
            Ok(key) => Ok(Some(Arc::new(key))),
            Err(why) => {
                notices.push(why);
                Err(notices.join("\n"))
            }
        }
    }
}
