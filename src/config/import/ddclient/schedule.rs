//! daemon= and postscript=, which are for all hosts: when it is done, and what happens besides.

use super::super::remark::Remarks;
use super::super::write::{Document, list};
use super::syntax::{Assignment, Line};

/// Minutes between runs that cron can keep.
const MINUTES: &[u64] = &[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30];

/// Hands the addresses over as ddclient does. The program is `$0`, so that its path needs no quotes of a shell.
const AS_ARGUMENT: &str = "exec \"$0\" \"$NSUP_NEW\"";

/// Takes what the file says for all hosts, or says what to do instead.
pub(super) fn whole_file(lines: &[Line], document: &mut Document, remarks: &mut Remarks) {
    if let Some(said) = global(lines, "daemon") {
        daemon(said, document, remarks);
    }
    if let Some(said) = global(lines, "postscript").filter(|said| !said.value.is_empty()) {
        postscript(said, document, remarks);
    }
    if let Some(said) =
        global(lines, "exec").filter(|said| ["0", "n", "no", "f", "false"].contains(&said.value.as_str()))
    {
        let what = format!("exec={} has ddclient send nothing, and nsup sync sends", said.value.as_str());
        remarks.lost(said.line, what, "nsup sync --dry-run shows what would be sent");
    }
    for line in lines.iter().filter(|line| !line.hosts.is_empty()) {
        for said in
            line.assignments.iter().filter(|said| ["daemon", "postscript", "exec"].contains(&said.word.as_str()))
        {
            remarks.note(said.line, format!("{}= does nothing in ddclient on a line that has a host", said.word));
        }
    }
}

/// What the file says last of a word that is for all hosts.
fn global<'l>(lines: &'l [Line], word: &str) -> Option<&'l Assignment> {
    let lines = lines.iter().rev().filter(|line| line.hosts.is_empty());
    lines.flat_map(|line| line.assignments.iter().rev()).find(|said| said.word == word)
}

fn daemon(said: &Assignment, document: &mut Document, remarks: &mut Remarks) {
    let Some(seconds) = seconds(&said.value).filter(|seconds| *seconds > 0) else { return };
    let minutes = seconds.div_ceil(60);
    let when = match MINUTES.iter().rfind(|known| **known <= minutes).filter(|_| minutes < 60) {
        Some(1) => "* *".to_owned(),
        Some(minutes) => format!("*/{minutes} *"),
        None => "0 *".to_owned(),
    };
    let cron = format!("{when} * * * root /usr/local/bin/nsup sync");
    let daemon = format!("daemon={}", said.value.as_str());
    remarks.note(said.line, format!("{daemon} is nothing for nsup.toml: {cron:?} in /etc/crontab, or `nsup watch`"));
    document.comments.push(format!("{daemon} is a line of /etc/crontab instead, or `nsup watch`:"));
    document.comments.push(cron);
}

/// A time as ddclient writes it: digits and a unit, of which the first letter counts.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().ok()?;
    let unit = match text[end..].chars().next().map(|c| c.to_ascii_lowercase()) {
        None | Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3600,
        Some('d') => 86_400,
        Some(_) => return None,
    };
    number.checked_mul(unit)
}

fn postscript(said: &Assignment, document: &mut Document, remarks: &mut Remarks) {
    let path = said.value.as_str();
    if path.contains(char::is_whitespace) {
        let what = "postscript= has blanks in it: ddclient takes all of it for one file, and nothing runs";
        remarks.lost(said.line, what, "on-change = [\"/PROGRAM\", \"ARGUMENT\"]");
    } else if !path.starts_with('/') || path.contains('\u{fffd}') {
        let what = format!("postscript={path} is no whole path, and is left out");
        remarks.lost(said.line, what, "on-change = [\"/DIRECTORY/PROGRAM\"]");
    } else {
        let what =
            format!("postscript={path} runs for each changed name and type by itself, and only when it has changed");
        remarks.note(said.line, what);
        document.top.push(("on-change", list(&["/bin/sh", "-c", AS_ARGUMENT, path])));
    }
}
