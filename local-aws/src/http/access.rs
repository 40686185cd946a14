//! Access to the servers. They listen on loopback, but a web page in a browser on this machine can
//! send requests there, too: from its own origin, or, after DNS rebinding, under its own host name.
//! Browsers say so in the headers `Origin`, `Sec-Fetch-Site` and `Host`, which pages cannot set.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use serde_json::json;

use super::reply;

const MESSAGE: &str = "This server answers only programs on this machine and its own pages.";

/// Makes `router`, on this port, reject requests that a page of another site may have sent.
pub(crate) fn local_only(router: Router, port: u16) -> Router {
    router.layer(from_fn_with_state(port, reject_foreign))
}

async fn reject_foreign(State(port): State<u16>, request: Request, next: Next) -> Response {
    if is_local(request.headers(), port) { next.run(request).await } else { forbidden() }
}

/// The response to a foreign request.
pub(crate) fn forbidden() -> Response {
    reply::json(StatusCode::FORBIDDEN, &json!({"message": MESSAGE}))
}

/// Returns true unless a page of another site may have sent the request to the server on `port`.
pub(crate) fn is_local(headers: &HeaderMap, port: u16) -> bool {
    let is_own_origin = |origin: &str| {
        let authority = origin.strip_prefix("http://").or(origin.strip_prefix("https://"));
        authority.is_some_and(|authority| is_own_host(authority, port))
    };
    has_own_host(headers, port)
        && all(headers, header::ORIGIN.as_str(), is_own_origin)
        && is_same_origin(headers)
}

/// Returns true unless a browser says that the request comes from another origin.
pub(crate) fn is_same_origin(headers: &HeaderMap) -> bool {
    all(headers, "sec-fetch-site", |site| ["none", "same-origin"].contains(&site))
}

/// Returns true if the request was sent to the server on `port` under a name of loopback.
pub(crate) fn has_own_host(headers: &HeaderMap, port: u16) -> bool {
    let host = header::HOST.as_str();
    headers.contains_key(host) && all(headers, host, |host| is_own_host(host, port))
}

fn is_own_host(host: &str, port: u16) -> bool {
    let names = ["127.0.0.1", "localhost", "[::1]"];
    host.rsplit_once(':').is_some_and(|(name, given)| {
        given == port.to_string() && names.iter().any(|own| own.eq_ignore_ascii_case(name))
    })
}

/// Returns true if all values of a header, if there are any, meet a condition.
fn all(headers: &HeaderMap, name: &str, condition: impl Fn(&str) -> bool) -> bool {
    headers.get_all(name).iter().all(|value| value.to_str().is_ok_and(&condition))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name = HeaderName::try_from(*name).unwrap();
            headers.append(name, HeaderValue::try_from(*value).unwrap());
        }
        headers
    }

    #[test]
    fn only_the_servers_own_host_and_origin_are_local() {
        let own = ("host", "127.0.0.1:9000");
        for (pairs, local) in [
            (&[own][..], true),
            (&[("host", "localhost:9000")], true),
            (&[("host", "LocalHost:9000")], true),
            (&[("host", "[::1]:9000")], true),
            (&[own, ("origin", "http://127.0.0.1:9000"), ("sec-fetch-site", "same-origin")], true),
            (&[own, ("origin", "http://localhost:9000")], true),
            (&[own, ("sec-fetch-site", "none")], true),
            (&[], false),
            (&[("host", "")], false),
            (&[("host", "127.0.0.1")], false),
            (&[("host", "127.0.0.1:")], false),
            (&[("host", "127.0.0.1:9001")], false),
            (&[("host", "localhost:9000:9000")], false),
            (&[("host", "evil.example:9000")], false),
            (&[("host", "127.0.0.1.evil.example:9000")], false),
            (&[("host", "evil@127.0.0.1:9000")], false),
            (&[own, ("host", "evil.example:9000")], false),
            (&[own, ("origin", "null")], false),
            (&[own, ("origin", "http://127.0.0.1:9001")], false),
            (&[own, ("origin", "http://evil.example:9000")], false),
            (&[own, ("origin", "http://evil.example"), ("sec-fetch-site", "same-origin")], false),
            (&[own, ("sec-fetch-site", "cross-site")], false),
            (&[own, ("sec-fetch-site", "same-site")], false),
            (&[own, ("sec-fetch-site", "")], false),
        ] {
            assert_eq!(is_local(&headers(pairs), 9000), local, "{pairs:?}");
        }
    }
}
