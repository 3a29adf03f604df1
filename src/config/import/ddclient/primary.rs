//! server=, password=, zone=, ttl=, tcp= and login=: how the server of a host is reached.

use std::path::Path;

use crate::dns::{MAX_TTL, Name};

use super::super::super::server::Server;
use super::super::IsThere;
use super::super::remark::Remarks;
use super::super::write::{Entry, NO_SERVER, name, text};
use super::Host;
use super::schedule::seconds;

/// The TTL that ddclient gives where none is said.
const DEFAULT_TTL: u32 = 600;

/// What some of its runs raise a TTL to.
const RAISED: u64 = 300;

/// The programs that nsup does the work of.
const PROGRAMS: &[&str] = &["nsupdate", "knsupdate"];

/// Whether a server's name is made of what names of hosts are made of.
fn is_plain(server: &Server) -> bool {
    match server {
        Server::Address(..) => true,
        Server::Name(host, _) => host.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c)),
    }
}

impl Host<'_> {
    /// Writes what the file says of the server, and the key.
    pub(super) fn primary(&self, entry: &mut Entry, is_there: IsThere<'_>, remarks: &mut Remarks) {
        self.server(entry, remarks);
        self.key(entry, is_there, remarks);
        self.zone(entry, remarks);
        self.ttl(entry, remarks);
        let tcp = self.get("tcp").map(|tcp| tcp.value.to_ascii_lowercase());
        if tcp.is_some_and(|tcp| ["y", "yes", "t", "true", "1", "on"].contains(&tcp.as_str())) {
            entry.settings.push(("transport", text("tcp")));
        }
        let login = self.get("login");
        let is_usual = |login: &str| PROGRAMS.contains(&login.rsplit('/').next().unwrap_or_default());
        if let Some(login) = login.filter(|login| !is_usual(&login.value)) {
            // Not shown: where hosts of other protocols are in the file it may be anything.
            let what = "login= is another program than nsupdate, or has options, and nsup runs none";
            remarks.lost(login.line, what, "what that program does besides is for on-change, or for nsup.toml's keys");
        }
    }

    fn server(&self, entry: &mut Entry, remarks: &mut Remarks) {
        let Some(said) = self.get("server") else {
            let what = "no server= is said, and ddclient sends to members.dyndns.org; nsup finds the zone's primary";
            remarks.lost(self.line, what, "server = \"HOST\" if it is another than the zone's SOA says");
            return;
        };
        match said.value.parse::<Server>() {
            Ok(server) if is_plain(&server) => entry.settings.push(("server", text(&server.to_string()))),
            // Not shown: where a server is to be, a login and its password may stand too.
            _ => remarks.lost(said.line, "server= names no server, and is left out", NO_SERVER),
        }
    }

    fn key(&self, entry: &mut Entry, is_there: IsThere<'_>, remarks: &mut Remarks) {
        let Some(said) = self.get("password") else {
            let hint = "key = \"FILE\" with a file of tsig-keygen";
            remarks.lost(self.line, "no password= is said, so that there is no key, and ddclient does nothing", hint);
            entry.comments.push("key = \"FILE\" is still to be said: a file of tsig-keygen".to_owned());
            return;
        };
        let path = said.value.as_str();
        // What is no path may be a secret, or the password of hosts of other protocols.
        let is_text = !path.contains('\u{fffd}') && !path.starts_with("credential:");
        // base64 may begin with a slash, and has no dots.
        let is_path = path.starts_with('/') && (Path::new(path).extension().is_some() || is_there(path));
        if is_path && !path.ends_with('=') && is_text {
            entry.settings.push(("key", text(path)));
        } else if is_text && (path.ends_with(".key") || path.ends_with(".private")) {
            entry.settings.push(("key", text(path)));
            let what = format!("password={path} is looked for where ddclient runs, and nsup looks beside nsup.toml");
            remarks.lost(said.line, what, "key = \"/DIRECTORY/FILE\" with the whole path");
        } else {
            let what = "password= is no path of a key's file, and is left out";
            remarks.lost(said.line, what, "key = \"/DIRECTORY/FILE\"; nsup.toml holds no secrets");
            entry.comments.push("key = \"FILE\" is still to be said: a file of tsig-keygen".to_owned());
        }
    }

    fn zone(&self, entry: &mut Entry, remarks: &mut Remarks) {
        let Some(said) = self.get("zone") else {
            let what = "no zone= is said, and ddclient takes the root; nsup finds the zone by SOA questions";
            remarks.lost(self.line, what, "zone = \"NAME\" if it is to be another");
            return;
        };
        match Name::parse(&said.value) {
            Ok(zone) if entry.name.is_in(&zone) => entry.settings.push(("zone", name(&zone))),
            // Not shown, as above.
            zone => {
                let why =
                    zone.map_or_else(|_| "is no name".to_owned(), |_| format!("is none that {} is in", self.text));
                let what = format!("zone= {why}, and is left out; nsup finds the zone by SOA questions");
                remarks.lost(said.line, what, "a zone holds its own name and all below it");
            }
        }
    }

    fn ttl(&self, entry: &mut Entry, remarks: &mut Remarks) {
        let said = self.options.iter().rev().filter(|option| option.word == "ttl");
        for said in said {
            let (ttl, line) = (said.value.as_str(), said.line);
            match seconds(ttl) {
                None => {
                    let what = format!("ddclient passes over ttl={ttl}, which is no time");
                    remarks.lost(line, what, "ttl = 600, or like \"10m\"");
                    continue;
                }
                Some(seconds) if seconds > MAX_TTL.into() => {
                    let what = format!("ttl={ttl} is over {MAX_TTL}, and is left out");
                    remarks.lost(line, what, "without ttl a record keeps its own, and a new one gets 300");
                    return;
                }
                Some(seconds) => entry.settings.push(("ttl", seconds.to_string())),
            }
            // Which protocol's rules a word is read by hangs on the order of a hash, which is another in every run.
            if !ttl.bytes().all(|octet| octet.is_ascii_digit()) {
                let what = format!("ddclient 3.10 takes ttl={ttl} in some of its runs, and passes over it in others");
                remarks.lost(line, what, "take the units away, and import again");
            } else if seconds(ttl).is_some_and(|seconds| seconds < RAISED) {
                let what = format!("ddclient 3.10 raises ttl={ttl} to {RAISED} in some of its runs; nsup keeps to it");
                remarks.note(line, what);
            }
            return;
        }
        entry.settings.push(("ttl", DEFAULT_TTL.to_string()));
    }
}
