//! What settings and verified claims add to the chats of HTTP callers.

use local_aws::Options;
use serde_json::{Value, json};

use super::assert_status;
use support::{asking, body, chat, http_1, http_2, options, send, start, status};

/// Returns requests in both formats of a caller with these verified claims.
fn claimed(claims: &Value, request: &Value) -> [Value; 2] {
    let text = request.to_string();
    let (mut v1, mut v2) = (http_1(&text), http_2(&text));
    v1["requestContext"]["authorizer"] = json!({"claims": claims});
    v2["requestContext"]["authorizer"] = json!({"jwt": {"claims": claims}});
    [v1, v2]
}

#[tokio::test]
async fn a_claim_may_be_the_display_name_whatever_the_body_says() {
    let aws = start(options().env("DISPLAY_NAME_CLAIM", "name")).await;
    let request = json!({
        "ParticipantDetails": {"DisplayName": "The boss"},
        "Attributes": {"customerName": "The boss", "CustomerName": "The boss", "a": "b"},
        "customerName": "The boss",
    });
    let long = "ë".repeat(300);
    let cut = "ë".repeat(256);
    for (claims, name) in [
        (json!({"name": "Ana"}), "Ana"),
        (json!({"name": 4711}), "4711"),
        (json!({"name": long}), cut.as_str()),
        (json!({"name": " "}), "Customer"),
        (json!({"name": null}), "Customer"),
        (json!({"Name": "Ana"}), "Customer"),
    ] {
        for event in claimed(&claims, &request) {
            let (_, sent) = chat(&aws, &event).await;
            assert_eq!(sent["ParticipantDetails"], json!({"DisplayName": name}), "{claims}");
            assert_eq!(sent["Attributes"], json!({"a": "b", "customerName": name}), "{claims}");
        }
    }
    // IAM lets the others in; they have no claims.
    let (_, sent) = chat(&aws, &asking(&request)).await;
    assert_eq!(sent["ParticipantDetails"]["DisplayName"], "The boss");
}

#[tokio::test]
async fn an_address_is_a_display_name_only_once_it_is_verified() {
    let aws = start(options().env("DISPLAY_NAME_CLAIM", "email")).await;
    for (verified, name) in [(true, "ana@example.com"), (false, "Customer")] {
        let claims = json!({"email": "ana@example.com", "email_verified": verified});
        for event in claimed(&claims, &json!({"Username": "The boss"})) {
            let (_, sent) = chat(&aws, &event).await;
            assert_eq!(sent["ParticipantDetails"]["DisplayName"], name);
        }
    }
}

fn marking() -> Options {
    options().env("CUSTOMER_ID_CLAIM", "sub").env("MARK_AUTHENTICATED", "true")
}

#[tokio::test]
async fn the_chats_of_verified_customers_are_marked() {
    const MARK: &str = "connect:CustomerAuthentication";
    let aws = start(marking()).await;
    let claims = json!({"sub": "customer-4711"});
    let own = json!({"SegmentAttributes": {"a": "b"}});
    let mark = json!({"ValueMap": {"Status": {"ValueString": "AUTHENTICATED"}}});
    for event in claimed(&claims, &own) {
        let (_, sent) = chat(&aws, &event).await;
        let expected = json!({"a": {"ValueString": "b"}, MARK: mark});
        assert_eq!(sent["SegmentAttributes"], expected);
    }
    for event in [claimed(&json!({}), &own), claimed(&json!({"sub": " "}), &own)].concat() {
        let (invoked, starts) = send(&aws, &event).await;
        assert_eq!((status(&invoked.payload), starts.len()), (401, 0));
    }
    // Nobody marks their own chat.
    let forged = json!({"SegmentAttributes": {MARK: {"Status": "AUTHENTICATED"}}});
    for event in claimed(&claims, &forged) {
        let (invoked, starts) = send(&aws, &event).await;
        assert_eq!((status(&invoked.payload), starts.len()), (403, 0), "{}", invoked.payload);
        let pointer = format!("/SegmentAttributes/{MARK}");
        assert_eq!(body(&invoked.payload)["errors"][0]["pointer"], pointer);
    }
    let (_, sent) = chat(&aws, &asking(&json!({"CustomerId": "customer-4711"}))).await;
    assert_eq!(sent["SegmentAttributes"], Value::Null, "nobody verified a trusted caller's id");
    let unmarked = start(options().env("CUSTOMER_ID_CLAIM", "sub")).await;
    for event in claimed(&claims, &json!({})) {
        assert_eq!(chat(&unmarked, &event).await.1["SegmentAttributes"], Value::Null);
    }
}

#[tokio::test]
async fn fixed_attributes_are_those_of_every_http_callers_chat() {
    let aws = start(options().env("FIXED_ATTRIBUTES", "channel=web, Formula=a=b ,empty=")).await;
    let text = r#"{"Attributes":{"a":"b"}}"#;
    for event in [http_1(text), http_2(text)] {
        let (_, sent) = chat(&aws, &event).await;
        let expected = json!({
            "a": "b", "channel": "web", "Formula": "a=b", "empty": "", "customerName": "Customer",
        });
        assert_eq!(sent["Attributes"], expected);
    }
    let (_, sent) = chat(&aws, &asking(&json!({"Attributes": {"channel": "phone"}}))).await;
    assert_eq!(sent["Attributes"]["channel"], "phone", "IAM lets the others in");
    assert_eq!(sent["Attributes"]["Formula"], Value::Null);
}

#[tokio::test]
async fn callers_cannot_set_a_fixed_attribute_in_any_case() {
    let aws = start(options().env("FIXED_ATTRIBUTES", "channel=web,Tier=gold")).await;
    for name in ["channel", "Channel", "CHANNEL", "tier", "tIER"] {
        for value in ["web", "phone", ""] {
            let request = json!({"attributes": {name: value}});
            assert_status(&aws, &request, 403, &format!("/attributes/{name}")).await;
        }
        let stringified = json!({"Attributes": json!({name: "x"}).to_string()});
        assert_status(&aws, &stringified, 403, &format!("/Attributes/{name}")).await;
    }
    for name in ["channels", "chan-nel", "xTier"] {
        assert_status(&aws, &json!({"Attributes": {name: "x"}}), 200, "").await;
    }
}

#[tokio::test]
async fn a_caller_cannot_crowd_out_fixed_attributes() {
    let aws = start(options().env("FIXED_ATTRIBUTES", "channel=web")).await;
    let room = 32_768 - "channelweb".len();
    for (bytes, expected) in [(room, 200), (room + 1, 400)] {
        let request = json!({"Attributes": {"a": "x".repeat(bytes - 1)}});
        assert_status(&aws, &request, expected, "/Attributes").await;
    }
}
