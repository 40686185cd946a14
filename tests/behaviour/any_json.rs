//! The function answers any JSON. It neither fails nor sends Connect a request
//! that breaks the rules of the API.

use local_aws::{Invoked, LocalAws};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Map, Value, json};

use support::{FLOW_ID, INSTANCE_ID, SECOND_FLOW_ID, http_1, http_2, options, start};

const CASES: u32 = 600;

/// Names with a meaning to the function.
const NAMES: [&str; 51] = [
    "InstanceId",
    "ConnectInstanceId",
    "ContactFlowId",
    "ParticipantDetails",
    "DisplayName",
    "Attributes",
    "customerName",
    "Username",
    "displayName",
    "name",
    "InitialMessage",
    "ContentType",
    "Content",
    "ClientToken",
    "ChatDurationInMinutes",
    "SupportedMessagingContentTypes",
    "PersistentChat",
    "RehydrationType",
    "SourceContactId",
    "RelatedContactId",
    "SegmentAttributes",
    "connect:Subtype",
    "ValueString",
    "ValueMap",
    "ValueInteger",
    "ValueList",
    "ValueArn",
    "CustomerId",
    "ParticipantConfiguration",
    "ResponseMode",
    "DisconnectOnCustomerExit",
    "ConnectionTypes",
    "ChatStreamingConfiguration",
    "StreamingEndpointArn",
    "detail-type",
    "source",
    "detail",
    "id",
    "Records",
    "eventSource",
    "messageId",
    "body",
    "requestContext",
    "httpMethod",
    "condition",
    "requestPayload",
    "Type",
    "Message",
    "version",
    "$serde_json::private::Number",
    "$serde_json::private::RawValue",
];

const TEXTS: [&str; 24] = [
    "",
    " ",
    "x",
    "ü\u{0}\u{202e}",
    INSTANCE_ID,
    FLOW_ID,
    SECOND_FLOW_ID,
    "text/plain",
    "text/markdown",
    "application/vnd.amazonaws.connect.message.interactive",
    "application/vnd.amazonaws.connect.message.interactive.response",
    "connect:Guide",
    "ENTIRE_PAST_SESSION",
    "FROM_SEGMENT",
    "COMPLETE",
    "AGENT",
    "WEBSOCKET",
    "CONNECTION_CREDENTIALS",
    "arn:aws:sns:us-east-1:123456789012:topic",
    "arn:aws:s3:::bucket",
    "aws:sqs",
    "{}",
    "{\"customerName\":\"Ana\"}",
    "{\"ValueString\":",
];

fn name() -> impl Strategy<Value = String> {
    let lower = |name: &str| {
        let (first, rest) = name.split_at(1);
        first.to_ascii_lowercase() + rest
    };
    prop_oneof![
        6 => select(&NAMES[..]).prop_map(str::to_owned),
        6 => select(&NAMES[..]).prop_map(lower),
        1 => any::<String>(),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(&TEXTS[..]).prop_map(str::to_owned),
        2 => any::<String>(),
        1 => (0..1100_usize).prop_map(|count| "ü".repeat(count)),
    ]
}

/// Numbers in notations that a [`Value`] does not keep. They are generated as
/// strings between two signs, and written by [`notate`].
const WRITTEN: [&str; 5] = ["#1.10#", "#-0#", "#1e999#", "#12345678901234567890123#", "#60.0#"];

/// Returns an event as JSON, in which [`WRITTEN`] numbers are numbers, also
/// within bodies, which are JSON in a string.
fn notate(event: &Value) -> String {
    let mut text = event.to_string();
    for number in WRITTEN {
        for quote in [r#"\\\\\\\""#, r#"\\\""#, r#"\""#, "\""] {
            let bare = number.trim_matches('#');
            text = text.replace(&format!("{quote}{number}{quote}"), bare);
        }
    }
    text
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        (59..10_082_i64).prop_map(|number| json!(number)),
        any::<i64>().prop_map(|number| json!(number)),
        select(&WRITTEN[..]).prop_map(|number| json!(number)),
    ]
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let members = vec((name(), value), 0..6);
    members.prop_map(|members| Value::Object(Map::from_iter(members)))
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        2 => number(),
        6 => text().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        let list = vec(inner.clone(), 0..5).prop_map(Value::Array);
        prop_oneof![1 => list, 3 => object(inner)]
    })
}

/// Generates requests with mostly valid members.
fn likely() -> impl Strategy<Value = Value> {
    let member = prop_oneof![
        text().prop_map(|text| json!({"ContactFlowId": FLOW_ID, "Username": text})),
        text().prop_map(|text| json!({"ParticipantDetails": {"DisplayName": text}})),
        object(text().prop_map(Value::String)).prop_map(|some| json!({"attributes": some})),
        anything().prop_map(|value| json!({"SegmentAttributes": {"a": value}})),
        (text(), text()).prop_map(
            |(kind, text)| json!({"InitialMessage": {"ContentType": kind, "Content": text}})
        ),
        vec(select(&TEXTS[7..11]), 0..4)
            .prop_map(|types| json!({"supportedMessagingContentTypes": types})),
        vec(select(&TEXTS[15..18]), 0..3).prop_map(|types| json!({"ConnectionTypes": types})),
        number().prop_map(|number| json!({"ChatDurationInMinutes": number})),
        text().prop_map(|arn| json!({"ChatStreamingConfiguration": {"StreamingEndpointArn": arn}})),
        (text(), text()).prop_map(
            |(kind, id)| json!({"PersistentChat": {"RehydrationType": kind, "SourceContactId": id}})
        ),
        text().prop_map(|text| json!({"customerId": text, "clientToken": text})),
    ];
    vec(member, 0..6).prop_map(|members| {
        let members = members.into_iter().filter_map(|member| match member {
            Value::Object(members) => Some(members),
            _ => None,
        });
        Value::Object(members.flatten().collect())
    })
}

fn event() -> impl Strategy<Value = Value> {
    let request = prop_oneof![anything(), object(anything()), likely(), likely()];
    let rule = |detail| json!({"detail-type": "t", "source": "s", "id": "i", "detail": detail});
    let context = |(mut event, odd): (Value, Value)| {
        event["headers"] = odd.clone();
        event["requestContext"]["authorizer"] = odd;
        event
    };
    let single = prop_oneof![
        3 => request.clone(),
        2 => request.clone().prop_map(rule),
        2 => request.clone().prop_map(|body| http_2(&body.to_string())),
        2 => request.clone().prop_map(|body| http_1(&body.to_string())),
        1 => (request.prop_map(|body| http_2(&body.to_string())), anything()).prop_map(context),
    ]
    .boxed();
    let record =
        |body: Value| json!({"eventSource": "aws:sqs", "messageId": "m", "body": body.to_string()});
    let records = vec(single.clone().prop_map(record), 0..4);
    prop_oneof![
        6 => single.clone(),
        1 => vec(single, 0..4).prop_map(Value::Array),
        1 => records.prop_map(|records| json!({"Records": records})),
    ]
}

/// Returns true for the codes that a request alone can cause.
fn is_expected(code: &str) -> bool {
    let codes = ["ValidationException", "ForbiddenException", "ResourceNotFoundException"];
    codes.contains(&code)
}

fn check(invoked: &Invoked) -> Result<(), TestCaseError> {
    let payload = &invoked.payload;
    if invoked.function_error.is_some() {
        let code = invoked.error_type().unwrap_or_default();
        prop_assert!(is_expected(code), "{payload}");
    } else if let Some(status) = payload.get("statusCode") {
        let body: Value = serde_json::from_str(payload["body"].as_str().unwrap_or_default())
            .map_err(|error| TestCaseError::fail(format!("{error}: {payload}")))?;
        let code = body["code"].as_str().unwrap_or_default();
        prop_assert!(*status == 200 || is_expected(code), "{payload}");
    }
    Ok(())
}

/// Fails if a request to Connect broke a rule of the API.
fn check_connect(aws: &LocalAws) -> Result<(), TestCaseError> {
    for request in aws.connect().requests() {
        let error = request.error.unwrap_or_default();
        prop_assert!(
            error.is_empty() || error == "ResourceNotFoundException",
            "{error}: {}",
            request.body
        );
    }
    aws.connect().forget_requests();
    Ok(())
}

#[test]
fn any_json_is_answered() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let aws = runtime.block_on(start(options().quota(usize::MAX)));
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let started = TestRunner::new(config).run(&event(), |event| {
        check(&runtime.block_on(aws.invoke(notate(&event))))?;
        check_connect(&aws)
    });
    if let Err(failure) = started {
        panic!("{failure}");
    }
    assert!(aws.connect().chats() > 20, "{} chats", aws.connect().chats());
    assert_eq!(aws.function().starts(), 1, "the process was restarted");
}
