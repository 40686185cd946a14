//! The playground: a page from which to send requests to the function and to see what becomes of them.
//!
//! The page, its scripts and its style are files beside this one. Nothing on it comes from elsewhere.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use crate::options::Options;
use crate::respond::{self, Reply};
use crate::world;

const PAGE: &str = include_str!("page.html");
/// What the page loads from `/_local/page/`.
const FILES: [(&str, &str, &str); 10] = [
    ("page.css", CSS, include_str!("page.css")),
    ("answer.js", JS, include_str!("answer.js")),
    ("chat.js", JS, include_str!("chat.js")),
    ("local.js", JS, include_str!("local.js")),
    ("messages.js", JS, include_str!("messages.js")),
    ("page.js", JS, include_str!("page.js")),
    ("participant.js", JS, include_str!("participant.js")),
    ("problems.js", JS, include_str!("problems.js")),
    ("request.js", JS, include_str!("request.js")),
    ("situations.js", JS, include_str!("situations.js")),
];

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// What the page may do: run its own scripts and style, and talk to where it came from.
const SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The settings that the page shows or needs to know.
const SHOWN: [&str; 5] = [
    "INSTANCE_ID",
    "CONTACT_FLOW_ID",
    "ALLOWED_CONTACT_FLOW_IDS",
    "ALLOWED_ORIGINS",
    "CUSTOMER_ID_CLAIM",
];

/// What the page loads.
pub(crate) fn router(options: &Options) -> Router {
    let about = Arc::new(about(options));
    let about = move || {
        let about = Arc::clone(&about);
        async move { respond::json(StatusCode::OK, &about) }
    };
    let router = Router::new().route("/_local/about", get(about));
    FILES.into_iter().fold(router, |router, (name, content_type, content)| {
        let serve = move || async move { file(content_type, content) };
        router.route(&format!("/_local/page/{name}"), get(serve))
    })
}

/// What the page has to know of the function and of the stand-in.
fn about(options: &Options) -> Value {
    let shown = |name: &&str| {
        let mut set = options.env.iter().rev();
        let value = set.find(|(known, _)| known == name);
        json!(value.map(|(_, value)| value))
    };
    let settings: serde_json::Map<_, _> =
        SHOWN.iter().map(|name| ((*name).to_owned(), shown(name))).collect();
    let mut verified = options.verified_env.iter();
    json!({
        "standIn": !options.real_connect,
        "settings": settings,
        "verifiedClaim": verified.find(|(name, _)| name == "CUSTOMER_ID_CLAIM").map(|(_, claim)| claim),
        "customer": world::CUSTOMER_ID,
        "contacts": {
            "initial": world::ENDED_INITIAL_CONTACT_ID,
            "latest": world::ENDED_LATEST_CONTACT_ID,
            "running": world::RUNNING_CONTACT_ID,
            "others": world::OTHER_CUSTOMERS_CONTACT_ID,
        },
    })
}

/// Answers browsers that open `/`, and keeps other sites' pages from the local controls.
/// All else goes its way.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let headers = request.headers();
    if path.starts_with("/_local/") && !is_of_this_machine(headers) {
        let why = json!({"message": "the local controls answer this machine's own programs and page only"});
        return respond::json(StatusCode::FORBIDDEN, &why);
    }
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    if reads && path == "/" && wants_html(headers) && names_loopback(headers) {
        return file(HTML, PAGE);
    }
    next.run(request).await
}

fn file(content_type: &str, content: &'static str) -> Response {
    Reply::new(StatusCode::OK)
        .header("content-type", content_type)
        .header("content-security-policy", SECURITY_POLICY)
        .header("x-content-type-options", "nosniff")
        .header("referrer-policy", "no-referrer")
        .header("cache-control", "no-store")
        .header("vary", "Accept")
        .body(Body::from(content))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn wants_html(headers: &HeaderMap) -> bool {
    let accept = text(headers, header::ACCEPT.as_str()).to_ascii_lowercase();
    accept.split(',').any(|range| range.split(';').next().unwrap_or_default().trim() == "text/html")
}

/// Whether this is not another site's doing. A name that was made to point here (DNS rebinding) is another site's.
fn is_of_this_machine(headers: &HeaderMap) -> bool {
    let site = text(headers, "sec-fetch-site");
    ["", "none", "same-origin"].contains(&site) && names_loopback(headers)
}

fn names_loopback(headers: &HeaderMap) -> bool {
    let host = text(headers, header::HOST.as_str());
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "localhost", "[::1]"].contains(&name)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let parsed = pairs
            .iter()
            .filter_map(|(name, value)| Some((*name, HeaderValue::from_str(value).ok()?)));
        let mut headers = HeaderMap::new();
        for (name, value) in parsed {
            headers.insert(name, value);
        }
        headers
    }

    #[test]
    fn other_sites_are_told_apart() {
        for (host, site, ours) in [
            ("127.0.0.1:9000", "", true),
            ("localhost:9000", "same-origin", true),
            ("[::1]:9000", "none", true),
            ("localhost", "", true),
            ("127.0.0.1:9000", "cross-site", false),
            ("localhost:9000", "same-site", false),
            ("evil.example:9000", "", false),
            ("evil.example:9000", "same-origin", false),
            ("127.0.0.1.evil.example", "", false),
            ("localhost:9000:x", "", false),
            ("", "", false),
        ] {
            let sent = if site.is_empty() {
                headers(&[("host", host)])
            } else {
                headers(&[("host", host), ("sec-fetch-site", site)])
            };
            assert_eq!(is_of_this_machine(&sent), ours, "{host} {site}");
        }
        assert!(!is_of_this_machine(&headers(&[])));
    }

    #[test]
    fn browsers_ask_for_html() {
        for (accept, html) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("TEXT/HTML;q=0.5", true),
            ("*/*", false),
            ("application/json", false),
            ("text/htmlx", false),
            ("", false),
        ] {
            assert_eq!(wants_html(&headers(&[("accept", accept)])), html, "{accept}");
        }
    }
}
