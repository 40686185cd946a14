"""The shipped binary speaks AWS's runtime protocol, by the word of AWS's own emulator."""

import json
import time

import pytest

from combinations import HTTP
from emulator import emulator, event, stand_in
from render import render

ORIGIN = "https://www.example.com"


@pytest.fixture(scope="module", name="connect")
def connect_fixture(tmp_path_factory):
    with stand_in(tmp_path_factory.mktemp("stand-in")) as running:
        yield running


@pytest.fixture(name="clean", autouse=True)
def clean_fixture(connect):
    connect.clear()


@pytest.fixture(scope="module", name="function")
def function_fixture(connect, tmp_path_factory):
    with emulator(tmp_path_factory.mktemp("function"), connect.connect, ALLOWED_ORIGINS=ORIGIN) as running:
        yield running


@pytest.mark.parametrize("name", ["http-api.json", "http-api-v1.json", "rest-api.json", "function-url.json"])
def test_an_http_request_starts_a_chat(function, connect, name):
    request = event(name)
    headers = request["headers"]
    for header in [header for header in headers if header.lower() == "origin"]:
        headers[header] = ORIGIN
    for header in [header for header in request.get("multiValueHeaders") or {} if header.lower() == "origin"]:
        request["multiValueHeaders"][header] = [ORIGIN]
    answer = function.invoke(request)
    assert answer["statusCode"] == 200, answer
    started = json.loads(answer["body"])["data"]["startChatResult"]
    assert {"ContactId", "ParticipantId", "ParticipantToken"} <= set(started)
    assert len(connect.chats()) == 1


@pytest.mark.parametrize("name", ["eventbridge-rule.json", "input-transformer.json", "scheduler.json"])
def test_an_event_starts_a_chat(function, connect, name):
    answer = function.invoke(event(name))
    assert {"ContactId", "ParticipantId", "ParticipantToken"} <= set(answer), answer
    assert len(connect.chats()) == 1


def test_a_queue_gets_its_failures(function, connect):
    batch = event("sqs.json")
    batch["Records"][0]["body"] = "not JSON"
    answer = function.invoke(batch)
    assert answer == {"batchItemFailures": [{"itemIdentifier": batch["Records"][0]["messageId"]}]}
    assert len(connect.chats()) == len(batch["Records"]) - 1


def test_a_refused_event_is_a_function_error(function, connect):
    answer = function.invoke({"ContactFlowId": "a1b2c3d4-5678-90ab-cdef-999999999999"})
    assert answer["errorType"] == "ForbiddenException", answer
    assert connect.chats() == []


def test_a_chat_starts_after_a_failure(function, connect):
    connect.fail({"kind": "status", "status": 429, "errorType": "LimitExceededException", "times": 3})
    failed = function.invoke(event("eventbridge-rule.json"))
    assert failed["errorType"] == "LimitExceededException", failed
    assert "ContactId" in function.invoke(event("eventbridge-rule.json"))


def test_there_is_an_answer_before_the_timeout(connect, tmp_path):
    connect.fail({"kind": "blackHole", "always": True})
    with emulator(tmp_path, connect.connect, AWS_LAMBDA_FUNCTION_TIMEOUT="3") as function:
        began = time.monotonic()
        failed = function.invoke(event("eventbridge-rule.json"))
        took = time.monotonic() - began
        assert failed["errorType"] == "TimeoutException", failed
        assert 1.5 < took < 15, took
        answer = function.invoke(event("http-api-v1.json"))
        assert answer["statusCode"] == 504, answer
        connect.clear()
        assert "ContactId" in function.invoke(event("eventbridge-rule.json"))


def test_the_cors_settings_of_the_gateway_are_those_of_the_function(function):
    """The template has API Gateway send what the function sends."""
    preflight = event("http-api.json")
    preflight["requestContext"]["http"]["method"] = "OPTIONS"
    preflight["headers"] = {"origin": ORIGIN, "access-control-request-method": "POST"}
    answer = function.invoke(preflight)
    assert answer["statusCode"] == 204, answer
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    rendered = render({**HTTP, "AllowedOrigins": ORIGIN})
    cors = rendered["Resources"]["HttpApi"]["Properties"]["Body"]["x-amazon-apigateway-cors"]
    assert ",".join(cors["allowMethods"]) == headers["access-control-allow-methods"]
    assert ",".join(cors["allowHeaders"]) == headers["access-control-allow-headers"]
    assert str(cors["maxAge"]) == headers["access-control-max-age"]
    assert "allowCredentials" not in cors
    refused = function.invoke({**preflight, "body": "[]", "requestContext": event("http-api.json")["requestContext"]})
    headers = {name.lower(): value for name, value in refused["headers"].items()}
    assert ",".join(cors["exposeHeaders"]) == headers["access-control-expose-headers"]
