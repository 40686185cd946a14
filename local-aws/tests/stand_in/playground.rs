//! The playground.

use std::io;

use crate::support::{Answered, idle, send, with_function};
use local_aws::{LocalAws, Options};
use serde_json::json;

const BROWSER: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

/// A local AWS whose function answers 405, as the real one does to `GET`.
async fn local(playground: bool) -> io::Result<LocalAws> {
    let options = Options::without_function().playground(playground);
    with_function(options, |_| Ok(json!({"statusCode": 405, "body": "the function"}))).await
}

async fn ask(
    local: &LocalAws,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> io::Result<Answered> {
    send(&local.api_gateway_url(), method, path, headers, b"").await
}

fn is_page(answered: &Answered) -> bool {
    answered.header("content-type") == Some("text/html; charset=utf-8")
        && answered.text().contains("<title>Playground")
}

#[tokio::test]
async fn browsers_get_the_page_and_others_the_function() -> io::Result<()> {
    let local = local(true).await?;
    let page = ask(&local, "GET", "/", &[BROWSER]).await?;
    assert!(page.status == 200 && is_page(&page), "{}", page.head);
    let localhost = local.api_gateway_url().replace("http://127.0.0.1", "localhost");
    assert!(is_page(&ask(&local, "GET", "/", &[("Host", &localhost), BROWSER]).await?));
    for (method, path, headers) in [
        ("GET", "/", &[][..]),
        ("GET", "/", &[("Accept", "*/*")]),
        ("GET", "/", &[("Accept", "application/json")]),
        ("GET", "/", &[("Host", "api.example.com"), BROWSER]),
        ("GET", "/chat", &[BROWSER]),
        ("GET", "/v1/", &[BROWSER]),
        ("GET", "/rest/", &[BROWSER]),
        ("POST", "/", &[BROWSER]),
        ("PUT", "/", &[BROWSER]),
        ("OPTIONS", "/", &[BROWSER]),
    ] {
        let answered = ask(&local, method, path, headers).await?;
        let outcome = (answered.status, answered.text());
        assert_eq!(outcome, (405, "the function".to_owned()), "{method} {path} {headers:?}");
    }
    Ok(())
}

#[tokio::test]
async fn there_is_no_page_by_default() -> io::Result<()> {
    let local = local(false).await?;
    for path in ["/", "/_local/page/page.js", "/_local/about"] {
        let answered = ask(&local, "GET", path, &[BROWSER]).await?;
        assert_eq!(answered.text(), "the function", "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn the_page_is_self_contained() -> io::Result<()> {
    let local = local(true).await?;
    for (path, kind) in [
        ("/", "text/html"),
        ("/_local/page/page.css", "text/css"),
        ("/_local/page/answer.js", "text/javascript"),
        ("/_local/page/chat.js", "text/javascript"),
        ("/_local/page/effects.js", "text/javascript"),
        ("/_local/page/local.js", "text/javascript"),
        ("/_local/page/messages.js", "text/javascript"),
        ("/_local/page/page.js", "text/javascript"),
        ("/_local/page/participant.js", "text/javascript"),
        ("/_local/page/problems.js", "text/javascript"),
        ("/_local/page/request.js", "text/javascript"),
        ("/_local/page/situations.js", "text/javascript"),
        ("/_local/page/stored.js", "text/javascript"),
    ] {
        let answered = ask(&local, "GET", path, &[BROWSER]).await?;
        let content_type = answered.header("content-type").unwrap_or_default();
        assert!(content_type.starts_with(kind), "{path}: {content_type}");
        let policy = answered.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none';"), "{path}");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}");
        assert_eq!(answered.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answered.header("access-control-allow-origin"), None);
        let text = answered.text().replace("http://www.w3.org/2000/svg", "");
        for foreign in ["http:", "https:", "=\"//", "innerHTML", "eval("] {
            assert!(!text.contains(foreign), "{path}: {foreign}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_page_gets_the_settings_of_the_function() -> io::Result<()> {
    let options = Options::without_function()
        .playground(true)
        .env("INSTANCE_ID", "default")
        .env("INSTANCE_ID", "mine")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .verified_env("CUSTOMER_ID_CLAIM", "sub");
    let local = LocalAws::start(options).await?;
    let about = ask(&local, "GET", "/_local/about", &[]).await?;
    assert!(!about.text().contains("secret"));
    let about = about.json();
    assert_eq!(about["settings"]["INSTANCE_ID"], "mine");
    assert_eq!(about["settings"]["CUSTOMER_ID_CLAIM"], json!(null));
    assert_eq!(about["verifiedClaim"], "sub");
    assert_eq!(about["standIn"], true);
    Ok(())
}

#[tokio::test]
async fn requests_with_claims_go_to_the_second_process() -> io::Result<()> {
    let claims = ("X-Local-Claims", "{\"sub\":\"me\"}");
    let brief = std::time::Duration::from_millis(100);
    let options = |with: &str| {
        Options::new(idle())
            .init_timeout(brief)
            .timeout(brief)
            .integration_timeout(std::time::Duration::from_secs(5))
            .verified_env("WITH", with)
    };
    let local = LocalAws::start(options("claims")).await?;
    assert_eq!(local.function().starts(), 1);
    let before = local.function().pid();
    send(&local.api_gateway_url(), "POST", "/", &[claims], b"{}").await?;
    assert_eq!((local.function().starts(), local.function().pid()), (1, before));
    // A request without claims goes to the first process, which does not answer and is killed.
    send(&local.api_gateway_url(), "POST", "/", &[], b"{}").await?;
    assert_eq!(local.function().pid(), None);
    Ok(())
}
