//! CORS, and the characters of headers.

use local_aws::{Fault, LocalAws};
use serde_json::{Value, json};

use support::{calls, header, http_1, http_2, options, start, starts, status};

const SHOP: &str = "https://shop.example";
const FORMATS: [fn(&str) -> Value; 2] = [http_1, http_2];
const TOO_LARGE: usize = 128 * 1024 + 1;

async fn for_the_shop() -> LocalAws {
    let origins = format!("{SHOP},http://localhost:3000");
    start(options().env("ALLOWED_ORIGINS", origins)).await
}

/// Returns the request with one more header.
fn with(mut event: Value, name: &str, value: &str) -> Value {
    event["headers"][name] = json!(value);
    if event.get("multiValueHeaders").is_some() {
        event["multiValueHeaders"][name] = json!([value]);
    }
    event
}

fn method(mut event: Value, method: &str) -> Value {
    if event["requestContext"].get("http").is_some() {
        event["requestContext"]["http"]["method"] = json!(method);
    } else {
        event["httpMethod"] = json!(method);
        event["requestContext"]["httpMethod"] = json!(method);
    }
    event
}

/// Sends an HTTP request. Asserts what holds for every answer, and returns it.
async fn answer(aws: &LocalAws, event: &Value) -> Value {
    let invoked = aws.invoke_json(event).await;
    let answer = invoked.payload;
    assert_eq!(invoked.function_error, None, "{answer}");
    let request_id = Some(invoked.request_id.as_str());
    assert_eq!(header(&answer, "x-request-id"), request_id, "{answer}");
    assert_eq!(header(&answer, "cache-control"), Some("no-store"), "{answer}");
    assert_eq!(header(&answer, "x-content-type-options"), Some("nosniff"), "{answer}");
    assert_eq!(header(&answer, "access-control-allow-credentials"), None, "{answer}");
    let headers = answer["headers"].as_object().expect("headers");
    for (name, value) in headers {
        let value = value.as_str().expect("a header of one value");
        let is_harmless = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        assert!(is_harmless && value.len() <= 256, "{name}: {value:?}");
    }
    for name in headers.keys() {
        assert_eq!(
            *name,
            name.to_ascii_lowercase(),
            "a header may be in the answer twice: {answer}"
        );
    }
    assert!(answer.get("cookies").is_none_or(|cookies| *cookies == json!([])), "{answer}");
    answer
}

fn allowed(answer: &Value) -> Option<&str> {
    header(answer, "access-control-allow-origin")
}

#[tokio::test]
async fn an_allowed_origin_is_named_on_every_answer() {
    let origins = ("ALLOWED_ORIGINS", SHOP);
    let aws = start(options().env(origins.0, origins.1)).await;
    let signed_in =
        start(options().env(origins.0, origins.1).env("CUSTOMER_ID_CLAIM", "sub")).await;
    let large = format!("\"{}\"", "x".repeat(TOO_LARGE));
    let faults = |status, code| Some(Fault::status(status, code).always());
    for format in FORMATS {
        for (aws, event, fault, expected) in [
            (&aws, format("{}"), None, 200),
            (&aws, format("no JSON"), None, 400),
            (&aws, format(r#"{"unknown":1}"#), None, 400),
            (&signed_in, format("{}"), None, 401),
            (&aws, format(r#"{"ContactFlowId":"another"}"#), None, 403),
            (&aws, method(format("{}"), "GET"), None, 405),
            (&aws, method(format("{}"), "OPTIONS"), None, 204),
            (&aws, format(&large), None, 413),
            (&aws, format("{}"), faults(400, "InvalidRequestException"), 400),
            (&aws, format("{}"), faults(403, "AccessDeniedException"), 502),
            (&aws, format("{}"), faults(404, "ResourceNotFoundException"), 404),
            (&aws, format("{}"), faults(429, "LimitExceededException"), 429),
            (&aws, format("{}"), faults(500, "InternalServiceException"), 503),
            (&aws, format("{}"), Some(Fault::garbage()), 502),
        ] {
            if let Some(fault) = fault {
                aws.connect().inject(fault);
            }
            let answer = answer(aws, &with(event, "Origin", SHOP)).await;
            aws.connect().clear_faults();
            assert_eq!(status(&answer), expected, "{answer}");
            assert_eq!(allowed(&answer), Some(SHOP), "{answer}");
            assert_eq!(header(&answer, "vary"), Some("Origin"), "{answer}");
            let exposed = Some("X-Request-Id,X-Ignored-Members,X-Past-Chat,Retry-After");
            assert_eq!(header(&answer, "access-control-expose-headers"), exposed);
            let challenge = header(&answer, "www-authenticate");
            assert_eq!(challenge, (expected == 401).then_some("Bearer"), "{answer}");
            let allow = matches!(expected, 204 | 405).then_some("POST,OPTIONS");
            assert_eq!(header(&answer, "allow"), allow, "{answer}");
        }
    }
}

#[tokio::test]
async fn a_page_of_a_look_alike_origin_starts_nothing() {
    let aws = for_the_shop().await;
    for format in FORMATS {
        for origin in [
            "https://SHOP.example",
            "HTTPS://shop.example",
            "http://shop.example",
            "https://shop.example:443",
            "https://shop.example:8443",
            "http://localhost",
            "http://localhost:30000",
            "https://shop.example.evil.example",
            "https://evil-shop.example",
            "https://evil.shop.example",
            "https://shop.exampl",
            "https://shop.example/",
            "https://shop.example ",
            "https://shop.example@evil.example",
            "https://shop.example,https://evil.example",
            "https://shop.example\r\nX-Evil: 1",
            "null",
            "*",
            "",
        ] {
            let large = "x".repeat(TOO_LARGE);
            for (verb, body) in [
                ("POST", "{}"),
                ("OPTIONS", ""),
                ("GET", ""),
                ("POST", "no JSON"),
                ("POST", large.as_str()),
            ] {
                let event = with(method(format(body), verb), "Origin", origin);
                let answer = answer(&aws, &event).await;
                assert_eq!(status(&answer), 403, "{origin} {verb}: {answer}");
                assert_eq!(allowed(&answer), None, "{origin} {verb}");
                assert_eq!(header(&answer, "access-control-allow-methods"), None);
                assert_eq!(header(&answer, "vary"), Some("Origin"));
            }
        }
    }
    assert_eq!(calls(&aws), [""; 0]);
}

#[tokio::test]
async fn an_allowed_origin_beside_another_lets_no_page_in() {
    let aws = for_the_shop().await;
    for origins in [
        json!([SHOP, "https://evil.example"]),
        json!(["https://evil.example", SHOP]),
        json!([SHOP, SHOP]),
    ] {
        let mut event = http_1("{}");
        event["headers"]["Origin"] = origins[1].clone();
        event["multiValueHeaders"]["Origin"] = origins;
        assert_eq!(status(&answer(&aws, &event).await), 403);
    }
    for format in FORMATS {
        let twice = with(format("{}"), "Origin", SHOP);
        let twice = with(twice, "origin", "https://evil.example");
        assert_eq!(status(&answer(&aws, &twice).await), 403);
    }
    assert_eq!(calls(&aws), [""; 0]);
}

#[tokio::test]
async fn a_preflight_lists_what_a_page_may_send_and_starts_nothing() {
    let aws = for_the_shop().await;
    for format in FORMATS {
        let event = with(method(format(""), "OPTIONS"), "oRiGiN", "http://localhost:3000");
        let answer = answer(&aws, &event).await;
        assert_eq!(status(&answer), 204);
        assert!(answer["body"].as_str().is_none_or(str::is_empty), "{answer}");
        let headers = "Content-Type,Authorization,Idempotency-Key,Prefer,X-Api-Key,\
                       X-Amz-Date,X-Amz-Security-Token,X-Amz-User-Agent,X-Amz-Content-Sha256";
        for (name, value) in [
            ("access-control-allow-origin", "http://localhost:3000"),
            ("access-control-allow-methods", "POST,OPTIONS"),
            ("access-control-allow-headers", headers),
            ("access-control-max-age", "7200"),
            ("vary", "Origin"),
        ] {
            assert_eq!(header(&answer, name), Some(value));
        }
    }
    assert_eq!(calls(&aws), [""; 0]);
}

#[tokio::test]
async fn an_asterisk_allows_every_page_without_credentials() {
    let aws = start(options().env("ALLOWED_ORIGINS", "*")).await;
    for format in FORMATS {
        for origin in [SHOP, "null", "a\r\nX-Evil: 1"] {
            for (verb, expected) in [("POST", 200), ("OPTIONS", 204), ("PUT", 405)] {
                let event = with(method(format("{}"), verb), "Origin", origin);
                let answer = answer(&aws, &event).await;
                assert_eq!(status(&answer), expected);
                assert_eq!(allowed(&answer), Some("*"));
                assert_eq!(header(&answer, "vary"), Some("Origin"));
            }
        }
    }
}

#[tokio::test]
async fn without_allowed_origins_no_page_can_read_an_answer() {
    let aws = start(options()).await;
    for format in FORMATS {
        for (verb, expected) in [("POST", 200), ("OPTIONS", 204), ("PUT", 405)] {
            let event = with(method(format("{}"), verb), "Origin", SHOP);
            let answer = answer(&aws, &event).await;
            assert_eq!(status(&answer), expected);
            assert_eq!(allowed(&answer), None);
        }
    }
}

#[tokio::test]
async fn a_caller_that_is_no_browser_needs_no_origin() {
    let aws = for_the_shop().await;
    for format in FORMATS {
        let answer = answer(&aws, &format("{}")).await;
        assert_eq!(status(&answer), 200);
        assert_eq!(allowed(&answer), None);
        assert_eq!(header(&answer, "vary"), Some("Origin"));
    }
    assert_eq!(starts(&aws).len(), 2);
}

#[tokio::test]
async fn no_text_from_a_caller_splits_a_header() {
    let aws = start(options()).await;
    let evil = "a\r\nSet-Cookie: evil=1\r\n\r\n<script>";
    for format in FORMATS {
        for name in ["Origin", "Idempotency-Key", "X-Request-Id", "User-Agent"] {
            let answer = answer(&aws, &with(format("{}"), name, evil)).await;
            let expected = if name == "Idempotency-Key" { 400 } else { 200 };
            assert_eq!(status(&answer), expected, "{name}");
        }
        let mut request = json!({"DisplayName\r\nX-Evil": evil, "ContactFlowId": ""});
        for name in [evil, "žluť", "a b", "\u{0}", "~/:;\"'", "zz"] {
            request[name] = json!(evil);
        }
        for index in 0..300 {
            request[format!("unknown{index}")] = json!(evil);
        }
        let answer = answer(&aws, &format(&request.to_string())).await;
        assert_eq!(status(&answer), 200, "{answer}");
        let ignored = header(&answer, "x-ignored-members").expect("names");
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-,".contains(&byte);
        assert!(ignored.bytes().all(is_name) && ignored.len() <= 256, "{ignored}");
        assert!(ignored.len() > 200, "{ignored}");
        let name = "n".repeat(300);
        let long = json!({"unknown": 1, "ContactFlowId": "", name: 1});
        let answer = self::answer(&aws, &format(&long.to_string())).await;
        assert_eq!(status(&answer), 200, "{answer}");
    }
}
