"""`make smoke` against moto, and a small Amazon Connect that keeps the rules that matter here."""

import contextlib
import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from moto import mock_aws

import smoke
from combinations import BUS, HTTP, QUEUE, RULE, TABLE
from create import Stack
from emulator import stand_in
from render import INSTANCE, render


class Chats:
    """Starts chats, and knows their tokens, attributes and ends."""

    def __init__(self, group: str, bus: str = ""):
        self.group, self.bus, self.by_key, self.contacts, self.running = group, bus, {}, {}, {}
        self.faults: set[str] = set()
        boto3.client("logs").create_log_stream(logGroupName=group, logStreamName="one")

    def start(self, key: str, body: dict) -> dict:
        """The chat of a key, with its log line and metric."""
        if key not in self.by_key or "no-repeat" in self.faults:
            contact = str(uuid.uuid4())
            self.contacts[contact] = {"token": f"token-of-{contact}", "attributes": body.get("Attributes", {}), "state": "waiting"}
            self.by_key[key] = {"ContactId": contact, "ParticipantId": "p", "ParticipantToken": f"token-of-{contact}"}
            if "no-log" not in self.faults:
                self.log(contact)
        return self.by_key[key]

    def start_for(self, customer: str, key: str, body: dict) -> dict:
        """The customer's running chat, or a new one."""
        if customer not in self.running or "no-table" in self.faults:
            self.running[customer] = self.start(key, body)
        return self.running[customer]

    def publish(self, result: dict, cause: dict):
        """Publishes a result as the function does."""
        if not self.bus or "no-result" in self.faults:
            return
        kind, detail = "Chat Started", {"result": result, "cause": cause}
        if "refused" in self.faults:
            kind, detail = "Chat Not Started", {"code": "ValidationException", "message": "invalid", "cause": cause}
        entry = {"Source": "start-chat-contact", "DetailType": kind, "Detail": json.dumps(detail), "EventBusName": self.bus}
        boto3.client("events").put_events(Entries=[entry])

    def log(self, contact: str):
        line = {"message": "chat", "Outcome": "started", "contactId": contact, "totalMs": 12.3, "requestId": "r"}
        event = {"timestamp": int(time.time() * 1000), "message": json.dumps(line)}
        boto3.client("logs").put_log_events(logGroupName=self.group, logStreamName="one", logEvents=[event])
        metric = {"MetricName": "Chats", "Value": 1}
        boto3.client("cloudwatch").put_metric_data(Namespace="StartChatContact/test", MetricData=[metric])

    def named(self, token: str) -> dict:
        """The contact of a participant or connection token."""
        (found,) = [contact for contact in self.contacts.values() if token in (contact["token"], f"connection-{contact['token']}")]
        return found

    def answer(self, method: str, path: str, headers, body: dict):
        """The answer to a request, as (status, JSON)."""
        if "unavailable" in self.faults and path == "/chat":
            return 503, {"code": "ServiceUnavailableException"}
        if path == "/chat":
            if self.faults & {"token"} and headers.get("authorization") != "Bearer good":
                return 401, {"message": "Unauthorized"}
            return 200, {"data": {"startChatResult": self.start(headers["idempotency-key"], body)}}
        if path.endswith("/invocations"):
            if body.get("CustomerId"):
                return 200, self.start_for(body["CustomerId"], body["ClientToken"], body)
            return 200, self.start(body["ClientToken"], body)
        if path == "/participant/connection":
            token = headers["x-amz-bearer"]
            self.named(token)["state"] = "joined"
            return 200, {"ConnectionCredentials": {"ConnectionToken": f"connection-{token}", "Expiry": "2026-11-26T00:00:00Z"}}
        if path == "/participant/disconnect":
            contact = self.named(headers["x-amz-bearer"])
            assert contact["state"] == "joined"
            contact["state"] = "ended"
            return 200, {}
        if method == "GET" and path.startswith(f"/contact/attributes/{INSTANCE}/"):
            return 200, {"Attributes": self.contacts[path.rsplit("/", 1)[1]]["attributes"]}
        if path == "/contact/stop":
            self.contacts[body["ContactId"]]["state"] = "ended"
            return 200, {}
        return 404, {"message": path}


@contextlib.contextmanager
def served(chats: Chats):
    """The chats behind HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer = chats.answer(self.command, self.path, headers, json.loads(self.rfile.read(length) or b"{}"))
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


class Deployed:
    """The stack that was created in moto."""

    def __init__(self, stack: Stack, parameters: dict, endpoint: str):
        self.name = "test"
        self.parameters = {"InstanceId": INSTANCE, "EventBusName": "default", **parameters}
        self.outputs = {"LogGroupName": stack.refs["FunctionLogGroup"], "FunctionAliasArn": "arn:aws:lambda:us-east-1:123456789012:function:test:live"}
        if parameters["Api"] != "None":
            self.outputs["Endpoint"] = f"{endpoint}/chat"
        if "QueuedEvents" in stack.refs:
            self.outputs["QueuedEventsUrl"] = stack.refs["QueuedEvents"]
        if "ChatResults" in stack.refs:
            self.outputs["ResultBusArn"] = stack.attributes["ChatResults"]["Arn"]
        if "CustomerChats" in stack.refs:
            self.outputs["ContactTableName"] = stack.refs["CustomerChats"]


@pytest.fixture(name="stack")
def stack_fixture(monkeypatch):
    """Creates a stack, starts its chats, and takes from its queue what the function would take."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    with contextlib.ExitStack() as ends:
        ends.enter_context(mock_aws(config={"lambda": {"use_docker": False}}))

        def create(parameters: dict, *faults: str, token: str = ""):
            template = render(parameters)
            del template["Resources"]["DeploymentRole"]["Properties"]["ManagedPolicyArns"]
            template["Resources"].pop("QueuedEventsMapping", None)
            stack = Stack(template, "test").create()
            chats = Chats(stack.refs["FunctionLogGroup"], stack.refs.get("ChatResults", ""))
            chats.faults = set(faults)
            url = ends.enter_context(served(chats))
            for service in ("CONNECT", "CONNECTPARTICIPANT", "LAMBDA"):
                monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", url)
            deployed = Deployed(stack, parameters, url)
            tried = smoke.Smoke(boto3.Session(region_name="us-east-1"), deployed, token=token, patience=1, pause=0.05, settle=0)
            if "QueuedEvents" in stack.refs and "stuck" not in faults:
                stopped = threading.Event()
                taker = threading.Thread(target=take, args=(stack.refs["QueuedEvents"], chats, stopped))
                taker.start()
                ends.callback(taker.join)
                ends.callback(stopped.set)
            return tried, chats

        yield create


def take(url: str, chats: Chats, stopped: threading.Event):
    """Starts a chat for each message."""
    while not stopped.wait(0.05):
        for message in boto3.client("sqs").receive_message(QueueUrl=url).get("Messages", []):
            body = json.loads(message["Body"])
            result = chats.start(message["MessageId"], body.get("detail", body))
            chats.publish(result, {"id": body["id"]} if "detail" in body else {"messageId": message["MessageId"]})


def results(rows) -> dict:
    """The results by way and step."""
    return {(row.way, row.step): row.result for row in rows}


def test_every_way_starts_a_chat_and_ends_it(stack):
    tried, chats = stack({**HTTP, **RULE, **QUEUE})
    rows = tried.run()
    assert {row.result for row in rows if row.way != "table"} == {"ok"}, smoke.table(rows)
    assert set(results(rows)) == {
        *((way, step) for way in ("HTTP", "direct") for step in ("start", "repeat", "join and end", "log line")),
        *((way, step) for way in ("event", "queue") for step in ("send", "start and end")),
        ("table", ""),
        ("all", "metric"),
    }
    assert len(chats.contacts) == 4
    assert {contact["state"] for contact in chats.contacts.values()} == {"ended"}


def leftovers() -> list:
    """The rules and queues of smoke tests that are still there."""
    rules = boto3.client("events").list_rules(EventBusName="test-chat-results", NamePrefix="test-smoke")["Rules"]
    return rules + boto3.client("sqs").list_queues(QueueNamePrefix="test-smoke").get("QueueUrls", [])


def test_what_is_published_is_joined_and_a_customer_has_one_chat(stack):
    tried, chats = stack({**HTTP, **RULE, **QUEUE, **BUS, **TABLE})
    rows = tried.run()
    assert {row.result for row in rows} == {"ok"}, smoke.table(rows)
    assert set(results(rows)) == {
        *((way, step) for way in ("HTTP", "direct") for step in ("start", "repeat", "join and end", "log line")),
        *(("table", step) for step in ("start", "return", "join and end")),
        *((way, step) for way in ("event", "queue") for step in ("send", "published", "join and end", "log line")),
        ("all", "metric"),
    }
    assert len(chats.contacts) == 5
    assert {contact["state"] for contact in chats.contacts.values()} == {"ended"}
    assert leftovers() == []


def test_a_missing_result_is_found_and_its_chat_is_ended(stack):
    tried, chats = stack({"Api": "None", **RULE, **QUEUE, **BUS}, "no-result")
    found = results(tried.run())
    for way in ("event", "queue"):
        assert (found[way, "published"], found[way, "start and end"]) == ("FAILED", "ok")
    assert "waiting" not in [contact["state"] for contact in chats.contacts.values() if contact["attributes"]]
    assert leftovers() == []


def test_a_refusal_that_is_published_is_reported(stack):
    tried, _ = stack({"Api": "None", **RULE, **QUEUE, **BUS}, "refused")
    failed = [row.detail for row in tried.run() if (row.step, row.result) == ("published", "FAILED")]
    assert failed == ["not started: ValidationException: invalid"] * 2


def test_a_second_chat_of_a_customer_is_found(stack):
    tried, _ = stack({"Api": "None", **TABLE}, "no-table")
    (failed,) = [row for row in tried.run() if (row.way, row.result) == ("table", "FAILED")]
    assert "a second chat was started" in failed.detail


def test_a_bus_that_cannot_be_heard_is_reported(stack, monkeypatch):
    tried, _ = stack({"Api": "None", **RULE, **QUEUE, **BUS})
    tried.deployed.outputs["ResultBusArn"] += "-gone"
    found = results(tried.run())
    assert found["results", "listen"] == "FAILED"
    assert (found["event", "start and end"], found["queue", "start and end"]) == ("ok", "ok")
    assert boto3.client("sqs").list_queues(QueueNamePrefix="test-smoke").get("QueueUrls", []) == []


def test_what_the_stack_does_not_offer_is_skipped(stack):
    tried, chats = stack({"Api": "None"})
    found = results(tried.run())
    assert [found[way, ""] for way in ("HTTP", "table", "event", "queue")] == ["skipped"] * 4
    assert len(chats.contacts) == 1


def test_a_second_chat_for_one_key_is_found_and_both_are_reported(stack):
    tried, _ = stack(HTTP, "no-repeat")
    (failed,) = [row for row in tried.run() if row.way == "HTTP" and row.result == "FAILED"]
    assert "a second chat was started" in failed.detail


def test_the_chat_is_ended_even_if_its_repeat_fails(stack):
    tried, chats = stack(HTTP, "no-repeat")
    assert results(tried.run())["HTTP", "join and end"] == "ok"
    assert "ended" in {contact["state"] for contact in chats.contacts.values()}


def test_a_missing_log_line_is_found(stack):
    tried, _ = stack(HTTP, "no-log")
    failed = [row.detail for row in tried.run() if row.result == "FAILED"]
    assert any("no line in the log" in detail for detail in failed)
    assert any("counted nothing" in detail for detail in failed)


def test_a_stuck_queue_is_found(stack):
    tried, _ = stack({"Api": "None", **RULE, **QUEUE}, "stuck")
    failed = {row.way: row.detail for row in tried.run() if row.result == "FAILED"}
    assert set(failed) == {"event", "queue"}
    assert "see the dead letters" in failed["event"]


def test_an_answer_that_is_no_chat_is_reported(stack):
    tried, _ = stack(HTTP, "unavailable")
    assert any("HTTP 503" in row.detail and "ServiceUnavailableException" in row.detail for row in tried.run())


def test_tokens(stack):
    issuer = {"Api": "Http", "Authorization": "https://issuer.example.com", "JwtAudience": "web"}
    tried, _ = stack(issuer, "token", token="good")
    assert results(tried.run())["HTTP", "start"] == "ok"
    tried.token, tried.rows = "bad", []
    assert any("HTTP 401" in row.detail for row in tried.run())
    tried.token, tried.rows = "", []
    assert results(tried.run())["HTTP", ""] == "skipped"


def test_requests_are_signed(stack, monkeypatch):
    tried, chats = stack({**HTTP, "Authorization": "IAM"})
    seen = []
    answer = chats.answer
    monkeypatch.setattr(chats, "answer", lambda method, path, headers, body: seen.append((path, headers)) or answer(method, path, headers, body))
    assert results(tried.run())["HTTP", "start"] == "ok"
    signed = [headers["authorization"] for path, headers in seen if path == "/chat"]
    assert all("AWS4-HMAC-SHA256" in header and "/execute-api/aws4_request" in header for header in signed) and len(signed) == 2


@pytest.mark.parametrize("pattern", [{"detail-type": ["x"]}, {"source": [{"prefix": "com."}]}, {"source": ["a"], "detail": {"b": ["c"]}}])
def test_a_pattern_that_cannot_be_met_is_skipped(stack, pattern):
    tried, _ = stack({"Api": "None", "EventPattern": json.dumps(pattern)})
    assert results(tried.run())["event", ""] == "skipped"


def test_only_the_address_differs_for_the_stand_in(tmp_path, monkeypatch):
    """The real function starts the chat, and the stand-in holds the token to Amazon Connect's rules."""
    with stand_in(tmp_path) as connect:
        for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x", "ENDPOINT_URL_CONNECTPARTICIPANT": connect.front}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        deployed = type("Deployed", (), {"parameters": {"Authorization": "NONE"}, "outputs": {"Endpoint": f"{connect.front}/chat"}})
        tried = smoke.Smoke(boto3.Session(region_name="us-east-1"), deployed)
        started = tried.post("one-key")
        assert tried.same(started, lambda: tried.post("one-key")) == "the same contact"
        with pytest.raises(smoke.Failed):
            tried.same(started, lambda: tried.post("another-key"))
        assert started["ContactId"] in tried.end(started)
        # A chat that has ended cannot be joined.
        with pytest.raises(Exception, match="CreateParticipantConnection"):
            tried.end(started)
