//! Questions to the kernel about addresses and links, and what it says (rtnetlink(7)): the socket and the messages.

use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, OwnedFd};

use netlink_packet_core::{NLMSG_DONE, NLMSG_ERROR, NLMSG_OVERRUN, NetlinkBuffer, Parseable};
use netlink_packet_route::address::{AddressAttribute, AddressFlags, AddressMessage};
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

use crate::source::Held;

/// `RTM_GETLINK` of `linux/rtnetlink.h`: asks for a link.
pub(super) const GET_LINK: u16 = 18;
/// `RTM_GETADDR`: asks for addresses.
pub(super) const GET_ADDRESS: u16 = 22;
const NEW_LINK: u16 = 16;
const NEW_ADDRESS: u16 = 20;
const DELETE_ADDRESS: u16 = 21;
/// `RTMGRP_IPV4_IFADDR` and `RTMGRP_IPV6_IFADDR`: the groups that hear of every address.
pub(super) const ADDRESS_GROUPS: u32 = 0x10 | 0x100;

/// The kernel writes at most 32 KiB at once, however long the list is (`netlink_dump`).
const BUFFER: usize = 65_536;
/// `struct nlmsghdr`.
const HEADER: usize = 16;
/// The kernel's end of the conversation, whom alone we listen to: anybody may send to our end.
const KERNEL: SocketAddrNetlink = SocketAddrNetlink::new(0, 0);

/// A message from the kernel.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// An address that an interface has or gets, or that changes.
    Address(u32, Held),
    /// An address that an interface loses.
    Removed(u32, Held),
    /// The number of an interface.
    Link(u32),
    /// The list is at its end, or the question was answered by an error: its number (`errno(3)`), or 0.
    End(i32),
    /// What nobody asked for.
    Other,
}

/// A message with what its header says of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// Which question it answers; 0 where nobody asked.
    pub(super) question: u32,
    /// `NLM_F_DUMP_INTR`: the list changed while it was told, so that something may be missing or be there twice.
    pub(super) interrupted: bool,
    /// What it says.
    pub(super) said: Said,
}

/// Opens a socket that hears the groups.
pub(super) fn open(groups: u32, flags: SocketFlags) -> io::Result<OwnedFd> {
    let flags = flags | SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
    rustix::net::bind(&socket, &SocketAddrNetlink::new(0, groups))?;
    Ok(socket)
}

/// Asks the kernel.
pub(super) fn ask(socket: impl AsFd, kind: u16, flags: u16, question: u32, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(HEADER + payload.len()).unwrap_or(u32::MAX);
    let mut octets = Vec::with_capacity(HEADER + payload.len());
    octets.extend(length.to_ne_bytes());
    octets.extend(kind.to_ne_bytes());
    octets.extend(flags.to_ne_bytes());
    octets.extend(question.to_ne_bytes());
    octets.extend(0_u32.to_ne_bytes());
    octets.extend(payload);
    rustix::net::sendto(socket, &octets, SendFlags::empty(), &KERNEL)?;
    Ok(())
}

/// Receives what the kernel says next; nothing where it was somebody else who spoke.
///
/// # Errors
/// The socket's: `WouldBlock` when there is nothing yet, or not in time; `ENOBUFS` when messages were lost. `InvalidData`
/// where a message is not whole.
pub(super) fn receive(socket: impl AsFd) -> io::Result<Vec<Message>> {
    let mut buffer = vec![0; BUFFER];
    let (_, length, sender) = rustix::net::recvfrom(socket, &mut buffer[..], RecvFlags::TRUNC)?;
    if sender.map(SocketAddrNetlink::try_from).and_then(Result::ok).map(|sender| sender.pid()) != Some(KERNEL.pid()) {
        return Ok(Vec::new());
    }
    buffer.get(..length).and_then(messages).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, DAMAGED))
}

const DAMAGED: &str = "the kernel's message about addresses could not be read";

/// Takes a datagram apart. `None` where one of its messages is not whole or not what it should be.
fn messages(mut octets: &[u8]) -> Option<Vec<Message>> {
    let mut messages = Vec::new();
    while !octets.is_empty() {
        let message = NetlinkBuffer::new_checked(octets).ok()?;
        let payload = message.payload();
        let said = match message.message_type() {
            NEW_ADDRESS => address(payload)?.map_or(Said::Other, |(index, held)| Said::Address(index, held)),
            DELETE_ADDRESS => address(payload)?.map_or(Said::Other, |(index, held)| Said::Removed(index, held)),
            // struct ifinfomsg: the number is the second word. The rest is not looked at: it is long, and each kernel
            // has something new in it.
            NEW_LINK => Said::Link(word(payload.get(4..8)?)?),
            // A zero or the negative number of an error; nothing at all is a zero too.
            NLMSG_DONE | NLMSG_ERROR => {
                let code = payload.get(..4).and_then(word).unwrap_or_default();
                Said::End(i32::from_ne_bytes(code.to_ne_bytes()).saturating_neg())
            }
            NLMSG_OVERRUN => Said::End(Errno::NOBUFS.raw_os_error()),
            _ => Said::Other,
        };
        let interrupted = message.flags() & netlink_packet_core::NLM_F_DUMP_INTR != 0;
        messages.push(Message { question: message.sequence_number(), interrupted, said });
        let length = usize::try_from(message.length()).ok()?;
        octets = octets.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(messages)
}

/// Reads the payload of an address message. The inner `None` is one without an address.
fn address(payload: &[u8]) -> Option<Option<(u32, Held)>> {
    let message = AddressMessage::parse(payload).ok()?;
    let (mut local, mut address, mut created) = (None, None, 0);
    let mut flags = AddressFlags::from_bits_retain(u32::from(message.header.flags.bits()));
    for attribute in message.attributes {
        match attribute {
            // On a line from point to point, ADDRESS is the peer's, and LOCAL ours.
            AddressAttribute::Local(ours) => local = Some(ours),
            AddressAttribute::Address(theirs) => address = Some(theirs),
            // The header has room for eight of them only.
            AddressAttribute::Flags(all) => flags = all,
            AddressAttribute::CacheInfo(info) => created = info.cstamp,
            _ => {}
        }
    }
    let held = |address: IpAddr| Held {
        address,
        prefix_length: message.header.prefix_len,
        // One bit with two meanings: IFA_F_TEMPORARY is IFA_F_SECONDARY.
        temporary: address.is_ipv6() && flags.contains(AddressFlags::Secondary),
        secondary: address.is_ipv4() && flags.contains(AddressFlags::Secondary),
        deprecated: flags.contains(AddressFlags::Deprecated),
        tentative: flags.contains(AddressFlags::Dadfailed)
            || (flags.contains(AddressFlags::Tentative) && !flags.contains(AddressFlags::Optimistic)),
        permanent: flags.contains(AddressFlags::Permanent),
        created,
    };
    Some(local.or(address).map(|address| (message.header.index, held(address))))
}

fn word(octets: &[u8]) -> Option<u32> {
    octets.try_into().ok().map(u32::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use netlink_packet_core::Emitable;
    use netlink_packet_route::AddressFamily as Family;
    use netlink_packet_route::address::{AddressHeaderFlags, CacheInfo};

    use super::*;

    /// A message of a kind with a payload, as the kernel would write it.
    fn message(kind: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
        let mut octets = u32::try_from(HEADER + payload.len()).unwrap().to_ne_bytes().to_vec();
        octets.extend([kind.to_ne_bytes(), flags.to_ne_bytes()].concat());
        octets.extend([7_u32.to_ne_bytes(), 0_u32.to_ne_bytes()].concat());
        octets.extend(payload);
        octets.resize(octets.len().next_multiple_of(4), 0);
        octets
    }

    fn payload(address: &str, attributes: &[AddressAttribute]) -> Vec<u8> {
        let address: IpAddr = address.parse().unwrap();
        let mut message = AddressMessage::default();
        message.header.family = if address.is_ipv4() { Family::Inet } else { Family::Inet6 };
        message.header.prefix_len = 64;
        message.header.index = 3;
        message.header.flags = AddressHeaderFlags::Secondary;
        message.attributes = attributes.to_vec();
        message.attributes.push(AddressAttribute::Address(address));
        let mut octets = vec![0; message.buffer_len()];
        message.emit(&mut octets);
        octets
    }

    fn held(address: &str, attributes: &[AddressAttribute]) -> Held {
        address_of(&message(NEW_ADDRESS, 0, &payload(address, attributes)))
    }

    fn address_of(octets: &[u8]) -> Held {
        match messages(octets).unwrap().remove(0).said {
            Said::Address(3, held) => held,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn on_a_line_from_point_to_point_the_address_is_ours_and_not_the_peers() {
        let ours = "192.0.2.1".parse().unwrap();
        assert_eq!(held("198.51.100.1", &[AddressAttribute::Local(ours)]).address, ours);
        assert_eq!(held("198.51.100.1", &[]).address.to_string(), "198.51.100.1");
    }

    #[test]
    fn the_flags_are_those_of_the_attribute_and_mean_what_the_family_has_them_mean() {
        let flags = |address, flags| held(address, &[AddressAttribute::Flags(flags)]);
        assert!(held("192.0.2.1", &[]).secondary && held("2001:db8::1", &[]).temporary);
        assert!(!flags("2001:db8::1", AddressFlags::Permanent).temporary);
        let secondary = flags("192.0.2.1", AddressFlags::Secondary | AddressFlags::Permanent);
        assert!(secondary.secondary && !secondary.temporary && secondary.permanent);
        let temporary = flags("2001:db8::1", AddressFlags::Secondary | AddressFlags::Deprecated);
        assert!(temporary.temporary && !temporary.secondary && temporary.deprecated && !temporary.permanent);
        let tentative = |bits| flags("2001:db8::1", bits).tentative;
        assert!(tentative(AddressFlags::Tentative) && tentative(AddressFlags::Dadfailed));
        assert!(!tentative(AddressFlags::Tentative | AddressFlags::Optimistic));
        assert!(tentative(AddressFlags::Tentative | AddressFlags::Optimistic | AddressFlags::Dadfailed));
        let mut info = CacheInfo::default();
        info.cstamp = 1234;
        assert_eq!(held("2001:db8::1", &[AddressAttribute::CacheInfo(info)]).created, 1234);
    }

    #[test]
    fn a_datagram_has_many_messages_and_the_end_says_how_it_went() {
        let mut octets = message(NEW_ADDRESS, 2, &payload("192.0.2.1", &[]));
        octets.extend(message(DELETE_ADDRESS, 2 | 0x10, &payload("192.0.2.2", &[])));
        octets.extend(message(NEW_LINK, 0, &[0, 0, 0, 0, 9, 0, 0, 0]));
        octets.extend(message(NLMSG_DONE, 2, &0_i32.to_ne_bytes()));
        octets.extend(message(NLMSG_ERROR, 0, &(-19_i32).to_ne_bytes()));
        octets.extend(message(999, 0, b"news"));
        let heard = messages(&octets).unwrap();
        assert!(heard.iter().all(|message| message.question == 7));
        let interrupted: Vec<bool> = heard.iter().map(|message| message.interrupted).collect();
        assert_eq!(interrupted, [false, true, false, false, false, false]);
        assert!(matches!(heard[0].said, Said::Address(3, _)) && matches!(heard[1].said, Said::Removed(3, _)));
        assert_eq!(heard[2].said, Said::Link(u32::from_ne_bytes([9, 0, 0, 0])));
        assert_eq!(heard[3].said, Said::End(0));
        assert_eq!(heard[4].said, Said::End(Errno::NODEV.raw_os_error()));
        assert_eq!(heard[5].said, Said::Other);
    }

    #[test]
    fn whatever_comes_is_read_or_refused_and_never_more() {
        let local = AddressAttribute::Local("2001:db8::2".parse().unwrap());
        let mut whole = message(NEW_ADDRESS, 2, &payload("2001:db8::1", &[local]));
        whole.extend(message(NLMSG_DONE, 2, &[]));
        for length in 0..=whole.len() {
            let _ = messages(&whole[..length]);
        }
        for place in 0..whole.len() {
            for value in 0..=u8::MAX {
                let mut damaged = whole.clone();
                damaged[place] = value;
                let _ = messages(&damaged);
            }
        }
        assert_eq!(messages(&whole[..whole.len() - 1]), None);
        assert_eq!(messages(&[0; 16]), None);
        assert_eq!(messages(&[]), Some(Vec::new()));
    }
}
