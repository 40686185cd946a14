"""`make doctor` finds what is wrong: each check has a stack that passes it and one that fails it."""

import json
import urllib.error

import boto3
import pytest
import yaml
from botocore.stub import Stubber
from moto import mock_aws

import checks
import doctor
from combinations import BUS, HTTP, ISSUER, KEY, QUEUE, RULE, TABLE
from create import Stack, call
from findings import NOTE, OK, WRONG, Context, Finding
from render import FLOW, INSTANCE, ROOT, render
from stacks import StackFile

EXAMPLE = yaml.safe_load((ROOT / "stacks/example.yaml").read_text())
LEAST = {"Region": "us-east-1", "InstanceId": INSTANCE, "ContactFlowIds": [FLOW], "Settings": {"ATTACHMENTS": True}}


@pytest.fixture(autouse=True)
def aws_fixture(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield


class Deployed:
    """The resources that were created in moto, as CloudFormation would describe them."""

    def __init__(self, stack: Stack, status: str = "CREATE_COMPLETE", **parameters: str):
        self.name, self.status, self.parameters = stack.name, status, parameters
        self.resources = dict(stack.refs)
        self.outputs = {"FunctionName": stack.refs["StartChatContactFunction"], "LogGroupName": stack.refs["FunctionLogGroup"]}


def context(deployed=None, **changes) -> Context:
    """A file with these changes, in moto."""
    return Context(StackFile("test", {**LEAST, **changes}), boto3.Session(region_name="us-east-1"), deployed)


def stubbed(aws: Context, service: str, *answers):
    """The context with a client that gives these answers: (operation, response) or (operation, error code)."""
    client = boto3.client(service, region_name="us-east-1")
    stubber = Stubber(client)
    for operation, answer in answers:
        if isinstance(answer, str):
            stubber.add_client_error(operation, answer)
        else:
            stubber.add_response(operation, answer)
    stubber.activate()
    aws.clients[service] = client
    return aws


def deployed(parameters: dict, name: str = "test", **described: str) -> Deployed:
    """A stack that was created in moto."""
    template = render(parameters)
    # Loading AWS's managed policies takes moto seconds.
    del template["Resources"]["DeploymentRole"]["Properties"]["ManagedPolicyArns"]
    return Deployed(Stack(template, name).create(), **described)


def levels(check, aws: Context, **options) -> list[str]:
    """The levels of what a check finds."""
    return [finding.level for finding in check(aws, **options)]


def an_instance(status: str):
    return {"Instance": {"Id": INSTANCE, "InstanceAlias": "shop", "InstanceStatus": status}}


@pytest.mark.parametrize(
    ("answer", "level"),
    [(an_instance("ACTIVE"), OK), (an_instance("CREATION_IN_PROGRESS"), WRONG), ("ResourceNotFoundException", WRONG)],
)
def test_instance(answer, level):
    assert levels(checks.instance, stubbed(context(), "connect", ("describe_instance", answer))) == [level]


def test_an_instance_of_moto_is_found():
    made = boto3.client("connect").create_instance(IdentityManagementType="SAML", InboundCallsEnabled=True, OutboundCallsEnabled=True)["Id"]
    assert levels(checks.instance, context(InstanceId=made)) == [OK]
    assert levels(checks.instance, context()) == [WRONG]


@pytest.mark.parametrize(("channels", "level"), [(["VOICE", "CHAT"], OK), (["VOICE"], WRONG), ([], WRONG)])
def test_chat_channel(channels, level):
    listed = {"RoutingProfileSummaryList": [{"Id": "profile-1", "Name": "Agents"}]}
    media = [{"Channel": channel, "Concurrency": 1} for channel in channels]
    answers = ("list_routing_profiles", listed), ("describe_routing_profile", {"RoutingProfile": {"MediaConcurrencies": media}})
    assert levels(checks.chat_channel, stubbed(context(), "connect", *answers)) == [level]


def a_flow(**changes):
    return {"ContactFlow": {"Name": "Chat", "Type": "CONTACT_FLOW", "State": "ACTIVE", "Status": "PUBLISHED", **changes}}


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        (a_flow(), OK),
        (a_flow(Type="AGENT_WHISPER"), WRONG),
        (a_flow(State="ARCHIVED"), WRONG),
        (a_flow(Status="SAVED"), WRONG),
        ("ContactFlowNotPublishedException", WRONG),
        ("ResourceNotFoundException", WRONG),
    ],
)
def test_flows(answer, level):
    assert levels(checks.flows, stubbed(context(), "connect", ("describe_contact_flow", answer))) == [level]


@pytest.mark.parametrize(("stored", "told", "level"), [(True, True, OK), (False, False, OK), (True, False, NOTE), (False, True, NOTE)])
def test_attachments(stored, told, level):
    bucket = {"StorageType": "S3", "S3Config": {"BucketName": "b", "BucketPrefix": "p"}}
    answer = {"StorageConfigs": [bucket] if stored else []}
    aws = stubbed(context(Settings={"ATTACHMENTS": told}), "connect", ("list_instance_storage_configs", answer))
    assert levels(checks.attachments, aws) == [level]


@pytest.mark.parametrize(("rate", "expected"), [(5, [OK, OK]), (2, [OK, OK]), (1, [NOTE, OK])])
def test_quotas(rate, expected):
    answers = [("get_service_quota", {"Quota": {"Value": value}}) for value in (rate, 500)]
    assert levels(checks.quotas, stubbed(context(**HTTP), "service-quotas", *answers)) == expected


@pytest.mark.parametrize(("approved", "expected"), [(["https://www.example.com/"], [OK]), (["https://other.example.com"], [NOTE])])
def test_approved_origins(approved, expected):
    aws = context(**HTTP, AllowedOrigins=["https://www.example.com"])
    assert levels(checks.approved_origins, stubbed(aws, "connect", ("list_approved_origins", {"Origins": approved}))) == expected
    assert levels(checks.approved_origins, context()) == []


@pytest.mark.parametrize(("flow", "other", "level"), [("allowed", "implicitDeny", OK), ("explicitDeny", "implicitDeny", WRONG), ("allowed", "allowed", NOTE)])
def test_role(flow, other, level):
    prefix = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}/contact-flow"
    decided = {
        "EvalActionName": "connect:StartChatContact",
        "EvalDecision": flow,
        "ResourceSpecificResults": [
            {"EvalResourceName": f"{prefix}/{FLOW}", "EvalResourceDecision": flow},
            {"EvalResourceName": f"{prefix}/00000000-0000-0000-0000-000000000000", "EvalResourceDecision": other},
        ],
    }
    got = {"Role": {"Path": "/", "RoleName": "r", "RoleId": "AROAEXAMPLEEXAMPLE", "Arn": "arn:aws:iam::123456789012:role/r", "CreateDate": "2026-11-01"}}
    aws = stubbed(context(deployed(HTTP)), "iam", ("get_role", got), ("simulate_principal_policy", {"EvaluationResults": [decided]}))
    assert levels(checks.role, aws) == [level]


@pytest.mark.parametrize(("status", "level"), [("UPDATE_COMPLETE", OK), ("UPDATE_ROLLBACK_COMPLETE", NOTE), ("UPDATE_IN_PROGRESS", NOTE), ("ROLLBACK_COMPLETE", WRONG)])
def test_stack(status, level):
    same = {"InstanceId": INSTANCE, "ContactFlowIds": FLOW, "Settings": '{"ATTACHMENTS": "true"}'}
    described = deployed(HTTP, status=status, **same)
    assert levels(checks.stack, context(described)) == [level]
    described.parameters["Settings"] = "{}"
    assert levels(checks.stack, context(described)) == [level, NOTE]


def test_function():
    aws = context(deployed(HTTP))
    assert levels(checks.function, aws) == [OK]
    lambda_ = boto3.client("lambda")
    lambda_.update_alias(FunctionName=aws.deployed.outputs["FunctionName"], Name="live", FunctionVersion="$LATEST")
    (_, moved) = checks.function(aws)
    assert moved.level == NOTE and moved.fix.endswith("--function-version 1")
    moving = {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}}
    for state, level in (("Active", OK), ("Failed", WRONG)):
        found = {"State": state, "Version": "1", "Architectures": ["arm64"], "Description": "x"}
        stubbed(aws, "lambda", ("get_function_configuration", found), ("get_alias", moving))
        assert levels(checks.function, aws) == [level, NOTE]


def test_log_group():
    aws = context(deployed(HTTP))
    assert levels(checks.log_group, aws) == [OK]
    boto3.client("logs").delete_log_group(logGroupName=aws.deployed.outputs["LogGroupName"])
    assert levels(checks.log_group, aws) == [NOTE]


def test_alarms():
    aws = context(deployed(HTTP))
    silent = [NOTE]  # No topic.
    assert levels(checks.alarms, aws) == [OK, *silent]
    client = boto3.client("cloudwatch")
    client.set_alarm_state(AlarmName=aws.deployed.resources["QuotaAlarm"], StateValue="ALARM", StateReason="test")
    client.delete_alarms(AlarmNames=[aws.deployed.resources["SlowAlarm"]])
    found = list(checks.alarms(aws))
    assert [one.level for one in found] == [NOTE, NOTE, *silent]
    assert "SlowAlarm" in found[0].found and "QuotaAlarm" in found[1].found


def test_the_topic_of_the_alarms():
    made = call("sns", "CreateTopic", Name="on-call")["TopicArn"]
    aws = context(deployed(HTTP), AlarmTopicArn=made)
    assert levels(checks.alarms, aws) == [OK, NOTE]
    boto3.client("sns").subscribe(TopicArn=made, Protocol="email", Endpoint="on-call@example.com")
    assert levels(checks.alarms, aws) == [OK, OK]
    assert levels(checks.alarms, context(aws.deployed, AlarmTopicArn=made + "-not")) == [OK, NOTE]
    pending = {"Subscriptions": [{"SubscriptionArn": "PendingConfirmation"}]}
    assert levels(checks.alarms, stubbed(aws, "sns", ("list_subscriptions_by_topic", pending))) == [OK, NOTE]


def test_dead_letters():
    aws = context(deployed({**HTTP, **RULE, **QUEUE}))
    assert levels(checks.dead_letters, aws) == [OK, OK, OK]
    boto3.client("sqs").send_message(QueueUrl=aws.deployed.resources["UndeliveredEventQueue"], MessageBody="{}")
    assert levels(checks.dead_letters, aws) == [OK, NOTE, OK]
    assert levels(checks.dead_letters, context(deployed(HTTP, "other"))) == [OK]


def test_result_bus():
    aws = context(deployed({**HTTP, **BUS}))
    (unread,) = checks.result_bus(aws)
    assert unread.level == NOTE and "no rule reads" in unread.found
    bus, events = aws.deployed.resources["ChatResults"], boto3.client("events")
    events.put_rule(Name="push", EventBusName=bus, EventPattern='{"source":["start-chat-contact"]}')
    (read,) = checks.result_bus(aws)
    assert read.level == OK and "push" in read.found
    events.remove_permission(EventBusName=bus, RemoveAllPermissions=True)
    assert levels(checks.result_bus, aws) == [NOTE, OK]
    boto3.client("kms").disable_key(KeyId=aws.deployed.resources["ChatResultsKey"])
    assert levels(checks.result_bus, aws) == [WRONG, NOTE, OK]
    unencrypted = {"Name": bus, "Policy": json.dumps({"Statement": [{"Effect": "Deny"}]})}
    answers = ("describe_event_bus", unencrypted), ("list_rules", {"Rules": [{"Name": "push", "State": "DISABLED"}, {"Name": "Events-Archive-x", "State": "ENABLED", "ManagedBy": "x"}]})
    assert levels(checks.result_bus, stubbed(context(aws.deployed), "events", *answers)) == [NOTE, NOTE]
    for rule in events.list_rules(EventBusName=bus)["Rules"]:
        events.delete_rule(Name=rule["Name"], EventBusName=bus)
    events.delete_event_bus(Name=bus)
    assert levels(checks.result_bus, aws) == [WRONG]
    without = deployed(HTTP, "without")
    assert levels(checks.result_bus, context(without)) == []
    assert levels(checks.result_bus, context(without, Settings={"RESULT_BUS": "other"})) == [NOTE]


@pytest.mark.parametrize("parameters", [{}, KEY])
def test_contact_table(parameters):
    aws = context(deployed({**HTTP, **TABLE, **parameters}))
    assert levels(checks.contact_table, aws) == [OK]
    name, client = aws.deployed.resources["CustomerChats"], boto3.client("dynamodb")
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires"})
    client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False})
    found = list(checks.contact_table(aws))
    assert [one.level for one in found] == [NOTE, NOTE]
    assert "tokens" in found[0].found and "backed up" in found[1].found
    client.delete_table(TableName=name)
    assert levels(checks.contact_table, aws) == [NOTE]
    without = deployed(HTTP, "without")
    assert levels(checks.contact_table, context(without)) == []
    assert levels(checks.contact_table, context(without, Settings={"CONTACT_TABLE": "other"})) == [NOTE]


def test_a_table_that_is_not_the_functions_is_found():
    aws = context(deployed({**HTTP, **TABLE}))
    name = aws.deployed.resources["CustomerChats"]
    sick = {"TableStatus": "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    answers = (
        ("describe_table", {"Table": {"TableName": name, **sick}}),
        ("describe_time_to_live", {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}}),
        ("describe_continuous_backups", {"ContinuousBackupsDescription": {"ContinuousBackupsStatus": "DISABLED"}}),
    )
    assert levels(checks.contact_table, stubbed(aws, "dynamodb", *answers)) == [NOTE] * 5


KEYS = {"keys": [{"kty": "RSA"}]}


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ([{"issuer": ISSUER, "jwks_uri": "https://k"}, KEYS], OK),
        ([{"issuer": ISSUER + "/", "jwks_uri": "https://k"}, KEYS], WRONG),
        ([{"issuer": ISSUER, "jwks_uri": "https://k"}, {"keys": [{"kty": "EC"}]}], WRONG),
        ([{"issuer": ISSUER}, KEYS], WRONG),
        ([urllib.error.URLError("no such host")], WRONG),
    ],
)
def test_issuer(answers, level):
    pool = boto3.client("cognito-idp").create_user_pool(PoolName="customers")["UserPool"]["Id"]
    given, asked = iter(answers), []

    def fetch(url):
        asked.append(url)
        answer = next(given)
        if isinstance(answer, Exception):
            raise answer
        return json.loads(json.dumps(answer).replace(ISSUER, f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"))

    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
    client = boto3.client("cognito-idp").create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]["ClientId"]
    aws = context(Api="Http", Authorization=issuer, JwtAudience=[client])
    assert levels(checks.issuer, aws, fetch=fetch) in ([level, OK], [level])
    assert asked[0] == f"{issuer}/.well-known/openid-configuration"


def test_audience():
    pool = boto3.client("cognito-idp").create_user_pool(PoolName="customers")["UserPool"]["Id"]
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
    answers = iter([{"issuer": issuer, "jwks_uri": "https://k"}, KEYS])
    aws = context(Api="Http", Authorization=issuer, JwtAudience=["web"])
    assert levels(checks.issuer, aws, fetch=lambda url: next(answers)) == [OK, WRONG]
    assert levels(checks.issuer, context(**HTTP)) == []


def test_known_settings():
    assert levels(checks.known_settings, context()) == [OK]
    assert levels(checks.known_settings, context(Settings={"ATACHMENTS": True})) == [WRONG]


@pytest.mark.parametrize(("left", "level"), [(1000, OK), (110, OK), (109, WRONG)])
def test_concurrency(left, level):
    aws = context(Concurrency="10")
    stubbed(aws, "lambda", ("get_account_settings", {"AccountLimit": {"UnreservedConcurrentExecutions": left}}))
    assert levels(checks.concurrency, aws) == [level]
    assert levels(checks.concurrency, context()) == []


def test_model(monkeypatch):
    assert levels(checks.model, context()) == [OK]
    known = checks._members
    monkeypatch.setattr(checks, "_members", lambda node: known(node) - {"ChatStreamingConfiguration"})
    (finding,) = checks.model(context())
    assert finding.level == NOTE and "ChatStreamingConfiguration" in finding.found


def test_every_check_is_tested():
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert {check.__name__ for check in checks.BEFORE + checks.AFTER} <= tested


def test_what_may_not_be_asked_is_a_note():
    aws = stubbed(context(), "connect", ("describe_instance", "AccessDeniedException"))
    (finding,) = doctor.checked(checks.instance, aws)
    assert (finding.level, finding.about) == (NOTE, "instance")
    assert "AccessDeniedException" in finding.found


def test_bad_credentials_are_all_there_is_to_say():
    aws = stubbed(context(), "sts", ("get_caller_identity", "ExpiredToken"))
    (finding,) = doctor.examine(aws)
    assert finding.level == WRONG


def test_a_stack_that_is_not_there_yet_is_examined():
    findings = doctor.examine(context())
    by_name = {finding.about: finding.level for finding in findings}
    assert by_name["credentials"] == OK
    assert by_name["instance"] == WRONG
    assert by_name["stack"] == NOTE


@pytest.mark.parametrize(("level", "status"), [(OK, 0), (NOTE, 0), (WRONG, 1)])
def test_the_status_says_if_chats_start(level, status, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "examine", lambda aws: [Finding(level, "flow", "is what it is", "Fix it.")])
    monkeypatch.setattr(doctor.StackFile, "read", lambda name: StackFile(name, EXAMPLE))
    monkeypatch.setattr("sys.argv", ["doctor", "test"])
    with pytest.raises(SystemExit) as ended:
        doctor.main()
    assert ended.value.code == status
    assert f"{level:5}  flow  is what it is" in capsys.readouterr().out
