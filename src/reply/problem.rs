//! Problem details for HTTP APIs (RFC 9457), with the member that clients of
//! AWS's sample read.

use serde::Serialize;

use crate::error::{Error, Told};
use crate::problem::Problem;

/// How many problems one answer lists at most; a body of 128 KiB can have
/// more, and Lambda answers at most 6 MB.
const LISTED: usize = 1_000;

/// The body of an HTTP error.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProblemDetails<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Problem],
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

/// The body that tells of `error`.
pub(super) fn body(error: &Error, told: &Told, request_id: &str) -> String {
    let problems = error.problems();
    let (code, detail) = (told.code.as_ref(), told.detail.as_ref());
    let details = ProblemDetails {
        r#type: format!("urn:start-chat-contact:{code}"),
        title: told.title,
        status: told.status,
        detail,
        code,
        request_id,
        errors: problems.get(..LISTED).unwrap_or(&problems),
        data: Data {
            error: SampleError { code, message: detail, status_code: told.status, request_id },
        },
    };
    // Strings and numbers: nothing in it can fail to become JSON.
    serde_json::to_string(&details).unwrap_or_default()
}
