"""The document as a fuzzer is given it.

Requests are generated in one spelling of their members at a time: generated
in both at once, they would mostly break the rule that a member is given once.
What is valid is narrowed to what a stranger is let have, so that it has to be
answered with 200; what is invalid is left as wide as it is.
"""

import copy

from document import document
from endpoint import FLOW, INSTANCE, SECOND_FLOW

# Read only where nothing better names the customer, so never surely refused.
SOMETIMES_READ = ["customerName", "Username"]

# What strangers are refused, in whole or but for a few values.
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
    """The part without these keywords, wherever they are."""
    if isinstance(part, dict):
        return {name: without(one, *keywords) for name, one in part.items() if name not in keywords}
    if isinstance(part, list):
        return [without(one, *keywords) for one in part]
    return part


def lower(part):
    """The part with the API's names in lowerCamelCase."""
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
    """The part without room for members that it does not name."""
    if isinstance(part, dict):
        changed = {name: closed(one) for name, one in part.items()}
        if "properties" in part and "additionalProperties" not in part:
            changed["additionalProperties"] = False
        return changed
    if isinstance(part, list):
        return [closed(one) for one in part]
    return part


def one_spelling(camel, *, but=()):
    """The document with one spelling of requests only, except in the schemas in `but`."""
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
    """For requests that have to be refused: as a whole, and each member by itself.

    The function takes any path, so that each member can have one of its own. By
    itself, because a fault in one member hides that another is let through.
    """
    # A value in the other spelling is explicit too, and no map.
    variant = one_spelling(camel, but=["ExplicitValue"])
    request = variant["components"]["schemas"]["ChatRequest"]
    for name in SOMETIMES_READ:
        request["properties"][name[0].lower() + name[1:] if camel else name] = {}
    # HTTP itself takes blanks and tabs off the ends of a header's value.
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
    """For requests that have to start a chat."""
    variant = one_spelling(camel)
    schemas = variant["components"]["schemas"]
    schemas |= copy.deepcopy(POLICY)
    for name, schema in schemas_of_requests(variant).items():
        schemas[name] = closed(schema)
    request = schemas["ChatRequest"]
    # Strings hold JSON, which is not generated; and what spans members is in test_limits.py.
    schemas["Attributes"]["anyOf"] = [one for one in schemas["Attributes"]["anyOf"] if one.get("type") != "string"]
    del request["allOf"]
    for name in ["InstanceId", "ConnectInstanceId"]:
        del request["properties"][name[0].lower() + name[1:] if camel else name]
    return variant
