//! HTTP requests to the stand-in's API Gateway.

use http::{HeaderMap, Method, Request};
use local_aws::LocalAws;
use serde_json::Value;

/// An answer over HTTP.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns a header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Parses the body.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Returns the id of the chat that was started.
    pub fn contact_id(&self) -> String {
        assert_eq!(self.status, 200);
        self.json()["data"]["startChatResult"]["ContactId"].to_string()
    }
}

/// Sends a request over HTTP.
pub async fn call(
    aws: &LocalAws,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Vec<u8>>,
) -> Answer {
    let mut request =
        Request::builder().method(method).uri(format!("{}{path}", aws.api_gateway_url()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).expect("a request");
    let call = tokio::task::spawn_blocking(move || {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .build();
        let mut answer = config.new_agent().run(request).expect("an answer");
        Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: answer.body_mut().read_to_vec().expect("a body"),
        }
    });
    call.await.expect("the call ends")
}
