//! Request bodies, up to a limit.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, header};

/// The body, unless it is larger than `limit`; one that is announced as larger is not even waited for.
pub(crate) async fn body(headers: &HeaderMap, body: Body, limit: usize) -> Option<Bytes> {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > limit) {
        return None;
    }
    to_bytes(body, limit).await.ok()
}
