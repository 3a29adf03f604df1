//! The server: its addresses, whether they answer over TCP and UDP, its clock, and whether it knows the key.

use std::time::Duration;

use futures_util::future::join_all;

use crate::config::{CheckGroup, Primary};
use crate::dns::RecordType;
use crate::exit::Exit;
use crate::output::{Link, utc};
use crate::proto::exchange::Hint;
use crate::proto::{Contacts, Key, Reply, Transport, Transports, TsigError, query};

use super::super::conversation::{Conversation, contacts};
use super::knock::{Door, Heard};
use super::report::{Broken, Report};

/// By how many seconds clocks may differ without a warning: TSIG ends at 300 (RFC 8945 §10).
const NEAR: u64 = 60;

/// What was learnt at the doors of a server.
#[derive(Debug)]
pub(super) struct Knocked {
    /// Whom to ask from now on, and how.
    pub(super) contacts: Contacts,
    /// Where to knock.
    pub(super) door: Door,
}

/// What was heard at the first door that opened.
pub(super) enum First {
    /// It verified.
    Reply(Box<Reply>, u64),
    /// It proves nothing.
    Unproven(Hint),
}

/// Knocks at every door: each address, over each transport that may be used.
pub(super) async fn reach(
    group: &CheckGroup,
    primary: &Primary,
    found: &Contacts,
    talk: &Conversation,
    report: &mut Report,
) -> Result<(Knocked, First), Broken> {
    let transports: &[Transport] = match primary.transports {
        Transports::TcpFirst => &[Transport::Tcp, Transport::Udp],
        Transports::Tcp => &[Transport::Tcp],
        Transports::Udp => &[Transport::Udp],
        Transports::Tls => &[Transport::Tls],
    };
    let question = match group.names.first() {
        Some(first) => query::question(primary.zone.as_ref().unwrap_or(&first.name), RecordType::SOA),
        None => return Err(report.fault(Link::Server, Exit::Setup, "there is no name to ask for", Vec::new())),
    };
    let doors = found.servers().flat_map(|(server, host)| {
        transports.iter().map(move |transport| Door { server, host: host.clone(), transport: *transport })
    });
    let knock = doors.map(async |door| {
        let mut own = Conversation::new(primary, talk.printer).like(talk);
        let heard = door.knock(question.clone(), Some(&primary.key), &mut own).await;
        (door, heard.unwrap_or_else(|why| Heard::Nothing(why.to_string())))
    });
    let mut all: Vec<(Door, Heard)> = join_all(knock).await;
    let is_open = |(_, heard): &(Door, Heard)| !matches!(heard, Heard::Nothing(_));
    let Some(first) = all.iter().position(is_open) else { return Err(closed(group, &all, report)) };
    tell(&all, report);
    let open: Vec<_> =
        found.servers().filter(|(server, _)| all.iter().any(|one| is_open(one) && one.0.server == *server)).collect();
    let (door, heard) = all.swap_remove(first);
    let mut way = primary.clone();
    if door.transport == Transport::Udp {
        // Connections were tried; each message would try again, and wait.
        way.reach.transports = Transports::Udp;
    }
    let mut contacts = contacts(&way, open.iter().map(|(server, _)| *server).collect());
    for (server, host) in &open {
        host.iter().for_each(|host| contacts.known_as(*server, host));
    }
    let first = match heard {
        Heard::Reply(reply, at) => First::Reply(reply, at),
        Heard::Unproven(hint) => First::Unproven(hint),
        Heard::Nothing(why) => return Err(report.fault(Link::Server, Exit::Unreachable, why, Vec::new())),
    };
    Ok((Knocked { contacts, door }, first))
}

/// Not one door opened.
fn closed(group: &CheckGroup, all: &[(Door, Heard)], report: &mut Report) -> Broken {
    let why = |(door, heard): &(Door, Heard)| match heard {
        Heard::Nothing(why) => format!("{} {}: {why}", door.transport, door.server),
        _ => String::new(),
    };
    let listed: Vec<String> = all.iter().map(why).collect();
    let Some((door, _)) = all.first() else {
        return report.fault(Link::Server, Exit::Unreachable, "no server is known", Vec::new());
    };
    let port = door.server.port();
    let says = |words: &str| all.iter().all(|(_, heard)| matches!(heard, Heard::Nothing(why) if why.contains(words)));
    let (cause, remedy) = if says("connection refused") {
        (
            "nothing listens there",
            format!(
                "on the server: ss -lntu 'sport = :{port}' shows who listens; if nobody does: systemctl status named, or its \
                 listen-on lacks the address"
            ),
        )
    } else if says("unreachable") || says("no route") {
        ("there is no way to it", "ip route get ADDRESS shows which way this machine would take".to_owned())
    } else if door.transport == Transport::Tls {
        ("no DNS over TLS", "openssl s_client -connect SERVER:853 shows what the server presents".to_owned())
    } else {
        (
            "a filter drops what is sent, or there is no such machine",
            format!("let TCP and UDP to port {port} through; on the server, nft list ruleset shows its filters"),
        )
    };
    let what = format!("no answer: {cause} ({})", listed.join("; "));
    let right = format!("is {} the right address? {}", door.server.ip(), group.server_by);
    report.fault(Link::Server, Exit::Unreachable, what, vec![right, remedy])
}

/// A line for each address.
fn tell(all: &[(Door, Heard)], report: &mut Report) {
    let mut rest = all;
    while let Some((door, _)) = rest.first() {
        let (own, others) = rest.split_at(rest.iter().take_while(|(other, _)| other.server == door.server).count());
        rest = others;
        let open: Vec<String> = own
            .iter()
            .filter(|(_, heard)| !matches!(heard, Heard::Nothing(_)))
            .map(|(door, _)| format!("over {}", door.transport))
            .collect();
        let shut: Vec<(&Door, &String)> = own
            .iter()
            .filter_map(|(door, heard)| match heard {
                Heard::Nothing(why) => Some((door, why)),
                _ => None,
            })
            .collect();
        let whys: Vec<String> = shut.iter().map(|(door, why)| format!("over {} ({why})", door.transport)).collect();
        let port = door.server.port();
        let host = door.host.as_ref().map(|host| format!(" ({host})")).unwrap_or_default();
        let server = format!("{}{host}", door.server);
        match (open.is_empty(), shut.first()) {
            (_, None) => report.good(Link::Server, format!("{server} answers {}", open.join(" and "))),
            (true, Some(_)) => report.warn(
                Link::Server,
                format!("{server} does not answer {}: the next is asked", whys.join(" nor ")),
                vec!["each run waits for it first: take it out, or mend it".to_owned()],
            ),
            (false, Some((shut, _))) => report.warn(
                Link::Server,
                format!("{server} answers {}, and not {}", open.join(" and "), whys.join(" nor ")),
                vec![match shut.transport {
                    Transport::Udp => format!("nsup does without; others who ask this server need UDP to port {port}"),
                    _ => format!("let TCP to port {port} through: datagrams get lost, and long messages need TCP"),
                }],
            ),
        }
    }
}

/// The two clocks, and that the server knows the key: both from the first answer that verified.
pub(super) fn clocks(reply: &Reply, at: u64, knocked: &Knocked, key: &Key, report: &mut Report) -> Result<(), Broken> {
    let server = knocked.door.server;
    let is_late = reply.tsig_error() == TsigError::BADTIME;
    let theirs = if is_late { reply.server_time() } else { reply.signed_at() }.unwrap_or(at);
    let difference = theirs.abs_diff(at);
    let differ = || {
        let order = if theirs > at { "behind" } else { "ahead of" };
        format!("this machine has {}, {} {order} {server}, which has {}", utc(at), rounded(difference), utc(theirs))
    };
    let remedy = || vec!["set the clock that is wrong: timedatectl set-ntp true".to_owned()];
    if is_late {
        if !knocked.contacts.clone().set_clock(theirs, at) {
            let what = format!("{} (BADTIME), and that cannot be right", differ());
            return Err(report.fault(Link::Clock, Exit::Refused, what, remedy()));
        }
        let what = format!("{} (BADTIME): nsup signs with the server's time instead", differ());
        report.warn(Link::Clock, what, remedy());
    } else if difference > NEAR {
        report.warn(Link::Clock, format!("{}; signatures end at five minutes", differ()), remedy());
    } else {
        report.good(Link::Clock, format!("{server} has the same time, but for {difference} s"));
    }
    report.good(Link::Signature, format!("{server} knows key {} with this secret", key.name()));
    Ok(())
}

/// A difference as people say it: the finer digits are of no use.
fn rounded(seconds: u64) -> String {
    const DAY: u64 = 86_400;
    match seconds {
        ..=DAY => humantime::format_duration(Duration::from_secs((seconds + 30) / 60 * 60)).to_string(),
        _ => format!("{} days", (seconds + DAY / 2) / DAY),
    }
}
