//! What was last done for each RRset of a followed name, so that somebody who asks later can be told.
//!
//! Written only where there is something new to say: a run that found all as the last one left it writes nothing.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::places::file_name;
use super::reported::{mark, read, write};

/// How much of a message is kept, in characters, and how many values of an RRset.
const LONGEST: usize = 1000;
const MOST_VALUES: usize = 100;

/// The history, one file a name.
#[derive(Debug, Clone)]
pub struct History {
    directory: Option<PathBuf>,
}

/// What is known of one RRset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the zone held when that was last known; `None` where it never was.
    pub published: Option<Published>,
    /// The last event that brought something new.
    pub event: Event,
}

/// What a zone was seen to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The values as text; none for an RRset that was removed.
    pub values: Vec<String>,
    /// Since when it has held them, as far as we know: seconds since 1970.
    pub since: u64,
}

/// A run for an RRset, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What led to it, in the words of the command line: `sync`, `watch`, `hook pppd up ppp0`.
    pub cause: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The exit status that it would have had alone.
    pub exit: u8,
    /// Why, where it failed or nothing was done.
    pub message: Option<String>,
    /// When it ended: seconds since 1970.
    pub at: u64,
}

/// What became of an RRset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The zone holds it now, and did not before.
    Changed,
    /// The zone held it already.
    Unchanged,
    /// There was nothing to do.
    Left,
    /// It failed.
    Failed,
}

impl History {
    /// The history in this directory; without one, nothing is remembered.
    pub fn within(directory: Option<PathBuf>) -> Self {
        Self { directory }
    }

    /// What is known of the records of `name` with this type. What makes no sense is not known.
    pub fn of(&self, name: &str, record_type: &str) -> Option<Entry> {
        Entry::of(&read(&self.path(name)?)?[record_type])
    }

    /// Takes down what became of the records of `name` with this type, and what the zone holds since, where that is
    /// known; unless both are known already. What cannot be written is done without.
    pub fn record(&self, name: &str, record_type: &str, values: Option<Vec<String>>, event: Event) {
        let Some(path) = self.path(name) else { return };
        let values = values.filter(|values| values.len() <= MOST_VALUES);
        let message = event.message.map(|message| message.chars().take(LONGEST).collect());
        let event = Event { message, ..event };
        let known = self.of(name, record_type);
        let old = known.as_ref().and_then(|known| known.published.as_ref());
        let is_new = values.as_ref().is_some_and(|values| old.is_none_or(|old| old.values != *values));
        if !is_new && known.as_ref().is_some_and(|known| known.event.is_as(&event)) {
            return;
        }
        let published = match values.filter(|_| is_new) {
            Some(values) => Some(Published { values, since: event.at }),
            None => old.cloned(),
        };
        let entry = Entry { published, event };
        // Of another version's file only what this one understands stays.
        let file = read(&path).unwrap_or_default();
        let all = file.as_object().into_iter().flatten();
        let mut kept: Map<String, Value> =
            all.filter_map(|(of, value)| Some((of.clone(), Entry::of(value)?.to_json()))).collect();
        kept.insert(record_type.to_owned(), entry.to_json());
        let _ = write(&path, &Value::Object(kept));
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        Some(self.directory.as_ref()?.join(file_name("history", name)))
    }
}

impl Event {
    /// Whether another one says nothing new. All that is well is alike: what there is then is as it was.
    fn is_as(&self, other: &Self) -> bool {
        let text = |event: &Self| event.message.as_deref().map(mark);
        match (self.outcome, other.outcome) {
            (Outcome::Changed | Outcome::Unchanged, Outcome::Unchanged) => true,
            (Outcome::Left, Outcome::Left) => text(self) == text(other),
            (Outcome::Failed, Outcome::Failed) => self.exit == other.exit && text(self) == text(other),
            _ => false,
        }
    }
}

impl Entry {
    fn of(value: &Value) -> Option<Self> {
        let event = &value["event"];
        let message = match &event["message"] {
            Value::Null => None,
            other => Some(text(other)?),
        };
        let event = Event {
            cause: text(&event["cause"])?,
            outcome: Outcome::ALL.into_iter().find(|one| event["outcome"] == one.word())?,
            exit: u8::try_from(event["exit"].as_u64()?).ok()?,
            message,
            at: event["at"].as_u64()?,
        };
        let published = match &value["published"] {
            Value::Null => None,
            other => Some(Published {
                values: other["values"]
                    .as_array()
                    .filter(|values| values.len() <= MOST_VALUES)?
                    .iter()
                    .map(text)
                    .collect::<Option<_>>()?,
                since: other["since"].as_u64()?,
            }),
        };
        Some(Self { published, event })
    }

    fn to_json(&self) -> Value {
        let Self { published, event: Event { cause, outcome, exit, message, at } } = self;
        let published = published.as_ref().map(|it| json!({ "values": it.values, "since": it.since }));
        let event = json!({ "cause": cause, "outcome": outcome.word(), "exit": exit, "message": message, "at": at });
        json!({ "published": published, "event": event })
    }
}

impl Outcome {
    const ALL: [Self; 4] = [Self::Changed, Self::Unchanged, Self::Left, Self::Failed];

    /// One word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Left => "left",
            Self::Failed => "failed",
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| text.chars().count() <= LONGEST).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    use super::*;

    const NAME: &str = "cable.example.org.";

    fn event(outcome: Outcome, at: u64) -> Event {
        let message = (outcome == Outcome::Failed).then(|| "no server could be reached".to_owned());
        Event { cause: "sync".to_owned(), outcome, exit: if message.is_some() { 3 } else { 0 }, message, at }
    }

    fn one(text: &str) -> Option<Vec<String>> {
        Some(vec![text.to_owned()])
    }

    fn history() -> (tempfile::TempDir, History) {
        let directory = tempfile::tempdir().unwrap();
        let history = History::within(Some(directory.path().to_owned()));
        (directory, history)
    }

    #[test]
    fn a_value_is_known_since_it_was_first_seen_whatever_happens_after() {
        let (_directory, history) = history();
        assert_eq!(history.of(NAME, "A"), None);
        history.record(NAME, "A", one("203.0.113.7"), event(Outcome::Changed, 100));
        history.record(NAME, "AAAA", one("2001:db8::7"), event(Outcome::Unchanged, 101));
        history.record(NAME, "A", None, event(Outcome::Failed, 200));
        let published = Some(Published { values: vec!["203.0.113.7".to_owned()], since: 100 });
        let known = history.of(NAME, "A").unwrap();
        assert_eq!(known, Entry { published: published.clone(), event: event(Outcome::Failed, 200) });
        history.record(NAME, "A", one("203.0.113.7"), event(Outcome::Unchanged, 300));
        assert_eq!(history.of(NAME, "A").unwrap(), Entry { published, event: event(Outcome::Unchanged, 300) });
        history.record(NAME, "A", Some(Vec::new()), event(Outcome::Changed, 400));
        let published = history.of(NAME, "A").unwrap().published;
        assert_eq!(published, Some(Published { values: Vec::new(), since: 400 }));
        assert_eq!(history.of(NAME, "AAAA").unwrap().event.at, 101, "types are told apart");
    }

    #[test]
    fn nothing_is_written_where_there_is_nothing_new_to_say() {
        let (directory, history) = history();
        let path = directory.path().join(file_name("history", NAME));
        let inode = || fs::metadata(&path).unwrap().ino();
        // Each is another file: it was renamed into place while the one before was still held.
        let mut held = Vec::new();
        let mut writes = |values: Option<Vec<String>>, event: Event| {
            let before = path.exists().then(|| (inode(), held.push(fs::File::open(&path).unwrap())));
            history.record(NAME, "A", values, event);
            before.is_none_or(|(before, ())| before != inode())
        };
        assert!(writes(one("203.0.113.7"), event(Outcome::Changed, 100)));
        assert!(!writes(one("203.0.113.7"), event(Outcome::Unchanged, 160)));
        assert!(writes(None, event(Outcome::Failed, 220)));
        assert!(!writes(None, event(Outcome::Failed, 280)));
        let again =
            Event { message: Some("no server could be reached, 17 tried".to_owned()), ..event(Outcome::Failed, 300) };
        assert!(writes(None, Event { message: Some("no key".to_owned()), ..again.clone() }), "another cause is news");
        assert!(writes(None, again.clone()));
        let other_number =
            Event { message: again.message.map(|text| text.replace("17", "4")), ..event(Outcome::Failed, 301) };
        assert!(!writes(None, other_number), "another number is none");
        assert!(writes(one("203.0.113.7"), event(Outcome::Unchanged, 340)), "it is well again");
        assert!(!writes(one("203.0.113.7"), event(Outcome::Unchanged, 400)));
        assert!(writes(one("203.0.113.8"), event(Outcome::Unchanged, 460)), "somebody else has changed it");
    }

    #[test]
    fn what_is_corrupt_or_missing_or_cannot_be_written_is_not_known_and_never_more() {
        let (directory, history) = history();
        let path = directory.path().join(file_name("history", NAME));
        let whole = r#"{"A":{"event":{"at":1,"cause":"sync","exit":0,"message":null,"outcome":"changed"},"published":{"since":1,"values":["x"]}}}"#;
        fs::write(&path, whole).unwrap();
        assert!(history.of(NAME, "A").is_some());
        let (long, padded) = (format!("\"{}\"", "9".repeat(LONGEST + 1)), format!("}}}}}}{}", " ".repeat(70_000)));
        for (part, wrong) in [
            ("\"at\":1", "\"at\":-1"),
            ("\"at\":1", "\"at\":1e3"),
            ("\"sync\"", "7"),
            ("\"sync\"", &long),
            ("\"exit\":0", "\"exit\":256"),
            ("null", "[]"),
            ("\"changed\"", "\"perhaps\""),
            ("[\"x\"]", "[1]"),
            ("[\"x\"]", "\"x\""),
            (whole, "[]"),
            (whole, ""),
            (whole, "\u{0}"),
            ("}}}", &padded),
        ] {
            fs::write(&path, whole.replace(part, wrong)).unwrap();
            assert_eq!(history.of(NAME, "A"), None, "{wrong:.80}");
        }
        history.record(NAME, "A", one("203.0.113.7"), event(Outcome::Changed, 100));
        assert_eq!(history.of(NAME, "A").unwrap().event.at, 100, "it heals");
        for directory in [None, Some("/dev/null/x".into())] {
            let history = History::within(directory);
            history.record(NAME, "A", one("203.0.113.7"), event(Outcome::Changed, 100));
            assert_eq!(history.of(NAME, "A"), None);
        }
    }

    #[test]
    fn a_message_without_end_is_cut_and_known_again() {
        let (_directory, history) = history();
        for at in [1, 2] {
            let message = Some("ü".repeat(5000));
            history.record(NAME, "A", None, Event { message, ..event(Outcome::Failed, at) });
            let known = history.of(NAME, "A").unwrap().event;
            assert_eq!((known.message.map(|text| text.chars().count()), known.at), (Some(LONGEST), 1));
        }
    }
}
