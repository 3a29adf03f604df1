//! Reverse records of addresses that a name has left, still to be deleted: remembered, and on disk where that can be done,
//! so that a reverse zone's server may be away for a while.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::places::file_name;
use super::reported;

/// The addresses that names have left.
#[derive(Debug, Default)]
pub struct Debts {
    directory: Option<PathBuf>,
    known: RefCell<HashMap<String, Vec<IpAddr>>>,
}

impl Debts {
    /// What is remembered in this directory; without one, what this process remembers.
    pub fn within(directory: Option<PathBuf>) -> Self {
        Self { directory, known: RefCell::default() }
    }

    /// The addresses whose records are still to be deleted.
    pub fn of(&self, name: &str) -> Vec<IpAddr> {
        self.known.borrow_mut().entry(name.to_owned()).or_insert_with(|| self.read(name)).clone()
    }

    /// Adds an address that the name has left.
    pub fn add(&self, name: &str, address: IpAddr) {
        let mut owed = self.of(name);
        if !owed.contains(&address) {
            owed.push(address);
            self.remember(name, owed);
        }
    }

    /// Takes off an address whose record is gone, or that the name has again.
    pub fn settle(&self, name: &str, address: IpAddr) {
        let mut owed = self.of(name);
        let before = owed.len();
        owed.retain(|known| *known != address);
        if owed.len() != before {
            self.remember(name, owed);
        }
    }

    fn remember(&self, name: &str, owed: Vec<IpAddr>) {
        if let Some(path) = self.path(name) {
            let texts: Vec<String> = owed.iter().map(IpAddr::to_string).collect();
            // What cannot be written is remembered as long as we run.
            let _ = if owed.is_empty() { fs::remove_file(&path) } else { reported::write(&path, &json!(texts)) };
        }
        self.known.borrow_mut().insert(name.to_owned(), owed);
    }

    fn read(&self, name: &str) -> Vec<IpAddr> {
        let value = self.path(name).and_then(|path| reported::read_any(&path)).unwrap_or_default();
        let texts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        texts.filter_map(|text| text.parse().ok()).collect()
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        Some(self.directory.as_ref()?.join(file_name("owed", name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed_outlives_the_process_until_it_is_settled() {
        let directory = tempfile::tempdir().unwrap();
        let debts = || Debts::within(Some(directory.path().to_owned()));
        let (one, other): (IpAddr, IpAddr) = ("203.0.113.1".parse().unwrap(), "2001:db8::1".parse().unwrap());
        debts().add("a.example.", one);
        debts().add("a.example.", other);
        debts().add("a.example.", one);
        assert_eq!(debts().of("a.example."), [one, other]);
        assert!(debts().of("b.example.").is_empty());
        debts().settle("a.example.", one);
        assert_eq!(debts().of("a.example."), [other]);
        debts().settle("a.example.", other);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_makes_no_sense_is_nothing_and_no_directory_is_memory_only() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("owed-a.example."), "[1, \"x\", null").unwrap();
        assert!(Debts::within(Some(directory.path().to_owned())).of("a.example.").is_empty());
        let debts = Debts::within(Some("/dev/null/x".into()));
        debts.add("a.example.", "203.0.113.1".parse().unwrap());
        assert_eq!(debts.of("a.example.").len(), 1);
    }
}
