//! API Gateway: requests into events, answers into responses.

use std::io;
use std::time::Duration;

use crate::support::{Answered, send, with_function};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use local_aws::{LocalAws, Options};
use serde_json::{Value, json};

/// A function that answers with its event.
async fn mirror() -> io::Result<LocalAws> {
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
async fn what_is_not_there_is_absent_in_2_0_and_null_in_1_0() -> io::Result<()> {
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
async fn an_http_api_with_format_1_0_lowers_names() -> io::Result<()> {
    let local = mirror().await?;
    let event = event(&local, "/v1/chat", &[("X-Custom", "a")], b"").await?;
    assert_eq!((&event["version"], &event["path"]), (&json!("1.0"), &json!("/v1/chat")));
    assert_eq!(event["headers"]["x-custom"], "a");
    assert_eq!(event["multiValueHeaders"]["x-custom"], json!(["a"]));
    assert_eq!(event["requestContext"]["httpMethod"], "POST");
    Ok(())
}

#[tokio::test]
async fn names_are_kept_over_one_connection_too() -> io::Result<()> {
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

/// What each API answers when the function answers this.
async fn answers(answer: Result<Value, Value>) -> io::Result<[Answered; 3]> {
    let local = with_function(Options::without_function(), move |_| answer.clone()).await?;
    let url = local.api_gateway_url();
    let [two, one, rest] = ["/", "/v1/", "/rest/"].map(|path| send(&url, "POST", path, &[], b""));
    Ok([two.await?, one.await?, rest.await?])
}

#[tokio::test]
async fn a_proxy_response() -> io::Result<()> {
    let headers =
        json!({"Content-Type": "application/json", "WWW-Authenticate": "Bearer", "X-N": 1});
    let [two, one, rest] =
        answers(Ok(json!({"statusCode": 401, "headers": headers, "body": "{}"}))).await?;
    for answered in [&two, &one, &rest] {
        assert_eq!((answered.status, answered.text().as_str()), (401, "{}"));
        assert_eq!(answered.header("content-type"), Some("application/json"));
        assert_eq!(answered.header("x-n"), Some("1"));
    }
    assert_eq!(two.header("www-authenticate"), Some("Bearer"));
    assert!(two.header("apigw-requestid").is_some() && rest.header("x-amzn-requestid").is_some());
    assert_eq!(
        (rest.header("www-authenticate"), rest.header("x-amzn-remapped-www-authenticate")),
        (None, Some("Bearer"))
    );
    Ok(())
}

#[tokio::test]
async fn format_2_0_takes_bare_json_for_the_body() -> io::Result<()> {
    let [two, one, rest] = answers(Ok(json!({"message": "hello"}))).await?;
    assert_eq!((two.status, two.json()), (200, json!({"message": "hello"})));
    assert_eq!(two.header("content-type"), Some("application/json"));
    assert_eq!((one.status, one.json()), (500, json!({"message": "Internal Server Error"})));
    assert_eq!((rest.status, rest.json()), (502, json!({"message": "Internal server error"})));
    Ok(())
}

#[tokio::test]
async fn what_is_not_a_proxy_response_is_refused() -> io::Result<()> {
    for answer in [
        json!({"statusCode": "many", "body": ""}),
        json!({"statusCode": 99}),
        json!({"statusCode": 600}),
        json!({"statusCode": 200, "body": {"an": "object"}}),
        json!({"statusCode": 200, "headers": {"a": ["list"]}}),
        json!({"statusCode": 200, "headers": "none"}),
        json!({"statusCode": 200, "headers": {"not a name": "x"}}),
        json!({"statusCode": 200, "headers": {"a": "line\nbreak"}}),
        json!({"statusCode": 200, "isBase64Encoded": "true"}),
    ] {
        let [two, one, rest] = answers(Ok(answer.clone())).await?;
        assert_eq!([two.status, one.status, rest.status], [500, 500, 502], "{answer}");
    }
    let [two, _, rest] = answers(Ok(json!({"statusCode": 200, "cookies": ["a=b"]}))).await?;
    assert_eq!((two.status, two.header("set-cookie"), rest.status), (200, Some("a=b"), 502));
    Ok(())
}

#[tokio::test]
async fn base64_is_decoded_by_http_apis_only() -> io::Result<()> {
    let [two, one, rest] =
        answers(Ok(json!({"statusCode": 200, "body": "aGk=", "isBase64Encoded": true}))).await?;
    assert_eq!([two.text(), one.text(), rest.text()], ["hi", "hi", "aGk="]);
    Ok(())
}

#[tokio::test]
async fn many_values_of_one_header() -> io::Result<()> {
    let answer = json!({"statusCode": 200, "headers": {"x-a": "0"}, "multiValueHeaders": {"X-A": ["1", "2"]}});
    let [_, one, rest] = answers(Ok(answer)).await?;
    for answered in [one, rest] {
        let values: Vec<_> =
            answered.head.lines().filter(|line| line.starts_with("x-a:")).collect();
        assert_eq!(values, ["x-a: 1", "x-a: 2"]);
    }
    Ok(())
}

#[tokio::test]
async fn a_failed_function() -> io::Result<()> {
    let [two, one, rest] =
        answers(Err(json!({"errorType": "E", "errorMessage": "secret"}))).await?;
    assert_eq!([two.status, one.status, rest.status], [500, 500, 502]);
    assert!(!two.text().contains("secret"));
    Ok(())
}

#[tokio::test]
async fn a_function_that_takes_too_long() -> io::Result<()> {
    let options = Options::without_function().integration_timeout(Duration::from_millis(100));
    let local = with_function(options, |_| Ok(Value::Null)).await?;
    for (path, status, message) in [
        ("/", 503, "Service Unavailable"),
        ("/v1/", 503, "Service Unavailable"),
        ("/rest/", 504, "Endpoint request timed out"),
    ] {
        let answered = send(&local.api_gateway_url(), "POST", path, &[], b"").await?;
        assert_eq!((answered.status, answered.json()), (status, json!({"message": message})));
    }
    Ok(())
}

#[tokio::test]
async fn a_body_over_10_mb() -> io::Result<()> {
    let local = mirror().await?;
    for (path, message) in [("/", "Request Entity Too Large"), ("/rest/", "Request Too Long")] {
        let headers = [("Content-Length", "10485761")];
        let answered = send(&local.api_gateway_url(), "POST", path, &headers, b"").await?;
        assert_eq!((answered.status, answered.json()), (413, json!({"message": message})));
    }
    Ok(())
}
