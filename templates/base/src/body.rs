//! The bodies of requests: all that are being read share one budget of bytes, whatever each of them may have.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::sync::Semaphore;

use crate::exchange::Exchange;

/// Bytes of bodies that may be in memory at once, in all requests together.
pub const BUDGET: usize = 64 << 20;

/// What each piece of a body takes beside its bytes, at most.
const OVERHEAD: usize = 64;

/// A body that counts what is read of it.
pub struct Metered {
    body: Incoming,
    ended: bool,
    all: Arc<Semaphore>,
    exchange: Arc<Exchange>,
}

impl Metered {
    pub fn new(body: Incoming, all: Arc<Semaphore>, exchange: Arc<Exchange>) -> Self {
        Self { ended: body.is_end_stream(), body, all, exchange }
    }
}

impl HttpBody for Metered {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context)).transpose()?;
        self.ended = frame.is_none() || self.body.is_end_stream();
        let Some(frame) = frame else { return Poll::Ready(None) };
        let data = match frame.into_data() {
            Ok(data) => data,
            Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
        };
        let bytes = u32::try_from(data.len() + OVERHEAD)?;
        let Ok(place) = Arc::clone(&self.all).try_acquire_many_owned(bytes) else {
            self.exchange.lock().overloaded = true;
            return Poll::Ready(Some(Err("no room for more bodies".into())));
        };
        match &mut self.exchange.lock().body {
            Some(places) => places.merge(place),
            none => *none = Some(place),
        }
        // A copy, because what hyper gives may be one byte that keeps a whole buffer of the connection alive.
        Poll::Ready(Some(Ok(Frame::data(Bytes::copy_from_slice(&data)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        if !self.ended {
            self.exchange.lock().unread = true;
        }
    }
}
