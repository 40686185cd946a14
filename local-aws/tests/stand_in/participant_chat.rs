//! Chats as they go: the websocket, the agent, and every way to an end.

use std::error::Error;
use std::io;
use std::time::Duration;

use local_aws::{Fault, LocalAws, Operation, Options};
use serde_json::{Value, json};

use super::customer::{Customer, EVENT, INTERACTIVE, fast, open};
use super::support::{SIGNED, send};

type Tested = Result<(), Box<dyn Error>>;

#[tokio::test]
async fn a_chat_from_the_first_message_to_the_last() -> Tested {
    let local = fast().await?;
    let initial = json!({"InitialMessage": {"ContentType": "text/plain", "Content": "My order?"}});
    let jane = Customer::start(&local, initial).await?;
    let mut socket = jane.subscribe().await?;
    let joined = socket.item().await?;
    assert_eq!(joined["ContentType"], format!("{EVENT}participant.joined").as_str());
    assert_eq!(joined["ParticipantRole"], "CUSTOMER");
    assert_eq!(joined["DisplayName"], "Jane");
    assert_eq!(socket.event("participant.joined").await?["ParticipantRole"], "AGENT");
    assert_eq!(socket.event("typing").await?["ParticipantRole"], "AGENT");
    let greeting = socket.agent_says().await?;
    assert!(greeting["Content"].as_str().is_some_and(|text| text.starts_with("Hello Jane,")));
    assert_eq!(socket.agent_says().await?["Content"], "You wrote: My order?");
    let sent = jane.say("Hello").await?.json();
    let echo = socket.until(|item| item["Type"] == "MESSAGE").await?;
    assert_eq!((&echo["Id"], &echo["AbsoluteTime"]), (&sent["Id"], &sent["AbsoluteTime"]));
    assert_eq!(echo["ParticipantId"], jane.started["ParticipantId"]);
    for member in ["DeliveredTimestamp", "ReadTimestamp"] {
        let receipt = socket.until(|item| item["Type"] == "MESSAGEMETADATA").await?;
        assert_eq!(receipt["MessageMetadata"]["MessageId"], sent["Id"]);
        let [of] = receipt["MessageMetadata"]["Receipts"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
        else {
            panic!("{receipt}")
        };
        assert!(of[member].is_string(), "{receipt}");
        assert_eq!(of["RecipientParticipantId"], greeting["ParticipantId"]);
    }
    assert_eq!(socket.agent_says().await?["Content"], "You wrote: Hello");
    let transcript = jane.transcript().await?;
    assert_eq!(transcript[0]["Content"], "My order?");
    jane.say("bye").await?;
    assert_eq!(socket.agent_says().await?["Content"], "Goodbye!");
    assert_eq!(socket.event("participant.left").await?["ParticipantRole"], "AGENT");
    assert_eq!(socket.event("chat.ended").await?["ParticipantRole"], "SYSTEM");
    assert!(socket.frame().await.is_err(), "the connection is closed");
    assert_eq!((jane.say("late").await?.status, jane.connect().await?.status), (403, 403));
    assert!(jane.open().await.is_err());
    let contact = local.connect().contact(jane.text("ContactId"));
    let contact = contact.ok_or("no contact")?;
    assert!(!contact.is_running());
    assert_eq!(contact.disconnect_reason.as_deref(), Some("AGENT_DISCONNECT"));
    Ok(())
}

#[tokio::test]
async fn every_frame_and_item_says_where_it_belongs() -> Tested {
    let local = fast().await?;
    let jane = Customer::start(&local, json!({})).await?;
    let mut socket = jane.subscribe().await?;
    jane.say("transfer").await?;
    let mut contacts = Vec::new();
    loop {
        let item = socket.item().await?;
        assert_eq!(item["InitialContactId"], jane.started["ContactId"]);
        assert!(item["Id"].is_string() && item["AbsoluteTime"].is_string(), "{item}");
        if contacts.last() != Some(&item["ContactId"]) {
            contacts.push(item["ContactId"].clone());
        }
        if item["Content"].as_str().is_some_and(|text| text.contains("Robin")) {
            break;
        }
    }
    let [first, second] = contacts.as_slice() else { panic!("{contacts:?}") };
    let of = |id: &Value| local.connect().contact(id.as_str().unwrap_or_default());
    let (first, second) = (of(first).ok_or("first")?, of(second).ok_or("second")?);
    assert_eq!(first.disconnect_reason.as_deref(), Some("TRANSFERRED"));
    assert_eq!(second.initial_contact_id.as_deref(), Some(first.id.as_str()));
    assert_eq!(second.previous_contact_id.as_deref(), Some(first.id.as_str()));
    assert!(second.is_running());
    assert_eq!(local.connect().chats(), 1, "a transfer is no other chat");
    let transcript = jane.transcript().await?;
    let kinds = |item: &Value| item["ContentType"] == format!("{EVENT}transfer.succeeded").as_str();
    assert!(transcript.iter().any(kinds));
    let only_second = jane.post("transcript", json!({"ContactId": second.id})).await?.json();
    let items = only_second["Transcript"].as_array().cloned().unwrap_or_default();
    assert!(!items.is_empty() && items.iter().all(|item| item["ContactId"] == second.id.as_str()));
    jane.say("transfer").await?;
    let again = socket.agent_says().await?;
    assert_eq!(again["ContactId"], second.id.as_str());
    assert_eq!(again["Content"], "There is no other colleague here.");
    Ok(())
}

#[tokio::test]
async fn the_agent_keeps_to_the_content_types_of_the_chat() -> Tested {
    let local = fast().await?;
    let response = format!("{INTERACTIVE}.response");
    let all = json!(["text/plain", "text/markdown", INTERACTIVE, response]);
    for (types, list, echo) in
        [(json!(["text/plain"]), "text/plain", "text/plain"), (all, INTERACTIVE, "text/markdown")]
    {
        let more = json!({"SupportedMessagingContentTypes": types});
        let jane = Customer::start(&local, more).await?;
        let mut socket = jane.subscribe().await?;
        socket.agent_says().await?;
        jane.say("list").await?;
        assert_eq!(socket.agent_says().await?["ContentType"], list);
        jane.say("Hello").await?;
        assert_eq!(socket.agent_says().await?["ContentType"], echo);
        for choice in ["My order", r#"{"data":{"selectedElement":"My order"}}"#] {
            let body = json!({"ContentType": response, "Content": choice});
            let sent = jane.post("message", body).await?;
            if list == INTERACTIVE {
                assert_eq!(socket.agent_says().await?["Content"], "You chose My order.");
            } else {
                assert_eq!(sent.status, 400);
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn control_frames_are_answered() -> Tested {
    let local = fast().await?;
    let jane = Customer::start(&local, json!({})).await?;
    let mut socket = jane.open().await?;
    socket.tell("aws/heartbeat", &Value::Null).await?;
    assert_eq!(socket.frame().await?, json!({"topic": "aws/heartbeat"}));
    socket.tell("aws/ping", &Value::Null).await?;
    assert_eq!(socket.frame().await?["statusCode"], 200);
    for content in [json!({"topics": ["aws/other"]}), json!({"topics": []}), json!(null)] {
        socket.tell("aws/subscribe", &content).await?;
        assert_eq!(socket.frame().await?["content"]["status"], "failure", "{content}");
    }
    socket.tell("unknown", &Value::Null).await?;
    assert_eq!(socket.frame().await?["message"], "Forbidden");
    assert_eq!(jane.chat().await?["State"], "WAITING", "nobody has subscribed yet");
    let url = jane.connection["Websocket"]["Url"].as_str().unwrap_or_default();
    assert!(open(&url.replace("Security-Token=", "Security-Token=x")).await.is_err());
    assert!(open(url.split('?').next().unwrap_or_default()).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_reconnected_customer_misses_nothing() -> Tested {
    let local = fast().await?;
    let mut jane = Customer::start(&local, json!({})).await?;
    let mut socket = jane.subscribe().await?;
    socket.agent_says().await?;
    jane.act("dropConnection").await?;
    assert!(socket.frame().await.is_err());
    jane.say("sent meanwhile").await?;
    jane.connection = jane.connect().await?.json();
    let mut socket = jane.subscribe().await?;
    jane.say("after that").await?;
    socket.until(|item| item["Content"] == "You wrote: after that").await?;
    let texts: Vec<_> =
        jane.transcript().await?.iter().map(|item| item["Content"].clone()).collect();
    assert!(texts.contains(&json!("You wrote: sent meanwhile")), "{texts:?}");
    assert_eq!(jane.chat().await?["Websockets"], 1);
    Ok(())
}

#[tokio::test]
async fn frames_can_be_late_or_lost_with_their_websocket() -> Tested {
    let local = fast().await?;
    let jane = Customer::start(&local, json!({})).await?;
    let mut socket = jane.subscribe().await?;
    socket.agent_says().await?;
    let late = Fault::delay(Duration::from_millis(300));
    local.connect().inject(late.on(Operation::WebsocketFrame));
    let began = std::time::Instant::now();
    jane.say("late").await?;
    socket.until(|item| item["Content"] == "late").await?;
    assert!(began.elapsed() >= Duration::from_millis(300));
    socket.agent_says().await?;
    local.connect().inject(Fault::reset().on(Operation::WebsocketFrame));
    let sent = jane.say("lost").await?.json();
    assert!(socket.until(|item| item["Content"] == "lost").await.is_err());
    assert!(jane.transcript().await?.iter().any(|item| item["Id"] == sent["Id"]));
    Ok(())
}

#[tokio::test]
async fn a_customer_has_five_websockets() -> Tested {
    let local = fast().await?;
    let jane = Customer::start(&local, json!({})).await?;
    let mut sockets = Vec::new();
    for _ in 0..6 {
        sockets.push(jane.subscribe().await?);
    }
    assert_eq!(jane.chat().await?["Websockets"], 5);
    jane.say("to all").await?;
    let mut oldest = sockets.remove(0);
    assert!(oldest.until(|item| item["Content"] == "to all").await.is_err());
    for socket in &mut sockets {
        socket.until(|item| item["Content"] == "to all").await?;
    }
    Ok(())
}

/// Why a chat's contact has ended.
async fn reason(local: &LocalAws, jane: &Customer) -> io::Result<Option<String>> {
    for _ in 0..200 {
        let contact = local.connect().contact(jane.text("ContactId"));
        if let Some(contact) = contact.filter(|contact| !contact.is_running()) {
            assert_eq!(jane.chat().await?["State"], "ENDED");
            return Ok(contact.disconnect_reason);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(None)
}

#[tokio::test]
async fn every_way_to_an_end() -> Tested {
    // Five minutes pass in 0.6 s, an hour in 7.2 s.
    let options = Options::without_function().no_rate_limit().chat_pace(500.0);
    let local = LocalAws::start(options).await?;
    let unconnected = Customer::start(&local, json!({})).await?;
    let running = Customer::start(&local, json!({})).await?;
    let mut socket = running.subscribe().await?;
    socket.agent_says().await?;
    assert_eq!(
        reason(&local, &unconnected).await?.as_deref(),
        Some("CUSTOMER_CONNECTION_NOT_ESTABLISHED")
    );
    assert_eq!(running.chat().await?["State"], "CONNECTED");
    let contact = running.text("ContactId");
    let stop = json!({"InstanceId": local_aws::fixtures::INSTANCE_ID, "ContactId": contact});
    let (url, stop) = (local.connect_url(), stop.to_string());
    let stopped = send(&url, "POST", "/contact/stop", &SIGNED, stop.as_bytes()).await?;
    assert_eq!(stopped.status, 200);
    socket.event("chat.ended").await?;
    assert_eq!(reason(&local, &running).await?.as_deref(), Some("API"));
    let ended = Customer::start(&local, json!({})).await?;
    let mut socket = ended.subscribe().await?;
    socket.agent_says().await?;
    ended.act("agentEnds").await?;
    socket.event("chat.ended").await?;
    assert_eq!(reason(&local, &ended).await?.as_deref(), Some("AGENT_DISCONNECT"));
    Ok(())
}

#[tokio::test]
async fn a_chat_runs_for_its_duration() -> Tested {
    let options = Options::without_function().no_rate_limit().chat_pace(2_000.0);
    let local = LocalAws::start(options).await?;
    let jane = Customer::start(&local, json!({"ChatDurationInMinutes": 60})).await?;
    let mut socket = jane.subscribe().await?;
    socket.event("chat.ended").await?;
    assert_eq!(reason(&local, &jane).await?.as_deref(), Some("EXPIRED"));
    Ok(())
}

#[tokio::test]
async fn the_customer_ends_the_chat() -> Tested {
    let local = fast().await?;
    for (exit, agent_stays) in [(json!([]), true), (json!(["AGENT"]), false)] {
        let more = if agent_stays { json!({}) } else { json!({"DisconnectOnCustomerExit": exit}) };
        let jane = Customer::start(&local, more).await?;
        let mut socket = jane.subscribe().await?;
        socket.agent_says().await?;
        assert_eq!(jane.post("disconnect", json!({})).await?.json(), json!({}));
        let state = jane.chat().await?["State"].clone();
        assert_eq!(state, if agent_stays { "CUSTOMER_LEFT" } else { "ENDED" });
        assert_eq!((jane.say("late").await?.status, jane.connect().await?.status), (403, 403));
        assert_eq!(socket.event("participant.left").await?["ParticipantRole"], "CUSTOMER");
        socket.event("chat.ended").await?;
        assert_eq!(reason(&local, &jane).await?.as_deref(), Some("CUSTOMER_DISCONNECT"));
    }
    Ok(())
}
