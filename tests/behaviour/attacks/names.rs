//! Names that mean something to the JSON parser.

use serde_json::{Value, json};
use support::{http_1, http_2, options, send, start, status};

const NAMES: [&str; 2] = ["$serde_json::private::Number", "$serde_json::private::RawValue"];

/// Without a token, such a parameter once made every invocation fail.
#[tokio::test]
async fn a_query_parameter_cannot_fail_an_invocation() {
    let aws = start(options().env("ALLOWED_ORIGINS", "https://shop.example")).await;
    for name in NAMES {
        for value in ["x", "1", "{\"a\":1}", ""] {
            for mut event in [http_1("{}"), http_2("{}")] {
                event["headers"]["origin"] = json!("https://shop.example");
                for member in ["queryStringParameters", "pathParameters", "stageVariables"] {
                    event[member] = json!({name: value});
                }
                event["multiValueQueryStringParameters"] = json!({name: [value, value]});
                event[name] = json!(value);
                event["headers"][name] = json!(value);
                event["requestContext"][name] = json!({name: value});
                let (invoked, starts) = send(&aws, &event).await;
                assert_eq!(invoked.function_error, None, "{event}");
                assert_eq!(status(&invoked.payload), 200, "{event}");
                assert_eq!(starts.len(), 1);
                let context = &mut event["requestContext"];
                *(if context["http"].is_null() {
                    &mut context["httpMethod"]
                } else {
                    &mut context["http"]["method"]
                }) = json!("OPTIONS");
                let (invoked, _) = send(&aws, &event).await;
                assert_eq!(status(&invoked.payload), 204, "{event}");
            }
        }
    }
}

/// The inner text was once read as the request, past any firewall's rules.
#[tokio::test]
async fn a_name_of_the_parser_in_a_body_is_a_plain_name() {
    let aws = start(options()).await;
    let inner = "{\"ParticipantDetails\":{\"DisplayName\":\"Ana\"}}";
    for name in NAMES {
        for (body, expected) in [
            (json!({name: inner}), 400),
            (json!({name: "1"}), 400),
            (json!({"Attributes": {name: "1"}}), 400),
            (json!({"Attributes": {name: {name: "1"}}}), 400),
            (json!({"Attributes": json!({name: "1"}).to_string()}), 400),
            (json!({"SegmentAttributes": {name: "1"}}), 400),
            (json!({"SegmentAttributes": {"a": {name: "1"}}}), 400),
            (json!({"ParticipantDetails": {name: inner, "DisplayName": "Bo"}}), 200),
            (json!({"ParticipantDetails": {"DisplayName": {name: "\"Ana\""}}}), 400),
            (json!({"ChatDurationInMinutes": {name: "60"}}), 400),
        ] {
            let (invoked, starts) = send(&aws, &http_2(&body.to_string())).await;
            assert_eq!(invoked.function_error, None, "{body}");
            assert_eq!(status(&invoked.payload), expected, "{body}");
            let names = starts.iter().map(|start| &start["ParticipantDetails"]["DisplayName"]);
            assert!(names.into_iter().all(|name| name == "Bo"), "{body}");
        }
    }
}

#[tokio::test]
async fn a_name_of_the_parser_in_a_claim_is_a_plain_name() {
    let aws = start(options().env("CUSTOMER_ID_CLAIM", "sub")).await;
    for name in NAMES {
        for claims in [
            json!({"sub": "ana", name: "{\"sub\":\"eve\"}"}),
            json!({name: "{\"sub\":\"eve\"}", "sub": "ana"}),
        ] {
            let (invoked, starts) = send(&aws, &with_claims(&claims)).await;
            assert_eq!(status(&invoked.payload), 200, "{claims}");
            assert_eq!(starts[0]["CustomerId"], "ana");
        }
        let claims: Value = json!({"sub": {name: "\"eve\""}});
        let (invoked, _) = send(&aws, &with_claims(&claims)).await;
        assert_eq!(status(&invoked.payload), 401, "{claims}");
    }
}

fn with_claims(claims: &Value) -> Value {
    let mut event = http_2("{}");
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": claims}});
    event
}
