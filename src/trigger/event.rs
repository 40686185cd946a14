//! The members that identify an event, read in one pass.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::json::{self, Type};

/// The members of an event, as far as they are read.
#[derive(Default)]
pub(super) struct EventMembers<'a> {
    pub(super) request_context: Option<&'a RawValue>,
    pub(super) headers: Option<&'a RawValue>,
    pub(super) multi_value_headers: Option<&'a RawValue>,
    pub(super) body: Option<&'a RawValue>,
    pub(super) is_base64_encoded: Option<&'a RawValue>,
    pub(super) detail_type: Option<&'a RawValue>,
    pub(super) source: Option<&'a RawValue>,
    pub(super) id: Option<&'a RawValue>,
    pub(super) time: Option<&'a RawValue>,
    pub(super) detail: Option<&'a RawValue>,
    pub(super) records: Option<&'a RawValue>,
    pub(super) event_source: Option<&'a RawValue>,
    pub(super) message_id: Option<&'a RawValue>,
    pub(super) request_payload: Option<&'a RawValue>,
    /// The ARN that an API Gateway authorizer is asked about.
    pub(super) authorized_arn: Option<&'a RawValue>,
}

/// The members of a `requestContext`, as far as they are read.
#[derive(Default)]
pub(super) struct RequestContext<'a> {
    pub(super) http_method: Option<&'a RawValue>,
    pub(super) http: Option<&'a RawValue>,
    pub(super) authorizer: Option<&'a RawValue>,
    pub(super) condition: Option<&'a RawValue>,
    pub(super) request_id: Option<&'a RawValue>,
    pub(super) elb: Option<&'a RawValue>,
    pub(super) connection_id: Option<&'a RawValue>,
    pub(super) service_network_arn: Option<&'a RawValue>,
    /// The GraphQL document that an `AppSync` authorizer is asked about.
    pub(super) query_string: Option<&'a RawValue>,
}

impl<'a> EventMembers<'a> {
    pub(super) fn read(event: &'a RawValue) -> Self {
        let mut read = Self::default();
        let _: Option<()> = json::for_each_member(event, |name, value| {
            let slot = match name.as_ref() {
                "requestContext" => &mut read.request_context,
                "headers" => &mut read.headers,
                "multiValueHeaders" => &mut read.multi_value_headers,
                "body" => &mut read.body,
                "isBase64Encoded" => &mut read.is_base64_encoded,
                "detail-type" => &mut read.detail_type,
                "source" => &mut read.source,
                "id" => &mut read.id,
                "time" => &mut read.time,
                "detail" => &mut read.detail,
                "Records" => &mut read.records,
                "eventSource" => &mut read.event_source,
                "messageId" => &mut read.message_id,
                "requestPayload" => &mut read.request_payload,
                "methodArn" | "routeArn" if is_given(value) => &mut read.authorized_arn,
                _ => return,
            };
            *slot = Some(value);
        });
        read
    }

    /// The context of a request.
    pub(super) fn context(&self) -> Option<RequestContext<'a>> {
        let context = self.request_context?;
        (Type::of(context) == Type::Object).then(|| RequestContext::read(context))
    }
}

impl<'a> RequestContext<'a> {
    fn read(context: &'a RawValue) -> Self {
        let mut read = Self::default();
        let _: Option<()> = json::for_each_member(context, |name, value| {
            let slot = match name.as_ref() {
                "httpMethod" => &mut read.http_method,
                "http" => &mut read.http,
                "authorizer" => &mut read.authorizer,
                "condition" => &mut read.condition,
                "requestId" => &mut read.request_id,
                "elb" => &mut read.elb,
                "connectionId" => &mut read.connection_id,
                "serviceNetworkArn" => &mut read.service_network_arn,
                "queryString" => &mut read.query_string,
                _ => return,
            };
            *slot = Some(value).filter(|value| is_given(value));
        });
        read
    }

    /// The id of the invocation that failed, if this is the context of an
    /// on-failure destination's record; empty if it has none (Lambda developer
    /// guide, "Retain records of Lambda asynchronous invocations").
    pub(super) fn failed_request_id(&self) -> Option<Cow<'a, str>> {
        let condition = json::string(self.condition?)?;
        let request_id = self.request_id.and_then(json::string).unwrap_or_default();
        (condition != "Success").then_some(request_id)
    }
}

/// `cargo lambda watch` sends requests with the members of other events, null.
pub(super) fn is_given(value: &RawValue) -> bool {
    Type::of(value) != Type::Null
}
