//! When cron is to run `nsup sync` next, as far as its tables prove it.
//!
//! cron goes by the local time, which is not known here. A time is told only for a line that runs at the same minutes
//! wherever the clock is a multiple of fifteen minutes off; of others, the line itself is told. Of systemd's timers no
//! file says when they elapse.

use std::path::{Path, PathBuf};

use crate::dns::Name;
use crate::output::Next;
use crate::state::text_of_file;

use super::super::check::cron_files;

/// The users' own tables, and root's, whose lines name no user (crontab(5)).
const OF_USERS: &str = "/var/spool/cron/crontabs";
const OF_ROOT: &str = "/var/spool/cron/crontabs/root";
/// The file that nsup reads where nobody names one, as root's cron starts it.
const USUAL: &str = "/etc/nsup/nsup.toml";

/// The lines that run `nsup sync` with one configuration file.
#[derive(Debug, Default)]
pub(super) struct Schedule(Vec<Line>);

#[derive(Debug)]
struct Line {
    by: String,
    schedule: String,
    /// The minutes of the hour, where it runs each hour and they are the same everywhere.
    minutes: Option<Vec<u64>>,
    /// The names; all of them if there are none.
    names: Vec<Name>,
}

impl Schedule {
    /// What cron's tables say of this file.
    pub(super) fn of(config: &Path) -> Self {
        let mut lines = Vec::new();
        // A plain user's table goes by files of his own.
        let is_ours = |path: &PathBuf| !path.starts_with(OF_USERS) || path == Path::new(OF_ROOT);
        for path in cron_files(Path::new("/")).iter().filter(|path| is_ours(path)) {
            lines.extend(text_of_file(path).iter().flat_map(|text| table(text, path, config)));
        }
        Self(lines)
    }

    /// The next run for a name.
    pub(super) fn next(&self, name: &Name, now: u64) -> Option<Next> {
        let lines = self.0.iter().filter(|line| line.names.is_empty() || line.names.contains(name));
        let next = lines.map(|line| Next {
            at: line.minutes.as_deref().and_then(|minutes| next(minutes, now)),
            schedule: line.schedule.clone(),
            by: line.by.clone(),
        });
        next.min_by_key(|next| next.at.unwrap_or(u64::MAX))
    }
}

/// The lines of a table that run `nsup sync` with this file.
fn table(text: &str, path: &Path, config: &Path) -> Vec<Line> {
    let has_user = path != Path::new(OF_ROOT);
    let mut used = PathBuf::from(USUAL);
    let mut lines = Vec::new();
    for (number, text) in text.lines().enumerate() {
        let text = text.trim();
        if let Some(set) = text.strip_prefix("NSUP_CONFIG").map(str::trim_start).and_then(|rest| rest.strip_prefix('='))
        {
            used = set.trim().trim_matches(['"', '\'']).into();
        }
        let is_line = text.starts_with(|first: char| first.is_ascii_digit() || first == '*' || first == '@');
        if let Some(line) = is_line.then(|| line(text, has_user, &used, config)).flatten() {
            lines.push(Line { by: format!("{}:{}", path.display(), number + 1), ..line });
        }
    }
    lines
}

/// A line that runs `nsup sync`, if it does so with this file.
fn line(text: &str, has_user: bool, used: &Path, config: &Path) -> Option<Line> {
    let fields = if text.starts_with('@') { 1 } else { 5 };
    let words: Vec<&str> = text.split_whitespace().collect();
    // The time, the user, and the command.
    let (time, command) = (words.get(..fields)?, words.get(fields + usize::from(has_user)..)?);
    let is_nsup = |word: &str| Path::new(word).file_name().is_some_and(|name| name == "nsup");
    let start = command.windows(2).position(|pair| is_nsup(pair[0]) && pair[1] == "sync")?;
    let mut arguments = command.get(start + 2..)?.iter().take_while(|word| !word.contains(['>', '|', '&', ';', '#']));
    let (mut used, mut names) = (used.to_owned(), Vec::new());
    while let Some(word) = arguments.next() {
        match *word {
            "--config" => used = arguments.next()?.into(),
            // What it is to print, and nothing that keeps it from its work.
            "-q" | "--quiet" | "-v" | "--verbose" | "--json" => {}
            word if word.starts_with("--config=") => used = word.trim_start_matches("--config=").into(),
            word if word.starts_with('-') => return None,
            word => names.push(Name::parse(word).ok()?),
        }
    }
    let minutes = match time {
        [minutes, "*", "*", "*", "*"] => list(minutes).filter(|minutes| is_everywhere(minutes)),
        _ => None,
    };
    (used == config).then(|| Line { by: String::new(), schedule: time.join(" "), minutes, names })
}

/// The minutes that a field means (crontab(5)): `*`, numbers, ranges, and steps.
fn list(field: &str) -> Option<Vec<u64>> {
    let mut minutes = Vec::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').map_or((part, Some(1)), |(range, step)| (range, step.parse().ok()));
        let (first, last) = match (range, range.split_once('-')) {
            ("*", _) => (0, 59),
            (_, Some((first, last))) => (first.parse().ok()?, last.parse().ok()?),
            // One number with a step is not the same to every cron.
            (_, None) if part.contains('/') => return None,
            (one, None) => (one.parse().ok()?, one.parse().ok()?),
        };
        let step = step.filter(|step| *step > 0)?;
        if first > last || last > 59u64 {
            return None;
        }
        minutes.extend((first..=last).step_by(step));
    }
    Some(minutes)
}

/// Whether they are the same minutes wherever the clock is a multiple of fifteen minutes off.
fn is_everywhere(minutes: &[u64]) -> bool {
    minutes.iter().all(|minute| minutes.contains(&((minute + 15) % 60)))
}

/// The first of these minutes after `now`.
fn next(minutes: &[u64], now: u64) -> Option<u64> {
    let this = now / 60;
    (this + 1..=this + 60).find(|minute| minutes.contains(&(minute % 60))).map(|minute| minute * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-25 20:03:20 UTC.
    const NOW: u64 = 1_795_637_000;

    fn of(text: &str, config: &str) -> Schedule {
        Schedule(table(text, Path::new("/etc/crontab"), Path::new(config)))
    }

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn at(schedule: &str) -> Option<u64> {
        let text = format!("{schedule} root /usr/local/bin/nsup sync\n");
        of(&text, USUAL).next(&name("a.example"), NOW).expect("a line").at
    }

    #[test]
    fn a_time_is_told_where_it_is_the_same_in_every_zone() {
        assert_eq!(NOW % 3600, 200, "three minutes past");
        assert_eq!(at("*/5 * * * *"), Some(NOW - 200 + 300));
        assert_eq!(at("* * * * *"), Some(NOW - 200 + 240));
        assert_eq!(at("*/15 * * * *"), Some(NOW - 200 + 900));
        assert_eq!(at("2,17,32,47 * * * *"), Some(NOW - 200 + 17 * 60));
        assert_eq!(at("1-59/3 * * * *"), Some(NOW - 200 + 240));
        for unknown in [
            "0 * * * *",
            "*/10 * * * *",
            "*/5 3 * * *",
            "*/5 * * * 1",
            "5/5 * * * *",
            "@hourly",
            "*/0 * * * *",
            "1-70 * * * *",
        ] {
            assert_eq!(at(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_line_counts_that_runs_sync_with_the_file_for_the_name() {
        let counts = |text: &str, config: &str| of(text, config).next(&name("a.example"), NOW).map(|next| next.by);
        let first = Some("/etc/crontab:1".to_owned());
        for line in [
            "*/5 * * * * root nsup sync",
            "*/5 * * * * root /usr/local/bin/nsup sync -q >/dev/null 2>&1",
            "  */5\t* * * *\troot\ttest -x /usr/local/bin/nsup && /usr/local/bin/nsup sync || true",
            "*/5 * * * * root nsup sync b.example a.example.",
            "@hourly root nsup sync",
        ] {
            assert_eq!(counts(line, USUAL), first, "{line}");
            assert_eq!(counts(line, "/other.toml"), None, "{line}");
        }
        for line in [
            "# */5 * * * * root nsup sync",
            "*/5 * * * * root nsup status",
            "*/5 * * * * root nsup sync b.example",
            "*/5 * * * * root nsup sync --dry-run",
            "*/5 * * * * root nsup sync --config",
            "*/5 * * * * root notnsup sync",
            "*/5 * * *",
            "*/5 * * * * root",
            "",
        ] {
            assert_eq!(counts(line, USUAL), None, "{line}");
        }
        assert_eq!(counts("*/5 * * * * root nsup sync --config=/o.toml", "/o.toml"), first);
        assert_eq!(counts("*/5 * * * * root nsup sync --config /o.toml", "/o.toml"), first);
        let set = "NSUP_CONFIG = \"/o.toml\"\n*/5 * * * * root nsup sync\n* * * * * root nsup sync --config /x\n";
        assert_eq!(counts(set, "/o.toml"), Some("/etc/crontab:2".to_owned()));
        let own = table("*/5 * * * * nsup sync\n", Path::new(OF_ROOT), Path::new(USUAL));
        assert_eq!(own.len(), 1, "root's own table names no user");
        let two = "0 * * * * root nsup sync\n*/15 * * * * root nsup sync\n*/5 * * * * root nsup sync\n";
        assert_eq!(counts(two, USUAL), Some("/etc/crontab:3".to_owned()), "the one that comes first");
    }
}
