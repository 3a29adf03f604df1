//! ddclient.conf: its hosts with `protocol=nsupdate` become names of nsup.toml.

mod command;
mod primary;
mod schedule;
mod sources;
mod syntax;
mod words;

use zeroize::Zeroizing;

use crate::dns::Name;

use super::IsThere;
use super::remark::{Imported, Remarks};
use super::write::{Document, Entry};
use syntax::{Assignment, Line};

/// A host with what is said of it: first for all hosts, then on its own line. What is said last holds.
pub(super) struct Host<'l> {
    text: &'l str,
    /// The line of its name.
    line: usize,
    options: Vec<&'l Assignment>,
}

/// What ddclient does where a file does not say it.
const DEFAULT_PROTOCOL: &str = "dyndns2";

/// How ddclient is turned off on Debian, where pppd starts it too.
const TURNED_OFF: &str =
    "Turn ddclient off first: systemctl disable --now ddclient; chmod -x /etc/ppp/ip-up.d/ddclient";
/// What is done instead where it is still needed.
const GOES_ON: &str =
    "Take these hosts out of ddclient's file first: it goes on for the others, and two that write one name fight";

/// Makes an nsup.toml of the file's octets; `from` is what a comment calls the file.
pub(super) fn import(octets: &[u8], from: &str, is_there: IsThere<'_>) -> Imported {
    let mut remarks = Remarks::default();
    // No value of nsup.toml can hold a NUL, so that it is one more octet that is no text.
    let text = Zeroizing::new(String::from_utf8_lossy(octets).replace('\0', "\u{fffd}"));
    let lines = syntax::lines(&text, &mut remarks);
    let mut document = Document { from: format!("From {from}, by nsup import ddclient"), ..Document::default() };
    let hosts = hosts(&lines);
    for host in &hosts {
        if let Some(name) = host.name(&hosts, &mut remarks) {
            document.names.extend(host.entry(name, is_there, &mut remarks));
        }
    }
    if !document.names.is_empty() {
        let is_needed = hosts.iter().any(|host| !host.is_ours());
        document.comments.push(if is_needed { GOES_ON } else { TURNED_OFF }.to_owned());
        schedule::whole_file(&lines, &mut document, &mut remarks);
        words::others(&lines, &hosts, &mut remarks);
    }
    Imported { lines: document.lines(), remarks: remarks.sorted() }
}

/// All hosts in the order of the file.
fn hosts(lines: &[Line]) -> Vec<Host<'_>> {
    let mut globals: Vec<&Assignment> = Vec::new();
    let mut hosts = Vec::new();
    for line in lines {
        let options: Vec<&Assignment> = globals.iter().copied().chain(&line.assignments).collect();
        let host = |text| Host { text, line: line.line, options: options.clone() };
        hosts.extend(line.hosts.iter().map(|text| host(text)));
        if line.hosts.is_empty() {
            globals = options;
        }
    }
    hosts
}

impl<'l> Host<'l> {
    /// What is said with a word, unless it is nothing.
    fn get(&self, word: &str) -> Option<&'l Assignment> {
        let found = self.options.iter().rev().find(|option| option.word == word);
        found.copied().filter(|option| !option.value.is_empty())
    }

    /// Whether it is updated by nsupdate.
    fn is_ours(&self) -> bool {
        self.protocol().eq_ignore_ascii_case("nsupdate")
    }

    fn protocol(&self) -> &'l str {
        self.get("protocol").map_or(DEFAULT_PROTOCOL, |said| said.value.as_str())
    }

    /// Its name, if it is one that nsup can follow and none of the hosts below it is the same.
    fn name(&self, all: &[Host<'_>], remarks: &mut Remarks) -> Option<Name> {
        let (host, line) = (self.text, self.line);
        let name = Name::parse(host).ok();
        let is_same =
            |other: &&Host<'_>| other.text == host || (name.is_some() && Name::parse(other.text).ok() == name);
        if let Some(last) = all.iter().rfind(is_same).filter(|last| !std::ptr::eq(*last, self)) {
            let what = format!("host {host} stands again in line {}, which is what ddclient goes by", last.line);
            remarks.note(line, what);
            return None;
        }
        if !self.is_ours() {
            let what = format!("host {host} with protocol={} is not carried over", self.protocol());
            remarks.lost(line, what, "nsup speaks nsupdate's protocol only: leave this host to ddclient");
            return None;
        }
        let name = name.filter(|name| name.is_host_name() && !name.is_root());
        if name.is_none() {
            let what = format!("{host:?} is no name of a host, and is not carried over");
            let hint =
                "letters, digits and hyphens between the dots; blanks around an = and a missing comma end the options";
            remarks.lost(line, what, hint);
        }
        name
    }

    /// What it comes to; nothing where ddclient publishes no address of it.
    fn entry(&self, name: Name, is_there: IsThere<'_>, remarks: &mut Remarks) -> Option<Entry> {
        let mut entry = Entry { name, comments: Vec::new(), settings: Vec::new() };
        let has_source = self.sources(&mut entry, remarks);
        if has_source {
            self.primary(&mut entry, is_there, remarks);
        }
        has_source.then_some(entry)
    }
}
