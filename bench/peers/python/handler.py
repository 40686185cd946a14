"""The chat back end as one writes it for Python, with AWS's SDK."""

import json
import os

import boto3

connect = boto3.client("connect")
MEMBERS = ("ParticipantDetails", "Attributes", "InitialMessage", "SupportedMessagingContentTypes")


def handler(event, context):
    request = json.loads(event["body"])
    given = {name: request[name] for name in MEMBERS if name in request}
    result = connect.start_chat_contact(
        InstanceId=os.environ["INSTANCE_ID"],
        ContactFlowId=os.environ["CONTACT_FLOW_ID"],
        **given,
    )
    print(json.dumps({"message": "chat", "contactId": result["ContactId"]}))
    names = ("ContactId", "ParticipantId", "ParticipantToken")
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"data": {"startChatResult": {name: result[name] for name in names}}}),
    }
