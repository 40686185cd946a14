//! Request bodies.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, header};

/// Reads a body of at most `limit` bytes. Returns `None` if it is larger, at once if its
/// `Content-Length` says so.
pub(crate) async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Option<Bytes> {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > limit) {
        return None;
    }
    to_bytes(body, limit).await.ok()
}
