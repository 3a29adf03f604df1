//! The address that the kernel would send from.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Any port will do: nothing is sent to it. It is the one of RFC 863, where what arrives is thrown away.
const PORT: u16 = 9;

/// The source address that the kernel would take towards a destination. Connecting a UDP socket has it choose
/// (RFC 6724 §5), and sends nothing.
///
/// # Errors
/// The kernel's, where there is no way to the destination.
pub fn source_towards(destination: IpAddr) -> io::Result<IpAddr> {
    let any: SocketAddr = match destination {
        IpAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        IpAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(SocketAddr::new(destination, PORT))?;
    Ok(socket.local_addr()?.ip())
}
