"""Requests in the document, the sample events and the cases of clients."""

import base64
import json
import re

import pytest

from document import document, faults, operation, request
from endpoint import ROOT, SECOND_FLOW, Endpoint

EVENTS = sorted((ROOT / "events").glob("*.json"))
CLIENTS = sorted((ROOT / "tests" / "clients").glob("*.json"))
EXAMPLES = operation("post")["requestBody"]["content"]["application/json"]["examples"]


@pytest.fixture(scope="module")
def endpoint():
    with Endpoint(CUSTOMER_ID_CLAIM="sub", ALLOWED_CONTACT_FLOW_IDS=SECOND_FLOW) as endpoint:
        yield endpoint


def requests_in(event):
    """Returns the requests in an event of any kind."""
    if isinstance(event, list):
        return [request for one in event for request in requests_in(one)]
    if "Records" in event:
        return [one for record in event["Records"] for one in requests_in(json.loads(record["body"]))]
    if "requestContext" in event:
        body = event["body"]
        return [json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)]
    return [event.get("detail", event)]


@pytest.mark.parametrize("file", EVENTS, ids=lambda file: file.stem)
def test_sample_events(endpoint, file):
    event = json.loads(file.read_text())
    found = requests_in(event)
    assert found
    for one in found:
        assert not faults("ChatRequest", one), one
    answer = endpoint.invoke(event)
    if "requestContext" in event:
        return
    kind = "StartChatResult"
    if isinstance(event, list):
        kind = "StartChatResults"
    elif "Records" in event:
        kind = "SqsBatchResponse"
    assert not faults(kind, answer.json()), answer.text
    assert "x-amz-function-error" not in answer.headers


@pytest.mark.parametrize("file", CLIENTS, ids=lambda file: file.stem)
def test_client_cases(file):
    cases = json.loads(file.read_text())["cases"]
    for case in cases:
        assert case["body"] is None or request().is_valid(case["body"]), case["name"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_of_requests(endpoint, name):
    example = EXAMPLES[name]["value"]
    assert not faults("ChatRequest", example)
    answer = endpoint.post(example, customer="customer-4711")
    assert answer.status_code == 200, answer.text
    assert "x-ignored-members" not in answer.headers


def test_examples_of_answers():
    for name, response in document()["components"]["responses"].items():
        for content in response["content"].values():
            examples = [one["value"] for one in content.get("examples", {}).values()]
            examples += [content["example"]] if "example" in content else []
            assert examples, name
            for example in examples:
                assert not faults(content["schema"], example), name


def test_every_member_is_documented_in_both_spellings():
    """The reference has the sixteen members of the API, the code the spellings of clients."""
    pages = [ROOT / "docs" / "reference.md", ROOT / "README.md"]
    pages = [page.read_text() for page in pages if page.exists()]
    page = next(page for page in pages if "\n## The request\n" in page)
    table = page.split("\n## The request\n")[1].split("\n\n- ")[0]
    members = re.findall(r"^\| `(\w+)` \|", table, re.M)
    assert len(members) == 16
    code = "".join(file.read_text() for file in [ROOT / "src" / "request.rs"])
    lists = re.findall(r"const (?:ASKING|ACCOMPANYING|CLIENT_NAMES): .*?\];", code, re.S)
    single = re.findall(r"const (?:PERSISTENT_CHAT|CLIENT_INSTANCE_ID): .*?;", code)
    read = set(re.findall(r'"(\w+)"', "".join(lists + single)))
    clients = {"ConnectInstanceId", "customerName", "displayName", "name", "Username"}
    assert read == set(members) | clients
    schema = document()["components"]["schemas"]["ChatRequest"]
    known = set(document()["components"]["schemas"]["NotForeign"]["not"]["propertyNames"]["not"]["enum"])
    assert set(schema["properties"]) == read
    other = {f"^{name[0].swapcase()}{name[1:]}$" for name in read}
    assert set(schema["patternProperties"]) == other
    assert known == read | {name.strip("^$") for name in other}
    for name in read:
        swapped = f"^{name[0].swapcase()}{name[1:]}$"
        assert schema["patternProperties"][swapped] == schema["properties"][name]
