//! Files in whose place somebody may have put something else: they are opened without waiting, and none but regular ones
//! are taken.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{Mode, OFlags};

/// The longest text that is read, in octets.
const LONGEST: u64 = 64 * 1024;

/// The first 64 KiB of a file that belongs to another program; `None` where it cannot be read, or is none.
pub fn text_of_file(path: &Path) -> Option<String> {
    Some(String::from_utf8_lossy(&octets(path, LONGEST).ok()?).into_owned())
}

/// The first octets of a file, not more than `most`.
pub(super) fn octets(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    open(path, OFlags::RDONLY)?.take(most).read_to_end(&mut octets)?;
    Ok(octets)
}

/// Opens a file in one of the ways of open(2). One that is made is its owner's only.
pub(super) fn open(path: &Path, flags: OFlags) -> io::Result<File> {
    // NONBLOCK: a pipe that nobody has opened at its other end would be waited for.
    let flags = flags | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = File::from(rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?);
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc;
    use std::time::Duration;

    use rustix::fs::{CWD, FileType, mknodat};

    use super::super::places::file_name;
    use super::super::{Debts, Event, History, Lock, Outcome, Reported, Say, Spool};
    use super::*;

    const NAME: &str = "cable.example.org.";

    fn make_pipe(path: &Path) {
        mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    }

    /// Does something that must end by itself.
    fn ends(act: impl FnOnce() + Send + 'static) {
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            act();
            tell.send(()).unwrap();
        });
        assert_eq!(told.recv_timeout(Duration::from_secs(20)), Ok(()), "it waits for ever, or has panicked");
    }

    #[test]
    fn a_pipe_in_the_place_of_a_file_is_not_waited_for_and_gives_way_to_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_owned();
        for prefix in ["owed", "history", "reported", "events", "running", "lock"] {
            make_pipe(&path.join(file_name(prefix, NAME)));
        }
        ends(move || {
            let debts = Debts::within(Some(path.clone()));
            assert!(debts.of(NAME).is_empty());
            debts.add(NAME, "203.0.113.1".parse().unwrap());
            let (history, reported) = (History::within(Some(path.clone())), Reported::within(Some(path.clone())));
            assert_eq!(history.of(NAME, "A"), None);
            let event = Event { cause: "sync".to_owned(), outcome: Outcome::Left, exit: 0, message: None, at: 1 };
            history.record(NAME, "A", None, event);
            assert!(history.of(NAME, "A").is_some());
            assert_eq!(reported.ended(NAME, "A", Some("away"), 1000), Say::Failing(0));
            assert_eq!(reported.ended(NAME, "A", Some("away"), 1001), Say::Known);
            // These are never replaced: somebody may hold the one that is there.
            assert!(Lock::take(&path.join(file_name("lock", NAME))).is_err());
            let spool = Spool::within(&path, NAME);
            assert!(spool.append("one").is_err() && spool.read().is_err() && spool.turn().is_err());
        });
    }

    #[test]
    fn a_text_is_that_of_a_file_and_has_an_end() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        make_pipe(&at("pipe"));
        fs::write(at("text"), b"# f\xfcr\n* * * * *").unwrap();
        fs::write(at("long"), "#".repeat(70_000)).unwrap();
        let read = [at("text"), at("long"), at("pipe"), at("nowhere"), at("."), "/dev/zero".into()];
        ends(move || {
            let lengths = read.map(|path| text_of_file(&path).map(|text| text.chars().count()));
            assert_eq!(lengths, [Some(15), Some(65_536), None, None, None, None]);
        });
    }
}
