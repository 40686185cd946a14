"""The template is consistent for every combination of parameters."""

import json
import re
import subprocess

import pytest

from combinations import HTTP, HTTP_JWT, NONE, ORIGINS, QUEUE, REST, REST_JWT, WEB_ACL, covering, everything, representative
from render import ROOT, decide, render, rules_refuse, source, translated

CFN_LINT = ROOT / ".tools/lint/bin/cfn-lint"


def references(node):
    """Yields the names of resources and parameters that a node refers to."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref":
                yield value
            elif key == "Fn::GetAtt":
                yield value[0] if isinstance(value, list) else value.split(".")[0]
            elif key == "Fn::Sub":
                text, names = value if isinstance(value, list) else (value, {})
                found = set(re.findall(r"\$\{([^!}]+)\}", text)) - set(names)
                yield from (name.split(".")[0] for name in found)
                yield from references(names)
            elif key == "DependsOn":
                yield from value if isinstance(value, list) else [value]
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def dangling(template: dict) -> set[str]:
    """Returns references without a target."""
    there = set(template["Resources"]) | set(template["Parameters"])
    named = set(references(template["Resources"])) | set(references(template["Outputs"]))
    return {name for name in named - there if not name.startswith("AWS::")}


def lint(folder, combinations: list[dict], template: dict | None = None) -> str:
    """Returns the output of cfn-lint for these combinations."""
    files = []
    for number, parameters in enumerate(combinations):
        rendered = render(parameters) if template is None else decide(template, parameters)
        file = folder / f"{number:03}.json"
        file.write_text(json.dumps(rendered, default=str))
        files.append(str(file))
    # A template without conditions may have unused parameters (W2001). W3011: see the template.
    command = [CFN_LINT, "--regions", "us-east-1", "--format", "parseable", "--ignore-checks", "W2001", "W3011", "--"]
    halves = [half for half in (files[::2], files[1::2]) if half]
    running = [subprocess.Popen([*command, *half], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for half in halves]
    return "".join(process.communicate()[0] for process in running)


@pytest.mark.parametrize("parameters", [{}, HTTP, HTTP_JWT, {**HTTP, "Authorization": "IAM"}, REST, {**REST_JWT, **WEB_ACL}])
def test_the_rules_accept_what_can_be(parameters):
    assert rules_refuse(parameters) == []


@pytest.mark.parametrize(
    ("parameters", "about"),
    [
        ({"Api": "Http"}, "Choose NONE"),
        ({"Api": "Rest"}, "Choose NONE"),
        ({**NONE, "Authorization": "NONE"}, "Authorization needs Api"),
        ({**NONE, **ORIGINS}, "AllowedOrigins needs Api"),
        ({**HTTP, **WEB_ACL}, "WebAcl needs Api Rest"),
        ({**NONE, "WebAcl": "Own"}, "WebAcl needs Api Rest"),
        ({**HTTP_JWT, "JwtAudience": ""}, "needs JwtAudience"),
        ({**HTTP, "JwtAudience": "web"}, "JwtAudience needs"),
        ({**REST_JWT, "JwtAudience": "web"}, "checks no audience"),
    ],
)
def test_the_rules_refuse_what_cannot_be(parameters, about):
    (refused,) = rules_refuse(parameters)
    assert about in refused


def test_every_reference_of_every_combination_exists():
    combinations = everything()
    assert len(combinations) > 2000
    for parameters in combinations:
        assert dangling(render(parameters)) == set(), parameters


def test_no_combination_breaks_a_rule():
    for parameters in representative():
        assert rules_refuse(parameters) == [], parameters


def test_every_condition_is_decided_both_ways():
    template = source()
    for name in template["Conditions"]:
        probe = {
            "Parameters": template["Parameters"],
            "Conditions": template["Conditions"],
            "Resources": {"Probe": {"Type": "AWS::SQS::Queue", "Condition": name}},
        }
        minimal = {"InstanceId": "", "ContactFlowIds": ""}
        seen = {bool(decide(probe, {**minimal, **parameters})["Resources"]) for parameters in representative()}
        assert seen == {True, False}, name


def test_cfn_lint_has_nothing_to_say_of_any_two_conditions(tmp_path):
    combinations = covering()
    assert len(combinations) > 10
    assert lint(tmp_path, combinations) == ""


@pytest.mark.parametrize("resource", ["HttpApi", "QueuedEvents", "EventRule", "FailedQueuedEvents", "ChatResults", "CustomerChats"])
def test_a_missing_resource_is_detected(resource):
    resources = {name: what for name, what in translated()["Resources"].items() if name != resource}
    template = {**translated(), "Resources": resources}
    broken = [parameters for parameters in representative() if dangling(decide(template, parameters))]
    assert 0 < len(broken) < len(representative())


def test_a_branch_with_a_faulty_property_is_found(tmp_path):
    template = {**render({}), "Conditions": source()["Conditions"]}
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": {"Fn::If": ["HasQueue", 43201, 30]}}}
    template["Resources"] = {**template["Resources"], "Broken": queue}
    combinations = [{}, QUEUE]
    said = lint(tmp_path, combinations, template)
    assert "001.json" in said and "43201" in said, said
    assert "000.json" not in said, said
