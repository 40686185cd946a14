//! Checks that requests are signed for the service. The signature's value is not verified.

use axum::http::HeaderMap;

use super::answer::ErrorAnswer;
use super::protocol::Protocol;

/// The type and the message of an error.
type FormError = (&'static str, String);

/// Checks the form of a Signature Version 4 for the service.
///
/// # Errors
///
/// Returns the answer to a request without one.
pub(crate) fn check(
    headers: &HeaderMap,
    service: &str,
    protocol: Protocol,
) -> Result<(), ErrorAnswer> {
    form(headers, service).map_err(|(kind, message)| Box::new(protocol.error(403, kind, &message)))
}

fn form(headers: &HeaderMap, service: &str) -> Result<(), FormError> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(authorization) = header("authorization") else {
        let message = "Missing Authentication Token".to_owned();
        return Err(("MissingAuthenticationTokenException", message));
    };
    if header("x-amz-date").is_none_or(|date| !is_date(date)) {
        return Err(incomplete(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
        ));
    }
    let Some(fields) = authorization.strip_prefix("AWS4-HMAC-SHA256 ") else {
        return Err(incomplete("Unsupported AWS 'algorithm'"));
    };
    let is_credential = |scope: &str| is_credential(scope, service);
    let is_valid =
        |name: &str, check: &dyn Fn(&str) -> bool| field(fields, name).is_some_and(check);
    for (name, valid) in [
        ("Credential", is_valid("Credential", &is_credential)),
        ("SignedHeaders", is_valid("SignedHeaders", &signs)),
        ("Signature", is_valid("Signature", &is_hash)),
    ] {
        if !valid {
            return Err(incomplete(&format!(
                "Authorization header requires a valid '{name}' parameter."
            )));
        }
    }
    Ok(())
}

fn incomplete(message: &str) -> FormError {
    ("IncompleteSignatureException", message.to_owned())
}

fn field<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Returns true for a time such as `20261122T120000Z`.
fn is_date(date: &str) -> bool {
    let digits = date.bytes().filter(u8::is_ascii_digit).count();
    date.len() == 16 && digits == 14 && date.ends_with('Z')
}

/// Returns true for a scope such as `key/20261122/region/connect/aws4_request`.
fn is_credential(scope: &str, service: &str) -> bool {
    let parts: Vec<_> = scope.split('/').collect();
    matches!(parts.as_slice(), [key, date, region, signed_for, "aws4_request"]
        if *signed_for == service && !key.is_empty() && date.len() == 8 && !region.is_empty())
}

fn signs(names: &str) -> bool {
    ["host", "x-amz-date"].iter().all(|wanted| names.split(';').any(|name| name == *wanted))
}

fn is_hash(signature: &str) -> bool {
    signature.len() == 64 && signature.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const DATE: &str = "20261122T120000Z";

    fn error_type(authorization: &str, date: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in [("authorization", authorization), ("x-amz-date", date)] {
            if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_str(value)) {
                headers.insert(name, value);
            }
        }
        check(&headers, "connect", Protocol::RestJson).err().and_then(|answer| answer.error)
    }

    #[test]
    fn only_signatures_for_connect_are_accepted() {
        let hash = "0".repeat(64);
        let signed = |scope: &str, names: &str| {
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={hash}")
        };
        let scope = "AKIA/20261122/us-east-1/connect/aws4_request";
        assert_eq!(error_type(&signed(scope, "content-type;host;x-amz-date"), DATE), None);
        assert_eq!(error_type("", DATE).as_deref(), Some("MissingAuthenticationTokenException"));
        for (authorization, date) in [
            (signed(scope, "host;x-amz-date"), ""),
            (signed(scope, "host;x-amz-date"), "now"),
            (signed(scope, "host"), DATE),
            (signed("AKIA/20261122/us-east-1/lambda/aws4_request", "host;x-amz-date"), DATE),
            ("Bearer abc".to_owned(), DATE),
        ] {
            assert_eq!(
                error_type(&authorization, date).as_deref(),
                Some("IncompleteSignatureException"),
                "{authorization}"
            );
        }
    }
}
