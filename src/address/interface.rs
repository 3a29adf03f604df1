//! The addresses that an interface has, as the kernel lists them.

use std::collections::HashMap;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST};
use rustix::io::Errno;
use rustix::net::SocketFlags;
use rustix::net::netdevice::index_to_name;
use rustix::net::sockopt::{Timeout, set_socket_timeout};

use crate::source::Held;

use super::in_words;
use super::netlink::{self, GET_ADDRESS, GET_LINK, Said};

/// How long the kernel may take for one list. It answers at once, unless somebody holds its lock.
const WITHIN: Duration = Duration::from_secs(2);
/// So often a list that changed while it was told is asked for.
const ATTEMPTS: u32 = 8;

/// Why the addresses of an interface are not known.
#[derive(Debug, thiserror::Error)]
pub enum InterfaceError {
    /// There is no interface of this name.
    #[error("there is no interface {0}")]
    Gone(String),
    /// The kernel did not say.
    #[error("the addresses of {0} cannot be read: {why}", why = in_words(.1))]
    Unreadable(String, io::Error),
}

/// The addresses of an interface, of both families. It may have none.
///
/// # Errors
/// [`InterfaceError`].
pub fn addresses(name: &str) -> Result<Vec<Held>, InterfaceError> {
    let unreadable = |error| InterfaceError::Unreadable(name.to_owned(), error);
    let index = match index(name) {
        Ok(Some(index)) => index,
        Ok(None) => return Err(InterfaceError::Gone(name.to_owned())),
        Err(error) => return Err(unreadable(error)),
    };
    let all = all().map_err(unreadable)?;
    Ok(all.into_iter().filter(|(of, _)| *of == index).map(|(_, held)| held).collect())
}

/// The addresses of all interfaces, with the numbers of these.
pub(super) fn all() -> io::Result<Vec<(u32, Held)>> {
    let socket = netlink::open(0, SocketFlags::empty())?;
    for question in 1..=ATTEMPTS {
        // struct ifaddrmsg: of any family (AF_UNSPEC).
        netlink::ask(&socket, GET_ADDRESS, NLM_F_REQUEST | NLM_F_DUMP, question, &[0; 8])?;
        let mut found = Vec::new();
        let whole = answers(&socket, question, |said| match said {
            Said::Address(index, held) => found.push((index, held)),
            Said::Removed(..) | Said::Link(_) | Said::End(_) | Said::Other => {}
        })?;
        if whole {
            return Ok(found);
        }
    }
    Err(io::Error::other("they kept changing"))
}

/// The names of the interfaces that have addresses, by their numbers.
pub(super) fn names() -> io::Result<HashMap<u32, String>> {
    let socket = netlink::open(0, SocketFlags::empty())?;
    let indexes = all()?.into_iter().map(|(index, _)| index);
    Ok(indexes.filter_map(|index| Some((index, name(&socket, index)?))).collect())
}

/// The name that an interface has now.
pub(super) fn name(socket: impl AsFd, index: u32) -> Option<String> {
    index_to_name(socket, index).ok()
}

/// The number of an interface by its name, or by an alternative one. `None` where there is none.
///
/// The ioctl for this (`SIOCGIFINDEX`) would have the kernel look for a module of that name, again and again.
fn index(name: &str) -> io::Result<Option<u32>> {
    /// `IFLA_IFNAME` of `linux/if_link.h`.
    const NAME: u16 = 3;
    /// `IFLA_EXT_MASK`, with `RTEXT_FILTER_SKIP_STATS`: a shorter answer.
    const NO_COUNTERS: [u8; 8] = {
        let ([a, b], [c, d], [e, f, g, h]) = (8_u16.to_ne_bytes(), 29_u16.to_ne_bytes(), 8_u32.to_ne_bytes());
        [a, b, c, d, e, f, g, h]
    };
    let socket = netlink::open(0, SocketFlags::empty())?;
    // struct ifinfomsg, then attributes: length, kind, value, each from a multiple of four octets on.
    let mut payload = vec![0; 16];
    payload.extend(NO_COUNTERS);
    payload.extend(u16::try_from(4 + name.len() + 1).unwrap_or(u16::MAX).to_ne_bytes());
    payload.extend(NAME.to_ne_bytes());
    payload.extend(name.as_bytes());
    payload.push(0);
    payload.resize(payload.len().next_multiple_of(4), 0);
    netlink::ask(&socket, GET_LINK, NLM_F_REQUEST, 1, &payload)?;
    let mut index = None;
    let end = answers(&socket, 1, |said| match said {
        Said::Link(number) => index = Some(number),
        Said::Address(..) | Said::Removed(..) | Said::End(_) | Said::Other => {}
    });
    match end {
        Ok(_) => Ok(index),
        Err(error) if error.raw_os_error() == Some(Errno::NODEV.raw_os_error()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Shows `each` what answers the question, until the list ends or a link has come. Whether the list is one that did not
/// change meanwhile.
fn answers(socket: impl AsFd, question: u32, mut each: impl FnMut(Said)) -> io::Result<bool> {
    let deadline = Instant::now() + WITHIN;
    let mut whole = true;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        set_socket_timeout(&socket, Timeout::Recv, Some(left))?;
        let messages = match netlink::receive(&socket) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(io::ErrorKind::TimedOut.into()),
            other => other?,
        };
        for message in messages.into_iter().filter(|message| message.question == question) {
            whole &= !message.interrupted;
            match message.said {
                Said::End(0) => return Ok(whole),
                Said::End(error) => return Err(io::Error::from_raw_os_error(error)),
                Said::Link(index) => {
                    each(Said::Link(index));
                    return Ok(whole);
                }
                said => each(said),
            }
        }
    }
}
