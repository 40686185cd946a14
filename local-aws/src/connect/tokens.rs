//! Tokens that look like Amazon Connect's, are unique, and can be found in a log.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use uuid::Uuid;

/// The beginning of every participant token.
pub const PARTICIPANT_TOKEN_PREFIX: &str = "QVFJREFIParticipantToken";
/// The beginning of every connection token.
pub const CONNECTION_TOKEN_PREFIX: &str = "QVFJREFIConnectionToken";

/// Random bytes, 16 per word.
fn random(words: usize) -> Vec<u8> {
    (0..words).flat_map(|_| *Uuid::new_v4().as_bytes()).collect()
}

pub(crate) fn participant() -> String {
    format!("{PARTICIPANT_TOKEN_PREFIX}{}", STANDARD.encode(random(15)))
}

pub(crate) fn connection() -> String {
    format!("{CONNECTION_TOKEN_PREFIX}{}", STANDARD.encode(random(9)))
}

/// The token in a websocket URL.
pub(crate) fn url() -> String {
    URL_SAFE_NO_PAD.encode(random(12))
}
