//! `InitialMessage` and the content types of a chat.

use serde::Serialize;

use super::limits::CONTENT_BYTES;
use super::object::ObjectReader;
use super::value::Value;

/// The message types that a chat may carry
/// (API reference, `StartChatContactRequest.SupportedMessagingContentTypes`).
const CONTENT_TYPES: [&str; 5] =
    [TEXT_PLAIN, TEXT_MARKDOWN, "application/json", INTERACTIVE, INTERACTIVE_RESPONSE];

/// The message types that a customer may open a chat with: all but the one that
/// only flows and agents send (API reference, `ChatMessage.ContentType`).
const INITIAL_CONTENT_TYPES: [&str; 4] =
    [TEXT_PLAIN, TEXT_MARKDOWN, "application/json", INTERACTIVE_RESPONSE];

const TEXT_PLAIN: &str = "text/plain";
const TEXT_MARKDOWN: &str = "text/markdown";
const INTERACTIVE: &str = "application/vnd.amazonaws.connect.message.interactive";
const INTERACTIVE_RESPONSE: &str = "application/vnd.amazonaws.connect.message.interactive.response";

/// The first message of a chat, sent on behalf of the customer.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InitialMessage {
    pub(crate) content_type: String,
    pub(crate) content: String,
}

/// The content types that a chat may carry; empty if the request names none.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ContentTypes(Vec<String>);

impl ContentTypes {
    /// Accepts a list of content types. `text/plain`, which Connect requires,
    /// is added to a list without it.
    ///
    /// # Errors
    ///
    /// Returns the rule that is broken if a type is unknown.
    pub(crate) fn new(mut types: Vec<String>) -> Result<Self, String> {
        if let Some(unknown) = types.iter().position(|one| !is_supported(one)) {
            return Err(format!("item {} {}", unknown + 1, supported()));
        }
        if !types.is_empty() && !types.iter().any(|one| one == TEXT_PLAIN) {
            types.insert(0, TEXT_PLAIN.to_owned());
        }
        Ok(Self(types))
    }

    /// The types in the order of the request.
    pub(crate) fn as_slice(&self) -> &[String] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns true if customers and agents may format their messages.
    #[must_use]
    pub fn has_markdown(&self) -> bool {
        self.has(TEXT_MARKDOWN)
    }

    /// Returns true if step-by-step guides can be shown.
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
pub(super) fn content_types(value: &Value<'_, '_>) -> Option<ContentTypes> {
    let elements = value.list()?.into_iter().enumerate();
    let types = elements.map(|(index, raw)| content_type(&value.element(index, raw)));
    let types: Vec<Option<String>> = types.collect();
    let types: Vec<String> = types.into_iter().collect::<Option<_>>()?;
    ContentTypes::new(types).map_err(|rule| value.error(rule)).ok()
}

fn content_type(value: &Value<'_, '_>) -> Option<String> {
    let text = value.string()?;
    if !is_supported(&text) {
        value.error(supported());
        return None;
    }
    Some(text.into_owned())
}

/// Reads `InitialMessage`. An empty `Content`, which optional form fields
/// send, means that there is no message.
pub(super) fn initial_message(value: &Value<'_, '_>) -> Option<InitialMessage> {
    let reader = ObjectReader::new(value, &["ContentType", "Content"]);
    if reader.member("Content").is_some_and(|content| content.is_empty_string()) {
        return None;
    }
    let content_type = reader.required("ContentType").and_then(|value| initial_type(&value));
    let content = reader.required("Content").and_then(|value| content(&value));
    Some(InitialMessage { content_type: content_type?, content: content? })
}

fn initial_type(value: &Value<'_, '_>) -> Option<String> {
    let text = value.string()?;
    if INITIAL_CONTENT_TYPES.contains(&&*text) {
        return Some(text.into_owned());
    }
    value.error(format!("must be one of {}", INITIAL_CONTENT_TYPES.join(", ")));
    None
}

fn content(value: &Value<'_, '_>) -> Option<String> {
    let text = value.string()?;
    if CONTENT_BYTES.contains(&text.len()) {
        return Some(text.into_owned());
    }
    value.error(format!("must have 1 to 16384 bytes of UTF-8, not {}", text.len()));
    None
}
