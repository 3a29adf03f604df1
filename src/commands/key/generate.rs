//! A key is made: its file, and the lines of named.conf that go with it.

use std::io::{self, BufRead, IsTerminal};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::config::{NewKey, create};
use crate::exit::Exit;
use crate::output::named_conf::{RELOAD, comment, include_line, key_file};
use crate::output::{Printer, key};
use crate::proto::{Algorithm, Key, Secret};

use super::policy::policy;
use super::{Ended, Halt, copy_command, install_command, place_there, told};

/// Makes the key.
pub(super) fn run(new: &NewKey, printer: Printer) -> Ended {
    if new.file.is_none() {
        to_be_seen(new)?;
    }
    let secret = secret(new.algorithm)?;
    let text = key_file(&new.name, new.algorithm.word(), &secret);
    let Some(file) = &new.file else { return Ok(told(key::secret(printer, &text))) };
    create(file, &text).map_err(|why| Halt::new(Exit::Setup, why.to_string(), why.hint()))?;
    let secret = Secret::from_base64(&secret).map_err(|why| Halt::new(Exit::Setup, why.to_string(), None))?;
    let made = Key::new(&new.name, new.algorithm, new.algorithm.mac_octets(), secret);
    Ok(told(key::generated(printer, &made, file, &lines(new, &made, file))))
}

/// A terminal keeps what it has shown: whoever sits there is asked first.
fn to_be_seen(new: &NewKey) -> Result<(), Halt> {
    if !key::is_seen() {
        return Ok(());
    }
    let refused = |what: &str| {
        let hint = format!("nsup key generate {} FILE writes it into a file", new.name);
        Err(Halt::new(Exit::Setup, format!("standard output is a terminal, {what}: no key was made"), Some(hint)))
    };
    if !io::stdin().is_terminal() {
        return refused("and nobody can be asked whether it may show a secret");
    }
    key::ask(&format!("standard output is a terminal: is it to show the secret of {}?", new.name));
    let mut answer = String::new();
    let answered = io::stdin().lock().read_line(&mut answer);
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" if answered.is_ok() => Ok(()),
        _ => refused("which is not to show the secret"),
    }
}

/// A secret from the system's random source, as long as the MAC (RFC 8945 §8), in base64.
fn secret(algorithm: Algorithm) -> Result<Zeroizing<String>, Halt> {
    let mut octets = Zeroizing::new(vec![0; algorithm.mac_octets()]);
    getrandom::fill(&mut octets).map_err(|why| {
        Halt::new(Exit::Setup, format!("the system gives no random octets, and no key was made: {why}"), None)
    })?;
    // Room for all of it at once: a text that grows would leave pieces of the secret behind.
    let mut text = Zeroizing::new(String::with_capacity(octets.len() * 2));
    STANDARD.encode_string(&*octets, &mut text);
    Ok(text)
}

/// What goes into named.conf, as it stands.
fn lines(new: &NewKey, made: &Key, file: &Path) -> Vec<String> {
    let mut lines = vec![
        comment(&format!("{} holds the key {}", file.display(), key::one_line(made))),
        comment("1. It goes to the server too, by the first of these, or if this is the server by the second:"),
        comment(&format!("    {}", copy_command(new, file))),
        comment(&format!("    {}", install_command(new, file))),
        comment("2. This goes into named.conf:"),
        include_line(&place_there(new)),
    ];
    lines.extend(policy(&[&new.name], &new.allowed));
    lines.push(comment(&format!("3. After that, on the server: {RELOAD}")));
    lines
}
