//! Events of services that cannot start a chat, so that the error names them.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::event::{EventMembers, RequestContext, is_given};
use super::sqs::EVENT_SOURCE;
use crate::json;

/// The members that identify the events in [`SIGNATURES`].
const NAMES: [&str; 65] = [
    "AWSContactTraceRecordFormatVersion",
    "AgentARN",
    "Bucket",
    "Channel",
    "CodePipeline.job",
    "ContactId",
    "Details",
    "Event",
    "EventType",
    "LifecycleEventHookExecutionId",
    "RequestType",
    "ResponseURL",
    "SecretId",
    "Service",
    "StackId",
    "Step",
    "TopicArn",
    "Type",
    "agent",
    "alarmData",
    "applicationArn",
    "arguments",
    "authorizationToken",
    "awslogs",
    "bot",
    "clickType",
    "configRuleName",
    "connection-id",
    "currentIntent",
    "datasetName",
    "deliveryStreamArn",
    "deviceEvent",
    "deviceInfo",
    "endpoint-id",
    "envelope",
    "eventSource",
    "header",
    "identityPoolId",
    "info",
    "invocationId",
    "invocationSchemaVersion",
    "invokingEvent",
    "labelingJobArn",
    "messageVersion",
    "payload",
    "protocol",
    "protocolData",
    "raw_path",
    "records",
    "region",
    "request",
    "requestPayload",
    "responsePayload",
    "serialNumber",
    "serverId",
    "session",
    "sessionState",
    "signatureVerified",
    "source",
    "summaryVersion",
    "tasks",
    "triggerSource",
    "userRequest",
    "username",
    "xAmzRequestId",
];

/// Events by members that only their service sends, all of them.
const SIGNATURES: [(&[&str], &str); 36] = [
    (&["AWSContactTraceRecordFormatVersion"], "an Amazon Connect contact record"),
    (&["ContactId", "Channel"], "an Amazon Connect contact record"),
    (&["AgentARN", "EventType"], "an Amazon Connect agent event"),
    (&["Details"], "an Amazon Connect flow's event"),
    (&["raw_path"], "a VPC Lattice request"),
    (&["awslogs"], "a CloudWatch Logs event"),
    (&["source", "alarmData"], "a CloudWatch alarm's event"),
    (&["triggerSource"], "a Cognito user pool's event"),
    (&["datasetName", "identityPoolId"], "an Amazon Cognito Sync event"),
    (&["info", "arguments"], "an AppSync resolver's event"),
    (&["bot", "sessionState"], "an Amazon Lex V2 event"),
    (&["bot", "currentIntent"], "an Amazon Lex V1 event"),
    (&["agent", "messageVersion"], "an Amazon Bedrock agent's event"),
    (&["session", "request"], "an Alexa skill's event"),
    (&["header", "payload"], "an Alexa smart home skill's event"),
    (&["deliveryStreamArn"], "an Amazon Data Firehose event"),
    (&["invocationId", "records", "region"], "an Amazon Data Firehose event"),
    (&["applicationArn", "records"], "a Kinesis Data Analytics event"),
    (&["RequestType", "ResponseURL"], "a CloudFormation custom resource's event"),
    (&["RequestType", "StackId"], "a CloudFormation custom resource's event"),
    (&["CodePipeline.job"], "an AWS CodePipeline event"),
    (&["LifecycleEventHookExecutionId"], "an AWS CodeDeploy hook's event"),
    (&["invokingEvent", "configRuleName"], "an AWS Config event"),
    (&["Step", "SecretId"], "a Secrets Manager rotation's event"),
    (&["xAmzRequestId", "userRequest"], "an S3 Object Lambda request"),
    (&["invocationSchemaVersion", "tasks"], "an S3 Batch Operations event"),
    (&["Service", "Event", "Bucket"], "an Amazon S3 test event"),
    (&["connection-id", "endpoint-id"], "an AWS Client VPN event"),
    (&["serverId", "username", "protocol"], "an AWS Transfer Family event"),
    (&["signatureVerified", "protocolData"], "an AWS IoT authorizer's event"),
    (&["deviceEvent", "deviceInfo"], "an AWS IoT 1-Click event"),
    (&["serialNumber", "clickType"], "an AWS IoT button's event"),
    (&["labelingJobArn"], "an Amazon SageMaker labeling job's event"),
    (&["summaryVersion", "envelope"], "an Amazon WorkMail event"),
    (&["Type", "TopicArn"], "an Amazon SNS message"),
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
        (context.query_string, "an AppSync authorizer's event"),
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
    if source.ends_with(".amazonaws.com") {
        return Some(Cow::Owned(format!("a CloudTrail event of {source}")));
    }
    let is_record = source.starts_with("aws:") || source == "SelfManagedKafka";
    is_record.then(|| {
        Cow::Owned(format!("a record of {source}, for which a pipe needs an input template,"))
    })
}

/// Names the source of `Records` that are not SQS messages, by the first one.
pub(super) fn records(first: Option<&RawValue>) -> Option<Cow<'static, str>> {
    let Some(first) = first else {
        return Some(Cow::Borrowed("an empty batch of records"));
    };
    // Records name their source in either case.
    let [lower, upper, front] = json::members(first, ["eventSource", "EventSource", "cf"]);
    match lower.or(upper).and_then(json::string) {
        Some(source) if source == EVENT_SOURCE => None,
        Some(source) => Some(Cow::Owned(format!("a batch of records from {source}"))),
        None if front.is_some() => Some(Cow::Borrowed("a CloudFront request")),
        None => Some(Cow::Borrowed("a batch of records from an unknown source")),
    }
}
