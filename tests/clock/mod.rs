//! Another time of day for one process: a library of a few lines in C, put before the C library's.
//!
//! faketime deadlocks with programs of several threads, so there is no package to install for this.

// Each test file uses a part.
#![allow(dead_code)]

use std::io::Write;
use std::process::{Command, Stdio};

const SOURCE: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
    int ended = real(id, now);
    const char *shift = getenv("TEST_CLOCK"), *after = getenv("TEST_CLOCK_AFTER");
    static struct timespec start;
    struct timespec since;
    real(CLOCK_MONOTONIC, &since);
    if (!start.tv_sec) start = since;
    if (after && (since.tv_sec - start.tv_sec) * 1000 + (since.tv_nsec - start.tv_nsec) / 1000000 < atol(after)) shift = NULL;
    if ((id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) && shift) now->tv_sec = *shift == '=' ? atol(shift + 1) : now->tv_sec + atol(shift);
    return ended;
}
time_t time(time_t *place) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (place) *place = now.tv_sec;
    return now.tv_sec;
}
"#;

/// The built library.
pub(crate) struct Clock {
    directory: tempfile::TempDir,
}

impl Clock {
    /// Builds it with the compiler that Rust links with; without one the test is skipped, but not in CI.
    pub(crate) fn build() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let library = directory.path().join("clock.so");
        let compiler = Command::new("cc")
            .args(["-shared", "-fPIC", "-x", "c", "-", "-ldl", "-o"])
            .arg(&library)
            .stdin(Stdio::piped())
            .spawn();
        let Ok(mut compiler) = compiler else {
            assert!(std::env::var_os("CI").is_none(), "cc is not installed");
            eprintln!("skipped: cc is not installed");
            return None;
        };
        compiler.stdin.take().unwrap().write_all(SOURCE.as_bytes()).unwrap();
        assert!(compiler.wait().unwrap().success(), "the clock library does not compile");
        Some(Self { directory })
    }

    /// `nsup` with its clock moved by so many seconds (`+3600`), or set to a time (`=86400`).
    pub(crate) fn shifted(&self, shift: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nsup"));
        command.env_clear().stdin(Stdio::null());
        self.shift(&mut command, shift);
        command
    }

    /// `nsup` with its clock moved by so many seconds once it has run for so many milliseconds.
    pub(crate) fn stepped(&self, shift: &str, after: u64) -> Command {
        let mut command = self.shifted(shift);
        command.env("TEST_CLOCK_AFTER", after.to_string());
        command
    }

    /// Gives any other command, which must not be a static binary, such a clock.
    pub(crate) fn shift(&self, command: &mut Command, shift: &str) {
        command.env("LD_PRELOAD", self.directory.path().join("clock.so")).env("TEST_CLOCK", shift);
    }
}
