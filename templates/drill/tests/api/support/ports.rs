//! Ports that stay reserved while no server listens on them. Clients keep sending requests to the port of a server that
//! was stopped; the server of another test must not get that port and receive them.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpSocket;

/// A port of this machine that no other program gets until this is dropped. Its socket is bound and never listens:
/// connections are refused unless another socket of the same address listens, as [`bind`] makes one.
pub struct Port(TcpSocket);

impl Port {
    pub fn reserve() -> Self {
        Self(bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("the system has free ports"))
    }

    pub fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("a bound socket has an address")
    }

    /// The setting of a service that listens here.
    pub fn flag(&self) -> String {
        format!("--port={}", self.address().port())
    }
}

/// A socket that may have the address of another one while at most one of the two listens.
///
/// A process that starts while this one closes a listener has it too, until it runs its own program: for some milliseconds
/// the address is still in use.
pub fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Without it, connections that have just ended would keep the address taken, too.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
