//! HTTP responses in both payload formats.

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

use super::problem_details;
use crate::connect::StartedChat;
use crate::error::{Code, Error};
use crate::json;
use crate::policy::Origins;
use crate::trigger::PayloadFormat;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IGNORED_MEMBERS: HeaderName = HeaderName::from_static("x-ignored-members");
const PAST_CHAT: HeaderName = HeaderName::from_static("x-past-chat");

const METHODS: HeaderValue = HeaderValue::from_static("POST,OPTIONS");
/// The request headers that a page may always send.
const ALLOWED_HEADERS: &str = "Content-Type,Authorization,Idempotency-Key,Prefer,X-Api-Key,X-Amz-Date,X-Amz-Security-Token,X-Amz-User-Agent,X-Amz-Content-Sha256";
const EXPOSED_HEADERS: HeaderValue =
    HeaderValue::from_static("X-Request-Id,X-Ignored-Members,X-Past-Chat,Retry-After");
const MAX_AGE_SECONDS: HeaderValue = HeaderValue::from_static("7200");

/// The response to one HTTP request, without its body.
pub struct HttpReply<'a> {
    format: PayloadFormat,
    request_id: &'a str,
    headers: HeaderMap,
}

#[derive(Serialize)]
struct Envelope<T> {
    data: Data<T>,
}

/// The envelope that every public client of chat reads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<T> {
    start_chat_result: T,
    feature_permissions: FeaturePermissions,
    /// `running` if the customer is in the chat already.
    #[serde(skip_serializing_if = "Option::is_none")]
    chat: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct FeaturePermissions {
    messaging_markdown: bool,
    attachments: bool,
}

impl<'a> HttpReply<'a> {
    /// Creates a response with the headers that each one has: CORS, and that
    /// nobody may store or reinterpret it.
    #[must_use]
    pub fn new(
        format: PayloadFormat,
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
            (Origins::Only(_), Some(origin)) if origins.allows(Some(origin)) => {
                insert(&mut headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            }
            _ => {}
        }
        Self { format, request_id, headers }
    }

    /// Renders the response to a browser's preflight request, which may send
    /// these headers, too.
    #[must_use]
    pub fn preflight(mut self, further_headers: &[String]) -> Value {
        let further = further_headers.iter().map(String::as_str);
        let allowed: Vec<&str> = std::iter::once(ALLOWED_HEADERS).chain(further).collect();
        self.headers.insert(ALLOW, METHODS);
        self.headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        insert(&mut self.headers, ACCESS_CONTROL_ALLOW_HEADERS, &allowed.join(","));
        self.headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
        self.render(204, None)
    }

    /// Adds the names of the members that were ignored.
    #[must_use]
    pub fn ignoring(mut self, ignored: &str) -> Self {
        if !ignored.is_empty() {
            insert(&mut self.headers, IGNORED_MEMBERS, ignored);
        }
        self
    }

    /// Renders the response with a started chat.
    #[must_use]
    pub fn started(mut self, chat: &StartedChat, attachments: bool) -> Value {
        let feature_permissions =
            FeaturePermissions { messaging_markdown: chat.has_markdown(), attachments };
        let data = Data {
            start_chat_result: chat.expose(),
            feature_permissions,
            chat: chat.running_mark(),
        };
        insert(&mut self.headers, CONTENT_TYPE, "application/json");
        if let Some(past_chat) = chat.past_chat() {
            insert(&mut self.headers, PAST_CHAT, past_chat.as_str());
        }
        let body = json::to_string(&Envelope { data });
        self.render(200, Some(body))
    }

    /// Renders the response with an error.
    #[must_use]
    pub fn failed(mut self, error: &Error) -> Value {
        let response = error.response();
        insert(&mut self.headers, CONTENT_TYPE, "application/problem+json");
        match response.code {
            Code::Unauthorized => insert(&mut self.headers, WWW_AUTHENTICATE, "Bearer"),
            Code::MethodNotAllowed => drop(self.headers.insert(ALLOW, METHODS)),
            _ => {}
        }
        if let Some(seconds) = response.code.retry_after() {
            self.headers.insert(RETRY_AFTER, seconds.into());
        }
        let body = problem_details::body(error, &response, self.request_id);
        self.render(response.code.status(), Some(body))
    }

    fn render(self, status: u16, body: Option<String>) -> Value {
        let body = body.map(Body::Text);
        match self.format {
            PayloadFormat::V1 => {
                let mut response = ApiGatewayProxyResponse::default();
                response.status_code = status.into();
                response.headers = self.headers;
                response.body = body;
                json::to_value(&response)
            }
            PayloadFormat::V2 => {
                let mut response = ApiGatewayV2httpResponse::default();
                response.status_code = status.into();
                response.headers = self.headers;
                response.body = body;
                json::to_value(&response)
            }
        }
    }
}

/// Sets a header, unless the text cannot be the value of one.
fn insert(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    let value = HeaderValue::from_str(text).ok();
    // An origin of other bytes than visible ASCII never matches an allowed one.
    if let Some(value) = value.filter(|value| value.to_str().is_ok()) {
        headers.insert(name, value);
    }
}
