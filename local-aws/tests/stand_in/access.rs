//! Web pages of other sites, and pages under a host name that resolves to loopback, get nothing.

use std::io;
use std::time::Duration;

use local_aws::{LocalAws, Options};
use serde_json::json;
use tokio::time::timeout;

use crate::support::{Answered, SIGNED, chat, send, with_function};

type Headers<'a> = Vec<(&'a str, &'a str)>;

const CLAIMS: (&str, &str) = ("X-Local-Claims", "{\"sub\":\"me\"}");

/// The headers that a browser sends for a page of another site, and for one under another name.
fn foreign<'a>(host: &'a str, other_port: &'a str, own_origin: &'a str) -> Vec<Headers<'a>> {
    let own = ("Host", host);
    vec![
        vec![own, ("Sec-Fetch-Site", "cross-site")],
        vec![own, ("Sec-Fetch-Site", "same-site")],
        vec![own, ("Origin", "https://evil.example")],
        vec![own, ("Origin", "http://127.0.0.1:1")],
        vec![own, ("Origin", "null")],
        vec![own, ("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")],
        vec![("Host", "evil.example:9000")],
        vec![("Host", "evil.example:9000"), ("Sec-Fetch-Site", "same-origin")],
        vec![("Host", "evil.example:9000"), ("Origin", own_origin)],
        vec![("Host", other_port)],
        vec![("Host", "127.0.0.1")],
    ]
}

/// The headers of programs on this machine, and of the server's own pages.
fn own<'a>(host: &'a str, localhost: &'a str, origin: &'a str) -> Vec<Headers<'a>> {
    vec![
        vec![("Host", host)],
        vec![("Host", localhost)],
        vec![("Host", host), ("Sec-Fetch-Site", "none")],
        vec![("Host", host), ("Origin", origin), ("Sec-Fetch-Site", "same-origin")],
    ]
}

type Route<'a> = (&'a str, &'a str);

/// Sends a request with each set of foreign headers, and expects it to be rejected.
async fn check_foreign(
    url: &str,
    (method, path): Route<'_>,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<()> {
    let host = url.rsplit('/').next().unwrap_or_default();
    for foreign in foreign(host, "127.0.0.1:1", url) {
        let all = [headers, &foreign].concat();
        let answered = send(url, method, path, &all, body).await?;
        assert_eq!(answered.status, 403, "{method} {path} {foreign:?}");
        assert_eq!(answered.header("access-control-allow-origin"), None);
        assert!(answered.text().contains("only programs on this machine"), "{method} {path}");
    }
    Ok(())
}

/// Checks that foreign requests are rejected, and own ones are not.
async fn check(
    url: &str,
    route: Route<'_>,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<()> {
    check_foreign(url, route, headers, body).await?;
    let (method, path) = route;
    let host = url.rsplit('/').next().unwrap_or_default();
    let localhost = host.replace("127.0.0.1", "localhost");
    for own in own(host, &localhost, url) {
        let all = [headers, &own].concat();
        let answered = send(url, method, path, &all, body).await?;
        assert_ne!(answered.status, 403, "{method} {path} {own:?}");
    }
    Ok(())
}

/// A local AWS whose function answers 200 to everything.
async fn local(options: Options) -> io::Result<LocalAws> {
    with_function(options, |_| Ok(json!({"statusCode": 200, "body": "a chat"}))).await
}

/// Every route that is not the function's own API, on the port of API Gateway.
#[tokio::test]
async fn the_invoke_api_the_controls_and_the_playground_are_local() -> io::Result<()> {
    for real_connect in [false, true] {
        let options = Options::without_function().playground(true).real_connect(real_connect);
        let local = local(options).await?;
        let url = local.api_gateway_url();
        for route in [
            ("POST", "/2015-03-31/functions/start-chat-contact/invocations"),
            ("GET", "/_local/requests"),
            ("DELETE", "/_local/requests"),
            ("GET", "/_local/contacts"),
            ("POST", "/_local/contacts"),
            ("GET", "/_local/faults"),
            ("DELETE", "/_local/faults"),
            ("GET", "/_local/published"),
            ("DELETE", "/_local/published"),
            ("GET", "/_local/table"),
            ("DELETE", "/_local/table"),
            ("GET", "/_local/about"),
            ("GET", "/_local/page/page.js"),
        ] {
            check(&url, route, &[], b"{}").await?;
        }
    }
    Ok(())
}

const APIS: [&str; 4] = ["/", "/chat", "/v1/", "/rest/"];

#[tokio::test]
async fn claims_are_accepted_from_programs_only() -> io::Result<()> {
    let real = local(Options::without_function().real_connect(true)).await?;
    let stand_in = local(Options::without_function()).await?;
    for path in APIS {
        check(&real.api_gateway_url(), ("POST", path), &[CLAIMS], b"{}").await?;
        for foreign in [
            [CLAIMS, ("Sec-Fetch-Site", "cross-site")],
            [CLAIMS, ("Sec-Fetch-Site", "same-site")],
            [CLAIMS, ("Host", "evil.example:9000")],
        ] {
            assert_eq!(post(&stand_in, path, &foreign).await?.status, 403, "{path} {foreign:?}");
        }
        let imitated = [CLAIMS, ("Origin", "https://shop.example")];
        assert_eq!(post(&stand_in, path, &imitated).await?.text(), "a chat", "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn the_other_servers_are_local() -> io::Result<()> {
    let local = LocalAws::start(Options::without_function()).await?;
    let connect = local.connect_url();
    let body = chat(json!({})).to_string();
    check(&connect, ("PUT", "/contact/chat"), &SIGNED, body.as_bytes()).await?;
    assert_eq!(local.connect().chats(), 4, "one for each request that was not foreign");
    check(&connect, ("POST", "/_local/faults"), &[], b"{\"kind\":\"reset\"}").await?;
    let runtime_api = format!("http://{}", local.runtime_api());
    for route in [
        ("POST", "/2018-06-01/runtime/init/error"),
        ("POST", "/2018-06-01/runtime/invocation/1/response"),
        ("POST", "/2018-06-01/runtime/invocation/1/error"),
    ] {
        check(&runtime_api, route, &[], b"{}").await?;
    }
    let next = ("GET", "/2018-06-01/runtime/invocation/next");
    timeout(Duration::from_secs(10), check_foreign(&runtime_api, next, &[], b"")).await??;
    Ok(())
}

async fn post(local: &LocalAws, path: &str, headers: &[(&str, &str)]) -> io::Result<Answered> {
    send(&local.api_gateway_url(), "POST", path, headers, b"{}").await
}

#[tokio::test]
async fn with_the_stand_in_the_apis_are_public_as_on_aws() -> io::Result<()> {
    let local = local(Options::without_function().playground(true)).await?;
    let url = local.api_gateway_url();
    for path in APIS {
        for foreign in foreign(url.trim_start_matches("http://"), "127.0.0.1:1", &url) {
            assert_eq!(post(&local, path, &foreign).await?.text(), "a chat", "{path} {foreign:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn with_the_real_connect_the_apis_are_local() -> io::Result<()> {
    for origins in [None, Some("*"), Some("none"), Some("")] {
        let mut options = Options::without_function().real_connect(true);
        if let Some(origins) = origins {
            options = options.env("ALLOWED_ORIGINS", origins);
        }
        let local = local(options).await?;
        for path in APIS {
            check(&local.api_gateway_url(), ("POST", path), &[], b"{}").await?;
            check(&local.api_gateway_url(), ("OPTIONS", path), &[], b"").await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn with_the_real_connect_listed_origins_reach_the_apis_only() -> io::Result<()> {
    let origins = "http://localhost:5173, https://shop.example";
    let options = Options::without_function().real_connect(true).env("ALLOWED_ORIGINS", origins);
    let local = local(options).await?;
    let site = ("Sec-Fetch-Site", "cross-site");
    for origin in ["http://localhost:5173", "https://shop.example"] {
        let headers = [("Origin", origin), site];
        for path in ["/", "/v1/", "/rest/"] {
            assert_eq!(post(&local, path, &headers).await?.text(), "a chat", "{path} {origin}");
        }
        let invoke = "/2015-03-31/functions/start-chat-contact/invocations";
        assert_eq!(post(&local, invoke, &headers).await?.status, 403);
        assert_eq!(post(&local, "/_local/faults", &headers).await?.status, 403);
        assert_eq!(post(&local, "/", &[headers[0], site, CLAIMS]).await?.status, 403);
        let rebound = [headers[0], site, ("Host", "evil.example:9000")];
        assert_eq!(post(&local, "/", &rebound).await?.status, 403);
    }
    for origin in ["http://localhost:51730", "https://shop.example.evil.example", "null"] {
        assert_eq!(post(&local, "/", &[("Origin", origin), site]).await?.status, 403, "{origin}");
    }
    assert_eq!(post(&local, "/", &[site]).await?.status, 403, "no origin");
    Ok(())
}
