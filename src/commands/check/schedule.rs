//! What calls nsup from time to time, or lets it stay: cron's files, and systemd's units.

use std::path::{Path, PathBuf};

use crate::output::Link;
use crate::state::text_of_file;

use super::cron::{CronLine, inside, is_running, lines, passed_over};
use super::report::Report;

/// Where systemd's units are.
const UNITS: &[&str] = &["etc/systemd/system", "run/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"];

/// The line of /etc/crontab that is missing.
const LINE: &str = "*/5 * * * * root /usr/local/bin/nsup sync";

/// Looks at the files below `root`. `hooked` is whether a hook would call.
pub(super) fn examine(root: &Path, hooked: bool, report: &mut Report) {
    let mut found = Vec::new();
    for file in passed_over(root) {
        let what = format!("cron passes over {}: a name there has no dot", file.display());
        let better = file.with_extension("");
        report.warn(Link::Schedule, what, vec![format!("mv {} {}", file.display(), better.display())]);
    }
    for CronLine { place, text, fault } in lines(root) {
        match fault {
            Some((why, remedy)) => report.warn(Link::Schedule, format!("{place} runs nothing: {why}"), vec![remedy]),
            None => found.push(format!("{place}: {text}")),
        }
    }
    if !found.is_empty() && root == Path::new("/") && is_running() == Some(false) {
        let what = format!("{}, and no cron runs on this machine", found.join(", "));
        return report.warn(Link::Schedule, what, vec!["systemctl enable --now cron".to_owned()]);
    }
    for (unit, program) in units(root) {
        // A service for each run is started by its timer.
        let name = unit.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let starter = if program == "sync" { name.replace(".service", ".timer") } else { name };
        if is_enabled(root, &starter) {
            found.push(format!("{starter} (nsup {program})"));
        } else {
            let what = format!("{} runs nsup {program}, and {starter} is not enabled", unit.display());
            report.warn(Link::Schedule, what, vec![format!("systemctl enable --now {starter}")]);
        }
    }
    if report.all.iter().any(|finding| finding.link == Link::Schedule) && found.is_empty() {
        return;
    }
    if !found.is_empty() {
        return report.good(Link::Schedule, found.join(", "));
    }
    let what = if hooked {
        "nothing calls nsup from time to time: an event that was lost is never made up for"
    } else {
        "nothing calls nsup: neither a hook, nor cron, nor a timer, nor nsup watch"
    };
    report.warn(Link::Schedule, what, vec!["in /etc/crontab:".to_owned(), LINE.to_owned()]);
}

/// The units that run `nsup sync` or `nsup watch`.
fn units(root: &Path) -> Vec<(PathBuf, &'static str)> {
    let files = UNITS.iter().flat_map(|folder| inside(&root.join(folder)));
    let services = files.filter(|file| file.extension().is_some_and(|ending| ending == "service"));
    let mut found: Vec<(PathBuf, &'static str)> = Vec::new();
    for file in services {
        let text = text_of_file(&file).unwrap_or_default();
        let runs = |verb: &str| {
            text.lines()
                .any(|line| line.trim_start().starts_with("ExecStart=") && line.contains(&format!("nsup {verb}")))
        };
        let program = ["sync", "watch"].into_iter().find(|verb| runs(verb));
        // What is in /etc takes the place of what the package brought.
        let is_new = found.iter().all(|(known, _)| known.file_name() != file.file_name());
        found.extend(program.filter(|_| is_new).map(|program| (file, program)));
    }
    found
}

/// Whether some unit wants this one: `systemctl enable` makes such links.
fn is_enabled(root: &Path, unit: &str) -> bool {
    let wants = UNITS.iter().flat_map(|folder| inside(&root.join(folder)));
    let mut wants = wants.filter(|folder| folder.to_string_lossy().ends_with(".wants"));
    wants.any(|folder| folder.join(unit).symlink_metadata().is_ok())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::output::{Printer, State};

    fn found(files: &[(&str, &str)]) -> (Vec<State>, String) {
        let root = tempfile::tempdir().unwrap();
        for (file, text) in files.iter().chain(&[("usr/local/bin/nsup", ""), ("usr/bin/nsup", "")]) {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut report = Report::new(Printer { verbose: false, quiet: true, json: true, log: None });
        examine(root.path(), true, &mut report);
        let words =
            report.all.iter().map(|finding| format!("{}\n{}\n", finding.what, finding.remedy.join("\n"))).collect();
        (report.all.iter().map(|finding| finding.state).collect(), words)
    }

    #[test]
    fn cron_and_timers_and_watch_are_each_enough() {
        let sync = "[Service]\nExecStart=/usr/bin/nsup sync\n";
        for files in [
            &[("etc/crontab", "#*/5 * * * * root nsup sync\n*/5 * * * * root /usr/local/bin/nsup sync\n")][..],
            &[("etc/cron.d/nsup", "@hourly root nsup sync -q\n")],
            &[("lib/systemd/system/nsup.service", sync), ("etc/systemd/system/timers.target.wants/nsup.timer", "")],
            &[
                ("lib/systemd/system/nsup-watch.service", "ExecStart=nsup watch"),
                ("etc/systemd/system/multi-user.target.wants/nsup-watch.service", ""),
            ],
        ] {
            assert_eq!(found(files).0, [State::Good], "{files:?}");
        }
        assert!(found(&[("etc/crontab", "1 * * * * root nsup sync\n")]).1.contains("etc/crontab:1: 1 * * * *"));
    }

    #[test]
    fn what_is_not_called_is_told() {
        let (states, words) = found(&[("lib/systemd/system/nsup.service", "ExecStart=nsup sync")]);
        assert!(states[0] == State::Warning && words.contains("systemctl enable --now nsup.timer"), "{words}");
        let (states, words) = found(&[("etc/cron.d/nsup.cron", "* * * * * root nsup sync\n")]);
        assert!(states[0] == State::Warning && words.contains("no dot"), "{words}");
        assert!(found(&[]).1.contains(LINE));
    }
}
