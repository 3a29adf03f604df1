//! nsup under the names `nsupdate` and `knsupdate`: their sessions, their words, their exit statuses.
//!
//! Copied is what users and their scripts rely on. Not copied is what harms them: a message never goes out unsigned when
//! a key was asked for, a forged datagram does not end the wait, and a truncated answer is no success.

mod discover;
mod hand_over;
mod knsupdate;
mod lines;
mod nsupdate;

use std::net::{IpAddr, SocketAddr};

use crate::config::{Personality, Stock};
use crate::exit::Exit;
use crate::net::{Resolver, ResolverConfig, Tls};
use crate::output::stock::complain;
use crate::proto::{Patience, Transports};
use crate::script::Server;
use crate::source::Family;

use super::conversation::{Conversation, random};

pub(super) use hand_over::UPDATE;
pub(super) use lines::{Lines, LinesError, is_attended};

/// Addresses of one server that are tried.
const ADDRESSES: usize = 4;

/// Goes through all input.
pub(super) async fn run(stock: &Stock) -> Exit {
    stock.notices.iter().for_each(|notice| complain(notice));
    let tls = match stock.tls.as_ref().map(Tls::load).transpose() {
        Ok(tls) => tls,
        Err(why) => {
            complain(&why.to_string());
            return Exit::Setup;
        }
    };
    let talk = Conversation::plain(Stock::FOREVER, tls);
    match stock.personality {
        Personality::Nsupdate => nsupdate::run(stock, talk).await,
        Personality::Knsupdate => knsupdate::run(stock, talk).await,
    }
}

/// The next line of a session. Of input that cannot be read is told what is wrong with it, and that ends the run.
fn next_line(lines: &mut Lines, stock: &Stock) -> Result<Option<String>, Exit> {
    lines.next_whole().map_err(|why| {
        complain(&match &why {
            LinesError::Open(path, why) => stock.personality.not_opened(path, why),
            LinesError::Read(why) => format!("could not read the input: {why}"),
            LinesError::Prompt(why) => why.to_string(),
        });
        Exit::Setup
    })
}

/// The times that the options give.
fn patience(stock: &Stock) -> Patience {
    Patience { connect: stock.timeout, answer: stock.timeout, datagram: stock.udp_total(), sends: stock.sends() }
}

/// What the options say of the transport.
fn transports(stock: &Stock) -> Transports {
    match stock {
        Stock { tls: Some(_), .. } => Transports::Tls,
        Stock { tcp: true, .. } => Transports::Tcp,
        _ => Transports::Udp,
    }
}

/// The addresses of a server; its name is looked up as for any other program.
async fn addresses(stock: &Stock, server: &Server) -> Option<Vec<SocketAddr>> {
    let found = match server.host.parse::<IpAddr>() {
        Ok(address) => vec![address],
        // What can be no name of a host is not asked for.
        Err(_) if server.host.contains(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))) => Vec::new(),
        Err(_) => {
            let mut resolver = Resolver::new(ResolverConfig::system(), None);
            resolver.addresses(&server.host, &mut random).await.unwrap_or_default()
        }
    };
    let fitting = found.into_iter().filter(|address| fits(stock, address)).take(ADDRESSES);
    let found: Vec<SocketAddr> =
        fitting.map(|address| SocketAddr::new(address, server.port.unwrap_or(stock.default_port()))).collect();
    (!found.is_empty()).then_some(found)
}

/// Whether the options allow the family of an address.
fn fits(stock: &Stock, address: &IpAddr) -> bool {
    stock.family.is_none_or(|family| (family == Family::V4) == address.is_ipv4())
}
