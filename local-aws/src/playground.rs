//! The playground: a page that sends requests to the function and shows its answers and what
//! Amazon Connect received. All of it is built into the binary.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use crate::fixtures;
use crate::http::{Reply, has_own_host, reply};
use crate::options::Options;

const PAGE: &str = include_str!("playground/page.html");
/// The files under `/_local/page/`: name, content type, content.
const FILES: [(&str, &str, &str); 12] = [
    ("page.css", CSS, include_str!("playground/page.css")),
    ("answer.js", JS, include_str!("playground/answer.js")),
    ("chat.js", JS, include_str!("playground/chat.js")),
    ("effects.js", JS, include_str!("playground/effects.js")),
    ("local.js", JS, include_str!("playground/local.js")),
    ("messages.js", JS, include_str!("playground/messages.js")),
    ("page.js", JS, include_str!("playground/page.js")),
    ("participant.js", JS, include_str!("playground/participant.js")),
    ("problems.js", JS, include_str!("playground/problems.js")),
    ("request.js", JS, include_str!("playground/request.js")),
    ("situations.js", JS, include_str!("playground/situations.js")),
    ("stored.js", JS, include_str!("playground/stored.js")),
];

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// The page may run its own scripts and styles, and send requests to its own origin.
const SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The settings that the page shows or depends on.
const SHOWN: [&str; 11] = [
    "INSTANCE_ID",
    "CONTACT_FLOW_ID",
    "ALLOWED_CONTACT_FLOW_IDS",
    "ALLOWED_ORIGINS",
    "CUSTOMER_ID_CLAIM",
    "CONTACT_TABLE",
    "DISPLAY_NAME_CLAIM",
    "MARK_AUTHENTICATED",
    "FIXED_ATTRIBUTES",
    "START_NEW_IF_NOT_CONTINUED",
    "DISCONNECT_ON_CUSTOMER_EXIT",
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

/// Middleware that serves the page to browsers that open `/` under a name of loopback. The page
/// holds no data, so that links of other sites to it work.
pub(crate) async fn serve_page(State(port): State<u16>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    if is_read
        && request.uri().path() == "/"
        && accepts_html(headers)
        && has_own_host(headers, port)
    {
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

fn accepts_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let mut ranges = accept.unwrap_or_default().split(',');
    ranges.any(|range| {
        let media_type = range.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("text/html")
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

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
            let headers =
                HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(accepts_html(&headers), html, "{accept}");
        }
    }
}
