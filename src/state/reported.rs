//! What was said of failures that last, so that cron sends a mail when one begins, now and then, and when it ends.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::places::file_name;
use super::regular;
use super::replace::replace;

/// How long a failure that lasts is not spoken of again, in seconds: at first, and at most.
const FIRST: u64 = 3600;
const LONGEST: u64 = 24 * 3600;

/// The longest file that is read, in octets.
const LONGEST_FILE: u64 = 64 * 1024;

/// How many causes of one failure are told apart.
const MOST_CAUSES: usize = 8;

/// What to say of how something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say {
    /// It has ended well, as before.
    Nothing,
    /// It has failed, and that is news; for so many seconds already.
    Failing(u64),
    /// It has failed, and that was said not long ago.
    Known,
    /// It has ended well again, after so many seconds.
    Recovered(u64),
}

/// The memory of what was reported, one file a name.
#[derive(Debug, Clone)]
pub struct Reported {
    directory: Option<PathBuf>,
}

/// A failure that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Failing {
    since: u64,
    said: u64,
    pause: u64,
    /// What was reported of it: another cause is news, once.
    causes: Vec<u64>,
}

impl Reported {
    /// The memory in this directory; without one each failure is news.
    pub fn within(directory: Option<PathBuf>) -> Self {
        Self { directory }
    }

    /// Takes in how the records of `name` with this type ended at `now` (seconds since 1970): well, or for this cause; and
    /// says what is to be said. What cannot be remembered is news each time.
    pub fn ended(&self, name: &str, record_type: &str, cause: Option<&str>, now: u64) -> Say {
        let path = self.directory.as_ref().map(|directory| directory.join(file_name("reported", name)));
        let mut memory = path.as_deref().and_then(read).unwrap_or_else(|| json!({}));
        let known = Failing::of(&memory[record_type]).filter(|known| known.since <= now && known.said <= now);
        let remember = |memory: &Value| path.as_deref().is_some_and(|path| write(path, memory).is_ok());
        let Some(cause) = cause.map(mark) else {
            if memory[record_type].is_null() {
                return Say::Nothing;
            }
            memory[record_type] = Value::Null;
            // What cannot be forgotten would be said to have recovered each time.
            let since = known.map_or(now, |known| known.since);
            return if remember(&memory) { Say::Recovered(now - since) } else { Say::Nothing };
        };
        let failing = match known {
            Some(known) if now - known.said < known.pause && known.has(cause) => return Say::Known,
            Some(mut known) => {
                if known.has(cause) {
                    known.pause = known.pause.saturating_mul(2).clamp(FIRST, LONGEST);
                } else {
                    known.causes.push(cause);
                }
                Failing { said: now, ..known }
            }
            None => Failing { since: now, said: now, pause: FIRST, causes: vec![cause] },
        };
        memory[record_type] = failing.to_json();
        remember(&memory);
        Say::Failing(now - failing.since)
    }
}

impl Failing {
    /// Whether this cause was reported. What has so many has no new one.
    fn has(&self, cause: u64) -> bool {
        self.causes.contains(&cause) || self.causes.len() >= MOST_CAUSES
    }

    fn of(value: &Value) -> Option<Self> {
        let causes = value["causes"].as_array()?.iter().filter_map(Value::as_u64);
        let (since, said) = (value["since"].as_u64()?, value["said"].as_u64()?);
        Some(Self { since, said, pause: value["pause"].as_u64()?.min(LONGEST), causes: causes.collect() })
    }

    fn to_json(&self) -> Value {
        json!({ "since": self.since, "said": self.said, "pause": self.pause, "causes": self.causes })
    }
}

/// A number for a cause, the same for texts that differ in their numbers only: times, ports, counts (FNV-1a).
pub(super) fn mark(cause: &str) -> u64 {
    let letters = cause.bytes().filter(|octet| !octet.is_ascii_digit());
    letters.fold(0xcbf2_9ce4_8422_2325, |mark, octet| (mark ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3))
}

/// Reads an object that [`write`] may have written; `None` for whatever is none, or longer than any of ours.
pub(super) fn read(path: &Path) -> Option<Value> {
    read_any(path).filter(Value::is_object)
}

/// Reads whatever [`write`] may have written.
pub(super) fn read_any(path: &Path) -> Option<Value> {
    let octets = regular::octets(path, LONGEST_FILE + 1).ok()?;
    let octets = Some(octets).filter(|octets| octets.len() as u64 <= LONGEST_FILE)?;
    serde_json::from_slice(&octets).ok()
}

/// Writes a value so that whoever reads finds the old or the new.
pub(super) fn write(path: &Path, value: &Value) -> io::Result<()> {
    replace(path, &format!("{value}\n"), |_| Ok(()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const NAME: &str = "cable.example.org.";

    fn memory() -> (tempfile::TempDir, Reported) {
        let directory = tempfile::tempdir().unwrap();
        let reported = Reported::within(Some(directory.path().to_owned()));
        (directory, reported)
    }

    #[test]
    fn a_failure_is_news_when_it_begins_at_growing_intervals_and_when_it_ends() {
        let (_directory, reported) = memory();
        let start = 1_800_000_000;
        let mut said = Vec::new();
        for minute in 0..3 * 24 * 60 {
            match reported.ended(NAME, "A", Some("away"), start + minute * 60) {
                Say::Failing(seconds) => said.push(seconds / 3600),
                other => assert_eq!(other, Say::Known),
            }
        }
        assert_eq!(said, [0, 1, 3, 7, 15, 31, 55]);
        assert_eq!(reported.ended(NAME, "A", None, start + 300_000), Say::Recovered(300_000));
        assert_eq!(reported.ended(NAME, "A", None, start + 300_060), Say::Nothing);
    }

    #[test]
    fn another_kind_of_failure_is_news_once_and_types_are_told_apart() {
        let (_directory, reported) = memory();
        let at = |minute: u64| 1_800_000_000 + minute * 60;
        assert_eq!(reported.ended(NAME, "A", Some("away"), at(0)), Say::Failing(0));
        assert_eq!(reported.ended(NAME, "A", Some("refused"), at(1)), Say::Failing(60));
        assert_eq!(reported.ended(NAME, "A", Some("away"), at(2)), Say::Known);
        assert_eq!(reported.ended(NAME, "A", Some("refused"), at(3)), Say::Known);
        assert_eq!(reported.ended(NAME, "AAAA", Some("away"), at(4)), Say::Failing(0));
        assert_eq!(reported.ended(NAME, "AAAA", None, at(5)), Say::Recovered(60));
    }

    #[test]
    fn what_is_corrupt_or_from_the_future_or_cannot_be_written_is_news_each_time_and_never_more() {
        let (directory, reported) = memory();
        let path = directory.path().join(file_name("reported", NAME));
        for text in
            ["", "[]", "{\"A\": 3}", "{\"A\":{\"since\":9e99}}", "\u{0}\u{1}", "{\"A\":{\"since\":-1,\"said\":2}}"]
        {
            fs::write(&path, text).unwrap();
            assert_eq!(reported.ended(NAME, "A", Some("away"), 1000), Say::Failing(0), "{text:?}");
        }
        // The clock was set back.
        assert_eq!(reported.ended(NAME, "A", Some("away"), 500), Say::Failing(0));
        let nowhere = Reported::within(Some("/dev/null/x".into()));
        for reported in [nowhere, Reported::within(None)] {
            assert_eq!(reported.ended(NAME, "A", Some("away"), 1000), Say::Failing(0));
            assert_eq!(reported.ended(NAME, "A", Some("away"), 1001), Say::Failing(0));
            assert_eq!(reported.ended(NAME, "A", None, 1002), Say::Nothing);
        }
    }

    #[test]
    fn nothing_is_written_while_all_is_well() {
        let (directory, reported) = memory();
        assert_eq!(reported.ended(NAME, "A", None, 1000), Say::Nothing);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
