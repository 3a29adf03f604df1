//! Debian's cron with one job, in a mount namespace of its own: its crontabs, its pid file and its sendmail are the
//! test's, and the machine's are out of its sight.
//!
//! A minute of this cron takes three seconds, by libfaketime. That deadlocks with programs of several threads, but cron
//! has one; and the job has the true time, as cron gives its jobs an environment of their own.
//!
//! Where no mount namespace is to be had (not root, or in a chroot), the test does what cron does: a shell, cron's
//! environment, and a mail if there is any output.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::home::wait;
use crate::program::finish;

/// How many of cron's seconds a second has.
const PACE: u64 = 20;

/// What takes the place of the machine's files; then cron. Should the test be killed, cron ends with `timeout`.
const INSIDE: &str = r#"
    set -e
    cd "$1"
    mount -t tmpfs tmpfs /run
    mount -t tmpfs tmpfs /dev/shm
    mount -t tmpfs tmpfs /var/spool/cron
    mkdir /var/spool/cron/crontabs
    mount -t tmpfs tmpfs /etc/cron.d
    cp crontab /etc/cron.d/nsup
    if [ -e /etc/crontab ]; then mount --bind /dev/null /etc/crontab; fi
    if [ -e /dev/log ]; then mount --bind /dev/null /dev/log; fi
    cp "$2" cron
    mount --bind sbin /usr/sbin
    : >ready
    exec timeout 300 faketime -f "+0 x$3" ./cron -f
"#;

/// The daemon; dropping it ends it and its jobs.
pub(crate) struct Cron {
    folder: PathBuf,
    job: String,
    /// None where the test does what cron does.
    daemon: Option<Child>,
}

impl Cron {
    /// Starts cron with a job for every minute, in a folder for its files. `None`, and said aloud, where cron or
    /// faketime is not installed; in CI that is a failure.
    pub(crate) fn start(folder: &Path, job: &str) -> Option<Self> {
        let cron = installed("cron")?;
        installed("faketime")?;
        installed("unshare")?;
        fs::create_dir_all(folder.join("mails")).expect("mails");
        fs::create_dir_all(folder.join("sbin")).expect("sbin");
        let at = folder.display();
        // Files a mail whole, by a name that sorts by time.
        let sendmail = format!("#!/bin/sh\ncd {at}/mails && cat >new.$$ && mv new.$$ \"mail.$(date +%s%N)\"\n");
        write(&folder.join("sbin/sendmail"), &sendmail, 0o755);
        // How it ended is kept for the test. The second job shows what else the first one is given.
        let job = format!("{job}; echo $? >>{at}/statuses");
        let env = format!("env >{at}/env.new && mv {at}/env.new {at}/environment");
        let text = format!("* * * * * root {env}\n* * * * * root {job}\n");
        write(&folder.join("crontab"), &text, 0o644);
        let mut this = Self { folder: folder.to_owned(), job, daemon: None };
        this.daemon = this.launch(&cron);
        Some(this)
    }

    /// The daemon, once it has its mounts.
    fn launch(&self, cron: &Path) -> Option<Child> {
        let said = File::create(self.folder.join("said")).expect("a file");
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", INSIDE, "sh"]);
        unshare.arg(&self.folder).arg(cron).arg(PACE.to_string());
        let mut child = unshare.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said).spawn().expect("unshare");
        let mut has_ended = false;
        wait("cron", 20, || {
            has_ended = child.try_wait().expect("a child").is_some();
            if has_ended || self.folder.join("ready").exists() {
                Ok(())
            } else {
                Err("it is still starting".to_owned())
            }
        });
        if !has_ended {
            return Some(child);
        }
        let said = fs::read_to_string(self.folder.join("said")).expect("a text");
        let is_denied = ["unshare: ", "mount: "].iter().any(|program| said.contains(program));
        assert!(is_denied, "cron did not start: {said}");
        eprintln!("no cron here, only what it does: this machine allows no mount namespace: {said}");
        None
    }

    /// Waits until its job has ended once more; gives the exit status. A mail of it may still be on its way.
    #[track_caller]
    pub(crate) fn next(&self) -> i32 {
        let before = self.statuses().len();
        if self.daemon.is_none() {
            self.do_as_cron_does();
        }
        wait("run", 60, || match self.statuses() {
            statuses if statuses.len() > before => Ok(()),
            statuses => Err(format!("{statuses:?}, {:#?}", self.mails())),
        });
        self.statuses()[before]
    }

    /// Waits until there are so many mails, and gives the last one of them, the newest of all.
    #[track_caller]
    pub(crate) fn mail(&self, number: usize) -> String {
        if self.daemon.is_none() && self.mails().len() < number {
            self.do_as_cron_does();
        }
        wait("mail", 60, || match self.mails() {
            mails if mails.len() >= number => Ok(()),
            mails => Err(format!("{mails:#?} after {:?}", self.statuses())),
        });
        let mut mails = self.mails();
        assert_eq!(mails.len(), number, "{mails:#?}");
        mails.pop().expect("that one")
    }

    /// The exit status of each run so far.
    pub(crate) fn statuses(&self) -> Vec<i32> {
        let text = fs::read_to_string(self.folder.join("statuses")).unwrap_or_default();
        // A line that is being written is not there yet.
        let lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        lines.map(|line| line.parse().expect("a number")).collect()
    }

    /// The text of each mail so far, without its header.
    pub(crate) fn mails(&self) -> Vec<String> {
        let entries =
            fs::read_dir(self.folder.join("mails")).expect("mails").map(|entry| entry.expect("an entry").path());
        let mut paths: Vec<_> = entries.filter(|path| path.file_stem().is_some_and(|stem| stem == "mail")).collect();
        paths.sort();
        let texts = paths.iter().map(|path| fs::read_to_string(path).expect("a mail"));
        texts.map(|text| text.split_once("\n\n").expect("a header").1.to_owned()).collect()
    }

    /// The names of the variables that a job has, sorted.
    pub(crate) fn variables(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join("environment")).expect("the second job has run");
        let mut names: Vec<_> = text.lines().filter_map(|line| Some(line.split_once('=')?.0.to_owned())).collect();
        names.sort();
        names
    }

    fn do_as_cron_does(&self) {
        let folder = self.folder.display();
        let mut shell = Command::new("/bin/sh");
        let script = format!("exec 2>&1; env >{folder}/environment; {}", self.job);
        shell.args(["-c", &script]).current_dir(&self.folder).stdin(Stdio::null());
        shell.env_clear().env("HOME", &self.folder).envs([("LOGNAME", "root"), ("SHELL", "/bin/sh")]);
        // Without it, root's locks would be among the machine's own.
        let run = finish(shell.env("PATH", "/usr/bin:/bin").env("RUNTIME_DIRECTORY", self.folder.join("run")));
        if !run.stdout.is_empty() {
            let number = self.statuses().len();
            write(&self.folder.join(format!("mails/mail.{number:05}")), &format!("\n\n{}", run.stdout), 0o644);
        }
    }
}

impl Drop for Cron {
    fn drop(&mut self) {
        if let Some(mut child) = self.daemon.take() {
            // The namespace of processes ends with it, and so does all that is in it.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Where a program is, even if the user's PATH lacks the place. `None`, and said aloud, where it is not installed.
fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    let found = std::env::split_paths(&path).map(|place| place.join(program)).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{program} is not installed");
        eprintln!("skipped: {program} is not installed");
    }
    found
}

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).expect("a file");
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("its mode");
}
