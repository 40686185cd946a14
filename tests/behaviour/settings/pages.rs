//! What pages of other origins may send, and what the log says of refused ones.

use serde_json::{Value, json};

use support::{calls, chat, header, http_1, http_2, options, send, start, status};

const SHOP: &str = "https://shop.example";

fn from_origin(mut event: Value, origin: &str) -> Value {
    event["headers"]["Origin"] = json!(origin);
    if event.get("multiValueHeaders").is_some() {
        event["multiValueHeaders"]["Origin"] = json!([origin]);
    }
    event
}

/// Returns the preflight requests of a page, in both formats.
fn preflights() -> [Value; 2] {
    let (mut v1, mut v2) = (http_1(""), http_2(""));
    v1["httpMethod"] = json!("OPTIONS");
    v1["requestContext"]["httpMethod"] = json!("OPTIONS");
    v2["requestContext"]["http"]["method"] = json!("OPTIONS");
    [v1, v2].map(|event| from_origin(event, SHOP))
}

#[tokio::test]
async fn pages_may_send_the_further_headers() {
    const ALWAYS: &str = "Content-Type,Authorization,Idempotency-Key,Prefer,X-Api-Key,X-Amz-Date,\
                          X-Amz-Security-Token,X-Amz-User-Agent,X-Amz-Content-Sha256";
    for (setting, further) in
        [("", ""), ("traceparent", ",traceparent"), (" X-CSRF-Token , b3,", ",X-CSRF-Token,b3")]
    {
        let settings = options().env("ALLOWED_ORIGINS", SHOP).env("ALLOWED_HEADERS", setting);
        let aws = start(settings).await;
        for event in preflights() {
            let answer = aws.invoke_json(&event).await.payload;
            assert_eq!(status(&answer), 204, "{answer}");
            let allowed = header(&answer, "access-control-allow-headers");
            assert_eq!(allowed, Some(format!("{ALWAYS}{further}").as_str()));
        }
        assert_eq!(calls(&aws), [""; 0]);
    }
}

#[tokio::test]
async fn no_page_at_all_may_send_requests() {
    let aws = start(options().env("ALLOWED_ORIGINS", "none")).await;
    let [v1, v2] = preflights();
    for origin in [SHOP, "null", "none", ""] {
        for event in [http_1("{}"), http_2("{}"), v1.clone(), v2.clone()] {
            let answer = aws.invoke_json(&from_origin(event, origin)).await.payload;
            assert_eq!(status(&answer), 403, "{origin:?}: {answer}");
            assert_eq!(header(&answer, "access-control-allow-origin"), None);
            assert_eq!(header(&answer, "vary"), Some("Origin"));
        }
    }
    assert_eq!(calls(&aws), [""; 0]);
    for event in [http_1("{}"), http_2("{}")] {
        let (answer, _) = chat(&aws, &event).await;
        assert_eq!(answer["statusCode"], 200, "a caller that is no browser");
    }
}

/// Returns the causes in the log.
async fn causes(origins: &[&str]) -> Vec<String> {
    let aws = start(options().env("ALLOWED_ORIGINS", SHOP)).await;
    for origin in origins {
        let (invoked, _) = send(&aws, &from_origin(http_2("{}"), origin)).await;
        assert_eq!(status(&invoked.payload), 403, "{origin:?}");
        assert!(!invoked.payload["body"].to_string().contains("example"), "{origin:?}");
    }
    let logs = aws.function().logs();
    let lines = logs.iter().filter(|line| line.contains("CloudWatchMetrics"));
    let line = |line: &String| serde_json::from_str::<Value>(line).expect("a line of JSON");
    lines.map(|text| line(text)["cause"].as_str().expect("a cause").to_owned()).collect()
}

#[tokio::test]
async fn the_log_names_a_refused_origin_in_128_harmless_characters() {
    let long = format!("https://{}.example", "x".repeat(1_000));
    let cut = format!("https://{}", "x".repeat(120));
    let refused = [
        ("https://shop.example.evil.example", "https://shop.example.evil.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("null", "null"),
        ("https://a.example\r\n\u{1b}[31mINFO \u{0}x", "https://a.example[31mINFOx"),
        ("https://a.example\u{202e}\u{e9}'\"{}<>", "https://a.example"),
        (&long, &cut),
    ];
    let causes = causes(&refused.map(|(origin, _)| origin)).await;
    let expected = refused.map(|(_, kept)| format!("the origin {kept} is not allowed"));
    assert_eq!(causes, expected);
}
