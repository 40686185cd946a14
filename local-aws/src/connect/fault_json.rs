//! A fault as JSON, for those who ask for it over HTTP.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use super::faults::{Effect, Fault, Operation};

/// The members of a fault in JSON; all may be left out but `kind`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Written {
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

/// Reads one fault, or a list of them.
pub(crate) fn read(json: &Value) -> Result<Vec<Fault>, String> {
    match json {
        Value::Array(faults) => faults.iter().map(read_one).collect(),
        fault => read_one(fault).map(|fault| vec![fault]),
    }
}

fn read_one(json: &Value) -> Result<Fault, String> {
    let written: Written =
        serde_json::from_value(json.clone()).map_err(|error| error.to_string())?;
    let mut fault = kind(&written)?;
    fault.times = if written.always { None } else { Some(written.times.unwrap_or(1)) };
    fault.delay = Duration::from_millis(written.delay_ms);
    fault.body_delay = Duration::from_millis(written.body_delay_ms);
    fault.close |= written.close;
    fault.headers = written.headers.into_iter().collect();
    if let Some(message) = written.message {
        fault.message = message;
    }
    if let Some(on) = written.on {
        fault.on = Operation::named(&on).ok_or_else(|| format!("there is no operation {on}"))?;
    }
    Ok(fault)
}

fn kind(written: &Written) -> Result<Fault, String> {
    let content_type =
        || written.content_type.clone().unwrap_or_else(|| "application/json".to_owned());
    let fault = match written.kind.as_str() {
        "usual" | "delay" | "slowBody" => Fault::of(Effect::Usual),
        "close" => Fault::close_after_answer(),
        "status" => Fault::status(
            written.status.unwrap_or(500),
            written.error_type.clone().unwrap_or_default(),
        ),
        "raw" => Fault::raw(
            written.status.unwrap_or(200),
            content_type(),
            written.body.clone().unwrap_or_default(),
        ),
        "reset" => Fault::reset(),
        "resetAfterStart" => Fault::reset_after_start(),
        "garbage" => Fault::garbage(),
        "empty" => Fault::empty(),
        "without" => Fault::without(written.member.as_deref().ok_or("`without` needs `member`")?),
        "blackHole" => Fault::black_hole(),
        other => return Err(format!("there is no fault of kind {other:?}")),
    };
    Ok(fault)
}

/// Writes one fault.
pub(crate) fn write(fault: &Fault) -> Value {
    let mut written = Written {
        on: Some(fault.on.name().to_owned()),
        times: fault.times,
        always: fault.times.is_none(),
        message: Some(fault.message.clone()),
        headers: fault.headers.iter().cloned().collect(),
        delay_ms: u64::try_from(fault.delay.as_millis()).unwrap_or(u64::MAX),
        body_delay_ms: u64::try_from(fault.body_delay.as_millis()).unwrap_or(u64::MAX),
        close: fault.close,
        ..Written::default()
    };
    write_effect(&fault.effect, &mut written).clone_into(&mut written.kind);
    serde_json::to_value(written).unwrap_or_default()
}

fn write_effect(effect: &Effect, written: &mut Written) -> &'static str {
    match effect {
        Effect::Usual => "usual",
        Effect::Reset => "reset",
        Effect::ResetAfterStart => "resetAfterStart",
        Effect::BlackHole => "blackHole",
        Effect::Without(member) => {
            written.member = Some(member.clone());
            "without"
        }
        Effect::Status(status, error_type) => {
            written.status = Some(*status);
            written.error_type = Some(error_type.clone());
            "status"
        }
        Effect::Raw(status, content_type, body) => {
            written.status = Some(*status);
            written.content_type = Some(content_type.clone());
            written.body = Some(String::from_utf8_lossy(body).into_owned());
            "raw"
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fault_survives_the_way_there_and_back() {
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
            assert_eq!(read(&write(&fault)), Ok(vec![fault]));
        }
    }

    #[test]
    fn what_is_not_a_fault_is_refused() {
        for json in [
            json!({}),
            json!({"kind": "nothing"}),
            json!({"kind": "reset", "onn": "Any"}),
            json!({"kind": "reset", "on": "Dance"}),
            json!({"kind": "without"}),
            json!(1),
        ] {
            assert!(read(&json).is_err(), "{json}");
        }
    }
}
