//! The syntax of ddclient.conf as ddclient 3.10 reads it: continued lines, comments, quotes, and the password that has
//! rules of its own.
//!
//! A line is `word=value, ... [host[,host...] [login [password]]]`. One without a host speaks for all hosts below it.

use zeroize::Zeroizing;

use super::super::remark::Remarks;

/// A word and its value. It may be a password, so that it is wiped and cannot be printed by accident.
pub(super) struct Assignment {
    pub(super) word: String,
    pub(super) value: Zeroizing<String>,
    /// The line that it stands in, from 1.
    pub(super) line: usize,
}

/// A line with those that continue it.
pub(super) struct Line {
    pub(super) assignments: Vec<Assignment>,
    /// The hosts that it is for; none where it is for all below it.
    pub(super) hosts: Vec<String>,
    /// The line of the hosts.
    pub(super) line: usize,
}

/// A line that is being put together, with what stood behind `password=` in it.
#[derive(Default)]
struct Logical {
    text: Zeroizing<String>,
    /// The offsets at which the file's lines begin in it, and their numbers.
    starts: Vec<(usize, usize)>,
    passwords: Vec<(String, Zeroizing<String>)>,
}

/// What stands for a password until it is put back.
const DUMMY: &str = "dummy";

/// Reads all lines that say something.
pub(super) fn lines(text: &str, remarks: &mut Remarks) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut logical = Logical::default();
    let text = text.strip_suffix('\n').unwrap_or(text);
    for (number, raw) in text.split('\n').enumerate().map(|(index, raw)| (index + 1, raw)) {
        let raw = Zeroizing::new(raw.replace('\r', ""));
        if logical.take(&raw, number, remarks) {
            lines.extend(std::mem::take(&mut logical).parse(remarks));
        }
    }
    if let Some((_, line)) = logical.starts.first() {
        let what = "the file ends where this line is to be continued, and ddclient passes over it";
        remarks.lost(*line, what, "take away the backslash at the end of the file");
    }
    lines
}

impl Logical {
    /// Takes one line of the file; says whether it was the last.
    fn take(&mut self, raw: &str, number: usize, remarks: &mut Remarks) -> bool {
        let (piece, password) = take_password(raw);
        self.passwords.extend(password);
        let piece = piece.split('#').next().unwrap_or_default();
        if piece.trim_end().ends_with('\\') && !piece.ends_with('\\') {
            let what = "blanks follow the backslash, so that ddclient ends the line there";
            remarks.lost(number, what, "take away the blanks");
        }
        self.starts.push((self.text.len(), number));
        let mut blank = false;
        for c in piece.chars() {
            if !c.is_whitespace() {
                self.text.push(c);
            } else if !blank {
                self.text.push(' ');
            }
            blank = c.is_whitespace();
        }
        let continues = self.text.ends_with('\\');
        if continues {
            self.text.pop();
        }
        !continues
    }

    fn parse(self, remarks: &mut Remarks) -> Option<Line> {
        let whole = self.text.trim_end();
        let mut rest = whole;
        let mut assignments = Vec::new();
        loop {
            rest = rest.trim_start_matches([' ', ',']);
            let line = self.line(whole.len() - rest.len());
            let Some((word, value)) = word(rest) else { break };
            let (value, behind, fault) = value_of(value);
            if let Some(fault) = fault {
                remarks.lost(
                    line,
                    format!("{word}=: {fault}"),
                    "ddclient reads it all the same: is it what was meant?",
                );
            }
            let password = self.passwords.iter().rev().find(|(name, _)| name == word);
            let value = password.map_or(value, |(_, password)| password.clone());
            assignments.push(Assignment { word: word.to_owned(), value, line });
            rest = behind;
        }
        let line = self.line(whole.len() - rest.len());
        let mut hosts = hosts(rest, line, &mut assignments, remarks);
        let said = assignments.iter().filter(|assignment| assignment.word == "host");
        hosts.extend(said.flat_map(|assignment| split(&assignment.value)));
        (!assignments.is_empty() || !hosts.is_empty()).then_some(Line { assignments, hosts, line })
    }

    fn line(&self, offset: usize) -> usize {
        let before = self.starts.iter().rev().find(|(start, _)| *start <= offset);
        before.or(self.starts.first()).map_or(1, |(_, number)| *number)
    }
}

/// The hosts at the end of a line, and behind them, as of old, a login and a password.
fn hosts(rest: &str, line: usize, assignments: &mut Vec<Assignment>, remarks: &mut Remarks) -> Vec<String> {
    let joined = rest.split(',').map(str::trim).collect::<Vec<_>>().join(",");
    let mut words = joined.split_whitespace();
    let first = words.next().unwrap_or_default();
    let second = words.next();
    if second.is_some_and(|second| second.starts_with('=')) {
        // Not shown: it may be a password.
        let what = "there are blanks before the =, and ddclient takes what stands before them for a host";
        remarks.lost(line, what, "word=value without blanks around the =");
        return Vec::new();
    }
    for (word, value) in ["login", "password"].into_iter().zip(second.into_iter().chain(words.next())) {
        assignments.push(Assignment { word: word.to_owned(), value: Zeroizing::new(value.to_owned()), line });
    }
    if second.is_some() {
        let what = "what follows the hosts behind a blank is login and password to ddclient";
        remarks.lost(line, what, "if they are hosts too: commas separate hosts");
    }
    // A backslash that continues nothing is no host, and has been told of.
    split(first).filter(|host| host != "\\").collect()
}

fn split(hosts: &str) -> impl Iterator<Item = String> {
    hosts.split([',', ' ']).filter(|host| !host.is_empty()).map(str::to_owned)
}

/// The word before an equals sign, and what is behind that.
fn word(text: &str) -> Option<(&str, &str)> {
    let (word, value) = text.split_once('=')?;
    let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    is_word.then_some((word, value))
}

/// The value in front of a text, what is behind it, and what is wrong with it.
fn value_of(text: &str) -> (Zeroizing<String>, &str, Option<&'static str>) {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let (mut escaped, mut quote) = (false, None);
    for (at, c) in text.char_indices() {
        match c {
            _ if std::mem::take(&mut escaped) => value.push(c),
            '\\' => escaped = true,
            _ if quote == Some(c) => quote = None,
            '\'' | '"' if quote.is_none() => quote = Some(c),
            ' ' | ',' if quote.is_none() => return (value, &text[at..], None),
            _ => value.push(c),
        }
    }
    let fault = match quote {
        _ if escaped => Some("it ends with a backslash"),
        Some(_) => Some("it has a quote without its other one"),
        None => None,
    };
    (value, "", fault)
}

/// Takes the value of the last `password=` out of a line, where a hash begins no comment and blanks around the equals
/// sign are allowed, and puts a dummy in its place.
fn take_password(raw: &str) -> (Zeroizing<String>, Option<(String, Zeroizing<String>)>) {
    let before_comment = raw.split('#').next().unwrap_or_default();
    let found = before_comment.rmatch_indices("password").find_map(|(at, _)| password_at(raw, at));
    let Some((start, name, value, end)) = found else { return (Zeroizing::new(raw.to_owned()), None) };
    let piece = Zeroizing::new([&raw[..start], &name, "=", DUMMY, &raw[end..]].concat());
    (piece, Some((name, value)))
}

/// What stands in quotes at the front of a text, up to one that ends a value. Double ones ddclient hands on to a shell,
/// which takes them away.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = &text[1..];
    let ends = inner.match_indices(quote).map(|(at, _)| at);
    let mut ends = ends.filter(|at| inner[at + 1..].chars().next().is_none_or(is_end));
    ends.next().map(|at| &inner[..at])
}

/// Whether a value that is not in quotes ends there.
fn is_end(c: char) -> bool {
    c.is_whitespace() || c == ','
}

/// The password whose word holds the octet `at`: where the word begins, the word, the value, and where that ends.
fn password_at(raw: &str, at: usize) -> Option<(usize, String, Zeroizing<String>, usize)> {
    let start = raw[..at].rfind(is_end).map_or(0, |end| end + raw[end..].chars().next().map_or(1, char::len_utf8));
    let length = raw[start..].find(|c: char| is_end(c) || c == '=')?;
    let name = &raw[start..start + length];
    let value = raw[start + length..].trim_start().strip_prefix('=')?.trim_start();
    let begin = raw.len() - value.len();
    let (text, length) = match quoted(value) {
        Some(inner) => (inner, inner.len() + 2),
        None => {
            let plain = &value[..value.find(is_end).unwrap_or(value.len())];
            // One at the end of the line continues it.
            let is_last = plain.len() == value.len();
            let plain = plain.strip_suffix('\\').filter(|_| is_last).unwrap_or(plain);
            (plain, plain.len())
        }
    };
    let is_something = !text.is_empty() && !text.starts_with('#');
    is_something.then(|| (start, name.to_owned(), Zeroizing::new(text.to_owned()), begin + length))
}
