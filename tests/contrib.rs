//! The files that callers run: their names, their manners, and that nsup understands what comes through them.

mod hooks;
mod program;

use std::path::Path;
use std::process::Command;

use hooks::{CALLS, How, Installed, files, mode, run_parts_program};
use nsup::config::caller::{Caller, Event, read};

#[test]
fn what_a_caller_hands_over_comes_to_nsup_through_its_file() {
    for call in CALLS {
        let installed = Installed::recorder();
        let Some(run) = installed.call(call, "203.0.113.10") else { continue };
        let status = if call.how == How::Sourced { 7 } else { 0 };
        run.ends(status).silent();
        let (words, environment) = installed.recorded().unwrap_or_else(|| panic!("nsup was not called: {call:?}"));
        assert_eq!(words[0], "hook");
        let caller: Caller = words[1].parse().unwrap();
        let event = read(caller, &words[2..], &|name| environment.get(name).cloned()).unwrap().unwrap();
        assert_eq!(event.caller, caller);
        assert_eq!(shown(&event), call.event, "{}", call.caller);
    }
}

#[test]
fn every_file_is_tried_as_its_caller_runs_it() {
    let tried: Vec<&Path> = CALLS.iter().map(|call| Path::new(call.file)).collect();
    for file in files() {
        assert!(tried.contains(&file.as_path()), "{} is tried by no test", file.display());
    }
}

#[test]
fn a_hook_without_nsup_does_nothing_and_says_nothing() {
    for call in CALLS {
        let Some(run) = Installed::new(None).call(call, "203.0.113.10") else { continue };
        run.ends(if call.how == How::Sourced { 7 } else { 0 }).silent();
    }
}

#[test]
fn a_hook_that_fails_harms_no_shell_that_sources_it() {
    for call in CALLS.iter().filter(|call| call.how == How::Sourced) {
        let installed = Installed::new(Some("#!/bin/sh\nexit 3\n"));
        // The rest is looked at where the call is made.
        installed.call(call, "203.0.113.10").unwrap().ends(7);
    }
}

#[test]
fn the_names_and_permissions_are_such_as_callers_take() {
    let sourced = |file: &Path| CALLS.iter().any(|call| Path::new(call.file) == file && call.how == How::Sourced);
    for file in files() {
        let name = file.file_name().unwrap().to_str().unwrap();
        // run-parts passes over everything else without a word.
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)), "{}", file.display());
        let wanted = if sourced(&file) { 0o644 } else { 0o755 };
        // What a checkout leaves of a mode is whether it can be executed.
        let mode = mode(&Path::new("contrib").join(&file));
        assert_eq!(mode & 0o100, wanted & 0o100, "{}: {mode:o}", file.display());
    }
    let Some(program) = run_parts_program() else { return };
    for file in files() {
        let path = Path::new("contrib").join(&file);
        // dhclient-script asks for files that need not be executable.
        let option = if sourced(&file) { "--list" } else { "--test" };
        let output = Command::new(program).arg(option).arg(path.parent().unwrap()).output().unwrap();
        let listed = String::from_utf8(output.stdout).unwrap();
        assert!(listed.lines().any(|line| Path::new(line) == path), "{}: {listed}", file.display());
    }
}

/// An event as `up ppp0 (IPPARAM) +HANDED -LOST`.
fn shown(event: &Event) -> String {
    let mut text = format!("{} {}", event.kind, event.interface);
    text.extend(event.ipparam.iter().map(|ipparam| format!(" ({ipparam})")));
    text.extend(event.handed.iter().map(|address| format!(" +{address}")));
    text.extend(event.lost.iter().map(|address| format!(" -{address}")));
    text
}
