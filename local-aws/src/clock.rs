//! The time, in the formats of AWS.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

/// The time since the Unix epoch.
pub(crate) fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A duration in milliseconds.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The time `ahead` of now, such as `2026-03-12T19:03:58.390Z`.
pub(crate) fn iso8601_in(ahead: Duration) -> String {
    let t = OffsetDateTime::now_utc() + ahead;
    let (month, ms) = (u8::from(t.month()), t.millisecond());
    format!(
        "{}-{month:02}-{:02}T{:02}:{:02}:{:02}.{ms:03}Z",
        t.year(),
        t.day(),
        t.hour(),
        t.minute(),
        t.second()
    )
}

/// The time in the format of API Gateway's request times, such as `12/Mar/2026:19:03:58 +0000`.
pub(crate) fn common_log_now() -> String {
    let t = OffsetDateTime::now_utc();
    let month = t.month().to_string();
    let month = month.get(..3).unwrap_or_default();
    format!(
        "{:02}/{month}/{}:{:02}:{:02}:{:02} +0000",
        t.day(),
        t.year(),
        t.hour(),
        t.minute(),
        t.second()
    )
}

/// A new X-Ray trace id, such as `Root=1-5759e988-bd862e3fe1be46a994272793`.
pub(crate) fn trace_id() -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    format!("Root=1-{:08x}-{}", since_epoch().as_secs(), random.get(..24).unwrap_or_default())
}
