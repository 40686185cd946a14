//! `InitialMessage` and the content types of a chat.

use std::ops::RangeInclusive;

use serde::Serialize;

use super::member::Member;
use super::reader::Reader;

/// Content has 1 to 16,384 bytes of UTF-8 (API reference, `ChatMessage.Content`).
const CONTENT_BYTES: RangeInclusive<usize> = 1..=16_384;

/// The message types a chat may carry
/// (API reference, `StartChatContactRequest.SupportedMessagingContentTypes`).
const CONTENT_TYPES: [&str; 5] =
    [TEXT_PLAIN, TEXT_MARKDOWN, "application/json", INTERACTIVE, INTERACTIVE_RESPONSE];

/// The message types a customer may open a chat with: all but the one that
/// only flows and agents send (API reference, `ChatMessage.ContentType`).
const INITIAL_CONTENT_TYPES: [&str; 4] =
    [TEXT_PLAIN, TEXT_MARKDOWN, "application/json", INTERACTIVE_RESPONSE];

const TEXT_PLAIN: &str = "text/plain";
const TEXT_MARKDOWN: &str = "text/markdown";
const INTERACTIVE: &str = "application/vnd.amazonaws.connect.message.interactive";
const INTERACTIVE_RESPONSE: &str = "application/vnd.amazonaws.connect.message.interactive.response";

/// The first message of a chat, sent in the customer's name.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InitialMessage {
    pub(crate) content_type: String,
    pub(crate) content: String,
}

/// The content types a chat may carry; empty if the request names none.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ContentTypes(pub(crate) Vec<String>);

impl ContentTypes {
    /// Checks a list of content types.
    ///
    /// # Errors
    ///
    /// The rule that is broken, where a type is unknown or `text/plain`,
    /// which Connect demands, is absent from a list that is not empty.
    pub(crate) fn new(types: Vec<String>) -> Result<Self, String> {
        if let Some(unknown) = types.iter().position(|one| !is_supported(one)) {
            return Err(format!("item {} {}", unknown + 1, supported()));
        }
        if !types.is_empty() && !types.iter().any(|one| one == TEXT_PLAIN) {
            return Err(format!("must contain {TEXT_PLAIN}"));
        }
        Ok(Self(types))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether customers and agents may format their messages.
    #[must_use]
    pub fn has_markdown(&self) -> bool {
        self.has(TEXT_MARKDOWN)
    }

    /// Whether step-by-step guides can be shown.
    pub(super) fn has_interactive(&self) -> bool {
        self.has(INTERACTIVE) && self.has(INTERACTIVE_RESPONSE)
    }

    fn has(&self, content_type: &str) -> bool {
        self.0.iter().any(|one| one == content_type)
    }
}

fn is_supported(content_type: &str) -> bool {
    CONTENT_TYPES.contains(&content_type)
}

fn supported() -> String {
    format!("must be one of {}", CONTENT_TYPES.join(", "))
}

/// Reads `SupportedMessagingContentTypes`.
pub(super) fn content_types(member: &Member<'_>) -> Option<ContentTypes> {
    let items = member.list()?;
    let types: Vec<Option<String>> = items.iter().map(content_type).collect();
    let types: Vec<String> = types.into_iter().collect::<Option<_>>()?;
    ContentTypes::new(types).map_err(|rule| member.problem(rule)).ok()
}

fn content_type(item: &Member<'_>) -> Option<String> {
    let text = item.text()?;
    if !is_supported(text) {
        item.problem(supported());
        return None;
    }
    Some(text.to_owned())
}

/// Reads `InitialMessage`.
pub(super) fn initial_message(member: &Member<'_>) -> Option<InitialMessage> {
    let mut reader = Reader::of(member)?;
    let content_type = reader.required("ContentType");
    let content = reader.required("Content");
    reader.finish();
    let content_type = content_type.and_then(|member| initial_content_type(&member));
    let content = content.and_then(|member| bytes(&member));
    Some(InitialMessage { content_type: content_type?, content: content? })
}

fn initial_content_type(member: &Member<'_>) -> Option<String> {
    let text = member.text()?;
    if INITIAL_CONTENT_TYPES.contains(&text) {
        return Some(text.to_owned());
    }
    let types = INITIAL_CONTENT_TYPES.join(", ");
    member.problem(format!("must be one of {types}"));
    None
}

fn bytes(member: &Member<'_>) -> Option<String> {
    let text = member.text()?;
    if CONTENT_BYTES.contains(&text.len()) {
        return Some(text.to_owned());
    }
    let count = text.len();
    member.problem(format!("must have 1 to 16384 bytes of UTF-8, not {count}"));
    None
}
