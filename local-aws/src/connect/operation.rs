//! The operations of Amazon Connect.

/// An operation of Amazon Connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `PUT /contact/chat`
    StartChatContact,
    /// `GET /contacts/{InstanceId}/{ContactId}`
    DescribeContact,
    /// `POST /contact/stop`
    StopContact,
    /// Any of them.
    Any,
}

impl Operation {
    /// The name of the operation.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StartChatContact => "StartChatContact",
            Self::DescribeContact => "DescribeContact",
            Self::StopContact => "StopContact",
            Self::Any => "Any",
        }
    }

    /// The operation with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let all = [Self::StartChatContact, Self::DescribeContact, Self::StopContact, Self::Any];
        all.into_iter().find(|operation| operation.name() == name)
    }
}
