//! The events of payload format 1.0: of a REST API, and of an HTTP API that is set to it.

use serde_json::{Map, Value, json};

use super::request::{ApiRequest, grouped};
use crate::clock;
use crate::fixtures::ACCOUNT_ID;

/// What differs between the two kinds of API.
struct Differences<'a> {
    api_id: &'static str,
    stage: &'static str,
    /// The path, without the stage in a REST API and with it in an HTTP API.
    path: &'a str,
    headers: Vec<(String, String)>,
    body: Value,
    is_base64: bool,
}

/// The event of a REST API: header names as written, bodies as text.
pub(crate) fn rest_event(request: &ApiRequest) -> Value {
    let path = request.decoded_path();
    let below = path.strip_prefix("/rest").filter(|path| !path.is_empty()).unwrap_or("/");
    let body = (!request.body.is_empty()).then(|| String::from_utf8_lossy(&request.body));
    event(
        request,
        &Differences {
            api_id: "localrest0",
            stage: "rest",
            path: below,
            headers: request.headers.clone(),
            body: json!(body),
            is_base64: false,
        },
    )
}

/// The event of an HTTP API: header names in lower case, bodies as in format 2.0.
pub(crate) fn http_event(request: &ApiRequest) -> Value {
    let path = request.decoded_path();
    let (body, is_base64) =
        request.http_api_body().map_or((Value::Null, false), |(body, is)| (json!(body), is));
    let lowered =
        request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    let mut event = event(
        request,
        &Differences {
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

fn event(request: &ApiRequest, differences: &Differences<'_>) -> Value {
    let parameters = request.parameters();
    json!({
        "resource": "/{proxy+}",
        "path": differences.path,
        "httpMethod": request.method,
        "headers": last(differences.headers.clone()),
        "multiValueHeaders": grouped(differences.headers.clone()),
        "queryStringParameters": or_null(last(parameters.clone())),
        "multiValueQueryStringParameters": or_null(all(parameters)),
        "pathParameters": {"proxy": differences.path.trim_start_matches('/')},
        "stageVariables": null,
        "requestContext": context(request, differences),
        "body": differences.body,
        "isBase64Encoded": differences.is_base64,
    })
}

fn context(request: &ApiRequest, differences: &Differences<'_>) -> Value {
    let mut context = json!({
        "accountId": ACCOUNT_ID,
        "apiId": differences.api_id,
        "domainName": request.domain(),
        "domainPrefix": request.domain().split('.').next(),
        "extendedRequestId": extended_id(request),
        "httpMethod": request.method,
        "identity": identity(request),
        "path": request.decoded_path(),
        "protocol": request.protocol,
        "requestId": request.request_id,
        "requestTime": clock::common_log_now(),
        "requestTimeEpoch": clock::millis(clock::since_epoch()),
        "resourceId": "abc123",
        "resourcePath": "/{proxy+}",
        "stage": differences.stage,
    });
    if let Some(claims) = &request.claims {
        context["authorizer"] = json!({"claims": claims});
    }
    context
}

fn identity(request: &ApiRequest) -> Value {
    json!({
        "accessKey": null,
        "accountId": null,
        "caller": null,
        "cognitoAuthenticationProvider": null,
        "cognitoAuthenticationType": null,
        "cognitoIdentityId": null,
        "cognitoIdentityPoolId": null,
        "principalOrgId": null,
        "sourceIp": request.source_ip,
        "user": null,
        "userAgent": request.header("user-agent"),
        "userArn": null,
    })
}

/// The second id that API Gateway gives each request.
pub(crate) fn extended_id(request: &ApiRequest) -> String {
    let short: String =
        request.request_id.chars().filter(char::is_ascii_alphanumeric).take(15).collect();
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
