//! A network namespace for one test: the test's own program, run a second time inside it.

use std::env;
use std::process::{Command, Stdio};

use crate::program::finish;

/// Set where the test runs inside.
const INSIDE: &str = "NSUP_TEST_INSIDE";

/// Runs `inside` of the test called `test` with a network of its own: the loopback interface, and nothing else.
///
/// Does nothing, and says so, where there is no namespace to be had; in CI that is a failure.
pub fn alone(test: &str, inside: impl FnOnce()) {
    alone_with(&[], test, inside);
}

/// As [`alone`], where these programs are needed inside.
pub fn alone_with(programs: &[&str], test: &str, inside: impl FnOnce()) {
    if env::var_os(INSIDE).is_some() {
        ip("link set lo up");
        return inside();
    }
    let path = env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    for program in ["unshare", "ip"].iter().chain(programs) {
        if !env::split_paths(&path).any(|folder| folder.join(program).exists()) {
            return skip(&format!("{program} is not installed"));
        }
    }
    let mut unshare = Command::new("unshare");
    // What a hook leaves running ends with the namespace.
    unshare.args(["--net", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    if Command::new("id").arg("-u").output().expect("id").stdout != b"0\n" {
        unshare.args(["--user", "--map-root-user"]);
    }
    unshare.arg(env::current_exe().expect("the test's own program")).args(["--exact", test, "--nocapture"]);
    let run = finish(unshare.env("PATH", path).env(INSIDE, "1").stdin(Stdio::null()));
    if run.stderr.contains("unshare: ") {
        return skip(&format!("this machine allows no namespaces: {}", run.stderr));
    }
    // Shown once and as it is: what failed inside has said why.
    eprint!("{}", run.stderr);
    assert_eq!(run.status, 0, "{test} failed inside");
    assert!(run.stdout.contains("1 passed"), "no test is called {test}");
}

/// Makes an interface that is up and has a carrier, by a cable whose other end is here too.
pub fn make_interface(name: &str) {
    ip(&format!("link add {name} type veth peer name other"));
    ip("link set other up");
    ip(&format!("link set {name} up"));
}

/// Runs ip(8) with words that blanks separate.
#[track_caller]
pub fn ip(words: &str) {
    finish(Command::new("ip").args(words.split(' '))).ends(0);
}

fn skip(why: &str) {
    assert!(env::var_os("CI").is_none(), "{why}");
    eprintln!("skipped: {why}");
}
