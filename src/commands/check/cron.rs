//! The lines of cron's tables that run `nsup sync`, and why cron would not run them (crontab(5), cron(8)).

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::state::text_of_file;

/// Where cron looks for programs, unless its table says otherwise.
const PATH: &str = "/usr/bin:/bin";

/// A line that runs `nsup sync`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CronLine {
    /// Its file, and its number.
    pub(super) place: String,
    /// What it says.
    pub(super) text: String,
    /// Why cron does not run it, and what mends that.
    pub(super) fault: Option<(String, String)>,
}

/// The tables below `root`.
pub(in crate::commands) fn cron_files(root: &Path) -> Vec<PathBuf> {
    let mut files = vec![root.join("etc/crontab")];
    files.extend(inside(&root.join("etc/cron.d")).into_iter().filter(|file| is_plain(file)));
    files.extend(inside(&of_users(root)));
    files
}

/// The lines of ours in all tables.
pub(super) fn lines(root: &Path) -> Vec<CronLine> {
    cron_files(root).iter().flat_map(|file| of_file(file, root)).collect()
}

/// Tables of ours that cron does not read, since their names have dots.
pub(super) fn passed_over(root: &Path) -> Vec<PathBuf> {
    let files = inside(&root.join("etc/cron.d"));
    files.into_iter().filter(|file| !is_plain(file) && !of_file(file, root).is_empty()).collect()
}

/// Whether a cron runs on this machine; `None` where that cannot be seen.
pub(super) fn is_running() -> Option<bool> {
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let names = processes.filter_map(|process| fs::read_to_string(process.path().join("comm")).ok());
    Some(names.into_iter().any(|name| matches!(name.trim(), "cron" | "crond" | "fcron" | "cronie")))
}

fn of_file(file: &Path, root: &Path) -> Vec<CronLine> {
    let Some(text) = text_of_file(file) else { return Vec::new() };
    let mode = fs::metadata(file).map_or(0, |meta| meta.mode() & 0o7777);
    let has_users = !file.starts_with(of_users(root));
    let mut path = PATH.to_owned();
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(value) = line.strip_prefix("PATH=") {
            path = value.trim_matches('"').to_owned();
        }
        let Some((first, program)) = command(line, has_users) else { continue };
        let shown = file.display();
        let is_last = number + 1 == text.lines().count();
        let fault = if has_users && first {
            Some((
                "it has no user before its command: cron drops the whole file".to_owned(),
                format!("{shown}:{}: {}", number + 1, with_user(line)),
            ))
        } else if is_last && !text.ends_with('\n') {
            Some(("its last line does not end: cron drops the whole file".to_owned(), format!("echo >>{shown}")))
        } else if has_users && mode & 0o022 != 0 {
            Some((format!("others may change it (mode {mode:04o}): cron drops it"), format!("chmod go-w {shown}")))
        } else if !is_there(&program, &path, root) {
            Some((
                format!("{program} is not there (PATH={path})"),
                "cargo install --locked --path . --root /usr/local, and /usr/local/bin/nsup in the line".to_owned(),
            ))
        } else {
            None
        };
        found.push(CronLine { place: format!("{shown}:{}", number + 1), text: line.to_owned(), fault });
    }
    found
}

/// The program of a line that runs `nsup sync`, and whether it stands where the user should be.
fn command(line: &str, has_users: bool) -> Option<(bool, String)> {
    if line.starts_with('#') {
        return None;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let times = if line.starts_with('@') { 1 } else { 5 };
    let is_nsup = |word: &str| word == "nsup" || word.ends_with("/nsup");
    let place = words.windows(2).position(|pair| is_nsup(pair[0]) && pair[1] == "sync")?;
    // Behind echo it is only a word.
    let is_command = place == times + usize::from(has_users) || place == times || words[..place].contains(&"&&");
    is_command.then(|| (has_users && place == times, words[place].to_owned()))
}

fn with_user(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let times = if line.starts_with('@') { 1 } else { 5 };
    let (when, what) = words.split_at(times.min(words.len()));
    format!("{} root {}", when.join(" "), what.join(" "))
}

fn is_there(program: &str, path: &str, root: &Path) -> bool {
    let below = |file: &str| root.join(file.trim_start_matches('/'));
    if program.starts_with('/') {
        return below(program).exists();
    }
    path.split(':').any(|folder| below(folder).join(program).exists())
}

fn of_users(root: &Path) -> PathBuf {
    root.join("var/spool/cron/crontabs")
}

/// Whether cron reads a file of this name (cron(8)).
fn is_plain(file: &Path) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    file.file_name().is_some_and(|name| name.to_string_lossy().chars().all(plain))
}

/// The files of a folder, in their order.
pub(super) fn inside(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Why cron would not run the line of this table.
    fn fault(file: &str, text: &str) -> Option<String> {
        let root = tempfile::tempdir().unwrap();
        for (file, text) in [("usr/bin/nsup", ""), (file, text)] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found = lines(root.path());
        assert_eq!(found.len(), 1, "{text:?}: {found:?}");
        found[0].fault.clone().map(|(what, _)| what)
    }

    #[test]
    fn lines_that_cron_runs_are_good() {
        for text in [
            "*/5 * * * * root nsup sync\n",
            "@hourly root  /usr/bin/nsup  sync -q\n",
            "PATH=/usr/bin\n# nsup sync\n*/5 * * * * root test -e /x && nsup sync\n",
        ] {
            assert_eq!(fault("etc/cron.d/nsup", text), None, "{text:?}");
        }
        assert_eq!(fault("var/spool/cron/crontabs/root", "*/5 * * * * nsup sync\n"), None);
    }

    #[test]
    fn lines_that_cron_does_not_run_say_why() {
        for (text, what) in [
            ("*/5 * * * * nsup sync\n", "no user"),
            ("*/5 * * * * root nsup sync", "does not end"),
            ("*/5 * * * * root /usr/local/bin/nsup sync\n", "is not there"),
            ("PATH=/bin\n*/5 * * * * root nsup sync\n", "is not there"),
        ] {
            assert!(fault("etc/crontab", text).is_some_and(|said| said.contains(what)), "{text:?}");
        }
        assert_eq!(with_user("*/5 * * * * nsup sync"), "*/5 * * * * root nsup sync");
    }

    #[test]
    fn what_only_speaks_of_it_runs_nothing() {
        assert_eq!(command("@reboot root echo no nsup sync today", true), None);
        assert_eq!(command("#*/5 * * * * root nsup sync", true), None);
    }
}
