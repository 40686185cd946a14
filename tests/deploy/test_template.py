"""The resources of the template."""

import json
import re

import pytest
import tomllib
import yaml

from combinations import ORIGINS, SOURCES, WEB_ACL, everything, flows, representative
from render import FLOW, INSTANCE, ROOT, render, source, translated, value

ALIAS = {"Ref": "StartChatContactFunctionAliaslive"}
MOST = {**SOURCES, "EventQueue": "true", **flows(5)}
CONNECT = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}"


def resources(kind: str, parameters: dict) -> dict:
    """Returns the properties of the resources of one type."""
    found = render(parameters)["Resources"].items()
    return {name: what["Properties"] for name, what in found if what["Type"] == kind}


def statements(parameters: dict) -> dict:
    """Returns the permissions of the function by Sid."""
    role = render(parameters)["Resources"]["FunctionRole"]["Properties"]
    return {one["Sid"]: one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]}


def resolved(node, parameters: dict):
    given = {"InstanceId": INSTANCE, "ContactFlowId": FLOW, **parameters}
    listed = node if isinstance(node, list) else [node]
    return [value(one, given) for one in listed]


@pytest.mark.parametrize("count", range(6))
def test_chats_may_be_started_with_the_configured_flows_only(count):
    start = statements(flows(count))["StartChats"]
    assert start["Action"] == "connect:StartChatContact"
    further = flows(count)["AllowedContactFlowIds"].split(",") if count else []
    expected = [f"{CONNECT}/contact-flow/{flow}" for flow in [FLOW, *further]] + [f"{CONNECT}/contact/*"]
    assert resolved(start["Resource"], flows(count)) == expected


def test_the_function_has_no_other_permission():
    for parameters in ({}, MOST):
        found = statements(parameters)
        actions = {name: one["Action"] for name, one in found.items()}
        queued = {"TakeQueuedEvents"} if parameters else set()
        assert set(actions) == {"StartChats", "ReadNamedContacts", "WriteLogs", "WriteTraces", "SendFailedEvents"} | queued
        assert resolved(found["ReadNamedContacts"]["Resource"], {}) == [f"{CONNECT}/contact/*"]
        assert all("*" not in json.dumps(action) for action in actions.values())
        wild = [name for name, one in found.items() if one["Resource"] == "*"]
        # X-Ray has no resource names.
        assert wild == ["WriteTraces"]


def test_no_partition_region_or_account_is_hard_coded():
    text = (ROOT / "template.yaml").read_text()
    body = text[text.index("\nRules:") :]
    assert not re.search(r"arn:aws[:-]", body)
    assert not re.search(r"\b[a-z]{2}-(north|south|east|west|central|northeast|southeast)-\d\b", body)
    assert "amazonaws.com" not in re.sub(r"Principal.*|Service.*", "", body)


def test_every_event_source_invokes_the_alias():
    for parameters in everything():
        for permission in resources("AWS::Lambda::Permission", parameters).values():
            assert permission["FunctionName"] == ALIAS
            assert "SourceArn" in permission
        for mapping in resources("AWS::Lambda::EventSourceMapping", parameters).values():
            assert mapping["FunctionName"] == ALIAS
        for rule in resources("AWS::Events::Rule", parameters).values():
            target = {"Fn::GetAtt": ["QueuedEvents", "Arn"]} if "EventQueue" in parameters else ALIAS
            assert rule["Targets"][0]["Arn"] == target
    for kind, parameters in (("AWS::ApiGatewayV2::Api", ORIGINS), ("AWS::ApiGateway::RestApi", WEB_ACL)):
        (api,) = resources(kind, parameters).values()
        operations = api["Body"]["paths"]["/chat"]
        assert "post" in operations
        for operation in operations.values():
            assert operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"][1] == {"Alias": ALIAS}


def test_an_api_requires_the_chosen_authorization():
    def post(kind, parameters):
        (api,) = resources(kind, parameters).values()
        return api["Body"]["paths"]["/chat"]["post"], api["Body"].get("components", {}).get("securitySchemes", {})

    for parameters in representative():
        kind = "AWS::ApiGateway::RestApi" if "WebAclArn" in parameters else "AWS::ApiGatewayV2::Api"
        operation, schemes = post(kind, parameters)
        authorization = parameters.get("Authorization", "NONE")
        assert (operation.get("security") == [{"caller": []}]) == (authorization != "NONE"), parameters
        if authorization == "JWT":
            assert schemes["caller"]["x-amazon-apigateway-authorizer"]["type"] == "jwt"
        if authorization == "IAM":
            assert schemes["caller"]["x-amazon-apigateway-authtype"] == "awsSigv4"


def test_a_preflight_needs_no_authorization():
    for parameters in representative():
        kind = "AWS::ApiGateway::RestApi" if "WebAclArn" in parameters else "AWS::ApiGatewayV2::Api"
        (api,) = resources(kind, parameters).values()
        body = api["Body"]
        by_gateway = "x-amazon-apigateway-cors" in body
        assert by_gateway == ("AllowedOrigins" in parameters and "CorsBy" not in parameters and kind.endswith("V2::Api"))
        options = body["paths"]["/chat"].get("options")
        assert (options is None) == by_gateway
        assert options is None or "security" not in options


def test_gateway_errors_of_the_rest_api_are_json_with_cors():
    (api,) = resources("AWS::ApiGateway::RestApi", WEB_ACL).values()
    answers = api["Body"]["x-amazon-apigateway-gateway-responses"]
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED"} <= set(answers)
    for answer in answers.values():
        assert answer["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
        template = answer["responseTemplates"]["application/json"]
        filled = template.replace("$context.error.messageString", '"m"')
        assert json.loads(filled)["data"]["Error"]["message"] == "m"


def test_a_new_setting_is_a_new_version():
    """SAM ignores changed parameters, so the description of the version has to contain them."""
    resources_ = translated()["Resources"]
    (version,) = [what for what in resources_.values() if what["Type"] == "AWS::Lambda::Version"]
    assert version["Properties"]["Description"] == {"Fn::Sub": "Settings ${SettingsVersion}"}
    assert version["DeletionPolicy"] == version["UpdateReplacePolicy"] == "Retain"
    function = source()["Resources"]["StartChatContactFunction"]["Properties"]
    versioned = [function["Environment"], function["Architectures"], function["MemorySize"], function["LoggingConfig"]]
    names = set(re.findall(r'"Ref": "(\w+)"', json.dumps(versioned))) & set(source()["Parameters"])
    content = source()["Resources"]["SettingsVersion"]["Properties"]["Content"]["Fn::Sub"]
    assert set(re.findall(r"\$\{(\w+)\}", content)) == names


def test_a_deployment_is_rolled_back_on_errors():
    (group,) = resources("AWS::CodeDeploy::DeploymentGroup", {}).values()
    alarms = {alarm["Name"]["Ref"] for alarm in group["AlarmConfiguration"]["Alarms"]}
    assert alarms == {"ErrorsAlarm", "FailedChatsAlarm"}
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


def test_a_batch_stays_hidden_while_it_is_processed():
    queue = resources("AWS::SQS::Queue", MOST)["QueuedEvents"]
    timeout = source()["Resources"]["StartChatContactFunction"]["Properties"]["Timeout"]
    assert queue["VisibilityTimeout"] >= 6 * timeout
    (mapping,) = resources("AWS::Lambda::EventSourceMapping", MOST).values()
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["FailedQueuedEvents", "Arn"]}


def test_every_alarm_notifies_the_topic():
    notified = {"AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:on-call", **MOST}
    alarms = resources("AWS::CloudWatch::Alarm", notified)
    assert len(alarms) == 13
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopicArn"}], name
        assert alarm["TreatMissingData"] == "notBreaching", name
    for alarm in resources("AWS::CloudWatch::Alarm", MOST).values():
        assert "AlarmActions" not in alarm


@pytest.mark.parametrize("parameters", [{}, MOST, WEB_ACL, {**WEB_ACL, **MOST}])
def test_the_dashboard_is_json(parameters):
    (dashboard,) = resources("AWS::CloudWatch::Dashboard", parameters).values()
    text, names = dashboard["DashboardBody"]["Fn::Sub"]
    for name, part in names.items():
        text = text.replace("${" + name + "}", part if isinstance(part, str) else part["Fn::Sub"])
    widgets = json.loads(re.sub(r"\$\{[^}]+\}", "x", text))["widgets"]
    assert len(widgets) == 10
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
    for name, parameter in template["Parameters"].items():
        assert parameter["Description"].endswith("."), name
        assert f"!Ref {name}" in text or "${" + name + "}" in text, name
