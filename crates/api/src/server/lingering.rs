//! The rest of a body that nobody wants.
//!
//! Who is refused while still sending finds the connection closed, and with it the answer gone, unless the rest is taken.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use futures_util::StreamExt as _;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::timeout;

/// Bytes that are taken.
const MOST: usize = 16 << 20;
/// Time that they are taken for.
const LONGEST: Duration = Duration::from_secs(5);
/// Time without any of them.
const IDLE: Duration = Duration::from_secs(1);

/// A body whose rest is taken, within bounds, when it is dropped before its end.
struct Lingering {
    /// `None` once it has ended or broken.
    body: Option<Body>,
    /// Whether the client waits to be told before it sends any: then there is nothing to take.
    waits: bool,
}

/// The request with such a body.
pub(super) fn lingering(request: Request) -> Request {
    let waits = request.headers().contains_key(header::EXPECT);
    request.map(|body| match body.is_end_stream() {
        true => body,
        false => Body::new(Lingering { body: Some(body), waits }),
    })
}

impl HttpBody for Lingering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.waits = false;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(body) = self.body.take().filter(|body| !self.waits && !body.is_end_stream()) else { return };
        // One that is much too long is not worth it.
        if body.size_hint().lower() > MOST as u64 {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(timeout(LONGEST, take(body)));
        }
    }
}

async fn take(body: Body) {
    let (mut rest, mut taken) = (body.into_data_stream(), 0_usize);
    while let Ok(Some(Ok(piece))) = timeout(IDLE, rest.next()).await {
        taken = taken.saturating_add(piece.len());
        if taken > MOST {
            return;
        }
    }
}
