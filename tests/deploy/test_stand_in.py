"""The stand-ins of DynamoDB and EventBridge beside moto's: both answer alike, and the function works with both."""

import contextlib
import json
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import ThreadedMotoServer

from emulator import http, stand_in, until
from render import ROOT

# In this order, since each one finds what the earlier ones have stored.
REQUESTS = json.loads((ROOT / "tests/deploy/stand_in_requests.json").read_text())
TABLE, BUS = "chat-contacts", "chat-results"
REGION = "us-east-1"
KEYS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "example", "region_name": REGION}
FUNCTION = ROOT / "target/debug/start-chat-contact"
PAST = {"PersistentChat": {"RehydrationType": "ENTIRE_PAST_SESSION"}}


class Moto:
    """moto's server, with the table, the bus, and a queue that gets what is published."""

    def __init__(self, url: str):
        self.url = url
        dynamodb, events, self.sqs = (boto3.client(name, endpoint_url=url, **KEYS) for name in ("dynamodb", "events", "sqs"))
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "customer", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "customer", "KeyType": "HASH"}],
        )
        # moto's first requests take longer than the function waits.
        for _ in range(2):
            dynamodb.put_item(TableName=TABLE, Item={"customer": {"S": "w"}}, ConditionExpression="attribute_not_exists(expires)")
        events.create_event_bus(Name=BUS)
        events.put_rule(Name="all", EventBusName=BUS, EventPattern='{"source": ["start-chat-contact"]}')
        self.queue = self.sqs.create_queue(QueueName="results")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_targets(Rule="all", EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])

    def published(self) -> list[dict]:
        """Returns the events in the queue, and removes them."""
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(message["Body"]) for message in messages]
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return found


@contextlib.contextmanager
def moto():
    """Runs moto's server, with nothing in it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    try:
        http(f"{url}/moto-api/reset", method="POST", body={})
        yield Moto(url)
    finally:
        server.stop()


@pytest.fixture(name="other")
def other_fixture():
    with moto() as running:
        yield running


def send(url: str, target: str, body: dict):
    """Sends a signed request. Returns the status and the JSON of the answer."""
    service, version = ("events", "1.1") if target.startswith("AWSEvents") else ("dynamodb", "1.0")
    headers = {"X-Amz-Target": target, "Content-Type": f"application/x-amz-json-{version}"}
    signed = AWSRequest("POST", f"{url}/", headers, json.dumps(body))
    SigV4Auth(Credentials("AKIDEXAMPLE", "example"), service, REGION).add_auth(signed)
    request = urllib.request.Request(f"{url}/", signed.body, dict(signed.headers))
    try:
        with urllib.request.urlopen(request, timeout=40) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def outcome(url: str, request: dict) -> dict:
    """Returns what the function can tell of an answer: the error, the item, and each entry's error."""
    status, answer = send(url, request["target"], request["body"])
    error = answer.get("__type", "").rpartition("#")[2] or None
    entries = [(entry.get("ErrorCode"), "EventId" in entry) for entry in answer.get("Entries", [])]
    return {"status": status, "error": error, "item": answer.get("Item"), "entries": entries, "failed": answer.get("FailedEntryCount")}


def test_both_answer_each_request_alike(other, tmp_path):
    with stand_in(tmp_path, FUNCTION) as local:
        for request in REQUESTS:
            ours = outcome(local.connect, request)
            assert ours["error"] == request.get("error"), request["name"]
            # DynamoDB rejects these; moto accepts them, or crashes.
            if not request.get("unchecked_by_moto"):
                assert ours == outcome(other.url, request), request["name"]


class Shop:
    """A customer of the function's HTTP API, and a sender of events."""

    def __init__(self, front: str):
        self.front = front

    def start(self, body: dict, **headers: str) -> tuple:
        """Starts a chat. Returns the status, the X-Past-Chat header, and the result."""
        headers = {"X-Local-Claims": '{"sub": "ana"}', **headers}
        request = urllib.request.Request(f"{self.front}/", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:
                return answer.status, answer.headers.get("X-Past-Chat"), json.load(answer)["data"]["startChatResult"]
        except urllib.error.HTTPError as error:
            return error.code, None, {}

    def end(self, contact: str):
        http(f"{self.front}/_local/contacts", {"End": contact})

    def event(self, identifier: str, detail: dict):
        """Invokes the function with an event. Returns its answer."""
        event = {"id": identifier, "source": "shop", "detail-type": "Help wanted", "detail": detail}
        return http(f"{self.front}/2015-03-31/functions/start-chat-contact/invocations", event)

    def walk(self) -> tuple:
        """Starts, returns to, ends and continues chats. Returns the contacts, and the result of an event."""
        status, past, first = self.start({})
        assert (status, past) == (200, None)
        assert self.start({}) == (200, "running", first)
        self.end(first["ContactId"])
        status, past, second = self.start(PAST)
        assert (status, past) == (200, None)
        assert second["ContinuedFromContactId"] == first["ContactId"]
        status, past, running = self.start({})
        assert (status, past, running["ContactId"]) == (200, "running", second["ContactId"])
        status, past, third = self.start({}, Prefer="new-chat")
        assert (status, past) == (200, None)
        self.end(third["ContactId"])
        fault = {"kind": "status", "status": 400, "errorType": "InvalidRequestException", "on": "StartChatContact"}
        http(f"{self.front}/_local/faults", fault)
        assert self.start({})[0] == 400
        status, past, fourth = self.start({})
        assert (status, past) == (200, None)
        contacts = [chat["ContactId"] for chat in (first, second, third, fourth)]
        assert len(set(contacts)) == 4
        result = self.event("e1", {"ParticipantDetails": {"DisplayName": "Ana"}})
        assert self.event("e2", {"ParticipantDetails": {"DisplayName": "x" * 257}})["errorType"] == "ValidationException"
        return contacts, result


def shape(value):
    """Returns a request with its values left out: members, expressions and types stay."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in ("S", "N"):
            return next(iter(value))
        return {name: "" if name == "Detail" else shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return ["" if isinstance(one, str) else shape(one) for one in value]
    return value


def shapes(requests) -> set[str]:
    return {json.dumps([target, shape(body)], sort_keys=True) for target, body in requests}


def test_the_function_sends_what_is_compared(tmp_path):
    with stand_in(tmp_path, FUNCTION) as local:
        _, result = Shop(local.front).walk()
        received = http(f"{local.front}/_local/requests")
        published = http(f"{local.front}/_local/published")
    targets = [(dict(one["headers"]).get("x-amz-target"), one["body"]) for one in received]
    sent = shapes(one for one in targets if one[0])
    known = shapes((one["target"], one["body"]) for one in REQUESTS if "error" not in one)
    assert sent <= known
    # Reading, claiming (2), recording (2), the latest contact, releasing, publishing (2).
    assert len(sent) == 9
    assert [entry["Detail"].get("result") for entry in published] == [result, None]


def test_the_function_works_with_moto(other, tmp_path):
    settings = {"AWS_ENDPOINT_URL_DYNAMODB": other.url, "AWS_ENDPOINT_URL_EVENTBRIDGE": other.url}
    with stand_in(tmp_path, FUNCTION, **settings) as local:
        contacts, result = Shop(local.front).walk()
        assert len(http(f"{local.front}/_local/contacts")) > len(contacts)
        assert http(f"{local.front}/_local/table") == http(f"{local.front}/_local/published") == []
    events = until(lambda: (found := other.published()) and found)
    types = [(event["detail-type"], event["detail"]["cause"]["id"]) for event in events]
    assert types == [("Chat Started", "e1"), ("Chat Not Started", "e2")]
    assert events[0]["detail"]["result"] == result
    assert events[0]["resources"][0].endswith(f"/contact/{result['ContactId']}")
