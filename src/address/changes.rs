//! Addresses that come, change and go, as the kernel tells of them.

use std::collections::HashMap;
use std::io;
use std::mem::take;
use std::net::IpAddr;
use std::os::unix::net::UnixDatagram as StdDatagram;

use rustix::io::Errno;
use rustix::net::SocketFlags;
use tokio::io::Interest;
use tokio::net::UnixDatagram;

use super::interface;
use super::netlink::{self, ADDRESS_GROUPS, Message, Said};

/// So many datagrams are read at once, so that a flood of them does not keep the caller from all else.
const AT_ONCE: usize = 64;
/// So many names are kept before those of interfaces that are gone are forgotten.
const REMEMBERED: usize = 4096;

/// What is heard of addresses, on all interfaces of the network namespace.
#[derive(Debug)]
pub struct Changes {
    /// The netlink socket. Nothing is sent or received by tokio, which only waits for it, and which waits for any
    /// descriptor at all in unsafe code only.
    socket: UnixDatagram,
    /// What the interfaces were called when they were last heard of: one that is gone cannot be asked.
    names: HashMap<u32, String>,
    /// Something was missed, and nobody has been told yet.
    lost: bool,
}

/// What was heard at once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    /// In the order in which it happened; not all where something was missed.
    pub changes: Vec<AddressChange>,
    /// Whether something was missed, since there was more than the kernel keeps for us: then only a look at all
    /// addresses says what is so.
    pub lost: bool,
}

/// An address of an interface came, or changed (ceased to be tentative, was deprecated, lives longer now), or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressChange {
    /// The interface's name; `None` where it was gone before its name was known.
    pub interface: Option<String>,
    /// The host's own address, not its peer's.
    pub address: IpAddr,
    /// Whether it went.
    pub removed: bool,
}

impl Changes {
    /// Listens from now on. It takes a tokio runtime with its I/O enabled.
    ///
    /// # Errors
    /// The kernel's.
    pub fn listen() -> io::Result<Self> {
        let socket = netlink::open(ADDRESS_GROUPS, SocketFlags::NONBLOCK)?;
        // After the socket, so that an interface that comes meanwhile is heard of.
        let names = interface::names()?;
        Ok(Self { socket: UnixDatagram::from_std(StdDatagram::from(socket))?, names, lost: false })
    }

    /// Waits for something to change. A wait that is given up loses nothing.
    ///
    /// # Errors
    /// The socket's, after which it is of no more use.
    pub async fn next(&mut self) -> io::Result<News> {
        loop {
            self.socket.readable().await?;
            let mut changes = Vec::new();
            for _ in 0..AT_ONCE {
                match self.socket.try_io(Interest::READABLE, || netlink::receive(&self.socket)) {
                    Ok(messages) => changes.extend(messages.into_iter().filter_map(|message| self.change(message))),
                    Err(error) if is_loss(&error) => self.lost = true,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    // Until all that it kept has been read, the kernel drops what is new, and does not say so again:
                    // only from here on nothing will be missed that a look at all addresses does not see.
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        if take(&mut self.lost) {
                            return Ok(News { changes, lost: true });
                        }
                        break;
                    }
                    Err(error) => return Err(error),
                }
            }
            if !changes.is_empty() && !self.lost {
                return Ok(News { changes, lost: false });
            }
        }
    }

    fn change(&mut self, message: Message) -> Option<AddressChange> {
        let (index, held, removed) = match message.said {
            Said::Address(index, held) => (index, held, false),
            Said::Removed(index, held) => (index, held, true),
            Said::Link(_) | Said::End(_) | Said::Other => return None,
        };
        // It may have been renamed since.
        if let Some(name) = interface::name(&self.socket, index) {
            self.names.insert(index, name);
        }
        // Where containers come and go, each has a number of its own.
        if self.names.len() > REMEMBERED {
            self.names = interface::names().unwrap_or_default();
        }
        Some(AddressChange { interface: self.names.get(&index).cloned(), address: held.address, removed })
    }
}

/// Whether messages were lost, be it for want of room or since they could not be read.
fn is_loss(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::NOBUFS.raw_os_error()) || error.kind() == io::ErrorKind::InvalidData
}
