"""The resources of the template."""

import json
import re

import pytest
import tomllib
import yaml

from combinations import ARCHIVED_BUS, BOUNDARY, BUS, HTTP, HTTP_JWT, ISSUER, KEY, NONE, ORIGINS, QUEUE, REST, REST_JWT, RULE, TABLE, TOPIC, flows, representative
from render import FLOW, INSTANCE, ROOT, render, source, translated, value

ALIAS = {"Ref": "StartChatContactFunctionAliaslive"}
MOST = {**HTTP, **RULE, **QUEUE, **ARCHIVED_BUS, **TABLE, **flows(6)}
CONNECT = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}"
KINDS = {"Http": "AWS::ApiGatewayV2::Api", "Rest": "AWS::ApiGateway::RestApi"}


def resources(kind: str, parameters: dict) -> dict:
    """Returns the properties of the resources of one type."""
    found = render(parameters)["Resources"].items()
    return {name: what["Properties"] for name, what in found if what["Type"] == kind}


def statements(parameters: dict) -> dict:
    """Returns the permissions of the function by Sid."""
    role = render(parameters)["Resources"]["FunctionRole"]["Properties"]
    return {one["Sid"]: one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]}


def resolved(node, parameters: dict):
    given = {"InstanceId": INSTANCE, "ContactFlowIds": FLOW, **parameters}
    listed = node if isinstance(node, list) else [node]
    return [value(one, given) for one in listed]


def api_body(parameters: dict) -> dict:
    """The OpenAPI document of the API."""
    (api,) = resources(KINDS[parameters["Api"]], parameters).values()
    return api["Body"]


@pytest.mark.parametrize("count", range(1, 7))
def test_chats_may_be_started_with_the_configured_flows_only(count):
    start = statements(flows(count))["StartChats"]
    assert start["Action"] == "connect:StartChatContact"
    named = flows(count)["ContactFlowIds"].split(",")
    expected = [f"{CONNECT}/contact-flow/{flow}" for flow in named] + [f"{CONNECT}/contact/*"]
    assert resolved(start["Resource"], flows(count)) == expected


def test_the_first_flow_is_the_default():
    variables = render(flows(3))["Resources"]["StartChatContactFunction"]["Properties"]["Environment"]["Variables"]
    assert resolved(variables["CONTACT_FLOW_ID"], flows(3)) == [flows(1)["ContactFlowIds"]]
    assert resolved(variables["ALLOWED_CONTACT_FLOW_IDS"], flows(3)) == [flows(3)["ContactFlowIds"]]


def test_origins_are_set_where_the_api_has_them_only():
    """An empty variable must not hide ALLOWED_ORIGINS in SETTINGS."""
    for parameters, there in ((HTTP, False), ({**HTTP, **ORIGINS}, True), ({**REST, **ORIGINS}, True)):
        function = render(parameters)["Resources"]["StartChatContactFunction"]["Properties"]
        assert ("ALLOWED_ORIGINS" in function["Environment"]["Variables"]) == there


def variables(parameters: dict) -> dict:
    """The function's environment."""
    return render(parameters)["Resources"]["StartChatContactFunction"]["Properties"]["Environment"]["Variables"]


def test_bus_and_table_are_there_only_if_they_are_asked_for():
    """A variable that is set would hide the same name in SETTINGS."""
    before = {"AWS::Events::EventBus", "AWS::Events::EventBusPolicy", "AWS::Events::Archive", "AWS::KMS::Key", "AWS::DynamoDB::Table"}
    for parameters in representative():
        rendered, given = render(parameters), variables(parameters)
        bus, table = parameters.get("ResultBus", "false"), parameters.get("ContactTable", "false")
        assert given.get("RESULT_BUS") == (None if bus == "false" else {"Ref": "ChatResults"})
        assert given.get("CONTACT_TABLE") == (None if table == "false" else {"Ref": "CustomerChats"})
        there = {what["Type"] for what in rendered["Resources"].values()} & before
        expected = before if bus == "archived" else before - {"AWS::Events::Archive"}
        expected = expected if bus != "false" else {"AWS::DynamoDB::Table"}
        assert there == (expected if table == "true" else expected - {"AWS::DynamoDB::Table"}), parameters
        assert ("ResultBusArn" in rendered["Outputs"], "ContactTableName" in rendered["Outputs"]) == (bus != "false", table == "true")
        sids = set(statements(parameters))
        assert ("PublishResults" in sids, "RememberChats" in sids) == (bus != "false", table == "true")


def test_a_queue_gives_up_on_old_events_as_eventbridge_and_lambda_do():
    function = source()["Resources"]["StartChatContactFunction"]["Properties"]
    age = function["EventInvokeConfig"]["MaximumEventAgeInSeconds"]
    (rule,) = resources("AWS::Events::Rule", MOST).values()
    assert rule["Targets"][0]["RetryPolicy"]["MaximumEventAgeInSeconds"] == age
    assert variables(MOST)["EVENT_MAX_AGE_SECONDS"] == str(age)
    assert resolved(variables({"EventQueue": "600"})["EVENT_MAX_AGE_SECONDS"], {"EventQueue": "600"}) == ["600"]
    assert "EVENT_MAX_AGE_SECONDS" not in variables({**HTTP, **RULE})


def test_no_partition_region_or_account_is_hard_coded():
    text = (ROOT / "template.yaml").read_text()
    body = text[text.index("\nRules:") :]
    assert not re.search(r"arn:aws[:-]", body)
    assert not re.search(r"\b[a-z]{2}-(north|south|east|west|central|northeast|southeast)-\d\b", body)
    assert "amazonaws.com" not in re.sub(r"Principal.*|Service.*", "", body)


def test_everyone_invokes_the_alias():
    for parameters in representative():
        for permission in resources("AWS::Lambda::Permission", parameters).values():
            assert permission["FunctionName"] == ALIAS
            assert "SourceArn" in permission
        for mapping in resources("AWS::Lambda::EventSourceMapping", parameters).values():
            assert mapping["FunctionName"] == ALIAS
        for rule in resources("AWS::Events::Rule", parameters).values():
            target = {"Fn::GetAtt": ["QueuedEvents", "Arn"]} if "EventQueue" in parameters else ALIAS
            assert rule["Targets"][0]["Arn"] == target
    for parameters in ({**HTTP, **ORIGINS}, REST):
        operations = api_body(parameters)["paths"]["/chat"]
        assert "post" in operations
        for operation in operations.values():
            assert operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"][1] == {"Alias": ALIAS}


def test_there_is_no_endpoint_unless_one_is_asked_for():
    rendered = render({})
    assert not [what for what in rendered["Resources"].values() if "ApiGateway" in what["Type"]]
    assert not {"Endpoint", "Curl"} & set(rendered["Outputs"])
    assert {"Endpoint", "Curl"} <= set(render(HTTP)["Outputs"])


def test_an_api_asks_for_what_authorizes():
    for parameters in representative():
        if parameters.get("Api", "None") == "None":
            continue
        body = api_body(parameters)
        post, schemes = body["paths"]["/chat"]["post"], body.get("components", {}).get("securitySchemes", {})
        authorization = parameters["Authorization"]
        assert (post.get("security") == [{"caller": []}]) == (authorization != "NONE"), parameters
        assert bool(schemes) == (authorization != "NONE")
        if authorization == "IAM":
            assert schemes["caller"]["x-amazon-apigateway-authtype"] == "awsSigv4"
        if authorization == ISSUER:
            kind = schemes["caller"]["x-amazon-apigateway-authorizer"]["type"]
            assert kind == {"Http": "jwt", "Rest": "cognito_user_pools"}[parameters["Api"]]


def test_the_user_pool_of_a_rest_api_is_that_of_the_issuer():
    authorizer = api_body(REST_JWT)["components"]["securitySchemes"]["caller"]["x-amazon-apigateway-authorizer"]
    pools = resolved(authorizer["providerARNs"], REST_JWT)
    assert pools == ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI"]


def test_a_preflight_reaches_somebody_without_authorization():
    for parameters in representative():
        if parameters.get("Api", "None") == "None":
            continue
        body = api_body(parameters)
        by_gateway = "x-amazon-apigateway-cors" in body
        assert by_gateway == (parameters["Api"] == "Http" and "AllowedOrigins" in parameters)
        options = body["paths"]["/chat"].get("options")
        assert (options is None) == by_gateway
        assert options is None or "security" not in options


def test_only_a_challenge_lets_a_preflight_through_unchallenged():
    acl = resources("AWS::WAFv2::WebACL", {**REST, "WebAcl": "OwnWithChallenge"})["OwnWebAcl"]
    rules = {rule["Name"]: rule for rule in acl["Rules"]}
    assert sorted(rule["Priority"] for rule in rules.values()) == list(range(len(rules)))
    challenged = rules["challenge"]["Statement"]["ByteMatchStatement"]
    assert (list(challenged["FieldToMatch"]), challenged["SearchString"]) == (["Method"], "POST")
    without = resources("AWS::WAFv2::WebACL", {**REST, "WebAcl": "Own"})["OwnWebAcl"]["Rules"]
    assert {rule["Name"] for rule in without} == set(rules) - {"challenge"}


def test_gateway_errors_of_the_rest_api_are_json_with_cors():
    (api,) = resources("AWS::ApiGateway::RestApi", REST).values()
    answers = api["Body"]["x-amazon-apigateway-gateway-responses"]
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED"} <= set(answers)
    for answer in answers.values():
        assert answer["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
        template = answer["responseTemplates"]["application/json"]
        filled = template.replace("$context.error.messageString", '"m"')
        assert json.loads(filled)["data"]["Error"]["message"] == "m"


def test_a_new_revision_is_a_new_version():
    """A changed description replaces the version, and makes it differ from the last one that was published."""
    resources_ = translated()["Resources"]
    (version,) = [what for what in resources_.values() if what["Type"] == "AWS::Lambda::Version"]
    function = resources_["StartChatContactFunction"]["Properties"]
    for described in (version["Properties"], function):
        assert "${Revision}" in described["Description"]["Fn::Sub"]
    assert version["DeletionPolicy"] == version["UpdateReplacePolicy"] == "Retain"


def test_a_deployment_goes_back_on_alarms_of_its_own():
    (group,) = resources("AWS::CodeDeploy::DeploymentGroup", {}).values()
    names = {alarm["Name"]["Ref"] for alarm in group["AlarmConfiguration"]["Alarms"]}
    assert names == {"DeploymentErrorsAlarm", "DeploymentFaultsAlarm"}
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    (version,) = [name for name, what in translated()["Resources"].items() if what["Type"] == "AWS::Lambda::Version"]
    number = {"Fn::GetAtt": [version, "Version"]}
    alarms = resources("AWS::CloudWatch::Alarm", {})
    for name in names:
        # An alarm that keeps its name would keep its state.
        assert alarms[name]["AlarmName"]["Fn::Sub"][1] == {"Version": number}
        metrics = [one["MetricStat"]["Metric"] for one in alarms[name].get("Metrics", []) if "MetricStat" in one] or [alarms[name]]
        assert all(number in [dimension["Value"] for dimension in metric["Dimensions"]] for metric in metrics)
    (group,) = resources("AWS::CodeDeploy::DeploymentGroup", {"DeploymentType": "AllAtOnce"}).values()
    assert group["AlarmConfiguration"].get("Alarms", []) == []


def test_what_holds_messages_and_logs_is_kept():
    kept = {"AWS::SQS::Queue", "AWS::Logs::LogGroup", "AWS::DynamoDB::Table"}
    for name, what in translated()["Resources"].items():
        if what["Type"] in kept:
            assert what["DeletionPolicy"] == what["UpdateReplacePolicy"] == "Retain", name
            # A name of one's own would keep the stack from being made again.
            names = [what["Properties"].get(one) for one in ("QueueName", "LogGroupName", "TableName")]
            assert names == [None] * 3 or "AWS::StackId" in json.dumps(names), name


def test_a_key_encrypts_every_queue_log_and_table():
    for parameters in ({**MOST, **KEY}, {**REST, **RULE, **KEY}):
        found = render(parameters)["Resources"].values()
        queues = [what["Properties"] for what in found if what["Type"] == "AWS::SQS::Queue"]
        groups = [what["Properties"] for what in found if what["Type"] == "AWS::Logs::LogGroup"]
        assert queues and all(one["KmsMasterKeyId"] == {"Ref": "KmsKeyArn"} and "SqsManagedSseEnabled" not in one for one in queues)
        assert groups and all(one["KmsKeyId"] == {"Ref": "KmsKeyArn"} for one in groups)
    (table,) = resources("AWS::DynamoDB::Table", {**MOST, **KEY}).values()
    assert table["SSESpecification"]["KMSMasterKeyId"] == {"Ref": "KmsKeyArn"}
    (table,) = resources("AWS::DynamoDB::Table", MOST).values()
    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
    without = resources("AWS::SQS::Queue", MOST).values()
    assert all(one["SqsManagedSseEnabled"] is True and "KmsMasterKeyId" not in one for one in without)


def test_every_role_has_path_and_boundary():
    for parameters in (NONE, MOST, REST):
        roles = resources("AWS::IAM::Role", {**parameters, **BOUNDARY}).values()
        assert len(roles) == 2
        for role in roles:
            assert role["Path"] == {"Ref": "RolePath"}
            assert role["PermissionsBoundary"] == {"Ref": "PermissionsBoundary"}


def test_a_batch_stays_hidden_while_it_is_processed():
    queue = resources("AWS::SQS::Queue", MOST)["QueuedEvents"]
    timeout = source()["Resources"]["StartChatContactFunction"]["Properties"]["Timeout"]
    assert queue["VisibilityTimeout"] >= 6 * timeout
    (mapping,) = resources("AWS::Lambda::EventSourceMapping", MOST).values()
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["FailedQueuedEvents", "Arn"]}


def test_every_alarm_notifies_the_topic():
    alarms = resources("AWS::CloudWatch::Alarm", {**MOST, **TOPIC})
    deployments = {"DeploymentErrorsAlarm", "DeploymentFaultsAlarm"}
    for name, alarm in alarms.items():
        expected = None if name in deployments else [{"Ref": "AlarmTopicArn"}]
        assert alarm.get("AlarmActions") == alarm.get("OKActions") == expected, name
        assert alarm["TreatMissingData"] == "notBreaching", name
    for alarm in resources("AWS::CloudWatch::Alarm", MOST).values():
        assert "AlarmActions" not in alarm


@pytest.mark.parametrize("parameters", [NONE, HTTP, MOST, {**REST, **RULE, **BUS}, {**REST, **QUEUE, **TABLE}])
def test_the_dashboard_is_json(parameters):
    (dashboard,) = resources("AWS::CloudWatch::Dashboard", parameters).values()
    text, names = dashboard["DashboardBody"]["Fn::Sub"]
    for name, part in names.items():
        text = text.replace("${" + name + "}", part if isinstance(part, str) else part["Fn::Sub"])
    widgets = json.loads(re.sub(r"\$\{[^}]+\}", "x", text))["widgets"]
    assert len(widgets) == 9 + (parameters["Api"] != "None")
    assert all({"title", "region"} <= set(widget["properties"]) for widget in widgets)


def test_cloudformation_can_read_it():
    """CloudFormation supports neither aliases nor more than 1 MB."""
    text = (ROOT / "template.yaml").read_text()
    assert not [event for event in yaml.parse(text) if isinstance(event, yaml.events.AliasEvent)]
    assert len(text) < 1_000_000


def test_the_application_has_the_version_of_the_crate():
    crate = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
    application = source()["Metadata"]["AWS::ServerlessRepo::Application"]
    assert application["SemanticVersion"] == crate["version"]
    for file in ("LicenseUrl", "ReadmeUrl"):
        assert (ROOT / application[file]).is_file()


def test_every_parameter_is_described_grouped_and_used():
    template = source()
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template["Parameters"]) == sorted(interface["ParameterLabels"])
    text = (ROOT / "template.yaml").read_text()
    assert len(template["Parameters"]) <= 24
    for name, parameter in template["Parameters"].items():
        assert parameter["Description"].endswith("."), name
        assert f"!Ref {name}" in text or "${" + name + "}" in text, name
