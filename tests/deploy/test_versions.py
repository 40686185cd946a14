"""One version, wherever it is written."""

import re

import tomllib
import yaml

from render import ROOT, source


def test_every_version_is_that_of_cargo():
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
    metadata = source()["Metadata"]["AWS::ServerlessRepo::Application"]
    assert metadata["SemanticVersion"] == version
    assert yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())["info"]["version"] == version
    for lock in ("Cargo.lock", "fuzz/Cargo.lock"):
        packages = tomllib.loads((ROOT / lock).read_text())["package"]
        assert [one["version"] for one in packages if one["name"] == "start-chat-contact"] == [version], lock
    newest = re.search(r"^## (?:Unreleased: )?([\d.]+)", (ROOT / "CHANGELOG.md").read_text(), re.M).group(1)
    assert newest == version
