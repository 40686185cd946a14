//! A chat that Connect has started, or had started before.

use aws_sdk_connect::operation::start_chat_contact::StartChatContactOutput;
use serde::Serialize;

use crate::policy::{PastChat, StartChat};

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

    /// The fate of an earlier chat, if there was one to return to or to continue.
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

    /// The part of the chat that it takes to return to it.
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

#[cfg(test)]
mod tests {
    use aws_sdk_connect::types;

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
