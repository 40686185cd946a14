//! `POST /participant/transcript`

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::chat::Chat;
use super::errors::invalid;
use super::item::Item;
use crate::connect::answer::ErrorAnswer;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum ScanDirection {
    Forward,
    Backward,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum SortOrder {
    Ascending,
    Descending,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StartPosition {
    id: Option<String>,
    absolute_time: Option<String>,
    most_recent: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Request {
    contact_id: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
    scan_direction: Option<ScanDirection>,
    sort_order: Option<SortOrder>,
    start_position: StartPosition,
}

/// Returns a page of the transcript.
pub(crate) fn get(chat: &Chat, body: Value) -> Result<Value, ErrorAnswer> {
    let request = serde_json::from_value(body);
    let request: &Request = &request.map_err(|error| invalid(&error.to_string()))?;
    let max = request.max_results.unwrap_or(10);
    if max > 100 {
        return Err(invalid("MaxResults must be at most 100"));
    }
    let (direction, start) = start(request)?;
    let mut items = chosen(chat, request)?;
    if direction == ScanDirection::Backward {
        items.reverse();
    }
    let first = first(&items, &start, direction)?;
    let mut page: Vec<_> = items.iter().skip(first).take(max).collect();
    let is_ascending = request.sort_order == Some(SortOrder::Ascending);
    if is_ascending != (direction == ScanDirection::Forward) {
        page.reverse();
    }
    let mut answer = json!({"InitialContactId": chat.initial_contact_id, "Transcript": page});
    if let Some(next) = items.get(first + max) {
        answer["NextToken"] = json!(token(direction, next));
    }
    Ok(answer)
}

/// The start and the direction of the scan.
fn start(request: &Request) -> Result<(ScanDirection, StartPosition), ErrorAnswer> {
    if let Some(token) = &request.next_token {
        return of_token(token).ok_or_else(|| invalid("NextToken is not valid"));
    }
    let start = request.start_position.clone();
    let is_given = start != StartPosition::default();
    let default = if is_given { ScanDirection::Forward } else { ScanDirection::Backward };
    Ok((request.scan_direction.unwrap_or(default), start))
}

/// The items of the requested contact or of the whole chat, oldest first.
fn chosen(chat: &Chat, request: &Request) -> Result<Vec<Item>, ErrorAnswer> {
    let has_filter =
        request.contact_id.is_some() || request.start_position != StartPosition::default();
    if chat.is_persistent() && has_filter {
        return Err(invalid("StartPosition and ContactId are not supported for persistent chats"));
    }
    let mut items = chat.transcript();
    if let Some(contact) = &request.contact_id {
        items.retain(|item| item.contact_id.as_ref() == Some(contact));
        if items.is_empty() {
            return Err(invalid("ContactId is not a contact of this chat"));
        }
    }
    Ok(items)
}

/// The index of the first item to return. The items are in the order of the scan.
fn first(
    items: &[Item],
    start: &StartPosition,
    direction: ScanDirection,
) -> Result<usize, ErrorAnswer> {
    if let Some(id) = &start.id {
        let found = items.iter().position(|item| item.id == *id);
        return found.ok_or_else(|| invalid("The start is not in the transcript"));
    }
    let is_forward = direction == ScanDirection::Forward;
    if let Some(time) = &start.absolute_time {
        // Times in one ISO 8601 format sort like text.
        let is_before = |item: &Item| {
            if is_forward { item.absolute_time < *time } else { item.absolute_time > *time }
        };
        return Ok(items.partition_point(is_before));
    }
    Ok(match start.most_recent {
        None => 0,
        Some(recent) if is_forward => items.len().saturating_sub(recent),
        Some(recent) => recent.saturating_sub(1),
    })
}

/// The token for a page that starts with this item.
fn token(direction: ScanDirection, next: &Item) -> String {
    URL_SAFE_NO_PAD.encode(json!([direction, next.id]).to_string())
}

fn of_token(token: &str) -> Option<(ScanDirection, StartPosition)> {
    let json = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (direction, id) = serde_json::from_slice(&json).ok()?;
    Some((direction, StartPosition { id: Some(id), ..StartPosition::default() }))
}
