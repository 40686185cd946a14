//! Items, and the members of requests that expressions refer to.

use serde_json::{Map, Value};

use crate::api_error::ApiError;

/// An item: the attributes in DynamoDB's JSON, such as `{"customer": {"S": "…"}}`.
pub(super) type Item = Map<String, Value>;

pub(super) const NAMES: &str = "ExpressionAttributeNames";
pub(super) const VALUES: &str = "ExpressionAttributeValues";

/// Checks the types of attributes: strings, numbers, booleans and null. Others are not implemented.
pub(super) fn check_types(attributes: &Item) -> Result<(), ApiError> {
    attributes.values().try_for_each(check_type)
}

fn check_type(value: &Value) -> Result<(), ApiError> {
    let Some(value) = value.as_object() else {
        return Err(not_serialized());
    };
    let mut types = value.iter();
    let (Some((kind, value)), None) = (types.next(), types.next()) else {
        return Err(ApiError::invalid(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ));
    };
    match (kind.as_str(), value) {
        ("S", Value::String(_)) | ("BOOL", Value::Bool(_)) | ("NULL", Value::Bool(true)) => Ok(()),
        ("N", Value::String(number)) if number.parse::<f64>().is_ok_and(f64::is_finite) => Ok(()),
        ("N", Value::String(_)) => {
            Err(ApiError::invalid("The parameter cannot be converted to a numeric value"))
        }
        ("NULL", Value::Bool(false)) => Err(ApiError::invalid(
            "One or more parameter values were invalid: Null attribute value types must have the value of true",
        )),
        ("S" | "N" | "BOOL" | "NULL", _) => Err(not_serialized()),
        _ => Err(ApiError::invalid(format!("The stand-in does not implement the type {kind}"))),
    }
}

fn not_serialized() -> ApiError {
    ApiError::new("SerializationException", "An attribute's value does not have its type")
}
