//! Converts a [`StartChat`] to the SDK's types, and the SDK's output to ours.

use aws_sdk_connect::operation::start_chat_contact::StartChatContactOutput;
use aws_sdk_connect::operation::start_chat_contact::builders::StartChatContactFluentBuilder;
use aws_sdk_connect::types;
use serde::Serialize;

use crate::policy::{Members, PastChat, StartChat};
use crate::request::{
    ConnectionType, InitialMessage, RehydrationType, ResponseMode, SegmentAttribute,
};

/// A chat that Connect has started: the response of `StartChatContact`.
///
/// `Debug` prints the ids only: a token admits its holder to the chat.
pub struct StartedChat {
    identifiers: Identifiers,
    has_markdown: bool,
    past_chat: Option<PastChat>,
}

/// A chat that was started earlier: what it takes to join it. It holds a
/// token, so there is no `Debug`.
pub(crate) struct RunningChat {
    pub(crate) contact_id: String,
    pub(crate) participant_id: String,
    pub(crate) participant_token: String,
}

impl RunningChat {
    /// Returns true if the contact's id consists of what ids consist of: only
    /// that may reach a request's path.
    pub(crate) fn is_contact_id(&self) -> bool {
        let is_byte = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        self.contact_id.bytes().all(is_byte)
    }
}

/// The members of `StartChatContactResponse`; absent ones are left out.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Identifiers {
    contact_id: String,
    participant_id: String,
    participant_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    continued_from_contact_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_credentials: Option<ConnectionCredentials>,
    #[serde(skip_serializing_if = "Option::is_none")]
    websocket: Option<Websocket>,
    #[serde(skip_serializing_if = "Option::is_none")]
    streaming_id: Option<String>,
}

#[derive(Serialize)]
struct ResultObject<'a> {
    #[serde(flatten)]
    identifiers: &'a Identifiers,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ConnectionCredentials {
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Websocket {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_expiry: Option<String>,
}

impl StartedChat {
    /// The id of the contact.
    #[must_use]
    pub fn contact_id(&self) -> &str {
        &self.identifiers.contact_id
    }

    /// The id of the contact whose transcript the chat shows.
    #[must_use]
    pub fn continued_from_contact_id(&self) -> Option<&str> {
        self.identifiers.continued_from_contact_id.as_deref()
    }

    /// Returns true if participants may format their messages.
    #[must_use]
    pub fn has_markdown(&self) -> bool {
        self.has_markdown
    }

    /// What became of an earlier chat, if there was one to return to or to continue.
    #[must_use]
    pub fn past_chat(&self) -> Option<PastChat> {
        self.past_chat
    }

    /// The running chat of the customer who asks for `chat`.
    pub(crate) fn of_running(running: RunningChat, chat: &StartChat) -> Self {
        let RunningChat { contact_id, participant_id, participant_token } = running;
        Self {
            identifiers: Identifiers {
                contact_id,
                participant_id,
                participant_token,
                continued_from_contact_id: None,
                connection_credentials: None,
                websocket: None,
                streaming_id: None,
            },
            has_markdown: chat.has_markdown(),
            past_chat: Some(PastChat::Running),
        }
    }

    /// What it takes to return to the chat.
    pub(crate) fn running(&self) -> RunningChat {
        let Identifiers { contact_id, participant_id, participant_token, .. } = &self.identifiers;
        RunningChat {
            contact_id: contact_id.clone(),
            participant_id: participant_id.clone(),
            participant_token: participant_token.clone(),
        }
    }

    /// Returns `running` if the chat is one that the customer is in already.
    #[must_use]
    pub fn running_mark(&self) -> Option<&'static str> {
        self.past_chat.filter(|past| *past == PastChat::Running).map(PastChat::as_str)
    }

    /// The result object with its tokens, and with a mark if the customer is
    /// in the chat already.
    #[must_use]
    pub fn expose_result(&self) -> impl Serialize + '_ {
        ResultObject { identifiers: &self.identifiers, chat: self.running_mark() }
    }

    /// The identifiers with the tokens: for the caller, and for nobody else.
    #[must_use]
    pub fn expose(&self) -> impl Serialize + '_ {
        &self.identifiers
    }
}

impl std::fmt::Debug for StartedChat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StartedChat")
            .field("contact_id", &self.identifiers.contact_id)
            .finish_non_exhaustive()
    }
}

/// Returns the started chat, if the response has what a client needs to join it.
pub(super) fn started_chat(
    output: StartChatContactOutput,
    chat: &StartChat,
) -> Option<StartedChat> {
    Some(StartedChat {
        has_markdown: chat.has_markdown(),
        past_chat: chat.past_chat(),
        identifiers: identifiers(output)?,
    })
}

fn identifiers(output: StartChatContactOutput) -> Option<Identifiers> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    Some(Identifiers {
        contact_id: given(output.contact_id)?,
        participant_id: given(output.participant_id)?,
        participant_token: given(output.participant_token)?,
        continued_from_contact_id: given(output.continued_from_contact_id),
        connection_credentials: output.connection_credentials.map(|one| ConnectionCredentials {
            connection_token: one.connection_token,
            expiry: one.expiry,
        }),
        websocket: output
            .websocket
            .map(|one| Websocket { url: one.url, connection_expiry: one.connection_expiry }),
        streaming_id: given(output.streaming_id),
    })
}

/// Sets all sixteen members.
pub(super) fn request(
    call: StartChatContactFluentBuilder,
    chat: &StartChat,
    client_token: &str,
) -> StartChatContactFluentBuilder {
    let chat = chat.members();
    let attributes = chat.attributes.clone().into_iter().collect();
    let segments = chat.segment_attributes.iter();
    let segments = segments.map(|(name, value)| (name.clone(), segment(value)));
    call.instance_id(&chat.instance_id)
        .contact_flow_id(&chat.contact_flow_id)
        .participant_details(participant(chat))
        .set_participant_configuration(chat.response_mode.map(participant_configuration))
        .set_attributes(Some(attributes))
        .set_initial_message(chat.initial_message.as_ref().map(initial_message))
        .client_token(client_token)
        .set_chat_duration_in_minutes(chat.duration_minutes)
        .set_supported_messaging_content_types(filled(chat.content_types.as_slice().to_vec()))
        .set_persistent_chat(persistent_chat(chat))
        .set_related_contact_id(chat.related_contact_id.clone())
        .set_segment_attributes(filled_map(segments.collect()))
        .set_customer_id(chat.customer_id.clone())
        .set_disconnect_on_customer_exit(disconnect(chat))
        .set_connection_types(connection_types(chat))
        .set_chat_streaming_configuration(chat.streaming_endpoint_arn.as_ref().map(streaming))
}

fn filled<T>(items: Vec<T>) -> Option<Vec<T>> {
    Some(items).filter(|items| !items.is_empty())
}

type Segments = std::collections::HashMap<String, types::SegmentAttributeValue>;

fn filled_map(segments: Segments) -> Option<Segments> {
    Some(segments).filter(|segments| !segments.is_empty())
}

#[expect(clippy::expect_used, reason = "the required members are set")]
fn participant(chat: &Members) -> types::ParticipantDetails {
    let name = &chat.participant_details.display_name;
    types::ParticipantDetails::builder().display_name(name).build().expect("complete")
}

#[expect(clippy::expect_used, reason = "the required members are set")]
fn initial_message(message: &InitialMessage) -> types::ChatMessage {
    let builder =
        types::ChatMessage::builder().content_type(&message.content_type).content(&message.content);
    builder.build().expect("complete")
}

#[expect(clippy::expect_used, reason = "the required members are set")]
fn streaming(arn: &String) -> types::ChatStreamingConfiguration {
    let builder = types::ChatStreamingConfiguration::builder().streaming_endpoint_arn(arn);
    builder.build().expect("complete")
}

fn participant_configuration(mode: ResponseMode) -> types::ParticipantConfiguration {
    let mode = match mode {
        ResponseMode::Incremental => types::ResponseMode::Incremental,
        ResponseMode::Complete => types::ResponseMode::Complete,
    };
    types::ParticipantConfiguration::builder().response_mode(mode).build()
}

fn persistent_chat(chat: &Members) -> Option<types::PersistentChat> {
    let persistent = chat.persistent_chat.as_ref()?;
    let rehydration_type = match persistent.rehydration_type {
        RehydrationType::EntirePastSession => types::RehydrationType::EntirePastSession,
        RehydrationType::FromSegment => types::RehydrationType::FromSegment,
    };
    let builder = types::PersistentChat::builder()
        .rehydration_type(rehydration_type)
        .source_contact_id(&persistent.source_contact_id);
    Some(builder.build())
}

fn disconnect(chat: &Members) -> Option<Vec<types::DisconnectOnCustomerExitParticipantType>> {
    let agent = || vec![types::DisconnectOnCustomerExitParticipantType::Agent];
    chat.disconnect_agent.then(agent)
}

fn connection_types(chat: &Members) -> Option<Vec<types::ConnectionType>> {
    let types = chat.connection_types.iter().map(|one| match one {
        ConnectionType::Websocket => types::ConnectionType::Websocket,
        ConnectionType::ConnectionCredentials => types::ConnectionType::ConnectionCredentials,
    });
    filled(types.collect())
}

fn segment(value: &SegmentAttribute) -> types::SegmentAttributeValue {
    let builder = types::SegmentAttributeValue::builder();
    let builder = match value {
        SegmentAttribute::String(text) => builder.value_string(text),
        SegmentAttribute::Integer(number) => builder.value_integer(*number),
        SegmentAttribute::Arn(arn) => builder.value_arn(arn),
        SegmentAttribute::Map(map) => {
            let map = map.iter().map(|(name, value)| (name.clone(), segment(value)));
            builder.set_value_map(Some(map.collect()))
        }
        SegmentAttribute::List(items) => {
            builder.set_value_list(Some(items.iter().map(segment).collect()))
        }
    };
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_the_ids_of_a_started_chat_and_none_of_its_tokens() {
        let output = StartChatContactOutput::builder()
            .contact_id("contact-1")
            .participant_id("participant-1")
            .participant_token("secret-1")
            .connection_credentials(
                types::ConnectionCredentials::builder().connection_token("secret-2").build(),
            )
            .websocket(types::Websocket::builder().url("wss://secret-3").build())
            .build();
        let chat = StartedChat {
            has_markdown: false,
            past_chat: None,
            identifiers: identifiers(output).expect("a chat"),
        };
        let exposed = serde_json::to_string(&chat.expose()).expect("JSON");
        let shown = format!("{chat:?} {chat:#?}");
        for secret in ["secret-1", "secret-2", "wss://secret-3"] {
            assert!(exposed.contains(secret), "{exposed}");
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("contact-1"), "{shown}");
    }
}
