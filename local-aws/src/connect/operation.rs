//! The operations of Amazon Connect and of its participant service.

/// An operation of Amazon Connect or of its participant service.
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
    /// Any of the first three. Faults of the participant service have to name the operation.
    Any,
}

impl Operation {
    const ALL: [Self; 10] = [
        Self::StartChatContact,
        Self::DescribeContact,
        Self::StopContact,
        Self::CreateParticipantConnection,
        Self::SendMessage,
        Self::SendEvent,
        Self::GetTranscript,
        Self::DisconnectParticipant,
        Self::WebsocketFrame,
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
            Self::Any => "Any",
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
