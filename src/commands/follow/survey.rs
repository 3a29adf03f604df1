//! How names stand: what their sources say now, what their primary holds, what the world is shown. Nothing is changed.

use futures_util::future::{join, join_all};

use crate::config::{Primary, Server};
use crate::dns::Rdata;
use crate::exit::Exit;
use crate::output::{Message, Printer, Public, Standing, values};
use crate::proto::Contacts;
use crate::proto::goal::{Goal, Target};
use crate::proto::outcome::Rrset;

use super::super::conversation::{Conversation, subject};
use super::super::get;
use super::super::public::{self, Question, Seen};
use super::answers::Answers;
use super::located::{Located, failed, located};
use super::look::{Signals, Wish, look, record_type};
use super::plan::{Group, Item};
use super::tell::{Memory, said, worst};
use super::verdict::{End, Verdict};

/// An item, what its source says, and how it stands so far.
struct Looked {
    target: Option<Target>,
    standing: Standing,
}

/// Looks at the names of a group. `public` is whom to ask what the world sees; none leaves it to the NS records.
pub(in crate::commands) async fn survey(group: &Group, public: &[Server], printer: Printer) -> Vec<Standing> {
    let primary = &group.primary;
    let items = group.items();
    let mut talk = Conversation::for_many(primary, items.len(), printer);
    let answers = Answers::of(&items).await;
    let owner = |item: &Item| (item.name().clone(), record_type(item));
    let (zones, faults) = located(primary, items, owner, &mut talk).await;
    let in_zones = zones.into_iter().map(|place| in_zone(primary, place, &answers, public, &talk));
    let mut all: Vec<Standing> = join_all(in_zones).await.into_iter().flatten().collect();
    for (item, end) in faults {
        let mut looked = looked(&item, None, &answers).await;
        looked.blame(end);
        all.push(looked.standing);
    }
    all
}

/// What cannot be looked at, for this.
pub(in crate::commands) fn hopeless(verdict: &Verdict) -> Standing {
    let mut looked = Looked { target: None, standing: blank(verdict) };
    looked.blame(verdict.end.clone());
    looked.standing
}

async fn in_zone(
    primary: &Primary,
    place: Located<Item>,
    answers: &Answers,
    public: &[Server],
    first: &Conversation,
) -> Vec<Standing> {
    let Located { zone, mut contacts, things: items } = place;
    let mut talk = Conversation::for_many(primary, items.len(), first.printer).like(first);
    let server = contacts.current().map(|server| server.ip());
    let mut all = join_all(items.iter().map(|item| looked(item, server, answers))).await;
    let questions: Vec<Question> = items.iter().map(|item| (item.name().clone(), record_type(item))).collect();
    let world = async {
        let servers = public::servers(&zone, &primary.reach, public).await?;
        Ok((public::see(&zone, &servers.found, primary.source, &questions).await, servers.lost))
    };
    let (held, world) = join(read(primary, &questions, &mut talk, &mut contacts), world).await;
    for (number, (looked, held)) in all.iter_mut().zip(held).enumerate() {
        looked.standing.zone = Some(zone.clone());
        let held = looked.take_in(held);
        match &world {
            Ok((seen, lost)) => looked.compare(held.as_ref(), &questions[number], number, seen, lost),
            Err(why) => looked.unsettled(String::clone(why), "--public HOST names a server to ask"),
        }
    }
    all.into_iter().map(|looked| looked.standing).collect()
}

/// What the primary holds, or why it does not say. One that cannot be reached is asked once.
async fn read(
    primary: &Primary,
    questions: &[Question],
    talk: &mut Conversation,
    contacts: &mut Contacts,
) -> Vec<Result<Rrset, End>> {
    let mut held: Vec<Result<Rrset, End>> = Vec::new();
    for question in questions {
        let away = held.last().and_then(|last| last.as_ref().err());
        if let Some(End::Failed(Exit::Unreachable | Exit::Unauthentic, _)) = away {
            held.extend(away.cloned().map(Err));
            continue;
        }
        let (name, record_type) = question;
        let mut subject = subject(primary, name, record_type.to_string());
        let reply = get::read(talk, contacts, &mut subject, *record_type).await;
        held.push(reply.map_err(failed).and_then(|reply| {
            let is_no = |why| format!("{name} {record_type} at the primary: {why}");
            let message = |what| End::Failed(Exit::Refused, Message { what, hint: None });
            public::serves(&reply, question).map_err(|why| message(is_no(why)))
        }));
    }
    held
}

async fn looked(item: &Item, server: Option<std::net::IpAddr>, answers: &Answers) -> Looked {
    let verdict = Verdict { name: item.name().clone(), record_type: record_type(item), end: End::Stale };
    let mut looked = Looked { target: None, standing: blank(&verdict) };
    match look(item, &Signals::default(), server, answers).await {
        Wish::Targets(targets) => looked.target = targets.into_iter().next(),
        Wish::Nothing(end) => looked.blame(end),
    }
    let wanted = looked.wanted().and_then(<[Rdata]>::first);
    looked.standing.wanted = wanted.map(|rdata| rdata.display(record_type(item)).to_string());
    looked
}

fn blank(verdict: &Verdict) -> Standing {
    Standing {
        name: verdict.name.clone(),
        record_type: verdict.record_type,
        zone: None,
        wanted: None,
        primary: None,
        public: Vec::new(),
        faults: Vec::new(),
        exit: Exit::Done,
        since: None,
        last: None,
        next: None,
    }
}

impl Looked {
    fn wanted(&self) -> Option<&[Rdata]> {
        match &self.target.as_ref()?.goal {
            Goal::Exactly(rdata) => Some(rdata),
            _ => None,
        }
    }

    /// Takes in what the primary holds.
    fn take_in(&mut self, held: Result<Rrset, End>) -> Option<Rrset> {
        let (name, record_type) = (self.standing.name.clone(), self.standing.record_type);
        let held = held.map_err(|end| self.blame(end)).ok()?;
        let texts = held.rdata.iter().map(|rdata| rdata.display(record_type).to_string());
        self.standing.primary = Some(texts.collect());
        if let Some(target) = self.target.as_ref().filter(|target| !target.is_met(&held)) {
            let wanted = values(record_type, &target.result(&held));
            let now = values(record_type, &held);
            let ttl = if wanted == now { format!(" with the TTL {}", held.ttl) } else { String::new() };
            let what = format!("the primary holds {name} {record_type}{now}{ttl}, and{wanted} is wanted");
            self.unsettled(what, "nsup sync brings it about, and says what is in its way");
        }
        Some(held)
    }

    /// Compares what the public servers say to the question of this number with what the primary holds; or with what is
    /// wanted, where it does not say.
    fn compare(
        &mut self,
        held: Option<&Rrset>,
        question: &Question,
        number: usize,
        seen: &[Seen],
        lost: &[(String, String)],
    ) {
        let right = held.map(|held| held.rdata.as_slice()).or(self.wanted());
        let is_right = |rrset: &Rrset| right.is_none_or(|right| right == rrset.rdata);
        let servers = seen.iter().filter_map(|seen| {
            let instead = public::instead(seen.answers.get(number)?, question, is_right);
            let (address, hosts) = (Some(seen.server.address), seen.server.hosts.clone());
            Some(Public { address, hosts, serial: seen.serial, serves: instead.is_none(), after: None, instead })
        });
        let mut public: Vec<Public> = servers.collect();
        public.extend(lost.iter().cloned().map(|(host, why)| Public::lost(host, why)));
        if public.iter().any(|public| !public.serves) {
            self.is_unsettled();
        }
        self.standing.public = public;
    }

    /// Takes in how something ended, in the words that sync would have for it.
    fn blame(&mut self, end: End) {
        let Standing { name, record_type, .. } = &self.standing;
        let verdict = Verdict { name: name.clone(), record_type: *record_type, end };
        for followed in said(&[verdict], Memory::default()) {
            if let Some(Message { what, hint }) = followed.message {
                let (name, record_type) = (&self.standing.name, self.standing.record_type);
                let has_name = what.contains(&name.to_string());
                let what = if has_name { what } else { format!("{name} {record_type}: {what}") };
                self.standing.faults.push(Message { what, hint });
            }
            self.standing.exit = worst([self.standing.exit, followed.exit]);
        }
    }

    /// Takes in that somebody holds something else.
    fn unsettled(&mut self, what: String, hint: &str) {
        self.standing.faults.push(Message { what, hint: Some(hint.to_owned()) });
        self.is_unsettled();
    }

    fn is_unsettled(&mut self) {
        // Where the primary does not answer, that comes first, and the rest may follow from it.
        if self.standing.primary.is_some() {
            self.standing.exit = worst([self.standing.exit, Exit::Unknown]);
        }
    }
}
