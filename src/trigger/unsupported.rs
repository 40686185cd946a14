//! Events of services that cannot start a chat here, so that the error can
//! name them.

use serde_json::{Map, Value};

use crate::json::{str_at, value_at};

/// Services told by a path of members that only they send.
const TELLING: [(&[&str], &str); 9] = [
    (&["requestContext", "elb"], "an Application Load Balancer's request"),
    (&["requestContext", "connectionId"], "a WebSocket API's message"),
    (&["requestContext", "serviceNetworkArn"], "a VPC Lattice request"),
    (&["raw_path"], "a VPC Lattice request"),
    (&["Details", "ContactData"], "a Connect flow's event"),
    (&["awslogs"], "a CloudWatch Logs event"),
    (&["triggerSource"], "a Cognito user pool's event"),
    (&["methodArn"], "an API Gateway authorizer's event"),
    (&["routeArn"], "an API Gateway authorizer's event"),
];

/// The service whose event this is, if it is one that is not served.
pub(super) fn service(event: &Map<String, Value>) -> Option<String> {
    // `cargo lambda watch` sends HTTP requests with the members of other events, null.
    let known = TELLING
        .iter()
        .find(|(path, _)| value_at(event, path).is_some_and(|value| !value.is_null()));
    if let Some((_, name)) = known {
        return Some((*name).to_owned());
    }
    if let Some(context) = event.get("requestContext").and_then(Value::as_object) {
        let is_http = str_at(context, &["httpMethod"]).is_some()
            || str_at(context, &["http", "method"]).is_some();
        return (!is_http).then(|| "a request of an unknown kind".to_owned());
    }
    records(event)
}

/// `Records` of anything but SQS; they name their source in either case.
fn records(event: &Map<String, Value>) -> Option<String> {
    let source = |record: &Value| {
        let source = record.get("eventSource").or(record.get("EventSource"));
        source.and_then(Value::as_str).unwrap_or("an unknown source").to_owned()
    };
    let top = str_at(event, &["eventSource"]).filter(|source| source.starts_with("aws:"));
    let found = match event.get("Records") {
        Some(Value::Array(records)) => records.first().map_or_else(|| "nobody".to_owned(), source),
        _ => top?.to_owned(),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b":- ".contains(&byte);
    let name = if found.len() <= 64 && found.bytes().all(is_name) {
        found
    } else {
        "an unknown source".to_owned()
    };
    (name != "aws:sqs").then(|| format!("a batch of records from {name}"))
}
