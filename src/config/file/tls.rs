//! What the file says of DNS over TLS.

use std::path::PathBuf;

use crate::proto::{Identity, Pin, Roots, TlsWanted, Transports};

use super::super::tls::host_name;
use super::fault::Fault;
use super::setting::Setting;
use super::tree::{Item, Layers, Table};
use super::value;

/// Its words.
pub(super) const WORDS: &[&str] = &["tls-ca", "tls-hostname", "tls-pin", "tls-cert", "tls-key"];

/// Those that are about one server.
pub(super) const OF_SERVER: &[&str] = &["tls-hostname", "tls-pin"];

/// How a server proves itself over TLS, and we to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsConfig {
    /// The files of the CAs that are trusted; none means the system's, or nobody where there are pins.
    pub ca: Setting<Vec<PathBuf>>,
    /// What the certificate must be for; `None` is the name or address that the server is given by.
    pub host_name: Setting<Option<String>>,
    /// The keys of which the server must have one, if there are any.
    pub pins: Setting<Vec<Pin>>,
    /// The file of our certificate. It stands with a key or not at all.
    pub certificate: Setting<Option<PathBuf>>,
    /// The file of its key.
    pub key: Setting<Option<PathBuf>>,
}

impl TlsConfig {
    /// What it comes to.
    pub(in super::super) fn wanted(&self) -> TlsWanted {
        let identity = |(certificate, key): (&PathBuf, &PathBuf)| {
            let (certificate, key) = (certificate.clone(), key.clone());
            Identity { certificate, key }
        };
        TlsWanted {
            roots: match &self.ca.value[..] {
                [] if self.pins.value.is_empty() => Roots::System,
                [] => Roots::Nobody,
                files => Roots::Files(files.to_vec()),
            },
            host_name: self.host_name.value.clone(),
            server_name_indication: None,
            pins: self.pins.value.clone(),
            identity: self.certificate.value.as_ref().zip(self.key.value.as_ref()).map(identity),
        }
    }

    /// Whether both come to the same, wherever that is said.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.wanted() == other.wanted()
    }

    pub(super) fn read(layers: &Layers<'_>, transports: Transports) -> Result<Self, Fault> {
        check(&layers.own, transports, WORDS)?;
        // A key is not looked for where another certificate stands.
        let has_own = ["tls-cert", "tls-key"].iter().any(|word| layers.own.get(word).is_some());
        let pair = Layers { own: layers.own, below: layers.below.filter(|_| !has_own) };
        for (word, other) in [("tls-cert", "tls-key"), ("tls-key", "tls-cert")] {
            if let (Some(item), None) = (pair.get(word), pair.get(other)) {
                return Err(item.fault(format!("stands without {other}")));
            }
        }
        Ok(Self {
            ca: layers.setting("tls-ca", value::files, Vec::new())?,
            host_name: layers.setting("tls-hostname", host, None)?,
            pins: layers.setting("tls-pin", pins, Vec::new())?,
            certificate: pair.setting("tls-cert", |item| value::file(item).map(Some), None)?,
            key: pair.setting("tls-key", |item| value::file(item).map(Some), None)?,
        })
    }

    /// Puts what a table says of one server over it. Another server has another name and another key.
    pub(super) fn overlay(&mut self, table: &Table<'_>, transports: Transports) -> Result<(), Fault> {
        check(table, transports, OF_SERVER)?;
        let layers = Layers { own: *table, below: None };
        let is_other = table.get("server").is_some();
        if is_other || table.get("tls-hostname").is_some() {
            self.host_name = layers.setting("tls-hostname", host, None)?;
        }
        if is_other || table.get("tls-pin").is_some() {
            self.pins = layers.setting("tls-pin", pins, Vec::new())?;
        }
        Ok(())
    }
}

/// Whoever says something of TLS must not be sent in the clear.
fn check(table: &Table<'_>, transports: Transports, words: &[&'static str]) -> Result<(), Fault> {
    match words.iter().find_map(|word| table.get(word)) {
        Some(item) if transports != Transports::Tls => {
            let fault = item.fault("is for DNS over TLS, and the transport here is another");
            Err(fault.hint("transport = \"tls\" asks for it"))
        }
        _ => Ok(()),
    }
}

fn host(item: &Item<'_>) -> Result<Option<String>, Fault> {
    let text = item.text("a text")?;
    host_name(text).map(Some).map_err(|why| item.fault(format!("{text:?}: {why}")))
}

fn pins(item: &Item<'_>) -> Result<Vec<Pin>, Fault> {
    let parse = |one: &Item<'_>| {
        let text = one.text_of_list()?;
        text.parse().map_err(|why| one.fault(format!("{text:?}: {why}")))
    };
    item.one_or_list()?.iter().map(parse).collect()
}

#[cfg(test)]
#[cfg(feature = "tls")]
mod tests {
    use std::path::Path;

    use super::super::{Config, PrimaryConfig, Ptr};
    use super::*;

    const PIN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn read(names: &str) -> Config {
        let top = format!(
            "transport = \"tls\"\ntls-hostname = \"ns.example\"\ntls-pin = \"{PIN}\"\ntls-cert = \"c\"\ntls-key = \"/k\"\n"
        );
        Config::parse(&(top + names), Path::new("/etc/nsup/nsup.toml"), None).unwrap()
    }

    fn reverse(names: &str) -> Box<PrimaryConfig> {
        let name = format!("[[name]]\nname = \"a.example\"\nipv4 = \"given\"\nptr = {names}\n");
        match read(&name).names.remove(0).ptr.value {
            Ptr::On(reverse) => reverse,
            Ptr::Off => panic!("there is a ptr"),
        }
    }

    #[test]
    fn pins_decide_alone_where_no_ca_is_named_and_files_start_beside_nsup_toml() {
        let identity = Identity { certificate: "/etc/nsup/c".into(), key: "/k".into() };
        let expected = TlsWanted {
            roots: Roots::Nobody,
            host_name: Some("ns.example".to_owned()),
            server_name_indication: None,
            pins: vec![PIN.parse().unwrap()],
            identity: Some(identity),
        };
        assert_eq!(read("").defaults.tls.wanted(), expected);
        let with_ca = read("tls-ca = [\"ca\", \"/ca\"]").defaults.tls.wanted();
        assert_eq!(with_ca.roots, Roots::Files(vec!["/etc/nsup/ca".into(), "/ca".into()]));
        assert_eq!(with_ca.pins, expected.pins);
    }

    #[test]
    fn another_server_of_a_reverse_zone_is_not_held_to_the_first_ones_name_and_key() {
        let same = reverse("{ zone = \"2.0.192.in-addr.arpa\" }").tls.wanted();
        assert_eq!(same, read("").defaults.tls.wanted());
        let other = reverse("{ server = \"192.0.2.2\" }").tls.wanted();
        assert_eq!((other.host_name, other.pins, other.roots), (None, Vec::new(), Roots::System));
        let named = reverse("{ server = \"192.0.2.2\", tls-hostname = \"rev.example\" }").tls.wanted();
        assert_eq!(named.host_name.as_deref(), Some("rev.example"));
    }

    #[test]
    fn what_was_settled_is_shown() {
        let shown = read("").show(&[]);
        let words = |line: &String| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown: Vec<String> = shown.iter().map(words).collect();
        for row in [
            "transport tls line 1",
            "tls-ca none: the pin decides default",
            "tls-hostname ns.example line 2",
            "tls-cert /etc/nsup/c line 4",
        ] {
            assert!(shown.contains(&row.to_owned()), "{row:?} is not in {shown:?}");
        }
    }
}
