//! Ports that stay reserved while no server listens on them. Clients keep sending requests to the port of a server that
//! was stopped; the server of another test must not get that port and receive them.

use std::net::SocketAddr;

use tokio::net::TcpSocket;

/// A port of this machine that no other program gets until this is dropped. Its socket is bound and never listens:
/// connections are refused unless another socket of the same address listens, as [`bind`] makes one.
pub struct Port(TcpSocket);

impl Port {
    pub fn reserve() -> Self {
        Self(bind(SocketAddr::from(([127, 0, 0, 1], 0))))
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
pub fn bind(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("the system has sockets");
    // Without it, connections that have just ended would keep the address taken, too.
    socket.set_reuseaddr(true).expect("a new socket");
    socket.bind(address).unwrap_or_else(|error| panic!("cannot bind {address}: {error}"));
    socket
}
