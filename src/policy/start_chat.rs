//! A chat that may be started.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::earlier_chat::{LatestChat, PastChat, RunningRule};
use super::instance::Instance;
use crate::field_error::{FieldError, FieldErrors};
use crate::redact::redact;
use crate::request::{
    CUSTOMER_NAME, ChatRequest, ConnectionType, ContentTypes, InitialMessage, PersistentChat,
    RehydrationType, ResponseMode, SegmentAttribute,
};

/// A chat that may be started, as Connect will be asked for it.
///
/// Only [`Policy`](super::Policy) constructs one or changes it. It holds
/// personal data, so there is no `Debug`. Its JSON is the body of
/// `StartChatContact` without `ClientToken`, with sorted names: the canonical
/// form that [`client_token`](crate::client_token) hashes.
///
/// ```compile_fail
/// use start_chat_contact::policy::StartChat;
/// fn forge(chat: StartChat) -> StartChat {
///     StartChat { ..chat }
/// }
/// ```
#[derive(Serialize)]
#[serde(transparent)]
pub struct StartChat {
    members: Members,
    /// The fate of the past chat that was to be continued.
    #[serde(skip)]
    past_chat: Option<PastChat>,
    /// The customer's latest chat, if it is to be continued.
    #[serde(skip)]
    latest_chat: Option<LatestChat>,
    #[serde(skip)]
    running_chat: RunningRule,
}

/// The members of `StartChatContact`, as Connect will be sent them.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Members {
    pub(crate) instance_id: String,
    pub(crate) contact_flow_id: String,
    pub(crate) participant_details: ParticipantDetails,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) initial_message: Option<InitialMessage>,
    #[serde(skip)]
    pub(crate) client_token: Option<String>,
    #[serde(rename = "ChatDurationInMinutes", skip_serializing_if = "Option::is_none")]
    pub(crate) duration_minutes: Option<i32>,
    #[serde(
        rename = "SupportedMessagingContentTypes",
        skip_serializing_if = "ContentTypes::is_empty"
    )]
    pub(crate) content_types: ContentTypes,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) persistent_chat: Option<PersistentChat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) related_contact_id: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) segment_attributes: BTreeMap<String, SegmentAttribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) response_mode: Option<ResponseMode>,
    #[serde(rename = "DisconnectOnCustomerExit")]
    pub(crate) disconnect_agent: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) connection_types: Vec<ConnectionType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) streaming_endpoint_arn: Option<String>,
}

/// The customer as the agent sees them.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ParticipantDetails {
    pub(crate) display_name: String,
}

/// The values that the policy adds to a request.
#[derive(Default)]
pub(super) struct Additions {
    /// The verified customer.
    pub(super) customer_id: Option<String>,
    /// The display name that replaces the caller's.
    pub(super) display_name: Option<String>,
    /// The attributes that only claims and settings fill; without a value if
    /// the claim is missing.
    pub(super) attributes: Vec<(String, Option<String>)>,
    /// True if the chat is marked as one of an authenticated customer.
    pub(super) is_authenticated: bool,
    /// True if the past chat that the caller named is discarded.
    pub(super) discards_past_chat: bool,
    /// The latest chat, if a setting continues it.
    pub(super) latest_chat: Option<RehydrationType>,
    pub(super) running_chat: RunningRule,
}

impl StartChat {
    pub(super) fn new(
        instance: &Instance,
        flow: String,
        request: ChatRequest,
        additions: Additions,
    ) -> Result<Self, FieldErrors> {
        let display_name = additions.display_name.as_ref().unwrap_or(&request.display_name).clone();
        let mut segment_attributes = request.segment_attributes.into_values();
        if additions.is_authenticated {
            segment_attributes.extend([authentication()]);
        }
        let continues = request.persistent_chat.is_some() || request.related_contact_id.is_some();
        let asked = request.latest_chat.as_ref().map(|latest| latest.value);
        let latest_chat = asked
            .or(additions.latest_chat.filter(|_| !continues))
            .map(|how| LatestChat { rehydration_type: how, is_required: asked.is_some() });
        let members = Members {
            instance_id: instance.id().to_owned(),
            contact_flow_id: flow,
            attributes: attributes(request.attributes, &display_name, &additions)?,
            participant_details: ParticipantDetails { display_name },
            initial_message: request.initial_message,
            client_token: request.client_token.map(|token| token.value),
            duration_minutes: request.duration_minutes,
            content_types: request.content_types,
            persistent_chat: request.persistent_chat.map(|past| past.value),
            related_contact_id: request.related_contact_id.map(|id| id.value),
            segment_attributes,
            customer_id: additions.customer_id.or(request.customer_id.map(|id| id.value)),
            response_mode: request.response_mode,
            disconnect_agent: request.disconnect_agent,
            connection_types: request.connection_types,
            streaming_endpoint_arn: request.streaming_endpoint.map(|arn| arn.value),
        };
        let running_chat = additions.running_chat;
        let mut chat = Self { members, past_chat: None, latest_chat, running_chat };
        if additions.discards_past_chat {
            chat.discard_past_chat(PastChat::NotContinued);
        }
        Ok(chat)
    }

    /// The members, read-only.
    pub(crate) fn members(&self) -> &Members {
        &self.members
    }

    /// The flow that the chat starts: a bare id.
    #[must_use]
    pub fn contact_flow_id(&self) -> &str {
        &self.members.contact_flow_id
    }

    /// Returns true if participants may format their messages.
    #[must_use]
    pub fn has_markdown(&self) -> bool {
        self.members.content_types.has_markdown()
    }

    /// The fate of the past chat that was to be continued.
    #[must_use]
    pub fn past_chat(&self) -> Option<PastChat> {
        self.past_chat
    }

    /// Returns true if a running chat of the customer is returned instead.
    #[must_use]
    pub fn returns_to_running(&self) -> bool {
        self.running_chat == RunningRule::Return
    }

    /// Returns true if the chat takes the place of a running one in the table.
    #[must_use]
    pub fn replaces_running(&self) -> bool {
        self.running_chat == RunningRule::Replace
    }

    /// Returns `text` without the chat's personal data, for the log: Connect's
    /// messages may quote the request.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let Members { participant_details, attributes, .. } = &self.members;
        let message = self.members.initial_message.as_ref();
        let texts = std::iter::once(&participant_details.display_name)
            .chain(attributes.values())
            .chain(message.map(|message| &message.content))
            .chain(&self.members.customer_id)
            .chain(&self.members.client_token)
            .map(|text| Cow::Borrowed(text.as_str()));
        let segments = self.members.segment_attributes.values();
        let values: Vec<_> = texts.chain(segments.flat_map(SegmentAttribute::texts)).collect();
        redact(text, &values)
    }

    /// The contact that the chat continues or is related to.
    pub(super) fn named_contact(&self) -> Option<&str> {
        let past = self.members.persistent_chat.as_ref().map(|past| &past.source_contact_id);
        past.or(self.members.related_contact_id.as_ref()).map(String::as_str)
    }

    /// Returns true if the chat continues a past one.
    pub(super) fn continues(&self) -> bool {
        self.members.persistent_chat.is_some()
    }

    pub(super) fn discard_past_chat(&mut self, past_chat: PastChat) {
        self.members.persistent_chat = None;
        self.latest_chat = None;
        self.past_chat = Some(past_chat);
    }

    pub(super) fn set_past_chat(&mut self, past_chat: PersistentChat) {
        self.members.persistent_chat = Some(past_chat);
    }

    pub(super) fn latest_chat(&self) -> Option<LatestChat> {
        self.latest_chat
    }

    pub(super) fn take_latest_chat(&mut self) -> Option<LatestChat> {
        self.latest_chat.take()
    }

    pub(super) fn set_source_contact(&mut self, contact_id: String) {
        if let Some(past) = &mut self.members.persistent_chat {
            past.source_contact_id = contact_id;
        }
    }
}

/// The mark of a chat whose customer has signed in (Amazon Connect admin guide,
/// "Pre-chat authentication using the `StartChatContact` API").
fn authentication() -> (String, SegmentAttribute) {
    let status = SegmentAttribute::String("AUTHENTICATED".to_owned());
    let map = BTreeMap::from([("Status".to_owned(), status)]);
    ("connect:CustomerAuthentication".to_owned(), SegmentAttribute::Map(map))
}

/// Returns the caller's attributes, those of claims and settings, and the
/// display name as `customerName` if there is room and no other. What a claim
/// fills is filled by nothing else, even if the claim is missing.
fn attributes(
    mut attributes: crate::request::Attributes,
    display_name: &str,
    additions: &Additions,
) -> Result<BTreeMap<String, String>, FieldErrors> {
    if additions.display_name.is_some() {
        attributes.remove(CUSTOMER_NAME);
    }
    let mut is_named = attributes.non_blank(CUSTOMER_NAME).is_some();
    for (name, value) in &additions.attributes {
        is_named |= name == CUSTOMER_NAME;
        if let Some(value) = value
            && !attributes.add_if_room(name, value)
        {
            let rule = "leaves no room for the attributes of the verified claims";
            return Err(FieldError::at(attributes.pointer(), rule).into());
        }
    }
    if !is_named {
        attributes.add_if_room(CUSTOMER_NAME, display_name);
    }
    Ok(attributes.into_values())
}
