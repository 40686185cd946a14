"""A rule and a queue by which the smoke test hears what a stack publishes."""

import json
import time
from typing import Optional

from botocore.exceptions import BotoCoreError, ClientError


class Listener:
    """Reads a bus from `open` to `close`. What it makes has the name of the stack and of the test."""

    def __init__(self, session, bus_arn: str, name: str):
        self.events, self.sqs = session.client("events"), session.client("sqs")
        self.bus, self.name = bus_arn.split("/", 1)[1], name
        self.queue, self.since = "", 0.0
        self.heard: list[dict] = []

    def open(self):
        """Makes queue, rule and target."""
        # What is heard has participant tokens, so it is encrypted and soon gone.
        attributes = {"MessageRetentionPeriod": "600", "SqsManagedSseEnabled": "true"}
        self.queue = self.sqs.create_queue(QueueName=self.name, Attributes=attributes)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        pattern = json.dumps({"source": ["start-chat-contact"]})
        rule = self.events.put_rule(Name=self.name, EventBusName=self.bus, EventPattern=pattern)["RuleArn"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={"Policy": policy})
        answer = self.events.put_targets(Rule=self.name, EventBusName=self.bus, Targets=[{"Id": "queue", "Arn": arn}])
        if answer["FailedEntryCount"]:
            raise OSError(str(answer["FailedEntries"][0]))
        self.since = time.monotonic()

    def find(self, cause: dict) -> Optional[dict]:
        """What was published because of an event or a message, if it has been."""
        got = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in got:
            self.heard.append(json.loads(message["Body"])["detail"])
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        for detail in self.heard:
            if cause.items() <= detail["cause"].items():
                return detail
        return None

    def close(self) -> list[str]:
        """Deletes what was made. Returns what could not be."""
        steps = [
            ("target", lambda: self.events.remove_targets(Rule=self.name, EventBusName=self.bus, Ids=["queue"])),
            ("rule", lambda: self.events.delete_rule(Name=self.name, EventBusName=self.bus)),
            ("queue", lambda: self.queue and self.sqs.delete_queue(QueueUrl=self.queue)),
        ]
        left = []
        for what, delete in steps:
            try:
                delete()
            except (BotoCoreError, ClientError) as error:
                code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
                if code != "ResourceNotFoundException":
                    left.append(f"{what} {self.name}: {error}")
        return left
