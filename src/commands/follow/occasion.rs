//! `on-change`: the user's programs, told by their environment what has become of a name. They run beside the updates, in
//! the order of the events, and hold none up.

use std::process::Stdio;
use std::time::Duration;

use futures_util::future::join_all;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Command;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::address::command::ENVIRONMENT;
use crate::config::{NamedConfig, Occasion};
use crate::dns::{Name, RecordType};
use crate::output::Printer;
use crate::proto::outcome::Rrset;

use super::plan::Group;
use super::verdict::{End, Verdict};

/// How long a program may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many run at once.
const AT_ONCE: usize = 8;

/// The programs that run, and those that are still to.
#[derive(Debug)]
pub(in crate::commands) struct Programs {
    queue: UnboundedSender<Vec<Call>>,
    worker: JoinHandle<()>,
}

/// One run of one program.
#[derive(Debug)]
struct Call {
    words: Vec<String>,
    name: String,
    record_type: String,
    occasion: Occasion,
    old: String,
    new: String,
}

impl Programs {
    /// None so far.
    pub(in crate::commands) fn start(printer: Printer) -> Self {
        let (queue, calls) = unbounded_channel();
        Self { queue, worker: tokio::spawn(work(calls, printer)) }
    }

    /// Has the programs run that ask to be told of these verdicts.
    pub(in crate::commands) fn tell(&self, group: &Group, verdicts: &[Verdict]) {
        let call = |verdict: &Verdict| {
            let mut named = group.members.iter().map(|member| &member.named);
            call(named.find(|named| named.name == verdict.name)?, verdict)
        };
        let calls: Vec<Call> = verdicts.iter().filter_map(call).collect();
        if !calls.is_empty() {
            // It has ended only if this is ending too.
            let _ = self.queue.send(calls);
        }
    }

    /// Waits for all of them.
    pub(in crate::commands) async fn finish(self) {
        drop(self.queue);
        let _ = self.worker.await;
    }
}

fn call(named: &NamedConfig, verdict: &Verdict) -> Option<Call> {
    let (occasion, old, new) = occasion(&verdict.end, verdict.record_type)?;
    let is_asked_for = !named.on_change.value.is_empty() && named.on_change_events.value.contains(&occasion);
    is_asked_for.then(|| Call {
        words: named.on_change.value.clone(),
        name: plain(&named.name),
        record_type: verdict.record_type.to_string(),
        occasion,
        old,
        new,
    })
}

/// What is told of an end: which event, the old values, the new ones.
fn occasion(end: &End, record_type: RecordType) -> Option<(Occasion, String, String)> {
    let text = |rrset: &Rrset| {
        let texts: Vec<String> = rrset.rdata.iter().map(|rdata| rdata.display(record_type).to_string()).collect();
        texts.join(" ")
    };
    let (occasion, difference) = match end {
        End::Changed(difference) => (Occasion::Changed, difference),
        End::Unchanged(difference) => (Occasion::Unchanged, difference),
        End::Failed(..) | End::Absent(_) => return Some((Occasion::Failed, String::new(), String::new())),
        End::Left(_) | End::Gone(_) | End::Waiting(_) | End::Stale => return None,
    };
    Some((occasion, difference.old.as_ref().map(text).unwrap_or_default(), text(&difference.new)))
}

async fn work(mut calls: UnboundedReceiver<Vec<Call>>, printer: Printer) {
    while let Some(batch) = calls.recv().await {
        for some in batch.chunks(AT_ONCE) {
            join_all(some.iter().map(|call| run(call, printer))).await;
        }
    }
}

async fn run(call: &Call, printer: Printer) {
    let Some((program, arguments)) = call.words.split_first() else { return };
    let told = |why: String| printer.warning(&format!("{}: on-change: {program}: {why}", call.name));
    let mut command = Command::new(program);
    // What nsup itself says on standard output may be read by a program.
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).process_group(0).kill_on_drop(true);
    command.env("NSUP_NAME", &call.name).env("NSUP_TYPE", &call.record_type);
    command.env("NSUP_OLD", &call.old).env("NSUP_NEW", &call.new).env("NSUP_EVENT", call.occasion.to_string());
    if std::env::var_os("PATH").is_none() {
        // pppd says nothing of where programs are.
        command.envs(ENVIRONMENT.iter().copied());
    }
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(why) => return told(why.to_string()),
    };
    let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    match timeout(PATIENCE, child.wait()).await {
        Ok(Ok(status)) if status.success() => {}
        Ok(Ok(status)) => told(status.to_string()),
        Ok(Err(why)) => told(why.to_string()),
        Err(_) => {
            // With whatever it has started.
            if let Some(group) = group {
                let _ = kill_process_group(group, Signal::KILL);
            }
            told(format!("killed after {} s", PATIENCE.as_secs()));
        }
    }
}

/// A name as programs want it: without the final dot.
fn plain(name: &Name) -> String {
    let text = name.to_string();
    text.strip_suffix('.').filter(|rest| !rest.is_empty()).unwrap_or(&text).to_owned()
}
