"""Variants of the document for the fuzzer.

Each variant has one spelling of the members: with both, most requests would
have a member twice, which is an error. The variant for valid requests leaves
out what untrusted callers may not send, so that every request must be answered
with 200.
"""

import copy

from document import document
from endpoint import FLOW, INSTANCE, SECOND_FLOW

# Read only if no other member has the display name, so not always refused.
SOMETIMES_READ = ["customerName", "Username"]

# Members that untrusted callers may not set, or to a few values only.
POLICY = {
    "InstanceId": {"enum": [INSTANCE, "", None]},
    "ContactFlowId": {"enum": [FLOW, SECOND_FLOW, "", None]},
    "PersistentChat": {"enum": [{}, None]},
    "ContactId": {"enum": ["", None]},
    "CustomerId": {"enum": ["", None]},
    "ChatStreamingConfiguration": {"enum": [{}, None]},
    "SegmentName": {"pattern": "^[A-Za-z0-9_-]+$", "maxLength": 128},
}


def schemas_of_requests(variant):
    schemas = variant["components"]["schemas"]
    answers = {"ChatStarted", "StartChatResult", "StartChatResults", "SqsBatchResponse", "FunctionError", "Problem"}
    return {name: schema for name, schema in schemas.items() if name not in answers}


def without(part, *keywords):
    """Returns the part without these keywords, at any depth."""
    if isinstance(part, dict):
        return {name: without(one, *keywords) for name, one in part.items() if name not in keywords}
    if isinstance(part, list):
        return [without(one, *keywords) for one in part]
    return part


def lower(part):
    """Returns the part with the API's names in lowerCamelCase."""
    def camel(name):
        return name[0].lower() + name[1:] if name[0].isupper() else name

    if isinstance(part, dict):
        changed = {name: lower(one) for name, one in part.items()}
        if isinstance(part.get("properties"), dict):
            changed["properties"] = {camel(name): lower(one) for name, one in part["properties"].items()}
        if isinstance(part.get("required"), list):
            changed["required"] = [camel(name) for name in part["required"]]
        return changed
    if isinstance(part, list):
        return [lower(one) for one in part]
    return part


def closed(part):
    """Returns the part without additional members."""
    if isinstance(part, dict):
        changed = {name: closed(one) for name, one in part.items()}
        if "properties" in part and "additionalProperties" not in part:
            changed["additionalProperties"] = False
        return changed
    if isinstance(part, list):
        return [closed(one) for one in part]
    return part


def one_spelling(camel, *, but=()):
    """Returns the document with one spelling of requests, except in the schemas in `but`."""
    variant = copy.deepcopy(document())
    schemas = schemas_of_requests(variant)
    for name, schema in schemas.items():
        if name in but:
            continue
        schema = without(schema, "patternProperties")
        variant["components"]["schemas"][name] = lower(schema) if camel else schema
    variant["servers"] = [{"url": "/"}]
    return variant


def invalid(camel):
    """Returns the variant for requests that must be refused: whole ones, and each member alone.

    The function accepts any path, so each member has its own. Members are alone
    because an error in one would hide that another is wrongly accepted.
    """
    # A value in the other spelling is an explicit value too, and not a map.
    variant = one_spelling(camel, but=["ExplicitValue"])
    request = variant["components"]["schemas"]["ChatRequest"]
    for name in SOMETIMES_READ:
        request["properties"][name[0].lower() + name[1:] if camel else name] = {}
    # HTTP removes spaces and tabs around the value of a header.
    del variant["components"]["parameters"]["IdempotencyKey"]["schema"]["pattern"]
    for name, schema in request["properties"].items():
        if schema:
            alone = {"type": "object", "properties": {name: schema}}
            variant["paths"][f"/{name}"] = {"post": posted(variant, alone, name)}
    return variant


def posted(variant, schema, name):
    operation = copy.deepcopy(variant["paths"]["/"]["post"])
    operation["operationId"] = name
    operation["parameters"] = []
    operation["requestBody"] = {"required": False, "content": {"application/json": {"schema": schema}}}
    return operation


def valid(camel):
    """Returns the variant for requests that must start a chat."""
    variant = one_spelling(camel)
    schemas = variant["components"]["schemas"]
    schemas |= copy.deepcopy(POLICY)
    for name, schema in schemas_of_requests(variant).items():
        schemas[name] = closed(schema)
    request = schemas["ChatRequest"]
    # JSON in strings is not generated. test_limits.py has the rules that span members.
    schemas["Attributes"]["anyOf"] = [one for one in schemas["Attributes"]["anyOf"] if one.get("type") != "string"]
    del request["allOf"]
    for name in ["InstanceId", "ConnectInstanceId"]:
        del request["properties"][name[0].lower() + name[1:] if camel else name]
    return variant
