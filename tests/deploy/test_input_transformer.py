"""The example of an input transformer produces events/input-transformer.json."""

import json
import re

from emulator import event
from render import FLOW, source

FOREIGN = {
    "id": "8f3c2a1b-4d5e-4f60-9a7b-1c2d3e4f5a6b",
    "source": "com.example.parcels",
    "detail-type": "Delivery Failed",
    "detail": {
        "orderNumber": 7001,
        "carrier": "Example Parcel",
        "customer": {"id": "customer-7001", "firstName": "Ines"},
        "attempts": [{"at": "2026-11-20T09:00:00Z"}],
    },
}


def transform(transformer: dict, given: dict) -> dict:
    """Transforms an event as EventBridge does: a placeholder becomes a JSON value, or text within quotes."""
    text = transformer["InputTemplate"]["Fn::Sub"].replace("${ContactFlowId}", FLOW)
    for name, path in transformer["InputPathsMap"].items():
        found = given
        for key in path.removeprefix("$.").split("."):
            found = found[key]
        text = text.replace(f": <{name}>", f": {json.dumps(found)}")
        text = text.replace(f"<{name}>", json.dumps(str(found))[1:-1])
    assert not re.search(r"<\w+>", text), text
    return json.loads(text)


def test_the_transformer_produces_the_sample_event():
    rule = source("examples/input-transformer.yaml")["Resources"]["Rule"]["Properties"]
    pattern = rule["EventPattern"]
    assert FOREIGN["source"] in pattern["source"] and FOREIGN["detail-type"] in pattern["detail-type"]
    (target,) = rule["Targets"]
    assert transform(target["InputTransformer"], FOREIGN) == event("input-transformer.json")
