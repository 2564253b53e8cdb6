//! Request bodies: all bodies being read share one budget of bytes, in addition to the limit of each.

use std::task::{Context, Poll, ready};
use std::{pin::Pin, sync::Arc, time::Duration};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::http::{Request, header};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::{sync::Semaphore, time::timeout};

use super::exchange::Exchange;

/// Bytes of bodies that may be in memory at once, in all requests together.
pub const BUDGET: usize = 64 << 20;

/// The maximum memory of each chunk of a body beside its bytes.
const OVERHEAD: usize = 128;

/// The longest unread rest of a body that is received so that the connection can be kept, and the time-out for that.
const SMALL: usize = 16 << 10;
const SMALL_TIMEOUT: Duration = Duration::from_secs(5);

/// A body that counts the bytes read from it.
pub struct Metered {
    /// `None` after its end.
    body: Option<Incoming>,
    /// Whether the client waits for `100 Continue` before it sends the body.
    withheld: bool,
    all: Arc<Semaphore>,
    exchange: Arc<Exchange>,
}

impl Metered {
    pub fn new(request: Request<Incoming>, all: &Arc<Semaphore>, exchange: &Arc<Exchange>) -> Request<Self> {
        let withheld = request.headers().contains_key(header::EXPECT);
        let (all, exchange) = (Arc::clone(all), Arc::clone(exchange));
        request.map(|body| Self { body: Some(body).filter(|body| !body.is_end_stream()), withheld, all, exchange })
    }
}

impl HttpBody for Metered {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(&mut *body).poll_frame(context)).transpose()?;
        if frame.is_none() || body.is_end_stream() {
            self.body = None;
        }
        let Some(frame) = frame else { return Poll::Ready(None) };
        let data = match frame.into_data() {
            Ok(data) => data,
            Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
        };
        let bytes = u32::try_from(data.len() + OVERHEAD)?;
        let Ok(permit) = Arc::clone(&self.all).try_acquire_many_owned(bytes) else {
            self.exchange.lock().overloaded = true;
            return Poll::Ready(Some(Err("no room for more bodies".into())));
        };
        match &mut self.exchange.lock().body {
            Some(permits) => permits.merge(permit),
            none => *none = Some(permit),
        }
        // A copy, because hyper's chunk may be one byte that keeps a whole buffer of the connection alive.
        Poll::Ready(Some(Ok(Frame::data(Bytes::copy_from_slice(&data)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        let Some(body) = self.body.take() else { return };
        if self.withheld || body.size_hint().upper().is_none_or(|left| left > SMALL as u64) {
            self.exchange.lock().unread = true;
            return;
        }
        // Reads the rest, so that the connection can serve the next request.
        tokio::spawn(timeout(SMALL_TIMEOUT, to_bytes(Body::new(body), SMALL)));
    }
}
