//! The rules of `StartChatContact` that the API reference states in words, outside of its model.

use serde_json::{Map, Value};

use super::model::{
    ATTRIBUTES_BYTES, CONTENT_TYPES, INTERACTIVE, MESSAGE_BYTES, MESSAGE_TYPES, RESPONSE,
};

/// The rules that a body breaks. Its shape must be valid.
pub(crate) fn start_chat_contact(body: &Value) -> Vec<String> {
    let rules = [
        attributes,
        message,
        content_types,
        persistent_chat,
        segments,
        guide,
        connections,
        streaming,
    ];
    rules.into_iter().filter_map(|rule| rule(body)).collect()
}

fn text<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer)?.as_str()
}

fn error_if(is_broken: bool, message: &str) -> Option<String> {
    is_broken.then(|| message.to_owned())
}

fn is_name(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn attributes(body: &Value) -> Option<String> {
    let attributes = body.get("Attributes")?.as_object()?;
    if attributes.keys().any(|key| !is_name(key)) {
        return error_if(
            true,
            "'Attributes' can have only alphanumeric, dash, and underscore characters in keys",
        );
    }
    let size = |(key, value): (&String, &Value)| key.len() + value.as_str().map_or(0, str::len);
    let bytes: usize = attributes.iter().map(size).sum();
    error_if(
        bytes > ATTRIBUTES_BYTES,
        "'Attributes' must not exceed 32768 bytes of keys and values",
    )
}

fn message(body: &Value) -> Option<String> {
    let message = body.get("InitialMessage")?;
    if text(message, "/Content")?.len() > MESSAGE_BYTES {
        return error_if(true, "'InitialMessage.Content' must not exceed 16384 bytes");
    }
    let kind = text(message, "/ContentType")?;
    error_if(!MESSAGE_TYPES.contains(&kind), "'InitialMessage.ContentType' is not supported")
}

fn supported(body: &Value) -> Option<Vec<&str>> {
    let list = body.get("SupportedMessagingContentTypes")?.as_array()?;
    Some(list.iter().filter_map(Value::as_str).collect())
}

fn content_types(body: &Value) -> Option<String> {
    let list = supported(body)?;
    if list.iter().any(|kind| !CONTENT_TYPES.contains(kind)) {
        return error_if(true, "'SupportedMessagingContentTypes' has an unsupported content type");
    }
    error_if(
        !list.contains(&"text/plain"),
        "'SupportedMessagingContentTypes' must contain text/plain",
    )
}

fn persistent_chat(body: &Value) -> Option<String> {
    let chat = body.get("PersistentChat").filter(|chat| !chat.is_null())?;
    if body.get("RelatedContactId").is_some_and(|id| !id.is_null()) {
        return error_if(
            true,
            "'PersistentChat' and 'RelatedContactId' cannot be specified together",
        );
    }
    let complete =
        text(chat, "/RehydrationType").is_some() && text(chat, "/SourceContactId").is_some();
    error_if(!complete, "'PersistentChat' requires 'RehydrationType' and 'SourceContactId'")
}

fn segments(body: &Value) -> Option<String> {
    let segments = body.get("SegmentAttributes")?.as_object()?;
    let named = |key: &String| is_name(key.strip_prefix("connect:").unwrap_or(key));
    if !segments.keys().all(named) {
        return error_if(
            true,
            "'SegmentAttributes' can have only alphanumeric, dash, and underscore characters in keys",
        );
    }
    segments.values().find_map(segment_value)
}

fn segment_value(value: &Value) -> Option<String> {
    let value = value.as_object()?;
    let given: Vec<_> = value.iter().filter(|(_, value)| !value.is_null()).collect();
    match given.as_slice() {
        [(key, Value::Object(map))] if *key == "ValueMap" => map.values().find_map(segment_value),
        [(key, Value::Array(list))] if *key == "ValueList" => list.iter().find_map(segment_value),
        [(key, Value::String(arn))] if *key == "ValueArn" => error_if(
            !arn.starts_with("arn:") || arn.split(':').count() < 6,
            "'ValueArn' must be a valid ARN",
        ),
        [_] => None,
        _ => error_if(true, "A segment attribute must have exactly one value"),
    }
}

fn guide(body: &Value) -> Option<String> {
    if text(body, "/SegmentAttributes/connect:Subtype/ValueString")? != "connect:Guide" {
        return None;
    }
    let list = supported(body).unwrap_or_default();
    let both = list.contains(&INTERACTIVE) && list.contains(&RESPONSE);
    error_if(
        !both,
        "connect:Guide requires both interactive content types in 'SupportedMessagingContentTypes'",
    )
}

fn connections(body: &Value) -> Option<String> {
    let list = body.get("ConnectionTypes")?.as_array()?;
    let repeated = matches!(list.as_slice(), [first, second] if first == second);
    error_if(repeated, "'ConnectionTypes' must not repeat a type")
}

fn streaming(body: &Value) -> Option<String> {
    let arn = text(body, "/ChatStreamingConfiguration/StreamingEndpointArn")?;
    error_if(
        !is_topic(arn),
        "'ChatStreamingConfiguration.StreamingEndpointArn' must be the ARN of a standard SNS topic",
    )
}

/// Returns true for the ARN of an SNS topic that is not a FIFO topic.
fn is_topic(arn: &str) -> bool {
    let parts: Vec<_> = arn.split(':').collect();
    let ["arn", partition, "sns", region, account, topic] = parts.as_slice() else {
        return false;
    };
    let digits = account.len() == 12 && account.bytes().all(|digit| digit.is_ascii_digit());
    partition.starts_with("aws")
        && !region.is_empty()
        && digits
        && !topic.is_empty()
        && is_name(topic)
}

/// The members of the object with this name; none if there is no such object.
pub(crate) fn members(body: &Value, name: &str) -> Map<String, Value> {
    body.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}
