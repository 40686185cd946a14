"""What `make doctor` looks at of the bus for results and of the contact table."""

import json
from typing import Optional

from botocore.exceptions import ClientError

from findings import NOTE, OK, WRONG, Context, Finding, code


def result_bus(aws: Context):
    """The bus for results is there, encrypted, the function's alone, and read by somebody."""
    name = aws.deployed.resources.get("ChatResults")
    if not name:
        if "RESULT_BUS" in aws.settings:
            yield Finding(NOTE, "result bus", "RESULT_BUS names a bus that is not the stack's", "Its policy must let in the function's role. ResultBus makes one.")
        return
    events = aws.client("events")
    try:
        bus = events.describe_event_bus(Name=name)
    except ClientError as error:
        if code(error) != "ResourceNotFoundException":
            raise
        yield Finding(WRONG, "result bus", f"{name} is gone: events are not done, and nobody gets their chats", "Set ResultBus to false, deploy, set it back, and deploy again.")
        return
    yield from _key(aws, bus.get("KmsKeyIdentifier"))
    denies = [one for one in json.loads(bus.get("Policy") or "{}").get("Statement", []) if one["Effect"] == "Deny"]
    if not denies:
        yield Finding(NOTE, "result bus", "its policy is gone: others of the account may publish on it, too", "Deploy with another ResultBus, and back.")
    pages = events.get_paginator("list_rules").paginate(EventBusName=name)
    # An archive has a rule that EventBridge manages.
    readers = [rule["Name"] for page in pages for rule in page["Rules"] if "ManagedBy" not in rule and rule["State"] == "ENABLED"]
    if readers:
        yield Finding(OK, "result bus", f"{name}, read by {', '.join(sorted(readers))}")
    else:
        yield Finding(NOTE, "result bus", f"no rule reads {name}: nobody gets the chats", "docs/events.md, Reaching the customer.")


def _key(aws: Context, key: Optional[str]):
    if not key:
        yield Finding(NOTE, "result bus", "is not encrypted with a key of its own", "Somebody changed it. Deploy with another ResultBus, and back.")
        return
    state = aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    if state != "Enabled":
        yield Finding(WRONG, "result bus", f"its key is {state}: EventBridge drops what is published", f"aws kms cancel-key-deletion or enable-key --key-id {key}")


def contact_table(aws: Context):
    """The table is there, and DynamoDB deletes what has expired, encrypts and backs up."""
    name = aws.deployed.resources.get("CustomerChats")
    if not name:
        if "CONTACT_TABLE" in aws.settings:
            yield Finding(NOTE, "contact table", "CONTACT_TABLE names a table that is not the stack's", "The role may not use it. ContactTable makes one.")
        return
    client = aws.client("dynamodb")
    try:
        table = client.describe_table(TableName=name)["Table"]
    except ClientError as error:
        if code(error) != "ResourceNotFoundException":
            raise
        yield Finding(NOTE, "contact table", f"{name} is gone: chats start without it", "Set ContactTable to false, deploy, set it back, and deploy again.")
        return
    faults = []
    if table["TableStatus"] not in ("ACTIVE", "UPDATING"):
        faults.append((f"is {table['TableStatus']}", "If its key cannot be used, enable the key of KmsKeyArn."))
    if [(one["AttributeName"], one["KeyType"]) for one in table["KeySchema"]] != [("customer", "HASH")]:
        faults.append(("has another key than customer", "The function cannot use it. Set ContactTable to false, and back."))
    lives = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if (lives["TimeToLiveStatus"], lives.get("AttributeName")) not in (("ENABLED", "expires"), ("ENABLING", "expires")):
        enable = f"aws dynamodb update-time-to-live --table-name {name} --time-to-live-specification Enabled=true,AttributeName=expires"
        faults.append(("keeps participant tokens: time to live is off", enable))
    if table.get("SSEDescription", {}).get("Status") not in ("ENABLED", "UPDATING"):
        faults.append(("is encrypted with a key of DynamoDB's only", f"aws dynamodb update-table --table-name {name} --sse-specification Enabled=true"))
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    if backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
        enable = f"aws dynamodb update-continuous-backups --table-name {name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
        faults.append(("is not backed up: point-in-time recovery is off", enable))
    for found, fix in faults:
        yield Finding(NOTE, "contact table", f"{name} {found}", fix)
    if not faults:
        yield Finding(OK, "contact table", f"{name}, encrypted, with time to live and recovery")
