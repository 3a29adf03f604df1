//! Runs each script with the stock program and with nsup under its name, and tells the differences.
//!
//! A script is a file `tests/scripts/PROGRAM/NAME.txt`. It opens with a sentence that says which behaviour it pins;
//! sections follow, each under a line `-- name --`:
//!
//! | section | what it holds | if it is left out |
//! | --- | --- | --- |
//! | `run` | the command line; blanks part words, double quotes hold one together | `-k twin.key`, or `-k twin.line` for Knot |
//! | `stdin` | the standard input | empty |
//! | `file F` | a file of this name in the directory where the program runs | no such file |
//! | `clock` | how many seconds the program's clock is wrong, as `+3600` | it is right |
//! | `exit` | the stock program's exit status | 0 |
//! | `zone` | what the stock program changes: `+` or `-`, and a record as dig prints it | nothing changes |
//! | `nsup A` | where aspect A may differ: what nsup gives instead | any difference will do |
//!
//! `exit` and `zone` keep a script honest: they fail when it does not do what it is there for. The aspects are `exit`,
//! `stdout`, `stderr` and `zone`; all four are compared, the texts after what changes from run to run (`normal.rs`)
//! has been taken out of them. A serial is part of its zone.
//!
//! In all sections: `@HOST@` and `@PORT@` of the server; `@UDP@`, a port where it answers over UDP and TCP is refused;
//! `@FREE@`, a port that nobody uses; `@ZONE@`, where all keys but `stranger` may change everything; `@OTHER@`, one more of
//! that kind; `@OPEN@`, which the address alone allows to change, without a key; `@SECRET@` of the key `twin`,
//! `@SECRET:md5@` of another (`world.rs` has the list); `@CR@` and `@TAB@`; `@300*x@` for three hundred times x; `@END@` for
//! the end of the text, without a line end. A line that starts with `@repeat 20 ` stands twenty times, `@N@` in it being
//! the number from 1 and `@LF@` the end of a line. Every script has zones of its own.

mod allowed;
mod normal;
mod relay;
mod run;
mod script;
mod world;

use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use allowed::Allowed;
use run::{Outcome, Programs, Run};
use script::Script;
use world::World;

/// How many scripts run at a time.
const AT_A_TIME: usize = 3;

/// What is compared, in this order.
const ASPECTS: [&str; 4] = ["exit", "stdout", "stderr", "zone"];

/// Compares all scripts of a program, of which there must be at least so many.
pub(crate) fn compare(program: &str, at_least: usize) {
    let mut scripts = Script::all(program);
    assert!(scripts.len() >= at_least, "only {} scripts for {program}", scripts.len());
    let allowed = Allowed::read(program, &scripts);
    let Some(programs) = Programs::find(program) else { return };
    scripts.retain(|script| script.clock().is_none() || programs.have_clocks());
    let Some(stock) = World::start(&scripts) else { return };
    let Some(ours) = World::start(&scripts) else { return };
    let theirs = stock.outcomes(&scripts, play_all(&scripts, |script| stock.play(script, &programs.stock, &programs)));
    let nsups = ours.outcomes(&scripts, play_all(&scripts, |script| ours.play(script, &programs.nsup, &programs)));
    let outcomes = scripts.iter().zip(theirs.iter().zip(&nsups));
    let faults: Vec<String> =
        outcomes.filter_map(|(script, (theirs, ours))| judge(script, theirs, ours, &allowed)).collect();
    assert!(faults.is_empty(), "{}\n{} of {} scripts of {program}", faults.join("\n"), faults.len(), scripts.len());
}

/// Plays all scripts, a few at a time, and gives their runs in the order of the scripts.
fn play_all(scripts: &[Script], play: impl Fn(&Script) -> Run + Sync) -> Vec<Run> {
    let runs: Vec<Mutex<Option<Run>>> = scripts.iter().map(|_| Mutex::new(None)).collect();
    let waiting = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let number = waiting.fetch_add(1, Ordering::Relaxed);
                    let Some(script) = scripts.get(number) else { return };
                    *runs[number].lock().unwrap() = Some(play(script));
                }
            });
        }
    });
    runs.into_iter().map(|run| run.into_inner().unwrap().expect("every script was played")).collect()
}

/// What is wrong with one script, with all there is to see; `None` if nothing is.
fn judge(script: &Script, stock: &Outcome, ours: &Outcome, allowed: &Allowed) -> Option<String> {
    let mut wrong = Vec::new();
    if let Some(why) = script.dishonest(stock) {
        wrong.push(why);
    }
    for aspect in ASPECTS {
        let (theirs, nsups) = (stock.aspect(aspect), ours.aspect(aspect));
        match (theirs == nsups, allowed.has(&script.name, aspect)) {
            (true, false) => {}
            (true, true) => wrong.push(format!("{aspect} is listed in allowed.txt and does not differ")),
            (false, false) => wrong.push(format!("{aspect} differs")),
            (false, true) => {
                let found = if aspect == "zone" { ours.changes.join("\n") } else { nsups };
                if script.ours(aspect).is_some_and(|expected| expected.trim_end() != found.trim_end()) {
                    wrong.push(format!("{aspect} may differ, but not this way"));
                }
            }
        }
    }
    (!wrong.is_empty()).then(|| {
        let mut text = format!("==== {}: {}\n     {}\n", script.path(), wrong.join("; "), script.behaviour);
        let _ = writeln!(text, "$ {} {}", script.program, script.words_as_written());
        for line in script.stdin().lines().take(60) {
            let _ = writeln!(text, "< {line}");
        }
        for aspect in ASPECTS {
            show(&mut text, aspect, &stock.aspect(aspect), &ours.aspect(aspect));
        }
        text
    })
}

/// Shows one aspect of both; once, if it is the same.
fn show(text: &mut String, aspect: &str, stock: &str, ours: &str) {
    let both = [("both", stock), ("stock", stock), ("nsup", ours)];
    let shown = if stock == ours { &both[..1] } else { &both[1..] };
    for (who, value) in shown.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(text, "-- {aspect}, {who}");
        for line in value.lines().take(80) {
            let _ = writeln!(text, "   {line}");
        }
    }
}
