//! The account, the instance and the contacts that exist from the start.

/// The AWS account.
pub const ACCOUNT_ID: &str = "123456789012";
/// The AWS region.
pub const REGION: &str = "us-east-1";
/// The function's name.
pub const FUNCTION_NAME: &str = "start-chat-contact";
/// The Connect instance.
pub const INSTANCE_ID: &str = "a1b2c3d4-5678-90ab-cdef-111111111111";
/// The flow for `CONTACT_FLOW_ID`.
pub const FLOW_ID: &str = "a1b2c3d4-5678-90ab-cdef-222222222222";
/// A second flow of the instance.
pub const SECOND_FLOW_ID: &str = "a1b2c3d4-5678-90ab-cdef-333333333333";
/// The customer of [`ENDED_INITIAL_CONTACT_ID`], [`ENDED_LATEST_CONTACT_ID`],
/// [`RUNNING_CONTACT_ID`] and [`VOICE_CONTACT_ID`].
pub const CUSTOMER_ID: &str = "customer-4711";
/// The customer of [`OTHER_CUSTOMERS_CONTACT_ID`].
pub const OTHER_CUSTOMER_ID: &str = "customer-1234";
/// The first segment of an ended chat. `DescribeContact` returns no `InitialContactId` for it.
pub const ENDED_INITIAL_CONTACT_ID: &str = "a1b2c3d4-5678-90ab-cdef-aaaaaaaaaaa1";
/// The last segment of the chat that began with [`ENDED_INITIAL_CONTACT_ID`].
pub const ENDED_LATEST_CONTACT_ID: &str = "a1b2c3d4-5678-90ab-cdef-aaaaaaaaaaa2";
/// A chat that has not ended.
pub const RUNNING_CONTACT_ID: &str = "a1b2c3d4-5678-90ab-cdef-bbbbbbbbbbb1";
/// An ended chat of another customer.
pub const OTHER_CUSTOMERS_CONTACT_ID: &str = "a1b2c3d4-5678-90ab-cdef-ccccccccccc1";
/// An ended chat without a customer id.
pub const OWNERLESS_CONTACT_ID: &str = "a1b2c3d4-5678-90ab-cdef-ddddddddddd1";
/// An ended voice call.
pub const VOICE_CONTACT_ID: &str = "a1b2c3d4-5678-90ab-cdef-eeeeeeeeeee1";

/// The event bus for `RESULT_BUS`.
pub const EVENT_BUS: &str = "chat-results";
/// The table for `CONTACT_TABLE`.
pub const CONTACT_TABLE: &str = "chat-contacts";

/// The ARN of the function.
#[must_use]
pub fn function_arn() -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{FUNCTION_NAME}")
}
