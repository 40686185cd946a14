"""The scheduled comparison of the API with what the function knows."""

import copy
import json
import sys

import botocore.session
from botocore.model import ServiceModel

from checks import _members
from render import ROOT

import yaml

sys.path.insert(0, str(ROOT / "tools"))
from model_drift import KNOWN, added, model  # noqa: E402

LOADED = botocore.session.get_session().get_component("data_loader").load_service_model("connect", "service-2")


def drift(change) -> list[str]:
    """What is reported after a change of the service's model."""
    changed = copy.deepcopy(LOADED)
    change(changed["shapes"])
    return added(model(ServiceModel(LOADED)), model(ServiceModel(changed)))


def test_a_new_member_is_reported():
    def add(shapes):
        shapes["StartChatContactRequest"]["members"]["Mood"] = {"shape": "DisplayName"}

    assert drift(add) == ["StartChatContact request: /Mood"]


def test_a_new_nested_member_is_reported():
    def add(shapes):
        shapes["PersistentChat"]["members"]["Mood"] = {"shape": "DisplayName"}

    assert drift(add) == ["StartChatContact request: /PersistentChat/Mood"]


def test_a_new_value_is_reported():
    def add(shapes):
        shapes["RehydrationType"]["enum"].append("FROM_MEMORY")

    assert drift(add) == ["StartChatContact request: /PersistentChat/RehydrationType=FROM_MEMORY"]


def test_a_member_that_goes_away_is_not_new():
    assert drift(lambda shapes: shapes["StartChatContactRequest"]["members"].pop("CustomerId")) == []


def test_what_is_known_is_what_the_documents_describe():
    known = json.loads(KNOWN.read_text())["StartChatContact request"]
    names = {path.split("/")[1] for path in known if path.count("/") == 1 and not set(path) & set("=[{")}
    assert len(names) == 16
    assert names <= _members(yaml.safe_load((ROOT / "docs/openapi.yaml").read_text()))
