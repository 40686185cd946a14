"""docs/openapi.yaml and validators of its schemas."""

import functools
import json

import jsonschema_rs
import yaml

from endpoint import ROOT

SCHEMAS = "#/components/schemas/"


@functools.cache
def document():
    return yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())


def resolved(part):
    """Returns the target of a `$ref`, or the part itself."""
    while "$ref" in part:
        found = document()
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def validator(schema):
    """Returns a validator of a schema, or of the component schema of this name."""
    if isinstance(schema, str):
        schema = {"$ref": SCHEMAS + schema}
    return compiled(json.dumps(schema))


@functools.cache
def compiled(schema):
    whole = {**json.loads(schema), "components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole)


def request():
    """Returns the validator of requests."""
    return validator("ChatRequest")


def faults(schema, value):
    """Returns a message for each error in a value."""
    return [f"{list(error.instance_path)}: {error.message}" for error in validator(schema).iter_errors(value)]


def operation(method):
    return document()["paths"]["/"][method]


def response(method, status):
    responses = operation(method)["responses"]
    assert str(status) in responses, f"{method} → {status} is not documented"
    return resolved(responses[str(status)])


def check_answer(answer, method="post"):
    """Asserts that an HTTP answer conforms to the document."""
    described = response(method, answer.status_code)
    content = described.get("content", {})
    kind = answer.headers.get("content-type")
    if not content:
        # API Gateway adds a content type nevertheless.
        assert not answer.content
    else:
        assert kind in content, f"{answer.status_code} has content type {kind}"
        wrong = faults(content[kind]["schema"], answer.json())
        assert not wrong, (answer.status_code, wrong, answer.text)
    headers = {name.lower(): resolved(one) for name, one in described["headers"].items()}
    for name, header in headers.items():
        value = answer.headers.get(name)
        assert value is not None or not header.get("required"), f"{answer.status_code} lacks {name}"
        if value is not None:
            assert not faults(header["schema"], value), (answer.status_code, name, value)
    unknown = {name.lower() for name in answer.headers} - set(headers) - TRANSPORT
    assert not unknown, f"{answer.status_code} has {unknown}, which are not documented"


# Headers of API Gateway and of HTTP itself.
TRANSPORT = {
    *("content-type", "content-length", "date", "connection", "transfer-encoding"),
    *("apigw-requestid", "x-amz-apigw-id", "x-amzn-requestid", "x-amzn-trace-id"),
    *("x-amzn-remapped-date", "x-amzn-remapped-content-length"),
    "x-amzn-remapped-www-authenticate",
}
