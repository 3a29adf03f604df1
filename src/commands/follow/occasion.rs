//! `on-change`: the user's program, told by its environment what has become of a name.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Command;
use tokio::time::timeout;

use crate::config::{NamedConfig, Occasion};
use crate::dns::{Name, RecordType};
use crate::output::Printer;
use crate::proto::outcome::Rrset;

use super::plan::Group;
use super::verdict::{End, Verdict};

/// How long the program may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where programs are looked for when the caller has not said, as pppd has not.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Runs the programs that ask to be told of these verdicts, one after the other.
pub(in crate::commands) async fn occasions(group: &Group, verdicts: &[Verdict], printer: Printer) {
    for verdict in verdicts {
        let named = group.members.iter().map(|member| &member.named).find(|named| named.name == verdict.name);
        let (Some(named), Some((occasion, old, new))) = (named, occasion(&verdict.end, verdict.record_type)) else {
            continue;
        };
        if !named.on_change.value.is_empty() && named.on_change_events.value.contains(&occasion) {
            run(named, verdict.record_type, occasion, &old, &new, printer).await;
        }
    }
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
        End::Left(_) | End::Waiting(_) | End::Stale => return None,
    };
    Some((occasion, difference.old.as_ref().map(text).unwrap_or_default(), text(&difference.new)))
}

async fn run(named: &NamedConfig, record_type: RecordType, occasion: Occasion, old: &str, new: &str, printer: Printer) {
    let Some((program, arguments)) = named.on_change.value.split_first() else { return };
    let told = |why: String| printer.warning(&format!("{}: on-change: {program}: {why}", named.name));
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).process_group(0).kill_on_drop(true);
    command.env("NSUP_NAME", plain(&named.name)).env("NSUP_TYPE", record_type.to_string());
    command.env("NSUP_OLD", old).env("NSUP_NEW", new).env("NSUP_EVENT", occasion.to_string());
    if std::env::var_os("PATH").is_none() {
        command.env("PATH", PATH);
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
