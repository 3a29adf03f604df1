//! Events that wait for the run that deals with them: one file and one run at a time for each interface.
//!
//! Whoever brings an event appends it, and then tries to become the run. If there is one already, that one will see the
//! event: a run gives up its turn only while it holds the file and has found nothing new in it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use super::lock::{self, Lock};
use super::places::file_name;

/// The most that is read, in octets; more would be a flood that nobody can deal with one by one.
const MOST: u64 = 256 * 1024;

/// How many milliseconds somebody else may have the file.
const TRIES: u32 = 40;

/// The file of events of one interface.
#[derive(Debug)]
pub struct Spool {
    events: PathBuf,
    running: PathBuf,
    next: PathBuf,
}

/// The right to deal with the events.
#[derive(Debug)]
pub struct Turn {
    _lock: Lock,
}

impl Spool {
    /// The events of `label` in this directory.
    pub fn within(directory: &Path, label: &str) -> Self {
        let path = |prefix: &str| directory.join(file_name(prefix, label));
        Self { events: path("events"), running: path("running"), next: path("next") }
    }

    /// Appends an event, one line.
    ///
    /// # Errors
    /// Those of the file.
    pub fn append(&self, event: &str) -> io::Result<()> {
        let mut file = self.open()?;
        // One write, so that whoever is killed leaves a whole line or none.
        file.write_all(format!("\n{event}\n").as_bytes())
    }

    /// Takes the turn, if nobody has it.
    ///
    /// # Errors
    /// Those of the file.
    pub fn turn(&self) -> io::Result<Option<Turn>> {
        Ok(Lock::take(&self.running)?.map(|lock| Turn { _lock: lock }))
    }

    /// Becomes the one who waits for the turn, if nobody is: should the run that has it be killed, there is another.
    ///
    /// # Errors
    /// Those of the file.
    pub fn wait(&self) -> io::Result<Option<Lock>> {
        Lock::take(&self.next)
    }

    /// How much there is: when that grows, there is a new event.
    pub fn length(&self) -> u64 {
        fs::metadata(&self.events).map_or(0, |meta| meta.len())
    }

    /// The events, oldest first, and the length of the file with them.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read(&self) -> io::Result<(Vec<String>, u64)> {
        let mut file = self.open()?;
        let length = file.metadata()?.len();
        let mut octets = Vec::new();
        // Of a flood the newest events.
        file.seek(SeekFrom::Start(length.saturating_sub(MOST)))?;
        file.take(MOST).read_to_end(&mut octets)?;
        let text = String::from_utf8_lossy(&octets);
        let lines = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        Ok((lines, length))
    }

    /// Ends the turn and empties the file; or gives the turn back, because there is more than the `length` that was
    /// read.
    ///
    /// # Errors
    /// Those of the file.
    pub fn finish(&self, turn: Turn, length: u64) -> io::Result<Option<Turn>> {
        let file = self.open()?;
        if file.metadata()?.len() > length {
            return Ok(Some(turn));
        }
        file.set_len(0)?;
        // The turn first: whoever appends from now on finds it free.
        drop(turn);
        drop(file);
        Ok(None)
    }

    /// The file, locked until it is closed. Nobody holds it for longer than it takes to read it; but somebody may be
    /// stopped just then, and a caller is not to wait for him.
    fn open(&self) -> io::Result<File> {
        let file = lock::open(&self.events)?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(1)),
                done => return done.map(|()| file).map_err(io::Error::from),
            }
        }
        Err(io::ErrorKind::TimedOut.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_does_not_end_while_there_is_an_event_that_it_has_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::within(directory.path(), "ppp0");
        spool.append("one").unwrap();
        let turn = spool.turn().unwrap().unwrap();
        assert!(spool.turn().unwrap().is_none(), "there is one turn");
        let (events, length) = spool.read().unwrap();
        assert_eq!((events, spool.length()), (vec!["one".to_owned()], length));
        spool.append("two").unwrap();
        assert!(spool.length() > length);
        let turn = spool.finish(turn, length).unwrap().expect("there is more");
        let (events, length) = spool.read().unwrap();
        assert_eq!(events, ["one", "two"]);
        assert!(spool.finish(turn, length).unwrap().is_none());
        assert!(spool.turn().unwrap().is_some());
        assert_eq!(spool.read().unwrap(), (Vec::new(), 0));
    }

    #[test]
    fn what_somebody_left_half_written_spoils_no_other_event() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::within(directory.path(), "ppp0");
        fs::write(directory.path().join("events-ppp0"), b"{\"half\xff").unwrap();
        spool.append("whole").unwrap();
        assert!(spool.read().unwrap().0.contains(&"whole".to_owned()));
    }

    #[test]
    fn of_a_flood_the_newest_events_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::within(directory.path(), "ppp0");
        (0..3000).for_each(|_| spool.append(&"x".repeat(100)).unwrap());
        spool.append("the last").unwrap();
        let (events, length) = spool.read().unwrap();
        assert_eq!((events.last().map(String::as_str), spool.length()), (Some("the last"), length));
        assert!(spool.finish(spool.turn().unwrap().unwrap(), length).unwrap().is_none());
    }

    #[test]
    fn one_waits_and_no_more() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::within(directory.path(), "ppp0");
        let waiting = spool.wait().unwrap().unwrap();
        assert!(spool.wait().unwrap().is_none());
        drop(waiting);
        assert!(spool.wait().unwrap().is_some());
    }
}
