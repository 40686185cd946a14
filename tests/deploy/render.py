"""The template as CloudFormation sees it with given parameters.

SAM's translator does the transform. Then conditions are evaluated, which
leaves a template without branches that can be linted and read.
"""

import copy
import functools
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Before the import of SAM, which imports the AWS SDK.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
os.environ["SAM_CLI_TELEMETRY"] = "0"

import boto3  # noqa: E402
from samtranslator.parser.parser import Parser  # noqa: E402
from samtranslator.translator.translator import Translator  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

INSTANCE = "a1b2c3d4-5678-90ab-cdef-111111111111"
FLOW = "a1b2c3d4-5678-90ab-cdef-222222222222"
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "123456789012"}
# SAM would call IAM for these.
MANAGED_POLICIES = {"AWSCodeDeployRoleForLambda": "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"}
NO_VALUE = object()


def source(path: str = "template.yaml") -> dict:
    """A template as it is written."""
    return copy.deepcopy(_parsed(path))


@functools.cache
def _parsed(path: str) -> dict:
    return yaml_parse((ROOT / path).read_text())


@functools.cache
def translated() -> dict:
    """Returns the template after SAM's transform, with conditions."""
    template = source()
    function = template["Resources"]["StartChatContactFunction"]
    function["Properties"]["CodeUri"] = "s3://bucket/key"
    parameters = {name: given["Default"] for name, given in template["Parameters"].items() if "Default" in given}
    session = boto3.Session(region_name="us-east-1")
    return Translator(MANAGED_POLICIES, Parser(), boto_session=session).translate(template, parameters)


def render(parameters: dict) -> dict:
    """The translated template with these parameters and no conditions left."""
    return decide(translated(), {"InstanceId": INSTANCE, "ContactFlowIds": FLOW, **parameters})


def decide(template: dict, parameters: dict) -> dict:
    """Evaluates the conditions of a template with these parameters."""
    unknown = set(parameters) - set(template["Parameters"])
    assert not unknown, f"no such parameters: {unknown}"
    holds = deciding(template, parameters)
    result = {key: value for key, value in template.items() if key not in ("Conditions", "Rules", "Metadata")}
    chosen = {name: {"Default": value} for name, value in parameters.items()}
    result["Parameters"] = {name: {**what, **chosen.get(name, {})} for name, what in template["Parameters"].items()}
    for section in ("Resources", "Outputs"):
        kept = {name: what for name, what in template.get(section, {}).items() if "Condition" not in what or holds(what["Condition"])}
        for name, what in kept.items():
            what = {key: value for key, value in what.items() if key != "Condition"}
            kept[name] = _branches(what, holds)
        result[section] = kept
    return result


def deciding(template: dict, parameters: dict):
    """A function that says if a condition of the template holds with these parameters."""
    given = {name: str(parameters.get(name, what.get("Default", ""))) for name, what in template["Parameters"].items()}
    conditions: dict = {}

    def holds(name: str) -> bool:
        if name not in conditions:
            conditions[name] = _truth(template["Conditions"][name], given, holds)
        return conditions[name]

    return holds


def _branches(node, holds):
    """Replaces each Fn::If of a node by the branch that applies."""
    if isinstance(node, dict):
        if set(node) == {"Fn::If"}:
            name, yes, no = node["Fn::If"]
            return _branches(yes if holds(name) else no, holds)
        if node == {"Ref": "AWS::NoValue"}:
            return NO_VALUE
        decided = {key: _branches(value, holds) for key, value in node.items()}
        return {key: value for key, value in decided.items() if value is not NO_VALUE}
    if isinstance(node, list):
        decided = [_branches(value, holds) for value in node]
        return [value for value in decided if value is not NO_VALUE]
    return node


def _truth(condition: dict, given: dict, holds) -> bool:
    (how, what), = condition.items()
    if how == "Fn::Equals":
        return value(what[0], given) == value(what[1], given)
    if how == "Fn::Not":
        return not _truth(what[0], given, holds)
    if how == "Fn::And":
        return all(_truth(one, given, holds) for one in what)
    if how == "Fn::Or":
        return any(_truth(one, given, holds) for one in what)
    if how == "Fn::Contains":
        return value(what[1], given) in what[0]
    if how == "Condition":
        return holds(what)
    raise AssertionError(f"unknown condition function {how}")


def value(node, given: dict):
    """Evaluates an intrinsic function of parameters and pseudo parameters."""
    if not isinstance(node, dict):
        return node
    (how, what), = node.items()
    if how == "Ref":
        return given[what] if what in given else PSEUDO[what]
    if how == "Fn::Join":
        listed = what[1] if isinstance(what[1], list) else [value(what[1], given)]
        return what[0].join(value(one, given) for one in listed)
    if how == "Fn::Select":
        return value(what[1], given)[int(what[0])]
    if how == "Fn::Split":
        return value(what[1], given).split(what[0])
    if how == "Fn::Sub":
        text, names = what if isinstance(what, list) else (what, {})
        known = {**PSEUDO, **given, **{name: value(one, given) for name, one in names.items()}}
        for name, replacement in known.items():
            text = text.replace("${" + name + "}", str(replacement))
        return text
    raise AssertionError(f"unknown function {how}")


def rules_refuse(parameters: dict, path: str = "template.yaml") -> list[str]:
    """The assertions of a template's Rules that these parameters break."""
    template = source(path)
    given = {name: str(parameters.get(name, what.get("Default", ""))) for name, what in template["Parameters"].items()}
    refused = []
    for rule in template["Rules"].values():
        if "RuleCondition" in rule and not _truth(rule["RuleCondition"], given, None):
            continue
        broken = [one["AssertDescription"] for one in rule["Assertions"] if not _truth(one["Assert"], given, None)]
        refused += broken
    return refused
