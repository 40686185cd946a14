"""The answers of the function and those in the document are the same."""

import itertools
import re

import pytest

from document import check_answer, document, faults, operation, resolved
from endpoint import BUILD, ROOT, Endpoint

APIS = ["/prod/chat", "/v1/", "/rest/"]
RUNNING = "a1b2c3d4-5678-90ab-cdef-bbbbbbbbbbb1"
OTHERS = "a1b2c3d4-5678-90ab-cdef-ccccccccccc1"
PAGE = {"Origin": "https://shop.example"}


def status(code, name, **more):
    return {"kind": "status", "status": code, "errorType": name, **more}


# Faults of Connect, and the statuses that they lead to.
FAULTS = [
    (status(400, "InvalidRequestException", message="No such duration."), 400),
    (status(400, "InvalidParameterException", message="No such duration."), 400),
    (status(404, "ResourceNotFoundException"), 404),
    (status(429, "LimitExceededException"), 429),
    (status(429, "TooManyRequestsException"), 429),
    (status(429, "ThrottlingException"), 429),
    (status(403, "AccessDeniedException"), 502),
    (status(403, "ExpiredTokenException"), 502),
    ({"kind": "without", "member": "ParticipantToken"}, 502),
    (status(500, "InternalServiceException"), 503),
    ({"kind": "reset"}, 503),
]


def persistent(contact, kind="FROM_SEGMENT"):
    return {"PersistentChat": {"RehydrationType": kind, "SourceContactId": contact}}


# Requests of customer-4711, and the statuses of their answers.
REQUESTS = [
    ({}, 200),
    ({"ConnectionTypes": ["WEBSOCKET", "CONNECTION_CREDENTIALS"], "locale": "pt"}, 200),
    (persistent("a1b2c3d4-5678-90ab-cdef-aaaaaaaaaaa2"), 200),
    ({"Attributes": {"a b": "1"}, "ChatDurationInMinutes": 30, "x": 1}, 400),
    ({"x": 1}, 400),
    ([], 400),
    ("<html>", 400),
    ({"ContactFlowId": "another"}, 403),
    (persistent(OTHERS), 403),
    (persistent(RUNNING), 409),
    (" " * 131_073, 413),
]


@pytest.fixture(scope="module")
def seen():
    """Collects the codes and headers of all answers."""
    return {"codes": set(), "headers": set()}


def note(seen, answer):
    seen["headers"] |= {name.lower() for name in answer.headers}
    if answer.status_code >= 400:
        seen["codes"].add((answer.status_code, answer.json()["code"]))


@pytest.fixture(scope="module")
def shop():
    settings = {"CUSTOMER_ID_CLAIM": "sub", "ALLOWED_ORIGINS": PAGE["Origin"]}
    with Endpoint(**settings) as endpoint:
        yield endpoint


@pytest.mark.parametrize("path", APIS)
def test_requests_of_a_customer(shop, seen, path):
    shop.fail()
    for (body, status), headers in itertools.product(REQUESTS, [PAGE, {}]):
        answer = shop.post(body, path, headers, customer="customer-4711")
        assert answer.status_code == status, (body, answer.text)
        check_answer(answer)
        note(seen, answer)


@pytest.mark.parametrize("path", APIS)
def test_callers_that_are_refused(shop, seen, path):
    shop.fail()
    for headers, status in [(PAGE, 401), ({"Origin": "https://evil.example"}, 403)]:
        answer = shop.post({}, path, headers)
        assert answer.status_code == status
        check_answer(answer)
        note(seen, answer)
        name = "x-amzn-remapped-www-authenticate" if path == "/rest/" else "www-authenticate"
        assert (answer.headers.get(name) == "Bearer") == (status == 401)
    key = {"Idempotency-Key": "k" * 256}
    answer = shop.post({}, path, key, customer="customer-4711")
    assert answer.status_code == 400
    check_answer(answer)
    assert answer.json()["errors"][0]["header"] == "Idempotency-Key"


@pytest.mark.parametrize("path", APIS)
def test_other_methods(shop, seen, path):
    for method in ["GET", "PUT", "PATCH", "DELETE"]:
        answer = shop.session.request(method, shop.url + path, headers=PAGE)
        assert answer.status_code == 405
        check_answer(answer)
        note(seen, answer)
    answer = shop.session.options(shop.url + path, headers=PAGE)
    assert answer.status_code == 204
    check_answer(answer, "options")
    note(seen, answer)
    answer = shop.session.options(shop.url + path, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    check_answer(answer, "options")


@pytest.mark.parametrize("fault, status", FAULTS, ids=str)
def test_errors_of_connect(shop, seen, fault, status):
    shop.fail(on="StartChatContact", **fault)
    answer = shop.post({}, headers=PAGE, customer="customer-4711")
    assert answer.status_code == status
    check_answer(answer)
    note(seen, answer)
    name = fault.get("errorType")
    assert name is None or answer.json()["code"] == name
    direct = shop.invoke({"ParticipantDetails": {"DisplayName": "Ana"}})
    assert not faults("FunctionError", direct.json()), direct.text
    assert direct.json()["errorType"] == answer.json()["code"]


def test_a_past_chat_that_is_not_continued(seen):
    past = {"RehydrationType": "FROM_SEGMENT", "SourceContactId": "another-customers"}
    with Endpoint(START_NEW_IF_NOT_CONTINUED="true") as endpoint:
        answer = endpoint.post({"PersistentChat": past})
        assert answer.status_code == 200
        assert answer.headers["X-Past-Chat"] == "not-continued"
        check_answer(answer)
        note(seen, answer)


def test_a_timeout(seen):
    with Endpoint(timeout=2) as endpoint:
        endpoint.fail(kind="blackHole")
        answer = endpoint.post({})
        assert answer.status_code == 504
        check_answer(answer)
        note(seen, answer)


def test_a_panic(seen):
    with Endpoint(function=BUILD / "panics") as endpoint:
        answer = endpoint.post({})
        assert answer.status_code == 500
        check_answer(answer)
        note(seen, answer)


def test_each_documented_code_and_header_was_seen(seen):
    """Runs last. All answers together have the codes and headers of the document."""
    codes, headers = documented(), set()
    for described in operation("post")["responses"].values():
        headers |= {name.lower() for name in resolved(described)["headers"]}
    headers |= {name.lower() for name in operation("options")["responses"]["204"]["headers"]}
    assert seen["codes"] == codes
    assert headers <= seen["headers"], headers - seen["headers"]


def documented():
    """Returns every status and code of the document."""
    codes = set()
    for status, described in operation("post")["responses"].items():
        for content in resolved(described)["content"].values():
            for part in content["schema"].get("allOf", []):
                code = part.get("properties", {}).get("code", {})
                codes |= {(int(status), name) for name in code.get("enum", code.get("examples", []))}
    return codes


def test_the_code_and_the_page_of_errors_have_the_same_codes():
    """Every code in src/error/code.rs has a heading in docs/errors.md, and a status unless it is no HTTP answer."""
    code = (ROOT / "src" / "error" / "code.rs").read_text().split("#[cfg(test)]")[0]
    names = set(re.findall(r'"([A-Z]\w+(?:Exception|Error))"', code))
    assert len(names) > 10
    page = (ROOT / "docs" / "errors.md").read_text()
    sections = re.findall(r"^### (\w+)\n(.*?)(?=^#|\Z)", page, re.M | re.S)
    headed = {}
    for name, text in sections:
        found = re.search(r"HTTP\W+(\d{3})", text)
        if found:
            headed[name] = int(found[1])
    table = {(status, name) for name, status in headed.items()}
    # Of events and messages only.
    unanswered = {name for name, text in sections if "Not an HTTP answer" in text}
    assert unanswered.isdisjoint(headed)
    assert names <= set(headed) | unanswered, names - set(headed)
    others = {(502, "ExpiredTokenException")}
    assert table | others == documented()


def test_the_document_has_the_version_of_the_function():
    manifest = (ROOT / "Cargo.toml").read_text()
    version = re.search(r'^version = "(.*)"', manifest, re.M)[1]
    assert document()["info"]["version"] == version
