//! The model of the requests as data: every member with its type and limits, from the API
//! reference. It does not use the function's code, so that the two can disagree.

/// The type and the limits of a value.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A string with this range of characters.
    Text { min: usize, max: usize },
    /// One of these strings.
    Enum(&'static [&'static str]),
    /// An integer in this range.
    Integer { min: i64, max: i64 },
    /// A list with this range of elements.
    List { min: usize, max: usize, of: &'static Shape },
    /// A map whose keys have this range of characters.
    Map { key: (usize, usize), of: &'static Shape },
    /// An object with these members.
    Structure(&'static [Member]),
}

/// A member of a structure.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) shape: Shape,
}

const fn required(name: &'static str, shape: Shape) -> Member {
    Member { name, required: true, shape }
}

const fn optional(name: &'static str, shape: Shape) -> Member {
    Member { name, required: false, shape }
}

const fn text(min: usize, max: usize) -> Shape {
    Shape::Text { min, max }
}

/// The content types that a chat may support.
pub(crate) const CONTENT_TYPES: [&str; 5] =
    ["text/plain", "text/markdown", "application/json", INTERACTIVE, RESPONSE];
/// The content types of an initial message.
pub(crate) const MESSAGE_TYPES: [&str; 4] =
    ["text/plain", "text/markdown", "application/json", RESPONSE];
/// The content type of interactive messages to the customer.
pub(crate) const INTERACTIVE: &str = "application/vnd.amazonaws.connect.message.interactive";
/// The content type of answers to interactive messages.
pub(crate) const RESPONSE: &str = "application/vnd.amazonaws.connect.message.interactive.response";
/// The most bytes of a contact's attribute names and values together.
pub(crate) const ATTRIBUTES_BYTES: usize = 32_768;
/// The most bytes of a message.
pub(crate) const MESSAGE_BYTES: usize = 16_384;

static ATTRIBUTE: Shape = text(0, 32_767);
static CONTENT_TYPE: Shape = text(1, 100);
static PARTICIPANT: Shape = Shape::Enum(&["AGENT"]);
static CONNECTION: Shape = Shape::Enum(&[
    "WEBSOCKET",
    "CONNECTION_CREDENTIALS",
    "AUTHENTICATION_SESSION",
    "WEBRTC_CONNECTION",
]);
static SEGMENT_VALUE: Shape = Shape::Structure(&[
    optional("ValueString", text(0, 1024)),
    optional("ValueMap", Shape::Map { key: (1, 128), of: &SEGMENT_VALUE }),
    optional("ValueInteger", Shape::Integer { min: i32::MIN as i64, max: i32::MAX as i64 }),
    optional("ValueList", Shape::List { min: 0, max: usize::MAX, of: &SEGMENT_VALUE }),
    optional("ValueArn", text(0, 1024)),
]);

/// The body of `StartChatContact`.
pub(crate) static START_CHAT_CONTACT: Shape = Shape::Structure(&[
    required("InstanceId", text(1, 100)),
    required("ContactFlowId", text(0, 500)),
    required("ParticipantDetails", Shape::Structure(&[required("DisplayName", text(1, 256))])),
    optional(
        "ParticipantConfiguration",
        Shape::Structure(&[optional("ResponseMode", Shape::Enum(&["INCREMENTAL", "COMPLETE"]))]),
    ),
    optional(
        "InitialMessage",
        Shape::Structure(&[
            required("ContentType", text(1, 100)),
            required("Content", text(1, 16_384)),
        ]),
    ),
    optional("Attributes", Shape::Map { key: (1, 32_767), of: &ATTRIBUTE }),
    optional("ClientToken", text(0, 500)),
    optional("ChatDurationInMinutes", Shape::Integer { min: 60, max: 10_080 }),
    optional(
        "SupportedMessagingContentTypes",
        Shape::List { min: 0, max: usize::MAX, of: &CONTENT_TYPE },
    ),
    optional(
        "PersistentChat",
        Shape::Structure(&[
            optional("RehydrationType", Shape::Enum(&["ENTIRE_PAST_SESSION", "FROM_SEGMENT"])),
            optional("SourceContactId", text(1, 256)),
        ]),
    ),
    optional("RelatedContactId", text(1, 256)),
    optional("SegmentAttributes", Shape::Map { key: (1, 128), of: &SEGMENT_VALUE }),
    optional("CustomerId", text(1, 128)),
    optional("DisconnectOnCustomerExit", Shape::List { min: 1, max: 1, of: &PARTICIPANT }),
    optional("ConnectionTypes", Shape::List { min: 1, max: 2, of: &CONNECTION }),
    optional(
        "ChatStreamingConfiguration",
        Shape::Structure(&[required("StreamingEndpointArn", text(1, 350))]),
    ),
]);

/// The body of `StopContact`.
pub(crate) static STOP_CONTACT: Shape = Shape::Structure(&[
    required("ContactId", text(1, 256)),
    required("InstanceId", text(1, 100)),
    optional("DisconnectReason", Shape::Structure(&[optional("Code", text(1, 100))])),
]);
