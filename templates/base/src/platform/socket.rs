//! The socket of a connection, with two limits that hyper does not have: how long a client may leave a response unread,
//! and how long a request continues after its client has closed the sending half.

use std::task::{Context, Poll, ready};
use std::{io, io::IoSlice, pin::Pin, sync::Arc, time::Duration};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Interval, Sleep, interval, sleep};

use super::exchange::{Exchange, Phase};

/// The bytes of responses that the kernel buffers for a slow client. The client must read a third of it before the
/// socket accepts more, so this also determines what counts as progress.
pub const SEND_BUFFER: u32 = 64 << 10;

/// The time-out for a response after the client has closed its sending half: the client may be waiting or gone.
const HALF_CLOSED: Duration = Duration::from_secs(1);

/// The interval of checks for a reset during that time. A socket that was read to its end does not wake its reader
/// again.
const RESET_CHECK_INTERVAL: Duration = Duration::from_millis(20);

pub struct Socket {
    stream: TcpStream,
    exchange: Arc<Exchange>,
    write_timeout: Duration,
    /// The deadline for a client that does not read.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Set when the client closes its sending half.
    half_closed: Option<(Instant, Interval)>,
}

impl Socket {
    pub fn new(stream: TcpStream, exchange: Arc<Exchange>, write_timeout: Duration) -> Self {
        Self { stream, exchange, write_timeout, stalled: None, half_closed: None }
    }

    pub fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// Returns the result of a write, or an error if the client has not read for too long.
    fn progress(&mut self, context: &mut Context<'_>, write: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if write.is_ready() {
            self.stalled = None;
            return write;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(self.write_timeout)));
        ready!(stalled.as_mut().poll(context));
        // The kernel discards the data that it buffers for this client.
        self.stream.set_zero_linger().ok();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Socket {
    /// hyper treats the end of the input as the end of the connection, so it is withheld while a request is handled.
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, exchange, half_closed, .. } = &mut *self;
        if half_closed.is_none() {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut *stream).poll_read(context, buffer))?;
            if buffer.filled().len() > before {
                let mut state = exchange.lock();
                if state.phase == Phase::Idle {
                    state.phase = Phase::Receiving;
                }
                return Poll::Ready(Ok(()));
            }
        }
        let (since, checks) = half_closed.get_or_insert_with(|| (Instant::now(), interval(RESET_CHECK_INTERVAL)));
        loop {
            let ends = match exchange.lock().phase {
                Phase::Idle | Phase::Receiving => true,
                Phase::Handling => since.elapsed() >= HALF_CLOSED,
                Phase::Answering => false,
            };
            if ends || stream.take_error()?.is_some() {
                return Poll::Ready(Ok(()));
            }
            ready!(checks.poll_tick(context));
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.progress(context, write)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.progress(context, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper calls it when all of its output has been written.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.stalled = None;
        let mut state = self.exchange.lock();
        if state.phase == Phase::Answering {
            state.phase = Phase::Idle;
        }
        drop(state);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
