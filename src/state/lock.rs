//! Locks between the processes of one machine. The kernel takes them back when a process dies,
//! however it dies.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::time::Duration;

use rustix::fs::OFlags;
use tokio::time::{Instant, sleep};

use super::places::file_name;
use super::regular;

/// How often a lock that another process holds is tried for.
const AGAIN: Duration = Duration::from_millis(20);

/// The directory of the locks.
#[derive(Debug, Clone)]
pub struct Locks {
    directory: Option<PathBuf>,
    /// What this process has: it does not wait for itself.
    held: Rc<RefCell<HashMap<PathBuf, Weak<Lock>>>>,
}

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Locks {
    /// Locks in this directory; without one nothing is locked.
    pub fn within(directory: Option<PathBuf>) -> Self {
        Self { directory, held: Rc::default() }
    }

    /// Locks all of these, waiting no longer than until `deadline`; `None` when somebody else held one for so long. A
    /// lock that cannot be had for another reason (a full disk, say) is done without.
    pub async fn all(&self, labels: impl IntoIterator<Item = String>, deadline: Instant) -> Option<Vec<Arc<Lock>>> {
        let Some(directory) = &self.directory else { return Some(Vec::new()) };
        let mut paths: Vec<PathBuf> =
            labels.into_iter().map(|label| directory.join(file_name("lock", &label))).collect();
        // Everybody takes them in the same order: nobody waits for somebody who waits for him.
        paths.sort();
        paths.dedup();
        let mut held = Vec::new();
        for path in paths {
            loop {
                let own = self.held.borrow().get(&path).and_then(Weak::upgrade);
                match own.map_or_else(|| Lock::take(&path).map(|lock| lock.map(Arc::new)), |own| Ok(Some(own))) {
                    Ok(Some(lock)) => {
                        self.held.borrow_mut().insert(path.clone(), Arc::downgrade(&lock));
                        held.push(lock);
                    }
                    Ok(None) if Instant::now() >= deadline => return None,
                    Ok(None) => {
                        sleep(AGAIN).await;
                        continue;
                    }
                    Err(_) => {}
                }
                break;
            }
        }
        Some(held)
    }
}

impl Lock {
    /// Takes the lock of this file, if nobody has it.
    ///
    /// # Errors
    /// Those of opening and locking a file.
    pub(super) fn take(path: &Path) -> io::Result<Option<Self>> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(why)) => Err(why),
        }
    }
}

/// Opens a file of ours to read and to append, and makes it where there is none. A lock's file is never deleted: two
/// processes could then hold "the" lock, one of them on a file that has no name any more.
pub(super) fn open(path: &Path) -> io::Result<File> {
    regular::open(path, OFlags::CREATE | OFlags::RDWR | OFlags::APPEND)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
    }

    fn names(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_lock_is_waited_for_until_it_is_free_or_the_time_is_up() {
        let directory = tempfile::tempdir().unwrap();
        let [locks, others] = [(); 2].map(|()| Locks::within(Some(directory.path().to_owned())));
        run(async {
            let far = Instant::now() + Duration::from_secs(60);
            let held = locks.all(names("a b"), far).await.unwrap();
            assert!(locks.all(names("c a"), Instant::now()).await.is_some(), "nobody waits for himself");
            assert!(others.all(names("c a"), Instant::now()).await.is_none(), "a is held");
            assert!(others.all(names("c"), far).await.is_some(), "what was given up is free");
            let holder = std::thread::spawn(move || {
                std::thread::sleep(AGAIN * 2);
                drop(held);
            });
            assert!(others.all(names("b"), far).await.is_some());
            holder.join().unwrap();
        });
    }

    #[test]
    fn the_same_name_twice_is_one_lock_and_no_directory_is_no_lock() {
        let directory = tempfile::tempdir().unwrap();
        run(async {
            let locks = Locks::within(Some(directory.path().to_owned()));
            assert_eq!(locks.all(names("a a"), Instant::now()).await.unwrap().len(), 1);
            assert!(Locks::within(None).all(names("a"), Instant::now()).await.is_some());
            let gone = Locks::within(Some("/dev/null/x".into()));
            assert!(gone.all(names("a"), Instant::now()).await.is_some());
        });
    }
}
