"""The schemas and the function agree on every limit.

The function answers 400 with a pointer to a value if and only if the value is
invalid in the schemas. probes.py has the values, at and beyond each limit, in
both spellings.
"""

import json

import pytest

import probes
from document import check_answer, document, request
from endpoint import Endpoint

MEMBERS = dict(probes.requests())

# A schema cannot express that `Attributes` as a string must contain an object.
TEXT_ATTRIBUTES = {"Attributes", "attributes"}


@pytest.fixture(scope="module")
def endpoint():
    with Endpoint(ALLOW_UNVERIFIED_PERSISTENT_CHAT="true") as endpoint:
        yield endpoint


def is_json_object(text):
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def expected(body):
    """Returns true if the function must accept a request."""
    if not request().is_valid(body):
        return False
    texts = [body[name] for name in TEXT_ATTRIBUTES & set(body) if isinstance(body[name], str)]
    return all(not text.strip() or is_json_object(text) for text in texts)


@pytest.mark.parametrize("name", MEMBERS)
def test_every_limit(endpoint, name):
    tried = {json.dumps(body): body for body in MEMBERS[name]}
    verdicts = set()
    for text, body in tried.items():
        answer = endpoint.post(text)
        check_answer(answer)
        is_valid = answer.status_code != 400 or answer.json()["code"] != "ValidationException"
        short = text if len(text) < 200 else f"{text[:100]} … {text[-80:]} ({len(text)})"
        assert is_valid == expected(body), f"{short}: {answer.text}"
        verdicts.add((is_valid, answer.status_code))
        if not is_valid:
            pointers = [problem.get("pointer", "") for problem in answer.json()["errors"]]
            assert any(one.split("/")[1:2] == [name] for one in pointers) or not name, short
            assert not name or all(one.startswith(f"/{name}") for one in pointers), short
    statuses = {status for _, status in verdicts}
    is_anything = name in {"InstanceId", "instanceId", "ConnectInstanceId", "connectInstanceId"}
    assert 400 in statuses, name
    assert 200 in statuses or is_anything, name


def test_every_pattern_is_probed():
    """A new pattern needs probes of its own. Other keywords have them."""
    def patterns(part):
        if isinstance(part, dict):
            if isinstance(part.get("pattern"), str):
                yield part["pattern"]
            for inside in part.values():
                yield from patterns(inside)
        elif isinstance(part, list):
            for inside in part:
                yield from patterns(inside)
    schemas = document()["components"]["schemas"]
    answers = {"Problem", "StartChatResult", "FunctionError"}
    found = {one for name, part in schemas.items() if name not in answers for one in patterns(part)}
    assert found == set(probes.PATTERNS)


def test_rules_that_schemas_cannot_express(endpoint):
    for body, pointer in [
        ({"InitialMessage": {"ContentType": "text/plain", "Content": "ü" * 8193}}, "/InitialMessage/Content"),
        ({"Attributes": {"a": "x" * 32_768}}, "/Attributes"),
        ({"Attributes": "[]"}, "/Attributes"),
        ({"Attributes": {"customerName": "x" * 257}}, "/Attributes/customerName"),
        ({"ContactFlowId": "a", "contactFlowId": "b"}, "/contactFlowId"),
        ('{"ChatDurationInMinutes":60,"chatDurationInMinutes":60}', "/chatDurationInMinutes"),
    ]:
        assert isinstance(body, str) or request().is_valid(body)
        answer = endpoint.post(body)
        assert answer.status_code == 400
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
