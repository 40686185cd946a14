//! API Gateway: requests become events.

use std::io;

use crate::support::{send, with_function};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use local_aws::{LocalAws, Options};
use serde_json::{Value, json};

/// A local AWS whose function answers with its event.
pub(crate) async fn mirror() -> io::Result<LocalAws> {
    let options = Options::without_function();
    with_function(options, |event| Ok(json!({"statusCode": 200, "body": event.to_string()}))).await
}

async fn event(
    local: &LocalAws,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Value> {
    Ok(send(&local.api_gateway_url(), "POST", path, headers, body).await?.json())
}

#[tokio::test]
async fn payload_format_2_0() -> io::Result<()> {
    let local = mirror().await?;
    let headers = [
        ("Content-Type", "application/json"),
        ("X-Custom", "a"),
        ("x-custom", "b"),
        ("Cookie", "one=1; two=2"),
        ("User-Agent", "test/1"),
        ("X-Local-Claims", "{\"sub\":\"me\",\"n\":1,\"l\":[true]}"),
    ];
    let event = event(&local, "/some%20path/x?a=1&a=2&b=c%20d&e", &headers, b"{\"k\":1}").await?;
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["routeKey"], "$default");
    assert_eq!(event["rawPath"], "/some path/x");
    assert_eq!(event["rawQueryString"], "a=1&a=2&b=c%20d&e");
    assert_eq!(event["queryStringParameters"], json!({"a": "1,2", "b": "c d", "e": ""}));
    assert_eq!(event["cookies"], json!(["one=1", "two=2"]));
    assert_eq!(event["headers"]["x-custom"], "a,b");
    assert_eq!(event["headers"]["host"], "api.example.com");
    assert_eq!(event["headers"]["x-forwarded-for"], "127.0.0.1");
    for absent in ["cookie", "x-local-claims", "X-Custom", "connection"] {
        assert!(event["headers"].get(absent).is_none(), "{absent}");
    }
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{\"k\":1}"), &json!(false)));
    let context = &event["requestContext"];
    let http = json!({
        "method": "POST", "path": "/some path/x", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test/1",
    });
    assert_eq!(context["http"], http);
    assert_eq!(
        context["authorizer"],
        json!({"jwt": {"claims": {"sub": "me", "n": 1, "l": [true]}, "scopes": null}})
    );
    assert_eq!(context["accountId"], "123456789012");
    assert_eq!(context["stage"], "$default");
    assert_eq!(
        (&context["domainName"], &context["domainPrefix"]),
        (&json!("api.example.com"), &json!("api"))
    );
    assert!(context["timeEpoch"].is_u64());
    assert!(context["time"].as_str().is_some_and(|time| time.ends_with(" +0000")));
    Ok(())
}

#[tokio::test]
async fn missing_parts_are_absent_in_2_0_and_null_in_1_0() -> io::Result<()> {
    let local = mirror().await?;
    let two = event(&local, "/", &[], b"").await?;
    for absent in ["body", "cookies", "queryStringParameters"] {
        assert!(two.get(absent).is_none(), "{absent}");
    }
    assert!(two["requestContext"].get("authorizer").is_none());
    for path in ["/v1/", "/rest/", "/rest"] {
        let one = event(&local, path, &[], b"").await?;
        for null in
            ["body", "queryStringParameters", "multiValueQueryStringParameters", "stageVariables"]
        {
            assert_eq!(one.get(null), Some(&Value::Null), "{path} {null}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_rest_api_keeps_the_case_of_names() -> io::Result<()> {
    let local = mirror().await?;
    let headers = [
        ("X-Custom", "a"),
        ("X-Custom", "b"),
        ("iDemPotency-Key", "k"),
        ("X-Local-Claims", "{\"sub\":\"me\"}"),
    ];
    let event = event(&local, "/rest/chat/start?a=1&a=2", &headers, b"{}").await?;
    assert!(event.get("version").is_none());
    assert_eq!((&event["httpMethod"], &event["path"]), (&json!("POST"), &json!("/chat/start")));
    assert_eq!(event["headers"]["X-Custom"], "b");
    assert_eq!(event["headers"]["iDemPotency-Key"], "k");
    assert_eq!(event["multiValueHeaders"]["X-Custom"], json!(["a", "b"]));
    assert_eq!(event["queryStringParameters"], json!({"a": "2"}));
    assert_eq!(event["multiValueQueryStringParameters"], json!({"a": ["1", "2"]}));
    let context = &event["requestContext"];
    assert_eq!((&context["stage"], &context["path"]), (&json!("rest"), &json!("/rest/chat/start")));
    assert_eq!(context["httpMethod"], "POST");
    assert_eq!(context["authorizer"], json!({"claims": {"sub": "me"}}));
    assert_eq!(context["identity"]["sourceIp"], "127.0.0.1");
    Ok(())
}

#[tokio::test]
async fn an_http_api_with_format_1_0_converts_names_to_lower_case() -> io::Result<()> {
    let local = mirror().await?;
    let event = event(&local, "/v1/chat", &[("X-Custom", "a")], b"").await?;
    assert_eq!((&event["version"], &event["path"]), (&json!("1.0"), &json!("/v1/chat")));
    assert_eq!(event["headers"]["x-custom"], "a");
    assert_eq!(event["multiValueHeaders"]["x-custom"], json!(["a"]));
    assert_eq!(event["requestContext"]["httpMethod"], "POST");
    Ok(())
}

#[tokio::test]
async fn names_keep_their_case_over_one_connection() -> io::Result<()> {
    use tokio::io::AsyncReadExt;
    let local = mirror().await?;
    let address = local.api_gateway_url();
    let mut stream = tokio::net::TcpStream::connect(address.trim_start_matches("http://")).await?;
    for name in ["X-One", "x-TWO"] {
        crate::support::exchange(
            &mut stream,
            "POST",
            "/rest/",
            &[(name, "v")],
            b"{\"a\": \"body\"}",
        )
        .await?;
        let mut answer = Vec::new();
        while !String::from_utf8_lossy(&answer).ends_with('}') {
            stream.read_buf(&mut answer).await?;
        }
        assert_eq!(crate::support::parse(&answer)?.json()["headers"][name], "v");
    }
    Ok(())
}

#[tokio::test]
async fn bodies_by_content_type() -> io::Result<()> {
    let local = mirror().await?;
    let json = br#"{"a":"b"}"#;
    let encoded = STANDARD.encode(json);
    for (content_type, is_base64) in [
        ("application/json", false),
        ("text/plain", false),
        ("application/x-www-form-urlencoded", true),
        ("", true),
    ] {
        let headers = [("Content-Type", content_type)];
        let headers = if content_type.is_empty() { &[][..] } else { &headers[..] };
        for path in ["/", "/v1/"] {
            let event = event(&local, path, headers, json).await?;
            let expected = if is_base64 { encoded.as_str() } else { r#"{"a":"b"}"# };
            assert_eq!(event["isBase64Encoded"], is_base64, "{path} {content_type}");
            assert_eq!(event["body"], expected, "{path} {content_type}");
        }
        let rest = event(&local, "/rest/", headers, json).await?;
        assert_eq!(
            (&rest["body"], &rest["isBase64Encoded"]),
            (&json!(r#"{"a":"b"}"#), &json!(false))
        );
    }
    Ok(())
}
