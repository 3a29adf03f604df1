//! The words of ddclient.conf that nsup.toml has no place for, with what does their work.

use super::super::remark::Remarks;
use super::Host;
use super::syntax::{Assignment, Line};

/// What is carried over, or said elsewhere.
const TAKEN: &[&str] = &[
    "protocol",
    "host",
    "server",
    "password",
    "zone",
    "ttl",
    "tcp",
    "login",
    "daemon",
    "postscript",
    "exec",
    "use",
    "usev4",
    "usev6",
];

/// Words that hold the value of a `use`.
const VALUES: &[&str] = &[
    "ip", "ipv4", "ipv6", "if", "ifv4", "ifv6", "cmd", "cmdv4", "cmdv6", "web", "webv4", "webv6", "fw", "fwv4", "fwv6",
];

/// Words with what does their work.
const INSTEAD: &[(&[&str], &str)] = &[
    (&["mail", "mail-failure"], "cron mails what `nsup sync` prints"),
    (&["syslog", "facility", "priority"], "hooks write to the system's log, and `nsup sync` prints"),
    (&["pid", "foreground"], "`nsup sync` ends by itself, and `nsup watch` stays in the foreground"),
    (&["cache", "force", "retry"], "nsup asks the zone each time what it holds"),
    (
        &["max-interval", "min-interval", "min-error-interval"],
        "nsup asks the zone each time, and writes only where it holds something else",
    ),
    (&["quiet", "verbose", "debug", "max-warn"], "options of `nsup sync` do that: -q, -v"),
    (
        &["ssl", "ssl-validate", "ssl_ca_dir", "ssl_ca_file", "curl", "proxy", "timeout"],
        "it is for web pages, and does nothing with protocol=nsupdate",
    ),
    (&["if-skip", "fw-banlocal"], "ddclient itself makes nothing of it any more"),
];

/// Says what becomes of every word that nothing was said of.
pub(super) fn others(lines: &[Line], hosts: &[Host<'_>], remarks: &mut Remarks) {
    let ours: Vec<&Host<'_>> = hosts.iter().filter(|host| host.is_ours()).collect();
    let concerns =
        |line: &&Line| line.hosts.is_empty() || ours.iter().any(|host| line.hosts.iter().any(|own| own == host.text));
    for said in lines.iter().filter(concerns).flat_map(|line| &line.assignments) {
        let word = said.word.as_str();
        if TAKEN.contains(&word) || (VALUES.contains(&word) && ours.iter().any(|host| uses(host, said))) {
            continue;
        }
        if word == "cmd-skip" && ours.iter().any(|host| host.strategies().iter().any(|strategy| strategy.is_of("cmd")))
        {
            let what = "cmd-skip= is left out: nsup takes what a program prints as a whole";
            remarks.lost(said.line, what, "have the program print the address and nothing else");
            continue;
        }
        if word.ends_with("_env") {
            let what = format!("{word}= is left out: what it says stands in ddclient's environment");
            remarks.lost(said.line, what, "write the value itself, and import again");
            continue;
        }
        let instead = INSTEAD.iter().find(|(words, _)| words.contains(&word));
        let why = match instead {
            Some((_, instead)) => instead,
            None if VALUES.contains(&word) => "no host of protocol=nsupdate goes by it",
            None if is_of_page(word) => "it goes with a web page that is asked for the address",
            None => "it does nothing with protocol=nsupdate",
        };
        // Without the value: it may be a password.
        remarks.note(said.line, format!("{word}= is left out: {why}"));
    }
}

fn is_of_page(word: &str) -> bool {
    word.starts_with("web") || word.starts_with("fw") || word.starts_with("cmd")
}

/// Whether the address of a host is what this says.
fn uses(host: &Host<'_>, said: &Assignment) -> bool {
    let is_it = |word: &str| host.get(word).is_some_and(|found| std::ptr::eq(found, said));
    is_it(&said.word) && host.strategies().iter().any(|strategy| strategy.is_of(&said.word))
}
