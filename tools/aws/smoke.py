"""Starts one real chat by each way that a stack offers: `make smoke`, or `./smoke` of a release.

Each chat is ended at once, so that no agent is rung.
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Optional

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError

from results import Listener
from stacks import Deployed, Faulty, StackFile, command

NAME = "Smoke test"
MARK = "smokeTest"


class Failed(Exception):
    """A step that did not do what it should, and why."""


class Skipped(Exception):
    """A step that this stack does not offer, or that cannot be tried from here."""


@dataclass
class Row:
    """One line of the report."""

    way: str
    step: str
    result: str
    detail: str = ""


class Smoke:
    """A deployed stack, and the chats that were started with it."""

    def __init__(self, session, deployed: Deployed, token: str = "", patience: float = 120, pause: float = 3, settle: float = 30):
        self.session, self.deployed, self.token = session, deployed, token
        self.patience, self.pause, self.settle = patience, pause, settle
        self.listener: Optional[Listener] = None
        self.began = datetime.now(timezone.utc)
        self.rows: list[Row] = []

    def run(self) -> list[Row]:
        """Tries every way; a failed step ends its way only."""
        try:
            self.listen()
            self.ways()
        finally:
            self.stop_listening()
        if any(row.result == "ok" for row in self.rows):
            self.step("all", "metric", self.metric)
        return self.rows

    def listen(self):
        """Opens a listener on the bus for results, if there is one. A new rule takes a while to work."""
        bus = self.deployed.outputs.get("ResultBusArn")
        if bus:
            self.listener = Listener(self.session, bus, f"{self.deployed.name[:40]}-smoke-{uuid.uuid4().hex[:8]}")
            try:
                self.listener.open()
            except (BotoCoreError, ClientError, OSError) as error:
                self.rows.append(Row("results", "listen", "FAILED", str(error)))
                self.stop_listening()

    def stop_listening(self):
        """Closes the listener, and reports what it could not delete."""
        for left in self.listener.close() if self.listener else []:
            self.rows.append(Row("results", "clean up", "FAILED", left))
        self.listener = None

    def ways(self):
        """Tries one way after the other."""
        ways = [("HTTP", self.http), ("direct", self.direct), ("table", self.table), ("event", self.event), ("queue", self.queue)]
        for way, steps in ways:
            try:
                steps(way)
            except Skipped as skipped:
                self.rows.append(Row(way, "", "skipped", str(skipped)))
            except Failed as failed:
                self.rows.append(Row(way, "", "FAILED", str(failed)))
            except (BotoCoreError, ClientError, OSError, ValueError, KeyError) as error:
                self.rows.append(Row(way, "", "FAILED", f"{type(error).__name__}: {error}"))

    def step(self, way: str, name: str, action, *arguments):
        """Does one step and notes that it worked; a step that fails ends its way."""
        try:
            result = action(*arguments)
        except (Failed, BotoCoreError, ClientError, OSError) as failed:
            if name != "metric":
                raise Failed(f"{name}: {failed}") from None
            self.rows.append(Row(way, name, "FAILED", str(failed)))
            return None
        self.rows.append(Row(way, name, "ok", result if isinstance(result, str) else ""))
        return result

    # ---- The ways ----

    def http(self, way: str):
        """A web client's request, repeated with the same key."""
        if "Endpoint" not in self.deployed.outputs:
            raise Skipped("the stack has no API")
        if self.authorization().startswith("https://") and not self.token:
            raise Skipped("give a token in the variable TOKEN")
        key = str(uuid.uuid4())
        started = self.step(way, "start", self.post, key)
        try:
            self.step(way, "repeat", self.same, started, lambda: self.post(key))
        finally:
            self.step(way, "join and end", self.end, started)
        self.step(way, "log line", self.log_line, started["ContactId"])

    def direct(self, way: str):
        """What Scheduler and Step Functions do."""
        token = str(uuid.uuid4())
        started = self.step(way, "start", self.invoke, token)
        try:
            self.step(way, "repeat", self.same, started, lambda: self.invoke(token))
        finally:
            self.step(way, "join and end", self.end, started)
        self.step(way, "log line", self.log_line, started["ContactId"])

    def table(self, way: str):
        """A customer who asks twice has one chat."""
        if "ContactTableName" not in self.deployed.outputs:
            raise Skipped("the stack has no contact table")
        settings = json.loads(self.deployed.parameters.get("Settings") or "{}")
        if str(settings.get("RETURN_TO_RUNNING_CHAT", "true")).lower() == "false":
            raise Skipped("RETURN_TO_RUNNING_CHAT is false")
        customer = f"smoke-test-{uuid.uuid4()}"
        started = self.step(way, "start", self.invoke, str(uuid.uuid4()), customer)
        try:
            self.step(way, "return", self.same, started, lambda: self.invoke(str(uuid.uuid4()), customer))
        finally:
            self.step(way, "join and end", self.end, started)

    def event(self, way: str):
        """An event that the rule's pattern matches."""
        pattern = json.loads(self.deployed.parameters.get("EventPattern") or "null")
        if not pattern:
            raise Skipped("the stack has no rule")
        if set(pattern) - {"source", "detail-type"}:
            raise Skipped("the pattern looks at more than source and detail-type")
        mark = str(uuid.uuid4())
        entry = {
            "Source": literal(pattern, "source"),
            "DetailType": literal(pattern, "detail-type", "Smoke Test"),
            "Detail": json.dumps(request(mark)),
            "EventBusName": self.deployed.parameters["EventBusName"],
        }
        event_id = self.send(way, lambda: self.put_event(entry))
        self.started(way, {"id": event_id}, mark)

    def queue(self, way: str):
        """A message in the queue."""
        url = self.deployed.outputs.get("QueuedEventsUrl")
        if not url:
            raise Skipped("the stack has no queue")
        mark = str(uuid.uuid4())
        send = self.session.client("sqs").send_message
        message_id = self.send(way, lambda: send(QueueUrl=url, MessageBody=json.dumps(request(mark)))["MessageId"])
        self.started(way, {"messageId": message_id}, mark)

    def send(self, way: str, action) -> str:
        """Sends once the listener hears. Returns the id of what was sent."""
        if self.listener:
            time.sleep(max(0.0, self.listener.since + self.settle - time.monotonic()))
        return self.step(way, "send", action)

    def started(self, way: str, cause: dict, mark: str):
        """Ends the chat as the customer would who is told of it; without a bus, as an operator."""
        if not self.listener:
            self.step(way, "start and end", self.find_and_stop, mark)
            return
        try:
            started = self.published(cause)
        except Failed as failed:
            self.rows.append(Row(way, "published", "FAILED", str(failed)))
            # Nobody is to wait in the chat, if there is one.
            self.step(way, "start and end", self.find_and_stop, mark)
            return
        self.rows.append(Row(way, "published", "ok", "with its participant token"))
        self.step(way, "join and end", self.end, started)
        self.step(way, "log line", self.log_line, started["ContactId"])

    # ---- The steps ----

    def authorization(self) -> str:
        """Who may call the API."""
        return self.deployed.parameters.get("Authorization", "")

    def post(self, key: str) -> dict:
        """Asks for a chat as a web client does."""
        url, body = self.deployed.outputs["Endpoint"], json.dumps(request()).encode()
        # A customer's running chat is left alone.
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, "Prefer": "new-chat"}
        if self.authorization() == "IAM":
            signed = AWSRequest("POST", url, data=body, headers=headers)
            SigV4Auth(self.session.get_credentials(), "execute-api", self.session.region_name).add_auth(signed)
            headers = dict(signed.headers)
        elif self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers), timeout=30) as answer:
                return json.loads(answer.read())["data"]["startChatResult"]
        except urllib.error.HTTPError as error:
            raise Failed(f"HTTP {error.code}: {error.read().decode(errors='replace')[:500]}") from None

    def invoke(self, token: str, customer: str = "") -> dict:
        """Asks for a chat by invoking the alias, for a customer if one is given."""
        payload = json.dumps({**request(), "ClientToken": token, "CustomerId": customer})
        alias = self.deployed.outputs["FunctionAliasArn"]
        answer = self.session.client("lambda").invoke(FunctionName=alias, Payload=payload)
        result = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise Failed(f"{result.get('errorType')}: {result.get('errorMessage')}")
        return result

    def same(self, started: dict, again) -> str:
        """The same request again is the same chat."""
        repeated = again()
        if repeated["ContactId"] != started["ContactId"]:
            raise Failed(f"a second chat was started: {repeated['ContactId']} after {started['ContactId']}")
        return "the same contact"

    def end(self, started: dict) -> str:
        """Joins as the customer and leaves, which ends the chat before an agent gets it."""
        participant = self.session.client("connectparticipant")
        connected = participant.create_participant_connection(
            Type=["CONNECTION_CREDENTIALS"], ParticipantToken=started["ParticipantToken"], ConnectParticipant=True
        )
        participant.disconnect_participant(ConnectionToken=connected["ConnectionCredentials"]["ConnectionToken"])
        return f"contact {started['ContactId']}"

    def put_event(self, entry: dict) -> str:
        """Puts one event onto the bus of the rule. Returns its id."""
        answer = self.session.client("events").put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            raise Failed(str(answer["Entries"][0]))
        return answer["Entries"][0]["EventId"]

    def published(self, cause: dict) -> dict:
        """The chat that was published because of an event or a message."""
        detail = self.until(lambda: self.listener.find(cause), "nothing was published")
        if "result" not in detail:
            raise Failed(f"not started: {detail['code']}: {detail['message']}")
        return detail["result"]

    def lines(self, condition: str) -> list[dict]:
        """The log lines of chats since the beginning that meet a condition."""
        pages = self.session.client("logs").get_paginator("filter_log_events").paginate(
            logGroupName=self.deployed.outputs["LogGroupName"],
            startTime=int(self.began.timestamp() * 1000) - 60_000,
            filterPattern=f'{{ $.message = "chat" && {condition} }}',
        )
        return [json.loads(event["message"]) for page in pages for event in page["events"]]

    def log_line(self, contact: str) -> str:
        """The line of one chat."""
        line = self.until(lambda: self.lines(f'$.contactId = "{contact}"'), "no line in the log")[0]
        return f"{line['Outcome']} after {line['totalMs']:.0f} ms, request {line['requestId']}"

    def find_and_stop(self, mark: str) -> str:
        """Finds the chat that has this attribute, and stops it: nobody has its participant token."""
        connect, instance = self.session.client("connect"), self.deployed.parameters["InstanceId"]
        looked_at: set[str] = set()

        def find():
            for line in self.lines('$.Outcome = "started"'):
                contact = line.get("contactId")
                if contact and contact not in looked_at:
                    looked_at.add(contact)
                    attributes = connect.get_contact_attributes(InstanceId=instance, InitialContactId=contact)["Attributes"]
                    if attributes.get(MARK) == mark:
                        return contact
            return None

        contact = self.until(find, "no chat in the log; see the dead letters")
        connect.stop_contact(InstanceId=instance, ContactId=contact)
        return f"contact {contact}"

    def metric(self) -> str:
        """The metric of chats has counted."""
        cloudwatch = self.session.client("cloudwatch")

        def count():
            points = cloudwatch.get_metric_statistics(
                Namespace=f"StartChatContact/{self.deployed.name}",
                MetricName="Chats",
                StartTime=self.began - timedelta(minutes=1),
                EndTime=datetime.now(timezone.utc) + timedelta(minutes=1),
                Period=60,
                Statistics=["Sum"],
            )["Datapoints"]
            return sum(point["Sum"] for point in points)

        return f"{self.until(count, 'Chats has counted nothing'):.0f} chats counted"

    def until(self, action, otherwise: str):
        """What an action gives once it gives something."""
        deadline = time.monotonic() + self.patience
        while True:
            if found := action():
                return found
            if time.monotonic() >= deadline:
                raise Failed(f"{otherwise} within {self.patience:.0f} s")
            time.sleep(self.pause)


def request(mark: str = "") -> dict:
    """The chat that is asked for."""
    attributes = {"Attributes": {MARK: mark}} if mark else {}
    return {"ParticipantDetails": {"DisplayName": NAME}, **attributes}


def literal(pattern: dict, name: str, default: str = "") -> str:
    """A value that a pattern matches by name."""
    values = [value for value in pattern.get(name, [default]) if isinstance(value, str) and value]
    if not values:
        raise Skipped(f"the pattern has no literal {name}")
    return values[0]


def table(rows: list[Row]) -> str:
    """The report."""
    return "\n".join(f"{row.way:7} {row.step:14} {row.result:8} {row.detail}".rstrip() for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack")
    arguments = parser.parse_args()
    try:
        file = StackFile.read(arguments.stack)
    except Faulty as faulty:
        sys.exit(str(faulty))
    session = boto3.Session(region_name=file.region)
    deployed = Deployed.find(session, file.name)
    if deployed is None:
        sys.exit(f"{file.name} is not deployed in {file.region}: {command('deploy', file.name)}")
    rows = Smoke(session, deployed, token=os.environ.get("TOKEN", "")).run()
    print(table(rows))
    sys.exit(1 if any(row.result == "FAILED" for row in rows) else 0)


if __name__ == "__main__":
    main()
