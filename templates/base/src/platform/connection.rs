//! One connection: hyper speaks HTTP/1 on it, and this adds what a public service needs beside that. Answers say when the
//! connection ends, input that no handler has read is read before it is closed, and it ends when the server stops.

use std::{convert::Infallible, io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::http::{HeaderValue, Request, header};
use axum::{Router, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpStream, sync::Semaphore, sync::watch, time::timeout};
use tower::Service;

use super::exchange::{Exchange, Phase, State};
use super::{Settings, body::Metered, socket::Socket};

/// Largest header of a request, and what is read from a connection in one piece.
pub const BUFFER: usize = 16 << 10;

/// Connections that may be read to their end at once, and for how much each.
const DISCARDING: usize = 64;
const DISCARDED: usize = 32 << 20;
const DISCARD_TIMEOUT: Duration = Duration::from_secs(5);

/// The other end of the connection; an extension of every request.
#[derive(Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// How far the shutdown has come.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub enum Stage {
    Serving,
    /// Each answer is the last of its connection.
    Draining,
    /// Idle connections are closed.
    Closing,
    /// All connections are cut.
    Cutting,
}

/// Serves connections of one port.
pub struct Connections {
    http: http1::Builder,
    router: Router,
    write_timeout: Duration,
    bodies: Arc<Semaphore>,
    discards: Semaphore,
    stage: watch::Receiver<Stage>,
}

impl Connections {
    pub fn new(
        router: Router,
        settings: &Settings,
        bodies: Arc<Semaphore>,
        stage: watch::Receiver<Stage>,
    ) -> Arc<Self> {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(settings.server.header_timeout).max_buf_size(BUFFER);
        let (write_timeout, discards) = (settings.guard.request_timeout, Semaphore::new(DISCARDING));
        Arc::new(Self { http, router, write_timeout, bodies, discards, stage })
    }

    /// Returns when the connection has ended, or at once when the server cuts all connections.
    pub async fn serve(self: Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        // Answers are small and whole: waiting to fill a packet would only delay them.
        stream.set_nodelay(true).ok();
        let exchange = Arc::<Exchange>::default();
        let mut stage = self.stage.clone();
        let cut = async {
            reached(&mut stage, Stage::Cutting).await;
            exchange.lock().cut = true;
        };
        tokio::select! {
            // An error means that the client has closed the connection: there is no peer to report it to.
            _ = self.answer(stream, peer, &exchange) => {}
            () = cut => {}
        }
    }

    async fn answer(&self, stream: TcpStream, peer: SocketAddr, exchange: &Arc<Exchange>) -> hyper::Result<()> {
        let service = service_fn(|request| self.call(request, peer, exchange));
        let socket = Socket::new(stream, Arc::clone(exchange), self.write_timeout);
        let mut connection = self.http.serve_connection(TokioIo::new(socket), service);
        let mut stage = self.stage.clone();
        let ended = tokio::select! {
            biased;
            ended = &mut connection => Some(ended),
            () = reached(&mut stage, Stage::Closing) => None,
        };
        let ended = match ended {
            Some(ended) => ended,
            None => {
                // A request that is on its way is answered, and its answer is the last.
                if exchange.lock().phase == Phase::Idle {
                    Pin::new(&mut connection).graceful_shutdown();
                }
                (&mut connection).await
            }
        };
        // What hyper cannot parse, it refuses without reading the rest.
        let refused = ended.as_ref().is_err_and(hyper::Error::is_parse);
        if (refused || ended.is_ok() && exchange.lock().unread)
            && let Ok(_place) = self.discards.try_acquire()
        {
            let stream = connection.into_parts().io.into_inner().into_stream();
            timeout(DISCARD_TIMEOUT, discard(&stream)).await.ok();
        }
        ended
    }

    fn call(
        &self,
        mut request: Request<Incoming>,
        peer: SocketAddr,
        exchange: &Arc<Exchange>,
    ) -> impl Future<Output = Result<Response, Infallible>> + use<> {
        *exchange.lock() = State { phase: Phase::Handling, ..State::default() };
        request.extensions_mut().insert(Arc::clone(exchange));
        request.extensions_mut().insert(Peer(peer));
        let answer = self.router.clone().call(Metered::new(request, &self.bodies, exchange));
        let (stage, exchange) = (self.stage.clone(), Arc::clone(exchange));
        async move {
            let mut response = answer.await?;
            let mut state = exchange.lock();
            if state.unread || *stage.borrow() > Stage::Serving {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            (state.phase, state.body) = (Phase::Answering, None);
            drop(state);
            Ok(response)
        }
    }
}

async fn reached(stage: &mut watch::Receiver<Stage>, wanted: Stage) {
    // It fails if the server is gone, and that is the end too.
    stage.wait_for(|stage| *stage >= wanted).await.ok();
}

/// Reads on after the last answer was written and the sending half closed. To close a connection with input unread
/// resets it, and a client that still sends then loses the answer (RFC 9112 9.6).
async fn discard(stream: &TcpStream) -> io::Result<()> {
    let (mut buffer, mut left) = (vec![0; BUFFER], DISCARDED);
    while left > 0 {
        stream.readable().await?;
        match stream.try_read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => left = left.saturating_sub(read),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
