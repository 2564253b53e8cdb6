//! The address of the Datadog Agent, and the socket through which it takes metrics.

use std::{io, path::PathBuf};

use tokio::net::{UdpSocket, UnixDatagram, lookup_host};

/// Where the Agent takes metrics.
#[derive(Clone)]
pub enum Address {
    Udp(String, u16),
    Unix(PathBuf),
}

/// Parses a name or an address, without a port.
pub fn host(text: &str) -> Result<String, &'static str> {
    let is_valid = |letter: char| letter.is_ascii_alphanumeric() || "-._:".contains(letter);
    text.chars().all(is_valid).then(|| text.to_owned()).ok_or("not the name or the address of a host")
}

/// Parses `udp://HOST:PORT` or `unix://PATH`, a socket of datagrams.
pub fn address(text: &str) -> Result<Address, &'static str> {
    let of_host = |text: &str| {
        let (host, port) = text.rsplit_once(':')?;
        Some(Address::Udp(host.trim_matches(['[', ']']).to_owned(), port.parse().ok()?))
    };
    let address = match text.split_once("://") {
        Some(("unix", path)) if path.starts_with('/') => Some(Address::Unix(path.into())),
        Some(("udp", host)) => of_host(host),
        _ => None,
    };
    address.ok_or("not unix:///PATH, nor udp://HOST:PORT")
}

impl Address {
    /// The most bytes of a packet: what Ethernet carries in one frame, or the buffer of the Agent.
    pub fn max_packet(&self) -> usize {
        match self {
            Self::Udp(..) => 1432,
            Self::Unix(_) => 8192,
        }
    }

    /// # Errors
    /// If there is no such host or socket.
    pub async fn connect(&self) -> io::Result<Socket> {
        match self {
            Self::Udp(host, port) => {
                let peer = lookup_host((host.as_str(), *port)).await?.next().ok_or(io::ErrorKind::NotFound)?;
                let any = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                let socket = UdpSocket::bind(any).await?;
                socket.connect(peer).await?;
                Ok(Socket::Udp(socket))
            }
            Self::Unix(path) => {
                let socket = UnixDatagram::unbound()?;
                socket.connect(path)?;
                Ok(Socket::Unix(socket))
            }
        }
    }
}

/// A connected socket.
pub enum Socket {
    Udp(UdpSocket),
    Unix(UnixDatagram),
}

impl Socket {
    /// Waits while the buffer is full: with UDP that of the kernel, with a Unix socket that of the Agent.
    ///
    /// # Errors
    /// If the Agent did not take this packet or, with UDP, an earlier one.
    pub async fn send(&self, packet: &str) -> io::Result<usize> {
        match self {
            Self::Udp(socket) => socket.send(packet.as_bytes()).await,
            Self::Unix(socket) => socket.send(packet.as_bytes()).await,
        }
    }
}
