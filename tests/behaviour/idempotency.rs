//! A repeated request starts no second chat, a different request does.

use local_aws::LocalAws;
use serde_json::{Value, json};

use support::{
    asking, assert_failed, body, chat, event, http_1, http_2, options, pointers, send, start,
};

/// Sends an event that starts one chat. Returns the client token that Connect received.
async fn token(aws: &LocalAws, event: &Value) -> String {
    let (_, sent) = chat(aws, event).await;
    sent["ClientToken"].as_str().expect("a token").to_owned()
}

/// Does the same as [`token`] for the bytes of an event.
async fn token_of(aws: &LocalAws, event: &str) -> String {
    aws.connect().forget_requests();
    let invoked = aws.invoke(event).await;
    assert_eq!(invoked.function_error, None, "{}", invoked.payload);
    let sent = support::starts(aws).remove(0);
    sent["ClientToken"].as_str().expect("a token").to_owned()
}

fn assert_hex(token: &str) {
    let is_hex = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    assert!(token.len() == 64 && token.bytes().all(is_hex), "{token}");
}

/// Returns a request of payload format 2.0 with this key.
fn keyed(key: &str, request: &Value) -> Value {
    let mut event = http_2(&request.to_string());
    event["headers"]["idempotency-key"] = json!(key);
    event
}

fn named(name: &str) -> Value {
    json!({"ParticipantDetails": {"DisplayName": name}})
}

fn rule(id: &str, detail: &Value) -> Value {
    let mut event = event("eventbridge-rule.json");
    event["id"] = json!(id);
    event["detail"] = detail.clone();
    event
}

#[tokio::test]
async fn tokens_are_the_same_in_two_processes_and_for_any_order_of_keys() {
    let (first, second) = (start(options()).await, start(options()).await);
    let event = r#"{"detail-type":"t","source":"s","id":"1","detail":{"ParticipantDetails":{"DisplayName":"Ana"},"Attributes":{"a":"1","b":"2"},"SegmentAttributes":{"x":1,"y":{"k":"v","l":"w"}}}}"#;
    let other = r#"{"time":"later","detail":{"segmentAttributes":{"y":{"valueMap":{"l":"w","k":{"ValueString":"v"}}},"x":1},"unknown":2,"attributes":{"b":2,"a":"1"},"participantDetails":{"displayName":"Ana"}},"id":"1","source":"s","detail-type":"u"}"#;
    let token = token_of(&first, event).await;
    assert_hex(&token);
    assert_eq!(token_of(&second, event).await, token);
    assert_eq!(token_of(&first, other).await, token);
    assert_eq!(token_of(&second, other).await, token);
    first.function().kill().await;
    assert_eq!(token_of(&first, event).await, token);
    assert_eq!((first.connect().chats(), second.connect().chats()), (1, 1));
}

#[tokio::test]
async fn a_redelivered_event_is_answered_with_its_first_chat() {
    let aws = start(options()).await;
    let detail = named("Ana");
    let event = rule("1", &detail);
    let (first, _) = chat(&aws, &event).await;
    let mut redelivered = event.clone();
    redelivered["replay-name"] = json!("again");
    for again in [event.clone(), redelivered] {
        assert_eq!(chat(&aws, &again).await.0, first);
    }
    let in_list = send(&aws, &json!([event])).await.0.payload;
    assert_eq!(in_list, json!([first]));
    assert_eq!(aws.connect().chats(), 1);

    let mut elsewhere = rule("1", &detail);
    elsewhere["source"] = json!("another");
    let mut shifted = rule("1another", &detail);
    shifted["source"] = json!("");
    let others = [rule("2", &detail), rule("1", &named("Bo")), elsewhere, shifted];
    for (chats, other) in others.iter().enumerate() {
        let (answer, _) = chat(&aws, other).await;
        assert_ne!(answer, first);
        assert_eq!(aws.connect().chats(), chats + 2);
    }
}

#[tokio::test]
async fn an_idempotency_key_identifies_a_request_of_its_caller() {
    let aws = start(options()).await;
    let request = json!({"Username": "Ana"});
    let by_header = token(&aws, &keyed("k-1", &request)).await;
    assert_hex(&by_header);
    let member = json!({"Username": "Ana", "ClientToken": "k-1"});
    let both = json!({"Username": "Ana", "ClientToken": "k-2"});
    let mut v1 = http_1(&request.to_string());
    v1["headers"]["IDEMPOTENCY-KEY"] = json!("k-1");
    let mut many = http_1(&request.to_string());
    many["headers"] = Value::Null;
    many["multiValueHeaders"] = json!({"Idempotency-Key": ["k-1"]});
    for same in [
        keyed("k-1", &request),
        keyed("k-1", &both),
        http_2(&member.to_string()),
        http_1(&member.to_string()),
        keyed("", &member),
        v1,
        many,
    ] {
        assert_eq!(token(&aws, &same).await, by_header, "{same}");
    }
    assert_eq!(aws.connect().chats(), 1);
    for other in [
        keyed("k-2", &request),
        keyed("K-1", &request),
        keyed("k-1", &json!({"Username": "Bo"})),
        keyed("k-1", &json!({"Username": "Ana", "CustomerId": ""  , "Attributes": {"a": 1}})),
    ] {
        assert_ne!(token(&aws, &other).await, by_header, "{other}");
    }
    assert_eq!(aws.connect().chats(), 5);
}

#[tokio::test]
async fn the_same_key_of_two_customers_is_two_chats() {
    let aws = start(options().env("CUSTOMER_ID_CLAIM", "sub")).await;
    let mut ids = std::collections::BTreeSet::new();
    for customer in ["ana", "bo", "ana"] {
        let mut event = keyed("k-1", &json!({}));
        event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"sub": customer}}});
        let (answer, _) = chat(&aws, &event).await;
        let id = body(&answer)["data"]["startChatResult"]["ContactId"].to_string();
        ids.insert(id);
    }
    assert_eq!((ids.len(), aws.connect().chats()), (2, 2));
}

#[tokio::test]
async fn requests_without_a_key_are_different_chats() {
    let aws = start(options()).await;
    let direct = named("Ana");
    let http = http_2(&direct.to_string());
    let no_id = json!({"detail-type": "t", "source": "s", "detail": direct});
    let mut tokens = std::collections::BTreeSet::new();
    for event in [&http, &http, &direct, &direct, &no_id, &no_id] {
        tokens.insert(token(&aws, event).await);
    }
    assert_eq!((tokens.len(), aws.connect().chats()), (6, 6));
    let (invoked, starts) = send(&aws, &json!([direct, direct, no_id])).await;
    assert_eq!(invoked.function_error, None);
    tokens.extend(starts.iter().map(|sent| sent["ClientToken"].to_string()));
    assert_eq!((tokens.len(), aws.connect().chats()), (9, 9));
}

#[tokio::test]
async fn the_client_token_of_a_trusted_caller_is_passed_on() {
    let aws = start(options()).await;
    let request = asking(&json!({"ClientToken": "own token/ü"}));
    let record = json!({
        "messageId": "m", "eventSource": "aws:sqs", "body": rule("1", &request).to_string(),
    });
    for event in [
        request.clone(),
        rule("1", &request),
        json!([request]),
        json!([rule("2", &request)]),
        json!({"Records": [record]}),
    ] {
        assert_eq!(token(&aws, &event).await, "own token/ü", "{event}");
    }
    assert_eq!(aws.connect().chats(), 1);
}

#[tokio::test]
async fn a_message_is_identified_by_its_event_or_its_own_id() {
    let aws = start(options()).await;
    let sqs = |id: &str, body: &Value| {
        let record = json!({"messageId": id, "eventSource": "aws:sqs", "body": body.to_string()});
        json!({"Records": [record]})
    };
    let request = named("Ana");
    let event = rule("1", &request);
    let by_event = token(&aws, &event).await;
    assert_eq!(token(&aws, &sqs("m-1", &event)).await, by_event);
    assert_eq!(token(&aws, &sqs("m-2", &event)).await, by_event);

    let by_message = token(&aws, &sqs("m-1", &request)).await;
    assert_hex(&by_message);
    assert_eq!(token(&aws, &sqs("m-1", &request)).await, by_message);
    assert_ne!(token(&aws, &sqs("m-2", &request)).await, by_message);
    let other = sqs("m-1", &named("Bo"));
    assert_ne!(token(&aws, &other).await, by_message);
    assert_eq!(aws.connect().chats(), 4);
}

#[tokio::test]
async fn idempotency_keys_have_1_to_255_printable_characters() {
    let aws = start(options()).await;
    let long = |count: usize| "ü".repeat(count);
    for (key, valid) in [
        (String::new(), true),
        ("k".to_owned(), true),
        (" ".to_owned(), true),
        (long(255), true),
        (long(256), false),
        ("a\u{0}b".to_owned(), false),
        ("a\tb".to_owned(), false),
        ("a\u{7f}".to_owned(), false),
        ("\u{85}".to_owned(), false),
    ] {
        let by_header = json!({"header": "Idempotency-Key"});
        let by_member = json!({"pointer": "/ClientToken"});
        let member = http_2(&json!({"ClientToken": key}).to_string());
        for (event, place) in [(keyed(&key, &json!({})), by_header), (member, by_member)] {
            let (invoked, starts) = send(&aws, &event).await;
            let answer = invoked.payload;
            assert_eq!(answer["statusCode"] == 200, valid, "{key:?}");
            assert_eq!(starts.len(), usize::from(valid), "{key:?}");
            if !valid {
                let problem = body(&answer);
                let errors = problem["errors"].as_array().expect("a list");
                assert_eq!(errors.len(), 1, "{problem}");
                let (name, value) =
                    place.as_object().and_then(|place| place.iter().next()).expect("one");
                assert_eq!(&errors[0][name], value, "{problem}");
            }
        }
    }
    let long = asking(&json!({"ClientToken": "x".repeat(501)}));
    let (invoked, _) = send(&aws, &long).await;
    assert_failed(&invoked, "ValidationException");
    assert_eq!(pointers(&invoked), ["/ClientToken"]);
}
