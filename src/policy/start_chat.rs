//! A chat that may be started.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::redact::redact;
use super::{Instance, Refused};
use crate::problem::Problem;
use crate::request::{
    CUSTOMER_NAME, ChatRequest, ConnectionType, ContentTypes, InitialMessage, PersistentChat,
    ResponseMode, SegmentAttribute,
};

/// A chat that may be started, as Connect will be asked for it.
///
/// It is built by [`Policy`](super::Policy) only, and holds personal data, so
/// it has no `Debug`. Its JSON is the body of `StartChatContact` without
/// `ClientToken`, with sorted names: the canonical form that
/// [`idempotency`](crate::idempotency) hashes.
#[derive(Serialize)]
#[serde(transparent)]
pub struct StartChat(Members);

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

/// Who the customer is to the agent.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ParticipantDetails {
    pub(crate) display_name: String,
}

impl StartChat {
    pub(super) fn new(
        instance: &Instance,
        flow: String,
        request: ChatRequest,
        verified_customer: Option<String>,
        claims: Vec<(String, Option<String>)>,
    ) -> Result<Self, Refused> {
        Ok(Self(Members {
            instance_id: instance.id().to_owned(),
            contact_flow_id: flow,
            attributes: attributes(&request, claims)?,
            participant_details: ParticipantDetails { display_name: request.display_name },
            initial_message: request.initial_message,
            client_token: request.client_token.map(|asked| asked.value),
            duration_minutes: request.duration_minutes,
            content_types: request.content_types,
            persistent_chat: request.persistent_chat.map(|asked| asked.value),
            related_contact_id: request.related_contact_id.map(|asked| asked.value),
            segment_attributes: request.segment_attributes,
            customer_id: verified_customer.or(request.customer_id.map(|asked| asked.value)),
            response_mode: request.response_mode,
            disconnect_agent: request.disconnect_agent,
            connection_types: request.connection_types,
            streaming_endpoint_arn: request.streaming_endpoint.map(|asked| asked.value),
        }))
    }

    /// The members, to be read only.
    pub(crate) fn members(&self) -> &Members {
        &self.0
    }

    /// The flow it starts: a bare id.
    #[must_use]
    pub fn contact_flow_id(&self) -> &str {
        &self.0.contact_flow_id
    }

    /// Whether participants may format their messages.
    #[must_use]
    pub fn has_markdown(&self) -> bool {
        self.0.content_types.has_markdown()
    }

    /// `text` without the chat's personal data: for Connect's words, which may
    /// quote what they are about, on their way to the log.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let message = self.0.initial_message.as_ref();
        let texts = std::iter::once(&self.0.participant_details.display_name)
            .chain(self.0.attributes.values())
            .chain(message.map(|message| &message.content))
            .chain(&self.0.customer_id)
            .chain(&self.0.client_token);
        let segments = self.0.segment_attributes.values();
        let texts = texts.map(|text| Cow::Borrowed(text.as_str()));
        let values: Vec<_> = texts.chain(segments.flat_map(SegmentAttribute::texts)).collect();
        redact(text, &values)
    }

    /// The contact it goes on from, or is about.
    pub(super) fn named_contact(&self) -> Option<&str> {
        let source = self.0.persistent_chat.as_ref();
        let source = source.map(|persistent| &persistent.source_contact_id);
        source.or(self.0.related_contact_id.as_ref()).map(String::as_str)
    }

    pub(super) fn customer_id(&self) -> Option<&str> {
        self.0.customer_id.as_deref()
    }

    pub(super) fn persistent_chat_mut(&mut self) -> Option<&mut PersistentChat> {
        self.0.persistent_chat.as_mut()
    }
}

/// What the caller gave, what the authorizer verified and, where there is room
/// and no other, the display name as `customerName`. What a claim fills is
/// filled by nothing else, even where the claim is missing.
fn attributes(
    request: &ChatRequest,
    claims: Vec<(String, Option<String>)>,
) -> Result<BTreeMap<String, String>, Refused> {
    let mut attributes = request.attributes.clone();
    let mut is_named = attributes.values.get(CUSTOMER_NAME).is_some_and(|name| !name.is_empty());
    for (name, value) in claims {
        is_named |= name == CUSTOMER_NAME;
        if let Some(value) = value
            && !attributes.add_if_room(&name, &value)
        {
            let pointer = attributes.pointer().to_owned();
            let detail = "leaves no room for the verified claims";
            return Err(Refused::NoRoom(Problem::at(pointer, detail)));
        }
    }
    if !is_named {
        attributes.add_if_room(CUSTOMER_NAME, &request.display_name);
    }
    Ok(attributes.values)
}
