//! The kinds of APIs.

/// The kind of API that a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    /// An HTTP API with payload format 2.0.
    HttpV2,
    /// An HTTP API with payload format 1.0.
    HttpV1,
    /// A REST API.
    Rest,
}
