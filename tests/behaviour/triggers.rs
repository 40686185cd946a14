//! The payload identifies the trigger, and the answer has the form that the trigger expects.

mod refused;
mod replayed;

use serde_json::{Value, json};

use support::{
    body, chat, event, expected, header, http_1, http_2, options, send, split_token, start,
};

const REQUEST: &str = r#"{"ParticipantDetails":{"DisplayName":"Ana"}}"#;

fn received() -> Value {
    expected(&json!({
        "ParticipantDetails": {"DisplayName": "Ana"},
        "Attributes": {"customerName": "Ana"},
    }))
}

fn request() -> Value {
    serde_json::from_str(REQUEST).expect("JSON")
}

fn members(value: &Value) -> Vec<&str> {
    let members = value.as_object().expect("an object");
    members.keys().map(String::as_str).collect()
}

/// Asserts the result object of a chat without extras.
fn assert_result(result: &Value) {
    assert_eq!(members(result), ["ContactId", "ParticipantId", "ParticipantToken"]);
}

/// Asserts the answer that public clients read, in either payload format.
fn assert_proxied(name: &str, answer: &Value, is_v2: bool) {
    let mut known = vec!["body", "headers", "isBase64Encoded", "multiValueHeaders", "statusCode"];
    if is_v2 {
        known.insert(1, "cookies");
    }
    assert_eq!(members(answer), known, "{name}");
    assert_eq!(answer["statusCode"], 200, "{name}");
    assert_eq!(answer["isBase64Encoded"], false, "{name}");
    assert_eq!(answer["multiValueHeaders"], json!({}), "{name}");
    if is_v2 {
        assert_eq!(answer["cookies"], json!([]), "{name}");
    }
    let body = body(answer);
    assert_eq!(members(&body), ["data"], "{name}");
    assert_eq!(members(&body["data"]), ["featurePermissions", "startChatResult"], "{name}");
    assert_eq!(
        body["data"]["featurePermissions"],
        json!({"MESSAGING_MARKDOWN": false, "ATTACHMENTS": false}),
        "{name}"
    );
    assert_result(&body["data"]["startChatResult"]);
    assert_eq!(header(answer, "content-type"), Some("application/json"), "{name}");
    assert_eq!(header(answer, "cache-control"), Some("no-store"), "{name}");
    assert!(header(answer, "x-request-id").is_some(), "{name}");
}

/// Returns the event with one value replaced.
fn with(mut event: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    event.pointer_mut(parent).expect("the parent")[name] = value;
    event
}

fn without(mut event: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = event.pointer_mut(parent).and_then(Value::as_object_mut);
    parent.expect("the parent").remove(name);
    event
}

#[tokio::test]
async fn http_requests_are_recognized_by_their_request_context_only() {
    let aws = start(options()).await;
    let v1 = || http_1(REQUEST);
    let v2 = || http_2(REQUEST);
    let odd_claims = json!({
        "claims": {"a": 1, "b": true, "c": ["x", 1], "d": null, "e": {"f": 1.5}},
        "jwt": {"claims": {"a": 1, "b": true, "c": ["x"], "d": null}, "scopes": null},
        "lambda": null,
    });
    let null_headers = json!({"content-type": null, "X-Odd": null, "x-list": ["a", null]});
    for (name, event, is_v2) in [
        ("1.0", v1(), false),
        ("2.0", v2(), true),
        ("1.0, HTTP API", with(v1(), "/version", json!("1.0")), false),
        ("1.0 with a stray version", with(v1(), "/version", json!("2.0")), false),
        ("1.0 with its method in the context only", without(v1(), "/httpMethod"), false),
        ("2.0 without version", without(v2(), "/version"), true),
        ("2.0 with a stray httpMethod", with(v2(), "/httpMethod", json!("GET")), true),
        (
            "2.0 with members of other events, null (cargo lambda watch)",
            with(v2(), "/methodArn", Value::Null),
            true,
        ),
        ("1.0, no headers", with(v1(), "/headers", Value::Null), false),
        (
            "1.0, no header at all",
            without(with(v1(), "/multiValueHeaders", Value::Null), "/headers"),
            false,
        ),
        ("2.0, null headers", with(v2(), "/headers", null_headers), true),
        ("2.0, no headers", without(v2(), "/headers"), true),
        ("1.0, odd claims", with(v1(), "/requestContext/authorizer", odd_claims.clone()), false),
        ("2.0, odd claims", with(v2(), "/requestContext/authorizer", odd_claims), true),
        (
            "2.0, an authorizer that is no object",
            with(v2(), "/requestContext/authorizer", json!("x")),
            true,
        ),
        ("2.0, isBase64Encoded null", with(v2(), "/isBase64Encoded", Value::Null), true),
        ("2.0, any path and stage", with(v2(), "/rawPath", json!("/stage/a/b")), true),
    ] {
        let (answer, sent) = chat(&aws, &event).await;
        assert_eq!(split_token(sent).0, received(), "{name}");
        assert_proxied(name, &answer, is_v2);
    }
}

#[tokio::test]
async fn http_bodies_may_be_base64_null_empty_or_absent() {
    let aws = start(options()).await;
    let none = expected(&json!({}));
    for (body, is_base64, sent) in [
        (json!("eyJVc2VybmFtZSI6IkFuYSJ9"), true, received()),
        (json!("77u/eyJVc2VybmFtZSI6IkFuYSJ9"), true, received()),
        (json!("\u{feff}{\"Username\":\"Ana\"}"), false, received()),
        (json!(" \r\n{\"Username\":\"Ana\"}\t"), false, received()),
        (json!("{}"), false, none.clone()),
        (json!(""), false, none.clone()),
        (json!(" \n"), false, none.clone()),
        (json!(""), true, none.clone()),
        (Value::Null, false, none.clone()),
        (Value::Null, true, none.clone()),
    ] {
        for event in [http_1(""), http_2("")] {
            let event = with(event, "/body", body.clone());
            let event = with(event, "/isBase64Encoded", json!(is_base64));
            let (_, request) = chat(&aws, &event).await;
            assert_eq!(split_token(request).0, sent, "{body}");
        }
    }
    for event in [http_1(""), http_2("")] {
        let (_, request) = chat(&aws, &without(event, "/body")).await;
        assert_eq!(split_token(request).0, none);
    }
}

#[tokio::test]
async fn events_and_direct_calls_are_answered_with_the_result() {
    let aws = start(options()).await;
    let rule = |detail: Value| json!({"detail-type": "t", "source": "s", "detail": detail});
    let replay = with(event("eventbridge-replay.json"), "/detail", request());
    for (name, event) in [
        ("direct", request()),
        ("rule", rule(request())),
        ("replay", replay),
        ("rule with nulls", with(rule(request()), "/id", Value::Null)),
        ("rule with an odd id", with(rule(request()), "/id", json!({"a": [1]}))),
        ("version proves nothing", with(request(), "/version", json!("2.0"))),
        ("httpMethod proves nothing", with(request(), "/httpMethod", json!("POST"))),
        ("two of an event's members prove nothing", with(request(), "/source", json!("s"))),
        ("no list", with(request(), "/Records", Value::Null)),
        ("no context", with(request(), "/requestContext", Value::Null)),
    ] {
        let (answer, sent) = chat(&aws, &event).await;
        assert_eq!(split_token(sent).0, received(), "{name}");
        assert_result(&answer);
    }
}

#[tokio::test]
async fn a_list_is_answered_with_the_results_in_its_order() {
    let aws = start(options()).await;
    let named = |name: &str| json!({"participantDetails": {"displayName": name}});
    let rule = |name: &str| json!({"detail-type": "t", "source": "s", "detail": named(name)});
    let events = json!([rule("a"), named("b"), rule("c"), named("d")]);
    let (invoked, starts) = send(&aws, &events).await;
    assert_eq!(starts.len(), 4);
    let results = invoked.payload.as_array().expect("a list");
    let answered = results.iter().map(|result| {
        assert_result(result);
        let id = result["ContactId"].as_str().expect("an id");
        let contact = aws.connect().contact(id).expect("a contact");
        contact.attributes["customerName"].clone()
    });
    assert_eq!(answered.collect::<Vec<_>>(), ["a", "b", "c", "d"]);

    let (invoked, starts) = send(&aws, &json!([])).await;
    assert_eq!((invoked.payload, starts), (json!([]), vec![]));
}

#[tokio::test]
async fn queues_are_answered_with_the_failed_messages() {
    let aws = start(options()).await;
    let mut batch = event("sqs.json");
    batch["Records"][0]["body"] = json!(REQUEST);
    batch["Records"][1]["body"] = json!(REQUEST);
    let (invoked, starts) = send(&aws, &batch).await;
    assert_eq!(invoked.payload, json!({"batchItemFailures": []}));
    let starts: Vec<_> = starts.into_iter().map(|sent| split_token(sent).0).collect();
    assert_eq!(starts, [received(), received()]);
}
