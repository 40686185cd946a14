//! The script of the agent.

use serde_json::{Value, json};

use super::item::Item;
use super::terms::Terms;

pub(crate) const PLAIN: &str = "text/plain";
pub(crate) const MARKDOWN: &str = "text/markdown";
pub(crate) const INTERACTIVE: &str = "application/vnd.amazonaws.connect.message.interactive";
pub(crate) const RESPONSE: &str = "application/vnd.amazonaws.connect.message.interactive.response";

/// The reaction of the agent to a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Sends content of this type.
    Say(&'static str, String),
    Transfer,
    End,
}

pub(crate) const OFFER: &str = "I repeat what you write. Write \"list\" to choose from a list, \
    \"transfer\" for a colleague, \"bye\" to end the chat.";
pub(crate) const OFFER_AFTER_TRANSFER: &str = "I will help you from here.";

/// Chooses the reaction to a message.
pub(crate) fn answer(message: &Item, terms: &Terms, was_transferred: bool) -> Act {
    let content = message.content.as_deref().unwrap_or_default();
    if message.content_type == RESPONSE {
        return say(&format!("You chose {}.", chosen(content)), terms);
    }
    match content.trim().to_lowercase().as_str() {
        "bye" => Act::End,
        "transfer" if was_transferred => say("There is no other colleague here.", terms),
        "transfer" => Act::Transfer,
        "list" if terms.allows(INTERACTIVE) => Act::Say(INTERACTIVE, list_picker()),
        "list" => say("This chat was started without the content type for lists.", terms),
        _ => say(&format!("You wrote: {content}"), terms),
    }
}

/// Sends a text, formatted if the chat allows Markdown.
fn say(text: &str, terms: &Terms) -> Act {
    match text.split_once(": ") {
        Some((intro, rest)) if terms.allows(MARKDOWN) => {
            Act::Say(MARKDOWN, format!("**{intro}:** {rest}"))
        }
        _ => Act::Say(PLAIN, text.to_owned()),
    }
}

/// The chosen element of a list. Clients answer with its title, as plain text or in JSON.
fn chosen(content: &str) -> String {
    let json: Value = serde_json::from_str(content).unwrap_or_default();
    let title =
        json.pointer("/data/selectedElement").or_else(|| json.pointer("/data/content/title"));
    title.and_then(Value::as_str).unwrap_or(content).to_owned()
}

fn list_picker() -> String {
    let titles = ["My order", "An invoice", "Something else"];
    let elements: Vec<_> = titles.iter().map(|title| json!({"title": title})).collect();
    let content =
        json!({"title": "What is it about?", "subtitle": "Choose one", "elements": elements});
    let data = json!({"replyMessage": {"title": "Thank you"}, "content": content});
    json!({"templateType": "ListPicker", "version": "1.0", "data": data}).to_string()
}
