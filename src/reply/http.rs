//! Answers over HTTP, in both payload formats, with the headers of all of them.

use aws_lambda_events::encodings::Body;
use aws_lambda_events::event::apigw::{ApiGatewayProxyResponse, ApiGatewayV2httpResponse};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONTENT_TYPE,
    HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use serde::Serialize;
use serde_json::Value;

use super::problem;
use crate::connect::StartedChat;
use crate::error::Error;
use crate::policy::Origins;
use crate::trigger::Format;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IGNORED_MEMBERS: HeaderName = HeaderName::from_static("x-ignored-members");

const METHODS: HeaderValue = HeaderValue::from_static("POST,OPTIONS");
const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static(
    "Content-Type,Authorization,Idempotency-Key,X-Api-Key,X-Amz-Date,X-Amz-Security-Token,X-Amz-User-Agent,X-Amz-Content-Sha256",
);
const EXPOSED_HEADERS: HeaderValue =
    HeaderValue::from_static("X-Request-Id,X-Ignored-Members,Retry-After");
const MAX_AGE_SECONDS: HeaderValue = HeaderValue::from_static("7200");

/// The answer to one HTTP request, its body still open.
pub struct HttpReply<'a> {
    format: Format,
    request_id: &'a str,
    headers: HeaderMap,
}

#[derive(Serialize)]
struct Envelope<T> {
    data: Data<T>,
}

/// What every public client of chat reads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<T> {
    start_chat_result: T,
    feature_permissions: FeaturePermissions,
}

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct FeaturePermissions {
    messaging_markdown: bool,
    attachments: bool,
}

impl<'a> HttpReply<'a> {
    /// An answer with the headers that each has: CORS, and that nobody may
    /// store or reinterpret it.
    #[must_use]
    pub fn new(
        format: Format,
        request_id: &'a str,
        origins: &Origins,
        origin: Option<&str>,
    ) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        insert(&mut headers, REQUEST_ID, request_id);
        if *origins != Origins::Unchecked {
            headers.insert(VARY, HeaderValue::from_static("Origin"));
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
        }
        match (origins, origin) {
            (Origins::Any, _) => insert(&mut headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (Origins::Only(_), Some(origin)) if origins.admit(Some(origin)) => {
                insert(&mut headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            }
            _ => {}
        }
        Self { format, request_id, headers }
    }

    /// The answer to a browser's preflight request.
    #[must_use]
    pub fn preflight(mut self) -> Value {
        self.headers.insert(ALLOW, METHODS);
        self.headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        self.headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
        self.headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
        self.into_response(204, None)
    }

    /// Names the members that were not read.
    #[must_use]
    pub fn ignoring(mut self, ignored: &str) -> Self {
        if !ignored.is_empty() {
            insert(&mut self.headers, IGNORED_MEMBERS, ignored);
        }
        self
    }

    /// The answer that a chat was started.
    #[must_use]
    pub fn started(mut self, chat: &StartedChat, attachments: bool) -> Value {
        let envelope = Envelope {
            data: Data {
                start_chat_result: chat.expose(),
                feature_permissions: FeaturePermissions {
                    messaging_markdown: chat.has_markdown(),
                    attachments,
                },
            },
        };
        insert(&mut self.headers, CONTENT_TYPE, "application/json");
        // Strings and booleans: nothing in it can fail to become JSON.
        let body = serde_json::to_string(&envelope).unwrap_or_default();
        self.into_response(200, Some(body))
    }

    /// The answer that none was.
    #[must_use]
    pub fn failed(mut self, error: &Error) -> Value {
        let told = error.told();
        insert(&mut self.headers, CONTENT_TYPE, "application/problem+json");
        match told.status {
            401 => insert(&mut self.headers, WWW_AUTHENTICATE, "Bearer"),
            405 => drop(self.headers.insert(ALLOW, METHODS)),
            _ => {}
        }
        if let Some(seconds) = told.retry_after {
            self.headers.insert(RETRY_AFTER, seconds.into());
        }
        let body = problem::body(error, &told, self.request_id);
        self.into_response(told.status, Some(body))
    }

    fn into_response(self, status: u16, body: Option<String>) -> Value {
        let body = body.map(Body::Text);
        let response = match self.format {
            Format::V1 => {
                let mut response = ApiGatewayProxyResponse::default();
                response.status_code = status.into();
                response.headers = self.headers;
                response.body = body;
                serde_json::to_value(response)
            }
            Format::V2 => {
                let mut response = ApiGatewayV2httpResponse::default();
                response.status_code = status.into();
                response.headers = self.headers;
                response.body = body;
                serde_json::to_value(response)
            }
        };
        // Header values are visible ASCII: nothing in it can fail to become JSON.
        response.unwrap_or_default()
    }
}

/// Sets a header, unless the text cannot be one.
fn insert(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

/// Names as far as they may stand in a header or a log: of harmless
/// characters, whole, and 256 of them in all.
#[must_use]
pub fn ignored_members(names: &[String]) -> String {
    const MOST: usize = 256;
    let is_harmless = |one: &char| one.is_ascii_alphanumeric() || "_.-".contains(*one);
    let mut text = String::new();
    for name in names {
        let name: String = name.chars().filter(is_harmless).take(MOST).collect();
        let comma = usize::from(!text.is_empty());
        if name.is_empty() || text.len() + comma + name.len() > MOST {
            continue;
        }
        if comma == 1 {
            text.push(',');
        }
        text.push_str(&name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::ignored_members;

    #[test]
    fn ignored_members_are_harmless_whole_and_few() {
        let long = |count: usize| "n".repeat(count);
        for (names, told) in [
            (vec![], String::new()),
            (vec!["a", "B.c_-1"], "a,B.c_-1".to_owned()),
            (vec!["a b\r\nX: y,z\u{e9}"], "abXyz".to_owned()),
            (vec!["\u{4e2d}", "a"], "a".to_owned()),
            (vec![&long(256)], long(256)),
            (vec![&long(257)], long(256)),
            (vec![&long(255), "a", "b"], long(255)),
            (vec![&long(254), "a", "b"], format!("{},a", long(254))),
            (vec![&long(253), "abc", "b"], format!("{},b", long(253))),
        ] {
            let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
            assert_eq!(ignored_members(&names), told, "{names:?}");
        }
    }
}
