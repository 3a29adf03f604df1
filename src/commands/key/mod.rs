//! key: TSIG keys made, looked at and replaced, and what the server needs for them. Nothing is asked of any server.

mod generate;
mod policy;
mod rotate;
mod show;

use std::path::Path;

use crate::config::{KeyTask, NewKey};
use crate::exit::Exit;
use crate::output::Printer;
use crate::output::named_conf::usual_key_file;

use super::Halt;

/// Does what is asked for.
pub(super) fn run(task: &KeyTask, printer: Printer) -> Exit {
    let ended = match task {
        KeyTask::Generate(new) => generate::run(new, printer),
        KeyTask::Show(file) => show::run(file, printer),
        KeyTask::Rotate { old, file, new } => rotate::run(old, file, new, printer),
    };
    ended.unwrap_or_else(|halt| {
        printer.failure(halt.exit, &halt.message);
        halt.exit
    })
}

/// What a verb here ends with.
type Ended = Result<Exit, Halt>;

/// How it ended for who wanted to read it.
fn told(written: bool) -> Exit {
    if written { Exit::Done } else { Exit::Setup }
}

/// Where the key is to be on the server.
fn place_there(new: &NewKey) -> String {
    new.include.clone().unwrap_or_else(|| usual_key_file(&new.name))
}

/// The command that copies the key to the server, where BIND may read it and nobody else.
fn copy_command(new: &NewKey, file: &Path) -> String {
    let there = format!("install -m 640 -g bind /dev/stdin {}", in_shell(&place_there(new)));
    let server = new.allowed.server.as_deref().unwrap_or("SERVER");
    format!("ssh root@{} {} <{}", in_shell(server), in_shell(&there), path_in_shell(file))
}

/// The same where this machine is the server.
fn install_command(new: &NewKey, file: &Path) -> String {
    format!("install -m 640 -g bind {} {}", path_in_shell(file), in_shell(&place_there(new)))
}

/// A path for a shell.
fn path_in_shell(path: &Path) -> String {
    in_shell(&path.display().to_string())
}

/// One word for a shell.
fn in_shell(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-:+,=@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::in_shell;

    #[test]
    fn a_word_for_a_shell_is_one_word() {
        for (text, word) in [("/etc/a.key", "/etc/a.key"), ("a b", "'a b'"), ("a'$b", "'a'\\''$b'"), ("", "''")] {
            assert_eq!(in_shell(text), word);
        }
    }
}
