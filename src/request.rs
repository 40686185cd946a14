//! A JSON object becomes a [`ChatRequest`], or every problem it has.
//!
//! The limits are those of the API reference of `StartChatContact`; nothing is
//! left for Connect to find that can be known here.

mod attributes;
mod member;
mod members;
mod message;
mod reader;
mod report;
mod segment;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value};

pub use self::attributes::Attributes;
pub use self::message::{ContentTypes, InitialMessage};
pub use self::segment::SegmentAttribute;

use self::reader::Reader;
use self::report::Report;
use crate::problem::Problem;
use crate::trigger::{IDEMPOTENCY_KEY, Key, Payload};

/// A display name has 1 to 256 characters.
pub(crate) const DISPLAY_NAME: RangeInclusive<usize> = 1..=256;
/// A chat lasts 60 minutes to 7 days.
pub(crate) const DURATION_MINUTES: RangeInclusive<i64> = 60..=10_080;
/// A customer id has 1 to 128 characters.
pub(crate) const CUSTOMER_ID: RangeInclusive<usize> = 1..=128;
const CONTACT_ID: RangeInclusive<usize> = 1..=256;
const CLIENT_TOKEN: RangeInclusive<usize> = 1..=500;
const KEY: RangeInclusive<usize> = 1..=255;
const KEY_RULE: &str = "must have 1 to 255 printable characters";
const TOPIC_ARN: RangeInclusive<usize> = 1..=350;
/// Ids that are compared with the configured ones need no other limit.
const ANY: RangeInclusive<usize> = 1..=usize::MAX;

/// The hosted widget's name for the instance comes second.
const INSTANCE_ID: [&str; 2] = ["InstanceId", "ConnectInstanceId"];
/// The attribute in which flows made for AWS's sample look for the name.
pub(crate) const CUSTOMER_NAME: &str = "customerName";
/// The one segment attribute of Connect's own that anyone may set.
pub(crate) const SUBTYPE: &str = "connect:Subtype";

/// A request for a chat whose every member keeps to the API's rules.
///
/// Whether this caller may ask for it is [`Policy`](crate::policy::Policy)'s to say.
pub struct ChatRequest {
    pub(crate) instance_id: Option<Asked<String>>,
    pub(crate) contact_flow_id: Option<Asked<String>>,
    pub(crate) display_name: String,
    pub(crate) attributes: Attributes,
    pub(crate) initial_message: Option<InitialMessage>,
    pub(crate) client_token: Option<Asked<String>>,
    pub(crate) duration_minutes: Option<i32>,
    pub(crate) content_types: ContentTypes,
    pub(crate) persistent_chat: Option<Asked<PersistentChat>>,
    pub(crate) related_contact_id: Option<Asked<String>>,
    pub(crate) segment_attributes: BTreeMap<String, SegmentAttribute>,
    pub(crate) segment_pointer: String,
    pub(crate) customer_id: Option<Asked<String>>,
    pub(crate) response_mode: Option<ResponseMode>,
    pub(crate) disconnect_agent: bool,
    pub(crate) connection_types: Vec<ConnectionType>,
    pub(crate) streaming_endpoint: Option<Asked<String>>,
    /// The members that were not read: not in the API's model.
    pub(crate) ignored: Vec<String>,
}

/// A value, and where the caller asked for it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Asked<T> {
    pub(crate) value: T,
    pub(crate) pointer: String,
}

/// Which past chat to continue, and how much of it to show.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PersistentChat {
    pub(crate) rehydration_type: RehydrationType,
    pub(crate) source_contact_id: String,
}

/// How much of a past chat to show.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RehydrationType {
    /// All of the past session, named by its initial contact.
    EntirePastSession,
    /// From the named contact on.
    FromSegment,
}

/// How answers are sent to the participant.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ResponseMode {
    /// Piece by piece.
    Incremental,
    /// As a whole.
    Complete,
}

/// What Connect shall return besides the participant token.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ConnectionType {
    /// A websocket's URL.
    Websocket,
    /// A connection token.
    ConnectionCredentials,
}

/// What a request gets that does not say otherwise.
#[derive(Clone)]
pub struct Defaults {
    pub(crate) display_name: String,
    pub(crate) duration_minutes: Option<i32>,
    pub(crate) content_types: ContentTypes,
}

/// The request breaks rules of the API: all of them that it breaks.
#[derive(Debug, thiserror::Error)]
#[error("the request breaks {} rule(s)", .problems.len())]
pub struct Invalid {
    /// What is wrong, in the order of the request.
    pub problems: Vec<Problem>,
    /// The members that are not in the API's model.
    pub ignored: Vec<String>,
}

/// Reads a request.
///
/// # Errors
///
/// [`Invalid`] with every problem, where the request breaks a rule.
pub fn parse(payload: &Payload, defaults: &Defaults) -> Result<ChatRequest, Invalid> {
    let report = Report::default();
    let request = read(&payload.request, defaults, &report);
    if let Key::Http { header } = &payload.key {
        check_key(header.as_deref(), request.client_token.as_ref(), &report);
    }
    let (problems, ignored) = report.into_parts();
    if problems.is_empty() {
        Ok(ChatRequest { ignored, ..request })
    } else {
        Err(Invalid { problems, ignored })
    }
}

/// One line a member. What comes of a request with problems is thrown away.
fn read(body: &Map<String, Value>, defaults: &Defaults, report: &Report) -> ChatRequest {
    let mut top = Reader::new(body, "", report);
    let attributes = top.with("Attributes", attributes::read).unwrap_or_default();
    let segments = top.member("SegmentAttributes");
    let request = ChatRequest {
        instance_id: top.member_of(&INSTANCE_ID).and_then(|id| id.asked(ANY)),
        contact_flow_id: top.asked("ContactFlowId", ANY),
        display_name: display_name(&mut top, &attributes, report)
            .unwrap_or_else(|| defaults.display_name.clone()),
        attributes,
        initial_message: top.with("InitialMessage", message::initial_message).flatten(),
        client_token: top.asked("ClientToken", CLIENT_TOKEN),
        duration_minutes: top
            .with("ChatDurationInMinutes", members::duration)
            .map_or(defaults.duration_minutes, |minutes| minutes),
        content_types: top
            .with("SupportedMessagingContentTypes", message::content_types)
            .flatten()
            .unwrap_or_else(|| defaults.content_types.clone()),
        persistent_chat: top.with("PersistentChat", members::persistent_chat).flatten(),
        related_contact_id: top.asked("RelatedContactId", CONTACT_ID),
        segment_pointer: segments.as_ref().map(|m| m.pointer.clone()).unwrap_or_default(),
        segment_attributes: segments.as_ref().map(segment::attributes).unwrap_or_default(),
        customer_id: top.asked("CustomerId", CUSTOMER_ID),
        response_mode: top.with("ParticipantConfiguration", members::response_mode).flatten(),
        disconnect_agent: top
            .with("DisconnectOnCustomerExit", members::disconnect_agent)
            .unwrap_or(false),
        connection_types: top
            .with("ConnectionTypes", members::connection_types)
            .unwrap_or_default(),
        streaming_endpoint: top
            .with("ChatStreamingConfiguration", members::streaming_endpoint)
            .flatten(),
        ignored: Vec::new(),
    };
    check_foreign(&top, report);
    check_together(&request, report);
    top.finish();
    request
}

/// The name of the customer, by the spellings of the API and of the public
/// clients of chat, the API's first.
fn display_name(top: &mut Reader<'_>, attributes: &Attributes, report: &Report) -> Option<String> {
    let participant = top.with("ParticipantDetails", |member| {
        let mut details = Reader::of(member)?;
        let name = details.member("DisplayName").and_then(|m| m.name(DISPLAY_NAME));
        details.finish();
        name
    });
    participant
        .flatten()
        .or_else(|| attribute_name(attributes, report))
        .or_else(|| top.with("customerName", |m| m.name(DISPLAY_NAME)).flatten())
        .or_else(|| top.with("Username", |m| m.name(DISPLAY_NAME)).flatten())
}

fn attribute_name(attributes: &Attributes, report: &Report) -> Option<String> {
    let name = attributes.values.get(CUSTOMER_NAME).filter(|name| !name.is_empty())?;
    report.measured(&attributes.pointer_to(CUSTOMER_NAME), name, &DISPLAY_NAME);
    Some(name.clone())
}

/// A stranger's idempotency key is 1 to 255 printable characters.
fn check_key(header: Option<&str>, token: Option<&Asked<String>>, report: &Report) {
    let is_key =
        |text: &str| KEY.contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if header.is_some_and(|key| !is_key(key)) {
        report.add(Problem::in_header(IDEMPOTENCY_KEY, KEY_RULE));
    }
    if let Some(asked) = token.filter(|asked| !is_key(&asked.value)) {
        report.problem(&asked.pointer, KEY_RULE);
    }
}

/// An event of somebody else's must not open a chat.
fn check_foreign(top: &Reader<'_>, report: &Report) {
    if top.is_foreign() {
        report.problem("", "has no member of StartChatContact");
    }
}

/// The rules that span members.
fn check_together(request: &ChatRequest, report: &Report) {
    if let (Some(_), Some(related)) = (&request.persistent_chat, &request.related_contact_id) {
        report.problem(&related.pointer, "cannot be given with PersistentChat");
    }
    let guide = SegmentAttribute::String("connect:Guide".to_owned());
    let is_guide = request.segment_attributes.get(SUBTYPE) == Some(&guide);
    if is_guide && !request.content_types.has_interactive() {
        let pointer = crate::json::push_pointer(&request.segment_pointer, SUBTYPE);
        report.problem(
            &pointer,
            "a guide needs both interactive types in SupportedMessagingContentTypes",
        );
    }
}

pub(crate) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
