//! Parses a JSON object into a [`ChatRequest`], or into every error it has.
//!
//! The rules are those of the API reference of `StartChatContact`: a request
//! that breaks one is never sent to Connect.

mod attributes;
mod limits;
mod members;
mod message;
mod object;
mod path;
mod report;
mod segment_attributes;
mod value;

pub use self::attributes::Attributes;
pub(crate) use self::limits::{CUSTOMER_ID, DISPLAY_NAME, DURATION_MINUTES, is_name_byte};
pub(crate) use self::members::{ConnectionType, PersistentChat, RehydrationType, ResponseMode};
pub use self::message::{ContentTypes, InitialMessage};
pub use self::segment_attributes::{SegmentAttribute, SegmentAttributes};
pub(crate) use self::value::Located;

use self::limits::{ANY, CLIENT_TOKEN, CONTACT_ID};
use self::object::ObjectReader;
use self::path::Path;
use self::report::Report;
use self::value::Value;
use crate::field_error::{FieldError, FieldErrors};
use crate::trigger::{Caller, IDEMPOTENCY_KEY, IdempotencyKey, Payload};

/// The members of the API whose presence asks for a chat. Other services'
/// events have members such as `attributes` and `customerId`, too.
const ASKING: [&str; 10] = [
    "ContactFlowId",
    "ParticipantDetails",
    "InitialMessage",
    PERSISTENT_CHAT,
    "ChatDurationInMinutes",
    "SupportedMessagingContentTypes",
    "ParticipantConfiguration",
    "ConnectionTypes",
    "ChatStreamingConfiguration",
    "DisconnectOnCustomerExit",
];

/// The one of them that is not given if none of its members is.
const PERSISTENT_CHAT: &str = "PersistentChat";

/// The members of the API that accompany them.
const ACCOMPANYING: [&str; 6] = [
    "InstanceId",
    "Attributes",
    "ClientToken",
    "RelatedContactId",
    "SegmentAttributes",
    "CustomerId",
];

/// Public clients' names for the display name, in the order of precedence.
const CLIENT_NAMES: [&str; 4] = ["customerName", "displayName", "name", "Username"];

/// Public clients' name for the instance.
const CLIENT_INSTANCE_ID: &str = "ConnectInstanceId";

/// The attribute in which flows made for AWS's sample look for the name.
pub(crate) const CUSTOMER_NAME: &str = "customerName";

/// A request for a chat that satisfies the rules of the API.
///
/// [`Policy`](crate::policy::Policy) decides whether the caller may make it.
pub struct ChatRequest {
    pub(crate) instance_id: Option<Located<String>>,
    pub(crate) contact_flow_id: Option<Located<String>>,
    pub(crate) display_name: String,
    pub(crate) attributes: Attributes,
    pub(crate) initial_message: Option<InitialMessage>,
    pub(crate) client_token: Option<Located<String>>,
    pub(crate) duration_minutes: Option<i32>,
    /// The duration that the caller asks for.
    pub(crate) own_duration: Option<Located<i32>>,
    pub(crate) content_types: ContentTypes,
    pub(crate) persistent_chat: Option<Located<PersistentChat>>,
    /// The rehydration type of a `PersistentChat` without a contact: the
    /// customer's latest chat is to be continued.
    pub(crate) latest_chat: Option<Located<RehydrationType>>,
    pub(crate) related_contact_id: Option<Located<String>>,
    pub(crate) segment_attributes: SegmentAttributes,
    pub(crate) customer_id: Option<Located<String>>,
    pub(crate) response_mode: Option<ResponseMode>,
    pub(crate) disconnect_agent: bool,
    pub(crate) connection_types: Vec<ConnectionType>,
    pub(crate) streaming_endpoint: Option<Located<String>>,
    /// True if the caller asks for a new chat although one is running.
    pub(crate) prefers_new_chat: bool,
    /// The members that are not in the API's model, joined by commas: harmless
    /// characters only, at most 256.
    pub ignored: String,
}

/// The values for members that a request does not give.
#[derive(Clone)]
pub struct Defaults {
    pub(crate) display_name: String,
    pub(crate) duration_minutes: Option<i32>,
    pub(crate) content_types: ContentTypes,
    pub(crate) disconnect_agent: bool,
    /// True if the contact table has the customers' latest chats.
    pub(crate) knows_latest_chats: bool,
}

/// A request that breaks rules of the API.
#[derive(Debug, thiserror::Error)]
#[error("the request breaks rules of the API")]
pub struct ValidationError {
    /// The rules that it breaks, in the order of the request.
    pub errors: FieldErrors,
    /// The members that are not in the API's model, joined by commas.
    pub ignored: String,
}

/// Parses a request.
///
/// # Errors
///
/// Returns every error if the request breaks a rule of the API, and an error
/// if the request does not ask for a chat.
pub fn parse(payload: &Payload<'_>, defaults: &Defaults) -> Result<ChatRequest, ValidationError> {
    let report = Report::default();
    let request = read(payload, defaults, &report);
    if let IdempotencyKey::Http { header, .. } = &payload.key {
        check_keys(header.as_deref(), request.client_token.as_ref(), &report);
    }
    check_together(&request, &report);
    let (errors, ignored) = report.into_parts();
    if errors.is_empty() {
        Ok(ChatRequest { ignored, ..request })
    } else {
        Err(ValidationError { errors, ignored })
    }
}

/// Reads the members, one line each. The result is discarded if there are errors.
fn read(payload: &Payload<'_>, defaults: &Defaults, report: &Report) -> ChatRequest {
    let root = Value { raw: &payload.request, path: Path::ROOT, report };
    let names = ASKING.into_iter().chain(ACCOMPANYING).chain(CLIENT_NAMES);
    let names: Vec<&str> = names.chain([CLIENT_INSTANCE_ID]).collect();
    let top = ObjectReader::new(&root, &names);
    check_asks(&top, &payload.caller, &root);
    let attributes = top.parse("Attributes", attributes::parse).unwrap_or_default();
    let own_duration = top.parse("ChatDurationInMinutes", members::duration);
    let past_chat = top.parse(PERSISTENT_CHAT, |value| {
        members::persistent_chat(value, defaults.knows_latest_chats)
    });
    let (persistent_chat, latest_chat) = past_chat.unwrap_or_default();
    let instance_id = top.member_of(&["InstanceId", CLIENT_INSTANCE_ID]);
    ChatRequest {
        instance_id: instance_id.and_then(|id| id.located(&ANY)),
        contact_flow_id: top.located("ContactFlowId", &ANY),
        display_name: display_name(&top, &attributes, &root)
            .unwrap_or_else(|| defaults.display_name.clone()),
        attributes,
        initial_message: top.parse("InitialMessage", message::initial_message),
        client_token: top.located("ClientToken", &CLIENT_TOKEN),
        duration_minutes: own_duration
            .as_ref()
            .map(|minutes| minutes.value)
            .or(defaults.duration_minutes),
        own_duration,
        content_types: top
            .parse("SupportedMessagingContentTypes", message::content_types)
            .unwrap_or_else(|| defaults.content_types.clone()),
        persistent_chat,
        latest_chat,
        related_contact_id: top.located("RelatedContactId", &CONTACT_ID),
        segment_attributes: top
            .parse("SegmentAttributes", segment_attributes::parse)
            .unwrap_or_default(),
        customer_id: top.member("CustomerId").and_then(|id| id.located_id(&CUSTOMER_ID)),
        response_mode: top.parse("ParticipantConfiguration", members::response_mode),
        disconnect_agent: top
            .parse("DisconnectOnCustomerExit", members::disconnect_agent)
            .unwrap_or(defaults.disconnect_agent),
        connection_types: top
            .parse("ConnectionTypes", members::connection_types)
            .unwrap_or_default(),
        streaming_endpoint: top.parse("ChatStreamingConfiguration", members::streaming_endpoint),
        prefers_new_chat: payload.prefers_new_chat,
        ignored: String::new(),
    }
}

/// Verifies that the request asks for a chat, so that other services' events
/// open none. Over HTTP, no body at all is a request with every default.
fn check_asks(top: &ObjectReader<'_, '_>, caller: &Caller<'_>, root: &Value<'_, '_>) {
    let asks = |name: &&str| match *name {
        PERSISTENT_CHAT => top.has_object(name),
        name => top.has(name),
    };
    match caller {
        Caller::Untrusted(_) if top.has_only_others() => {
            root.error("has no member of StartChatContact");
        }
        Caller::Trusted if !ASKING.iter().any(asks) => {
            root.error(format!("must have one of {}", ASKING.join(", ")));
        }
        _ => {}
    }
}

/// Reads the display name, in the spelling of the API or of a public client.
fn display_name(
    top: &ObjectReader<'_, '_>,
    attributes: &Attributes,
    root: &Value<'_, '_>,
) -> Option<String> {
    let name = |value: &Value<'_, '_>| {
        value.non_empty(&DISPLAY_NAME).filter(|name| !name.trim().is_empty())
    };
    let participant = |value: &Value<'_, '_>| {
        ObjectReader::new(value, &["DisplayName"]).parse("DisplayName", name)
    };
    let attribute = || {
        let name = attributes.non_blank(CUSTOMER_NAME)?;
        if !DISPLAY_NAME.contains(&name.chars().count()) {
            root.report.add(|| {
                let rule = "must have 1 to 256 characters to be the display name";
                FieldError::at(attributes.pointer_to(CUSTOMER_NAME), rule)
            });
        }
        Some(name.to_owned())
    };
    let mut found = top.parse("ParticipantDetails", participant).or_else(attribute);
    for member in CLIENT_NAMES.iter().filter_map(|name| top.member(name)) {
        if found.is_none() {
            found = name(&member);
        } else {
            root.report.ignore(&Path::ROOT, &member.path.name());
        }
    }
    found
}

/// Verifies that an untrusted caller's key is 1 to 255 printable characters.
fn check_keys(header: Option<&str>, token: Option<&Located<String>>, report: &Report) {
    const RULE: &str = "must have 1 to 255 printable characters";
    let is_key = |text: &str| {
        limits::IDEMPOTENCY_KEY.contains(&text.chars().count())
            && !text.chars().any(char::is_control)
    };
    if header.is_some_and(|key| !is_key(key)) {
        report.add(|| FieldError::in_header(IDEMPOTENCY_KEY, RULE));
    }
    if let Some(token) = token.filter(|token| !is_key(&token.value)) {
        report.add(|| FieldError::at(&token.pointer, RULE));
    }
}

/// Verifies the rules that involve several members.
fn check_together(request: &ChatRequest, report: &Report) {
    let continues = request.persistent_chat.is_some() || request.latest_chat.is_some();
    if let Some(related) = request.related_contact_id.as_ref().filter(|_| continues) {
        report.add(|| FieldError::at(&related.pointer, "cannot be given with PersistentChat"));
    }
    if request.segment_attributes.is_guide() && !request.content_types.has_interactive() {
        report.add(|| {
            let rule = "a guide needs both interactive types in SupportedMessagingContentTypes";
            FieldError::at(request.segment_attributes.subtype_pointer(), rule)
        });
    }
}
