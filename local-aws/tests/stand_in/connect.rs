//! Amazon Connect: starts, describes, stops and rejects.

use std::collections::HashSet;
use std::io;

use crate::support::{Answered, SIGNED, chat, send, start_chat};
use local_aws::fixtures::*;
use local_aws::{Contact, LocalAws, Options, PARTICIPANT_TOKEN_PREFIX, Rate};
use serde_json::{Value, json};

async fn start() -> io::Result<LocalAws> {
    LocalAws::start(Options::without_function().no_rate_limit()).await
}

fn error(answered: &Answered) -> (u16, Option<&str>) {
    (answered.status, answered.header("x-amzn-errortype"))
}

const INVALID: (u16, Option<&str>) = (400, Some("InvalidRequestException"));
const MISSING: (u16, Option<&str>) = (404, Some("ResourceNotFoundException"));

#[tokio::test]
async fn a_chat() -> io::Result<()> {
    let local = start().await?;
    let body = chat(json!({"Attributes": {"a": "b"}, "CustomerId": "c", "ClientToken": "t"}));
    let answered = start_chat(&local, &body).await?;
    let answer = answered.json();
    assert_eq!(answered.status, 200);
    assert!(answered.header("x-amzn-requestid").is_some());
    assert_eq!(answer.as_object().map(serde_json::Map::len), Some(3));
    let token = answer["ParticipantToken"].as_str().unwrap_or_default();
    assert!(token.starts_with(PARTICIPANT_TOKEN_PREFIX) && token.len() <= 1000);
    let id = answer["ContactId"].as_str().unwrap_or_default();
    let contact = local.connect().contact(id).unwrap_or_else(|| Contact::chat(""));
    assert_eq!((contact.customer_id.as_deref(), contact.channel.as_str()), (Some("c"), "CHAT"));
    assert_eq!(contact.attributes.get("a").map(String::as_str), Some("b"));
    assert!(contact.is_running());
    let received = &local.connect().requests()[0];
    assert_eq!(
        (received.method.as_str(), received.path.as_str(), received.status),
        ("PUT", "/contact/chat", 200)
    );
    assert_eq!((&received.body, received.contact_id.as_deref()), (&body, Some(id)));
    assert_eq!(received.header("X-AMZ-DATE"), Some("20261122T120000Z"));
    Ok(())
}

#[tokio::test]
async fn a_client_token_starts_one_chat() -> io::Result<()> {
    let local = LocalAws::start(Options::without_function().no_rate_limit().quota(1)).await?;
    let body = chat(json!({"ClientToken": "t", "ConnectionTypes": ["WEBSOCKET"]}));
    let first = start_chat(&local, &body).await?.json();
    assert_eq!(start_chat(&local, &body).await?.json(), first);
    assert_eq!(local.connect().chats(), 1);
    assert_eq!(
        error(&start_chat(&local, &chat(json!({}))).await?),
        (429, Some("LimitExceededException"))
    );
    local.connect().end_contact(first["ContactId"].as_str().unwrap_or_default());
    let repeated = start_chat(&local, &body).await?.json();
    assert_eq!(repeated["ParticipantToken"], first["ParticipantToken"]);
    assert!(repeated.get("Websocket").is_none(), "an ended chat has none");
    assert_eq!(start_chat(&local, &chat(json!({"ClientToken": "u"}))).await?.status, 200);
    assert_eq!(local.connect().chats(), 2);
    Ok(())
}

#[tokio::test]
async fn the_rate_is_limited() -> io::Result<()> {
    let local = LocalAws::start(Options::without_function().rate(Rate::new(0.001, 2))).await?;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(start_chat(&local, &chat(json!({}))).await?);
    }
    assert_eq!(
        statuses.iter().map(error).next_back(),
        Some((429, Some("TooManyRequestsException")))
    );
    assert_eq!(
        statuses[..2].iter().map(|answered| answered.status).collect::<Vec<_>>(),
        [200, 200]
    );
    let mut throttled = 0;
    for _ in 0..40 {
        throttled += usize::from(describe(&local, ENDED_LATEST_CONTACT_ID).await?.status == 429);
    }
    assert!(throttled > 0, "DescribeContact has a limit of its own");
    Ok(())
}

async fn describe(local: &LocalAws, id: &str) -> io::Result<Answered> {
    send(&local.connect_url(), "GET", &format!("/contacts/{INSTANCE_ID}/{id}"), &SIGNED, b"").await
}

#[tokio::test]
async fn the_seeded_contacts_are_described() -> io::Result<()> {
    let local = start().await?;
    for (id, customer, channel, ended, initial) in [
        (ENDED_INITIAL_CONTACT_ID, Some(CUSTOMER_ID), "CHAT", true, None),
        (ENDED_LATEST_CONTACT_ID, Some(CUSTOMER_ID), "CHAT", true, Some(ENDED_INITIAL_CONTACT_ID)),
        (RUNNING_CONTACT_ID, Some(CUSTOMER_ID), "CHAT", false, None),
        (OTHER_CUSTOMERS_CONTACT_ID, Some(OTHER_CUSTOMER_ID), "CHAT", true, None),
        (OWNERLESS_CONTACT_ID, None, "CHAT", true, None),
        (VOICE_CONTACT_ID, Some(CUSTOMER_ID), "VOICE", true, None),
    ] {
        let contact = describe(&local, id).await?.json()["Contact"].take();
        assert_eq!(contact["Id"], id);
        assert_eq!(contact.get("CustomerId").and_then(Value::as_str), customer, "{id}");
        assert_eq!(
            (contact["Channel"].as_str(), contact["InitiationMethod"].as_str()),
            (Some(channel), Some("API"))
        );
        assert_eq!(contact.get("DisconnectTimestamp").is_some_and(Value::is_u64), ended, "{id}");
        assert_eq!(contact.get("InitialContactId").and_then(Value::as_str), initial, "{id}");
    }
    assert_eq!(error(&describe(&local, "unknown").await?), MISSING);
    let elsewhere = format!("/contacts/other/{ENDED_LATEST_CONTACT_ID}");
    assert_eq!(error(&send(&local.connect_url(), "GET", &elsewhere, &SIGNED, b"").await?), MISSING);
    Ok(())
}

#[tokio::test]
async fn a_contact_is_stopped() -> io::Result<()> {
    let local = start().await?;
    let url = local.connect_url();
    let body = |id: &str| json!({"InstanceId": INSTANCE_ID, "ContactId": id}).to_string();
    let stopped =
        send(&url, "POST", "/contact/stop", &SIGNED, body(RUNNING_CONTACT_ID).as_bytes()).await?;
    assert_eq!(stopped.status, 200);
    assert!(
        local.connect().contact(RUNNING_CONTACT_ID).is_some_and(|contact| !contact.is_running())
    );
    let unknown = send(&url, "POST", "/contact/stop", &SIGNED, body("unknown").as_bytes()).await?;
    assert_eq!(error(&unknown), (410, Some("ContactNotFoundException")));
    Ok(())
}

#[tokio::test]
async fn a_persistent_chat() -> io::Result<()> {
    let local = start().await?;
    let persistent = |kind: &str, source: &str| {
        chat(json!({"PersistentChat": {"RehydrationType": kind, "SourceContactId": source}}))
    };
    for (kind, source, continued) in [
        ("ENTIRE_PAST_SESSION", ENDED_INITIAL_CONTACT_ID, ENDED_LATEST_CONTACT_ID),
        ("FROM_SEGMENT", ENDED_INITIAL_CONTACT_ID, ENDED_INITIAL_CONTACT_ID),
        ("FROM_SEGMENT", ENDED_LATEST_CONTACT_ID, ENDED_LATEST_CONTACT_ID),
    ] {
        let answer = start_chat(&local, &persistent(kind, source)).await?.json();
        assert_eq!(answer["ContinuedFromContactId"], continued, "{kind} {source}");
        let contact = local.connect().contact(answer["ContactId"].as_str().unwrap_or_default());
        assert_eq!(
            contact.and_then(|contact| contact.related_contact_id).as_deref(),
            Some(continued)
        );
    }
    for (kind, source, refusal) in [
        ("ENTIRE_PAST_SESSION", ENDED_LATEST_CONTACT_ID, INVALID),
        ("ENTIRE_PAST_SESSION", RUNNING_CONTACT_ID, INVALID),
        ("FROM_SEGMENT", RUNNING_CONTACT_ID, INVALID),
        ("FROM_SEGMENT", VOICE_CONTACT_ID, INVALID),
        ("FROM_SEGMENT", "unknown", MISSING),
        ("ENTIRE_PAST_SESSION", "unknown", MISSING),
    ] {
        assert_eq!(
            error(&start_chat(&local, &persistent(kind, source)).await?),
            refusal,
            "{kind} {source}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_related_contact() -> io::Result<()> {
    let local = start().await?;
    let answer =
        start_chat(&local, &chat(json!({"RelatedContactId": VOICE_CONTACT_ID}))).await?.json();
    let contact = local.connect().contact(answer["ContactId"].as_str().unwrap_or_default());
    assert_eq!(
        contact.and_then(|contact| contact.related_contact_id).as_deref(),
        Some(VOICE_CONTACT_ID)
    );
    assert!(answer.get("ContinuedFromContactId").is_none());
    assert_eq!(
        error(&start_chat(&local, &chat(json!({"RelatedContactId": "unknown"}))).await?),
        MISSING
    );
    Ok(())
}

#[tokio::test]
async fn connections_and_streaming() -> io::Result<()> {
    let local = start().await?;
    let answer = start_chat(&local, &chat(json!({
        "ConnectionTypes": ["WEBSOCKET", "CONNECTION_CREDENTIALS"],
        "ChatStreamingConfiguration": {"StreamingEndpointArn": "arn:aws:sns:us-east-1:123456789012:topic"},
    }))).await?.json();
    assert!(
        answer["Websocket"]["Url"].as_str().is_some_and(|url| url.starts_with("ws://127.0.0.1:"))
    );
    assert!(answer["ConnectionCredentials"]["ConnectionToken"].is_string());
    for time in
        [&answer["Websocket"]["ConnectionExpiry"], &answer["ConnectionCredentials"]["Expiry"]]
    {
        assert!(
            time.as_str().is_some_and(|time| time.len() == 24 && time.ends_with('Z')),
            "{time}"
        );
    }
    assert!(answer["StreamingId"].is_string());
    Ok(())
}

#[tokio::test]
async fn tokens_are_unique() -> io::Result<()> {
    let local = start().await?;
    let mut tokens = HashSet::new();
    for _ in 0..20 {
        tokens.insert(
            start_chat(&local, &chat(json!({}))).await?.json()["ParticipantToken"].to_string(),
        );
    }
    assert_eq!(tokens.len(), 20);
    Ok(())
}

#[tokio::test]
async fn invalid_requests_are_rejected() -> io::Result<()> {
    let local = start().await?;
    let arn = format!(
        "arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE_ID}/contact-flow/{FLOW_ID}"
    );
    for (more, refusal) in [
        (json!({"ContactFlowId": "unknown"}), MISSING),
        (json!({"InstanceId": "unknown"}), MISSING),
        (json!({"ContactFlowId": arn}), (403, Some("AccessDeniedException"))),
        (json!({"Unheard": 1}), INVALID),
    ] {
        let answered = start_chat(&local, &chat(more.clone())).await?;
        assert_eq!(error(&answered), refusal, "{more}");
        assert!(answered.json()["Message"].is_string());
    }
    let url = local.connect_url();
    let unsigned =
        send(&url, "PUT", "/contact/chat", &[], chat(json!({})).to_string().as_bytes()).await?;
    assert_eq!(error(&unsigned), (403, Some("MissingAuthenticationTokenException")));
    let not_an_object = send(&url, "PUT", "/contact/chat", &SIGNED, b"[]").await?;
    assert_eq!(error(&not_an_object), (400, Some("SerializationException")));
    let unknown = send(&url, "GET", "/nothing", &SIGNED, b"").await?;
    assert_eq!(error(&unknown), (404, Some("UnknownOperationException")));
    assert_eq!(local.connect().chats(), 0);
    Ok(())
}
