//! What calls nsup when an address changes: whether the files are there, and whether their callers take them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::output::Link;
use crate::state::text_of_file;

use super::report::Report;

/// How a caller chooses among the files of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// run-parts(8): executable, and a name without dots.
    RunParts,
    /// Read in by a shell script; of names, those that run-parts takes.
    ReadIn,
    /// NetworkManager: executable, root's, and nobody else's to change.
    NetworkManager,
    /// networkd-dispatcher: mode 755, neither more nor less, and root's.
    Dispatcher,
}

/// The callers, and where each looks.
const CALLERS: &[(&str, Rule, &[&str])] = &[
    ("pppd", Rule::RunParts, &["etc/ppp/ip-up.d", "etc/ppp/ip-down.d", "etc/ppp/ipv6-up.d", "etc/ppp/ipv6-down.d"]),
    ("dhclient", Rule::ReadIn, &["etc/dhcp/dhclient-exit-hooks.d"]),
    ("dhcpcd", Rule::ReadIn, &["usr/lib/dhcpcd/dhcpcd-hooks", "lib/dhcpcd/dhcpcd-hooks"]),
    (
        "NetworkManager",
        Rule::NetworkManager,
        &["etc/NetworkManager/dispatcher.d", "etc/NetworkManager/dispatcher.d/pre-down.d"],
    ),
    ("ifupdown", Rule::RunParts, &["etc/network/if-up.d", "etc/network/if-down.d"]),
    (
        "networkd-dispatcher",
        Rule::Dispatcher,
        &[
            "etc/networkd-dispatcher/routable.d",
            "etc/networkd-dispatcher/degraded.d",
            "etc/networkd-dispatcher/configured.d",
            "etc/networkd-dispatcher/dormant.d",
            "etc/networkd-dispatcher/no-carrier.d",
            "etc/networkd-dispatcher/off.d",
        ],
    ),
];

/// Files that a caller runs alone, without a folder.
const ALONE: &[&str] =
    &["etc/ppp/ip-up", "etc/ppp/ip-down", "etc/ppp/ipv6-up", "etc/ppp/ipv6-down", "etc/dhcpcd.exit-hook"];

/// Where the files look for the program.
const PATH: &[&str] = &["usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin"];

/// Looks at all the files below `root` that call `nsup hook`. Says whether any would be called.
pub(super) fn examine(root: &Path, report: &mut Report) -> bool {
    let mut works = Vec::new();
    let mut faults = false;
    for (caller, rule, folders) in CALLERS {
        let files: Vec<PathBuf> = folders.iter().flat_map(|folder| ours(&root.join(folder))).collect();
        for file in &files {
            match fault(file, *rule) {
                Some((what, remedy)) => {
                    faults = true;
                    report.warn(Link::Hooks, format!("{caller} passes over {}: {what}", file.display()), vec![remedy]);
                }
                None => works.push(file.display().to_string()),
            }
        }
    }
    works.extend(
        ALONE.iter().map(|file| root.join(file)).filter(|file| calls(file)).map(|file| file.display().to_string()),
    );
    if works.is_empty() {
        return faults;
    }
    if !PATH.iter().any(|folder| root.join(folder).join("nsup").exists()) {
        let what = format!("{} looks for nsup in the usual places, and it is in none of them", works[0]);
        let remedy = "cargo install --locked --path . --root /usr/local, or its directory in the file's line with PATH"
            .to_owned();
        report.warn(Link::Hooks, what, vec![remedy]);
    } else {
        report.good(Link::Hooks, works.join(", "));
    }
    true
}

/// The files of a folder that call us.
fn ours(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| calls(path)).collect();
    files.sort();
    files
}

fn calls(path: &Path) -> bool {
    // A comment calls nobody.
    let is_call = |line: &str| !line.trim_start().starts_with('#') && line.contains("nsup hook");
    text_of_file(path).is_some_and(|text| text.lines().any(is_call))
}

/// Why its caller would not take a file, and what mends that.
fn fault(path: &Path, rule: Rule) -> Option<(String, String)> {
    let (shown, name) = (path.display(), path.file_name()?.to_string_lossy().into_owned());
    let meta = fs::metadata(path).ok()?;
    let mode = meta.mode() & 0o7777;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let chmod = format!("chmod 755 {shown}");
    if matches!(rule, Rule::RunParts | Rule::ReadIn)
        && !name.chars().all(plain)
        && !shown.to_string().contains("dhcpcd")
    {
        let better: String = name.split('.').next().unwrap_or("nsup").chars().filter(|c| plain(*c)).collect();
        let better = if better.is_empty() { "nsup".to_owned() } else { better };
        let what = "its name may have letters, digits, - and _ only, no dot (run-parts)".to_owned();
        return Some((what, format!("mv {shown} {}", path.with_file_name(better).display())));
    }
    if rule != Rule::ReadIn && mode & 0o100 == 0 {
        return Some((format!("it is not executable (mode {mode:04o})"), chmod));
    }
    if matches!(rule, Rule::NetworkManager | Rule::Dispatcher) && meta.uid() != 0 {
        return Some((
            format!("it belongs to user {} and not to root", meta.uid()),
            format!("chown root:root {shown}"),
        ));
    }
    if rule == Rule::Dispatcher && mode != 0o755 {
        return Some((format!("its mode is {mode:04o} and not 0755"), chmod));
    }
    if mode & 0o022 != 0 {
        return Some((format!("others may change it (mode {mode:04o}), and root runs it"), chmod));
    }
    None
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::output::{Printer, State};

    fn place(root: &Path, file: &str, mode: u32) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "#!/bin/sh\n# calls nsup\nexec nsup hook pppd up \"$@\"\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// What is found with these files: the states, and the words.
    fn found(files: &[(&str, u32)]) -> (Vec<State>, String) {
        let root = tempfile::tempdir().unwrap();
        files.iter().for_each(|(file, mode)| place(root.path(), file, *mode));
        let mut report = Report::new(Printer { verbose: false, quiet: true, json: true, log: None });
        examine(root.path(), &mut report);
        let words =
            report.all.iter().map(|finding| format!("{}\n{}\n", finding.what, finding.remedy.join("\n"))).collect();
        (report.all.iter().map(|finding| finding.state).collect(), words)
    }

    const NSUP: (&str, u32) = ("usr/bin/nsup", 0o755);

    #[test]
    fn files_that_their_callers_take_are_good_and_others_say_why_not() {
        let good = found(&[NSUP, ("etc/ppp/ip-up.d/50nsup", 0o755), ("etc/dhcp/dhclient-exit-hooks.d/nsup", 0o644)]);
        assert_eq!(good.0, [State::Good], "{}", good.1);
        for (file, mode, what) in [
            ("etc/ppp/ip-up.d/50nsup", 0o644, "not executable"),
            ("etc/ppp/ip-up.d/nsup.sh", 0o755, "no dot"),
            ("etc/network/if-up.d/nsup", 0o777, "others may change it"),
            ("etc/NetworkManager/dispatcher.d/50nsup", 0o600, "not executable"),
            ("etc/networkd-dispatcher/routable.d/50nsup", 0o750, "not 0755"),
        ] {
            let (states, words) = found(&[NSUP, (file, mode)]);
            assert!(states == [State::Warning] && words.contains(what), "{file}: {words}");
        }
        assert!(found(&[NSUP, ("etc/ppp/ip-up.d/nsup.sh", 0o755)]).1.contains("ip-up.d/nsup\n"));
        assert!(found(&[("etc/ppp/ip-up.d/50nsup", 0o755)]).1.contains("usual places"));
    }

    #[test]
    fn what_only_speaks_of_nsup_calls_nobody() {
        assert!(found(&[NSUP]).0.is_empty());
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("x"), "# nsup hook pppd\n").unwrap();
        assert!(!calls(&root.path().join("x")));
    }
}
