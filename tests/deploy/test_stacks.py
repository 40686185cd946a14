"""A file in stacks/ becomes the parameters of a deployment."""

import json
import os
import subprocess

import pytest
import yaml
from samcli.cli.types import CfnParameterOverridesType

import deploy
from render import ROOT, rules_refuse
from stacks import OWN, Faulty, StackFile, template

EXAMPLE = (ROOT / "stacks/example.yaml").read_text()
LEAST = yaml.safe_load(EXAMPLE)


def faults(**changes) -> list[str]:
    """What is wrong with the example after these changes; a value of None removes."""
    content = {key: value for key, value in {**LEAST, **changes}.items() if value is not None}
    with pytest.raises(Faulty) as faulty:
        StackFile("test", content)
    return [line.removeprefix("stacks/test.yaml: ") for line in str(faulty.value).splitlines()]


def uncommented() -> dict:
    """The example with everything in it that is commented out."""
    lines = [line.removeprefix("# ") if line.startswith("# ") and (line[2:3].isupper() and ":" in line or line.startswith("#   ")) else line for line in EXAMPLE.splitlines()]
    lines = [line for line in lines if not (line[:1].isupper() and not line.split(":")[0].isalnum())]
    lines = [line for line in lines if line[:1].isspace() or line.startswith("#") or not line or line.split(":")[0] in template()["Parameters"] or line.split(":")[0] in OWN]
    return yaml.safe_load("\n".join(lines))


def test_the_example_can_be_deployed():
    stack = StackFile("test", LEAST)
    assert rules_refuse(stack.parameters) == []
    assert json.loads(stack.parameters["Settings"]) == {"DEFAULT_DISPLAY_NAME": "Customer"}


def test_the_example_has_every_parameter():
    named = set(uncommented())
    assert named == set(template()["Parameters"]) - {"Revision"} | OWN


def test_sam_reads_the_parameters_as_they_are():
    pattern = {"source": ["com.example.orders"], "detail": {"note": [{"prefix": "it's \"late\" \\\\o/, Ana:\\"}]}}
    stack = StackFile("test", {**LEAST, "EventPattern": pattern, "EventQueue": True, "MemorySize": 256})
    read = CfnParameterOverridesType().convert(deploy.overrides("test", stack.parameters), None, None)
    assert read == stack.parameters
    assert json.loads(read["EventPattern"]) == pattern
    assert (read["EventQueue"], read["MemorySize"]) == ("true", "256")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"Region": None}, "Region is required"),
        ({"InstanceId": None}, "InstanceId is required"),
        ({"ContactFlowIds": ["12345"]}, "ContactFlowIds must be one to six bare flow ids"),
        ({"Api": "HTTP"}, "Api must be one of None, Http, Rest"),
        ({"Authorisation": "NONE"}, "Authorisation is not a parameter"),
        ({"Revision": "1"}, "Revision is set by `make deploy`"),
        ({"Settings": {"INSTANCE_ID": "x"}}, "INSTANCE_ID in Settings has no effect; use InstanceId"),
        ({"Settings": {"ALLOWED_ORIGINS": "*"}}, "ALLOWED_ORIGINS in Settings has no effect beside AllowedOrigins"),
        ({"Settings": {"ALLOWED_HEADERS": "x-csrf"}}, "ALLOWED_HEADERS needs ALLOWED_ORIGINS in Settings"),
        ({"EventQueue": 5}, "EventQueue must be true, false or 10 to 999999 seconds"),
        ({"ResultBus": "yes"}, "ResultBus must be one of false, true, archived"),
        ({"EventQueue": True, "Settings": {"EVENT_MAX_AGE_SECONDS": 60}}, "beside EventQueue; give the seconds as EventQueue"),
        ({"ResultBus": True, "Settings": {"RESULT_BUS": "x"}}, "RESULT_BUS in Settings has no effect beside ResultBus"),
        ({"ContactTable": True, "Settings": {"CONTACT_TABLE": "x"}}, "CONTACT_TABLE in Settings has no effect beside ContactTable"),
        ({"Settings": {"RESULT_BUS_FOR": "http"}}, "RESULT_BUS_FOR in Settings needs ResultBus"),
        ({"Settings": {"CONTINUE_PAST_CHAT": "FROM_SEGMENT"}}, "CONTINUE_PAST_CHAT in Settings needs ContactTable"),
        ({"Settings": {"ATTACHMENTS": None}}, "ATTACHMENTS in Settings must be text"),
        ({"Settings": ["ATTACHMENTS"]}, "Settings must be a JSON object"),
        ({"Settings": {"ATTRIBUTE_CLAIMS": "x" * 3100}}, "Settings must have at most 3072 characters"),
        ({"Api": "Rest", "Authorization": "https://example.com/issuer"}, "must be the issuer of an Amazon Cognito user pool"),
        ({"Domain": {"Name": "chat.example.com"}}, "Domain has no Name"),
        ({"Api": "None", "Domain": {"DomainName": "chat.example.com"}}, "Domain needs Api"),
    ],
)
def test_a_fault_is_named_before_anything_is_built(changes, fault):
    found = faults(**changes)
    assert len(found) == 1 and fault in found[0], found


def test_every_fault_is_named_at_once():
    assert len(faults(Region=None, InstanceId="x", Api="x", MemorySize=None, Nonsense="x")) == 4


ANSWERS = {
    "open": ["eu-west-2", "1", "2", "NONE", "https://www.example.com, https://shop.example.com"],
    "tokens": ["eu-west-2", "1", "1", "https://issuer.example.com", "web", "-"],
    "events": ["eu-west-2", "1", "1", "-"],
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_five_answers_make_a_file(kind, monkeypatch, tmp_path):
    ids = [f"a1b2c3d4-5678-90ab-cdef-{number}" for number in ("111111111111", "222222222222", "222222222223")]
    offered = {"list_instances": [(ids[0], "shop")], "list_contact_flows": [(ids[1], "one"), (ids[2], "two")]}
    monkeypatch.setattr(deploy, "listed", lambda connect, operation, key, **_: offered[operation])
    answers = iter(ANSWERS[kind])
    monkeypatch.setattr("builtins.input", lambda question: next(answers))
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks/example.yaml").write_text(EXAMPLE)
    monkeypatch.setattr(deploy, "ROOT", tmp_path)
    deploy.make_file("new")
    made = yaml.safe_load((tmp_path / "stacks/new.yaml").read_text())
    stack = StackFile("new", made)
    assert rules_refuse(stack.parameters) == []
    assert (stack.region, made["InstanceId"]) == ("eu-west-2", ids[0])
    assert made["ContactFlowIds"] == [ids[2] if kind == "open" else ids[1]]
    assert made["Settings"] == LEAST["Settings"]
    if kind == "open":
        assert made["AllowedOrigins"] == ["https://www.example.com", "https://shop.example.com"]
    if kind == "events":
        assert made["Api"] == "None" and "Authorization" not in made


SAM = """#!/bin/sh
for argument; do printf '%s\\n' "$argument"; done >> "$LOG"
echo -- >> "$LOG"
exit "${STATUS:-0}"
"""


@pytest.fixture(name="sam")
def sam_fixture(tmp_path, monkeypatch):
    """A `sam` that notes its arguments."""
    fake = tmp_path / "sam"
    fake.write_text(SAM)
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    return lambda: [call.split("\n") for call in (tmp_path / "log").read_text().strip("-\n").split("\n--\n")]


class Outputs:
    """What is deployed, as far as it matters here."""

    def __init__(self, session, name):
        self.outputs = {"ApiId": "a1b2c3d4e5", "ApiStage": "$default", "Endpoint": f"https://{name}.example.com/chat"}


def test_one_architecture_is_built_and_deployed(sam, monkeypatch, capsys):
    monkeypatch.setattr(deploy, "Deployed", Outputs)
    deploy.deploy(StackFile("test", {**LEAST, "Architecture": "arm64"}), "x86_64", confirm=False)
    build, deployed = sam()
    assert build[0] == "build" and "Architecture=x86_64" in build
    assert deployed[0] == "deploy" and "--no-confirm-changeset" in deployed
    file = deployed[deployed.index("--parameter-overrides") + 1]
    read = CfnParameterOverridesType().convert(file, None, None)
    assert read["Architecture"] == "x86_64"
    assert read["Revision"].startswith("20") and len(read["Revision"]) <= 200
    assert "https://test.example.com/chat" in capsys.readouterr().out


def test_a_domain_is_a_stack_of_its_own(sam, monkeypatch):
    monkeypatch.setattr(deploy, "Deployed", Outputs)
    domain = {"DomainName": "chat.example.com", "HostedZoneId": "Z0123456789ABC"}
    deploy.deploy(StackFile("test", {**LEAST, "Domain": domain}), "arm64", confirm=True)
    last = sam()[-1]
    assert last[last.index("--stack-name") + 1] == "test-domain"
    read = CfnParameterOverridesType().convert(last[last.index("--parameter-overrides") + 1], None, None)
    assert read == {**domain, "ApiId": "a1b2c3d4e5", "ApiStage": "$default"}
    assert set(read) <= set(template("domain.yaml")["Parameters"])


def test_what_sam_fails_at_is_not_gone_on_from(sam, monkeypatch):
    monkeypatch.setenv("STATUS", "3")
    with pytest.raises(SystemExit) as ended:
        deploy.deploy(StackFile("test", LEAST), "arm64", confirm=True)
    assert ended.value.code == 3
    assert len(sam()) == 1


def test_no_two_deployments_have_one_revision(monkeypatch):
    first = deploy.revision()
    described = subprocess.run(["git", "describe", "--always"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    assert described in first


def test_the_rules_of_the_domain():
    assert rules_refuse({"HostedZoneId": "Z1"}, "domain.yaml") == []
    assert rules_refuse({"CertificateArn": "arn:aws:acm:x"}, "domain.yaml") == []
    assert len(rules_refuse({}, "domain.yaml")) == 1
