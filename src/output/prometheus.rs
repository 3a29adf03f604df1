//! How names stand, as node_exporter's textfile collector reads it: Prometheus' text exposition format 0.0.4.

use std::fmt::Write;

use super::status::Standing;

/// A metric: its name, its help, and its value for a name, if it has one.
type Metric = (&'static str, &'static str, fn(&Standing) -> Option<u64>);

const METRICS: &[Metric] = &[
    ("nsup_name_agrees", "Whether the address, the primary and all public servers agree.", |one| {
        Some(u64::from(one.agrees()))
    }),
    ("nsup_primary_answers", "Whether the primary answered, signed.", |one| Some(u64::from(one.primary.is_some()))),
    ("nsup_public_servers", "How many servers the world asks for it.", |one| Some(one.public.len() as u64)),
    ("nsup_public_servers_agree", "How many of these serve it.", |one| Some(one.serving() as u64)),
    ("nsup_last_change_timestamp_seconds", "Since when the zone has held what it was last known to hold.", |one| {
        one.since
    }),
    ("nsup_last_run_timestamp_seconds", "When a run last had something new to say.", |one| {
        one.last.as_ref().map(|last| last.at)
    }),
    ("nsup_last_run_exit_status", "The exit status of that run.", |one| {
        one.last.as_ref().map(|last| u64::from(last.exit))
    }),
];

/// When it was looked: a file that is not written any more would say for ever what was so at last.
const LOOKED: &str = "nsup_status_timestamp_seconds";

/// The text of the file: how the names stand at `now`, in seconds since 1970.
pub fn prometheus(all: &[Standing], now: u64) -> String {
    let mut text = format!("# HELP {LOOKED} When nsup status found this out.\n# TYPE {LOOKED} gauge\n{LOOKED} {now}\n");
    for (metric, help, value) in METRICS {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "# HELP {metric} {help}\n# TYPE {metric} gauge");
        for (one, value) in all.iter().filter_map(|one| Some((one, value(one)?))) {
            let (name, record_type) = (label(&one.name.to_string()), label(&one.record_type.to_string()));
            let _ = writeln!(text, "{metric}{{name=\"{name}\",type=\"{record_type}\"}} {value}");
        }
    }
    text
}

/// A label's value: a backslash, a quote and an end of line are escaped.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn labels_are_escaped() {
        assert_eq!(label("a\\.b\"c\nd"), "a\\\\.b\\\"c\\nd");
    }
}
