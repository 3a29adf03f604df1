//! The settled values with who said them, for people. A key is shown by its file only.

use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use crate::dns::Name;
use crate::proto::Transports;

use super::{Config, NamedConfig, OnDown, PrimaryConfig, Ptr, Setting, TlsConfig, Why, tls};

/// The columns: what, its value, who said so.
type Row = [String; 3];

impl Config {
    /// Lines about the file and about these names, or all of the file's if there are none. A name that the file does
    /// not speak of is shown as a command for it would reach its server.
    pub fn show(&self, names: &[Name]) -> Vec<String> {
        let mut lines = vec![plain(&self.path.display().to_string())];
        lines.extend(columns(self.of_file()));
        let all: Vec<Name> = self.names.iter().map(|named| named.name.clone()).collect();
        if names.is_empty() && all.is_empty() {
            lines.extend([String::new(), "no [[name]]; for commands".to_owned()]);
            lines.extend(columns(of_primary(&self.defaults)));
        }
        for name in if names.is_empty() { &all } else { names } {
            lines.push(String::new());
            match self.named(name) {
                Some(named) => {
                    lines.push(format!("{name} (line {})", named.line));
                    lines.extend(columns(of_name(named)));
                }
                None => {
                    let (primary, why) = self.primary_for(name);
                    lines.push(match why {
                        Why::ZoneOf(other, line) => format!("{name} (no [[name]]; as {other}, line {line})"),
                        _ => format!("{name} (no [[name]]; as the top of the file says)"),
                    });
                    lines.extend(columns(of_primary(primary)));
                }
            }
        }
        lines
    }

    fn of_file(&self) -> Vec<Row> {
        let directory = self.state_directory.value.as_ref();
        vec![
            row("retry-for", duration(self.retry_for.value), &self.retry_for),
            row(
                "state-directory",
                or(directory.map(|path| path.display()), "/var/lib/nsup or a user's own"),
                &self.state_directory,
            ),
            row("syslog", self.syslog.value.display(), &self.syslog),
        ]
    }
}

/// A time as it can stand in the file.
pub(super) fn duration(time: Duration) -> String {
    humantime::format_duration(time).to_string()
}

fn of_name(named: &NamedConfig) -> Vec<Row> {
    let mut rows = of_primary(&named.primary);
    let fall_back = |v4: Option<_>, v6: Option<_>| {
        let addresses: Vec<String> = v4.into_iter().chain(v6).collect();
        addresses.join(", ")
    };
    let on_down = match named.on_down.value {
        OnDown::Keep => "keep".to_owned(),
        OnDown::Remove => "remove".to_owned(),
        OnDown::FallBack { v4, v6 } => fall_back(v4.map(|v4| v4.to_string()), v6.map(|v6| v6.to_string())),
    };
    let words: Vec<String> = named.on_change.value.iter().map(|word| format!("{word:?}")).collect();
    let events = list(&named.on_change_events.value, "never");
    rows.extend([
        row("ipv4", or(named.ipv4.value.as_ref(), "off"), &named.ipv4),
        row("ipv6", or(named.ipv6.value.as_ref(), "off"), &named.ipv6),
        row("allow-private", named.allow_private.value, &named.allow_private),
        row("wait-for-address", duration(named.wait_for_address.value), &named.wait_for_address),
        row("on-down", on_down, &named.on_down),
        row("on-change", if words.is_empty() { "nothing".to_owned() } else { words.join(" ") }, &named.on_change),
        row("on-change-events", events, &named.on_change_events),
        row("ptr", named.ptr.value != Ptr::Off, &named.ptr),
    ]);
    if let Ptr::On(reverse) = &named.ptr.value {
        let is_its = |(at, [what, ..]): &(usize, Row)| *at < 4 || tls::OF_SERVER.contains(&what.as_str());
        let whereabouts = of_primary(reverse).into_iter().enumerate().filter(is_its).map(|(_, row)| row);
        rows.extend(whereabouts.map(|[what, value, origin]| [format!("ptr.{what}"), value, origin]));
    }
    rows.push(row("ipparam", or(named.ipparam.value.as_ref(), "any"), &named.ipparam));
    rows
}

/// Where and with which key come first: a reverse zone has these only.
fn of_primary(primary: &PrimaryConfig) -> Vec<Row> {
    let transports = match primary.transports.value {
        Transports::TcpFirst => "tcp, or else udp",
        Transports::Tcp => "tcp",
        Transports::Udp => "udp",
        Transports::Tls => "tls",
    };
    let key = primary.key.value.as_ref().map(|path| path.display());
    let mut rows = vec![
        row("server", list(&primary.servers.value, "found by SOA"), &primary.servers),
        row("key", or(key, "none"), &primary.key),
        row("key-name", or(primary.key_name.value.as_ref(), "the first of the file"), &primary.key_name),
        row("zone", or(primary.zone.value.as_ref(), "found by SOA"), &primary.zone),
        row("ttl", or(primary.ttl.value, "as it is"), &primary.ttl),
        row("transport", transports, &primary.transports),
        row("source", or(primary.source.value, "any"), &primary.source),
        row("resolver", list(&primary.resolvers.value, "resolv.conf"), &primary.resolvers),
        row("timeout", duration(primary.timeout.value), &primary.timeout),
    ];
    if primary.transports.value == Transports::Tls {
        rows.extend(of_tls(&primary.tls));
    }
    rows
}

fn of_tls(tls: &TlsConfig) -> Vec<Row> {
    let files: Vec<_> = tls.ca.value.iter().map(|path| path.display()).collect();
    let roots = if tls.pins.value.is_empty() { "the system's" } else { "none: the pin decides" };
    let path = |path: &Option<PathBuf>| or(path.as_ref().map(|path| path.display()), "none");
    vec![
        row("tls-ca", list(&files, roots), &tls.ca),
        row("tls-hostname", or(tls.host_name.value.as_ref(), "as server"), &tls.host_name),
        row("tls-pin", list(&tls.pins.value, "none"), &tls.pins),
        row("tls-cert", path(&tls.certificate.value), &tls.certificate),
        row("tls-key", path(&tls.key.value), &tls.key),
    ]
}

fn row<T>(what: &str, value: impl Display, setting: &Setting<T>) -> Row {
    [what.to_owned(), plain(&value.to_string()), setting.origin.to_string()]
}

fn or(value: Option<impl Display>, absent: &str) -> String {
    value.map_or_else(|| absent.to_owned(), |value| value.to_string())
}

fn list(values: &[impl Display], absent: &str) -> String {
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    if values.is_empty() { absent.to_owned() } else { values.join(", ") }
}

/// Pads the columns. A value that is much longer than the others pushes only its own origin aside.
fn columns(rows: Vec<Row>) -> Vec<String> {
    let widest = |column: usize| rows.iter().map(move |row| row[column].chars().count());
    let what = widest(0).max().unwrap_or(0);
    let value = widest(1).filter(|width| *width <= 48).max().unwrap_or(0);
    rows.iter().map(|[name, text, origin]| format!("  {name:what$}  {text:value$}  {origin}")).collect()
}

/// A text without control characters, which a terminal would obey.
fn plain(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const FILE: &str = r#"server = ["192.0.2.53", "ns2.example.org:5353"]
key = "keys/home.key"
ttl = 60
[[name]]
name = "cable.example.org"
ipv4 = "interface:ppp0"
on-change = ["/usr/local/bin/changed", "a b\u001b"]
ptr = { zone = "2.0.192.in-addr.arpa", key = "keys/reverse.key" }
[[name]]
name = "dsl.example.org"
ipv6 = { prefix-of = "interface:lan0", host = "::10" }
on-down = "2001:db8::1"
"#;

    #[test]
    fn each_setting_is_shown_with_its_value_and_who_said_it_in_columns() {
        let config = Config::parse(FILE, Path::new("/etc/nsup/nsup.toml"), None).unwrap();
        let shown = config.show(&[Name::parse("cable.example.org").unwrap()]);
        let expected = "\
/etc/nsup/nsup.toml
  retry-for        10m                            default
  state-directory  /var/lib/nsup or a user's own  default
  syslog           /dev/log                       default

cable.example.org. (line 4)
  server            192.0.2.53, ns2.example.org:5353      line 1
  key               /etc/nsup/keys/home.key               line 2
  key-name          the first of the file                 default
  zone              found by SOA                          default
  ttl               60                                    line 3
  transport         tcp, or else udp                      default
  source            any                                   default
  resolver          resolv.conf                           default
  timeout           20s                                   default
  ipv4              interface:ppp0                        line 6
  ipv6              off                                   default
  allow-private     false                                 default
  wait-for-address  30s                                   default
  on-down           keep                                  default
  on-change         \"/usr/local/bin/changed\" \"a b\\u{1b}\"  line 7
  on-change-events  changed                               default
  ptr               true                                  line 8
  ptr.server        192.0.2.53, ns2.example.org:5353      line 1
  ptr.key           /etc/nsup/keys/reverse.key            line 8
  ptr.key-name      the first of the file                 default
  ptr.zone          2.0.192.in-addr.arpa.                 line 8
  ipparam           any                                   default";
        assert_eq!(shown.join("\n"), expected);
    }

    #[test]
    fn all_names_are_shown_where_none_is_named_and_an_unknown_one_by_its_reach() {
        let config = Config::parse(FILE, Path::new("nsup.toml"), None).unwrap();
        let all = config.show(&[]).join("\n");
        assert!(all.contains("\ncable.example.org. (line 4)\n") && all.contains("\ndsl.example.org. (line 9)\n"));
        assert!(all.contains("{ prefix-of = \"interface:lan0\", host = \"::10\" }"), "{all}");
        assert!(all.contains("  on-down           2001:db8::1"), "{all}");
        let other = config.show(&[Name::parse("x.example.org").unwrap()]).join("\n");
        assert!(other.contains("\nx.example.org. (no [[name]]; as the top of the file says)\n"), "{other}");
        assert!(other.contains("keys/home.key") && !other.contains("ipv4"), "{other}");
        let bare = Config::parse("ttl = 60", Path::new("nsup.toml"), None).unwrap().show(&[]);
        assert!(bare.iter().any(|line| line.starts_with("  ttl ") && line.ends_with("line 1")), "{bare:?}");
    }
}
