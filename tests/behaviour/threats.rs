//! The threat model: attempts of untrusted callers, and mistakes of trusted ones.

mod past_chats;
mod running_chats;

use local_aws::LocalAws;
use serde_json::{Value, json};

use support::{
    FLOW_ID, INSTANCE_ID, SECOND_FLOW_ID, asking, assert_failed, bare_options, body, calls, folder,
    http_1, http_2, options, send, signed_in, start, starts, status,
};

/// A flow of the instance that is not configured.
const SECRET_FLOW_ID: &str = "a1b2c3d4-5678-90ab-cdef-999999999999";

fn arn(account: &str, resource: &str) -> String {
    format!("arn:aws:connect:us-east-1:{account}:instance/{resource}")
}

/// Returns the request in every form that callers can send.
fn by_all_callers(request: &Value) -> [Value; 7] {
    let text = request.to_string();
    let request = &asking(request);
    let event = json!({"detail-type": "t", "source": "s", "id": "1", "detail": request});
    let record = |body: &Value| {
        let record = json!({"messageId": "m", "eventSource": "aws:sqs", "body": body.to_string()});
        json!({"Records": [record]})
    };
    let (message, batch) = (record(request), json!([request]));
    let of_event = record(&event);
    [http_1(&text), http_2(&text), request.clone(), event, batch, message, of_event]
}

/// Asserts that the request is refused, in the form of its caller.
async fn assert_forbidden(aws: &LocalAws, event: &Value) {
    let invoked = aws.invoke_json(event).await;
    let answer = &invoked.payload;
    if event.get("requestContext").is_some() {
        assert_eq!(status(answer), 403, "{event}: {answer}");
        assert_eq!(body(answer)["code"], "ForbiddenException");
    } else if event.get("Records").is_some() {
        assert_eq!(answer["batchItemFailures"][0]["itemIdentifier"], "m", "{event}: {answer}");
    } else {
        assert_failed(&invoked, "ForbiddenException");
    }
    assert_eq!(calls(aws), [""; 0], "{event}");
}

#[tokio::test]
async fn nobody_can_reach_a_flow_that_is_not_configured() {
    let options = options().flow(SECRET_FLOW_ID);
    let aws = start(options.env("ALLOWED_CONTACT_FLOW_IDS", SECOND_FLOW_ID)).await;
    let other = "a1b2c3d4-5678-90ab-cdef-000000000000";
    for flow in [
        SECRET_FLOW_ID.to_owned(),
        arn("123456789012", &format!("{INSTANCE_ID}/contact-flow/{SECRET_FLOW_ID}")),
        arn("123456789012", &format!("{other}/contact-flow/{FLOW_ID}")),
        arn("123456789012", &format!("{INSTANCE_ID}/contact-flow/")),
        arn("123456789012", &format!("{INSTANCE_ID}/contact-flow/{FLOW_ID}/x")),
        arn(
            "123456789012",
            &format!("{INSTANCE_ID}/contact-flow/{FLOW_ID}/contact-flow/{FLOW_ID}"),
        ),
        arn("123456789012", &format!("{INSTANCE_ID}/queue/{FLOW_ID}")),
        arn("123456789012", INSTANCE_ID),
        format!("arn:aws:s3:us-east-1:123456789012:instance/{INSTANCE_ID}/contact-flow/{FLOW_ID}"),
        FLOW_ID.to_uppercase(),
        format!("{FLOW_ID} "),
        format!("{FLOW_ID},{SECOND_FLOW_ID}"),
        format!("{FLOW_ID}:$LATEST"),
        format!("../{FLOW_ID}"),
        "*".to_owned(),
        " ".to_owned(),
    ] {
        for event in by_all_callers(&json!({"ContactFlowId": flow})) {
            assert_forbidden(&aws, &event).await;
        }
    }
}

#[tokio::test]
async fn nobody_can_reach_another_instance() {
    let aws = start(options().instance("another")).await;
    for instance in [
        "another".to_owned(),
        arn("123456789012", "another"),
        arn("123456789012", &format!("{INSTANCE_ID}/contact-flow/{FLOW_ID}")),
        INSTANCE_ID.to_uppercase(),
        format!("{INSTANCE_ID}/"),
        format!("{INSTANCE_ID},another"),
        format!("../{INSTANCE_ID}"),
    ] {
        for name in ["InstanceId", "instanceId", "ConnectInstanceId"] {
            for event in by_all_callers(&json!({name: instance})) {
                assert_forbidden(&aws, &event).await;
            }
        }
    }
}

#[tokio::test]
async fn nobody_can_reach_another_account_or_region() {
    let own = arn("123456789012", INSTANCE_ID);
    let options = bare_options().env("INSTANCE_ID", &own).env("CONTACT_FLOW_ID", FLOW_ID);
    let aws = start(options).await;
    for instance in [
        own.replace("123456789012", "210987654321"),
        own.replace("us-east-1", "eu-west-2"),
        own.replace("arn:aws:", "arn:aws-cn:"),
    ] {
        let flow = format!("{instance}/contact-flow/{FLOW_ID}");
        for request in [json!({"InstanceId": instance}), json!({"ContactFlowId": flow})] {
            for event in by_all_callers(&request) {
                assert_forbidden(&aws, &event).await;
            }
        }
    }
}

#[tokio::test]
async fn connect_receives_the_configured_ids_without_their_arns() {
    let own = arn("123456789012", INSTANCE_ID);
    let flow = |id| format!("{own}/contact-flow/{id}");
    for instance in [INSTANCE_ID, &own] {
        let settings = bare_options()
            .env("INSTANCE_ID", instance)
            .env("CONTACT_FLOW_ID", flow(FLOW_ID))
            .env("ALLOWED_CONTACT_FLOW_IDS", SECOND_FLOW_ID);
        let aws = start(settings).await;
        for (request, expected) in [
            (json!({"InstanceId": own}), FLOW_ID),
            (json!({"InstanceId": INSTANCE_ID, "ContactFlowId": FLOW_ID}), FLOW_ID),
            (json!({"ContactFlowId": SECOND_FLOW_ID}), SECOND_FLOW_ID),
            (json!({"ContactFlowId": flow(SECOND_FLOW_ID)}), SECOND_FLOW_ID),
        ] {
            for event in by_all_callers(&request) {
                let (invoked, starts) = send(&aws, &event).await;
                let [chat] = starts.try_into().expect("one chat");
                assert_eq!(chat["InstanceId"], INSTANCE_ID, "{}", invoked.payload);
                assert_eq!(chat["ContactFlowId"], expected, "{}", invoked.payload);
            }
        }
    }
}

/// Starts a chat by HTTP. Returns its contact id and its participant token.
async fn chat(aws: &LocalAws, event: &Value) -> [Value; 2] {
    let answer = aws.invoke_json(event).await.payload;
    assert_eq!(status(&answer), 200, "{answer}");
    let result = &body(&answer)["data"]["startChatResult"];
    [result["ContactId"].clone(), result["ParticipantToken"].clone()]
}

fn keyed(mut event: Value, key: &str) -> Value {
    event["headers"]["idempotency-key"] = json!(key);
    event
}

#[tokio::test]
async fn an_idempotency_key_does_not_open_the_chat_of_another_caller() {
    let aws = start(options().env("CUSTOMER_ID_CLAIM", "sub")).await;
    let plain = json!({"Attributes": {"a": "b"}});
    let own = json!({"Attributes": {"a": "b"}, "ClientToken": "key"});
    let ana = chat(&aws, &keyed(signed_in("ana", &plain), "key")).await;
    assert_eq!(chat(&aws, &keyed(signed_in("ana", &plain), "key")).await, ana);
    let mut seen = vec![ana];
    for event in [
        keyed(signed_in("eve", &plain), "key"),
        keyed(signed_in("Ana", &plain), "key"),
        // The same text if caller and key were only concatenated.
        keyed(signed_in("an", &plain), "akey"),
        keyed(signed_in("anak", &plain), "ey"),
        keyed(signed_in("ana", &plain), "other"),
        keyed(signed_in("ana", &json!({"Attributes": {"a": "c"}})), "key"),
        signed_in("bob", &own),
        signed_in("eva", &own),
        signed_in("ana", &plain),
        signed_in("ana", &plain),
    ] {
        let other = chat(&aws, &event).await;
        for chat in &seen {
            assert!(chat[0] != other[0] && chat[1] != other[1], "{event}");
        }
        seen.push(other);
    }
    assert_eq!(aws.connect().chats(), seen.len());
}

#[tokio::test]
async fn a_client_token_does_not_open_the_chat_of_a_trusted_caller() {
    let aws = start(options()).await;
    let request = json!({"ClientToken": "order-4711", "Attributes": {"a": "b"}});
    let trusted = aws.invoke_json(&asking(&request)).await.payload;
    let sent = starts(&aws)[0]["ClientToken"].clone();
    assert_eq!(sent, "order-4711");
    for event in [http_1(&request.to_string()), keyed(http_2(&request.to_string()), "order-4711")] {
        let [contact, token] = chat(&aws, &event).await;
        assert_ne!(contact, trusted["ContactId"]);
        assert_ne!(token, trusted["ParticipantToken"]);
    }
    assert_eq!(
        aws.connect().chats(),
        2,
        "unverified callers with the same key and request share a chat"
    );
}

#[tokio::test]
async fn an_unrelated_event_starts_nothing() {
    let aws = start(options()).await;
    for stray in [json!({"orderId": "4711"}), json!({"Sns": {}}), json!({"contactflowid": FLOW_ID})]
    {
        let event = json!({"detail-type": "t", "source": "s", "id": "1", "detail": stray});
        for event in [stray, event] {
            let invoked = aws.invoke_json(&event).await;
            assert_failed(&invoked, "ValidationException");
        }
    }
    assert_eq!(calls(&aws), [""; 0]);
}

/// Returns the source code of these tests.
fn sources(folder: &std::path::Path) -> String {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let read = |path: std::path::PathBuf| {
        if path.is_dir() {
            sources(&path)
        } else if path.extension().is_none_or(|kind| kind != "rs" && kind != "py") {
            String::new()
        } else {
            std::fs::read_to_string(path).expect("a source")
        }
    };
    paths.map(read).collect()
}

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let model = std::fs::read_to_string(folder("SECURITY.md")).expect("the threat model");
    let sources = sources(&folder("tests/behaviour")) + &sources(&folder("tests/deploy"));
    let is_test = |name: &&str| name.matches('_').count() > 3 && !name.contains(char::is_uppercase);
    let names: Vec<_> = model.split('`').skip(1).step_by(2).filter(is_test).collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        let defines = |keyword: &str| sources.contains(&format!("{keyword} {name}("));
        assert!(defines("fn") || defines("def"), "{name}");
    }
}
