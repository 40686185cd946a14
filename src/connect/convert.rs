//! Converts a [`StartChat`] to the SDK's types.

use aws_sdk_connect::operation::start_chat_contact::builders::StartChatContactFluentBuilder;
use aws_sdk_connect::types;

use crate::policy::{Members, StartChat};
use crate::request::{
    ConnectionType, InitialMessage, RehydrationType, ResponseMode, SegmentAttribute,
};

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
