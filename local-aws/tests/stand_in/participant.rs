//! The participant service over HTTP: tokens, limits and errors.

use std::error::Error;

use local_aws::{Fault, LocalAws, Operation, Options};
use serde_json::{Value, json};

use super::customer::{Customer, EVENT, ask, fast};
use super::support::{Answered, send};

type Tested = Result<(), Box<dyn Error>>;

pub(super) fn error(answered: &Answered) -> (u16, &str) {
    (answered.status, answered.header("x-amzn-errortype").unwrap_or_default())
}

pub(super) const DENIED: (u16, &str) = (403, "AccessDeniedException");
pub(super) const INVALID: (u16, &str) = (400, "ValidationException");

#[tokio::test]
async fn each_token_opens_its_own_operations_and_no_others() -> Tested {
    let local = fast().await?;
    let (jane, other) =
        (Customer::start(&local, json!({})).await?, Customer::start(&local, json!({})).await?);
    let connection = &jane.connection["ConnectionCredentials"]["ConnectionToken"];
    let connection = connection.as_str().unwrap_or_default();
    let participant = jane.text("ParticipantToken");
    let message = json!({"ContentType": "text/plain", "Content": "hi"});
    let types = json!({"Type": ["CONNECTION_CREDENTIALS"]});
    for (resource, bearer, body) in [
        ("connection", connection, &types),
        ("connection", "made up", &types),
        ("connection", "", &types),
        ("message", participant, &message),
        ("message", "made up", &message),
        ("event", participant, &json!({"ContentType": format!("{EVENT}typing")})),
        ("transcript", participant, &json!({})),
        ("disconnect", participant, &json!({})),
    ] {
        let answered = ask(&jane.url, resource, bearer, body).await?;
        assert_eq!(error(&answered), DENIED, "{resource} {bearer}");
        assert_eq!(answered.json(), json!({"Message": "Access denied"}));
    }
    let without = send(&jane.url, "POST", "/participant/message", &[], b"{}").await?;
    assert_eq!(error(&without), DENIED);
    let mine = jane.say("hi").await?;
    assert_eq!(mine.status, 200);
    assert!(mine.json()["Id"].is_string() && mine.json()["AbsoluteTime"].is_string());
    assert_eq!(other.transcript().await?, Vec::<Value>::new(), "nothing of one chat in another");
    Ok(())
}

#[tokio::test]
async fn an_expired_connection_token_is_replaced_with_the_participant_token() -> Tested {
    let local = fast().await?;
    let mut jane = Customer::start(&local, json!({})).await?;
    assert_eq!(jane.act("expireToken").await?.status, 200);
    assert_eq!(error(&jane.say("hi").await?), DENIED);
    jane.connection = jane.connect().await?.json();
    assert_eq!(jane.say("hi").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn connections_are_of_the_types_that_are_asked_for() -> Tested {
    let local = fast().await?;
    let jane = Customer::start(&local, json!({})).await?;
    for (body, members) in [
        (json!({"Type": ["WEBSOCKET"]}), vec!["Websocket"]),
        (json!({"Type": ["CONNECTION_CREDENTIALS"]}), vec!["ConnectionCredentials"]),
        (json!({"ConnectParticipant": true}), vec![]),
    ] {
        let answered = ask(&jane.url, "connection", jane.text("ParticipantToken"), &body).await?;
        assert_eq!(answered.status, 200, "{body}");
        for member in ["Websocket", "ConnectionCredentials"] {
            let is_given = answered.json().get(member).is_some();
            assert_eq!(is_given, members.contains(&member), "{body} {member}");
        }
    }
    for body in [
        json!({}),
        json!({"Type": []}),
        json!({"Type": ["WEBRTC_CONNECTION"]}),
        json!({"Type": ["websocket"]}),
        json!({"Type": "WEBSOCKET"}),
    ] {
        let answered = ask(&jane.url, "connection", jane.text("ParticipantToken"), &body).await?;
        assert_eq!(error(&answered), INVALID, "{body}");
    }
    Ok(())
}

#[tokio::test]
async fn connections_of_the_start_work_without_another_call() -> Tested {
    let local = fast().await?;
    let types = json!({"ConnectionTypes": ["WEBSOCKET", "CONNECTION_CREDENTIALS"]});
    let mut jane = Customer::start(&local, types).await?;
    jane.connection = jane.started.clone();
    let mut socket = jane.subscribe().await?;
    assert_eq!(jane.say("hi").await?.status, 200);
    assert_eq!(socket.until(|item| item["Type"] == "MESSAGE").await?["Content"], "hi");
    Ok(())
}

#[tokio::test]
async fn messages_have_limits() -> Tested {
    let local = fast().await?;
    let types = json!({"SupportedMessagingContentTypes": ["text/plain", "application/json"]});
    let jane = Customer::start(&local, types).await?;
    let message = |kind: &str, content: &str| json!({"ContentType": kind, "Content": content});
    let (longest, too_long) = ("é".repeat(8192), "é".repeat(8192) + "x");
    for (body, status) in [
        (message("text/plain", &longest), 200),
        (message("application/json", "{}"), 200),
        (message("text/plain", &too_long), 400),
        (message("text/plain", ""), 400),
        (message("text/markdown", "not asked for"), 400),
        (message("application/vnd.amazonaws.connect.message.interactive", "{}"), 400),
        (json!({"ContentType": "text/plain"}), 400),
        (json!({"Content": "hi"}), 400),
        (
            json!({"ContentType": "text/plain", "Content": "hi", "ClientToken": "x".repeat(501)}),
            400,
        ),
        (json!({"ContentType": 1, "Content": "hi"}), 400),
        (json!([]), 400),
    ] {
        let answered = jane.post("message", body.clone()).await?;
        assert_eq!(answered.status, status, "{body:.80}");
        if status == 400 {
            assert_eq!(error(&answered), INVALID);
            assert!(answered.json()["Message"].is_string());
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_client_token_sends_one_message() -> Tested {
    let local = fast().await?;
    let jane = Customer::start(&local, json!({})).await?;
    let message =
        |token: &str| json!({"ContentType": "text/plain", "Content": "hi", "ClientToken": token});
    let first = jane.post("message", message("a")).await?.json();
    assert_eq!(jane.post("message", message("a")).await?.json(), first);
    assert_ne!(jane.post("message", message("b")).await?.json(), first);
    assert_eq!(jane.transcript().await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn events_have_types_and_receipts_a_message() -> Tested {
    let local = fast().await?;
    let jane = Customer::start(&local, json!({})).await?;
    let sent = jane.say("hi").await?.json();
    let event = |kind: &str, content: Value| json!({"ContentType": format!("{EVENT}{kind}"), "Content": content});
    let receipt = json!({"messageId": sent["Id"]}).to_string();
    for (body, status) in [
        (event("typing", Value::Null), 200),
        (event("connection.acknowledged", Value::Null), 200),
        (event("message.read", json!(receipt)), 200),
        (event("message.delivered", json!(receipt)), 200),
        (event("message.read", json!("{\"messageId\":\"unknown\"}")), 400),
        (event("message.read", json!("not JSON")), 400),
        (event("message.read", Value::Null), 400),
        (event("chat.ended", Value::Null), 400),
        (json!({}), 400),
    ] {
        assert_eq!(jane.post("event", body.clone()).await?.status, status, "{body}");
    }
    let transcript = jane.transcript().await?;
    let [message] = transcript.as_slice() else { panic!("{transcript:?}") };
    let receipts = &message["MessageMetadata"]["Receipts"];
    assert_eq!(receipts[0]["RecipientParticipantId"], jane.started["ParticipantId"]);
    assert!(
        receipts[0]["ReadTimestamp"].is_string() && receipts[0]["DeliveredTimestamp"].is_string()
    );
    assert_eq!(receipts[1], Value::Null);
    Ok(())
}

#[tokio::test]
async fn pages_of_any_origin_may_ask() -> Tested {
    let local = fast().await?;
    let url = local.api_gateway_url();
    let origin = ("Origin", "https://shop.example");
    let preflight = send(&url, "OPTIONS", "/participant/message", &[origin], b"").await?;
    assert_eq!(preflight.status, 204);
    let allowed = preflight.header("access-control-allow-headers").unwrap_or_default();
    assert!(allowed.contains("X-Amz-Bearer") && allowed.contains("Amz-Sdk-Request"), "{allowed}");
    for resource in ["message", "attachment"] {
        let answered = ask(&url, resource, "made up", &json!({})).await?;
        assert_eq!(answered.header("access-control-allow-origin"), Some("*"), "{resource}");
    }
    let unknown = ask(&url, "attachment", "made up", &json!({})).await?;
    assert_eq!(error(&unknown), (404, "UnknownOperationException"));
    Ok(())
}

#[tokio::test]
async fn faults_and_rates() -> Tested {
    let local = LocalAws::start(Options::without_function()).await?;
    let jane = Customer::start(&local, json!({})).await?;
    let refusal = Fault::status(403, "AccessDeniedException");
    local.connect().inject(refusal.on(Operation::CreateParticipantConnection));
    assert_eq!(jane.say("not this one").await?.status, 200);
    assert_eq!(error(&jane.connect().await?), DENIED);
    assert_eq!(jane.connect().await?.status, 200);
    local.connect().inject(Fault::reset());
    assert_eq!(jane.say("only by name").await?.status, 200);
    local.connect().clear_faults();
    local.connect().inject(Fault::reset().on(Operation::SendMessage));
    assert!(jane.say("cut").await.is_err());
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(jane.post("disconnect", json!([])).await?.status);
    }
    assert_eq!(statuses, [400, 400, 400, 400, 400, 429, 429, 429]);
    Ok(())
}
