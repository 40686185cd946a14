//! The settings by which a deployer changes what chats are started.

mod additions;
mod pages;
mod past_chats;

use local_aws::LocalAws;
use serde_json::{Value, json};

use support::{
    FLOW_ID, SECOND_FLOW_ID, asking, assert_failed, bare_options, body, chat, http_1, http_2,
    options, send, start, status,
};

/// Asserts that an HTTP request in either format has this status, and that a
/// refused one has an error at this pointer only.
async fn assert_status(aws: &LocalAws, request: &Value, expected: u64, pointer: &str) {
    let text = request.to_string();
    for event in [http_1(&text), http_2(&text)] {
        let (invoked, starts) = send(aws, &event).await;
        let answer = invoked.payload;
        assert_eq!(status(&answer), expected, "{request}: {answer}");
        assert_eq!(starts.len(), usize::from(expected == 200), "{request}");
        if expected != 200 {
            let errors = &body(&answer)["errors"];
            assert_eq!(errors.as_array().map(Vec::len), Some(1), "{answer}");
            assert_eq!(errors[0]["pointer"], pointer, "{answer}");
        }
    }
}

#[tokio::test]
async fn an_http_caller_may_ask_for_a_chat_up_to_the_longest_allowed() {
    let longest = |minutes: &str| options().env("MAX_CHAT_DURATION_MINUTES", minutes);
    let pointer = "/chatDurationInMinutes";
    for (options, allowed) in
        [(options(), 1_500), (longest("60"), 60), (longest("600"), 600), (longest("10080"), 10_080)]
    {
        let aws = start(options).await;
        let minutes = |minutes: i32| json!({"chatDurationInMinutes": minutes});
        assert_status(&aws, &minutes(60), 200, pointer).await;
        assert_status(&aws, &minutes(allowed), 200, pointer).await;
        let beyond = if allowed == 10_080 { 400 } else { 403 };
        assert_status(&aws, &minutes(allowed + 1), beyond, pointer).await;
        // IAM lets the others in.
        let (_, sent) = chat(&aws, &minutes(10_080)).await;
        assert_eq!(sent["ChatDurationInMinutes"], 10_080);
    }
    // The default is the deployer's own choice.
    let default = longest("60").env("DEFAULT_CHAT_DURATION_MINUTES", "120");
    let (_, sent) = chat(&start(default).await, &http_2("{}")).await;
    assert_eq!(sent["ChatDurationInMinutes"], 120);
}

#[tokio::test]
async fn agents_are_disconnected_with_the_customer_if_the_request_does_not_say() {
    for (value, expected) in [("", Value::Null), ("false", Value::Null), ("true", json!(["AGENT"]))]
    {
        let aws = start(options().env("DISCONNECT_ON_CUSTOMER_EXIT", value)).await;
        let own = json!({"DisconnectOnCustomerExit": ["AGENT"]});
        for (request, expected) in [
            (json!({}), expected.clone()),
            (json!({"DisconnectOnCustomerExit": []}), expected.clone()),
            (own, json!(["AGENT"])),
        ] {
            let text = request.to_string();
            for event in [asking(&request), http_1(&text), http_2(&text)] {
                let (_, sent) = chat(&aws, &event).await;
                assert_eq!(sent["DisconnectOnCustomerExit"], expected, "{value}: {request}");
            }
        }
    }
}

#[tokio::test]
async fn one_variable_may_hold_every_setting() {
    let settings = json!({
        "INSTANCE_ID": support::INSTANCE_ID, "CONTACT_FLOW_ID": SECOND_FLOW_ID,
        "DISCONNECT_ON_CUSTOMER_EXIT": true, "DEFAULT_CHAT_DURATION_MINUTES": 90,
        "FIXED_ATTRIBUTES": "channel=web", "DEFAULT_DISPLAY_NAME": "Visitor",
    });
    let options = || bare_options().env("SETTINGS", settings.to_string());
    let (_, sent) = chat(&start(options()).await, &http_2("{}")).await;
    assert_eq!(sent["ContactFlowId"], SECOND_FLOW_ID);
    assert_eq!(sent["DisconnectOnCustomerExit"], json!(["AGENT"]));
    assert_eq!(sent["ChatDurationInMinutes"], 90);
    assert_eq!(sent["Attributes"], json!({"channel": "web", "customerName": "Visitor"}));

    // A variable of its own wins, unless it is empty.
    let own = options()
        .env("CONTACT_FLOW_ID", FLOW_ID)
        .env("DEFAULT_DISPLAY_NAME", "Guest")
        .env("FIXED_ATTRIBUTES", "");
    let (_, sent) = chat(&start(own).await, &http_2("{}")).await;
    assert_eq!(sent["ContactFlowId"], FLOW_ID);
    assert_eq!(sent["Attributes"], json!({"channel": "web", "customerName": "Guest"}));
}

#[tokio::test]
async fn a_fault_within_the_one_variable_is_an_init_error() {
    for (value, named) in [
        (r#"{"ATTACHMENT":true}"#, "ATTACHMENT"),
        (r#"{"ATTACHMENTS":"yes"}"#, "ATTACHMENTS"),
        (r#"{"ATTACHMENTS":null}"#, "ATTACHMENTS"),
        (r#"{"ALLOWED_ORIGINS":["https://shop.example"]}"#, "ALLOWED_ORIGINS"),
        (r#"{"SETTINGS":"{}"}"#, "SETTINGS"),
        ("{", "SETTINGS"),
        ("[]", "SETTINGS"),
        ("true", "SETTINGS"),
    ] {
        let aws = start(options().env("SETTINGS", value)).await;
        let error = aws.function().init_error().expect("an init error");
        assert_eq!(error["errorType"], "SettingsError", "{value}");
        let message = error["errorMessage"].as_str().expect("a message");
        assert!(message.contains(named), "{value}: {message}");
        let invoked = aws.invoke_json(&asking(&json!({}))).await;
        assert_failed(&invoked, "SettingsError");
        assert!(aws.connect().requests().is_empty(), "{value}");
    }
}
