//! Keys, told without their secrets; and the one place where a secret is printed, because it was asked for.

use std::io::{IsTerminal, Write};
use std::path::Path;

use rustix::fs::FileType;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::proto::Key;

use super::explain::Message;
use super::{Printer, json};

/// A key that a file holds.
#[derive(Debug)]
pub struct Shown {
    /// The key.
    pub key: Key,
    /// The line at which it begins, from 1.
    pub line: usize,
    /// What there is to say against it.
    pub warnings: Vec<String>,
}

/// What is to be done at one of the two ends.
#[derive(Debug)]
pub struct Step {
    /// Where: `here` or `server`.
    pub place: &'static str,
    /// What, and why.
    pub what: String,
    /// Lines for named.conf or nsup.toml.
    pub lines: Vec<String>,
    /// Commands for a shell.
    pub commands: Vec<String>,
}

impl Step {
    /// Something to be done on this machine.
    pub fn here(what: &str) -> Self {
        Self { place: "here", what: what.to_owned(), lines: Vec::new(), commands: Vec::new() }
    }

    /// Something to be done on the server.
    pub fn server(what: &str) -> Self {
        Self { place: "server", ..Self::here(what) }
    }

    /// The same with these lines.
    pub fn lines(self, lines: Vec<String>) -> Self {
        Self { lines, ..self }
    }

    /// The same with one more command.
    pub fn command(mut self, command: String) -> Self {
        self.commands.push(command);
        self
    }
}

/// A key file in full, to standard output, as it is, and whether others can read it there. Says whether all of it got there:
/// a reader that has gone away has no key.
pub fn secret(printer: Printer, text: &str) -> bool {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if let Err(error) = &written {
        printer.say(&format!("standard output: {error}"));
    } else if let Some((file, mode)) = seen_by_others() {
        printer.warning(&format!(
            "{file} holds a secret now, and others may read it (mode {mode:04o}): chmod go-rwx {file}"
        ));
    }
    written.is_ok()
}

/// The file that standard output goes to, and its mode, if others than its owner may read it.
fn seen_by_others() -> Option<(String, u32)> {
    let stat = rustix::fs::fstat(std::io::stdout()).ok()?;
    let mode = stat.st_mode & 0o7777;
    let is_seen = FileType::from_raw_mode(stat.st_mode).is_file() && mode & 0o044 != 0;
    let file =
        || std::fs::read_link("/proc/self/fd/1").map_or_else(|_| "FILE".into(), |path| path.display().to_string());
    is_seen.then(|| (file(), mode))
}

/// Whether what goes to standard output is seen by whoever sits there.
pub fn is_seen() -> bool {
    std::io::stdout().is_terminal()
}

/// A question to whoever sits there, whose answer comes behind it.
pub fn ask(question: &str) {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "nsup: {question} [y/N] ").and_then(|()| err.flush());
}

/// Tells of a key that was made, and what the server needs for it. Says whether it could be written; the key is there all
/// the same.
pub fn generated(printer: Printer, key: &Key, file: &Path, lines: &[String]) -> bool {
    let written = told(printer, key, file, lines);
    if !written {
        let file = file.display();
        printer.say(&format!("the key was made all the same: {file} holds it, and nsup key show {file} tells of it"));
    }
    written
}

fn told(printer: Printer, key: &Key, file: &Path, lines: &[String]) -> bool {
    if printer.json {
        let mut object = described(key);
        object["outcome"] = "generated".into();
        object["exit"] = Exit::Done.code().into();
        object["file"] = file.display().to_string().into();
        object["named_conf"] = lines.into();
        return printer.data(&[json::text(&object)]);
    }
    printer.data(lines)
}

/// Tells of the keys in a file, and what there is to say of the file itself. Says whether it could be written.
pub fn shown(printer: Printer, file: &Path, keys: &[Shown], notes: &[Message]) -> bool {
    let file = file.display();
    let written = if printer.json {
        let keys = keys.iter().map(|Shown { key, line, warnings }| {
            let mut object = described(key);
            object["line"] = (*line).into();
            object["warnings"] = warnings.as_slice().into();
            object
        });
        let notes = notes.iter().map(|note| json!({ "message": note.what, "hint": note.hint }));
        printer.data(&[json::text(&json!({
            "outcome": "shown",
            "exit": Exit::Done.code(),
            "file": file.to_string(),
            "keys": keys.collect::<Vec<Value>>(),
            "notes": notes.collect::<Vec<Value>>(),
        }))])
    } else {
        printer.data(
            &keys.iter().map(|shown| format!("{} ({file}:{})", one_line(&shown.key), shown.line)).collect::<Vec<_>>(),
        )
    };
    for Shown { line, warnings, .. } in keys {
        warnings.iter().for_each(|warning| printer.warning(&format!("{file}:{line}: {warning}")));
    }
    for Message { what, hint } in notes {
        printer.warning(what);
        hint.iter().for_each(|hint| printer.say(&format!("hint: {hint}")));
    }
    written
}

/// Tells what is to be done, step by step. Says whether it could be written.
pub fn plan(printer: Printer, title: &str, steps: &[Step]) -> bool {
    if printer.json {
        let steps = steps.iter().map(|Step { place, what, lines, commands }| {
            json!({ "place": place, "what": what, "lines": lines, "commands": commands })
        });
        let steps: Vec<Value> = steps.collect();
        let object = json!({ "outcome": "planned", "exit": Exit::Done.code(), "what": title, "steps": steps });
        return printer.data(&[json::text(&object)]);
    }
    let mut out = vec![title.to_owned()];
    for (number, Step { place, what, lines, commands }) in steps.iter().enumerate() {
        let place = if *place == "here" { "here" } else { "on the server" };
        out.extend([String::new(), format!("{}. {place}: {what}", number + 1)]);
        for part in [lines, commands].into_iter().filter(|part| !part.is_empty()) {
            out.push(String::new());
            out.extend(part.iter().map(|line| if line.is_empty() { String::new() } else { format!("    {line}") }));
        }
    }
    printer.data(&out)
}

/// A key's name and what can be told of its secret.
pub fn one_line(key: &Key) -> String {
    let (name, algorithm, bits) = (key.name(), key.algorithm_word(), key.secret_octets() * 8);
    format!("{name} {algorithm}, {bits} bits, fingerprint {}", key.fingerprint())
}

fn described(key: &Key) -> Value {
    json!({
        "key": key.name().to_string(),
        "algorithm": key.algorithm_word(),
        "bits": key.secret_octets() * 8,
        "fingerprint": key.fingerprint(),
    })
}
