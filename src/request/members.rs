//! The smaller members, one function each.

use super::member::Member;
use super::reader::Reader;
use super::{
    Asked, CONTACT_ID, ConnectionType, DURATION_MINUTES, PersistentChat, RehydrationType,
    ResponseMode, TOPIC_ARN,
};

pub(super) fn duration(member: &Member<'_>) -> Option<i32> {
    i32::try_from(member.integer(DURATION_MINUTES)?).ok()
}

pub(super) fn persistent_chat(member: &Member<'_>) -> Option<Asked<PersistentChat>> {
    let mut reader = Reader::of(member)?;
    let rehydration_type = reader.filled("RehydrationType").map(|m| {
        m.one_of(&[
            ("ENTIRE_PAST_SESSION", RehydrationType::EntirePastSession),
            ("FROM_SEGMENT", RehydrationType::FromSegment),
        ])
    });
    let source = reader.filled("SourceContactId").map(|m| m.name(CONTACT_ID));
    let given = [rehydration_type.is_some(), source.is_some()];
    reader.finish();
    match given {
        [false, true] => member.problem("needs RehydrationType beside SourceContactId"),
        [true, false] => member.problem("needs SourceContactId beside RehydrationType"),
        _ => {}
    }
    Some(Asked {
        value: PersistentChat {
            rehydration_type: rehydration_type.flatten()?,
            source_contact_id: source.flatten()?,
        },
        pointer: member.pointer.clone(),
    })
}

pub(super) fn response_mode(member: &Member<'_>) -> Option<ResponseMode> {
    let mut reader = Reader::of(member)?;
    let mode = reader.with("ResponseMode", |m| {
        m.one_of(&[
            ("INCREMENTAL", ResponseMode::Incremental),
            ("COMPLETE", ResponseMode::Complete),
        ])
    });
    reader.finish();
    mode.flatten()
}

/// `DisconnectOnCustomerExit` has one item, and one value for it.
pub(super) fn disconnect_agent(member: &Member<'_>) -> bool {
    let Some(items) = member.list() else {
        return false;
    };
    let is_agent = matches!(items.as_slice(), [item] if item.value == "AGENT");
    if !is_agent {
        member.problem("must be [\"AGENT\"]");
    }
    is_agent
}

pub(super) fn connection_types(member: &Member<'_>) -> Vec<ConnectionType> {
    let items = member.list().unwrap_or_default();
    let choices = [
        ("WEBSOCKET", ConnectionType::Websocket),
        ("CONNECTION_CREDENTIALS", ConnectionType::ConnectionCredentials),
    ];
    let mut types = Vec::new();
    for item in items {
        match item.required_one_of(&choices) {
            Some(one) if types.contains(&one) => item.problem("is repeated"),
            Some(one) => types.push(one),
            None => {}
        }
    }
    types
}

/// The ARN of a standard (not a FIFO) SNS topic
/// (API reference, `ChatStreamingConfiguration`).
pub(super) fn streaming_endpoint(member: &Member<'_>) -> Option<Asked<String>> {
    let mut reader = Reader::of(member)?;
    let arn = reader.required("StreamingEndpointArn");
    reader.finish();
    let (arn, report) = (arn?.asked(TOPIC_ARN)?, member.report());
    let parts: Vec<&str> = arn.value.split(':').collect();
    let is_topic = matches!(parts.as_slice(), ["arn", partition, "sns", region, account, topic]
        if [partition, region, account, topic].iter().all(|part| !part.is_empty())
            && topic.strip_suffix(".fifo").is_none());
    if !is_topic {
        report.problem(&arn.pointer, "must be the ARN of a standard SNS topic");
    }
    is_topic.then_some(arn)
}
