//! What programs and servers say of addresses: each is asked once in an attempt, however many names go by it, and no more
//! than a few at once.

use futures_util::future::join_all;

use crate::address::{self, Circumstances, Found};
use crate::source::{Family, Source};

use super::super::whoami::whoami;
use super::plan::Item;

/// How many are asked at once.
const AT_ONCE: usize = 8;

/// What was said.
#[derive(Debug, Default)]
pub(super) struct Answers(Vec<(Question, Found)>);

/// Where the address comes from, the family, whether it may be private, and what to send from.
type Question = (Source, Family, bool, Option<std::net::IpAddr>);

impl Answers {
    /// Asks for these items, as far as they go by a program or a server.
    pub(super) async fn of(items: &[Item]) -> Self {
        let mut questions: Vec<Question> = Vec::new();
        for item in items {
            if let (Some(question), Some(Source::Command(_) | Source::Dns(_))) = (question(item), item.source())
                && !questions.contains(&question)
            {
                questions.push(question);
            }
        }
        let mut answers = Vec::new();
        for some in questions.chunks(AT_ONCE) {
            answers.extend(join_all(some.iter().map(async |one| (one.clone(), ask(one).await))).await);
        }
        Self(answers)
    }

    /// What was said for an item.
    pub(super) fn about(&self, item: &Item) -> Option<Found> {
        let question = question(item)?;
        self.0.iter().find(|(known, _)| *known == question).map(|(_, found)| found.clone())
    }
}

fn question(item: &Item) -> Option<Question> {
    let named = &item.member.named;
    Some((item.source()?.clone(), item.family, named.allow_private.value, named.primary.source.value))
}

async fn ask((source, family, allow_private, from): &Question) -> Found {
    let around = Circumstances { allow_private: *allow_private, ..Circumstances::default() };
    match (source, address::find(source, *family, &around).await) {
        (_, Some(found)) => found,
        (Source::Dns(question), None) => match whoami(question, *from).await {
            Ok(address) => address::judge(address, *family, *allow_private),
            Err(why) => Found::Unknown(why),
        },
        (_, None) => Found::Unknown(format!("{source} cannot be asked")),
    }
}
