//! Items, and the members of requests that expressions refer to.

use serde_json::{Map, Value};

/// An item: the attributes in DynamoDB's JSON, such as `{"customer": {"S": "…"}}`.
pub(super) type Item = Map<String, Value>;

pub(super) const NAMES: &str = "ExpressionAttributeNames";
pub(super) const VALUES: &str = "ExpressionAttributeValues";
