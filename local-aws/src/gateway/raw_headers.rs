//! The headers of a request with their names as the client wrote them: the HTTP library converts
//! them to lower case, a REST API does not.

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::middleware::Next;
use axum::response::Response;

use crate::http::Connection;

/// The headers of a request as the client wrote them.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawHeaders(pub(crate) Vec<(String, String)>);

/// Middleware that adds the [`RawHeaders`] to a request's extensions.
pub(crate) async fn keep_raw_headers(
    ConnectInfo(connection): ConnectInfo<Connection>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let head = connection.control.take_head();
    if let Some(headers) = parse(&head, request.method().as_str()) {
        request.extensions_mut().insert(RawHeaders(headers));
    }
    let response = next.run(request).await;
    connection.control.expect_head();
    response
}

/// Parses the headers of a request head. Returns `None` if the bytes are not such a head.
fn parse(head: &[u8], method: &str) -> Option<Vec<(String, String)>> {
    let head = String::from_utf8_lossy(head);
    let (head, _) = head.split_once("\r\n\r\n")?;
    let (first, headers) = head.split_once("\r\n")?;
    first.strip_prefix(method)?.strip_prefix(' ')?;
    let header = |line: &str| {
        line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
    };
    headers.split("\r\n").map(header).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_case() {
        let head = b"POST /a HTTP/1.1\r\nHost: x:1\r\nX-API-Key:  k \r\n\r\n{}";
        let headers = [("Host", "x:1"), ("X-API-Key", "k")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .to_vec();
        assert_eq!(parse(head, "POST"), Some(headers));
        assert_eq!(parse(head, "GET"), None);
        assert_eq!(parse(b"POST /a HTTP/1.1\r\nHost", "POST"), None);
    }
}
