//! A program that prints the address: run without a shell, in little time, and with little to say.

use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::os::unix::process::ExitStatusExt;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::task::Poll;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::timeout;

use super::in_words;

/// How long a program may take, where nothing else is said.
pub const WITHIN: Duration = Duration::from_secs(10);
/// The whole environment of a program, where nothing else is said.
pub const ENVIRONMENT: &[(&str, &str)] = &[("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")];

/// So many octets a program may print; of its complaints so many are looked at.
const OUTPUT: usize = 4096;
/// So many characters of what it says are repeated.
const REPEATED: usize = 200;

/// What a program printed, as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Printed {
    /// An address.
    Address(IpAddr),
    /// `none`: there is none, and that is known.
    None,
}

/// Why a program did not say what the address is.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It was not started, or not heard.
    #[error("{0}: {why}", why = in_words(.1))]
    NotRun(String, io::Error),
    /// It took too long, and was ended with all that it had started.
    #[error("{0} did not end within {time}", time = humantime::format_duration(*.1))]
    TooLong(String, Duration),
    /// It ended otherwise than with status 0: how, and the first line of what it complained of.
    #[error("{0} {1}{2}")]
    Failed(String, String, String),
    /// It printed nothing.
    #[error("{0} printed nothing: an address, or the word none")]
    Silent(String),
    /// It printed something else.
    #[error("{0} printed {1:?}: not an address, nor the word none")]
    NoAddress(String, String),
    /// It printed more than an address can be.
    #[error("{0} printed more than {OUTPUT} octets")]
    TooMuch(String),
}

/// Runs a program with its arguments and exactly this environment, and reads the address that it prints. It gets no
/// standard input and a process group of its own, which is killed when its time is up or nobody waits any more.
///
/// # Errors
/// [`CommandError`].
pub async fn run(words: &[String], environment: &[(&str, &str)], within: Duration) -> Result<Printed, CommandError> {
    let program = words.first().cloned().unwrap_or_default();
    let not_run = |error| CommandError::NotRun(program.clone(), error);
    let mut command = Command::new(&program);
    command.args(words.iter().skip(1)).env_clear().envs(environment.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut group = Group::new(command.spawn().map_err(not_run)?);
    let ended = timeout(within, group.end()).await;
    let Ok(ended) = ended else {
        group.kill().await;
        return Err(CommandError::TooLong(program, within));
    };
    let (status, printed, complained) = ended.map_err(not_run)?;
    // Before the status, since what is not read any more often ends a program.
    if printed.len() > OUTPUT {
        return Err(CommandError::TooMuch(program));
    }
    if !status.success() {
        let line = first_line(&complained);
        let line = if line.is_empty() { line } else { format!(": {line}") };
        return Err(CommandError::Failed(program, how(status), line));
    }
    match String::from_utf8_lossy(&printed).trim() {
        "" => Err(CommandError::Silent(program)),
        "none" => Ok(Printed::None),
        text => match text.parse() {
            Ok(address) => Ok(Printed::Address(address)),
            Err(_) => Err(CommandError::NoAddress(program, text.chars().take(REPEATED).collect())),
        },
    }
}

/// A program and all that it started, which end when this is dropped before the program has.
struct Group {
    child: Child,
    /// Its number. `None` once the program has been waited for, since the number may be another's then.
    leader: Option<Pid>,
}

impl Group {
    fn new(child: Child) -> Self {
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Self { child, leader }
    }

    /// Waits for both outputs to end and then for the program, so that its number stays its own until then.
    async fn end(&mut self) -> io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
        // Side by side, since a program may fill one while the other is read.
        let (printed, complained) = both(printed(self.child.stdout.take()), complained(self.child.stderr.take())).await;
        let status = self.child.wait().await?;
        self.leader = None;
        Ok((status, printed?, complained?))
    }

    async fn kill(&mut self) {
        self.signal();
        // The kernel ends it at once, unless it hangs in a device: then nobody waits for it.
        let _ = timeout(Duration::from_secs(1), self.child.wait()).await;
    }

    fn signal(&mut self) {
        if let Some(leader) = self.leader.take() {
            // There may be nobody left in it.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal();
    }
}

/// Reads one octet more than there may be, and closes.
async fn printed(output: Option<ChildStdout>) -> io::Result<Vec<u8>> {
    let mut printed = Vec::new();
    if let Some(output) = output {
        output.take(OUTPUT as u64 + 1).read_to_end(&mut printed).await?;
    }
    Ok(printed)
}

/// Keeps the beginning, and reads the rest too, since a program may complain as much as it likes.
async fn complained(output: Option<ChildStderr>) -> io::Result<Vec<u8>> {
    let mut complained = Vec::new();
    if let Some(mut output) = output {
        (&mut output).take(OUTPUT as u64).read_to_end(&mut complained).await?;
        tokio::io::copy(&mut output, &mut tokio::io::sink()).await?;
    }
    Ok(complained)
}

/// Waits for two things at once until both are there.
async fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let (mut first, mut second) = (None, None);
    poll_fn(|context| {
        if first.is_none() {
            first = ready(one.as_mut().poll(context));
        }
        if second.is_none() {
            second = ready(other.as_mut().poll(context));
        }
        match (first.take(), second.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            unfinished => {
                (first, second) = unfinished;
                Poll::Pending
            }
        }
    })
    .await
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// How a program ended.
fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with status {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}

/// The first line that is not empty, or what of it is short enough.
fn first_line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or_default().chars().take(REPEATED).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn run_for(words: &[&str], within: Duration) -> Result<Printed, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(&words, ENVIRONMENT, within)).map_err(|error| error.to_string())
    }

    fn shell(script: &str) -> Result<Printed, String> {
        run_for(&["sh", "-c", script], WITHIN)
    }

    #[test]
    fn a_program_prints_an_address_or_the_word_none() {
        assert_eq!(shell("echo 192.0.2.1"), Ok(Printed::Address("192.0.2.1".parse().unwrap())));
        assert_eq!(shell("echo; echo ' 2001:db8::1 '"), Ok(Printed::Address("2001:db8::1".parse().unwrap())));
        assert_eq!(shell("echo none; echo so >&2"), Ok(Printed::None));
        assert_eq!(run_for(&["printf", "%s", "none"], WITHIN), Ok(Printed::None));
    }

    #[test]
    fn why_nothing_is_known_is_said() {
        assert_eq!(shell("true").unwrap_err(), "sh printed nothing: an address, or the word none");
        assert_eq!(shell("echo up").unwrap_err(), "sh printed \"up\": not an address, nor the word none");
        let two = shell("echo 192.0.2.1; echo 192.0.2.2").unwrap_err();
        assert_eq!(two, "sh printed \"192.0.2.1\\n192.0.2.2\": not an address, nor the word none");
        let failed = shell("echo 192.0.2.1; echo >&2; echo no link >&2; echo more >&2; exit 3").unwrap_err();
        assert_eq!(failed, "sh ended with status 3: no link");
        assert_eq!(shell("exit 1").unwrap_err(), "sh ended with status 1");
        assert_eq!(shell("kill -9 $$").unwrap_err(), "sh was ended by signal 9");
        assert_eq!(run_for(&["/no/such"], WITHIN).unwrap_err(), "/no/such: no such file or directory");
        assert_eq!(run_for(&[], WITHIN).unwrap_err(), ": no such file or directory");
    }

    #[test]
    fn what_is_too_much_ends_the_wait_and_complaints_do_not() {
        assert_eq!(shell("yes").unwrap_err(), "sh printed more than 4096 octets");
        assert_eq!(shell("yes | head -c 300000 >&2; echo none"), Ok(Printed::None));
    }

    #[test]
    fn its_environment_is_what_it_is_given_and_its_input_is_empty() {
        assert_eq!(shell("[ -z \"$HOME\" ] && [ -z \"$CARGO\" ] && [ -n \"$PATH\" ] && echo none"), Ok(Printed::None));
        assert_eq!(shell("read line || echo none"), Ok(Printed::None));
    }

    #[test]
    fn all_that_it_started_ends_with_its_time() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("numbers");
        // One that keeps the output, one that does not, and the program itself.
        let script = format!("sleep 60 & sleep 61 >/dev/null 2>&1 & echo $$ $! >{}; wait", file.display());
        let started = Instant::now();
        let late = run_for(&["sh", "-c", &script], Duration::from_millis(500)).unwrap_err();
        assert_eq!(late, "sh did not end within 500ms");
        assert!(started.elapsed() < Duration::from_secs(5));
        for number in std::fs::read_to_string(&file).unwrap().split_whitespace() {
            assert!(is_gone(number), "{number} runs still");
        }
    }

    #[test]
    fn a_program_that_nobody_waits_for_any_more_is_ended() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("numbers");
        let words = ["sh".to_owned(), "-c".to_owned(), format!("sleep 60 & echo $$ $! >{}; wait", file.display())];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let given_up =
            runtime.block_on(async { timeout(Duration::from_millis(500), run(&words, ENVIRONMENT, WITHIN)).await });
        assert!(given_up.is_err());
        for number in std::fs::read_to_string(&file).unwrap().split_whitespace() {
            assert!(is_gone(number), "{number} runs still");
        }
    }

    /// Whether a process has ended, which takes a moment after it was killed.
    fn is_gone(number: &str) -> bool {
        (0..100).any(|_| {
            let state = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
            let gone = state.is_empty() || state.contains(") Z ");
            if !gone {
                std::thread::sleep(Duration::from_millis(20));
            }
            gone
        })
    }
}
