//! What public chat clients have in common: JSON under any content type, and
//! several members for the display name. `tests/clients/` has each client.

use serde_json::{Value, json};

use support::{FLOW_ID, asking, chat, expected, http_1, http_2, options, split_token, start};

/// Returns what Connect receives for a customer of this name.
fn named(name: &str, attributes: &Value) -> Value {
    expected(&json!({
        "ParticipantDetails": {"DisplayName": name},
        "Attributes": attributes,
    }))
}

fn with_headers(mut event: Value, headers: &Value) -> Value {
    event["headers"] = headers.clone();
    if event.get("multiValueHeaders").is_some() {
        event["multiValueHeaders"] = Value::Null;
    }
    event
}

#[tokio::test]
async fn the_body_is_json_under_any_content_type() {
    let aws = start(options()).await;
    let text = r#"{"ParticipantDetails":{"DisplayName":"Zoë"}}"#;
    let base64 = "eyJQYXJ0aWNpcGFudERldGFpbHMiOnsiRGlzcGxheU5hbWUiOiJab8OrIn19";
    for headers in [
        json!({"content-type": "application/json"}),
        json!({"Content-Type": "Application/json", "Content-Encoding": "amz-1.0"}),
        json!({"CONTENT-TYPE": "application/json; charset=UTF-8"}),
        json!({"content-type": "text/plain;charset=UTF-8"}),
        json!({"content-type": "application/x-www-form-urlencoded"}),
        json!({"content-type": "multipart/form-data; boundary=x"}),
        json!({"content-type": "", "content-encoding": "gzip"}),
        json!({"content-type": null}),
        json!({}),
    ] {
        for mut event in [http_1(text), http_2(text)] {
            for encoded in [false, true] {
                event["isBase64Encoded"] = json!(encoded);
                event["body"] = json!(if encoded { base64 } else { text });
                let event = with_headers(event.clone(), &headers);
                let (answer, sent) = chat(&aws, &event).await;
                assert_eq!(answer["statusCode"], 200, "{headers}");
                let sent = split_token(sent).0;
                assert_eq!(sent, named("Zoë", &json!({"customerName": "Zoë"})), "{headers}");
            }
        }
    }
}

#[tokio::test]
async fn each_client_has_its_own_member_for_the_display_name() {
    let aws = start(options().env("DEFAULT_DISPLAY_NAME", "Visitor")).await;
    let details = |name: &str| json!({"DisplayName": name});
    let own = |name: &str| json!({"customerName": name});
    for (request, name, attributes) in [
        (json!({"customerName": "B"}), "B", own("B")),
        (json!({"CustomerName": "B"}), "B", own("B")),
        (json!({"displayName": "E"}), "E", own("E")),
        (json!({"DisplayName": "E"}), "E", own("E")),
        (json!({"name": "F"}), "F", own("F")),
        (json!({"Name": "F"}), "F", own("F")),
        (json!({"Username": "C"}), "C", own("C")),
        (json!({"username": "C"}), "C", own("C")),
        (json!({"Attributes": own("A")}), "A", own("A")),
        (json!({"Attributes": own("A").to_string()}), "A", own("A")),
        (json!({"ParticipantDetails": details("D")}), "D", own("D")),
        (json!({"ParticipantDetails": details("D"), "Attributes": own("A")}), "D", own("A")),
        (json!({"ParticipantDetails": details("D"), "Username": "C"}), "D", own("D")),
        (json!({"ParticipantDetails": details(""), "Attributes": own("A")}), "A", own("A")),
        (json!({"ParticipantDetails": {}, "customerName": "B", "Username": "C"}), "B", own("B")),
        (json!({"Attributes": own("A"), "customerName": "B", "Username": "C"}), "A", own("A")),
        (json!({"Attributes": own(""), "customerName": "B", "Username": "C"}), "B", own("B")),
        (json!({"Attributes": {}, "customerName": "", "Username": "C"}), "C", own("C")),
        (json!({"customerName": "B", "displayName": "E", "name": "F"}), "B", own("B")),
        (json!({"displayName": "E", "name": "F", "Username": "C"}), "E", own("E")),
        (json!({"name": "F", "Username": "C"}), "F", own("F")),
        (json!({"ParticipantDetails": details(" \t"), "customerName": "B"}), "B", own("B")),
        (json!({"Attributes": own(" "), "Username": "C"}), "C", own("C")),
        (
            json!({"displayName": " ", "name": "\u{a0}", "Username": "\n"}),
            "Visitor",
            own("Visitor"),
        ),
        (
            json!({"Attributes": {"page": "p"}}),
            "Visitor",
            json!({"page": "p", "customerName": "Visitor"}),
        ),
        (json!({"ContactFlowId": FLOW_ID}), "Visitor", own("Visitor")),
        (json!({}), "Visitor", own("Visitor")),
    ] {
        let text = request.to_string();
        for event in [asking(&request), http_1(&text), http_2(&text)] {
            let (_, sent) = chat(&aws, &event).await;
            assert_eq!(split_token(sent).0, named(name, &attributes), "{request}");
        }
    }
}
