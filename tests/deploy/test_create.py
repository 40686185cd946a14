"""What the template makes can be created, and the function may do what it needs and nothing else."""

import json

import boto3
import pytest
from moto import mock_aws
from moto.iam.access_control import IAMPolicy, PermissionResult

from combinations import BOUNDARY, HTTP, HTTP_JWT, KEY, NONE, ORIGINS, QUEUE, REST, REST_JWT, RULE, TOPIC, flows, with_iam
from create import MAKERS, Stack, call
from render import INSTANCE, render, translated

CONNECT = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}"
EVERYTHING = {**HTTP_JWT, **ORIGINS, **RULE, **QUEUE, **TOPIC, **KEY, **BOUNDARY, **flows(6)}


@pytest.fixture(autouse=True)
def aws_fixture(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    with mock_aws(config={"lambda": {"use_docker": False}, "iam": {"load_aws_managed_policies": True}}):
        anything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        call("iam", "CreatePolicy", PolicyName="boundary", PolicyDocument=json.dumps(anything))
        yield


def created(parameters: dict, name: str = "chat") -> Stack:
    """The resources with these parameters, in moto."""
    return Stack(render(parameters), name).create()


def test_every_type_is_created_by_some_test():
    assert {what["Type"] for what in translated()["Resources"].values()} == set(MAKERS)


@pytest.mark.parametrize(
    "parameters",
    [
        NONE,
        {**NONE, **RULE},
        {**HTTP, **ORIGINS},
        with_iam(HTTP),
        EVERYTHING,
        {**REST, **QUEUE, "Concurrency": "10,2"},
        with_iam(REST),
        {**REST_JWT, "WebAcl": "Own", **RULE},
        {**REST_JWT, "WebAcl": "OwnWithChallenge", **KEY},
    ],
)
def test_it_can_be_created(parameters):
    stack = created(parameters)
    assert set(stack.refs) == set(render(parameters)["Resources"])
    alarms = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len(alarms) == sum(what["Type"] == "AWS::CloudWatch::Alarm" for what in stack.resources.values())


def test_a_faulty_property_is_found():
    template = render(NONE)
    template["Resources"]["FunctionRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]["Efect"] = "Allow"
    with pytest.raises(boto3.client("iam").exceptions.MalformedPolicyDocumentException):
        Stack(template).create()


def test_the_apis_have_the_routes():
    stack = created({**HTTP_JWT, **ORIGINS})
    api = stack.refs["HttpApi"]
    client = boto3.client("apigatewayv2")
    assert {route["RouteKey"] for route in client.get_routes(ApiId=api)["Items"]} == {"POST /chat"}
    assert client.get_api(ApiId=api)["CorsConfiguration"]["AllowOrigins"] == ORIGINS["AllowedOrigins"].split(",")
    stack = created({**REST_JWT, "WebAcl": "Own"}, "rest")
    resources = boto3.client("apigateway").get_resources(restApiId=stack.refs["RestApi"])["items"]
    (chat,) = [one for one in resources if one["path"] == "/chat"]
    assert set(chat["resourceMethods"]) == {"POST", "OPTIONS"}


def test_a_matching_event_reaches_the_queue():
    template = render({**NONE, **RULE, **QUEUE})
    # With it moto takes the messages out again, for the function.
    del template["Resources"]["QueuedEventsMapping"]
    stack = Stack(template).create()
    for source in ("com.example.orders", "com.example.bills"):
        entry = {"Source": source, "DetailType": "Order Delayed", "Detail": json.dumps({"ContactFlowId": "x"})}
        boto3.client("events").put_events(Entries=[entry])
    messages = boto3.client("sqs").receive_message(QueueUrl=stack.refs["QueuedEvents"], MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(one["Body"])["source"] for one in messages] == ["com.example.orders"]


def allows(stack: Stack, action: str, resource: str) -> bool:
    """What IAM decides for the function's role."""
    client, role = boto3.client("iam"), stack.refs["FunctionRole"]
    decisions = set()
    for name in client.list_role_policies(RoleName=role)["PolicyNames"]:
        document = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        decisions.add(IAMPolicy({"policy_document": json.dumps(document)}).is_action_permitted(action, resource))
    assert PermissionResult.DENIED not in decisions
    return PermissionResult.PERMITTED in decisions


def test_the_function_may_do_what_it_needs_and_nothing_else():
    stack = created({**EVERYTHING, **flows(2)})
    flow, second = (f"{CONNECT}/contact-flow/{one}" for one in flows(2)["ContactFlowIds"].split(","))
    contact = f"{CONNECT}/contact/a1b2c3d4-5678-90ab-cdef-aaaaaaaaaaaa"
    group = stack.attributes["FunctionLogGroup"]["Arn"]
    failed, queued = (stack.attributes[name]["Arn"] for name in ("FailedEventQueue", "QueuedEvents"))
    key = KEY["KmsKeyArn"]
    permitted = {
        ("connect:StartChatContact", flow),
        ("connect:StartChatContact", second),
        ("connect:StartChatContact", contact),
        ("connect:DescribeContact", contact),
        ("logs:CreateLogStream", group),
        ("logs:PutLogEvents", group),
        ("xray:PutTraceSegments", "*"),
        ("xray:PutTelemetryRecords", "*"),
        ("sqs:SendMessage", failed),
        ("sqs:ReceiveMessage", queued),
        ("sqs:DeleteMessage", queued),
        ("sqs:ChangeMessageVisibility", queued),
        ("sqs:GetQueueAttributes", queued),
        ("kms:Decrypt", key),
        ("kms:GenerateDataKey", key),
    }
    other = CONNECT.replace("111111111111", "111111111112")
    refused = {
        ("connect:StartChatContact", flow.replace("222222222220", "222222222229")),
        ("connect:StartChatContact", flow.replace(CONNECT, other)),
        ("connect:StartChatContact", CONNECT),
        ("connect:DescribeContact", contact.replace(CONNECT, other)),
        ("connect:DescribeContact", flow),
        ("connect:StopContact", contact),
        ("connect:UpdateContactAttributes", contact),
        ("connect:StartOutboundVoiceContact", contact),
        ("connect:CreateParticipant", contact),
        ("logs:PutLogEvents", group.replace("FunctionLogGroup", "Other")),
        ("logs:DeleteLogGroup", group),
        ("sqs:SendMessage", queued),
        ("sqs:ReceiveMessage", failed),
        ("sqs:PurgeQueue", queued),
        ("kms:Decrypt", key.replace("555555555555", "555555555556")),
        ("kms:ScheduleKeyDeletion", key),
        ("lambda:InvokeFunction", stack.attributes["StartChatContactFunction"]["Arn"]),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/any"),
        ("s3:GetObject", "arn:aws:s3:::any/thing"),
    }
    decided = {(action, resource): allows(stack, action, resource) for action, resource in permitted | refused}
    assert {call for call, allowed in decided.items() if allowed} == permitted
    least = created({**NONE, **flows(1)}, "least")
    assert not allows(least, "connect:StartChatContact", second)
    assert not allows(least, "kms:Decrypt", key)


def statement_allows(policy: dict, principal: str, source: str) -> bool:
    """If a queue's policy lets a service send for this source over TLS."""
    for one in policy["Statement"]:
        if one["Effect"] == "Allow" and one["Principal"] == {"Service": principal}:
            return one["Action"] == "sqs:SendMessage" and one["Condition"] == {"ArnEquals": {"aws:SourceArn": source}}
    return False


def test_only_the_rule_may_send_to_its_queues():
    stack = created({**NONE, **RULE, **QUEUE})
    rule = stack.attributes["EventRule"]["Arn"]
    for name in ("QueuedEvents", "UndeliveredEventQueue", "FailedEventQueue", "FailedQueuedEvents"):
        attributes = boto3.client("sqs").get_queue_attributes(QueueUrl=stack.refs[name], AttributeNames=["All"])["Attributes"]
        policy = json.loads(attributes["Policy"])
        assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert statement_allows(policy, "events.amazonaws.com", rule) == (name in ("QueuedEvents", "UndeliveredEventQueue"))
