//! Events of services that cannot start a chat, so that the error names them.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::event::{EventMembers, RequestContext, is_given};
use super::sqs::EVENT_SOURCE;
use crate::json;

/// The members that identify the events in [`SIGNATURES`].
const NAMES: [&str; 33] = [
    "AWSContactTraceRecordFormatVersion",
    "Channel",
    "CodePipeline.job",
    "ContactId",
    "Details",
    "RequestType",
    "ResponseURL",
    "agent",
    "arguments",
    "authorizationToken",
    "awslogs",
    "bot",
    "configRuleName",
    "connection-id",
    "currentIntent",
    "deliveryStreamArn",
    "endpoint-id",
    "eventSource",
    "info",
    "invocationSchemaVersion",
    "invokingEvent",
    "messageVersion",
    "protocol",
    "raw_path",
    "request",
    "requestPayload",
    "responsePayload",
    "serverId",
    "session",
    "sessionState",
    "tasks",
    "triggerSource",
    "username",
];

/// Events by members that only their service sends, all of them.
const SIGNATURES: [(&[&str], &str); 19] = [
    (&["AWSContactTraceRecordFormatVersion"], "an Amazon Connect contact record"),
    (&["ContactId", "Channel"], "an Amazon Connect contact record"),
    (&["Details"], "an Amazon Connect flow's event"),
    (&["raw_path"], "a VPC Lattice request"),
    (&["awslogs"], "a CloudWatch Logs event"),
    (&["triggerSource"], "a Cognito user pool's event"),
    (&["info", "arguments"], "an AppSync resolver's event"),
    (&["bot", "sessionState"], "an Amazon Lex V2 event"),
    (&["bot", "currentIntent"], "an Amazon Lex V1 event"),
    (&["agent", "messageVersion"], "an Amazon Bedrock agent's event"),
    (&["session", "request"], "an Alexa skill's event"),
    (&["deliveryStreamArn"], "an Amazon Data Firehose event"),
    (&["RequestType", "ResponseURL"], "a CloudFormation custom resource's event"),
    (&["CodePipeline.job"], "an AWS CodePipeline event"),
    (&["invokingEvent", "configRuleName"], "an AWS Config event"),
    (&["invocationSchemaVersion", "tasks"], "an S3 Batch Operations event"),
    (&["connection-id", "endpoint-id"], "an AWS Client VPN event"),
    (&["serverId", "username", "protocol"], "an AWS Transfer Family event"),
    (&["requestPayload", "responsePayload"], "a Lambda destination's record"),
];

/// Names a request that is not one of API Gateway's HTTP or REST APIs.
pub(super) fn request(
    event: &EventMembers<'_>,
    context: &RequestContext<'_>,
) -> Option<&'static str> {
    let names = [
        (event.authorized_arn, "an API Gateway authorizer's event"),
        (context.elb, "an Application Load Balancer's request"),
        (context.connection_id, "a WebSocket API's message"),
        (context.service_network_arn, "a VPC Lattice request"),
        (context.condition, "a Lambda destination's record"),
    ];
    names.into_iter().find(|(member, _)| member.is_some()).map(|(_, name)| name)
}

/// Names an event that is neither a request nor a bare request for a chat.
pub(super) fn event(event: &RawValue) -> Option<Cow<'static, str>> {
    let found = json::members(event, NAMES);
    let value = |name: &str| {
        let at = NAMES.iter().position(|known| *known == name)?;
        found.get(at).copied().flatten().filter(|value| is_given(value))
    };
    let is_sent = |names: &[&str]| names.iter().all(|name| value(name).is_some());
    if let Some((_, name)) = SIGNATURES.iter().find(|(names, _)| is_sent(names)) {
        return Some(Cow::Borrowed(name));
    }
    if value("authorizationToken").is_some() {
        return Some(Cow::Borrowed("an authorizer's event"));
    }
    let source = json::string(value("eventSource")?)?;
    source.starts_with("aws:").then(|| {
        Cow::Owned(format!("a record of {source}, for which a pipe needs an input template,"))
    })
}

/// Names the source of `Records` that are not SQS messages, by the first one.
pub(super) fn records(first: Option<&RawValue>) -> Option<Cow<'static, str>> {
    let Some(first) = first else {
        return Some(Cow::Borrowed("an empty batch of records"));
    };
    // Records name their source in either case.
    let [lower, upper] = json::members(first, ["eventSource", "EventSource"]);
    match lower.or(upper).and_then(json::string) {
        Some(source) if source == EVENT_SOURCE => None,
        Some(source) => Some(Cow::Owned(format!("a batch of records from {source}"))),
        None => Some(Cow::Borrowed("a batch of records from an unknown source")),
    }
}
