"""The events that AWS SAM's CLI generates (`sam local generate-event`), each sent to the function.

None of them starts a chat, and each refusal names the sender. sweep.txt has a line per event."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

import pytest
from samcli.lib.generated_sample_events.events import Events

from render import FLOW, INSTANCE, ROOT

FUNCTION = os.environ.get("FUNCTION") or ROOT / "target/debug/start-chat-contact"
LINES = Path(__file__).with_name("sweep.txt").read_text().splitlines()
ROWS = [[column.strip() for column in line.split("|")] for line in LINES if not line.startswith("#")]
EXPECTED = {name: (error, words) for name, error, words in ROWS}


def generated() -> dict:
    """Returns every event that SAM's CLI can generate, with the defaults of its options."""
    events = Events()
    found = {}
    for service, kinds in events.event_mapping.items():
        for kind, one in kinds.items():
            found[f"{service}/{kind}"] = events.generate_event(service, kind, {name: tag.get("default", "") for name, tag in one["tags"].items()})
    return found


EVENTS = generated()


@pytest.fixture(scope="module")
def url():
    """The function behind the stand-in's Invoke API."""
    command = [ROOT / "target/debug/local-aws", "serve", "--function", FUNCTION, "--port", "0", "--no-rate-limit"]
    env = {"PATH": os.environ["PATH"], "INSTANCE_ID": INSTANCE, "CONTACT_FLOW_ID": FLOW}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, text=True) as process:
        first = process.stdout.readline()
        assert "http://" in first, first
        drain = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
        yield first.split()[-1].rstrip("/")
        process.terminate()
        process.wait(10)
        drain.wait(10)


def send(url: str, method: str, path: str, body: str | None = None):
    request = urllib.request.Request(url + path, data=None if body is None else body.encode(), method=method)
    with urllib.request.urlopen(request, timeout=40) as answer:
        return json.loads(answer.read() or b"null")


def outcome(answer) -> tuple[str, str]:
    """Returns the error type, the HTTP status or `failed` for a message, and the message."""
    if "errorType" in answer:
        return answer["errorType"], answer["errorMessage"]
    if answer.get("batchItemFailures"):
        return "failed", ""
    return str(answer["statusCode"]), json.loads(answer["body"])["code"]


def test_every_generated_event_has_a_line():
    assert set(EVENTS) == set(EXPECTED)


@pytest.mark.parametrize("name", EVENTS)
def test_no_generated_event_starts_a_chat(url, name):
    send(url, "DELETE", "/_local/requests")
    answer = send(url, "POST", "/2015-03-31/functions/start-chat-contact/invocations", EVENTS[name])
    error, words = EXPECTED[name]
    found, message = outcome(answer)
    assert found == error
    assert words in message
    assert "/contact/chat" not in [one["path"] for one in send(url, "GET", "/_local/requests")]
