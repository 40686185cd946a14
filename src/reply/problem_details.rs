//! Problem details for HTTP APIs (RFC 9457), with the member that clients of
//! AWS's sample read.

use std::borrow::Cow;

use serde::Serialize;

use crate::error::{Error, ErrorResponse};
use crate::field_error::FieldError;
use crate::json;

/// The body of an HTTP error.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemDetails<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Data<'a> {
    error: SampleError<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SampleError<'a> {
    code: &'a str,
    message: &'a str,
    status_code: u16,
    request_id: &'a str,
}

/// Renders the body of an error.
pub(super) fn body(error: &Error, response: &ErrorResponse, request_id: &str) -> String {
    let errors = error.field_errors();
    let (code, status) = (response.code.name(), response.code.status());
    let detail = match errors.unlisted() {
        0 => Cow::Borrowed(response.detail.as_ref()),
        more => Cow::Owned(format!("{} There are {more} more.", response.detail)),
    };
    let details = ProblemDetails {
        r#type: format!("urn:start-chat-contact:{code}"),
        title: response.title,
        status,
        detail: &detail,
        code,
        request_id,
        errors: errors.listed(),
        data: Data {
            error: SampleError { code, message: &detail, status_code: status, request_id },
        },
    };
    json::to_string(&details)
}
