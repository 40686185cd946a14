//! The answers of Amazon Connect.

use serde_json::{Value, json};
use uuid::Uuid;

/// An error answer, in a `Result`.
pub(crate) type ErrorAnswer = Box<Answer>;

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) error: Option<String>,
    pub(crate) content_type: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) contact_id: Option<String>,
    pub(crate) request_id: String,
}

impl Answer {
    /// An answer with this body.
    pub(crate) fn raw(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            error: None,
            content_type: content_type.to_owned(),
            headers: Vec::new(),
            body: body.into(),
            contact_id: None,
            request_id: Uuid::new_v4().to_string(),
        }
    }

    /// A success.
    pub(crate) fn ok(body: &Value) -> Self {
        Self::raw(200, "application/json", body.to_string())
    }

    /// An error in Connect's format.
    pub(crate) fn error(status: u16, kind: &str, message: &str) -> Self {
        let answer = Self::raw(status, "application/json", json!({"Message": message}).to_string());
        Self { error: Some(kind.to_owned()), ..answer }
    }

    /// The error of an invalid request.
    pub(crate) fn invalid(message: &str) -> Self {
        Self::error(400, "InvalidRequestException", message)
    }

    /// The error of a request that names something that does not exist.
    pub(crate) fn not_found(message: &str) -> Self {
        Self::error(404, "ResourceNotFoundException", message)
    }

    /// Removes a member of the body.
    pub(crate) fn without(mut self, member: &str) -> Self {
        if let Ok(Value::Object(mut body)) = serde_json::from_slice(&self.body) {
            body.remove(member);
            self.body = Value::Object(body).to_string().into_bytes();
        }
        self
    }

    /// Sets the contact that the answer is about.
    pub(crate) fn about(mut self, contact_id: &str) -> Self {
        self.contact_id = Some(contact_id.to_owned());
        self
    }
}
