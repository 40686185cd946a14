//! The playground: a page that sends requests to the function and shows its answers and what
//! Amazon Connect received. All of it is built into the binary.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use crate::fixtures;
use crate::http::{Reply, reply};
use crate::options::Options;

const PAGE: &str = include_str!("playground/page.html");
/// The files under `/_local/page/`: name, content type, content.
const FILES: [(&str, &str, &str); 10] = [
    ("page.css", CSS, include_str!("playground/page.css")),
    ("answer.js", JS, include_str!("playground/answer.js")),
    ("chat.js", JS, include_str!("playground/chat.js")),
    ("local.js", JS, include_str!("playground/local.js")),
    ("messages.js", JS, include_str!("playground/messages.js")),
    ("page.js", JS, include_str!("playground/page.js")),
    ("participant.js", JS, include_str!("playground/participant.js")),
    ("problems.js", JS, include_str!("playground/problems.js")),
    ("request.js", JS, include_str!("playground/request.js")),
    ("situations.js", JS, include_str!("playground/situations.js")),
];

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// The page may run its own scripts and styles, and send requests to its own origin.
const SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The settings that the page shows or depends on.
const SHOWN: [&str; 5] = [
    "INSTANCE_ID",
    "CONTACT_FLOW_ID",
    "ALLOWED_CONTACT_FLOW_IDS",
    "ALLOWED_ORIGINS",
    "CUSTOMER_ID_CLAIM",
];

/// The routes of the files and the data that the page loads.
pub(crate) fn router(options: &Options) -> Router {
    let about = Arc::new(about(options));
    let about = move || {
        let about = Arc::clone(&about);
        async move { reply::json(StatusCode::OK, &about) }
    };
    let router = Router::new().route("/_local/about", get(about));
    FILES.into_iter().fold(router, |router, (name, content_type, content)| {
        let serve = move || async move { file(content_type, content) };
        router.route(&format!("/_local/page/{name}"), get(serve))
    })
}

/// The settings of the function and the fixtures, for the page.
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
        "customer": fixtures::CUSTOMER_ID,
        "contacts": {
            "initial": fixtures::ENDED_INITIAL_CONTACT_ID,
            "latest": fixtures::ENDED_LATEST_CONTACT_ID,
            "running": fixtures::RUNNING_CONTACT_ID,
            "others": fixtures::OTHER_CUSTOMERS_CONTACT_ID,
        },
    })
}

/// Middleware that serves the page to browsers that open `/`, and rejects requests of other sites'
/// pages to the local controls.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let headers = request.headers();
    if path.starts_with("/_local/") && !is_of_this_machine(headers) {
        let why = json!({"message": "the local controls answer this machine's own programs and page only"});
        return reply::json(StatusCode::FORBIDDEN, &why);
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

/// Returns true unless the request may come from another site's page. A host name that resolves to
/// loopback (DNS rebinding) belongs to another site.
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
    fn requests_of_other_sites_are_recognized() {
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
    fn browsers_accept_html() {
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
