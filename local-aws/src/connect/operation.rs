//! The operations of the services.

use super::protocol::Protocol;

/// An operation of Amazon Connect, its participant service, EventBridge or DynamoDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `PUT /contact/chat`
    StartChatContact,
    /// `GET /contacts/{InstanceId}/{ContactId}`
    DescribeContact,
    /// `POST /contact/stop`
    StopContact,
    /// `POST /participant/connection`
    CreateParticipantConnection,
    /// `POST /participant/message`
    SendMessage,
    /// `POST /participant/event`
    SendEvent,
    /// `POST /participant/transcript`
    GetTranscript,
    /// `POST /participant/disconnect`
    DisconnectParticipant,
    /// The delivery of a frame to a customer's websocket. A fault can delay it, or reset the
    /// connection in its place.
    WebsocketFrame,
    /// EventBridge's `PutEvents`
    PutEvents,
    /// DynamoDB's `GetItem`
    GetItem,
    /// DynamoDB's `PutItem`
    PutItem,
    /// DynamoDB's `UpdateItem`
    UpdateItem,
    /// Any of the first three. Faults of other services have to name the operation.
    Any,
}

impl Operation {
    const ALL: [Self; 14] = [
        Self::StartChatContact,
        Self::DescribeContact,
        Self::StopContact,
        Self::CreateParticipantConnection,
        Self::SendMessage,
        Self::SendEvent,
        Self::GetTranscript,
        Self::DisconnectParticipant,
        Self::WebsocketFrame,
        Self::PutEvents,
        Self::GetItem,
        Self::PutItem,
        Self::UpdateItem,
        Self::Any,
    ];

    /// The name of the operation.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StartChatContact => "StartChatContact",
            Self::DescribeContact => "DescribeContact",
            Self::StopContact => "StopContact",
            Self::CreateParticipantConnection => "CreateParticipantConnection",
            Self::SendMessage => "SendMessage",
            Self::SendEvent => "SendEvent",
            Self::GetTranscript => "GetTranscript",
            Self::DisconnectParticipant => "DisconnectParticipant",
            Self::WebsocketFrame => "WebsocketFrame",
            Self::PutEvents => "PutEvents",
            Self::GetItem => "GetItem",
            Self::PutItem => "PutItem",
            Self::UpdateItem => "UpdateItem",
            Self::Any => "Any",
        }
    }

    /// The name of the service in signatures and in log lines.
    #[must_use]
    pub fn service(self) -> &'static str {
        match self {
            Self::PutEvents => "events",
            Self::GetItem | Self::PutItem | Self::UpdateItem => "dynamodb",
            _ => "connect",
        }
    }

    /// The operation that an `X-Amz-Target` names.
    pub(crate) fn from_target(target: &str) -> Option<Self> {
        match target {
            "AWSEvents.PutEvents" => Some(Self::PutEvents),
            "DynamoDB_20120810.GetItem" => Some(Self::GetItem),
            "DynamoDB_20120810.PutItem" => Some(Self::PutItem),
            "DynamoDB_20120810.UpdateItem" => Some(Self::UpdateItem),
            _ => None,
        }
    }

    pub(crate) fn protocol(self) -> Protocol {
        match self.service() {
            "events" => Protocol::Json11,
            "dynamodb" => Protocol::Json10,
            _ => Protocol::RestJson,
        }
    }

    /// The operation with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == name)
    }

    /// Returns true if a fault on this operation applies to a request for `other`.
    pub(crate) fn includes(self, other: Self) -> bool {
        let any = [Self::StartChatContact, Self::DescribeContact, Self::StopContact];
        self == other || (self == Self::Any && any.contains(&other))
    }
}
