"""What the template makes can be created, and the function may do what it needs and nothing else."""

import json

import boto3
import pytest
from moto import mock_aws
from moto.iam.access_control import IAMPolicy, PermissionResult

from combinations import ARCHIVED_BUS, BOUNDARY, BUS, HTTP, HTTP_JWT, KEY, NONE, ORIGINS, QUEUE, REST, REST_JWT, RULE, TABLE, TOPIC, flows, with_iam
from create import MAKERS, Stack, call
from render import INSTANCE, render, translated

CONNECT = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}"
EVERYTHING = {**HTTP_JWT, **ORIGINS, **RULE, **QUEUE, **TOPIC, **KEY, **BOUNDARY, **ARCHIVED_BUS, **TABLE, **flows(6)}


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
        {**NONE, **BUS},
        {**NONE, **TABLE},
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
    bus, table = (stack.attributes[name]["Arn"] for name in ("ChatResults", "CustomerChats"))
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
        ("events:PutEvents", bus),
        ("dynamodb:GetItem", table),
        ("dynamodb:PutItem", table),
        ("dynamodb:UpdateItem", table),
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
        # EventBridge uses the key of the bus, not the function.
        ("kms:Decrypt", stack.attributes["ChatResultsKey"]["Arn"]),
        ("events:PutEvents", "arn:aws:events:us-east-1:123456789012:event-bus/default"),
        ("events:PutEvents", f"{bus}2"),
        ("events:PutRule", bus),
        ("events:PutPermission", bus),
        ("events:StartReplay", stack.attributes["ChatResultsArchive"]["Arn"]),
        ("dynamodb:DeleteItem", table),
        ("dynamodb:Query", table),
        ("dynamodb:Scan", table),
        ("dynamodb:BatchGetItem", table),
        ("dynamodb:DeleteTable", table),
        ("dynamodb:UpdateTimeToLive", table),
        ("dynamodb:GetItem", f"{table}2"),
        ("dynamodb:Query", f"{table}/index/any"),
        ("lambda:InvokeFunction", stack.attributes["StartChatContactFunction"]["Arn"]),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/any"),
        ("s3:GetObject", "arn:aws:s3:::any/thing"),
    }
    decided = {(action, resource): allows(stack, action, resource) for action, resource in permitted | refused}
    assert {call for call, allowed in decided.items() if allowed} == permitted
    least = created({**NONE, **flows(1)}, "least")
    assert not allows(least, "connect:StartChatContact", second)
    assert not allows(least, "kms:Decrypt", key)
    assert not allows(least, "events:PutEvents", bus)
    assert not allows(least, "dynamodb:GetItem", table)


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


def test_the_bus_of_results_is_encrypted_and_the_functions_alone():
    stack = created({**NONE, **ARCHIVED_BUS})
    events, key = boto3.client("events"), stack.attributes["ChatResultsKey"]["Arn"]
    bus = events.describe_event_bus(Name=stack.refs["ChatResults"])
    assert bus["Arn"] == stack.attributes["ChatResults"]["Arn"]
    assert bus["KmsKeyIdentifier"] == key
    (statement,) = json.loads(bus["Policy"])["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "events:PutEvents")
    role = boto3.client("iam").get_role(RoleName=stack.refs["FunctionRole"])["Role"]["Arn"]
    assert statement["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": role}}
    (archive,) = events.list_archives(EventSourceArn=bus["Arn"])["Archives"]
    assert archive["RetentionDays"] == 7


def test_eventbridge_may_use_the_key_for_this_bus_only():
    stack = created({**NONE, **BUS})
    kms, key = boto3.client("kms"), stack.refs["ChatResultsKey"]
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    service = [one for one in policy["Statement"] if one["Principal"] == {"Service": "events.amazonaws.com"}]
    uses = [one for one in service if one["Action"] != "kms:DescribeKey"]
    (context,) = [one["Condition"]["StringEquals"] for one in uses]
    assert context == {"kms:EncryptionContext:aws:events:event-bus:arn": stack.attributes["ChatResults"]["Arn"]}
    assert {"kms:Decrypt", "kms:GenerateDataKey"} <= set(uses[0]["Action"])
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


def test_what_is_published_reaches_a_rule_on_the_bus():
    stack = created({**NONE, **BUS})
    events, sqs = boto3.client("events"), boto3.client("sqs")
    queue = sqs.create_queue(QueueName="reader")["QueueUrl"]
    bus = stack.refs["ChatResults"]
    events.put_rule(Name="reader", EventBusName=bus, EventPattern=json.dumps({"source": ["start-chat-contact"]}))
    events.put_targets(Rule="reader", EventBusName=bus, Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:reader"}])
    entry = {"Source": "start-chat-contact", "DetailType": "Chat Started", "Detail": "{}"}
    events.put_events(Entries=[{**entry, "EventBusName": bus}, entry])
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(one["Body"])["detail-type"] for one in messages] == ["Chat Started"]


@pytest.mark.parametrize("parameters", [{}, KEY])
def test_the_table_is_as_the_function_needs_it(parameters):
    stack = created({**NONE, **TABLE, **parameters})
    client, name = boto3.client("dynamodb"), stack.refs["CustomerChats"]
    table = client.describe_table(TableName=name)["Table"]
    assert table["KeySchema"] == [{"AttributeName": "customer", "KeyType": "HASH"}]
    assert table["AttributeDefinitions"] == [{"AttributeName": "customer", "AttributeType": "S"}]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSEDescription"]["Status"] == "ENABLED"
    if parameters:
        assert table["SSEDescription"]["KMSMasterKeyArn"] == KEY["KmsKeyArn"]
    lives = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert lives == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    item = {"customer": {"S": "hash"}, "expires": {"N": "1"}}
    client.put_item(TableName=name, Item=item, ConditionExpression="attribute_not_exists(customer)")
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.put_item(TableName=name, Item=item, ConditionExpression="attribute_not_exists(customer)")
