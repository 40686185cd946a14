//! Every request that the function sends, and what DynamoDB rejects.

use super::*;

fn table() -> Table {
    let table = Table::new("chat-contacts");
    table.put(json!({"customer": {"S": "c"}, "attempt_id": {"S": "a"}, "held_until": {"N": "1"}}));
    table
}

fn sent(table: &Table, operation: Operation, more: Value) -> Result<Value, &'static str> {
    let mut body = json!({"TableName": "chat-contacts"});
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    table.handle(operation, &body).map_err(|error| error.kind)
}

fn put(condition: &str, values: Value) -> Result<Value, &'static str> {
    let item = json!({"customer": {"S": "c"}});
    let mut body = json!({"Item": item, "ConditionExpression": condition});
    if !values.is_null() {
        body["ExpressionAttributeValues"] = values;
    }
    sent(&table(), Operation::PutItem, body)
}

const FAILED: Result<Value, &str> = Err("ConditionalCheckFailedException");
const INVALID: Result<Value, &str> = Err("ValidationException");

#[test]
fn conditions_decide_on_the_item() {
    let id = |id: &str| json!({":attempt_id": {"S": id}});
    let both = |until: &str| json!({":attempt_id": {"S": "a"}, ":held_until": {"N": until}});
    let held = "attempt_id = :attempt_id AND held_until = :held_until";
    let free = "attribute_not_exists(customer) OR attempt_id = :attempt_id";
    assert_eq!(put("attribute_not_exists(customer)", Value::Null), FAILED);
    assert_eq!(put("attribute_not_exists(other)", Value::Null), Ok(json!({})));
    assert_eq!(put(held, both("1")), Ok(json!({})));
    assert_eq!(put(held, both("2")), FAILED);
    assert_eq!(put(free, id("a")), Ok(json!({})));
    assert_eq!(put(free, id("b")), FAILED);
}

#[test]
fn an_update_sets_attributes_of_the_item() {
    let table = table();
    let update = |id: &str| {
        json!({"Key": {"customer": {"S": "c"}}, "UpdateExpression": "SET held_until = :held_until",
            "ConditionExpression": "attempt_id = :attempt_id",
            "ExpressionAttributeValues": {":held_until": {"N": "7"}, ":attempt_id": {"S": id}}})
    };
    assert_eq!(sent(&table, Operation::UpdateItem, update("b")), FAILED);
    assert_eq!(sent(&table, Operation::UpdateItem, update("a")), Ok(json!({})));
    assert_eq!(table.items()[0]["held_until"], json!({"N": "7"}));
}

#[test]
fn invalid_expressions_are_rejected() {
    for (condition, values) in [
        ("token = :t", json!({":t": {"S": ""}})),
        ("attempt_id = :t", Value::Null),
        ("attribute_not_exists(customer)", json!({":unused": {"S": ""}})),
        ("attempt_id = #t", Value::Null),
        ("attempt_id < :t", json!({":t": {"S": ""}})),
        ("attribute_exists(customer)", Value::Null),
        ("attempt_id = :t AND", json!({":t": {"S": ""}})),
        ("", Value::Null),
    ] {
        assert_eq!(put(condition, values), INVALID, "{condition}");
    }
}

#[test]
fn a_read_finds_the_item_by_its_whole_key() {
    let table = table();
    let read = |key: Value| sent(&table, Operation::GetItem, json!({"Key": key}));
    assert_eq!(read(json!({"customer": {"S": "x"}})), Ok(json!({})));
    assert_eq!(
        read(json!({"customer": {"S": "c"}})).map(|answer| answer["Item"]["attempt_id"].clone()),
        Ok(json!({"S": "a"}))
    );
    assert_eq!(read(json!({"customer": {"N": "1"}})), INVALID);
    let other = json!({"TableName": "other", "Key": {"customer": {"S": "c"}}});
    assert_eq!(sent(&table, Operation::GetItem, other), Err("ResourceNotFoundException"));
}

#[test]
fn items_of_contacts_can_be_removed() {
    let table = table();
    for contact in ["1", "2"] {
        table.put(json!({"customer": {"S": contact}, "contact": {"S": contact}}));
    }
    table.forget_contacts(&["1".to_owned(), "3".to_owned()]);
    let keys: Vec<Value> = table.items().iter().map(|item| item["customer"]["S"].clone()).collect();
    assert_eq!(keys, ["2", "c"]);
}

#[test]
fn attributes_have_the_type_that_they_name() {
    let serialization = Err("SerializationException");
    for (value, outcome) in [
        (json!({"S": ""}), Ok(json!({}))),
        (json!({"N": "-1.5e3"}), Ok(json!({}))),
        (json!({"BOOL": false}), Ok(json!({}))),
        (json!({"NULL": true}), Ok(json!({}))),
        (json!({"NULL": false}), INVALID),
        (json!({"N": "one"}), INVALID),
        (json!({"N": "NaN"}), INVALID),
        (json!({}), INVALID),
        (json!({"S": "a", "N": "1"}), INVALID),
        (json!({"L": []}), INVALID),
        (json!({"N": 1}), serialization.clone()),
        (json!({"S": 1}), serialization.clone()),
        (json!({"BOOL": "true"}), serialization.clone()),
        (json!("text"), serialization.clone()),
    ] {
        let item = json!({"Item": {"customer": {"S": "d"}, "more": value}});
        assert_eq!(sent(&table(), Operation::PutItem, item), outcome, "{value}");
        let values = json!({":more": value, ":attempt_id": {"S": "a"}});
        let condition = "attempt_id = :attempt_id OR more = :more";
        assert_eq!(put(condition, values), outcome, "{value}");
    }
}
