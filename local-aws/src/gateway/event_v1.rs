//! The events of payload format 1.0: of a REST API, and of an HTTP API that is set to it.

use serde_json::{Map, Value, json};

use super::request::{Incoming, grouped};
use crate::clock;
use crate::world::ACCOUNT_ID;

/// What the two kinds of API say differently.
struct Said<'a> {
    api_id: &'static str,
    stage: &'static str,
    /// Without the stage in a REST API, with it in an HTTP API.
    path: &'a str,
    headers: Vec<(String, String)>,
    body: Value,
    is_base64: bool,
}

/// The event of a REST API: header names as written, bodies as text.
pub(crate) fn rest_event(incoming: &Incoming) -> Value {
    let path = incoming.decoded_path();
    let below = path.strip_prefix("/rest").filter(|path| !path.is_empty()).unwrap_or("/");
    let body = (!incoming.body.is_empty()).then(|| String::from_utf8_lossy(&incoming.body));
    event(
        incoming,
        &Said {
            api_id: "localrest0",
            stage: "rest",
            path: below,
            headers: incoming.headers.clone(),
            body: json!(body),
            is_base64: false,
        },
    )
}

/// The event of an HTTP API: header names in lower case, bodies as in format 2.0.
pub(crate) fn http_event(incoming: &Incoming) -> Value {
    let path = incoming.decoded_path();
    let (body, is_base64) =
        incoming.http_api_body().map_or((Value::Null, false), |(body, is)| (json!(body), is));
    let lowered =
        incoming.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    let mut event = event(
        incoming,
        &Said {
            api_id: "local1api0",
            stage: "v1",
            path: &path,
            headers: lowered.collect(),
            body,
            is_base64,
        },
    );
    event["version"] = json!("1.0");
    event
}

fn event(incoming: &Incoming, said: &Said<'_>) -> Value {
    let parameters = incoming.parameters();
    json!({
        "resource": "/{proxy+}",
        "path": said.path,
        "httpMethod": incoming.method,
        "headers": last(said.headers.clone()),
        "multiValueHeaders": grouped(said.headers.clone()),
        "queryStringParameters": or_null(last(parameters.clone())),
        "multiValueQueryStringParameters": or_null(all(parameters)),
        "pathParameters": {"proxy": said.path.trim_start_matches('/')},
        "stageVariables": null,
        "requestContext": context(incoming, said),
        "body": said.body,
        "isBase64Encoded": said.is_base64,
    })
}

fn context(incoming: &Incoming, said: &Said<'_>) -> Value {
    let mut context = json!({
        "accountId": ACCOUNT_ID,
        "apiId": said.api_id,
        "domainName": incoming.domain(),
        "domainPrefix": incoming.domain().split('.').next(),
        "extendedRequestId": extended_id(incoming),
        "httpMethod": incoming.method,
        "identity": identity(incoming),
        "path": incoming.decoded_path(),
        "protocol": incoming.protocol,
        "requestId": incoming.request_id,
        "requestTime": clock::common_log_now(),
        "requestTimeEpoch": clock::millis(clock::since_epoch()),
        "resourceId": "abc123",
        "resourcePath": "/{proxy+}",
        "stage": said.stage,
    });
    if let Some(claims) = &incoming.claims {
        context["authorizer"] = json!({"claims": claims});
    }
    context
}

fn identity(incoming: &Incoming) -> Value {
    json!({
        "accessKey": null,
        "accountId": null,
        "caller": null,
        "cognitoAuthenticationProvider": null,
        "cognitoAuthenticationType": null,
        "cognitoIdentityId": null,
        "cognitoIdentityPoolId": null,
        "principalOrgId": null,
        "sourceIp": incoming.source_ip,
        "user": null,
        "userAgent": incoming.header("user-agent"),
        "userArn": null,
    })
}

/// The second id that REST APIs give each request.
pub(crate) fn extended_id(incoming: &Incoming) -> String {
    let short: String =
        incoming.request_id.chars().filter(char::is_ascii_alphanumeric).take(15).collect();
    format!("{short}=")
}

fn last(pairs: Vec<(String, String)>) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name, json!(value))).collect()
}

fn all(pairs: Vec<(String, String)>) -> Map<String, Value> {
    grouped(pairs).into_iter().map(|(name, values)| (name, json!(values))).collect()
}

fn or_null(map: Map<String, Value>) -> Value {
    if map.is_empty() { Value::Null } else { Value::Object(map) }
}
