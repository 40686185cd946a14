"""What `make doctor` looks at. Nothing here changes anything."""

import json
import re
import urllib.error
import urllib.request

import yaml
from botocore.exceptions import BotoCoreError, ClientError

from findings import NOTE, OK, WRONG, Context, Finding, code
from stacks import ROOT, command, settings, text
from stores import contact_table, result_bus

# What Amazon Connect calls a flow that a chat can start with.
STARTS_CHATS = "CONTACT_FLOW"
START_RATE, CONCURRENT_CHATS = "L-AA48CD49", "L-D4BA6F6E"


def instance(aws: Context):
    """The instance exists and is active."""
    try:
        found = aws.client("connect").describe_instance(InstanceId=aws.instance)["Instance"]
    except ClientError as error:
        if code(error) != "ResourceNotFoundException":
            raise
        yield Finding(WRONG, "instance", f"{aws.instance} is not in {aws.file.region}", "Correct Region or InstanceId.")
        return
    status = found.get("InstanceStatus")
    if status == "ACTIVE":
        yield Finding(OK, "instance", f"{found.get('InstanceAlias', aws.instance)} is active")
    else:
        yield Finding(WRONG, "instance", f"status {status}", "Wait until it is active, or see its events in the Amazon Connect console.")


def chat_channel(aws: Context):
    """Some routing profile takes chats, or no agent ever gets one."""
    connect = aws.client("connect")
    pages = connect.get_paginator("list_routing_profiles").paginate(InstanceId=aws.instance)
    for one in (profile for page in pages for profile in page["RoutingProfileSummaryList"]):
        profile = connect.describe_routing_profile(InstanceId=aws.instance, RoutingProfileId=one["Id"])["RoutingProfile"]
        if any(media["Channel"] == "CHAT" for media in profile.get("MediaConcurrencies", [])):
            yield Finding(OK, "chat", f"agents of routing profile {one['Name']} take chats")
            return
    yield Finding(WRONG, "chat", "no routing profile has the channel chat", "Add chat to a routing profile of your agents: Users, Routing profiles.")


def flows(aws: Context):
    """Each flow exists, is published, and is of a type that a chat can start."""
    for flow in aws.flows:
        try:
            found = aws.client("connect").describe_contact_flow(InstanceId=aws.instance, ContactFlowId=flow)["ContactFlow"]
        except ClientError as error:
            if code(error) == "ContactFlowNotPublishedException":
                yield Finding(WRONG, f"flow {flow}", "was never published", "Publish it in the flow designer.")
            elif code(error) == "ResourceNotFoundException":
                yield Finding(WRONG, f"flow {flow}", "is not in the instance", "Correct ContactFlowIds.")
            else:
                raise
            continue
        about = f"flow {found['Name']}"
        if found["Type"] != STARTS_CHATS:
            yield Finding(WRONG, about, f"is of type {found['Type']}", "Chats start with inbound flows (CONTACT_FLOW) only.")
        elif found.get("State") == "ARCHIVED":
            yield Finding(WRONG, about, "is archived", "Unarchive it.")
        elif found.get("Status") == "SAVED":
            yield Finding(WRONG, about, "is saved and not published", "Publish it in the flow designer.")
        else:
            yield Finding(OK, about, "is published")


def attachments(aws: Context):
    """ATTACHMENTS says what the instance can."""
    configured = aws.client("connect").list_instance_storage_configs(InstanceId=aws.instance, ResourceType="ATTACHMENTS")
    stored, told = bool(configured["StorageConfigs"]), aws.settings.get("ATTACHMENTS") == "true"
    if stored == told:
        yield Finding(OK, "attachments", "enabled in both" if stored else "enabled in neither instance nor settings")
    elif told:
        yield Finding(NOTE, "attachments", "the instance has none", "Enable them in the instance (Data storage), or remove ATTACHMENTS.")
    else:
        yield Finding(NOTE, "attachments", "the instance has them, clients offer none", "Set ATTACHMENTS: true in Settings.")


def quotas(aws: Context):
    """The API's throttle stays below the rate at which the account may start chats."""
    quota = aws.client("service-quotas").get_service_quota
    rate = quota(ServiceCode="connect", QuotaCode=START_RATE)["Quota"]["Value"]
    throttle = int(aws.file.get("Throttling").split(",")[0])
    if aws.file.get("Api") != "None" and throttle > rate:
        yield Finding(NOTE, "start rate", f"the API accepts {throttle} requests per second, the account starts {rate:g} chats", f"Lower Throttling, or raise quota {START_RATE}.")
    else:
        yield Finding(OK, "start rate", f"the account starts {rate:g} chats per second")
    chats = quota(ServiceCode="connect", QuotaCode=CONCURRENT_CHATS)["Quota"]["Value"]
    yield Finding(OK, "concurrent chats", f"{chats:g} per instance by quota {CONCURRENT_CHATS}")


def approved_origins(aws: Context):
    """The origins of pages are approved in the instance, for those with the hosted widget."""
    wanted = {one for one in aws.file.get("AllowedOrigins").split(",") if one.startswith("https://")}
    if not wanted:
        return
    pages = aws.client("connect").get_paginator("list_approved_origins").paginate(InstanceId=aws.instance)
    missing = wanted - {origin.rstrip("/") for page in pages for origin in page["Origins"]}
    if missing:
        yield Finding(NOTE, "approved origins", f"without {', '.join(sorted(missing))}", "Only pages with Amazon Connect's hosted widget need it: Approved origins.")
    else:
        yield Finding(OK, "approved origins", "all origins are approved")


def role(aws: Context):
    """The role may start these flows, and no others."""
    iam, name = aws.client("iam"), aws.deployed.resources["FunctionRole"]
    arn = iam.get_role(RoleName=name)["Role"]["Arn"]
    account = arn.split(":")[4]
    prefix = f"arn:{arn.split(':')[1]}:connect:{aws.file.region}:{account}:instance/{aws.instance}"
    other = f"{prefix}/contact-flow/00000000-0000-0000-0000-000000000000"
    wanted = {f"{prefix}/contact-flow/{flow}": True for flow in aws.flows} | {other: False}
    decided = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["connect:StartChatContact"], ResourceArns=list(wanted))
    results = {}
    for one in decided["EvaluationResults"]:
        for specific in one.get("ResourceSpecificResults") or [{"EvalResourceName": one["EvalResourceName"], "EvalResourceDecision": one["EvalDecision"]}]:
            results[specific["EvalResourceName"]] = specific["EvalResourceDecision"] == "allowed"
    refused = [resource.rsplit("/", 1)[1] for resource, may in wanted.items() if may and not results.get(resource)]
    if refused:
        yield Finding(WRONG, "role", f"may not start {', '.join(refused)}", "Deploy again; else see the permissions boundary and service control policies.")
    elif results.get(other):
        yield Finding(NOTE, "role", "may start any flow", f"Somebody widened {name}. Remove what the template does not have.")
    else:
        yield Finding(OK, "role", "may start these flows and no others")


def stack(aws: Context):
    """The stack is in a state that can be deployed, and has what the file says."""
    status = aws.deployed.status
    if status.endswith("_COMPLETE") and "ROLLBACK" not in status:
        yield Finding(OK, "stack", status)
    elif status in ("ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED"):
        yield Finding(WRONG, "stack", status, "Delete the stack, correct the cause that its events name, and deploy again.")
    else:
        yield Finding(NOTE, "stack", status, "Its events name the cause of a rollback.")
    differing = sorted(name for name in aws.file.parameters if not _is_deployed(aws, name))
    if differing:
        yield Finding(NOTE, "file", f"not deployed yet: {', '.join(differing)}", command("deploy", aws.file.name))


def _is_deployed(aws: Context, name: str) -> bool:
    deployed = aws.deployed.parameters.get(name)
    if name != "Settings":
        return deployed == aws.file.parameters[name]
    return {key: text(value) for key, value in json.loads(deployed or "{}").items()} == aws.settings


def function(aws: Context):
    """The alias serves a version that starts."""
    name = aws.deployed.outputs["FunctionName"]
    found = aws.client("lambda").get_function_configuration(FunctionName=name, Qualifier="live")
    if found.get("State", "Active") not in ("Active", "Inactive"):
        yield Finding(WRONG, "function", f"{found['State']}: {found.get('StateReason', '')}", "Deploy again.")
    else:
        yield Finding(OK, "function", f"version {found['Version']}, {found['Architectures'][0]}, {found['Description']}")
    alias = aws.client("lambda").get_alias(FunctionName=name, Name="live")
    shifting = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights")
    (version,) = [arn.rsplit(":", 1)[1] for name_, arn in aws.deployed.resources.items() if name_.startswith("StartChatContactFunctionVersion")]
    if not shifting and alias["FunctionVersion"] != version:
        move = f"aws lambda update-alias --function-name {name} --name live --function-version {version}"
        yield Finding(NOTE, "alias", f"serves version {alias['FunctionVersion']}, the stack deployed {version}", f"Before you deploy again: {move}")
    if shifting:
        yield Finding(NOTE, "deployment", f"callers are moving to version {', '.join(shifting)}", "Wait until it is done before you deploy again.")


def log_group(aws: Context):
    """The log group is there."""
    name = aws.deployed.outputs["LogGroupName"]
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    if any(group["logGroupName"] == name for group in groups):
        yield Finding(OK, "log", name)
    else:
        yield Finding(NOTE, "log", f"{name} is missing; the alarms see nothing", "Deploy with another LogRetentionDays, which makes it again.")


def alarms(aws: Context):
    """The alarms are there and quiet, and somebody hears them."""
    names = {name: physical for name, physical in aws.deployed.resources.items() if name.endswith("Alarm")}
    found = {}
    for batch in _batches(list(names.values()), 100):
        found |= {one["AlarmName"]: one["StateValue"] for one in aws.client("cloudwatch").describe_alarms(AlarmNames=batch)["MetricAlarms"]}
    missing = sorted(name for name, physical in names.items() if physical not in found)
    loud = sorted(name for name, physical in names.items() if found.get(physical) == "ALARM")
    if missing:
        yield Finding(NOTE, "alarms", f"missing: {', '.join(missing)}", "Deploy again.")
    if loud:
        yield Finding(NOTE, "alarms", f"in alarm: {', '.join(loud)}", "docs/operations.md says what each means.")
    if not missing and not loud:
        yield Finding(OK, "alarms", f"{len(names)}, none in alarm")
    yield from _subscriptions(aws)


def _subscriptions(aws: Context):
    topic = aws.file.get("AlarmTopicArn")
    if not topic:
        yield Finding(NOTE, "alarm topic", "none: the alarms notify nobody", "Set AlarmTopicArn.")
        return
    try:
        pages = list(aws.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic))
    except ClientError as error:
        if code(error) not in ("NotFound", "NotFoundException"):
            raise
        yield Finding(NOTE, "alarm topic", f"{topic} does not exist", "Correct AlarmTopicArn.")
        return
    arns = [one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]]
    confirmed = [arn for arn in arns if arn.startswith("arn:")]
    if confirmed:
        yield Finding(OK, "alarm topic", f"{len(confirmed)} confirmed subscriptions")
    else:
        yield Finding(NOTE, "alarm topic", f"{len(arns)} subscriptions, none confirmed", "Subscribe somebody, and follow the link in the message.")


def dead_letters(aws: Context):
    """The queues of dead letters are empty."""
    for name in ("FailedEventQueue", "UndeliveredEventQueue", "FailedQueuedEvents"):
        url = aws.deployed.resources.get(name)
        if not url:
            continue
        attributes = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
        count = int(attributes["ApproximateNumberOfMessages"])
        if count:
            yield Finding(NOTE, "dead letters", f"{count} in {name}", "docs/operations.md, Replaying dead letters.")
        else:
            yield Finding(OK, "dead letters", f"none in {name}")


def fetch_json(url: str) -> dict:
    """The JSON at an https URL."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())


def issuer(aws: Context, fetch=fetch_json):
    """The issuer of the tokens answers as API Gateway will ask it, and the audience is one of its clients."""
    url = aws.file.get("Authorization")
    if not url.startswith("https://"):
        return
    try:
        document = fetch(f"{url.rstrip('/')}/.well-known/openid-configuration")
        keys = fetch(document["jwks_uri"])["keys"]
    except (urllib.error.URLError, OSError, ValueError, KeyError) as error:
        yield Finding(WRONG, "issuer", f"{url}: {error}", "Correct Authorization; it needs /.well-known/openid-configuration and its jwks_uri.")
        return
    if document.get("issuer") != url:
        yield Finding(WRONG, "issuer", f"calls itself {document.get('issuer')}", "Authorization must be the issuer letter by letter: every token is refused.")
    elif not any(key.get("kty") == "RSA" for key in keys):
        yield Finding(WRONG, "issuer", "has no RSA key", "API Gateway takes RSA signatures only.")
    else:
        yield Finding(OK, "issuer", f"answers, {len(keys)} keys")
    yield from _audience(aws, url)


def _audience(aws: Context, url: str):
    pool = re.search(r"^https://cognito-idp\.[^/]+/([^/]+)$", url)
    if not pool:
        return
    for client in filter(None, aws.file.get("JwtAudience").split(",")):
        try:
            aws.client("cognito-idp").describe_user_pool_client(UserPoolId=pool.group(1), ClientId=client)
        except ClientError as error:
            if code(error) != "ResourceNotFoundException":
                raise
            yield Finding(WRONG, "audience", f"{client} is no app client of {pool.group(1)}", "Correct JwtAudience: the client's id, not its name.")
        else:
            yield Finding(OK, "audience", f"{client} is an app client")


def known_settings(aws: Context):
    """Every setting is one that the function knows."""
    unknown = sorted(set(aws.settings) - settings())
    if unknown:
        yield Finding(WRONG, "settings", f"unknown: {', '.join(unknown)}", "The function does not start with them. docs/settings.md lists all.")
    else:
        yield Finding(OK, "settings", f"{len(aws.settings)}, all known")


def concurrency(aws: Context):
    """Reserved concurrency leaves the account what it must keep."""
    reserved = aws.file.get("Concurrency").split(",")[0]
    if not reserved or aws.deployed:
        return
    left = aws.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    if left - int(reserved) < 100:
        yield Finding(WRONG, "concurrency", f"{left} are left in the account, which must keep 100", "Lower Concurrency, or raise the account's limit.")
    else:
        yield Finding(OK, "concurrency", f"{left} are left in the account")


def model(aws: Context):
    """The function knows every member of the newest StartChatContact."""
    shape = aws.client("connect").meta.service_model.operation_model("StartChatContact").input_shape
    document = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())
    known = _members(document)
    newer = sorted(set(shape.members) - known)
    if newer:
        yield Finding(NOTE, "API", f"StartChatContact has new members: {', '.join(newer)}", "The function ignores them. Look for a newer release.")
    else:
        yield Finding(OK, "API", f"all {len(shape.members)} members of StartChatContact are known")


def _members(node) -> set[str]:
    """The names of all properties in an OpenAPI document."""
    if isinstance(node, dict):
        own = set(node["properties"]) if isinstance(node.get("properties"), dict) else set()
        return own.union(*(_members(one) for one in node.values()))
    return set().union(*(_members(one) for one in node)) if isinstance(node, list) else set()


def _batches(items: list, size: int):
    for start in range(0, len(items), size):
        yield items[start : start + size]


BEFORE = [known_settings, instance, chat_channel, flows, attachments, approved_origins, quotas, concurrency, issuer, model]
AFTER = [stack, function, role, log_group, alarms, dead_letters, result_bus, contact_table]
UNREACHABLE = (BotoCoreError, ClientError)
