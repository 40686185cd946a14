//! Small requests that once cost all memory, time or log that there was.

use std::fmt::Write as _;

use local_aws::Options;
use serde_json::{Value, json};
use support::{FLOW_ID, INSTANCE_ID, folder, function, http_2, options, send, start, status};

/// The longest response to a failure, in bytes: 64 KiB, within the escapes of
/// the payload that it is in.
const MAX_RESPONSE: usize = 70_000;

/// Bodies of at most 128 KiB, each the worst of its kind.
fn worst_bodies() -> Vec<(&'static str, String)> {
    let nulls = |count: usize| vec![Value::Null; count];
    let many = |count: usize, member: &dyn Fn(usize) -> String| {
        let members: Vec<String> = (0..count).map(member).collect();
        format!("{{{}}}", members.join(","))
    };
    let nested = |levels: usize, inner: &str| {
        let open = format!("{{\"{}\":", "n".repeat(128));
        format!("{}{inner}{}", open.repeat(levels), "}".repeat(levels))
    };
    let ignored = many(6_000, &|index| format!("\"i{index}\":0"));
    let explicit = format!("{{\"ValueString\":\"x\",{}", ignored.trim_start_matches('{'));
    vec![
        (
            "a long name with many invalid values",
            json!({"SegmentAttributes": {"n".repeat(6_500): nulls(1_000)}}).to_string(),
        ),
        (
            "a valid name with many invalid values",
            json!({"SegmentAttributes": {"n".repeat(128): nulls(20_000)}}).to_string(),
        ),
        ("many invalid names", {
            let names = many(7_000, &|index| format!("\"\\u0001{index}\":null"));
            format!("{{\"Attributes\":{names}}}")
        }),
        ("names of control characters", {
            let names = many(20, &|index| format!("\"{index}{}\":0", "\\u0001".repeat(900)));
            format!("{{\"Attributes\":{names}}}")
        }),
        (
            "ignored members deep down",
            format!("{{\"SegmentAttributes\":{}}}", nested(60, &explicit)),
        ),
        ("many ignored members", ignored.clone()),
        ("deeply nested lists", {
            let lists = format!("{}{}", "[".repeat(60_000), "]".repeat(60_000));
            format!("{{\"SegmentAttributes\":{{\"a\":{lists}}}}}")
        }),
        ("deeply nested ignored lists", {
            let lists = format!("{}{}", "[".repeat(60_000), "]".repeat(60_000));
            format!("{{\"DisplayName\":\"a\",\"x\":{lists}}}")
        }),
        ("many content types", {
            json!({"SupportedMessagingContentTypes": vec!["x"; 30_000]}).to_string()
        }),
    ]
}

/// Events of several megabytes, each the worst of its kind.
fn worst_events() -> Vec<(&'static str, String)> {
    let mut members = String::from("{\"ParticipantDetails\":{\"DisplayName\":\"a\"}");
    for index in 0..400_000 {
        write!(members, ",\"i{index}\":0").expect("a string grows");
    }
    members.push('}');
    let big = |member: &str, value: &str, count: usize| {
        format!(
            "{{\"ParticipantDetails\":{{\"DisplayName\":\"a\"}},\"{member}\":{}}}",
            value.repeat(count)
        )
    };
    vec![
        ("a list of numbers", format!("[{}1]", "1,".repeat(2_500_000))),
        ("an object of many members", members),
        (
            "a long attribute",
            big("Attributes", "{\"a\":\"xxxxxxxxxxx\"}", 1).replace('x', &"x".repeat(400_000)),
        ),
        ("many segment attributes", {
            format!(
                "{{\"SegmentAttributes\":{{\"a\":[{}1]}},\"ContactFlowId\":\"f\"}}",
                "1,".repeat(2_000_000)
            )
        }),
    ]
}

/// The function with 128 MB for its data, as Linux limits it. `ulimit -v` would
/// count the pages of the binary, too.
fn limited() -> Options {
    Options::new(folder("tests/behaviour/attacks/under-128-mb.sh"))
        .env("FUNCTION", function().display().to_string())
        .env("INSTANCE_ID", INSTANCE_ID)
        .env("CONTACT_FLOW_ID", FLOW_ID)
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .no_rate_limit()
}

#[tokio::test]
async fn no_body_costs_more_than_its_limits() {
    let aws = start(limited()).await;
    for (name, body) in worst_bodies() {
        assert!(body.len() <= 128 * 1024, "{name}: {} bytes", body.len());
        let (invoked, _) = send(&aws, &http_2(&body)).await;
        assert_eq!(invoked.function_error, None, "{name}");
        assert!([200, 400].contains(&status(&invoked.payload)), "{name}: {}", invoked.payload);
        let length = invoked.payload.to_string().len();
        assert!(length <= MAX_RESPONSE, "{name}: {length} bytes");
    }
    assert_eq!(aws.function().starts(), 1, "the process lives");
    check_log(&aws.function().logs(), 4 * worst_bodies().len());
}

#[tokio::test]
async fn no_event_costs_more_than_its_limits() {
    let aws = start(limited()).await;
    for (name, event) in worst_events() {
        let invoked = aws.invoke(event).await;
        let length = invoked.payload.to_string().len();
        assert!(length <= MAX_RESPONSE, "{name}: {length} bytes");
    }
    assert_eq!(aws.function().starts(), 1, "the process lives");
    check_log(&aws.function().logs(), 4 * worst_events().len());
}

/// One message once killed the function, and took the others of its batch to
/// the dead-letter queue.
#[tokio::test]
async fn one_message_does_not_cost_the_others_their_chats() {
    let aws = start(limited()).await;
    let record =
        |id: String, body: &str| json!({"messageId": id, "eventSource": "aws:sqs", "body": body});
    for (case, (name, bad)) in worst_bodies().into_iter().chain(worst_events()).enumerate() {
        let bad = bad.replacen('{', "{\"ConnectionTypes\":[1],", 1);
        let good = json!({"ParticipantDetails": {"DisplayName": "Ana"}}).to_string();
        let records: Vec<Value> = (0..10)
            .map(|id| record(format!("m-{case}-{id}"), if id == 4 { &bad } else { &good }))
            .collect();
        let before = aws.connect().chats();
        let invoked = aws.invoke_json(&json!({"Records": records})).await;
        let failures = json!({"batchItemFailures": [{"itemIdentifier": format!("m-{case}-4")}]});
        assert_eq!(invoked.payload, failures, "{name}");
        assert_eq!(aws.connect().chats() - before, 9, "{name}");
    }
    assert_eq!(aws.function().starts(), 1, "the process lives");
}

#[tokio::test]
async fn a_list_of_errors_says_how_many_more_there_are() {
    let aws = start(options()).await;
    let attributes: serde_json::Map<String, Value> =
        (0..150).map(|index| (format!("a b{index}"), json!("x"))).collect();
    let (invoked, _) = send(&aws, &http_2(&json!({"Attributes": attributes}).to_string())).await;
    let body = support::body(&invoked.payload);
    assert_eq!(body["errors"].as_array().map(Vec::len), Some(100));
    assert!(body["detail"].as_str().is_some_and(|detail| detail.contains("50 more")), "{body}");
}

fn check_log(lines: &[String], most: usize) {
    let bytes: usize = lines.iter().map(String::len).sum();
    assert!(lines.len() <= most && bytes <= most * 4_096, "{} lines, {bytes} bytes", lines.len());
}
