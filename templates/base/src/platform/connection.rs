//! One connection, served by hyper's HTTP/1. Added here: a response announces that the connection will close, unread
//! input is discarded before it closes, and it ends when the server shuts down.

use std::{convert::Infallible, io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::http::{HeaderValue, Request, header};
use axum::{Router, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpStream, sync::Semaphore, sync::watch, time::timeout};
use tower::Service;

use super::exchange::{Exchange, Phase, Stage, State};
use super::{Settings, body::Metered, socket::Socket};

/// The maximum size of a request header, and of one read from a connection.
pub const BUFFER: usize = 16 << 10;

/// The number of connections whose input may be discarded at once, and the bytes and time for each.
const MAX_DISCARDS: usize = 64;
const MAX_DISCARDED: usize = 32 << 20;
const DISCARD_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves the connections of one port.
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
        let write_timeout = settings.guard.request_timeout;
        Arc::new(Self { http, router, write_timeout, bodies, discards: Semaphore::new(MAX_DISCARDS), stage })
    }

    /// Returns when the connection has ended.
    pub async fn serve(self: Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        // Responses are small and complete: waiting to fill a packet would only delay them.
        stream.set_nodelay(true).ok();
        // An error means that the client has closed the connection: there is no peer to report it to.
        self.answer(stream, &Exchange::new(peer, self.stage.clone())).await.ok();
    }

    async fn answer(&self, stream: TcpStream, exchange: &Arc<Exchange>) -> hyper::Result<()> {
        let service = service_fn(|request| self.call(request, exchange));
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
                // A request in progress is answered, and its response announces that it is the last. One that is being
                // written may have been announced as any other: hyper completes it and then closes the connection.
                if matches!(exchange.lock().phase, Phase::Idle | Phase::Answering) {
                    Pin::new(&mut connection).graceful_shutdown();
                }
                (&mut connection).await
            }
        };
        // If hyper cannot parse a request, it rejects it without reading the rest.
        let refused = ended.as_ref().is_err_and(hyper::Error::is_parse);
        if (refused || ended.is_ok() && exchange.lock().unread)
            && let Ok(_permit) = self.discards.try_acquire()
        {
            let stream = connection.into_parts().io.into_inner().into_stream();
            timeout(DISCARD_TIMEOUT, discard(&stream)).await.ok();
        }
        ended
    }

    fn call(
        &self,
        mut request: Request<Incoming>,
        exchange: &Arc<Exchange>,
    ) -> impl Future<Output = Result<Response, Infallible>> + use<> {
        *exchange.lock() = State { phase: Phase::Handling, ..State::default() };
        request.extensions_mut().insert(Arc::clone(exchange));
        let answer = self.router.clone().call(Metered::new(request, &self.bodies, exchange));
        let exchange = Arc::clone(exchange);
        async move {
            let mut response = answer.await?;
            let mut state = exchange.lock();
            if state.unread || exchange.is_draining() {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            (state.phase, state.body) = (Phase::Answering, None);
            drop(state);
            Ok(response)
        }
    }
}

async fn reached(stage: &mut watch::Receiver<Stage>, wanted: Stage) {
    // An error means that the server no longer exists, which is the last stage too.
    stage.wait_for(|stage| *stage >= wanted).await.ok();
}

/// Reads and discards input after the last response was written and the sending half closed. Closing a connection with
/// unread input resets it, and a client that is still sending then loses the response (RFC 9112 9.6).
async fn discard(stream: &TcpStream) -> io::Result<()> {
    let (mut buffer, mut left) = (vec![0; BUFFER], MAX_DISCARDED);
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
