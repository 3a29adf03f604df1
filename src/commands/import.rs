//! import: what another program's file comes to in nsup.toml, and what became of the rest of it.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::config::Import;
use crate::exit::Exit;
use crate::output::{Message, Printer};

/// Shows or writes it. Exit status 0 means that the result does all that the original did.
pub(super) fn run(import: &Import, printer: Printer) -> Exit {
    let Import { path, output, imported } = import;
    for remark in &imported.remarks {
        let what = format!("{}:{}: {}", path.display(), remark.line, remark.what);
        if remark.matters {
            printer.message(&Message { what, hint: remark.hint.clone() });
        } else {
            printer.warning(&what);
        }
    }
    if imported.lines.is_empty() {
        let what = format!("{}: no name in it is one that nsup.toml can keep", path.display());
        printer.failure(Exit::Setup, &Message { what, hint: None });
        return Exit::Setup;
    }
    let written = match output {
        Some(output) => match write(output, &imported.lines) {
            Ok(()) => true,
            Err(why) => {
                printer.failure(Exit::Setup, &refused(output, &why));
                false
            }
        },
        None => printer.data(&imported.lines),
    };
    if written && imported.is_whole() { Exit::Done } else { Exit::Setup }
}

/// Writes a file that is not there yet, or none.
fn write(path: &Path, lines: &[String]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(path)?;
    let written = file.write_all((lines.join("\n") + "\n").as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half of it would be taken for all.
        let _ = fs::remove_file(path);
    }
    written
}

fn refused(path: &Path, why: &io::Error) -> Message {
    let is_there = why.kind() == ErrorKind::AlreadyExists;
    let why = why.to_string().split(" (os error").next().unwrap_or_default().to_lowercase();
    let what = if is_there { "it is there already, and nothing is overwritten" } else { &why };
    let hint = is_there.then(|| "--output names another file".to_owned());
    Message { what: format!("{}: {what}", path.display()), hint }
}
