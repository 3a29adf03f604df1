//! The changes of a script to the names that it keeps on an address.

use std::net::IpAddr;
use std::rc::Rc;

use crate::dns::{Name, RecordType};
use crate::proto::Change;
use crate::source::{Family, special_range};

use super::super::super::server::Server;
use super::super::IsThere;
use super::super::remark::Remarks;
use super::super::write::{Document, Entry, NO_SERVER, name as name_text, text};
use super::read::{AS_IT_IS, Message, Sent};

/// A name whose addresses the script changes.
struct Host {
    name: Name,
    /// The line that names it first.
    line: usize,
    v4: Addresses,
    v6: Addresses,
    /// The line that deletes all that the name has.
    cleared: Option<usize>,
    message: Rc<Message>,
}

/// What becomes of a name's addresses of one family.
#[derive(Default)]
struct Addresses {
    /// The line that deletes them all.
    deleted: Option<usize>,
    /// The line of one delete of another kind, of which something has been said already.
    narrowed: bool,
    /// The last line that adds, the address where it stands there, and the TTL.
    added: Option<(usize, Option<IpAddr>, u32)>,
}

/// Writes the names in the order of the script, with what it says of them.
pub(super) fn names(
    sent: Vec<Sent>,
    key: Option<&str>,
    is_there: IsThere<'_>,
    document: &mut Document,
    remarks: &mut Remarks,
) {
    let mut hosts: Vec<Host> = Vec::new();
    for one in sent {
        take(one, &mut hosts, remarks);
    }
    for host in hosts {
        let message = Rc::clone(&host.message);
        if let Some(mut entry) = host.entry(remarks) {
            let path = match key {
                Some(file) => named(&message, file, remarks),
                None => keyed(&message, is_there, document, remarks),
            };
            entry.settings.extend(path.map(|path| ("key", text(&path))));
            document.names.push(entry);
        }
    }
}

/// Takes one change in.
fn take(sent: Sent, hosts: &mut Vec<Host>, remarks: &mut Remarks) {
    let Sent { line, change, is_variable, message } = sent;
    let families = match (change.record_type(), &change) {
        (RecordType::A, _) => vec![Family::V4],
        (RecordType::AAAA, _) => vec![Family::V6],
        (_, Change::DeleteName(_)) => vec![Family::V4, Family::V6],
        (RecordType::PTR, _) => {
            let hint = "ptr = true keeps the address's PTR record in step; or the script as it is: `nsup script FILE`";
            return remarks.lost(line, "nsup.toml keeps addresses: a PTR record is not carried over", hint);
        }
        (other, _) => {
            return remarks.lost(line, format!("nsup.toml keeps addresses: {other} is not carried over"), AS_IT_IS);
        }
    };
    let host = host_of(change.name(), line, &message, hosts);
    if matches!(change, Change::DeleteName(_)) {
        host.cleared = Some(line);
    }
    for family in families {
        host.of(family).take(line, &change, is_variable, remarks);
    }
    if matches!(change, Change::Add(_)) {
        // Where it gets its address is where it is kept.
        host.message = message;
    }
}

fn host_of<'h>(name: &Name, line: usize, message: &Rc<Message>, hosts: &'h mut Vec<Host>) -> &'h mut Host {
    let at = hosts.iter().position(|host| host.name == *name).unwrap_or_else(|| {
        let (v4, v6) = (Addresses::default(), Addresses::default());
        hosts.push(Host { name: name.clone(), line, v4, v6, cleared: None, message: Rc::clone(message) });
        hosts.len() - 1
    });
    &mut hosts[at]
}

impl Addresses {
    fn take(&mut self, line: usize, change: &Change, is_variable: bool, remarks: &mut Remarks) {
        match change {
            Change::Add(record) => {
                let address = record.rdata.display(record.record_type).to_string().parse().ok();
                if let Some((before, ..)) = self.added {
                    let what =
                        format!("line {before} adds an address too, and nsup.toml keeps one of a family at a name");
                    remarks.lost(line, what, AS_IT_IS);
                }
                self.added = Some((line, address.filter(|_| !is_variable), record.ttl));
            }
            Change::DeleteRrset { .. } | Change::DeleteName(_) => {
                if let Some((before, ..)) = self.added.take() {
                    remarks.lost(
                        line,
                        format!("takes away what line {before} adds: neither is carried over"),
                        AS_IT_IS,
                    );
                }
                self.deleted = Some(line);
            }
            Change::DeleteRecord { .. } => {
                let what = "deletes one address, and nsup replaces all that the name has of the family";
                remarks.lost(line, what, AS_IT_IS);
                self.narrowed = true;
            }
        }
    }
}

impl Host {
    fn of(&mut self, family: Family) -> &mut Addresses {
        if family == Family::V4 { &mut self.v4 } else { &mut self.v6 }
    }

    /// What it comes to; nothing where it has no address in the end.
    fn entry(self, remarks: &mut Remarks) -> Option<Entry> {
        let Self { name, line, v4, v6, cleared, message } = self;
        if v4.added.is_none() && v6.added.is_none() {
            let what = format!("{name} gets no address: nsup.toml is for names that have one");
            remarks.lost(line, what, format!("nsup delete {name} deletes its addresses; {AS_IT_IS}"));
            return None;
        }
        if !name.is_host_name() || name.is_root() {
            remarks.lost(line, format!("{name} is no name of a host, and is not carried over"), AS_IT_IS);
            return None;
        }
        let mut entry = Entry { name, comments: Vec::new(), settings: Vec::new() };
        if !reach(&message, &mut entry, remarks) {
            return None;
        }
        if let Some(line) = cleared {
            let what = format!("nsup leaves alone what else {} has, which the script deletes", entry.name);
            remarks.note(line, what);
        }
        let other_ttl = v4.added.zip(v6.added).filter(|((_, _, v4), (_, _, v6))| v4 != v6);
        if let Some((_, (line, ..))) = other_ttl {
            remarks.lost(line, "both addresses of a name have one TTL in nsup.toml: the A record's is taken", AS_IT_IS);
        }
        if let Some((_, _, ttl)) = v4.added.or(v6.added) {
            entry.settings.push(("ttl", ttl.to_string()));
        }
        for (family, addresses) in [(Family::V4, v4), (Family::V6, v6)] {
            follow(family, &addresses, cleared, &mut entry, remarks);
        }
        Some(entry)
    }
}

/// Writes a family of a name, and says what the script does otherwise.
fn follow(family: Family, addresses: &Addresses, cleared: Option<usize>, entry: &mut Entry, remarks: &mut Remarks) {
    let (name, record_type) = (&entry.name, family.record_type());
    let Some((line, address, _)) = addresses.added else {
        if let Some(line) = addresses.deleted.filter(|_| cleared.is_none()) {
            let what =
                format!("nsup leaves {record_type} records of {name} alone, which the script deletes and does not add");
            remarks.note(line, what);
        }
        return;
    };
    if addresses.deleted.is_none() && !addresses.narrowed {
        let what = format!("adds {record_type} beside what {name} has, and nsup puts it in the place of that");
        remarks.lost(line, what, AS_IT_IS);
    }
    let word = if family == Family::V4 { "ipv4" } else { "ipv6" };
    let (shown, range) = (address.map(|address| address.to_string()), address.and_then(special_range));
    let shown = shown.unwrap_or_else(|| "ADDRESS".to_owned());
    let what = format!("{word} = \"given\": `nsup sync --address {shown}` does what the script does");
    remarks.note(line, format!("{what}; another source finds the address out by itself"));
    if let Some(range) = range {
        let what = format!("{shown} of {name} is in {range}, which nsup does not publish");
        remarks.lost(line, what, format!("allow-private = true below {name}, if it is for a private network"));
    }
    entry.comments.push(format!("{what}. Other sources find"));
    entry
        .comments
        .push("the address out: \"interface:NAME\", \"hook:ppp0\", \"dns:opendns\", \"command:PROGRAM\".".to_owned());
    entry.settings.push((word, text("given")));
}

/// Writes how the server is reached; says whether the name can be changed there at all.
fn reach(message: &Message, entry: &mut Entry, remarks: &mut Remarks) -> bool {
    let Message { draft, line, .. } = message;
    if let Some(zone) = &draft.zone {
        if !entry.name.is_in(zone) {
            let what = format!("{} is not in the zone {zone}, and is not carried over", entry.name);
            remarks.lost(*line, what, "a zone holds its own name and all below it");
            return false;
        }
        entry.settings.push(("zone", name_text(zone)));
    }
    if let Some(server) = &draft.server {
        let read = Server::new(&server.host, server.port).to_string();
        let is_whole = !read.contains(['$', '\0']);
        if is_whole && read.parse::<Server>() == Ok(Server::new(&server.host, server.port)) {
            entry.settings.push(("server", text(&read)));
        } else {
            let what = format!("{:?} names no server for nsup.toml, and is left out", server.host);
            remarks.lost(*line, what, NO_SERVER);
        }
    }
    source(message, entry, remarks);
    true
}

/// `local`, of which nsup.toml has one address and no port.
fn source(message: &Message, entry: &mut Entry, remarks: &mut Remarks) {
    let Message { draft, line, .. } = message;
    let (v4, v6) = (draft.local_v4, draft.local_v6);
    if let Some(ip) = v4.map(|v4| IpAddr::V4(*v4.ip())).or_else(|| v6.map(|v6| IpAddr::V6(*v6.ip()))) {
        entry.settings.push(("source", text(&ip.to_string())));
    }
    if (v4.is_some() && v6.is_some()) || v4.is_some_and(|v4| v4.port() != 0) || v6.is_some_and(|v6| v6.port() != 0) {
        let what = "source of nsup.toml is one address without a port: of `local` the rest is left out";
        remarks.lost(*line, what, AS_IT_IS);
    }
}

/// The key's file that somebody has named, in the place of what the script says.
fn named(message: &Message, file: &str, remarks: &mut Remarks) -> Option<String> {
    if message.draft.key.is_some() {
        let what = format!("the key that stands here is left out: {file}, which -k names, is to hold it");
        remarks.note(message.key_line.unwrap_or(message.line), what);
    }
    Some(file.to_owned())
}

/// The key's file, of which the script has the content only.
fn keyed(message: &Message, is_there: IsThere<'_>, document: &mut Document, remarks: &mut Remarks) -> Option<String> {
    let Message { draft, line, key_line } = message;
    let mut comment = |text: String| {
        if !document.comments.contains(&text) {
            document.comments.push(text);
        }
    };
    let Some(key) = &draft.key else {
        let what = "the script has no key, and nsup signs all it sends";
        remarks.lost(*line, what, "-k FILE names the key's file here too; or key = \"FILE\", a file of tsig-keygen");
        comment("key = \"FILE\" is still to be said: a file of tsig-keygen".to_owned());
        return None;
    };
    // What stands in the name's place may be the secret: base64 has neither dot nor hyphen.
    let name = key.name().to_string();
    let name = name.strip_suffix('.').filter(|name| name.len() < 20 || name.contains(['.', '-'])).unwrap_or("NAME");
    let fits = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let path = format!("/etc/nsup/{}.key", name.chars().map(fits).collect::<String>());
    let what = format!("the secret of the key {name} is not carried over: key = {path:?}");
    let key_line = key_line.unwrap_or(*line);
    if is_there(&path) {
        let hint = format!("see by `nsup key show {path}` whether it is this key; else -k FILE names its file");
        remarks.lost(key_line, format!("{what} is there already, and may hold another one"), hint);
        comment(format!("{path} was there already: see by `nsup key show {path}` whether it holds the key {name}"));
    } else {
        let lines = format!("key \"{name}\" {{ algorithm {}; secret \"...\"; }};", key.algorithm().word());
        let hint = format!("in {path}, mode 600, with the secret in the place of the dots: {lines}");
        remarks.lost(key_line, format!("{what} is a file of its own"), hint);
        comment(format!("{path}, mode 600, is still to be made: {lines}"));
    }
    Some(path)
}
