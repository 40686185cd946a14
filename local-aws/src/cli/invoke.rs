//! `local-aws invoke`: sends one event.

use std::io::Read;
use std::path::Path;

use local_aws::{Invoked, LocalAws, Operation};
use serde_json::Value;

use super::common_args::CommonArgs;
use super::output::line;
use super::settings;

pub(crate) async fn run(common: &CommonArgs, event: &Path) -> Result<(), String> {
    let payload = read(event)?;
    let options = settings::apply_for_event(common.options());
    let real = options.real_connect;
    let local = LocalAws::start(options).await.map_err(|error| error.to_string())?;
    let invoked = local.invoke(payload).await;
    line(&pretty(&readable(invoked.payload.clone())));
    for received in local.connect().requests() {
        // What was published follows, and is easier to read there.
        if received.operation != Some(Operation::PutEvents) || received.status != 200 {
            line(&received.line());
        }
    }
    for entry in local.event_bus().entries() {
        line(&format!("EventBridge received {}", pretty(&entry)));
    }
    let chats = if real { None } else { Some(local.connect().chats()) };
    verdict(&invoked, chats)
}

fn read(event: &Path) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", event.display());
    if event == Path::new("-") {
        let mut payload = Vec::new();
        std::io::stdin().read_to_end(&mut payload).map_err(failed)?;
        return Ok(payload);
    }
    std::fs::read(event).map_err(failed)
}

/// The answer with the body of a proxy response, which is JSON in a string, as JSON.
fn readable(mut answer: Value) -> Value {
    let is_proxy = answer.get("statusCode").is_some();
    if let Some(body) = answer.get_mut("body").filter(|_| is_proxy)
        && let Some(decoded) = body.as_str().and_then(|text| serde_json::from_str(text).ok())
    {
        *body = decoded;
    }
    answer
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

/// Returns an error if no chat was started.
fn verdict(invoked: &Invoked, chats: Option<usize>) -> Result<(), String> {
    if invoked.function_error.is_some() {
        let (kind, message) = (invoked.error_type(), invoked.error_message());
        return Err(format!(
            "the function failed: {}: {}",
            kind.unwrap_or("?"),
            message.unwrap_or("?")
        ));
    }
    let answer = readable(invoked.payload.clone());
    if let Some(failures) = answer.get("batchItemFailures").and_then(Value::as_array)
        && !failures.is_empty()
    {
        return Err(format!("no chat was started for {} of the messages", failures.len()));
    }
    if let Some(status) = answer.get("statusCode").and_then(Value::as_u64)
        && status != 200
    {
        return Err(format!("no chat was started: the function answered {status}"));
    }
    match chats {
        Some(0) => {
            Err("no chat was started: Amazon Connect received no valid request for one".to_owned())
        }
        None if !answer.to_string().contains("\"ContactId\"") => {
            Err("no chat was started: no ContactId in the answer".to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn invoked(payload: Value, failed: bool) -> Invoked {
        let function_error = failed.then(|| "Unhandled".to_owned());
        Invoked {
            request_id: String::new(),
            payload,
            function_error,
            raw: Vec::new(),
            took: Duration::ZERO,
        }
    }

    #[test]
    fn only_a_started_chat_is_a_success() {
        let proxy = |status: u16| json!({"statusCode": status, "body": "{\"a\":1}"});
        for (payload, failed, chats, good) in [
            (json!({"ContactId": "c"}), false, Some(1), true),
            (json!({"ContactId": "c"}), false, None, true),
            (proxy(200), false, Some(1), true),
            (proxy(200), false, Some(0), false),
            (proxy(200), false, None, false),
            (proxy(403), false, Some(0), false),
            (json!({"batchItemFailures": []}), false, Some(2), true),
            (json!({"batchItemFailures": [{"itemIdentifier": "m"}]}), false, Some(1), false),
            (json!({"errorType": "E", "errorMessage": "m"}), true, Some(0), false),
        ] {
            assert_eq!(
                verdict(&invoked(payload.clone(), failed), chats).is_ok(),
                good,
                "{payload}"
            );
        }
    }

    #[test]
    fn the_body_of_a_proxy_response_becomes_json() {
        assert_eq!(
            readable(json!({"statusCode": 200, "body": "{\"a\":1}"})),
            json!({"statusCode": 200, "body": {"a": 1}})
        );
        assert_eq!(readable(json!({"body": "{}"})), json!({"body": "{}"}));
    }
}
