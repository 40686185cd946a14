"""docs/chat-result.schema.json, and the events that the function publishes."""

import json

import jsonschema_rs
import pytest

from endpoint import FLOW, INSTANCE, ROOT, SECOND_FLOW, Endpoint
from test_pages import blocks, matches, section

SCHEMA = json.loads((ROOT / "docs/chat-result.schema.json").read_text())
EVENTS = sorted((ROOT / "events").glob("*.json"))
SETTINGS = {
    "INSTANCE_ID": INSTANCE,
    "CONTACT_FLOW_ID": FLOW,
    "ALLOWED_CONTACT_FLOW_IDS": SECOND_FLOW,
    "RESULT_BUS": "chat-results",
    "RESULT_BUS_FOR": "http,direct",
}


@pytest.fixture(scope="module")
def endpoint():
    with Endpoint(**SETTINGS) as started:
        yield started


def published(endpoint, event):
    """Returns what the function publishes for an event, as a rule receives it."""
    endpoint.session.delete(endpoint.url + "/_local/published")
    assert endpoint.invoke(event).ok
    entries = endpoint.session.get(endpoint.url + "/_local/published").json()
    return [
        {
            "source": entry["Source"],
            "detail-type": entry["DetailType"],
            "resources": entry.get("Resources", []),
            "detail": entry["Detail"],
        }
        for entry in entries
    ]


def problems(event):
    return [error.message for error in jsonschema_rs.Draft202012Validator(SCHEMA).iter_errors(event)]


def event(**detail):
    return {"detail-type": "t", "source": "s", "id": "i", "detail": {"ContactFlowId": FLOW, **detail}}


@pytest.mark.parametrize("file", EVENTS, ids=lambda file: file.stem)
def test_the_results_of_the_sample_events(endpoint, file):
    sent = json.loads(file.read_text())
    results = published(endpoint, sent)
    count = len(sent["Records"]) if "Records" in sent else len(sent) if isinstance(sent, list) else 1
    assert len(results) == count
    for result in results:
        assert not problems(result)
        assert result["detail-type"] == "Chat Started"


@pytest.mark.parametrize(
    "sent",
    [
        event(**{"Attributes": {"a b": "c"}}),
        event(ContactFlowId="unknown"),
        event(ChatDurationInMinutes=1, Unknown=1),
        {"detail-type": "t", "source": "aws.s3", "detail": {}},
        [event(ParticipantDetails={"DisplayName": "x" * 257}), 1],
        {"Records": [{"messageId": "m", "eventSource": "aws:sqs", "body": "no JSON"}]},
    ],
)
def test_the_results_of_requests_that_start_no_chat(endpoint, sent):
    results = published(endpoint, sent)
    assert len(results) == (len(sent) if isinstance(sent, list) else 1)
    for result in results:
        assert not problems(result)
        assert result["detail-type"] == "Chat Not Started"


def test_the_schema_refuses_other_events(endpoint):
    [result] = published(endpoint, event())
    for change in [{"source": "other"}, {"detail-type": "Chat Not Started"}, {"resources": []}]:
        assert problems({**result, **change})
    assert problems({**result, "detail": {**result["detail"], "displayName": "Ana"}})
    without = {name: value for name, value in result["detail"]["result"].items() if name != "ParticipantToken"}
    assert problems({**result, "detail": {**result["detail"], "result": without}})


def test_the_example_of_the_guide_is_valid_and_matches_its_rule():
    result, rule = blocks(section("Reaching the customer"))
    assert not problems(result)
    assert matches(rule["Properties"]["EventPattern"], result)
    [target] = rule["Properties"]["Targets"]
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] < 300
