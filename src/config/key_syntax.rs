//! The texts that hold TSIG keys: named.conf's `key` statements, `alg:name:secret`, and the K*.private and K*.key files
//! of old.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::dns::{Name, NameError};
use crate::proto::{Algorithm, AlgorithmError, Key, Secret, SecretError};

/// A key as a file has it.
#[derive(Debug, Clone)]
pub struct NamedKey {
    /// The key.
    pub key: Key,
    /// The line at which it begins, from 1.
    pub line: usize,
}

/// Why a text holds no key. No secret is ever part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct KeySyntaxError {
    /// The line, from 1; `None` for a fault of the whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

/// The algorithm of a key that names none, in [`parse_literal`] and `alg:name:secret` files: as knsupdate has it.
const DEFAULT: &str = "hmac-sha256";

/// Reads all the keys of a text, whichever form it has. A K*.private file holds no name: it is in the file's name.
///
/// # Errors
/// [`KeySyntaxError`], and there is no key at all.
pub fn parse_keys(text: &str, file_name: &str) -> Result<Vec<NamedKey>, KeySyntaxError> {
    // Some editors put a mark before the first character.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.lines().any(|line| line.trim_start().starts_with("Private-key-format:")) {
        let name = file_name.strip_prefix('K').and_then(|rest| rest.rsplitn(3, '+').nth(2));
        let missing = "the key's name is not in the file's: K<name>.+<algorithm>+<id>.private";
        let key = private(text, name.ok_or_else(|| fault(None, missing))?)?;
        return Ok(vec![NamedKey { key, line: 1 }]);
    }
    if let Some(found) = key_record(text)? {
        return Ok(vec![found]);
    }
    let lines = || text.lines().enumerate().filter(|(_, line)| !is_comment(line));
    match lines().next() {
        None => Err(fault(None, "there is no key in it")),
        Some((number, line)) if !text.contains('{') && line.contains(':') => {
            let key = parse_literal(line.trim()).map_err(|why| KeySyntaxError { line: Some(number + 1), ..why })?;
            Ok(vec![NamedKey { key, line: number + 1 }])
        }
        Some(_) => statements(text),
    }
}

/// Reads `[alg:]name:secret`, as `-y` and knsupdate have it.
///
/// # Errors
/// [`KeySyntaxError`], without the secret.
pub fn parse_literal(text: &str) -> Result<Key, KeySyntaxError> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [name, secret] => key(None, name, DEFAULT, secret),
        [algorithm, name, secret] => key(None, name, algorithm, secret),
        _ => Err(fault(None, "a key on one line is written alg:name:secret")),
    }
}

/// What of a named.conf [`parse_keys`] passes over though keys may be there: the line, and what stands in it.
pub(super) fn passed_over(text: &str) -> Vec<(usize, String)> {
    let tokens = tokens(text).unwrap_or_default();
    let mut depth = 0usize;
    let mut found = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let next = |far: usize| tokens.get(place + far);
        match token.text {
            "{" if !token.quoted => depth += 1,
            "}" if !token.quoted => depth = depth.saturating_sub(1),
            _ if token.is("include") && next(2).is_some_and(|end| end.is(";")) => {
                found.extend(next(1).map(|file| (token.line, format!("include {:?}", file.text))));
            }
            _ if depth > 0 && token.is("key") && next(2).is_some_and(|open| open.is("{")) => {
                found.push((token.line, "a key within another statement, as a view's".to_owned()));
            }
            _ => {}
        }
    }
    found
}

/// Reads a text that holds one `key` statement of named.conf and nothing else, as nsupdate's `-k` and `-l` want it.
///
/// # Errors
/// [`KeySyntaxError`], without the secret.
pub(super) fn parse_only_statement(text: &str) -> Result<Key, KeySyntaxError> {
    let alone = "the file must hold one key statement and nothing else";
    let tokens = tokens(text)?;
    match tokens.as_slice() {
        [] => Err(fault(None, "there is no key in it")),
        [first, name, open, inside @ ..] if first.is("key") && open.is("{") => {
            let (key, behind) = statement(first.line, name, inside)?;
            behind.first().map_or(Ok(key), |more| Err(fault(Some(more.line), alone)))
        }
        [first, ..] => Err(fault(Some(first.line), alone)),
    }
}

/// Reads the two halves of a K pair of old, as `dnssec-keygen` of BIND 9.12 made them: the KEY record has the key's
/// name, whatever the file is called. `None` if the first is no KEY record at all.
///
/// # Errors
/// [`KeySyntaxError`], without the secret; also where one half is not of the other.
pub(super) fn parse_pair(record: &str, private_half: &str) -> Result<Option<Key>, KeySyntaxError> {
    let Some(NamedKey { key: public, .. }) = key_record(record)? else { return Ok(None) };
    let key = private(private_half, &public.name().to_string())?;
    // Two keys with the same MAC over the same text have the same secret.
    if key.algorithm() != public.algorithm() || key.mac(&[]) != public.mac(&[]) {
        return Err(fault(None, "its two halves hold different keys"));
    }
    Ok(Some(key))
}

/// named.conf's `key "name" { algorithm …; secret …; };`, any number of them, among other statements.
fn statements(text: &str) -> Result<Vec<NamedKey>, KeySyntaxError> {
    let tokens = tokens(text)?;
    let mut rest = tokens.as_slice();
    let mut keys = Vec::new();
    while let Some((first, after)) = rest.split_first() {
        rest = match after {
            [name, open, ..] if first.is("key") && open.is("{") => {
                let (found, behind) = statement(first.line, name, &after[2..])?;
                keys.push(NamedKey { key: found, line: first.line });
                behind
            }
            _ if first.is("key") => return Err(fault(Some(first.line), "key must be followed by a name and {")),
            _ => skip(rest)?,
        };
    }
    if keys.is_empty() { Err(fault(None, "there is no key in it")) } else { Ok(keys) }
}

/// The inside of a `key` statement, up to and with its final semicolon.
fn statement<'t, 'x>(
    line: usize,
    name: &Token<'x>,
    mut rest: &'t [Token<'x>],
) -> Result<(Key, &'t [Token<'x>]), KeySyntaxError> {
    let (mut algorithm, mut secret) = (None, None);
    loop {
        rest = match rest {
            [close, semicolon, behind @ ..] if close.is("}") && semicolon.is(";") => {
                let missing = |what| fault(Some(line), format!("this key has no {what}"));
                let algorithm = algorithm.ok_or_else(|| missing("algorithm"))?;
                let secret = secret.ok_or_else(|| missing("secret"))?;
                return key(Some(line), name.text, algorithm, secret).map(|key| (key, behind));
            }
            [close, ..] if close.is("}") => return Err(fault(Some(close.line), "a ; must follow the }")),
            [word, value, semicolon, behind @ ..] if semicolon.is(";") => {
                let place = match word.text.to_ascii_lowercase().as_str() {
                    "algorithm" => &mut algorithm,
                    "secret" => &mut secret,
                    _ => return Err(fault(Some(word.line), "a key has an algorithm and a secret, nothing else")),
                };
                if place.replace(value.text).is_some() {
                    return Err(fault(Some(word.line), format!("{} is given twice", word.text)));
                }
                behind
            }
            [word, ..] => return Err(fault(Some(word.line), "a word, its value and a ; are expected here")),
            [] => return Err(fault(Some(line), "this key is never closed with };")),
        };
    }
}

/// Passes over a statement that is not a key: rndc.conf and named.conf have some.
fn skip<'t, 'x>(tokens: &'t [Token<'x>]) -> Result<&'t [Token<'x>], KeySyntaxError> {
    let mut depth = 0usize;
    for (place, token) in tokens.iter().enumerate() {
        match token.text {
            "{" if !token.quoted => depth += 1,
            "}" if !token.quoted && depth == 0 => return Err(fault(Some(token.line), "a } without its {")),
            "}" if !token.quoted => depth -= 1,
            ";" if !token.quoted && depth == 0 => return Ok(&tokens[place + 1..]),
            _ => {}
        }
    }
    Err(fault(tokens.first().map(|token| token.line), "this is neither a key nor closed with ;"))
}

/// A K*.private file (BIND's private-key format, HMAC algorithms 157 and 161 to 165).
fn private(text: &str, name: &str) -> Result<Key, KeySyntaxError> {
    let field = |wanted: &str| {
        let mut fields = text.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(name, _)| name.trim() == wanted).map(|(_, value)| value.trim())
    };
    let missing = |what: &str| fault(None, format!("it has no line {what:?}"));
    let number = field("Algorithm").ok_or_else(|| missing("Algorithm:"))?;
    let number = number.split_whitespace().next().unwrap_or_default();
    let mut algorithm = hmac_of(number)?;
    let bits = field("Bits").and_then(|bits| STANDARD.decode(bits).ok());
    if let Some([high, low]) = bits.as_deref()
        && (*high, *low) != (0, 0)
    {
        algorithm = format!("{algorithm}-{}", u16::from_be_bytes([*high, *low]));
    }
    key(None, name, &algorithm, field("Key").ok_or_else(|| missing("Key:"))?)
}

/// A K*.key file: one KEY record, `name [ttl] [IN] KEY flags protocol algorithm base64`.
fn key_record(text: &str) -> Result<Option<NamedKey>, KeySyntaxError> {
    if let Some((number, line)) = text.lines().enumerate().find(|(_, line)| !is_comment(line)) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let place = words.iter().take(4).position(|word| *word == "KEY").filter(|place| *place > 0);
        let Some(place) = place else { return Ok(None) };
        let ([name, ..], [_, _flags, _protocol, algorithm, secret @ ..]) = (words.as_slice(), &words[place..]) else {
            return Err(fault(Some(number + 1), "a KEY record has flags, a protocol, an algorithm and the key"));
        };
        let line = number + 1;
        let secret = zeroize::Zeroizing::new(secret.concat());
        let key = key(Some(line), name, &hmac_of(algorithm)?, &secret)?;
        return Ok(Some(NamedKey { key, line }));
    }
    Ok(None)
}

fn hmac_of(number: &str) -> Result<String, KeySyntaxError> {
    let word = match number {
        "157" => "hmac-md5",
        "161" => "hmac-sha1",
        "162" => "hmac-sha224",
        "163" => "hmac-sha256",
        "164" => "hmac-sha384",
        "165" => "hmac-sha512",
        _ => return Err(fault(None, "its algorithm is no HMAC: SIG(0) is not supported")),
    };
    Ok(word.to_owned())
}

fn key(line: Option<usize>, name: &str, algorithm: &str, secret: &str) -> Result<Key, KeySyntaxError> {
    // What stands in a key file is not repeated: where words are swapped it may be the secret.
    let parsed = Name::parse(name).map_err(|why| {
        fault(
            line,
            match why {
                NameError::LabelTooLong(_) | NameError::NotInternational(_) => "the key's name is no name".to_owned(),
                why => format!("the key's name: {why}"),
            },
        )
    })?;
    let (algorithm, least) = Algorithm::parse(algorithm).map_err(|why| {
        fault(
            line,
            match why {
                AlgorithmError::Unknown(_) => {
                    "the key's algorithm is none known here (hmac-sha256, -sha384, -sha512, -sha224, -sha1 or -md5)"
                        .to_owned()
                }
                why => why.to_string(),
            },
        )
    })?;
    let secret = Secret::from_base64(secret).map_err(|why: SecretError| fault(line, why.to_string()))?;
    Ok(Key::new(&parsed, algorithm, least, secret))
}

fn fault(line: Option<usize>, what: impl Into<String>) -> KeySyntaxError {
    KeySyntaxError { line, what: what.into() }
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || [";", "#", "//"].iter().any(|mark| line.starts_with(mark))
}

/// A word of named.conf's language.
struct Token<'x> {
    text: &'x str,
    quoted: bool,
    line: usize,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        !self.quoted && self.text.eq_ignore_ascii_case(word)
    }
}

/// Splits named.conf's language: words, quoted strings, braces and semicolons; comments of all three styles go.
fn tokens(text: &str) -> Result<Vec<Token<'_>>, KeySyntaxError> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let line = 1 + text[..text.len() - rest.len()].matches('\n').count();
        let skip = if let Some(comment) = rest.strip_prefix("/*") {
            comment.find("*/").ok_or_else(|| fault(Some(line), "this comment is never closed with */"))? + 4
        } else if rest.starts_with("//") || rest.starts_with('#') {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(string) = rest.strip_prefix('"') {
            let end = quote(string).ok_or_else(|| fault(Some(line), "this quote is never closed"))?;
            found.push(Token { text: &string[..end], quoted: true, line });
            end + 2
        } else if rest.starts_with(['{', '}', ';']) {
            found.push(Token { text: &rest[..1], quoted: false, line });
            1
        } else if rest.starts_with(char::is_whitespace) {
            rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())
        } else {
            let ends = |c: char| c.is_whitespace() || matches!(c, '{' | '}' | ';' | '"' | '#');
            let end = rest.find(ends).unwrap_or(rest.len());
            found.push(Token { text: &rest[..end], quoted: false, line });
            end
        };
        rest = &rest[skip..];
    }
    Ok(found)
}

/// Where a string ends: at the first quote without a backslash, which a second backslash takes back.
fn quote(string: &str) -> Option<usize> {
    let mut is_escaped = false;
    string.bytes().position(|octet| {
        let ends = octet == b'"' && !is_escaped;
        is_escaped = octet == b'\\' && !is_escaped;
        ends
    })
}

#[cfg(test)]
mod tests;
