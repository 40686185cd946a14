//! Makes events unique: gives each request an id, key or token of its own, and a marker in an
//! attribute by which its chat is recognized.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// The attribute that holds the marker.
pub(crate) const MARKER: &str = "customerName";
/// The claim with the customer's id.
pub(crate) const CUSTOMER_CLAIM: &str = "sub";
const KEY_HEADER: &str = "idempotency-key";

/// Returns true if `event` is an `EventBridge` event.
pub(crate) fn is_eventbridge(event: &Value) -> bool {
    ["detail-type", "source", "detail"].iter().all(|name| event.get(name).is_some())
}

/// Marks an `EventBridge` event or a bare request. Returns true if it has an id or a token, by
/// which the function recognizes a repeated delivery.
pub(crate) fn mark_item(item: &mut Value, marker: &str) -> bool {
    if !is_eventbridge(item) {
        return item.as_object_mut().is_some_and(|request| mark(request, marker));
    }
    let has_id = item.get("id").is_some();
    if has_id && let Some(id) = item.get_mut("id") {
        *id = json!(marker);
    }
    let detail = item.get_mut("detail").and_then(Value::as_object_mut);
    detail.is_some_and(|detail| mark(detail, marker)) || has_id
}

/// Marks an SQS message.
pub(crate) fn mark_record(record: &mut Value, marker: &str) {
    let body = record.get("body").and_then(Value::as_str);
    let mut body = body.map_or(Value::Null, |body| serde_json::from_str(body).unwrap_or_default());
    mark_item(&mut body, marker);
    if let Some(record) = record.as_object_mut() {
        record.insert("messageId".to_owned(), json!(marker));
        record.insert("body".to_owned(), json!(body.to_string()));
    }
}

/// Marks an HTTP request. Returns true if it has an idempotency key or a client token.
pub(crate) fn mark_http(event: &mut Value, marker: &str) -> bool {
    let mut has_token = false;
    edit_body(event, |request| has_token = mark(request, marker));
    if let Some(context) = event.get_mut("requestContext").and_then(Value::as_object_mut) {
        context.insert("requestId".to_owned(), json!(marker));
    }
    let has_key = replace_header(event, KEY_HEADER, marker);
    has_token || has_key
}

/// Gives an HTTP request an idempotency key.
pub(crate) fn add_idempotency_key(event: &mut Value, marker: &str) {
    if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
        headers.insert(KEY_HEADER.to_owned(), json!(marker));
    }
}

/// Removes the idempotency key of an HTTP request.
pub(crate) fn remove_idempotency_key(event: &mut Value) {
    if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
        headers.remove(KEY_HEADER);
    }
}

/// Adds the claims of an authorizer that has verified this customer.
pub(crate) fn add_claims(event: &mut Value, customer: &str) {
    let is_format_2 = event.pointer("/requestContext/http").is_some();
    let authorizer = event
        .get_mut("requestContext")
        .and_then(Value::as_object_mut)
        .map(|context| context.entry("authorizer").or_insert(Value::Null));
    let Some(authorizer) = authorizer else { return };
    if authorizer.is_null() {
        *authorizer = json!({});
    }
    let path: &[&str] = match (is_format_2, authorizer) {
        (true, authorizer) if authorizer.get("lambda").is_some() => &["lambda"],
        (true, _) => &["jwt", "claims"],
        (false, authorizer) if authorizer.get("claims").is_some() => &["claims"],
        (false, _) => &[],
    };
    let mut claims = event.pointer_mut("/requestContext/authorizer");
    for name in path {
        claims = claims.and_then(|claims| {
            let members = claims.as_object_mut()?;
            Some(members.entry(*name).or_insert_with(|| json!({})))
        });
    }
    if let Some(claims) = claims.and_then(Value::as_object_mut) {
        claims.insert(CUSTOMER_CLAIM.to_owned(), json!(customer));
    }
}

/// Marks a request, and makes it a new customer's if it names one. Returns true if it has a client
/// token.
fn mark(request: &mut Map<String, Value>, marker: &str) -> bool {
    mark_attributes(request, marker);
    let customer = spelling(request, "CustomerId", "customerId");
    if let Some(customer) = customer.and_then(|name| request.get_mut(name)) {
        *customer = json!(marker);
    }
    let token = spelling(request, "ClientToken", "clientToken");
    let token = token.and_then(|name| request.get_mut(name));
    let has_token = token.is_some();
    if let Some(token) = token {
        *token = json!(marker);
    }
    has_token
}

fn mark_attributes(request: &mut Map<String, Value>, marker: &str) {
    let name = spelling(request, "Attributes", "attributes").unwrap_or("Attributes");
    match request.entry(name).or_insert(Value::Null) {
        Value::Object(attributes) => {
            attributes.insert(MARKER.to_owned(), json!(marker));
        }
        Value::String(text) => {
            let mut attributes: Value = serde_json::from_str(text).unwrap_or_else(|_| json!({}));
            attributes[MARKER] = json!(marker);
            *text = attributes.to_string();
        }
        none => *none = json!({MARKER: marker}),
    }
}

/// The spelling that the request uses for a member, if it has the member.
fn spelling(
    request: &Map<String, Value>,
    pascal: &'static str,
    camel: &'static str,
) -> Option<&'static str> {
    [pascal, camel].into_iter().find(|name| request.contains_key(*name))
}

fn edit_body(event: &mut Value, edit: impl FnOnce(&mut Map<String, Value>)) {
    let is_base64 = event["isBase64Encoded"] == true;
    let Some(text) = event.get("body").and_then(Value::as_str) else {
        return;
    };
    let bytes = if is_base64 {
        STANDARD.decode(text).unwrap_or_default()
    } else {
        text.as_bytes().to_vec()
    };
    let Ok(Value::Object(mut request)) = serde_json::from_slice(&bytes) else {
        return;
    };
    edit(&mut request);
    let text = Value::Object(request).to_string();
    event["body"] = if is_base64 { json!(STANDARD.encode(text)) } else { json!(text) };
}

/// Replaces the value of a header. Returns true if the request has the header.
fn replace_header(event: &mut Value, name: &str, text: &str) -> bool {
    let mut found = false;
    for (member, value) in [("headers", json!(text)), ("multiValueHeaders", json!([text]))] {
        let headers = event.get_mut(member).and_then(Value::as_object_mut);
        for (header, current) in headers.into_iter().flatten() {
            if header.eq_ignore_ascii_case(name) {
                *current = value.clone();
                found = true;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_in_every_form_are_marked() {
        for (attributes, expected) in [
            (json!({}), json!({"Attributes": {"customerName": "m"}})),
            (json!({"attributes": null}), json!({"attributes": {"customerName": "m"}})),
            (
                json!({"Attributes": "{\"a\":1}"}),
                json!({"Attributes": "{\"a\":1,\"customerName\":\"m\"}"}),
            ),
            (
                json!({"attributes": {"customerName": "x"}, "clientToken": "t", "customerId": "c"}),
                json!({"attributes": {"customerName": "m"}, "clientToken": "m", "customerId": "m"}),
            ),
        ] {
            let mut request = attributes;
            mark_item(&mut request, "m");
            assert_eq!(request, expected);
        }
    }

    #[test]
    fn claims_go_where_each_kind_of_authorizer_puts_them() {
        for (context, path) in [
            (json!({"http": {}}), "/requestContext/authorizer/jwt/claims/sub"),
            (
                json!({"http": {}, "authorizer": {"lambda": {}}}),
                "/requestContext/authorizer/lambda/sub",
            ),
            (
                json!({"httpMethod": "POST", "authorizer": {"claims": {}}}),
                "/requestContext/authorizer/claims/sub",
            ),
            (json!({"httpMethod": "POST"}), "/requestContext/authorizer/sub"),
        ] {
            let mut event = json!({"requestContext": context});
            add_claims(&mut event, "c");
            assert_eq!(event.pointer(path), Some(&json!("c")), "{event}");
        }
    }
}
