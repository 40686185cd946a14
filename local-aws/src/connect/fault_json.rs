//! Faults as JSON, for the local controls.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::faults::{Effect, Fault};
use super::operation::Operation;

/// A fault in JSON. All members but `kind` are optional.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct FaultJson {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<usize>,
    always: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    delay_ms: u64,
    body_delay_ms: u64,
    close: bool,
}

/// Parses a fault or a list of faults.
///
/// # Errors
///
/// Returns a sentence that says what is invalid.
pub(crate) fn parse(json: &Value) -> Result<Vec<Fault>, String> {
    match json {
        Value::Array(faults) => faults.iter().map(parse_one).collect(),
        fault => parse_one(fault).map(|fault| vec![fault]),
    }
}

fn parse_one(value: &Value) -> Result<Fault, String> {
    let json: FaultJson =
        serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
    let mut fault = kind(&json)?;
    fault.times = if json.always { None } else { Some(json.times.unwrap_or(1)) };
    fault.delay = Duration::from_millis(json.delay_ms);
    fault.body_delay = Duration::from_millis(json.body_delay_ms);
    fault.close |= json.close;
    fault.headers = json.headers.into_iter().collect();
    if let Some(message) = json.message {
        fault.message = message;
    }
    if let Some(on) = json.on {
        fault.on =
            Operation::from_name(&on).ok_or_else(|| format!("there is no operation {on}"))?;
    }
    Ok(fault)
}

fn kind(json: &FaultJson) -> Result<Fault, String> {
    let content_type =
        || json.content_type.clone().unwrap_or_else(|| "application/json".to_owned());
    let fault = match json.kind.as_str() {
        "none" | "delay" | "slowBody" => Fault::with(Effect::None),
        "close" => Fault::close_after_answer(),
        "status" => {
            Fault::status(json.status.unwrap_or(500), json.error_type.clone().unwrap_or_default())
        }
        "raw" => Fault::raw(
            json.status.unwrap_or(200),
            content_type(),
            json.body.clone().unwrap_or_default(),
        ),
        "reset" => Fault::reset(),
        "resetAfterStart" => Fault::reset_after_start(),
        "garbage" => Fault::garbage(),
        "empty" => Fault::empty(),
        "without" => Fault::without(json.member.as_deref().ok_or("`without` needs `member`")?),
        "blackHole" => Fault::black_hole(),
        other => return Err(format!("there is no fault of kind {other:?}")),
    };
    Ok(fault)
}

/// A fault as JSON.
pub(crate) fn to_json(fault: &Fault) -> Value {
    let mut json = FaultJson {
        on: Some(fault.on.name().to_owned()),
        times: fault.times,
        always: fault.times.is_none(),
        message: Some(fault.message.clone()),
        headers: fault.headers.iter().cloned().collect(),
        delay_ms: u64::try_from(fault.delay.as_millis()).unwrap_or(u64::MAX),
        body_delay_ms: u64::try_from(fault.body_delay.as_millis()).unwrap_or(u64::MAX),
        close: fault.close,
        ..FaultJson::default()
    };
    set_effect(&fault.effect, &mut json).clone_into(&mut json.kind);
    serde_json::to_value(json).unwrap_or_default()
}

/// Sets the members of an effect, and returns its kind.
fn set_effect(effect: &Effect, json: &mut FaultJson) -> &'static str {
    match effect {
        Effect::None => "none",
        Effect::Reset => "reset",
        Effect::ResetAfterStart => "resetAfterStart",
        Effect::BlackHole => "blackHole",
        Effect::Without(member) => {
            json.member = Some(member.clone());
            "without"
        }
        Effect::Status(status, error_type) => {
            json.status = Some(*status);
            json.error_type = Some(error_type.clone());
            "status"
        }
        Effect::Raw(status, content_type, body) => {
            json.status = Some(*status);
            json.content_type = Some(content_type.clone());
            json.body = Some(String::from_utf8_lossy(body).into_owned());
            "raw"
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn faults_round_trip_through_json() {
        for fault in [
            Fault::status(429, "TooManyRequestsException").message("slow down").times(3),
            Fault::reset().always(),
            Fault::reset_after_start().on(Operation::StartChatContact),
            Fault::delay(Duration::from_millis(50)),
            Fault::slow_body(Duration::from_secs(1)).header("x-amz-retry-after", "100"),
            Fault::garbage(),
            Fault::empty(),
            Fault::without("ParticipantToken"),
            Fault::black_hole(),
            Fault::close_after_answer(),
        ] {
            assert_eq!(parse(&to_json(&fault)), Ok(vec![fault]));
        }
    }

    #[test]
    fn invalid_faults_are_rejected() {
        for json in [
            json!({}),
            json!({"kind": "nothing"}),
            json!({"kind": "reset", "onn": "Any"}),
            json!({"kind": "reset", "on": "Dance"}),
            json!({"kind": "without"}),
            json!(1),
        ] {
            assert!(parse(&json).is_err(), "{json}");
        }
    }
}
