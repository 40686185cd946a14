"""Creates the resources of a rendered template in moto, which is AWS in memory.

Properties go to the same API that CloudFormation would call, under the same
names, so that botocore checks their types and moto what AWS checks of them.
"""

import io
import json
import re
import zipfile

import boto3
from botocore import xform_name

from render import PSEUDO, value

CODE = {"S3Bucket": "bucket", "S3Key": "key"}


class Stack:
    """The resources of one rendered template, each created when another first refers to it."""

    def __init__(self, template: dict, name: str = "chat"):
        self.name = name
        self.resources = template["Resources"]
        self.parameters = {key: str(what.get("Default", "")) for key, what in template["Parameters"].items()}
        stack_id = f"arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/a1b2c3d4-5678-90ab-cdef-666666666666"
        self.pseudo = {**PSEUDO, "AWS::StackName": name, "AWS::StackId": stack_id, "AWS::URLSuffix": "amazonaws.com"}
        self.refs: dict[str, str] = {}
        self.attributes: dict[str, dict] = {}

    def create(self):
        """Creates everything; of a type that nobody here knows, nothing."""
        for name in self.resources:
            self.ref(name)
        return self

    def ref(self, name: str) -> str:
        """What Ref gives for a resource, a parameter or a pseudo parameter."""
        known = {**self.pseudo, **self.parameters}
        if name in known:
            return known[name]
        if name not in self.refs:
            resource = self.resources[name]
            self.refs[name], self.attributes[name] = MAKERS[resource["Type"]](self, name, self.resolve(resource["Properties"]))
        return self.refs[name]

    def attribute(self, name: str, attribute: str) -> str:
        """What Fn::GetAtt gives."""
        self.ref(name)
        return self.attributes[name][attribute]

    def resolve(self, node):
        """The node with the values of all its functions."""
        if isinstance(node, list):
            return [self.resolve(one) for one in node]
        if not isinstance(node, dict):
            return node
        if set(node) == {"Ref"}:
            return self.ref(node["Ref"])
        if set(node) == {"Fn::GetAtt"}:
            what = node["Fn::GetAtt"]
            return self.attribute(*(what if isinstance(what, list) else what.split(".", 1)))
        if set(node) == {"Fn::Sub"}:
            text, names = node["Fn::Sub"] if isinstance(node["Fn::Sub"], list) else (node["Fn::Sub"], {})
            given = {name: self.resolve(one) for name, one in names.items()}
            return re.sub(r"\$\{([^!}]+)\}", lambda found: str(self._named(found.group(1), given)), text)
        if len(node) == 1 and next(iter(node)).startswith("Fn::"):
            (how, what), = node.items()
            return value({how: self.resolve(what)}, self.pseudo)
        return {key: self.resolve(one) for key, one in node.items()}

    def _named(self, name: str, given: dict) -> str:
        if name in given:
            return given[name]
        return self.attribute(*name.split(".", 1)) if "." in name else self.ref(name)


def call(service: str, operation: str, **properties):
    """Calls an operation with properties as CloudFormation has them: numbers and booleans may be text."""
    client = boto3.client(service)
    model = client.meta.service_model.operation_model(operation)
    return getattr(client, xform_name(operation))(**coerce(model.input_shape, properties))


def coerce(shape, given):
    """The value in the types of the API's model, without members that the model does not have in this place."""
    if shape.type_name == "structure" and isinstance(given, dict):
        return {key: coerce(shape.members[key], one) if key in shape.members else one for key, one in given.items()}
    if shape.type_name == "list" and isinstance(given, list):
        return [coerce(shape.member, one) for one in given]
    if shape.type_name == "map" and isinstance(given, dict):
        return {key: coerce(shape.value, one) for key, one in given.items()}
    if shape.type_name in ("integer", "long"):
        return int(given)
    if shape.type_name in ("double", "float"):
        return float(given)
    if shape.type_name == "boolean":
        return given in (True, "true")
    if shape.type_name == "string" and not isinstance(given, str):
        return json.dumps(given)
    if shape.type_name == "blob" and isinstance(given, str):
        return given.encode()
    return given


def lower_first(properties: dict) -> dict:
    """Some services spell the members of their API with a small first letter."""
    return {key[0].lower() + key[1:]: one for key, one in properties.items()}


def role(stack, name, properties):
    policies, managed = properties.pop("Policies", []), properties.pop("ManagedPolicyArns", [])
    role_name = f"{stack.name}-{name}"
    made = call("iam", "CreateRole", RoleName=role_name, **properties)["Role"]
    for policy in policies:
        call("iam", "PutRolePolicy", RoleName=role_name, **policy)
    for arn in managed:
        call("iam", "AttachRolePolicy", RoleName=role_name, PolicyArn=arn)
    return role_name, {"Arn": made["Arn"]}


def queue(stack, name, properties):
    attributes = {key: one if isinstance(one, str) else json.dumps(one) for key, one in properties.items()}
    url = call("sqs", "CreateQueue", QueueName=f"{stack.name}-{name}", Attributes=attributes)["QueueUrl"]
    arn = call("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, {"Arn": arn, "QueueName": f"{stack.name}-{name}"}


def queue_policy(stack, name, properties):
    for url in properties["Queues"]:
        call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": json.dumps(properties["PolicyDocument"])})
    return name, {}


def log_group(stack, name, properties):
    group = properties.pop("LogGroupName", f"{stack.name}-{name}")
    days = properties.pop("RetentionInDays")
    call("logs", "CreateLogGroup", logGroupName=group, **lower_first(properties))
    call("logs", "PutRetentionPolicy", logGroupName=group, retentionInDays=days)
    return group, {"Arn": f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"}


def metric_filter(stack, name, properties):
    transformations = [lower_first(one) for one in properties.pop("MetricTransformations")]
    for one in transformations:
        if "dimensions" in one:
            one["dimensions"] = {dimension["Key"]: dimension["Value"] for dimension in one["dimensions"]}
    call("logs", "PutMetricFilter", filterName=name, metricTransformations=transformations, **lower_first(properties))
    return name, {}


def alarm(stack, name, properties):
    properties.setdefault("AlarmName", f"{stack.name}-{name}")
    call("cloudwatch", "PutMetricAlarm", **properties)
    return properties["AlarmName"], {}


def dashboard(stack, name, properties):
    call("cloudwatch", "PutDashboard", **properties)
    return properties["DashboardName"], {}


def rule(stack, name, properties):
    targets, bus = properties.pop("Targets"), properties["EventBusName"]
    arn = call("events", "PutRule", Name=name, **properties)["RuleArn"]
    call("events", "PutTargets", Rule=name, EventBusName=bus, Targets=targets)
    return name, {"Arn": arn}


def bus(stack, name, properties):
    tags = properties.pop("Tags")
    return properties["Name"], {"Arn": call("events", "CreateEventBus", **properties, Tags=tags)["EventBusArn"]}


def bus_policy(stack, name, properties):
    """Statements are added to the policy of the bus, which the API takes as a whole."""
    statement = {"Sid": properties["StatementId"], **properties["Statement"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    call("events", "PutPermission", EventBusName=properties["EventBusName"], Policy=policy)
    return name, {}


def archive(stack, name, properties):
    properties["EventSourceArn"] = properties.pop("SourceArn")
    made = call("events", "CreateArchive", ArchiveName=f"{stack.name}-{name}", **properties)
    return f"{stack.name}-{name}", {"Arn": made["ArchiveArn"]}


def key(stack, name, properties):
    policy, rotates = properties.pop("KeyPolicy"), properties.pop("EnableKeyRotation")
    tags = [{"TagKey": one["Key"], "TagValue": one["Value"]} for one in properties.pop("Tags")]
    made = call("kms", "CreateKey", Policy=policy, Tags=tags, **properties)["KeyMetadata"]
    if rotates:
        call("kms", "EnableKeyRotation", KeyId=made["KeyId"])
    return made["KeyId"], {"Arn": made["Arn"]}


def table(stack, name, properties):
    table_name = f"{stack.name}-{name}"
    lives, recovers = properties.pop("TimeToLiveSpecification"), properties.pop("PointInTimeRecoverySpecification")
    encrypts = properties.pop("SSESpecification")
    encrypts["Enabled"] = encrypts.pop("SSEEnabled")
    made = call("dynamodb", "CreateTable", TableName=table_name, SSESpecification=encrypts, **properties)
    call("dynamodb", "UpdateTimeToLive", TableName=table_name, TimeToLiveSpecification=lives)
    call("dynamodb", "UpdateContinuousBackups", TableName=table_name, PointInTimeRecoverySpecification=recovers)
    return table_name, {"Arn": made["TableDescription"]["TableArn"]}


def function(stack, name, properties):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("bootstrap", "#!/bin/sh\n")
    properties["Code"] = {"ZipFile": archive.getvalue()}
    properties["Tags"] = {one["Key"]: one["Value"] for one in properties.pop("Tags")}
    reserved = properties.pop("ReservedConcurrentExecutions", None)
    made = call("lambda", "CreateFunction", FunctionName=stack.name, **properties)
    if reserved is not None:
        call("lambda", "PutFunctionConcurrency", FunctionName=stack.name, ReservedConcurrentExecutions=reserved)
    return stack.name, {"Arn": made["FunctionArn"]}


def version(stack, name, properties):
    made = call("lambda", "PublishVersion", **properties)
    return made["FunctionArn"], {"Version": made["Version"]}


def alias(stack, name, properties):
    properties.pop("ProvisionedConcurrencyConfig", None)
    return call("lambda", "CreateAlias", **properties)["AliasArn"], {}


def invoke_config(stack, name, properties):
    destination = properties["DestinationConfig"]
    call("lambda", "PutFunctionEventInvokeConfig", FunctionName=properties["FunctionName"], DestinationConfig=destination)
    return name, {}


def permission(stack, name, properties):
    arn = properties.pop("FunctionName")
    function_name, qualifier = arn.split(":")[-2:]
    call("lambda", "AddPermission", FunctionName=function_name, Qualifier=qualifier, StatementId=name, **properties)
    return name, {}


def mapping(stack, name, properties):
    made = call("lambda", "CreateEventSourceMapping", **properties)
    return made["UUID"], {}


def http_api(stack, name, properties):
    body = properties["Body"]
    made = call("apigatewayv2", "CreateApi", Name=body["info"]["title"], ProtocolType="HTTP")
    call("apigatewayv2", "ReimportApi", ApiId=made["ApiId"], Body=json.dumps(body), FailOnWarnings=properties["FailOnWarnings"])
    return made["ApiId"], {"ApiEndpoint": f"https://{made['ApiId']}.execute-api.us-east-1.amazonaws.com"}


def http_stage(stack, name, properties):
    call("apigatewayv2", "CreateStage", **properties)
    return properties["StageName"], {}


def rest_api(stack, name, properties):
    made = call("apigateway", "ImportRestApi", body=json.dumps(properties["Body"]).encode(), failOnWarnings=True)
    return made["id"], {}


def rest_deployment(stack, name, properties):
    made = call("apigateway", "CreateDeployment", restApiId=properties["RestApiId"])
    return made["id"], {}


def rest_stage(stack, name, properties):
    named = {"stageName": properties["StageName"], "tracingEnabled": properties["TracingEnabled"]}
    call("apigateway", "CreateStage", restApiId=properties["RestApiId"], deploymentId=properties["DeploymentId"], **named)
    return properties["StageName"], {}


def web_acl(stack, name, properties):
    made = call("wafv2", "CreateWebACL", Name=f"{stack.name}-{name}", **properties)["Summary"]
    return f"{made['Name']}|{made['Id']}|REGIONAL", {"Arn": made["ARN"]}


def web_acl_association(stack, name, properties):
    return name, properties


def deployment_application(stack, name, properties):
    call("codedeploy", "CreateApplication", applicationName=stack.name, **lower_first(properties))
    return stack.name, {}


def deployment_group(stack, name, properties):
    alarms = properties["AlarmConfiguration"].get("Alarms", [])
    call(
        "codedeploy",
        "CreateDeploymentGroup",
        applicationName=properties["ApplicationName"],
        deploymentGroupName=name,
        serviceRoleArn=properties["ServiceRoleArn"],
        alarmConfiguration={"enabled": bool(alarms), "alarms": [lower_first(one) for one in alarms]},
    )
    return name, {}


MAKERS = {
    "AWS::ApiGateway::Deployment": rest_deployment,
    "AWS::ApiGateway::RestApi": rest_api,
    "AWS::ApiGateway::Stage": rest_stage,
    "AWS::ApiGatewayV2::Api": http_api,
    "AWS::ApiGatewayV2::Stage": http_stage,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::Dashboard": dashboard,
    "AWS::CodeDeploy::Application": deployment_application,
    "AWS::CodeDeploy::DeploymentGroup": deployment_group,
    "AWS::DynamoDB::Table": table,
    "AWS::Events::Archive": archive,
    "AWS::Events::EventBus": bus,
    "AWS::Events::EventBusPolicy": bus_policy,
    "AWS::Events::Rule": rule,
    "AWS::IAM::Role": role,
    "AWS::KMS::Key": key,
    "AWS::Lambda::Alias": alias,
    "AWS::Lambda::EventInvokeConfig": invoke_config,
    "AWS::Lambda::EventSourceMapping": mapping,
    "AWS::Lambda::Function": function,
    "AWS::Lambda::Permission": permission,
    "AWS::Lambda::Version": version,
    "AWS::Logs::LogGroup": log_group,
    "AWS::Logs::MetricFilter": metric_filter,
    "AWS::SQS::Queue": queue,
    "AWS::SQS::QueuePolicy": queue_policy,
    "AWS::WAFv2::WebACL": web_acl,
    "AWS::WAFv2::WebACLAssociation": web_acl_association,
}
