//! API Gateway: answers of the function become responses.

use std::io;
use std::time::Duration;

use local_aws::Options;
use serde_json::{Value, json};

use crate::gateway_events::mirror;
use crate::support::{Answered, send, with_function};

/// The response of each API to an answer of the function.
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
async fn format_2_0_uses_bare_json_as_the_body() -> io::Result<()> {
    let [two, one, rest] = answers(Ok(json!({"message": "hello"}))).await?;
    assert_eq!((two.status, two.json()), (200, json!({"message": "hello"})));
    assert_eq!(two.header("content-type"), Some("application/json"));
    assert_eq!((one.status, one.json()), (500, json!({"message": "Internal Server Error"})));
    assert_eq!((rest.status, rest.json()), (502, json!({"message": "Internal server error"})));
    Ok(())
}

#[tokio::test]
async fn invalid_proxy_responses_are_errors() -> io::Result<()> {
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
