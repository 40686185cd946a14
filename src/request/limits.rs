//! The limits of the API reference of `StartChatContact`.

use std::ops::RangeInclusive;

/// `DisplayName`, in characters.
pub(crate) const DISPLAY_NAME: RangeInclusive<usize> = 1..=256;
/// `ChatDurationInMinutes`: an hour to seven days.
pub(crate) const DURATION_MINUTES: RangeInclusive<i64> = 60..=10_080;
/// `CustomerId`, in characters.
pub(crate) const CUSTOMER_ID: RangeInclusive<usize> = 1..=128;
/// `ContactId`, in characters.
pub(super) const CONTACT_ID: RangeInclusive<usize> = 1..=256;
/// `ClientToken`, in characters.
pub(super) const CLIENT_TOKEN: RangeInclusive<usize> = 1..=500;
/// `StreamingEndpointArn`, in characters.
pub(super) const TOPIC_ARN: RangeInclusive<usize> = 1..=350;
/// `ChatMessage.Content`, in bytes of UTF-8.
pub(super) const CONTENT_BYTES: RangeInclusive<usize> = 1..=16_384;
/// `AttributeName`, in characters.
pub(super) const ATTRIBUTE_NAME: RangeInclusive<usize> = 1..=32_767;
/// Names and values of a contact's attributes, in bytes of UTF-8.
pub(super) const ATTRIBUTES_BYTES: usize = 32_768;
/// `SegmentAttributeName`, in characters.
pub(super) const SEGMENT_NAME: RangeInclusive<usize> = 1..=128;
/// `SegmentAttributeValueString`, in characters.
pub(super) const SEGMENT_STRING: RangeInclusive<usize> = 0..=1_024;

// The API states no limits for what follows; these keep what a request costs
// in memory and time within bounds.

/// `SegmentAttributes`, in bytes of JSON.
pub(super) const SEGMENTS_BYTES: usize = 128 * 1024;
/// The elements of a list, and the values in all of `SegmentAttributes`.
pub(super) const VALUES: usize = 10_000;
/// The levels of nested objects and lists.
pub(super) const LEVELS: usize = 128;
/// An idempotency key, in characters (IETF draft "The Idempotency-Key HTTP
/// Header Field").
pub(super) const IDEMPOTENCY_KEY: RangeInclusive<usize> = 1..=255;
/// Ids that are compared with the configured ones.
pub(super) const ANY: RangeInclusive<usize> = 1..=usize::MAX;

/// Returns true if a character may be part of an attribute's name.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
