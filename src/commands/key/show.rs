//! A file with keys is told of, without a secret.

use std::path::Path;

use crate::config::{key_warnings, look};
use crate::exit::Exit;
use crate::output::key::{Shown, shown};
use crate::output::{Message, Printer};

use super::{Ended, Halt, told};

/// Tells of the keys in a file, and what keeps nsup from using it.
pub(super) fn run(file: &Path, printer: Printer) -> Ended {
    let found = look(file).map_err(|why| Halt::new(Exit::Setup, why.to_string(), why.hint()))?;
    let path = found.path.display();
    let unusable = found.unusable.iter().map(|why| Message { what: why.to_string(), hint: why.hint() });
    let passed_over = found.passed_over.iter().map(|(line, what)| Message {
        what: format!("{path}:{line}: not followed: {what}"),
        hint: what.starts_with("include").then(|| "nsup key show that file too".to_owned()),
    });
    let notes: Vec<Message> = unusable.chain(passed_over).collect();
    let keys = match found.keys {
        Ok(keys) => keys,
        Err(why) => {
            notes.iter().for_each(|note| printer.warning(&note.what));
            return Err(Halt::new(Exit::Setup, why.to_string(), why.hint()));
        }
    };
    let keys =
        keys.into_iter().map(|found| Shown { warnings: key_warnings(&found.key), key: found.key, line: found.line });
    Ok(told(shown(printer, &found.path, &keys.collect::<Vec<_>>(), &notes)))
}
