//! The members of a request: all of `StartChatContact`, in two spellings, and
//! what Connect receives.

mod asking;
mod attributes;
mod notation;

use local_aws::fixtures::ENDED_INITIAL_CONTACT_ID;
use serde_json::{Map, Value, json};

use support::{
    FLOW_ID, INSTANCE_ID, SECOND_FLOW_ID, asking, assert_failed, chat, expected, header, http_2,
    options, pointers, send, send_text, split_token, start,
};

const TYPES: [&str; 5] = [
    "text/plain",
    "text/markdown",
    "application/json",
    "application/vnd.amazonaws.connect.message.interactive",
    "application/vnd.amazonaws.connect.message.interactive.response",
];

/// Returns a request with all members except the two that exclude each other.
/// Maps have one entry, because the order of entries is not fixed.
fn most_members() -> Value {
    json!({
        "InstanceId": INSTANCE_ID,
        "ContactFlowId": FLOW_ID,
        "ParticipantDetails": {"DisplayName": "Ana"},
        "Attributes": {"customerName": "Ana Souza"},
        "InitialMessage": {"ContentType": "text/markdown", "Content": "**Hi**"},
        "ClientToken": "token-1",
        "ChatDurationInMinutes": 1440,
        "SupportedMessagingContentTypes": TYPES,
        "SegmentAttributes": {"connect:Subtype": {"ValueString": "connect:Guide"}},
        "CustomerId": "customer-1",
        "ParticipantConfiguration": {"ResponseMode": "INCREMENTAL"},
        "DisconnectOnCustomerExit": ["AGENT"],
        "ConnectionTypes": ["WEBSOCKET", "CONNECTION_CREDENTIALS"],
        "ChatStreamingConfiguration": {"StreamingEndpointArn": "arn:aws:sns:us-east-1:123456789012:t"},
    })
}

fn both_requests() -> [Value; 2] {
    let (mut first, mut second) = (most_members(), most_members());
    first["PersistentChat"] =
        json!({"RehydrationType": "FROM_SEGMENT", "SourceContactId": ENDED_INITIAL_CONTACT_ID});
    second["RelatedContactId"] = json!(ENDED_INITIAL_CONTACT_ID);
    [first, second]
}

/// Returns the same request in lowerCamelCase.
fn lower_camel(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, value)| {
                let (first, rest) = name.split_at(1);
                (first.to_ascii_lowercase() + rest, lower_camel(value))
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(lower_camel).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn all_sixteen_members_reach_connect_from_either_spelling() {
    let aws = start(options()).await;
    let mut names = std::collections::BTreeSet::new();
    for request in both_requests() {
        let (result, sent) = chat(&aws, &request).await;
        assert_eq!(sent, request);
        let bytes = aws.connect().requests().remove(0).raw;
        let (again, sent) = chat(&aws, &lower_camel(&request)).await;
        assert_eq!(sent, request);
        assert_eq!(aws.connect().requests().remove(0).raw, bytes);
        assert_eq!(result, again, "the client tokens differ");
        for member in ["ConnectionCredentials", "Websocket"] {
            assert!(result[member].is_object(), "{member} in {result}");
        }
        assert!(result["StreamingId"].is_string(), "{result}");
        names.extend(request.as_object().expect("an object").keys().cloned());
    }
    assert_eq!(names.len(), 16, "{names:?}");
}

#[tokio::test]
async fn a_member_in_both_spellings_is_an_error_of_the_second() {
    let aws = start(options()).await;
    let mut cases: Vec<(Value, String)> = Vec::new();
    for request in both_requests() {
        for (name, value) in request.as_object().expect("an object") {
            let lower = lower_camel(&json!({name: value}));
            let mut both = lower.clone();
            both[name] = value.clone();
            let lower = lower.as_object().and_then(|lower| lower.keys().next());
            cases.push((both, format!("/{}", lower.expect("one"))));
            for (inner, text) in value.as_object().into_iter().flatten() {
                if text.is_string() && name != "Attributes" {
                    let mut value = value.clone();
                    let lower = inner.get(..1).expect("a letter").to_ascii_lowercase();
                    let lower = lower + inner.get(1..).expect("letters");
                    value[&lower] = text.clone();
                    cases.push((json!({name: value}), format!("/{name}/{lower}")));
                }
            }
        }
    }
    let subtype = json!({"ValueString": "a", "valueString": "a"});
    cases.push((
        json!({"SegmentAttributes": {"a": subtype}}),
        "/SegmentAttributes/a/valueString".to_owned(),
    ));
    assert!(cases.len() > 20, "{}", cases.len());
    for (request, pointer) in cases {
        let (invoked, starts) = send(&aws, &request).await;
        assert_failed(&invoked, "ValidationException");
        let pointers = pointers(&invoked);
        assert!(pointers.contains(&pointer.as_str()), "{pointer}: {pointers:?}");
        assert!(starts.is_empty(), "{request}");
    }
    for (first, second) in
        [("InstanceId", "ConnectInstanceId"), ("ConnectInstanceId", "InstanceId")]
    {
        let both = format!(r#""{first}":"{INSTANCE_ID}","{second}":"{INSTANCE_ID}""#);
        let request = format!(r#"{{{both},"ContactFlowId":"{FLOW_ID}"}}"#);
        let (invoked, starts) = send_text(&aws, &request).await;
        assert_failed(&invoked, "ValidationException");
        assert_eq!(pointers(&invoked), [format!("/{second}")]);
        assert!(starts.is_empty());
    }
    for request in [
        json!({"ContactFlowId": FLOW_ID, "contactFlowId": null}),
        json!({"ContactFlowId": "", "contactFlowId": FLOW_ID}),
        json!({"ConnectInstanceId": "", "InstanceId": INSTANCE_ID}),
    ] {
        let (_, sent) = chat(&aws, &asking(&request)).await;
        assert_eq!(split_token(sent).0, expected(&json!({})), "{request}");
    }
}

#[tokio::test]
async fn absent_members_are_not_sent() {
    let aws = start(options()).await;
    let texts = ["InstanceId", "ContactFlowId", "RelatedContactId"];
    let texts = texts.into_iter().chain(["CustomerId", "customerName", "Username"]);
    let mut requests: Vec<Value> = texts.map(|name| json!({name: ""})).collect();
    for request in both_requests() {
        for (name, value) in request.as_object().expect("an object") {
            requests.push(json!({name: null}));
            match value {
                Value::Object(_) => requests.push(json!({name: {}})),
                Value::Array(_) => requests.push(json!({name: []})),
                _ => {}
            }
        }
    }
    requests.extend([
        json!({}),
        json!({"Attributes": ""}),
        json!({"Attributes": "{}"}),
        json!({"Attributes": {"customerName": ""}}),
        json!({"Attributes": {"customerName": " \t"}}),
        json!({"Attributes": {"a": null, "customerName": null}}),
        json!({"InitialMessage": {"ContentType": "text/plain", "Content": ""}}),
        json!({"initialMessage": {"content": ""}}),
        json!({"ParticipantDetails": {"DisplayName": " \n"}}),
        json!({"customerName": " ", "displayName": "\t", "name": "\u{a0}", "Username": " "}),
        json!({"ParticipantDetails": {"DisplayName": null}}),
        json!({"ParticipantDetails": {"DisplayName": ""}}),
        json!({"ParticipantConfiguration": {"ResponseMode": null}}),
        json!({"PersistentChat": {"RehydrationType": null, "SourceContactId": ""}}),
        json!({"PersistentChat": {"RehydrationType": "", "SourceContactId": null}}),
        json!({"ClientToken": "", "PersistentChat": {"SourceContactId": ""}}),
    ]);
    for request in requests {
        for event in [asking(&request), http_2(&request.to_string())] {
            let (_, sent) = chat(&aws, &event).await;
            assert_eq!(split_token(sent).0, expected(&json!({})), "{request}");
        }
    }
}

#[tokio::test]
async fn unknown_members_are_ignored_and_named() {
    let aws = start(options()).await;
    let long = "n".repeat(200);
    let odd = json!({
        "Username": "Ana", "region": "x", "a b\n\u{e9}\u{202e}/c": 1, "\u{4e2d}": 1,
        "ParticipantDetails": {"Role": "CUSTOMER"}, long.clone(): 1, format!("{long}2"): 2,
    });
    let mut faulty = odd.clone();
    faulty["ChatDurationInMinutes"] = json!(1);
    for (request, status) in [(odd, 200), (faulty, 400)] {
        let (invoked, _) = send(&aws, &http_2(&request.to_string())).await;
        assert_eq!(invoked.payload["statusCode"], status);
        let ignored = header(&invoked.payload, "x-ignored-members").unwrap_or_default();
        let mut names: Vec<&str> = ignored.split(',').collect();
        names.sort_unstable();
        let known = ["ParticipantDetails.Role", "abc", &long, "region"];
        assert!(ignored.len() <= 256, "{ignored}");
        assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
        assert_eq!(names.len(), 4, "{names:?}");
        let logs = aws.function().logs();
        let is_line = |line: &&String| line.contains(&invoked.request_id) && line.contains("_aws");
        let line = logs.iter().find(is_line).expect("the chat's line");
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(line["ignoredMembers"], ignored);
    }
    let (answer, _) = chat(&aws, &http_2("{}")).await;
    assert_eq!(header(&answer, "x-ignored-members"), None);
}

#[tokio::test]
async fn ids_and_arns_go_to_connect_as_ids() {
    let instance = format!("arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE_ID}");
    let flow = |id: &str| format!("{instance}/contact-flow/{id}");
    let by_arn = options()
        .env("INSTANCE_ID", &instance)
        .env("CONTACT_FLOW_ID", flow(FLOW_ID))
        .env("ALLOWED_CONTACT_FLOW_IDS", SECOND_FLOW_ID);
    let by_id = options().env("ALLOWED_CONTACT_FLOW_IDS", flow(SECOND_FLOW_ID));
    for options in [by_arn, by_id] {
        let aws = start(options).await;
        for (request, sent) in [
            (json!({}), FLOW_ID),
            (json!({"InstanceId": instance}), FLOW_ID),
            (json!({"InstanceId": INSTANCE_ID, "ContactFlowId": FLOW_ID}), FLOW_ID),
            (json!({"ContactFlowId": flow(FLOW_ID)}), FLOW_ID),
            (json!({"contactFlowId": SECOND_FLOW_ID}), SECOND_FLOW_ID),
            (json!({"contactFlowId": flow(SECOND_FLOW_ID)}), SECOND_FLOW_ID),
        ] {
            let (_, received) = chat(&aws, &asking(&request)).await;
            let received = split_token(received).0;
            assert_eq!(received, expected(&json!({"ContactFlowId": sent})), "{request}");
        }
        for request in [
            json!({"InstanceId": FLOW_ID}),
            json!({"InstanceId": instance.replace("1111", "9999")}),
            json!({"ContactFlowId": "a1b2c3d4-5678-90ab-cdef-444444444444"}),
            json!({"ContactFlowId": flow(FLOW_ID).replace("1111", "9999")}),
            json!({"ContactFlowId": flow("")}),
        ] {
            let (invoked, starts) = send(&aws, &asking(&request)).await;
            assert_failed(&invoked, "ForbiddenException");
            assert!(starts.is_empty(), "{request}");
            let (invoked, _) = send(&aws, &http_2(&request.to_string())).await;
            assert_eq!(invoked.payload["statusCode"], 403, "{request}");
        }
    }
}
